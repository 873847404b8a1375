#ifndef CP_CPADMIN_HOLD_VERBS_H
#define CP_CPADMIN_HOLD_VERBS_H

#include "cpadmin/out.h"
#include "cpadmin/session.h"
#include "lifecycle/records/hold_reach.h"

/* For cmd_hold.c and hold_*.c: the verbs of hold, and what they share. */

enum cp_rc cp_hold_run_place(struct cp_call *call, struct cp_err *err);
enum cp_rc cp_hold_run_review(struct cp_call *call, struct cp_err *err);
enum cp_rc cp_hold_run_release(struct cp_call *call, struct cp_err *err);
enum cp_rc cp_hold_run_list(struct cp_call *call, struct cp_err *err);
enum cp_rc cp_hold_run_show(struct cp_call *call, struct cp_err *err);

/* Opens the store for those who may change holds; READ: to look only. */
enum cp_rc cp_hold_open(const struct cp_call *call, enum cp_store_mode mode,
    struct cp_session *s, struct cp_err *err) CP_MUST_CHECK;
/* CP_DENIED unless the operator acts for all whom H is about: one authority,
 * or, where it asks for a predicate or is over all, every authority. */
enum cp_rc cp_hold_reachable(const struct cp_session *s,
    const struct cp_hold *h, struct cp_err *err) CP_MUST_CHECK;
/* Logs ACTION on H, within a transaction: why (REASON may be NULL), and a
 * count under KEY (may be NULL). */
enum cp_rc cp_hold_log(struct cp_session *s, const char *action,
    const struct cp_hold *h, const char *reason, const char *key,
    int64_t count, struct cp_err *err) CP_MUST_CHECK;

/* The columns of a hold, and its values in their order. */
#define CP_HOLD_COLUMNS \
	{ "hold", "HOLD" }, { "scope", "SCOPE" }, { "record", "RECORD" }, \
	{ "authority", "AUTHORITY" }, { "where", "WHERE" }, \
	{ "placed", "PLACED" }, { "placed_by", "BY" }, \
	{ "review", "REVIEW" }, { "status", "STATUS" }, \
	{ "released", NULL }, { "request", NULL }
/* STATUS NULL: as H says. */
void cp_hold_put(struct cp_out *o, const struct cp_hold *h,
    const char *status);

#endif
