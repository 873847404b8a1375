#include "cpadmin/sar_case.h"
#include "cpadmin/sar_ics.h"

/* sar list: the requests. */

static const struct cp_column columns[] = {
	CP_SAR_COLUMNS(CP_SAR_IN_TABLE)
	{ "relation", NULL },
	{ "authority", NULL },
};

struct listing {
	struct cp_sar_case *x;
	struct cp_out *out;
	struct cp_sar_ics ics;
	int64_t n, waiting, late;
};

static enum cp_rc
list_one(void *ctx, const struct cp_sar *r, struct cp_err *err)
{
	struct listing *l = ctx;
	int left = 0, open = r->stage < CP_SAR_ANSWERED;
	enum cp_rc rc = cp_sar_put_row(l->x, l->out, r, err);

	if (rc == CP_OK)
		rc = cp_sar_ics_put(&l->ics, l->x, r, err);
	if (rc != CP_OK)
		return rc;
	l->n++;
	l->waiting += open && r->waits_for[0] != '\0';
	l->late += open && cp_date_set(r->due) && cp_clock_alarm(r->due,
	    l->x->s.now.today, &left) == CP_ALARM_LATE;
	cp_out_text(l->out, cp_relation_word(r->relation));
	cp_out_text(l->out, r->authority);
	return cp_out_row(l->out, err);
}

enum cp_rc
cp_sar_run_list(struct cp_call *call, struct cp_err *err)
{
	struct listing l = { .n = 0 };
	struct cp_sar_case x;
	enum cp_rc rc = cp_sar_case_store(call, CP_STORE_READ,
	    CP_SAR_COUNTERS, &x, err);

	if (rc != CP_OK)
		return rc;
	l.x = &x;
	rc = cp_sar_ics_begin(call, &l.ics, err);
	if (rc == CP_OK)
		rc = cp_out_table(call, "sar", columns, sizeof(columns) /
		    sizeof(columns[0]), &l.out, err);
	if (rc == CP_OK)
		rc = cp_sar_each(x.s.store, cp_flag(call, "all"), list_one,
		    &l, err);
	if (rc == CP_OK)
		rc = cp_sar_ics_write(&l.ics, err);
	if (rc == CP_OK)
		rc = cp_out_end(&l.out, err);
	cp_out_free(l.out);
	cp_sar_ics_clear(&l.ics);
	if (rc == CP_OK)
		cp_say(call, "%lld request%s, %lld of them late, %lld waiting "
		    "for who asks", (long long)l.n, l.n == 1 ? "" : "s",
		    (long long)l.late, (long long)l.waiting);
	cp_sar_case_close(&x);
	return rc;
}
