#include "tests/population/pop.h"

#include <stdlib.h>
#include <string.h>

/* Rank R among the words weighs 1 / (R + 7): Zipf's law, its head flattened. */
static void
list_weigh(struct list *l)
{
	uint64_t sum = 0, part = 0;
	uint32_t i, at = 0, upto;

	for (i = 0; i < l->n; i++)
		sum += 10000000 / (i + 7);
	for (i = 0; i < l->n; i++) {
		part += 10000000 / (i + 7);
		upto = (uint32_t)(part * LIST_DRAW / sum);
		while (at < upto)
			l->draw[at++] = (uint16_t)i;
	}
	while (at < LIST_DRAW)
		l->draw[at++] = 0;
}

static bool
list_init(struct list *l, const char *words)
{
	char *at, *save = NULL;

	if (words == NULL)
		return true;
	l->pool = strdup(words);
	if (l->pool == NULL)
		return false;
	for (at = strtok_r(l->pool, " ", &save); at != NULL;
	    at = strtok_r(NULL, " ", &save)) {
		if (l->n == LIST_MAX)
			return false;
		l->word[l->n++] = at;
		for (; *at != '\0'; at++)
			if (*at == '_')
				*at = ' ';
	}
	list_weigh(l);
	return true;
}

static const char *
list_pick(const struct list *l, uint32_t draw)
{
	return l->word[l->draw[draw % LIST_DRAW]];
}

static bool
group_init(struct group *g, const struct culture *c)
{
	g->c = c;
	return list_init(&g->boys, c->boys) && list_init(&g->girls, c->girls) &&
	    list_init(&g->families, c->families) &&
	    list_init(&g->sboys, c->script_boys) &&
	    list_init(&g->sgirls, c->script_girls) &&
	    list_init(&g->sfamilies, c->script_families);
}

static void
weigh_groups(struct names *names, int class)
{
	uint64_t sum = 0, part = 0;
	uint32_t at = 0, upto;
	size_t i;

	for (i = 0; i < names->n; i++)
		sum += names->group[i].c->weight[class];
	for (i = 0; i < names->n; i++) {
		part += names->group[i].c->weight[class];
		upto = (uint32_t)(part * LIST_DRAW / sum);
		while (at < upto)
			names->pick[class][at++] = (uint16_t)i;
	}
}

bool
names_init(struct names *names)
{
	size_t i;
	int class;

	names->n = cultures_uk_n + cultures_world_n;
	names->group = calloc(names->n, sizeof(*names->group));
	if (names->group == NULL)
		return false;
	for (i = 0; i < names->n; i++)
		if (!group_init(&names->group[i], i < cultures_uk_n ?
		    &cultures_uk[i] : &cultures_world[i - cultures_uk_n]))
			return false;
	for (class = 0; class < 3; class++)
		weigh_groups(names, class);
	return true;
}

void
names_clear(struct names *names)
{
	struct group *g;
	size_t i;

	for (i = 0; names->group != NULL && i < names->n; i++) {
		g = &names->group[i];
		free(g->boys.pool);
		free(g->girls.pool);
		free(g->families.pool);
		free(g->sboys.pool);
		free(g->sgirls.pool);
		free(g->sfamilies.pool);
	}
	free(names->group);
	names->group = NULL;
}

const struct group *
names_group(const struct names *names, int place_class, struct rng *r)
{
	return &names->group[names->pick[place_class][rng_below(r, LIST_DRAW)]];
}

static void
join(char out[POP_NAME], const char *a, const char *b)
{
	size_t n = strnlen(out, POP_NAME);
	const char *part[2];
	int i;

	part[0] = a;
	part[1] = b;
	for (i = 0; i < 2; i++)
		for (; *part[i] != '\0' && n + 1 < POP_NAME; part[i]++)
			out[n++] = *part[i];
	out[n] = '\0';
}

/* Each feed spells O'Brien and McDonald in its own way. */
static void
family_one(const struct group *g, struct rng *r, char out[POP_NAME])
{
	static const char *const o[] = { "O'", "O'", "O'", "O’", "O’", "O",
		"O", "O " };
	static const char *const mc[] = { "Mc", "Mc", "Mc", "Mac", "Mc ", "Mc" };
	const char *word = list_pick(&g->families, rng_below(r, LIST_DRAW));

	if (word[0] == '^')
		join(out, o[rng_below(r, 8)], word + 1);
	else if (word[0] == '~')
		join(out, mc[rng_below(r, 6)], word + 1);
	else
		join(out, word, "");
}

void
names_family(const struct group *g, const struct names *names, struct rng *r,
    char out[POP_NAME])
{
	uint32_t kind = rng_below(r, 1000);
	size_t first;

	out[0] = '\0';
	family_one(g, r, out);
	if (kind >= 45)
		return;
	first = strlen(out);
	join(out, kind < 40 ? "-" : " ", "");
	family_one(rng_below(r, 5) == 0 ? names_group(names, 1, r) : g, r, out);
	if (strlen(out) == 2 * first + 1 &&
	    memcmp(out, out + first + 1, first) == 0)
		out[first] = '\0';
}

static bool
ends(const char *s, size_t n, const char *tail)
{
	size_t t = strlen(tail);

	return n >= t && memcmp(s + n - t, tail, t) == 0;
}

void
names_inflect(const struct group *g, bool girl, char family[POP_NAME])
{
	size_t n = strlen(family);

	if (!girl)
		return;
	if (strcmp(g->c->code, "polish") == 0 && (ends(family, n, "ski") ||
	    ends(family, n, "cki")))
		family[n - 1] = 'a';
	else if (strcmp(g->c->code, "icelandic") == 0 && ends(family, n, "son")) {
		family[n - 3] = '\0';
		join(family, "dóttir", "");
	}
}

void
names_given(const struct group *g, bool girl, uint32_t draw, struct rng *r,
    char out[POP_NAME])
{
	const struct list *l = girl ? &g->girls : &g->boys;
	uint64_t more = rng_next(r);
	uint32_t second = (uint32_t)(more >> 20);

	out[0] = '\0';
	join(out, list_pick(l, draw), "");
	if (strcmp(g->c->code, "sikh") == 0) {
		if ((more & 3) != 0)
			join(out, girl ? " Kaur" : " Singh", "");
	} else if ((more & 15) < 7 &&
	    strcmp(list_pick(l, second), out) != 0) {
		join(out, " ", list_pick(l, second));
	}
}

bool
names_script(const struct group *g, bool girl, struct rng *r,
    char given[POP_NAME], char family[POP_NAME])
{
	const struct list *l = girl ? &g->sgirls : &g->sboys;

	if (l->n == 0)
		return false;
	given[0] = family[0] = '\0';
	join(given, list_pick(l, rng_below(r, LIST_DRAW)), "");
	join(family, list_pick(&g->sfamilies, rng_below(r, LIST_DRAW)), "");
	return true;
}

size_t
text_chars(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += ((unsigned char)*s & 0xC0) != 0x80;
	return n;
}

void
text_cut(char *s, size_t n)
{
	for (; *s != '\0'; s++)
		if (((unsigned char)*s & 0xC0) != 0x80 && n-- == 0)
			break;
	*s = '\0';
}
