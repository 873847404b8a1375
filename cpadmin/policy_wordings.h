#ifndef CP_CPADMIN_POLICY_WORDINGS_H
#define CP_CPADMIN_POLICY_WORDINGS_H

#include "cpadmin/cmd.h"
#include "lifecycle/duties/wording.h"

/* The wordings that a policy file asks for. */

struct cp_wordings_checked {
	char folder[4096]; /* whose notices/ they are; "": none was asked for */
	struct cp_wording_problem *problem; /* file: a path from FOLDER */
	size_t n, cap;
	size_t languages, lag; /* translations that lag */
	size_t missing; /* translations that nobody has made yet */
};
/* Loads the wordings for POLICY of FILE.  CP_BAD_INPUT: OUT has all that is
 * wrong.  CP_NOT_FOUND: the policy asks for some, and there are none.  OUT is
 * cleared by the caller in any case. */
enum cp_rc cp_wordings_check(const char *file, const struct cp_policy *policy,
    struct cp_wordings_checked *out, struct cp_err *err) CP_MUST_CHECK;
void cp_wordings_checked_clear(struct cp_wordings_checked *c);
/* Its problems as rows, as `policy check' has them. */
enum cp_rc cp_out_wordings(const struct cp_call *call,
    const struct cp_wordings_checked *c, struct cp_err *err) CP_MUST_CHECK;

#endif
