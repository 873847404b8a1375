#include <stdlib.h>
#include <string.h>

#include "lifecycle/records/match_priv.h"

/*
 * Which keys a person and a row have.  Values are folded text and sounds; a
 * pair of names is put in order first, so that given and family name may have
 * changed places.  B is the birth date as it is written.
 *
 *   U  number
 *   P  sounds of a given word (or all) and a family word (or all), B.
 *      Person: also B with day and month exchanged.
 *   D  one name with a letter left out (or none), sound of the other, B: two
 *      words that are one slip apart share such a thing.
 *   N  both names, B.  Person: each date that B is mistaken for.
 *   J  both names run together, B: where one ends and the other begins
 *   K  first letters of that, B
 *   C  first letters of a long name, and of the other or its sound, B
 *   T  first three letters of the given, sound of the family name, B
 *   I  initial, sound of the family name, B, where one of the two has no more
 *   A  sound of a given word, postcode, B: another family name
 *   O  sound of the only name that one of the two has, B
 *   Q  sounds of first given word and family name, B to the month and to the
 *      year, where one of the two has no more
 */
enum {
	LONG = 16,    /* letters of a name that is cut somewhere: those count */
	SLIPS = 17,   /* places at which a letter is left out */
	WORDS = 4,    /* words of a name that count */
	SHORT = 3,
	NAMES_CROSSED = 6,
	KEYS_FIRST = 128
};

/* ---- keys ------------------------------------------------------------------ */

static void
push(struct match_maker *m, uint64_t key)
{
	struct cp_keys *keys = m->keys;
	uint64_t *more;

	if (keys->n == keys->cap) {
		size_t cap = keys->cap == 0 ? KEYS_FIRST : 2 * keys->cap;

		more = realloc(keys->key, cap * sizeof(*more));
		if (more == NULL) {
			m->failed = 1;
			return;
		}
		keys->key = more;
		keys->cap = cap;
	}
	keys->key[keys->n++] = key;
}

void
match_begin(struct match_maker *m, char kind)
{
	cp_buf_reset(&m->bytes);
	cp_buf_putc(&m->bytes, 'k'); /* no digest begins so */
	cp_buf_putc(&m->bytes, kind);
}

void
match_part(struct match_maker *m, const void *data, size_t len)
{
	cp_buf_putc(&m->bytes, '\0');
	cp_buf_put(&m->bytes, data, len);
}

void
match_text(struct match_maker *m, const char *text)
{
	match_part(m, text, strlen(text));
}

void
match_end(struct match_maker *m)
{
	uint8_t hash[CP_SHA256_LEN];
	uint64_t key = 0;

	if (m->bytes.failed) {
		m->failed = 1;
		return;
	}
	cp_hmac(m->hmac, m->bytes.data, m->bytes.len, hash);
	for (int i = 0; i < 8; i++)
		key = key << 8 | hash[i];
	push(m, key);
}

/* A and B in order. */
static void
match_pair(struct match_maker *m, const char *a, const char *b)
{
	int later = strcmp(a, b) > 0;

	match_text(m, later ? b : a);
	match_text(m, later ? a : b);
}

static void
key_text3(struct match_maker *m, char kind, const char *a, const char *b,
    const char *c)
{
	match_begin(m, kind);
	match_text(m, a);
	match_text(m, b);
	match_text(m, c);
	match_end(m);
}

static void
key_pair(struct match_maker *m, char kind, const char *a, const char *b,
    const char *date)
{
	match_begin(m, kind);
	match_pair(m, a, b);
	match_text(m, date);
	match_end(m);
}

/* ---- parts of names -------------------------------------------------------- */

/* Words that count, and the sound of the I-th, which after the last word is
 * that of all. */
static size_t
n_sounds(const struct words *w)
{
	size_t n = w->n < WORDS ? w->n : WORDS;

	return w->n > 1 ? n + 1 : n;
}

static const char *
sound(const struct words *w, size_t i)
{
	return i < w->n && i < WORDS ? w->sound[i] : w->whole_sound;
}

static const char *
whole(const struct words *w)
{
	return cp_buf_text(&w->whole);
}

