#include "cpadmin/retention_forecast.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cpadmin/chart.h"
#include "cpadmin/out.h"
#include "cpadmin/progress.h"
#include "cpadmin/rules.h"
#include "cpadmin/session.h"
#include "lifecycle/duties/plan.h"

const struct cp_opt cp_forecast_options[] = {
	{ "months", 0, CP_OPT_TEXT, "N", "how far, 12 if not given" },
	{ "chart", 0, CP_OPT_FLAG, NULL,
	    "bars, also where the output is no terminal" },
	{ "no-chart", 0, CP_OPT_FLAG, NULL, "a table, also on a terminal" },
	{ 0 },
};

static const struct cp_column columns[] = {
	{ "month", "MONTH" },
	{ "archive", "ARCHIVE" },
	{ "destroy", "DESTROY" },
	{ "consent_ends", "CONSENTS END" },
	{ "held", "HELD" },
	{ "overdue", "OVERDUE" },
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]), MONTH = 16 };

struct forecast {
	struct cp_forecast months[CP_FORECAST_MAX];
	char names[CP_FORECAST_MAX][MONTH]; /* "2026-11" */
	struct cp_chart_row rows[CP_FORECAST_MAX];
	struct cp_forecast_rest rest;
	struct cp_forecast total;
	int n;
};

static int64_t
overdue(const struct cp_forecast *m)
{
	return m->overdue_archive + m->overdue_destroy;
}

static void
add_up(struct forecast *f)
{
	struct cp_forecast *t = &f->total;

	for (int i = 0; i < f->n; i++) {
		const struct cp_forecast *m = &f->months[i];

		t->archive += m->archive;
		t->destroy += m->destroy;
		t->consent_ends += m->consent_ends;
		t->held += m->held;
		t->overdue_archive += m->overdue_archive;
		t->overdue_destroy += m->overdue_destroy;
		(void)snprintf(f->names[i], MONTH, "%04d-%02d",
		    m->month / 100, m->month % 100);
	}
}

/* ---- a table --------------------------------------------------------------- */

static enum cp_rc
put_row(struct cp_out *o, const char *name, const struct cp_forecast *m,
    struct cp_err *err)
{
	cp_out_text(o, name);
	cp_out_int(o, m->archive);
	cp_out_int(o, m->destroy);
	cp_out_int(o, m->consent_ends);
	cp_out_int(o, m->held);
	cp_out_int(o, overdue(m));
	return cp_out_row(o, err);
}

static enum cp_rc
show_table(const struct cp_call *call, const struct forecast *f,
    struct cp_err *err)
{
	struct cp_out *o = NULL;
	enum cp_rc rc = cp_out_table(call, "retention-forecast", columns,
	    COLUMNS, &o, err);

	for (int i = 0; rc == CP_OK && i < f->n; i++)
		rc = put_row(o, f->names[i], &f->months[i], err);
	if (rc == CP_OK && !cp_wants_json(call))
		rc = put_row(o, "total", &f->total, err);
	if (rc == CP_OK)
		rc = cp_out_end(&o, err);
	cp_out_free(o);
	return rc;
}

/* ---- bars ------------------------------------------------------------------ */

static void
put_legend(struct cp_buf *b, const struct forecast *f, int utf8)
{
	if (f->total.held > 0)
		cp_buf_printf(b, "%s  held as things stand\n", utf8 ? "░" :
		    "-");
	if (overdue(&f->total) > 0)
		cp_buf_printf(b, "!  overdue: %lld to archive, %lld to "
		    "destroy (due before today, held, or in a batch)\n",
		    (long long)f->total.overdue_archive,
		    (long long)f->total.overdue_destroy);
}

