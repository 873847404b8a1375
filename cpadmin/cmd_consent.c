#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpadmin/out.h"
#include "cpadmin/rules.h"
#include "cpadmin/session.h"
#include "cpadmin/take.h"
#include "lifecycle/records/consent.h"
#include "lifecycle/store/json_put.h"

enum { DUE_DAYS = 90, DUE_DAYS_MAX = 36500, TEXT_MAX = 120 };

/* What every verb works with. */
struct ledger {
	struct cp_session s;
	struct cp_policy *policy;
	struct cp_rules rules;
	struct cp_record record; /* where one is named */
};

static void
ledger_close(struct ledger *l)
{
	cp_policy_free(l->policy);
	cp_session_close(&l->s);
}

/* ID may be NULL; the record's row is read in a transaction where one is to
 * change. */
static enum cp_rc
ledger_open(const struct cp_call *call, enum cp_store_mode mode,
    const char *id, struct ledger *l, struct cp_err *err)
{
	enum cp_rc rc;

	memset(l, 0, sizeof(*l));
	rc = cp_session_open(call, mode, &l->s, err);
	if (rc != CP_OK)
		return rc;
	if (mode == CP_STORE_WRITE)
		rc = cp_operator_may(&l->s.op, CP_ROLE_TEAM | CP_ROLE_DPO,
		    err);
	if (rc == CP_OK)
		rc = cp_session_rules(&l->s, &l->policy, &l->rules, err);
	if (rc == CP_OK && mode == CP_STORE_WRITE)
		rc = cp_txn_begin(l->s.audit, err);
	if (rc == CP_OK && id != NULL)
		rc = cp_record_get(l->s.store, id, &l->record, err);
	if (rc != CP_OK)
		ledger_close(l);
	return rc;
}

/* ---- giving ------------------------------------------------------------------ */

static const struct cp_column given_columns[] = {
	{ "id", "ID" },
	{ "consent", "CONSENT" },
	{ "ground", "GROUND" },
	{ "by", "BY" },
	{ "given", "GIVEN" },
	{ "until", "UNTIL" },
	{ "status", "STATUS" },
	{ "next_action", "NEXT ACTION" },
	{ "next_due", "NEXT DUE" },
	{ "rule", "RULE" },
};

static void
consent_id(int64_t n, char out[24])
{
	(void)snprintf(out, 24, "C-%04lld", (long long)n);
}

static enum cp_rc
take_ground(const struct cp_call *call, enum cp_ground *out,
    struct cp_err *err)
{
	const char *text = NULL;
	enum cp_rc rc = cp_option_required(call, "ground", &text, err);

	if (rc != CP_OK || cp_ground_parse(text, out))
		return rc;
	rc = cp_fail(err, CP_USAGE, "--ground: no such ground: %.32s", text);
	cp_err_hint(err, "grounds: connexions, care-leaver, "
	    "learning-difficulty");
	return rc;
}

static enum cp_rc
take_by(const struct cp_call *call, enum cp_by *out, struct cp_err *err)
{
	const char *text = NULL;
	enum cp_rc rc = cp_option_required(call, "by", &text, err);

	if (rc != CP_OK || cp_by_parse(text, out))
		return rc;
	return cp_fail(err, CP_USAGE, "--by is self, parent or "
	    "representative");
}

static enum cp_rc
take_text(const struct cp_call *call, const char *name, size_t max,
    const char **out, struct cp_err *err)
{
	enum cp_rc rc = cp_option_required(call, name, out, err);

	if (rc == CP_OK && strlen(*out) > max)
		rc = cp_fail(err, CP_USAGE, "--%s is longer than %zu bytes",
		    name, max);
	return rc;
}

static enum cp_rc
take_consent(const struct cp_call *call, struct cp_consent *c,
    struct cp_err *err)
{
	enum cp_rc rc;

