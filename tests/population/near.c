#include "tests/population/pop.h"

#include <stdio.h>
#include <string.h>

/*
 * Rows about somebody that a feed does not recognise: one thing differs, and
 * their numbers are not there, or are others.
 */
enum kind {
	GIVEN_INSERT, GIVEN_DELETE, GIVEN_CHANGE, GIVEN_EXCHANGE,
	FAMILY_INSERT, FAMILY_DELETE, FAMILY_CHANGE, FAMILY_EXCHANGE,
	SWAPPED, DAY_AFTER, DAY_BEFORE, DAY_MONTH, DIGIT, YEAR_AFTER,
	YEAR_BEFORE, ACCENTS, APOSTROPHE, CAPITALS, GIVEN_FIRST, GIVEN_JOINED,
	ONE_FIELD, PARTLY, NUMBER, POSTCODE, SAME,
	DRAWN,
	FORMER = DRAWN, CUT,
	KINDS
};
static const char *const words[KINDS] = {
	"given-insert", "given-delete", "given-change", "given-exchange",
	"family-insert", "family-delete", "family-change", "family-exchange",
	"swapped", "day-after", "day-before", "day-month", "digit",
	"year-after", "year-before", "accents", "apostrophe", "capitals",
	"given-first", "given-joined", "one-field", "partly", "number",
	"postcode", "same", "former", "cut"
};

const char *
near_word(int kind)
{
	return words[kind];
}

/* Long and former names are rare: whoever has them is chosen more often. */
int
near_kind(uint64_t seed, const struct child *c, uint32_t n)
{
	struct rng r = rng_at(seed, ST_NEAR, c->k);
	uint32_t draw = rng_below(&r, n), kind = rng_below(&r, DRAWN);

	if (c->given[0] == '\0' || c->precision < 10 || c->died != NEVER)
		return NEAR_NONE;
	if (text_chars(c->given) > 35)
		return CUT;
	if (c->former && rng_below(&r, n) < 4)
		return FORMER;
	if ((kind == NUMBER && c->nhs[0] == '\0' && c->upn[0] == '\0') ||
	    (kind == POSTCODE && c->address_type == NONE_KNOWN))
		kind = SAME;
	return draw == 0 ? (int)kind : NEAR_NONE;
}

/* ---- names ---------------------------------------------------------------- */

static size_t
char_len(const char *s)
{
	size_t n = 1;

	while (((unsigned char)s[n] & 0xC0) == 0x80)
		n++;
	return n;
}

static char *
char_at(char *s, size_t i)
{
	for (; i > 0; i--)
		s += char_len(s);
	return s;
}

/* A letter of NAME, so that the script stays; into OUT, its length. */
static size_t
letter_of(char *name, struct rng *r, char out[4])
{
	const char *at;
	size_t n;

	do
		at = char_at(name, rng_below(r, (uint32_t)text_chars(name)));
	while (*at == ' ' || *at == '-' || *at == '\'');
	n = char_len(at);
	memcpy(out, at, n);
	return n;
}

/* N bytes of TEXT in the place of OLD bytes at AT. */
static void
put_at(char *at, size_t old, const char *text, size_t n)
{
	memmove(at + n, at + old, strlen(at + old) + 1);
	memcpy(at, text, n);
}

static void
slip(char name[POP_NAME], int sort, struct rng *r)
{
	uint32_t chars = (uint32_t)text_chars(name);
	char letter[4], *at;
	size_t n = letter_of(name, r, letter), len;

	if (strlen(name) + 4 >= POP_NAME)
		return;
	if (sort == GIVEN_INSERT || chars < 2) {
		put_at(char_at(name, rng_below(r, chars + 1)), 0, letter, n);
	} else if (sort == GIVEN_DELETE) {
		at = char_at(name, rng_below(r, chars));
		put_at(at, char_len(at), "", 0);
	} else if (sort == GIVEN_CHANGE) {
		at = char_at(name, rng_below(r, chars));
		put_at(at, char_len(at), letter, n);
	} else {
		at = char_at(name, rng_below(r, chars - 1));
		len = char_len(at);
		memcpy(letter, at, len);
		put_at(at, len, "", 0);
		put_at(at + char_len(at), 0, letter, len);
	}
}

static void
exchange(char a[POP_NAME], char b[POP_NAME])
{
	char c[POP_NAME];

	memcpy(c, a, POP_NAME);
	memcpy(a, b, POP_NAME);
	memcpy(b, c, POP_NAME);
}

/* The first plain vowel gets an accent. */
static void
accent(char name[POP_NAME])
{
	static const char *const pair[][2] = { { "a", "á" }, { "e", "ë" },
		{ "i", "í" }, { "o", "ö" }, { "u", "ü" } };
	size_t at = strcspn(name, "aeiou"), i;

	for (i = 0; i < 5 && strlen(name) + 2 < POP_NAME; i++)
		if (name[at] == pair[i][0][0]) {
			put_at(name + at, 1, pair[i][1], 2);
			return;
		}
}

/* One that is there goes; one comes where there was none. */
static void
apostrophe(char name[POP_NAME])
{
	char *curly = strstr(name, "’"), *plain = strchr(name, '\'');

	if (curly != NULL)
		put_at(curly, strlen("’"), "", 0);
	else if (plain != NULL)
		put_at(plain, 1, "’", strlen("’"));
	else if (strlen(name) + 2 < POP_NAME)
		put_at(name + char_len(name), 0, "'", 1);
}

