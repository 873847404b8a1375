#include "cpadmin/worklist_jobs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/jobs/runs.h"

/* What is wrong with a job, in words; NULL where nothing is. */
static const char *
wrong(const struct cp_job *job, const struct cp_job_run *run, int64_t now,
    int late)
{
	if (late)
		return "has not begun yet, and is late";
	if (!cp_date_set(run->nominal))
		return NULL;
	switch (run->status) {
	case CP_JOB_FAILED:
		return "failed";
	case CP_JOB_MISSED:
		return "was missed";
	case CP_JOB_INTERRUPTED:
		return "was cut off";
	case CP_JOB_RUNNING:
		return now - run->started > job->timeout ?
		    "has not ended in its time" : NULL;
	default:
		return NULL;
	}
}

static void
put(struct cp_work *w, const struct cp_job *job, struct cp_date nominal,
    const char *is, const char *why)
{
	char day[CP_DATE_TEXT];

	memset(w, 0, sizeof(*w));
	w->due = nominal;
	w->kind = "job";
	(void)snprintf(w->id, sizeof(w->id), "%s", job->name);
	(void)snprintf(w->what, sizeof(w->what), "The job's run of %s %s%s%.200s",
	    cp_date_format(nominal, day), is, why[0] != '\0' ? ": " : "", why);
	(void)snprintf(w->command, sizeof(w->command),
	    "cpadmin schedule run %s", job->name);
}

/* Whether JOB has a row; one that was never run by the scheduler has none. */
static enum cp_rc
look(struct cp_session *s, const struct cp_job *job, struct cp_work *out,
    size_t *n, struct cp_err *err)
{
	struct cp_job_state state;
	struct cp_job_due *due;
	const struct cp_job_run *run = &state.tried;
	const char *is;
	int late;
	enum cp_rc rc = cp_job_load(s->store, job, &s->now, &state, err);

	if (rc != CP_OK || !job->enabled)
		return rc;
	due = malloc(sizeof(*due));
	if (due == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	if (cp_date_cmp(state.last.nominal, run->nominal) > 0)
		run = &state.last;
	state.running = run->status == CP_JOB_RUNNING &&
	    cp_date_set(run->nominal);
	cp_job_due(&state, s->settings.store_id, s->now.unix_time, due);
	late = cp_date_set(run->nominal) && due->start &&
	    s->now.unix_time - due->at > CP_JOB_GRACE;
	is = wrong(job, run, s->now.unix_time, late);
	if (is != NULL)
		put(&out[(*n)++], job, late ? due->nominal : run->nominal, is,
		    late ? "" : run->what);
	free(due);
	return CP_OK;
}

static int
by_due(const void *a, const void *b)
{
	const struct cp_work *x = a, *y = b;
	int c = cp_date_cmp(x->due, y->due);

	return c != 0 ? c : strcmp(x->id, y->id);
}

static void
put_unread(struct cp_work *w, struct cp_date today, const struct cp_err *why)
{
	memset(w, 0, sizeof(*w));
	w->due = today;
	w->kind = "job";
	(void)snprintf(w->id, sizeof(w->id), "cpadmin.conf");
	(void)snprintf(w->what, sizeof(w->what), "The settings cannot be read: "
	    "%.250s", why->what);
	(void)snprintf(w->command, sizeof(w->command),
	    "cpadmin schedule list");
}

enum cp_rc
cp_worklist_jobs(struct cp_session *s, enum cp_role role,
    struct cp_work *out, size_t *n, struct cp_err *err)
{
	struct cp_config *config = calloc(1, sizeof(*config));
	char path[4096];
	struct cp_err why;
	enum cp_rc rc;

	*n = 0;
	if (config == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	rc = cp_store_path(s->store, path, sizeof(path), err, "cpadmin.conf");
	if (rc == CP_OK && cp_config_load(path, config, &why) != CP_OK)
		put_unread(&out[(*n)++], s->now.today, &why);
	for (int i = 0; rc == CP_OK && i < config->schedule.n; i++)
		rc = look(s, &config->schedule.jobs[i], out, n, err);
	for (size_t i = 0; i < *n; i++)
		out[i].role = role;
	qsort(out, *n, sizeof(*out), by_due);
	free(config);
	return rc;
}
