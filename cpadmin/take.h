#ifndef CP_CPADMIN_TAKE_H
#define CP_CPADMIN_TAKE_H

#include "cpadmin/out.h"
#include "lifecycle/rules/date.h"

/* Dates in and out of commands. */

/* The date of the option NAME, which must be given: CP_USAGE if it is not, or
 * is no date. */
enum cp_rc cp_take_date(const struct cp_call *call, const char *name,
    struct cp_date *out, struct cp_err *err) CP_MUST_CHECK;
/* A date as a value of O; null for none. */
void cp_out_date(struct cp_out *o, struct cp_date d);
/* A JSON array of identifiers as a value of O; people see them with commas. */
void cp_out_ids(struct cp_out *o, const char *json);

#endif
