#include <string.h>

#include "lifecycle/records/find.h"
#include "lifecycle/records/notice_priv.h"
#include "lifecycle/store/json_put.h"

/* Who is addressed where it is not told by age. */

/* The addressee that follows from GROUND; CP_TO_BY_AGE: it is none. */
static enum cp_addressee_set
who_by(const char *ground)
{
	if (strcmp(ground, "understands") == 0)
		return CP_TO_SET_CHILD;
	return strcmp(ground, "does-not-understand") == 0 ||
	    strcmp(ground, "learning-difficulty") == 0 ? CP_TO_SET_CARER :
	    CP_TO_BY_AGE;
}

static const char *
who_word(enum cp_addressee_set set)
{
	return set == CP_TO_BY_AGE ? "by-age" :
	    cp_addressee_word(set == CP_TO_SET_CHILD ? CP_TO_CHILD :
	    CP_TO_CARER);
}

enum cp_rc
cp_notice_to_get(struct cp_store *s, int64_t record, struct cp_notice_to *out,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_NOTICE_TO);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, record);
	rc = cp_step(q, &row, err);
	if (rc != CP_OK)
		return rc;
	memset(out, 0, sizeof(*out));
	if (!row)
		return CP_OK;
	out->set = strcmp(cp_col_text(q, 0), "child") == 0 ?
	    CP_TO_SET_CHILD : CP_TO_SET_CARER;
	cp_col_copy(q, 1, out->ground, sizeof(out->ground));
	out->since = cp_col_date(q, 2);
	cp_col_copy(q, 3, out->set_by, sizeof(out->set_by));
	cp_reset(q);
	return CP_OK;
}

static enum cp_rc
put(const struct cp_change *c, int64_t record, const char *ground,
    struct cp_err *err)
{
	struct cp_stmt *q;

	if (ground == NULL) {
		q = cp_stmt(c->store, SQL_NOTICE_TO_END);
		cp_bind_int(q, record);
		return cp_exec(q, err);
	}
	q = cp_stmt(c->store, SQL_NOTICE_TO_PUT);
	cp_bind_int(q, record);
	cp_bind_text(q, who_word(who_by(ground)));
	cp_bind_text(q, ground);
	cp_bind_date(q, c->now->today);
	cp_bind_text(q, c->now->time);
	cp_bind_text(q, cp_audit_actor(c->audit));
	return cp_exec(q, err);
}

static enum cp_rc
log_set(const struct cp_change *c, const struct cp_record *r,
    const char *ground, const char *reason, struct cp_err *err)
{
	struct cp_entry e = { "notice.addressee", r->id, NULL, NULL };
	struct cp_buf b;
	enum cp_rc rc;

	cp_buf_init(&b);
	cp_json_open(&b, '{');
	cp_json_put_member(&b, "to", who_word(ground == NULL ? CP_TO_BY_AGE :
	    who_by(ground)));
	if (ground != NULL)
		cp_json_put_member(&b, "ground", ground);
	if (reason != NULL)
		cp_json_put_member(&b, "reason", reason);
	cp_json_close(&b, '}');
	rc = cp_buf_check(&b, err);
	e.detail = cp_buf_text(&b);
	if (rc == CP_OK)
		rc = cp_audit_add(c->audit, &e, NULL, err);
	cp_buf_clear(&b);
	return rc;
}

enum cp_rc
cp_notice_to_set(const struct cp_change *c, const struct cp_record *r,
    const char *ground, const char *reason, struct cp_err *err)
{
	enum cp_rc rc = cp_record_need_live(c->store, r, "restore", err);

	if (rc == CP_OK && ground != NULL && who_by(ground) == CP_TO_BY_AGE)
		rc = cp_fail(err, CP_BAD_INPUT, "a ground is understands, "
		    "does-not-understand or learning-difficulty");
	if (rc == CP_OK)
		rc = put(c, r->n, ground, err);
	if (rc == CP_OK)
		rc = log_set(c, r, ground, reason, err);
	return rc == CP_OK ? cp_notice_look(c, r->n, NULL, err) : rc;
}
