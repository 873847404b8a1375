#include <stdio.h>
#include <string.h>

#include "cpadmin/sar_case.h"
#include "lifecycle/duties/keeping.h"
#include "lifecycle/records/hold.h"

/* sar withdraw and close: the end of a request. */

static enum cp_rc
withdraw(struct cp_sar_case *x, struct cp_sar_event *e, struct cp_err *err)
{
	enum cp_rc rc = cp_sar_case_begin(x, err);

	e->date = x->s.now.today;
	if (rc == CP_OK && x->sar.stage == CP_SAR_ANSWERED) {
		rc = cp_fail(err, CP_REFUSED, "request %s is answered "
		    "already", x->sar.id);
		cp_err_hint(err, "`cpadmin sar close %s' ends it", x->sar.id);
	}
	if (rc == CP_OK)
		rc = cp_sar_enter(&x->c, &x->sar_rules, &x->sar, e, err);
	if (rc == CP_OK)
		rc = cp_sar_answer(&x->c, &x->sar, "withdrawn", NULL, e->date,
		    err);
	return cp_txn_end(x->s.audit, rc, err);
}

enum cp_rc
cp_sar_run_withdraw(struct cp_call *call, struct cp_err *err)
{
	struct cp_sar_event e = { .kind = "withdrawn" };
	const char *reason = NULL;
	struct cp_sar_case x;
	enum cp_rc rc = cp_session_reason(call, &reason, err);

	if (rc == CP_OK)
		rc = cp_sar_text_copy(call, "reason", 1, e.text, err);
	if (rc == CP_OK)
		rc = cp_sar_case_open(call, CP_STORE_WRITE, CP_SAR_OFFICERS,
		    &x, err);
	if (rc != CP_OK)
		return rc;
	rc = withdraw(&x, &e, err);
	if (rc == CP_OK)
		rc = cp_sar_case_show(&x, err);
	cp_sar_case_close(&x);
	return rc;
}

/* ---- close --------------------------------------------------------------- */

/* One that asks for no access is answered by what was written to them. */
static enum cp_rc
answer(struct cp_sar_case *x, struct cp_err *err)
{
	struct cp_sar_next next;
	struct cp_date on;
	enum cp_rc rc = cp_sar_case_told(x, &on, err);

	if (rc == CP_OK && cp_date_set(on))
		return cp_sar_answer(&x->c, &x->sar, "full", NULL, on, err);
	if (rc == CP_OK)
		rc = cp_sar_case_next(x, &next, err);
	if (rc != CP_OK)
		return rc;
	(void)cp_fail(err, CP_REFUSED, "request %s is not answered",
	    x->sar.id);
	cp_err_hint(err, "%s: %s", next.what, next.command);
	return CP_REFUSED;
}

static enum cp_rc
end(struct cp_sar_case *x, struct cp_err *err)
{
	enum cp_rc rc = cp_sar_case_begin(x, err);

	if (rc == CP_OK && (x->sar.asks & CP_ASKS_ACCESS) == 0 &&
	    x->sar.stage < CP_SAR_ANSWERED)
		rc = answer(x, err);
	if (rc == CP_OK)
		rc = cp_sar_close(&x->c, &x->sar_rules, &x->sar, err);
	return cp_txn_end(x->s.audit, rc, err);
}

/* What a kill may have left is done again: the key of what was kept goes, and
 * records that were held are back on their path. */
static enum cp_rc
follow(struct cp_sar_case *x, struct cp_err *err)
{
	int64_t freed = 0;
	enum cp_rc rc = cp_keeping_sweep(x->s.store, err);

	if (rc == CP_OK)
		rc = cp_hold_settle(x->s.store, x->s.audit, x->s.now.today,
		    &freed, NULL, NULL, err);
	if (rc == CP_OK)
		cp_session_forget(x->call, &x->s);
	return rc;
}

enum cp_rc
cp_sar_run_close(struct cp_call *call, struct cp_err *err)
{
	char day[CP_DATE_TEXT];
	struct cp_sar_case x;
	enum cp_rc rc = cp_sar_case_open(call, CP_STORE_WRITE,
	    CP_SAR_OFFICERS, &x, err);

	if (rc != CP_OK)
		return rc;
	rc = end(&x, err);
	if (rc == CP_OK)
		rc = follow(&x, err);
	if (rc == CP_OK)
		rc = cp_sar_case_show(&x, err);
	if (rc == CP_OK)
		cp_say(call, "it stops no destruction any more; on %s it is "
		    "forgotten who asked, and what was said",
		    cp_date_format(x.sar.expires, day));
	cp_sar_case_close(&x);
	return rc;
}
