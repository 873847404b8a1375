#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/records/document_join.h"
#include "lifecycle/store/json.h"

/* Two documents of one person, and one of two. */

static struct cp_err err;
static struct cp_reject why;
static struct cp_date today;

static struct cp_document *
good(const char *text)
{
	struct cp_document *doc = NULL;

	ck_assert_msg(cp_document_parse(text, strlen(text), today, &doc, &why,
	    &err) == CP_OK, "%s: %s", why.path, why.cause);
	return doc;
}

/* A person with ID, born on BORN, and MORE members (with their comma). */
static struct cp_document *
person(const char *id, const char *given, const char *born, const char *more)
{
	char text[2000];

	(void)snprintf(text, sizeof(text), "{\"cpadmin\":\"record/1\","
	    "\"id\":\"%s\",\"authority\":\"E1\",\"names\":[{\"type\":"
	    "\"current\",\"given\":\"%s\",\"family\":\"Hill\"}],"
	    "\"gender\":\"male\",\"birth_date\":\"%s\"%s}", id, given, born,
	    more);
	return good(text);
}

static const char *
text_of(const struct cp_document *doc)
{
	static struct cp_buf b;

	cp_buf_reset(&b);
	cp_document_text(doc, &b);
	return cp_buf_text(&b);
}

static int
has(const struct cp_document *doc, const char *part)
{
	return strstr(text_of(doc), part) != NULL;
}

/* Joins and frees both. */
static struct cp_document *
join(struct cp_document *into, struct cp_document *from, unsigned settled,
    unsigned *conflicts, struct cp_joined *n)
{
	struct cp_document *out = NULL;
	enum cp_rc rc = cp_document_join(into, from, settled, &out, conflicts,
	    n, &why, &err);

	ck_assert_msg(rc == CP_OK, "%s", err.what);
	cp_document_free(into);
	cp_document_free(from);
	return out;
}

#define NHS_A ",\"numbers\":[{\"type\":\"nhs\",\"value\":\"9434765919\"}]"
#define NHS_B ",\"numbers\":[{\"type\":\"nhs\",\"value\":\"4010232137\"}]"
#define LEFT(day) ",\"left_england\":{\"date\":\"2020-01-0" day "\"," \
	"\"intention\":\"return\"}"
#define LEFT_1 LEFT("1")
#define LEFT_2 LEFT("2")

START_TEST(own_values_win)
{
	unsigned bad = 99;
	struct cp_joined n;
	struct cp_document *doc = join(person("A", "Ann", "2010-05-17",
	    ",\"letters\":{\"language\":\"fr\",\"format\":\"standard\"}"),
	    person("B", "Bea", "2010-05-17", NHS_A LEFT_1
	    ",\"letters\":{\"language\":\"ur\",\"format\":\"standard\"}"),
	    0, &bad, &n);

	ck_assert_uint_eq(bad, 0);
	ck_assert_str_eq(doc->id, "A");
	ck_assert_str_eq(doc->current->given, "Ann");
	ck_assert_uint_eq(doc->n_names, 2);
	ck_assert_int_eq(doc->names[1].type, CP_NAME_FORMER);
	ck_assert_str_eq(doc->names[1].given, "Bea");
	ck_assert_str_eq(doc->numbers[0].value, "9434765919");
	ck_assert_str_eq(doc->language, "fr");
	ck_assert_int_eq(doc->left_intention, CP_INTENTION_RETURN);
	ck_assert_uint_eq(n.names + n.numbers, 2);
	cp_document_free(doc);
}
END_TEST

/* Joined with itself, a document is what it was. */
START_TEST(twice_is_once)
{
	static const char more[] = NHS_A LEFT_1 ",\"addresses\":[{\"type\":"
	    "\"last-known\",\"postcode\":\"CH41 1AA\"},{\"type\":"
	    "\"none-known\"}],\"carers\":[{\"name\":\"M\",\"relation\":"
	    "\"mother\",\"responsibility\":true}],\"involvements\":[{"
	    "\"service\":\"education\",\"provider\":\"R\",\"start\":"
	    "\"2015-09-01\",\"end\":null,\"lead\":false,\"assessment\":false,"
	    "\"sensitive\":null}]";
	unsigned bad = 99;
	struct cp_joined n;
	struct cp_document *a = person("A", "Ann", "2010-05", more);
	char *was = strdup(text_of(a));

	a = join(a, person("B", "Ann", "2010-05", more), 0, &bad, &n);
	ck_assert_str_eq(text_of(a), was);
	ck_assert_uint_eq(bad, 0);
	ck_assert_uint_eq(n.names + n.numbers + n.addresses + n.carers +
	    n.involvements, 0);
	cp_document_free(a);
	free(was);
}
END_TEST

