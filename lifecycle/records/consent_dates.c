#include <stdlib.h>
#include <string.h>

#include "lifecycle/records/consent_priv.h"
#include "lifecycle/records/facts.h"

enum { SETTLE_MAX = 1000 }; /* the statement's own limit */

/* ---- what the store keeps of each entry --------------------------------- */

struct dated {
	int64_t n;
	struct cp_consent c; /* kind, ground, by, given, ended */
	struct cp_date confirmed;
	struct cp_date until, confirm;         /* as they should be */
	struct cp_date was_until, was_confirm; /* as they are */
};

struct dates {
	struct dated *one; /* owned */
	size_t n, cap;
};

static enum cp_rc
read_dated(struct cp_stmt *q, struct dated *d, struct cp_err *err)
{
	memset(d, 0, sizeof(*d));
	d->n = cp_col_int(q, 0);
	if (!cp_consent_ground(cp_col_text(q, 1), &d->c))
		return cp_fail(err, CP_CORRUPT, "consent C-%04lld cannot be "
		    "read", (long long)d->n);
	d->c.by = CP_BY_SELF;
	(void)cp_by_parse(cp_col_text(q, 2), &d->c.by);
	d->c.given = cp_col_date(q, 3);
	d->c.ended = cp_col_date(q, 4);
	d->c.ended_by = strcmp(cp_col_text(q, 5), "ended") == 0 ?
	    CP_ENDED_BY_GROUND : CP_ENDED_BY_WITHDRAWAL;
	d->was_until = cp_col_date(q, 6);
	d->was_confirm = cp_col_date(q, 7);
	d->confirmed = cp_col_date(q, 8);
	return CP_OK;
}

static enum cp_rc
read_all(struct cp_store *s, int64_t record, struct dates *all,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_CONSENTS_DATES);
	struct dated *more;
	int row;
	enum cp_rc rc;

	cp_bind_int(q, record);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		if (all->n == all->cap) {
			all->cap = all->cap == 0 ? 8 : 2 * all->cap;
			more = realloc(all->one, all->cap * sizeof(*more));
			if (more == NULL) {
				rc = cp_fail(err, CP_FAILED, "out of memory");
				break;
			}
			all->one = more;
		}
		rc = read_dated(q, &all->one[all->n], err);
		if (rc != CP_OK)
			break;
		all->n++;
	}
	cp_reset(q);
	return rc;
}

/* A parent's consent to a sensitive service lapses as any other. */
static struct cp_date
sensitive_until(const struct cp_policy *p, struct cp_partial_date birth,
    const struct dated *d)
{
	static const struct cp_date none = { 0 };

	if (cp_date_set(d->c.ended))
		return d->c.ended;
	if (d->c.kind == CP_CONSENT_HARM || d->c.by != CP_BY_PARENT)
		return none;
	return cp_date_attained(cp_partial_last(birth), p->parent_lapse_age,
	    p->leap_birthday);
}

static enum cp_rc
find_one(const struct cp_policy *p, struct cp_partial_date birth,
    struct dated *d, struct cp_err *err)
{
	struct cp_consent_fact f = consent_fact(&d->c);
	enum cp_rc rc;

	if (d->c.kind != CP_CONSENT_STAY) {
		d->until = sensitive_until(p, birth, d);
		return CP_OK;
	}
	rc = cp_decide_consent(p, birth, &f, &d->until, NULL, err);
	if (rc == CP_BAD_INPUT) { /* the record is parked for it */
		cp_err_clear(err);
		return CP_OK;
	}
	if (rc == CP_OK)
		d->confirm = cp_decide_confirm(p, birth, &f, d->until,
		    d->confirmed);
	return rc;
}

/* Whether a later entry on the same ground covers at least as long. */
static int
renewed(const struct dates *all, size_t i)
{
	const struct dated *a = &all->one[i], *b;

	for (size_t j = i + 1; j < all->n; j++) {
		b = &all->one[j];
		if (b->c.kind == CP_CONSENT_STAY &&
		    b->c.ground == a->c.ground && !cp_date_set(b->c.ended) &&
		    cp_date_cmp(b->until, a->until) >= 0)
			return 1;
	}
	return 0;
}

static enum cp_rc
write_one(struct cp_store *s, const struct dated *d, struct cp_err *err)
{
	struct cp_stmt *q;

	if (cp_date_cmp(d->until, d->was_until) == 0 &&
	    cp_date_cmp(d->confirm, d->was_confirm) == 0)
		return CP_OK;
	q = cp_stmt(s, SQL_CONSENT_DATES);
	cp_bind_date(q, d->until);
	cp_bind_date(q, d->confirm);
	cp_bind_int(q, d->n);
	return cp_exec(q, err);
}

enum cp_rc
cp_consent_dates(struct cp_store *s, const struct cp_rules *rules,
    int64_t record, struct cp_partial_date birth, struct cp_err *err)
{
	static const struct cp_date none = { 0 };
	struct dates all = { NULL, 0, 0 };
	enum cp_rc rc = read_all(s, record, &all, err);

	for (size_t i = 0; rc == CP_OK && i < all.n; i++)
		rc = find_one(rules->policy, birth, &all.one[i], err);
	for (size_t i = 0; rc == CP_OK && i < all.n; i++)
		if (all.one[i].c.kind == CP_CONSENT_STAY && renewed(&all, i))
			all.one[i].confirm = none;
	for (size_t i = 0; rc == CP_OK && i < all.n; i++)
		rc = write_one(s, &all.one[i], err);
	free(all.one);
	return rc;
}

