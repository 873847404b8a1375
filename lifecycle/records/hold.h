#ifndef CP_RECORDS_HOLD_H
#define CP_RECORDS_HOLD_H

#include "lifecycle/records/record.h"
#include "lifecycle/rules/predicate.h"

/*
 * Holds: what stops destruction, and nothing else (domain: 4).  A hold over a
 * predicate acts on the records of which the predicate is true and on those of
 * which it cannot be known: too much is stopped rather than too little.
 */
enum cp_hold_scope {
	CP_HOLD_RECORD,
	CP_HOLD_AUTHORITY,
	CP_HOLD_PREDICATE,
	CP_HOLD_ALL
};

enum {
	CP_HOLD_ID = 24,
	CP_HOLD_TEXT = CP_PREDICATE_MAX + 1 /* of each text, with its NUL */
};

struct cp_hold {
	int64_t n;
	char id[CP_HOLD_ID]; /* "H-0001" */
	enum cp_hold_scope scope;
	int64_t record;
	char record_id[CP_ID_MAX];
	char authority[CP_AUTHORITY_MAX];
	char predicate[CP_HOLD_TEXT]; /* as it was typed */
	struct cp_date placed, review, released; /* released: none in force */
	int settled; /* what it had suspended is back on the path */
	char placed_by[40], released_by[40];
	char reason[CP_HOLD_TEXT], legal_basis[CP_HOLD_TEXT];
	char contact[CP_HOLD_TEXT], release_reason[CP_HOLD_TEXT];
	int64_t sar;     /* of a request for access, with which it ends; 0 */
	char sar_id[20]; /* "SAR-0001" */
};

/* "record", "authority", "predicate", "all". */
const char *cp_hold_scope_word(enum cp_hold_scope scope);

/* What cp_hold_place asks of H, apart from the store: CP_BAD_INPUT for an
 * empty reason, legal basis or contact, a review date that is not after TODAY,
 * a predicate that does not parse. */
enum cp_rc cp_hold_check(const struct cp_hold *h, struct cp_date today,
    struct cp_err *err) CP_MUST_CHECK;
/* Places H (id and n are given here) on TODAY, in the caller's transaction.
 * CP_BAD_INPUT as cp_hold_check; CP_REFUSED: a record that is destroyed. */
enum cp_rc cp_hold_place(struct cp_store *s, struct cp_hold *h,
    const char *operator_name, struct cp_date today, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc cp_hold_get(struct cp_store *s, const char *id, struct cp_hold *out,
    struct cp_err *err) CP_MUST_CHECK;
/* CP_REFUSED unless H is in force and OPERATOR_NAME did not place it
 * (domain: 4, whoever placed it does not release it alone); or it is one of a
 * request for access, which ends when that is closed (domain: 6). */
enum cp_rc cp_hold_releasable(const struct cp_hold *h,
    const char *operator_name, struct cp_err *err) CP_MUST_CHECK;
/* Releases it; CP_REFUSED likewise.  What it suspended is put back by
 * cp_hold_settle, after the transaction. */
enum cp_rc cp_hold_release(struct cp_store *s, const struct cp_hold *h,
    const char *operator_name, const char *reason, struct cp_date today,
    struct cp_err *err) CP_MUST_CHECK;
/* It is to be looked at again on REVIEW.  CP_BAD_INPUT: not after TODAY;
 * CP_REFUSED: it is released. */
enum cp_rc cp_hold_review(struct cp_store *s, const struct cp_hold *h,
    struct cp_date review, struct cp_date today, struct cp_err *err)
    CP_MUST_CHECK;

typedef enum cp_rc cp_hold_fn(void *ctx, const struct cp_hold *h,
    struct cp_err *err);
/* All of them, in order of placing. */
enum cp_rc cp_hold_each(struct cp_store *s, cp_hold_fn *fn, void *ctx,
    struct cp_err *err) CP_MUST_CHECK;

/*
 * After a release: puts back on the path those parked records that no hold
 * stops any more, a page a transaction, and marks as settled, in the last, the
 * holds that had been released when it began.  Killed in between, it is done
 * again by the next release or retention run.  *FREED counts them; PROGRESS
 * may be NULL.
 */
enum cp_rc cp_hold_settle(struct cp_store *s, struct cp_audit *audit,
    struct cp_date today, int64_t *freed,
    void (*progress)(void *ctx, int64_t done, int64_t total), void *ctx,
    struct cp_err *err) CP_MUST_CHECK;
/* The same after the days on which archived records are to be destroyed were
 * computed anew, if a hold in force asks for that day: one that it held may
 * now be none of its. */
enum cp_rc cp_hold_redated(struct cp_store *s, struct cp_audit *audit,
    struct cp_date today, struct cp_err *err) CP_MUST_CHECK;
/* Whether a release has not been settled. */
enum cp_rc cp_hold_unsettled(struct cp_store *s, int *out, struct cp_err *err)
    CP_MUST_CHECK;

/*
 * Where two records become one, or one two, the holds on a record go along;
 * all of these within the caller's transaction, by row of record.  IDS may be
 * NULL; a JSON array of the holds' ids ("H-0007") is appended to it, so that
 * the change can be logged and undone.
 *
 * move: the holds in force on FROM are on TO from now on (merge).  copy: TO
 * gets each of them too, under a number of its own, placed when and by whom it
 * was (split): each is released for itself.
 */
enum cp_rc cp_hold_move(struct cp_store *s, int64_t from, int64_t to,
    struct cp_buf *ids, struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_hold_copy(struct cp_store *s, int64_t from, int64_t to,
    struct cp_buf *ids, struct cp_err *err) CP_MUST_CHECK;
/* To undo a move, for each of its ids: hold ID is on record TO.  CP_NOT_FOUND
 * if there is no such hold, or it is not on a record. */
enum cp_rc cp_hold_give(struct cp_store *s, const char *id, int64_t to,
    struct cp_err *err) CP_MUST_CHECK;
/* To undo a copy, for each of its ids: ends hold ID, if it is in force. */
enum cp_rc cp_hold_drop(struct cp_store *s, const char *id,
    const char *operator_name, struct cp_date today, struct cp_err *err)
    CP_MUST_CHECK;

#endif