START_TEST(addresses)
{
	static const struct { const char *into, *from, *want; size_t n; } t[] = {
		{ "current CH41 1AA", "current CH41 1AB",
		    "current CH41 1AA,last-known CH41 1AB", 2 },
		{ "current CH41 1AA", "current CH41 1AA", "current CH41 1AA",
		    1 },
		{ "last-known CH41 1AA", "current CH41 1AA",
		    "last-known CH41 1AA,current CH41 1AA", 2 },
		{ "current CH41 1AA", "none-known", "current CH41 1AA", 1 },
		{ "none-known", "current CH41 1AB", "current CH41 1AB", 1 },
		{ "none-known", "last-known CH41 1AB",
		    "none-known,last-known CH41 1AB", 2 },
	};
	char a[200], b[200], got[200];
	unsigned bad;
	struct cp_joined n;

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		const char *const from[2] = { t[i].into, t[i].from };
		char *const to[2] = { a, b };
		struct cp_document *doc;

		for (int k = 0; k < 2; k++) {
			size_t len = strcspn(from[k], " ");
			const char *code = from[k][len] ? from[k] + len + 1 :
			    NULL;

			(void)snprintf(to[k], 200, ",\"addresses\":[{\"type\":"
			    "\"%.*s\"%s%s%s}]", (int)len, from[k], code ?
			    ",\"postcode\":\"" : "", code ? code : "",
			    code ? "\"" : "");
		}
		doc = join(person("A", "Ann", "2010", a), person("B", "Ann",
		    "2010", b), 0, &bad, &n);
		ck_assert_uint_eq(doc->n_addresses, t[i].n);
		got[0] = '\0';
		for (size_t k = 0; k < doc->n_addresses; k++) {
			const struct cp_address *x = &doc->addresses[k];
			size_t len = strlen(got);

			(void)snprintf(got + len, sizeof(got) - len,
			    "%s%s%s%s", k > 0 ? "," : "",
			    cp_address_type_word(x->type),
			    x->postcode ? " " : "",
			    x->postcode ? x->postcode : "");
		}
		ck_assert_str_eq(got, t[i].want);
		cp_document_free(doc);
	}
}
END_TEST

/* It comes as what it has become, and that may be there already. */
START_TEST(address_known_as_former)
{
	unsigned bad;
	struct cp_joined n;
	struct cp_document *doc = join(person("A", "Ann", "2010",
	    ",\"addresses\":[{\"type\":\"current\",\"postcode\":"
	    "\"CH41 1AA\"},{\"type\":\"last-known\",\"postcode\":"
	    "\"CH41 1AB\"}]"), person("B", "Ann", "2010", ",\"addresses\":["
	    "{\"type\":\"current\",\"postcode\":\"CH41 1AB\"}]"), 0, &bad,
	    &n);

	ck_assert_uint_eq(doc->n_addresses, 2);
	ck_assert_uint_eq(n.addresses, 0);
	cp_document_free(doc);
}
END_TEST

/* What is known exactly wins over what fits it; what does not fit stands
 * against it. */
START_TEST(birth_dates)
{
	static const struct { const char *into, *from, *want; unsigned bad; }
	t[] = {
		{ "2010-05-17", "2010-05", "2010-05-17", 0 },
		{ "2010-05", "2010-05-17", "2010-05-17", 0 },
		{ "2010", "2010-05-17", "2010-05-17", 0 },
		{ "2010", "2010-05", "2010-05", 0 },
		{ "2010", "2010", "2010", 0 },
		{ "2010-05", "2010-06-17", "2010-05", CP_JOIN_BIRTH },
		{ "2010", "2011", "2010", CP_JOIN_BIRTH },
		{ "2010-05-17", "2010-05-18", "2010-05-17", CP_JOIN_BIRTH },
	};
	char born[CP_DATE_TEXT];
	unsigned bad;
	struct cp_joined n;

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct cp_document *doc = join(person("A", "Ann", t[i].into,
		    ""), person("B", "Ann", t[i].from, ""), 0, &bad, &n);

		ck_assert_str_eq(cp_partial_format(doc->birth, born),
		    t[i].want);
		ck_assert_uint_eq(bad, t[i].bad);
		cp_document_free(doc);
	}
}
END_TEST

