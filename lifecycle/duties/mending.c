#include "lifecycle/duties/mending.h"

#include <string.h>
#include <unistd.h>

#include "archive/file.h"
#include "archive/volume.h"
#include "lifecycle/duties/placing.h"
#include "lifecycle/records/volume_state.h"
#include "lifecycle/store/json_put.h"

enum cp_rc
cp_mend_report(struct cp_mend *m, const struct cp_volume_row *v,
    int64_t place, const char *status, int64_t packages, const char *why,
    struct cp_err *err)
{
	struct cp_mended row = { v->id, place, status, packages, why };

	return m->report(m->report_ctx, &row, err);
}

enum cp_rc
cp_mend_log(struct cp_mend *m, const char *action,
    const struct cp_volume_row *v, int64_t place, const char *into,
    struct cp_err *err)
{
	struct cp_entry e = { .action = action };
	struct cp_buf detail;
	enum cp_rc rc;

	cp_buf_init(&detail);
	cp_json_open(&detail, '{');
	cp_json_put_member(&detail, "volume", v->id);
	cp_json_put_key(&detail, "place");
	cp_json_put_int(&detail, place);
	if (into != NULL)
		cp_json_put_member(&detail, "into", into);
	cp_json_close(&detail, '}');
	e.detail = cp_buf_text(&detail);
	rc = cp_buf_check(&detail, err);
	if (rc == CP_OK)
		rc = cp_audit_add(m->run.audit, &e, NULL, err);
	cp_buf_clear(&detail);
	return rc;
}

static void
advance(struct cp_mend *m, int64_t total)
{
	m->looked++;
	if (m->progress != NULL)
		m->progress(m->progress_ctx, m->looked, total);
}

static enum cp_rc
each_named(struct cp_mend *m,
    enum cp_rc (*fn)(struct cp_mend *m, const struct cp_volume_row *v,
    void *ctx, struct cp_err *err), void *ctx, struct cp_err *err)
{
	struct cp_volume_row v;
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < m->n_only; i++) {
		rc = cp_volume_row_get(m->run.store, m->only[i], &v, err);
		if (rc == CP_OK && v.gone)
			rc = cp_fail(err, CP_NOT_FOUND, "volume %s is in the "
			    "archive no more", v.id);
	}
	for (size_t i = 0; rc == CP_OK && i < m->n_only; i++) {
		rc = cp_volume_row_get(m->run.store, m->only[i], &v, err);
		if (rc == CP_OK && !v.gone)
			rc = fn(m, &v, ctx, err);
		advance(m, (int64_t)m->n_only);
	}
	return rc;
}

enum cp_rc
cp_mend_each(struct cp_mend *m,
    enum cp_rc (*fn)(struct cp_mend *m, const struct cp_volume_row *v,
    void *ctx, struct cp_err *err), void *ctx, struct cp_err *err)
{
	struct cp_volume_totals totals;
	struct cp_volume_row v = { .n = 0 };
	int found = 1;
	enum cp_rc rc;

	if (m->only != NULL)
		return each_named(m, fn, ctx, err);
	rc = cp_volume_totals(m->run.store, &totals, err);
	/* Volumes that are written meanwhile are good. */
	while (rc == CP_OK && found && m->looked < totals.volumes) {
		rc = cp_volume_row_next(m->run.store, v.n, &found, &v, err);
		if (rc != CP_OK || !found)
			break;
		rc = fn(m, &v, ctx, err);
		advance(m, totals.volumes);
	}
	return rc;
}

/* What a kill left: temporaries, and files whose rows say that they go. */
static enum cp_rc
tidy(struct cp_mend *m, struct cp_err *err)
{
	char dir[4096];
	unsigned swept;
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < m->disk.n_places; i++) {
		if (!m->disk.ready[i])
			continue;
		rc = cp_place_dir(m->run.store, m->disk.places[i], dir, err);
		if (rc == CP_OK)
			rc = cp_volume_sweep(dir, &swept, err);
	}
	if (rc == CP_OK)
		rc = cp_begun_tidy(m->run.store, err);
	return rc == CP_OK ? cp_leftovers_remove(m->run.store, err) : rc;
}

static enum cp_rc
begin(struct cp_mend *m, struct cp_err *err)
{
	char path[4096];
	enum cp_rc rc = cp_store_path(m->run.store, path, sizeof(path), err,
	    "run.lock");

	m->run.lock = -1;
	if (rc == CP_OK && !m->run.dry_run) {
		rc = cp_file_lock(path, &m->run.lock, err);
		if (rc == CP_BUSY)
			cp_err_hint(err, "a retention run is at work");
	}
	if (rc == CP_OK)
		rc = cp_disk_read(m->run.store, &m->disk, err);
	if (rc == CP_OK && !m->run.dry_run)
		rc = tidy(m, err);
	return rc;
}

enum cp_rc
cp_mend_within(struct cp_mend *m,
    enum cp_rc (*fn)(struct cp_mend *m, void *ctx, struct cp_err *err),
    void *ctx, struct cp_err *err)
{
	struct cp_err why = { 0 };
	enum cp_rc rc = begin(m, err);

	if (rc == CP_OK)
		rc = fn(m, ctx, err);
	/* Second copies of what is new, also before a kill; what fails is
	 * owed. */
	if (rc == CP_OK && !m->run.dry_run &&
	    cp_run_places(&m->run, &why) == CP_OK)
		rc = cp_run_copy(&m->run, err);
	if (rc == CP_OK && !m->run.dry_run) /* kept before as needed */
		rc = cp_begun_tidy(m->run.store, err);
	if (m->run.lock >= 0)
		(void)close(m->run.lock); /* unlocks; nothing was written */
	m->run.lock = -1;
	cp_disk_clear(&m->disk);
	if (rc == CP_OK && m->failed + m->lost > 0)
		return cp_fail(err, CP_PARTIAL, m->lost > 0 ?
		    "packages that are in no file that is left: %lld" :
		    "volumes that could not be dealt with: %lld",
		    (long long)(m->lost > 0 ? m->lost : m->failed));
	return rc;
}
