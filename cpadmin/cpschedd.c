#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

#include "cpadmin/call.h"
#include "cpadmin/harden.h"
#include "cpadmin/out.h"
#include "cpadmin/runner.h"
#include "lifecycle/jobs/runs.h"
#include "lifecycle/rules/london.h"
#include "lifecycle/store/config.h"

enum {
	LOOK_MS = 30000,  /* the clock may be set: never sleep longer */
	STORE_MS = 200,   /* for other writers, while signals wait */
	BUSY_S = 1,
	TROUBLE_S = 30,
	ONCE_TRIES = 60,
	DYING_TRIES = 6,
	ONCE_MS = 500
};

static const char help_text[] =
    "usage: cpschedd [--store DIR] [--as OPERATOR] [--quiet]\n"
    "       cpschedd --once [--store DIR] [--on DATE[Thh:mm[:ss]]]\n"
    "           [--as OPERATOR] [--json] [--quiet]\n"
    "       cpschedd --help\n"
    "       cpschedd --version\n"
    "\n"
    "do what the settings of a store say is to be done, when it is due\n"
    "\n"
    "Options:\n"
    "  --once                    do what is due and end\n"
    "  --store DIR               the store (else CPADMIN_STORE)\n"
    "  --on DATE                 act as if it were DATE, or a time of it;\n"
    "                            rehearsal stores only, with --once\n"
    "  --as OPERATOR             act as this operator; rehearsal stores only\n"
    "  --json                    with --once: one JSON document on stdout\n"
    "  --quiet                   say only what goes wrong\n"
    "  -h, --help                this text\n"
    "  --version                 the version\n"
    "\n"
    "More: man cpschedd\n";

/* The parser of options knows commands; this program is one by itself. */
const struct cp_command_entry cp_commands[] = { { 0 } };

static const struct cp_opt options[] = {
	{ "once", 0, CP_OPT_FLAG, NULL, "do what is due and end" },
	{ NULL, 0, CP_OPT_FLAG, NULL, NULL },
};
static const struct cp_verb verbs[] = {
	{ "", "", "", options, CP_TAKES_USUAL, 0, 0, NULL },
	{ NULL, NULL, NULL, NULL, 0, 0, 0, NULL },
};
static const struct cp_command command = { "cpschedd", "", verbs };

/* ---- what is said -------------------------------------------------------------- */

static void
say_run(const struct cp_call *call, const struct cp_job *job,
    const struct cp_job_run *run)
{
	int quiet = run->status == CP_JOB_RUNNING ||
	    run->status == CP_JOB_DONE;
	char day[CP_DATE_TEXT];
	struct cp_buf line;

	if (quiet && !cp_wants_chat(call))
		return;
	cp_buf_init(&line);
	cp_buf_printf(&line, "%s of %s: %s%s", job->name,
	    cp_date_format(run->nominal, day), cp_job_status_word(run->status),
	    run->what[0] != '\0' ? ", " : "");
	cp_out_escape(&line, run->what);
	(void)fprintf(stderr, "%s\n", cp_buf_text(&line));
	cp_buf_clear(&line);
}

/* ---- once ---------------------------------------------------------------------- */

