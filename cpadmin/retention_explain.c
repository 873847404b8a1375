#include "cpadmin/retention_explain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpadmin/out.h"
#include "cpadmin/rules.h"
#include "cpadmin/session.h"
#include "cpadmin/take.h"
#include "lifecycle/duties/plan.h"
#include "lifecycle/store/json_put.h"

static const struct cp_column columns[] = {
	{ "id", "Record" },
	{ "state", "State" },
	{ "action", "Next" },
	{ "due", "Due" },
	{ "due_now", NULL },
	{ "rule", "Rule" },
	{ "policy", "Policy" },
	{ "policy_version", NULL },
	{ "blocked_by", "Blocked by" },
	{ "steps", "Why" },
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

enum { STEPS_MAX = 256, LINE = 400 };

/* The steps as JSON, and as numbered lines for people. */
static enum cp_rc
put_steps(struct cp_out *o, const struct cp_explanation *e,
    struct cp_err *err)
{
	const char *lines[STEPS_MAX];
	size_t n = e->n_steps < STEPS_MAX ? e->n_steps : STEPS_MAX;
	char (*text)[LINE] = calloc(n + 1, sizeof(*text));
	char day[CP_DATE_TEXT];
	struct cp_buf json;
	enum cp_rc rc;

	if (text == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	cp_buf_init(&json);
	cp_json_open(&json, '[');
	for (size_t i = 0; i < n; i++) {
		const struct cp_step *s = &e->steps[i];

		cp_json_open(&json, '{');
		cp_json_put_member(&json, "kind", cp_step_kind_word(s->kind));
		cp_json_put_member(&json, "rule", s->rule);
		cp_json_put_member(&json, "date", cp_date_set(s->date) ?
		    cp_date_format(s->date, day) : NULL);
		cp_json_put_member(&json, "source", s->source);
		cp_json_put_member(&json, "text", s->text);
		cp_json_close(&json, '}');
		(void)snprintf(text[i], LINE, "%zu. %s%s%s%s", i + 1, s->text,
		    s->rule[0] != '\0' ? " [" : "", s->rule,
		    s->rule[0] != '\0' ? "]" : "");
		lines[i] = text[i];
	}
	cp_json_close(&json, ']');
	rc = cp_buf_check(&json, err);
	cp_out_lines(o, cp_buf_text(&json), lines, n);
	cp_buf_clear(&json);
	free(text);
	return rc;
}

static void
put_answer(struct cp_out *o, const struct cp_record *r,
    const struct cp_explanation *e, const struct cp_policy *policy,
    struct cp_date today, const char *blocked)
{
	const struct cp_decision *d = &e->decision;
	int none = d->action == CP_ACTION_NONE;

	cp_out_text(o, r->id);
	cp_out_text(o, cp_record_state_word(r, today));
	cp_out_text(o, none ? NULL : cp_action_word(d->action));
	cp_out_date(o, d->due);
	cp_out_bool(o, d->due_now);
	cp_out_text(o, none ? NULL : d->rule_name);
	cp_out_text(o, policy->name);
	cp_out_text(o, policy->version);
	cp_out_ids(o, blocked);
}

static enum cp_rc
show(const struct cp_call *call, const struct cp_record *r,
    const struct cp_explanation *e, const struct cp_policy *policy,
    struct cp_date today, const char *blocked, struct cp_err *err)
{
	struct cp_out *o = NULL;
	enum cp_rc rc = cp_out_object(call, "retention-explain", columns,
	    COLUMNS, &o, err);

	if (rc != CP_OK)
		return rc;
	put_answer(o, r, e, policy, today, blocked);
	rc = put_steps(o, e, err);
	if (rc == CP_OK)
		rc = cp_out_end(&o, err);
	cp_out_free(o);
	return rc;
}

/* A look at a record, logged before it is shown. */
static enum cp_rc
log_look(const struct cp_call *call, struct cp_session *s,
    const struct cp_record *r, struct cp_err *err)
{
	struct cp_entry e = { .action = "record.explain", .subject = r->id };
	const char *reason = cp_option(call, "reason");
	struct cp_buf detail;
	enum cp_rc rc;

	if (s->audit == NULL)
		return CP_OK;
	cp_buf_init(&detail);
	cp_json_open(&detail, '{');
	cp_json_put_member(&detail, "reason", reason);
	cp_json_close(&detail, '}');
	e.detail = cp_buf_text(&detail);
	rc = cp_txn_begin(s->audit, err);
	if (rc == CP_OK)
		rc = cp_audit_add(s->audit, &e, NULL, err);
	if (rc == CP_OK)
		rc = cp_txn_commit(s->audit, err);
	cp_buf_clear(&detail);
	return rc;
}

static enum cp_rc
explain(const struct cp_call *call, struct cp_session *s, struct cp_err *err)
{
	struct cp_policy *policy = NULL;
	struct cp_explanation e;
	struct cp_fact_set f;
	struct cp_rules rules;
	struct cp_record r;
	struct cp_buf blocked;
	enum cp_rc rc = cp_session_rules(s, &policy, &rules, err);

	cp_explanation_init(&e);
	cp_fact_set_init(&f);
	cp_buf_init(&blocked);
	if (rc == CP_OK)
		rc = cp_record_get(s->store, cp_arg(call, 0), &r, err);
	if (rc == CP_OK)
		rc = cp_facts_load(s->store, r.n, &f, err);
	if (rc == CP_OK)
		rc = cp_decide_explain(policy, &f.facts, s->now.today, &e,
		    err);
	if (rc == CP_OK)
		rc = cp_plan_blocked(s->store, r.n, &f.facts, &blocked, err);
	if (rc == CP_OK)
		rc = log_look(call, s, &r, err);
	if (rc == CP_OK)
		rc = show(call, &r, &e, policy, s->now.today,
		    cp_buf_text(&blocked), err);
	cp_buf_clear(&blocked);
	cp_fact_set_clear(&f);
	cp_explanation_clear(&e);
	cp_policy_free(policy);
	return rc;
}

enum cp_rc
cp_retention_explain(struct cp_call *call, struct cp_err *err)
{
	/* With --on it only looks, which is allowed in every store. */
	enum cp_store_mode mode = cp_option(call, "on") != NULL ?
	    CP_STORE_READ : CP_STORE_WRITE;
	struct cp_session s;
	enum cp_rc rc = cp_session_open(call, mode, &s, err);

	if (rc != CP_OK)
		return rc;
	rc = explain(call, &s, err);
	cp_session_close(&s);
	return rc;
}
