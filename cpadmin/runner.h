#ifndef CP_CPADMIN_RUNNER_H
#define CP_CPADMIN_RUNNER_H

#include "cpadmin/child.h"
#include "cpadmin/session.h"
#include "lifecycle/jobs/due.h"

/*
 * Runs the jobs of a store, each as a process of its own: what cpschedd and
 * `schedule run' have in common.  The store is opened anew for every look at
 * it and is not held in between.  SIGTERM, SIGINT, SIGHUP and SIGCHLD are
 * blocked while a runner is open, and read by cp_runner_wait.
 */
struct cp_slot {
	int used;
	struct cp_job job; /* as it was when it began */
	struct cp_job_run run;
	struct cp_child child;
	int lock;
};

struct cp_runner {
	const struct cp_call *call; /* borrowed */
	struct cp_schedule schedule;
	char store[4096], program[4096], on[CP_DATE_TEXT];
	char store_id[40];
	struct cp_slot slots[CP_JOBS_MAX];
	struct cp_job_state states[CP_JOBS_MAX];
	struct cp_job_due due[CP_JOBS_MAX];
	int signals;     /* a descriptor */
	int stop;        /* a signal said so */
	int reload;      /* likewise */
	int patience;    /* ms to wait for other writers; 0 = the usual */
	int64_t wake;    /* when to look again; 0 = when a job ends */
	int started;     /* by the last look */
	int elsewhere;   /* runs that it found taken, or the store busy */
	int foreign;     /* jobs that others run; one of those may be dying
			  * with the scheduler that began it */
	int failed;      /* runs that did not end well, or only in part */
	/* Called as a run begins and when its end is on record; may be NULL. */
	void (*tell)(void *ctx, const struct cp_job *job,
	    const struct cp_job_run *run);
	void *tell_ctx;
};

/* Checks who acts (scheduler or admin), reads the settings, finds cpadmin. */
enum cp_rc cp_runner_open(const struct cp_call *call, struct cp_runner **out,
    struct cp_err *err) CP_MUST_CHECK;
/* Kills what still runs; NULL-safe. */
void cp_runner_free(struct cp_runner *r);
/* Reads the settings again; the old ones stay in force on failure. */
enum cp_rc cp_runner_reload(struct cp_runner *r, struct cp_err *err)
    CP_MUST_CHECK;

/* One look at the store: puts on record what ended and what is missed, and
 * begins what is to begin.  CP_BUSY: nothing is lost, look again. */
enum cp_rc cp_runner_look(struct cp_runner *r, struct cp_err *err)
    CP_MUST_CHECK;
/* Only puts on record what ended. */
enum cp_rc cp_runner_record(struct cp_runner *r, struct cp_err *err)
    CP_MUST_CHECK;
/* Begins the run of D of JOB now (as cp_job_begin). */
enum cp_rc cp_runner_begin(struct cp_runner *r, struct cp_session *s,
    const struct cp_job *job, struct cp_date d, int64_t at, int again,
    struct cp_err *err) CP_MUST_CHECK;
/* Waits at most MS for something to happen; stops what is over its time.
 * 1 if a job has ended. */
int cp_runner_wait(struct cp_runner *r, int64_t ms);
/* Jobs that go on, or whose end is not on record. */
int cp_runner_active(const struct cp_runner *r);
/* Ends all jobs within 0.9 s and puts that on record if the store is free. */
void cp_runner_stop(struct cp_runner *r);

#endif
