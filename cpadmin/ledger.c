#include "cpadmin/ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpadmin/take.h"
#include "lifecycle/records/consent_sensitive.h"
#include "lifecycle/records/gate.h"
#include "lifecycle/store/json_put.h"

enum { DUE_DAYS = 90, DUE_DAYS_MAX = 36500, ID_DIGITS = 18 };

/* ---- shared ------------------------------------------------------------- */

void
cp_ledger_close(struct cp_ledger *l)
{
	cp_policy_free(l->policy);
	cp_session_close(&l->s);
}

enum cp_rc
cp_ledger_open(const struct cp_call *call, enum cp_store_mode mode,
    const char *id, struct cp_ledger *l, struct cp_err *err)
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
	if (rc == CP_OK && mode == CP_STORE_WRITE)
		rc = cp_consent_settle(l->s.store, &l->rules, err);
	if (rc == CP_OK && id != NULL)
		rc = cp_record_get(l->s.store, id, &l->record, err);
	if (rc == CP_OK && id != NULL)
		rc = cp_operator_reach(&l->s.op, l->record.id,
		    l->record.authority, err);
	if (rc != CP_OK)
		cp_ledger_close(l);
	return rc;
}

/* As record show: most people see that there is one, and no more. */
int
cp_ledger_sees(const struct cp_ledger *l, const struct cp_consent *c)
{
	return c->kind == CP_CONSENT_STAY ||
	    (l->s.op.roles & (CP_ROLE_DPO | CP_ROLE_SHIELD)) != 0;
}

void
cp_consent_id(int64_t n, char out[CP_CONSENT_ID])
{
	(void)snprintf(out, CP_CONSENT_ID, "C-%04lld", (long long)n);
}

enum cp_rc
cp_consent_take_id(const char *text, int64_t *n, struct cp_err *err)
{
	size_t len = strlen(text);

	if (strncmp(text, "C-", 2) != 0 || len < 3 || len > 2 + ID_DIGITS ||
	    strspn(text + 2, "0123456789") != len - 2 ||
	    (*n = strtoll(text + 2, NULL, 10)) == 0)
		return cp_fail(err, CP_USAGE, "--consent is a number such as "
		    "C-0001");
	return CP_OK;
}

enum cp_rc
cp_ledger_ground(const struct cp_call *call, struct cp_consent *c,
    struct cp_err *err)
{
	const char *text = NULL;
	enum cp_rc rc = cp_option_required(call, "ground", &text, err);

	if (rc != CP_OK || cp_consent_ground(text, c))
		return rc;
	rc = cp_fail(err, CP_USAGE, "--ground: no such ground: %.32s", text);
	cp_err_hint(err, "grounds: connexions, care-leaver, "
	    "learning-difficulty; of a sensitive service: sensitive-service, "
	    "significant-harm");
	return rc;
}

enum cp_rc
cp_ledger_text(const struct cp_call *call, const char *name, size_t max,
    const char **out, struct cp_err *err)
{
	enum cp_rc rc = cp_option_required(call, name, out, err);

	if (rc == CP_OK && (*out)[strspn(*out, " \t")] == '\0')
		rc = cp_fail(err, CP_USAGE, "--%s is empty", name);
	if (rc == CP_OK && strlen(*out) > max)
		rc = cp_fail(err, CP_USAGE, "--%s is longer than %zu bytes",
		    name, max);
	return rc;
}

void
cp_ledger_out_next(struct cp_out *o, const struct cp_record *r)
{
	int none = r->next_action == CP_ACTION_NONE;

	cp_out_text(o, none ? NULL : cp_action_word(r->next_action));
	cp_out_date(o, r->next_due);
	cp_out_text(o, none ? NULL : r->rule);
}

/* ---- rows --------------------------------------------------------------- */

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
	{ "renews", "RENEWS" },
	{ "confirmed", NULL },
	{ "confirm_due", NULL },
	{ "method", NULL },
	{ "evidence", NULL },
	{ "best_interests", NULL },
	{ "late_reason", NULL },
	{ "entered", NULL },
	{ "ended", NULL },
	{ "end_evidence", NULL },
	{ "ended_by", NULL },
};
static const struct cp_column due_columns[] = {
	{ "id", "ID" },
	{ "consent", "CONSENT" },
	{ "due", "DUE" },
	{ "why", "WHY" },
	{ "ground", "GROUND" },
	{ "by", "BY" },
	{ "given", "GIVEN" },
	{ "until", "UNTIL" },
	{ "status", "STATUS" },
	{ "confirmed", "CONFIRMED" },
	{ "statement", NULL },
	{ "taken_by", NULL },
};
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
enum { LIST_HEAD = 7 }; /* columns of the list for every entry */

