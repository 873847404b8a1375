#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/records/match_priv.h"

/*
 * How many of those who differ in one thing are known again, over random names
 * of many scripts: pairs of a person and a row, a kind of difference between
 * them, and whether their keys meet.
 */
enum { ROUNDS = 1200, LETTERS = 48, NAME = 64, TEXT = 8 * NAME };

static struct cp_err err;
static struct match_maker *maker;
static uint64_t state;

#define OK(call) ck_assert_msg((call) == CP_OK, "%s", err.what)

static uint32_t
dice(uint32_t n)
{
	uint64_t z = state += UINT64_C(0x9E3779B97F4A7C15);

	z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
	return (uint32_t)((z ^ z >> 31) >> 32) % n;
}

/* ---- names ----------------------------------------------------------------- */

struct name {
	uint32_t c[NAME];
	size_t n;
};

struct subject {
	struct name given, family, former_given, former;
	char birth[CP_DATE_TEXT];
	const char *postcode;
	const char *number;
};

/* Letters of a script, as a text of them. */
static const char *const scripts[] = {
	"abcdefghijklmnopqrstuvwxyz", "aaeeiioouyabcdlmnprstklmnrst",
	"abcdeéèëíóöúüñçßøæłńśżğıș", "абвгдежзиклмнопрстуфхцчшщыьюя",
	"αβγδεζηθικλμνξοπρσςτυφχψωάέή", "ابتثجحخدذرزسشصضطعغفقكلمنهوي",
	"אבגדהוזחטיכלמנסעפצקרשת", "কখগঘচছজঝটঠডঢণতথদধনপফবভমযর",
	"ਕਖਗਘਚਛਜਝਟਠਡਢਣਤਥਦਧਨਪਫਬਭਮਯਰ", "કખગઘચછજઝટઠડઢણતથદધનપફબભમયર",
	"கஙசஞடணதநபமயரலவழளறன", "陳黃李張王劉林歐陽子豪浩然俊傑家樂宇軒明晴",
	"김이박최정강조윤장임한오서신권", "กขคงจฉชซญดตถทธนบปผพฟมยรลวสหอ",
	"ABCDEFGHIJKLMNOPQRSTUVWXYZ",
};
enum { SCRIPTS = sizeof(scripts) / sizeof(scripts[0]) };

static uint32_t
letter(const char *script)
{
	const uint8_t *s = (const uint8_t *)script;
	uint32_t at = dice((uint32_t)cp_text_length(script));
	uint32_t c = 0;

	for (at++; at > 0; at--) {
		size_t n = *s < 0x80 ? 1 : *s < 0xE0 ? 2 : *s < 0xF0 ? 3 : 4;

		c = n == 1 ? *s : *s & (0xFFU >> (n + 1));
		for (size_t i = 1; i < n; i++)
			c = c << 6 | (s[i] & 0x3F);
		s += n;
	}
	return c;
}

static void
make_name(struct name *name, const char *script, uint32_t words, uint32_t most)
{
	name->n = 0;
	for (uint32_t w = 0; w < words; w++) {
		if (w > 0)
			name->c[name->n++] = dice(2) ? ' ' : '-';
		for (uint32_t i = 1 + dice(most); i > 0; i--)
			name->c[name->n++] = letter(script);
	}
}

static void
put_utf8(char *out, size_t *n, uint32_t c)
{
	if (c < 0x80) {
		out[(*n)++] = (char)c;
	} else if (c < 0x800) {
		out[(*n)++] = (char)(0xC0 | c >> 6);
		out[(*n)++] = (char)(0x80 | (c & 0x3F));
	} else {
		out[(*n)++] = (char)(0xE0 | c >> 12);
		out[(*n)++] = (char)(0x80 | (c >> 6 & 0x3F));
		out[(*n)++] = (char)(0x80 | (c & 0x3F));
	}
}

/* As a member of a name, with the comma before it; nothing for no name. */
static void
put_name(char *out, size_t *n, const char *key, const struct name *name)
{
	if (name->n == 0)
		return;
	*n += (size_t)sprintf(out + *n, ",\"%s\":\"", key);
	for (size_t i = 0; i < name->n; i++)
		put_utf8(out, n, name->c[i]);
	out[(*n)++] = '"';
	out[*n] = '\0';
}

