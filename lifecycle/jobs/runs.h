#ifndef CP_JOBS_RUNS_H
#define CP_JOBS_RUNS_H

#include "lifecycle/jobs/due.h"
#include "lifecycle/store/now.h"
#include "lifecycle/store/store.h"

/*
 * The rows that tell what was done of the jobs: one for each job and nominal
 * date.  They tell of work, not of records: what a command does to records it
 * logs itself.  Whoever runs a job holds its lock for as long as the command
 * goes on, so that a row which says `running' while nobody holds the lock was
 * left by one that was killed.
 */

/* Takes the scheduler's lock of the store, or the lock of one job; held until
 * *FD is closed, by those who inherit it too.  CP_BUSY where it is taken. */
enum cp_rc cp_schedule_lock(const struct cp_store *s, int *fd,
    struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_job_lock(const struct cp_store *s, const char *job, int *fd,
    struct cp_err *err) CP_MUST_CHECK;

/* What is known of JOB at NOW; `running' is left 0. */
enum cp_rc cp_job_load(struct cp_store *s, const struct cp_job *job,
    const struct cp_now *now, struct cp_job_state *out, struct cp_err *err)
    CP_MUST_CHECK;
/* The run of one date; its nominal is none if there is none. */
enum cp_rc cp_job_get(struct cp_store *s, const char *job, struct cp_date d,
    struct cp_job_run *out, struct cp_err *err) CP_MUST_CHECK;
/* The newest runs of JOB, at most MAX of them. */
enum cp_rc cp_job_each(struct cp_store *s, const char *job, int max,
    enum cp_rc (*cb)(void *ctx, const struct cp_job_run *run,
	struct cp_err *err), void *ctx, struct cp_err *err) CP_MUST_CHECK;

/*
 * Begins the run of D: its row says `running' when this returns.  The job's
 * lock is held by the caller.  CP_REFUSED where a run of that date is done
 * (AGAIN: is allowed), and in any case where it is going on.
 */
enum cp_rc cp_job_begin(struct cp_store *s, const struct cp_job *job,
    struct cp_date d, int64_t late, int again, const struct cp_now *now,
    struct cp_job_run *out, struct cp_err *err) CP_MUST_CHECK;
/* Tells how RUN ended: its status, exit_code and what; finished is set to
 * NOW. */
enum cp_rc cp_job_end(struct cp_store *s, const char *job,
    struct cp_job_run *run, const struct cp_now *now, struct cp_err *err)
    CP_MUST_CHECK;
/* Marks dates that will not be run, all or none. */
enum cp_rc cp_job_mark(struct cp_store *s, const char *job,
    const struct cp_job_mark *marks, int n, const struct cp_now *now,
    struct cp_err *err) CP_MUST_CHECK;
/* Rows that say `running' without anybody who runs them become interrupted;
 * *N says how many (may be NULL). */
enum cp_rc cp_jobs_recover(struct cp_store *s, const struct cp_now *now,
    int *n, struct cp_err *err) CP_MUST_CHECK;

#endif
