#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpadmin/ledger.h"
#include "cpadmin/take.h"
#include "lifecycle/records/consent_sensitive.h"
#include "lifecycle/store/json_put.h"

static const struct cp_column columns[] = {
	{ "id", "ID" },
	{ "consent", "CONSENT" },
	{ "ground", "GROUND" },
	{ "by", "BY" },
	{ "given", "GIVEN" },
	{ "until", "UNTIL" },
	{ "status", "STATUS" },
	{ "renews", "RENEWS" },
	{ "confirm_due", "TO BE CONFIRMED" },
	{ "statement_kept", NULL },
	{ "next_action", "NEXT ACTION" },
	{ "next_due", "NEXT DUE" },
	{ "rule", "RULE" },
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]), INVOLVEMENT_MAX = 3 };

struct giving {
	struct cp_consent c;
	size_t involvement;
	int kept; /* the words of the statement are */
};

/* ---- options ------------------------------------------------------------ */

static enum cp_rc
take_by(const struct cp_call *call, struct cp_consent *c, struct cp_err *err)
{
	enum cp_rc rc = cp_option_required(call, "by", &c->by_word, err);

	if (rc != CP_OK || cp_by_parse(c->by_word, &c->by))
		return rc;
	return cp_fail(err, CP_USAGE, "--by is self, parent or "
	    "representative");
}

/* A text that may be absent, of at most CP_CONSENT_TEXT bytes. */
static enum cp_rc
take_optional(const struct cp_call *call, const char *name, const char **out,
    struct cp_err *err)
{
	return cp_option(call, name) == NULL ? CP_OK :
	    cp_ledger_text(call, name, CP_CONSENT_TEXT, out, err);
}

static enum cp_rc
take_best_interests(const struct cp_call *call, struct cp_consent *c,
    struct cp_err *err)
{
	enum cp_rc rc = take_optional(call, "best-interests",
	    &c->best_interests, err);

	if (rc != CP_OK)
		return rc;
	if (c->best_interests != NULL && c->by != CP_BY_REPRESENTATIVE)
		return cp_fail(err, CP_USAGE, "--best-interests is for "
		    "consent by a representative");
	if (c->by != CP_BY_REPRESENTATIVE || c->best_interests != NULL)
		return CP_OK;
	(void)cp_fail(err, CP_USAGE, "--best-interests is missing: a "
	    "representative consents in the person's best interests");
	cp_err_hint(err, "give the reference of that decision with "
	    "--best-interests REF");
	return CP_USAGE;
}

/* Who gave it and what they were shown; nobody gives significant harm. */
static enum cp_rc
take_giver(const struct cp_call *call, struct cp_consent *c,
    struct cp_err *err)
{
	static const char *const not[] = { "by", "statement", "method",
		"best-interests" };
	enum cp_rc rc;

	if (c->kind == CP_CONSENT_HARM) {
		for (size_t i = 0; i < sizeof(not) / sizeof(not[0]); i++)
			if (cp_option(call, not[i]) != NULL)
				return cp_fail(err, CP_USAGE, "--%s is not for "
				    "significant harm, which rests on no "
				    "consent", not[i]);
		c->by_word = c->statement = "";
		return cp_session_reason(call, &c->late_reason, err);
	}
	rc = take_by(call, c, err);
	if (rc == CP_OK)
		rc = take_best_interests(call, c, err);
	if (rc == CP_OK)
		rc = cp_ledger_text(call, "statement", CP_CONSENT_TEXT / 2,
		    &c->statement, err);
	c->method = cp_option(call, "method");
	if (rc == CP_OK && c->method != NULL && !cp_consent_method(c->method))
		rc = cp_fail(err, CP_USAGE, "--method is in-person, phone, "
		    "letter, online or video");
	return rc;
}

static enum cp_rc
take_involvement(const struct cp_call *call, struct giving *g,
    struct cp_err *err)
{
	const char *text = cp_option(call, "involvement");

