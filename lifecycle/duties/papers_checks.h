#ifndef CP_DUTIES_PAPERS_CHECKS_H
#define CP_DUTIES_PAPERS_CHECKS_H

#include "lifecycle/duties/papers.h"

/* What two checks look for: rows of the database. */
#define PAPERS_HEADERS "header rows left in the database and its write-ahead " \
	"log"
#define PAPERS_PERSONS "documents, consents and details of the log that are " \
	"left of the persons"

/* Private to papers*.c.  Which keys are gone and which copies of them remain,
 * and then whether what was done holds: the checks, and the outcome. */
enum cp_rc papers_keys(struct papers *x, struct cp_err *err) CP_MUST_CHECK;
enum cp_rc papers_checks(struct papers *x, struct cp_err *err) CP_MUST_CHECK;

#endif