START_TEST(contradictions)
{
	unsigned bad;
	struct cp_joined n;
	struct cp_buf names;
	struct cp_document *doc = join(person("A", "Ann", "2010", NHS_A LEFT_1
	    ",\"death\":{\"date\":\"2021-01-01\",\"notified\":"
	    "\"2021-01-02\"}"), person("B", "Ann", "2010", NHS_B LEFT_2
	    ",\"death\":{\"date\":\"2021-01-01\",\"notified\":"
	    "\"2021-01-03\"}"), 0, &bad, &n);

	ck_assert_uint_eq(bad, CP_JOIN_NHS | CP_JOIN_LEFT | CP_JOIN_DEATH);
	ck_assert_uint_eq(doc->n_numbers, 1); /* as in INTO */
	cp_buf_init(&names);
	cp_join_field_names(bad, &names);
	ck_assert_str_eq(cp_buf_text(&names), "nhs, left_england, death");
	cp_buf_clear(&names);
	cp_document_free(doc);
	/* Settled: the other's number does not come. */
	doc = join(person("A", "Ann", "2010", NHS_A), person("B", "Ann",
	    "2010", NHS_B), CP_JOIN_NHS, &bad, &n);
	ck_assert_uint_eq(bad, 0);
	ck_assert_uint_eq(doc->n_numbers, 1);
	ck_assert_str_eq(doc->numbers[0].value, "9434765919");
	cp_document_free(doc);
	ck_assert_uint_eq(cp_join_field_of("death.date=2020-01-01"),
	    CP_JOIN_DEATH);
	ck_assert_uint_eq(cp_join_field_of("upn=X"), CP_JOIN_UPN);
	ck_assert_uint_eq(cp_join_field_of("deaths=X"), 0);
}
END_TEST

/* Both are right for themselves, and not together. */
START_TEST(impossible_together)
{
	struct cp_document *a = person("A", "Ann", "2020-06-01", "");
	struct cp_document *b = person("B", "Ann", "2020", LEFT_1), *out;
	unsigned bad;
	struct cp_joined n;

	ck_assert_int_eq(cp_document_join(a, b, 0, &out, &bad, &n, &why,
	    &err), CP_BAD_INPUT);
	ck_assert_str_eq(why.path, "$.left_england.date");
	cp_document_free(a);
	cp_document_free(b);
}
END_TEST

/* ---- parting ---- */

static const char two[] = "{\"cpadmin\":\"record/1\",\"id\":\"A\","
    "\"authority\":\"E1\",\"names\":[{\"type\":\"former\",\"given\":\"N0\"},"
    "{\"type\":\"current\",\"given\":\"N1\"},{\"type\":\"former\","
    "\"given\":\"N2\"}],\"gender\":\"female\",\"birth_date\":\"2010-05-17\""
    NHS_A ",\"addresses\":[{\"type\":\"current\",\"postcode\":\"CH41 1AA\"},"
    "{\"type\":\"last-known\",\"postcode\":\"CH41 1AB\"}],\"carers\":["
    "{\"name\":\"C0\",\"relation\":\"mother\"},{\"name\":\"C1\","
    "\"relation\":\"mother\"}]" LEFT_1 ",\"letters\":{\"language\":\"ur\","
    "\"format\":\"standard\"}}";

static enum cp_rc
part(const char *const *take, size_t n, const char *const *sets, size_t m,
    struct cp_document **kept, struct cp_document **parted)
{
	struct cp_document *doc = good(two);
	enum cp_rc rc;

	cp_err_clear(&err);
	rc = cp_document_part(doc, "NEW", take, n, sets, m, today, kept,
	    parted, &why, &err);
	cp_document_free(doc);
	return rc;
}

