#include "lifecycle/records/mail.h"

#include <stdio.h>
#include <string.h>

#include "lifecycle/records/compartment.h"
#include "lifecycle/records/find.h"
#include "lifecycle/records/notice_life.h"
#include "lifecycle/rules/policy.h"
#include "lifecycle/store/json.h"
#include "lifecycle/store/stmt.h"

/* ---- whether they may go --------------------------------------------------- */

enum { RISK_YEARS = 1 }; /* that a case of shielding weighs after its end */

enum cp_rc
cp_mail_allowed(struct cp_store *s, const struct cp_rules *rules,
    const struct cp_record *r, unsigned *why, struct cp_err *err)
{
	int64_t shielded = 0, moved = 0;
	struct cp_stmt *q = cp_stmt(s, SQL_MAIL_SHIELDED);
	enum cp_rc rc;

	cp_bind_int(q, r->n);
	rc = cp_exec_int(q, 0, &shielded, err);
	if (rc != CP_OK)
		return rc;
	q = cp_stmt(s, SQL_MAIL_MOVED);
	cp_bind_int(q, r->n);
	cp_bind_date(q, cp_date_add_days(rules->today,
	    -rules->policy->mail_hold_days));
	cp_bind_date(q, cp_date_add_years(rules->today, -RISK_YEARS));
	rc = cp_exec_int(q, 0, &moved, err);
	if (rc == CP_OK)
		*why = (shielded ? CP_MAIL_SHIELDED : 0u) |
		    (moved ? CP_MAIL_MOVED : 0u);
	return rc;
}

/* ---- reading --------------------------------------------------------------- */

static void
read_row(struct cp_stmt *q, struct cp_mail *m)
{
	memset(m, 0, sizeof(*m));
	m->n = cp_col_int(q, 0);
	cp_col_copy(q, 1, m->id, sizeof(m->id));
	m->record = cp_col_int(q, 2);
	cp_col_copy(q, 3, m->record_id, sizeof(m->record_id));
	cp_col_copy(q, 4, m->authority, sizeof(m->authority));
	cp_col_copy(q, 5, m->kind, sizeof(m->kind));
	cp_col_copy(q, 6, m->made, sizeof(m->made));
	cp_col_copy(q, 7, m->made_by, sizeof(m->made_by));
	cp_col_copy(q, 8, m->status, sizeof(m->status));
	m->compartment = cp_col_int(q, 9);
	cp_col_copy(q, 10, m->settled, sizeof(m->settled));
	cp_col_copy(q, 11, m->settled_by, sizeof(m->settled_by));
}

enum cp_rc
cp_mail_get(struct cp_store *s, const char *id, struct cp_mail *out,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_MAIL_GET);
	int row;
	enum cp_rc rc;

	cp_bind_text(q, id);
	rc = cp_step(q, &row, err);
	if (rc == CP_OK && !row) {
		cp_fail(err, CP_NOT_FOUND, "no such letter");
		cp_err_hint(err, "`cpadmin shield mail list' shows those that "
		    "wait");
		return CP_NOT_FOUND;
	}
	if (rc != CP_OK)
		return rc;
	read_row(q, out);
	cp_reset(q);
	return cp_operator_reach(cp_store_actor(s), out->record_id,
	    out->authority, err);
}

enum cp_rc
cp_mail_each(struct cp_store *s, int all, enum cp_rc (*fn)(void *ctx,
    const struct cp_mail *m, struct cp_err *err), void *ctx,
    struct cp_err *err)
{
	static const enum sql_id lists[] = { SQL_MAIL_HELD, SQL_MAIL_SETTLED };
	struct cp_stmt *q;
	struct cp_mail m;
	int row;
	enum cp_rc rc = CP_OK;

	for (int i = 0; rc == CP_OK && i < (all ? 2 : 1); i++) {
		q = cp_stmt(s, lists[i]);
		while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
			read_row(q, &m);
			if (cp_operator_reaches(cp_store_actor(s),
			    m.authority))
				rc = fn(ctx, &m, err);
			if (rc != CP_OK)
				break;
		}
		cp_reset(q);
	}
	return rc;
}

/* ---- addresses ------------------------------------------------------------- */

