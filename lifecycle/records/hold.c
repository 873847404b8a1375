#include "lifecycle/records/hold.h"

#include <stdio.h>
#include <string.h>

#include "lifecycle/records/facts.h"
#include "lifecycle/store/stmt.h"

enum { PAGE = 500 };

const char *
cp_hold_scope_word(enum cp_hold_scope scope)
{
	switch (scope) {
	case CP_HOLD_RECORD:
		return "record";
	case CP_HOLD_AUTHORITY:
		return "authority";
	default:
		return "all";
	}
}

static enum cp_rc
check_new(struct cp_store *s, const struct cp_hold *h, struct cp_date today,
    struct cp_err *err)
{
	struct cp_record r;
	enum cp_rc rc;

	if (h->reason == NULL || h->reason[0] == '\0' ||
	    h->legal_basis == NULL || h->legal_basis[0] == '\0' ||
	    h->contact == NULL || h->contact[0] == '\0')
		return cp_fail(err, CP_BAD_INPUT, "a hold needs a reason, a "
		    "legal basis and a contact");
	if (cp_date_cmp(h->review, today) <= 0)
		return cp_fail(err, CP_BAD_INPUT, "a hold's review date is "
		    "after today");
	if (h->scope != CP_HOLD_RECORD)
		return CP_OK;
	rc = cp_record_at(s, h->record, &r, err);
	if (rc == CP_OK && r.state == CP_STATE_DESTROYED)
		rc = cp_fail(err, CP_REFUSED, "record %s is destroyed", r.id);
	return rc;
}

enum cp_rc
cp_hold_place(struct cp_store *s, struct cp_hold *h, const char *operator_name,
    struct cp_date today, struct cp_err *err)
{
	struct cp_stmt *q;
	enum cp_rc rc = check_new(s, h, today, err);

	if (rc == CP_OK)
		rc = cp_exec_int(cp_stmt(s, SQL_HOLD_NEXT), 1, &h->n, err);
	if (rc != CP_OK)
		return rc;
	(void)snprintf(h->id, sizeof(h->id), "H-%04lld", (long long)h->n);
	h->placed = today;
	(void)snprintf(h->placed_by, sizeof(h->placed_by), "%s",
	    operator_name);
	q = cp_stmt(s, SQL_HOLD_ADD);
	cp_bind_text(q, h->id);
	cp_bind_text(q, cp_hold_scope_word(h->scope));
	if (h->scope == CP_HOLD_RECORD)
		cp_bind_int(q, h->record);
	else
		cp_bind_null(q);
	cp_bind_text(q, h->scope == CP_HOLD_AUTHORITY ? h->authority : NULL);
	cp_bind_text(q, h->reason);
	cp_bind_text(q, h->legal_basis);
	cp_bind_text(q, h->contact);
	cp_bind_date(q, today);
	cp_bind_text(q, operator_name);
	cp_bind_date(q, h->review);
	return cp_exec(q, err);
}

static void
read_row(struct cp_stmt *q, struct cp_hold *h)
{
	const char *scope = cp_col_text(q, 2);

	memset(h, 0, sizeof(*h));
	h->n = cp_col_int(q, 0);
	cp_col_copy(q, 1, h->id, sizeof(h->id));
	h->scope = strcmp(scope, "record") == 0 ? CP_HOLD_RECORD :
	    strcmp(scope, "authority") == 0 ? CP_HOLD_AUTHORITY : CP_HOLD_ALL;
	h->record = cp_col_int(q, 3);
	cp_col_copy(q, 4, h->authority, sizeof(h->authority));
	h->placed = cp_col_date(q, 5);
	cp_col_copy(q, 6, h->placed_by, sizeof(h->placed_by));
	h->review = cp_col_date(q, 7);
	h->released = cp_col_date(q, 8);
	cp_col_copy(q, 9, h->record_id, sizeof(h->record_id));
	h->reason = cp_col_text(q, 10);
	h->legal_basis = cp_col_text(q, 11);
	h->contact = cp_col_text(q, 12);
}

