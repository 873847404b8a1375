#include <limits.h>
#include <string.h>

#include "cpadmin/notice_verbs.h"
#include "cpadmin/places.h"

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

enum cp_rc
cp_notices_wordings(struct cp_notices *x, struct cp_wordings **out,
    struct cp_err *err)
{
	char file[PATH_MAX], folder[PATH_MAX];
	enum cp_rc rc = cp_settings_policy_file(x->s.store, &x->s.settings,
	    file, sizeof(file), err);

	if (rc == CP_OK)
		rc = cp_place_wordings(file, folder, sizeof(folder), err);
	return rc == CP_OK ? cp_wordings_load(folder, x->policy, NULL, NULL,
	    out, err) : rc;
}
