#ifndef CP_CPADMIN_DESTRUCTION_VERBS_H
#define CP_CPADMIN_DESTRUCTION_VERBS_H

#include "cpadmin/session.h"
#include "lifecycle/duties/destruction.h"

/* For cmd_destruction.c and destruction_*.c: the verbs of destruction, and
 * what they share. */

enum cp_rc cp_destruction_list(struct cp_call *call, struct cp_err *err);
enum cp_rc cp_destruction_show(struct cp_call *call, struct cp_err *err);
enum cp_rc cp_destruction_register(struct cp_call *call, struct cp_err *err);
enum cp_rc cp_destruction_early(struct cp_call *call, struct cp_err *err);
enum cp_rc cp_destruction_approve(struct cp_call *call, struct cp_err *err);
enum cp_rc cp_destruction_refuse(struct cp_call *call, struct cp_err *err);
enum cp_rc cp_destruction_exclude(struct cp_call *call, struct cp_err *err);
enum cp_rc cp_destruction_certificate(struct cp_call *call,
    struct cp_err *err)
    CP_SETS_PAGES;
enum cp_rc cp_destruction_try(struct cp_call *call, struct cp_err *err);

/* Prints batch ID as it stands now: one object. */
enum cp_rc cp_destruction_put(const struct cp_call *call,
    struct cp_session *s, const char *id, struct cp_err *err) CP_MUST_CHECK;
/* Names with commas, as a JSON array after what JSON holds. */
void cp_destruction_names(struct cp_buf *json, const char *names);

#endif
