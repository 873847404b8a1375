#include <stdio.h>
#include <string.h>

#include "cpadmin/ledger.h"
#include "cpadmin/take.h"
#include "lifecycle/store/json_put.h"

/* ---- ending ------------------------------------------------------------- */

static const struct cp_column end_columns[] = {
	{ "id", "ID" },
	{ "ground", "GROUND" },
	{ "consent", NULL },
	{ "date", "DATE" },
	{ "status", "STATUS" },
	{ "ended", "CONSENTS ENDED" },
	{ "removed", "INVOLVEMENTS REMOVED" },
	{ "next_action", "NEXT ACTION" },
	{ "next_due", "NEXT DUE" },
	{ "rule", "RULE" },
};

static const char *
status_word(const struct cp_consent_ending *e)
{
	return e->why == CP_ENDED_BY_GROUND ? "ended" : "withdrawn";
}

static enum cp_rc
log_end(struct cp_ledger *l, const struct cp_consent_ending *e,
    struct cp_err *err)
{
	struct cp_entry entry = { e->why == CP_ENDED_BY_GROUND ?
	    "consent.end" : "consent.withdraw", l->record.id, NULL, NULL };
	char day[CP_DATE_TEXT], id[CP_CONSENT_ID];
	struct cp_buf detail;
	enum cp_rc rc;

	cp_consent_id(e->n, id);
	cp_buf_init(&detail);
	cp_json_open(&detail, '{');
	cp_json_put_member(&detail, "ground", e->sensitive ?
	    CP_CONSENT_MASKED : e->ground);
	if (e->n != 0)
		cp_json_put_member(&detail, "consent", id);
	cp_json_put_member(&detail, "date", cp_date_format(e->date, day));
	if (e->evidence != NULL && !e->sensitive)
		cp_json_put_member(&detail, "evidence", e->evidence);
	cp_json_put_key(&detail, "ended");
	cp_json_put_int(&detail, e->ended);
	cp_json_put_key(&detail, "removed");
	cp_json_put_int(&detail, e->removed);
	cp_json_close(&detail, '}');
	rc = cp_buf_check(&detail, err);
	entry.detail = cp_buf_text(&detail);
	if (rc == CP_OK)
		rc = cp_audit_add(l->s.audit, &entry, NULL, err);
	cp_buf_clear(&detail);
	return rc;
}

static enum cp_rc
show_end(const struct cp_call *call, const struct cp_ledger *l,
    const struct cp_consent_ending *e, struct cp_err *err)
{
	struct cp_out *o = NULL;
	char id[CP_CONSENT_ID];
	enum cp_rc rc = cp_out_object(call, "consent-end", end_columns,
	    sizeof(end_columns) / sizeof(end_columns[0]), &o, err);

	if (rc != CP_OK)
		return rc;
	cp_consent_id(e->n, id);
	cp_out_text(o, l->record.id);
	cp_out_text(o, e->ground);
	cp_out_text(o, e->n != 0 ? id : NULL);
	cp_out_date(o, e->date);
	cp_out_text(o, status_word(e));
	cp_out_int(o, e->ended);
	cp_out_int(o, e->removed);
	cp_ledger_out_next(o, &l->record);
	return cp_out_end(&o, err);
}

static enum cp_rc
take_end(const struct cp_call *call, struct cp_consent_ending *e,
    struct cp_err *err)
{
	struct cp_consent c = { 0 };
	enum cp_rc rc = cp_take_date(call, "date", &e->date, err);

	if (rc == CP_OK && cp_option(call, "consent") != NULL)
		rc = cp_consent_take_id(cp_option(call, "consent"), &e->n,
		    err);
	if (rc == CP_OK && (cp_option(call, "ground") != NULL ||
	    (e->why == CP_ENDED_BY_GROUND && e->n == 0)))
		rc = cp_ledger_ground(call, &c, err);
	e->ground = c.ground_word;
	if (rc == CP_OK && cp_option(call, "evidence") != NULL)
		rc = cp_ledger_text(call, "evidence", CP_CONSENT_TEXT,
		    &e->evidence, err);
	return rc;
}

static enum cp_rc
end(struct cp_call *call, enum cp_ended_by why, struct cp_err *err)
{
	struct cp_consent_ending e = { .why = why };
	struct cp_ledger l;
	enum cp_rc rc = take_end(call, &e, err);

	if (rc == CP_OK)
		rc = cp_ledger_open(call, CP_STORE_WRITE, cp_arg(call, 0), &l,
		    err);
	if (rc != CP_OK)
		return rc;
	e.who = l.s.op.name;
	rc = cp_consent_end(l.s.store, &l.rules, &l.record, &l.s.now, &e, err);
	if (rc == CP_OK)
		rc = cp_record_at(l.s.store, l.record.n, &l.record, err);
	if (rc == CP_OK)
		rc = log_end(&l, &e, err);
	if (rc == CP_OK)
		rc = cp_txn_commit(l.s.audit, err);
	if (rc == CP_OK)
		rc = show_end(call, &l, &e, err);
	cp_ledger_close(&l);
	return rc;
}

