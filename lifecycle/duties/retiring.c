#include <stdio.h>
#include <string.h>

#include "archive/volume.h"
#include "lifecycle/duties/placing.h"
#include "lifecycle/duties/run.h"
#include "lifecycle/records/volume_state.h"

struct keeping {
	struct cp_run *run;
	int64_t volume;
	struct cp_err *err;
	enum cp_rc rc;
};

/* Whether a package of a dead volume still lives, and there. */
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
	return rc != CP_OK || (strcmp(p.status, "archived") == 0 &&
	    p.volume == x->volume);
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
		    run->now->today, sum, sum->count, v->place, &n, err);
		if (rc == CP_OK)
			rc = cp_volume_row_move(run->store, v->n, n, err);
		if (rc == CP_OK)
			rc = cp_begun_done(run->store, successor, v->place,
			    err);
	}
	if (rc == CP_OK)
		rc = cp_leftover_add(run->store, v->n, v->place,
		    run->now->today, err);
	if (rc == CP_OK)
		rc = cp_leftover_copies(run->store, v->n, run->now->today,
		    err);
	if (rc == CP_OK)
		rc = cp_volume_trouble_settle(run->store, v->n, err);
	if (rc == CP_OK)
		rc = cp_volume_row_gone(run->store, v->n, run->now->today,
		    err);
	if (rc == CP_OK)
		rc = cp_audit_add(run->audit, &e, NULL, err);
	return cp_txn_end(run->audit, rc, err);
}

/* Copies what lives into a new volume beside it. */
static enum cp_rc
rewrite_volume(struct cp_run *run, const struct cp_volume_row *v,
    struct cp_err *err)
{
	struct keeping k = { run, v->n, err, CP_OK };
	struct cp_volume_counts counts;
	struct cp_volume_sum sum;
	char id[CP_VOLUME_ID + 1], dir[4096];
	enum cp_rc rc = cp_volume_new_id(run->now->today, id, err);

	if (rc == CP_OK)
		rc = cp_place_dir(run->store, v->place, dir, err);
	if (rc == CP_OK)
		rc = cp_begun_add(run->store, id, v->place, err);
	if (rc == CP_OK)
		rc = cp_volume_rewrite(dir, v->id, id, &v->sum, keep, &k,
		    &counts, &sum, err);
	if (rc == CP_OK)
		rc = k.rc;
	return rc == CP_OK ? mark_gone(run, v, "volume.rewrite", id, &sum,
	    err) : rc;
}

/* A place that is not there now can have its turn another night. */
static enum cp_rc
retire_volume(struct cp_run *run, const struct cp_volume_row *v,
    struct cp_err *err)
{
	enum cp_rc rc;

	if (v->live == 0)
		return mark_gone(run, v, "volume.remove", NULL, NULL, err);
	rc = cp_place_ready(run->store, v->place, err);
	if (rc == CP_OK)
		rc = rewrite_volume(run, v, err);
	return rc;
}

static enum cp_rc
retire_all(struct cp_run *run, struct cp_err *err)
{
	struct cp_volume_row v = { 0 };
	struct cp_err why = { 0 };
	int found = 1;
	enum cp_rc rc = CP_OK;

	while (rc == CP_OK && found) {
		rc = cp_volume_row_dead(run->store, v.n, &found, &v, err);
		if (rc != CP_OK || !found)
			break;
		rc = retire_volume(run, &v, &why);
		if (rc == CP_CORRUPT || rc == CP_NOT_FOUND) {
			cp_run_volume_trouble(run, &v, v.place, &why);
			rc = CP_OK; /* named, and left for repair */
		} else if (rc != CP_OK) {
			*err = why;
		}
	}
	return rc;
}

enum cp_rc
cp_run_compact_one(struct cp_run *run, const struct cp_volume_row *v,
    struct cp_err *err)
{
	enum cp_rc rc = retire_volume(run, v, err);

	return rc == CP_OK ? cp_leftovers_remove(run->store, err) : rc;
}

enum cp_rc
cp_run_retire(struct cp_run *run, struct cp_err *err)
{
	enum cp_rc rc = cp_begun_tidy(run->store, err);

	if (rc == CP_OK)
		rc = retire_all(run, err);
	return rc == CP_OK ? cp_leftovers_remove(run->store, err) : rc;
}
