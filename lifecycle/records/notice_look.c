#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/records/notice_priv.h"
#include "lifecycle/store/json_put.h"

/* Looking at records: what they are owed from today on. */

enum { DUE_MAX = 1000 }; /* the statement's own limit */

struct looking {
	const struct cp_change *c;
	struct cp_notice_set f; /* of the record that is looked at */
	struct cp_notice_count count;
	struct cp_date version_since;
};

/* ---- changing the ledger ----------------------------------------------- */

static enum cp_rc
add(const struct cp_change *c, int64_t record, const struct cp_notice_owed *o,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(c->store, SQL_DUTY_NUMBER);
	int64_t n = 0;
	enum cp_rc rc;

	cp_bind_text(q, o->kind == CP_NOTICE_SHIELD ? "notice-safe" :
	    "notice");
	rc = cp_exec_int(q, 0, &n, err);
	if (rc == CP_OK && n == 0)
		rc = cp_fail(err, CP_CORRUPT, "the store has no counter of "
		    "notices");
	if (rc != CP_OK)
		return rc;
	q = cp_stmt(c->store, SQL_NOTICE_ADD);
	cp_bind_int(q, n);
	cp_bind_int(q, record);
	cp_bind_text(q, cp_notice_kind_word(o->kind));
	cp_bind_text(q, o->cause);
	cp_bind_int(q, o->kind == CP_NOTICE_SHIELD);
	cp_bind_date(q, o->since);
	cp_bind_date(q, o->due);
	return cp_exec(q, err);
}

static enum cp_rc
lapse(const struct cp_change *c, enum sql_id id, int64_t n, const char *why,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(c->store, id);

	cp_bind_text(q, why);
	cp_bind_int(q, n);
	return cp_exec(q, err);
}

/* A safe one goes unlogged and uncounted: beside the event of which it comes
 * its entry would say whose the case is. */
static enum cp_rc
drop(struct looking *l, size_t i, const char *why, struct cp_err *err)
{
	const char *const extra[][2] = { { "why", why } };
	int64_t n = l->f.n[i];
	struct cp_notice notice;
	enum cp_rc rc = lapse(l->c, SQL_NOTICE_LAPSES, n, why, err);

	if (rc == CP_OK && l->f.covers)
		rc = lapse(l->c, SQL_NOTICE_COVER_LAPSES, n, why, err);
	if (rc == CP_OK)
		rc = cp_notice_at(l->c->store, n, &notice, err);
	if (rc != CP_OK || notice.safe)
		return rc;
	l->count.dropped++;
	return cp_notice_log(l->c, "notice.suppressed", &notice, extra, 1,
	    err);
}

static enum cp_rc
put_look(struct looking *l, int64_t record, struct cp_date day,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(l->c->store, SQL_NOTICE_LOOKED);

	cp_bind_date(q, day);
	cp_bind_int(q, record);
	return cp_exec(q, err);
}

/* ---- one record -------------------------------------------------------- */

static enum cp_rc
carry_out(struct looking *l, int64_t record, const struct cp_notice_plan *p,
    struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < p->n_drop; i++)
		rc = drop(l, p->drop[i].past, p->drop[i].why, err);
	for (size_t i = 0; rc == CP_OK && i < p->n_owed; i++) {
		rc = add(l->c, record, &p->owed[i], err);
		l->count.owed += p->owed[i].kind != CP_NOTICE_SHIELD;
	}
	return rc;
}

/* Of one whose facts are in l->f; what cannot be evaluated is not looked at
 * again until that has changed. */
