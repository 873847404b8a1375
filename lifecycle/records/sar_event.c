#include <stdio.h>
#include <string.h>

#include "lifecycle/records/gate.h"
#include "lifecycle/records/sar_priv.h"

/* Events of a request, and the clock that runs by them. */

enum { REMIND_DAYS = 14, WAIT_DAYS = 28, PREFIX = 9 };

/* ---- what they are called ----------------------------------------------- */

/* Apart from those of the clock and of evidence. */
static const char *const kinds[] = { "message-in", "message-out", "letter",
	"duplicate", "refused", "withdrawn", "rectified", "not-rectified",
	"objection-upheld", "objection-refused", "told", "found" };

static int
is_evidence(const char *kind, enum cp_evidence *out)
{
	return strncmp(kind, "evidence-", PREFIX) == 0 &&
	    cp_evidence_parse(kind + PREFIX, out);
}

static int
is_known(const char *kind)
{
	enum cp_evidence e;
	enum cp_clock_kind k;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i], kind) == 0)
			return 1;
	return is_evidence(kind, &e) || cp_clock_parse(kind, &k);
}

/* ---- reading ------------------------------------------------------------ */

static void
read_event(struct cp_stmt *q, struct cp_sar_event *e)
{
	memset(e, 0, sizeof(*e));
	e->n = cp_col_int(q, 0);
	e->date = cp_col_date(q, 1);
	cp_col_copy(q, 2, e->kind, sizeof(e->kind));
	cp_col_copy(q, 3, e->reference, sizeof(e->reference));
	cp_col_copy(q, 4, e->text, sizeof(e->text));
	e->amount = (int)cp_col_int(q, 5);
	cp_col_copy(q, 6, e->at, sizeof(e->at));
	cp_col_copy(q, 7, e->by, sizeof(e->by));
}

enum cp_rc
cp_sar_events(struct cp_store *s, const struct cp_sar *r, cp_sar_event_fn *fn,
    void *ctx, struct cp_err *err)
{
	const struct cp_operator *op = cp_store_actor(s);
	int told = op == NULL || cp_gate_tells(op);
	struct cp_stmt *q = cp_stmt(s, SQL_SAR_EVENTS_OF);
	struct cp_sar_event e;
	int row;
	enum cp_rc rc;

	cp_bind_int(q, r->n);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		read_event(q, &e);
		if (!told && strcmp(e.kind, "safe") == 0)
			continue;
		rc = fn(ctx, &e, err);
		if (rc != CP_OK)
			break;
	}
	cp_reset(q);
	return rc;
}

enum cp_rc
cp_sar_evidence(struct cp_store *s, const struct cp_sar *r, unsigned *had,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_SAR_EVENTS_OF);
	enum cp_evidence e;
	unsigned bits = 0;
	int row;
	enum cp_rc rc;

	cp_bind_int(q, r->n);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row)
		if (is_evidence(cp_col_text(q, 2), &e))
			bits |= 1u << e;
	if (rc == CP_OK)
		*had = bits;
	return rc;
}

/* ---- the clock ---------------------------------------------------------- */

static enum cp_rc
clock_events(struct cp_store *s, const struct cp_sar *r,
    struct cp_clock_event all[CP_SAR_EVENTS + 1], size_t *n,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_SAR_EVENTS_OF);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, r->n);
	*n = 0;
	while ((rc = cp_step(q, &row, err)) == CP_OK && row)
		if (*n <= CP_SAR_EVENTS &&
		    cp_clock_parse(cp_col_text(q, 2), &all[*n].kind))
			all[(*n)++].date = cp_col_date(q, 1);
	return rc;
}

enum cp_rc
cp_sar_clock(struct cp_store *s, const struct cp_sar *r,
    const struct cp_sar_rules *rules, cp_clock_step_fn *fn, void *ctx,
    struct cp_clock *out, struct cp_err *err)
{
	struct cp_clock_event all[CP_SAR_EVENTS + 1];
	size_t n;
	enum cp_rc rc = clock_events(s, r, all, &n, err);

	return rc == CP_OK ? cp_clock_run(rules->policy, rules->holidays, all,
	    n, fn, ctx, out, err) : rc;
}

/* From when it is on the worklist. */
static struct cp_date
remind_from(const struct cp_clock *k)
{
	if (cp_date_set(k->due))
		return cp_date_add_days(k->due, -REMIND_DAYS);
	return cp_date_add_days(k->waits_since, WAIT_DAYS);
}

