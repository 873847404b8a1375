#include "lifecycle/duties/run.h"

#include "lifecycle/duties/keeping.h"
#include "lifecycle/records/sar_life.h"

/* Requests for access, as a part of the run. */

static void
trouble(void *ctx, const char *id, const struct cp_err *err)
{
	cp_run_trouble(ctx, id, err);
}

enum cp_rc
cp_run_requests(struct cp_run *run, struct cp_err *err)
{
	struct cp_change c = { run->store, run->audit, &run->rules, run->now };
	struct cp_sar_night n = { 0 };
	enum cp_rc rc = run->dry_run ? cp_sar_foresee(&c, &n, err) :
	    cp_sar_night(&c, run->holidays, trouble, run, &n, err);

	if (rc == CP_OK && !run->dry_run)
		rc = cp_keeping_sweep(run->store, err);
	run->sar_open += n.open;
	run->sar_late += n.late;
	run->sar_expired += n.expired;
	return rc;
}