	if (g->c.kind == CP_CONSENT_STAY)
		return text == NULL ? CP_OK : cp_fail(err, CP_USAGE,
		    "--involvement is for sensitive services");
	if (text == NULL) {
		(void)cp_fail(err, CP_USAGE, "--involvement is missing");
		cp_err_hint(err, "the place of the involvement in the record, "
		    "from 0, as `record correct' counts them");
		return CP_USAGE;
	}
	if (text[0] == '\0' || strlen(text) > INVOLVEMENT_MAX ||
	    strspn(text, "0123456789") != strlen(text))
		return cp_fail(err, CP_USAGE, "--involvement is a number from "
		    "0");
	g->involvement = (size_t)strtoul(text, NULL, 10);
	return CP_OK;
}

static enum cp_rc
take(const struct cp_call *call, struct giving *g, struct cp_err *err)
{
	enum cp_rc rc;

	memset(g, 0, sizeof(*g));
	g->kept = 1;
	g->c.late_reason = cp_option(call, "reason");
	rc = cp_ledger_ground(call, &g->c, err);
	if (rc == CP_OK)
		rc = cp_take_date(call, "date", &g->c.given, err);
	if (rc == CP_OK)
		rc = cp_ledger_text(call, "evidence", CP_CONSENT_TEXT,
		    &g->c.evidence, err);
	if (rc == CP_OK)
		rc = take_giver(call, &g->c, err);
	return rc == CP_OK ? take_involvement(call, g, err) : rc;
}

/* ---- entering ----------------------------------------------------------- */

static void
put_if(struct cp_buf *b, const char *key, const char *text)
{
	if (text != NULL && text[0] != '\0')
		cp_json_put_member(b, key, text);
}

static void
put_given(struct cp_buf *b, const struct cp_call *call,
    const struct cp_consent *c)
{
	char day[CP_DATE_TEXT], id[CP_CONSENT_ID];

	cp_json_put_member(b, "ground", c->ground_word);
	put_if(b, "by", c->by_word);
	cp_json_put_member(b, "given", cp_date_format(c->given, day));
	cp_json_put_member(b, "until", cp_date_format(c->until, day));
	put_if(b, "statement", c->statement);
	cp_json_put_member(b, "evidence", c->evidence);
	put_if(b, "method", c->method);
	put_if(b, "best_interests", c->best_interests);
	cp_consent_id(c->renews, id);
	put_if(b, "renews", c->renews != 0 ? id : "");
	put_if(b, "reason", cp_option(call, "reason"));
}

/* Many read the log: of a sensitive service it has the entry's number, and
 * the rest is in the ledger for those who may see it. */
static enum cp_rc
log_given(struct cp_ledger *l, const struct cp_call *call,
    const struct cp_consent *c, struct cp_err *err)
{
	struct cp_entry e = { "consent.give", l->record.id, NULL, NULL };
	char id[CP_CONSENT_ID];
	struct cp_buf detail;
	enum cp_rc rc;

	cp_consent_id(c->n, id);
	cp_buf_init(&detail);
	cp_json_open(&detail, '{');
	cp_json_put_member(&detail, "consent", id);
	if (c->kind == CP_CONSENT_STAY)
		put_given(&detail, call, c);
	else
		cp_json_put_member(&detail, "ground", CP_CONSENT_MASKED);
	cp_json_close(&detail, '}');
	rc = cp_buf_check(&detail, err);
	e.detail = cp_buf_text(&detail);
	if (rc == CP_OK)
		rc = cp_audit_add(l->s.audit, &e, NULL, err);
	cp_buf_clear(&detail);
	return rc;
}

static enum cp_rc
keep_dates(void *ctx, const struct cp_consent *c, struct cp_err *err)
{
	struct cp_consent *mine = ctx;

	(void)err;
	if (c->n == mine->n) {
		mine->until = c->until;
		mine->confirm_due = c->confirm_due;
	}
	return CP_OK;
}