/* Whether the row says another thing than K. */
static enum cp_rc
differs(struct cp_store *s, int64_t n, const struct cp_clock *k, int *out,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_SAR_CLOCK_GET);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, n);
	rc = cp_step(q, &row, err);
	if (rc != CP_OK)
		return rc;
	*out = !row || cp_date_cmp(cp_col_date(q, 0), k->starts) != 0 ||
	    cp_date_cmp(cp_col_date(q, 1), k->due) != 0 ||
	    strcmp(cp_col_text(q, 2), cp_clock_wait_word(k->waits_for)) != 0 ||
	    cp_date_cmp(cp_col_date(q, 3), k->extended) != 0 ||
	    cp_date_cmp(cp_col_date(q, 4), remind_from(k)) != 0;
	cp_reset(q);
	return CP_OK;
}

static enum cp_rc
put_clock(struct cp_store *s, int64_t n, const struct cp_clock *k,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_SAR_CLOCK_PUT);

	cp_bind_date(q, k->starts);
	cp_bind_date(q, k->due);
	cp_bind_text(q, k->waits_for == CP_WAITS_NOT ? NULL :
	    cp_clock_wait_word(k->waits_for));
	cp_bind_date(q, k->extended);
	cp_bind_date(q, remind_from(k));
	cp_bind_int(q, n);
	return cp_exec(q, err);
}

enum cp_rc
sar_clock_differs(struct cp_store *s, const struct cp_sar *r,
    const struct cp_sar_rules *rules, int *out, struct cp_err *err)
{
	struct cp_clock k;
	enum cp_rc rc = cp_sar_clock(s, r, rules, NULL, NULL, &k, err);

	return rc == CP_OK ? differs(s, r->n, &k, out, err) : rc;
}

enum cp_rc
sar_clock_keep(struct cp_store *s, struct cp_sar *r,
    const struct cp_sar_rules *rules, struct cp_err *err)
{
	struct cp_clock k;
	enum cp_rc rc = cp_sar_clock(s, r, rules, NULL, NULL, &k, err);

	if (rc == CP_OK)
		rc = put_clock(s, r->n, &k, err);
	if (rc != CP_OK)
		return rc;
	r->starts = k.starts;
	r->due = k.due;
	r->extended = k.extended;
	(void)snprintf(r->waits_for, sizeof(r->waits_for), "%s",
	    cp_clock_wait_word(k.waits_for));
	return CP_OK;
}

/* ---- entering ----------------------------------------------------------- */

static void
bind_text(struct cp_stmt *q, const char *text)
{
	cp_bind_text(q, text[0] != '\0' ? text : NULL);
}

enum cp_rc
sar_event_put(const struct cp_change *c, const struct cp_sar *r,
    const struct cp_sar_event *e, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(c->store, SQL_SAR_EVENT_ADD);

	cp_bind_int(q, r->n);
	cp_bind_date(q, e->date);
	cp_bind_text(q, e->kind);
	bind_text(q, e->reference);
	bind_text(q, e->text);
	if (e->amount != 0)
		cp_bind_int(q, e->amount);
	else
		cp_bind_null(q);
	cp_bind_text(q, c->now->time);
	cp_bind_text(q, cp_audit_actor(c->audit));
	return cp_exec(q, err);
}

enum cp_rc
sar_event_done(const struct cp_change *c, const struct cp_sar *r,
    const char *kind, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(c->store, SQL_SAR_EVENT_ONCE);

	cp_bind_int(q, r->n);
	cp_bind_date(q, c->now->today);
	cp_bind_text(q, kind);
	cp_bind_text(q, c->now->time);
	cp_bind_text(q, cp_audit_actor(c->audit));
	return cp_exec(q, err);
}

/* What E asks for before the clock is asked. */
static enum cp_rc
check_event(const struct cp_change *c, const struct cp_sar *r,
    const struct cp_sar_event *e, struct cp_err *err)
{
	char day[CP_DATE_TEXT];
	enum cp_rc rc = CP_OK;

	if (!is_known(e->kind))
		return cp_fail(err, CP_BAD_INPUT, "no event is called that");
	if (!cp_date_set(e->date) ||
	    cp_date_cmp(e->date, c->now->today) > 0)
		return cp_fail(err, CP_BAD_INPUT, "what happened about a "
		    "request is not in the future");
	if (cp_date_cmp(e->date, r->received) < 0)
		return cp_fail(err, CP_BAD_INPUT, "the request was received "
		    "on %s, after that", cp_date_format(r->received, day));
	rc = sar_check_text(e->text, "the text", err);
	return rc == CP_OK ? sar_check_text(e->reference, "the reference",
	    err) : rc;
}

/* What settles or ends a request has room always. */
static int
is_last(const char *kind)
{
	static const char *const last[] = { "letter", "withdrawn", "found",
		"rectified", "not-rectified", "objection-upheld",
		"objection-refused" };

	for (size_t i = 0; i < sizeof(last) / sizeof(last[0]); i++)
		if (strcmp(last[i], kind) == 0)
			return 1;
	return 0;
}

