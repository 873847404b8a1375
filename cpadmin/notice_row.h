#ifndef CP_CPADMIN_NOTICE_ROW_H
#define CP_CPADMIN_NOTICE_ROW_H

#include "cpadmin/notice_verbs.h"

/* For notice_*.c: notices as rows, and which one somebody names. */

/* What people see of them; JSON has all. */
enum cp_notices_as {
	CP_NOTICES_OWED,   /* a table of what is owed */
	CP_NOTICES_LEDGER, /* a table of what became of them */
	CP_NOTICES_LINES   /* one of them, a line for each value */
};
enum cp_rc cp_notices_begin(const struct cp_call *call,
    enum cp_notices_as as, struct cp_out **out, struct cp_err *err)
    CP_MUST_CHECK;
/* One of them.  Of one that is owed: to whom, in which language and format it
 * would go today. */
enum cp_rc cp_notices_put(struct cp_notices *x, struct cp_out *o,
    const struct cp_notice *n, enum cp_notices_as as, struct cp_err *err)
    CP_MUST_CHECK;
/* A table of those of the COUNT numbers N, as they are now. */
enum cp_rc cp_notices_show(struct cp_notices *x, const int64_t *n,
    size_t count, struct cp_err *err) CP_MUST_CHECK;

/* The record that TEXT names; as cp_record_get. */
enum cp_rc cp_notices_record(struct cp_notices *x, const char *text,
    struct cp_record *out, struct cp_err *err) CP_MUST_CHECK;
/* Bits by enum cp_notice_status. */
#define CP_NOTICE_IS(status) (1u << (status))
/*
 * The notice that TEXT names: by its reference, or by the number of a record of
 * which one has a status of STATUSES.  CP_NOT_FOUND; CP_REFUSED: none has, or
 * several, and the hint has their references.
 */
enum cp_rc cp_notices_named(struct cp_notices *x, const char *text,
    unsigned statuses, struct cp_notice *out, struct cp_err *err)
    CP_MUST_CHECK;
/* --date, else today. */
enum cp_rc cp_notices_date(const struct cp_notices *x, struct cp_date *out,
    struct cp_err *err) CP_MUST_CHECK;

#endif