	memset(c, 0, sizeof(*c));
	rc = take_ground(call, &c->ground, err);
	if (rc == CP_OK)
		rc = take_by(call, &c->by, err);
	if (rc == CP_OK)
		rc = cp_take_date(call, "date", &c->given, err);
	if (rc == CP_OK)
		rc = take_text(call, "statement", TEXT_MAX / 2, &c->statement,
		    err);
	if (rc == CP_OK)
		rc = take_text(call, "evidence", TEXT_MAX, &c->evidence, err);
	return rc;
}

static enum cp_rc
log_given(struct ledger *l, const struct cp_call *call,
    const struct cp_consent *c, struct cp_err *err)
{
	struct cp_entry e = { "consent.give", l->record.id, NULL, NULL };
	char day[CP_DATE_TEXT], id[24];
	struct cp_buf detail;
	enum cp_rc rc;

	consent_id(c->n, id);
	cp_buf_init(&detail);
	cp_json_open(&detail, '{');
	cp_json_put_member(&detail, "consent", id);
	cp_json_put_member(&detail, "ground", cp_ground_word(c->ground));
	cp_json_put_member(&detail, "by", cp_by_word(c->by));
	cp_json_put_member(&detail, "given", cp_date_format(c->given, day));
	cp_json_put_member(&detail, "until", cp_date_format(c->until, day));
	cp_json_put_member(&detail, "statement", c->statement);
	cp_json_put_member(&detail, "evidence", c->evidence);
	if (cp_option(call, "reason") != NULL)
		cp_json_put_member(&detail, "reason",
		    cp_option(call, "reason"));
	cp_json_close(&detail, '}');
	rc = cp_buf_check(&detail, err);
	e.detail = cp_buf_text(&detail);
	if (rc == CP_OK)
		rc = cp_audit_add(l->s.audit, &e, NULL, err);
	cp_buf_clear(&detail);
	return rc;
}

/* What the record comes to now: its action, date and rule. */
static void
out_next(struct cp_out *o, const struct cp_record *r)
{
	int none = r->next_action == CP_ACTION_NONE;

	cp_out_text(o, none ? NULL : cp_action_word(r->next_action));
	cp_out_date(o, r->next_due);
	cp_out_text(o, none ? NULL : r->rule);
}

static enum cp_rc
show_given(const struct cp_call *call, const struct ledger *l,
    const struct cp_consent *c, struct cp_err *err)
{
	struct cp_out *o = NULL;
	char id[24];
	enum cp_rc rc = cp_out_object(call, "consent", given_columns,
	    sizeof(given_columns) / sizeof(given_columns[0]), &o, err);

	if (rc != CP_OK)
		return rc;
	consent_id(c->n, id);
	cp_out_text(o, l->record.id);
	cp_out_text(o, id);
	cp_out_text(o, cp_ground_word(c->ground));
	cp_out_text(o, cp_by_word(c->by));
	cp_out_date(o, c->given);
	cp_out_date(o, c->until);
	cp_out_text(o, cp_consent_status(c, l->rules.today));
	out_next(o, &l->record);
	return cp_out_end(&o, err);
}

/* The newest entry of a record is the one just made. */
static enum cp_rc
keep_last(void *ctx, const struct cp_consent *c, struct cp_err *err)
{
	struct cp_consent *last = ctx;

	(void)err;
	last->n = c->n;
	last->until = c->until;
	return CP_OK;
}

static enum cp_rc
give(struct ledger *l, const struct cp_call *call, struct cp_consent *c,
    struct cp_err *err)
{
	enum cp_rc rc;

	c->taken_by = l->s.op.name;
	rc = cp_consent_give(l->s.store, &l->rules, &l->record, c, &l->s.now,
	    err);
	if (rc == CP_OK)
		rc = cp_consent_each(l->s.store, &l->rules, &l->record,
		    keep_last, c, err);
	if (rc == CP_OK)
		rc = cp_record_at(l->s.store, l->record.n, &l->record, err);
	if (rc == CP_OK)
		rc = log_given(l, call, c, err);
	return rc == CP_OK ? cp_txn_commit(l->s.audit, err) : rc;
}

