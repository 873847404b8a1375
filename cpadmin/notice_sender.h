#ifndef CP_CPADMIN_NOTICE_SENDER_H
#define CP_CPADMIN_NOTICE_SENDER_H

#include "lifecycle/duties/composing.h"
#include "lifecycle/store/store.h"

/*
 * Who sends letters, for each authority: the letterheads of cpadmin.conf(5)
 * or, in a rehearsal, made up where there is none.
 */
struct cp_senders;

/* Those of S's cpadmin.conf; where REHEARSAL, made up for all others.  S may be
 * NULL: all are made up.  CP_BAD_INPUT as cp_config_letters_load. */
enum cp_rc cp_senders_open(const struct cp_store *s, int rehearsal,
    struct cp_senders **out, struct cp_err *err) CP_MUST_CHECK;
void cp_senders_free(struct cp_senders *x);
/* For struct cp_composing: CTX is a struct cp_senders, which OUT borrows.
 * CP_REFUSED with a hint where AUTHORITY has no letterhead.  Several threads
 * may ask at once. */
enum cp_rc cp_senders_of(void *ctx, const char *authority,
    struct cp_sender *out, struct cp_err *err) CP_MUST_CHECK;

#endif
