#include "cpadmin/shield_check.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TOKENS = 200, ITEMS = 48, ALTS = 12 };

/* ---- a synopsis in tokens -------------------------------------------------- */

struct tokens {
	char t[TOKENS][CHECK_WORD];
	size_t n;
};

static void
add_token(struct tokens *x, const char *from, size_t len)
{
	while (len > 0 && (from[len - 1] == '.' || from[len - 1] == ','))
		len--;
	if (len == 0 || x->n == TOKENS)
		return;
	(void)snprintf(x->t[x->n++], CHECK_WORD, "%.*s", (int)len, from);
}

/* Brackets, words, and a bar where it stands before an option. */
static void
tokenise(const char *s, struct tokens *x)
{
	size_t n;

	for (x->n = 0; *s != '\0'; s += n) {
		n = 1;
		if (*s == ' ')
			continue;
		if (*s == '[' || *s == ']' || (*s == '|' &&
		    (s[1] == '-' || s[1] == '['))) {
			add_token(x, s, 1);
			continue;
		}
		while (strchr(" []", s[n]) == NULL && !(s[n] == '|' &&
		    s[n + 1] == '-'))
			n++;
		add_token(x, s, n);
	}
}

/* ---- items ----------------------------------------------------------------- */

struct item {
	int optional;
	size_t from, to; /* within its brackets */
	struct check_variant alt[ALTS];
	size_t alts;
};

static int
is(const struct tokens *x, size_t i, size_t to, const char *what)
{
	return i < to && strcmp(x->t[i], what) == 0;
}

static void
put_word(struct check_variant *v, const char *word, size_t len)
{
	if (v->n < CHECK_WORDS)
		(void)snprintf(v->word[v->n++], CHECK_WORD, "%.*s", (int)len,
		    word);
}

static int
is_value(const struct tokens *x, size_t i, size_t to)
{
	return i < to && strchr("-[]|", x->t[i][0]) == NULL;
}

/* `a|b' in small letters is each of them; FILE|DIR is the first. */
static void
add_alts(struct item *item, const char *option, const char *word)
{
	size_t len;

	for (; item->alts < ALTS; word += len + 1) {
		struct check_variant *v = &item->alt[item->alts++];

		v->n = 0;
		len = strcspn(word, "|");
		if (option != NULL)
			put_word(v, option, strlen(option));
		put_word(v, word, len);
		if (word[len] == '\0' || isupper((unsigned char)word[0]))
			return;
	}
}

static size_t
read_group(const struct tokens *x, size_t i, size_t to, struct item *item)
{
	if (x->t[i][0] != '-') {
		add_alts(item, NULL, x->t[i]);
		return i + 1;
	}
	if (is_value(x, i + 1, to)) {
		add_alts(item, x->t[i], x->t[i + 1]);
		return i + 2;
	}
	add_alts(item, NULL, x->t[i]);
	return i + 1;
}

static size_t
read_item(const struct tokens *x, size_t i, size_t to, struct item *item)
{
	int depth = 0;

	item->alts = 0;
	item->optional = is(x, i, to, "[");
	if (!item->optional) {
		i = read_group(x, i, to, item);
		while (is(x, i, to, "|") && i + 1 < to && item->alts < ALTS)
			i = read_group(x, i + 1, to, item);
		return i;
	}
	item->from = i + 1;
	for (; i < to; i++) {
		depth += is(x, i, to, "[") - is(x, i, to, "]");
		if (depth == 0)
			break;
	}
	item->to = i;
	return i + 1;
}

/* ---- variants -------------------------------------------------------------- */

static void
append(struct check_variant *to, const struct check_variant *from)
{
	for (size_t i = 0; i < from->n; i++)
		put_word(to, from->word[i], strlen(from->word[i]));
}

static size_t expand(const struct tokens *x, size_t from, size_t to,
    struct check_variant *out, size_t cap);

/* Of optional item I what is said for it; *N of them; the caller's to free. */
static struct check_variant *
inner(const struct tokens *x, const struct item *item, size_t *n)
{
	struct check_variant *v = calloc(CHECK_VARIANTS, sizeof(*v));

	*n = v == NULL ? 0 : expand(x, item->from, item->to, v,
	    CHECK_VARIANTS);
	return v;
}