static enum cp_rc
run_give(struct cp_call *call, struct cp_err *err)
{
	struct ledger l;
	struct cp_consent c;
	enum cp_rc rc = take_consent(call, &c, err);

	if (rc == CP_OK)
		rc = ledger_open(call, CP_STORE_WRITE, cp_arg(call, 0), &l,
		    err);
	if (rc != CP_OK)
		return rc;
	rc = give(&l, call, &c, err);
	if (rc == CP_OK)
		rc = show_given(call, &l, &c, err);
	ledger_close(&l);
	return rc;
}

/* ---- ending ------------------------------------------------------------------ */

static const struct cp_column ended_columns[] = {
	{ "id", "ID" },
	{ "ground", "GROUND" },
	{ "date", "DATE" },
	{ "status", "STATUS" },
	{ "ended", "CONSENTS ENDED" },
	{ "next_action", "NEXT ACTION" },
	{ "next_due", "NEXT DUE" },
	{ "rule", "RULE" },
};

struct end {
	const char *action, *status;
	enum cp_ended_by why;
	struct cp_date date;
	enum cp_ground ground;
	const enum cp_ground *only; /* &ground, or NULL for all */
	int ended;
};

static enum cp_rc
log_end(struct ledger *l, const struct end *x, struct cp_err *err)
{
	struct cp_entry e = { x->action, l->record.id, NULL, NULL };
	char day[CP_DATE_TEXT];
	struct cp_buf detail;
	enum cp_rc rc;

	cp_buf_init(&detail);
	cp_json_open(&detail, '{');
	cp_json_put_member(&detail, "ground",
	    x->only != NULL ? cp_ground_word(x->ground) : NULL);
	cp_json_put_member(&detail, "date", cp_date_format(x->date, day));
	cp_json_put_key(&detail, "ended");
	cp_json_put_int(&detail, x->ended);
	cp_json_close(&detail, '}');
	rc = cp_buf_check(&detail, err);
	e.detail = cp_buf_text(&detail);
	if (rc == CP_OK)
		rc = cp_audit_add(l->s.audit, &e, NULL, err);
	cp_buf_clear(&detail);
	return rc;
}

static enum cp_rc
show_end(const struct cp_call *call, const struct ledger *l,
    const struct end *x, struct cp_err *err)
{
	struct cp_out *o = NULL;
	enum cp_rc rc = cp_out_object(call, "consent-end", ended_columns,
	    sizeof(ended_columns) / sizeof(ended_columns[0]), &o, err);

	if (rc != CP_OK)
		return rc;
	cp_out_text(o, l->record.id);
	cp_out_text(o, x->only != NULL ? cp_ground_word(x->ground) : NULL);
	cp_out_date(o, x->date);
	cp_out_text(o, x->status);
	cp_out_int(o, x->ended);
	out_next(o, &l->record);
	return cp_out_end(&o, err);
}

static enum cp_rc
end(struct cp_call *call, struct end *x, struct cp_err *err)
{
	struct ledger l;
	enum cp_rc rc = cp_take_date(call, "date", &x->date, err);

	if (rc == CP_OK && x->only != NULL)
		rc = take_ground(call, &x->ground, err);
	if (rc == CP_OK)
		rc = ledger_open(call, CP_STORE_WRITE, cp_arg(call, 0), &l,
		    err);
	if (rc != CP_OK)
		return rc;
	rc = cp_consent_end(l.s.store, &l.rules, &l.record, x->only, x->why,
	    x->date, l.s.op.name, &x->ended, err);
	if (rc == CP_OK)
		rc = cp_record_at(l.s.store, l.record.n, &l.record, err);
	if (rc == CP_OK)
		rc = log_end(&l, x, err);
	if (rc == CP_OK)
		rc = cp_txn_commit(l.s.audit, err);
	if (rc == CP_OK)
		rc = show_end(call, &l, x, err);
	ledger_close(&l);
	return rc;
}

static enum cp_rc
run_withdraw(struct cp_call *call, struct cp_err *err)
{
	struct end x = { .action = "consent.withdraw", .status = "withdrawn",
		.why = CP_ENDED_BY_WITHDRAWAL };

	if (cp_option(call, "ground") != NULL)
		x.only = &x.ground;
	return end(call, &x, err);
}

