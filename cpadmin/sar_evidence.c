#include <stdio.h>
#include <string.h>

#include "cpadmin/sar_case.h"
#include "cpadmin/take.h"

/* sar evidence, view, note: what was shown, said and written. */

enum cp_rc
cp_sar_run_evidence(struct cp_call *call, struct cp_err *err)
{
	struct cp_sar_event e = { .n = 0 };
	enum cp_evidence what;
	enum cp_rc rc;

	if (!cp_evidence_parse(cp_arg(call, 1), &what))
		return cp_fail(err, CP_USAGE, "after the request comes "
		    "identity, responsibility, authority or court-order");
	(void)snprintf(e.kind, sizeof(e.kind), "evidence-%s",
	    cp_evidence_word(what));
	rc = cp_sar_text_copy(call, "reference", 1, e.reference, err);
	if (rc == CP_OK)
		rc = cp_take_date(call, "date", &e.date, err);
	return rc == CP_OK ? cp_sar_case_enter(call, &e, err) : rc;
}

enum cp_rc
cp_sar_run_note(struct cp_call *call, struct cp_err *err)
{
	int in = strcmp(cp_arg(call, 1), "in") == 0;
	struct cp_sar_event e = { .n = 0 };
	enum cp_rc rc;

	if (!in && strcmp(cp_arg(call, 1), "out") != 0)
		return cp_fail(err, CP_USAGE, "after the request comes in or "
		    "out");
	(void)snprintf(e.kind, sizeof(e.kind), "message-%s", in ? "in" :
	    "out");
	rc = cp_sar_text_copy(call, "text", 1, e.text, err);
	if (rc == CP_OK)
		rc = cp_sar_text_copy(call, "reference", 0, e.reference, err);
	if (rc == CP_OK)
		rc = cp_take_date(call, "date", &e.date, err);
	return rc == CP_OK ? cp_sar_case_enter(call, &e, err) : rc;
}

/* ---- the child's view ---------------------------------------------------- */

struct view {
	enum cp_own_view view;
	struct cp_date date;
	const char *text;
};

static enum cp_rc
take_view(const struct cp_call *call, struct view *v, struct cp_err *err)
{
	enum cp_rc rc;

	if (!cp_own_view_parse(cp_arg(call, 1), &v->view) ||
	    v->view == CP_VIEW_NONE)
		return cp_fail(err, CP_USAGE, "after the request comes "
		    "agrees, objects, unable or not-asked");
	rc = cp_take_date(call, "date", &v->date, err);
	if (rc == CP_OK)
		rc = cp_sar_text(call, "text", &v->text, err);
	if (rc == CP_OK && v->text == NULL && v->view == CP_VIEW_NOT_ASKED) {
		(void)cp_fail(err, CP_USAGE, "--text is missing");
		cp_err_hint(err, "say why the child was not asked");
		rc = CP_USAGE;
	}
	return rc;
}

enum cp_rc
cp_sar_run_view(struct cp_call *call, struct cp_err *err)
{
	struct cp_sar_subject subject[CP_SAR_SUBJECTS];
	struct view v = { .text = NULL };
	struct cp_sar_case x;
	size_t n = 0;
	int idx = 0;
	enum cp_rc rc = take_view(call, &v, err);

	if (rc == CP_OK)
		rc = cp_sar_case_open(call, CP_STORE_WRITE, CP_SAR_OFFICERS,
		    &x, err);
	if (rc != CP_OK)
		return rc;
	rc = cp_sar_case_begin(&x, err);
	if (rc == CP_OK)
		rc = cp_sar_subjects(x.s.store, &x.sar, subject, &n, err);
	if (rc == CP_OK)
		rc = cp_sar_subject_n(call, n, &idx, err);
	if (rc == CP_OK)
		rc = cp_sar_set_view(&x.c, &x.sar, idx, v.view, v.date,
		    v.text, err);
	rc = cp_txn_end(x.s.audit, rc, err);
	if (rc == CP_OK)
		rc = cp_sar_case_show(&x, err);
	cp_sar_case_close(&x);
	return rc;
}
