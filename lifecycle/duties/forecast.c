#include "lifecycle/duties/plan.h"

#include <string.h>

#include "lifecycle/store/stmt.h"

enum { PAGE = 500 };

struct forecasting {
	struct cp_store *store;
	const struct cp_rules *rules;
	struct cp_forecast *out;
	int months;
	struct cp_date end; /* last day of the last month */
	int64_t done;
	void (*progress)(void *ctx, int64_t done, int64_t total);
	void *ctx;
	struct cp_fact_set facts;
};

static int
month_number(struct cp_date d)
{
	int y, m, day;

	cp_date_split(d, &y, &m, &day);
	return 12 * y + m - 1;
}

/* The entry of the month of D: the first for what is overdue, NULL past the
 * last. */
static struct cp_forecast *
month_of(struct forecasting *x, struct cp_date d)
{
	int at = month_number(d) - month_number(x->rules->today);

	if (at >= x->months)
		return NULL;
	return &x->out[at > 0 ? at : 0];
}

static int
overdue(const struct forecasting *x, struct cp_date due)
{
	return cp_date_cmp(due, x->rules->today) < 0;
}

/* What leaves on DUE, and what becomes of it when its time in the archive is
 * over. */
static void
count_archive(struct forecasting *x, struct cp_date due)
{
	struct cp_date day = due;
	struct cp_forecast *m = month_of(x, due);

	if (m == NULL)
		return;
	m->archive++;
	if (overdue(x, due)) {
		m->overdue_archive++;
		day = x->rules->today;
	}
	day = cp_period_after(day, x->rules->policy->archive_period);
	m = cp_date_set(day) ? month_of(x, day) : NULL;
	if (m != NULL) {
		m->destroy++;
		m->held += x->facts.facts.n_holds > 0;
	}
}

static void
count_destroy(struct forecasting *x, const struct cp_decision *d)
{
	struct cp_forecast *m = month_of(x, d->due);

	if (m == NULL)
		return;
	m->destroy++;
	m->held += d->blocked != 0;
	m->overdue_destroy += overdue(x, d->due);
}

static enum cp_rc
count_one(struct forecasting *x, int64_t n, struct cp_err *err)
{
	struct cp_decision d;
	enum cp_rc rc = cp_facts_load(x->store, n, &x->facts, err);

	if (rc == CP_OK)
		rc = cp_decide(x->rules->policy, &x->facts.facts,
		    x->rules->today, &d, err);
	if (rc == CP_BAD_INPUT)
		return CP_OK; /* counted as parked */
	if (rc != CP_OK)
		return rc;
	if (d.action == CP_ACTION_ARCHIVE)
		count_archive(x, d.due);
	else if (d.action == CP_ACTION_DESTROY)
		count_destroy(x, &d);
	if (x->progress != NULL && ++x->done % PAGE == 0)
		x->progress(x->ctx, x->done, 0);
	return CP_OK;
}

static enum cp_rc
count_due(struct forecasting *x, enum cp_action action, struct cp_err *err)
{
	int64_t rows[PAGE];
	struct cp_due due;
	int count = PAGE;
	enum cp_rc rc = CP_OK;

	cp_due_init(&due, action, x->end);
	while (rc == CP_OK && count > 0) {
		rc = cp_due_next(x->store, &due, rows, PAGE, &count, err);
		for (int i = 0; rc == CP_OK && i < count; i++)
			rc = count_one(x, rows[i], err);
	}
	return rc;
}

static enum cp_rc
tally(struct cp_store *s, const char *name, int64_t *out, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_TALLY);

	cp_bind_text(q, name);
	return cp_exec_int(q, 0, out, err);
}

/* What is off the path is due now, and overdue: held, or in a batch. */
static enum cp_rc
count_parked(struct forecasting *x, struct cp_forecast_rest *rest,
    struct cp_err *err)
{
	int64_t held;
	enum cp_rc rc = tally(x->store, "parked-1", &held, err);

	if (rc == CP_OK)
		rc = tally(x->store, "parked-2", &rest->awaiting, err);
	if (rc == CP_OK)
		rc = tally(x->store, "parked-3", &rest->undecidable, err);
	if (rc != CP_OK)
		return rc;
	x->out[0].destroy += held + rest->awaiting;
	x->out[0].held += held;
	x->out[0].overdue_destroy += held + rest->awaiting;
	return CP_OK;
}

/* By their index, a month at a time; of the first only what comes after
 * today. */
static enum cp_rc
count_consents(struct forecasting *x, struct cp_forecast_rest *rest,
    struct cp_err *err)
{
	int first = month_number(x->rules->today), next;
	struct cp_date after = x->rules->today, last;
	enum cp_rc rc = CP_OK;

	for (int i = 0; rc == CP_OK && i < x->months; i++) {
		struct cp_stmt *q = cp_stmt(x->store, SQL_FORECAST_CONSENTS);

		next = first + i + 1;
		last = cp_date_add_days(cp_date_make(next / 12, next % 12 + 1,
		    1), -1);
		cp_bind_date(q, after);
		cp_bind_date(q, last);
		rc = cp_exec_int(q, 0, &x->out[i].consent_ends, err);
		after = last;
	}
	return rc == CP_OK ? cp_exec_int(cp_stmt(x->store,
	    SQL_FORECAST_UNDATED), 0, &rest->undated, err) : rc;
}

enum cp_rc
cp_forecast(struct cp_store *s, const struct cp_rules *rules, int months,
    struct cp_forecast *out, struct cp_forecast_rest *rest,
    void (*progress)(void *ctx, int64_t done, int64_t total), void *ctx,
    struct cp_err *err)
{
	struct forecasting x = { .store = s, .rules = rules, .out = out,
		.months = months, .progress = progress, .ctx = ctx };
	int first = month_number(rules->today), own = !cp_store_in_txn(s);
	enum cp_rc rc;

	if (months < 1 || months > CP_FORECAST_MAX)
		return cp_fail(err, CP_USAGE, "a forecast is of 1 to %d months",
		    CP_FORECAST_MAX);
	memset(out, 0, (size_t)months * sizeof(*out));
	memset(rest, 0, sizeof(*rest));
	for (int i = 0; i < months; i++)
		out[i].month = (first + i) / 12 * 100 + (first + i) % 12 + 1;
	x.end = cp_date_add_days(cp_date_make((first + months) / 12,
	    (first + months) % 12 + 1, 1), -1);
	cp_fact_set_init(&x.facts);
	/* One view: each count is of the same moment, and locks are taken
	 * once. */
	rc = own ? cp_store_begin_read(s, err) : CP_OK;
	if (rc != CP_OK)
		return rc;
	rc = count_due(&x, CP_ACTION_ARCHIVE, err);
	if (rc == CP_OK)
		rc = count_due(&x, CP_ACTION_DESTROY, err);
	if (rc == CP_OK)
		rc = count_parked(&x, rest, err);
	if (rc == CP_OK)
		rc = count_consents(&x, rest, err);
	if (own)
		cp_store_rollback(s);
	cp_fact_set_clear(&x.facts);
	return rc;
}
