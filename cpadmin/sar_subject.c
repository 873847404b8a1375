#include <stdio.h>
#include <string.h>

#include "cpadmin/sar_case.h"

/* sar subject: whom a request turns out to be about. */

/* How a record in this state is held. */
static const char *
found_word(const struct cp_record *r)
{
	return r->state == CP_STATE_ARCHIVED ? "archived" : r->state ==
	    CP_STATE_DESTROYED ? "destroyed" : "live";
}

/* Why it is thought so stands among what happened. */
static enum cp_rc
tie(struct cp_sar_case *x, struct cp_sar_event *why, struct cp_err *err)
{
	const char *id = cp_arg(x->call, 1);
	int none = strcmp(id, "none") == 0, idx = 0;
	struct cp_sar_subject subject[CP_SAR_SUBJECTS];
	struct cp_record r;
	size_t n = 0;
	enum cp_rc rc = cp_sar_case_begin(x, err);

	if (rc == CP_OK)
		rc = cp_sar_subjects(x->s.store, &x->sar, subject, &n, err);
	if (rc == CP_OK)
		rc = cp_sar_subject_n(x->call, n, &idx, err);
	if (rc == CP_OK && !none)
		rc = cp_record_get(x->s.store, id, &r, err);
	(void)snprintf(why->reference, sizeof(why->reference), "%d", idx);
	why->date = x->s.now.today;
	if (rc == CP_OK)
		rc = cp_sar_enter(&x->c, &x->sar_rules, &x->sar, why, err);
	if (rc == CP_OK)
		rc = cp_sar_set_found(&x->c, &x->sar, idx, none ? NULL : &r,
		    none ? "none" : found_word(&r), err);
	return cp_txn_end(x->s.audit, rc, err);
}

enum cp_rc
cp_sar_run_subject(struct cp_call *call, struct cp_err *err)
{
	struct cp_sar_event why = { .kind = "found" };
	const char *reason = NULL;
	struct cp_sar_case x;
	enum cp_rc rc = cp_session_reason(call, &reason, err);

	if (rc == CP_OK)
		rc = cp_sar_text_copy(call, "reason", 1, why.text, err);
	if (rc == CP_OK)
		rc = cp_sar_case_open(call, CP_STORE_WRITE, CP_SAR_OFFICERS,
		    &x, err);
	if (rc != CP_OK)
		return rc;
	rc = tie(&x, &why, err);
	if (rc == CP_OK)
		rc = cp_sar_case_show(&x, err);
	cp_sar_case_close(&x);
	return rc;
}
