#include "lifecycle/jobs/runs.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "archive/file.h"
#include "lifecycle/store/stmt.h"

enum { PATH = 4096 };

/* ---- locks ------------------------------------------------------------------- */

enum cp_rc
cp_schedule_lock(const struct cp_store *s, int *fd, struct cp_err *err)
{
	char path[PATH];
	enum cp_rc rc = cp_store_path(s, path, sizeof(path), err,
	    "schedule.lock");

	if (rc == CP_OK)
		rc = cp_file_lock(path, fd, err);
	if (rc == CP_BUSY) {
		cp_fail(err, CP_BUSY, "another cpschedd serves %s",
		    cp_store_dir(s));
		cp_err_hint(err, "one is enough; `cpadmin schedule status' "
		    "shows what it does");
	}
	return rc;
}

enum cp_rc
cp_job_lock(const struct cp_store *s, const char *job, int *fd,
    struct cp_err *err)
{
	char path[PATH];
	enum cp_rc rc = cp_store_path(s, path, sizeof(path), err,
	    "job-%s.lock", job);

	if (rc == CP_OK)
		rc = cp_file_lock(path, fd, err);
	if (rc == CP_BUSY)
		cp_fail(err, CP_BUSY, "job %s is running", job);
	return rc;
}

/* ---- reading ----------------------------------------------------------------- */

/* The columns of a run, from FIRST on. */
static void
read_run(struct cp_stmt *q, int first, struct cp_job_run *out)
{
	memset(out, 0, sizeof(*out));
	out->nominal = cp_col_date(q, first);
	out->status = cp_job_status_parse(cp_col_text(q, first + 1));
	out->attempts = (int)cp_col_int(q, first + 2);
	out->started = cp_col_int(q, first + 3);
	out->finished = cp_col_int(q, first + 4);
	out->exit_code = cp_col_null(q, first + 5) ? -1 :
	    (int)cp_col_int(q, first + 5);
	out->late = cp_col_int(q, first + 6);
	cp_col_copy(q, first + 7, out->what, sizeof(out->what));
}

/* The one row of Q, whose parameters are bound. */
static enum cp_rc
read_one(struct cp_stmt *q, struct cp_job_run *out, struct cp_err *err)
{
	int row;
	enum cp_rc rc = cp_step(q, &row, err);

	if (rc != CP_OK)
		return rc;
	memset(out, 0, sizeof(*out));
	out->exit_code = -1;
	if (row)
		read_run(q, 0, out);
	cp_reset(q);
	return CP_OK;
}

enum cp_rc
cp_job_load(struct cp_store *s, const struct cp_job *job,
    const struct cp_now *now, struct cp_job_state *out, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_JOB_LAST);
	enum cp_rc rc;

	memset(out, 0, sizeof(*out));
	out->job = job;
	cp_bind_text(q, job->name);
	cp_bind_date(q, now->today);
	cp_bind_text(q, now->time);
	rc = read_one(q, &out->last, err);
	if (rc != CP_OK)
		return rc;
	q = cp_stmt(s, SQL_JOB_TRIED);
	cp_bind_text(q, job->name);
	cp_bind_date(q, now->today);
	return read_one(q, &out->tried, err);
}

enum cp_rc
cp_job_get(struct cp_store *s, const char *job, struct cp_date d,
    struct cp_job_run *out, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_JOB_GET);

	cp_bind_text(q, job);
	cp_bind_date(q, d);
	return read_one(q, out, err);
}

enum cp_rc
cp_job_each(struct cp_store *s, const char *job, int max,
    enum cp_rc (*cb)(void *ctx, const struct cp_job_run *run,
    struct cp_err *err), void *ctx, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_JOB_RUNS);
	struct cp_job_run run;
	int row;
	enum cp_rc rc;

	cp_bind_text(q, job);
	cp_bind_int(q, max);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		read_run(q, 0, &run);
		rc = cb(ctx, &run, err);
		if (rc != CP_OK)
			break;
	}
	cp_reset(q);
	return rc;
}

/* ---- writing ----------------------------------------------------------------- */

/* Commits if RC is CP_OK, else undoes. */
static enum cp_rc
end_txn(struct cp_store *s, enum cp_rc rc, struct cp_err *err)
{
	if (rc == CP_OK)
		return cp_store_commit(s, err);
	cp_store_rollback(s);
	return rc;
}

static enum cp_rc
refuse_ran(const struct cp_job *job, struct cp_date d,
    const struct cp_job_run *run, struct cp_err *err)
{
	char day[CP_DATE_TEXT];

	(void)cp_fail(err, CP_REFUSED, "job %s of %s is %s", job->name,
	    cp_date_format(d, day), cp_job_status_word(run->status));
	if (run->status == CP_JOB_RUNNING)
		cp_err_hint(err, "see `cpadmin schedule status'");
	else
		cp_err_hint(err, "--again runs it all the same");
	return CP_REFUSED;
}

