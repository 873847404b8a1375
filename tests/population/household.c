#include "tests/population/pop.h"

#include <stdlib.h>
#include <string.h>

static bool
authorities_weigh(struct world *w)
{
	uint32_t sum = 0;
	size_t i;

	w->authority_cum = calloc(authorities_n, sizeof(*w->authority_cum));
	if (w->authority_cum == NULL)
		return false;
	for (i = 0; i < authorities_n; i++) {
		sum += authorities[i].children;
		w->authority_cum[i] = sum;
	}
	return true;
}

bool
world_init(struct world *w, int32_t born_since)
{
	int32_t first = NEVER;
	int y, m, d;

	day_split(w->on, &y, &m, &d);
	first = day_of(y - 18, m, m == 2 && d == 29 ? 28 : d) + 1;
	if (born_since > first)
		first = born_since;
	w->block = UINT64_MAX;
	return names_init(&w->names) && authorities_weigh(w) &&
	    births_init(&w->births, first, w->on);
}

void
world_clear(struct world *w)
{
	names_clear(&w->names);
	births_clear(&w->births);
	free(w->authority_cum);
	w->authority_cum = NULL;
}

static const struct authority *
authority_pick(const struct world *w, struct rng *r)
{
	size_t low = 0, high = authorities_n - 1, mid;
	uint32_t at = rng_below(r, w->authority_cum[high]);

	while (low < high) {
		mid = low + (high - low) / 2;
		if (w->authority_cum[mid] > at)
			high = mid;
		else
			low = mid + 1;
	}
	return &authorities[low];
}

/*
 * Brothers and sisters are 16 months to four and a half years apart, twins
 * now and then.  Positions wrap round, so that everybody's age is spread as
 * that of a child alone.
 */
static void
household_births(const struct world *w, struct rng *r, struct household *h)
{
	uint64_t total = births_total(&w->births), at = rng_next(r) % total;
	uint64_t per_day = total / w->births.n;
	uint32_t i;

	for (i = 0; i < 4; i++) {
		h->born[i] = at;
		if (rng_below(r, 100) >= 3)
			at += per_day * (490 + rng_below(r, 1150));
		at %= total;
	}
}

static void
carer_make(const struct world *w, struct rng *r, struct household *h,
    bool woman)
{
	static const char *const women[] = { "mother", "mother", "mother",
		"mother", "mother", "mother", "mother", "mother", "mother",
		"mother", "mother", "mother", "mother", "mother", "mother",
		"grandmother", "step-mother", "foster-carer", "aunt",
		"guardian" };
	static const char *const men[] = { "father", "father", "father",
		"father", "father", "father", "father", "father", "father",
		"father", "father", "step-father", "step-father", "father",
		"father", "grandfather", "father", "foster-carer", "uncle",
		"guardian" };
	struct carer *c = &h->carer[h->carers];
	char family[POP_NAME];
	uint32_t kind = rng_below(r, 20);
	size_t n;

	c->relation = woman ? women[kind] : men[kind];
	c->responsibility = strcmp(c->relation, "mother") == 0 ||
	    strcmp(c->relation, "guardian") == 0 ||
	    (strcmp(c->relation, "father") == 0 && rng_below(r, 100) < 93) ||
	    rng_below(r, 100) < 15;
	names_given(h->group, woman, rng_below(r, LIST_DRAW), r, c->name);
	if (h->carers > 0 && h->family2[0] != '\0')
		memcpy(family, h->family2, POP_NAME);
	else if (rng_below(r, 100) < 12)
		names_family(h->group, &w->names, r, family);
	else
		memcpy(family, h->family, POP_NAME);
	names_inflect(h->group, woman, family);
	n = strlen(c->name);
	c->name[n++] = ' ';
	memcpy(c->name + n, family, strlen(family) + 1);
	if (rng_below(r, 100) < 88)
		place_phone(h->where, r, c->phone);
	else
		c->phone[0] = '\0';
	h->carers++;
}

void
household_make(const struct world *w, uint64_t id, uint32_t size,
    struct household *h)
{
	struct rng r = rng_at(w->seed, ST_HOUSE, id);
	uint32_t parents = rng_below(&r, 1000);

	h->id = id;
	h->size = size;
	h->where = w->only != NULL ? w->only : authority_pick(w, &r);
	h->group = names_group(&w->names, h->where->class, &r);
	names_family(h->group, &w->names, &r, h->family);
	h->family2[0] = '\0';
	if (rng_below(&r, 100) < 12)
		names_family(h->group, &w->names, &r, h->family2);
	place_address(h->where, &r, &h->address);
	h->address.from = w->on - (int32_t)rng_below(&r, 12 * 365);
	h->language = "en";
	if (rng_below(&r, 100) < h->group->c->language_pct)
		h->language = h->group->c->language;
	h->draw = rng_below(&r, LIST_DRAW);
	h->school = rng_below(&r, 1u << 20);
	h->practice = rng_below(&r, place_count(h->where, 1200));
	household_births(w, &r, h);
	h->carers = 0;
	if (parents >= 8)
		carer_make(w, &r, h, parents < 960);
	if (parents >= 350 && parents < 990)
		carer_make(w, &r, h, parents < 355);
}
