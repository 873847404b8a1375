#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "archive/crypto.h"
#include "cpadmin/custody_rekey.h"
#include "cpadmin/out.h"
#include "lifecycle/records/custody_current.h"
#include "lifecycle/store/config.h"
#include "lifecycle/store/json_put.h"

enum { CURVE_TRIES = 64, CURVES_A_HEADER = 3 };

double
cp_rekeying_clock(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_MONOTONIC, &t) != 0)
		return 0;
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

enum cp_rc
cp_rekeying_workers(const struct cp_rekeying *w, unsigned *out,
    struct cp_err *err)
{
	const char *text = cp_option(w->call, "workers");
	struct cp_config config;
	char path[4096];
	long n = 0;
	enum cp_rc rc = CP_OK;

	if (text != NULL && (sscanf(text, "%2ld", &n) != 1 || n < 1 ||
	    n > CP_WORKERS_MAX))
		return cp_fail(err, CP_USAGE, "--workers is 1 to %d",
		    CP_WORKERS_MAX);
	if (text == NULL)
		rc = cp_store_path(w->s.store, path, sizeof(path), err,
		    "cpadmin.conf");
	if (rc == CP_OK && text == NULL)
		rc = cp_config_load(path, &config, err);
	if (rc != CP_OK)
		return rc;
	if (text == NULL)
		n = config.workers > 0 ? config.workers :
		    sysconf(_SC_NPROCESSORS_ONLN);
	*out = n < 1 ? 1 : n > CP_WORKERS_MAX ? CP_WORKERS_MAX : (unsigned)n;
	return CP_OK;
}

enum cp_rc
cp_rekeying_count(struct cp_rekeying *w, const char *in_use, int64_t *all,
    struct cp_err *err)
{
	size_t n = 0;
	enum cp_rc rc = cp_rekey_count(w->s.store, w->counts, &w->n, err);

	*all = 0;
	for (size_t i = 0; rc == CP_OK && i < w->n; i++) {
		if (strcmp(w->counts[i].custody, in_use) == 0)
			continue;
		*all += w->counts[i].headers;
		w->counts[n++] = w->counts[i];
	}
	w->n = n;
	return rc;
}

int64_t
cp_rekeying_headers(const struct cp_rekeying *w, const char *custody)
{
	for (size_t i = 0; i < w->n; i++)
		if (strcmp(w->counts[i].custody, custody) == 0)
			return w->counts[i].headers;
	return 0;
}

/* ---- the result ---------------------------------------------------------- */

static const struct cp_column columns[] = {
	{ "old", "Old key" },
	{ "custody_id", "New key" },
	{ "threshold", "Custodians needed" },
	{ "shares", "New shares" },
	{ "headers", "Headers rewrapped" },
	{ "failed", "Failed" },
	{ "left", "Left" },
	{ "finished", "Finished" },
	{ "seconds", "Seconds" },
	{ "dry_run", NULL },
	{ "failures", NULL },
};

static void
out_seconds(struct cp_out *o, double seconds)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%.1f", seconds);
	cp_out_json(o, text, text);
}

static enum cp_rc
show(struct cp_rekeying *w, struct cp_err *err)
{
	struct cp_out *o = NULL;
	enum cp_rc rc;

	cp_json_close(&w->troubles, ']');
	rc = cp_buf_check(&w->troubles, err);
	if (rc == CP_OK)
		rc = cp_out_object(w->call, "custody-rekey", columns,
		    sizeof(columns) / sizeof(columns[0]), &o, err);
	if (rc != CP_OK)
		return rc;
	cp_out_text(o, w->old.id[0] != '\0' ? w->old.id : NULL);
	cp_out_text(o, w->rekey.to.id);
	cp_out_int(o, w->rekey.to.threshold);
	if (w->begun)
		cp_out_json(o, cp_buf_text(&w->shares),
		    cp_buf_text(&w->shares_people));
	else
		cp_out_text(o, NULL);
	cp_out_int(o, w->rekey.headers);
	cp_out_int(o, w->rekey.failed);
	cp_out_int(o, w->left);
	cp_out_bool(o, w->left == 0);
	out_seconds(o, w->seconds);
	cp_out_bool(o, 0);
	cp_out_json(o, cp_buf_text(&w->troubles), NULL);
	return cp_out_end(&o, err);
}

