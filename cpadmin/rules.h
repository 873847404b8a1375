#ifndef CP_CPADMIN_RULES_H
#define CP_CPADMIN_RULES_H

#include "cpadmin/session.h"
#include "lifecycle/records/record.h"

/*
 * The rules that the session's store has in force, on the session's day, for
 * whatever computes dates.  *POLICY is the caller's (cp_policy_free); RULES
 * borrows it.  CP_CORRUPT where the policy's file is not the one adopted.
 */
enum cp_rc cp_session_rules(struct cp_session *s, struct cp_policy **policy,
    struct cp_rules *rules, struct cp_err *err) CP_MUST_CHECK;

#endif
