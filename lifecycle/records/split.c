#include "lifecycle/records/split.h"

#include <string.h>

#include "lifecycle/records/consent.h"
#include "lifecycle/records/document_join.h"
#include "lifecycle/records/find.h"
#include "lifecycle/records/gate.h"
#include "lifecycle/records/hold.h"
#include "lifecycle/records/ident.h"
#include "lifecycle/records/link.h"
#include "lifecycle/records/number.h"
#include "lifecycle/records/reach.h"
#include "lifecycle/records/sar_life.h"
#include "lifecycle/records/shield.h"
#include "lifecycle/records/undo.h"
#include "lifecycle/store/json.h"
#include "lifecycle/store/stmt.h"

enum { ID_TRIES = 20 };

/* A number that was never used. */
static enum cp_rc
fresh_id(struct cp_store *s, char id[CP_ID_MAX], struct cp_err *err)
{
	struct cp_stmt *q;
	int taken = 1;
	enum cp_rc rc = CP_OK;

	for (int i = 0; rc == CP_OK && taken && i < ID_TRIES; i++) {
		rc = cp_id_new(id, err);
		if (rc != CP_OK)
			break;
		q = cp_stmt(s, SQL_RECORD_BY_ID);
		cp_bind_text(q, id);
		rc = cp_step(q, &taken, err);
		cp_reset(q);
	}
	if (rc == CP_OK && taken)
		rc = cp_fail(err, CP_FAILED, "no free identifying number");
	return rc;
}

/* ---- what goes along ---- */

static enum cp_rc
pass_consents(struct cp_store *s, const struct cp_split *x,
    const struct cp_record *r, int64_t to, struct cp_buf *extra,
    struct cp_err *err)
{
	struct cp_stmt *q;
	enum cp_rc rc;

	cp_json_put_key(extra, "ledger");
	rc = cp_consent_save(s, r->n, extra, err);
	for (size_t i = 0; rc == CP_OK && i < x->n_consents; i++) {
		q = cp_stmt(s, SQL_CONSENT_PASS_ON);
		cp_bind_int(q, x->consents[i]);
		cp_bind_int(q, r->n);
		cp_bind_int(q, to);
		rc = cp_exec(q, err);
		if (rc == CP_OK && cp_changes(s) != 1)
			rc = cp_fail(err, CP_NOT_FOUND, "consent C-%04lld is "
			    "not one of %s", (long long)x->consents[i], r->id);
	}
	return rc;
}

static enum cp_rc
copy_holds(struct cp_store *s, int64_t from, int64_t to,
    struct cp_buf *extra, int64_t *count, struct cp_err *err)
{
	struct cp_json *list = NULL;
	struct cp_buf ids;
	enum cp_rc rc;

	cp_buf_init(&ids);
	rc = cp_hold_copy(s, from, to, &ids, err);
	if (rc == CP_OK)
		rc = cp_json_parse(cp_buf_text(&ids), ids.len, &list, err);
	if (rc == CP_OK) {
		*count = (int64_t)cp_json_size(list);
		cp_json_put_key(extra, "holds");
		cp_json_put_raw(extra, cp_buf_text(&ids), ids.len);
	}
	cp_json_free(list);
	cp_buf_clear(&ids);
	return rc;
}

/* Entry SEQ of R's history is TO's from now on; EXTRA gets [SEQ,whose it
 * had become before, or null]. */
static enum cp_rc
divide_entry(struct cp_store *s, int64_t seq, const struct cp_record *r,
    int64_t to, struct cp_buf *extra, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_HISTORY_HAS);
	int64_t has, was;
	enum cp_rc rc;

	cp_bind_text(q, r->id);
	cp_bind_int(q, seq);
	rc = cp_exec_int(q, 0, &has, err);
	if (rc == CP_OK && !has) {
		(void)cp_fail(err, CP_NOT_FOUND, "log entry %lld is not in "
		    "the history of %s", (long long)seq, r->id);
		cp_err_hint(err, "`cpadmin record history %s --columns "
		    "seq,time,action' shows their numbers", r->id);
		return CP_NOT_FOUND;
	}
	q = cp_stmt(s, SQL_HISTORY_PART_OF);
	cp_bind_int(q, seq);
	if (rc == CP_OK)
		rc = cp_exec_int(q, 0, &was, err);
	if (rc != CP_OK)
		return rc;
	cp_json_open(extra, '[');
	cp_json_put_int(extra, seq);
	if (was != 0)
		cp_json_put_int(extra, was);
	cp_json_close(extra, ']');
	q = cp_stmt(s, SQL_HISTORY_PART_PUT);
	cp_bind_int(q, seq);
	cp_bind_int(q, to);
	return cp_exec(q, err);
}

static enum cp_rc
divide_history(struct cp_store *s, const struct cp_split *x,
    const struct cp_record *r, int64_t to, struct cp_buf *extra,
    struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	cp_json_put_key(extra, "history");
	cp_json_open(extra, '[');
	for (size_t i = 0; rc == CP_OK && i < x->n_history; i++)
		rc = divide_entry(s, x->history[i], r, to, extra, err);
	cp_json_close(extra, ']');
	return rc;
}

