#include "lifecycle/duties/scrubbing.h"

#include <stdio.h>
#include <string.h>

#include "archive/volume_copy.h"
#include "lifecycle/records/volume_state.h"
#include "lifecycle/rules/rate.h"
#include "lifecycle/store/json_put.h"

struct work {
	struct cp_scrub *in;
	int64_t places[CP_PLACES_MAX]; /* and which of them are there */
	int ready[CP_PLACES_MAX];
	size_t n_places;
	int64_t began, total;
	int64_t file_began, file_bytes; /* of the file at hand */
};

static int64_t
now(const struct work *x)
{
	return x->in->clock(x->in->clock_ctx);
}

static int
out_of_time(const struct work *x)
{
	return x->in->max_ms > 0 && now(x) - x->began >= x->in->max_ms;
}

static void
pace(void *ctx, size_t bytes)
{
	struct work *x = ctx;
	int64_t wait;

	x->file_bytes += (int64_t)bytes;
	x->in->bytes += (int64_t)bytes;
	wait = cp_rate_wait(x->file_bytes, x->in->rate, now(x) -
	    x->file_began);
	if (wait > 0)
		x->in->wait(x->in->clock_ctx, wait);
}

static int
is_ready(const struct work *x, int64_t place)
{
	for (size_t i = 0; i < x->n_places; i++)
		if (x->places[i] == place)
			return x->ready[i];
	return 0;
}

static enum cp_rc
report(struct work *x, const struct cp_volume_row *v, int64_t place, int copy,
    const char *status, const char *why, struct cp_err *err)
{
	struct cp_finding f = { v != NULL ? v->id : NULL, place, copy,
		v != NULL ? v->packages : 0, v != NULL ? v->live : 0, status,
		1, why };

	if (strcmp(status, "missing") == 0)
		x->in->missing++;
	else
		x->in->corrupt++;
	return x->in->report(x->in->report_ctx, &f, err);
}

/* ---- what is noted ----------------------------------------------------- */

static enum cp_rc
log_trouble(struct work *x, const struct cp_volume_row *v, int64_t place,
    const char *status, const char *why, struct cp_err *err)
{
	struct cp_entry e = { .action = "volume.trouble" };
	struct cp_buf detail;
	enum cp_rc rc;

	cp_buf_init(&detail);
	cp_json_open(&detail, '{');
	cp_json_put_member(&detail, "volume", v->id);
	cp_json_put_key(&detail, "place");
	cp_json_put_int(&detail, place);
	cp_json_put_member(&detail, "status", status);
	cp_json_put_member(&detail, "why", why);
	cp_json_close(&detail, '}');
	e.detail = cp_buf_text(&detail);
	rc = cp_buf_check(&detail, err);
	if (rc == CP_OK)
		rc = cp_audit_add(x->in->audit, &e, NULL, err);
	cp_buf_clear(&detail);
	return rc;
}

/* In the log the first time; after that only its last day changes. */
static enum cp_rc
note_trouble(struct work *x, const struct cp_volume_row *v, int64_t place,
    const char *status, const char *why, struct cp_err *err)
{
	int known = 0;
	enum cp_rc rc = cp_txn_begin(x->in->audit, err);

	if (rc != CP_OK)
		return rc;
	rc = cp_volume_trouble_at(x->in->store, v->n, place, &known, err);
	if (rc == CP_OK)
		rc = cp_volume_trouble_note(x->in->store, v->n, place, status,
		    why, x->in->today, err);
	if (rc == CP_OK && !known)
		rc = log_trouble(x, v, place, status, why, err);
	return cp_txn_end(x->in->audit, rc, err);
}

static enum cp_rc
note_right(struct work *x, const struct cp_volume_row *v, int64_t place,
    int copy, struct cp_err *err)
{
	struct cp_store *s = x->in->store;
	enum cp_rc rc = cp_store_begin(s, err);

	if (rc != CP_OK)
		return rc;
	rc = cp_volume_checked(s, v->n, place, copy, x->in->today, err);
	if (rc == CP_OK)
		return cp_store_commit(s, err);
	cp_store_rollback(s);
	return rc;
}

/* ---- files ------------------------------------------------------------- */

/* A run may have removed, moved or rewritten the volume meanwhile. */
static enum cp_rc
still_there(struct work *x, const struct cp_volume_row *v, int64_t place,
    int copy, int *still, struct cp_err *err)
{
	int64_t places[CP_COPIES_MAX];
	struct cp_volume_row again;
	size_t n = 0;
	enum cp_rc rc = cp_volume_row_get(x->in->store, v->id, &again, err);

	*still = rc == CP_OK && !again.gone && !copy && again.place == place;
	if (rc != CP_OK || again.gone || !copy)
		return rc;
	rc = cp_copies_of(x->in->store, v->n, places, &n, err);
	for (size_t i = 0; rc == CP_OK && i < n; i++)
		if (places[i] == place)
			*still = 1;
	return rc;
}

