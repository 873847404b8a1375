#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/records/document_edit.h"
#include "lifecycle/records/ident.h"
#include "lifecycle/records/keys.h"
#include "lifecycle/rules/text.h"

static struct cp_err err;
static struct cp_reject why;

static struct cp_date
day(int y, int m, int d)
{
	return cp_date_make(y, m, d);
}

static struct cp_date
today(void)
{
	return day(2026, 11, 21);
}

/* The example of formats.md. */
static const char example[] =
    "{\"cpadmin\":\"record/1\",\"id\":\"CP-7K3M-Q2XV-9\","
    "\"authority\":\"E08000015\",\"names\":[{\"type\":\"current\","
    "\"given\":\"Zoë Anne\",\"family\":\"O’Brien\",\"from\":\"2004-03-09\"},"
    "{\"type\":\"former\",\"given\":\"Zoë\",\"family\":\"Ahmed\"}],"
    "\"gender\":\"female\",\"birth_date\":\"2004-02-29\","
    "\"numbers\":[{\"type\":\"nhs\",\"value\":\"9434765919\"}],"
    "\"addresses\":[{\"type\":\"current\",\"lines\":[\"1 High Street\","
    "\"Birkenhead\"],\"postcode\":\"CH41 1AA\",\"from\":\"2019-08-01\","
    "\"source\":\"school-census\"}],\"carers\":[{\"name\":\"Maeve O’Brien\","
    "\"relation\":\"mother\",\"responsibility\":true,"
    "\"phone\":\"0151 496 0000\"}],\"involvements\":[{\"service\":"
    "\"education\",\"provider\":\"Ridge Primary\",\"practitioner\":"
    "\"Mrs Hall\",\"phone\":\"0151 496 0001\",\"start\":\"2015-09-01\","
    "\"end\":null,\"lead\":false,\"assessment\":false,\"sensitive\":null}],"
    "\"left_england\":null,\"death\":null,\"letters\":{\"language\":\"ur\","
    "\"format\":\"standard\"}}";

#define HEAD "{\"cpadmin\":\"record/1\",\"authority\":\"E1\","
#define NAMES "\"names\":[{\"type\":\"current\",\"given\":\"A\"," \
	"\"family\":\"B\"}],"
#define BORN "\"gender\":\"male\",\"birth_date\":\"2010-05-17\""
#define PERSON HEAD NAMES BORN

static enum cp_rc
parse(const char *text, struct cp_document **doc)
{
	memset(&why, 0, sizeof(why));
	return cp_document_parse(text, strlen(text), today(), doc, &why,
	    &err);
}

static struct cp_document *
good(const char *text)
{
	struct cp_document *doc = NULL;

	if (parse(text, &doc) != CP_OK)
		ck_abort_msg("refused: %s: %s", why.path, why.cause);
	return doc;
}

static void
assert_text(const struct cp_document *doc, const char *text)
{
	struct cp_buf b;

	cp_buf_init(&b);
	cp_document_text(doc, &b);
	ck_assert_str_eq(cp_buf_text(&b), text);
	cp_buf_clear(&b);
}

static void
assert_refused(const char *text, const char *path, const char *cause)
{
	struct cp_document *doc = NULL;

	ck_assert_int_eq(parse(text, &doc), CP_BAD_INPUT);
	ck_assert_ptr_null(doc);
	ck_assert_str_eq(why.path, path);
	ck_assert_str_eq(why.cause, cause);
	ck_assert_int_eq(err.code, CP_BAD_INPUT);
}

START_TEST(example_is_canonical)
{
	struct cp_document *doc = good(example);
	struct cp_buf name;

	cp_buf_init(&name);
	assert_text(doc, example);
	cp_document_name(doc, &name);
	ck_assert_str_eq(cp_buf_text(&name), "Zoë Anne O’Brien");
	ck_assert_str_eq(doc->id, "CP-7K3M-Q2XV-9");
	ck_assert_str_eq(doc->authority, "E08000015");
	ck_assert_int_eq(doc->birth.day, 29);
	ck_assert_uint_eq(doc->n_names, 2);
	ck_assert_str_eq(doc->names[1].family, "Ahmed");
	ck_assert_str_eq(doc->addresses[0].lines[1], "Birkenhead");
	ck_assert_int_eq(doc->carers[0].responsibility, 1);
	ck_assert_str_eq(doc->language, "ur");
	cp_buf_clear(&name);
	cp_document_free(doc);
}
END_TEST

