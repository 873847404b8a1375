#ifndef CP_DUTIES_SCRUBBING_H
#define CP_DUTIES_SCRUBBING_H

#include "lifecycle/duties/inspecting.h"
#include "lifecycle/store/audit.h"

/*
 * Reading every byte that is archived, night by night: volumes that were not
 * read for the longest come first, each with its copies; those known to be
 * wrong come last.  The day is noted of what is right; what is not, is noted
 * as trouble, until it is repaired or read as right.  A kill loses nothing but
 * the reading of one volume.
 */
struct cp_scrub {
	/* given, borrowed */
	struct cp_store *store;
	struct cp_audit *audit;
	struct cp_date today;
	int64_t rate;   /* bytes a second; 0 = no limit */
	int64_t max_ms; /* begin no volume after this; 0 = no limit */
	int64_t (*clock)(void *ctx);             /* milliseconds, monotonic */
	void (*wait)(void *ctx, int64_t ms);
	void *clock_ctx;
	enum cp_rc (*report)(void *ctx, const struct cp_finding *f,
	    struct cp_err *err);                 /* of what is wrong */
	void *report_ctx;
	void (*progress)(void *ctx, int64_t done, int64_t total); /* or NULL */
	void *progress_ctx;

	/* what was found; zeroed */
	int64_t volumes, copies, bytes, corrupt, missing;
	int64_t left;   /* volumes not read today */
};

/* CP_OK when it went to its end or time, whatever it found. */
enum cp_rc cp_scrub(struct cp_scrub *x, struct cp_err *err) CP_MUST_CHECK;

#endif
