#ifndef CP_DUTIES_INSPECTING_H
#define CP_DUTIES_INSPECTING_H

#include "lifecycle/duties/opening.h"

/*
 * Whether the archive is what the catalogue says: every volume and every copy
 * there, of the size it was closed with, none in any place that nobody knows;
 * every archived package with a header that comes from under its shelf.  With
 * every_byte, every byte of every volume and copy against the catalogue's sum,
 * and every archived package in its volume.  With an identity in the opener, every archived package is opened
 * and read too.  Nothing is changed; a retention run may go on meanwhile.
 */

struct cp_finding {
	const char *volume;    /* NULL: the keyring, or a whole place */
	int64_t place;         /* where; 0 = STORE/archive */
	int copy;              /* it is a second copy */
	int64_t packages, live;
	const char *status;    /* ok, corrupt, missing, orphan, unopened */
	int64_t faults;
	const char *why;       /* the first fault; "" where ok */
};

struct cp_inspection {
	struct cp_opener *opener; /* its ring NULL: headers are left alone */
	int every_byte;
	int open;                 /* the opener is unlocked; with every_byte */
	unsigned workers;         /* that open, at once */
	enum cp_rc (*report)(void *ctx, const struct cp_finding *f,
	    struct cp_err *err);  /* for each file, also a good one */
	void *report_ctx;
	void (*progress)(void *ctx, int64_t done, int64_t total); /* or NULL */
	void *progress_ctx;

	/* what was found */
	int64_t volumes, packages, opened;
	int64_t copies, bytes;    /* that were looked at, or read */
	int64_t ok, corrupt, missing, orphans;
	int64_t bad;              /* findings that are not ok or unopened */
	int64_t unopened;         /* volumes under another custody key */
};

/* CP_OK when it went to the end, whatever it found. */
enum cp_rc cp_inspect(struct cp_inspection *in, struct cp_err *err)
    CP_MUST_CHECK;

#endif
