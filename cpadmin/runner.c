#include "cpadmin/runner.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "lifecycle/jobs/runs.h"
#include "lifecycle/store/config.h"

enum {
	STOP_KIND_MS = 600,   /* children may end by themselves in it */
	STOP_HARD_MS = 800,
	STOP_STORE_MS = 100,
	TIMEOUT_GRACE_MS = 5000,
	TELL_MS = 50,
	ELSEWHERE_S = 5 /* a job that somebody else runs */
};

/* ---- opening ------------------------------------------------------------------- */

enum cp_rc
cp_runner_reload(struct cp_runner *r, struct cp_err *err)
{
	struct cp_config config;
	char path[sizeof(r->store) + 16];
	enum cp_rc rc;

	(void)snprintf(path, sizeof(path), "%s/cpadmin.conf", r->store);
	rc = cp_config_load(path, &config, err);
	if (rc == CP_OK)
		r->schedule = config.schedule;
	return rc;
}

static enum cp_rc
take_signals(struct cp_runner *r, struct cp_err *err)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGHUP);
	(void)sigaddset(&set, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0 || (r->signals =
	    signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)) < 0)
		return cp_fail_errno(err, CP_FAILED, "cannot take signals");
	return CP_OK;
}

static enum cp_rc
open_session(struct cp_runner *r, struct cp_session *s, struct cp_err *err)
{
	enum cp_rc rc = cp_session_open(r->call, CP_STORE_WRITE, s, err);

	if (rc != CP_OK)
		return rc;
	if (r->patience > 0)
		cp_store_patience(s->store, r->patience);
	rc = cp_operator_may(&s->op, CP_ROLE_SCHEDULER | CP_ROLE_ADMIN, err);
	if (rc != CP_OK)
		cp_session_close(s);
	return rc;
}

static enum cp_rc
set_up(struct cp_runner *r, struct cp_err *err)
{
	struct cp_session s;
	enum cp_rc rc = open_session(r, &s, err);

	if (rc != CP_OK)
		return rc;
	if (realpath(cp_store_dir(s.store), r->store) == NULL)
		rc = cp_fail_errno(err, CP_FAILED, "%s",
		    cp_store_dir(s.store));
	(void)snprintf(r->store_id, sizeof(r->store_id), "%s",
	    s.settings.store_id);
	if (s.now.simulated)
		(void)cp_date_format(s.now.today, r->on);
	cp_session_close(&s);
	if (rc == CP_OK)
		rc = cp_runner_reload(r, err);
	if (rc == CP_OK)
		rc = cp_child_program(r->program, sizeof(r->program), err);
	return rc == CP_OK ? take_signals(r, err) : rc;
}

enum cp_rc
cp_runner_open(const struct cp_call *call, struct cp_runner **out,
    struct cp_err *err)
{
	struct cp_runner *r = calloc(1, sizeof(*r));
	enum cp_rc rc;

	if (r == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	r->call = call;
	r->signals = -1;
	rc = set_up(r, err);
	if (rc != CP_OK) {
		cp_runner_free(r);
		return rc;
	}
	*out = r;
	return CP_OK;
}

static void
free_slot(struct cp_slot *slot)
{
	cp_child_clear(&slot->child);
	if (slot->lock >= 0)
		(void)close(slot->lock);
	slot->lock = -1;
	slot->used = 0;
}

void
cp_runner_free(struct cp_runner *r)
{
	if (r == NULL)
		return;
	for (int i = 0; i < CP_JOBS_MAX; i++) {
		if (!r->slots[i].used)
			continue;
		if (!r->slots[i].child.ended && r->slots[i].child.pid > 0)
			(void)kill(r->slots[i].child.pid, SIGKILL);
		free_slot(&r->slots[i]);
	}
	if (r->signals >= 0)
		(void)close(r->signals);
	free(r);
}

/* ---- one run -------------------------------------------------------------------- */

int
cp_runner_active(const struct cp_runner *r)
{
	int n = 0;

	for (int i = 0; i < CP_JOBS_MAX; i++)
		n += r->slots[i].used;
	return n;
}

static struct cp_slot *
find_slot(struct cp_runner *r, const char *name)
{
	for (int i = 0; i < CP_JOBS_MAX; i++)
		if (r->slots[i].used &&
		    strcmp(r->slots[i].job.name, name) == 0)
			return &r->slots[i];
	return NULL;
}

static void
tell(const struct cp_runner *r, const struct cp_slot *slot)
{
	if (r->tell != NULL)
		r->tell(r->tell_ctx, &slot->job, &slot->run);
}

static enum cp_rc
spawn(struct cp_runner *r, struct cp_slot *slot, struct cp_err *err)
{
	char text[CP_JOB_COMMAND], *argv[CP_JOB_ARGV];

	cp_job_argv(&slot->job, r->store, r->on[0] != '\0' ? r->on : NULL,
	    cp_option(r->call, "as"), text, argv);
	return cp_child_start(&slot->child, r->program, argv, slot->lock,
	    err);
}

/* Puts on record how a run ended.  Its slot is free afterwards. */
static enum cp_rc
record_end(struct cp_runner *r, struct cp_session *s, struct cp_slot *slot,
    struct cp_err *err)
{
	struct cp_job_end end;
	enum cp_rc rc;

