#ifndef CP_CPADMIN_RETENTION_EXPLAIN_H
#define CP_CPADMIN_RETENTION_EXPLAIN_H

#include "cpadmin/cmd.h"

/* `retention explain ID': a verb's run, see cmd.h. */
enum cp_rc cp_retention_explain(struct cp_call *call, struct cp_err *err);

#endif
