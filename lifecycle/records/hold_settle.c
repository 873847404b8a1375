#include <stdlib.h>

#include "lifecycle/records/facts.h"
#include "lifecycle/records/hold.h"
#include "lifecycle/store/stmt.h"

/* Putting back on the path what no hold stops any more. */

enum { PAGE = 500 }; /* of the statement */

struct settling {
	struct cp_store *store;
	struct cp_audit *audit;
	struct cp_date today;
	int64_t *holds; /* that were released when it began; owned */
	size_t n_holds;
	int64_t after, freed;
	int left; /* there may be another page */
};

static enum cp_rc
remember_holds(struct settling *x, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->store, SQL_HOLDS_TO_SETTLE);
	int64_t *more;
	int row;
	enum cp_rc rc;

	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		more = reallocarray(x->holds, x->n_holds + 1, sizeof(*more));
		if (more == NULL) {
			rc = cp_fail(err, CP_FAILED, "out of memory");
			break;
		}
		x->holds = more;
		x->holds[x->n_holds++] = cp_col_int(q, 0);
	}
	cp_reset(q);
	return rc;
}

static enum cp_rc
read_page(struct settling *x, int64_t *rows, int *count, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->store, SQL_PARKED_NEXT);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, CP_PARKED_HELD);
	cp_bind_int(q, x->after);
	*count = 0;
	while ((rc = cp_step(q, &row, err)) == CP_OK && row)
		rows[(*count)++] = x->after = cp_col_int(q, 0);
	x->left = *count == PAGE;
	return rc;
}

/* The counterpart of the run's record.held. */
static enum cp_rc
put_back(struct settling *x, int64_t n, struct cp_err *err)
{
	struct cp_entry e = { .action = "record.unheld" };
	struct cp_record r;
	enum cp_rc rc = cp_record_at(x->store, n, &r, err);

	if (rc == CP_OK)
		rc = cp_record_park(x->store, n, CP_PARKED_NOT, err);
	e.subject = r.id;
	x->freed++;
	return rc == CP_OK ? cp_audit_add(x->audit, &e, NULL, err) : rc;
}

static enum cp_rc
unpark_page(struct settling *x, struct cp_err *err)
{
	int64_t rows[PAGE];
	struct cp_fact_set f;
	int count = 0;
	enum cp_rc rc = read_page(x, rows, &count, err);

	cp_fact_set_init(&f);
	for (int i = 0; rc == CP_OK && i < count; i++) {
		rc = cp_facts_load(x->store, rows[i], &f, err);
		if (rc == CP_OK && f.facts.n_holds == 0)
			rc = put_back(x, rows[i], err);
	}
	cp_fact_set_clear(&f);
	return rc;
}

/* A hold that is released meanwhile is for its own release to settle. */
static enum cp_rc
mark_settled(struct settling *x, struct cp_err *err)
{
	struct cp_stmt *q;
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < x->n_holds; i++) {
		q = cp_stmt(x->store, SQL_HOLD_SETTLE);
		cp_bind_date(q, x->today);
		cp_bind_int(q, x->holds[i]);
		rc = cp_exec(q, err);
	}
	return rc;
}

static enum cp_rc
settle_page(struct settling *x, struct cp_err *err)
{
	enum cp_rc rc = cp_txn_begin(x->audit, err);

	if (rc != CP_OK)
		return rc;
	rc = unpark_page(x, err);
	if (rc == CP_OK && !x->left)
		rc = mark_settled(x, err);
	return cp_txn_end(x->audit, rc, err);
}

enum cp_rc
cp_hold_settle(struct cp_store *s, struct cp_audit *audit,
    struct cp_date today, int64_t *freed,
    void (*progress)(void *ctx, int64_t done, int64_t total), void *ctx,
    struct cp_err *err)
{
	struct settling x = { .store = s, .audit = audit, .today = today,
		.left = 1 };
	enum cp_rc rc = remember_holds(&x, err);

	while (rc == CP_OK && x.left) {
		rc = settle_page(&x, err);
		if (rc == CP_OK && progress != NULL)
			progress(ctx, x.freed, 0);
	}
	*freed = x.freed;
	free(x.holds);
	return rc;
}

/* Whether a hold in force asks for the day of destruction. */
static enum cp_rc
asks_for_day(struct cp_store *s, int *out, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_HOLDS_PREDICATES);
	struct cp_predicate p;
	struct cp_err ignored;
	int row;
	enum cp_rc rc;

	*out = 0;
	while ((rc = cp_step(q, &row, err)) == CP_OK && row)
		if (cp_predicate_parse(cp_col_text(q, 0), &p, &ignored) ==
		    CP_OK && cp_predicate_names(&p, CP_FIELD_DESTROY_DUE))
			*out = 1;
	return rc;
}

enum cp_rc
cp_hold_redated(struct cp_store *s, struct cp_audit *audit,
    struct cp_date today, struct cp_err *err)
{
	int64_t freed;
	int asked;
	enum cp_rc rc = asks_for_day(s, &asked, err);

	return rc == CP_OK && asked ? cp_hold_settle(s, audit, today, &freed,
	    NULL, NULL, err) : rc;
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
