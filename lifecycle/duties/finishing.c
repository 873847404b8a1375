#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/volume.h"
#include "lifecycle/duties/certifying.h"
#include "lifecycle/duties/destruction.h"
#include "lifecycle/duties/run.h"
#include "lifecycle/records/hold.h"
#include "lifecycle/store/stmt.h"

/*
 * What follows a destruction: each step is found in the store and can be done
 * again, so that a kill between any two leaves nothing undone for ever.
 */

struct orphans {
	struct cp_run *run;
	char id[32][CP_VOLUME_ID + 1];
	int n;
};

static enum cp_rc
look_at_volume(void *ctx, const char *volume_id, uint64_t size,
    struct cp_err *err)
{
	struct orphans *x = ctx;
	struct cp_volume_row v;
	enum cp_rc rc = cp_volume_row_get(x->run->store, volume_id, &v, err);

	(void)size;
	if (rc == CP_NOT_FOUND || (rc == CP_OK && v.gone)) {
		if (x->n < 32)
			(void)snprintf(x->id[x->n++], CP_VOLUME_ID + 1, "%s",
			    volume_id);
		return CP_OK;
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
	struct orphans x = { .run = run };
	int64_t unfinished;
	unsigned swept;
	enum cp_rc rc = cp_exec_int(cp_stmt(run->store, SQL_RUN_UNFINISHED), 0,
	    &unfinished, err);

	if (rc != CP_OK || unfinished == 0)
		return rc;
	rc = cp_volume_sweep(run->archive_dir, &swept, err);
	if (rc == CP_OK)
		rc = cp_volume_list(run->archive_dir, look_at_volume, &x, err);
	for (int i = 0; rc == CP_OK && i < x.n; i++)
		rc = cp_volume_unlink(run->archive_dir, x.id[i], err);
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

enum cp_rc
cp_run_finish(struct cp_run *run, struct cp_err *err)
{
	struct cp_batch b = { 0 };
	int found = 1;
	enum cp_rc rc = settle_holds(run, err);

	if (rc == CP_OK)
		rc = cp_run_shelves(run, err);
	if (rc == CP_OK)
		rc = cp_run_retire(run, err);
	while (rc == CP_OK && found) {
		rc = cp_batch_next(run->store, "executed", b.n, &found, &b,
		    err);
		if (rc == CP_OK && found)
			rc = cp_certify(run, &b, err);
	}
	return rc;
}
