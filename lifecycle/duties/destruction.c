#include "lifecycle/duties/destruction.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/store/stmt.h"

static void
read_batch(struct cp_stmt *q, struct cp_batch *b)
{
	memset(b, 0, sizeof(*b));
	b->n = cp_col_int(q, 0);
	cp_col_copy(q, 1, b->id, sizeof(b->id));
	cp_col_copy(q, 2, b->status, sizeof(b->status));
	b->proposed = cp_col_date(q, 3);
	cp_col_copy(q, 4, b->proposed_at, sizeof(b->proposed_at));
	cp_col_copy(q, 5, b->proposed_by, sizeof(b->proposed_by));
	b->policy_n = cp_col_int(q, 6);
	b->count = cp_col_int(q, 7);
	b->not_before = cp_col_date(q, 8);
	b->decided_seq = cp_col_int(q, 9);
	cp_col_copy(q, 10, b->executed_by, sizeof(b->executed_by));
	cp_col_copy(q, 11, b->started, sizeof(b->started));
	cp_col_copy(q, 12, b->finished, sizeof(b->finished));
	cp_col_copy(q, 13, b->outcome, sizeof(b->outcome));
	cp_col_copy(q, 14, b->reason, sizeof(b->reason));
	b->certificate_seq = cp_col_int(q, 15);
	cp_col_copy(q, 16, b->policy, sizeof(b->policy));
	cp_col_copy(q, 17, b->policy_version, sizeof(b->policy_version));
	cp_col_copy(q, 18, b->kind, sizeof(b->kind));
	cp_col_copy(q, 19, b->legal_basis, sizeof(b->legal_basis));
	b->copies_remain = cp_col_int(q, 20) != 0;
}

int
cp_batch_early(const struct cp_batch *b)
{
	return strcmp(b->kind, "early") == 0;
}

unsigned
cp_batch_deciders(const struct cp_batch *b)
{
	return CP_ROLE_APPROVER | (cp_batch_early(b) ? CP_ROLE_DPO : 0);
}

int
cp_batch_approvals(const struct cp_batch *b, const struct cp_policy *policy)
{
	return cp_batch_early(b) ? policy->early_approvals :
	    policy->destruction_approvals;
}

static enum cp_rc
get_batch(struct cp_stmt *q, struct cp_batch *out, int *found,
    struct cp_err *err)
{
	enum cp_rc rc = cp_step(q, found, err);

	if (rc == CP_OK && *found) {
		read_batch(q, out);
		cp_reset(q);
	}
	return rc;
}

enum cp_rc
cp_batch_get(struct cp_store *s, const char *id, struct cp_batch *out,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_BATCH_GET);
	int found;
	enum cp_rc rc;

	cp_bind_text(q, id);
	rc = get_batch(q, out, &found, err);
	if (rc == CP_OK && !found)
		rc = cp_fail(err, CP_NOT_FOUND, "no such destruction batch");
	return rc;
}

enum cp_rc
cp_batch_each(struct cp_store *s, cp_batch_fn *fn, void *ctx,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_BATCHES_ALL);
	struct cp_batch b;
	int row;
	enum cp_rc rc;

	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		read_batch(q, &b);
		rc = fn(ctx, &b, err);
		if (rc != CP_OK)
			break;
	}
	cp_reset(q);
	return rc;
}

enum cp_rc
cp_batch_next(struct cp_store *s, const char *status, int64_t after,
    int *found, struct cp_batch *out, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_BATCH_NEXT_WITH);

	cp_bind_text(q, status);
	cp_bind_int(q, after);
	return get_batch(q, out, found, err);
}

enum cp_rc
cp_batch_remaining(struct cp_store *s, int64_t after, int *found,
    struct cp_batch *out, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_CERTIFICATE_NEXT);

	cp_bind_int(q, after);
	return get_batch(q, out, found, err);
}

enum cp_rc
cp_batch_items(struct cp_store *s, const struct cp_batch *b,
    cp_batch_item_fn *fn, void *ctx, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_BATCH_ITEMS);
	struct cp_batch_item item;
	int row;
	enum cp_rc rc;

	cp_bind_int(q, b->n);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		memset(&item, 0, sizeof(item));
		cp_col_copy(q, 1, item.status, sizeof(item.status));
		cp_col_copy(q, 2, item.reason, sizeof(item.reason));
		rc = cp_parcel_at(s, cp_col_int(q, 0), &item.parcel, err);
		if (rc == CP_OK)
			rc = fn(ctx, &item, err);
		if (rc != CP_OK)
			break;
	}
	cp_reset(q);
	return rc;
}

