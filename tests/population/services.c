#include "tests/population/pop.h"

#include <string.h>

static const int32_t OPEN = NEVER;

/* NULL where the child was not born yet, has no room, or it lies ahead. */
static struct work *
work_add(const struct world *w, struct child *c, const char *service,
    int32_t start, int32_t end)
{
	struct work *k = &c->work[c->works];

	if (start < c->birth)
		start = c->birth;
	if (c->works == POP_WORKS || start > w->on ||
	    (end != OPEN && end < start))
		return NULL;
	k->service = service;
	k->provider[0] = k->practitioner[0] = k->phone[0] = '\0';
	k->start = start;
	k->end = end > w->on ? OPEN : end;
	k->lead = k->assessment = false;
	k->basis = NULL;
	c->works++;
	return k;
}

static void
practitioner(const struct world *w, struct work *k, struct rng *r,
    const char *doctor)
{
	static const char *const title[] = { "Mrs ", "Ms ", "Mr ", "Miss " };
	char family[POP_NAME];
	const char *t = doctor != NULL ? doctor : title[rng_below(r, 4)];
	size_t n = strlen(t);

	names_family(names_group(&w->names, 1, r), &w->names, r, family);
	text_cut(family, 20);
	memcpy(k->practitioner, t, n);
	memcpy(k->practitioner + n, family, strlen(family) + 1);
}

static void
school(const struct world *w, struct child *c, struct rng *r, enum school kind,
    int from, int to)
{
	static const uint32_t each[] = { 900, 320, 1100, 5000 };
	struct work *k = work_add(w, c, "education", day_of(from, 9, 1),
	    day_of(to, 7, 22));
	uint32_t number = c->house.school % place_count(c->where, each[kind]);

	if (rng_below(r, 10) == 0)
		number = rng_below(r, place_count(c->where, each[kind]));
	if (k == NULL)
		return;
	place_school(c->where, kind, number, k->provider);
	if (k->end != OPEN)
		return;
	practitioner(w, k, r, NULL);
	place_phone(c->where, r, k->phone);
}

/* The school year that begins after the fourth birthday is the first. */
static void
schooling(const struct world *w, struct child *c, struct rng *r)
{
	int y, m, d;

	day_split(c->birth, &y, &m, &d);
	y += m >= 9 ? 5 : 4;
	if (rng_below(r, 100) < 70)
		school(w, c, r, NURSERY, y - 1, y);
	if (rng_below(r, 1000) < 15)	/* taught at home */
		return;
	school(w, c, r, PRIMARY, y, y + 7);
	school(w, c, r, SECONDARY, y + 7, y + 12);
	if (rng_below(r, 100) < 85)
		school(w, c, r, COLLEGE, y + 12, y + 14);
}

static void
health(const struct world *w, struct child *c, struct rng *r)
{
	struct work *k = NULL;
	char old[POP_LINE];

	if (rng_below(r, 1000) < 982)
		k = work_add(w, c, "primary-health-care", c->house.address.from,
		    OPEN);
	if (k != NULL) {
		place_practice(c->where, c->house.practice, k->provider);
		practitioner(w, k, r, "Dr ");
		place_phone(c->where, r, k->phone);
	}
	if (rng_below(r, 100) < 12 && (k = work_add(w, c,
	    "primary-health-care", c->birth, c->house.address.from)) != NULL) {
		place_practice(c->where, rng_below(r, place_count(c->where,
		    1200)), old);
		memcpy(k->provider, old, POP_LINE);
	}
	if (rng_below(r, 100) < 90 && (day_age(c->birth, w->on) < 5 ||
	    rng_below(r, 100) < 25) && (k = work_add(w, c, "health-visiting",
	    c->birth + 10, day_birthday(c->birth, 5))) != NULL) {
		memcpy(k->provider, "Health Visiting Service", 24);
		if (k->end == OPEN)
			practitioner(w, k, r, NULL);
	}
}

/* A spell that began up to ten years ago; most of them are over. */
static struct work *
spell(const struct world *w, struct child *c, struct rng *r,
    const char *service, const char *provider, uint32_t open_pct)
{
	int32_t start = w->on - (int32_t)rng_below(r, 3650);
	int32_t end = start + 60 + (int32_t)rng_below(r, 900);
	struct work *k;

	if (rng_below(r, 100) < open_pct) {
		start = w->on - (int32_t)rng_below(r, 700);
		end = OPEN;
	}
	k = work_add(w, c, service, start, end);
	if (k == NULL)
		return NULL;
	memcpy(k->provider, provider, strlen(provider) + 1);
	practitioner(w, k, r, NULL);
	place_phone(c->where, r, k->phone);
	k->assessment = rng_below(r, 100) < 40;
	k->lead = k->end == OPEN && rng_below(r, 100) < 35;
	return k;
}

static void
extra(const struct world *w, struct child *c, struct rng *r)
{
	int age = day_age(c->birth, w->on);

	if (rng_below(r, 1000) < (c->ground == CARE_LEAVER ? 1000 : 60))
		(void)spell(w, c, r, "social-care", "Children’s Services",
		    c->ground == CARE_LEAVER ? 95 : 45);
	if (age >= 3 && rng_below(r, 1000) < (c->ground == LEARNING ? 1000 : 35))
		(void)spell(w, c, r, "special-needs",
		    "Special Educational Needs Team",
		    c->ground == LEARNING ? 95 : 60);
	if (age >= 2 && rng_below(r, 1000) < 45)
		(void)spell(w, c, r, "speech-therapy",
		    "Speech and Language Therapy", 35);
	if (age >= 10 && rng_below(r, 1000) < 12)
		(void)spell(w, c, r, "youth-justice", "Youth Justice Service",
		    40);
	if (age >= 16 && (c->ground == CONNEXIONS || rng_below(r, 100) < 10))
		(void)spell(w, c, r, "connexions", "Connexions", 90);
}

static void
sensitive(const struct world *w, struct child *c, struct rng *r)
{
	uint32_t kind = rng_below(r, 100);
	struct work *k;

	if (day_age(c->birth, w->on) < 11 || rng_below(r, 1000) >= 16)
		return;
	k = spell(w, c, r, kind < 60 ? "mental-health" : kind < 85 ?
	    "sexual-health" : "substance-abuse", kind < 60 ?
	    "Child and Adolescent Mental Health" : kind < 85 ?
	    "Young People’s Clinic" : "Response Young People’s Service", 65);
	if (k == NULL)
		return;
	k->basis = rng_below(r, 10) < 9 ? "consent" : "significant-harm";
	memcpy(k->evidence, "SF-000000", 10);
	for (kind = 3; kind < 9; kind++)
		k->evidence[kind] = (char)('0' + rng_below(r, 10));
}

void
works_make(const struct world *w, struct child *c)
{
	struct rng r = rng_at(w->seed, ST_WORK, c->k);

	c->works = 0;
	schooling(w, c, &r);
	health(w, c, &r);
	extra(w, c, &r);
	sensitive(w, c, &r);
}