/* Each pair says the same; the second is canonical. */
static const char *const same[][2] = {
	{ PERSON "}", PERSON ",\"numbers\":[],\"addresses\":[],\"carers\":[],"
	    "\"involvements\":[],\"left_england\":null,\"death\":null,"
	    "\"letters\":null}" },
	{ "  {\"birth_date\":\"2010-05-17\",\n" NAMES
	    "\"gender\":\"male\",\"authority\":\"E1\",\"letters\":{},"
	    "\"carers\":null,\"cpadmin\":\"record/1\"}  ",
	    PERSON ",\"numbers\":[],\"addresses\":[],\"carers\":[],"
	    "\"involvements\":[],\"left_england\":null,\"death\":null,"
	    "\"letters\":null}" },
	{ HEAD "\"names\":[{\"type\":\"current\",\"given\":\"\","
	    "\"family\":\"  Zoe\xCC\x88 \",\"from\":null}]," BORN
	    ",\"numbers\":[{\"type\":\"nhs\",\"value\":\"943 476-5919\"},"
	    "{\"type\":\"upn\",\"value\":\"b801200005001\"}],"
	    "\"addresses\":[{\"type\":\"current\",\"lines\":[\"\",\"x\"],"
	    "\"postcode\":\"ch411aa\"},{\"type\":\"none-known\"}],"
	    "\"carers\":[{\"name\":\"C\",\"responsibility\":null}],"
	    "\"involvements\":[{\"service\":\"education\"},{\"service\":"
	    "\"mental-health\",\"sensitive\":{\"basis\":\"consent\"}}],"
	    "\"death\":{\"date\":\"2020-01-01\",\"notified\":\"2020-01-02\"},"
	    "\"left_england\":{\"intention\":\"return\",\"date\":"
	    "\"2019-02-03\"},\"letters\":{\"format\":\"large-print\"}}",
	    HEAD "\"names\":[{\"type\":\"current\",\"family\":\"Zoë\"}]," BORN
	    ",\"numbers\":[{\"type\":\"nhs\",\"value\":\"9434765919\"},"
	    "{\"type\":\"upn\",\"value\":\"B801200005001\"}],"
	    "\"addresses\":[{\"type\":\"current\",\"lines\":[\"x\"],"
	    "\"postcode\":\"CH41 1AA\"},{\"type\":\"none-known\","
	    "\"lines\":[]}],\"carers\":[{\"name\":\"C\"}],"
	    "\"involvements\":[{\"service\":\"education\",\"start\":null,"
	    "\"end\":null,\"lead\":false,\"assessment\":false,"
	    "\"sensitive\":null},{\"service\":\"mental-health\","
	    "\"start\":null,\"end\":null,\"lead\":false,"
	    "\"assessment\":false,\"sensitive\":{\"basis\":\"consent\"}}],"
	    "\"left_england\":{\"date\":\"2019-02-03\",\"intention\":"
	    "\"return\"},\"death\":{\"date\":\"2020-01-01\",\"notified\":"
	    "\"2020-01-02\"},\"letters\":{\"format\":\"large-print\"}}" },
};

START_TEST(equal_content_gives_equal_bytes)
{
	struct cp_document *doc = good(same[_i][0]);

	assert_text(doc, same[_i][1]);
	cp_document_free(doc);
	doc = good(same[_i][1]);
	assert_text(doc, same[_i][1]);
	cp_document_free(doc);
}
END_TEST

struct refusal {
	const char *text;
	const char *path;
	const char *cause;
};

#define NAME(inner) HEAD "\"names\":[" inner "]," BORN "}"
#define CURRENT "{\"type\":\"current\",\"family\":\"B\"}"

