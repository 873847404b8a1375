#ifndef CP_RECORDS_SAR_ITEM_H
#define CP_RECORDS_SAR_ITEM_H

#include "lifecycle/records/sar.h"

/*
 * The items of a request: places in what is held, each with a number, why it
 * is to be looked at, and what was decided.  What stands there is not kept, but
 * a keyed hash of it.
 */
struct cp_sar_item {
	int number;            /* from 1; 0: not stored */
	int subject;
	char key[96];          /* "record/carers/0/phone" */
	unsigned flags;        /* of enum cp_item_flag */
	uint8_t digest[32];
	enum cp_item_decision decision;
	char ground[40], note[CP_SAR_TEXT];
	char decided_by[CP_OPERATOR_NAME];
	int64_t decided_uid;
};

typedef enum cp_rc cp_sar_item_fn(void *ctx, const struct cp_sar_item *i,
    struct cp_err *err);
/* All of a request, by number. */
enum cp_rc cp_sar_items(struct cp_store *s, const struct cp_sar *r,
    cp_sar_item_fn *fn, void *ctx, struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_sar_item_get(struct cp_store *s, const struct cp_sar *r,
    int number, struct cp_sar_item *out, struct cp_err *err) CP_MUST_CHECK;

/* What was collected takes the place of what was before: of an item whose
 * subject, key, flags and digest are as they were the decision stays.  Numbers
 * are given here, 1... in the order of ITEMS, and what was decided is put
 * there.  The stage is `collected', an approval is gone.  CP_REFUSED: answered
 * or closed. */
enum cp_rc cp_sar_items_put(const struct cp_change *c,
    const struct cp_operator *op, struct cp_sar *r,
    struct cp_sar_item *items, size_t n, struct cp_err *err) CP_MUST_CHECK;
/* OP decides about item NUMBER (and the details below it: keys that begin with
 * its key and `/').  GROUND: a word of access.withhold_grounds, to withhold;
 * to give, NULL or a word.  An approval is gone.  CP_REFUSED: nothing was
 * collected, answered, closed; CP_NOT_FOUND; CP_BAD_INPUT: the ground. */
enum cp_rc cp_sar_decide(const struct cp_change *c,
    const struct cp_sar_rules *rules, const struct cp_operator *op,
    struct cp_sar *r, int number, enum cp_item_decision decision,
    const char *ground, const char *note, struct cp_err *err) CP_MUST_CHECK;
/* What bears on approval and outcome. */
struct cp_sar_tally {
	size_t items, flagged, undecided, withheld, flagged_given;
	int opened; /* somebody is safe: something may have been opened from
		     * behind a shield */
};
enum cp_rc cp_sar_tally(struct cp_store *s, const struct cp_sar *r,
    struct cp_sar_tally *out, struct cp_err *err) CP_MUST_CHECK;
/* OP approves the items and decisions as they are (R->digest).  CP_REFUSED: an
 * undecided flag, nothing collected, OP decided or collected something of it
 * (by name, and in a real store by uid). */
enum cp_rc cp_sar_approve(const struct cp_change *c,
    const struct cp_operator *op, struct cp_sar *r, struct cp_err *err)
    CP_MUST_CHECK;
/* Whether R may be answered with a pack by what is stored: CP_REFUSED with a
 * hint, the first of: identity or fee is waited for, evidence is wanting, the
 * child's view is wanted, nothing collected, somebody is not looked for or
 * their archive not opened, an undecided flag, not approved though it needs to
 * be, or not as it was approved. */
enum cp_rc cp_sar_ready(const struct cp_change *c,
    const struct cp_sar_rules *rules, const struct cp_sar *r,
    struct cp_err *err) CP_MUST_CHECK;

/* What was sent: hash and list, never a copy; AT and BY are given here. */
struct cp_sar_sent {
	char form[8];        /* zip, age */
	uint8_t sha256[32];
	int64_t bytes, items;
	char at[32], by[CP_OPERATOR_NAME];
};
enum cp_rc cp_sar_sent_put(const struct cp_change *c, const struct cp_sar *r,
    const struct cp_sar_sent *sent, const char *list, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc cp_sar_sent_each(struct cp_store *s, const struct cp_sar *r,
    enum cp_rc (*fn)(void *ctx, const struct cp_sar_sent *sent,
	const char *list, struct cp_err *err), void *ctx, struct cp_err *err)
    CP_MUST_CHECK;

#endif
