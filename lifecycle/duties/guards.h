#ifndef CP_DUTIES_GUARDS_H
#define CP_DUTIES_GUARDS_H

#include "lifecycle/duties/run.h"

/*
 * What stops a run before a wrong clock or a wrong policy empties the store.
 * Each refusal is CP_REFUSED with a hint that names the guard; --accept passes
 * it, and the log says so.
 */

/* The clock against the last run.  Back: refused.  More hours ahead than the
 * policy allows: run->clock_doubted, and destruction waits for approvals given
 * since, until somebody accepts the clock. */
enum cp_rc cp_guard_clock(struct cp_run *run, struct cp_err *err)
    CP_MUST_CHECK;
/* More records due for archiving than the policy's share of the live ones. */
enum cp_rc cp_guard_share(struct cp_run *run, struct cp_err *err)
    CP_MUST_CHECK;
/* Logs what was accepted or is in doubt, in the run's first transaction. */
enum cp_rc cp_guard_note(struct cp_run *run, struct cp_err *err)
    CP_MUST_CHECK;
/* The refusal at the end of a run that withheld approved batches. */
enum cp_rc cp_guard_withheld(const struct cp_run *run, struct cp_err *err);

#endif