static const struct refusal refusals[] = {
{ "[]", "$", "not an object" },
{ "{}", "$.cpadmin", "not \"record/1\"" },
{ "{\"cpadmin\":\"record/2\"}", "$.cpadmin", "not \"record/1\"" },
{ PERSON ",\"shoe_size\":7}", "$", "unknown key, number 6 in its object" },
{ PERSON ",\"gender\":\"male\"}", "$", "line 1, column 134: duplicate key" },
{ "{\"cpadmin\":\"record/1\"," NAMES BORN "}", "$.authority", "missing" },
{ "{\"cpadmin\":\"record/1\",\"authority\":\"e1\"," NAMES BORN "}",
    "$.authority", "not of A-Z and 0-9" },
{ "{\"cpadmin\":\"record/1\",\"authority\":\"E1234567890123456\"," NAMES BORN
    "}", "$.authority", "not 1 to 16 characters" },
{ HEAD "\"id\":\"../../etc\"," NAMES BORN "}", "$.id",
    "not of A-Z, 0-9 and -" },
{ HEAD "\"id\":\"A23456789012345678901234567890123\"," NAMES BORN "}",
    "$.id", "not 1 to 32 characters" },
{ HEAD BORN "}", "$.names", "no current name" },
{ NAME("{\"type\":\"former\",\"family\":\"B\"}"), "$.names",
    "no current name" },
{ NAME(CURRENT "," CURRENT), "$.names[1].type", "a second current name" },
{ NAME("{\"type\":\"current\"}"), "$.names[0]",
    "neither given nor family name" },
{ NAME("{\"family\":\"B\"}"), "$.names[0].type", "missing" },
{ NAME("{\"type\":\"past\",\"family\":\"B\"}"), "$.names[0].type",
    "not one of current, former" },
{ NAME(CURRENT ",{\"type\":\"former\",\"family\":\"B\\u0007\"}"),
    "$.names[1].family", "control character" },
{ NAME(CURRENT ",{\"type\":\"former\",\"family\":\"\xE2\x80\xAE" "B\"}"),
    "$.names[1].family", "bidi control" },
{ NAME("{\"type\":\"current\",\"family\":7}"), "$.names[0].family",
    "not a text" },
{ NAME("{\"type\":\"current\",\"family\":\"B\",\"nick\":\"x\"}"),
    "$.names[0]", "unknown key, number 3 in its object" },
{ NAME("{\"type\":\"current\",\"family\":\"B\",\"from\":\"2019-02-29\"}"),
    "$.names[0].from", "no such date (YYYY-MM-DD)" },
{ NAME("7"), "$.names[0]", "not an object" },
{ HEAD "\"names\":{}," BORN "}", "$.names", "not a list" },
{ HEAD NAMES "\"birth_date\":\"2010-05-17\"}", "$.gender", "missing" },
{ HEAD NAMES "\"gender\":\"F\",\"birth_date\":\"2010-05-17\"}", "$.gender",
    "not one of female, male, not-specified" },
{ HEAD NAMES "\"gender\":\"male\"}", "$.birth_date", "missing" },
{ HEAD NAMES "\"gender\":\"male\",\"birth_date\":20100517}", "$.birth_date",
    "not a text" },
{ HEAD NAMES "\"gender\":\"male\",\"birth_date\":\"2010-13\"}",
    "$.birth_date", "no such date (YYYY-MM-DD, YYYY-MM or YYYY)" },
{ HEAD NAMES "\"gender\":\"male\",\"birth_date\":\"2026-11-22\"}",
    "$.birth_date", "in the future" },
{ HEAD NAMES "\"gender\":\"male\",\"birth_date\":\"2026-12\"}",
    "$.birth_date", "in the future" },
{ PERSON ",\"numbers\":[{\"type\":\"nhs\",\"value\":\"9434765918\"}]}",
    "$.numbers[0].value", "wrong check digit" },
{ PERSON ",\"numbers\":[{\"type\":\"nhs\",\"value\":\"943476591\"}]}",
    "$.numbers[0].value", "not ten digits" },
{ PERSON ",\"numbers\":[{\"type\":\"upn\",\"value\":\"A801200005001\"}]}",
    "$.numbers[0].value", "wrong check letter" },
{ PERSON ",\"numbers\":[{\"type\":\"upn\",\"value\":\"A80120000500\"}]}",
    "$.numbers[0].value", "not thirteen characters" },
{ PERSON ",\"numbers\":[{\"type\":\"passport\",\"value\":\"1\"}]}",
    "$.numbers[0].type", "not one of nhs, upn" },
{ PERSON ",\"addresses\":[{\"type\":\"current\",\"postcode\":\"HELLO\"}]}",
    "$.addresses[0].postcode", "not a postcode" },
{ PERSON ",\"addresses\":[{\"type\":\"current\",\"lines\":[\"a\",7]}]}",
    "$.addresses[0].lines[1]", "not a text" },
{ PERSON ",\"addresses\":[{\"type\":\"none-known\",\"lines\":[\"a\"]}]}",
    "$.addresses[0].type", "none known, but there is an address" },
{ PERSON ",\"carers\":[{\"relation\":\"mother\"}]}", "$.carers[0].name",
    "missing" },
{ PERSON ",\"carers\":[{\"name\":\"x\",\"responsibility\":\"yes\"}]}",
    "$.carers[0].responsibility", "not true or false" },
{ PERSON ",\"involvements\":[{\"provider\":\"x\"}]}",
    "$.involvements[0].service", "missing" },
{ PERSON ",\"involvements\":[{\"service\":\"x\",\"start\":\"2019-09-01\","
    "\"end\":\"2019-08-31\"}]}", "$.involvements[0].end",
    "before its start" },
{ PERSON ",\"involvements\":[{\"service\":\"x\",\"sensitive\":"
    "{\"basis\":\"hunch\"}}]}", "$.involvements[0].sensitive.basis",
    "not one of consent, significant-harm" },
{ PERSON ",\"involvements\":[{\"service\":\"x\",\"sensitive\":true}]}",
    "$.involvements[0].sensitive", "not an object" },
{ PERSON ",\"left_england\":{\"date\":\"2020-01-01\"}}",
    "$.left_england.intention", "missing" },
{ PERSON ",\"left_england\":{\"date\":\"2009-01-01\",\"intention\":"
    "\"return\"}}", "$.left_england.date", "before birth" },
{ PERSON ",\"death\":{\"date\":\"2020-01-02\",\"notified\":\"2020-01-01\"}}",
    "$.death.notified", "notified before the death" },
{ PERSON ",\"death\":{\"date\":\"2010-05-16\",\"notified\":\"2020-01-01\"}}",
    "$.death.date", "before birth" },
{ PERSON ",\"death\":{\"date\":\"2020-01-02\"}}", "$.death.notified",
    "missing" },
{ PERSON ",\"letters\":{\"language\":\"?\"}}", "$.letters.language",
    "not a language code" },
{ PERSON ",\"letters\":{\"format\":\"LARGE\"}}", "$.letters.format",
    "not a letter format" },
{ HEAD "\"names\":[{\"type\":\"current\",\"family\":\"\\ud800\"}]," BORN "}",
    "$", "line 1, column 84: not JSON" },
{ HEAD "\"names\":[{\"type\":\"current\",\"family\":\"\\u0000\"}]," BORN "}",
    "$", "line 1, column 84: NUL character" },
{ HEAD "\"names\":[{\"type\":\"current\",\"family\":\"\xC0\xAF\"}]," BORN "}",
    "$", "line 1, column 77: invalid UTF-8" },
};

START_TEST(broken_rules_are_named)
{
	const struct refusal *r = &refusals[_i];
	struct cp_document *doc = NULL;

	ck_assert_int_eq(parse(r->text, &doc), CP_BAD_INPUT);
	ck_assert_ptr_null(doc);
	ck_assert_str_eq(why.path, r->path);
	if (strncmp(r->cause, "line", 4) == 0)
		ck_assert_str_eq(strrchr(why.cause, ':'),
		    strrchr(r->cause, ':'));
	else
		ck_assert_str_eq(why.cause, r->cause);
}
END_TEST

/* HEAD NAMES BORN with TIMES copies of WHAT between BEFORE and AFTER. */
static char *
repeated(const char *before, const char *what, size_t times,
    const char *after)
{
	size_t n = strlen(what);
	char *text = malloc(strlen(before) + n * times + strlen(after) + 1);
	char *at = text;

	ck_assert_ptr_nonnull(text);
	at = stpcpy(at, before);
	for (size_t i = 0; i < times; i++)
		at = stpcpy(at, what);
	(void)stpcpy(at, after);
	return text;
}

static void
assert_repeated(const char *before, const char *what, size_t times,
    const char *after, const char *path, const char *cause)
{
	char *text = repeated(before, what, times, after);

	if (cause != NULL)
		assert_refused(text, path, cause);
	else
		cp_document_free(good(text));
	free(text);
}

#define FAMILY HEAD "\"names\":[{\"type\":\"current\",\"family\":\""
#define FAMILY_END "\"}]," BORN "}"

