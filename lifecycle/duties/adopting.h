#ifndef CP_DUTIES_ADOPTING_H
#define CP_DUTIES_ADOPTING_H

#include "lifecycle/duties/moving.h"
#include "lifecycle/duties/run.h"

/* Putting another policy in force. */

struct cp_adoption {
	/* given, borrowed */
	struct cp_store *store;
	struct cp_audit *audit;
	struct cp_settings *settings;
	const struct cp_operator *op;
	const struct cp_now *now;
	struct cp_shelf_ring *ring; /* open to write, or NULL: opened if used */
	void (*progress)(void *ctx, int64_t done, int64_t total);
	void *progress_ctx;
	/* called for each record whose package could not be given another day,
	 * and so keeps its own; may be NULL */
	void (*trouble)(void *ctx, const char *id, const struct cp_err *err);
	void *trouble_ctx;
	/* what happened */
	int64_t recomputed, failed;
	int64_t redated;            /* archived records given another day */
	int64_t total;              /* to be recomputed */
	int changed;                /* it was not in force before */
	struct cp_move_sum sum;
};

/*
 * Keeps the policy at PATH, puts it in force, and computes every date anew in
 * transactions of a thousand records.  Killed in between, the next adoption
 * or retention run goes on.  What was promised to archived records at their
 * archiving stays, unless the policy says otherwise (cp_decide_adopted): then
 * their headers change shelves.  CP_BUSY while a run is at work; CP_BAD_INPUT
 * as cp_policy_load_file.
 */
enum cp_rc cp_adopt(struct cp_adoption *a, const char *path,
    struct cp_err *err) CP_MUST_CHECK;

/* What cp_adopt would come to: the same refusals and counts, no change.  The
 * log is not needed. */
enum cp_rc cp_adopt_dry(struct cp_adoption *a, const char *path,
    struct cp_err *err) CP_MUST_CHECK;

/* Computes what an adoption left uncomputed; nothing to do is CP_OK.  The
 * caller holds the run's lock. */
enum cp_rc cp_adopt_finish(struct cp_adoption *a, struct cp_err *err)
    CP_MUST_CHECK;

#endif
