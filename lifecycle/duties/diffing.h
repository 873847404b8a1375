#ifndef CP_DUTIES_DIFFING_H
#define CP_DUTIES_DIFFING_H

#include "lifecycle/duties/moving.h"

/* Who would move, and when, if another policy were in force. */

typedef enum cp_rc cp_move_fn(void *ctx, const struct cp_move *m,
    struct cp_err *err);
struct cp_diff {
	/* given, borrowed */
	struct cp_store *store;
	const struct cp_settings *settings;
	const struct cp_policy *policy; /* the other one */
	struct cp_date today;
	cp_move_fn *each; /* in the order of records; NULL to count only */
	void *ctx;
	void (*progress)(void *ctx, int64_t done, int64_t total);
	void *progress_ctx;
	/* what was found */
	struct cp_move_sum sum;
};

/* Goes through the whole store as it stands at one moment, and changes
 * nothing; memory does not grow with it.  What the operator does not reach
 * (reach.h) is neither shown nor counted.  Ends at the first of EACH other than
 * CP_OK. */
enum cp_rc cp_diff(struct cp_diff *d, struct cp_err *err) CP_MUST_CHECK;

/* How many records a scan will meet. */
enum cp_rc cp_diff_total(struct cp_store *s, int64_t *out,
    struct cp_err *err) CP_MUST_CHECK;

#endif
