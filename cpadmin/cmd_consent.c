#include <stdio.h>
#include <string.h>

#include "cpadmin/ledger.h"
#include "cpadmin/out.h"
#include "cpadmin/take.h"
#include "lifecycle/records/consent.h"
#include "lifecycle/store/json_put.h"

enum { TEXT_MAX = 120 };

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
log_given(struct cp_ledger *l, const struct cp_call *call,
    const struct cp_consent *c, struct cp_err *err)
{
	struct cp_entry e = { "consent.give", l->record.id, NULL, NULL };
	char day[CP_DATE_TEXT], id[CP_CONSENT_ID];
	struct cp_buf detail;
	enum cp_rc rc;

	cp_consent_id(c->n, id);
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
show_given(const struct cp_call *call, const struct cp_ledger *l,
    const struct cp_consent *c, struct cp_err *err)
{
	struct cp_out *o = NULL;
	char id[CP_CONSENT_ID];
	enum cp_rc rc = cp_out_object(call, "consent", given_columns,
	    sizeof(given_columns) / sizeof(given_columns[0]), &o, err);

	if (rc != CP_OK)
		return rc;
	cp_consent_id(c->n, id);
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
give(struct cp_ledger *l, const struct cp_call *call, struct cp_consent *c,
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
	struct cp_ledger l;
	struct cp_consent c;
	enum cp_rc rc = take_consent(call, &c, err);

	if (rc == CP_OK)
		rc = cp_ledger_open(call, CP_STORE_WRITE, cp_arg(call, 0), &l,
		    err);
	if (rc != CP_OK)
		return rc;
	rc = give(&l, call, &c, err);
	if (rc == CP_OK)
		rc = show_given(call, &l, &c, err);
	cp_ledger_close(&l);
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
log_end(struct cp_ledger *l, const struct end *x, struct cp_err *err)
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
show_end(const struct cp_call *call, const struct cp_ledger *l,
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
	struct cp_ledger l;
	enum cp_rc rc = cp_take_date(call, "date", &x->date, err);

	if (rc == CP_OK && x->only != NULL)
		rc = take_ground(call, &x->ground, err);
	if (rc == CP_OK)
		rc = cp_ledger_open(call, CP_STORE_WRITE, cp_arg(call, 0), &l,
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
	cp_ledger_close(&l);
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
	    cp_ledger_run_list },
	{ "due", "[--within DAYS] [--columns NAME,...]",
	    "consents that end soon", due_options,
	    CP_TAKES_USUAL | CP_TAKES_COLUMNS, 0, 0,
	    cp_ledger_run_due },
	{ NULL, NULL, NULL, NULL, 0, 0, 0, NULL },
};

const struct cp_command cp_command_consent = {
	"consent", "who agreed that a record stays past 18", verbs
};
