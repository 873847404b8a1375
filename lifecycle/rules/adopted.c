#include "lifecycle/rules/adopted.h"

enum cp_rc
cp_decide_adopted(const struct cp_policy *policy, const struct cp_facts *facts,
    int in_batch, struct cp_date on, struct cp_decision *out,
    struct cp_err *err)
{
	struct cp_facts anew;
	struct cp_decision d;
	enum cp_rc rc;

	if (facts->state != CP_STATE_ARCHIVED ||
	    policy->already_archived == CP_ARCHIVED_KEEP ||
	    !cp_date_set(facts->destroy_due_fixed))
		return cp_decide(policy, facts, on, out, err);
	anew = *facts;
	anew.destroy_due_fixed.days = 0;
	rc = cp_decide(policy, &anew, on, &d, err);
	if (rc != CP_OK)
		return rc;
	if ((in_batch || policy->already_archived == CP_ARCHIVED_LENGTHEN) &&
	    cp_date_cmp(d.due, facts->destroy_due_fixed) <= 0)
		return cp_decide(policy, facts, on, out, err);
	*out = d;
	return CP_OK;
}
