#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/volume_salvage.h"
#include "lifecycle/duties/mending.h"
#include "lifecycle/duties/placing.h"
#include "lifecycle/records/volume_state.h"

enum { ORPHANS_MAX = 64, SOURCES_MAX = ORPHANS_MAX + CP_COPIES_MAX + 1 };

struct salvage {
	struct cp_mend *m;
	const struct cp_volume_row *v;
	char (*ids)[40];           /* of its live packages */
	const char **wanted;
	char *lost;                /* for each */
	size_t n, cap;
	char (*dirs)[4096];
	struct cp_salvage_source sources[SOURCES_MAX];
	size_t n_sources;
};

static enum cp_rc
add_wanted(void *ctx, const struct cp_parcel *p, struct cp_err *err)
{
	struct salvage *x = ctx;

	if (strcmp(p->status, "archived") != 0)
		return CP_OK;
	if (x->n == x->cap)
		return cp_fail(err, CP_CORRUPT, "volume %s holds more than %d "
		    "packages", x->v->id, CP_VOLUME_COUNT);
	memcpy(x->ids[x->n], p->id, sizeof(p->id));
	x->wanted[x->n] = x->ids[x->n];
	x->n++;
	return CP_OK;
}

static void
is_lost(void *ctx, const char *id)
{
	struct salvage *x = ctx;

	for (size_t i = 0; i < x->n; i++)
		if (strcmp(x->ids[i], id) == 0)
			x->lost[i] = 1;
}

static enum cp_rc
add_source(struct salvage *x, const char *id, int64_t place,
    struct cp_err *err)
{
	struct cp_salvage_source *s = &x->sources[x->n_sources];
	enum cp_rc rc;

	if (x->n_sources == SOURCES_MAX ||
	    !cp_disk_ready(&x->m->disk, place))
		return CP_OK;
	rc = cp_place_dir(x->m->run.store, place, x->dirs[x->n_sources], err);
	s->dir = x->dirs[x->n_sources];
	s->id = id;
	x->n_sources += rc == CP_OK;
	return rc;
}

/* Its own files, and every file that nobody knows. */
static enum cp_rc
find_sources(struct salvage *x, struct cp_err *err)
{
	struct cp_store *s = x->m->run.store;
	int64_t places[CP_COPIES_MAX];
	size_t n = 0;
	int known = 1;
	enum cp_rc rc = cp_copies_of(s, x->v->n, places, &n, err);

	if (rc == CP_OK)
		rc = add_source(x, x->v->id, x->v->place, err);
	for (size_t i = 0; rc == CP_OK && i < n; i++)
		rc = add_source(x, x->v->id, places[i], err);
	for (size_t i = 0; rc == CP_OK && i < x->m->disk.n; i++) {
		const struct cp_disk_file *f = &x->m->disk.files[i];

		rc = cp_disk_known(s, f, &known, err);
		if (rc == CP_OK && !known)
			rc = add_source(x, f->id, f->place, err);
	}
	return rc;
}

/* What was saved is in the new volume; the old one is gone if that is all of
 * it, and else stays for what is not. */
static enum cp_rc
switch_over(struct salvage *x, const char *new_id, int64_t place,
    const struct cp_volume_sum *sum, size_t saved, struct cp_err *err)
{
	struct cp_run *run = &x->m->run;
	const struct cp_volume_row *v = x->v;
	int64_t to = 0;
	enum cp_rc rc = cp_txn_begin(run->audit, err);

	if (rc != CP_OK)
		return rc;
	rc = cp_volume_row_add(run->store, new_id, v->custody,
	    run->now->today, sum, (int64_t)saved, place, &to, err);
	for (size_t i = 0; rc == CP_OK && i < x->n; i++)
		if (!x->lost[i])
			rc = cp_parcel_moved(run->store, x->ids[i], v->n, to,
			    err);
	if (rc == CP_OK)
		rc = cp_begun_done(run->store, new_id, place, err);
	if (rc == CP_OK)
		rc = cp_volume_row_recount(run->store, v->n, err);
	if (rc == CP_OK && saved == x->n) {
		rc = cp_leftover_add(run->store, v->n, v->place,
		    run->now->today, err);
		if (rc == CP_OK)
			rc = cp_leftover_copies(run->store, v->n,
			    run->now->today, err);
		if (rc == CP_OK)
			rc = cp_volume_trouble_settle(run->store, v->n, err);
		if (rc == CP_OK)
			rc = cp_volume_row_gone(run->store, v->n,
			    run->now->today, err);
	}
	if (rc == CP_OK)
		rc = cp_mend_log(x->m, "volume.salvage", v, place, new_id,
		    err);
	return cp_txn_end(run->audit, rc, err);
}