	cp_child_end(&slot->child, &end);
	cp_job_outcome(&end, &slot->job, &slot->run);
	rc = cp_job_end(s->store, slot->job.name, &slot->run, &s->now, err);
	if (rc != CP_OK)
		return rc;
	r->failed += slot->run.status != CP_JOB_DONE ||
	    slot->run.exit_code != CP_OK;
	tell(r, slot);
	free_slot(slot);
	return CP_OK;
}

enum cp_rc
cp_runner_begin(struct cp_runner *r, struct cp_session *s,
    const struct cp_job *job, struct cp_date d, int64_t at, int again,
    struct cp_err *err)
{
	struct cp_slot *slot = NULL;
	enum cp_rc rc;

	for (int i = 0; i < CP_JOBS_MAX && slot == NULL; i++)
		if (!r->slots[i].used)
			slot = &r->slots[i];
	if (slot == NULL)
		return cp_fail(err, CP_BUSY, "too many jobs at once");
	memset(slot, 0, sizeof(*slot));
	slot->lock = -1;
	rc = cp_job_lock(s->store, job->name, &slot->lock, err);
	if (rc == CP_OK)
		rc = cp_job_begin(s->store, job, d, s->now.unix_time - at,
		    again, &s->now, &slot->run, err);
	if (rc != CP_OK) {
		free_slot(slot);
		return rc;
	}
	slot->used = 1;
	slot->job = *job;
	tell(r, slot);
	rc = spawn(r, slot, err);
	if (rc == CP_OK)
		return CP_OK;
	/* On record as failed, to be tried again. */
	slot->child.ended = 1;
	slot->child.status = 127 << 8;
	return record_end(r, s, slot, err);
}

/* ---- a look at the store ---------------------------------------------------------- */

static enum cp_rc
record_ends(struct cp_runner *r, struct cp_session *s, struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	for (int i = 0; i < CP_JOBS_MAX && rc == CP_OK; i++)
		if (r->slots[i].used && r->slots[i].child.ended)
			rc = record_end(r, s, &r->slots[i], err);
	return rc;
}

/* What is due of each job; what is not to be run is marked. */
static enum cp_rc
plan(struct cp_runner *r, struct cp_session *s, struct cp_err *err)
{
	struct cp_job_state *state;
	const struct cp_slot *slot;
	enum cp_rc rc = CP_OK;

	for (int i = 0; i < r->schedule.n && rc == CP_OK; i++) {
		state = &r->states[i];
		rc = cp_job_load(s->store, &r->schedule.jobs[i], &s->now,
		    state, err);
		if (rc != CP_OK)
			break;
		slot = find_slot(r, state->job->name);
		if (slot != NULL) {
			state->running = 1;
			state->running_for = (cp_child_clock() -
			    slot->child.begun) / 1000;
		} else if (state->tried.status == CP_JOB_RUNNING &&
		    cp_date_set(state->tried.nominal)) {
			state->running = 1;
			state->running_for = CP_JOB_PATIENCE;
			r->foreign++;
		}
		cp_job_due(state, r->store_id, s->now.unix_time, &r->due[i]);
		rc = cp_job_mark(s->store, state->job->name, r->due[i].marks,
		    r->due[i].n_marks, &s->now, err);
	}
	return rc;
}

/* Begins what is to begin.  One that somebody else is at, or has done in this
 * moment, is passed over. */
static enum cp_rc
begin_due(struct cp_runner *r, struct cp_session *s, struct cp_err *err)
{
	int64_t wake = 0, now = s->now.unix_time;
	int i;
	enum cp_rc rc;

	while ((i = cp_jobs_first(r->states, r->due, (size_t)r->schedule.n,
	    now, &wake)) >= 0) {
		r->due[i].start = 0;
		rc = cp_runner_begin(r, s, &r->schedule.jobs[i],
		    r->due[i].nominal, r->due[i].at, 0, err);
		if (rc == CP_BUSY || rc == CP_REFUSED)
			r->elsewhere++;
		else if (rc != CP_OK)
			return rc;
		if (rc != CP_OK)
			continue;
		r->started++;
		r->states[i].running = 1;
		r->states[i].running_for = 0;
	}
	r->wake = wake;
	if (r->elsewhere + r->foreign > 0 && (wake == 0 || wake > now + ELSEWHERE_S))
		r->wake = now + ELSEWHERE_S;
	return CP_OK;
}

enum cp_rc
cp_runner_look(struct cp_runner *r, struct cp_err *err)
{
	struct cp_session s;
	enum cp_rc rc;

	r->started = r->elsewhere = r->foreign = 0;
	rc = open_session(r, &s, err);
	if (rc != CP_OK)
		return rc;
	rc = record_ends(r, &s, err);
	if (rc == CP_OK)
		rc = cp_jobs_recover(s.store, &s.now, NULL, err);
	if (rc == CP_OK)
		rc = plan(r, &s, err);
	if (rc == CP_OK)
		rc = begin_due(r, &s, err);
	cp_session_close(&s);
	return rc;
}

enum cp_rc
cp_runner_record(struct cp_runner *r, struct cp_err *err)
{
	struct cp_session s;
	enum cp_rc rc = open_session(r, &s, err);

	if (rc != CP_OK)
		return rc;
	rc = record_ends(r, &s, err);
	cp_session_close(&s);
	return rc;
}

/* ---- waiting ----------------------------------------------------------------------- */

static void
read_signals(struct cp_runner *r)
{
	struct signalfd_siginfo got;

	while (read(r->signals, &got, sizeof(got)) == sizeof(got)) {
		if (got.ssi_signo == SIGTERM || got.ssi_signo == SIGINT)
			r->stop = 1;
		else if (got.ssi_signo == SIGHUP)
			r->reload = 1;
	}
}

/* Tells those that are over their time to end; the time until the next is. */
static int64_t
watch_timeouts(struct cp_runner *r, int64_t ms)
{
	struct cp_slot *slot;
	int64_t left;

	for (int i = 0; i < CP_JOBS_MAX; i++) {
		slot = &r->slots[i];
		if (!slot->used || slot->child.ended)
			continue;
		left = slot->child.begun + (int64_t)slot->job.timeout * 1000 -
		    cp_child_clock();
		if (left <= 0) {
			slot->child.timed_out |= !slot->child.stopped;
			cp_child_tell(&slot->child, TIMEOUT_GRACE_MS);
			left = TELL_MS;
		}
		if (left < ms)
			ms = left;
	}
	return ms;
}

int
cp_runner_wait(struct cp_runner *r, int64_t ms)
{
	struct pollfd p[1 + CP_JOBS_MAX * CP_CHILD_PIPES];
	struct cp_child *child;
	nfds_t n = 0;
	int ended = 0;

	ms = watch_timeouts(r, ms);
	p[n].fd = r->signals;
	p[n++].events = POLLIN;
	for (int i = 0; i < CP_JOBS_MAX; i++) {
		for (int j = 0; j < CP_CHILD_PIPES; j++) {
			child = &r->slots[i].child;
			p[n].fd = r->slots[i].used ? child->fd[j] : -1;
			p[n++].events = POLLIN;
		}
	}
	(void)poll(p, n, ms < 0 ? 0 : ms > 60000 ? 60000 : (int)ms);
	read_signals(r);
	for (int i = 0; i < CP_JOBS_MAX; i++) {
		child = &r->slots[i].child;
		if (!r->slots[i].used || child->ended)
			continue;
		for (int j = 0; j < CP_CHILD_PIPES; j++)
			cp_child_read(child, j);
		ended += cp_child_reap(child);
	}
	(void)watch_timeouts(r, ms);
	return ended > 0;
}

/* ---- stopping ----------------------------------------------------------------------- */

static int
still_running(const struct cp_runner *r)
{
	int n = 0;

	for (int i = 0; i < CP_JOBS_MAX; i++)
		n += r->slots[i].used && !r->slots[i].child.ended;
	return n;
}

void
cp_runner_stop(struct cp_runner *r)
{
	struct cp_err ignored = { 0 };
	int64_t begun = cp_child_clock();

	while (still_running(r) &&
	    cp_child_clock() - begun < STOP_HARD_MS) {
		for (int i = 0; i < CP_JOBS_MAX; i++) {
			if (!r->slots[i].used || r->slots[i].child.ended)
				continue;
			r->slots[i].child.stopped = 1;
			cp_child_tell(&r->slots[i].child, STOP_KIND_MS);
		}
		(void)cp_runner_wait(r, TELL_MS);
	}
	if (cp_runner_active(r) == 0)
		return;
	/* A row that cannot be written now is mended by the next start. */
	r->patience = STOP_STORE_MS;
	if (cp_runner_record(r, &ignored) != CP_OK)
		cp_err_clear(&ignored);
}
