#include "cpadmin/ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpadmin/out.h"
#include "cpadmin/take.h"
#include "lifecycle/records/consent.h"
#include "lifecycle/store/json_put.h"

enum { DUE_DAYS = 90, DUE_DAYS_MAX = 36500 };

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
	if (rc == CP_OK && id != NULL)
		rc = cp_record_get(l->s.store, id, &l->record, err);
	if (rc != CP_OK)
		cp_ledger_close(l);
	return rc;
}

void
cp_consent_id(int64_t n, char out[CP_CONSENT_ID])
{
	(void)snprintf(out, CP_CONSENT_ID, "C-%04lld", (long long)n);
}

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
	char id[CP_CONSENT_ID];

	if (cp_date_set(x->horizon) && (strcmp(status, "in-force") != 0 ||
	    !cp_date_set(c->until) || cp_date_cmp(c->until, x->horizon) > 0))
		return CP_OK;
	cp_consent_id(c->n, id);
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
list(const struct cp_call *call, const char *kind, struct cp_ledger *l,
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
	char id[CP_CONSENT_ID];

	(void)err;
	cp_consent_id(c->n, id);
	cp_json_put_string(ctx, id);
	return CP_OK;
}

/* The look at a person's entries is in the log before they are shown. */
static enum cp_rc
log_look(struct cp_ledger *l, const char *reason, struct cp_err *err)
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
		rc = list(call, "consents", &l, (struct cp_date){ 0 }, err);
	cp_ledger_close(&l);
	return rc;
}

enum cp_rc
cp_ledger_run_due(struct cp_call *call, struct cp_err *err)
{
	const char *text = cp_option(call, "within");
	int32_t days = DUE_DAYS;
	struct cp_ledger l;
	enum cp_rc rc;

	if (text != NULL) {
		if (text[0] == '\0' || strlen(text) > 5 ||
		    strspn(text, "0123456789") != strlen(text) ||
		    strtol(text, NULL, 10) > DUE_DAYS_MAX)
			return cp_fail(err, CP_USAGE, "--within is a number "
			    "of days, at most %d", DUE_DAYS_MAX);
		days = (int32_t)strtol(text, NULL, 10);
	}
	rc = cp_ledger_open(call, CP_STORE_READ, NULL, &l, err);
	if (rc != CP_OK)
		return rc;
	rc = list(call, "consents-due", &l,
	    cp_date_add_days(l.rules.today, days), err);
	cp_ledger_close(&l);
	return rc;
}
