#include <stdio.h>
#include <string.h>

#include "cpadmin/out.h"
#include "cpadmin/runner.h"
#include "cpadmin/take.h"
#include "lifecycle/jobs/runs.h"
#include "lifecycle/rules/london.h"
#include "lifecycle/store/config.h"

/* ---- what is shown of a job ------------------------------------------------ */

enum { WAIT_MS = 30000, RETRY_MS = 500, RECORD_TRIES = 60 };

struct view {
	const struct cp_job *job;
	struct cp_job_state state;
	struct cp_job_due due;
	int64_t next;    /* when it runs next; 0 = not */
	int64_t overdue; /* seconds by which a run is late by now */
};

struct look {
	struct cp_session s;
	struct cp_config config;
	struct cp_out *out;
	struct view view;
	int bad; /* jobs overdue, or whose last run did not end well */
};

static enum cp_rc
open_look(const struct cp_call *call, struct look *x, struct cp_err *err)
{
	char path[4096];
	enum cp_rc rc;

	memset(x, 0, sizeof(*x));
	rc = cp_session_open(call, CP_STORE_READ, &x->s, err);
	if (rc != CP_OK)
		return rc;
	rc = cp_store_path(x->s.store, path, sizeof(path), err,
	    "cpadmin.conf");
	if (rc == CP_OK)
		rc = cp_config_load(path, &x->config, err);
	if (rc != CP_OK)
		cp_session_close(&x->s);
	return rc;
}

static void
close_look(struct look *x)
{
	cp_out_free(x->out);
	cp_session_close(&x->s);
}

/* A run that is under way, or is not to be tried again, is not overdue. */
static enum cp_rc
view_job(struct look *x, const struct cp_job *job, struct cp_err *err)
{
	struct view *v = &x->view;
	int64_t now = x->s.now.unix_time, again;
	enum cp_rc rc = cp_job_load(x->s.store, job, &x->s.now, &v->state,
	    err);

	if (rc != CP_OK)
		return rc;
	v->job = job;
	v->state.running = cp_date_set(v->state.tried.nominal) &&
	    v->state.tried.status == CP_JOB_RUNNING;
	cp_job_due(&v->state, x->s.settings.store_id, now, &v->due);
	v->next = v->due.start ? v->due.at : v->due.next_at;
	v->overdue = v->due.start ? now - v->due.at : 0;
	if (job->enabled && !v->due.start && !v->state.running &&
	    cp_job_retries(job, &v->state.tried, now, &again) && again > now &&
	    (v->next == 0 || again < v->next)) {
		v->next = again;
		v->overdue = now - cp_job_time(job, x->s.settings.store_id,
		    v->state.tried.nominal);
	}
	return CP_OK;
}

static void
out_time(struct cp_out *o, int64_t at)
{
	char text[CP_UTC_TEXT];

	cp_out_text(o, at == 0 ? NULL : cp_utc_format(at, text));
}

/* Seconds; people see two units. */
static void
out_seconds(struct cp_out *o, int64_t s)
{
	static const struct {
		int64_t size;
		const char *unit;
	} units[] = { { 86400, "d" }, { 3600, "h" }, { 60, "min" },
		{ 1, "s" } };
	char json[24], people[64];
	int i = 0;

	while (i < 3 && s < units[i].size)
		i++;
	if (i == 3 || s % units[i].size < units[i + 1].size)
		(void)snprintf(people, sizeof(people), "%lld %s",
		    (long long)(s / units[i].size), units[i].unit);
	else
		(void)snprintf(people, sizeof(people), "%lld %s %lld %s",
		    (long long)(s / units[i].size), units[i].unit,
		    (long long)(s % units[i].size / units[i + 1].size),
		    units[i + 1].unit);
	(void)snprintf(json, sizeof(json), "%lld", (long long)s);
	cp_out_json(o, json, s == 0 ? "" : people);
}

/* The run that counts: the last that was tried, or the last that was not. */
static const struct cp_job_run *
last_run(const struct view *v)
{
	return cp_date_cmp(v->state.last.nominal, v->state.tried.nominal) > 0 ?
	    &v->state.last : &v->state.tried;
}