static struct cp_document *
document(const struct subject *s)
{
	static const struct cp_date ever;
	char text[4 * TEXT];
	struct cp_reject why;
	struct cp_document *doc = NULL;
	size_t n = (size_t)sprintf(text, "{\"cpadmin\":\"record/1\","
	    "\"authority\":\"E08000015\",\"gender\":\"not-specified\","
	    "\"birth_date\":\"%s\",\"names\":[{\"type\":\"current\"",
	    s->birth);

	put_name(text, &n, "given", &s->given);
	put_name(text, &n, "family", &s->family);
	if (s->former.n > 0) {
		n += (size_t)sprintf(text + n, "},{\"type\":\"former\"");
		put_name(text, &n, "given", &s->former_given);
		put_name(text, &n, "family", &s->former);
	}
	n += (size_t)sprintf(text + n, "}]");
	if (s->number != NULL)
		n += (size_t)sprintf(text + n, ",\"numbers\":[{\"type\":"
		    "\"nhs\",\"value\":\"%s\"}]", s->number);
	if (s->postcode != NULL)
		n += (size_t)sprintf(text + n, ",\"addresses\":[{\"type\":"
		    "\"current\",\"lines\":[\"1 High Street\"],"
		    "\"postcode\":\"%s\"}]", s->postcode);
	n += (size_t)sprintf(text + n, "}");
	ck_assert_msg(cp_document_parse(text, n, ever, &doc, &why, &err) ==
	    CP_OK, "%s: %s %s", text, why.path, why.cause);
	return doc;
}

static int
compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* KEPT are in order. */
static int
share_one(const struct cp_keys *kept, const struct cp_keys *asked)
{
	for (size_t i = 0; i < asked->n; i++)
		if (bsearch(&asked->key[i], kept->key, kept->n,
		    sizeof(*kept->key), compare) != NULL)
			return 1;
	return 0;
}

static int
meet(const struct subject *person, const struct subject *row)
{
	struct cp_document *doc = document(person);
	static struct cp_keys kept;
	static struct cp_keys asked;

	OK(match_make(maker, doc, 1, &kept, &err));
	cp_document_free(doc);
	doc = document(row);
	OK(match_make(maker, doc, 0, &asked, &err));
	cp_document_free(doc);
	return share_one(&kept, &asked);
}

/* ---- kinds of difference ---------------------------------------------------- */

static void
slip_insert(struct name *name, uint32_t c)
{
	size_t at = dice((uint32_t)name->n + 1);

	memmove(name->c + at + 1, name->c + at,
	    (name->n - at) * sizeof(*name->c));
	name->c[at] = c;
	name->n++;
}

static void
slip_delete(struct name *name)
{
	size_t at = dice((uint32_t)name->n);

	name->n--;
	memmove(name->c + at, name->c + at + 1,
	    (name->n - at) * sizeof(*name->c));
}

static void
slip_exchange(struct name *name)
{
	size_t at = dice((uint32_t)name->n - 1);
	uint32_t c = name->c[at];

	name->c[at] = name->c[at + 1];
	name->c[at + 1] = c;
}

/* A slip of sort SORT, and one that leaves a name. */
static void
slip(struct name *name, const char *script, int sort)
{
	uint32_t c = letter(script);

	if (sort == 0)
		slip_insert(name, c);
	else if (sort == 1 && name->n > 1)
		slip_delete(name);
	else if (sort == 2 || name->n < 2)
		name->c[dice((uint32_t)name->n)] = c;
	else if (sort == 3)
		slip_exchange(name);
	else
		slip_insert(name, (uint32_t)" -'."[dice(4)]);
}

static void
exchange(struct name *a, struct name *b)
{
	struct name c = *a;

	*a = *b;
	*b = c;
}

static void
set_date(struct subject *s, struct cp_date d)
{
	ck_assert(cp_date_set(d));
	(void)cp_date_format(d, s->birth);
}

static void
shift_date(struct subject *s, int days, int months, int years)
{
	struct cp_date d;

	OK(cp_date_parse(s->birth, &d, &err));
	d = cp_date_add_days(d, days);
	d = cp_date_add_months(d, months);
	set_date(s, cp_date_add_years(d, years));
}