static enum cp_rc
give(struct cp_ledger *l, const struct cp_call *call, struct giving *g,
    struct cp_err *err)
{
	struct cp_consent *c = &g->c;
	enum cp_rc rc;

	c->taken_by = l->s.op.name;
	rc = c->kind == CP_CONSENT_STAY ? cp_consent_give(l->s.store,
	    &l->rules, &l->record, c, &l->s.now, err) :
	    cp_sensitive_give(l->s.store, &l->rules, &l->record,
	    g->involvement, c, &l->s.now, err);
	if (rc == CP_OK && c->statement[0] != '\0')
		rc = cp_ledger_statement(l, c->statement, &g->kept, err);
	if (rc == CP_OK)
		rc = cp_consent_each(l->s.store, &l->rules, &l->record,
		    keep_dates, c, err);
	if (rc == CP_OK)
		rc = cp_record_at(l->s.store, l->record.n, &l->record, err);
	if (rc == CP_OK)
		rc = log_given(l, call, c, err);
	return rc == CP_OK ? cp_txn_commit(l->s.audit, err) : rc;
}

/* ---- telling ------------------------------------------------------------ */

static void
out_optional(struct cp_out *o, const char *text)
{
	cp_out_text(o, text != NULL && text[0] != '\0' ? text : NULL);
}

static enum cp_rc
show(const struct cp_call *call, const struct cp_ledger *l,
    const struct giving *g, struct cp_err *err)
{
	const struct cp_consent *c = &g->c;
	struct cp_out *o = NULL;
	char id[CP_CONSENT_ID];
	enum cp_rc rc = cp_out_object(call, "consent", columns, COLUMNS, &o,
	    err);

	if (rc != CP_OK)
		return rc;
	cp_consent_id(c->n, id);
	cp_out_text(o, l->record.id);
	cp_out_text(o, id);
	cp_out_text(o, c->ground_word);
	out_optional(o, c->by_word);
	cp_out_date(o, c->given);
	cp_out_date(o, c->until);
	cp_out_text(o, cp_consent_status(c, l->rules.today));
	cp_consent_id(c->renews, id);
	cp_out_text(o, c->renews != 0 ? id : NULL);
	cp_out_date(o, c->confirm_due);
	cp_out_bool(o, g->kept);
	cp_ledger_out_next(o, &l->record);
	return cp_out_end(&o, err);
}

static void
say(const struct cp_call *call, const struct cp_ledger *l,
    const struct giving *g)
{
	struct cp_buf safe;

	if (!g->kept) {
		cp_buf_init(&safe);
		cp_out_escape(&safe, g->c.statement);
		cp_say(call, "warning: the words of statement %s are not kept "
		    "here; keep them with `cpadmin consent statement add %s "
		    "FILE'", cp_buf_text(&safe), cp_buf_text(&safe));
		cp_buf_clear(&safe);
	}
	if (g->c.kind == CP_CONSENT_STAY && l->record.next_action ==
	    CP_ACTION_ARCHIVE && cp_date_cmp(l->record.next_due,
	    l->rules.today) <= 0)
		cp_say(call, "warning: this does not keep the record: the next "
		    "run archives it (%s)", l->record.rule);
}

enum cp_rc
cp_consent_run_give(struct cp_call *call, struct cp_err *err)
{
	struct cp_ledger l;
	struct giving g;
	enum cp_rc rc = take(call, &g, err);

	if (rc == CP_OK)
		rc = cp_ledger_open(call, CP_STORE_WRITE, cp_arg(call, 0), &l,
		    err);
	if (rc != CP_OK)
		return rc;
	rc = give(&l, call, &g, err);
	if (rc == CP_OK) {
		say(call, &l, &g);
		rc = show(call, &l, &g, err);
	}
	cp_ledger_close(&l);
	return rc;
}