size_t
cp_mail_to(const struct cp_document *doc)
{
	size_t to = CP_MAIL_NOWHERE;

	for (size_t i = 0; i < doc->n_addresses; i++) {
		const struct cp_address *a = &doc->addresses[i];

		if (a->type != CP_ADDRESS_CURRENT || (a->n_lines == 0 &&
		    a->postcode == NULL))
			continue;
		if (to == CP_MAIL_NOWHERE ||
		    cp_date_cmp(doc->addresses[to].from, a->from) < 0)
			to = i;
	}
	return to;
}

enum cp_rc
cp_mail_document(struct cp_store *s, const struct cp_record *r,
    const struct cp_secret *identity, struct cp_document **out,
    struct cp_err *err)
{
	struct cp_shield shield;
	enum cp_rc rc = cp_shield_of(s, r->n, &shield, err);

	if (rc != CP_OK)
		return rc;
	return shield.n != 0 && identity != NULL ?
	    cp_gate_reveal(s, r, identity, out, err) :
	    cp_gate_document(s, r, CP_FOR_LETTER, out, err);
}

/* ---- sealing --------------------------------------------------------------- */

static void
put_address(struct cp_buf *b, const struct cp_address *a)
{
	cp_json_open(b, '[');
	for (size_t i = 0; i < a->n_lines; i++)
		cp_json_put_string(b, a->lines[i]);
	if (a->postcode != NULL)
		cp_json_put_string(b, a->postcode);
	cp_json_close(b, ']');
}

static enum cp_rc
next_id(struct cp_store *s, char id[CP_MAIL_ID], struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_DUTY_NUMBER);
	int64_t n = 0;
	enum cp_rc rc;

	cp_bind_text(q, "mail");
	rc = cp_exec_int(q, 0, &n, err);
	if (rc == CP_OK && n == 0)
		rc = cp_fail(err, CP_CORRUPT, "the store has no counter of "
		    "letters");
	(void)snprintf(id, CP_MAIL_ID, "M-%04lld", (long long)(n %
	    10000000000));
	return rc;
}

/* Logs ACTION about the case of row RECORD with the letter's number. */
static enum cp_rc
log_it(const struct cp_change *c, const char *action, int64_t record,
    const char *id, struct cp_err *err)
{
	struct cp_entry e = { action, NULL, NULL, NULL };
	struct cp_shield shield;
	char detail[64];
	enum cp_rc rc = cp_shield_last(c->store, record, &shield, err);

	if (rc == CP_OK) {
		e.subject = shield.id;
	} else if (rc == CP_NOT_FOUND) {
		cp_err_clear(err);
		rc = CP_OK;
	}
	(void)snprintf(detail, sizeof(detail), "{\"mail\":\"%s\"}", id);
	e.detail = detail;
	return rc == CP_OK ? cp_audit_add(c->audit, &e, NULL, err) : rc;
}

static enum cp_rc
seal(const struct cp_change *c, const struct cp_mail_letter *l,
    const char *id, int64_t *n, struct cp_err *err)
{
	const struct cp_mail_text *m = &l->said;
	struct cp_buf b;
	enum cp_rc rc;

	cp_buf_init(&b);
	cp_json_open(&b, '{');
	cp_json_put_member(&b, "mail", id);
	if (m->to < m->doc->n_addresses) {
		cp_json_put_key(&b, "to");
		put_address(&b, &m->doc->addresses[m->to]);
	}
	if (m->ours != NULL)
		cp_json_put_member(&b, "ours", m->ours);
	cp_json_put_member(&b, "text", m->text);
	cp_json_close(&b, '}');
	rc = cp_buf_check(&b, err);
	if (rc == CP_OK)
		rc = cp_compartment_add(c->store, l->record->n,
		    CP_COMPARTMENT_CASE, cp_buf_text(&b), b.len, c->now, n,
		    err);
	cp_buf_clear(&b);
	return rc;
}

static enum cp_rc
hold(const struct cp_change *c, const struct cp_mail_letter *l,
    struct cp_mail *out, struct cp_err *err)
{
	char id[CP_MAIL_ID];
	int64_t compartment = 0;
	struct cp_stmt *q;
	enum cp_rc rc = next_id(c->store, id, err);

