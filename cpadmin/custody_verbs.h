#ifndef CP_CPADMIN_CUSTODY_VERBS_H
#define CP_CPADMIN_CUSTODY_VERBS_H

#include "cpadmin/session.h"
#include "lifecycle/records/custody_rows.h"

/* For cmd_custody.c and custody_*.c: the verbs of custody, and what they
 * share. */

enum cp_rc cp_custody_run_create(struct cp_call *call, struct cp_err *err)
    CP_SETS_PAGES;
enum cp_rc cp_custody_run_list(struct cp_call *call, struct cp_err *err);
enum cp_rc cp_custody_run_drill(struct cp_call *call, struct cp_err *err);
enum cp_rc cp_custody_run_recover(struct cp_call *call, struct cp_err *err);
enum cp_rc cp_custody_run_rekey(struct cp_call *call, struct cp_err *err);
extern const struct cp_opt cp_custody_rekey_options[];

/* Opens the store, to be changed, for those who keep its keys: the roles
 * custodian and admin. */
enum cp_rc cp_custody_open_store(const struct cp_call *call,
    struct cp_session *s, struct cp_err *err) CP_MUST_CHECK;
enum { CP_CUSTODY_KEYS_DIR = 4096 };
/* STORE/keys into OUT. */
enum cp_rc cp_custody_keys_dir(const struct cp_session *s,
    char out[CP_CUSTODY_KEYS_DIR], struct cp_err *err) CP_MUST_CHECK;

#endif