static enum cp_rc
hand_over(const struct cp_change *c, const struct cp_split *x,
    const struct cp_record *r, int64_t to, struct cp_buf *extra,
    int64_t *holds, struct cp_err *err)
{
	enum cp_rc rc;

	cp_json_open(extra, '{');
	rc = pass_consents(c->store, x, r, to, extra, err);
	if (rc == CP_OK)
		rc = copy_holds(c->store, r->n, to, extra, holds, err);
	if (rc == CP_OK)
		rc = divide_history(c->store, x, r, to, extra, err);
	cp_json_close(extra, '}');
	if (rc == CP_OK)
		rc = cp_link_put(c, r->n, to, "split", err);
	return rc == CP_OK ? cp_buf_check(extra, err) : rc;
}

/* ---- the log ---- */

static enum cp_rc
log_split(const struct cp_change *c, const struct cp_split *x,
    const char *id, int64_t *seq, struct cp_err *err)
{
	struct cp_entry e = { "record.split", id, NULL, NULL };
	struct cp_buf b;
	enum cp_rc rc;

	cp_buf_init(&b);
	cp_json_open(&b, '{');
	cp_json_put_key(&b, "taken");
	cp_json_open(&b, '[');
	for (size_t i = 0; i < x->n_take; i++)
		cp_json_put_string(&b, x->take[i]);
	cp_json_close(&b, ']');
	cp_json_put_member(&b, "reason", x->reason);
	cp_json_close(&b, '}');
	rc = cp_buf_check(&b, err);
	e.detail = cp_buf_text(&b);
	if (rc == CP_OK)
		rc = cp_audit_add(c->audit, &e, seq, err);
	cp_buf_clear(&b);
	return rc;
}

/* Two entries, each of which tells nothing of the other record; that of the
 * new one tells not even that there was a split. */
static enum cp_rc
note(const struct cp_change *c, const struct cp_split *x,
    const struct cp_record *r, const struct cp_record *parted,
    const struct cp_document *was, const char *extra, struct cp_err *err)
{
	struct cp_undo u = { "record.split", 0, r, was, parted, extra };
	struct cp_entry e = { "record.create", parted->id, NULL, NULL };
	enum cp_rc rc = log_split(c, x, r->id, &u.seq, err);

	if (rc == CP_OK)
		rc = cp_audit_add(c->audit, &e, NULL, err);
	return rc == CP_OK ? cp_undo_keep(c, &u, err) : rc;
}

/* ---- both ---- */

/* The rows of both, with the documents as they are now. */
static enum cp_rc
store_both(const struct cp_change *c, const struct cp_split *x,
    const struct cp_record *r, const struct cp_document *was,
    struct cp_document *kept, const struct cp_document *parted,
    struct cp_buf *extra, struct cp_splitted *out, struct cp_err *err)
{
	int64_t n = 0;
	enum cp_rc rc = cp_record_insert(c->store, c->rules, parted, c->now,
	    &n, err);

	/* Nobody gives away what they do not reach (--set authority). */
	if (rc == CP_OK)
		rc = cp_reach_need(c->store, n, parted->id, err);
	if (rc == CP_OK)
		rc = hand_over(c, x, r, n, extra, &out->holds, err);
	if (rc == CP_OK)
		rc = cp_record_replace(c->store, c->rules, r, was, kept,
		    c->now, err);
	if (rc == CP_OK)
		rc = cp_shield_share(c, r->n, n, err);
	if (rc == CP_OK)
		rc = cp_record_refresh(c->store, c->rules, n, err);
	if (rc == CP_OK)
		rc = cp_numbers_alone(c->store, c->rules, r->n, err);
	if (rc == CP_OK)
		rc = cp_numbers_alone(c->store, c->rules, n, err);
	if (rc == CP_OK)
		rc = cp_record_at(c->store, n, &out->parted, err);
	return rc == CP_OK ? cp_record_at(c->store, r->n, &out->record, err) :
	    rc;
}

enum cp_rc
cp_record_split(const struct cp_change *c, const struct cp_split *x,
    struct cp_splitted *out, struct cp_reject *why, struct cp_err *err)
{
	struct cp_document *was = NULL, *kept = NULL, *parted = NULL;
	char id[CP_ID_MAX];
	struct cp_record r;
	struct cp_buf extra;
	enum cp_rc rc = cp_record_get(c->store, x->id, &r, err);

	memset(out, 0, sizeof(*out));
	cp_buf_init(&extra);
	if (rc == CP_OK)
		rc = cp_record_need_live(c->store, &r, "restore", err);
	if (rc == CP_OK)
		rc = cp_gate_document(c->store, &r, CP_FOR_CHANGE, &was, err);
	if (rc == CP_OK)
		rc = fresh_id(c->store, id, err);
	if (rc == CP_OK)
		rc = cp_document_part(was, id, x->take, x->n_take, x->sets,
		    x->n_sets, c->now->today, &kept, &parted, why, err);
	if (rc == CP_OK)
		rc = store_both(c, x, &r, was, kept, parted, &extra, out, err);
	if (rc == CP_OK)
		rc = cp_sar_unsafe(c->store, r.n, err);
	if (rc == CP_OK)
		rc = note(c, x, &r, &out->parted, was, cp_buf_text(&extra),
		    err);
	cp_document_free(was);
	cp_document_free(kept);
	cp_document_free(parted);
	cp_buf_clear(&extra);
	return rc;
}
