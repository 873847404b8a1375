#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/volume.h"
#include "lifecycle/duties/certifying.h"
#include "lifecycle/duties/destruction.h"
#include "lifecycle/duties/disk_files.h"
#include "lifecycle/duties/placing.h"
#include "lifecycle/duties/run.h"
#include "lifecycle/records/hold.h"
#include "lifecycle/store/stmt.h"

/*
 * What follows a destruction: each step is found in the store and can be done
 * again, so that a kill between any two leaves nothing undone for ever.
 */

/* Removes a volume that a run left which did not come to its transaction; one
 * that holds what is nowhere else is left for archive repair. */
static enum cp_rc
sweep_orphan(struct cp_run *run, const struct cp_disk_file *f,
    struct cp_err *err)
{
	int needed = 0, whole = 0;
	char dir[4096];
	enum cp_rc rc = cp_place_dir(run->store, f->place, dir, err);

	if (rc == CP_OK)
		rc = cp_orphan_needed(run->store, dir, f->id, 1, &needed,
		    &whole, err);
	if (rc != CP_OK || needed || !whole)
		return rc;
	return cp_volume_unlink(dir, f->id, err);
}

static enum cp_rc
sweep_orphans(struct cp_run *run, struct cp_err *err)
{
	struct cp_disk disk = { .n = 0 };
	int known = 1;
	enum cp_rc rc = cp_disk_read(run->store, &disk, err);

	for (size_t i = 0; rc == CP_OK && i < disk.n; i++) {
		rc = cp_disk_known(run->store, &disk.files[i], &known, err);
		if (rc == CP_OK && !known)
			rc = sweep_orphan(run, &disk.files[i], err);
	}
	cp_disk_clear(&disk);
	return rc;
}

/* The temporaries in every place that is there. */
static enum cp_rc
sweep_parts(struct cp_run *run, struct cp_err *err)
{
	int64_t places[CP_PLACES_MAX];
	struct cp_err why = { 0 };
	char dir[4096];
	unsigned swept;
	size_t n = 0;
	enum cp_rc rc = cp_places(run->store, places, &n, err);

	for (size_t i = 0; rc == CP_OK && i < n; i++) {
		if (cp_place_ready(run->store, places[i], &why) != CP_OK)
			continue;
		rc = cp_place_dir(run->store, places[i], dir, err);
		if (rc == CP_OK)
			rc = cp_volume_sweep(dir, &swept, err);
	}
	return rc;
}

/* Temporaries of certificates. */
static enum cp_rc
sweep_outbox(struct cp_run *run, struct cp_err *err)
{
	char path[4096];
	struct dirent *e;
	DIR *dir;
	enum cp_rc rc = cp_store_path(run->store, path, sizeof(path), err,
	    "outbox");

	if (rc != CP_OK)
		return rc;
	dir = opendir(path);
	if (dir == NULL)
		return cp_fail_errno(err, CP_FAILED, "%s", path);
	while (rc == CP_OK && (errno = 0, e = readdir(dir)) != NULL)
		if (strncmp(e->d_name, ".certificate-", 13) == 0 &&
		    strstr(e->d_name, ".part-") != NULL &&
		    unlinkat(dirfd(dir), e->d_name, 0) != 0)
			rc = cp_fail_errno(err, CP_FAILED, "removing %s/%s",
			    path, e->d_name);
	if (rc == CP_OK && errno != 0)
		rc = cp_fail_errno(err, CP_FAILED, "reading %s", path);
	(void)closedir(dir);
	return rc;
}

enum cp_rc
cp_run_sweep(struct cp_run *run, struct cp_err *err)
{
	int64_t unfinished;
	enum cp_rc rc = cp_exec_int(cp_stmt(run->store, SQL_RUN_UNFINISHED), 0,
	    &unfinished, err);

	if (rc != CP_OK || unfinished == 0)
		return rc;
	rc = sweep_parts(run, err);
	if (rc == CP_OK)
		rc = sweep_orphans(run, err);
	return rc == CP_OK ? sweep_outbox(run, err) : rc;
}

/* A release that was killed before it had put back what it suspended. */
static enum cp_rc
settle_holds(struct cp_run *run, struct cp_err *err)
{
	int64_t freed;
	int unsettled;
	enum cp_rc rc = cp_hold_unsettled(run->store, &unsettled, err);

	return rc == CP_OK && unsettled ? cp_hold_settle(run->store,
	    run->audit, run->now->today, &freed, NULL, NULL, err) : rc;
}

/* A reader who keeps the log from being cut puts the certificate off, not the
 * rest of the run. */
static enum cp_rc
certify(struct cp_run *run, const struct cp_batch *b, struct cp_err *err)
{
	enum cp_rc rc = cp_certify(run, b, err);

	if (rc != CP_BUSY)
		return rc;
	cp_run_trouble(run, b->id, err);
	cp_err_clear(err);
	return CP_OK;
}

enum cp_rc
cp_run_finish(struct cp_run *run, struct cp_err *err)
{
	struct cp_batch b = { 0 };
	int found = 1;
	enum cp_rc rc = settle_holds(run, err);

	if (rc == CP_OK)
		rc = cp_run_shelves(run, err);
	if (rc == CP_OK)
		rc = cp_run_escrow(run, err);
	if (rc == CP_OK)
		rc = cp_run_retire(run, err);
	while (rc == CP_OK && found) {
		rc = cp_batch_next(run->store, "executed", b.n, &found, &b,
		    err);
		if (rc == CP_OK && found)
			rc = certify(run, &b, err);
	}
	return rc == CP_OK ? cp_certify_again(run, err) : rc;
}
