#ifndef CP_DUTIES_RUN_H
#define CP_DUTIES_RUN_H

#include "archive/age.h"
#include "archive/custody.h"
#include "archive/shelf.h"
#include "lifecycle/records/facts.h"
#include "lifecycle/store/audit.h"
#include "lifecycle/store/operator.h"
#include "lifecycle/store/settings.h"

/* What one retention run works with, shared by the parts of it. */
struct cp_run {
	/* given by the caller, borrowed */
	struct cp_store *store;
	struct cp_audit *audit;
	struct cp_settings *settings; /* clock_doubt is kept up to date */
	const struct cp_operator *op;
	const struct cp_now *now;
	int dry_run;
	int accept_clock;    /* a guard passed knowingly */
	int accept_share;
	unsigned workers;    /* 1: all in this thread */
	const char *holidays; /* file of bank holidays (sar_life.h), or NULL */
	void (*progress)(void *ctx, int64_t done, int64_t total);
	void *progress_ctx;
	/* called for each record that could not be dealt with; may be NULL */
	void (*trouble)(void *ctx, const char *id, const struct cp_err *err);
	void *trouble_ctx;

	/* its own, from cp_run_open to cp_run_close */
	struct cp_rules rules;
	struct cp_policy *policy;
	struct cp_secret *hostkey;
	struct cp_shelf_ring *ring;
	struct cp_custody_public custody;
	struct cp_age_recipient recipient;
	char archive_dir[4096]; /* where new volumes go: cp_run_places */
	int64_t place;          /* its place */
	int copying;            /* archive.copy is set */
	int64_t copy_place;     /* or CP_PLACE_NONE: it is not there */
	char copy_why[256];     /* why no copy can be made; "" */
	int lock;
	int64_t row; /* of this run; 0 before it is noted as begun */
	struct cp_run_note *notes; /* troubles not written down yet */
	size_t n_notes;
	struct cp_run_foreseen *foreseen; /* by a dry run; owned */

	/* what happened, so far */
	int64_t archived, pruned, destroyed, held, awaiting, lapsed, failed;
	int64_t undecidable, volumes, proposed, shelves_destroyed;
	int64_t copied, copies_owed;
	int64_t moved;           /* held packages, to other shelves */
	int64_t notices_owed;    /* families are to be told something */
	int64_t notices_lapsed;  /* were not told before the archiving */
	/* requests for access not answered, of them late; and what of closed
	 * ones was kept long enough */
	int64_t sar_open, sar_late, sar_expired;
	/* shelves whose month is over that packages waiting for approval keep
	 * alive, and how many those are: after the last look at them */
	int64_t shelves_waiting, shelf_packages;
	int clock_doubted;   /* destruction waits for a second person */
	int withheld;        /* batches that were due but waited for that */
};

/* Locks the store against another run (CP_BUSY), loads policy, keys and
 * custody.  What was opened is closed by cp_run_close, also after a failure. */
enum cp_rc cp_run_open(struct cp_run *run, struct cp_err *err) CP_MUST_CHECK;
void cp_run_close(struct cp_run *run);

/* Finds where new volumes go and, with archive.copy, where copies do; a place
 * that is named for the first time is marked and added.  CP_NOT_FOUND: the
 * folder of new volumes is not there.  Outside a transaction. */
enum cp_rc cp_run_places(struct cp_run *run, struct cp_err *err)
    CP_MUST_CHECK;
/* Copies each closed volume that has no copy yet.  A disk for copies that is
 * not there, or fails, fails no run: what is owed is counted, and on the
 * worklist. */
enum cp_rc cp_run_copy(struct cp_run *run, struct cp_err *err)
    CP_MUST_CHECK;
/* Archives everything due, in volumes of at most 1,000 packages, each with
 * its one transaction.  A record that cannot be archived is counted in failed
 * and reported; what the whole run cannot do without is returned. */
enum cp_rc cp_run_archive(struct cp_run *run, struct cp_err *err)
    CP_MUST_CHECK;
