#include "lifecycle/rules/notice.h"

#include <stdio.h>
#include <string.h>

/* One notice that is owed, whether or not the ledger has it yet. */
struct need {
	enum cp_notice_kind kind;
	char base[CP_NOTICE_CAUSE]; /* its cause, but for ":2" */
	struct cp_date since, due;
};

struct work {
	const struct cp_policy *p;
	const struct cp_notice_facts *f;
	struct cp_date today;
	struct need need[CP_NOTICES_AT_ONCE];
	size_t n;
	int whole; /* one of them is a whole notice */
	int more;  /* they are not all */
};

static struct cp_date
later(struct cp_date a, struct cp_date b)
{
	return cp_date_cmp(a, b) >= 0 ? a : b;
}

/* ---- who is addressed -------------------------------------------------- */

/* The day from which the age alone makes the child the addressee. */
static struct cp_date
of_age(const struct cp_policy *p, const struct cp_notice_facts *f)
{
	return cp_date_attained(cp_partial_last(f->birth),
	    p->comprehension_age, p->leap_birthday);
}

/* The day from which a carer who was set before it no longer speaks for them,
 * or none. */
static struct cp_date
of_themselves(const struct cp_policy *p, const struct cp_notice_facts *f)
{
	static const struct cp_date none = { 0 };
	struct cp_date day = cp_date_attained(cp_partial_last(f->birth),
	    p->parent_lapse_age, p->leap_birthday);

	return f->set == CP_TO_SET_CARER && cp_date_set(f->set_since) &&
	    cp_date_cmp(f->set_since, day) < 0 ? day : none;
}

static int
is_by(struct cp_date day, struct cp_date today)
{
	return cp_date_set(day) && cp_date_cmp(day, today) <= 0;
}

enum cp_addressee
cp_notice_addressee(const struct cp_policy *policy,
    const struct cp_notice_facts *facts, struct cp_date today)
{
	struct cp_date day;

	if (is_by(of_themselves(policy, facts), today))
		return CP_TO_CHILD;
	if (facts->set != CP_TO_BY_AGE)
		return facts->set == CP_TO_SET_CHILD ? CP_TO_CHILD :
		    CP_TO_CARER;
	day = of_age(policy, facts);
	return is_by(day, today) ? CP_TO_CHILD : CP_TO_CARER;
}

/* The day from which the child is; it is by today. */
static struct cp_date
child_since(const struct work *w)
{
	struct cp_date day = of_age(w->p, w->f);

	if (w->f->set == CP_TO_SET_CHILD)
		day = cp_date_earlier(day, w->f->set_since);
	else if (w->f->set == CP_TO_SET_CARER)
		day = of_themselves(w->p, w->f);
	return is_by(day, w->today) ? day : w->today;
}

/* ---- what the ledger has ----------------------------------------------- */

/* The length of CAUSE without the ":2" of one that is owed again. */
static size_t
base_len(const char *cause)
{
	const char *colon = strrchr(cause, ':');

	if (colon == NULL || colon[1] == '\0' ||
	    colon[1 + strspn(colon + 1, "0123456789")] != '\0')
		return strlen(cause);
	return (size_t)(colon - cause);
}

static int
is_of(const struct cp_notice_past *r, enum cp_notice_kind kind,
    const char *base)
{
	size_t n = strlen(base);

	return r->kind == kind && base_len(r->cause) == n &&
	    memcmp(r->cause, base, n) == 0;
}

/* The last of KIND for BASE, or NULL. */
static const struct cp_notice_past *
last_of(const struct cp_notice_facts *f, enum cp_notice_kind kind,
    const char *base)
{
	for (size_t i = f->n_past; i > 0; i--)
		if (is_of(&f->past[i - 1], kind, base))
			return &f->past[i - 1];
	return NULL;
}

/* The open one of KIND for BASE that came first, or NULL. */
static const struct cp_notice_past *
open_of(const struct cp_notice_facts *f, enum cp_notice_kind kind,
    const char *base)
{
	for (size_t i = 0; i < f->n_past; i++)
		if (f->past[i].status == CP_NOTICE_OWED &&
		    is_of(&f->past[i], kind, base))
			return &f->past[i];
	return NULL;
}