static void
out_last(struct cp_out *o, const struct cp_job_run *run)
{
	int is = cp_date_set(run->nominal);

	out_time(o, !is ? 0 : run->started != 0 ? run->started :
	    run->finished);
	cp_out_text(o, is ? cp_job_status_word(run->status) : NULL);
}

static enum cp_rc
each_job(struct look *x, enum cp_rc (*row)(struct look *x,
    struct cp_err *err), struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	for (int i = 0; i < x->config.schedule.n && rc == CP_OK; i++) {
		rc = view_job(x, &x->config.schedule.jobs[i], err);
		if (rc == CP_OK)
			rc = row(x, err);
	}
	return rc == CP_OK ? cp_out_end(&x->out, err) : rc;
}

/* ---- list ------------------------------------------------------------------- */

static const struct cp_column list_columns[] = {
	{ "job", "JOB" },
	{ "every", "EVERY" },
	{ "at", "AT" },
	{ "day", NULL },
	{ "enabled", NULL },
	{ "next", "NEXT" },
	{ "last", "LAST" },
	{ "outcome", "OUTCOME" },
	{ "command", "COMMAND" },
};
enum { LIST_COLUMNS = sizeof(list_columns) / sizeof(list_columns[0]) };

static enum cp_rc
list_row(struct look *x, struct cp_err *err)
{
	const struct view *v = &x->view;
	char every[CP_JOB_EVERY_TEXT], at[CP_JOB_AT_TEXT];
	struct cp_out *o = x->out;

	cp_out_text(o, v->job->name);
	cp_out_text(o, cp_job_every_text(v->job, every));
	cp_out_text(o, cp_job_at_text(v->job, at));
	if (v->job->every == CP_EVERY_MONTH)
		cp_out_int(o, v->job->day);
	else
		cp_out_text(o, NULL);
	cp_out_bool(o, v->job->enabled);
	out_time(o, v->next);
	out_last(o, last_run(v));
	cp_out_text(o, v->job->command);
	return cp_out_row(o, err);
}

static enum cp_rc
run_list(struct cp_call *call, struct cp_err *err)
{
	struct look x;
	enum cp_rc rc = open_look(call, &x, err);

	if (rc != CP_OK)
		return rc;
	rc = cp_out_table(call, "schedule", list_columns, LIST_COLUMNS,
	    &x.out, err);
	if (rc == CP_OK)
		rc = each_job(&x, list_row, err);
	close_look(&x);
	return rc;
}

/* ---- status ----------------------------------------------------------------- */

static const struct cp_column status_columns[] = {
	{ "job", "JOB" },
	{ "nominal", "OF" },
	{ "outcome", "OUTCOME" },
	{ "last", "LAST" },
	{ "late", "LATE" },
	{ "overdue", "OVERDUE" },
	{ "next", "NEXT" },
	{ "attempts", "TRIED" },
	{ "exit_code", NULL },
	{ "finished", NULL },
	{ "enabled", NULL },
	{ "what", "WHAT" },
};
enum { STATUS_COLUMNS = sizeof(status_columns) / sizeof(status_columns[0]) };

static void
out_run(struct cp_out *o, const struct cp_job_run *run, int64_t overdue,
    int64_t next)
{
	int is = cp_date_set(run->nominal);

	cp_out_date(o, run->nominal);
	cp_out_text(o, is ? cp_job_status_word(run->status) : NULL);
	out_time(o, !is ? 0 : run->started != 0 ? run->started :
	    run->finished);
	out_seconds(o, run->late);
	out_seconds(o, overdue);
	out_time(o, next);
	cp_out_int(o, run->attempts);
	if (run->exit_code < 0)
		cp_out_text(o, NULL);
	else
		cp_out_int(o, run->exit_code);
	out_time(o, run->finished);
}

