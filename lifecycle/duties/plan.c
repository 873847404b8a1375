#include "lifecycle/duties/plan.h"

#include <stdio.h>
#include <string.h>

#include "lifecycle/store/json_put.h"
#include "lifecycle/store/stmt.h"

enum { PAGE = 500 };

void
cp_due_init(struct cp_due *d, enum cp_action action, struct cp_date until)
{
	memset(d, 0, sizeof(*d));
	d->action = action;
	d->until = until;
}

enum cp_rc
cp_due_next(struct cp_store *s, struct cp_due *d, int64_t *rows, int cap,
    int *count, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, d->action == CP_ACTION_ARCHIVE ?
	    SQL_DUE_ARCHIVE : d->action == CP_ACTION_DESTROY ?
	    SQL_DUE_DESTROY : SQL_DUE_PRUNE);
	char after[CP_DATE_TEXT];
	int row;
	enum cp_rc rc;

	memcpy(after, d->after_due, sizeof(after));
	cp_bind_date(q, d->until);
	cp_bind_text(q, after);
	cp_bind_int(q, d->after_n);
	cp_bind_int(q, cap);
	*count = 0;
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		rows[(*count)++] = cp_col_int(q, 0);
		d->after_n = cp_col_int(q, 0);
		cp_col_copy(q, 1, d->after_due, sizeof(d->after_due));
	}
	return rc;
}

enum cp_rc
cp_due_count(struct cp_store *s, struct cp_date until, int64_t most,
    int64_t *out, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_DUE_COUNT);

	cp_bind_date(q, until);
	cp_bind_int(q, most);
	return cp_exec_int(q, 0, out, err);
}

enum cp_rc
cp_plan_blocked(struct cp_store *s, int64_t record,
    const struct cp_facts *facts, struct cp_buf *out, struct cp_err *err)
{
	struct cp_stmt *q;
	int row;
	enum cp_rc rc = CP_OK;

	cp_json_open(out, '[');
	if (facts->state == CP_STATE_ARCHIVED) {
		for (size_t i = 0; i < facts->n_holds; i++)
			cp_json_put_string(out, facts->holds[i].id);
		q = cp_stmt(s, SQL_BATCH_OF_RECORD);
		cp_bind_int(q, record);
		rc = cp_step(q, &row, err);
		if (rc == CP_OK && row) {
			cp_json_put_string(out, cp_col_text(q, 0));
			cp_reset(q);
		}
	}
	cp_json_close(out, ']');
	return rc == CP_OK ? cp_buf_check(out, err) : rc;
}

/* ---- plan ------------------------------------------------------------------ */

struct planning {
	struct cp_store *store;
	const struct cp_rules *rules;
	struct cp_date until;
	struct cp_fact_set facts;
	struct cp_buf blocked;
	cp_plan_fn *fn;
	void *ctx;
};

static enum cp_rc
plan_one(struct planning *x, int64_t n, struct cp_err *err)
{
	struct cp_plan_row row;
	struct cp_decision d;
	struct cp_record r;
	enum cp_rc rc = cp_record_at(x->store, n, &r, err);

	if (rc == CP_OK)
		rc = cp_facts_load(x->store, n, &x->facts, err);
	if (rc == CP_OK)
		rc = cp_decide(x->rules->policy, &x->facts.facts, x->until, &d,
		    err);
	memset(&row, 0, sizeof(row));
	memcpy(row.id, r.id, sizeof(row.id));
	row.blocked_by = "[]";
	if (rc == CP_BAD_INPUT) { /* cannot be evaluated: say so, go on */
		row.rule = "undecidable";
		return x->fn(x->ctx, &row, err);
	}
	if (rc != CP_OK || !d.due_now)
		return rc;
	cp_buf_reset(&x->blocked);
	rc = cp_plan_blocked(x->store, n, &x->facts.facts, &x->blocked, err);
	if (rc != CP_OK)
		return rc;
	row.action = d.action;
	row.due = d.due;
	row.rule = d.rule_name;
	row.blocked_by = cp_buf_text(&x->blocked);
	return x->fn(x->ctx, &row, err);
}

static enum cp_rc
plan_due(struct planning *x, enum cp_action action, struct cp_err *err)
{
	int64_t rows[PAGE];
	struct cp_due due;
	int count = PAGE;
	enum cp_rc rc = CP_OK;

	cp_due_init(&due, action, x->until);
	while (rc == CP_OK && count > 0) {
		rc = cp_due_next(x->store, &due, rows, PAGE, &count, err);
		for (int i = 0; rc == CP_OK && i < count; i++)
			rc = plan_one(x, rows[i], err);
	}
	return rc;
}

static enum cp_rc
parked_page(struct cp_store *s, enum cp_parked parked, int64_t after,
    int64_t *rows, int *count, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_PARKED_OF);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, parked);
	cp_bind_int(q, after);
	cp_bind_int(q, PAGE);
	*count = 0;
	while ((rc = cp_step(q, &row, err)) == CP_OK && row)
		rows[(*count)++] = cp_col_int(q, 0);
	return rc;
}

static enum cp_rc
plan_parked(struct planning *x, enum cp_parked parked, struct cp_err *err)
{
	int64_t rows[PAGE], after = 0;
	int count = PAGE;
	enum cp_rc rc = CP_OK;

	while (rc == CP_OK && count > 0) {
		rc = parked_page(x->store, parked, after, rows, &count, err);
		for (int i = 0; rc == CP_OK && i < count; i++) {
			after = rows[i];
			rc = plan_one(x, rows[i], err);
		}
	}
	return rc;
}

enum cp_rc
cp_plan_each(struct cp_store *s, const struct cp_rules *rules,
    struct cp_date until, cp_plan_fn *fn, void *ctx, struct cp_err *err)
{
	struct planning x = { .store = s, .rules = rules, .until = until,
		.fn = fn, .ctx = ctx };
	enum cp_rc rc;

	cp_fact_set_init(&x.facts);
	cp_buf_init(&x.blocked);
	rc = plan_due(&x, CP_ACTION_ARCHIVE, err);
	if (rc == CP_OK)
		rc = plan_due(&x, CP_ACTION_DESTROY, err);
	if (rc == CP_OK)
		rc = plan_parked(&x, CP_PARKED_HELD, err);
	if (rc == CP_OK)
		rc = plan_parked(&x, CP_PARKED_BATCH, err);
	if (rc == CP_OK)
		rc = plan_parked(&x, CP_PARKED_UNDECIDABLE, err);
	cp_fact_set_clear(&x.facts);
	cp_buf_clear(&x.blocked);
	return rc;
}