static int
is_long(const struct words *w)
{
	return cp_text_length(whole(w)) >= LONG;
}

/* ---- keys of names --------------------------------------------------------- */

/* Every given with every family word. */
static void
add_pairs(struct match_maker *m, const struct words *given,
    const struct words *family, const char *date)
{
	for (size_t g = 0; g < n_sounds(given); g++)
		for (size_t f = 0; f < n_sounds(family); f++)
			key_pair(m, 'P', sound(given, g), sound(family, f),
			    date);
}

/* LEN bytes of TEXT less those from AT to NEXT. */
static void
add_slip(struct match_maker *m, const char *text, size_t len, size_t at,
    size_t next, const char *other, const char *date)
{
	match_begin(m, 'D');
	match_part(m, text, at);
	cp_buf_put(&m->bytes, text + next, len - next);
	match_text(m, other);
	match_text(m, date);
	match_end(m);
}

static void
add_slips(struct match_maker *m, const char *text, size_t len,
    const char *other, const char *date)
{
	size_t at = 0;
	size_t next;

	add_slip(m, text, len, 0, 0, other, date);
	for (size_t i = 0; i < SLIPS && at < len; i++, at = next) {
		next = at + 1;
		while (next < len && ((uint8_t)text[next] & 0xC0) == 0x80)
			next++;
		add_slip(m, text, len, at, next, other, date);
	}
}

/* One slip in the one name, while the other is as it was. */
static void
add_all_slips(struct match_maker *m, const char *date)
{
	const struct words *g = &m->given;
	const struct words *f = &m->family;

	add_slips(m, g->word[0], g->len[0], f->whole_sound, date);
	add_slips(m, whole(f), f->whole.len, g->sound[0], date);
	if (g->n == 1)
		return;
	if (!m->person) {
		add_slip(m, whole(g), g->whole.len, 0, 0, f->whole_sound,
		    date);
		return;
	}
	add_slips(m, whole(g), g->whole.len, f->whole_sound, date);
	add_slips(m, whole(f), f->whole.len, g->whole_sound, date);
}

/* The start of a long name, or the sound of another. */
static const char *
start_of(const struct words *w, size_t *len)
{
	if (is_long(w)) {
		*len = cp_text_prefix(whole(w), LONG);
		return whole(w);
	}
	*len = strlen(w->whole_sound);
	return w->whole_sound;
}

/* In an order that does not ask which is the family name. */
static void
add_cut(struct match_maker *m, const char *date)
{
	size_t glen;
	size_t flen;
	const char *g = start_of(&m->given, &glen);
	const char *f = start_of(&m->family, &flen);

	if (!is_long(&m->given) && !is_long(&m->family))
		return;
	match_begin(m, 'C');
	match_part(m, g, glen);
	match_part(m, f, flen);
	match_text(m, date);
	match_end(m);
	if (!m->person)
		return;
	match_begin(m, 'C');
	match_part(m, f, flen);
	match_part(m, g, glen);
	match_text(m, date);
	match_end(m);
}

/* A, then B run together, and the start of that where it is long. */
static void
add_joined(struct match_maker *m, const struct words *a,
    const struct words *b, const char *date)
{
	char start[4 * LONG];
	size_t len;

	match_begin(m, 'J');
	match_part(m, a->whole.data, a->whole.len);
	cp_buf_put(&m->bytes, b->whole.data, b->whole.len);
	match_text(m, date);
	match_end(m);
	len = cp_text_prefix(whole(a), LONG);
	if (cp_text_length(whole(a)) + cp_text_length(whole(b)) < LONG)
		return;
	memcpy(start, whole(a), len);
	memcpy(start + len, whole(b), cp_text_prefix(whole(b), LONG -
	    (is_long(a) ? LONG : cp_text_length(whole(a)))));
	len += cp_text_prefix(whole(b), LONG -
	    (is_long(a) ? LONG : cp_text_length(whole(a))));
	match_begin(m, 'K');
	match_part(m, start, len);
	match_text(m, date);
	match_end(m);
}