static enum cp_rc
settle_facts(struct looking *l, int64_t record, struct cp_err *err)
{
	struct cp_notice_plan p = { 0 };
	enum cp_rc rc = l->f.covers ? cp_notice_covers(l->c, record, &l->f,
	    err) : CP_OK;

	if (l->f.synthetic || !l->f.live) /* nobody is told */
		return rc == CP_OK ? put_look(l, record, p.look, err) : rc;
	while (rc == CP_OK) {
		rc = cp_notice_plan(l->c->rules->policy, &l->f.facts,
		    l->c->now->today, &p, err);
		if (rc == CP_OK)
			rc = carry_out(l, record, &p, err);
		if (rc != CP_OK || !p.more)
			break;
		rc = cp_notice_facts_past(l->c->store, record, &l->f, err);
	}
	if (rc == CP_BAD_INPUT) {
		cp_err_clear(err);
		memset(&p, 0, sizeof(p));
		rc = CP_OK;
	}
	return rc == CP_OK ? put_look(l, record, p.look, err) : rc;
}

static void
count_up(struct cp_notice_count *to, const struct cp_notice_count *more)
{
	if (to == NULL)
		return;
	to->looked += more->looked;
	to->owed += more->owed;
	to->dropped += more->dropped;
}

enum cp_rc
cp_notice_look(const struct cp_change *c, int64_t record,
    struct cp_notice_count *count, struct cp_err *err)
{
	struct looking l = { .c = c };
	enum cp_rc rc = cp_notice_facts_of(c, record, &l.f, err);

	if (rc == CP_OK)
		rc = settle_facts(&l, record, err);
	l.count.looked = 1;
	if (rc == CP_OK)
		count_up(count, &l.count);
	cp_notice_set_clear(&l.f);
	return rc;
}

enum cp_rc
cp_notice_look_due(const struct cp_change *c, int64_t record,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(c->store, SQL_NOTICE_IS_DUE);
	int64_t due = 0;
	enum cp_rc rc;

	cp_bind_int(q, record);
	cp_bind_date(q, c->now->today);
	rc = cp_exec_int(q, 0, &due, err);
	return rc == CP_OK && due ? cp_notice_look(c, record, NULL, err) : rc;
}

/* ---- all whose day has come -------------------------------------------- */

struct batch { struct cp_notice_set *set; int64_t *n; size_t many; };

/* Their rows at once, since looking changes what they are found by. */
static enum cp_rc
read_due(struct looking *l, struct batch *b, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(l->c->store, SQL_NOTICE_DUE);
	int row;
	enum cp_rc rc;

	b->many = 0;
	cp_bind_date(q, l->c->now->today);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		if (b->many == DUE_MAX)
			break;
		b->n[b->many] = cp_col_int(q, 0);
		rc = cp_notice_facts_read(q, l->c->rules->policy,
		    l->version_since, &b->set[b->many++], err);
		if (rc != CP_OK)
			break;
	}
	cp_reset(q);
	return rc;
}

static enum cp_rc
look_at(struct looking *l, const struct batch *b, size_t i,
    struct cp_err *err)
{
	const struct cp_notice_set *from = &b->set[i];
	enum cp_rc rc;

	l->f.facts = from->facts;
	l->f.decision = from->decision;
	if (l->f.facts.decision != NULL)
		l->f.facts.decision = &l->f.decision;
	l->f.live = from->live;
	l->f.synthetic = from->synthetic;
	rc = cp_notice_facts_past(l->c->store, b->n[i], &l->f, err);
	if (rc == CP_OK)
		rc = cp_notice_facts_to(l->c->store, b->n[i], &l->f, err);
	return rc == CP_OK ? settle_facts(l, b->n[i], err) : rc;
}

static enum cp_rc
log_settled(const struct looking *l, struct cp_err *err)
{
	struct cp_entry e = { "notice.settle", NULL, NULL, NULL };
	struct cp_buf b;
	enum cp_rc rc;

	cp_buf_init(&b);
	cp_json_open(&b, '{');
	cp_json_put_key(&b, "looked");
	cp_json_put_int(&b, l->count.looked);
	cp_json_put_key(&b, "owed");
	cp_json_put_int(&b, l->count.owed);
	cp_json_put_key(&b, "dropped");
	cp_json_put_int(&b, l->count.dropped);
	cp_json_close(&b, '}');
	rc = cp_buf_check(&b, err);
	e.detail = cp_buf_text(&b);
	if (rc == CP_OK)
		rc = cp_audit_add(l->c->audit, &e, NULL, err);
	cp_buf_clear(&b);
	return rc;
}

