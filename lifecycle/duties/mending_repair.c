#include <string.h>

#include "archive/volume_copy.h"
#include "lifecycle/duties/mending.h"
#include "lifecycle/duties/placing.h"
#include "lifecycle/records/volume_state.h"

/* The files of one volume: its own first, then its copies. */
enum state { GOOD, CORRUPT, MISSING, AWAY };
struct file {
	int64_t place;
	enum state state;
	char dir[4096];
	struct cp_err why;
};
struct files {
	struct file *v; /* CP_COPIES_MAX + 1 of them */
	size_t n;
	const struct file *good; /* the first that is */
};

static enum cp_rc
look_at_file(struct cp_mend *m, const struct cp_volume_row *v,
    struct file *f, struct cp_err *err)
{
	enum cp_rc rc = cp_place_dir(m->run.store, f->place, f->dir, err);

	if (rc != CP_OK)
		return rc;
	cp_err_clear(&f->why);
	rc = cp_place_ready(m->run.store, f->place, &f->why);
	if (rc != CP_OK) {
		f->state = AWAY;
		return CP_OK;
	}
	rc = cp_volume_check(f->dir, v->id, &v->sum, NULL, NULL, NULL,
	    &f->why);
	f->state = rc == CP_OK ? GOOD : rc == CP_NOT_FOUND ? MISSING :
	    CORRUPT;
	return CP_OK;
}

static enum cp_rc
look_at_files(struct cp_mend *m, const struct cp_volume_row *v,
    struct files *x, struct cp_err *err)
{
	int64_t places[CP_COPIES_MAX];
	size_t n = 0;
	enum cp_rc rc = cp_copies_of(m->run.store, v->n, places, &n, err);

	x->n = 1 + n;
	x->good = NULL;
	x->v[0].place = v->place;
	for (size_t i = 0; i < n; i++)
		x->v[i + 1].place = places[i];
	for (size_t i = 0; rc == CP_OK && i < x->n; i++) {
		rc = look_at_file(m, v, &x->v[i], err);
		if (rc == CP_OK && x->v[i].state == GOOD && x->good == NULL)
			x->good = &x->v[i];
	}
	return rc;
}

static enum cp_rc
settle(struct cp_mend *m, const struct cp_volume_row *v, int64_t place,
    int repaired, struct cp_err *err)
{
	int known = 0;
	enum cp_rc rc = cp_volume_trouble_at(m->run.store, v->n, place,
	    &known, err);

	if (rc != CP_OK || m->run.dry_run || (!known && !repaired))
		return rc;
	rc = cp_txn_begin(m->run.audit, err);
	if (rc != CP_OK)
		return rc;
	rc = cp_volume_trouble_settle_at(m->run.store, v->n, place, err);
	if (rc == CP_OK)
		rc = cp_mend_log(m, repaired ? "volume.repair" :
		    "volume.settled", v, place, NULL, err);
	return cp_txn_end(m->run.audit, rc, err);
}

/* From the good file over the bad one.  What goes wrong with this disk is
 * this file's own affair. */
static enum cp_rc
restore_file(struct cp_mend *m, const struct cp_volume_row *v,
    const struct file *good, struct file *bad, struct cp_err *err)
{
	const char *status = bad->place == v->place ? "restored" : "copied";
	enum cp_rc rc = CP_OK;

	if (bad->state == AWAY) {
		m->failed++;
		return cp_mend_report(m, v, bad->place, "unreachable",
		    v->packages, bad->why.what, err);
	}
	if (!m->run.dry_run)
		rc = cp_volume_copy(good->dir, bad->dir, v->id, &v->sum, 1,
		    &bad->why);
	if (rc != CP_OK) {
		m->failed++;
		return cp_mend_report(m, v, bad->place, "failed", v->packages,
		    bad->why.what, err);
	}
	rc = settle(m, v, bad->place, 1, err);
	if (rc == CP_OK) {
		m->done++;
		rc = cp_mend_report(m, v, bad->place, status, v->packages,
		    bad->why.what, err);
	}
	return rc;
}

