#include "tests/model/model.h"

static const char *const WHY[] = { "retention.age_limit",
	"retention.connexions_limit", "retention.care_leaver_limit",
	"retention.learning_difficulty_limit", "retention.parent_lapse",
	"retention.withdrawal", "retention.ground_end",
	"retention.death_period", "retention.left_no_return_period",
	"retention.left_return_period", "retention.left_none_stated_period",
	"archive.period", "" };

const char *
why_word(enum why why)
{
	return WHY[why];
}

int
ends_extension(enum why why)
{
	return why >= BY_CONNEXIONS && why <= BY_GROUND_END;
}

day
first_day(struct born b)
{
	return day_of(b.y, b.m != 0 ? b.m : 1, b.d != 0 ? b.d : 1);
}

day
last_day(struct born b)
{
	int m = b.m != 0 ? b.m : 12;

	return day_of(b.y, m, b.d != 0 ? b.d : month_length(b.y, m));
}

static day
adult(const struct rules *r, struct born b)
{
	return birthday(last_day(b), r->age_limit, r->feb28);
}

/* A consent that ends before the age limit is over on that day; one that ends
 * later may leave a while, by the policy. */
static day
ended_on(const struct rules *r, struct born b, const struct consent *c)
{
	if (c->ended <= adult(r, b))
		return c->ended;
	return span_after(c->ended, c->how == WITHDRAWN ? r->withdrawal :
	    r->ground_end);
}

day
consent_until(const struct rules *r, struct born b, const struct consent *c,
    enum why *why)
{
	day until = birthday(last_day(b), r->limit[c->ground], r->feb28);
	day other;

	*why = (enum why)(BY_CONNEXIONS + c->ground);
	if (c->by == PARENT) {
		other = birthday(last_day(b), r->lapse, r->feb28);
		if (other < until) {
			until = other;
			*why = BY_LAPSE;
		}
	}
	if (c->how != RUNNING && ended_on(r, b, c) < until) {
		until = ended_on(r, b, c);
		*why = c->how == WITHDRAWN ? BY_WITHDRAWAL : BY_GROUND_END;
	}
	return until;
}

/* More than four weeks after, or when the age limit has passed meanwhile. */
int
entered_late(const struct rules *r, struct born b, day given, day today)
{
	return given < today - 28 || (given < adult(r, b) &&
	    adult(r, b) <= today);
}

static int
is_for_staying(const struct consent *c)
{
	return c->ground < STAYING;
}

/* Facts that contradict each other: nothing follows from them. */
static int
contradicts(const struct person *p)
{
	day born = first_day(p->born);

	for (int i = 0; i < p->n_consents; i++)
		if (is_for_staying(&p->consent[i]) &&
		    (p->consent[i].given < born || (p->consent[i].how !=
		    RUNNING && p->consent[i].ended < p->consent[i].given)))
			return 1;
	return (p->notified != 0 && p->notified < born) ||
	    (p->left != AT_HOME && p->left_on < born);
}

static int
covered(const struct rules *r, const struct person *p, day on)
{
	enum why why;

	for (int i = 0; i < p->n_consents; i++)
		if (is_for_staying(&p->consent[i]) &&
		    p->consent[i].given <= on && on <
		     consent_until(r, p->born, &p->consent[i], &why))
			return 1;
	return 0;
}

/* The first day from the age limit on that no consent covers is that limit, or
 * one on which a consent stops to cover: the earliest that will do. */
static day
grown_up(const struct rules *r, const struct person *p)
{
	day limit = adult(r, p->born), best = 0;
	enum why why;

	if (!covered(r, p, limit))
		return limit;
	for (int i = 0; i < p->n_consents; i++) {
		day until;

		if (!is_for_staying(&p->consent[i]))
			continue;
		until = consent_until(r, p->born, &p->consent[i], &why);
		if (until > limit && (best == 0 || until < best) &&
		    !covered(r, p, until))
			best = until;
	}
	return best;
}

static enum why
why_then(const struct rules *r, const struct person *p, day on)
{
	enum why best = BY_NOTHING, why;

	for (int i = 0; i < p->n_consents; i++)
		if (is_for_staying(&p->consent[i]) && consent_until(r,
		    p->born, &p->consent[i], &why) == on &&
		    p->consent[i].given < on && why < best)
			best = why;
	return best == BY_NOTHING ? BY_AGE : best;
}

static void
at_the_latest(struct verdict *v, day on, enum why why)
{
	if (on < v->due) {
		v->due = on;
		v->why = why;
	}
}

void
stay(const struct rules *r, const struct person *p, struct verdict *v)
{
	static const enum why left[] = { BY_NOTHING, BY_RETURN, BY_NO_RETURN,
		BY_NONE_STATED };

	*v = (struct verdict){ .why = BY_NOTHING };
	v->cannot = contradicts(p);
	if (v->cannot)
		return;
	v->due = grown_up(r, p);
	v->why = why_then(r, p, v->due);
	if (v->due > adult(r, p->born))
		v->extended_from = adult(r, p->born);
	if (p->notified != 0)
		at_the_latest(v, span_after(p->notified, r->death), BY_DEATH);
	if (p->left != AT_HOME)
		at_the_latest(v, span_after(p->left_on, r->left[p->left]),
		    left[p->left]);
}

day
forgotten_on(const struct rules *r, const struct involvement *i)
{
	if (i->end == 0)
		return 0;
	return span_after(i->end, i->basis != NOT_SENSITIVE ? r->sensitive :
	    r->involvement);
}

static void
derive_dates(const struct rules *r, struct person *p)
{
	struct verdict v;

	stay(r, p, &v);
	p->cannot = v.cannot;
	p->why = v.why;
	p->due = v.due;
	p->extended_from = v.extended_from;
	p->prune_due = 0;
	for (int i = 0; i < p->n_involved; i++) {
		day on = forgotten_on(r, &p->involved[i]);

		if (on != 0 && (p->prune_due == 0 || on < p->prune_due))
			p->prune_due = on;
	}
}

static day
latest(const struct consent *c, day other)
{
	day n = c->given > other ? c->given : other;

	for (int i = 0; i < c->n_confirmed; i++)
		if (c->confirmed[i] > n)
			n = c->confirmed[i];
	return n;
}

/* Whether a later consent on the same ground covers as long. */
static int
renewed(const struct person *p, int n)
{
	for (int i = n + 1; i < p->n_consents; i++)
		if (p->consent[i].ground == p->consent[n].ground &&
		    p->consent[i].how == RUNNING &&
		    p->consent[i].until >= p->consent[n].until)
			return 1;
	return 0;
}

/* Past the age limit a consent that still has time is to be confirmed. */
static void
derive_consents(const struct rules *r, struct person *p)
{
	enum why why;

	for (int i = 0; i < p->n_consents; i++) {
		struct consent *c = &p->consent[i];

		if (!is_for_staying(c))
			continue;
		c->until = c->given < first_day(p->born) ? 0 :
		    consent_until(r, p->born, c, &why);
		c->confirm_due = span_after(latest(c, adult(r, p->born)),
		    r->reconfirm);
		if (!r->reconfirms || c->how != RUNNING || c->until == 0 ||
		    c->confirm_due >= c->until)
			c->confirm_due = 0;
	}
	for (int i = 0; i < p->n_consents; i++)
		if (is_for_staying(&p->consent[i]) && renewed(p, i))
			p->consent[i].confirm_due = 0;
}

void
derive(const struct rules *r, struct person *p)
{
	derive_consents(r, p);
	derive_dates(r, p);
}
