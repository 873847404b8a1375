#include "lifecycle/records/record.h"

#include <stdio.h>
#include <string.h>

#include "lifecycle/records/consent_sensitive.h"
#include "lifecycle/records/document_edit.h"
#include "lifecycle/records/facts.h"
#include "lifecycle/records/gate.h"
#include "lifecycle/records/ident.h"
#include "lifecycle/records/link.h"
#include "lifecycle/records/move.h"
#include "lifecycle/records/notice_life.h"
#include "lifecycle/records/prepare.h"
#include "lifecycle/records/quarantine.h"
#include "lifecycle/records/record_put.h"
#include "lifecycle/records/undo.h"
#include "lifecycle/store/operator.h"

const char *
cp_record_state_word(const struct cp_record *r, struct cp_date today)
{
	if (r->state == CP_STATE_LIVE && cp_date_set(r->extended_from) &&
	    cp_date_cmp(r->extended_from, today) <= 0)
		return "extended";
	return cp_state_word(r->state);
}

enum cp_rc
cp_record_read(struct cp_stmt *q, struct cp_record *r, struct cp_err *err)
{
	const char *action;

	memset(r, 0, sizeof(*r));
	r->n = cp_col_int(q, 0);
	cp_col_copy(q, 1, r->id, sizeof(r->id));
	cp_col_copy(q, 2, r->authority, sizeof(r->authority));
	if (!cp_state_parse(cp_col_text(q, 3), &r->state))
		return cp_fail(err, CP_CORRUPT, "record %s is in no state",
		    r->id);
	action = cp_col_text(q, 4);
	r->next_action = strcmp(action, "archive") == 0 ? CP_ACTION_ARCHIVE :
	    strcmp(action, "destroy") == 0 ? CP_ACTION_DESTROY :
	    CP_ACTION_NONE;
	r->next_due = cp_col_date(q, 5);
	cp_col_copy(q, 6, r->rule, sizeof(r->rule));
	r->extended_from = cp_col_date(q, 7);
	r->parked = (enum cp_parked)cp_col_int(q, 8);
	r->prune_due = cp_col_date(q, 9);
	return CP_OK;
}

static enum cp_rc
get_one(struct cp_stmt *q, struct cp_record *out, int *found,
    struct cp_err *err)
{
	enum cp_rc rc = cp_step(q, found, err);

	if (rc == CP_OK && *found) {
		rc = cp_record_read(q, out, err);
		cp_reset(q);
	}
	return rc;
}

enum cp_rc
cp_record_get(struct cp_store *s, const char *id, struct cp_record *out,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_RECORD_BY_ID);
	int found;
	enum cp_rc rc;

	cp_bind_text(q, id);
	rc = get_one(q, out, &found, err);
	if (rc == CP_OK && found)
		return cp_operator_reach(cp_store_actor(s), out->id,
		    out->authority, err);
	if (rc != CP_OK)
		return rc;
	/* Only what has an identifying number's shape is repeated. */
	switch (cp_id_check(id)) {
	case CP_ID_BAD:
		return cp_fail(err, CP_NOT_FOUND, "no such record: that is "
		    "not an identifying number");
	case CP_ID_MISTYPED:
		cp_fail(err, CP_NOT_FOUND, "no record %s", id);
		cp_err_hint(err, "the check character does not fit: was it "
		    "mistyped?");
		return CP_NOT_FOUND;
	default:
		return cp_fail(err, CP_NOT_FOUND, "no record %s", id);
	}
}

enum cp_rc
cp_record_at(struct cp_store *s, int64_t n, struct cp_record *out,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_RECORD_BY_N);
	int found;
	enum cp_rc rc;

	cp_bind_int(q, n);
	rc = get_one(q, out, &found, err);
	if (rc == CP_OK && !found)
		rc = cp_fail(err, CP_NOT_FOUND, "no record in row %lld",
		    (long long)n);
	return rc;
}

/* ---- dates ----------------------------------------------------------------- */

enum cp_rc
cp_record_refresh(struct cp_store *s, const struct cp_rules *rules, int64_t n,
    struct cp_err *err)
{
	struct cp_fact_set f;
	struct cp_decision d;
	struct cp_record r;
	enum cp_parked parked = CP_PARKED_NOT;
	struct cp_stmt *q;
	enum cp_rc rc;

	cp_fact_set_init(&f);
	rc = cp_record_at(s, n, &r, err);
	if (rc == CP_OK)
		rc = cp_facts_load(s, n, &f, err);
	if (rc == CP_OK)
		rc = cp_record_decide(rules, &f.facts, &d, &parked, err);
	if (rc == CP_OK) {
		if (parked == CP_PARKED_NOT && r.state == CP_STATE_ARCHIVED)
			parked = r.parked;
		q = cp_stmt(s, SQL_RECORD_DATES);
		cp_record_bind_action(q, &d);
		cp_bind_int(q, parked);
		cp_bind_int(q, rules->policy_n);
		cp_bind_int(q, n);
		rc = cp_exec(q, err);
	}
	if (rc == CP_OK && f.facts.n_consents > 0)
		rc = cp_consent_dates(s, rules, n, f.facts.birth, err);
	cp_fact_set_clear(&f);
	return rc;
}