static int
is_dealt_with(const struct cp_notice_past *r)
{
	return r->status != CP_NOTICE_OWED &&
	    (r->status != CP_NOTICE_SUPPRESSED || !r->lapsed);
}

/* It came back, and there is another address by now. */
static int
goes_again(const struct cp_notice_facts *f, const struct cp_notice_past *r)
{
	struct cp_date sent = cp_date_set(r->issued) ? r->issued : r->returned;

	return r->status == CP_NOTICE_RETURNED &&
	    cp_date_set(f->address_changed) &&
	    cp_date_cmp(f->address_changed, sent) >= 0;
}

/* Whether the one of KIND for BASE, for which there is a reason, is still to be
 * sent. */
static int
is_wanted(const struct cp_notice_facts *f, enum cp_notice_kind kind,
    const char *base)
{
	const struct cp_notice_past *r = last_of(f, kind, base);

	return r == NULL || r->status == CP_NOTICE_OWED ||
	    (r->status == CP_NOTICE_SUPPRESSED && r->lapsed) ||
	    goes_again(f, r);
}

/* ---- what is owed ------------------------------------------------------ */

static void
need(struct work *w, enum cp_notice_kind kind, const char *base,
    struct cp_date since, struct cp_date due)
{
	struct need *n;

	w->more |= w->n == CP_NOTICES_AT_ONCE;
	if (w->more)
		return;
	n = &w->need[w->n++];
	n->kind = kind;
	(void)snprintf(n->base, sizeof(n->base), "%s", base);
	n->since = since;
	n->due = cp_date_set(due) ? due : since;
	if (cp_notice_whole(kind))
		w->whole = 1;
}

/* Of a whole notice that came back: the carer is not sent the child's own. */
static void
need_again(struct work *w, const struct cp_notice_past *last,
    enum cp_addressee to)
{
	struct cp_date since = later(w->f->address_changed, last->returned);
	struct cp_date due = cp_period_end(since, w->p->notice_first);
	char base[CP_NOTICE_CAUSE] = "";

	if (last->kind == CP_NOTICE_VERSION)
		memcpy(base, last->cause, base_len(last->cause));
	need(w, last->kind == CP_NOTICE_COMPREHENSION && to == CP_TO_CARER ?
	    CP_NOTICE_FIRST : last->kind, base, since, due);
}

/* To somebody who never had one; others had. */
static void
need_own(struct work *w, const struct cp_notice_past *last,
    enum cp_addressee to)
{
	struct cp_date since = w->f->set == CP_TO_SET_CARER &&
	    cp_date_set(w->f->set_since) ? w->f->set_since : w->today;

	if (to == CP_TO_CHILD) {
		since = later(child_since(w), last->issued);
		need(w, CP_NOTICE_COMPREHENSION, "", since, since);
	} else {
		since = later(since, last->issued);
		need(w, CP_NOTICE_FIRST, "", since, cp_period_end(since,
		    w->p->notice_first));
	}
}

static void
need_whole(struct work *w)
{
	const struct cp_notice_facts *f = w->f;
	const struct cp_notice_past *last = NULL;
	enum cp_addressee to = cp_notice_addressee(w->p, f, w->today);
	struct cp_date since;
	int had = 0;

	for (size_t i = 0; i < f->n_past; i++) {
		if (!cp_notice_whole(f->past[i].kind) ||
		    !is_dealt_with(&f->past[i]))
			continue;
		had |= f->past[i].to == to;
		/* Of two ledgers that were joined the numbers tell nothing. */
		if (last == NULL || !cp_date_set(f->past[i].issued) ||
		    cp_date_cmp(f->past[i].issued, last->issued) >= 0)
			last = &f->past[i];
	}
	if (last == NULL) {
		if (cp_date_cmp(f->recorded, w->today) <= 0)
			need(w, CP_NOTICE_FIRST, "", f->recorded,
			    cp_period_end(f->recorded, w->p->notice_first));
	} else if (!had) {
		need_own(w, last, to);
	} else if (strcmp(last->version, w->p->notice_wording) != 0) {
		since = later(f->version_since, last->issued);
		need(w, CP_NOTICE_VERSION, w->p->notice_wording, since,
		    cp_period_end(since, w->p->notice_version));
	} else if (goes_again(f, last)) {
		need_again(w, last, to);
	}
}

