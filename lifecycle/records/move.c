#include "lifecycle/records/move.h"

#include <stdio.h>
#include <string.h>

#include "lifecycle/records/document_edit.h"
#include "lifecycle/records/gate.h"
#include "lifecycle/records/notice_life.h"
#include "lifecycle/records/undo.h"
#include "lifecycle/store/json_put.h"
#include "lifecycle/store/stmt.h"

static const char *const words[] = { "accepted", "declined", "withdrawn" };
static const char *const actions[] = { "record.move-accept",
	"record.move-decline", "record.move-withdraw" };

const char *
cp_move_end_word(enum cp_move_end end)
{
	return words[end];
}

/* ---- reading ---- */

static void
read_move(struct cp_stmt *q, struct cp_offer *m)
{
	memset(m, 0, sizeof(*m));
	m->n = cp_col_int(q, 0);
	m->record = cp_col_int(q, 1);
	cp_col_copy(q, 2, m->id, sizeof(m->id));
	cp_col_copy(q, 3, m->from, sizeof(m->from));
	cp_col_copy(q, 4, m->to, sizeof(m->to));
	m->date = cp_col_date(q, 5);
	cp_col_copy(q, 6, m->offered, sizeof(m->offered));
	cp_col_copy(q, 7, m->offered_by, sizeof(m->offered_by));
}

static enum cp_rc
find_open(struct cp_store *s, const char *id, struct cp_offer *m, int *found,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_MOVE_OPEN_OF);
	enum cp_rc rc;

	cp_bind_text(q, id);
	rc = cp_step(q, found, err);
	if (rc == CP_OK && *found) {
		read_move(q, m);
		cp_reset(q);
	}
	return rc;
}

enum cp_rc
cp_move_each(struct cp_store *s,
    enum cp_rc (*fn)(void *ctx, const struct cp_offer *m, const char *reason,
    struct cp_err *err), void *ctx, struct cp_err *err)
{
	const struct cp_operator *op = cp_store_actor(s);
	struct cp_stmt *q = cp_stmt(s, SQL_MOVE_OPEN_ALL);
	struct cp_offer m;
	int row;
	enum cp_rc rc;

	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		read_move(q, &m);
		if (cp_operator_reaches(op, m.from) ||
		    cp_operator_reaches(op, m.to))
			rc = fn(ctx, &m, cp_col_null(q, 8) ? NULL :
			    cp_col_text(q, 8), err);
		if (rc != CP_OK)
			break;
	}
	cp_reset(q);
	return rc;
}

/* ---- the log ---- */

static enum cp_rc
log_move(const struct cp_change *c, const char *action,
    const struct cp_offer *m, const char *reason, int64_t *seq,
    struct cp_err *err)
{
	struct cp_entry entry = { action, m->id, NULL, NULL };
	char date[CP_DATE_TEXT];
	struct cp_buf b;
	enum cp_rc rc;

	cp_buf_init(&b);
	cp_json_open(&b, '{');
	cp_json_put_member(&b, "from", m->from);
	cp_json_put_member(&b, "to", m->to);
	cp_json_put_member(&b, "date", cp_date_format(m->date, date));
	if (reason != NULL)
		cp_json_put_member(&b, "reason", reason);
	cp_json_close(&b, '}');
	rc = cp_buf_check(&b, err);
	entry.detail = cp_buf_text(&b);
	if (rc == CP_OK)
		rc = cp_audit_add(c->audit, &entry, seq, err);
	cp_buf_clear(&b);
	return rc;
}

/* ---- offering ---- */

static enum cp_rc
refuse_second(const struct cp_offer *m, struct cp_err *err)
{
	(void)cp_fail(err, CP_REFUSED, "%s is offered to authority %s "
	    "already", m->id, m->to);
	cp_err_hint(err, "take that back first: cpadmin record move withdraw "
	    "%s --reason TEXT", m->id);
	return CP_REFUSED;
}

enum cp_rc
cp_move_offer(const struct cp_change *c, const struct cp_record *r,
    const struct cp_event *e, struct cp_offer *out, struct cp_err *err)
{
	struct cp_offer m = { .record = r->n, .date = e->date };
	struct cp_stmt *q;
	int found;
	enum cp_rc rc = find_open(c->store, r->id, &m, &found, err);

	if (rc == CP_OK && found)
		return refuse_second(&m, err);
	if (rc != CP_OK)
		return rc;
	(void)snprintf(m.id, sizeof(m.id), "%s", r->id);
	(void)snprintf(m.from, sizeof(m.from), "%s", r->authority);
	(void)snprintf(m.to, sizeof(m.to), "%s", e->to);
	(void)snprintf(m.offered, sizeof(m.offered), "%s", c->now->time);
	(void)snprintf(m.offered_by, sizeof(m.offered_by), "%s",
	    cp_audit_actor(c->audit));
	q = cp_stmt(c->store, SQL_MOVE_OFFER);
	cp_bind_int(q, m.record);
	cp_bind_text(q, m.from);
	cp_bind_text(q, m.to);
	cp_bind_date(q, m.date);
	cp_bind_text(q, e->reason);
	cp_bind_text(q, m.offered);
	cp_bind_text(q, m.offered_by);
	rc = cp_exec(q, err);
	m.n = cp_last_insert(c->store);
	if (rc == CP_OK)
		rc = log_move(c, "record.move-offer", &m, e->reason, NULL,
		    err);
	if (rc == CP_OK)
		*out = m;
	return rc;
}

/* ---- settling ---- */

static enum cp_rc
no_offer(struct cp_err *err)
{
	(void)cp_fail(err, CP_NOT_FOUND, "no open offer of such a record");
	cp_err_hint(err, "`cpadmin record move list' shows those that are");
	return CP_NOT_FOUND;
}