START_TEST(sizes_are_limited)
{
	assert_repeated(FAMILY, "é", 256, FAMILY_END, NULL, NULL);
	assert_repeated(FAMILY, "é", 257, FAMILY_END, "$.names[0].family",
	    "over 256 characters");
	assert_repeated(FAMILY, "é", 256, FAMILY_END, NULL, NULL);
	assert_repeated(FAMILY, "A", 1000000, FAMILY_END,
	    "$.names[0].family", "over 256 characters");
	assert_repeated(FAMILY, "A", 1 << 20, FAMILY_END, "$", "over 1 MiB");
	assert_repeated(PERSON ",\"carers\":[{\"name\":\"a\"}",
	    ",{\"name\":\"a\"}", 199, "]}", NULL, NULL);
	assert_repeated(PERSON ",\"carers\":[{\"name\":\"a\"}",
	    ",{\"name\":\"a\"}", 200, "]}", "$.carers", "over 200 entries");
	assert_repeated(PERSON ",\"carers\":[", "[", 20000, "", "$",
	    "JSON nested more than 32 deep");
}
END_TEST

START_TEST(refusals_hold_nothing_of_the_value)
{
	static const char *const with[] = {
		NAME("{\"type\":\"SECRET\",\"family\":\"B\"}"),
		NAME("{\"type\":\"current\",\"SECRET\":\"SECRET\"}"),
		HEAD "\"id\":\"SECRET/\"," NAMES BORN "}",
		HEAD NAMES "\"gender\":\"male\",\"birth_date\":\"SECRET\"}",
		HEAD NAMES "SECRET" };
	struct cp_document *doc = NULL;

	for (size_t i = 0; i < sizeof(with) / sizeof(with[0]); i++) {
		ck_assert_int_eq(parse(with[i], &doc), CP_BAD_INPUT);
		ck_assert_ptr_null(strstr(why.path, "SECRET"));
		ck_assert_ptr_null(strstr(why.cause, "SECRET"));
		ck_assert_ptr_null(strstr(err.what, "SECRET"));
	}
}
END_TEST

START_TEST(without_a_day_the_future_is_not_checked)
{
	static const char text[] = HEAD NAMES
	    "\"gender\":\"male\",\"birth_date\":\"2090-01-01\"}";
	struct cp_date none = { 0 };
	struct cp_document *doc = NULL;

	ck_assert_int_eq(cp_document_parse(text, strlen(text), none, &doc,
	    &why, &err), CP_OK);
	cp_document_free(doc);
	doc = good(HEAD NAMES
	    "\"gender\":\"male\",\"birth_date\":\"2026\"}");
	cp_document_free(doc);
}
END_TEST

/* Every way to cut or to flip the example is refused or canonical; never a
 * crash, never a document that reads back differently. */
START_TEST(mutations)
{
	char text[sizeof(example)];
	struct cp_document *doc = NULL;
	struct cp_buf a;
	struct cp_buf b;

	cp_buf_init(&a);
	cp_buf_init(&b);
	for (size_t i = 0; i < sizeof(example) - 1; i++)
		for (unsigned bit = 0; bit < 8; bit++) {
			memcpy(text, example, sizeof(text));
			text[i] = (char)((unsigned char)text[i] ^ 1u << bit);
			if (cp_document_parse(text, sizeof(text) - 1,
			    today(), &doc, &why, &err) != CP_OK)
				continue;
			cp_buf_reset(&a);
			cp_document_text(doc, &a);
			cp_document_free(doc);
			doc = good(cp_buf_text(&a));
			cp_buf_reset(&b);
			cp_document_text(doc, &b);
			cp_document_free(doc);
			ck_assert_str_eq(cp_buf_text(&a), cp_buf_text(&b));
		}
	for (size_t n = 0; n < sizeof(example) - 1; n++)
		ck_assert_int_eq(cp_document_parse(example, n, today(), &doc,
		    &why, &err), CP_BAD_INPUT);
	cp_buf_clear(&a);
	cp_buf_clear(&b);
}
END_TEST

/* ---- CSV ------------------------------------------------------------------- */

static const char *const row[CP_CSV_COLUMNS] = { "CP-1", "E1", "Zoë",
	"O’Brien", "female", "2010-05", "9434765919", "B801200005001",
	"1 High Street", "", "Birkenhead", "ch411aa", "Maeve", "mother",
	"0151", "Ridge \"Primary\"", "The Surgery", "ur", "standard" };

START_TEST(csv_row)
{
	struct cp_document *doc = NULL;

	ck_assert_int_eq(cp_document_from_csv(row, today(), &doc, &why,
	    &err), CP_OK);
	assert_text(doc, "{\"cpadmin\":\"record/1\",\"id\":\"CP-1\","
	    "\"authority\":\"E1\",\"names\":[{\"type\":\"current\","
	    "\"given\":\"Zoë\",\"family\":\"O’Brien\"}],\"gender\":\"female\","
	    "\"birth_date\":\"2010-05\",\"numbers\":[{\"type\":\"nhs\","
	    "\"value\":\"9434765919\"},{\"type\":\"upn\",\"value\":"
	    "\"B801200005001\"}],\"addresses\":[{\"type\":\"current\","
	    "\"lines\":[\"1 High Street\",\"Birkenhead\"],\"postcode\":"
	    "\"CH41 1AA\"}],\"carers\":[{\"name\":\"Maeve\",\"relation\":"
	    "\"mother\",\"phone\":\"0151\"}],\"involvements\":[{\"service\":"
	    "\"education\",\"provider\":\"Ridge \\\"Primary\\\"\",\"start\":"
	    "null,\"end\":null,\"lead\":false,\"assessment\":false,"
	    "\"sensitive\":null},{\"service\":\"primary-health-care\","
	    "\"provider\":\"The Surgery\",\"start\":null,\"end\":null,"
	    "\"lead\":false,\"assessment\":false,\"sensitive\":null}],"
	    "\"left_england\":null,\"death\":null,\"letters\":{\"language\":"
	    "\"ur\",\"format\":\"standard\"}}");
	cp_document_free(doc);
}
END_TEST

