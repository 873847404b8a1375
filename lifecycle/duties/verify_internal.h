#ifndef CP_DUTIES_VERIFY_INTERNAL_H
#define CP_DUTIES_VERIFY_INTERNAL_H

#include "archive/buf.h"
#include "archive/note.h"
#include "lifecycle/duties/verify.h"

/*
 * What the files of verify share, and the page of a certificate; for nobody
 * else.  Each check returns
 * CP_CORRUPT, CP_BAD_INPUT or CP_KEY with the reason in ERR where the thing
 * is not valid, and sets signed_by once a signature holds.
 */

/* A certificate/1 in TEXT.  GIVEN is the key from outside, or NULL. */
enum cp_rc verify_certificate(const struct cp_buf *text,
    const struct cp_note_key *given, struct cp_verify_result *out,
    struct cp_err *err) CP_MUST_CHECK;
/* An exported log in the folder DIR, by KEY. */
enum cp_rc verify_log(const char *dir, const struct cp_note_key *key,
    struct cp_verify_result *out, struct cp_err *err) CP_MUST_CHECK;

#endif
