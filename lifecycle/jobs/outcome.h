#ifndef CP_JOBS_OUTCOME_H
#define CP_JOBS_OUTCOME_H

#include <stddef.h>

#include "lifecycle/jobs/due.h"

/* How the command of a job ended, and in which words that is kept. */

/* What is known when it has ended. */
struct cp_job_end {
	int exit_code;  /* of exit(3), or -1 */
	int signal;     /* that killed it, or 0 */
	int timed_out;  /* it was stopped after its timeout */
	int stopped;    /* the scheduler itself was told to end */
	int cannot_run; /* the program could not be started */
	const char *out; /* its result, one JSON document; may be cut */
	size_t out_len;
	const char *err; /* its error, the same */
	size_t err_len;
};

/* Sets status, exit_code and what of RUN.  what: the words of the error, which
 * name nobody; or the counts of the result that are not zero; never what else
 * it printed. */
void cp_job_outcome(const struct cp_job_end *end, const struct cp_job *job,
    struct cp_job_run *run);

/* The words of JOB's command, and those that the scheduler adds, for execv:
 * "cpadmin", words, "--store", STORE, "--on", ON (unless NULL), "--as", AS
 * (unless NULL), "--quiet", "--json", "--yes" where the command asks, and
 * NULL.  Points into TEXT, of CP_JOB_COMMAND bytes. */
enum { CP_JOB_ARGV = 160 };
void cp_job_argv(const struct cp_job *job, const char *store, const char *on,
    const char *as, char *text, char *argv[CP_JOB_ARGV]);

#endif
