#include "lifecycle/records/sar_life.h"

#include <string.h>

#include "lifecycle/records/sar_priv.h"

/* ---- expiry ------------------------------------------------------------- */

static enum cp_rc
exec_on(struct cp_store *s, enum sql_id id, int64_t n, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, id);

	cp_bind_int(q, n);
	return cp_exec(q, err);
}

/* What names anybody goes from R; its row stays for the register. */
static enum cp_rc
expire(const struct cp_change *c, const struct cp_sar *r, struct cp_err *err)
{
	static const enum sql_id rest[] = { SQL_SAR_EXPIRE_SUBJECTS,
		SQL_SAR_EXPIRE_EVENTS, SQL_SAR_EXPIRE_ITEMS,
		SQL_SAR_EXPIRE_SENT };
	struct cp_stmt *q = cp_stmt(c->store, SQL_SAR_EXPIRE);
	enum cp_rc rc;

	cp_bind_date(q, c->now->today);
	cp_bind_int(q, r->n);
	rc = cp_exec(q, err);
	for (size_t i = 0; rc == CP_OK && i < sizeof(rest) / sizeof(rest[0]);
	    i++)
		rc = exec_on(c->store, rest[i], r->n, err);
	if (rc == CP_OK)
		rc = cp_audit_erase(c->audit, r->id, err);
	return rc == CP_OK ? sar_log(c, "sar.expire", r, NULL, err) : rc;
}

static enum cp_rc
next_expiring(const struct cp_change *c, int64_t *n, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(c->store, SQL_SAR_EXPIRING);

	cp_bind_date(q, c->now->today);
	return cp_exec_int(q, 0, n, err);
}

static enum cp_rc
expire_next(const struct cp_change *c, int *any, struct cp_err *err)
{
	struct cp_sar r;
	int64_t n;
	enum cp_rc rc = next_expiring(c, &n, err);

	*any = rc == CP_OK && n != 0;
	if (!*any)
		return rc;
	rc = cp_txn_begin(c->audit, err);
	if (rc != CP_OK)
		return rc;
	rc = sar_at(c->store, n, &r, err);
	if (rc == CP_OK)
		rc = expire(c, &r, err);
	return cp_txn_end(c->audit, rc, err);
}

enum cp_rc
cp_sar_forget(const struct cp_change *c, int64_t record, struct cp_err *err)
{
	struct cp_stmt *q;
	struct cp_sar r;
	int64_t n = 0;
	enum cp_rc rc = CP_OK;

	while (rc == CP_OK) {
		q = cp_stmt(c->store, SQL_SAR_ABOUT);
		cp_bind_int(q, record);
		cp_bind_int(q, n);
		rc = cp_exec_int(q, 0, &n, err);
		if (rc != CP_OK || n == 0)
			break;
		rc = sar_at(c->store, n, &r, err);
		if (rc == CP_OK && r.stage == CP_SAR_CLOSED &&
		    !cp_date_set(r.expired))
			rc = expire(c, &r, err);
	}
	return rc;
}

/* ---- clocks ------------------------------------------------------------- */

struct night {
	const struct cp_change *c;
	const char *holidays_file;
	cp_sar_trouble_fn *trouble;
	void *ctx;
	struct cp_sar_rules rules; /* of the last request; policy_n 0: none */
};

static enum cp_rc
need_rules(struct night *x, int64_t policy_n, struct cp_err *err)
{
	if (x->rules.policy_n == policy_n)
		return CP_OK;
	cp_sar_rules_clear(&x->rules);
	return cp_sar_rules_load(x->c->store, policy_n, x->holidays_file,
	    &x->rules, err);
}

static enum cp_rc
log_clock(const struct cp_change *c, const struct cp_sar *r,
    struct cp_err *err)
{
	char day[CP_DATE_TEXT];
	struct cp_buf b;
	enum cp_rc rc;

	cp_buf_init(&b);
	cp_json_open(&b, '{');
	cp_json_put_member(&b, "due", cp_date_set(r->due) ?
	    cp_date_format(r->due, day) : NULL);
	cp_json_close(&b, '}');
	rc = sar_log(c, "sar.clock", r, &b, err);
	cp_buf_clear(&b);
	return rc;
}

static enum cp_rc
keep_clock(struct night *x, int64_t n, struct cp_err *err)
{
	struct cp_sar r;
	enum cp_rc rc = cp_txn_begin(x->c->audit, err);

	if (rc != CP_OK)
		return rc;
	rc = sar_at(x->c->store, n, &r, err);
	if (rc == CP_OK)
		rc = sar_clock_keep(x->c->store, &r, &x->rules, err);
	if (rc == CP_OK)
		rc = log_clock(x->c, &r, err);
	return cp_txn_end(x->c->audit, rc, err);
}