static enum cp_rc
check_count(struct cp_store *s, const struct cp_sar *r, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_SAR_EVENTS_COUNT);
	int64_t n;
	enum cp_rc rc;

	cp_bind_int(q, r->n);
	rc = cp_exec_int(q, 0, &n, err);
	return rc == CP_OK && n >= CP_SAR_EVENTS ? cp_fail(err, CP_REFUSED,
	    "request %s has %d events, and takes no more", r->id,
	    CP_SAR_EVENTS) : rc;
}

static enum cp_rc
check_fee(const struct cp_policy *p, const struct cp_sar_event *e,
    struct cp_err *err)
{
	if (e->amount < 0)
		return cp_fail(err, CP_BAD_INPUT, "a fee is not negative");
	if (p->access_fee == CP_FEE_EXCEPTIONAL && e->text[0] == '\0') {
		(void)cp_fail(err, CP_REFUSED, "policy %s has a fee only where "
		    "a request is manifestly unfounded or excessive",
		    p->name);
		cp_err_hint(err, "say why it is with --reason");
		return CP_REFUSED;
	}
	if (p->access_fee_limit == 0 || e->amount <= p->access_fee_limit)
		return CP_OK;
	return cp_fail(err, CP_REFUSED, "policy %s has no fee above %d.%02d "
	    "pounds", p->name, p->access_fee_limit / 100,
	    p->access_fee_limit % 100);
}

/* An extension is told in time, or it is none. */
static enum cp_rc
check_extended(const struct cp_sar *r, const struct cp_sar_rules *rules,
    struct cp_err *err)
{
	if (!rules->policy->access_extends)
		return cp_fail(err, CP_REFUSED, "policy %s has no extension",
		    rules->policy->name);
	if (cp_date_set(r->extended))
		return CP_OK;
	(void)cp_fail(err, CP_REFUSED, "request %s can be extended only once "
	    "its clock runs, and on or before the day it is due", r->id);
	cp_err_hint(err, "`cpadmin sar clock %s' shows how it stands",
	    r->id);
	return CP_REFUSED;
}

static enum cp_rc
check_before(const struct cp_sar *r, const struct cp_sar_rules *rules,
    const struct cp_sar_event *e, enum cp_clock_kind kind,
    struct cp_err *err)
{
	enum cp_rc rc = sar_need_unanswered(r, err);

	if (rc == CP_OK && kind == CP_CLOCK_FEE_ASKED)
		rc = check_fee(rules->policy, e, err);
	if (rc == CP_OK && kind == CP_CLOCK_EXTENDED &&
	    cp_date_set(r->extended))
		rc = cp_fail(err, CP_REFUSED, "request %s is extended "
		    "already", r->id);
	return rc;
}

static enum cp_rc
log_event(const struct cp_change *c, const struct cp_sar *r,
    const struct cp_sar_event *e, struct cp_err *err)
{
	char day[CP_DATE_TEXT];
	struct cp_buf b;
	enum cp_rc rc;

	cp_buf_init(&b);
	cp_json_open(&b, '{');
	cp_json_put_member(&b, "event", e->kind);
	cp_json_put_member(&b, "date", cp_date_format(e->date, day));
	if (cp_date_set(r->due))
		cp_json_put_member(&b, "due", cp_date_format(r->due, day));
	if (r->waits_for[0] != '\0')
		cp_json_put_member(&b, "waits_for", r->waits_for);
	cp_json_close(&b, '}');
	rc = sar_log(c, "sar.event", r, &b, err);
	cp_buf_clear(&b);
	return rc;
}

enum cp_rc
cp_sar_enter(const struct cp_change *c, const struct cp_sar_rules *rules,
    struct cp_sar *r, const struct cp_sar_event *e, struct cp_err *err)
{
	enum cp_clock_kind kind = CP_CLOCK_KINDS;
	int timed = cp_clock_parse(e->kind, &kind);
	struct cp_sar after = *r;
	enum cp_rc rc = sar_need_unclosed(r, err);

	if (rc == CP_OK)
		rc = check_event(c, r, e, err);
	if (rc == CP_OK && timed)
		rc = check_before(r, rules, e, kind, err);
	if (rc == CP_OK && !is_last(e->kind))
		rc = check_count(c->store, r, err);
	if (rc == CP_OK)
		rc = sar_event_put(c, r, e, err);
	if (rc == CP_OK && timed)
		rc = sar_clock_keep(c->store, &after, rules, err);
	if (rc == CP_OK && kind == CP_CLOCK_EXTENDED)
		rc = check_extended(&after, rules, err);
	if (rc == CP_OK)
		rc = log_event(c, &after, e, err);
	if (rc == CP_OK)
		*r = after;
	return rc;
}
