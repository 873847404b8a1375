#include "cpadmin/out.h"
#include "cpadmin/progress.h"
#include "cpadmin/session.h"
#include "lifecycle/duties/adopting.h"
#include "lifecycle/rules/policy.h"

/* ---- check ------------------------------------------------------------------- */

static const struct cp_column problem_columns[] = {
	{ "file", "FILE" },
	{ "line", "LINE" },
	{ "what", "PROBLEM" },
};

/* A problem of the file as a whole has no line. */
static enum cp_rc
out_problems(const struct cp_call *call,
    const struct cp_policy_report *report, struct cp_err *err)
{
	struct cp_out *o = NULL;
	enum cp_rc rc;
	size_t i;

	rc = cp_out_table(call, "policy-problems", problem_columns, 3, &o,
	    err);
	for (i = 0; i < report->n && rc == CP_OK; i++) {
		cp_out_text(o, report->file);
		if (report->problems[i].line != 0)
			cp_out_int(o, report->problems[i].line);
		else
			cp_out_text(o, NULL);
		cp_out_text(o, report->problems[i].what);
		rc = cp_out_row(o, err);
	}
	if (rc == CP_OK)
		rc = cp_out_end(&o, err);
	cp_out_free(o);
	return rc;
}

static enum cp_rc
run_check(struct cp_call *call, struct cp_err *err)
{
	struct cp_policy_report report;
	struct cp_policy *policy = NULL;
	struct cp_err why = { 0 };
	enum cp_rc rc, shown = CP_OK;

	cp_policy_report_init(&report);
	rc = cp_policy_load_file(cp_arg(call, 0), &policy, &report, err);
	if (rc == CP_BAD_INPUT) {
		shown = out_problems(call, &report, &why);
		cp_err_hint(err, "see cpadmin-policy(5)");
	} else if (rc == CP_OK && cp_wants_json(call)) {
		shown = out_problems(call, &report, &why);
	} else if (rc == CP_OK) {
		cp_say(call, "%s: policy %s, version %s: %d rules, no problem",
		    report.file, policy->name, policy->version,
		    (int)CP_RULE_COUNT);
	}
	cp_policy_free(policy);
	cp_policy_report_clear(&report);
	if (shown == CP_OK)
		return rc;
	*err = why;
	return shown;
}

/* ---- show -------------------------------------------------------------------- */

static const struct cp_column rule_columns[] = {
	{ "rule", "RULE" },
	{ "value", "VALUE" },
	{ "source", "SOURCE" },
	{ "stated", "STATED" },
};

static enum cp_rc
out_rule(struct cp_out *o, const char *name, const char *value,
    const char *source, int stated, struct cp_err *err)
{
	cp_out_text(o, name);
	cp_out_text(o, value);
	cp_out_text(o, source);
	cp_out_bool(o, stated);
	return cp_out_row(o, err);
}

static enum cp_rc
out_policy(const struct cp_call *call, const struct cp_policy *p,
    struct cp_err *err)
{
	char effective[CP_DATE_TEXT];
	struct cp_out *o = NULL;
	enum cp_rc rc;
	unsigned i;

	rc = cp_out_table(call, "policy", rule_columns, 4, &o, err);
	if (rc == CP_OK)
		rc = out_rule(o, "name", p->name, NULL, 1, err);
	if (rc == CP_OK)
		rc = out_rule(o, "version", p->version, NULL, 1,
		    err);
	if (rc == CP_OK)
		rc = out_rule(o, "effective",
		    cp_date_format(p->effective, effective), NULL, 1, err);
	for (i = 0; i < CP_RULE_COUNT && rc == CP_OK; i++)
		rc = out_rule(o, cp_rule_name((enum cp_rule)i),
		    p->value_text[i], p->source[i], p->stated[i], err);
	if (rc == CP_OK)
		rc = cp_out_end(&o, err);
	cp_out_free(o);
	return rc;
}

static enum cp_rc
load_in_force(struct cp_call *call, struct cp_policy **out,
    struct cp_err *err)
{
	struct cp_session s;
	enum cp_rc rc;

	rc = cp_session_open(call, CP_STORE_READ, &s, err);
	if (rc != CP_OK)
		return rc;
	rc = cp_settings_policy(s.store, &s.settings, out, err);
	cp_session_close(&s);
	return rc;
}

