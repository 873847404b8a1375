#include "lifecycle/duties/run.h"

#include "lifecycle/records/notice_life.h"

/* What families are to be told, as a part of the run. */

enum cp_rc
cp_run_notices(struct cp_run *run, struct cp_err *err)
{
	struct cp_change c = { run->store, run->audit, &run->rules, run->now };
	struct cp_notice_count count = { 0 };
	enum cp_rc rc = run->dry_run ? cp_notice_foresee(&c, &count, err) :
	    cp_notice_settle(&c, &count, NULL, NULL, err);

	run->notices_owed += count.owed;
	return rc;
}