	if (rc == CP_OK)
		rc = seal(c, l, id, &compartment, err);
	if (rc == CP_OK)
		rc = log_it(c, "shield.letter", l->record->n, id, err);
	if (rc != CP_OK)
		return rc;
	q = cp_stmt(c->store, SQL_MAIL_ADD);
	cp_bind_text(q, id);
	cp_bind_int(q, l->record->n);
	cp_bind_text(q, l->kind);
	cp_bind_text(q, c->now->time);
	cp_bind_text(q, cp_audit_actor(c->audit));
	cp_bind_int(q, compartment);
	rc = cp_exec(q, err);
	return rc == CP_OK ? cp_mail_get(c->store, id, out, err) : rc;
}

enum cp_rc
cp_mail_put(const struct cp_change *c, const struct cp_mail_letter *l,
    struct cp_mail *out, struct cp_err *err)
{
	unsigned why = CP_MAIL_FREE;
	enum cp_rc rc = cp_mail_check_text(&l->said, err);

	if (rc == CP_OK)
		rc = cp_mail_allowed(c->store, c->rules, l->record, &why, err);
	if (rc == CP_OK && (why != CP_MAIL_FREE || l->always))
		return hold(c, l, out, err);
	if (rc == CP_OK)
		memset(out, 0, sizeof(*out));
	return rc;
}

/* ---- settling -------------------------------------------------------------- */

static enum cp_rc
settle(const struct cp_change *c, const struct cp_mail *m, const char *status,
    struct cp_mail *out, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(c->store, SQL_MAIL_SETTLE);
	enum cp_rc rc;

	cp_bind_text(q, status);
	cp_bind_text(q, c->now->time);
	cp_bind_text(q, cp_audit_actor(c->audit));
	cp_bind_int(q, m->n);
	rc = cp_exec(q, err);
	return rc == CP_OK ? cp_mail_get(c->store, m->id, out, err) : rc;
}

/* Whether the sealed letter V went to address A. */
static int
is_to(const struct cp_json *to, const struct cp_address *a)
{
	size_t n = a->n_lines + (a->postcode != NULL);

	if (cp_json_size(to) != n)
		return 0;
	for (size_t i = 0; i < n; i++) {
		const char *text = cp_json_text(cp_json_at(to, i));

		if (text == NULL || strcmp(text, i < a->n_lines ?
		    a->lines[i] : a->postcode) != 0)
			return 0;
	}
	return 1;
}

static enum cp_rc
refuse_moved(const struct cp_mail *m, struct cp_err *err)
{
	cp_fail(err, CP_REFUSED, "letter %s was written to an address that is "
	    "no longer the current one", m->id);
	cp_err_hint(err, "withdraw it with `cpadmin shield mail withdraw %s' "
	    "and write another", m->id);
	return CP_REFUSED;
}

/* Checks the sealed letter V against DOC, as the record is by now. */
static enum cp_rc
check_again(const struct cp_mail *m, const struct cp_document *doc,
    const struct cp_json *v, struct cp_err *err)
{
	const struct cp_json *to = cp_json_get(v, "to");
	struct cp_mail_text said = { doc, CP_MAIL_NOWHERE,
		cp_json_text(cp_json_get(v, "ours")),
		cp_json_text(cp_json_get(v, "text")) };

	if (said.text == NULL)
		return cp_fail(err, CP_CORRUPT, "letter %s has no text",
		    m->id);
	for (size_t i = 0; to != NULL && i < doc->n_addresses; i++)
		if (doc->addresses[i].type == CP_ADDRESS_CURRENT &&
		    is_to(to, &doc->addresses[i]))
			said.to = i;
	if (to != NULL && said.to == CP_MAIL_NOWHERE)
		return refuse_moved(m, err);
	return cp_mail_check_text(&said, err);
}

static enum cp_rc
open_letter(const struct cp_change *c, const struct cp_mail *m,
    const struct cp_document *doc, const struct cp_secret *identity,
    struct cp_buf *text, struct cp_err *err)
{
	struct cp_json *v = NULL;
	struct cp_buf b;
	enum cp_rc rc;

	cp_buf_init(&b);
	rc = cp_compartment_open(c->store, m->compartment, identity, &b, err);
	if (rc == CP_OK)
		rc = cp_json_parse(cp_buf_text(&b), b.len, &v, err);
	if (rc == CP_BAD_INPUT)
		rc = err->code = CP_CORRUPT;
	if (rc == CP_OK)
		rc = check_again(m, doc, v, err);
	if (rc == CP_OK) {
		cp_buf_puts(text, cp_json_text(cp_json_get(v, "text")));
		rc = cp_buf_check(text, err);
	}
	cp_json_free(v);
	cp_buf_clear(&b);
	return rc;
}

