#ifndef CP_CPADMIN_ESCROW_VERBS_H
#define CP_CPADMIN_ESCROW_VERBS_H

#include "cpadmin/cmd.h"

/* The verbs of cpadmin escrow that have a file of their own. */
enum cp_rc cp_escrow_run_restore(struct cp_call *call, struct cp_err *err)
    CP_MUST_CHECK;

#endif