/* The given name is short in the one and whole in the other. */
static void
add_starts(struct match_maker *m, const char *date)
{
	const struct words *g = &m->given;
	size_t one = cp_text_prefix(whole(g), 1);
	int initial = g->len[0] == one;

	match_begin(m, 'T');
	match_part(m, whole(g), cp_text_prefix(whole(g), SHORT));
	match_text(m, m->family.whole_sound);
	match_text(m, date);
	match_end(m);
	match_begin(m, 'I');
	/* Kept by those who have more and by those who have no more. */
	match_text(m, m->person != initial ? "more" : "none");
	match_part(m, whole(g), one);
	match_text(m, m->family.whole_sound);
	match_text(m, date);
	match_end(m);
}

/* Somebody with two names, who may be known by one. */
static void
add_either(struct match_maker *m, const char *date)
{
	const char *who = m->person ? "two" : "one";

	key_text3(m, 'O', who, m->given.sound[0], date);
	key_text3(m, 'O', who, m->family.whole_sound, date);
	if (m->person && m->given.n > 1)
		key_text3(m, 'O', who, m->given.whole_sound, date);
}

/* Somebody with one name, who may be known by two. */
static void
add_only(struct match_maker *m, const struct words *w, const char *date)
{
	static const struct words nothing;

	add_joined(m, w, &nothing, date);
	key_text3(m, 'O', m->person ? "one" : "two", w->whole_sound, date);
	key_text3(m, 'O', "both", w->whole_sound, date);
	for (size_t i = 0; w->n > 1 && i < w->n && i < WORDS; i++)
		key_text3(m, 'O', m->person ? "one" : "two", w->sound[i],
		    date);
	add_slips(m, whole(w), w->whole.len, "", date);
	if (w->n > 1)
		add_pairs(m, w, w, date);
}

/* ---- birth dates known in part --------------------------------------------- */

static void
add_partly(struct match_maker *m, const char *who, const char *date,
    size_t len)
{
	const char *g = m->given.n > 0 ? m->given.sound[0] : "";
	const char *f = m->family.whole_sound;
	char part[CP_DATE_TEXT];

	memcpy(part, date, len);
	part[len] = '\0';
	match_begin(m, 'Q');
	match_text(m, who);
	match_pair(m, g, f);
	match_text(m, part);
	match_end(m);
}

static void
add_partial(struct match_maker *m, struct cp_partial_date birth,
    const char *date)
{
	enum { YEAR = 4, MONTH = 7 };
	size_t known = strlen(date);
	/* Who of the two knows the date better. */
	const char *more = m->person ? "person" : "row";
	const char *less = m->person ? "row" : "person";

	if (known > MONTH)
		add_partly(m, more, date, MONTH);
	if (known > YEAR)
		add_partly(m, more, date, YEAR);
	if (known <= MONTH)
		add_partly(m, less, date, known);
	/* The first of a month, or of a year, often means that no more is
	 * known. */
	if (known > MONTH && birth.day == 1)
		add_partly(m, less, date, MONTH);
	if (known > MONTH && birth.day == 1 && birth.month == 1)
		add_partly(m, less, date, YEAR);
}

/* ---- all of a name --------------------------------------------------------- */

static void
add_near(struct match_maker *m, struct cp_partial_date birth,
    const char *date)
{
	char near[MATCH_NEAR_MAX][CP_DATE_TEXT];
	size_t n;

	if (!m->person) {
		key_pair(m, 'N', whole(&m->given), whole(&m->family), date);
		return;
	}
	n = match_near_dates(birth, near);
	for (size_t i = 0; i < n; i++)
		key_pair(m, 'N', whole(&m->given), whole(&m->family),
		    near[i]);
}

static void
add_postcodes(struct match_maker *m, const struct cp_document *doc,
    const struct words *given, const char *date)
{
	char code[CP_ID_MAX];
	size_t len;

	for (size_t i = 0; i < doc->n_addresses; i++) {
		if (doc->addresses[i].postcode == NULL)
			continue;
		len = key_squeeze(doc->addresses[i].postcode, code,
		    sizeof(code));
		for (size_t g = 0; g < n_sounds(given); g++) {
			match_begin(m, 'A');
			match_text(m, sound(given, g));
			match_part(m, code, len);
			match_text(m, date);
			match_end(m);
		}
	}
}