START_TEST(parted)
{
	static const char *const take[] = { "names[2]", "carers[0]",
		"names[0]", "left_england", "addresses[1]" };
	static const char *const sets[] = { "gender=male", "family=F" };
	struct cp_document *kept, *new;

	ck_assert_msg(part(take, 5, sets, 2, &kept, &new) == CP_OK, "%s",
	    err.what);
	ck_assert_str_eq(kept->id, "A");
	ck_assert_uint_eq(kept->n_names, 1);
	ck_assert_str_eq(kept->current->given, "N1");
	ck_assert_uint_eq(kept->n_carers, 1);
	ck_assert_str_eq(kept->carers[0].name, "C1");
	ck_assert_int_eq(kept->left_intention, CP_INTENTION_NONE);
	ck_assert_uint_eq(kept->n_numbers, 1);
	ck_assert_str_eq(kept->language, "ur");
	ck_assert_str_eq(new->id, "NEW");
	ck_assert_uint_eq(new->n_names, 2);
	ck_assert_str_eq(new->current->given, "N0");
	ck_assert_str_eq(new->current->family, "F");
	ck_assert_int_eq(new->gender, CP_GENDER_MALE);
	ck_assert_str_eq(new->carers[0].name, "C0");
	ck_assert_str_eq(new->addresses[0].postcode, "CH41 1AB");
	ck_assert_uint_eq(new->n_numbers, 0);
	ck_assert_ptr_null(new->language);
	ck_assert_int_eq(new->left_intention, CP_INTENTION_RETURN);
	ck_assert(!has(new, "\"A\""));
	ck_assert(!has(kept, "NEW"));
	cp_document_free(kept);
	cp_document_free(new);
}
END_TEST

START_TEST(not_parted)
{
	static const char *const bad[] = { "names[3]", "names", "names[]",
		"names[1", "names[1]x", "names[-1]", "names[ 1]", "death",
		"gender", "birth_date", "names[1].given", "letters",
		"names[18446744073709551616]", "" };
	static const char *const twice[] = { "names[0]", "names[0]" };
	static const char *const current[] = { "names[1]" };
	static const char *const carer[] = { "carers[0]" };
	struct cp_document *kept, *new;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(part(&bad[i], 1, NULL, 0, &kept, &new) ==
		    CP_BAD_INPUT, "%s", bad[i]);
	ck_assert_int_eq(part(twice, 2, NULL, 0, &kept, &new), CP_BAD_INPUT);
	ck_assert_int_eq(part(current, 1, NULL, 0, &kept, &new), CP_REFUSED);
	ck_assert_int_eq(part(carer, 1, NULL, 0, &kept, &new), CP_REFUSED);
}
END_TEST

/* Whatever is taken, each entry is in one of the two; joined, all are there
 * again, and nothing else. */
START_TEST(parted_and_joined)
{
	static const char *const all[] = { "names[0]", "names[2]",
		"numbers[0]", "addresses[0]", "addresses[1]", "carers[0]",
		"carers[1]", "left_england" };
	static const char *const parts[] = { "N0", "N1", "N2", "9434765919",
		"CH41 1AA", "CH41 1AB", "C0", "C1", "2020-01-01", "\"ur\"" };
	static const char *const sets[] = { "given=Own" };
	struct cp_document *kept, *new, *doc;
	struct cp_joined n;
	unsigned conflicts;

	for (unsigned bits = 0; bits < 256; bits++) {
		const char *take[8];
		size_t m = 0, own = (bits & 3) == 0;

		for (unsigned i = 0; i < 8; i++)
			if (bits & (1U << i))
				take[m++] = all[i];
		ck_assert_msg(part(take, m, sets, own, &kept, &new) == CP_OK,
		    "%x: %s", bits, err.what);
		for (size_t i = 0; i < 10; i++)
			ck_assert_int_eq(has(kept, parts[i]) + has(new,
			    parts[i]), 1);
		ck_assert_uint_eq(kept->n_names + new->n_names, 3 + own);
		doc = join(kept, new, 0, &conflicts, &n);
		ck_assert_uint_eq(conflicts, 0);
		for (size_t i = 0; i < 10; i++)
			ck_assert_int_eq(has(doc, parts[i]), 1);
		ck_assert_uint_eq(doc->n_names, 3 + own);
		ck_assert_str_eq(doc->current->given, "N1");
		ck_assert_uint_eq(doc->n_addresses, 2);
		ck_assert_uint_eq(doc->n_carers, 2);
		ck_assert_uint_eq(doc->n_numbers, 1);
		cp_document_free(doc);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("join");
	TCase *t = tcase_create("documents");
	SRunner *r;
	int failed;

	today = cp_date_make(2026, 11, 21);
	tcase_add_test(t, own_values_win);
	tcase_add_test(t, twice_is_once);
	tcase_add_test(t, addresses);
	tcase_add_test(t, address_known_as_former);
	tcase_add_test(t, birth_dates);
	tcase_add_test(t, contradictions);
	tcase_add_test(t, impossible_together);
	tcase_add_test(t, parted);
	tcase_add_test(t, not_parted);
	tcase_add_test(t, parted_and_joined);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
