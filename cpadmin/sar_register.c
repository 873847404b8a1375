#include <stdio.h>
#include <string.h>

#include "archive/file.h"
#include "cpadmin/sar_case.h"
#include "cpadmin/sar_ics.h"
#include "cpadmin/take.h"
#include "lifecycle/duties/access_register.h"

/* sar register: how many requests of a period, and how many in time. */

static const struct cp_column columns[] = {
	{ "policy", "POLICY" },
	{ "status", "STATUS" },
	{ "in_time", "IN TIME" },
	{ "extended", "EXTENDED" },
	{ "late", "LATE" },
	{ "total", "TOTAL" },
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

/* What stands where a count is not shown. */
static const char HIDDEN[] = "[c]";

struct putting {
	struct cp_out *out;
	const char *path; /* of the CSV; or NULL */
	struct cp_buf csv;
	int hidden;       /* something is */
};

static enum cp_rc
put_row(struct putting *x, const struct cp_access_counts *c,
    enum cp_access_status v, struct cp_err *err)
{
	const char *status = cp_access_status_word(v);

	cp_out_text(x->out, c->policy);
	cp_out_text(x->out, status);
	cp_buf_printf(&x->csv, "%s,%s", c->policy, status);
	for (int t = 0; t < CP_REGISTER_TIMES; t++) {
		if (c->hidden[v][t]) {
			x->hidden = 1;
			cp_out_json(x->out, "null", HIDDEN);
			cp_buf_printf(&x->csv, ",%s", HIDDEN);
		} else {
			cp_out_int(x->out, c->count[v][t]);
			cp_buf_printf(&x->csv, ",%lld",
			    (long long)c->count[v][t]);
		}
	}
	cp_buf_puts(&x->csv, "\r\n");
	return cp_out_row(x->out, err);
}

static enum cp_rc
put_policy(void *ctx, const struct cp_access_counts *c, struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	for (int v = 0; rc == CP_OK && v < CP_REGISTER_STATUSES; v++)
		rc = put_row(ctx, c, (enum cp_access_status)v, err);
	return rc;
}

static enum cp_rc
take(const struct cp_call *call, struct cp_access_period *p,
    struct putting *x, struct cp_err *err)
{
	enum cp_rc rc = cp_take_date(call, "from", &p->from, err);

	if (rc == CP_OK)
		rc = cp_take_date(call, "until", &p->until, err);
	if (rc == CP_OK && cp_date_cmp(p->until, p->from) < 0)
		return cp_fail(err, CP_USAGE, "--until is before --from");
	p->policy = cp_option(call, "policy");
	p->exact = cp_flag(call, "exact");
	return rc == CP_OK ? cp_sar_new_file(call, "csv", &x->path, err) : rc;
}

static enum cp_rc
run(struct cp_sar_case *x, const struct cp_access_period *p,
    struct putting *to, struct cp_err *err)
{
	enum cp_rc rc = cp_out_table(x->call, "sar-register", columns, COLUMNS,
	    &to->out, err);

	for (int i = 0; i < COLUMNS; i++)
		cp_buf_printf(&to->csv, "%s%s", columns[i].key,
		    i + 1 < COLUMNS ? "," : "\r\n");
	if (rc == CP_OK)
		rc = cp_access_register(x->s.store, p, put_policy, to, err);
	if (rc == CP_OK)
		rc = cp_buf_check(&to->csv, err);
	if (rc == CP_OK && to->path != NULL)
		rc = cp_file_write_new(to->path, 0600, to->csv.data,
		    to->csv.len, err);
	if (rc == CP_OK)
		rc = cp_out_end(&to->out, err);
	if (rc == CP_OK && to->hidden)
		cp_say(x->call, "%s: not shown, as small numbers identify "
		    "people", HIDDEN);
	if (rc == CP_OK && p->exact)
		cp_say(x->call, "exact counts: not to be published");
	return rc;
}

enum cp_rc
cp_sar_run_register(struct cp_call *call, struct cp_err *err)
{
	struct cp_access_period p = { .exact = 0 };
	struct putting to = { .hidden = 0 };
	struct cp_sar_case x;
	enum cp_rc rc = take(call, &p, &to, err);

	if (rc == CP_OK)
		rc = cp_sar_case_store(call, CP_STORE_READ, CP_SAR_COUNTERS,
		    &x, err);
	if (rc != CP_OK)
		return rc;
	p.today = x.s.now.today;
	cp_buf_init(&to.csv);
	rc = run(&x, &p, &to, err);
	cp_out_free(to.out);
	cp_buf_clear(&to.csv);
	cp_sar_case_close(&x);
	return rc;
}