struct list {
	struct cp_ledger *l;
	struct cp_out *out;
};

static void
out_optional(struct cp_out *o, const char *text)
{
	cp_out_text(o, text[0] != '\0' ? text : NULL);
}

static void
out_nulls(struct cp_out *o, size_t n)
{
	while (n-- > 0)
		cp_out_text(o, NULL);
}

static void
out_head(struct cp_out *o, const struct cp_consent *c, struct cp_date today)
{
	out_optional(o, c->by_word);
	cp_out_date(o, c->given);
	cp_out_date(o, c->until);
	cp_out_text(o, cp_consent_status(c, today));
}

static enum cp_rc
list_one(void *ctx, const struct cp_consent *c, struct cp_err *err)
{
	struct list *x = ctx;
	struct cp_out *o = x->out;
	char id[CP_CONSENT_ID];

	if (!cp_ledger_sees(x->l, c) ||
	    !cp_operator_reaches(&x->l->s.op, c->authority))
		return CP_OK;
	cp_consent_id(c->n, id);
	cp_out_text(o, c->record);
	cp_out_text(o, id);
	cp_out_text(o, c->ground_word);
	out_head(o, c, x->l->rules.today);
	out_optional(o, c->statement);
	out_optional(o, c->taken_by);
	cp_consent_id(c->renews, id);
	cp_out_text(o, c->renews != 0 ? id : NULL);
	cp_out_date(o, c->confirmed);
	cp_out_date(o, c->confirm_due);
	out_optional(o, c->method);
	out_optional(o, c->evidence);
	out_optional(o, c->best_interests);
	out_optional(o, c->late_reason);
	out_optional(o, c->entered);
	cp_out_date(o, c->ended);
	out_optional(o, c->end_evidence);
	out_optional(o, c->ended_who);
	return cp_out_row(o, err);
}

/* That there is an unspecified sensitive service, for who sees no more. */
static enum cp_rc
list_masked(struct list *x, struct cp_err *err)
{
	struct cp_consent any = { .kind = CP_CONSENT_SENSITIVE };
	struct cp_document *doc = NULL;
	int has;
	enum cp_rc rc;

	if (cp_ledger_sees(x->l, &any) || x->l->record.state != CP_STATE_LIVE)
		return CP_OK;
	rc = cp_gate_document(x->l->s.store, &x->l->record, CP_FOR_DECIDE,
	    &doc, err);
	has = rc == CP_OK && cp_document_has_sensitive(doc);
	cp_document_free(doc);
	if (!has)
		return rc;
	cp_out_text(x->out, x->l->record.id);
	cp_out_text(x->out, NULL);
	cp_out_text(x->out, CP_CONSENT_MASKED);
	out_nulls(x->out, 3);
	cp_out_text(x->out, "in-force");
	out_nulls(x->out, COUNT(list_columns) - LIST_HEAD);
	return cp_out_row(x->out, err);
}

static enum cp_rc
list(const struct cp_call *call, struct cp_ledger *l, struct cp_err *err)
{
	struct list x = { l, NULL };
	enum cp_rc rc = cp_out_table(call, "consents", list_columns,
	    COUNT(list_columns), &x.out, err);

	if (rc == CP_OK)
		rc = cp_consent_each(l->s.store, &l->rules,
		    l->record.n != 0 ? &l->record : NULL, list_one, &x, err);
	if (rc == CP_OK && l->record.n != 0)
		rc = list_masked(&x, err);
	if (rc == CP_OK)
		rc = cp_out_end(&x.out, err);
	cp_out_free(x.out);
	return rc;
}

/* ---- list --------------------------------------------------------------- */

struct look {
	const struct cp_ledger *l;
	struct cp_buf detail;
};

static enum cp_rc
note_id(void *ctx, const struct cp_consent *c, struct cp_err *err)
{
	struct look *x = ctx;
	char id[CP_CONSENT_ID];

	(void)err;
	cp_consent_id(c->n, id);
	if (cp_ledger_sees(x->l, c))
		cp_json_put_string(&x->detail, id);
	return CP_OK;
}

