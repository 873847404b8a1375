#ifndef CP_DUTIES_ADOPTING_H
#define CP_DUTIES_ADOPTING_H

#include "lifecycle/duties/run.h"

/* Putting another policy in force. */

struct cp_adoption {
	/* given, borrowed */
	struct cp_store *store;
	struct cp_audit *audit;
	struct cp_settings *settings;
	const struct cp_operator *op;
	const struct cp_now *now;
	void (*progress)(void *ctx, int64_t done, int64_t total);
	void *progress_ctx;
	/* what happened */
	int64_t recomputed;
};

/*
 * Keeps the policy at PATH, puts it in force, and computes every date anew in
 * transactions of a thousand records.  Killed in between, the next adoption
 * or retention run goes on.  What was promised to archived records at their
 * archiving stays (cp_decide).  CP_BUSY while a run is at work; CP_BAD_INPUT
 * as cp_policy_load_file.
 */
enum cp_rc cp_adopt(struct cp_adoption *a, const char *path,
    struct cp_err *err) CP_MUST_CHECK;

/* Computes what an adoption left uncomputed; nothing to do is CP_OK.  The
 * caller holds the run's lock. */
enum cp_rc cp_adopt_finish(struct cp_adoption *a, struct cp_err *err)
    CP_MUST_CHECK;

#endif
