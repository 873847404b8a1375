#ifndef CP_CPADMIN_ARCHIVE_OPEN_H
#define CP_CPADMIN_ARCHIVE_OPEN_H

#include "cpadmin/cmd.h"
#include "lifecycle/store/operator.h"

/* The verbs of `cpadmin archive' that open packages, and those by which
 * several operators agree to it: cmd_archive.c has the others, and the
 * tables. */

/* Who may open, and bring back. */
#define CP_ARCHIVE_OPENERS \
	(CP_ROLE_DPO | CP_ROLE_CUSTODIAN | CP_ROLE_ADMIN)

enum cp_rc cp_archive_open(struct cp_call *call, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc cp_archive_restore(struct cp_call *call, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc cp_archive_request(struct cp_call *call, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc cp_archive_agree(struct cp_call *call, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc cp_archive_decline(struct cp_call *call, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc cp_archive_openings(struct cp_call *call, struct cp_err *err)
    CP_MUST_CHECK;

#endif
