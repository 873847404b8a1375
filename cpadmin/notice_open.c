#include <string.h>

#include "cpadmin/notice_verbs.h"

/* What the verbs of notice open and close. */

enum cp_rc
cp_notices_open(const struct cp_call *call, enum cp_store_mode mode,
    unsigned roles, struct cp_notices *out, struct cp_err *err)
{
	enum cp_rc rc;

	memset(out, 0, sizeof(*out));
	out->call = call;
	rc = cp_session_open(call, mode, &out->s, err);
	if (rc != CP_OK)
		return rc;
	rc = cp_operator_may(&out->s.op, roles, err);
	if (rc == CP_OK)
		rc = cp_session_rules(&out->s, &out->policy, &out->rules, err);
	if (rc != CP_OK) {
		cp_notices_close(out);
		return rc;
	}
	out->c = (struct cp_change){ out->s.store, out->s.audit, &out->rules,
		&out->s.now };
	return CP_OK;
}

void
cp_notices_close(struct cp_notices *x)
{
	cp_policy_free(x->policy);
	cp_session_close(&x->s);
	x->policy = NULL;
}
