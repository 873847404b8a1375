#include "lifecycle/records/merge.h"

#include <string.h>

#include "lifecycle/records/consent_sensitive.h"
#include "lifecycle/records/find.h"
#include "lifecycle/records/gate.h"
#include "lifecycle/records/gate_joins.h"
#include "lifecycle/records/hold.h"
#include "lifecycle/records/link.h"
#include "lifecycle/records/move.h"
#include "lifecycle/records/notice_life.h"
#include "lifecycle/records/number.h"
#include "lifecycle/records/prepare.h"
#include "lifecycle/records/reach.h"
#include "lifecycle/records/sar_life.h"
#include "lifecycle/records/undo.h"
#include "lifecycle/store/json.h"
#include "lifecycle/store/stmt.h"

enum cp_rc
cp_merged_into(struct cp_store *s, int64_t n, char out[CP_ID_MAX],
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_MERGED_INTO);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, n);
	rc = cp_step(q, &row, err);
	if (rc == CP_OK && !row)
		rc = cp_fail(err, CP_CORRUPT, "the record in row %lld is "
		    "merged into none", (long long)n);
	if (rc != CP_OK)
		return rc;
	cp_col_copy(q, 0, out, CP_ID_MAX);
	cp_reset(q);
	return CP_OK;
}

static enum cp_rc
exec_on(struct cp_store *s, enum sql_id id, int64_t n, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, id);

	cp_bind_int(q, n);
	return cp_exec(q, err);
}

enum cp_rc
cp_merge_row(const struct cp_change *c, const struct cp_record *r,
    int64_t into, struct cp_err *err)
{
	struct cp_stmt *q;
	enum cp_rc rc = cp_keys_drop(c->store, r->n, err);

	if (rc == CP_OK)
		rc = exec_on(c->store, SQL_DOCUMENT_DELETE, r->n, err);
	if (rc == CP_OK)
		rc = exec_on(c->store, SQL_TROUBLE_OF_MERGED, r->n, err);
	if (rc != CP_OK)
		return rc;
	q = cp_stmt(c->store, SQL_RECORD_MERGE);
	cp_bind_int(q, r->n);
	cp_bind_int(q, into);
	cp_bind_text(q, c->now->time);
	rc = cp_exec(q, err);
	if (rc == CP_OK && cp_changes(c->store) != 1)
		rc = cp_fail(err, CP_REFUSED, "record %s is not live", r->id);
	return rc;
}

/* ---- what goes along ---- */

/* The rows that statement ID passes from FROM to TO, as an array. */
static enum cp_rc
pass_on(struct cp_store *s, enum sql_id id, int64_t from, int64_t to,
    struct cp_buf *out, int64_t *count, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, id);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, from);
	cp_bind_int(q, to);
	cp_json_open(out, '[');
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		cp_json_put_int(out, cp_col_int(q, 0));
		(*count)++;
	}
	cp_json_close(out, ']');
	return rc;
}

/* An offer to another authority was about the record as it was. */
static enum cp_rc
end_move(const struct cp_change *c, int64_t n, struct cp_buf *out,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(c->store, SQL_MOVE_OF_MERGED);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, n);
	rc = cp_step(q, &row, err);
	if (rc != CP_OK || !row)
		return rc;
	cp_json_put_key(out, "move");
	cp_json_put_int(out, cp_col_int(q, 0));
	if (!cp_col_null(q, 1))
		cp_json_put_member(out, "move_reason", cp_col_text(q, 1));
	cp_reset(q);
	return cp_move_lapse(c->store, n, c->now, err);
}

static int64_t
count_of(const struct cp_buf *json, struct cp_err *err)
{
	struct cp_json *list = NULL;
	int64_t n = -1;

	if (cp_json_parse(cp_buf_text(json), json->len, &list, err) == CP_OK)
		n = (int64_t)cp_json_size(list);
	cp_json_free(list);
	return n;
}

static enum cp_rc
move_holds(const struct cp_change *c, int64_t from, int64_t to,
    struct cp_buf *out, int64_t *count, struct cp_err *err)
{
	struct cp_buf ids;
	enum cp_rc rc;

	cp_buf_init(&ids);
	rc = cp_hold_move(c->store, from, to, &ids, err);
	if (rc == CP_OK) {
		*count = count_of(&ids, err);
		rc = *count < 0 ? err->code : CP_OK;
	}
	if (rc == CP_OK) {
		cp_json_put_key(out, "holds");
		cp_json_put_raw(out, cp_buf_text(&ids), ids.len);
	}
	cp_buf_clear(&ids);
	return rc;
}

/* Both ledgers as they are, then they are one. */
static enum cp_rc
join_ledgers(struct cp_store *s, int64_t from, int64_t to,
    struct cp_buf *extra, int64_t *count, struct cp_err *err)
{
	struct cp_buf rows;
	enum cp_rc rc;

