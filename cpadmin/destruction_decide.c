#include <string.h>

#include "cpadmin/destruction_verbs.h"
#include "cpadmin/out.h"
#include "cpadmin/rules.h"
#include "lifecycle/store/json_put.h"

/* ---- deciding -------------------------------------------------------------- */

/* What a decision changes, in one transaction with its log entry. */
typedef enum cp_rc decision_fn(const struct cp_call *call,
    struct cp_session *s, struct cp_batch *b, int64_t seq,
    struct cp_err *err);

static enum cp_rc
log_decision(struct cp_session *s, const char *action,
    const struct cp_batch *b, const char *item, const char *reason,
    int64_t *seq, struct cp_err *err)
{
	struct cp_entry e = { .action = action };
	struct cp_buf detail;
	enum cp_rc rc;

	cp_buf_init(&detail);
	cp_json_open(&detail, '{');
	cp_json_put_member(&detail, "batch", b->id);
	if (item != NULL)
		cp_json_put_member(&detail, "item", item);
	if (reason != NULL)
		cp_json_put_member(&detail, "reason", reason);
	cp_json_close(&detail, '}');
	e.detail = cp_buf_text(&detail);
	rc = cp_audit_add(s->audit, &e, seq, err);
	cp_buf_clear(&detail);
	return rc;
}

static enum cp_rc
need_item(void *ctx, const struct cp_batch_item *i, struct cp_err *err)
{
	const struct cp_operator *op = ctx;

	if (strcmp(i->status, "pending") != 0 ||
	    cp_operator_reaches(op, i->parcel.authority))
		return CP_OK;
	(void)cp_fail(err, CP_DENIED, "operator %s does not act for all of "
	    "this batch", op->name);
	cp_err_hint(err, "`destruction exclude' takes out what is theirs; "
	    "who acts for all of it decides about the batch");
	return CP_DENIED;
}

/* Whether the operator reaches what is decided about: ITEM, or, NULL, all that
 * waits in B. */
static enum cp_rc
check_reach(struct cp_session *s, const struct cp_batch *b, const char *item,
    struct cp_err *err)
{
	struct cp_parcel p;
	enum cp_rc rc;

	if (s->op.n_authorities == 0)
		return CP_OK;
	if (item == NULL)
		return cp_batch_items(s->store, b, need_item, &s->op, err);
	rc = cp_parcel_get(s->store, item, &p, err);
	return rc == CP_OK ? cp_operator_reach(&s->op, p.record_id,
	    p.authority, err) : rc;
}

static enum cp_rc
may_decide(const struct cp_session *s, const struct cp_batch *b,
    struct cp_err *err)
{
	enum cp_rc rc = cp_operator_may(&s->op, cp_batch_deciders(b), err);

	if (rc != CP_OK)
		cp_err_context(err, "batch %s", b->id);
	return rc;
}

static enum cp_rc
decide_one(const struct cp_call *call, struct cp_session *s, const char *id,
    const char *action, const char *reason, decision_fn *fn,
    struct cp_err *err)
{
	const char *item = strcmp(action, "destruction.exclude") == 0 ?
	    cp_arg(call, 1) : NULL;
	struct cp_batch b;
	int64_t seq;
	enum cp_rc rc = cp_txn_begin(s->audit, err);

	if (rc == CP_OK)
		rc = cp_batch_get(s->store, id, &b, err);
	if (rc == CP_OK)
		rc = may_decide(s, &b, err);
	if (rc == CP_OK)
		rc = check_reach(s, &b, item, err);
	if (rc == CP_OK)
		rc = log_decision(s, action, &b, item, reason, &seq, err);
	if (rc == CP_OK)
		rc = fn(call, s, &b, seq, err);
	return cp_txn_end(s->audit, rc, err);
}

/* Opens the store for somebody who may decide about some batch. */
static enum cp_rc
open_decider(const struct cp_call *call, struct cp_session *s,
    struct cp_err *err)
{
	enum cp_rc rc = cp_session_open(call, CP_STORE_WRITE, s, err);

	if (rc != CP_OK)
		return rc;
	rc = cp_operator_may(&s->op, CP_ROLE_APPROVER | CP_ROLE_DPO, err);
	if (rc != CP_OK)
		cp_session_close(s);
	return rc;
}

static enum cp_rc
approve(const struct cp_call *call, struct cp_session *s, struct cp_batch *b,
    int64_t seq, struct cp_err *err)
{
	struct cp_policy *policy = NULL;
	struct cp_rules rules;
	int left;
	enum cp_rc rc = cp_session_rules(s, &policy, &rules, err);

	if (rc == CP_OK)
		rc = cp_batch_approve(s->store, b,
		    cp_batch_approvals(b, policy), &s->op, seq, &s->now,
		    &left, err);
	if (rc == CP_OK && left > 0)
		cp_say(call, "batch %s: %d more must approve", b->id, left);
	cp_policy_free(policy);
	return rc;
}

enum cp_rc
cp_destruction_approve(struct cp_call *call, struct cp_err *err)
{
	struct cp_session s;
	enum cp_rc rc = open_decider(call, &s, err);

	if (rc != CP_OK)
		return rc;
	for (int i = 0; rc == CP_OK && i < cp_arg_count(call); i++)
		rc = decide_one(call, &s, cp_arg(call, i),
		    "destruction.approve", cp_option(call, "reason"), approve,
		    err);
	if (rc == CP_OK && cp_arg_count(call) == 1)
		rc = cp_destruction_put(call, &s, cp_arg(call, 0), err);
	else if (rc == CP_OK)
		cp_say(call, "%d batches approved", cp_arg_count(call));
	cp_session_close(&s);
	return rc;
}

static enum cp_rc
refuse(const struct cp_call *call, struct cp_session *s, struct cp_batch *b,
    int64_t seq, struct cp_err *err)
{
	(void)seq;
	return cp_batch_refuse(s->store, b, cp_option(call, "reason"), err);
}

static enum cp_rc
exclude(const struct cp_call *call, struct cp_session *s, struct cp_batch *b,
    int64_t seq, struct cp_err *err)
{
	(void)seq;
	return cp_batch_exclude(s->store, b, cp_arg(call, 1),
	    cp_option(call, "reason"), err);
}

static enum cp_rc
with_reason(const struct cp_call *call, const char *action, decision_fn *fn,
    struct cp_err *err)
{
	const char *reason;
	struct cp_session s;
	enum cp_rc rc = cp_session_reason(call, &reason, err);

	if (rc == CP_OK)
		rc = open_decider(call, &s, err);
	if (rc != CP_OK)
		return rc;
	rc = decide_one(call, &s, cp_arg(call, 0), action, reason, fn, err);
	if (rc == CP_OK)
		rc = cp_destruction_put(call, &s, cp_arg(call, 0), err);
	cp_session_close(&s);
	return rc;
}

enum cp_rc
cp_destruction_refuse(struct cp_call *call, struct cp_err *err)
{
	return with_reason(call, "destruction.refuse", refuse, err);
}

enum cp_rc
cp_destruction_exclude(struct cp_call *call, struct cp_err *err)
{
	return with_reason(call, "destruction.exclude", exclude, err);
}
