#include <stdio.h>
#include <string.h>

#include "lifecycle/records/consent.h"
#include "lifecycle/records/document_join.h"
#include "lifecycle/records/gate.h"
#include "lifecycle/records/gate_joins.h"
#include "lifecycle/records/hold.h"
#include "lifecycle/records/link.h"
#include "lifecycle/records/merge.h"
#include "lifecycle/records/move.h"
#include "lifecycle/records/notice_life.h"
#include "lifecycle/records/number.h"
#include "lifecycle/records/sar_life.h"
#include "lifecycle/records/undo_priv.h"
#include "lifecycle/store/json.h"
#include "lifecycle/store/stmt.h"

/* A change as it was kept. */
struct kept {
	int64_t n, seq;
	struct cp_record record, other;
	int both; /* there is another */
	struct cp_json *body;
	const struct cp_json *extra; /* in it, or NULL */
};

static enum cp_rc
nothing(const struct cp_record *r, struct cp_err *err)
{
	(void)cp_fail(err, CP_REFUSED, "nothing about %s can be undone", r->id);
	cp_err_hint(err, "events, corrections, merges and splits can be, "
	    "until the next retention run; after that put it right with "
	    "`cpadmin record correct', `split' or `merge'");
	return CP_REFUSED;
}

/* The last change of R: row and body. */
static enum cp_rc
load(struct cp_store *s, const struct cp_record *r, struct kept *k,
    char action[40], struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_UNDO_LAST);
	int64_t record, other;
	const char *body;
	int row;
	enum cp_rc rc;

	cp_bind_int(q, r->n);
	rc = cp_step(q, &row, err);
	if (rc == CP_OK && !row)
		return nothing(r, err);
	if (rc != CP_OK)
		return rc;
	k->n = cp_col_int(q, 0);
	record = cp_col_int(q, 1);
	other = cp_col_int(q, 2);
	k->both = !cp_col_null(q, 2);
	cp_col_copy(q, 3, action, 40);
	k->seq = cp_col_int(q, 4);
	body = cp_col_text(q, 5);
	rc = cp_json_parse(body, strlen(body), &k->body, err);
	cp_reset(q);
	k->extra = cp_json_get(k->body, "extra");
	if (rc == CP_OK)
		rc = cp_record_at(s, record, &k->record, err);
	return rc == CP_OK && k->both ? cp_record_at(s, other, &k->other, err)
	    : rc;
}

/* Nothing else has happened to R since. */
static enum cp_rc
check_same(struct cp_store *s, const struct kept *k, const char *key,
    const struct cp_record *r, struct cp_err *err)
{
	const char *left = cp_json_text(cp_json_get(k->body, key));
	struct cp_buf now;
	enum cp_rc rc;

	cp_buf_init(&now);
	rc = undo_state(s, r->n, &now, err);
	if (rc == CP_OK && (left == NULL ||
	    strcmp(left, cp_buf_text(&now)) != 0)) {
		rc = cp_fail(err, CP_REFUSED, "record %s has been changed "
		    "since", r->id);
		cp_err_hint(err, "`cpadmin record history %s' shows what "
		    "happened; undo or put right the later change first",
		    r->id);
	}
	cp_buf_clear(&now);
	return rc;
}

/* ---- lists of what went along ---- */

/* Numbers that led to record TO do so again. */
static enum cp_rc
give_numbers(struct cp_store *s, const struct cp_json *list, int64_t to,
    struct cp_err *err)
{
	struct cp_stmt *q;
	int64_t n;
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < cp_json_size(list); i++) {
		if (!cp_json_int(cp_json_at(list, i), &n))
			return cp_fail(err, CP_CORRUPT, "a merge that was "
			    "kept cannot be read");
		q = cp_stmt(s, SQL_MERGED_GIVE_BACK);
		cp_bind_int(q, n);
		cp_bind_int(q, to);
		rc = cp_exec(q, err);
	}
	return rc;
}

/* The ledger of record N is as it was kept under KEY, if it was. */
static enum cp_rc
put_ledger(const struct cp_change *c, int64_t n, const struct cp_json *extra,
    const char *key, struct cp_err *err)
{
	const struct cp_json *list = cp_json_get(extra, key);
	enum cp_rc rc;

	if (list == NULL)
		return CP_OK;
	rc = cp_consent_load(c->store, n, list, err);
	return rc == CP_OK ? cp_record_refresh(c->store, c->rules, n, err) :
	    rc;
}

/* ---- a merge ---- */

static enum cp_rc
offer_again(struct cp_store *s, const struct cp_json *extra,
    struct cp_err *err)
{
	struct cp_stmt *q;
	int64_t n;