static void
say_finished(const struct cp_rekeying *w)
{
	if (w->old.id[0] == '\0')
		return;
	cp_say(w->call, "Nothing in this store is under custody key %s any "
	    "more.  Its shares still open", w->old.id);
	cp_say(w->call, "headers in backups made before: collect them and "
	    "destroy them.");
}

enum cp_rc
cp_rekeying_conclude(struct cp_rekeying *w, struct cp_err *err)
{
	size_t n = 0;
	int64_t left;
	enum cp_rc rc = show(w, err);

	if (rc != CP_OK)
		return rc;
	if (w->left == 0) {
		say_finished(w);
		return CP_OK;
	}
	rc = cp_rekeying_count(w, w->rekey.to.id, &left, err);
	if (rc != CP_OK)
		return rc;
	while (n + 1 < w->n && w->counts[n].headers == 0)
		n++;
	(void)cp_fail(err, CP_PARTIAL, "%" PRId64 " header%s left under "
	    "custody key %s%s", left, left == 1 ? " is" : "s are",
	    w->counts[n].custody, w->n > 1 ? " and others" : "");
	cp_err_hint(err, "keep its shares; once what is wrong has been mended, "
	    "`cpadmin custody rekey' with them goes on");
	return CP_PARTIAL;
}

/* ---- a dry run ----------------------------------------------------------- */

/* One X25519, in seconds. */
static enum cp_rc
measure_curve(double *out, struct cp_err *err)
{
	uint8_t scalar[CP_X25519_LEN], point[CP_X25519_LEN] = { 9 };
	double start;
	enum cp_rc rc = cp_crypto_init(err);

	memset(scalar, 0x42, sizeof(scalar)); /* nobody's */
	start = cp_rekeying_clock();
	for (int i = 0; rc == CP_OK && i < CURVE_TRIES; i++)
		rc = cp_x25519(scalar, point, point, err);
	*out = (cp_rekeying_clock() - start) / CURVE_TRIES;
	return rc;
}

static const struct cp_column dry_columns[] = {
	{ "old", "Key in use" },
	{ "headers", "Headers to be rewrapped" },
	{ "left", "Left by an unfinished rekey" },
	{ "workers", "Workers" },
	{ "x25519_us", "One X25519, microseconds" },
	{ "seconds", "Seconds, about" },
	{ "dry_run", NULL },
};

enum cp_rc
cp_rekeying_dry(struct cp_rekeying *w, struct cp_err *err)
{
	struct cp_out *o = NULL;
	int64_t left = 0, own = 0;
	unsigned workers = 1;
	double curve = 0;
	enum cp_rc rc = cp_custody_in_use(w->s.store, &w->old, err);

	if (rc == CP_OK)
		rc = cp_rekeying_count(w, "", &left, err);
	own = cp_rekeying_headers(w, w->old.id);
	left -= own;
	if (rc == CP_OK)
		rc = cp_rekeying_workers(w, &workers, err);
	if (rc == CP_OK)
		rc = measure_curve(&curve, err);
	if (rc == CP_OK)
		rc = cp_out_object(w->call, "custody-rekey", dry_columns,
		    sizeof(dry_columns) / sizeof(dry_columns[0]), &o, err);
	if (rc != CP_OK)
		return rc;
	if (left > 0)
		own = left; /* that is what another call would go on with */
	cp_out_text(o, w->old.id);
	cp_out_int(o, own);
	cp_out_int(o, left);
	cp_out_int(o, (int64_t)workers);
	cp_out_int(o, (int64_t)(curve * 1e6 + 0.5));
	out_seconds(o, (double)own * CURVES_A_HEADER * curve / workers);
	cp_out_bool(o, 1);
	return cp_out_end(&o, err);
}
