#include "tests/population/pop.h"

#include <string.h>

/* Cuts a block into households: 55 % of children are alone in theirs. */
static void
block_plan(struct world *w, uint64_t block)
{
	struct rng r = rng_at(w->seed, ST_BLOCK, block);
	uint32_t at = 0, size, kind, i;

	while (at < POP_BLOCK) {
		kind = rng_below(&r, 745);
		size = kind < 550 ? 1 : kind < 695 ? 2 : kind < 735 ? 3 : 4;
		if (size > POP_BLOCK - at)
			size = POP_BLOCK - at;
		for (i = 0; i < size; i++) {
			w->head[at + i] = (uint8_t)at;
			w->size[at + i] = (uint8_t)size;
		}
		at += size;
	}
	w->block = block;
}

/* 97 is odd, so each slot of the block has one record. */
static uint32_t
slot_of(uint64_t k)
{
	return (uint32_t)(k * 97 + 31) % POP_BLOCK;
}

/* Some feeds send letters decomposed. */
static void
decompose(char name[POP_NAME])
{
	static const char *const pair[][2] = { { "ë", "e\xCC\x88" },
		{ "é", "e\xCC\x81" }, { "ó", "o\xCC\x81" }, { "á", "a\xCC\x81" } };
	size_t i, n = strlen(name);
	char *at;

	for (i = 0; i < sizeof(pair) / sizeof(pair[0]) && n + 2 < POP_NAME; i++) {
		at = strstr(name, pair[i][0]);
		if (at == NULL)
			continue;
		memmove(at + 3, at + 2, strlen(at + 2) + 1);
		memcpy(at, pair[i][1], 3);
		return;
	}
}

/* More names than a form has room for; half are cut where feeds cut. */
static void
lengthen(const struct group *g, bool girl, struct rng *r, char given[POP_NAME])
{
	char more[POP_NAME], *space;
	size_t n = strlen(given);

	while (text_chars(given) <= 35) {
		names_given(g, girl, rng_below(r, LIST_DRAW), r, more);
		given[n++] = ' ';
		memcpy(given + n, more, strlen(more) + 1);
		n += strlen(more);
	}
	if (rng_below(r, 2) != 0)
		return;
	memcpy(more, given, POP_NAME);
	text_cut(given, 35);
	while (given[strlen(given) - 1] == ' ') {
		space = strchr(more, ' ');
		memmove(space, space + 1, strlen(space + 1) + 1);
		memcpy(given, more, POP_NAME);
		text_cut(given, 35);
	}
}

static void
nickname(char given[POP_NAME])
{
	size_t n = strlen(given);

	if (n + 9 < POP_NAME)
		memcpy(given + n, " \"Bobbie\"", 10);
}

static void
name_troubles(struct child *c, bool girl, struct rng *r)
{
	uint32_t kind = rng_below(r, 10000);

	if (kind < 15)
		c->given[0] = '\0';
	else if (kind < 19)
		text_cut(c->given, 1);
	else if (kind < 22)
		text_cut(c->family, 1);
	else if (kind < 52)
		lengthen(c->house.group, girl, r, c->given);
	else if (kind < 53)
		nickname(c->given);
	else if (kind < 250)
		decompose(c->given);
	else if (kind < 750)
		(void)names_script(c->house.group, girl, r, c->given, c->family);
}

static void
former_name(const struct world *w, struct child *c, bool girl, struct rng *r)
{
	uint32_t kind = rng_below(r, 100);

	c->former = rng_below(r, 1000) < 30;
	if (!c->former)
		return;
	memcpy(c->former_given, c->given, POP_NAME);
	memcpy(c->former_family, c->family, POP_NAME);
	if (kind < 30 && names_script(c->house.group, girl, r, c->former_given,
	    c->former_family))
		return;
	if (kind < 50)
		names_given(c->house.group, girl, rng_below(r, LIST_DRAW), r,
		    c->former_given);
	names_family(kind < 65 ? names_group(&w->names, 1, r) : c->house.group,
	    &w->names, r, c->former_family);
}

static void
child_names(const struct world *w, struct child *c, uint32_t member,
    struct rng *r)
{
	uint32_t kind = rng_below(r, 1000);
	bool girl = kind < 487;

