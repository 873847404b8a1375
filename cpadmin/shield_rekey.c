#include "cpadmin/officer_unlock.h"
#include "cpadmin/progress.h"
#include "cpadmin/shield_case.h"
#include "lifecycle/records/match_renew.h"

/* Another match key. */

static const struct cp_column columns[] = {
	{ "done", "Known under the new key" },
	{ "left", "Not" },
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

static enum cp_rc
renew(const struct cp_call *call, struct shield_work *w, const char *reason,
    struct cp_match_renewed *done, struct cp_err *err)
{
	struct cp_progress p;
	int64_t shielded = 0;
	enum cp_rc rc = cp_match_shielded(w->s.store, &shielded, err);

	if (rc == CP_OK && shielded > 0)
		rc = cp_officer_identity(call, &w->s, &w->identity, err);
	if (rc == CP_OK)
		rc = cp_txn_begin(w->s.audit, err);
	if (rc != CP_OK)
		return rc;
	cp_progress_init(&p, call, "shielded records", shielded);
	rc = cp_match_renew(&w->c, w->identity, reason, cp_progress_at, &p,
	    done, err);
	cp_progress_end(&p, done->done);
	rc = cp_txn_end(w->s.audit, rc, err);
	return rc == CP_OK ? cp_match_renew_end(w->s.store, err) : rc;
}

static enum cp_rc
show(const struct cp_call *call, const struct cp_match_renewed *done,
    struct cp_err *err)
{
	struct cp_out *o = NULL;
	enum cp_rc rc = cp_out_object(call, "rekey", columns, COLUMNS, &o,
	    err);

	if (rc != CP_OK)
		return rc;
	cp_out_int(o, done->done);
	cp_out_int(o, done->left);
	rc = cp_out_end(&o, err);
	cp_out_free(o);
	if (rc != CP_OK || done->left == 0)
		return rc;
	(void)cp_fail(err, CP_PARTIAL, "%lld shielded record%s archived: rows "
	    "like %s are not noticed any more", (long long)done->left,
	    done->left == 1 ? " is" : "s are",
	    done->left == 1 ? "it" : "them");
	return CP_PARTIAL;
}

enum cp_rc
shield_run_rekey(struct cp_call *call, struct cp_err *err)
{
	struct cp_match_renewed done = { 0, 0 };
	struct shield_work w;
	const char *reason = NULL;
	enum cp_rc rc = cp_session_reason(call, &reason, err);

	if (rc == CP_OK)
		rc = shield_work_open(call, CP_ROLE_SHIELD, &w, err);
	if (rc != CP_OK)
		return rc;
	rc = renew(call, &w, reason, &done, err);
	if (rc == CP_OK)
		cp_session_forget(call, &w.s);
	if (rc == CP_OK)
		rc = show(call, &done, err);
	shield_work_close(&w);
	return rc;
}
