#ifndef CP_CPADMIN_SHIELD_VERBS_H
#define CP_CPADMIN_SHIELD_VERBS_H

#include "cpadmin/out.h"
#include "cpadmin/session.h"

/* The verbs of `cpadmin shield', each in its file, and what they share. */

/* Who may ask for a shield, who settles one, and who is told of it. */
enum {
	SHIELD_ASKERS = CP_ROLE_TEAM | CP_ROLE_SHIELD | CP_ROLE_DPO,
	SHIELD_DECIDERS = CP_ROLE_SHIELD,
	SHIELD_READERS = CP_ROLE_SHIELD | CP_ROLE_DPO
};

enum cp_rc shield_run_request(struct cp_call *call, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc shield_run_decide(struct cp_call *call, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc shield_run_review(struct cp_call *call, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc shield_run_lift(struct cp_call *call, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc shield_run_show(struct cp_call *call, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc shield_run_list(struct cp_call *call, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc shield_run_reveal(struct cp_call *call, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc shield_run_investigation(struct cp_call *call,
    struct cp_err *err) CP_MUST_CHECK;
enum cp_rc shield_run_intake(struct cp_call *call, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc shield_run_rekey(struct cp_call *call, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc shield_run_officer(struct cp_call *call, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc shield_run_letter(struct cp_call *call, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc shield_run_mail(struct cp_call *call, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc shield_run_identity(struct cp_call *call, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc shield_run_gate(struct cp_call *call, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc shield_run_check(struct cp_call *call, struct cp_err *err)
    CP_MUST_CHECK;

/* Opens the store for an operator with one of ROLES; CP_DENIED before anything
 * else is said. */
enum cp_rc shield_open(const struct cp_call *call, enum cp_store_mode mode,
    unsigned roles, struct cp_session *s, struct cp_err *err) CP_MUST_CHECK;

#endif
