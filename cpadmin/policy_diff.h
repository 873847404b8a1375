#ifndef CP_CPADMIN_POLICY_DIFF_H
#define CP_CPADMIN_POLICY_DIFF_H

#include "cpadmin/cmd.h"
#include "lifecycle/duties/moving.h"

/* `policy diff'. */
enum cp_rc cp_policy_diff(struct cp_call *call, struct cp_err *err)
    CP_MUST_CHECK;

/* Says in chat how many records were looked at and how many move, and by
 * which rules. */
void cp_say_moves(const struct cp_call *call, const struct cp_move_sum *sum);

/* Prints the problems of a file as `policy check' does. */
enum cp_rc cp_out_problems(const struct cp_call *call,
    const struct cp_policy_report *report, struct cp_err *err) CP_MUST_CHECK;

#endif