/* Without a good file nothing is done while one may come back with its disk. */
static enum cp_rc
without_good(struct cp_mend *m, const struct cp_volume_row *v,
    struct files *x, struct cp_err *err)
{
	for (size_t i = 0; i < x->n; i++)
		if (x->v[i].state == AWAY) {
			m->failed++;
			return cp_mend_report(m, v, x->v[i].place,
			    "unreachable", v->packages, x->v[i].why.what, err);
		}
	return cp_mend_salvage(m, v, err);
}

static enum cp_rc
repair_volume(struct cp_mend *m, const struct cp_volume_row *v, void *ctx,
    struct cp_err *err)
{
	struct file file[CP_COPIES_MAX + 1];
	struct files x = { .v = file };
	int64_t before = m->done + m->failed;
	enum cp_rc rc = look_at_files(m, v, &x, err);

	(void)ctx;
	if (rc == CP_OK && x.good == NULL)
		return without_good(m, v, &x, err);
	for (size_t i = 0; rc == CP_OK && i < x.n; i++)
		rc = x.v[i].state == GOOD ? settle(m, v, x.v[i].place, 0,
		    err) : restore_file(m, v, x.good, &x.v[i], err);
	if (rc == CP_OK && m->done + m->failed == before && m->only != NULL)
		rc = cp_mend_report(m, v, v->place, "ok", v->packages, "",
		    err);
	return rc;
}

/* ---- orphans ----------------------------------------------------------- */

static enum cp_rc
unlink_orphan(struct cp_mend *m, const struct cp_volume_row *v,
    const char *dir, struct cp_err *err)
{
	enum cp_rc rc = cp_txn_begin(m->run.audit, err);

	if (rc != CP_OK)
		return rc;
	rc = cp_mend_log(m, "volume.orphan", v, v->place, NULL, err);
	rc = cp_txn_end(m->run.audit, rc, err);
	return rc == CP_OK ? cp_volume_unlink(dir, v->id, err) : rc;
}

static enum cp_rc
deal_with_orphan(struct cp_mend *m, const struct cp_disk_file *f,
    int remove, struct cp_err *err)
{
	struct cp_volume_row v = { .place = f->place };
	int needed = 0, whole = 0;
	const char *why;
	char dir[4096];
	enum cp_rc rc = cp_place_dir(m->run.store, f->place, dir, err);

	if (rc == CP_OK)
		rc = cp_orphan_needed(m->run.store, dir, f->id, 0, &needed,
		    &whole, err);
	if (rc != CP_OK)
		return rc;
	memcpy(v.id, f->id, sizeof(v.id));
	m->orphans++;
	why = needed ? "it holds packages that are whole nowhere else" :
	    !whole && m->lost + m->failed > 0 ? "it is damaged, and not every "
	    "package is safe" : whole ? "all that it holds is elsewhere, or destroyed" :
	    "it is no whole volume, and nothing is lost";
	if (!remove || needed || (!whole && m->lost + m->failed > 0))
		return cp_mend_report(m, &v, f->place, "orphan", 0, why, err);
	if (!m->run.dry_run)
		rc = unlink_orphan(m, &v, dir, err);
	if (rc == CP_OK) {
		m->removed++;
		rc = cp_mend_report(m, &v, f->place, "removed", 0, why, err);
	}
	return rc;
}

static enum cp_rc
deal_with_orphans(struct cp_mend *m, int remove, struct cp_err *err)
{
	int known = 1;
	enum cp_rc rc;

	cp_disk_clear(&m->disk); /* as it is now */
	rc = cp_disk_read(m->run.store, &m->disk, err);
	for (size_t i = 0; rc == CP_OK && i < m->disk.n; i++) {
		rc = cp_disk_known(m->run.store, &m->disk.files[i], &known,
		    err);
		if (rc == CP_OK && !known)
			rc = deal_with_orphan(m, &m->disk.files[i], remove,
			    err);
	}
	return rc;
}

static enum cp_rc
repair(struct cp_mend *m, void *ctx, struct cp_err *err)
{
	enum cp_rc rc = cp_mend_each(m, repair_volume, NULL, err);

	if (rc != CP_OK || m->only != NULL)
		return rc;
	return deal_with_orphans(m, *(int *)ctx, err);
}

enum cp_rc
cp_mend_repair(struct cp_mend *m, int remove_orphans, struct cp_err *err)
{
	return cp_mend_within(m, repair, &remove_orphans, err);
}
