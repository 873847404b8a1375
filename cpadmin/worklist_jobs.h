#ifndef CP_CPADMIN_WORKLIST_JOBS_H
#define CP_CPADMIN_WORKLIST_JOBS_H

#include "cpadmin/session.h"
#include "lifecycle/duties/worklist.h"
#include "lifecycle/store/config.h"

/* Rows of the worklist about scheduled jobs. */
enum { CP_WORK_JOBS = CP_JOBS_MAX + 1, CP_WORK_JOB_ROLES =
	CP_ROLE_SCHEDULER | CP_ROLE_ADMIN };

/*
 * The jobs of cpadmin.conf whose last run failed, was missed or was cut off,
 * or that are late by now, in order of due: at most CP_WORK_JOBS into OUT, how
 * many into *N.  A cpadmin.conf that cannot be read is a row, too.  ROLE is
 * whose rows they are.
 */
enum cp_rc cp_worklist_jobs(struct cp_session *s, enum cp_role role,
    struct cp_work *out, size_t *n, struct cp_err *err) CP_MUST_CHECK;

#endif