/* The first day on which it is told that the record leaves; none: it is not. */
static struct cp_date
leaving_from(const struct work *w)
{
	static const struct cp_date none = { 0 };
	const struct cp_decision *d = w->f->decision;
	const struct cp_period *p = &w->p->notice_archive;

	if (d->action != CP_ACTION_ARCHIVE || d->rule == CP_RULE_WITHDRAWAL ||
	    cp_date_cmp(w->f->recorded, d->age_due) >= 0)
		return none;
	return cp_date_add_days(cp_date_add_months(d->age_due,
	    -(12 * p->years + p->months)), -p->days);
}

/* KIND about DAY, from FROM on. */
static void
need_about(struct work *w, enum cp_notice_kind kind, struct cp_date day,
    struct cp_date from, struct cp_date due)
{
	struct cp_date since = later(from, w->f->recorded);
	char base[CP_DATE_TEXT];

	(void)cp_date_format(day, base);
	if (is_wanted(w->f, kind, base))
		need(w, kind, base, since, later(due, since));
}

static void
need_short(struct work *w)
{
	const struct cp_decision *d = w->f->decision;
	struct cp_date from = cp_decide_reminder(w->p, w->f->birth);
	struct cp_date today = w->today, limit = d->age_limit_on;

	if (cp_date_set(from) && cp_date_cmp(from, today) <= 0 &&
	    cp_date_cmp(today, limit) < 0)
		need_about(w, CP_NOTICE_EIGHTEEN, limit, from, limit);
	from = leaving_from(w);
	if (cp_date_set(from) && cp_date_cmp(from, today) <= 0)
		need_about(w, CP_NOTICE_ARCHIVED, d->age_due, from,
		    d->age_due);
	if (cp_date_set(d->extended_from) && cp_date_cmp(limit, today) <= 0 &&
	    cp_date_cmp(today, d->age_due) < 0)
		need_about(w, CP_NOTICE_EXTENDED, limit, limit, limit);
}

static int
is_event(enum cp_notice_kind kind)
{
	return kind == CP_NOTICE_WITHDRAWAL || kind == CP_NOTICE_AUTHORITY ||
	    kind == CP_NOTICE_SHIELD;
}

/* Whether another authority became responsible after the one of which R
 * tells. */
static int
is_outdated(const struct cp_notice_facts *f, const struct cp_notice_past *r)
{
	const struct cp_notice_past *last = &f->past[f->n_past - 1];

	if (r->kind != CP_NOTICE_AUTHORITY)
		return 0;
	while (last->kind != CP_NOTICE_AUTHORITY)
		last--;
	return base_len(last->cause) != base_len(r->cause) ||
	    memcmp(last->cause, r->cause, base_len(r->cause)) != 0;
}

/* Events that were told in vain, and are to be told again. */
static void
need_events(struct work *w)
{
	const struct cp_notice_facts *f = w->f;
	const struct cp_notice_past *r;
	char base[CP_NOTICE_CAUSE];
	struct cp_date since;
	int back;

	for (size_t i = 0; i < f->n_past; i++) {
		r = &f->past[i];
		if (!is_event(r->kind) || r->status == CP_NOTICE_OWED ||
		    is_outdated(f, r))
			continue;
		(void)snprintf(base, sizeof(base), "%.*s",
		    (int)base_len(r->cause), r->cause);
		if (last_of(f, r->kind, base) != r ||
		    !is_wanted(f, r->kind, base))
			continue;
		back = r->status == CP_NOTICE_RETURNED;
		since = back ? later(f->address_changed, r->returned) :
		    w->today;
		need(w, r->kind, base, since, cp_period_end(since,
		    w->p->notice_first));
	}
}

/* ---- the plan ---------------------------------------------------------- */