/* The catalogue says from now on that files of V are wrong. */
static enum cp_rc
note_loss(struct salvage *x, struct cp_err *err)
{
	struct cp_run *run = &x->m->run;
	int known = 0;
	enum cp_rc rc = cp_volume_trouble_at(run->store, x->v->n,
	    x->v->place, &known, err);

	if (rc != CP_OK || known || run->dry_run)
		return rc;
	rc = cp_txn_begin(run->audit, err);
	if (rc != CP_OK)
		return rc;
	rc = cp_volume_trouble_note(run->store, x->v->n, x->v->place,
	    "corrupt", "packages are in no file that is left",
	    run->now->today, err);
	if (rc == CP_OK)
		rc = cp_mend_log(x->m, "volume.lost", x->v, x->v->place, NULL,
		    err);
	return cp_txn_end(run->audit, rc, err);
}

static enum cp_rc
report_lost(struct salvage *x, struct cp_err *err)
{
	char why[128];
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < x->n; i++) {
		if (!x->lost[i])
			continue;
		x->m->lost++;
		(void)snprintf(why, sizeof(why), "package %s is in no file "
		    "that is left", x->ids[i]);
		rc = cp_mend_report(x->m, x->v, x->v->place, "lost", 1, why,
		    err);
	}
	return rc;
}

static enum cp_rc
write_saved(struct salvage *x, struct cp_salvage *s, struct cp_err *err)
{
	struct cp_run *run = &x->m->run;
	int64_t place = cp_disk_ready(&x->m->disk, x->v->place) ?
	    x->v->place : 0;
	struct cp_volume_sum sum;
	char new_id[CP_VOLUME_ID + 1], dir[4096], why[96];
	enum cp_rc rc = cp_volume_new_id(run->now->today, new_id, err);

	if (rc == CP_OK)
		rc = cp_place_dir(run->store, place, dir, err);
	if (rc == CP_OK && !run->dry_run)
		rc = cp_begun_add(run->store, new_id, place, err);
	if (rc == CP_OK)
		rc = cp_volume_salvage(s, dir, run->dry_run ? NULL : new_id,
		    x->v->custody, x->v->made, &sum, err);
	if (rc == CP_NOT_FOUND && s->saved == 0) {
		cp_err_clear(err);
		return CP_OK;
	}
	if (rc == CP_OK && !run->dry_run)
		rc = switch_over(x, new_id, place, &sum, s->saved, err);
	if (rc == CP_OK && !run->dry_run)
		rc = cp_leftovers_remove(run->store, err);
	if (rc != CP_OK)
		return rc;
	x->m->done++;
	(void)snprintf(why, sizeof(why), run->dry_run ? "into a new volume" :
	    "into volume %s", new_id);
	return cp_mend_report(x->m, x->v, place, "salvaged",
	    (int64_t)s->saved, why, err);
}

static enum cp_rc
salvage(struct salvage *x, struct cp_err *err)
{
	struct cp_salvage s = { .sources = x->sources, .wanted = x->wanted,
		.lost = is_lost, .ctx = x };
	enum cp_rc rc = cp_parcel_each(x->m->run.store, x->v->n, add_wanted,
	    x, err);

	if (rc == CP_OK)
		rc = find_sources(x, err);
	if (rc != CP_OK)
		return rc;
	s.n_sources = x->n_sources;
	s.n_wanted = x->n;
	rc = write_saved(x, &s, err);
	if (rc == CP_OK && s.saved < x->n)
		rc = note_loss(x, err);
	return rc == CP_OK ? report_lost(x, err) : rc;
}

enum cp_rc
cp_mend_salvage(struct cp_mend *m, const struct cp_volume_row *v,
    struct cp_err *err)
{
	struct salvage x = { .m = m, .v = v, .cap = CP_VOLUME_COUNT };
	enum cp_rc rc;

	x.ids = calloc(x.cap, sizeof(*x.ids));
	x.wanted = calloc(x.cap, sizeof(*x.wanted));
	x.lost = calloc(x.cap, 1);
	x.dirs = calloc(SOURCES_MAX, sizeof(*x.dirs));
	if (x.ids == NULL || x.wanted == NULL || x.lost == NULL ||
	    x.dirs == NULL)
		rc = cp_fail(err, CP_FAILED, "out of memory");
	else
		rc = salvage(&x, err);
	free(x.ids);
	free(x.wanted);
	free(x.lost);
	free(x.dirs);
	return rc;
}
