#include "lifecycle/duties/agreeing.h"

#include <stdio.h>
#include <string.h>

#include "lifecycle/store/json_put.h"
#include "lifecycle/store/stmt.h"

/* ---- reading --------------------------------------------------------------- */

static void
read_opening(struct cp_stmt *q, struct cp_opening *o)
{
	memset(o, 0, sizeof(*o));
	o->n = cp_col_int(q, 0);
	cp_col_copy(q, 1, o->id, sizeof(o->id));
	cp_col_copy(q, 2, o->purpose, sizeof(o->purpose));
	o->requested = cp_col_date(q, 3);
	cp_col_copy(q, 4, o->requested_by, sizeof(o->requested_by));
	o->needed = (int)cp_col_int(q, 5);
	o->until = cp_col_date(q, 6);
	cp_col_copy(q, 7, o->status, sizeof(o->status));
}

enum cp_rc
cp_opening_get(struct cp_store *s, const char *id, struct cp_opening *out,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_OPENING_GET);
	int row;
	enum cp_rc rc;

	cp_bind_text(q, id);
	rc = cp_step(q, &row, err);
	if (rc == CP_OK && !row) {
		(void)cp_fail(err, CP_NOT_FOUND, "no such opening");
		cp_err_hint(err, "`cpadmin archive openings' lists them");
		return CP_NOT_FOUND;
	}
	if (rc == CP_OK)
		read_opening(q, out);
	cp_reset(q);
	return rc;
}

enum cp_rc
cp_opening_each(struct cp_store *s, cp_opening_fn *fn, void *ctx,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_OPENINGS_ALL);
	struct cp_opening o;
	int row;
	enum cp_rc rc;

	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		read_opening(q, &o);
		rc = fn(ctx, &o, err);
		if (rc != CP_OK)
			break;
	}
	cp_reset(q);
	return rc;
}

enum cp_rc
cp_opening_items(struct cp_store *s, const struct cp_opening *o,
    cp_parcel_fn *fn, void *ctx, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_OPENING_ITEMS);
	struct cp_parcel p;
	int row;
	enum cp_rc rc;

	cp_bind_int(q, o->n);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		rc = cp_parcel_at(s, cp_col_int(q, 0), &p, err);
		if (rc == CP_OK)
			rc = fn(ctx, &p, err);
		if (rc != CP_OK)
			break;
	}
	cp_reset(q);
	return rc;
}

/* An agreement counts while who gave it may still act. */
enum cp_rc
cp_opening_operators(struct cp_store *s, const struct cp_opening *o,
    struct cp_date today, struct cp_buf *json, int *count, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_OPENING_OPERATORS);
	int row, n = 0;
	enum cp_rc rc;

	cp_bind_int(q, o->n);
	cp_bind_date(q, today);
	cp_json_open(json, '[');
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		cp_json_put_string(json, cp_col_text(q, 0));
		n += cp_col_int(q, 1) != 0;
	}
	cp_json_close(json, ']');
	if (rc == CP_OK && count != NULL)
		*count = n;
	return rc == CP_OK ? cp_buf_check(json, err) : rc;
}

static int
is_over(const struct cp_opening *o)
{
	return strcmp(o->status, "requested") != 0 &&
	    strcmp(o->status, "agreed") != 0;
}

const char *
cp_opening_state(const struct cp_opening *o, struct cp_date today)
{
	return !is_over(o) && cp_date_cmp(today, o->until) > 0 ? "lapsed" :
	    o->status;
}

/* ---- what may be done with it ---------------------------------------------- */

/* How many more operators have to agree. */
static enum cp_rc
count_left(struct cp_store *s, const struct cp_opening *o,
    const struct cp_policy *policy, struct cp_date today, int *left,
    struct cp_err *err)
{
	int needed = o->needed > policy->open_operators ? o->needed :
	    policy->open_operators;
	struct cp_buf names;
	int count = 0;
	enum cp_rc rc;

	cp_buf_init(&names);
	rc = cp_opening_operators(s, o, today, &names, &count, err);
	cp_buf_clear(&names);
	if (rc == CP_OK)
		*left = count < needed ? needed - count : 0;
	return rc;
}