static enum cp_rc
begin(struct cp_store *s, const struct cp_job *job, struct cp_date d,
    int64_t late, int again, const struct cp_now *now, struct cp_job_run *out,
    struct cp_err *err)
{
	struct cp_job_run before;
	struct cp_stmt *q;
	enum cp_rc rc = cp_job_get(s, job->name, d, &before, err);

	if (rc != CP_OK)
		return rc;
	if (cp_date_set(before.nominal) && before.attempts > 0 &&
	    (before.status == CP_JOB_RUNNING || (!again &&
	    before.status == CP_JOB_DONE)))
		return refuse_ran(job, d, &before, err);
	q = cp_stmt(s, SQL_JOB_BEGIN);
	cp_bind_text(q, job->name);
	cp_bind_date(q, d);
	cp_bind_text(q, now->time);
	cp_bind_int(q, late > 0 ? late : 0);
	rc = cp_exec(q, err);
	return rc == CP_OK ? cp_job_get(s, job->name, d, out, err) : rc;
}

enum cp_rc
cp_job_begin(struct cp_store *s, const struct cp_job *job, struct cp_date d,
    int64_t late, int again, const struct cp_now *now, struct cp_job_run *out,
    struct cp_err *err)
{
	enum cp_rc rc = cp_store_begin(s, err);

	if (rc != CP_OK)
		return rc;
	rc = begin(s, job, d, late, again, now, out, err);
	return end_txn(s, rc, err);
}

static enum cp_rc
end_run(struct cp_store *s, const char *job, const struct cp_job_run *run,
    const struct cp_now *now, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_JOB_END);

	cp_bind_text(q, cp_job_status_word(run->status));
	cp_bind_text(q, now->time);
	if (run->exit_code < 0)
		cp_bind_null(q);
	else
		cp_bind_int(q, run->exit_code);
	cp_bind_text(q, run->what[0] != '\0' ? run->what : NULL);
	cp_bind_text(q, job);
	cp_bind_date(q, run->nominal);
	return cp_exec(q, err);
}

enum cp_rc
cp_job_end(struct cp_store *s, const char *job, struct cp_job_run *run,
    const struct cp_now *now, struct cp_err *err)
{
	enum cp_rc rc = cp_store_begin(s, err);

	if (rc != CP_OK)
		return rc;
	rc = end_txn(s, end_run(s, job, run, now, err), err);
	if (rc == CP_OK)
		run->finished = now->unix_time;
	return rc;
}

enum cp_rc
cp_job_mark(struct cp_store *s, const char *job,
    const struct cp_job_mark *marks, int n, const struct cp_now *now,
    struct cp_err *err)
{
	struct cp_stmt *q;
	enum cp_rc rc;

	if (n == 0)
		return CP_OK;
	rc = cp_store_begin(s, err);
	if (rc != CP_OK)
		return rc;
	for (int i = 0; i < n && rc == CP_OK; i++) {
		q = cp_stmt(s, SQL_JOB_MARK);
		cp_bind_text(q, job);
		cp_bind_date(q, marks[i].nominal);
		cp_bind_text(q, cp_job_status_word(marks[i].status));
		cp_bind_text(q, now->time);
		cp_bind_int(q, marks[i].late);
		cp_bind_text(q, marks[i].why);
		rc = cp_exec(q, err);
	}
	return end_txn(s, rc, err);
}

/* ---- after a crash ------------------------------------------------------------- */

struct left {
	char job[CP_JOB_NAME];
	struct cp_job_run run;
};

static enum cp_rc
list_running(struct cp_store *s, struct left *out, int max, int *n,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_JOBS_RUNNING);
	int row;
	enum cp_rc rc;

	*n = 0;
	while ((rc = cp_step(q, &row, err)) == CP_OK && row && *n < max) {
		cp_col_copy(q, 0, out[*n].job, sizeof(out[*n].job));
		read_run(q, 1, &out[*n].run);
		(*n)++;
	}
	cp_reset(q);
	return rc;
}

enum cp_rc
cp_jobs_recover(struct cp_store *s, const struct cp_now *now, int *n,
    struct cp_err *err)
{
	struct left left[CP_JOBS_MAX];
	int found, lock, freed = 0;
	enum cp_rc rc = list_running(s, left, CP_JOBS_MAX, &found, err);

	for (int i = 0; i < found && rc == CP_OK; i++) {
		rc = cp_job_lock(s, left[i].job, &lock, err);
		if (rc == CP_BUSY) {
			rc = CP_OK;
			continue;
		}
		if (rc != CP_OK)
			break;
		left[i].run.status = CP_JOB_INTERRUPTED;
		left[i].run.exit_code = -1;
		(void)snprintf(left[i].run.what, sizeof(left[i].run.what),
		    "it was killed");
		rc = cp_job_end(s, left[i].job, &left[i].run, now, err);
		freed += rc == CP_OK;
		(void)close(lock);
	}
	if (rc == CP_OK && n != NULL)
		*n = freed;
	return rc;
}