static void
add_two_names(struct match_maker *m, const struct cp_document *doc,
    const char *date)
{
	char swapped[CP_DATE_TEXT];

	add_pairs(m, &m->given, &m->family, date);
	if (m->person && match_swapped_date(doc->birth, swapped))
		add_pairs(m, &m->given, &m->family, swapped);
	add_all_slips(m, date);
	add_near(m, doc->birth, date);
	add_joined(m, &m->given, &m->family, date);
	if (m->person)
		add_joined(m, &m->family, &m->given, date);
	add_cut(m, date);
	add_starts(m, date);
	add_either(m, date);
	add_postcodes(m, doc, &m->given, date);
	add_partial(m, doc->birth, date);
}

static void
add_name(struct match_maker *m, const struct cp_document *doc,
    const struct cp_name *name, const char *date)
{
	words_set(&m->given, name->given);
	words_set(&m->family, name->family);
	m->failed |= m->given.text.failed | m->given.whole.failed |
	    m->family.text.failed | m->family.whole.failed;
	if (m->given.n > 0 && m->family.n > 0)
		add_two_names(m, doc, date);
	else if (m->given.n > 0)
		add_only(m, &m->given, date);
	else if (m->family.n > 0)
		add_only(m, &m->family, date);
}

/* The given names of one name with the family names of another. */
static void
add_crossed(struct match_maker *m, const struct cp_document *doc,
    const char *date)
{
	for (size_t i = 0; i < doc->n_names; i++) {
		words_set(&m->given, doc->names[i].given);
		for (size_t j = 0; j < doc->n_names; j++) {
			if (i == j)
				continue;
			words_set(&m->family, doc->names[j].family);
			add_pairs(m, &m->given, &m->family, date);
		}
	}
}

static void
add_numbers(struct match_maker *m, const struct cp_document *doc)
{
	char c[CP_ID_MAX];

	for (size_t i = 0; i < doc->n_numbers; i++) {
		match_begin(m, 'U');
		match_part(m, c, key_squeeze(doc->numbers[i].value, c,
		    sizeof(c)));
		match_end(m);
	}
}

/* ---- all of a person ------------------------------------------------------- */

static int
compare_keys(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void
sort_keys(struct cp_keys *keys)
{
	size_t n = 0;

	if (keys->n < 2)
		return;
	qsort(keys->key, keys->n, sizeof(*keys->key), compare_keys);
	for (size_t i = 0; i < keys->n; i++)
		if (n == 0 || keys->key[n - 1] != keys->key[i])
			keys->key[n++] = keys->key[i];
	keys->n = n;
}

enum cp_rc
match_make(struct match_maker *m, const struct cp_document *doc, int person,
    struct cp_keys *keys, struct cp_err *err)
{
	char date[CP_DATE_TEXT];

	m->keys = keys;
	m->person = person;
	m->failed = 0;
	keys->n = 0;
	cp_partial_format(doc->birth, date);
	add_numbers(m, doc);
	for (size_t i = 0; i < doc->n_names; i++)
		add_name(m, doc, &doc->names[i], date);
	if (person && doc->n_names > 1 && doc->n_names <= NAMES_CROSSED)
		add_crossed(m, doc, date);
	sort_keys(keys);
	return m->failed ? cp_fail(err, CP_FAILED, "out of memory") : CP_OK;
}

enum cp_rc
match_maker_new(const struct cp_secret *key, struct match_maker **out,
    struct cp_err *err)
{
	struct match_maker *m = calloc(1, sizeof(*m));
	enum cp_rc rc;

	if (m == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	words_init(&m->given);
	words_init(&m->family);
	cp_buf_init(&m->bytes);
	rc = cp_hmac_new(cp_secret_bytes(key), cp_secret_len(key), &m->hmac,
	    err);
	if (rc == CP_OK)
		*out = m;
	else
		match_maker_free(m);
	return rc;
}

void
match_maker_free(struct match_maker *m)
{
	if (m == NULL)
		return;
	words_clear(&m->given);
	words_clear(&m->family);
	cp_buf_clear(&m->bytes);
	cp_hmac_free(m->hmac);
	free(m);
}