static enum cp_rc
run_show(struct cp_call *call, struct cp_err *err)
{
	struct cp_policy_report report;
	struct cp_policy *policy = NULL;
	enum cp_rc rc;

	cp_policy_report_init(&report);
	if (cp_arg(call, 0) != NULL)
		rc = cp_policy_load_file(cp_arg(call, 0), &policy, &report,
		    err);
	else
		rc = load_in_force(call, &policy, err);
	if (rc == CP_OK)
		rc = out_policy(call, policy, err);
	cp_policy_free(policy);
	cp_policy_report_clear(&report);
	return rc;
}

/* ---- adopt ------------------------------------------------------------------- */

static const struct cp_column adopt_columns[] = {
	{ "policy", "Policy" },
	{ "version", "Version" },
	{ "changed", "Changed" },
	{ "recomputed", "Records recomputed" },
};

static enum cp_rc
out_adopted(const struct cp_call *call, struct cp_session *s,
    const struct cp_adoption *a, int changed, struct cp_err *err)
{
	struct cp_policy *policy = NULL;
	struct cp_out *o = NULL;
	enum cp_rc rc;

	rc = cp_settings_policy(s->store, &s->settings, &policy, err);
	if (rc == CP_OK)
		rc = cp_out_object(call, "policy-adopt", adopt_columns, 4, &o,
		    err);
	if (rc == CP_OK) {
		cp_out_text(o, policy->name);
		cp_out_text(o, policy->version);
		cp_out_bool(o, changed);
		cp_out_int(o, a->recomputed);
		rc = cp_out_end(&o, err);
	}
	cp_out_free(o);
	cp_policy_free(policy);
	return rc;
}

static enum cp_rc
adopt(struct cp_call *call, struct cp_session *s, struct cp_err *err)
{
	struct cp_adoption a = { .store = s->store, .audit = s->audit,
		.settings = &s->settings, .op = &s->op, .now = &s->now };
	int64_t before = s->settings.policy_n;
	struct cp_progress p;
	enum cp_rc rc;

	rc = cp_operator_may(&s->op, CP_ROLE_ADMIN, err);
	if (rc != CP_OK)
		return rc;
	cp_progress_init(&p, call, "recomputing", 0);
	a.progress = cp_progress_at;
	a.progress_ctx = &p;
	rc = cp_adopt(&a, cp_arg(call, 0), err);
	cp_progress_end(&p, a.recomputed);
	return rc == CP_OK ? out_adopted(call, s, &a,
	    s->settings.policy_n != before, err) : rc;
}

/* The file is checked first, so that all its problems are shown. */
static enum cp_rc
run_adopt(struct cp_call *call, struct cp_err *err)
{
	struct cp_policy_report report;
	struct cp_policy *policy = NULL;
	struct cp_session s;
	enum cp_rc rc;

	cp_policy_report_init(&report);
	rc = cp_policy_load_file(cp_arg(call, 0), &policy, &report, err);
	cp_policy_free(policy);
	cp_policy_report_clear(&report);
	if (rc == CP_BAD_INPUT)
		return run_check(call, err);
	if (rc == CP_OK)
		rc = cp_session_open(call, CP_STORE_WRITE, &s, err);
	if (rc != CP_OK)
		return rc;
	rc = adopt(call, &s, err);
	cp_session_close(&s);
	return rc;
}

/* ---- tables ------------------------------------------------------------------ */

static const struct cp_verb verbs[] = {
	{ "check", "FILE [--columns NAME,...]",
	    "say all that is wrong with a policy file", NULL,
	    CP_TAKES_COLUMNS, 1, 1, run_check },
	{ "show", "[FILE] [--columns NAME,...]",
	    "the rules in force, or those of a file", NULL,
	    CP_TAKES_USUAL | CP_TAKES_COLUMNS, 0, 1, run_show },
	{ "adopt", "FILE",
	    "put a policy in force and compute every date anew", NULL,
	    CP_TAKES_USUAL, 1, 1, run_adopt },
	{ NULL, NULL, NULL, NULL, 0, 0, 0, NULL },
};

const struct cp_command cp_command_policy = {
	"policy", "the rules and where they come from", verbs
};