static enum cp_rc
check_open(const struct cp_opening *o, struct cp_date today,
    struct cp_err *err)
{
	char until[CP_DATE_TEXT];

	if (is_over(o)) {
		(void)cp_fail(err, CP_REFUSED, "opening %s was %s", o->id,
		    strcmp(o->status, "used") == 0 ? "used" : "declined");
	} else if (cp_date_cmp(today, o->until) > 0) {
		(void)cp_fail(err, CP_REFUSED, "opening %s lapsed on %s",
		    o->id, cp_date_format(o->until, until));
	} else {
		return CP_OK;
	}
	cp_err_hint(err, "ask anew: cpadmin archive request PKG... --purpose "
	    "P --reason T");
	return CP_REFUSED;
}

static enum cp_rc
has_agreed(struct cp_store *s, const struct cp_opening *o,
    const struct cp_operator *op, int *yes, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_OPENING_AGREED_BY);
	int64_t n = 0;
	enum cp_rc rc;

	cp_bind_int(q, o->n);
	cp_bind_text(q, op->name);
	rc = cp_exec_int(q, 0, &n, err);
	*yes = n > 0;
	return rc;
}

enum cp_rc
cp_opening_usable(struct cp_store *s, const struct cp_opening *o,
    const struct cp_policy *policy, const struct cp_operator *op,
    struct cp_date today, struct cp_err *err)
{
	int left = 0, mine = 0;
	enum cp_rc rc = check_open(o, today, err);

	if (rc == CP_OK)
		rc = count_left(s, o, policy, today, &left, err);
	if (rc == CP_OK)
		rc = has_agreed(s, o, op, &mine, err);
	if (rc != CP_OK)
		return rc;
	if (left > 0) {
		(void)cp_fail(err, CP_REFUSED, "opening %s waits for %d more "
		    "operator%s to agree", o->id, left, left == 1 ? "" : "s");
		cp_err_hint(err, "somebody else: cpadmin archive agree %s",
		    o->id);
		return CP_REFUSED;
	}
	if (!mine) {
		(void)cp_fail(err, CP_REFUSED, "operator %s is none of those "
		    "who agreed to opening %s", op->name, o->id);
		cp_err_hint(err, "`cpadmin archive openings' names them");
		return CP_REFUSED;
	}
	return CP_OK;
}

/* ---- changes --------------------------------------------------------------- */

static enum cp_rc
put_agreement(struct cp_store *s, const struct cp_opening *o,
    const struct cp_operator *op, const struct cp_now *now,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_OPENING_AGREED_ADD);
	enum cp_rc rc;

	cp_bind_int(q, o->n);
	cp_bind_text(q, op->name);
	cp_bind_text(q, now->time);
	rc = cp_exec(q, err);
	if (rc != CP_OK || cp_changes(s) == 1)
		return rc;
	(void)cp_fail(err, CP_REFUSED, "operator %s %s opening %s", op->name,
	    strcmp(op->name, o->requested_by) == 0 ? "asked for" :
	    "agreed before to", o->id);
	cp_err_hint(err, "another operator has to agree");
	return CP_REFUSED;
}

static enum cp_rc
put_items(struct cp_store *s, int64_t opening,
    const struct cp_parcel *parcels, size_t n, struct cp_err *err)
{
	struct cp_stmt *q;
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < n; i++) {
		q = cp_stmt(s, SQL_OPENING_ITEM_ADD);
		cp_bind_int(q, opening);
		cp_bind_int(q, parcels[i].n);
		rc = cp_exec(q, err);
	}
	return rc;
}

static void
name_opening(struct cp_opening *o, int64_t n)
{
	int y, m, d;

	cp_date_split(o->requested, &y, &m, &d);
	(void)snprintf(o->id, sizeof(o->id), "O-%04d%02d%02d-%lld", y, m, d,
	    (long long)n);
}

static enum cp_rc
put_opening(struct cp_store *s, struct cp_opening *o, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_OPENING_ADD);
	enum cp_rc rc;

	cp_bind_text(q, o->id);
	cp_bind_text(q, o->purpose);
	cp_bind_date(q, o->requested);
	cp_bind_text(q, o->requested_by);
	cp_bind_int(q, o->needed);
	cp_bind_date(q, o->until);
	rc = cp_exec(q, err);
	o->n = cp_last_insert(s);
	return rc;
}