	cp_buf_init(&rows);
	cp_json_put_key(extra, "ledger");
	rc = cp_consent_save(s, to, extra, err);
	cp_json_put_key(extra, "other_ledger");
	if (rc == CP_OK)
		rc = cp_consent_save(s, from, extra, err);
	if (rc == CP_OK)
		rc = pass_on(s, SQL_CONSENTS_PASS_ON, from, to, &rows, count,
		    err);
	cp_buf_clear(&rows);
	return rc;
}

/* All that was ID's is INTO's; EXTRA becomes what undoing needs to know. */
static enum cp_rc
hand_over(const struct cp_change *c, const struct cp_record *r,
    const struct cp_record *into, const struct cp_document *doc,
    const struct cp_buf *shields, struct cp_buf *extra, struct cp_merged *out,
    struct cp_err *err)
{
	struct cp_store *s = c->store;
	int64_t numbers = 0;
	enum cp_rc rc;

	cp_json_open(extra, '{');
	cp_json_put_key(extra, "shields");
	cp_json_put_raw(extra, cp_buf_text(shields), shields->len);
	cp_json_put_key(extra, "other");
	cp_document_text(doc, extra);
	rc = join_ledgers(s, r->n, into->n, extra, &out->consents, err);
	cp_json_put_key(extra, "merged");
	if (rc == CP_OK)
		rc = pass_on(s, SQL_MERGED_PASS_ON, r->n, into->n, extra,
		    &numbers, err);
	if (rc == CP_OK)
		rc = move_holds(c, r->n, into->n, extra, &out->holds, err);
	cp_json_put_key(extra, "notices");
	if (rc == CP_OK)
		rc = cp_notice_join(s, r->n, into->n, extra, err);
	if (rc == CP_OK)
		rc = end_move(c, r->n, extra, err);
	cp_json_close(extra, '}');
	if (rc == CP_OK)
		rc = cp_merge_row(c, r, into->n, err);
	return rc == CP_OK ? cp_buf_check(extra, err) : rc;
}

/* ---- what may be merged ---- */

static enum cp_rc
check_pair(struct cp_store *s, const struct cp_record *r,
    const struct cp_record *into, struct cp_err *err)
{
	int barred = 0;
	enum cp_rc rc;

	if (r->n == into->n)
		return cp_fail(err, CP_REFUSED, "%s cannot be merged into "
		    "itself", r->id);
	rc = cp_link_barred(s, r->n, into->n, &barred, err);
	if (rc != CP_OK || !barred)
		return rc;
	(void)cp_fail(err, CP_REFUSED, "records %s and %s are never to be "
	    "linked", r->id, into->id);
	cp_err_hint(err, "where that was an error, a data protection or "
	    "shielding officer takes the mark away with `cpadmin record "
	    "never-link remove'");
	return CP_REFUSED;
}

static enum cp_rc
get_both(const struct cp_change *c, const struct cp_merge *m,
    struct cp_record *r, struct cp_record *into, struct cp_err *err)
{
	enum cp_rc rc = cp_record_get(c->store, m->id, r, err);

	if (rc == CP_OK)
		rc = cp_record_need_live(c->store, r, "restore", err);
	if (rc == CP_OK)
		rc = cp_record_get(c->store, m->into, into, err);
	if (rc == CP_OK)
		rc = cp_record_need_live(c->store, into, "restore", err);
	return rc == CP_OK ? check_pair(c->store, r, into, err) : rc;
}

static enum cp_rc
refuse_conflicts(unsigned fields, struct cp_err *err)
{
	struct cp_buf names;

	cp_buf_init(&names);
	cp_join_field_names(fields, &names);
	(void)cp_fail(err, CP_REFUSED, "the two records contradict each other "
	    "in: %s", cp_buf_text(&names));
	cp_err_hint(err, "say what is right, such as --set nhs=NUMBER, --set "
	    "birth_date=DATE, --set death.date=DATE; or they are two people");
	cp_buf_clear(&names);
	return CP_REFUSED;
}

/* *JOINED: the document of both. */
static enum cp_rc
join(const struct cp_change *c, const struct cp_merge *m,
    const struct cp_record *r, const struct cp_record *into,
    struct cp_document **from, struct cp_document **joined,
    struct cp_joined *counts, struct cp_reject *why, struct cp_err *err)
{
	struct cp_document *doc = NULL;
	unsigned settled = 0, open = 0;
	enum cp_rc rc = cp_gate_document(c->store, r, CP_FOR_CHANGE, from, err);

	for (size_t i = 0; i < m->n_sets; i++)
		settled |= cp_join_field_of(m->sets[i]);
	if (rc == CP_OK)
		rc = cp_gate_document(c->store, into, CP_FOR_CHANGE, &doc, err);
	if (rc == CP_OK)
		rc = cp_document_set_each(&doc, m->sets, m->n_sets,
		    c->now->today, why, err);
	if (rc == CP_OK)
		rc = cp_document_join(doc, *from, settled, joined, &open,
		    counts, why, err);
	if (rc == CP_OK && open != 0)
		rc = refuse_conflicts(open, err);
	cp_document_free(doc);
	return rc;
}