static enum cp_rc
status_row(struct look *x, struct cp_err *err)
{
	const struct view *v = &x->view;
	const struct cp_job_run *run = last_run(v);

	cp_out_text(x->out, v->job->name);
	out_run(x->out, run, v->overdue, v->next);
	cp_out_bool(x->out, v->job->enabled);
	cp_out_text(x->out, run->what[0] != '\0' ? run->what : NULL);
	x->bad += v->overdue > CP_JOB_GRACE || (cp_date_set(run->nominal) &&
	    (run->status == CP_JOB_FAILED || run->status == CP_JOB_MISSED ||
	    run->exit_code > CP_OK));
	return cp_out_row(x->out, err);
}

/* The runs of one job, the newest first. */
struct history {
	struct look *x;
	const struct cp_job *job;
};

static enum cp_rc
history_row(void *ctx, const struct cp_job_run *run, struct cp_err *err)
{
	const struct history *h = ctx;
	struct cp_out *o = h->x->out;

	cp_out_text(o, h->job->name);
	out_run(o, run, 0, 0);
	cp_out_bool(o, h->job->enabled);
	cp_out_text(o, run->what[0] != '\0' ? run->what : NULL);
	return cp_out_row(o, err);
}

static enum cp_rc
find_job(const struct cp_schedule *s, const char *name,
    const struct cp_job **out, struct cp_err *err)
{
	*out = cp_schedule_find(s, name);
	if (*out != NULL)
		return CP_OK;
	(void)cp_fail(err, CP_NOT_FOUND, "no job %.64s", name);
	cp_err_hint(err, "`cpadmin schedule list' shows them; cpadmin.conf "
	    "says what they are");
	return CP_NOT_FOUND;
}

static enum cp_rc
show_history(struct look *x, const char *name, struct cp_err *err)
{
	struct history h = { x, NULL };
	enum cp_rc rc = find_job(&x->config.schedule, name, &h.job, err);

	if (rc == CP_OK)
		rc = cp_job_each(x->s.store, h.job->name, CP_JOB_LOOK_BACK,
		    history_row, &h, err);
	return rc == CP_OK ? cp_out_end(&x->out, err) : rc;
}

static enum cp_rc
run_status(struct cp_call *call, struct cp_err *err)
{
	struct look x;
	const char *name = cp_arg(call, 0);
	enum cp_rc rc = open_look(call, &x, err);

	if (rc != CP_OK)
		return rc;
	rc = cp_out_table(call, "schedule-status", status_columns,
	    STATUS_COLUMNS, &x.out, err);
	if (rc == CP_OK)
		rc = name != NULL ? show_history(&x, name, err) :
		    each_job(&x, status_row, err);
	close_look(&x);
	if (rc == CP_OK && cp_flag(call, "check") && x.bad > 0)
		rc = cp_fail(err, CP_PARTIAL, "%d jobs are overdue, or their "
		    "last run did not do all it should", x.bad);
	return rc;
}

/* ---- run -------------------------------------------------------------------- */

static const struct cp_column run_columns[] = {
	{ "job", "Job" },
	{ "nominal", "Of" },
	{ "outcome", "Outcome" },
	{ "exit_code", NULL },
	{ "attempts", NULL },
	{ "late", NULL },
	{ "what", "What" },
};
enum { RUN_COLUMNS = sizeof(run_columns) / sizeof(run_columns[0]) };

struct ended {
	struct cp_job_run run;
	int is;
};

static void
keep_end(void *ctx, const struct cp_job *job, const struct cp_job_run *run)
{
	struct ended *e = ctx;

	(void)job;
	if (run->status == CP_JOB_RUNNING)
		return;
	e->run = *run;
	e->is = 1;
}

static enum cp_rc
begin_now(struct cp_runner *r, const struct cp_call *call, const char *name,
    struct cp_err *err)
{
	const struct cp_job *job = NULL;
	struct cp_session s;
	enum cp_rc rc = find_job(&r->schedule, name, &job, err);

	if (rc == CP_OK)
		rc = cp_session_open(call, CP_STORE_WRITE, &s, err);
	if (rc != CP_OK)
		return rc;
	rc = cp_jobs_recover(s.store, &s.now, NULL, err);
	if (rc == CP_OK)
		rc = cp_runner_begin(r, &s, job, s.now.today,
		    s.now.unix_time, cp_flag(call, "again"), err);
	cp_session_close(&s);
	return rc;
}

