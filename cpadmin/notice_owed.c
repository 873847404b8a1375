#include <string.h>

#include "cpadmin/notice_row.h"
#include "cpadmin/progress.h"
#include "cpadmin/take.h"
#include "lifecycle/duties/prospect.h"

/* notice owed, notice show: the ledger, read. */

/* ---- settling ----------------------------------------------------------------- */

enum { WAITING_MOST = 1000 };

/* Whether the operator may change what is owed: who only looks, or looks at
 * another day than today in a store that is not for rehearsals, is told what
 * was settled last. */
static int
may_settle(const struct cp_notices *x)
{
	return (x->s.op.roles & CP_NOTICE_SENDERS) != 0 &&
	    (!x->s.now.simulated || x->s.settings.rehearsal);
}

enum cp_rc
cp_notices_settle(struct cp_notices *x, struct cp_err *err)
{
	struct cp_notice_count count = { 0, 0, 0 };
	struct cp_progress p;
	enum cp_rc rc;

	cp_progress_init(&p, x->call, "records looked at", 0);
	rc = cp_notice_settle(&x->c, &count, cp_progress_at, &p, err);
	cp_progress_end(&p, count.looked);
	return rc;
}

/* Opens the store, to write only where there is something to settle. */
static enum cp_rc
open_settled(const struct cp_call *call, struct cp_notices *x,
    struct cp_err *err)
{
	int64_t waiting = 0;
	int may;
	enum cp_rc rc = cp_notices_open(call, CP_STORE_READ,
	    CP_NOTICE_READERS, x, err);

	if (rc != CP_OK)
		return rc;
	may = may_settle(x);
	rc = cp_notice_waiting(x->s.store, x->s.now.today, may ? 1 :
	    WAITING_MOST, &waiting, err);
	if (rc == CP_OK && waiting > 0 && may) {
		cp_notices_close(x);
		rc = cp_notices_open(call, CP_STORE_WRITE, CP_NOTICE_READERS,
		    x, err);
		if (rc != CP_OK)
			return rc;
		rc = cp_notices_settle(x, err);
	} else if (rc == CP_OK && waiting > 0) {
		cp_say(call, "%s%lld records were not looked at yet: what they "
		    "are owed is not here", waiting == WAITING_MOST ?
		    "at least " : "", (long long)waiting);
	}
	if (rc != CP_OK)
		cp_notices_close(x);
	return rc;
}

/* ---- owed --------------------------------------------------------------------- */

struct listing {
	struct cp_notices *x;
	struct cp_out *out;
	enum cp_notices_as as;
	int64_t only; /* a notice's number, or 0 */
	int64_t n, late, problems;
};

static enum cp_rc
list_one(void *ctx, const struct cp_notice *n, struct cp_err *err)
{
	struct listing *l = ctx;

	if (l->only != 0 && l->only != n->n)
		return CP_OK;
	l->n++;
	l->late += cp_date_cmp(n->due, l->x->s.now.today) < 0;
	l->problems += n->problem[0] != '\0';
	return cp_notices_put(l->x, l->out, n, l->as, err);
}

/* ID, --until and --kind. */
static enum cp_rc
take_query(struct cp_notices *x, struct listing *l,
    struct cp_notice_query *q, struct cp_err *err)
{
	const char *id = cp_arg(x->call, 0);
	enum cp_notice_kind kind;
	struct cp_notice n;
	struct cp_record r;
	enum cp_rc rc = CP_OK;

	q->kind = cp_option(x->call, "kind");
	if (q->kind != NULL && !cp_notice_kind_parse(q->kind, &kind))
		return cp_fail(err, CP_USAGE, "--kind: no such notice");
	if (cp_option(x->call, "until") != NULL)
		rc = cp_take_date(x->call, "until", &q->until, err);
	if (rc != CP_OK || id == NULL)
		return rc;
	if (cp_notice_ref_parse(id) != 0) {
		rc = cp_notice_get(x->s.store, id, &n, err);
		q->record = rc == CP_OK ? n.record : 0;
		l->only = rc == CP_OK ? n.n : 0;
		return rc;
	}
	rc = cp_notices_record(x, id, &r, err);
	q->record = rc == CP_OK ? r.n : 0;
	return rc;
}