/* Another digit where that is a date; at worst the same again. */
static void
slip_digit(struct subject *s)
{
	static const size_t places[] = { 2, 3, 5, 6, 8, 9 };
	char text[CP_DATE_TEXT];
	struct cp_err ignored = { 0 };
	struct cp_date d;

	for (int i = 0; i < 100; i++) {
		memcpy(text, s->birth, sizeof(text));
		text[places[dice(6)]] = (char)('0' + dice(10));
		if (strcmp(text, s->birth) != 0 &&
		    cp_date_parse(text, &d, &ignored) == CP_OK)
			break;
	}
	memcpy(s->birth, text, sizeof(text));
}

static void
exchange_day(struct subject *s)
{
	char day[2];

	memcpy(day, s->birth + 8, 2);
	if (memcmp(day, "12", 2) > 0)
		return;
	memcpy(s->birth + 8, s->birth + 5, 2);
	memcpy(s->birth + 5, day, 2);
}

static void
append(struct name *to, const struct name *from, uint32_t between)
{
	if (to->n > 0 && between != 0)
		to->c[to->n++] = between;
	memcpy(to->c + to->n, from->c, from->n * sizeof(*from->c));
	to->n += from->n;
}

static void
cut(struct name *name, size_t n)
{
	name->n = name->n > n ? n : name->n;
	while (name->n > 1 && (name->c[name->n - 1] == ' ' ||
	    name->c[name->n - 1] == '-'))
		name->n--;
}

static void
lengthen(struct name *name, const char *script)
{
	for (; name->n <= 36; name->n++)
		name->c[name->n] = name->n % 9 == 8 ? ' ' : letter(script);
}

/* The first word of a name, letters alone. */
static void
first_word(struct name *name)
{
	for (size_t i = 1; i < name->n; i++)
		if (name->c[i] == ' ' || name->c[i] == '-') {
			name->n = i;
			break;
		}
}

static void
join_words(struct name *name)
{
	size_t n = 0;

	for (size_t i = 0; i < name->n; i++)
		if (name->c[i] != ' ' && name->c[i] != '-')
			name->c[n++] = name->c[i];
	name->n = n;
}

enum kind {
	SAME, GIVEN_INSERT, GIVEN_DELETE, GIVEN_CHANGE, GIVEN_EXCHANGE,
	GIVEN_BREAK, FAMILY_INSERT, FAMILY_DELETE, FAMILY_CHANGE,
	FAMILY_EXCHANGE, FAMILY_BREAK, SWAPPED, FORMER, DAY, DAYS_TWO, MONTH,
	YEAR, EXCHANGED_DAY, DIGIT, MONTH_ONLY, YEAR_ONLY, PERSON_MONTH,
	PERSON_YEAR, CUT, CUT_BOTH, PERSON_CUT, CASE, GIVEN_FIRST,
	GIVEN_JOINED, GIVEN_GONE, ONE_FIELD, PERSON_ONE_FIELD, INITIAL, NUMBER,
	POSTCODE, SWAPPED_SLIP, SWAPPED_DAY, CROSSED, FORMER_SLIP, ONE_WORD,
	KINDS
};
static const char *const kind_words[KINDS] = {
	"the same", "given, one more", "given, one less", "given, another",
	"given, exchanged", "given, broken", "family, one more",
	"family, one less", "family, another", "family, exchanged",
	"family, broken", "swapped", "former name", "a day", "two days",
	"a month", "a year", "day and month exchanged", "a digit",
	"known to the month", "known to the year", "kept to the month",
	"kept to the year", "cut", "both cut", "kept cut", "capitals",
	"first given", "given joined", "without given", "in one field",
	"kept in one field", "initial", "number", "postcode",
	"swapped and a slip", "swapped and a day", "former family name only",
	"former name and a slip", "in one word, family name first"
};

/* Makes ROW, and where the kind needs it the person too, differ. */
static void
differ(enum kind kind, const char *script, struct subject *person,
    struct subject *row)
{
	int sign = dice(2) ? 1 : -1;