	if (!cp_json_int(cp_json_get(extra, "move"), &n))
		return CP_OK;
	q = cp_stmt(s, SQL_MOVE_OFFER_AGAIN);
	cp_bind_int(q, n);
	cp_bind_text(q, cp_json_text(cp_json_get(extra, "move_reason")));
	return cp_exec(q, err);
}

static enum cp_rc
give_holds(struct cp_store *s, const struct cp_json *ids, int64_t to,
    struct cp_err *err)
{
	const char *id;
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < cp_json_size(ids); i++) {
		id = cp_json_text(cp_json_at(ids, i));
		rc = cp_hold_give(s, id != NULL ? id : "", to, err);
	}
	return rc;
}

static enum cp_rc
document_of(const struct cp_json *v, struct cp_document **out,
    struct cp_err *err)
{
	static const struct cp_date any = { 0 };
	struct cp_reject why;
	enum cp_rc rc = cp_document_of_tree(v, any, out, &why, err);

	if (rc == CP_BAD_INPUT)
		rc = err->code = CP_CORRUPT;
	return rc;
}

/* What came from the other record goes back to it, and it is live again. */
static enum cp_rc
unmerge(const struct cp_change *c, const struct kept *k, struct cp_err *err)
{
	struct cp_document *doc = NULL;
	enum cp_rc rc = document_of(cp_json_get(k->extra, "other"), &doc, err);

	if (rc == CP_OK)
		rc = give_numbers(c->store, cp_json_get(k->extra, "merged"),
		    k->other.n, err);
	if (rc == CP_OK)
		rc = give_holds(c->store, cp_json_get(k->extra, "holds"),
		    k->other.n, err);
	if (rc == CP_OK)
		rc = offer_again(c->store, k->extra, err);
	if (rc == CP_OK)
		rc = cp_record_revive(c->store, c->rules, &k->other, doc,
		    c->now, err);
	if (rc == CP_OK)
		rc = put_ledger(c, k->other.n, k->extra, "other_ledger", err);
	if (rc == CP_OK)
		rc = cp_notice_part(c->store, k->other.n, k->record.n,
		    cp_json_get(k->extra, "notices"), err);
	cp_document_free(doc);
	return rc;
}

/* ---- a split ---- */

static enum cp_rc
drop_holds(const struct cp_change *c, const struct cp_json *ids,
    struct cp_err *err)
{
	const char *id;
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < cp_json_size(ids); i++) {
		id = cp_json_text(cp_json_at(ids, i));
		rc = cp_hold_drop(c->store, id != NULL ? id : "",
		    cp_audit_actor(c->audit), c->now->today, err);
	}
	return rc;
}

/* Entries [SEQ] or [SEQ,WHOSE] are whose they were. */
static enum cp_rc
join_history(struct cp_store *s, const struct cp_json *list,
    struct cp_err *err)
{
	const struct cp_json *e;
	struct cp_stmt *q;
	int64_t seq, whose;
	int was;
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < cp_json_size(list); i++) {
		e = cp_json_at(list, i);
		if (!cp_json_int(cp_json_at(e, 0), &seq))
			return cp_fail(err, CP_CORRUPT, "a divided history "
			    "that was kept cannot be read");
		was = cp_json_int(cp_json_at(e, 1), &whose);
		q = cp_stmt(s, was ? SQL_HISTORY_PART_PUT :
		    SQL_HISTORY_PART_DROP);
		cp_bind_int(q, seq);
		if (was)
			cp_bind_int(q, whose);
		rc = cp_exec(q, err);
	}
	return rc;
}

/* What went to the new record comes back; its number leads here. */
static enum cp_rc
unsplit(const struct cp_change *c, const struct kept *k, struct cp_err *err)
{
	enum cp_rc rc = cp_consent_drop(c->store, k->other.n, err);

	if (rc == CP_OK)
		rc = cp_notice_join(c->store, k->other.n, k->record.n, NULL,
		    err);
	if (rc == CP_OK)
		rc = cp_shield_unshare(c, k->record.n, k->other.n, err);
	if (rc == CP_OK)
		rc = drop_holds(c, cp_json_get(k->extra, "holds"), err);
	if (rc == CP_OK)
		rc = join_history(c->store, cp_json_get(k->extra, "history"),
		    err);
	if (rc == CP_OK)
		rc = cp_link_drop(c->store, k->record.n, k->other.n, err);
	return rc == CP_OK ? cp_merge_row(c, &k->other, k->record.n, err) : rc;
}

/* ---- any ---- */

/* Behind shields, too, it is as it was. */
static enum cp_rc
put_back_hidden(const struct cp_change *c, const struct kept *k,
    struct cp_err *err)
{
	int64_t behind;

	if (cp_json_int(cp_json_get(k->extra, "behind"), &behind))
		return cp_gate_take_back(c->store, k->record.n, behind, err);
	return k->both ? cp_gate_unmerge(c, k->other.n, k->record.n,
	    cp_json_get(k->extra, "shields"), err) : CP_OK;
}

