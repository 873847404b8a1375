#ifndef CP_DUTIES_RETENTION_H
#define CP_DUTIES_RETENTION_H

#include "lifecycle/duties/run.h"

/*
 * The main job.  The fields of RUN that the caller gives are set; the counts
 * are valid afterwards, also when it fails half way.  With dry_run the same
 * questions are asked and nothing is changed.
 *
 * CP_PARTIAL: done but for the records reported through `trouble'.
 * CP_REFUSED: a guard spoke.  The clock went back, or more would be archived
 * than the policy's share: nothing was done.  The clock leapt ahead: all was
 * done but the destruction of batches approved before (run->withheld).
 * CP_BUSY: another run is at work.
 */
enum cp_rc cp_retention_run(struct cp_run *run, struct cp_err *err)
    CP_MUST_CHECK;

#endif
