#include "cpadmin/sar_case.h"

/* sar safe: who asks is the shielded child, or protected with it. */

static enum cp_rc
set_safe(struct cp_sar_case *x, const char *reason, struct cp_err *err)
{
	struct cp_sar_subject subject[CP_SAR_SUBJECTS];
	size_t n = 0;
	int idx = 0;
	enum cp_rc rc = cp_sar_case_begin(x, err);

	if (rc == CP_OK)
		rc = cp_sar_subjects(x->s.store, &x->sar, subject, &n, err);
	if (rc == CP_OK)
		rc = cp_sar_subject_n(x->call, n, &idx, err);
	if (rc == CP_OK)
		rc = cp_sar_set_safe(&x->c, &x->sar, &x->s.op, idx,
		    !cp_flag(x->call, "take-back"), reason, err);
	return cp_txn_end(x->s.audit, rc, err);
}

enum cp_rc
cp_sar_run_safe(struct cp_call *call, struct cp_err *err)
{
	const char *reason = NULL;
	struct cp_sar_case x;
	enum cp_rc rc = cp_sar_text_needed(call, "reason", &reason, err);

	if (rc == CP_OK)
		rc = cp_sar_case_open(call, CP_STORE_WRITE, CP_ROLE_SHIELD,
		    &x, err);
	if (rc != CP_OK)
		return rc;
	rc = set_safe(&x, reason, err);
	if (rc == CP_OK)
		rc = cp_sar_case_show(&x, err);
	cp_sar_case_close(&x);
	return rc;
}
