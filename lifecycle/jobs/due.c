#include "lifecycle/jobs/due.h"

#include <string.h>

#include "lifecycle/rules/london.h"

enum {
	BUSY_PAUSE = 60,
	BUSY_TRIES = 30,
	INTERRUPTED_TRIES = 10,
	PAUSE_MAX = 6 * 3600
};

static const char *const words[] = { "running", "done", "failed", "skipped",
	"missed", "interrupted" };
enum { WORDS = sizeof(words) / sizeof(words[0]) };

const char *
cp_job_status_word(enum cp_job_status status)
{
	return words[status];
}

enum cp_job_status
cp_job_status_parse(const char *word)
{
	for (int i = 0; i < WORDS; i++)
		if (strcmp(words[i], word) == 0)
			return (enum cp_job_status)i;
	return CP_JOB_FAILED;
}

/* ---- again ------------------------------------------------------------------- */

static int64_t
growing_pause(const struct cp_job *job, int attempts)
{
	int64_t pause = job->retry_after;

	while (--attempts > 0 && pause < PAUSE_MAX)
		pause *= 2;
	return pause < PAUSE_MAX ? pause :
	    job->retry_after > PAUSE_MAX ? job->retry_after : PAUSE_MAX;
}

int
cp_job_retries(const struct cp_job *job, const struct cp_job_run *run,
    int64_t now, int64_t *at)
{
	int64_t pause = 0;
	int tries = job->retries;

	if (run->status == CP_JOB_INTERRUPTED) {
		tries += INTERRUPTED_TRIES;
	} else if (run->status == CP_JOB_FAILED &&
	    run->exit_code == CP_BUSY) {
		pause = BUSY_PAUSE;
		tries += BUSY_TRIES;
	} else if (run->status == CP_JOB_FAILED &&
	    (run->exit_code < 0 || run->exit_code == CP_FAILED)) {
		pause = growing_pause(job, run->attempts);
	} else {
		return 0;
	}
	/* An end in the future was told by a clock that was wrong. */
	*at = run->finished > now ? now : run->finished + pause;
	return cp_date_set(run->nominal) && run->attempts <= tries;
}

/* ---- one job ----------------------------------------------------------------- */

static const char missed[] = "nobody ran it in time";
static const char overlapped[] = "the run before it was still going";
static const char unknown[] = "it was before the scheduler knew of it";

static void
mark(struct cp_job_due *out, struct cp_date d, enum cp_job_status status,
    int64_t late, const char *why)
{
	struct cp_job_mark *m;

	if (out->n_marks > CP_JOB_LOOK_BACK)
		return;
	m = &out->marks[out->n_marks++];
	m->nominal = d;
	m->status = status;
	m->late = late;
	m->why = why;
}

/* The date D, whose time AT has come, has no run: it is marked, or it is the
 * one to begin unless a better comes. */
static void
consider(const struct cp_job_state *s, struct cp_date d, int64_t at,
    int64_t now, struct cp_job_due *out)
{
	const struct cp_job *job = s->job;

	if (cp_job_too_late(job, d, at, now) ||
	    (job->missed == CP_MISSED_NONE && now > at + CP_JOB_GRACE)) {
		mark(out, d, CP_JOB_MISSED, now - at, missed);
		return;
	}
	/* One whose time had come before that began only waits its turn. */
	if (s->running && job->overlap == CP_OVERLAP_SKIP &&
	    at > s->tried.started) {
		mark(out, d, CP_JOB_SKIPPED, now - at, overlapped);
		return;
	}
	if (out->start && job->missed == CP_MISSED_EACH)
		return;
	if (out->start)
		mark(out, out->nominal, CP_JOB_MISSED, now - out->at, missed);
	out->start = 1;
	out->nominal = d;
	out->at = at;
}

/* Every nominal date without a run whose time has come.  A job without any
 * run has missed nothing: only its latest date counts, to be run if there is
 * time, or else as the one from which on all are accounted for. */
static void
look_back(const struct cp_job_state *s, const char *store_id, int64_t now,
    struct cp_job_due *out)
{
	int fresh = !cp_date_set(s->last.nominal);
	struct cp_date d = cp_date_add_days(cp_london_date(now),
	    -CP_JOB_LOOK_BACK);
	int64_t at;

	if (!fresh && cp_date_cmp(s->last.nominal, d) > 0)
		d = s->last.nominal;
	while (cp_date_set(d = cp_job_next(s->job, d)) &&
	    (at = cp_job_time(s->job, store_id, d)) <= now) {
		if (fresh) {
			out->start = 0;
			out->n_marks = 0;
		}
		consider(s, d, at, now, out);
	}
	if (fresh && out->n_marks > 0) {
		out->marks[0].status = CP_JOB_SKIPPED;
		out->marks[0].why = unknown;
		out->marks[0].late = 0;
	}
	out->next = d;
	out->next_at = cp_date_set(d) ? at : 0;
	out->wake = out->next_at;
}

/* A run that was tried goes on before those after it (each), or if there are
 * none (last, none). */
static void
look_again(const struct cp_job_state *s, const char *store_id, int64_t now,
    struct cp_job_due *out)
{
	const struct cp_job_run *run = &s->tried;
	int64_t at, time;

	if ((out->start && s->job->missed != CP_MISSED_EACH) ||
	    !cp_job_retries(s->job, run, now, &at))
		return;
	time = cp_job_time(s->job, store_id, run->nominal);
	if (cp_job_too_late(s->job, run->nominal, time, now))
		return;
	at = at > time ? at : time;
	if (at > now) {
		out->waits |= out->start;
		out->start = 0;
		if (out->wake == 0 || at < out->wake)
			out->wake = at;
		return;
	}
	out->start = 1;
	out->nominal = run->nominal;
	out->at = time;
}

void
cp_job_due(const struct cp_job_state *s, const char *store_id, int64_t now,
    struct cp_job_due *out)
{
	memset(out, 0, sizeof(*out));
	if (!s->job->enabled)
		return;
	look_back(s, store_id, now, out);
	if (!s->running) {
		look_again(s, store_id, now, out);
		return;
	}
	out->waits = out->start;
	out->start = 0;
}

/* ---- all jobs ---------------------------------------------------------------- */

static void
earlier(int64_t *wake, int64_t at)
{
	if (at != 0 && (*wake == 0 || at < *wake))
		*wake = at;
}

int
cp_jobs_first(const struct cp_job_state *states, const struct cp_job_due *due,
    size_t n, int64_t now, int64_t *wake)
{
	int64_t patient = 0;
	int first = -1;

	*wake = 0;
	for (size_t i = 0; i < n; i++) {
		earlier(wake, due[i].wake);
		if (states[i].running &&
		    states[i].running_for < CP_JOB_PATIENCE &&
		    CP_JOB_PATIENCE - states[i].running_for > patient)
			patient = CP_JOB_PATIENCE - states[i].running_for;
		if (due[i].start && (first < 0 ||
		    due[i].at < due[first].at))
			first = (int)i;
	}
	if (first < 0 || patient == 0)
		return first;
	earlier(wake, now + patient);
	return -1;
}