static enum cp_rc
put_back(const struct cp_change *c, const struct kept *k, struct cp_err *err)
{
	struct cp_document *was = NULL, *is = NULL;
	enum cp_rc rc = CP_OK;

	/* Out of the way first: changes of a document bear on it. */
	if (cp_json_get(k->extra, "ledger") != NULL)
		rc = cp_consent_drop(c->store, k->record.n, err);
	if (rc == CP_OK && k->both)
		rc = cp_json_get(k->extra, "other") != NULL ?
		    unmerge(c, k, err) : unsplit(c, k, err);
	else if (rc == CP_OK && cp_json_get(k->extra, "move") != NULL)
		rc = cp_move_undo(c, k->extra, err);
	if (rc == CP_OK)
		rc = document_of(cp_json_get(k->body, "was"), &was, err);
	if (rc == CP_OK)
		rc = cp_gate_document(c->store, &k->record, CP_FOR_CHANGE,
		    &is, err);
	if (rc == CP_OK)
		rc = cp_record_replace(c->store, c->rules, &k->record, is, was,
		    c->now, err);
	if (rc == CP_OK)
		rc = put_ledger(c, k->record.n, k->extra, "ledger", err);
	if (rc == CP_OK)
		rc = put_back_hidden(c, k, err);
	if (rc == CP_OK)
		rc = cp_numbers_alone(c->store, c->rules, k->record.n, err);
	if (rc == CP_OK && k->both)
		rc = cp_numbers_alone(c->store, c->rules, k->other.n, err);
	cp_document_free(was);
	cp_document_free(is);
	return rc;
}

static enum cp_rc
log_undone(const struct cp_change *c, const struct kept *k,
    const char *action, const char *reason, struct cp_err *err)
{
	struct cp_entry e = { "record.undo", k->record.id, NULL, NULL };
	struct cp_buf b;
	enum cp_rc rc;

	cp_buf_init(&b);
	cp_json_open(&b, '{');
	cp_json_put_member(&b, "undone", action);
	cp_json_put_key(&b, "seq");
	cp_json_put_int(&b, k->seq);
	cp_json_put_member(&b, "reason", reason);
	cp_json_close(&b, '}');
	rc = cp_buf_check(&b, err);
	e.detail = cp_buf_text(&b);
	if (rc == CP_OK)
		rc = cp_audit_add(c->audit, &e, NULL, err);
	e.subject = k->other.id;
	if (rc == CP_OK && k->both)
		rc = cp_audit_add(c->audit, &e, NULL, err);
	cp_buf_clear(&b);
	return rc;
}

static enum cp_rc
drop(struct cp_store *s, int64_t n, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_UNDO_DROP);

	cp_bind_int(q, n);
	return cp_exec(q, err);
}

static enum cp_rc
undo(const struct cp_change *c, const struct kept *k, const char *action,
    const char *reason, struct cp_err *err)
{
	enum cp_rc rc = check_same(c->store, k, "left", &k->record, err);

	if (rc == CP_OK && k->both)
		rc = check_same(c->store, k, "other_left", &k->other, err);
	if (rc == CP_OK && k->both)
		rc = cp_sar_unsafe(c->store, k->record.n, err);
	if (rc == CP_OK && k->both)
		rc = cp_sar_unsafe(c->store, k->other.n, err);
	if (rc == CP_OK)
		rc = put_back(c, k, err);
	if (rc == CP_OK)
		rc = drop(c->store, k->n, err);
	return rc == CP_OK ? log_undone(c, k, action, reason, err) : rc;
}

enum cp_rc
cp_undo_last(const struct cp_change *c, const char *id, const char *reason,
    struct cp_undone *out, struct cp_err *err)
{
	struct kept k = { .body = NULL };
	struct cp_undone done;
	struct cp_record r;
	enum cp_rc rc = cp_record_get(c->store, id, &r, err);

	memset(&done, 0, sizeof(done));
	if (rc == CP_OK)
		rc = load(c->store, &r, &k, done.action, err);
	/* The other record too must be in reach. */
	if (rc == CP_OK)
		rc = cp_record_get(c->store, k.record.id, &r, err);
	if (rc == CP_OK && k.both)
		rc = cp_record_get(c->store, k.other.id, &r, err);
	if (rc == CP_OK)
		rc = undo(c, &k, done.action, reason, err);
	if (rc == CP_OK) {
		(void)snprintf(done.record, sizeof(done.record), "%s",
		    k.record.id);
		(void)snprintf(done.other, sizeof(done.other), "%s",
		    k.both ? k.other.id : "");
		*out = done;
	}
	cp_json_free(k.body);
	return rc;
}
