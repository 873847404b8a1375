#include "cpadmin/policy_diff.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cpadmin/out.h"
#include "cpadmin/progress.h"
#include "cpadmin/session.h"
#include "cpadmin/take.h"
#include "lifecycle/duties/diffing.h"

/* ---- chat -------------------------------------------------------------------- */

void
cp_say_moves(const struct cp_call *call, const struct cp_move_sum *sum)
{
	cp_say(call, "looked at %" PRId64 " live and %" PRId64 " archived "
	    "records", sum->live, sum->archived);
	cp_say(call, "dates that move: %" PRId64 ", earlier: %" PRId64
	    ", later: %" PRId64 ", due at once: %" PRId64, cp_moved(sum),
	    sum->earlier, sum->later, sum->at_once);
	if (sum->other > 0)
		cp_say(call, "  with a date now or then only: %" PRId64,
		    sum->other);
	for (unsigned i = 0; i < CP_RULE_COUNT; i++)
		if (sum->by_rule[i] > 0)
			cp_say(call, "  by %s: %" PRId64,
			    cp_rule_name((enum cp_rule)i), sum->by_rule[i]);
	if (sum->by_rule[CP_RULE_COUNT] > 0)
		cp_say(call, "  no longer to be evaluated: %" PRId64,
		    sum->by_rule[CP_RULE_COUNT]);
}

/* Which rules differ, and what an archive period that does means for what is
 * archived already. */
static void
say_rules(const struct cp_call *call, const struct cp_policy *old,
    const struct cp_policy *new)
{
	int differ = 0;

	for (unsigned i = 0; i < CP_RULE_COUNT; i++)
		differ += strcmp(old->value_text[i], new->value_text[i]) != 0;
	cp_say(call, "%s %s -> %s %s: %d of %d rules differ", old->name,
	    old->version, new->name, new->version, differ, CP_RULE_COUNT);
	for (unsigned i = 0; i < CP_RULE_COUNT; i++)
		if (strcmp(old->value_text[i], new->value_text[i]) != 0)
			cp_say(call, "  %s: %s -> %s",
			    cp_rule_name((enum cp_rule)i), old->value_text[i],
			    new->value_text[i]);
	if (new->already_archived == CP_ARCHIVED_KEEP &&
	    strcmp(old->value_text[CP_RULE_ARCHIVE_PERIOD],
	    new->value_text[CP_RULE_ARCHIVE_PERIOD]) != 0)
		cp_say(call, "what is archived already keeps its day: %s is "
		    "keep", cp_rule_name(CP_RULE_ALREADY_ARCHIVED));
}

/* ---- rows -------------------------------------------------------------------- */

/* What people see fits in eighty columns: nobody needs the state of a record
 * that is archived, or destroyed. */
static const struct cp_column columns[] = {
	{ "id", "ID" },
	{ "action", "ACTION" },
	{ "due_now", "DUE NOW" },
	{ "due_then", "DUE THEN" },
	{ "rule_then", "RULE THEN" },
	{ "rule_now", NULL },
	{ "action_then", NULL },
	{ "state", NULL },
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

struct rows {
	struct cp_out *out;
	struct cp_progress progress;
	int shared; /* a terminal shows both */
};

static void
out_rule(struct cp_out *o, const char *rule)
{
	cp_out_text(o, rule[0] != '\0' ? rule : NULL);
}

static enum cp_rc
put_row(void *ctx, const struct cp_move *m, struct cp_err *err)
{
	struct rows *x = ctx;
	struct cp_out *o = x->out;

	if (x->shared && x->progress.on && x->progress.shown_ms > 0)
		(void)fputs("\r\033[K", stderr);
	cp_out_text(o, m->id);
	cp_out_text(o, m->action_now);
	cp_out_date(o, m->due_now);
	cp_out_date(o, m->due_then);
	out_rule(o, m->rule_then);
	out_rule(o, m->rule_now);
	cp_out_text(o, m->action_then);
	cp_out_text(o, cp_state_word(m->state));
	return cp_out_row(o, err);
}

static enum cp_rc
out_rows(const struct cp_call *call, struct cp_diff *d, struct cp_err *err)
{
	struct rows x = { .shared = isatty(STDOUT_FILENO) &&
		isatty(STDERR_FILENO) };
	enum cp_rc rc = cp_out_table(call, "policy-diff", columns, COLUMNS,
	    &x.out, err);

	if (rc != CP_OK)
		return rc;
	cp_progress_init(&x.progress, call, "comparing", 0);
	d->each = put_row;
	d->ctx = &x;
	d->progress = cp_progress_at;
	d->progress_ctx = &x.progress;
	rc = cp_diff(d, err);
	cp_progress_end(&x.progress, d->sum.live + d->sum.archived);
	if (rc == CP_OK)
		rc = cp_out_end(&x.out, err);
	cp_out_free(x.out);
	return rc;
}

static enum cp_rc
diff(const struct cp_call *call, struct cp_session *s,
    const struct cp_policy *new, struct cp_err *err)
{
	struct cp_diff d = { .store = s->store, .settings = &s->settings,
		.policy = new, .today = s->now.today };
	struct cp_policy *old = NULL;
	enum cp_rc rc = cp_settings_policy(s->store, &s->settings, &old, err);

	if (rc != CP_OK)
		return rc;
	say_rules(call, old, new);
	cp_policy_free(old);
	if (s->settings.policy_done != s->settings.policy_n)
		cp_say(call, "the last adoption is not finished: dates are "
		    "compared as they stand");
	rc = out_rows(call, &d, err);
	if (rc == CP_OK)
		cp_say_moves(call, &d.sum);
	return rc;
}

/* The file is read before the store, so that all its problems are shown even
 * where there is none. */
enum cp_rc
cp_policy_diff(struct cp_call *call, struct cp_err *err)
{
	struct cp_policy_report report;
	struct cp_policy *policy = NULL;
	struct cp_session s;
	struct cp_err shown;
	enum cp_rc rc;

	cp_policy_report_init(&report);
	rc = cp_policy_load_file(cp_arg(call, 0), &policy, &report, err);
	if (rc == CP_BAD_INPUT) {
		cp_err_hint(err, "see cpadmin-policy(5)");
		if (cp_out_problems(call, &report, &shown) != CP_OK) {
			*err = shown;
			rc = shown.code;
		}
	}
	if (rc == CP_OK)
		rc = cp_session_open(call, CP_STORE_READ, &s, err);
	if (rc == CP_OK) {
		rc = cp_operator_may(&s.op, CP_ROLE_ADMIN | CP_ROLE_DPO |
		    CP_ROLE_AUDITOR, err);
		if (rc == CP_OK)
			rc = diff(call, &s, policy, err);
		cp_session_close(&s);
	}
	cp_policy_free(policy);
	cp_policy_report_clear(&report);
	return rc;
}