enum cp_rc
cp_batch_approvers(struct cp_store *s, const struct cp_batch *b,
    struct cp_buf *out, int *count, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_BATCH_APPROVALS);
	int row;
	enum cp_rc rc;

	*count = 0;
	cp_bind_int(q, b->n);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		if ((*count)++ > 0)
			cp_buf_puts(out, ", ");
		cp_buf_puts(out, cp_col_text(q, 0));
	}
	return rc == CP_OK ? cp_buf_check(out, err) : rc;
}

enum cp_rc
cp_batch_waiting(struct cp_store *s, int64_t *out, struct cp_err *err)
{
	return cp_exec_int(cp_stmt(s, SQL_BATCH_PENDING), 0, out, err);
}

/* ---- changes --------------------------------------------------------------- */

static enum cp_rc
add_item(struct cp_store *s, int64_t batch, const struct cp_parcel *p,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_BATCH_ITEM_ADD);
	enum cp_rc rc;

	cp_bind_int(q, batch);
	cp_bind_int(q, p->n);
	rc = cp_exec(q, err);
	if (rc != CP_OK)
		return rc;
	q = cp_stmt(s, SQL_PACKAGE_BATCH);
	cp_bind_int(q, batch);
	cp_bind_int(q, p->n);
	rc = cp_exec(q, err);
	return rc == CP_OK ? cp_record_park(s, p->record, CP_PARKED_BATCH,
	    err) : rc;
}

static void
name_batch(struct cp_batch *b, int64_t n, struct cp_date day)
{
	int y, m, d;

	cp_date_split(day, &y, &m, &d);
	(void)snprintf(b->id, sizeof(b->id), "D-%04d%02d%02d-%lld", y, m, d,
	    (long long)n);
}

enum cp_rc
cp_batch_propose(struct cp_store *s, const struct cp_parcel *parcels, size_t n,
    const struct cp_batch_terms *terms, const struct cp_operator *op,
    const struct cp_now *now, struct cp_batch *out, struct cp_err *err)
{
	struct cp_stmt *q;
	int64_t number;
	enum cp_rc rc = cp_exec_int(cp_stmt(s, SQL_BATCH_NEXT), 1, &number,
	    err);

	if (rc != CP_OK)
		return rc;
	memset(out, 0, sizeof(*out));
	name_batch(out, number, now->today);
	q = cp_stmt(s, SQL_BATCH_ADD);
	cp_bind_text(q, out->id);
	cp_bind_date(q, now->today);
	cp_bind_text(q, now->time);
	cp_bind_text(q, op->name);
	cp_bind_int(q, terms->policy_n);
	cp_bind_int(q, (int64_t)n);
	cp_bind_date(q, terms->not_before);
	cp_bind_text(q, terms->legal_basis != NULL ? "early" : "due");
	cp_bind_text(q, terms->legal_basis);
	rc = cp_exec(q, err);
	out->n = cp_last_insert(s);
	out->count = (int64_t)n;
	for (size_t i = 0; rc == CP_OK && i < n; i++)
		rc = add_item(s, out->n, &parcels[i], err);
	return rc;
}

static enum cp_rc
set_status(struct cp_store *s, struct cp_batch *b, const char *status,
    int64_t seq, const char *reason, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_BATCH_STATUS);

	cp_bind_text(q, status);
	if (seq >= 0)
		cp_bind_int(q, seq);
	else
		cp_bind_null(q);
	cp_bind_text(q, reason);
	cp_bind_int(q, b->n);
	(void)snprintf(b->status, sizeof(b->status), "%s", status);
	return cp_exec(q, err);
}

/* Whether OP may add an approval to B. */
static enum cp_rc
may_approve(struct cp_store *s, const struct cp_batch *b,
    const struct cp_operator *op, struct cp_err *err)
{
	struct cp_stmt *q;
	int row, twice = 0;
	enum cp_rc rc;

	if (strcmp(b->status, "proposed") != 0)
		return cp_fail(err, CP_REFUSED, "batch %s is %s", b->id,
		    b->status);
	if (strcmp(b->proposed_by, op->name) == 0) {
		cp_fail(err, CP_REFUSED, "batch %s was proposed by %s, who "
		    "cannot approve it", b->id, op->name);
		cp_err_hint(err, "another operator with the role %s does",
		    cp_batch_early(b) ? "approver or dpo" : "approver");
		return CP_REFUSED;
	}
	q = cp_stmt(s, SQL_BATCH_APPROVALS);
	cp_bind_int(q, b->n);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row)
		twice |= strcmp(cp_col_text(q, 0), op->name) == 0;
	if (rc == CP_OK && twice)
		rc = cp_fail(err, CP_REFUSED, "%s has approved batch %s "
		    "already", op->name, b->id);
	return rc;
}

