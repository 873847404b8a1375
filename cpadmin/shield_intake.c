#include <string.h>

#include "cpadmin/record_verbs.h"
#include "cpadmin/shield_verbs.h"
#include "lifecycle/records/shield.h"

/* Rows that go straight behind a shield. */

enum cp_rc
shield_run_intake(struct cp_call *call, struct cp_err *err)
{
	static const char *const askers[] = { "child", "parent",
		"practitioner" };
	struct cp_shield_request q = { 0 };
	int known = 0;
	enum cp_rc rc = cp_option_required(call, "by", &q.asked_by, err);

	if (rc == CP_OK)
		rc = cp_session_reason(call, &q.reason, err);
	if (rc != CP_OK)
		return rc;
	for (int i = 0; i < 3; i++)
		known |= strcmp(q.asked_by, askers[i]) == 0;
	if (!known)
		return cp_fail(err, CP_USAGE, "--by is child, parent or "
		    "practitioner");
	return record_import_files(call, CP_ROLE_TEAM | CP_ROLE_SHIELD, &q,
	    err);
}