	switch (kind) {
	case GIVEN_INSERT: case GIVEN_DELETE: case GIVEN_CHANGE:
	case GIVEN_EXCHANGE: case GIVEN_BREAK:
		slip(&row->given, script, (int)kind - GIVEN_INSERT);
		break;
	case FAMILY_INSERT: case FAMILY_DELETE: case FAMILY_CHANGE:
	case FAMILY_EXCHANGE: case FAMILY_BREAK:
		slip(&row->family, script, (int)kind - FAMILY_INSERT);
		break;
	case SWAPPED_SLIP:
		join_words(&row->given);
		join_words(&person->given);
		slip(&row->given, script, (int)dice(4));
		exchange(&row->given, &row->family);
		break;
	case SWAPPED: exchange(&row->given, &row->family); break;
	case SWAPPED_DAY:
		exchange(&row->given, &row->family);
		shift_date(row, sign, 0, 0);
		break;
	case FORMER: case FORMER_SLIP: case CROSSED:
		make_name(&person->former_given, script, 1, 10);
		make_name(&person->former, script, 1, 12);
		row->family = person->former;
		if (kind != CROSSED)
			row->given = person->former_given;
		if (kind == FORMER_SLIP)
			slip(&row->given, script, (int)dice(4));
		break;
	case DAY: shift_date(row, sign, 0, 0); break;
	case DAYS_TWO: shift_date(row, 2 * sign, 0, 0); break;
	case MONTH: shift_date(row, 0, sign, 0); break;
	case YEAR: shift_date(row, 0, 0, sign); break;
	case EXCHANGED_DAY: exchange_day(row); break;
	case DIGIT: slip_digit(row); break;
	case MONTH_ONLY: row->birth[7] = '\0'; break;
	case YEAR_ONLY: row->birth[4] = '\0'; break;
	case PERSON_MONTH: person->birth[7] = '\0'; break;
	case PERSON_YEAR: person->birth[4] = '\0'; break;
	case CUT: case CUT_BOTH: case PERSON_CUT:
		lengthen(&person->given, script);
		if (kind == CUT_BOTH)
			lengthen(&person->family, script);
		row->given = person->given;
		row->family = person->family;
		cut(kind == PERSON_CUT ? &person->given : &row->given, 35);
		cut(&row->family, 35);
		break;
	case CASE:
		for (size_t i = 0; i < row->given.n; i++)
			if (row->given.c[i] >= 'a' && row->given.c[i] <= 'z')
				row->given.c[i] -= 32;
		break;
	case GIVEN_FIRST: first_word(&row->given); break;
	case GIVEN_JOINED: join_words(&row->given); break;
	case GIVEN_GONE: row->given.n = 0; break;
	case ONE_FIELD:
		append(&row->given, &row->family, ' ');
		exchange(&row->given, &row->family);
		row->given.n = 0;
		break;
	case ONE_WORD:
		append(&row->family, &row->given, 0);
		row->given.n = 0;
		break;
	case PERSON_ONE_FIELD:
		append(&person->given, &person->family, ' ');
		person->family.n = 0;
		break;
	case INITIAL:
		row->given.n = 1;
		row->given.c[0] = person->given.c[0] = 'M';
		break;
	case NUMBER:
		person->number = row->number = "9434765919";
		make_name(&row->family, script, 1, 12);
		shift_date(row, 400, 0, 0);
		break;
	case POSTCODE:
		person->postcode = "CH41 1AA";
		row->postcode = "ch411aa";
		make_name(&row->family, script, 1, 12);
		break;
	default:
		break;
	}
}

static void
make_pair(enum kind kind, struct subject *person, struct subject *row)
{
	const char *script = scripts[dice(SCRIPTS)];

	memset(person, 0, sizeof(*person));
	make_name(&person->given, script, dice(3) ? 1 : 2, 10);
	make_name(&person->family, script, dice(8) ? 1 : 2, 12);
	set_date(person, cp_date_make(2009 + (int)dice(17),
	    1 + (int)dice(12), 1 + (int)dice(28)));
	*row = *person;
	differ(kind, script, person, row);
}