enum cp_rc
cp_notice_run_owed(struct cp_call *call, struct cp_err *err)
{
	struct cp_notice_query q = { .record = 0 };
	struct listing l = { .as = CP_NOTICES_OWED };
	struct cp_notices x;
	enum cp_rc rc = open_settled(call, &x, err);

	if (rc != CP_OK)
		return rc;
	l.x = &x;
	rc = take_query(&x, &l, &q, err);
	if (rc == CP_OK)
		rc = cp_notices_begin(call, l.as, &l.out, err);
	if (rc == CP_OK)
		rc = cp_notice_owed_each(x.s.store, &q, list_one, &l, err);
	if (rc == CP_OK)
		rc = cp_out_end(&l.out, err);
	cp_out_free(l.out);
	if (rc == CP_OK)
		cp_say(call, "%lld owed, %lld of them late, %lld with a "
		    "problem", (long long)l.n, (long long)l.late,
		    (long long)l.problems);
	cp_notices_close(&x);
	return rc;
}

/* ---- show --------------------------------------------------------------------- */

/* Who is addressed, where that was set and holds. */
static enum cp_rc
say_addressee(struct cp_notices *x, const struct cp_record *r,
    struct cp_err *err)
{
	struct cp_notice n = { .record = r->n };
	char since[CP_DATE_TEXT];
	struct cp_prospect p;
	struct cp_notice_to to;
	enum cp_rc rc = cp_notice_to_get(x->s.store, r->n, &to, err);

	if (rc != CP_OK || to.set == CP_TO_BY_AGE)
		return rc;
	rc = cp_prospect(x->s.store, &x->rules, &n, &p, err);
	if (rc == CP_REFUSED) {
		cp_err_clear(err);
		return CP_OK;
	}
	if (rc == CP_OK && (p.to == CP_TO_CHILD) == (to.set ==
	    CP_TO_SET_CHILD))
		cp_say(x->call, "letters go to the %s since %s: %s",
		    cp_addressee_word(to.set == CP_TO_SET_CHILD ?
		    CP_TO_CHILD : CP_TO_CARER),
		    cp_date_format(to.since, since), to.ground);
	return rc;
}

static enum cp_rc
show_record(struct cp_notices *x, const char *id, struct cp_err *err)
{
	struct listing l = { .x = x, .as = CP_NOTICES_LEDGER };
	struct cp_record r;
	enum cp_rc rc = cp_notices_record(x, id, &r, err);

	if (rc == CP_OK)
		rc = cp_notices_begin(x->call, l.as, &l.out, err);
	if (rc == CP_OK)
		rc = cp_notice_each(x->s.store, r.n, list_one, &l, err);
	if (rc == CP_OK)
		rc = cp_out_end(&l.out, err);
	cp_out_free(l.out);
	return rc == CP_OK ? say_addressee(x, &r, err) : rc;
}

static enum cp_rc
show_one(struct cp_notices *x, const char *ref, struct cp_err *err)
{
	struct cp_out *o = NULL;
	struct cp_notice n;
	enum cp_rc rc = cp_notice_get(x->s.store, ref, &n, err);

	if (rc == CP_OK)
		rc = cp_notices_begin(x->call, CP_NOTICES_LINES, &o, err);
	if (rc == CP_OK)
		rc = cp_notices_put(x, o, &n, CP_NOTICES_LINES, err);
	if (rc == CP_OK)
		rc = cp_out_end(&o, err);
	cp_out_free(o);
	return rc;
}

enum cp_rc
cp_notice_run_show(struct cp_call *call, struct cp_err *err)
{
	const char *id = cp_arg(call, 0);
	struct cp_notices x;
	enum cp_rc rc = cp_notices_open(call, CP_STORE_READ,
	    CP_NOTICE_READERS, &x, err);

	if (rc != CP_OK)
		return rc;
	rc = cp_notice_ref_parse(id) != 0 ? show_one(&x, id, err) :
	    show_record(&x, id, err);
	cp_notices_close(&x);
	return rc;
}
