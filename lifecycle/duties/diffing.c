#include "lifecycle/duties/diffing.h"

#include "lifecycle/records/reach.h"
#include "lifecycle/store/stmt.h"

enum { PROGRESS_EVERY = 4096 };

static enum cp_rc
tally(struct cp_store *s, const char *name, int64_t *out, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_TALLY);

	cp_bind_text(q, name);
	return cp_exec_int(q, 0, out, err);
}

enum cp_rc
cp_diff_total(struct cp_store *s, int64_t *out, struct cp_err *err)
{
	int64_t live = 0, archived = 0;
	enum cp_rc rc = tally(s, "live", &live, err);

	if (rc == CP_OK)
		rc = tally(s, "archived", &archived, err);
	if (rc == CP_OK)
		*out = live + archived;
	return rc;
}

static enum cp_rc
look(struct cp_diff *d, struct cp_mover *m, const struct cp_scanned *r,
    struct cp_err *err)
{
	struct cp_outlook o;
	int reached;
	enum cp_rc rc = cp_reach_row(d->store, r->n, &reached, err);

	if (rc != CP_OK || !reached)
		return rc;
	rc = cp_mover_look(m, r, &o, err);
	for (int i = 0; rc == CP_OK && d->each != NULL && i < o.n_moves; i++)
		rc = d->each(d->ctx, &o.moves[i], err);
	return rc;
}

static enum cp_rc
scan(struct cp_diff *d, struct cp_mover *m, struct cp_err *err)
{
	struct cp_scan *x = NULL;
	struct cp_scanned r;
	int64_t total = 0, done = 0;
	int found = 1;
	enum cp_rc rc = cp_diff_total(d->store, &total, err);

	if (rc == CP_OK)
		rc = cp_scan_open(d->store, 0, &x, err);
	while (rc == CP_OK) {
		rc = cp_scan_next(x, &found, &r, err);
		if (rc != CP_OK || !found)
			break;
		rc = look(d, m, &r, err);
		if (++done % PROGRESS_EVERY == 0 && d->progress != NULL)
			d->progress(d->progress_ctx, done, total);
	}
	cp_scan_close(&x);
	return rc;
}

enum cp_rc
cp_diff(struct cp_diff *d, struct cp_err *err)
{
	struct cp_mover m = { .store = d->store, .settings = d->settings,
		.policy = d->policy, .today = d->today };
	enum cp_rc rc = cp_store_begin_read(d->store, err);

	if (rc != CP_OK)
		return rc;
	rc = scan(d, &m, err);
	cp_store_rollback(d->store);
	d->sum = m.sum;
	cp_mover_clear(&m);
	return rc;
}
