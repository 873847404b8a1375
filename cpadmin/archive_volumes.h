#ifndef CP_CPADMIN_ARCHIVE_VOLUMES_H
#define CP_CPADMIN_ARCHIVE_VOLUMES_H

#include "cpadmin/cmd.h"

/* The verbs of `cpadmin archive' that read and mend volumes, with their
 * options; cmd_archive.c has the table. */
extern const struct cp_opt cp_archive_verify_options[];
extern const struct cp_opt cp_archive_scrub_options[];
extern const struct cp_opt cp_archive_repair_options[];
extern const struct cp_opt cp_archive_all_options[]; /* of move, compact */

enum cp_rc cp_archive_verify(struct cp_call *call, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc cp_archive_scrub(struct cp_call *call, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc cp_archive_repair(struct cp_call *call, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc cp_archive_move(struct cp_call *call, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc cp_archive_compact(struct cp_call *call, struct cp_err *err)
    CP_MUST_CHECK;

#endif