static enum cp_rc
run_end(struct cp_call *call, struct cp_err *err)
{
	struct end x = { .action = "consent.end", .status = "ended",
		.why = CP_ENDED_BY_GROUND };

	x.only = &x.ground;
	return end(call, &x, err);
}

/* ---- the ledger -------------------------------------------------------------- */

static const struct cp_column list_columns[] = {
	{ "id", "ID" },
	{ "consent", "CONSENT" },
	{ "ground", "GROUND" },
	{ "by", "BY" },
	{ "given", "GIVEN" },
	{ "until", "UNTIL" },
	{ "status", "STATUS" },
	{ "statement", "STATEMENT" },
	{ "taken_by", "TAKEN BY" },
};

struct list {
	struct cp_out *out;
	struct cp_date today;
	struct cp_date horizon; /* of due; none = all */
};

static enum cp_rc
list_one(void *ctx, const struct cp_consent *c, struct cp_err *err)
{
	struct list *x = ctx;
	const char *status = cp_consent_status(c, x->today);
	char id[24];

	if (cp_date_set(x->horizon) && (strcmp(status, "in-force") != 0 ||
	    !cp_date_set(c->until) || cp_date_cmp(c->until, x->horizon) > 0))
		return CP_OK;
	consent_id(c->n, id);
	cp_out_text(x->out, c->record);
	cp_out_text(x->out, id);
	cp_out_text(x->out, cp_ground_word(c->ground));
	cp_out_text(x->out, cp_by_word(c->by));
	cp_out_date(x->out, c->given);
	cp_out_date(x->out, c->until);
	cp_out_text(x->out, status);
	cp_out_text(x->out, c->statement);
	cp_out_text(x->out, c->taken_by);
	return cp_out_row(x->out, err);
}

static enum cp_rc
list(const struct cp_call *call, const char *kind, struct ledger *l,
    struct cp_date horizon, struct cp_err *err)
{
	struct list x = { NULL, l->rules.today, horizon };
	enum cp_rc rc = cp_out_table(call, kind, list_columns,
	    sizeof(list_columns) / sizeof(list_columns[0]), &x.out, err);

	if (rc == CP_OK)
		rc = cp_consent_each(l->s.store, &l->rules,
		    l->record.n != 0 ? &l->record : NULL, list_one, &x, err);
	if (rc == CP_OK)
		rc = cp_out_end(&x.out, err);
	cp_out_free(x.out);
	return rc;
}

static enum cp_rc
note_id(void *ctx, const struct cp_consent *c, struct cp_err *err)
{
	char id[24];

	(void)err;
	consent_id(c->n, id);
	cp_json_put_string(ctx, id);
	return CP_OK;
}

/* The look at a person's entries is in the log before they are shown. */
static enum cp_rc
log_look(struct ledger *l, const char *reason, struct cp_err *err)
{
	struct cp_entry e = { "consent.list", l->record.id, NULL, NULL };
	struct cp_buf detail;
	enum cp_rc rc;

	cp_buf_init(&detail);
	cp_json_open(&detail, '{');
	cp_json_put_member(&detail, "reason", reason);
	cp_json_put_key(&detail, "returned");
	cp_json_open(&detail, '[');
	rc = cp_consent_each(l->s.store, &l->rules, &l->record, note_id,
	    &detail, err);
	cp_json_close(&detail, ']');
	cp_json_close(&detail, '}');
	if (rc == CP_OK)
		rc = cp_buf_check(&detail, err);
	e.detail = cp_buf_text(&detail);
	if (rc == CP_OK)
		rc = cp_audit_add(l->s.audit, &e, NULL, err);
	cp_buf_clear(&detail);
	return rc == CP_OK ? cp_txn_commit(l->s.audit, err) : rc;
}