/* The items in order: of item AT its alternative ALT, or, if it is optional,
 * INSTEAD; of the others the first; optional ones only if ALL. */
static void
compose(const struct tokens *x, const struct item *items, size_t n, size_t at,
    size_t alt, const struct check_variant *instead, int all,
    struct check_variant *out)
{
	out->n = 0;
	for (size_t i = 0; i < n; i++) {
		if (!items[i].optional) {
			append(out, &items[i].alt[i == at ? alt : 0]);
		} else if (i == at && instead != NULL) {
			append(out, instead);
		} else if (all) {
			size_t m;
			struct check_variant *v = inner(x, &items[i], &m);

			if (m > 0)
				append(out, &v[0]);
			free(v);
		}
	}
}

static size_t
alternatives(const struct tokens *x, const struct item *items, size_t n,
    size_t i, struct check_variant *out, size_t cap)
{
	struct check_variant *v;
	size_t m, made = 0;

	if (!items[i].optional) {
		for (size_t k = 1; k < items[i].alts && made + 2 <= cap; k++) {
			compose(x, items, n, i, k, NULL, 0, &out[made++]);
			compose(x, items, n, i, k, NULL, 1, &out[made++]);
		}
		return made;
	}
	v = inner(x, &items[i], &m);
	for (size_t k = 0; k < m && made < cap; k++)
		compose(x, items, n, i, 0, &v[k], 0, &out[made++]);
	free(v);
	return made;
}

static size_t
expand(const struct tokens *x, size_t from, size_t to,
    struct check_variant *out, size_t cap)
{
	struct item *items = calloc(ITEMS, sizeof(*items));
	size_t n = 0, made = 0, any = 0;

	if (items == NULL || cap < 2) {
		free(items);
		return 0;
	}
	for (size_t i = from; i < to && n < ITEMS; n++) {
		i = read_item(x, i, to, &items[n]);
		any += (size_t)items[n].optional;
	}
	compose(x, items, n, n, 0, NULL, 0, &out[made++]);
	if (any > 1)
		compose(x, items, n, n, 0, NULL, 1, &out[made++]);
	for (size_t i = 0; i < n; i++)
		made += alternatives(x, items, n, i, &out[made], cap - made);
	free(items);
	return made;
}

size_t
check_variants(const char *synopsis, struct check_variant *v)
{
	struct tokens *x = calloc(1, sizeof(*x));
	size_t n = 0;

	if (x != NULL) {
		tokenise(synopsis, x);
		n = expand(x, 0, x->n, v, CHECK_VARIANTS);
	}
	free(x);
	return n;
}

/* ---- help ------------------------------------------------------------------ */

static int
has(const char *help, const char *option)
{
	char line[64];

	(void)snprintf(line, sizeof(line), "\n  --%s", option);
	return strstr(help, line) != NULL;
}

void
check_verb_read(struct check_verb *v, const char *help)
{
	const char *end = strstr(help, "\n\n"), *s = strstr(help, "cpadmin ");
	size_t n = 0;

	v->synopsis[0] = '\0';
	if (s != NULL && end != NULL) {
		s += strlen("cpadmin ") + strlen(v->command) +
		    (v->verb[0] != '\0' ? 1 + strlen(v->verb) : 0);
		for (; s < end && n + 1 < sizeof(v->synopsis); s++)
			if (!isspace((unsigned char)*s) || (n > 0 &&
			    v->synopsis[n - 1] != ' '))
				v->synopsis[n++] = *s == '\n' ? ' ' : *s;
		v->synopsis[n] = '\0';
	}
	v->as = has(help, "as ");
	v->json = has(help, "json");
	v->columns = has(help, "columns ");
	v->dry_run = has(help, "dry-run");
	v->yes = has(help, "yes");
}

int
check_verb_next(const char **at, char *name, size_t cap)
{
	static const char head[] = "\nVerbs:\n";
	const char *s = strstr(*at, head);
	size_t n;

	s = s != NULL ? s + sizeof(head) - 1 : *at;
	if (strncmp(s, "  ", 2) != 0 || s[2] == ' ')
		return 0;
	n = strcspn(s + 2, " \n");
	(void)snprintf(name, cap, "%.*s", (int)n, s + 2);
	s += strcspn(s, "\n");
	*at = *s == '\n' ? s + 1 : s;
	return 1;
}