	c->gender = girl ? FEMALE : MALE;
	if (rng_below(r, 1000) < 2)
		c->gender = NOT_SPECIFIED;
	names_given(c->house.group, girl, c->house.draw + member *
	    (LIST_DRAW / 4) + rng_below(r, LIST_DRAW / 4), r, c->given);
	if (c->house.family2[0] != '\0' && rng_below(r, 100) < 30)
		memcpy(c->family, c->house.family2, POP_NAME);
	else
		memcpy(c->family, c->house.family, POP_NAME);
	names_inflect(c->house.group, girl, c->family);
	name_troubles(c, girl, r);
	former_name(w, c, girl, r);
}

static int32_t
later(int32_t a, int32_t b)
{
	return a > b ? a : b;
}

static int32_t
earlier(int32_t a, int32_t b)
{
	return a < b ? a : b;
}

/* Deaths and departures that the directory knows of already. */
static void
child_fate(const struct world *w, struct child *c, struct rng *r)
{
	uint32_t left = rng_below(r, 1000000), died = rng_below(r, 1000000);
	uint32_t ago;

	c->left = c->died = c->notified = NEVER;
	c->intention = NULL;
	if (left < 2000) {
		c->intention = left < 600 ? "return" : left < 1200 ?
		    "none-stated" : "no-return";
		ago = rng_below(r, left < 1200 ? 3 * 365 : 60);
		c->left = later(c->birth, w->on - (int32_t)ago);
		c->address_type = left % 5 == 0 ? NONE_KNOWN : LAST_KNOWN;
	} else if (died < 400) {
		c->notified = later(c->birth, w->on -
		    (int32_t)rng_below(r, 380));
		c->died = later(c->birth, c->notified -
		    (int32_t)rng_below(r, 21));
	}
}

static void
child_numbers(const struct world *w, struct child *c, struct rng *r)
{
	int y, m, d;
	bool temporary = rng_below(r, 1000) < 2;
	uint32_t nhs = rng_below(r, 1000), upn = rng_below(r, 1000);

	number_id(w->seed, c->k, c->id);
	c->nhs[0] = c->upn[0] = '\0';
	if (nhs < 970)
		number_nhs(w->seed, c->k, c->nhs);
	day_split(c->birth, &y, &m, &d);
	y += m >= 9 ? 5 : 4;
	if (upn < 980 && day_of(y, 9, 1) <= w->on)
		number_upn(w->seed, c->k, c->where->dfe, y, temporary, c->upn);
}

static const char *
letter_format(struct rng *r)
{
	uint32_t kind = rng_below(r, 1000);

	return kind < 6 ? "large-print" : kind < 9 ? "easy-read" :
	    kind < 11 ? "plain-text" : "standard";
}

void
child_make(struct world *w, uint64_t k, struct child *c)
{
	struct rng r = rng_at(w->seed, ST_CHILD, k);
	uint32_t slot = slot_of(k), member, kind;

	if (w->block != k / POP_BLOCK)
		block_plan(w, k / POP_BLOCK);
	member = slot - w->head[slot];
	household_make(w, k / POP_BLOCK * POP_BLOCK + w->head[slot],
	    w->size[slot], &c->house);
	c->k = k;
	c->where = c->house.where;
	c->birth = births_day(&w->births, c->house.born[member]);
	kind = rng_below(&r, 10000);
	c->precision = kind < 21 ? 7 : kind < 30 ? 4 : 10;
	child_names(w, c, member, &r);
	kind = rng_below(&r, 1000);
	c->address_type = kind < 3 ? NONE_KNOWN : kind < 14 ? LAST_KNOWN :
	    CURRENT;
	c->house.address.from = earlier(w->on, later(c->birth,
	    c->house.address.from));
	child_fate(w, c, &r);
	child_numbers(w, c, &r);
	kind = rng_below(&r, 1000);
	c->ground = kind < 12 ? CARE_LEAVER : kind < 32 ? LEARNING :
	    kind < 92 ? CONNEXIONS : GROUND_NONE;
	c->language = c->house.language;
	c->format = letter_format(&r);
	works_make(w, c);
}