static enum cp_rc
scrub_file(struct work *x, const struct cp_volume_row *v, int64_t place,
    int copy, struct cp_err *err)
{
	struct cp_err why = { 0 };
	const char *status;
	char dir[4096];
	int still = 0;
	enum cp_rc rc = cp_place_dir(x->in->store, place, dir, err), found;

	if (rc != CP_OK)
		return rc;
	x->file_began = now(x);
	x->file_bytes = 0;
	found = cp_volume_check_paced(dir, v->id, &v->sum, pace, x, &why);
	if (found == CP_OK) {
		if (copy)
			x->in->copies++;
		else
			x->in->volumes++;
		return note_right(x, v, place, copy, err);
	}
	rc = still_there(x, v, place, copy, &still, err);
	if (rc != CP_OK || !still)
		return rc;
	status = found == CP_NOT_FOUND ? "missing" : "corrupt";
	rc = note_trouble(x, v, place, status, why.what, err);
	return rc == CP_OK ? report(x, v, place, copy, status, why.what, err) :
	    rc;
}

static enum cp_rc
scrub_volume(struct work *x, const struct cp_volume_row *v,
    struct cp_err *err)
{
	int64_t places[CP_COPIES_MAX];
	size_t n = 0;
	enum cp_rc rc = cp_copies_of(x->in->store, v->n, places, &n, err);

	if (rc == CP_OK && is_ready(x, v->place))
		rc = scrub_file(x, v, v->place, 0, err);
	for (size_t i = 0; rc == CP_OK && i < n; i++)
		if (is_ready(x, places[i]))
			rc = scrub_file(x, v, places[i], 1, err);
	if (x->in->progress != NULL)
		x->in->progress(x->in->progress_ctx, x->in->volumes,
		    x->total);
	return rc;
}

/* ---- the night --------------------------------------------------------- */

/* A place that is not there is one finding, not one for each volume. */
static enum cp_rc
look_at_places(struct work *x, struct cp_err *err)
{
	struct cp_err why = { 0 };
	int used = 0;
	enum cp_rc rc = cp_places(x->in->store, x->places, &x->n_places, err);

	for (size_t i = 0; rc == CP_OK && i < x->n_places; i++) {
		x->ready[i] = cp_place_ready(x->in->store, x->places[i],
		    &why) == CP_OK;
		if (!x->ready[i])
			rc = cp_place_used(x->in->store, x->places[i], &used,
			    err);
		if (rc == CP_OK && !x->ready[i] && used)
			rc = report(x, NULL, x->places[i], 0, "missing",
			    why.what, err);
	}
	return rc;
}

/* Those with trouble that were there when it began: what is found tonight is
 * not read twice. */
static enum cp_rc
scrub_troubled(struct work *x, const int64_t *rows, size_t n,
    struct cp_err *err)
{
	struct cp_volume_row v;
	int found = 1;
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < n && !out_of_time(x); i++) {
		rc = cp_volume_troubled(x->in->store, rows[i] - 1, &found, &v,
		    err);
		if (rc == CP_OK && found && v.n == rows[i])
			rc = scrub_volume(x, &v, err);
	}
	return rc;
}

enum { TROUBLED_MAX = 4096 };

static enum cp_rc
list_troubled(struct work *x, int64_t *rows, size_t *n, struct cp_err *err)
{
	struct cp_volume_row v = { .n = 0 };
	int found = 1;
	enum cp_rc rc = CP_OK;

	for (*n = 0; rc == CP_OK && found && *n < TROUBLED_MAX;) {
		rc = cp_volume_troubled(x->in->store, v.n, &found, &v, err);
		if (rc == CP_OK && found)
			rows[(*n)++] = v.n;
	}
	return rc;
}

static enum cp_rc
scrub_all(struct work *x, struct cp_err *err)
{
	int64_t troubled[TROUBLED_MAX];
	struct cp_longest at = { .n = 0 };
	struct cp_volume_row v;
	size_t n = 0;
	int found = 1;
	enum cp_rc rc = list_troubled(x, troubled, &n, err);

	while (rc == CP_OK && !out_of_time(x)) {
		rc = cp_volume_unchecked(x->in->store, x->in->today, &at,
		    &found, &v, err);
		if (rc != CP_OK || !found)
			break;
		rc = scrub_volume(x, &v, err);
	}
	return rc == CP_OK ? scrub_troubled(x, troubled, n, err) : rc;
}

static enum cp_rc
log_scrub(struct work *x, struct cp_err *err)
{
	struct cp_entry e = { .action = "archive.scrub" };
	const struct cp_scrub *in = x->in;
	char detail[256];
	enum cp_rc rc = cp_txn_begin(in->audit, err);

	if (rc != CP_OK)
		return rc;
	(void)snprintf(detail, sizeof(detail), "{\"volumes\":%lld,"
	    "\"copies\":%lld,\"bytes\":%lld,\"corrupt\":%lld,\"missing\":"
	    "%lld,\"left\":%lld}", (long long)in->volumes,
	    (long long)in->copies, (long long)in->bytes,
	    (long long)in->corrupt, (long long)in->missing,
	    (long long)in->left);
	e.detail = detail;
	e.outcome = in->corrupt + in->missing > 0 ? "part" : "done";
	rc = cp_audit_add(in->audit, &e, NULL, err);
	return cp_txn_end(in->audit, rc, err);
}

enum cp_rc
cp_scrub(struct cp_scrub *in, struct cp_err *err)
{
	struct work x = { .in = in };
	enum cp_rc rc = look_at_places(&x, err);

	x.began = now(&x);
	if (rc == CP_OK)
		rc = cp_volumes_left(in->store, in->today, &x.total, err);
	if (rc == CP_OK)
		rc = scrub_all(&x, err);
	if (rc == CP_OK)
		rc = cp_volumes_left(in->store, in->today, &in->left, err);
	return rc == CP_OK ? log_scrub(&x, err) : rc;
}