static enum cp_rc
show_chart(struct forecast *f, struct cp_err *err)
{
	struct cp_chart chart = { "MONTH", { "ARCHIVE", "DESTROY" },
		{ "CONSENTS END", "HELD" }, cp_chart_width(),
		cp_chart_utf8() };
	struct cp_buf b;
	enum cp_rc rc;

	for (int i = 0; i < f->n; i++) {
		const struct cp_forecast *m = &f->months[i];

		f->rows[i] = (struct cp_chart_row){ f->names[i],
			{ m->archive, m->destroy }, { 0, m->held },
			{ m->consent_ends, m->held }, overdue(m) > 0 };
	}
	cp_buf_init(&b);
	cp_chart(&b, &chart, f->rows, (size_t)f->n);
	put_legend(&b, f, chart.utf8);
	rc = cp_buf_check(&b, err);
	if (rc == CP_OK && (fputs(cp_buf_text(&b), stdout) == EOF ||
	    fflush(stdout) != 0))
		rc = cp_fail_errno(err, CP_FAILED, "cannot write the result");
	cp_buf_clear(&b);
	return rc;
}

/* ---- the verb -------------------------------------------------------------- */

static int
wants_chart(const struct cp_call *call)
{
	if (cp_wants_json(call) || cp_option(call, "columns") != NULL ||
	    cp_flag(call, "no-chart"))
		return 0;
	return cp_flag(call, "chart") || isatty(STDOUT_FILENO);
}

static enum cp_rc
take_months(const struct cp_call *call, int *out, struct cp_err *err)
{
	const char *text = cp_option(call, "months");
	int n = 12;

	if (text != NULL && (sscanf(text, "%4d", &n) != 1 || n < 1 ||
	    n > CP_FORECAST_MAX || strspn(text, "0123456789") !=
	    strlen(text)))
		return cp_fail(err, CP_USAGE, "--months is 1 to %d",
		    CP_FORECAST_MAX);
	if (cp_flag(call, "chart") && (cp_flag(call, "no-chart") ||
	    cp_wants_json(call)))
		return cp_fail(err, CP_USAGE, "--chart does not go with "
		    "--no-chart or --json");
	*out = n;
	return CP_OK;
}

static void
say_rest(const struct cp_call *call, const struct cp_forecast_rest *rest)
{
	if (rest->awaiting > 0)
		cp_say(call, "%lld of the first month wait in destruction "
		    "batches", (long long)rest->awaiting);
	if (rest->undecidable > 0)
		cp_say(call, "%lld records cannot be evaluated and are not "
		    "counted; see `cpadmin worklist'",
		    (long long)rest->undecidable);
	if (rest->undated > 0)
		cp_say(call, "the end of %lld consents is not computed yet; "
		    "the next retention run does it",
		    (long long)rest->undated);
}

static enum cp_rc
forecast(const struct cp_call *call, struct cp_session *s, struct forecast *f,
    struct cp_err *err)
{
	struct cp_policy *policy = NULL;
	struct cp_progress p;
	struct cp_rules rules;
	enum cp_rc rc = cp_session_rules(s, &policy, &rules, err);

	cp_progress_init(&p, call, "looking ahead", 0);
	if (rc == CP_OK)
		rc = cp_forecast(s->store, &rules, f->n, f->months, &f->rest,
		    cp_progress_at, &p, err);
	cp_progress_end(&p, 0);
	cp_policy_free(policy);
	if (rc != CP_OK)
		return rc;
	add_up(f);
	rc = wants_chart(call) ? show_chart(f, err) : show_table(call, f, err);
	if (rc == CP_OK)
		say_rest(call, &f->rest);
	return rc;
}

enum cp_rc
cp_retention_forecast(struct cp_call *call, struct cp_err *err)
{
	struct forecast *f;
	struct cp_session s;
	int months = 0;
	enum cp_rc rc = take_months(call, &months, err);

	if (rc == CP_OK)
		rc = cp_session_open(call, CP_STORE_READ, &s, err);
	if (rc != CP_OK)
		return rc;
	f = calloc(1, sizeof(*f));
	if (f == NULL) {
		rc = cp_fail(err, CP_FAILED, "out of memory");
	} else {
		f->n = months;
		rc = forecast(call, &s, f, err);
	}
	free(f);
	cp_session_close(&s);
	return rc;
}
