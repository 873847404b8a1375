#include <string.h>

#include "tests/model/world.h"

/* What happens next.  Everything comes from the seed. */

static uint64_t
next(struct world *w)
{
	uint64_t z = w->dice += UINT64_C(0x9E3779B97F4A7C15);

	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

uint32_t
roll(struct world *w, uint32_t sides)
{
	return (uint32_t)((next(w) >> 32) * sides >> 32);
}

int
chance(struct world *w, int percent)
{
	return roll(w, 100) < (uint32_t)percent;
}

int
somebody(struct world *w, enum state state)
{
	int at = -1;

	if (w->n == 0)
		return -1;
	for (int tries = 0; tries < 40; tries++) {
		/* The later ones are more often alive. */
		uint32_t n = (uint32_t)w->n;

		at = (int)roll(w, n);
		if (n > 2000 && tries % 2 == 0)
			at = (int)(n - 1 - roll(w, 2000));
		if (w->person[at].state == state)
			return at;
	}
	return at;
}

day
some_day_before(struct world *w, day from, int most)
{
	return from - (day)roll(w, (uint32_t)most);
}

/* Ends of months and 29 February more often than they come. */
static void
awkward(struct world *w, struct born *b)
{
	if (chance(w, 12)) {
		b->m = 2;
		b->d = month_length(b->y, 2);
	} else if (chance(w, 10)) {
		b->d = month_length(b->y, b->m);
	} else if (chance(w, 5)) {
		b->y -= b->y % 4;
		b->m = 2;
		b->d = month_length(b->y, 2);
	} else if (chance(w, 4)) {
		b->m = 3;
		b->d = 1;
	}
}

/* Most of them shortly before something happens. */
struct born
some_birth(struct world *w)
{
	int days = chance(w, 70) ? 6000 + (int)roll(w, 900) :
	    chance(w, 25) ? 6400 + (int)roll(w, 3000) : (int)roll(w, 6500);
	struct born b;

	day_split(w->today - days, &b.y, &b.m, &b.d);
	awkward(w, &b);
	if (first_day(b) > w->today)
		b.y--;
	if (b.d > month_length(b.y, b.m))
		b.d = month_length(b.y, b.m);
	if (chance(w, 6))
		b.d = 0;
	if (b.d == 0 && chance(w, 30))
		b.m = 0;
	return b;
}

void
some_involvement(struct world *w, struct person *p)
{
	struct involvement *i = &p->involved[p->n_involved++];
	day born = first_day(p->born);

	i->service = (int)roll(w, 4);
	i->basis = NOT_SENSITIVE;
	i->evidence = 0;
	i->provider = ++w->evidence;
	i->start = some_day_before(w, w->today, 3000);
	if (i->start < born)
		i->start = born;
	i->end = chance(w, 50) ? 0 : i->start + (day)roll(w, 1500);
	if (chance(w, 20)) {
		i->service = 4;
		i->basis = chance(w, 50) ? BY_CONSENT : BY_HARM;
		i->evidence = ++w->evidence;
	}
}

void
some_child(struct world *w, struct person *p)
{
	memset(p, 0, sizeof(*p));
	p->state = LIVE;
	p->authority = (int)roll(w, AUTHORITIES);
	p->given = (int)roll(w, GIVEN_NAMES);
	p->gender = (int)roll(w, 3);
	p->carers = (int)roll(w, 3);
	p->address = 1;
	p->born = some_birth(w);
	for (int i = (int)roll(w, 4) - 1; i > 0; i--)
		some_involvement(w, p);
}

static struct span
some_span(struct world *w, int years, int days)
{
	struct span s = { (int)roll(w, (uint32_t)years + 1), 0, 0 };

	if (chance(w, 30))
		s.months = (int)roll(w, 11);
	if (chance(w, 30))
		s.days = (int)roll(w, (uint32_t)days);
	return s;
}

static struct span
longer(struct span s, int years)
{
	s.years += years;
	return s;
}

static const struct rules USUAL = { .age_limit = 18, .limit = { 20, 25, 25 },
	.lapse = 18, .death = { 1, 0, 0 }, .left = { { 0, 0, 0 }, { 3, 0, 0 },
	{ 0, 0, 0 }, { 3, 0, 0 } }, .involvement = { 5, 0, 0 },
	.sensitive = { 1, 0, 0 }, .archive = { 6, 0, 0 },
	.first_year = { 1, 0, 0 }, .approvals = 1, .ahead_hours = 26,
	.share = 2, .floor = 50 };

void
some_rules(struct world *w, struct rules *r)
{
	int number = r->number + 1;

	*r = USUAL;
	r->number = number;
	r->feb28 = chance(w, 40);
	r->reconfirms = chance(w, 80);
	r->reconfirm = (struct span){ 1, 0, 0 };
	r->already = chance(w, 50) ? UNSAID :
	    (enum already)roll(w, 3);
	r->ahead_hours = chance(w, 50) ? 26 : 24 * (int)(1 + roll(w, 20));
	if (chance(w, 30))
		return;
	r->age_limit = 17 + (int)roll(w, 3);
	for (int g = 0; g < STAYING; g++)
		r->limit[g] = r->age_limit + 1 + (int)roll(w, 8);
	r->lapse = chance(w, 70) ? r->age_limit : 16 + (int)roll(w, 5);
	r->death = longer(some_span(w, 1, 40), chance(w, 50));
	r->left[TO_RETURN] = some_span(w, 3, 60);
	r->left[NONE_STATED] = some_span(w, 3, 60);
	if (chance(w, 30)) {
		r->withdrawal = some_span(w, 0, 90);
		r->ground_end = some_span(w, 0, 90);
		r->left[NOT_TO_RETURN] = some_span(w, 0, 90);
	}
	r->involvement = longer(some_span(w, 3, 60), 1);
	r->sensitive = some_span(w, 1, 60);
	if (chance(w, 50))
		r->reconfirm = longer(some_span(w, 1, 60), chance(w, 50));
	if (r->reconfirm.years + r->reconfirm.months + r->reconfirm.days == 0)
		r->reconfirm.months = 6;
	r->archive = longer(some_span(w, 2, 60), 5);
	r->approvals = 1 + (int)roll(w, 2);
	r->wait = some_span(w, 0, 10);
	r->wait.months = 0;
	r->share = 1 + (int)roll(w, 4);
	r->floor = 20 + (int)roll(w, 60);
}