static const char *const csv_bad[][3] = {
	{ "id", "a b", "not of A-Z, 0-9 and -" },
	{ "authority", "", "missing" }, { "given", "\x01", "control character" },
	{ "family", "\xC3\x28", "invalid UTF-8" },
	{ "gender", "F", "not one of female, male, not-specified" },
	{ "birth_date", "2010-02-30",
	    "no such date (YYYY-MM-DD, YYYY-MM or YYYY)" },
	{ "nhs", "9434765918", "wrong check digit" },
	{ "upn", "A801200005001", "wrong check letter" },
	{ "line1", "\xE2\x80\xAE", "bidi control" },
	{ "line3", "a\nb", "control character" },
	{ "postcode", "1", "not a postcode" }, { "carer", "", "missing" },
	{ "language", "1", "not a language code" },
	{ "format", "_", "not a letter format" },
};

START_TEST(csv_refusals_name_the_column)
{
	const char *field[CP_CSV_COLUMNS];
	struct cp_document *doc = NULL;

	memcpy(field, row, sizeof(field));
	for (int c = 0; c < CP_CSV_COLUMNS; c++)
		if (strcmp(cp_document_columns[c], csv_bad[_i][0]) == 0)
			field[c] = csv_bad[_i][1];
	ck_assert_int_eq(cp_document_from_csv(field, today(), &doc, &why,
	    &err), CP_BAD_INPUT);
	ck_assert_str_eq(why.path, csv_bad[_i][0]);
	ck_assert_str_eq(why.cause, csv_bad[_i][2]);
}
END_TEST

START_TEST(csv_places_shift)
{
	const char *field[CP_CSV_COLUMNS];
	struct cp_document *doc = NULL;
	char longer[300];

	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	memcpy(field, row, sizeof(field));
	field[6] = NULL;
	field[7] = "X";
	ck_assert_int_eq(cp_document_from_csv(field, today(), &doc, &why,
	    &err), CP_BAD_INPUT);
	ck_assert_str_eq(why.path, "upn");
	memcpy(field, row, sizeof(field));
	field[15] = "";
	field[16] = longer;
	ck_assert_int_eq(cp_document_from_csv(field, today(), &doc, &why,
	    &err), CP_BAD_INPUT);
	ck_assert_str_eq(why.path, "practice");
	memcpy(field, row, sizeof(field));
	field[2] = field[3] = "";
	ck_assert_int_eq(cp_document_from_csv(field, today(), &doc, &why,
	    &err), CP_BAD_INPUT);
	ck_assert_str_eq(why.path, "family");
}
END_TEST

/* ---- changes --------------------------------------------------------------- */

START_TEST(events)
{
	struct cp_document *doc = good(PERSON "}");
	struct cp_facts facts;

	ck_assert_int_eq(cp_document_clear_left(doc, &err), CP_REFUSED);
	ck_assert_int_eq(cp_document_set_death(doc, day(2020, 1, 2),
	    day(2020, 1, 1), &err), CP_BAD_INPUT);
	ck_assert(!cp_date_set(doc->died_on));
	ck_assert_int_eq(cp_document_set_death(doc, day(2010, 5, 16),
	    day(2020, 1, 1), &err), CP_BAD_INPUT);
	ck_assert_int_eq(cp_document_set_death(doc, day(2020, 1, 2),
	    day(2020, 1, 9), &err), CP_OK);
	ck_assert_int_eq(cp_document_set_left(doc, day(2009, 1, 1),
	    CP_INTENTION_RETURN, &err), CP_BAD_INPUT);
	ck_assert_int_eq(cp_document_set_left(doc, day(2019, 1, 1),
	    CP_INTENTION_NONE, &err), CP_BAD_INPUT);
	ck_assert_int_eq(cp_document_set_left(doc, day(2019, 1, 1),
	    CP_INTENTION_NO_RETURN, &err), CP_OK);
	ck_assert_int_eq(cp_document_set_authority(doc, "e2", &err),
	    CP_BAD_INPUT);
	ck_assert_int_eq(cp_document_set_authority(doc, "E2", &err), CP_OK);
	ck_assert_int_eq(cp_document_set_id(doc, "a", &err), CP_BAD_INPUT);
	ck_assert_int_eq(cp_document_set_id(doc, "X-1", &err), CP_OK);
	memset(&facts, 0, sizeof(facts));
	cp_document_facts(doc, &facts);
	ck_assert_int_eq(facts.birth.year, 2010);
	ck_assert_int_eq(cp_date_cmp(facts.death_notified, day(2020, 1, 9)),
	    0);
	ck_assert_int_eq(facts.left_intention, CP_INTENTION_NO_RETURN);
	ck_assert_int_eq(cp_date_cmp(facts.left_on, day(2019, 1, 1)), 0);
	ck_assert_int_eq(cp_document_clear_left(doc, &err), CP_OK);
	assert_text(doc, "{\"cpadmin\":\"record/1\",\"id\":\"X-1\","
	    "\"authority\":\"E2\"," NAMES BORN ",\"numbers\":[],"
	    "\"addresses\":[],\"carers\":[],\"involvements\":[],"
	    "\"left_england\":null,\"death\":{\"date\":\"2020-01-02\","
	    "\"notified\":\"2020-01-09\"},\"letters\":null}");
	cp_document_free(doc);
}
END_TEST

struct setting {
	const char *field;
	const char *value;
	const char *then; /* in the text afterwards; NULL: refused */
};