/* ---- changes --------------------------------------------------------------- */

/* The row of DOC, by statement ID, with its KEYS. */
static enum cp_rc
put_row(struct cp_store *s, enum sql_id id, int64_t n,
    const struct cp_document *doc, const struct cp_keys *keys,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, id);
	struct cp_buf text;
	enum cp_rc rc;

	cp_buf_init(&text);
	cp_document_text(doc, &text);
	rc = cp_buf_check(&text, err);
	if (rc == CP_OK) {
		if (id == SQL_DOCUMENT_ADD)
			cp_bind_int(q, n);
		cp_bind_text_len(q, cp_buf_text(&text), text.len);
		cp_keys_bind(q, keys);
		if (id == SQL_DOCUMENT_UPDATE)
			cp_bind_int(q, n);
		rc = cp_exec(q, err);
	}
	cp_buf_clear(&text);
	return rc;
}

/* Puts DOC in the place of OLD (NULL: there was none): row and keys. */
static enum cp_rc
put_document(struct cp_store *s, int64_t n, const struct cp_document *old,
    const struct cp_document *doc, const uint8_t salt[16],
    struct cp_err *err)
{
	struct cp_keys before = { 0 }, after = { 0 };
	enum cp_rc rc = CP_OK;

	if (old != NULL)
		rc = cp_document_keys(old, salt, &before, err);
	if (rc == CP_OK)
		rc = cp_document_keys(doc, salt, &after, err);
	if (rc == CP_OK)
		rc = put_row(s, old != NULL ? SQL_DOCUMENT_UPDATE :
		    SQL_DOCUMENT_ADD, n, doc, &after, err);
	if (rc == CP_OK)
		rc = cp_keys_change(s, &before, &after, n, err);
	cp_keys_clear(&before);
	cp_keys_clear(&after);
	return rc;
}

/* CP_REFUSED if ID was ever used: a number stands for one person for ever. */
static enum cp_rc
check_unused(struct cp_store *s, const char *id, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_RECORD_BY_ID);
	int found;
	enum cp_rc rc;

	cp_bind_text(q, id);
	rc = cp_step(q, &found, err);
	cp_reset(q);
	if (rc == CP_OK && found)
		rc = cp_fail(err, CP_REFUSED, "record %s exists already", id);
	return rc;
}

enum cp_rc
cp_record_insert(struct cp_store *s, const struct cp_rules *rules,
    const struct cp_document *doc, const struct cp_now *now, int64_t *n,
    struct cp_err *err)
{
	static const struct cp_keys none = { 0 };
	struct cp_prepared p = { 0 };
	int64_t row = 0;
	enum cp_rc rc = check_unused(s, doc->id, err);

	if (rc == CP_OK)
		rc = cp_prepare(rules, doc, &p, err);
	if (rc == CP_OK)
		rc = cp_prepared_insert(s, rules, doc, &p, now, &row, err);
	if (rc == CP_OK)
		rc = cp_keys_change(s, &none, &p.keys, row, err);
	if (rc == CP_OK && n != NULL)
		*n = row;
	cp_prepared_clear(&p);
	return rc;
}

/* The row's copies of what DOC says, then the dates that follow. */
static enum cp_rc
update_row(struct cp_store *s, const struct cp_rules *rules, int64_t n,
    const struct cp_document *doc, const struct cp_now *now,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_RECORD_UPDATE);
	struct cp_facts facts = { 0 };
	char birth[CP_DATE_TEXT];
	enum cp_rc rc;

	cp_document_facts(doc, &facts);
	cp_bind_text(q, doc->authority);
	cp_record_bind_facts(q, &facts, birth);
	cp_bind_date(q, cp_document_next_prune(doc, rules->policy));
	cp_bind_text(q, now->time);
	cp_bind_int(q, n);
	rc = cp_exec(q, err);
	return rc == CP_OK ? cp_record_refresh(s, rules, n, err) : rc;
}

enum cp_rc
cp_record_rewrite(struct cp_store *s, const struct cp_rules *rules, int64_t n,
    const struct cp_document *old, const struct cp_document *doc,
    const struct cp_now *now, struct cp_err *err)
{
	enum cp_rc rc = put_document(s, n, old, doc, rules->salt, err);

	return rc == CP_OK ? update_row(s, rules, n, doc, now, err) : rc;
}

static int
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static int
same_address(const struct cp_address *a, const struct cp_address *b)
{
	if (a->n_lines != b->n_lines || !same_text(a->postcode, b->postcode))
		return 0;
	for (size_t i = 0; i < a->n_lines; i++)
		if (strcmp(a->lines[i], b->lines[i]) != 0)
			return 0;
	return 1;
}

