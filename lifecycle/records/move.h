#ifndef CP_RECORDS_MOVE_H
#define CP_RECORDS_MOVE_H

#include "lifecycle/records/events.h"
#include "lifecycle/store/json.h"
#include "lifecycle/store/operator.h"

/*
 * A record passes to another authority when both agree: the one responsible
 * offers it, the other accepts or declines; until then the offer may be
 * withdrawn.  Who acts for both (cp_operator_reaches) agrees for both at once.
 * One offer of a record is open at a time; it lapses when the record is no
 * longer live, or with another authority than the one that offered it.  What
 * was said on the way is in the log, which is erased with the person: the table
 * keeps an offer's reason only while it is open.
 */

/* An open offer. */
struct cp_offer {
	int64_t n;
	int64_t record;
	char id[CP_ID_MAX]; /* of the record */
	char from[CP_AUTHORITY_MAX], to[CP_AUTHORITY_MAX];
	struct cp_date date; /* from which TO is responsible */
	char offered[24];    /* when, RFC 3339 */
	char offered_by[CP_OPERATOR_NAME];
};

enum cp_move_end { CP_MOVE_ACCEPTED, CP_MOVE_DECLINED, CP_MOVE_WITHDRAWN };
/* "accepted", "declined", "withdrawn". */
const char *cp_move_end_word(enum cp_move_end end);

/*
 * In the caller's transaction: offers the live record R, and logs it.  E is
 * an event of kind CP_EVENT_MOVED that fits the record.  CP_REFUSED: it is
 * offered already.
 */
enum cp_rc cp_move_offer(const struct cp_change *c,
    const struct cp_record *r, const struct cp_event *e, struct cp_offer *out,
    struct cp_err *err) CP_MUST_CHECK;
/*
 * In the caller's transaction: settles the open offer of record ID as END,
 * with REASON (may be NULL), and logs it; accepted, the record passes.  *M is
 * the offer.  CP_NOT_FOUND: there is none that concerns the operator;
 * CP_DENIED: the other authority's part is to do that.
 */
enum cp_rc cp_move_settle(const struct cp_change *c, const char *id,
    enum cp_move_end end, const char *reason, struct cp_offer *m,
    struct cp_err *err) CP_MUST_CHECK;
/* The same, for an offer just made by who acts for both. */
enum cp_rc cp_move_pass(const struct cp_change *c, const struct cp_offer *m,
    const char *reason, struct cp_err *err) CP_MUST_CHECK;

/* The open offer of record N lapses, if there is one; where a record leaves
 * the live ones, in that transaction. */
enum cp_rc cp_move_lapse(struct cp_store *s, int64_t n,
    const struct cp_now *now, struct cp_err *err) CP_MUST_CHECK;
/* The same unless it is an offer of AUTHORITY, to whom the record goes. */
enum cp_rc cp_move_lapse_other(struct cp_store *s, int64_t n,
    const char *authority, const struct cp_now *now, struct cp_err *err)
    CP_MUST_CHECK;
/* An acceptance is undone, the record being put back by the caller: the offer
 * that it answered is open again or, made and answered at once, withdrawn.
 * EXTRA is what cp_undo_keep was given, a JSON object. */
enum cp_rc cp_move_undo(const struct cp_change *c,
    const struct cp_json *extra, struct cp_err *err) CP_MUST_CHECK;

/* Every open offer to or by an authority that the operator for whom S is open
 * acts for, oldest first; REASON may be NULL and is borrowed. */
enum cp_rc cp_move_each(struct cp_store *s,
    enum cp_rc (*fn)(void *ctx, const struct cp_offer *m, const char *reason,
	struct cp_err *err), void *ctx, struct cp_err *err) CP_MUST_CHECK;

#endif