static const struct setting settings[] = {
	{ "given", "Zoe", "{\"type\":\"current\",\"given\":\"Zoe\"," },
	{ "family", "Ó", "\"family\":\"Ó\",\"from\":\"2004-03-09\"}" },
	{ "gender", "male", "\"gender\":\"male\"" },
	{ "birth_date", "2004-02", "\"birth_date\":\"2004-02\"" },
	{ "authority", "E9", "\"authority\":\"E9\"" },
	{ "nhs", "", "\"numbers\":[]" },
	{ "upn", "B801200005001", "9\"},{\"type\":\"upn\",\"value\":\"B80" },
	{ "line1", "2 Low", "\"lines\":[\"2 Low\",\"Birkenhead\"]" },
	{ "line2", "", "\"lines\":[\"1 High Street\"]," },
	{ "line3", "Wirral", "\"Birkenhead\",\"Wirral\"]" },
	{ "postcode", "ch41 2bb", "\"postcode\":\"CH41 2BB\"" },
	{ "postcode", "", "\"Birkenhead\"],\"from\"" },
	{ "language", "pl", "\"letters\":{\"language\":\"pl\"" },
	{ "format", "", "\"letters\":{\"language\":\"ur\"}" },
	{ "names[1].given", "Zo", "\"given\":\"Zo\",\"family\":\"Ahmed\"" },
	{ "names[1]", "", "\"from\":\"2004-03-09\"}],\"gender\"" },
	{ "names[2].type", "former", NULL },
	{ "carers[0].phone", "", "\"responsibility\":true}]" },
	{ "carers[0].responsibility", "false", "\"responsibility\":false" },
	{ "carers[0].responsibility", "perhaps", NULL },
	{ "carers[1].name", "Tom", "},{\"name\":\"Tom\"}]" },
	{ "carers[2].name", "Tom", NULL },
	{ "involvements[0].end", "2020-07-31", "\"end\":\"2020-07-31\"" },
	{ "involvements[0].end", "2014-07-31", NULL },
	{ "involvements[0].lead", "true", "\"lead\":true" },
	{ "involvements[0].sensitive.basis", "consent",
	    "\"sensitive\":{\"basis\":\"consent\"}" },
	{ "addresses[0].lines[1]", "Wirral", "\"Wirral\"]" },
	{ "left_england.date", "2020-01-01", NULL },
	{ "id", "X", NULL }, { "cpadmin", "record/2", NULL },
	{ "shoe_size", "7", NULL }, { "names", "x", NULL },
	{ "names[0].nick", "x", NULL }, { "gender.x", "x", NULL },
	{ "names[", "x", NULL }, { "names[0", "x", NULL },
	{ "names[0].", "x", NULL }, { "", "x", NULL }, { ".given", "x", NULL },
	{ "names[0]given", "x", NULL }, { "a.b.c.d.e", "x", NULL },
	{ "names[99999999999]", "x", NULL }, { "given", "\x01", NULL },
	{ "given", "\xFF", NULL }, { "birth_date", "", NULL },
	{ "birth_date", "2099-01-01", NULL }, { "nhs", "1", NULL },
};

START_TEST(rectifying)
{
	const struct setting *t = &settings[_i];
	struct cp_document *doc = good(example);
	enum cp_rc rc = cp_document_set(&doc, t->field, t->value, today(),
	    &why, &err);
	struct cp_buf b;

	cp_buf_init(&b);
	if (t->then == NULL) {
		ck_assert_int_ne(rc, CP_OK);
		assert_text(doc, example);
	} else {
		ck_assert_msg(rc == CP_OK, "%s", err.what);
		cp_document_text(doc, &b);
		ck_assert_msg(strstr(cp_buf_text(&b), t->then) != NULL,
		    "%s", cp_buf_text(&b));
	}
	cp_buf_clear(&b);
	cp_document_free(doc);
}
END_TEST

START_TEST(rectifying_makes_what_is_not_there)
{
	struct cp_document *doc = good(PERSON "}");

	ck_assert_int_eq(cp_document_set(&doc, "postcode", "", today(), &why,
	    &err), CP_OK);
	ck_assert_uint_eq(doc->n_addresses, 0);
	ck_assert_int_eq(cp_document_set(&doc, "line2", "Town", today(), &why,
	    &err), CP_OK);
	ck_assert_int_eq(cp_document_set(&doc, "postcode", "L1 1AA", today(),
	    &why, &err), CP_OK);
	ck_assert_int_eq(cp_document_set(&doc, "nhs", "9434765919", today(),
	    &why, &err), CP_OK);
	ck_assert_int_eq(cp_document_set(&doc, "language", "so", today(),
	    &why, &err), CP_OK);
	assert_text(doc, PERSON ",\"numbers\":[{\"type\":\"nhs\",\"value\":"
	    "\"9434765919\"}],\"addresses\":[{\"type\":\"current\",\"lines\":"
	    "[\"Town\"],\"postcode\":\"L1 1AA\"}],\"carers\":[],"
	    "\"involvements\":[],\"left_england\":null,\"death\":null,"
	    "\"letters\":{\"language\":\"so\"}}");
	cp_document_free(doc);
}
END_TEST

static const char involved[] = PERSON ",\"involvements\":["
    "{\"service\":\"education\",\"provider\":\"now\"},"
    "{\"service\":\"education\",\"end\":\"2020-03-01\"},"
    "{\"service\":\"youth\",\"end\":\"2020-02-29\"},"
    "{\"service\":\"education\",\"end\":\"2019-12-31\"},"
    "{\"service\":\"mental-health\",\"start\":\"2019-01-01\","
    "\"end\":\"2024-01-31\",\"sensitive\":{\"basis\":\"consent\"}},"
    "{\"service\":\"sexual-health\",\"sensitive\":"
    "{\"basis\":\"significant-harm\"}}]}";

