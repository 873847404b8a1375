#include "cpadmin/notice_verbs.h"

enum cp_rc
cp_notice_run_issue(struct cp_call *call, struct cp_err *err)
{
	(void)call;
	return cp_fail(err, CP_FAILED, "notice issue is not in this build");
}
