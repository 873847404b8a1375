#include "lifecycle/duties/guards.h"

#include <stdio.h>

#include "lifecycle/duties/plan.h"
#include "lifecycle/store/stmt.h"

enum { HOUR = 3600 };

static enum cp_rc
clock_back(const struct cp_run *run, struct cp_err *err)
{
	char last[CP_DATE_TEXT];

	cp_fail(err, CP_REFUSED, "the clock went back: the last run was on %s",
	    cp_date_format(run->settings->last_run, last));
	cp_err_hint(err, "nothing was done; set the clock right, or pass this "
	    "guard with --accept clock");
	return CP_REFUSED;
}

enum cp_rc
cp_guard_clock(struct cp_run *run, struct cp_err *err)
{
	const struct cp_settings *s = run->settings;
	int64_t ahead = run->now->unix_time - s->last_run_at;

	run->clock_doubted = s->clock_doubt != 0;
	if (s->last_run_at == 0)
		return CP_OK;
	if (cp_date_cmp(run->now->today, s->last_run) < 0 &&
	    !run->accept_clock)
		return clock_back(run, err);
	if (ahead > (int64_t)run->policy->clock_ahead_hours * HOUR)
		run->clock_doubted = 1;
	if (run->accept_clock)
		run->clock_doubted = 0;
	return CP_OK;
}

enum cp_rc
cp_guard_share(struct cp_run *run, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(run->store, SQL_TALLY);
	int64_t live, due, most;
	enum cp_rc rc;

	cp_bind_text(q, "live");
	rc = cp_exec_int(q, 0, &live, err);
	if (rc != CP_OK || run->accept_share)
		return rc;
	most = live * run->policy->share_percent / 100;
	if (most < run->policy->share_floor)
		most = run->policy->share_floor;
	rc = cp_due_count(run->store, run->now->today, INT64_MAX, &due, err);
	if (rc != CP_OK || due <= most)
		return rc;
	cp_fail(err, CP_REFUSED, "%lld of %lld live records would leave; the "
	    "policy's guard allows %lld in one run", (long long)due,
	    (long long)live, (long long)most);
	cp_err_hint(err, "nothing was done; look with `cpadmin retention plan', "
	    "and pass this guard with --accept share if it is right");
	return CP_REFUSED;
}

static enum cp_rc
note(struct cp_run *run, const char *what, const char *outcome, int64_t *seq,
    struct cp_err *err)
{
	struct cp_entry e = { .action = "retention.guard",
		.outcome = outcome };
	char detail[64];

	(void)snprintf(detail, sizeof(detail), "{\"guard\":\"%s\"}", what);
	e.detail = detail;
	return cp_audit_add(run->audit, &e, seq, err);
}

enum cp_rc
cp_guard_note(struct cp_run *run, struct cp_err *err)
{
	int64_t doubt = run->settings->clock_doubt;
	int64_t seq;
	enum cp_rc rc = CP_OK;

	if (run->accept_share)
		rc = note(run, "share", "accepted", NULL, err);
	if (rc == CP_OK && run->accept_clock) {
		rc = note(run, "clock", "accepted", NULL, err);
		doubt = 0;
	} else if (rc == CP_OK && run->clock_doubted && doubt == 0) {
		rc = note(run, "clock", "doubted", &seq, err);
		if (rc == CP_OK)
			doubt = seq;
	}
	if (rc != CP_OK || doubt == run->settings->clock_doubt)
		return rc;
	run->settings->clock_doubt = doubt;
	return cp_settings_doubt(run->store, doubt, err);
}

enum cp_rc
cp_guard_withheld(const struct cp_run *run, struct cp_err *err)
{
	cp_fail(err, CP_REFUSED, "the clock leapt ahead of the last run: %d "
	    "approved destruction%s not executed, all else was done",
	    run->withheld, run->withheld == 1 ? " was" : "s were");
	cp_err_hint(err, "if the clock is right, run again with --accept "
	    "clock");
	return CP_REFUSED;
}