START_TEST(pruning)
{
	struct cp_document *doc = good(involved);
	struct cp_policy policy;
	struct cp_buf b;

	memset(&policy, 0, sizeof(policy));
	policy.involvement_period.years = 5;
	policy.sensitive_involvement_period.years = 1;
	cp_buf_init(&b);
	ck_assert_int_eq(cp_date_cmp(cp_document_next_prune(doc, &policy),
	    day(2025, 1, 1)), 0);
	ck_assert_uint_eq(cp_document_prune(doc, &policy, day(2024, 12, 31),
	    &b), 0);
	ck_assert_str_eq(cp_buf_text(&b), "{}");
	cp_buf_reset(&b);
	ck_assert_uint_eq(cp_document_prune(doc, &policy, day(2025, 3, 1),
	    &b), 3);
	ck_assert_str_eq(cp_buf_text(&b),
	    "{\"youth\":1,\"education\":1,\"sensitive\":1}");
	ck_assert_int_eq(cp_date_cmp(cp_document_next_prune(doc, &policy),
	    day(2025, 3, 2)), 0);
	ck_assert_uint_eq(cp_document_prune(doc, &policy, day(2025, 3, 2),
	    NULL), 1);
	ck_assert(!cp_date_set(cp_document_next_prune(doc, &policy)));
	ck_assert_uint_eq(doc->n_involvements, 2);
	cp_buf_clear(&b);
	cp_document_free(doc);
}
END_TEST

START_TEST(masking)
{
	struct cp_document *doc = good(involved);
	struct cp_buf b;

	cp_buf_init(&b);
	cp_document_mask_sensitive(doc);
	ck_assert_uint_eq(doc->n_involvements, 5);
	cp_document_text(doc, &b);
	ck_assert_ptr_null(strstr(cp_buf_text(&b), "health"));
	ck_assert_ptr_null(strstr(cp_buf_text(&b), "2024"));
	ck_assert_ptr_null(strstr(cp_buf_text(&b), "consent"));
	ck_assert_ptr_nonnull(strstr(cp_buf_text(&b),
	    "{\"service\":\"unspecified-sensitive\",\"start\":null,"
	    "\"end\":null,\"lead\":false,\"assessment\":false,"
	    "\"sensitive\":null}"));
	cp_buf_clear(&b);
	cp_document_free(doc);
}
END_TEST

/* ---- keys ------------------------------------------------------------------ */

static const uint8_t salt[CP_SALT_LEN] = { 1, 2, 3 };

static struct cp_document *
person(const char *given, const char *family)
{
	static char text[2000];

	(void)snprintf(text, sizeof(text), HEAD "\"names\":[{\"type\":"
	    "\"current\",\"given\":\"%s\",\"family\":\"%s\"},{\"type\":"
	    "\"former\",\"given\":\"Nora\",\"family\":\"Ibsen\"}]," BORN
	    ",\"numbers\":[{\"type\":\"nhs\",\"value\":\"9434765919\"}],"
	    "\"addresses\":[{\"type\":\"current\",\"postcode\":\"CH41 1AA\"}]"
	    "}", given, family);
	return good(text);
}

/* Whether a record of GIVEN FAMILY would be looked at for QUERY. */
static int
found(const char *given, const char *family, struct cp_query query)
{
	struct cp_document *doc = person(given, family);
	struct cp_keys have = { 0 };
	struct cp_keys want = { 0 };
	int hit = 0;

	ck_assert_int_eq(cp_document_keys(doc, salt, &have, &err), CP_OK);
	ck_assert_int_eq(cp_query_keys(&query, salt, &want, &err), CP_OK);
	for (size_t i = 0; i < have.n; i++) {
		ck_assert(i == 0 || have.key[i - 1] < have.key[i]);
		for (size_t j = 0; j < want.n; j++)
			hit |= have.key[i] == want.key[j];
	}
	hit = hit && cp_document_match(doc, &query) >= 0.85;
	cp_keys_clear(&have);
	cp_keys_clear(&want);
	cp_document_free(doc);
	return hit;
}

struct search {
	const char *given;
	const char *family;
	const char *name;
	int found;
};

static const struct search searches[] = {
	{ "John", "Smith", "john smith", 1 },
	{ "John", "Smith", "Smith, John", 1 },
	{ "John", "Smith", "jon smyth", 1 },
	{ "John", "Smith", "smith", 1 }, { "John", "Smith", "smyth", 1 },
	{ "John", "Smith", "jones", 0 }, { "John", "Smith", "john jones", 0 },
	{ "John William", "Smith", "william smith", 1 },
	{ "Zoë Anne", "O’Brien", "zoe obrien", 1 },
	{ "Zoë Anne", "O’Brien", "Anne O'Brien", 1 },
	{ "Zoë Anne", "O’Brien", "ZOE O BRIEN", 1 },
	{ "Zoë", "O’Brien", "OBRIEN", 1 },
	{ "Mary-Jane", "Watson", "maryjane watson", 1 },
	{ "Mary-Jane", "Watson", "mary watson", 1 },
	{ "Jan", "van der Berg", "jan van der berg", 1 },
	{ "Jan", "van der Berg", "van der berg", 1 },
	{ "Jan", "van der Berg", "jan vanderberg", 1 },
	{ "Jan", "van der Berg", "jan berg", 1 },
	{ "Ann", "Smith-Jones", "ann jones", 1 },
	{ "Ann", "Smith-Jones", "Ann SmithJones", 1 },
	{ "Mohammed", "Ahmed", "muhammad ahmad", 1 },
	{ "Łukasz", "Żółć", "lukasz zolc", 1 },
	{ "", "Suharto", "suharto", 1 }, { "Suharto", "", "suharto", 1 },
	{ "", "Aung San", "aung san", 1 },
	{ "小龍", "李", "李 小龍", 1 }, { "小龍", "李", "李", 1 },
	{ "Иван", "Петров", "петров иван", 1 },
	{ "John", "Smith", "nora ibsen", 1 },
	{ "Ann", "Wolfeschlegelsteinhausenbergerdorff",
	    "Wolfeschlegelsteinhausenbergerdorffwelche", 1 },
	{ "Ann", "Wolfeschlegelsteinhausenbergerdorffwelche",
	    "Ann Wolfeschlegelsteinhausenbergerdorff", 1 },
};

