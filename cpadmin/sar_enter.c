#include "cpadmin/sar_verbs.h"

enum cp_rc
cp_sar_run_identity(struct cp_call *call, struct cp_err *err)
{
	(void)call;
	return cp_fail(err, CP_FAILED, "not there yet");
}

enum cp_rc
cp_sar_run_fee(struct cp_call *call, struct cp_err *err)
{
	(void)call;
	return cp_fail(err, CP_FAILED, "not there yet");
}

enum cp_rc
cp_sar_run_clarify(struct cp_call *call, struct cp_err *err)
{
	(void)call;
	return cp_fail(err, CP_FAILED, "not there yet");
}

enum cp_rc
cp_sar_run_extend(struct cp_call *call, struct cp_err *err)
{
	(void)call;
	return cp_fail(err, CP_FAILED, "not there yet");
}
