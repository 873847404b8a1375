#include <string.h>

#include "cpadmin/sar_case.h"
#include "lifecycle/records/rectify.h"

/* `sar objection': whether somebody's objection to being held was upheld. */

static enum cp_rc
take(const struct cp_call *call, int *upheld, const char **reason,
    struct cp_err *err)
{
	const char *word = cp_arg(call, 1);

	*upheld = strcmp(word, "upheld") == 0;
	if (!*upheld && strcmp(word, "refused") != 0)
		return cp_fail(err, CP_USAGE, "say upheld or refused");
	return cp_sar_text_needed(call, "reason", reason, err);
}

enum cp_rc
cp_sar_run_objection(struct cp_call *call, struct cp_err *err)
{
	const char *reason = NULL;
	struct cp_sar_case w;
	int upheld = 0;
	enum cp_rc rc = take(call, &upheld, &reason, err);

	if (rc == CP_OK)
		rc = cp_sar_case_open(call, CP_STORE_WRITE, CP_SAR_OFFICERS,
		    &w, err);
	if (rc != CP_OK)
		return rc;
	rc = cp_sar_case_begin(&w, err);
	if (rc == CP_OK)
		rc = cp_rectify_object(&w.c, &w.sar_rules, &w.sar, upheld,
		    reason, err);
	rc = cp_txn_end(w.s.audit, rc, err);
	if (rc == CP_OK && upheld)
		cp_say(call, "what is to be done follows from the reason: "
		    "cpadmin record correct, cpadmin shield request, cpadmin "
		    "consent withdraw");
	if (rc == CP_OK)
		rc = cp_sar_case_show(&w, err);
	cp_sar_case_close(&w);
	return rc;
}
