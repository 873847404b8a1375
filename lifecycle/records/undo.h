#ifndef CP_RECORDS_UNDO_H
#define CP_RECORDS_UNDO_H

#include "lifecycle/records/events.h"

/*
 * Undoing: an event, a merge or a split can be taken back until the next
 * retention run, as long as nothing else has changed the records it touched.
 * What is kept for it holds personal details, and leaves the store with that
 * run (cp_undo_forget).
 */

/*
 * Within the transaction of a change, after it: keeps what R was.  BEFORE is
 * its document as it was.  ACTION is the log's word ("record.died"), SEQ that
 * entry.  OTHER and EXTRA (a JSON object) may be NULL: the second record of a
 * merge or split, and what more has to be put back.
 */
struct cp_undo {
	const char *action;
	int64_t seq;
	const struct cp_record *record;
	const struct cp_document *before;
	const struct cp_record *other;
	const char *extra;
};
/* To be called before a change that bears on the consents of record N, or on
 * what is behind its shield: an object for EXTRA with its ledger as it is, and
 * the number of the last that was hidden, appended to OUT. */
enum cp_rc cp_undo_ledger(struct cp_store *s, int64_t n, struct cp_buf *out,
    struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_undo_keep(const struct cp_change *c, const struct cp_undo *u,
    struct cp_err *err) CP_MUST_CHECK;

/* What was undone. */
struct cp_undone {
	char action[40];
	char record[CP_ID_MAX], other[CP_ID_MAX]; /* other: "" if none */
};
/*
 * Takes back the last change of record ID, in the caller's transaction, and
 * logs it.  CP_REFUSED: there is none since the last run, or one of the
 * records has been changed since; the hint says what does it otherwise.
 */
enum cp_rc cp_undo_last(const struct cp_change *c, const char *id,
    const char *reason, struct cp_undone *out, struct cp_err *err)
    CP_MUST_CHECK;
/* Nothing can be undone any more; within a transaction. */
enum cp_rc cp_undo_forget(struct cp_store *s, struct cp_err *err)
    CP_MUST_CHECK;
/* The same for one record, which leaves the live store. */
enum cp_rc cp_undo_forget_record(struct cp_store *s, int64_t n,
    struct cp_err *err) CP_MUST_CHECK;

#endif
