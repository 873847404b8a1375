#ifndef CP_RECORDS_HOLD_REACH_H
#define CP_RECORDS_HOLD_REACH_H

#include "lifecycle/records/hold.h"

/*
 * Which records a hold stops.  Nothing here walks the store: only what is due
 * for destruction and held, waiting in a batch or not proposed yet, in
 * pages.
 */

/* How many it stops because it surely covers them, and how many because that
 * cannot be known (only ever for a predicate). */
struct cp_hold_count {
	int64_t certain, unknown;
};

/* Who is told while records are walked; any of it may be NULL. */
struct cp_hold_watch {
	enum cp_rc (*record)(void *ctx, const char *id, const char *authority,
	    enum cp_truth why, struct cp_err *err);
	void *ctx;
	void (*progress)(void *ctx, int64_t done, int64_t total);
	void *progress_ctx;
};

/* The records whose destruction H suspends (or did, if it is released): they
 * are due, and a run found them held.  W may be NULL. */
enum cp_rc cp_hold_suspends(struct cp_store *s, const struct cp_hold *h,
    const struct cp_hold_watch *w, struct cp_hold_count *count,
    struct cp_err *err) CP_MUST_CHECK;

/* The same for every hold in force, in one walk.  Freed by cp_tallies_free. */
struct cp_tallies;
enum cp_rc cp_tallies_take(struct cp_store *s, const struct cp_hold_watch *w,
    struct cp_tallies **out, struct cp_err *err) CP_MUST_CHECK;
/* Of hold N; none if it is not in force. */
struct cp_hold_count cp_tallies_of(const struct cp_tallies *t, int64_t n);
void cp_tallies_free(struct cp_tallies *t);

/* What H stops, or would stop if it were placed, of what is due on TODAY. */
struct cp_hold_effect {
	struct cp_hold_count held;       /* by it or another */
	struct cp_hold_count due;        /* not proposed yet */
	struct cp_hold_count in_batches; /* to be split off when executed */
	int never; /* it can act on no archived record, ever */
};
enum cp_rc cp_hold_effect(struct cp_store *s, const struct cp_hold *h,
    struct cp_date today, const struct cp_hold_watch *w,
    struct cp_hold_effect *out, struct cp_err *err) CP_MUST_CHECK;

#endif