/* Nobody is written to about a child who died, or sent a notice about one who
 * left: it was made before that was known. */
static enum cp_rc
need_there(const struct cp_mail *m, const struct cp_document *doc,
    struct cp_err *err)
{
	int died = cp_date_set(doc->death_notified);

	if (!died && (!cp_date_set(doc->left_on) || strcmp(m->kind,
	    "notice") != 0))
		return CP_OK;
	(void)cp_fail(err, CP_REFUSED, "whom letter %s is about has %s since",
	    m->id, died ? "died" : "left England");
	cp_err_hint(err, "cpadmin shield mail withdraw %s --reason TEXT",
	    m->id);
	return CP_REFUSED;
}

enum cp_rc
cp_mail_release(const struct cp_change *c, const char *id,
    const struct cp_secret *identity, struct cp_mail *out,
    struct cp_buf *text, struct cp_err *err)
{
	struct cp_document *doc = NULL;
	struct cp_record r;
	struct cp_mail m;
	enum cp_rc rc = cp_mail_get(c->store, id, &m, err);

	if (rc == CP_OK && m.compartment == 0)
		return cp_fail(err, CP_REFUSED, "nothing is kept of letter %s "
		    "(%s)", m.id, m.status);
	if (rc == CP_OK)
		rc = cp_record_at(c->store, m.record, &r, err);
	if (rc == CP_OK)
		rc = cp_record_need_live(c->store, &r, "open", err);
	if (rc == CP_OK)
		rc = cp_gate_open(c->store, r.authority, err);
	if (rc == CP_OK)
		rc = cp_mail_document(c->store, &r, identity, &doc, err);
	if (rc == CP_OK)
		rc = need_there(&m, doc, err);
	if (rc == CP_OK)
		rc = log_it(c, "shield.mail.release", m.record, m.id, err);
	if (rc == CP_OK)
		rc = settle(c, &m, "released", out, err);
	if (rc == CP_OK)
		rc = open_letter(c, &m, doc, identity, text, err);
	cp_document_free(doc);
	return rc;
}

/* Sealed with the case, as all reasons about shields are. */
static enum cp_rc
keep_reason(const struct cp_change *c, const struct cp_mail *m,
    const char *reason, struct cp_err *err)
{
	struct cp_buf b;
	enum cp_rc rc;

	cp_buf_init(&b);
	cp_json_open(&b, '{');
	cp_json_put_member(&b, "mail", m->id);
	cp_json_put_member(&b, "withdrawn", reason);
	cp_json_close(&b, '}');
	rc = cp_buf_check(&b, err);
	if (rc == CP_OK)
		rc = cp_compartment_add(c->store, m->record,
		    CP_COMPARTMENT_CASE, cp_buf_text(&b), b.len, c->now, NULL,
		    err);
	cp_buf_clear(&b);
	return rc;
}

enum cp_rc
cp_mail_withdraw(const struct cp_change *c, const char *id,
    const char *reason, struct cp_mail *out, struct cp_err *err)
{
	struct cp_record r;
	struct cp_mail m;
	enum cp_rc rc = cp_mail_get(c->store, id, &m, err);

	if (rc != CP_OK)
		return rc;
	if (strcmp(m.status, "held") != 0)
		return cp_fail(err, CP_REFUSED, "letter %s is %s already",
		    m.id, m.status);
	rc = cp_record_at(c->store, m.record, &r, err);
	if (rc == CP_OK && r.state != CP_STATE_DESTROYED)
		rc = keep_reason(c, &m, reason, err);
	if (rc == CP_OK)
		rc = log_it(c, "shield.mail.withdraw", m.record, m.id, err);
	if (rc == CP_OK)
		rc = settle(c, &m, "withdrawn", out, err);
	if (rc == CP_OK)
		rc = cp_notice_mail_withdrawn(c->store, m.n, err);
	if (rc == CP_OK && m.compartment != 0)
		rc = cp_compartment_drop_one(c->store, m.compartment, err);
	return rc;
}
