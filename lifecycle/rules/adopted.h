#ifndef CP_RULES_ADOPTED_H
#define CP_RULES_ADOPTED_H

#include "lifecycle/rules/decide.h"

/*
 * What POLICY makes of FACTS when it comes into force: as cp_decide, but the
 * day promised to an archived record gives way to the one that follows from
 * its archive period where its already_archived says so: "replace", or
 * "lengthen" and it is later.  A record that waits in a destruction batch
 * (IN_BATCH) is given a later day only: until the batch ends, an earlier one
 * means nothing.  Pure; errors as cp_decide.
 */
enum cp_rc cp_decide_adopted(const struct cp_policy *policy,
    const struct cp_facts *facts, int in_batch, struct cp_date on,
    struct cp_decision *out, struct cp_err *err) CP_MUST_CHECK;

#endif
