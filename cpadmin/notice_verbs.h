#ifndef CP_CPADMIN_NOTICE_VERBS_H
#define CP_CPADMIN_NOTICE_VERBS_H

#include "cpadmin/out.h"
#include "cpadmin/rules.h"
#include "cpadmin/session.h"
#include "lifecycle/duties/wording.h"
#include "lifecycle/records/notice.h"

/* For cmd_notice.c and notice_*.c: the verbs of notice, and what they share. */

enum cp_rc cp_notice_run_owed(struct cp_call *call, struct cp_err *err);
enum cp_rc cp_notice_run_issue(struct cp_call *call, struct cp_err *err)
    CP_SETS_PAGES;
/* Of `issue' with --safe: an officer sends it, sealed. */
enum cp_rc cp_notice_run_safe(struct cp_call *call, struct cp_err *err);
enum cp_rc cp_notice_run_served(struct cp_call *call, struct cp_err *err);
enum cp_rc cp_notice_run_returned(struct cp_call *call, struct cp_err *err);
enum cp_rc cp_notice_run_show(struct cp_call *call, struct cp_err *err);
enum cp_rc cp_notice_run_preview(struct cp_call *call, struct cp_err *err)
    CP_SETS_PAGES;
enum cp_rc cp_notice_run_translations(struct cp_call *call,
    struct cp_err *err);
enum cp_rc cp_notice_run_suppress(struct cp_call *call, struct cp_err *err);
enum cp_rc cp_notice_run_addressee(struct cp_call *call, struct cp_err *err);
enum cp_rc cp_notice_run_runs(struct cp_call *call, struct cp_err *err);

/* What a verb works with. */
struct cp_notices {
	const struct cp_call *call;
	struct cp_session s;
	struct cp_policy *policy;
	struct cp_rules rules;
	struct cp_change c; /* to write: with the session's log */
};
/* Who may send, and who may look besides. */
enum {
	CP_NOTICE_SENDERS = CP_ROLE_TEAM | CP_ROLE_SHIELD | CP_ROLE_DPO,
	CP_NOTICE_READERS = CP_NOTICE_SENDERS | CP_ROLE_AUDITOR
};
/* Opens the store for who has one of ROLES, with its rules.  OUT is closed on
 * failure. */
enum cp_rc cp_notices_open(const struct cp_call *call,
    enum cp_store_mode mode, unsigned roles, struct cp_notices *out,
    struct cp_err *err) CP_MUST_CHECK;
void cp_notices_close(struct cp_notices *x);
/* Looks at the records whose day has come, with progress; outside a
 * transaction, to write. */
enum cp_rc cp_notices_settle(struct cp_notices *x, struct cp_err *err)
    CP_MUST_CHECK;
/* The wordings that the store's letters are of; the caller's. */
enum cp_rc cp_notices_wordings(struct cp_notices *x,
    struct cp_wordings **out, struct cp_err *err) CP_MUST_CHECK;

#endif
