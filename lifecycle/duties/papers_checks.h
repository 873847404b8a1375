#ifndef CP_DUTIES_PAPERS_CHECKS_H
#define CP_DUTIES_PAPERS_CHECKS_H

#include "lifecycle/duties/papers.h"

/* Private to papers*.c.  Which keys are gone and which copies of them remain,
 * and then whether what was done holds: the checks, and the outcome. */
enum cp_rc papers_keys(struct papers *x, struct cp_err *err) CP_MUST_CHECK;
enum cp_rc papers_checks(struct papers *x, struct cp_err *err) CP_MUST_CHECK;

#endif