START_TEST(known_again)
{
	struct subject person, row;
	int missed = 0;

	state = (uint64_t)_i;
	for (int i = 0; i < ROUNDS; i++) {
		make_pair((enum kind)_i, &person, &row);
		missed += !meet(&person, &row);
	}
	ck_assert_msg(missed * 1000 <= ROUNDS, "%s: %d of %d missed",
	    kind_words[_i], missed, ROUNDS);
}
END_TEST

/* ---- dates ------------------------------------------------------------------ */

static int
is_near(const char *date, const char *other)
{
	char near[MATCH_NEAR_MAX][CP_DATE_TEXT];
	struct cp_partial_date d;
	size_t n;

	OK(cp_partial_parse(date, &d, &err));
	n = match_near_dates(d, near);
	ck_assert_uint_lt(n, MATCH_NEAR_MAX);
	ck_assert_str_eq(near[0], date);
	for (size_t i = 0; i < n; i++)
		if (strcmp(near[i], other) == 0)
			return 1;
	return 0;
}

START_TEST(dates_that_are_mistaken)
{
	static const char *const near[][2] = {
		{ "2012-02-28", "2012-03-01" }, { "2012-03-01", "2012-02-28" },
		{ "2011-12-31", "2012-01-02" }, { "2011-03-04", "2011-04-03" },
		{ "2011-12-05", "2012-01-05" }, { "2011-01-31", "2011-02-28" },
		{ "2009-06-07", "2010-06-07" }, { "2012-02-29", "2011-02-28" },
		{ "2011-03-04", "2001-03-04" }, { "2011-03-04", "2011-03-24" },
		{ "2012-03-04", "2021-03-04" }, { "2011-03-10", "2011-03-01" },
	};
	static const char *const far[][2] = {
		{ "2011-03-04", "2011-05-06" }, { "2011-03-04", "2011-03-31" },
		{ "2011-03-04", "2008-09-04" }, { "2011-03", "2011-03-04" },
		{ "2011-03", "2011-04" },
	};
	char text[CP_DATE_TEXT];
	struct cp_partial_date d;

	for (size_t i = 0; i < sizeof(near) / sizeof(near[0]); i++)
		ck_assert_msg(is_near(near[i][0], near[i][1]), "%s %s",
		    near[i][0], near[i][1]);
	for (size_t i = 0; i < sizeof(far) / sizeof(far[0]); i++)
		ck_assert_msg(!is_near(far[i][0], far[i][1]), "%s %s",
		    far[i][0], far[i][1]);
	for (int i = 0; i < 40 * 365; i++) {
		(void)cp_date_format(cp_date_add_days(cp_date_make(1990, 1,
		    1), i), text);
		ck_assert(is_near(text, text));
	}
	OK(cp_partial_parse("2011-03-13", &d, &err));
	ck_assert(!match_swapped_date(d, text));
}
END_TEST

/* ---- the filter ------------------------------------------------------------- */

static uint64_t
wide(void)
{
	uint64_t high = dice(UINT32_MAX);

	return high << 32 | dice(UINT32_MAX);
}

START_TEST(the_filter_forgets_nobody)
{
	enum { KEPT = 50000, OTHERS = 200000 };
	struct match_filter *f = NULL;
	int through = 0;

	OK(match_filter_new(KEPT, &f, &err));
	state = 7;
	for (int i = 0; i < KEPT; i++)
		match_filter_add(f, wide());
	for (int i = 0; i < OTHERS; i++)
		through += match_filter_has(f, wide());
	state = 7;
	for (int i = 0; i < KEPT; i++)
		ck_assert(match_filter_has(f, wide()));
	ck_assert_int_lt(through * 200, OTHERS);
	match_filter_free(f);
	match_filter_free(NULL);
}
END_TEST

static void
setup(void)
{
	struct cp_secret *key = NULL;

	OK(cp_secret_from(&key, "0123456789abcdef0123456789abcdef", 32, &err));
	OK(match_maker_new(key, &maker, &err));
	cp_secret_free(key);
}

static void
teardown(void)
{
	match_maker_free(maker);
}

int
main(void)
{
	Suite *s = suite_create("match_recall");
	TCase *t = tcase_create("recall");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, known_again, 0, KINDS);
	tcase_add_test(t, dates_that_are_mistaken);
	tcase_add_test(t, the_filter_forgets_nobody);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