enum cp_rc
cp_opening_request(struct cp_store *s, const struct cp_parcel *parcels,
    size_t n, const char *purpose, int needed, const struct cp_operator *op,
    const struct cp_now *now, struct cp_opening *out, struct cp_err *err)
{
	struct cp_opening o = { .requested = now->today, .needed = needed,
		.until = cp_date_add_days(now->today, CP_OPENING_DAYS),
		.status = "requested" };
	int64_t number;
	enum cp_rc rc = cp_exec_int(cp_stmt(s, SQL_OPENING_NEXT), 1, &number,
	    err);

	if (rc != CP_OK)
		return rc;
	if (strlen(purpose) >= sizeof(o.purpose))
		return cp_fail(err, CP_BAD_INPUT, "the purpose is too long");
	memcpy(o.purpose, purpose, strlen(purpose) + 1);
	memcpy(o.requested_by, op->name, sizeof(o.requested_by));
	name_opening(&o, number);
	rc = put_opening(s, &o, err);
	if (rc == CP_OK)
		rc = put_items(s, o.n, parcels, n, err);
	if (rc == CP_OK)
		rc = put_agreement(s, &o, op, now, err);
	if (rc == CP_OK)
		*out = o;
	return rc;
}

static enum cp_rc
set_status(struct cp_store *s, struct cp_opening *o, const char *status,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_OPENING_STATUS);
	enum cp_rc rc;

	cp_bind_int(q, o->n);
	cp_bind_text(q, status);
	rc = cp_exec(q, err);
	if (rc == CP_OK && cp_changes(s) != 1)
		rc = cp_fail(err, CP_REFUSED, "opening %s was used or declined",
		    o->id);
	if (rc == CP_OK)
		(void)snprintf(o->status, sizeof(o->status), "%s", status);
	return rc;
}

enum cp_rc
cp_opening_agree(struct cp_store *s, struct cp_opening *o,
    const struct cp_policy *policy, const struct cp_operator *op,
    const struct cp_now *now, int *left, struct cp_err *err)
{
	enum cp_rc rc = check_open(o, now->today, err);

	if (rc == CP_OK)
		rc = count_left(s, o, policy, now->today, left, err);
	if (rc == CP_OK && *left == 0)
		rc = cp_fail(err, CP_REFUSED, "opening %s waits for nobody",
		    o->id);
	if (rc == CP_OK)
		rc = put_agreement(s, o, op, now, err);
	if (rc == CP_OK)
		rc = count_left(s, o, policy, now->today, left, err);
	return rc == CP_OK && *left == 0 ? set_status(s, o, "agreed", err) :
	    rc;
}

enum cp_rc
cp_opening_end(struct cp_store *s, struct cp_opening *o, const char *status,
    struct cp_err *err)
{
	return set_status(s, o, status, err);
}

struct entry {
	struct cp_audit *audit;
	struct cp_entry e;
};

static enum cp_rc
log_item(void *ctx, const struct cp_parcel *p, struct cp_err *err)
{
	struct entry *x = ctx;

	x->e.subject = p->record_id;
	return cp_audit_add(x->audit, &x->e, NULL, err);
}

enum cp_rc
cp_opening_log(struct cp_store *s, struct cp_audit *audit,
    const struct cp_opening *o, const char *action, const char *outcome,
    const char *reason, struct cp_err *err)
{
	struct entry x = { audit, { action, NULL, outcome, NULL } };
	struct cp_buf detail;
	enum cp_rc rc;

	cp_buf_init(&detail);
	cp_json_open(&detail, '{');
	cp_json_put_member(&detail, "opening", o->id);
	cp_json_put_member(&detail, "purpose", o->purpose);
	if (reason != NULL)
		cp_json_put_member(&detail, "reason", reason);
	cp_json_close(&detail, '}');
	x.e.detail = cp_buf_text(&detail);
	rc = cp_buf_check(&detail, err);
	if (rc == CP_OK)
		rc = cp_opening_items(s, o, log_item, &x, err);
	cp_buf_clear(&detail);
	return rc;
}
