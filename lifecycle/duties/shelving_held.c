#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/duties/reshelving.h"
#include "lifecycle/duties/shelving_impl.h"
#include "lifecycle/store/stmt.h"

/*
 * What is held when its shelf's month is over goes to the shelf of the month
 * in which the first of its holds is to be reviewed: an inquiry that stops
 * everything moves each package once a review, not once a month.
 */

enum { TARGETS = 32 };

struct clearing {
	struct cp_run *run;
	int month; /* of the shelf that is to be empty */
	struct cp_reshelver reshelver;
	struct cp_fact_set facts;
	struct cp_shelf_page page;
	/* of this transaction, for the log */
	int to[TARGETS];
	int64_t count[TARGETS];
	int targets;
	int64_t moved, failed;
};

enum cp_rc
cp_shelf_held(struct cp_run *run, int month, int64_t after,
    struct cp_shelf_page *out, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(run->store, SQL_SHELF_HELD);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, month);
	cp_bind_int(q, after);
	out->n = 0;
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		out->package[out->n] = cp_col_int(q, 0);
		out->record[out->n++] = cp_col_int(q, 1);
	}
	return rc;
}

/* ---- where to ------------------------------------------------------------ */

static int
month_after(int month)
{
	return month % 100 == 12 ? month + 89 : month + 1;
}

static enum cp_rc
review_of(struct cp_store *s, const char *hold, struct cp_date *out,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_HOLD_REVIEW_DAY);
	int row;
	enum cp_rc rc;

	cp_bind_text(q, hold);
	rc = cp_step(q, &row, err);
	if (rc == CP_OK && !row)
		return cp_fail(err, CP_CORRUPT, "there is no hold %s", hold);
	if (rc == CP_OK)
		*out = cp_col_date(q, 0);
	cp_reset(q);
	return rc;
}

/* After a clock that went back, shelves of months to come may be gone. */
static int
is_gone(const struct cp_shelf_ring *ring, int month)
{
	struct cp_shelf_info info;
	struct cp_err ignored;

	return cp_shelf_get(ring, month, &info, &ignored) == CP_OK &&
	    info.state != CP_SHELF_LIVE;
}

/* The month of the first review, not before the next. */
static enum cp_rc
next_shelf(struct clearing *x, int *out, struct cp_err *err)
{
	struct cp_date first = { 0 }, review;
	int month, next = month_after(cp_shelf_month(x->run->now->today));
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < x->facts.facts.n_holds; i++) {
		rc = review_of(x->run->store, x->facts.facts.holds[i].id,
		    &review, err);
		if (rc == CP_OK)
			first = cp_date_earlier(first, review);
	}
	if (rc != CP_OK)
		return rc;
	month = cp_date_set(first) ? cp_shelf_month(first) : next;
	if (month < next)
		month = next;
	while (is_gone(x->run->ring, month))
		month = month_after(month);
	*out = month;
	return CP_OK;
}

/* ---- the log ------------------------------------------------------------- */

static enum cp_rc
log_moves(struct clearing *x, struct cp_err *err)
{
	struct cp_entry e = { .action = "shelf.move" };
	char detail[96];
	enum cp_rc rc = CP_OK;

	e.detail = detail;
	for (int i = 0; rc == CP_OK && i < x->targets; i++) {
		(void)snprintf(detail, sizeof(detail), "{\"from\":%d,"
		    "\"to\":%d,\"packages\":%lld}", x->month, x->to[i],
		    (long long)x->count[i]);
		rc = cp_audit_add(x->run->audit, &e, NULL, err);
	}
	x->targets = 0;
	return rc;
}

static enum cp_rc
note_move(struct clearing *x, int to, struct cp_err *err)
{
	enum cp_rc rc = CP_OK;
	int i = 0;

	x->moved++;
	while (i < x->targets && x->to[i] != to)
		i++;
	if (i == TARGETS) {
		rc = log_moves(x, err);
		i = 0;
	}
	if (i == x->targets) {
		x->to[i] = to;
		x->count[i] = 0;
		x->targets++;
	}
	x->count[i]++;
	return rc;
}

/* ---- moving -------------------------------------------------------------- */

static int
own_trouble(const struct clearing *x, enum cp_rc rc)
{
	return x->reshelver.untouched && (rc == CP_KEY || rc == CP_CORRUPT ||
	    rc == CP_NOT_FOUND || rc == CP_REFUSED);
}

/* A record whose hold was just released is not moved: it waits to be put back
 * on the path. */
static enum cp_rc
move_one(struct clearing *x, int i, struct cp_err *err)
{
	struct cp_parcel p;
	int to;
	enum cp_rc rc;

	rc = cp_facts_load(x->run->store, x->page.record[i], &x->facts, err);
	if (rc != CP_OK || x->facts.facts.n_holds == 0)
		return rc;
	rc = cp_parcel_at(x->run->store, x->page.package[i], &p, err);
	if (rc == CP_OK)
		rc = next_shelf(x, &to, err);
	if (rc != CP_OK)
		return rc;
	rc = cp_reshelve_to(&x->reshelver, &p, to, err);
	if (rc == CP_OK)
		return note_move(x, to, err);
	if (!own_trouble(x, rc))
		return rc;
	x->failed++;
	cp_run_trouble(x->run, p.record_id, err);
	return CP_OK;
}

/* One transaction; *AFTER is the last row looked at, 0 when there was none. */
static enum cp_rc
move_page(struct clearing *x, int64_t *after, struct cp_err *err)
{
	enum cp_rc rc = cp_txn_begin(x->run->audit, err);

	if (rc != CP_OK)
		return rc;
	x->targets = 0;
	x->moved = 0;
	rc = cp_shelf_held(x->run, x->month, *after, &x->page, err);
	for (int i = 0; rc == CP_OK && i < x->page.n; i++)
		rc = move_one(x, i, err);
	if (rc == CP_OK)
		rc = log_moves(x, err);
	if (rc == CP_OK && x->moved == 0)
		cp_txn_rollback(x->run->audit); /* there is nothing to keep */
	else
		rc = cp_txn_end(x->run->audit, rc, err);
	*after = x->page.n > 0 ? x->page.package[x->page.n - 1] : 0;
	if (rc == CP_OK)
		x->run->moved += x->moved;
	return rc;
}

enum cp_rc
cp_shelf_clear(struct cp_run *run, int month, struct cp_err *err)
{
	struct clearing *x = calloc(1, sizeof(*x));
	int64_t after = 0;
	enum cp_rc rc;

	if (x == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	x->run = run;
	x->month = month;
	x->reshelver = (struct cp_reshelver){ .store = run->store,
		.audit = run->audit, .policy = run->policy,
		.today = run->now->today, .ring = run->ring };
	cp_fact_set_init(&x->facts);
	rc = cp_shelf_held(run, month, 0, &x->page, err);
	while (rc == CP_OK && x->page.n > 0) {
		rc = move_page(x, &after, err);
		if (x->page.n < SHELF_PAGE)
			break;
	}
	cp_fact_set_clear(&x->facts);
	cp_reshelver_clear(&x->reshelver);
	free(x);
	return rc;
}