static const struct cp_column columns[] = {
	{ "job", "JOB" },
	{ "nominal", "OF" },
	{ "outcome", "OUTCOME" },
	{ "exit_code", NULL },
	{ "late", NULL },
	{ "attempts", NULL },
	{ "what", "WHAT" },
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

struct once {
	const struct cp_call *call;
	struct cp_out *out;
	struct cp_err err;
	enum cp_rc rc;
};

static void
tell_once(void *ctx, const struct cp_job *job, const struct cp_job_run *run)
{
	struct once *x = ctx;
	char day[CP_DATE_TEXT];

	if (run->status == CP_JOB_RUNNING || x->rc != CP_OK)
		return;
	cp_out_text(x->out, job->name);
	cp_out_text(x->out, cp_date_format(run->nominal, day));
	cp_out_text(x->out, cp_job_status_word(run->status));
	if (run->exit_code < 0)
		cp_out_text(x->out, NULL);
	else
		cp_out_int(x->out, run->exit_code);
	cp_out_int(x->out, run->late);
	cp_out_int(x->out, run->attempts);
	cp_out_text(x->out, run->what[0] != '\0' ? run->what : NULL);
	x->rc = cp_out_row(x->out, &x->err);
}

/* Looks until there is nothing left to begin or to wait for. */
static enum cp_rc
once_loop(struct cp_runner *r, struct cp_err *err)
{
	int tries = 0, dying = 0;
	enum cp_rc rc;

	while (!r->stop) {
		rc = cp_runner_look(r, err);
		if (rc != CP_OK && (rc != CP_BUSY || ++tries > ONCE_TRIES))
			return rc;
		if (rc == CP_OK && cp_runner_active(r) == 0 &&
		    r->started == 0) {
			if (r->elsewhere == 0 && (r->foreign == 0 ||
			    ++dying > DYING_TRIES))
				return CP_OK;
			if (r->elsewhere > 0 && ++tries > ONCE_TRIES)
				return cp_fail(err, CP_BUSY, "a job that is "
				    "due is being run by somebody else");
		}
		/* With jobs on their way there is no hurry. */
		(void)cp_runner_wait(r, cp_runner_active(r) > 0 && rc == CP_OK ?
		    LOOK_MS : ONCE_MS);
	}
	cp_runner_stop(r);
	return cp_fail(err, CP_PARTIAL, "it was told to stop");
}

static enum cp_rc
run_once(struct cp_runner *r, const struct cp_call *call, struct cp_err *err)
{
	struct once x = { .call = call };
	enum cp_rc rc = cp_out_table(call, "schedule-once", columns, COLUMNS,
	    &x.out, err);

	if (rc != CP_OK)
		return rc;
	r->tell = tell_once;
	r->tell_ctx = &x;
	rc = once_loop(r, err);
	if (x.rc != CP_OK) {
		*err = x.err;
		rc = x.rc;
	} else if (rc == CP_OK || rc == CP_PARTIAL) {
		struct cp_err late = { 0 };

		if (cp_out_end(&x.out, &late) != CP_OK) {
			*err = late;
			rc = late.code;
		}
	}
	cp_out_free(x.out);
	if (rc == CP_OK && r->failed > 0)
		rc = cp_fail(err, CP_PARTIAL, "%d of the runs did not do all "
		    "they should", r->failed);
	return rc;
}

/* ---- for ever ------------------------------------------------------------------ */

struct daemon {
	const struct cp_call *call;
	struct cp_runner *r;
	int64_t watchdog; /* ms between two signs of life; 0 = none wanted */
	int64_t last;     /* the clock at the last look */
	struct cp_err trouble; /* said last */
};

static void
tell_daemon(void *ctx, const struct cp_job *job, const struct cp_job_run *run)
{
	const struct daemon *d = ctx;

	say_run(d->call, job, run);
}

/* One line for `systemctl status'. */
static void
notify_status(const struct daemon *d, const char *state)
{
	const struct cp_runner *r = d->r;
	const struct cp_job *next = NULL;
	char at[CP_UTC_TEXT];
	int64_t when = 0;

	for (int i = 0; i < r->schedule.n; i++) {
		if (r->due[i].next_at == 0 ||
		    (next != NULL && r->due[i].next_at >= when))
			continue;
		next = &r->schedule.jobs[i];
		when = r->due[i].next_at;
	}
	(void)sd_notifyf(0, "%sSTATUS=%d running; next: %s %s%s%s", state,
	    cp_runner_active(r), next != NULL ? next->name : "nothing",
	    next != NULL ? cp_utc_format(when, at) : "",
	    d->trouble.code != CP_OK ? "; trouble: " : "", d->trouble.what);
}

/* Said once, until something else is wrong or nothing is. */
static void
note_trouble(struct daemon *d, const struct cp_err *err)
{
	if (strcmp(err->what, d->trouble.what) != 0)
		cp_out_error(0, err);
	d->trouble = *err;
}

static void
look(struct daemon *d, int64_t now)
{
	struct cp_err err = { 0 };
	enum cp_rc rc = cp_runner_look(d->r, &err);

	d->last = now;
	if (rc == CP_OK) {
		cp_err_clear(&d->trouble);
	} else if (rc == CP_BUSY) {
		d->r->wake = now + BUSY_S;
	} else {
		note_trouble(d, &err);
		d->r->wake = now + TROUBLE_S;
	}
	notify_status(d, "");
}

static void
reload(struct daemon *d)
{
	struct cp_err err = { 0 };

	d->r->reload = 0;
	(void)sd_notify(0, "RELOADING=1");
	if (cp_runner_reload(d->r, &err) != CP_OK) {
		cp_err_context(&err, "the old settings stay");
		note_trouble(d, &err);
	} else {
		cp_err_clear(&d->trouble);
		cp_say(d->call, "settings read again: %d jobs",
		    d->r->schedule.n);
	}
	d->r->wake = 1;
	notify_status(d, "READY=1\n");
}

/* How long to sleep: until a job is due, a sign of life is owed, or the clock
 * may have been set. */
static int64_t
sleep_ms(const struct daemon *d)
{
	struct timespec now;
	int64_t ms = LOOK_MS, left;

	if (d->watchdog > 0 && d->watchdog < ms)
		ms = d->watchdog;
	if (d->r->wake != 0 && clock_gettime(CLOCK_REALTIME, &now) == 0) {
		left = (d->r->wake - now.tv_sec) * 1000 -
		    now.tv_nsec / 1000000 + 1;
		if (left < ms)
			ms = left > 0 ? left : 0;
	}
	return ms;
}

static void
serve(struct daemon *d)
{
	int64_t now;
	int ended = 0;

	while (!d->r->stop) {
		now = (int64_t)time(NULL);
		if (d->r->reload)
			reload(d);
		if (ended || now < d->last ||
		    (d->r->wake != 0 && now >= d->r->wake))
			look(d, now);
		if (d->watchdog > 0)
			(void)sd_notify(0, "WATCHDOG=1");
		ended = cp_runner_wait(d->r, sleep_ms(d));
	}
}

static enum cp_rc
run_daemon(struct cp_runner *r, const struct cp_call *call,
    struct cp_err *err)
{
	struct daemon d = { .call = call, .r = r };
	uint64_t usec = 0;
	enum cp_rc rc;

	r->patience = STORE_MS;
	r->tell = tell_daemon;
	r->tell_ctx = &d;
	if (sd_watchdog_enabled(0, &usec) > 0)
		d.watchdog = (int64_t)(usec / 2000);
	d.last = (int64_t)time(NULL);
	rc = cp_runner_look(r, err);
	if (rc != CP_OK && rc != CP_BUSY)
		return rc;
	if (rc == CP_BUSY)
		r->wake = d.last + BUSY_S;
	cp_say(call, "serving %s: %d jobs", r->store, r->schedule.n);
	notify_status(&d, "READY=1\n");
	serve(&d);
	(void)sd_notify(0, "STOPPING=1\nSTATUS=stopping");
	cp_runner_stop(r);
	cp_say(call, "stopped");
	return CP_OK;
}

/* ---- main ----------------------------------------------------------------------- */

/* A day without a time means the end of it: all that is due on that day. */
static enum cp_rc
end_of_day(struct cp_call *call, struct cp_err *err)
{
	char *value;

	for (int i = 0; i < call->n_given; i++) {
		if (strcmp(call->given[i].opt->name, "on") != 0 ||
		    strlen(call->given[i].value) != CP_DATE_TEXT - 1)
			continue;
		value = malloc(CP_DATE_TEXT + 9);
		if (value == NULL)
			return cp_fail(err, CP_FAILED, "out of memory");
		(void)snprintf(value, CP_DATE_TEXT + 9, "%sT23:59:59",
		    call->given[i].value);
		free(call->given[i].value);
		call->given[i].value = value;
	}
	return CP_OK;
}

static enum cp_rc
lock_store(const struct cp_call *call, int *lock, struct cp_err *err)
{
	struct cp_session s;
	enum cp_rc rc = cp_session_open(call, CP_STORE_READ, &s, err);

	if (rc != CP_OK)
		return rc;
	rc = cp_operator_may(&s.op, CP_ROLE_SCHEDULER | CP_ROLE_ADMIN, err);
	if (rc == CP_OK)
		rc = cp_schedule_lock(s.store, lock, err);
	cp_session_close(&s);
	return rc;
}

static enum cp_rc
run(struct cp_call *call, struct cp_err *err)
{
	struct cp_runner *r = NULL;
	int lock = -1, once = cp_flag(call, "once");
	enum cp_rc rc;

	if (!once && cp_option(call, "on") != NULL)
		return cp_fail(err, CP_USAGE, "--on goes with --once");
	if (!once && cp_flag(call, "json"))
		return cp_fail(err, CP_USAGE, "--json goes with --once");
	rc = end_of_day(call, err);
	if (rc == CP_OK)
		rc = lock_store(call, &lock, err);
	if (rc == CP_OK)
		rc = cp_runner_open(call, &r, err);
	if (rc == CP_OK)
		rc = once ? run_once(r, call, err) :
		    run_daemon(r, call, err);
	cp_runner_free(r);
	if (lock >= 0)
		(void)close(lock);
	return rc;
}

static enum cp_rc
dispatch(int argc, char **argv, struct cp_err *err)
{
	struct cp_call call;
	enum cp_rc rc;

	if (argc == 2 && strcmp(argv[1], "--version") == 0)
		return printf("cpschedd %s\n", CP_VERSION) < 0 ?
		    cp_fail_errno(err, CP_FAILED, "cannot write") : CP_OK;
	rc = cp_call_parse(&command, argc - 1, argv + 1, &call, err);
	if (rc == CP_OK && cp_flag(&call, "help")) {
		if (fputs(help_text, stdout) < 0)
			rc = cp_fail_errno(err, CP_FAILED, "cannot write");
	} else if (rc == CP_OK) {
		rc = run(&call, err);
	}
	cp_call_clear(&call);
	return rc;
}

int
main(int argc, char **argv)
{
	struct cp_err err = { 0 };
	int json = argc > 1 && cp_call_has(argc - 1, argv + 1, "--json");
	enum cp_rc rc = cp_harden(&err);

	if (rc == CP_OK)
		rc = dispatch(argc, argv, &err);
	if (fflush(stdout) != 0 && rc == CP_OK)
		rc = cp_fail_errno(&err, CP_FAILED, "cannot write the result");
	if (rc != CP_OK)
		cp_out_error(json, &err);
	if (rc == CP_USAGE && !json)
		(void)fprintf(stderr, "%.*s", (int)(strstr(help_text, "\n\n") +
		    1 - help_text), help_text);
	return (int)rc;
}
