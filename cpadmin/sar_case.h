#ifndef CP_CPADMIN_SAR_CASE_H
#define CP_CPADMIN_SAR_CASE_H

#include <limits.h>

#include "cpadmin/out.h"
#include "cpadmin/rules.h"
#include "cpadmin/sar_verbs.h"
#include "cpadmin/session.h"
#include "lifecycle/records/sar_item.h"

/* For sar_*.c: the store and the request that a verb works with, what its
 * options say, and how it is shown. */

struct cp_sar_case {
	const struct cp_call *call;
	struct cp_session s;
	struct cp_policy *policy; /* in force today */
	struct cp_rules rules;
	struct cp_change c;       /* to write: with the session's log */
	char holidays[PATH_MAX];  /* the table's file */
	struct cp_sar_rules sar_rules; /* the request's; or zeroed */
	struct cp_sar sar;             /* the request; n 0: none */
};

/* Who does what. */
enum {
	CP_SAR_OFFICERS = CP_ROLE_DPO,
	CP_SAR_OPENERS = CP_ROLE_DPO | CP_ROLE_SHIELD, /* collect, disclose */
	CP_SAR_REVIEWERS = CP_SAR_OPENERS | CP_ROLE_APPROVER, /* items */
	CP_SAR_APPROVERS = CP_ROLE_DPO | CP_ROLE_APPROVER,
	CP_SAR_COUNTERS = CP_ROLE_DPO | CP_ROLE_AUDITOR, /* list, clock ... */
	CP_SAR_READERS = CP_SAR_REVIEWERS | CP_ROLE_AUDITOR /* show */
};

/* Opens the store for who has one of ROLES, with the rules of today: without a
 * request.  OUT is closed on failure. */
enum cp_rc cp_sar_case_store(const struct cp_call *call,
    enum cp_store_mode mode, unsigned roles, struct cp_sar_case *out,
    struct cp_err *err) CP_MUST_CHECK;
/* The same, and the request that the first argument names, with its rules. */
enum cp_rc cp_sar_case_open(const struct cp_call *call,
    enum cp_store_mode mode, unsigned roles, struct cp_sar_case *out,
    struct cp_err *err) CP_MUST_CHECK;
void cp_sar_case_close(struct cp_sar_case *x);
/* Begins a transaction and reads the request as it is in it; what was begun
 * ends with cp_txn_end(X->s.audit, rc, err). */
enum cp_rc cp_sar_case_begin(struct cp_sar_case *x, struct cp_err *err)
    CP_MUST_CHECK;

/* ---- what was typed ---- */

/* The text of option NAME; NULL if it is not given.  CP_USAGE: empty, or too
 * long to be kept (CP_SAR_TEXT). */
enum cp_rc cp_sar_text(const struct cp_call *call, const char *name,
    const char **out, struct cp_err *err) CP_MUST_CHECK;
/* The same of one that is needed. */
enum cp_rc cp_sar_text_needed(const struct cp_call *call, const char *name,
    const char **out, struct cp_err *err) CP_MUST_CHECK;
/* The text of option NAME into OUT, "" where it is not given and not NEEDED. */
enum cp_rc cp_sar_text_copy(const struct cp_call *call, const char *name,
    int needed, char out[CP_SAR_TEXT], struct cp_err *err) CP_MUST_CHECK;
/* --subject N of a request about N_SUBJECTS: 1 where there is one; CP_USAGE,
 * CP_NOT_FOUND. */
enum cp_rc cp_sar_subject_n(const struct cp_call *call, size_t n_subjects,
    int *idx, struct cp_err *err) CP_MUST_CHECK;

/* Enters E (cp_sar_enter) for an officer, and shows how it stands then. */
enum cp_rc cp_sar_case_enter(struct cp_call *call,
    const struct cp_sar_event *e, struct cp_err *err) CP_MUST_CHECK;

/* ---- what is shown (sar_row.c, sar_next.c) ---- */

/* How a request stands after a change, and what is to be done next: one
 * object, with the row keys of `sar list'. */
enum cp_rc cp_sar_case_show(struct cp_sar_case *x, struct cp_err *err)
    CP_MUST_CHECK;
/* The columns of a request, and their values: its row of `sar list'. */
#define CP_SAR_COLUMNS(X) \
	X("sar", "SAR", "Request") \
	X("subject", "SUBJECT", "About") \
	X("status", "STATUS", "Status") \
	X("received", "RECEIVED", "Received") \
	X("starts", "STARTS", "Time starts") \
	X("due", "DUE", "Due") \
	X("days_left", "DAYS LEFT", "Days left") \
	X("waits_for", "WAITS FOR", "Waits for") \
	X("outcome", "OUTCOME", "Outcome") \
	X("late", NULL, NULL)
#define CP_SAR_IN_TABLE(key, table, line) { key, table },
#define CP_SAR_IN_LINES(key, table, line) { key, line },
enum cp_rc cp_sar_put_row(struct cp_sar_case *x, struct cp_out *o,
    const struct cp_sar *r, struct cp_err *err) CP_MUST_CHECK;
/* What to do next about the request: WHAT in words, COMMAND to give, or "". */
struct cp_sar_next {
	char what[192], command[192];
};
enum cp_rc cp_sar_case_next(struct cp_sar_case *x, struct cp_sar_next *out,
    struct cp_err *err) CP_MUST_CHECK;
/* The day ON on which they were told of all that a request without access asks
 * for (a note that went out after it was settled); none yet. */
enum cp_rc cp_sar_case_told(struct cp_sar_case *x, struct cp_date *on,
    struct cp_err *err) CP_MUST_CHECK;

#endif