static enum cp_rc
run_list(struct cp_call *call, struct cp_err *err)
{
	struct ledger l;
	const char *id = cp_arg(call, 0), *reason = NULL;
	enum cp_rc rc = CP_OK;

	if (id != NULL)
		rc = cp_session_reason(call, &reason, err);
	if (rc == CP_OK)
		rc = ledger_open(call, id != NULL ? CP_STORE_WRITE :
		    CP_STORE_READ, id, &l, err);
	if (rc != CP_OK)
		return rc;
	if (id != NULL)
		rc = log_look(&l, reason, err);
	if (rc == CP_OK)
		rc = list(call, "consents", &l, (struct cp_date){ 0 }, err);
	ledger_close(&l);
	return rc;
}

static enum cp_rc
run_due(struct cp_call *call, struct cp_err *err)
{
	const char *text = cp_option(call, "within");
	int32_t days = DUE_DAYS;
	struct ledger l;
	enum cp_rc rc;

	if (text != NULL) {
		if (text[0] == '\0' || strlen(text) > 5 ||
		    strspn(text, "0123456789") != strlen(text) ||
		    strtol(text, NULL, 10) > DUE_DAYS_MAX)
			return cp_fail(err, CP_USAGE, "--within is a number "
			    "of days, at most %d", DUE_DAYS_MAX);
		days = (int32_t)strtol(text, NULL, 10);
	}
	rc = ledger_open(call, CP_STORE_READ, NULL, &l, err);
	if (rc != CP_OK)
		return rc;
	rc = list(call, "consents-due", &l,
	    cp_date_add_days(l.rules.today, days), err);
	ledger_close(&l);
	return rc;
}

/* ---- tables ------------------------------------------------------------------ */

static const struct cp_opt give_options[] = {
	{ "ground", 0, CP_OPT_TEXT, "G",
	    "connexions, care-leaver or learning-difficulty" },
	{ "by", 0, CP_OPT_TEXT, "B", "self, parent or representative" },
	{ "date", 0, CP_OPT_TEXT, "D", "the day on which it was given" },
	{ "statement", 0, CP_OPT_TEXT, "V",
	    "version of the statement they were shown" },
	{ "evidence", 0, CP_OPT_TEXT, "REF", "reference of the evidence" },
	{ NULL, 0, CP_OPT_FLAG, NULL, NULL },
};
static const struct cp_opt end_options[] = {
	{ "ground", 0, CP_OPT_TEXT, "G",
	    "connexions, care-leaver or learning-difficulty" },
	{ "date", 0, CP_OPT_TEXT, "D", "the day from which it is over" },
	{ NULL, 0, CP_OPT_FLAG, NULL, NULL },
};
static const struct cp_opt due_options[] = {
	{ "within", 0, CP_OPT_TEXT, "DAYS", "days to look ahead, default 90" },
	{ NULL, 0, CP_OPT_FLAG, NULL, NULL },
};

static const struct cp_verb verbs[] = {
	{ "give", "ID --ground G --by B --date D --statement V --evidence REF "
	    "[--reason T]", "enter a consent", give_options,
	    CP_TAKES_USUAL | CP_TAKES_REASON, 1, 1, run_give },
	{ "withdraw", "ID --date D [--ground G]",
	    "enter that consent was withdrawn", end_options, CP_TAKES_USUAL,
	    1, 1, run_withdraw },
	{ "end", "ID --ground G --date D", "enter that a ground has ended",
	    end_options, CP_TAKES_USUAL, 1, 1, run_end },
	{ "list", "[ID --reason T] [--columns NAME,...]",
	    "the ledger, of one record or of all", NULL,
	    CP_TAKES_USUAL | CP_TAKES_REASON | CP_TAKES_COLUMNS, 0, 1,
	    run_list },
	{ "due", "[--within DAYS] [--columns NAME,...]",
	    "consents that end soon", due_options,
	    CP_TAKES_USUAL | CP_TAKES_COLUMNS, 0, 0, run_due },
	{ NULL, NULL, NULL, NULL, 0, 0, 0, NULL },
};

const struct cp_command cp_command_consent = {
	"consent", "who agreed that a record stays past 18", verbs
};