static enum cp_rc
may_settle(const struct cp_operator *op, const struct cp_offer *m,
    enum cp_move_end end, struct cp_err *err)
{
	int from = cp_operator_reaches(op, m->from);
	int to = cp_operator_reaches(op, m->to);

	if (!from && !to)
		return no_offer(err);
	if (end == CP_MOVE_WITHDRAWN ? from : to)
		return CP_OK;
	(void)cp_fail(err, CP_DENIED, end == CP_MOVE_WITHDRAWN ?
	    "only the authority that offered %s withdraws that" :
	    "only the authority that %s is offered to answers that", m->id);
	cp_err_hint(err, "cpadmin record move %s %s --reason TEXT",
	    end == CP_MOVE_WITHDRAWN ? "decline" : "withdraw", m->id);
	return CP_DENIED;
}

static enum cp_rc
close_offer(const struct cp_change *c, const struct cp_offer *m,
    enum cp_move_end end, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(c->store, SQL_MOVE_SETTLE);

	cp_bind_text(q, words[end]);
	cp_bind_text(q, c->now->time);
	cp_bind_text(q, cp_audit_actor(c->audit));
	cp_bind_int(q, m->n);
	return cp_exec(q, err);
}

/* The acceptance as it is undone: AT_ONCE, there was no offer before it. */
static enum cp_rc
keep(const struct cp_change *c, const struct cp_offer *m,
    const struct cp_record *r, const struct cp_document *before, int64_t seq,
    int at_once, struct cp_err *err)
{
	struct cp_undo u = { actions[CP_MOVE_ACCEPTED], seq, r, before, NULL,
		NULL };
	char extra[80];

	(void)snprintf(extra, sizeof(extra), "{\"move\":%lld,\"offered\":%s}",
	    (long long)m->n, at_once ? "false" : "true");
	u.extra = extra;
	return cp_undo_keep(c, &u, err);
}

static enum cp_rc
pass(const struct cp_change *c, const struct cp_offer *m, const char *reason,
    int at_once, struct cp_err *err)
{
	struct cp_document *old = NULL, *doc = NULL;
	struct cp_record r;
	int64_t seq = 0;
	enum cp_rc rc = cp_record_at(c->store, m->record, &r, err);

	if (rc == CP_OK)
		rc = cp_gate_document(c->store, &r, CP_FOR_CHANGE, &old, err);
	if (rc == CP_OK)
		rc = cp_gate_document(c->store, &r, CP_FOR_CHANGE, &doc, err);
	if (rc == CP_OK)
		rc = cp_document_set_authority(doc, m->to, err);
	if (rc == CP_OK)
		rc = close_offer(c, m, CP_MOVE_ACCEPTED, err);
	if (rc == CP_OK)
		rc = cp_record_replace(c->store, c->rules, &r, old, doc,
		    c->now, err);
	if (rc == CP_OK)
		rc = log_move(c, actions[CP_MOVE_ACCEPTED], m, reason, &seq,
		    err);
	if (rc == CP_OK)
		rc = cp_notice_moved(c, r.n, m->n, err);
	if (rc == CP_OK)
		rc = keep(c, m, &r, old, seq, at_once, err);
	cp_document_free(old);
	cp_document_free(doc);
	return rc;
}

enum cp_rc
cp_move_pass(const struct cp_change *c, const struct cp_offer *m,
    const char *reason, struct cp_err *err)
{
	return pass(c, m, reason, 1, err);
}

enum cp_rc
cp_move_settle(const struct cp_change *c, const char *id,
    enum cp_move_end end, const char *reason, struct cp_offer *m,
    struct cp_err *err)
{
	int found;
	enum cp_rc rc = find_open(c->store, id, m, &found, err);

	if (rc == CP_OK && !found)
		rc = no_offer(err);
	if (rc == CP_OK)
		rc = may_settle(cp_store_actor(c->store), m, end, err);
	if (rc == CP_OK && end == CP_MOVE_ACCEPTED)
		return pass(c, m, reason, 0, err);
	if (rc == CP_OK)
		rc = close_offer(c, m, end, err);
	return rc == CP_OK ? log_move(c, actions[end], m, reason, NULL, err) :
	    rc;
}

enum cp_rc
cp_move_lapse(struct cp_store *s, int64_t n, const struct cp_now *now,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_MOVE_LAPSE);

	cp_bind_text(q, now->time);
	cp_bind_int(q, n);
	return cp_exec(q, err);
}

enum cp_rc
cp_move_lapse_other(struct cp_store *s, int64_t n, const char *authority,
    const struct cp_now *now, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_MOVE_LAPSE_OTHER);

	cp_bind_text(q, now->time);
	cp_bind_int(q, n);
	cp_bind_text(q, authority);
	return cp_exec(q, err);
}

/* ---- undoing ---- */

enum cp_rc
cp_move_undo(const struct cp_change *c, const struct cp_json *extra,
    struct cp_err *err)
{
	int offered = cp_json_true(cp_json_get(extra, "offered"));
	int64_t n = 0;
	struct cp_stmt *q;
	enum cp_rc rc = cp_json_need_int(extra, "move", &n, err);

	if (rc != CP_OK)
		return rc;
	q = cp_stmt(c->store, SQL_MOVE_REOPEN);
	cp_bind_text(q, offered ? "offered" : "withdrawn");
	cp_bind_text(q, offered ? NULL : c->now->time);
	cp_bind_text(q, offered ? NULL : cp_audit_actor(c->audit));
	cp_bind_int(q, n);
	rc = cp_exec(q, err);
	return rc == CP_OK ? cp_notice_not_moved(c->store, n, err) : rc;
}