/* Takes ended involvements out of live records. */
enum cp_rc cp_run_prune(struct cp_run *run, struct cp_err *err) CP_MUST_CHECK;
/* Looks at what families are to be told, of those whose day has come. */
enum cp_rc cp_run_notices(struct cp_run *run, struct cp_err *err)
    CP_MUST_CHECK;
/* Computes the clocks of requests for access anew, and erases what names people
 * in those that were kept long enough; keys that a kill left. */
enum cp_rc cp_run_requests(struct cp_run *run, struct cp_err *err)
    CP_MUST_CHECK;
/* Puts what is due for destruction, and not held, into proposed batches. */
enum cp_rc cp_run_propose(struct cp_run *run, struct cp_err *err)
    CP_MUST_CHECK;
/* Executes approved batches whose time has come. */
enum cp_rc cp_run_destroy(struct cp_run *run, struct cp_err *err)
    CP_MUST_CHECK;
/* Where the last run did not end, removes the temporaries it may have left,
 * and volumes that no transaction names (their records are live).  Called
 * before this run is noted as begun, and that before it changes anything. */
enum cp_rc cp_run_sweep(struct cp_run *run, struct cp_err *err) CP_MUST_CHECK;
/* From a shelf whose month is over what is held goes to later ones; when it
 * holds no package it loses its key.  While the clock is doubted no month is
 * over. */
enum cp_rc cp_run_shelves(struct cp_run *run, struct cp_err *err)
    CP_MUST_CHECK;
/* The custodians' copy of the shelf keyring, if the ring is another now. */
enum cp_rc cp_run_escrow(struct cp_run *run, struct cp_err *err)
    CP_MUST_CHECK;
/* In a dry run: a package would leave the shelf of MONTH, erased or (HELD)
 * because it is found to be held; and at the end, what of the shelves. */
enum cp_rc cp_run_foresee(struct cp_run *run, int month, int held,
    struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_run_foresee_shelves(struct cp_run *run, struct cp_err *err)
    CP_MUST_CHECK;
void cp_run_foreseen_free(struct cp_run *run);
/* Volumes without a live package are removed, those of which more than half is
 * dead rewritten, without their copies.  One that is corrupt is named and left
 * for repair; one that is known to be is left alone. */
enum cp_rc cp_run_retire(struct cp_run *run, struct cp_err *err)
    CP_MUST_CHECK;
/* Rewrites volume V without its dead packages, or removes it when none is
 * live; CP_CORRUPT, CP_NOT_FOUND: it cannot be read. */
struct cp_volume_row;
enum cp_rc cp_run_compact_one(struct cp_run *run,
    const struct cp_volume_row *v, struct cp_err *err) CP_MUST_CHECK;
/* Finishes what follows a destruction and can be done again: empty shelves
 * are zeroised, dead volumes removed or rewritten, certificates written.  Runs
 * first, for what a crash left, and after destruction. */
enum cp_rc cp_run_finish(struct cp_run *run, struct cp_err *err)
    CP_MUST_CHECK;

/* Whether RULE, by which a record was archived, ended an extension. */
int cp_run_lapse(const char *rule);
/*
 * Counts the failure of a record (or another thing with a number) and reports
 * it; a record's is kept for cp_run_note.  Good in any transaction.
 */
void cp_run_trouble(struct cp_run *run, const char *id,
    const struct cp_err *err);
/* The same of a volume, or its copy, that is not what it should be: noted for
 * the worklist, outside a transaction, until it is repaired or read as right. */
void cp_run_volume_trouble(struct cp_run *run, const struct cp_volume_row *v,
    int64_t place, const struct cp_err *err);
/*
 * Outside a transaction: writes down which records gave trouble, for the
 * worklist, in a transaction of its own.  After a run that dealt with ALL, those
 * that gave none have none any more.  A failure here loses notes that the next
 * run makes again, and is not reported: it must not undo what was done.
 */
void cp_run_note(struct cp_run *run, int all);

#endif