/* One transaction. */
static enum cp_rc
settle_batch(struct looking *l, struct batch *b, struct cp_err *err)
{
	enum cp_rc rc = cp_txn_begin(l->c->audit, err);

	if (rc != CP_OK)
		return rc;
	memset(&l->count, 0, sizeof(l->count));
	rc = cp_notice_version_since(l->c, &l->version_since, err);
	if (rc == CP_OK)
		rc = read_due(l, b, err);
	for (size_t i = 0; rc == CP_OK && i < b->many; i++) {
		rc = look_at(l, b, i, err);
		l->count.looked++;
	}
	if (rc == CP_OK && (l->count.owed > 0 || l->count.dropped > 0))
		rc = log_settled(l, err);
	return cp_txn_end(l->c->audit, rc, err);
}

enum cp_rc
cp_notice_waiting(struct cp_store *s, struct cp_date today, int64_t limit,
    int64_t *out, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_NOTICE_WAITS);

	cp_bind_date(q, today);
	cp_bind_int(q, limit);
	return cp_exec_int(q, 0, out, err);
}

static enum cp_rc
settle_all(struct looking *l, struct batch *b, int64_t total,
    struct cp_notice_count *count,
    void (*progress)(void *ctx, int64_t done, int64_t total), void *ctx,
    struct cp_err *err)
{
	int64_t done = 0;
	enum cp_rc rc;

	do {
		rc = settle_batch(l, b, err);
		if (rc != CP_OK)
			break;
		count_up(count, &l->count);
		done += l->count.looked;
		if (progress != NULL)
			progress(ctx, done, total > done ? total : done);
	} while (b->many == DUE_MAX);
	return rc;
}

enum cp_rc
cp_notice_settle(const struct cp_change *c, struct cp_notice_count *count,
    void (*progress)(void *ctx, int64_t done, int64_t total), void *ctx,
    struct cp_err *err)
{
	struct looking l = { .c = c };
	struct batch b = { NULL, NULL, 0 };
	int64_t total = 0;
	enum cp_rc rc;

	memset(count, 0, sizeof(*count));
	rc = cp_notice_waiting(c->store, c->now->today, progress != NULL ?
	    INT64_MAX : 1, &total, err);
	if (rc != CP_OK || total == 0)
		return rc;
	b.set = calloc(DUE_MAX, sizeof(*b.set));
	b.n = calloc(DUE_MAX, sizeof(*b.n));
	if (b.set == NULL || b.n == NULL)
		rc = cp_fail(err, CP_FAILED, "out of memory");
	if (rc == CP_OK)
		rc = settle_all(&l, &b, total, count, progress, ctx, err);
	cp_notice_set_clear(&l.f);
	free(b.set);
	free(b.n);
	return rc;
}

/* ---- what events bring ------------------------------------------------- */

enum cp_rc
cp_notice_owe(const struct cp_change *c, int64_t record,
    enum cp_notice_kind kind, const char *cause, struct cp_date due,
    struct cp_err *err)
{
	struct cp_notice_owed o = { .kind = kind, .since = c->now->today,
		.due = due };
	struct cp_stmt *q;
	int64_t has = 0;
	enum cp_rc rc;

	if (c->rules->policy->notice_wording == NULL)
		return CP_OK;
	if (strlen(cause) > CP_NOTICE_CAUSE_GIVEN)
		return cp_fail(err, CP_BAD_INPUT, "too long a cause");
	(void)snprintf(o.cause, sizeof(o.cause), "%s", cause);
	q = cp_stmt(c->store, SQL_NOTICE_HAS);
	cp_bind_int(q, record);
	cp_bind_text(q, cp_notice_kind_word(kind));
	cp_bind_text(q, cause);
	rc = cp_exec_int(q, 0, &has, err);
	return rc == CP_OK && !has ? add(c, record, &o, err) : rc;
}