/* ---- the log ---- */

static enum cp_rc
log_one(const struct cp_change *c, const char *subject, const char *key,
    const char *other, const struct cp_merge *m, int64_t *seq,
    struct cp_err *err)
{
	struct cp_entry e = { "record.merge", subject, NULL, NULL };
	struct cp_buf b;
	enum cp_rc rc;

	cp_buf_init(&b);
	cp_json_open(&b, '{');
	cp_json_put_member(&b, key, other);
	cp_json_put_key(&b, "set");
	cp_json_open(&b, '[');
	for (size_t i = 0; i < m->n_sets; i++)
		cp_json_put_bytes(&b, m->sets[i], strcspn(m->sets[i], "="));
	cp_json_close(&b, ']');
	cp_json_put_member(&b, "reason", m->reason);
	cp_json_close(&b, '}');
	rc = cp_buf_check(&b, err);
	e.detail = cp_buf_text(&b);
	if (rc == CP_OK)
		rc = cp_audit_add(c->audit, &e, seq, err);
	cp_buf_clear(&b);
	return rc;
}

/* The entries about both, and what undoes it all. */
static enum cp_rc
note(const struct cp_change *c, const struct cp_merge *m,
    const struct cp_record *r, const struct cp_record *into,
    const struct cp_document *was, const char *extra, struct cp_err *err)
{
	struct cp_undo u = { "record.merge", 0, into, was, r, extra };
	enum cp_rc rc = log_one(c, r->id, "into", into->id, m, NULL, err);

	if (rc == CP_OK)
		rc = log_one(c, into->id, "merged", r->id, m, &u.seq, err);
	return rc == CP_OK ? cp_undo_keep(c, &u, err) : rc;
}

/* What is said to have come together is what both show before a shield comes
 * over the two: what then goes behind it would be missed, and a dry run leaves
 * no trace of who asked. */
static enum cp_rc
count_joined(const struct cp_change *c, const struct cp_merge *m,
    const struct cp_record *r, const struct cp_record *into,
    struct cp_joined *out, struct cp_reject *why, struct cp_err *err)
{
	struct cp_document *from = NULL, *doc = NULL;
	enum cp_rc rc = join(c, m, r, into, &from, &doc, out, why, err);

	cp_document_free(from);
	cp_document_free(doc);
	return rc;
}

enum cp_rc
cp_record_merge(const struct cp_change *c, const struct cp_merge *m,
    struct cp_merged *out, struct cp_reject *why, struct cp_err *err)
{
	struct cp_joined without;
	struct cp_document *from = NULL, *was = NULL, *doc = NULL;
	struct cp_record r, into;
	struct cp_buf extra, shields;
	int64_t over = 0;
	int changed = 0;
	enum cp_rc rc = get_both(c, m, &r, &into, err);

	memset(out, 0, sizeof(*out));
	cp_buf_init(&extra);
	cp_buf_init(&shields);
	if (rc == CP_OK)
		rc = count_joined(c, m, &r, &into, &out->joined, why, err);
	if (rc == CP_OK)
		rc = cp_gate_merge(c, &r, &into, &shields, err);
	if (rc == CP_OK)
		rc = join(c, m, &r, &into, &from, &doc, &without, why, err);
	if (rc == CP_OK)
		rc = cp_gate_document(c->store, &into, CP_FOR_CHANGE, &was,
		    err);
	if (rc == CP_OK)
		rc = hand_over(c, &r, &into, from, &shields, &extra, out,
		    err);
	if (rc == CP_OK)
		rc = cp_sar_unsafe(c->store, into.n, err);
	/* What the one had withdrawn, the other does not bring back. */
	if (rc == CP_OK)
		rc = cp_sensitive_filter(c->store, c->rules, into.n, doc,
		    &over, &changed, err);
	if (rc == CP_OK)
		rc = cp_record_replace(c->store, c->rules, &into, was, doc,
		    c->now, err);
	/* Nobody gives away what they do not reach (--set authority). */
	if (rc == CP_OK)
		rc = cp_reach_need(c->store, into.n, into.id, err);
	if (rc == CP_OK)
		rc = cp_numbers_alone(c->store, c->rules, into.n, err);
	if (rc == CP_OK)
		rc = note(c, m, &r, &into, was, cp_buf_text(&extra), err);
	if (rc == CP_OK)
		rc = cp_record_at(c->store, into.n, &out->record, err);
	cp_document_free(from);
	cp_document_free(was);
	cp_document_free(doc);
	cp_buf_clear(&extra);
	cp_buf_clear(&shields);
	return rc;
}
