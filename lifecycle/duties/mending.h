#ifndef CP_DUTIES_MENDING_H
#define CP_DUTIES_MENDING_H

#include "lifecycle/duties/disk_files.h"
#include "lifecycle/duties/run.h"

/*
 * Changing the files of the archive by hand: repair, move, compaction.  Each
 * step is whole in itself, verified before anything is removed, and in the
 * log; after a kill the same command goes on.  No retention run goes on at the
 * same time (CP_BUSY).
 */
struct cp_mended {
	const char *volume;
	int64_t place;        /* of the file it is about */
	/* ok, restored, copied, salvaged, lost, unreachable, orphan, removed,
	 * moved, compacted, failed */
	const char *status;
	int64_t packages;
	const char *why;      /* "" where there is nothing to say */
};

struct cp_mend {
	struct cp_run run;     /* store, audit, op, now and dry_run are given */
	const char *const *only; /* ids of volumes; NULL = all */
	size_t n_only;
	enum cp_rc (*report)(void *ctx, const struct cp_mended *m,
	    struct cp_err *err);
	void *report_ctx;
	void (*progress)(void *ctx, int64_t done, int64_t total); /* or NULL */
	void *progress_ctx;

	/* what came of it; zeroed */
	int64_t looked, done, lost, failed, orphans, removed;
	/* its own */
	struct cp_disk disk;
};

/* Each corrupt or missing file is replaced from a good one of the same volume.
 * Where none is good, what any of them or an orphan still holds goes into a
 * new volume; packages that nothing holds are named, and stay in the
 * catalogue.  REMOVE_ORPHANS also unlinks files that the catalogue does not
 * know and that hold nothing it needs.  CP_PARTIAL: something is lost, or out
 * of reach. */
enum cp_rc cp_mend_repair(struct cp_mend *m, int remove_orphans,
    struct cp_err *err) CP_MUST_CHECK;
/* The volumes to the folder DIR.  CP_PARTIAL: some could not be read. */
enum cp_rc cp_mend_move(struct cp_mend *m, const char *dir,
    struct cp_err *err) CP_MUST_CHECK;
/* Volumes of which more than half is dead, or with ALL anything, are written
 * again without that. */
enum cp_rc cp_mend_compact(struct cp_mend *m, int all, struct cp_err *err)
    CP_MUST_CHECK;

/* ---- within mending*.c ------------------------------------------------- */

enum cp_rc cp_mend_report(struct cp_mend *m, const struct cp_volume_row *v,
    int64_t place, const char *status, int64_t packages, const char *why,
    struct cp_err *err) CP_MUST_CHECK;
/* Calls FN for each volume asked for, also those it adds meanwhile not. */
enum cp_rc cp_mend_each(struct cp_mend *m,
    enum cp_rc (*fn)(struct cp_mend *m, const struct cp_volume_row *v,
	void *ctx, struct cp_err *err), void *ctx, struct cp_err *err)
    CP_MUST_CHECK;
/* The whole of a verb: lock, what a kill left, FN, second copies, status. */
enum cp_rc cp_mend_within(struct cp_mend *m,
    enum cp_rc (*fn)(struct cp_mend *m, void *ctx, struct cp_err *err),
    void *ctx, struct cp_err *err) CP_MUST_CHECK;
/* Volume V, of which no file is good, out of what is left. */
enum cp_rc cp_mend_salvage(struct cp_mend *m, const struct cp_volume_row *v,
    struct cp_err *err) CP_MUST_CHECK;
/* An entry of ACTION on V, in the caller's transaction; INTO may be NULL. */
enum cp_rc cp_mend_log(struct cp_mend *m, const char *action,
    const struct cp_volume_row *v, int64_t place, const char *into,
    struct cp_err *err) CP_MUST_CHECK;

#endif