static void
capitals(char *s)
{
	for (; *s != '\0'; s++)
		if (*s >= 'a' && *s <= 'z')
			*s = (char)(*s - 'a' + 'A');
}

static void
join_words(char *s)
{
	char *to = s;

	for (; *s != '\0'; s++)
		if (*s != ' ' && *s != '-')
			*to++ = *s;
	*to = '\0';
}

static void
one_field(struct child *c)
{
	char all[2 * POP_NAME];

	(void)snprintf(all, sizeof(all), "%s %s", c->given, c->family);
	text_cut(all, 60);
	memcpy(c->family, all, POP_NAME);
	c->given[0] = '\0';
}

/* Another name than that of CHILD K, of the same people. */
static void
other_family(const struct world *w, struct child *c, struct rng *r)
{
	char was[POP_NAME];

	memcpy(was, c->family, POP_NAME);
	while (strcmp(was, c->family) == 0)
		names_family(c->house.group, &w->names, r, c->family);
}

/* ---- dates ---------------------------------------------------------------- */

/* Not after the day the population is of. */
static void
set_birth(const struct world *w, struct child *c, int32_t day, int32_t other)
{
	c->birth = day <= w->on ? day : other;
}

static void
exchange_day(const struct world *w, struct child *c)
{
	int y, m, d;

	day_split(c->birth, &y, &m, &d);
	if (d <= 12 && d != m)
		set_birth(w, c, day_of(y, d, m), c->birth - 1);
	else
		c->birth -= 1;
}

static void
slip_digit(const struct world *w, struct child *c, struct rng *r)
{
	static const int place[] = { 3, 6, 8, 9 };
	char text[11];
	int32_t day;

	do {
		day_text(c->birth, text);
		text[place[rng_below(r, 4)]] = (char)('0' + rng_below(r, 10));
	} while (!day_parse(text, &day) || day == c->birth || day > w->on);
	c->birth = day;
}

static void
shift_year(const struct world *w, struct child *c, int years)
{
	int y, m, d;

	day_split(c->birth, &y, &m, &d);
	if (day_of(y + years, m, d) > w->on)
		years = -years;
	c->birth = day_of(y + years, m, m == 2 && d == 29 ? 28 : d);
}

/* ---- all ------------------------------------------------------------------ */

static void
differ(const struct world *w, struct child *c, int kind, struct rng *r)
{
	switch (kind) {
	case GIVEN_INSERT: case GIVEN_DELETE: case GIVEN_CHANGE:
	case GIVEN_EXCHANGE:
		slip(c->given, kind, r);
		break;
	case FAMILY_INSERT: case FAMILY_DELETE: case FAMILY_CHANGE:
	case FAMILY_EXCHANGE:
		slip(c->family, kind - FAMILY_INSERT, r);
		break;
	case SWAPPED: exchange(c->given, c->family); break;
	case DAY_AFTER: set_birth(w, c, c->birth + 1, c->birth - 1); break;
	case DAY_BEFORE: c->birth -= 1; break;
	case DAY_MONTH: exchange_day(w, c); break;
	case DIGIT: slip_digit(w, c, r); break;
	case YEAR_AFTER: shift_year(w, c, 1); break;
	case YEAR_BEFORE: shift_year(w, c, -1); break;
	case ACCENTS: accent(c->given); accent(c->family); break;
	case APOSTROPHE: apostrophe(c->family); break;
	case CAPITALS: capitals(c->given); capitals(c->family); break;
	case GIVEN_FIRST:
		c->given[1 + strcspn(c->given + 1, " -")] = '\0';
		break;
	case GIVEN_JOINED: join_words(c->given); break;
	case ONE_FIELD: one_field(c); break;
	case PARTLY: c->precision = rng_below(r, 3) == 0 ? 4 : 7; break;
	case NUMBER:
		names_given(c->house.group, c->gender == FEMALE,
		    rng_below(r, LIST_DRAW), r, c->given);
		other_family(w, c, r);
		c->birth -= 40;
		break;
	case POSTCODE: other_family(w, c, r); break;
	case FORMER:
		memcpy(c->given, c->former_given, POP_NAME);
		memcpy(c->family, c->former_family, POP_NAME);
		break;
	case CUT: text_cut(c->given, 35); break;
	default: break;
	}
}

void
near_make(const struct world *w, struct child *c, int kind)
{
	struct rng r = rng_at(w->seed, ST_NEAR, c->k + POP_MAX_RECORDS);
	bool other = rng_below(&r, 3) == 0, id = rng_below(&r, 2) == 0;

	differ(w, c, kind, &r);
	c->former = false;
	c->address_type = CURRENT;
	if (kind != POSTCODE)
		place_address(c->where, &r, &c->house.address);
	(void)snprintf(c->house.address.line[0], POP_LINE, "%s %u",
	    near_street, (unsigned)c->k);
	if (kind != NUMBER) {
		c->nhs[0] = c->upn[0] = '\0';
		if (other)
			number_nhs(w->seed, c->k + POP_MAX_RECORDS / 2, c->nhs);
	}
	c->id[0] = '\0';
	if (id)
		(void)snprintf(c->id, sizeof(c->id), "NR-%011u",
		    (unsigned)c->k);
}
