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
 *      words that are one slip apart share such a thing
 *   N  both names, B.  Person: each date that B is mistaken for.
 *   M  both names, B without its day, month or year; m: the same, of people
 *      without an NHS number, for rows with one: two numbers are two people
 *      where the dates are far apart
 *   J  both names run together, B: where one ends and the other begins
 *   K  first letters of that, B: names that are cut
 *   T  first three letters of one name, sound or first letters of the other, B
 *   I  initial, sound of the family name, B, where one of the two has no more
 *   G  sound of several given names, B: another family name
 *   A  sound of a given word, postcode, B: the same
 *   H  sounds of both names, postcode: another birth date
 *   O  sound of the only name that one of the two has, B
 *   Q  sounds of given and family name, B to the month and to the year, where
 *      one of the two has no more
 */
enum {
	LONG = 16,    /* letters of names that are cut somewhere: those count */
	SLIPS = 17,   /* places at which a letter is left out */
	WORDS = 4,    /* words of a name that count */
	SHORT = 3,
	NAMES_CROSSED = 6
};

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

/* Letters that are spelt out by two (text.h): one slip takes both. */
static int
is_two(const char *text)
{
	static const char *const twos[] = { "ae", "oe", "ss", "th" };

	for (size_t i = 0; i < sizeof(twos) / sizeof(twos[0]); i++)
		if (memcmp(text, twos[i], 2) == 0)
			return 1;
	return 0;
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
		if (at + 2 <= len && is_two(text + at))
			add_slip(m, text, len, at, at + 2, other, date);
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
	if (m->person && f->n > 1)
		add_slips(m, g->word[0], g->len[0], f->sound[0], date);
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

/* A, then B run together, and the start of that where it is long. */
static void
add_joined(struct match_maker *m, const struct words *a,
    const struct words *b, const char *date)
{
	size_t letters = cp_text_length(whole(a));
	size_t rest = letters < LONG ? LONG - letters : 0;

	match_begin(m, 'J');
	match_text(m, whole(a));
	cp_buf_puts(&m->bytes, whole(b));
	match_text(m, date);
	match_end(m);
	if (letters + cp_text_length(whole(b)) < LONG)
		return;
	match_begin(m, 'K');
	match_part(m, whole(a), cp_text_prefix(whole(a), LONG));
	cp_buf_put(&m->bytes, whole(b), cp_text_prefix(whole(b), rest));
	match_text(m, date);
	match_end(m);
}

static void
add_start(struct match_maker *m, const char *start, size_t len,
    const char *other, size_t other_len, const char *date)
{
	match_begin(m, 'T');
	match_part(m, start, len);
	match_part(m, other, other_len);
	match_text(m, date);
	match_end(m);
}

/* One name is short in the one and whole in the other; or an initial. */
static void
add_starts(struct match_maker *m, const char *date)
{
	const struct words *g = &m->given;
	const struct words *f = &m->family;
	size_t one = cp_text_prefix(whole(g), 1);
	int initial = g->len[0] == one;
	size_t gs = cp_text_prefix(whole(g), SHORT);
	size_t fs = cp_text_prefix(whole(f), SHORT);

	add_start(m, whole(g), gs, f->whole_sound, strlen(f->whole_sound),
	    date);
	add_start(m, whole(f), fs, g->sound[0], strlen(g->sound[0]), date);
	add_start(m, whole(g), gs, whole(f), fs, date);
	match_begin(m, 'I');
	/* Kept by those who have more and by those who have no more. */
	match_text(m, m->person != initial ? "more" : "none");
	match_part(m, whole(g), one);
	match_text(m, f->whole_sound);
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
	char part[CP_DATE_TEXT];

	memcpy(part, date, len);
	part[len] = '\0';
	match_begin(m, 'Q');
	match_text(m, who);
	match_pair(m, m->given.whole_sound, m->family.whole_sound);
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

static int
has_nhs(const struct cp_document *doc)
{
	for (size_t i = 0; i < doc->n_numbers; i++)
		if (doc->numbers[i].type == CP_NUMBER_NHS)
			return 1;
	return 0;
}

/* Whoever has an NHS number looks among those without, others among all. */
static void
add_masked(struct match_maker *m, const struct cp_document *doc)
{
	char mask[MATCH_MASKS][CP_DATE_TEXT];
	size_t n = match_masked_dates(doc->birth, mask);
	int known = has_nhs(doc);

	for (size_t i = 0; i < n; i++) {
		if (m->person || !known)
			key_pair(m, 'M', whole(&m->given), whole(&m->family),
			    mask[i]);
		if (m->person != known)
			key_pair(m, 'm', whole(&m->given), whole(&m->family),
			    mask[i]);
	}
}

static void
add_postcode(struct match_maker *m, const char *postcode, const char *date)
{
	const struct words *given = &m->given;
	char code[CP_ID_MAX];
	size_t len = key_squeeze(postcode, code, sizeof(code));

	for (size_t g = 0; g < n_sounds(given); g++) {
		match_begin(m, 'A');
		match_text(m, sound(given, g));
		match_part(m, code, len);
		match_text(m, date);
		match_end(m);
	}
	match_begin(m, 'H');
	match_pair(m, given->sound[0], m->family.whole_sound);
	match_part(m, code, len);
	match_end(m);
}

/* Several given names are telling without the family's. */
static void
add_given(struct match_maker *m, const char *date)
{
	match_begin(m, 'G');
	match_text(m, m->given.whole_sound);
	match_text(m, date);
	match_end(m);
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
	add_masked(m, doc);
	if (m->given.n > 1)
		add_given(m, date);
	add_joined(m, &m->given, &m->family, date);
	if (m->person)
		add_joined(m, &m->family, &m->given, date);
	add_starts(m, date);
	add_either(m, date);
	for (size_t i = 0; i < doc->n_addresses; i++)
		if (doc->addresses[i].postcode != NULL)
			add_postcode(m, doc->addresses[i].postcode, date);
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

void
match_names(struct match_maker *m, const struct cp_document *doc,
    const char *date)
{
	for (size_t i = 0; i < doc->n_names; i++)
		add_name(m, doc, &doc->names[i], date);
	if (m->person && doc->n_names > 1 && doc->n_names <= NAMES_CROSSED)
		add_crossed(m, doc, date);
}
