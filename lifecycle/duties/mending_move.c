#include <string.h>

#include "archive/volume_copy.h"
#include "lifecycle/duties/mending.h"
#include "lifecycle/duties/placing.h"
#include "lifecycle/records/volume_state.h"

struct moving {
	const char *dir;
	int64_t place; /* where to, or CP_PLACE_NONE in a dry run */
};

/* The row, once the new file is there; the old one is to be removed. */
static enum cp_rc
switch_place(struct cp_mend *m, const struct cp_volume_row *v, int64_t place,
    struct cp_err *err)
{
	struct cp_run *run = &m->run;
	enum cp_rc rc = cp_txn_begin(run->audit, err);

	if (rc != CP_OK)
		return rc;
	rc = cp_volume_row_place(run->store, v->n, place, err);
	if (rc == CP_OK)
		rc = cp_begun_done(run->store, v->id, place, err);
	if (rc == CP_OK)
		rc = cp_copy_drop(run->store, v->n, place, err);
	if (rc == CP_OK)
		rc = cp_leftover_add(run->store, v->n, v->place,
		    run->now->today, err);
	if (rc == CP_OK)
		rc = cp_volume_trouble_settle_at(run->store, v->n, v->place,
		    err);
	if (rc == CP_OK) /* of a copy that was there */
		rc = cp_volume_trouble_settle_at(run->store, v->n, place, err);
	if (rc == CP_OK)
		rc = cp_mend_log(m, "volume.move", v, place, NULL, err);
	return cp_txn_end(run->audit, rc, err);
}

/* From its own file, or where that is not good, from a copy. */
static enum cp_rc
copy_from_any(struct cp_mend *m, const struct cp_volume_row *v,
    const char *to, struct cp_err *err)
{
	int64_t places[CP_COPIES_MAX + 1];
	struct cp_err why = { 0 };
	char from[4096];
	size_t n = 0;
	enum cp_rc rc = cp_copies_of(m->run.store, v->n, places + 1, &n, err);

	places[0] = v->place;
	for (size_t i = 0; rc == CP_OK && i <= n; i++) {
		rc = cp_place_dir(m->run.store, places[i], from, err);
		if (rc != CP_OK)
			break;
		if (cp_place_ready(m->run.store, places[i], &why) == CP_OK &&
		    cp_volume_copy(from, to, v->id, &v->sum, 1, &why) == CP_OK)
			return CP_OK;
		if (i == 0)
			*err = why; /* what is said if all fail */
	}
	return rc == CP_OK ? err->code : rc;
}

static enum cp_rc
move_volume(struct cp_mend *m, const struct cp_volume_row *v, void *ctx,
    struct cp_err *err)
{
	const struct moving *to = ctx;
	struct cp_err why = { 0 };
	enum cp_rc rc = CP_OK;

	if (v->place == to->place)
		return CP_OK;
	if (!m->run.dry_run)
		rc = cp_begun_add(m->run.store, v->id, to->place, &why);
	if (rc == CP_OK && !m->run.dry_run)
		rc = copy_from_any(m, v, to->dir, &why);
	if (rc == CP_CORRUPT || rc == CP_NOT_FOUND || rc == CP_REFUSED) {
		m->failed++; /* named, and left for repair */
		return cp_mend_report(m, v, v->place, "failed", v->packages,
		    why.what, err);
	}
	if (rc != CP_OK) {
		*err = why;
		return rc;
	}
	if (!m->run.dry_run)
		rc = switch_place(m, v, to->place, err);
	if (rc == CP_OK && !m->run.dry_run)
		rc = cp_leftovers_remove(m->run.store, err);
	if (rc == CP_OK) {
		m->done++;
		rc = cp_mend_report(m, v, v->place, "moved", v->packages, "",
		    err);
	}
	return rc;
}

static enum cp_rc
move(struct cp_mend *m, void *ctx, struct cp_err *err)
{
	struct moving *x = ctx;
	struct cp_config_archive config = { .scrub_rate = 0 };
	int64_t copies = CP_PLACE_NONE;
	unsigned swept;
	char dir[4096];
	enum cp_rc rc = cp_archive_config(m->run.store, &config, err);

	if (rc == CP_OK && x->dir[0] != '/')
		return cp_fail(err, CP_USAGE, "the folder to move to is an "
		    "absolute path");
	if (rc == CP_OK)
		rc = m->run.dry_run ? cp_place_find(m->run.store, x->dir,
		    &x->place, err) : cp_place_take(m->run.store,
		    m->run.audit, x->dir, &x->place, err);
	if (rc == CP_OK && config.copy[0] != '\0')
		rc = cp_place_find(m->run.store, config.copy, &copies, err);
	if (rc == CP_OK && x->place != CP_PLACE_NONE && x->place == copies)
		rc = cp_fail(err, CP_REFUSED, "the second copies are in %s",
		    x->dir);
	if (rc == CP_OK && !m->run.dry_run) {
		rc = cp_place_dir(m->run.store, x->place, dir, err);
		if (rc == CP_OK)
			rc = cp_volume_sweep(dir, &swept, err);
	}
	return rc == CP_OK ? cp_mend_each(m, move_volume, x, err) : rc;
}

enum cp_rc
cp_mend_move(struct cp_mend *m, const char *dir, struct cp_err *err)
{
	struct moving x = { dir, CP_PLACE_NONE };

	return cp_mend_within(m, move, &x, err);
}

/* ---- compaction -------------------------------------------------------- */

static enum cp_rc
compact_volume(struct cp_mend *m, const struct cp_volume_row *v, void *ctx,
    struct cp_err *err)
{
	int all = *(int *)ctx;
	struct cp_err why = { 0 };
	enum cp_rc rc = CP_OK;

	if (v->live == v->packages || (!all && v->packages <= 2 * v->live))
		return CP_OK;
	if (!m->run.dry_run)
		rc = cp_run_compact_one(&m->run, v, &why);
	if (rc == CP_CORRUPT || rc == CP_NOT_FOUND) {
		m->failed++;
		return cp_mend_report(m, v, v->place, "failed", v->packages,
		    why.what, err);
	}
	if (rc != CP_OK) {
		*err = why;
		return rc;
	}
	m->done++;
	return cp_mend_report(m, v, v->place, v->live > 0 ? "compacted" :
	    "removed", v->packages - v->live, "", err);
}

static enum cp_rc
compact(struct cp_mend *m, void *ctx, struct cp_err *err)
{
	return cp_mend_each(m, compact_volume, ctx, err);
}

enum cp_rc
cp_mend_compact(struct cp_mend *m, int all, struct cp_err *err)
{
	return cp_mend_within(m, compact, &all, err);
}
