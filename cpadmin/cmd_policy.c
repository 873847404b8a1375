#include "cpadmin/out.h"
#include "cpadmin/policy_diff.h"
#include "cpadmin/policy_wordings.h"
#include "cpadmin/progress.h"
#include "cpadmin/session.h"
#include "lifecycle/duties/adopting.h"
#include "lifecycle/records/reach.h"
#include "lifecycle/rules/policy.h"

/* ---- check ------------------------------------------------------------------- */

static const struct cp_column problem_columns[] = {
	{ "file", "FILE" },
	{ "line", "LINE" },
	{ "what", "PROBLEM" },
};

/* A problem of the file as a whole has no line. */
enum cp_rc
cp_out_problems(const struct cp_call *call,
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

static void
say_wordings(const struct cp_call *call, const struct cp_wordings_checked *c)
{
	if (c->folder[0] == '\0')
		return;
	cp_say(call, "%s/notices: %zu languages, no problem", c->folder,
	    c->languages);
	if (c->lag > 0)
		cp_say(call, "translations that lag: %zu (notice translations "
		    "has which)", c->lag);
	if (c->missing > 0)
		cp_say(call, "letters that are not translated: %zu, English is "
		    "used", c->missing);
}

/* A good policy's wordings.  A lone file is a good policy, too: where no
 * wordings can be found, a line of chat says that they were not looked at. */
static enum cp_rc
check_wordings(struct cp_call *call, const struct cp_policy *policy,
    struct cp_err *err)
{
	struct cp_wordings_checked c;
	struct cp_err why = { 0 };
	enum cp_rc shown = CP_OK;
	enum cp_rc rc = cp_wordings_check(cp_arg(call, 0), policy, &c, err);

	if (rc == CP_NOT_FOUND) {
		cp_say(call, "the wordings of notices are not checked: none "
		    "were found (%s)", err->hint);
		rc = CP_OK;
	} else if (rc == CP_OK) {
		say_wordings(call, &c);
	}
	if (rc == CP_BAD_INPUT || (rc == CP_OK && cp_wants_json(call)))
		shown = cp_out_wordings(call, &c, &why);
	cp_wordings_checked_clear(&c);
	if (shown == CP_OK)
		return rc;
	*err = why;
	return shown;
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
		shown = cp_out_problems(call, &report, &why);
		cp_err_hint(err, "see cpadmin-policy(5)");
	} else if (rc == CP_OK) {
		cp_say(call, "%s: policy %s, version %s: %d rules, no problem",
		    report.file, policy->name, policy->version,
		    (int)CP_RULE_COUNT);
		rc = check_wordings(call, policy, err);
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
	{ "dry_run", NULL },
	{ "recomputed", "Records recomputed" },
	{ "moved", "Dates that move" },
	{ "earlier", "Earlier" },
	{ "later", "Later" },
	{ "at_once", "Due at once" },
	{ "redated", "Archived records with another day" },
	{ "failed", "Failed" },
};
enum { ADOPT_COLUMNS = sizeof(adopt_columns) / sizeof(adopt_columns[0]) };

static enum cp_rc
out_adopted(const struct cp_call *call, const struct cp_policy *policy,
    const struct cp_adoption *a, struct cp_err *err)
{
	struct cp_out *o = NULL;
	enum cp_rc rc = cp_out_object(call, "policy-adopt", adopt_columns,
	    ADOPT_COLUMNS, &o, err);

	if (rc != CP_OK)
		return rc;
	cp_out_text(o, policy->name);
	cp_out_text(o, policy->version);
	cp_out_bool(o, a->changed);
	cp_out_bool(o, cp_flag(call, "dry-run"));
	cp_out_int(o, a->recomputed);
	cp_out_int(o, cp_moved(&a->sum));
	cp_out_int(o, a->sum.earlier);
	cp_out_int(o, a->sum.later);
	cp_out_int(o, a->sum.at_once);
	cp_out_int(o, a->redated);
	cp_out_int(o, a->failed);
	rc = cp_out_end(&o, err);
	cp_out_free(o);
	return rc;
}

static void
note_trouble(void *ctx, const char *id, const struct cp_err *err)
{
	cp_say(ctx, "%s keeps its day: %s", id, err->what);
}

static enum cp_rc
adopt(struct cp_call *call, struct cp_session *s,
    const struct cp_policy *policy, struct cp_err *err)
{
	struct cp_adoption a = { .store = s->store, .audit = s->audit,
		.settings = &s->settings, .op = &s->op, .now = &s->now,
		.progress = cp_progress_at, .trouble = note_trouble,
		.trouble_ctx = call };
	struct cp_progress p;
	enum cp_rc rc = cp_operator_may(&s->op, CP_ROLE_ADMIN, err);

	if (rc == CP_OK && cp_reach_limited(s->store)) {
		rc = cp_fail(err, CP_DENIED, "a policy is for every record, and "
		    "operator %s acts for some authorities only", s->op.name);
		cp_err_hint(err, "an administrator who acts for all adopts it");
	}
	if (rc != CP_OK)
		return rc;
	cp_progress_init(&p, call, "recomputing", 0);
	a.progress_ctx = &p;
	rc = cp_flag(call, "dry-run") ? cp_adopt_dry(&a, cp_arg(call, 0), err) :
	    cp_adopt(&a, cp_arg(call, 0), err);
	cp_progress_end(&p, a.recomputed);
	if (rc == CP_OK)
		rc = out_adopted(call, policy, &a, err);
	if (rc == CP_OK && a.recomputed > 0)
		cp_say_moves(call, &a.sum);
	if (rc == CP_OK && a.failed > 0)
		rc = cp_fail(err, CP_PARTIAL, "%lld archived records could "
		    "not be given another day", (long long)a.failed);
	return rc;
}

/* A policy is not put in force without what families are told under it. */
static enum cp_rc
need_wordings(struct cp_call *call, const struct cp_policy *policy,
    struct cp_err *err)
{
	struct cp_wordings_checked c;
	enum cp_rc rc = cp_wordings_check(cp_arg(call, 0), policy, &c, err);

	cp_wordings_checked_clear(&c);
	if (rc == CP_BAD_INPUT)
		return run_check(call, err);
	if (rc == CP_NOT_FOUND) {
		cp_err_context(err, "the policy names a wording");
		err->code = rc = CP_BAD_INPUT;
	}
	return rc;
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
	cp_policy_report_clear(&report);
	if (rc == CP_BAD_INPUT)
		return run_check(call, err);
	if (rc == CP_OK)
		rc = need_wordings(call, policy, err);
	if (rc == CP_OK)
		rc = cp_session_open(call, cp_flag(call, "dry-run") ?
		    CP_STORE_READ : CP_STORE_WRITE, &s, err);
	if (rc == CP_OK) {
		rc = adopt(call, &s, policy, err);
		cp_session_close(&s);
	}
	cp_policy_free(policy);
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
	{ "diff", "FILE [--columns NAME,...]",
	    "who would move, and when, if a policy were adopted", NULL,
	    CP_TAKES_USUAL | CP_TAKES_COLUMNS, 1, 1, cp_policy_diff },
	{ "adopt", "FILE [--dry-run]",
	    "put a policy in force and compute every date anew", NULL,
	    CP_TAKES_USUAL | CP_TAKES_DRY_RUN, 1, 1, run_adopt },
	{ NULL, NULL, NULL, NULL, 0, 0, 0, NULL },
};

const struct cp_command cp_command_policy = {
	"policy", "the rules and where they come from", verbs
};