enum cp_rc
cp_batch_approve(struct cp_store *s, struct cp_batch *b, int approvals_needed,
    const struct cp_operator *op, int64_t seq, const struct cp_now *now,
    int *left, struct cp_err *err)
{
	struct cp_stmt *q;
	struct cp_buf names;
	int have = 0;
	enum cp_rc rc = may_approve(s, b, op, err);

	if (rc != CP_OK)
		return rc;
	q = cp_stmt(s, SQL_BATCH_APPROVE);
	cp_bind_int(q, b->n);
	cp_bind_text(q, op->name);
	cp_bind_text(q, now->time);
	rc = cp_exec(q, err);
	cp_buf_init(&names);
	if (rc == CP_OK)
		rc = cp_batch_approvers(s, b, &names, &have, err);
	cp_buf_clear(&names);
	if (rc != CP_OK)
		return rc;
	*left = approvals_needed > have ? approvals_needed - have : 0;
	return set_status(s, b, *left == 0 ? "approved" : "proposed", seq,
	    NULL, err);
}

enum cp_rc
cp_batch_reopen(struct cp_store *s, struct cp_batch *b, struct cp_err *err)
{
	return set_status(s, b, "proposed", -1, NULL, err);
}

enum cp_rc
cp_batch_item_set(struct cp_store *s, const struct cp_batch *b,
    const struct cp_parcel *p, const char *status, const char *reason,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_BATCH_ITEM_SET);

	cp_bind_text(q, status);
	cp_bind_text(q, reason);
	cp_bind_int(q, b->n);
	cp_bind_int(q, p->n);
	return cp_exec(q, err);
}

struct letting_go {
	struct cp_store *store;
	const struct cp_batch *batch;
	const char *only;   /* a package or record, or NULL = all */
	const char *status, *reason;
	int count;
};

static enum cp_rc
let_go(void *ctx, const struct cp_batch_item *i, struct cp_err *err)
{
	struct letting_go *x = ctx;
	enum cp_rc rc;

	if (strcmp(i->status, "pending") != 0 || (x->only != NULL &&
	    strcmp(x->only, i->parcel.id) != 0 &&
	    strcmp(x->only, i->parcel.record_id) != 0))
		return CP_OK;
	rc = cp_batch_item_set(x->store, x->batch, &i->parcel, x->status,
	    x->reason, err);
	if (rc == CP_OK)
		rc = cp_record_park(x->store, i->parcel.record, CP_PARKED_NOT,
		    err);
	x->count++;
	return rc;
}

static enum cp_rc
still_open(const struct cp_batch *b, struct cp_err *err)
{
	if (strcmp(b->status, "proposed") == 0 ||
	    strcmp(b->status, "approved") == 0)
		return CP_OK;
	return cp_fail(err, CP_REFUSED, "batch %s is %s", b->id, b->status);
}

enum cp_rc
cp_batch_refuse(struct cp_store *s, struct cp_batch *b, const char *reason,
    struct cp_err *err)
{
	struct letting_go x = { s, b, NULL, "excluded", "batch refused", 0 };
	enum cp_rc rc = still_open(b, err);

	if (rc == CP_OK)
		rc = cp_batch_items(s, b, let_go, &x, err);
	return rc == CP_OK ? set_status(s, b, "refused", -1, reason, err) : rc;
}

enum cp_rc
cp_batch_exclude(struct cp_store *s, const struct cp_batch *b, const char *id,
    const char *reason, struct cp_err *err)
{
	struct letting_go x = { s, b, id, "excluded", reason, 0 };
	enum cp_rc rc = still_open(b, err);

	if (rc == CP_OK)
		rc = cp_batch_items(s, b, let_go, &x, err);
	if (rc == CP_OK && x.count == 0)
		rc = cp_fail(err, CP_NOT_FOUND, "no such item waits in batch "
		    "%s", b->id);
	return rc;
}