static enum cp_rc
wait_for_end(struct cp_runner *r, const struct ended *e, struct cp_err *err)
{
	int tries = 0;
	enum cp_rc rc = CP_OK;

	while (!e->is && !r->stop) {
		if (!cp_runner_wait(r, rc == CP_BUSY ? RETRY_MS : WAIT_MS) &&
		    rc != CP_BUSY)
			continue;
		rc = cp_runner_record(r, err);
		if (rc != CP_OK && (rc != CP_BUSY || ++tries > RECORD_TRIES))
			return rc;
	}
	if (r->stop)
		cp_runner_stop(r);
	return CP_OK;
}

static enum cp_rc
show_end(const struct cp_call *call, const char *name,
    const struct cp_job_run *run, struct cp_err *err)
{
	struct cp_out *o = NULL;
	enum cp_rc rc = cp_out_object(call, "schedule-run", run_columns,
	    RUN_COLUMNS, &o, err);

	if (rc != CP_OK)
		return rc;
	cp_out_text(o, name);
	cp_out_date(o, run->nominal);
	cp_out_text(o, cp_job_status_word(run->status));
	if (run->exit_code < 0)
		cp_out_text(o, NULL);
	else
		cp_out_int(o, run->exit_code);
	cp_out_int(o, run->attempts);
	cp_out_int(o, run->late);
	cp_out_text(o, run->what[0] != '\0' ? run->what : NULL);
	return cp_out_end(&o, err);
}

/* The status of the command is the status of this one. */
static enum cp_rc
conclude(const char *name, const struct cp_job_run *run, struct cp_err *err)
{
	enum cp_rc rc = run->exit_code >= 0 && run->exit_code <= CP_BAD_INPUT ?
	    (enum cp_rc)run->exit_code : CP_FAILED;

	return rc == CP_OK ? CP_OK : cp_fail(err, rc, "job %s: %s", name,
	    run->what);
}

static enum cp_rc
run_run(struct cp_call *call, struct cp_err *err)
{
	struct cp_runner *r = NULL;
	struct ended e = { .is = 0 };
	const char *name = cp_arg(call, 0);
	enum cp_rc rc = cp_runner_open(call, &r, err);

	if (rc != CP_OK)
		return rc;
	r->tell = keep_end;
	r->tell_ctx = &e;
	rc = begin_now(r, call, name, err);
	if (rc == CP_OK)
		rc = wait_for_end(r, &e, err);
	if (rc == CP_OK && !e.is)
		rc = cp_fail(err, CP_FAILED, "it was told to stop");
	cp_runner_free(r);
	if (rc == CP_OK)
		rc = show_end(call, name, &e.run, err);
	return rc == CP_OK ? conclude(name, &e.run, err) : rc;
}

/* ---- tables ----------------------------------------------------------------- */

static const struct cp_opt run_options[] = {
	{ "again", 0, CP_OPT_FLAG, NULL, "even if it is done for today" },
	{ NULL, 0, CP_OPT_FLAG, NULL, NULL },
};
static const struct cp_opt status_options[] = {
	{ "check", 0, CP_OPT_FLAG, NULL,
	    "end with status 3 if a job is overdue or went wrong" },
	{ NULL, 0, CP_OPT_FLAG, NULL, NULL },
};

static const struct cp_verb verbs[] = {
	{ "list", "[--columns NAME,...]", "the jobs, and when they run", NULL,
	    CP_TAKES_USUAL | CP_TAKES_COLUMNS, 0, 0, run_list },
	{ "run", "JOB [--again]", "run a job now, as the run of today",
	    run_options, CP_TAKES_USUAL, 1, 1, run_run },
	{ "status", "[JOB] [--check] [--columns NAME,...]",
	    "how the last runs went, and how late they are", status_options,
	    CP_TAKES_USUAL | CP_TAKES_COLUMNS, 0, 1, run_status },
	{ NULL, NULL, NULL, NULL, 0, 0, 0, NULL },
};

extern const struct cp_command cp_command_schedule;
const struct cp_command cp_command_schedule = {
	"schedule", "the jobs that are done again and again", verbs
};
