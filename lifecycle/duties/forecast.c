#include "lifecycle/duties/plan.h"

#include <string.h>

#include "lifecycle/records/consent.h"
#include "lifecycle/store/stmt.h"

enum { PAGE = 500 };

struct forecasting {
	struct cp_store *store;
	const struct cp_rules *rules;
	struct cp_forecast *out;
	int months;
	struct cp_date end; /* last day of the last month */
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

static void
count_archive(struct forecasting *x, struct cp_date due)
{
	struct cp_date day = due;
	struct cp_forecast *m = month_of(x, due);

	if (m == NULL)
		return;
	m->archive++;
	if (cp_date_cmp(day, x->rules->today) < 0)
		day = x->rules->today;
	day = cp_period_after(day, x->rules->policy->archive_period);
	m = cp_date_set(day) ? month_of(x, day) : NULL;
	if (m != NULL)
		m->destroy++;
}

static enum cp_rc
count_one(struct forecasting *x, int64_t n, struct cp_err *err)
{
	struct cp_forecast *m;
	struct cp_decision d;
	enum cp_rc rc = cp_facts_load(x->store, n, &x->facts, err);

	if (rc == CP_OK)
		rc = cp_decide(x->rules->policy, &x->facts.facts,
		    x->rules->today, &d, err);
	if (rc == CP_BAD_INPUT)
		return CP_OK; /* counted as parked */
	if (rc != CP_OK)
		return rc;
	if (d.action == CP_ACTION_ARCHIVE) {
		count_archive(x, d.due);
	} else if (d.action == CP_ACTION_DESTROY &&
	    (m = month_of(x, d.due)) != NULL) {
		m->destroy++;
		m->held += d.blocked;
	}
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

/* What is off the path is due now: held, or in a batch. */
static enum cp_rc
count_parked(struct forecasting *x, int64_t *undecidable, struct cp_err *err)
{
	int64_t held, batch;
	enum cp_rc rc = tally(x->store, "parked-1", &held, err);

	if (rc == CP_OK)
		rc = tally(x->store, "parked-2", &batch, err);
	if (rc == CP_OK)
		rc = tally(x->store, "parked-3", undecidable, err);
	if (rc != CP_OK)
		return rc;
	x->out[0].destroy += held + batch;
	x->out[0].held += held;
	return CP_OK;
}

static enum cp_rc
count_consent(void *ctx, const struct cp_consent *c, struct cp_err *err)
{
	struct forecasting *x = ctx;
	struct cp_forecast *m;

	(void)err;
	if (!cp_date_set(c->until) ||
	    cp_date_cmp(c->until, x->rules->today) <= 0)
		return CP_OK;
	m = month_of(x, c->until);
	if (m != NULL)
		m->consent_ends++;
	return CP_OK;
}

enum cp_rc
cp_forecast(struct cp_store *s, const struct cp_rules *rules, int months,
    struct cp_forecast *out, int64_t *undecidable, struct cp_err *err)
{
	struct forecasting x = { .store = s, .rules = rules, .out = out,
		.months = months };
	int first = month_number(rules->today);
	enum cp_rc rc;

	if (months < 1 || months > CP_FORECAST_MAX)
		return cp_fail(err, CP_USAGE, "a forecast is of 1 to %d months",
		    CP_FORECAST_MAX);
	memset(out, 0, (size_t)months * sizeof(*out));
	for (int i = 0; i < months; i++)
		out[i].month = (first + i) / 12 * 100 + (first + i) % 12 + 1;
	x.end = cp_date_add_days(cp_date_make((first + months) / 12,
	    (first + months) % 12 + 1, 1), -1);
	cp_fact_set_init(&x.facts);
	rc = count_due(&x, CP_ACTION_ARCHIVE, err);
	if (rc == CP_OK)
		rc = count_due(&x, CP_ACTION_DESTROY, err);
	if (rc == CP_OK)
		rc = count_parked(&x, undecidable, err);
	if (rc == CP_OK)
		rc = cp_consent_each(s, rules, NULL, count_consent, &x, err);
	cp_fact_set_clear(&x.facts);
	return rc;
}