enum cp_rc
cp_hold_get(struct cp_store *s, const char *id, struct cp_hold *out,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_HOLD_GET);
	int row;
	enum cp_rc rc;

	cp_bind_text(q, id);
	rc = cp_step(q, &row, err);
	if (rc == CP_OK && !row)
		return cp_fail(err, CP_NOT_FOUND, "no such hold");
	if (rc != CP_OK)
		return rc;
	read_row(q, out);
	out->reason = out->legal_basis = out->contact = "";
	cp_reset(q);
	return CP_OK;
}

enum cp_rc
cp_hold_release(struct cp_store *s, const struct cp_hold *h,
    const char *operator_name, const char *reason, struct cp_date today,
    struct cp_err *err)
{
	struct cp_stmt *q;
	enum cp_rc rc;

	if (cp_date_set(h->released))
		return cp_fail(err, CP_REFUSED, "hold %s is released already",
		    h->id);
	if (strcmp(h->placed_by, operator_name) == 0) {
		cp_fail(err, CP_REFUSED, "hold %s was placed by %s, who cannot "
		    "release it alone", h->id, operator_name);
		cp_err_hint(err, "another operator releases it");
		return CP_REFUSED;
	}
	q = cp_stmt(s, SQL_HOLD_RELEASE);
	cp_bind_date(q, today);
	cp_bind_text(q, operator_name);
	cp_bind_text(q, reason);
	cp_bind_int(q, h->n);
	rc = cp_exec(q, err);
	if (rc == CP_OK && cp_changes(s) != 1)
		rc = cp_fail(err, CP_REFUSED, "hold %s is released already",
		    h->id);
	return rc;
}

enum cp_rc
cp_hold_each(struct cp_store *s, cp_hold_fn *fn, void *ctx, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_HOLDS_ALL);
	struct cp_hold h;
	int row;
	enum cp_rc rc;

	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		read_row(q, &h);
		rc = fn(ctx, &h, err);
		if (rc != CP_OK)
			break;
	}
	cp_reset(q);
	return rc;
}

static int
covers(const struct cp_hold *h, int64_t n, const char *authority)
{
	switch (h->scope) {
	case CP_HOLD_RECORD:
		return h->record == n;
	case CP_HOLD_AUTHORITY:
		return strcmp(h->authority, authority) == 0;
	default:
		return 1;
	}
}

/* Calls FN for the parked records after *AFTER, one page of them. */
static enum cp_rc
page(struct cp_store *s, int64_t *after, int *rows,
    enum cp_rc (*fn)(void *ctx, int64_t n, const char *id,
    const char *authority, struct cp_err *err), void *ctx, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_PARKED_NEXT);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, CP_PARKED_HELD);
	cp_bind_int(q, *after);
	*rows = 0;
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		*after = cp_col_int(q, 0);
		(*rows)++;
		rc = fn(ctx, *after, cp_col_text(q, 1), cp_col_text(q, 2),
		    err);
		if (rc != CP_OK)
			break;
	}
	cp_reset(q);
	return rc;
}

struct suspends {
	const struct cp_hold *h;
	enum cp_rc (*fn)(void *ctx, const char *id, struct cp_err *err);
	void *ctx;
	int64_t count;
};

static enum cp_rc
count_one(void *ctx, int64_t n, const char *id, const char *authority,
    struct cp_err *err)
{
	struct suspends *x = ctx;

	if (!covers(x->h, n, authority))
		return CP_OK;
	x->count++;
	return x->fn != NULL ? x->fn(x->ctx, id, err) : CP_OK;
}

/* Counting alone needs no walk, but for an authority. */
static enum cp_rc
count_record(struct cp_store *s, int64_t n, int64_t *count,
    struct cp_err *err)
{
	struct cp_record r;
	enum cp_rc rc = cp_record_at(s, n, &r, err);

	if (rc == CP_OK)
		*count = r.parked == CP_PARKED_HELD;
	return rc;
}

static enum cp_rc
count_all(struct cp_store *s, int64_t *count, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_TALLY);

	cp_bind_text(q, "parked-1");
	return cp_exec_int(q, 0, count, err);
}

