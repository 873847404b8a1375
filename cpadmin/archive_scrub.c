/* CP_NEEDS_ARCHIVE: volumes are read. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cpadmin/archive_volumes.h"
#include "cpadmin/out.h"
#include "cpadmin/progress.h"
#include "cpadmin/session.h"
#include "cpadmin/take.h"
#include "lifecycle/duties/placing.h"
#include "lifecycle/duties/scrubbing.h"
#include "lifecycle/store/json_put.h"

enum { MEGA = 1000 * 1000, MINUTE = 60 * 1000, MINUTES_MAX = 24 * 60 };

const struct cp_opt cp_archive_scrub_options[] = {
	{ "rate", 0, CP_OPT_TEXT, "MB/S",
	    "read at most this much a second, instead of scrub_rate" },
	{ "max-minutes", 0, CP_OPT_TEXT, "M",
	    "begin no volume after so long" },
	{ NULL, 0, CP_OPT_FLAG, NULL, NULL },
};

static const struct cp_column columns[] = {
	{ "on", "Read on" },
	{ "volumes", "Volumes right" },
	{ "copies", "Copies right" },
	{ "bytes", "Bytes read" },
	{ "seconds", "Seconds" },
	{ "corrupt", "Corrupt" },
	{ "missing", "Missing" },
	{ "left", "Volumes left for next time" },
	{ "troubles", NULL },
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]), TROUBLES_MAX = 1000 };

struct scrub {
	const struct cp_call *call;
	struct cp_store *store;
	struct cp_progress progress;
	struct cp_buf json;
	int n;
	char first[600];
};

static int64_t
monotonic(void *ctx)
{
	struct timespec t = { 0, 0 };

	(void)ctx;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / MEGA;
}

static void
wait_ms(void *ctx, int64_t ms)
{
	struct timespec t = { (time_t)(ms / 1000), (long)(ms % 1000) * MEGA };

	(void)ctx;
	while (nanosleep(&t, &t) != 0 && errno == EINTR)
		;
}

static void
put_progress(void *ctx, int64_t done, int64_t total)
{
	struct scrub *x = ctx;

	cp_progress_at(&x->progress, done, total);
}

static enum cp_rc
put_trouble(void *ctx, const struct cp_finding *f, struct cp_err *err)
{
	struct scrub *x = ctx;
	char dir[4096];
	enum cp_rc rc = cp_place_dir(x->store, f->place, dir, err);

	if (rc != CP_OK)
		return rc;
	cp_say(x->call, "%s%s in %s is %s: %s", f->copy ? "the copy of " : "",
	    f->volume != NULL ? f->volume : "what", dir, f->status, f->why);
	if (x->n == 0)
		(void)snprintf(x->first, sizeof(x->first), "%.70s: %.500s",
		    f->volume != NULL ? f->volume : "a place", f->why);
	if (x->n++ >= TROUBLES_MAX)
		return CP_OK;
	cp_json_open(&x->json, '{');
	cp_json_put_key(&x->json, "volume");
	if (f->volume != NULL)
		cp_json_put_string(&x->json, f->volume);
	else
		cp_json_put_null(&x->json);
	cp_json_put_member(&x->json, "place", dir);
	cp_json_put_key(&x->json, "copy");
	cp_json_put_bool(&x->json, f->copy);
	cp_json_put_member(&x->json, "status", f->status);
	cp_json_put_member(&x->json, "why", f->why);
	cp_json_close(&x->json, '}');
	return CP_OK;
}

static enum cp_rc
take_number(const struct cp_call *call, const char *name, int64_t max,
    int64_t *out, struct cp_err *err)
{
	const char *text = cp_option(call, name);
	long long v = 0;
	int end = 0;

	if (text == NULL)
		return CP_OK;
	if (strspn(text, "0123456789") != strlen(text) || strlen(text) > 6 ||
	    sscanf(text, "%lld%n", &v, &end) != 1 || v < 1 || v > max)
		return cp_fail(err, CP_USAGE, "--%s is a whole number, 1 to "
		    "%lld", name, (long long)max);
	*out = v;
	return CP_OK;
}

static enum cp_rc
show(struct scrub *x, const struct cp_session *s, const struct cp_scrub *in,
    int64_t ms, struct cp_err *err)
{
	struct cp_out *o = NULL;
	char seconds[32];
	enum cp_rc rc = cp_out_object(x->call, "archive-scrub", columns,
	    COLUMNS, &o, err);

	if (rc != CP_OK)
		return rc;
	(void)snprintf(seconds, sizeof(seconds), "%.1f", (double)ms / 1e3);
	cp_json_close(&x->json, ']');
	cp_out_date(o, s->now.today);
	cp_out_int(o, in->volumes);
	cp_out_int(o, in->copies);
	cp_out_int(o, in->bytes);
	cp_out_json(o, seconds, NULL);
	cp_out_int(o, in->corrupt);
	cp_out_int(o, in->missing);
	cp_out_int(o, in->left);
	cp_out_json(o, cp_buf_text(&x->json), NULL);
	return cp_out_end(&o, err);
}

static enum cp_rc
scrub(const struct cp_call *call, struct cp_session *s, int64_t rate,
    int64_t minutes, struct cp_err *err)
{
	struct scrub x = { .call = call, .store = s->store };
	struct cp_scrub in = { .store = s->store, .audit = s->audit,
		.today = s->now.today, .rate = rate * MEGA,
		.max_ms = minutes * MINUTE, .clock = monotonic,
		.wait = wait_ms, .report = put_trouble, .report_ctx = &x,
		.progress = put_progress, .progress_ctx = &x };
	int64_t began = monotonic(NULL);
	enum cp_rc rc;

	cp_buf_init(&x.json);
	cp_json_open(&x.json, '[');
	cp_progress_init(&x.progress, call, "volumes read", 0);
	rc = cp_scrub(&in, err);
	cp_progress_end(&x.progress, in.volumes);
	if (rc == CP_OK)
		rc = show(&x, s, &in, monotonic(NULL) - began, err);
	if (rc == CP_OK && in.corrupt + in.missing > 0) {
		rc = cp_fail(err, CP_CORRUPT, "files that are wrong: %lld; "
		    "%s", (long long)(in.corrupt + in.missing), x.first);
		cp_err_hint(err, "cpadmin archive repair");
	}
	cp_buf_clear(&x.json);
	return rc;
}

enum cp_rc
cp_archive_scrub(struct cp_call *call, struct cp_err *err)
{
	struct cp_config_archive config = { .scrub_rate = 0 };
	int64_t rate = 0, minutes = 0;
	struct cp_session s;
	enum cp_rc rc = take_number(call, "rate", CP_SCRUB_RATE_MAX, &rate,
	    err);

	if (rc == CP_OK)
		rc = take_number(call, "max-minutes", MINUTES_MAX, &minutes,
		    err);
	if (rc == CP_OK)
		rc = cp_session_open(call, CP_STORE_WRITE, &s, err);
	if (rc != CP_OK)
		return rc;
	rc = cp_operator_may(&s.op, CP_ROLE_SCHEDULER | CP_ROLE_ADMIN |
	    CP_ROLE_TEAM, err);
	if (rc == CP_OK)
		rc = cp_archive_config(s.store, &config, err);
	if (rc == CP_OK)
		rc = scrub(call, &s, rate > 0 ? rate : config.scrub_rate,
		    minutes, err);
	cp_session_close(&s);
	return rc;
}
