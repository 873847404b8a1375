#include "cpadmin/notice_verbs.h"

enum cp_rc
cp_notice_run_owed(struct cp_call *call, struct cp_err *err)
{
	(void)call;
	return cp_fail(err, CP_FAILED, "notice owed is not in this build");
}

enum cp_rc
cp_notice_run_show(struct cp_call *call, struct cp_err *err)
{
	(void)call;
	return cp_fail(err, CP_FAILED, "notice show is not in this build");
}
