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
#include "lifecycle/store/json_put.h"
#include "lifecycle/store/stmt.h"

/*
 * What follows a destruction: each step is found in the store and can be done
 * again, so that a kill between any two leaves nothing undone for ever.
 */

/* ---- shelves --------------------------------------------------------------- */

enum { SHELVES = 64 };

static enum cp_rc
empty_shelves(struct cp_run *run, int *months, int *n, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(run->store, SQL_SHELVES_EMPTY);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, cp_shelf_month(run->now->today));
	*n = 0;
	while ((rc = cp_step(q, &row, err)) == CP_OK && row && *n < SHELVES)
		months[(*n)++] = (int)cp_col_int(q, 0);
	cp_reset(q);
	return rc;
}

static enum cp_rc
log_shelf(struct cp_run *run, int month, struct cp_err *err)
{
	struct cp_entry e = { .action = "shelf.destroy" };
	struct cp_stmt *q;
	char detail[64];
	enum cp_rc rc = cp_txn_begin(run->audit, err);

	if (rc != CP_OK)
		return rc;
	(void)snprintf(detail, sizeof(detail), "{\"shelf\":%d}", month);
	e.detail = detail;
	q = cp_stmt(run->store, SQL_SHELF_DESTROYED);
	cp_bind_date(q, run->now->today);
	cp_bind_int(q, month);
	rc = cp_exec(q, err);
	if (rc == CP_OK)
		rc = cp_audit_add(run->audit, &e, NULL, err);
	return cp_txn_end(run->audit, rc, err);
}

/* A shelf whose month is over and that holds no package loses its key. */
static enum cp_rc
destroy_shelves(struct cp_run *run, struct cp_err *err)
{
	int months[SHELVES], n = SHELVES;
	char day[CP_DATE_TEXT];
	enum cp_rc rc = CP_OK;

	cp_date_format(run->now->today, day);
	while (rc == CP_OK && n == SHELVES) {
		rc = empty_shelves(run, months, &n, err);
		for (int i = 0; rc == CP_OK && i < n; i++) {
			rc = cp_shelf_destroy(run->ring, months[i], day, err);
			if (rc == CP_OK)
				rc = log_shelf(run, months[i], err);
			if (rc == CP_OK)
				run->shelves_destroyed++;
		}
	}
	return rc;
}

/* ---- volumes --------------------------------------------------------------- */

struct keeping {
	struct cp_run *run;
	struct cp_err *err;
	enum cp_rc rc;
};

/* Whether a package of a dead volume still lives. */
static int
keep(void *ctx, const char *package_id)
{
	struct keeping *x = ctx;
	struct cp_parcel p;
	enum cp_rc rc = x->rc;

	if (rc == CP_OK)
		rc = cp_parcel_get(x->run->store, package_id, &p, x->err);
	if (rc == CP_NOT_FOUND) /* sealed, but never catalogued */
		return 0;
	x->rc = rc;
	return rc != CP_OK || strcmp(p.status, "archived") == 0;
}

static enum cp_rc
mark_gone(struct cp_run *run, const struct cp_volume_row *v,
    const char *action, const char *successor,
    const struct cp_volume_sum *sum, struct cp_err *err)
{
	struct cp_entry e = { .action = action };
	char detail[256];
	int64_t n;
	enum cp_rc rc = cp_txn_begin(run->audit, err);

	if (rc != CP_OK)
		return rc;
	(void)snprintf(detail, sizeof(detail), "{\"volume\":\"%s\"%s%s%s}",
	    v->id, successor != NULL ? ",\"into\":\"" : "",
	    successor != NULL ? successor : "", successor != NULL ? "\"" : "");
	e.detail = detail;
	if (successor != NULL) {
		rc = cp_volume_row_add(run->store, successor, v->custody,
		    run->now->today, sum, sum->count, &n, err);
		if (rc == CP_OK)
			rc = cp_volume_row_move(run->store, v->n, n, err);
	}
	if (rc == CP_OK)
		rc = cp_volume_row_gone(run->store, v->n, run->now->today,
		    err);
	if (rc == CP_OK)
		rc = cp_audit_add(run->audit, &e, NULL, err);
	return cp_txn_end(run->audit, rc, err);
}

/* Copies what lives into a new volume; the old one goes afterwards. */
static enum cp_rc
rewrite_volume(struct cp_run *run, const struct cp_volume_row *v,
    struct cp_err *err)
{
	struct keeping k = { run, err, CP_OK };
	struct cp_volume_counts counts;
	struct cp_volume_sum sum;
	char id[CP_VOLUME_ID + 1];
	enum cp_rc rc = cp_volume_new_id(run->now->today, id, err);

	if (rc == CP_OK)
		rc = cp_volume_rewrite(run->archive_dir, v->id, id, &v->sum,
		    keep, &k, &counts, &sum, err);
	if (rc == CP_OK)
		rc = k.rc;
	return rc == CP_OK ? mark_gone(run, v, "volume.rewrite", id, &sum,
	    err) : rc;
}

static enum cp_rc
retire_volume(struct cp_run *run, const struct cp_volume_row *v,
    struct cp_err *err)
{
	enum cp_rc rc;

	if (v->live > 0) {
		rc = rewrite_volume(run, v, err);
		return rc == CP_OK ? cp_volume_unlink(run->archive_dir, v->id,
		    err) : rc;
	}
	rc = cp_volume_unlink(run->archive_dir, v->id, err);
	if (rc != CP_OK && rc != CP_NOT_FOUND) /* done before a kill */
		return rc;
	return mark_gone(run, v, "volume.remove", NULL, NULL, err);
}

static enum cp_rc
retire_volumes(struct cp_run *run, struct cp_err *err)
{
	struct cp_volume_row v = { 0 };
	struct cp_err why;
	int found = 1;
	enum cp_rc rc = CP_OK;

	while (rc == CP_OK && found) {
		rc = cp_volume_row_dead(run->store, v.n, &found, &v, err);
		if (rc != CP_OK || !found)
			break;
		rc = retire_volume(run, &v, &why);
		if (rc == CP_CORRUPT) { /* named, and left for repair */
			cp_run_trouble(run, v.id, &why);
			rc = CP_OK;
		} else if (rc != CP_OK) {
			*err = why;
		}
	}
	return rc;
}

/* ---- after a crash --------------------------------------------------------- */

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
		rc = destroy_shelves(run, err);
	if (rc == CP_OK)
		rc = retire_volumes(run, err);
	while (rc == CP_OK && found) {
		rc = cp_batch_next(run->store, "executed", b.n, &found, &b,
		    err);
		if (rc == CP_OK && found)
			rc = cp_certify(run, &b, err);
	}
	return rc;
}