enum cp_rc
cp_hold_suspends(struct cp_store *s, const struct cp_hold *h,
    enum cp_rc (*fn)(void *ctx, const char *id, struct cp_err *err), void *ctx,
    int64_t *count, struct cp_err *err)
{
	struct suspends x = { h, fn, ctx, 0 };
	int64_t after = 0;
	int rows = PAGE;
	enum cp_rc rc = CP_OK;

	if (fn == NULL && h->scope == CP_HOLD_RECORD)
		return count_record(s, h->record, count, err);
	if (fn == NULL && h->scope == CP_HOLD_ALL)
		return count_all(s, count, err);

	while (rc == CP_OK && rows == PAGE)
		rc = page(s, &after, &rows, count_one, &x, err);
	*count = x.count;
	return rc;
}

struct freed {
	int64_t n[PAGE];
	int count;
};

static enum cp_rc
remember_one(void *ctx, int64_t n, const char *id, const char *authority,
    struct cp_err *err)
{
	struct freed *x = ctx;

	(void)id;
	(void)authority;
	(void)err;
	x->n[x->count++] = n;
	return CP_OK;
}

/* The counterpart of the run's record.held. */
static enum cp_rc
put_back(struct cp_store *s, struct cp_audit *audit, int64_t n,
    struct cp_err *err)
{
	struct cp_entry e = { .action = "record.unheld" };
	struct cp_record r;
	enum cp_rc rc = cp_record_at(s, n, &r, err);

	if (rc == CP_OK)
		rc = cp_record_park(s, n, CP_PARKED_NOT, err);
	e.subject = r.id;
	return rc == CP_OK ? cp_audit_add(audit, &e, NULL, err) : rc;
}

/* One page, within a transaction: at most 500 records, *LEFT says whether
 * there may be more, *AFTER where to go on. */
static enum cp_rc
unpark(struct cp_store *s, struct cp_audit *audit, int64_t *after, int *left,
    int64_t *freed, struct cp_err *err)
{
	struct freed x = { .count = 0 };
	struct cp_fact_set f;
	int rows;
	enum cp_rc rc = page(s, after, &rows, remember_one, &x, err);

	cp_fact_set_init(&f);
	for (int i = 0; rc == CP_OK && i < x.count; i++) {
		rc = cp_facts_load(s, x.n[i], &f, err);
		if (rc != CP_OK || f.facts.n_holds > 0)
			continue;
		rc = put_back(s, audit, x.n[i], err);
		(*freed)++;
	}
	cp_fact_set_clear(&f);
	*left = rows == PAGE;
	return rc;
}

static enum cp_rc
settle_page(struct cp_store *s, struct cp_audit *audit, struct cp_date today,
    int64_t *after, int *left, int64_t *freed, struct cp_err *err)
{
	struct cp_stmt *q;
	enum cp_rc rc = cp_txn_begin(audit, err);

	if (rc != CP_OK)
		return rc;
	rc = unpark(s, audit, after, left, freed, err);
	if (rc == CP_OK && !*left) {
		q = cp_stmt(s, SQL_HOLDS_SETTLE);
		cp_bind_date(q, today);
		rc = cp_exec(q, err);
	}
	return cp_txn_end(audit, rc, err);
}

enum cp_rc
cp_hold_settle(struct cp_store *s, struct cp_audit *audit,
    struct cp_date today, int64_t *freed,
    void (*progress)(void *ctx, int64_t done, int64_t total), void *ctx,
    struct cp_err *err)
{
	int64_t after = 0;
	int left = 1;
	enum cp_rc rc = CP_OK;

	*freed = 0;
	while (rc == CP_OK && left) {
		rc = settle_page(s, audit, today, &after, &left, freed, err);
		if (rc == CP_OK && progress != NULL)
			progress(ctx, *freed, 0);
	}
	return rc;
}

enum cp_rc
cp_hold_unsettled(struct cp_store *s, int *out, struct cp_err *err)
{
	int64_t n;
	enum cp_rc rc = cp_exec_int(cp_stmt(s, SQL_HOLDS_UNSETTLED), 0, &n,
	    err);

	if (rc == CP_OK)
		*out = n > 0;
	return rc;
}