/* The look at a person's entries is in the log before they are shown. */
static enum cp_rc
log_look(struct cp_ledger *l, const char *reason, struct cp_err *err)
{
	struct cp_entry e = { "consent.list", l->record.id, NULL, NULL };
	struct look x = { .l = l };
	enum cp_rc rc;

	cp_buf_init(&x.detail);
	cp_json_open(&x.detail, '{');
	cp_json_put_member(&x.detail, "reason", reason);
	cp_json_put_key(&x.detail, "returned");
	cp_json_open(&x.detail, '[');
	rc = cp_consent_each(l->s.store, &l->rules, &l->record, note_id, &x,
	    err);
	cp_json_close(&x.detail, ']');
	cp_json_close(&x.detail, '}');
	if (rc == CP_OK)
		rc = cp_buf_check(&x.detail, err);
	e.detail = cp_buf_text(&x.detail);
	if (rc == CP_OK)
		rc = cp_audit_add(l->s.audit, &e, NULL, err);
	cp_buf_clear(&x.detail);
	return rc == CP_OK ? cp_txn_commit(l->s.audit, err) : rc;
}

enum cp_rc
cp_ledger_run_list(struct cp_call *call, struct cp_err *err)
{
	struct cp_ledger l;
	const char *id = cp_arg(call, 0), *reason = NULL;
	enum cp_rc rc = CP_OK;

	if (id != NULL)
		rc = cp_session_reason(call, &reason, err);
	if (rc == CP_OK)
		rc = cp_ledger_open(call, id != NULL ? CP_STORE_WRITE :
		    CP_STORE_READ, id, &l, err);
	if (rc != CP_OK)
		return rc;
	if (id != NULL)
		rc = log_look(&l, reason, err);
	if (rc == CP_OK)
		rc = list(call, &l, err);
	cp_ledger_close(&l);
	return rc;
}

/* ---- due ---------------------------------------------------------------- */

static enum cp_rc
due_one(void *ctx, const struct cp_consent *c, enum cp_consent_why why,
    struct cp_date due, struct cp_err *err)
{
	struct list *x = ctx;
	struct cp_out *o = x->out;
	int sees = cp_ledger_sees(x->l, c);
	char id[CP_CONSENT_ID];

	if (!cp_operator_reaches(&x->l->s.op, c->authority))
		return CP_OK;
	cp_consent_id(c->n, id);
	cp_out_text(o, c->record);
	cp_out_text(o, sees ? id : NULL);
	cp_out_date(o, due);
	cp_out_text(o, cp_consent_why_word(why));
	cp_out_text(o, sees ? c->ground_word : CP_CONSENT_MASKED);
	if (sees) {
		out_head(o, c, x->l->rules.today);
		cp_out_date(o, c->confirmed);
		out_optional(o, c->statement);
		out_optional(o, c->taken_by);
	} else {
		out_nulls(o, 2);
		cp_out_date(o, c->until);
		cp_out_text(o, "in-force");
		out_nulls(o, 3);
	}
	return cp_out_row(o, err);
}

static enum cp_rc
take_within(const struct cp_call *call, int32_t *days, struct cp_err *err)
{
	const char *text = cp_option(call, "within");

	*days = DUE_DAYS;
	if (text == NULL)
		return CP_OK;
	if (text[0] == '\0' || strlen(text) > 5 ||
	    strspn(text, "0123456789") != strlen(text) ||
	    strtol(text, NULL, 10) > DUE_DAYS_MAX)
		return cp_fail(err, CP_USAGE, "--within is a number of days, "
		    "at most %d", DUE_DAYS_MAX);
	*days = (int32_t)strtol(text, NULL, 10);
	return CP_OK;
}

enum cp_rc
cp_ledger_run_due(struct cp_call *call, struct cp_err *err)
{
	struct cp_ledger l;
	struct list x = { &l, NULL };
	int32_t days = 0;
	enum cp_rc rc = take_within(call, &days, err);

	if (rc == CP_OK)
		rc = cp_ledger_open(call, CP_STORE_READ, NULL, &l, err);
	if (rc != CP_OK)
		return rc;
	rc = cp_out_table(call, "consents-due", due_columns,
	    COUNT(due_columns), &x.out, err);
	if (rc == CP_OK)
		rc = cp_consent_due(l.s.store, &l.rules,
		    cp_date_add_days(l.rules.today, days), due_one, &x, err);
	if (rc == CP_OK)
		rc = cp_out_end(&x.out, err);
	cp_out_free(x.out);
	cp_ledger_close(&l);
	return rc;
}
