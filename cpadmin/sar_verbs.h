#ifndef CP_CPADMIN_SAR_VERBS_H
#define CP_CPADMIN_SAR_VERBS_H

#include "cpadmin/cmd.h"

/* The verbs of `cpadmin sar', each in the file that says it. */

/* sar_open.c */
enum cp_rc cp_sar_run_open(struct cp_call *call, struct cp_err *err);
/* sar_enter.c: what the clock runs by */
enum cp_rc cp_sar_run_identity(struct cp_call *call, struct cp_err *err);
enum cp_rc cp_sar_run_fee(struct cp_call *call, struct cp_err *err);
enum cp_rc cp_sar_run_clarify(struct cp_call *call, struct cp_err *err);
enum cp_rc cp_sar_run_extend(struct cp_call *call, struct cp_err *err);
/* sar_evidence.c */
enum cp_rc cp_sar_run_evidence(struct cp_call *call, struct cp_err *err);
enum cp_rc cp_sar_run_view(struct cp_call *call, struct cp_err *err);
enum cp_rc cp_sar_run_note(struct cp_call *call, struct cp_err *err);
/* sar_find.c, sar_subject.c, sar_safe.c: whom it is about */
enum cp_rc cp_sar_run_find(struct cp_call *call, struct cp_err *err);
enum cp_rc cp_sar_run_subject(struct cp_call *call, struct cp_err *err);
enum cp_rc cp_sar_run_safe(struct cp_call *call, struct cp_err *err);
/* sar_collect.c, sar_items.c, sar_decide.c, sar_approve.c */
enum cp_rc cp_sar_run_collect(struct cp_call *call, struct cp_err *err);
enum cp_rc cp_sar_run_items(struct cp_call *call, struct cp_err *err);
enum cp_rc cp_sar_run_withhold(struct cp_call *call, struct cp_err *err);
enum cp_rc cp_sar_run_give(struct cp_call *call, struct cp_err *err);
enum cp_rc cp_sar_run_approve(struct cp_call *call, struct cp_err *err);
/* sar_disclose.c, sar_letter.c, sar_none.c, sar_refuse.c */
enum cp_rc cp_sar_run_disclose(struct cp_call *call, struct cp_err *err)
    CP_SETS_PAGES;
enum cp_rc cp_sar_run_letter(struct cp_call *call, struct cp_err *err)
    CP_SETS_PAGES;
enum cp_rc cp_sar_run_none(struct cp_call *call, struct cp_err *err)
    CP_SETS_PAGES;
enum cp_rc cp_sar_run_refuse(struct cp_call *call, struct cp_err *err)
    CP_SETS_PAGES;
/* sar_rectify.c, sar_objection.c */
enum cp_rc cp_sar_run_rectify(struct cp_call *call, struct cp_err *err);
enum cp_rc cp_sar_run_objection(struct cp_call *call, struct cp_err *err);
/* sar_close.c */
enum cp_rc cp_sar_run_withdraw(struct cp_call *call, struct cp_err *err);
enum cp_rc cp_sar_run_close(struct cp_call *call, struct cp_err *err);
/* sar_clock.c, sar_list.c, sar_show.c, sar_register.c */
enum cp_rc cp_sar_run_clock(struct cp_call *call, struct cp_err *err);
enum cp_rc cp_sar_run_list(struct cp_call *call, struct cp_err *err);
enum cp_rc cp_sar_run_show(struct cp_call *call, struct cp_err *err);
enum cp_rc cp_sar_run_register(struct cp_call *call, struct cp_err *err);

#endif