/* The current address after *I, or NULL. */
static const struct cp_address *
next_current(const struct cp_document *doc, size_t *i)
{
	while (*i < doc->n_addresses)
		if (doc->addresses[(*i)++].type == CP_ADDRESS_CURRENT)
			return &doc->addresses[*i - 1];
	return NULL;
}

/* Whether the same current addresses are in both, source and dates apart. */
static int
lives_there(const struct cp_document *old, const struct cp_document *doc)
{
	const struct cp_address *a, *b;
	size_t i = 0, k = 0;

	for (;;) {
		a = next_current(old, &i);
		b = next_current(doc, &k);
		if (a == NULL || b == NULL)
			return a == b;
		if (!same_address(a, b))
			return 0;
	}
}

static enum cp_rc
note_address(struct cp_store *s, int64_t n, const struct cp_now *now,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_GATE_ADDRESS_CHANGED);

	cp_bind_date(q, now->today);
	cp_bind_int(q, n);
	return cp_exec(q, err);
}

enum cp_rc
cp_record_replace(struct cp_store *s, const struct cp_rules *rules,
    const struct cp_record *r, const struct cp_document *old,
    struct cp_document *doc, const struct cp_now *now, struct cp_err *err)
{
	enum cp_rc rc = cp_gate_write(s, r->n, doc, now, err);

	if (rc == CP_OK)
		rc = put_document(s, r->n, old, doc, rules->salt, err);
	if (rc == CP_OK && !lives_there(old, doc))
		rc = note_address(s, r->n, now, err);
	if (rc == CP_OK && cp_document_has_sensitive(old))
		rc = cp_sensitive_forget(s, rules, r->n, old, doc, err);
	if (rc == CP_OK && strcmp(old->authority, doc->authority) != 0)
		rc = cp_move_lapse_other(s, r->n, doc->authority, now, err);
	return rc == CP_OK ? update_row(s, rules, r->n, doc, now, err) : rc;
}

static enum cp_rc
exec_on(struct cp_store *s, enum sql_id id, int64_t n, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, id);

	cp_bind_int(q, n);
	return cp_exec(q, err);
}

enum cp_rc
cp_record_strip(struct cp_store *s, const struct cp_record *r,
    struct cp_date destroy_due, int64_t policy_n, const struct cp_now *now,
    struct cp_err *err)
{
	struct cp_stmt *q;
	enum cp_rc rc = cp_keys_drop(s, r->n, err);

	if (rc == CP_OK)
		rc = exec_on(s, SQL_DOCUMENT_DELETE, r->n, err);
	if (rc == CP_OK)
		rc = cp_consent_drop(s, r->n, err);
	if (rc == CP_OK)
		rc = cp_move_lapse(s, r->n, now, err);
	if (rc == CP_OK)
		rc = cp_undo_forget_record(s, r->n, err);
	if (rc != CP_OK)
		return rc;
	q = cp_stmt(s, SQL_RECORD_STRIP);
	cp_bind_date(q, destroy_due);
	cp_bind_int(q, policy_n);
	cp_bind_text(q, now->time);
	cp_bind_int(q, r->n);
	rc = cp_exec(q, err);
	if (rc == CP_OK && cp_changes(s) != 1)
		rc = cp_fail(err, CP_REFUSED, "record %s is not live", r->id);
	return rc;
}

enum cp_rc
cp_record_revive(struct cp_store *s, const struct cp_rules *rules,
    const struct cp_record *r, struct cp_document *doc,
    const struct cp_now *now, struct cp_err *err)
{
	enum cp_rc rc = exec_on(s, SQL_RECORD_REVIVE, r->n, err);

	if (rc == CP_OK && cp_changes(s) != 1)
		rc = cp_fail(err, CP_REFUSED, "record %s cannot be "
		    "live again", r->id);
	if (rc == CP_OK)
		rc = cp_gate_write(s, r->n, doc, now, err);
	if (rc == CP_OK)
		rc = put_document(s, r->n, NULL, doc, rules->salt, err);
	return rc == CP_OK ? update_row(s, rules, r->n, doc, now, err) : rc;
}

enum cp_rc
cp_record_bury(struct cp_store *s, int64_t n, const struct cp_now *now,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_RECORD_BURY);
	enum cp_rc rc;

	cp_bind_date(q, now->today);
	cp_bind_text(q, now->time);
	cp_bind_int(q, n);
	rc = cp_exec(q, err);
	if (rc == CP_OK && cp_changes(s) != 1)
		rc = cp_fail(err, CP_REFUSED, "record in row %lld is not "
		    "archived", (long long)n);
	if (rc == CP_OK)
		rc = cp_notice_forget(s, n, err);
	if (rc == CP_OK)
		rc = cp_link_forget(s, n, err);
	return rc == CP_OK ? cp_quarantine_forget(s, n, err) : rc;
}

enum cp_rc
cp_record_park(struct cp_store *s, int64_t n, enum cp_parked parked,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_RECORD_PARK);

	cp_bind_int(q, parked);
	cp_bind_int(q, n);
	return cp_exec(q, err);
}
