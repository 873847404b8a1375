#ifndef CP_RECORDS_OFFICER_LOG_H
#define CP_RECORDS_OFFICER_LOG_H

#include "lifecycle/records/officer.h"

/*
 * Who the officers are stands in the log too, under their names and public
 * keys: in the leaves themselves, which nobody changes unnoticed.  So a row
 * that somebody wrote into the database makes no officer.
 */

/* ACTION about O, who has O->status from now on.  Within a transaction. */
enum cp_rc cp_officer_log(struct cp_audit *a, const char *action,
    const struct cp_officer *o, int64_t generation, struct cp_err *err)
    CP_MUST_CHECK;
/* Whether the last that the log says of that name with that key is O's status;
 * CP_CORRUPT: it is not, and who it is. */
enum cp_rc cp_officer_logged(struct cp_store *s, const struct cp_officer *o,
    int *yes, struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_officer_need_logged(struct cp_store *s,
    const struct cp_officer *o, struct cp_err *err) CP_MUST_CHECK;

#endif
