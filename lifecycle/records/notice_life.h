#ifndef CP_RECORDS_NOTICE_LIFE_H
#define CP_RECORDS_NOTICE_LIFE_H

#include "lifecycle/records/notice.h"
#include "lifecycle/store/json.h"

/* The ledger with the rest of a record's life; each in the transaction of what
 * happens. */

/*
 * The rows of live RECORD, without the safe ones, as a JSON object appended to
 * OUT: what becomes of them in a package (cpadmin-archive(5)).
 *
 *	{"to":{"who","ground","since","set_at","set_by"}|null,
 *	 "notices":[{"n","kind","cause","status","since","due","why",
 *	  "addressee","language","format","route","version","issued",
 *	  "issued_by","served","served_by","returned","returned_by","wording",
 *	  "run"}]}
 *
 * What is not known is left out.  An archived record has no address any more:
 * what is owed lapses, and is written as suppressed ("archived").  Where a
 * letter went, by whom it was held, and why it could not be printed, are not
 * in it: it reads the same of a child who is shielded and of one who is not.
 */
enum cp_rc cp_notice_save(struct cp_store *s, int64_t record,
    struct cp_buf *out, struct cp_err *err) CP_MUST_CHECK;
/* And back, V NULL being of an older package; what had lapsed is owed again
 * and looked at by the next settling.  CP_CORRUPT. */
enum cp_rc cp_notice_load(struct cp_store *s, int64_t record,
    const struct cp_json *v, struct cp_err *err) CP_MUST_CHECK;
/* RECORD is archived: what cp_notice_save gave leaves the store.  *LAPSED (may
 * be NULL) counts those that were owed still.  Safe ones stay, and rest. */
enum cp_rc cp_notice_drop(struct cp_store *s, int64_t record,
    int64_t *lapsed, struct cp_err *err) CP_MUST_CHECK;
/* RECORD is destroyed: the safe ones go too, and those of records that were
 * merged into it. */
enum cp_rc cp_notice_forget(struct cp_store *s, int64_t record,
    struct cp_err *err) CP_MUST_CHECK;
/* For a dry run: how many would lapse if the record ID were archived; and what
 * a settling would come to once those due for it are.  Changes nothing. */
enum cp_rc cp_notice_owed_count(struct cp_store *s, const char *id,
    int64_t *out, struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_notice_foresee(const struct cp_change *c,
    struct cp_notice_count *count, struct cp_err *err) CP_MUST_CHECK;

/* A shield came over RECORD: places and unfinished print items go.  What was
 * printed and not bound yet stays issued until its run goes on or ends, as that
 * of a child whose address is gone does: or the ledger would tell of the
 * shield. */
enum cp_rc cp_notice_shielded(struct cp_store *s, int64_t record,
    struct cp_err *err) CP_MUST_CHECK;
/* FROM is merged into INTO: rows that INTO has not pass to it; those that it
 * has stay with FROM, suppressed ("merged") if they were owed.  An object with
 * what undoing needs is appended to EXTRA (NULL: it is not undone). */
enum cp_rc cp_notice_join(struct cp_store *s, int64_t from, int64_t into,
    struct cp_buf *extra, struct cp_err *err) CP_MUST_CHECK;
/* That is undone, EXTRA being that object (or NULL). */
enum cp_rc cp_notice_part(struct cp_store *s, int64_t from, int64_t into,
    const struct cp_json *extra, struct cp_err *err) CP_MUST_CHECK;
/* The record is to be looked at again at the next settling. */
enum cp_rc cp_notice_look_soon(struct cp_store *s, int64_t record,
    struct cp_err *err) CP_MUST_CHECK;

/* ---- events that owe one ---- */

/* Consent number N was withdrawn: acknowledged at once. */
enum cp_rc cp_notice_withdrawn(const struct cp_change *c, int64_t record,
    int64_t n, struct cp_err *err) CP_MUST_CHECK;
/* Move N passed the record to another authority, which says so within the
 * period of a first notice; and that undone: as if it had not been owed. */
enum cp_rc cp_notice_moved(const struct cp_change *c, int64_t record,
    int64_t n, struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_notice_not_moved(struct cp_store *s, int64_t n,
    struct cp_err *err) CP_MUST_CHECK;
/* WHAT (grant, refuse, lift) became of case ID: told by a safe channel.  What
 * was to be told before of a case, and was not, is superseded. */
enum cp_rc cp_notice_case(const struct cp_change *c, int64_t record,
    const char *id, const char *what, struct cp_err *err) CP_MUST_CHECK;

/* ---- by an officer ---- */

/* The outcome of a case that RECORD is owed; *N is 0 where there is none. */
enum cp_rc cp_notice_outcome(struct cp_store *s, int64_t record, int64_t *n,
    struct cp_err *err) CP_MUST_CHECK;
/* The safe row, owed, that goes in the place of the one that is owed, N: made,
 * or, where an earlier one was withdrawn or came back, the same.  CP_REFUSED:
 * N is not owed, is safe itself, or its safe one is on its way. */
enum cp_rc cp_notice_cover(const struct cp_change *c,
    const struct cp_notice *n, struct cp_notice *out, struct cp_err *err)
    CP_MUST_CHECK;
/* Held letter MAIL is withdrawn: what it served is owed. */
enum cp_rc cp_notice_mail_withdrawn(struct cp_store *s, int64_t mail,
    struct cp_err *err) CP_MUST_CHECK;

#endif