static enum cp_rc
clock_one(struct night *x, const struct cp_sar *r, struct cp_err *err)
{
	int differs = 0;
	enum cp_rc rc = need_rules(x, r->policy_n, err);

	if (rc == CP_OK)
		rc = sar_clock_differs(x->c->store, r, &x->rules, &differs,
		    err);
	return rc == CP_OK && differs ? keep_clock(x, r->n, err) : rc;
}

/* What is the affair of one request, or of its policy, stops no night. */
static int
is_own(enum cp_rc rc)
{
	return rc == CP_REFUSED || rc == CP_BAD_INPUT || rc == CP_NOT_FOUND ||
	    rc == CP_CORRUPT;
}

static enum cp_rc
clock_all(struct night *x, struct cp_err *err)
{
	struct cp_stmt *q;
	struct cp_sar r;
	int64_t n = 0;
	enum cp_rc rc = CP_OK;

	while (rc == CP_OK) {
		q = cp_stmt(x->c->store, SQL_SAR_UNANSWERED);
		cp_bind_int(q, n);
		rc = cp_exec_int(q, 0, &n, err);
		if (rc != CP_OK || n == 0)
			break;
		rc = sar_at(x->c->store, n, &r, err);
		if (rc != CP_OK)
			break;
		rc = clock_one(x, &r, err);
		if (!is_own(rc))
			continue;
		if (x->trouble != NULL)
			x->trouble(x->ctx, r.id, err);
		cp_err_clear(err);
		rc = CP_OK;
	}
	return rc;
}

static enum cp_rc
count(const struct cp_change *c, struct cp_sar_night *out, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(c->store, SQL_SAR_COUNTS);
	int row;
	enum cp_rc rc;

	cp_bind_date(q, c->now->today);
	rc = cp_step(q, &row, err);
	if (rc != CP_OK)
		return rc;
	out->open = cp_col_int(q, 0);
	out->late = cp_col_int(q, 1);
	cp_reset(q);
	return CP_OK;
}

enum cp_rc
cp_sar_foresee(const struct cp_change *c, struct cp_sar_night *out,
    struct cp_err *err)
{
	struct cp_sar_night n = { 0 };
	struct cp_stmt *q = cp_stmt(c->store, SQL_SAR_EXPIRING_COUNT);
	enum cp_rc rc;

	cp_bind_date(q, c->now->today);
	rc = cp_exec_int(q, 0, &n.expired, err);
	if (rc == CP_OK)
		rc = count(c, &n, err);
	if (rc == CP_OK)
		*out = n;
	return rc;
}

enum cp_rc
cp_sar_night(const struct cp_change *c, const char *holidays_file,
    cp_sar_trouble_fn *trouble, void *ctx, struct cp_sar_night *out,
    struct cp_err *err)
{
	struct night x = { c, holidays_file, trouble, ctx, { 0, NULL, NULL } };
	struct cp_sar_night n = { 0 };
	int any = 1;
	enum cp_rc rc = holidays_file != NULL ? clock_all(&x, err) : CP_OK;

	while (rc == CP_OK && any) {
		rc = expire_next(c, &any, err);
		n.expired += rc == CP_OK && any;
	}
	if (rc == CP_OK)
		rc = count(c, &n, err);
	cp_sar_rules_clear(&x.rules);
	if (rc == CP_OK)
		*out = n;
	return rc;
}

/* ---- another match key -------------------------------------------------- */

enum cp_rc
cp_sar_remark(struct cp_store *s, const struct cp_matcher *m,
    struct cp_err *err)
{
	uint8_t mark[SAR_MARK];
	struct cp_stmt *q;
	struct cp_sar r = { .n = 0 };
	int64_t n = 0;
	enum cp_rc rc = CP_OK;

	while (rc == CP_OK) {
		q = cp_stmt(s, SQL_SAR_MARKED);
		cp_bind_int(q, r.n);
		rc = cp_exec_int(q, 0, &n, err);
		if (rc != CP_OK || n == 0)
			break;
		rc = sar_at(s, n, &r, err);
		if (rc == CP_OK)
			rc = sar_mark(m, r.requester, mark, err);
		if (rc != CP_OK)
			break;
		q = cp_stmt(s, SQL_SAR_MARK_PUT);
		cp_bind_blob(q, mark, sizeof(mark));
		cp_bind_int(q, n);
		rc = cp_exec(q, err);
	}
	return rc;
}