enum cp_rc
cp_consent_run_withdraw(struct cp_call *call, struct cp_err *err)
{
	return end(call, CP_ENDED_BY_WITHDRAWAL, err);
}

enum cp_rc
cp_consent_run_end(struct cp_call *call, struct cp_err *err)
{
	return end(call, CP_ENDED_BY_GROUND, err);
}

/* ---- confirming --------------------------------------------------------- */

static const struct cp_column confirm_columns[] = {
	{ "id", "ID" },
	{ "ground", "GROUND" },
	{ "date", "DATE" },
	{ "confirmed", "CONSENTS CONFIRMED" },
	{ "confirm_due", "NEXT TIME" },
};

struct confirming {
	const enum cp_ground *only; /* or NULL for all */
	struct cp_date date, next;
	const char *evidence;
	int count;
};

static enum cp_rc
log_confirmed(struct cp_ledger *l, const struct confirming *x,
    struct cp_err *err)
{
	struct cp_entry e = { "consent.confirm", l->record.id, NULL, NULL };
	char day[CP_DATE_TEXT];
	struct cp_buf detail;
	enum cp_rc rc;

	cp_buf_init(&detail);
	cp_json_open(&detail, '{');
	cp_json_put_member(&detail, "ground",
	    x->only != NULL ? cp_ground_word(*x->only) : NULL);
	cp_json_put_member(&detail, "date", cp_date_format(x->date, day));
	cp_json_put_member(&detail, "evidence", x->evidence);
	cp_json_put_key(&detail, "confirmed");
	cp_json_put_int(&detail, x->count);
	cp_json_close(&detail, '}');
	rc = cp_buf_check(&detail, err);
	e.detail = cp_buf_text(&detail);
	if (rc == CP_OK)
		rc = cp_audit_add(l->s.audit, &e, NULL, err);
	cp_buf_clear(&detail);
	return rc;
}

static enum cp_rc
keep_next(void *ctx, const struct cp_consent *c, struct cp_err *err)
{
	struct confirming *x = ctx;

	(void)err;
	if (c->kind == CP_CONSENT_STAY && (x->only == NULL ||
	    *x->only == c->ground) && !cp_date_set(c->ended))
		x->next = cp_date_earlier(x->next, c->confirm_due);
	return CP_OK;
}

static enum cp_rc
show_confirmed(const struct cp_call *call, const struct cp_ledger *l,
    const struct confirming *x, struct cp_err *err)
{
	struct cp_out *o = NULL;
	enum cp_rc rc = cp_out_object(call, "consent-confirmed",
	    confirm_columns, sizeof(confirm_columns) /
	    sizeof(confirm_columns[0]), &o, err);

	if (rc != CP_OK)
		return rc;
	cp_out_text(o, l->record.id);
	cp_out_text(o, x->only != NULL ? cp_ground_word(*x->only) : NULL);
	cp_out_date(o, x->date);
	cp_out_int(o, x->count);
	cp_out_date(o, x->next);
	return cp_out_end(&o, err);
}

static enum cp_rc
take_confirming(const struct cp_call *call, struct confirming *x,
    struct cp_consent *c, struct cp_err *err)
{
	enum cp_rc rc = cp_take_date(call, "date", &x->date, err);

	if (rc == CP_OK)
		rc = cp_ledger_text(call, "evidence", CP_CONSENT_TEXT,
		    &x->evidence, err);
	if (rc != CP_OK || cp_option(call, "ground") == NULL)
		return rc;
	rc = cp_ledger_ground(call, c, err);
	if (rc == CP_OK && c->kind != CP_CONSENT_STAY)
		rc = cp_fail(err, CP_USAGE, "only a consent to stay past the "
		    "age limit is confirmed");
	x->only = &c->ground;
	return rc;
}

enum cp_rc
cp_consent_run_confirm(struct cp_call *call, struct cp_err *err)
{
	struct confirming x = { .only = NULL };
	struct cp_consent c = { 0 };
	struct cp_ledger l;
	enum cp_rc rc = take_confirming(call, &x, &c, err);

	if (rc == CP_OK)
		rc = cp_ledger_open(call, CP_STORE_WRITE, cp_arg(call, 0), &l,
		    err);
	if (rc != CP_OK)
		return rc;
	rc = cp_consent_confirm(l.s.store, &l.rules, &l.record, x.only, x.date,
	    x.evidence, l.s.op.name, &l.s.now, &x.count, err);
	if (rc == CP_OK)
		rc = log_confirmed(&l, &x, err);
	if (rc == CP_OK)
		rc = cp_consent_each(l.s.store, &l.rules, &l.record, keep_next,
		    &x, err);
	if (rc == CP_OK)
		rc = cp_txn_commit(l.s.audit, err);
	if (rc == CP_OK)
		rc = show_confirmed(call, &l, &x, err);
	cp_ledger_close(&l);
	return rc;
}