START_TEST(names_are_found)
{
	const struct search *s = &searches[_i];
	struct cp_query query = { s->name, NULL, NULL };

	ck_assert_int_eq(found(s->given, s->family, query), s->found);
}
END_TEST

START_TEST(numbers_and_postcodes_are_found)
{
	struct cp_query query = { NULL, "ch411aa", NULL };

	ck_assert(found("A", "B", query));
	query.postcode = "CH41 1AB";
	ck_assert(!found("A", "B", query));
	query.postcode = NULL;
	query.number = "943 476 5919";
	ck_assert(found("A", "B", query));
	query.name = "zzz";
	ck_assert(!found("A", "B", query));
	query.name = "a b";
	query.postcode = "CH41 1AA";
	ck_assert(found("A", "B", query));
	query.number = "9434765918";
	ck_assert(!found("A", "B", query));
}
END_TEST

START_TEST(keys_depend_on_salt_and_need_a_question)
{
	static const uint8_t other[CP_SALT_LEN] = { 9 };
	struct cp_query query = { "smith", NULL, NULL };
	struct cp_keys a = { 0 };
	struct cp_keys b = { 0 };

	ck_assert_int_eq(cp_query_keys(&query, salt, &a, &err), CP_OK);
	ck_assert_int_eq(cp_query_keys(&query, other, &b, &err), CP_OK);
	ck_assert_uint_ne(a.key[0], b.key[0]);
	query.name = " '- ";
	ck_assert_int_eq(cp_query_keys(&query, salt, &a, &err),
	    CP_BAD_INPUT);
	query.name = NULL;
	ck_assert_int_eq(cp_query_keys(&query, salt, &a, &err),
	    CP_BAD_INPUT);
	cp_keys_clear(&a);
	cp_keys_clear(&b);
}
END_TEST

START_TEST(better_matches_score_higher)
{
	struct cp_document *doc = person("John", "Smith");
	struct cp_query exact = { "john smith", NULL, NULL };
	struct cp_query near = { "jon smyth", NULL, NULL };
	struct cp_query far = { "jane doe", NULL, NULL };

	ck_assert_double_eq_tol(cp_document_match(doc, &exact), 1.0, 1e-9);
	ck_assert_double_lt(cp_document_match(doc, &near), 1.0);
	ck_assert_double_gt(cp_document_match(doc, &near),
	    cp_document_match(doc, &far));
	ck_assert_double_lt(cp_document_match(doc, &far), 0.8);
	cp_document_free(doc);
}
END_TEST

/* ---- identifying numbers --------------------------------------------------- */

START_TEST(ids)
{
	static const char all[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	char id[CP_ID_MAX];
	char other[CP_ID_MAX];

	for (int round = 0; round < 200; round++) {
		ck_assert_int_eq(cp_id_new(id, &err), CP_OK);
		ck_assert_uint_eq(strlen(id), 14);
		ck_assert_int_eq(cp_id_check(id), CP_ID_OURS);
		for (size_t i = 3; i < 14; i++)
			for (const char *c = all; *c != '\0'; c++) {
				memcpy(other, id, sizeof(other));
				if (other[i] == '-' || other[i] == *c)
					continue;
				other[i] = *c;
				ck_assert_int_eq(cp_id_check(other),
				    CP_ID_MISTYPED);
			}
	}
	ck_assert_int_eq(cp_id_check("LEGACY-1"), CP_ID_FOREIGN);
	ck_assert_int_eq(cp_id_check(""), CP_ID_BAD);
	ck_assert_int_eq(cp_id_check("a b"), CP_ID_BAD);
	ck_assert_int_eq(cp_id_check("A23456789012345678901234567890123"),
	    CP_ID_BAD);
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

int
main(void)
{
	Suite *s = suite_create("document");
	TCase *t = tcase_create("document");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 120);
	tcase_add_test(t, example_is_canonical);
	tcase_add_loop_test(t, equal_content_gives_equal_bytes, 0,
	    COUNT(same));
	tcase_add_loop_test(t, broken_rules_are_named, 0, COUNT(refusals));
	tcase_add_test(t, sizes_are_limited);
	tcase_add_test(t, refusals_hold_nothing_of_the_value);
	tcase_add_test(t, without_a_day_the_future_is_not_checked);
	tcase_add_test(t, mutations);
	tcase_add_test(t, csv_row);
	tcase_add_loop_test(t, csv_refusals_name_the_column, 0,
	    COUNT(csv_bad));
	tcase_add_test(t, csv_places_shift);
	tcase_add_test(t, events);
	tcase_add_loop_test(t, rectifying, 0, COUNT(settings));
	tcase_add_test(t, rectifying_makes_what_is_not_there);
	tcase_add_test(t, pruning);
	tcase_add_test(t, masking);
	tcase_add_loop_test(t, names_are_found, 0, COUNT(searches));
	tcase_add_test(t, numbers_and_postcodes_are_found);
	tcase_add_test(t, keys_depend_on_salt_and_need_a_question);
	tcase_add_test(t, better_matches_score_higher);
	tcase_add_test(t, ids);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
