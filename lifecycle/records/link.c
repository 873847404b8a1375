#include "lifecycle/records/link.h"

#include <string.h>

#include "lifecycle/records/find.h"
#include "lifecycle/store/json_put.h"
#include "lifecycle/store/stmt.h"

enum cp_rc
cp_link_put(const struct cp_change *c, int64_t a, int64_t b, const char *why,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(c->store, SQL_LINK_ADD);

	cp_bind_int(q, a);
	cp_bind_int(q, b);
	cp_bind_text(q, c->now->time);
	cp_bind_text(q, cp_audit_actor(c->audit));
	cp_bind_text(q, why);
	return cp_exec(q, err);
}

enum cp_rc
cp_link_drop(struct cp_store *s, int64_t a, int64_t b, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_LINK_REMOVE);

	cp_bind_int(q, a);
	cp_bind_int(q, b);
	return cp_exec(q, err);
}

enum cp_rc
cp_link_forget(struct cp_store *s, int64_t n, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_LINK_FORGET);

	cp_bind_int(q, n);
	return cp_exec(q, err);
}

enum cp_rc
cp_link_barred(struct cp_store *s, int64_t a, int64_t b, int *out,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_LINK_BETWEEN);
	int64_t n;
	enum cp_rc rc;

	cp_bind_int(q, a);
	cp_bind_int(q, b);
	rc = cp_exec_int(q, 0, &n, err);
	if (rc == CP_OK)
		*out = n > 0;
	return rc;
}

enum cp_rc
cp_link_each(struct cp_store *s, enum cp_rc (*fn)(void *ctx,
    const struct cp_link *link, struct cp_err *err), void *ctx,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_LINK_LIST);
	struct cp_link l;
	int row;
	enum cp_rc rc;

	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		cp_col_copy(q, 0, l.a, sizeof(l.a));
		cp_col_copy(q, 1, l.b, sizeof(l.b));
		l.at = cp_col_text(q, 2);
		l.by = cp_col_text(q, 3);
		l.why = cp_col_text(q, 4);
		cp_col_copy(q, 5, l.a_authority, sizeof(l.a_authority));
		cp_col_copy(q, 6, l.b_authority, sizeof(l.b_authority));
		rc = fn(ctx, &l, err);
		if (rc != CP_OK)
			break;
	}
	cp_reset(q);
	return rc;
}

/* ---- logged ---- */

/* An entry about each, none of which names the other.  What was said may: it
 * stays with the first. */
static enum cp_rc
log_both(const struct cp_change *c, const char *action, const char *id,
    const char *other, const char *reason, struct cp_err *err)
{
	struct cp_entry e = { action, id, NULL, NULL };
	struct cp_buf b;
	enum cp_rc rc;

	cp_buf_init(&b);
	cp_json_open(&b, '{');
	cp_json_put_member(&b, "reason", reason);
	cp_json_close(&b, '}');
	rc = cp_buf_check(&b, err);
	e.detail = cp_buf_text(&b);
	if (rc == CP_OK)
		rc = cp_audit_add(c->audit, &e, NULL, err);
	e.subject = other;
	e.detail = NULL;
	if (rc == CP_OK)
		rc = cp_audit_add(c->audit, &e, NULL, err);
	cp_buf_clear(&b);
	return rc;
}

/* Archived records may be restored, so pairs of them have a meaning. */
static enum cp_rc
get_one(const struct cp_change *c, const char *id, struct cp_record *r,
    struct cp_err *err)
{
	enum cp_rc rc = cp_record_get(c->store, id, r, err);

	if (rc == CP_OK && r->state != CP_STATE_ARCHIVED)
		rc = cp_record_need_live(c->store, r, "show", err);
	return rc;
}

static enum cp_rc
get_both(const struct cp_change *c, const char *id, const char *other,
    struct cp_record *a, struct cp_record *b, struct cp_err *err)
{
	enum cp_rc rc = get_one(c, id, a, err);

	if (rc == CP_OK)
		rc = get_one(c, other, b, err);
	if (rc == CP_OK && a->n == b->n)
		rc = cp_fail(err, CP_REFUSED, "these are one record, %s",
		    a->id);
	return rc;
}

enum cp_rc
cp_link_bar(const struct cp_change *c, const char *id, const char *other,
    const char *reason, struct cp_err *err)
{
	struct cp_record a, b;
	enum cp_rc rc = get_both(c, id, other, &a, &b, err);

	if (rc == CP_OK)
		rc = cp_link_put(c, a.n, b.n, "asked", err);
	if (rc == CP_OK && cp_changes(c->store) == 0)
		rc = cp_fail(err, CP_REFUSED, "%s and %s are never to be "
		    "linked already", a.id, b.id);
	return rc == CP_OK ? log_both(c, "record.never-link", a.id, b.id,
	    reason, err) : rc;
}

enum cp_rc
cp_link_free(const struct cp_change *c, const char *id, const char *other,
    const char *reason, struct cp_err *err)
{
	struct cp_record a, b;
	enum cp_rc rc = cp_record_get(c->store, id, &a, err);

	/* The number of either may lead elsewhere by now. */
	if (rc == CP_OK)
		rc = cp_record_get(c->store, other, &b, err);
	if (rc == CP_OK)
		rc = cp_link_drop(c->store, a.n, b.n, err);
	if (rc == CP_OK && cp_changes(c->store) == 0) {
		(void)cp_fail(err, CP_REFUSED, "%s and %s are not marked",
		    a.id, b.id);
		cp_err_hint(err, "`cpadmin record never-link list' shows the "
		    "pairs");
		return CP_REFUSED;
	}
	return rc == CP_OK ? log_both(c, "record.may-link", a.id, b.id,
	    reason, err) : rc;
}
