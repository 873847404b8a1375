#ifndef CP_JOBS_DUE_H
#define CP_JOBS_DUE_H

#include <stddef.h>
#include <stdint.h>

#include "lifecycle/rules/job.h"

/*
 * What is to be done for the jobs at a moment: a pure function of the
 * settings, of the rows that tell what was done, and of the clock's reading.
 * However the clock is set, a run that was tried is not due a second time,
 * and what a clock that was ahead had marked as missed is due when its day
 * really comes.
 */
enum cp_job_status {
	CP_JOB_RUNNING,
	CP_JOB_DONE,
	CP_JOB_FAILED,
	CP_JOB_SKIPPED,    /* the run before it was still going, or it was
			    * before the job was known */
	CP_JOB_MISSED,     /* too late, or a later one took its place */
	CP_JOB_INTERRUPTED /* the scheduler ended before it did */
};

enum {
	CP_JOB_WHAT = 512,
	CP_JOB_LOOK_BACK = 400, /* days; older dates are not even marked */
	CP_JOB_PATIENCE = 600   /* seconds that jobs wait for each other */
};

/* The run of one nominal date. */
struct cp_job_run {
	struct cp_date nominal; /* none = there is no such run */
	enum cp_job_status status;
	int attempts;
	int64_t started, finished; /* of the last attempt; 0 = not */
	int exit_code;             /* -1 = none: it was killed, or never ran */
	int64_t late;              /* seconds from its time to its start */
	char what[CP_JOB_WHAT];    /* names nobody; may be empty */
};

/* What is known of a job.  last: the newest run whose nominal date is not
 * after today, without those that a clock ahead of NOW has marked; tried: the
 * same of those with an attempt. */
struct cp_job_state {
	const struct cp_job *job; /* borrowed */
	struct cp_job_run last, tried;
	int running;
	int64_t running_for; /* seconds */
};

struct cp_job_mark {
	struct cp_date nominal;
	enum cp_job_status status; /* missed or skipped */
	int64_t late;
	const char *why; /* a constant */
};

struct cp_job_due {
	int start;              /* whether a run is to begin now */
	struct cp_date nominal; /* of it */
	int64_t at;             /* its time */
	int waits;              /* it is due, but waits for the one before */
	struct cp_date next;    /* the next nominal date that is not due yet */
	int64_t next_at;        /* and its time; 0 = there is none */
	int64_t wake;           /* when to ask again; 0 = no need */
	int n_marks;
	struct cp_job_mark marks[CP_JOB_LOOK_BACK + 1];
};

/* What is due at NOW for one job by itself. */
void cp_job_due(const struct cp_job_state *s, const char *store_id,
    int64_t now, struct cp_job_due *out);

/*
 * Which of N jobs begins its run now: the one whose time is the earliest (the
 * first of the settings among equals), or -1.  Jobs go one after the other;
 * but one that has been going for CP_JOB_PATIENCE holds up no other.  *WAKE is
 * when to ask again, 0 = when a job ends.
 */
int cp_jobs_first(const struct cp_job_state *states,
    const struct cp_job_due *due, size_t n, int64_t now, int64_t *wake);

/* Whether a run that failed or was interrupted is to be tried again, and from
 * when: busy soon, a failure of the machine after growing pauses, a refusal
 * or bad input never. */
int cp_job_retries(const struct cp_job *job, const struct cp_job_run *run,
    int64_t now, int64_t *at);

/* "running", "done"...; a constant.  And back: CP_JOB_FAILED for no word. */
const char *cp_job_status_word(enum cp_job_status status);
enum cp_job_status cp_job_status_parse(const char *word);

#endif
