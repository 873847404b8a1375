/* CP_NEEDS_ARCHIVE: it asks what the openings ask. */
#include <stdlib.h>
#include <string.h>

#include "cpadmin/destruction_verbs.h"
#include "cpadmin/out.h"
#include "cpadmin/rules.h"
#include "lifecycle/duties/early.h"

static enum cp_rc
take_basis(const struct cp_call *call, const char **out, struct cp_err *err)
{
	enum cp_rc rc = cp_option_required(call, "legal-basis", out, err);

	if (rc == CP_OK && (*out)[strspn(*out, " \t")] == '\0')
		rc = cp_fail(err, CP_USAGE, "--legal-basis is empty");
	return rc;
}

static enum cp_rc
propose(struct cp_call *call, struct cp_session *s, struct cp_early e,
    struct cp_err *err)
{
	struct cp_policy *policy = NULL;
	struct cp_rules rules;
	struct cp_batch b;
	enum cp_rc rc = cp_session_rules(s, &policy, &rules, err);

	e.store = s->store;
	e.audit = s->audit;
	e.rules = &rules;
	e.op = &s->op;
	e.now = &s->now;
	if (rc == CP_OK)
		rc = cp_early_propose(&e, &b, err);
	if (rc == CP_OK)
		cp_say(call, "batch %s: %d other than %s must approve", b.id,
		    policy->early_approvals, s->op.name);
	cp_policy_free(policy);
	return rc == CP_OK ? cp_destruction_put(call, s, b.id, err) : rc;
}

enum cp_rc
cp_destruction_early(struct cp_call *call, struct cp_err *err)
{
	struct cp_early e = { .n = (size_t)cp_arg_count(call) };
	struct cp_session s;
	const char **ids;
	enum cp_rc rc = take_basis(call, &e.legal_basis, err);

	if (rc == CP_OK)
		rc = cp_session_reason(call, &e.reason, err);
	if (rc == CP_OK)
		rc = cp_session_open(call, CP_STORE_WRITE, &s, err);
	if (rc != CP_OK)
		return rc;
	ids = calloc(e.n, sizeof(*ids));
	for (size_t i = 0; ids != NULL && i < e.n; i++)
		ids[i] = cp_arg(call, (int)i);
	e.ids = ids;
	rc = ids != NULL ? cp_operator_may(&s.op, CP_ROLE_APPROVER |
	    CP_ROLE_DPO, err) : cp_fail(err, CP_FAILED, "out of memory");
	if (rc == CP_OK)
		rc = propose(call, &s, e, err);
	free(ids);
	cp_session_close(&s);
	return rc;
}
