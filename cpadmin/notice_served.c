#include "cpadmin/notice_verbs.h"

enum cp_rc
cp_notice_run_served(struct cp_call *call, struct cp_err *err)
{
	(void)call;
	return cp_fail(err, CP_FAILED, "notice served is not in this build");
}

enum cp_rc
cp_notice_run_returned(struct cp_call *call, struct cp_err *err)
{
	(void)call;
	return cp_fail(err, CP_FAILED, "notice returned is not in this build");
}

enum cp_rc
cp_notice_run_suppress(struct cp_call *call, struct cp_err *err)
{
	(void)call;
	return cp_fail(err, CP_FAILED, "notice suppress is not in this build");
}

enum cp_rc
cp_notice_run_addressee(struct cp_call *call, struct cp_err *err)
{
	(void)call;
	return cp_fail(err, CP_FAILED, "notice addressee is not in this build");
}