enum cp_rc
cp_consent_settle(struct cp_store *s, const struct cp_rules *rules,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_CONSENTS_UNDATED);
	int64_t rows[SETTLE_MAX];
	size_t n = 0;
	int row;
	enum cp_rc rc;

	while ((rc = cp_step(q, &row, err)) == CP_OK && row)
		rows[n++] = cp_col_int(q, 0);
	for (size_t i = 0; rc == CP_OK && i < n; i++)
		rc = cp_record_refresh(s, rules, rows[i], err);
	return rc;
}

/* ---- what is due -------------------------------------------------------- */

const char *
cp_consent_why_word(enum cp_consent_why why)
{
	static const char *const words[] = { "ends", "lapses", "confirm" };

	return words[why];
}

/* One of the two lists, at its next entry. */
struct list {
	struct cp_stmt *q;
	struct cp_consent c;
	struct cp_date due;
	int confirms, more;
};

static enum cp_rc
advance(struct list *l, struct cp_date today, struct cp_err *err)
{
	enum cp_rc rc;

	do {
		rc = cp_step(l->q, &l->more, err);
		if (rc != CP_OK || !l->more)
			return rc;
		rc = consent_read(l->q, &l->c, err);
		if (rc != CP_OK)
			return rc;
		l->due = l->confirms ? l->c.confirm_due : l->c.until;
	} while (strcmp(cp_consent_status(&l->c, today), "in-force") != 0);
	return CP_OK;
}

/* The limit of a ground is an end that was foreseen; a lapse takes somebody
 * who asks the person. */
static enum cp_rc
why_of(struct cp_store *s, const struct cp_rules *rules,
    const struct cp_consent *c, struct cp_fact_set *f,
    enum cp_consent_why *why, struct cp_err *err)
{
	struct cp_consent_fact fact = consent_fact(c);
	struct cp_date until;
	enum cp_rule rule;
	enum cp_rc rc;

	*why = CP_CONSENT_LAPSES;
	if (c->kind != CP_CONSENT_STAY)
		return CP_OK;
	*why = CP_CONSENT_ENDS;
	if (c->by != CP_BY_PARENT)
		return CP_OK;
	rc = cp_facts_load(s, c->record_n, f, err);
	if (rc == CP_OK)
		rc = cp_decide_consent(rules->policy, f->facts.birth, &fact,
		    &until, &rule, err);
	if (rc == CP_OK && rule == CP_RULE_PARENT_LAPSE)
		*why = CP_CONSENT_LAPSES;
	return rc;
}

static enum cp_rc
give_next(struct cp_store *s, const struct cp_rules *rules, struct list *l,
    struct cp_fact_set *f, cp_consent_due_fn *fn, void *ctx,
    struct cp_err *err)
{
	enum cp_consent_why why = CP_CONSENT_CONFIRM;
	enum cp_rc rc = CP_OK;

	if (!l->confirms)
		rc = why_of(s, rules, &l->c, f, &why, err);
	if (rc == CP_OK)
		rc = fn(ctx, &l->c, why, l->due, err);
	return rc == CP_OK ? advance(l, rules->today, err) : rc;
}

enum cp_rc
cp_consent_due(struct cp_store *s, const struct cp_rules *rules,
    struct cp_date horizon, cp_consent_due_fn *fn, void *ctx,
    struct cp_err *err)
{
	struct list ends = { .q = cp_stmt(s, SQL_CONSENTS_UNTIL) };
	struct list confirms = { .q = cp_stmt(s, SQL_CONSENTS_CONFIRM),
		.confirms = 1 };
	struct cp_fact_set f;
	enum cp_rc rc;

	cp_fact_set_init(&f);
	cp_bind_date(ends.q, rules->today);
	cp_bind_date(ends.q, horizon);
	cp_bind_date(confirms.q, horizon);
	rc = advance(&ends, rules->today, err);
	if (rc == CP_OK)
		rc = advance(&confirms, rules->today, err);
	while (rc == CP_OK && (ends.more || confirms.more))
		rc = give_next(s, rules, !confirms.more || (ends.more &&
		    cp_date_cmp(ends.due, confirms.due) <= 0) ? &ends :
		    &confirms, &f, fn, ctx, err);
	cp_reset(ends.q);
	cp_reset(confirms.q);
	cp_fact_set_clear(&f);
	return rc;
}

/* ---- leaving ------------------------------------------------------------ */

enum cp_rc
cp_consent_drop(struct cp_store *s, int64_t record, struct cp_err *err)
{
	static const enum sql_id all[] = { SQL_CONFIRMATIONS_DELETE,
		SQL_SERVICES_DELETE, SQL_CONSENTS_DELETE };
	struct cp_stmt *q = cp_stmt(s, SQL_CONSENTS_COUNT);
	int64_t count;
	enum cp_rc rc;

	cp_bind_int(q, record);
	rc = cp_exec_int(q, 0, &count, err);
	for (size_t i = 0; rc == CP_OK && count > 0 && i < 3; i++) {
		q = cp_stmt(s, all[i]);
		cp_bind_int(q, record);
		rc = cp_exec(q, err);
	}
	return rc;
}