/* Why the open notice R is not owed any more; NULL: it is. */
static const char *
reason_to_drop(const struct work *w, const struct cp_notice_past *r)
{
	static const struct cp_date none = { 0 };
	char base[CP_NOTICE_CAUSE];

	if (cp_date_cmp(w->f->death_notified, none) > 0)
		return "died";
	if (cp_date_cmp(w->f->left_on, none) > 0)
		return "left-england";
	if (w->p->notice_wording == NULL)
		return "no-longer-due";
	(void)snprintf(base, sizeof(base), "%.*s", (int)base_len(r->cause),
	    r->cause);
	if (open_of(w->f, r->kind, base) != r || is_outdated(w->f, r))
		return "superseded";
	if (is_event(r->kind))
		return NULL;
	for (size_t i = 0; i < w->n; i++)
		if (w->need[i].kind == r->kind &&
		    strcmp(w->need[i].base, base) == 0)
			return NULL;
	return cp_notice_whole(r->kind) && w->whole ? "superseded" :
	    "no-longer-due";
}

static void
plan_drops(const struct work *w, struct cp_notice_plan *out)
{
	const size_t room = sizeof(out->drop) / sizeof(out->drop[0]);
	const char *why;

	out->more = w->more;
	for (size_t i = 0; i < w->f->n_past; i++) {
		if (w->f->past[i].status != CP_NOTICE_OWED)
			continue;
		why = reason_to_drop(w, &w->f->past[i]);
		if (why == NULL)
			continue;
		if (out->n_drop == room) {
			out->more = 1;
			break;
		}
		out->drop[out->n_drop].past = i;
		out->drop[out->n_drop++].why = why;
	}
}

/* The cause of one more of NEED. */
static void
next_cause(const struct cp_notice_facts *f, const struct need *n,
    char out[CP_NOTICE_CAUSE])
{
	unsigned long many = 0, k;

	for (size_t i = 0; i < f->n_past; i++) {
		if (!is_of(&f->past[i], n->kind, n->base))
			continue;
		k = 1;
		(void)sscanf(f->past[i].cause + strlen(n->base), ":%lu", &k);
		many = k > many ? k : many;
	}
	if (many == 0)
		(void)snprintf(out, CP_NOTICE_CAUSE, "%s", n->base);
	else
		(void)snprintf(out, CP_NOTICE_CAUSE, "%.*s:%lu",
		    CP_NOTICE_CAUSE_GIVEN, n->base, many + 1);
}

static void
plan_owed(const struct work *w, struct cp_notice_plan *out)
{
	struct cp_notice_owed *o;

	for (size_t i = 0; i < w->n; i++) {
		if (open_of(w->f, w->need[i].kind, w->need[i].base) != NULL)
			continue;
		o = &out->owed[out->n_owed++];
		o->kind = w->need[i].kind;
		next_cause(w->f, &w->need[i], o->cause);
		o->since = w->need[i].since;
		o->due = w->need[i].due;
	}
}

/* The next day on which time alone can change what is owed. */
static struct cp_date
next_look(const struct work *w)
{
	const struct cp_decision *d = w->f->decision;
	const struct cp_date days[] = { w->f->recorded,
		w->f->set == CP_TO_BY_AGE ? of_age(w->p, w->f) : w->today,
		of_themselves(w->p, w->f),
		cp_decide_reminder(w->p, w->f->birth), d->age_limit_on,
		d->age_due, leaving_from(w) };
	struct cp_date next = { 0 };

	for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++)
		if (cp_date_cmp(days[i], w->today) > 0)
			next = cp_date_earlier(next, days[i]);
	return next;
}

enum cp_rc
cp_notice_plan(const struct cp_policy *policy,
    const struct cp_notice_facts *facts, struct cp_date today,
    struct cp_notice_plan *out, struct cp_err *err)
{
	struct work w = { .p = policy, .f = facts, .today = today };
	int none = policy->notice_wording == NULL ||
	    cp_date_set(facts->death_notified) || cp_date_set(facts->left_on);

	if (!none && !cp_date_set(cp_partial_last(facts->birth)))
		return cp_fail(err, CP_BAD_INPUT, "no birth date is known");
	if (!none && facts->decision == NULL)
		return cp_fail(err, CP_BAD_INPUT, "nothing is decided about "
		    "the record");
	memset(out, 0, sizeof(*out));
	if (!none) {
		need_whole(&w);
		need_short(&w);
		need_events(&w);
		plan_owed(&w, out);
		out->look = next_look(&w);
	}
	plan_drops(&w, out);
	return CP_OK;
}
