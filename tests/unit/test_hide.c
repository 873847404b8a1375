#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/records/document_edit.h"
#include "lifecycle/records/document_hide.h"

/* What a shield takes out of a document, and how it comes back. */
static struct cp_err err;

#define OK(call) ck_assert_msg((call) == CP_OK, "%s", err.what)

static const char whole[] = "{\"cpadmin\":\"record/1\",\"id\":\"CP-1\","
    "\"authority\":\"E08000015\",\"names\":["
    "{\"type\":\"current\",\"given\":\"Zo\",\"family\":\"Now\"},"
    "{\"type\":\"former\",\"given\":\"Zo\",\"family\":\"CANARYNAME\"}],"
    "\"gender\":\"female\",\"birth_date\":\"2010-02-03\",\"numbers\":["
    "{\"type\":\"nhs\",\"value\":\"9434765919\"}],\"addresses\":["
    "{\"type\":\"current\",\"lines\":[\"1 CANARYSTREET\"],"
    "\"postcode\":\"CH41 1AA\",\"from\":\"2019-08-01\"},"
    "{\"type\":\"last-known\",\"lines\":[\"2 CANARYSTREET\"]}],"
    "\"carers\":[{\"name\":\"Maeve\",\"relation\":\"mother\","
    "\"responsibility\":true,\"phone\":\"CANARYPHONE\"},"
    "{\"name\":\"Aunt\"}],\"involvements\":["
    "{\"service\":\"education\",\"provider\":\"CANARYSCHOOL\","
    "\"practitioner\":\"CANARYHALL\",\"start\":\"2015-09-01\","
    "\"end\":null,\"lead\":false,\"assessment\":false,\"sensitive\":null},"
    "{\"service\":\"youth-offending\",\"provider\":\"YOT\","
    "\"practitioner\":\"CANARYYOT\",\"phone\":\"CANARYTEL\","
    "\"start\":\"2016-09-01\",\"end\":null,\"lead\":true,"
    "\"assessment\":false,\"sensitive\":null},"
    "{\"service\":\"primary-health-care\",\"provider\":\"CANARYGP\","
    "\"start\":null,\"end\":null,\"lead\":false,\"assessment\":false,"
    "\"sensitive\":null}],\"left_england\":null,\"death\":null,"
    "\"letters\":{\"language\":\"ur\"}}";

static struct cp_document *
parse(const char *text)
{
	static const struct cp_date any = { 0 };
	struct cp_document *doc = NULL;
	struct cp_reject why;

	OK(cp_document_parse(text, strlen(text), any, &doc, &why, &err));
	return doc;
}

/* Good until the next but one. */
static const char *
text_of(const struct cp_document *doc)
{
	static struct cp_buf b[2];
	static int i;

	i = !i;
	cp_buf_clear(&b[i]);
	cp_document_text(doc, &b[i]);
	OK(cp_buf_check(&b[i], &err));
	return cp_buf_text(&b[i]);
}

static void
set(struct cp_document **doc, const char *field, const char *value)
{
	static const struct cp_date any = { 0 };
	struct cp_reject why;

	OK(cp_document_set(doc, field, value, any, &why, &err));
}

static void
hide(struct cp_document *doc, unsigned parts, struct cp_buf *out)
{
	cp_buf_clear(out);
	OK(cp_document_hide(doc, parts, out, &err));
}

static void
unhide(struct cp_document **doc, const struct cp_buf *from)
{
	OK(cp_document_unhide(doc, cp_buf_text(from), from->len, &err));
}

START_TEST(hidden_and_back)
{
	struct cp_document *doc;
	struct cp_buf out;

	cp_buf_init(&out);
	for (unsigned parts = 1; parts <= CP_HIDE_ALL; parts++) {
		doc = parse(whole);
		ck_assert(cp_document_shows(doc, parts));
		hide(doc, parts, &out);
		ck_assert(!cp_document_shows(doc, parts));
		cp_document_free(parse(text_of(doc)));
		if ((parts & ~(unsigned)CP_HIDE_CARERS) == (CP_HIDE_ALL &
		    ~CP_HIDE_CARERS))
			ck_assert_ptr_null(strstr(text_of(doc), "CANARY"));
		unhide(&doc, &out);
		ck_assert_str_eq(text_of(doc), whole);
		cp_document_free(doc);
	}
	cp_buf_clear(&out);
}
END_TEST

START_TEST(usual_set)
{
	struct cp_document *doc = parse(whole);
	struct cp_buf out;

	cp_buf_init(&out);
	hide(doc, CP_HIDE_USUAL, &out);
	ck_assert_ptr_null(strstr(text_of(doc), "STREET"));
	ck_assert_ptr_null(strstr(text_of(doc), "PHONE"));
	ck_assert_uint_eq(doc->n_involvements, 0);
	ck_assert_uint_eq(doc->n_carers, 2);
	ck_assert_uint_eq(doc->n_names, 2);
	ck_assert_uint_eq(doc->n_numbers, 1);
	ck_assert_str_eq(doc->current->family, "Now");
	cp_buf_clear(&out);
	hide(doc, CP_HIDE_USUAL, &out);
	ck_assert_uint_eq(out.len, 0);
	cp_document_free(doc);
}
END_TEST

/* A twin who never had any of it looks the same. */
START_TEST(like_one_who_has_none)
{
	struct cp_document *doc = parse(whole), *twin = parse(whole);
	struct cp_buf out;

	cp_buf_init(&out);
	set(&twin, "addresses[1]", "");
	set(&twin, "addresses[0]", "");
	set(&twin, "carers[0].phone", "");
	for (int i = 0; i < 3; i++)
		set(&twin, "involvements[0]", "");
	hide(doc, CP_HIDE_USUAL, &out);
	ck_assert_str_eq(text_of(doc), text_of(twin));
	cp_document_free(doc);
	cp_document_free(twin);
	cp_buf_clear(&out);
}
END_TEST

START_TEST(later_ones_win)
{
	struct cp_document *doc = parse(whole);
	struct cp_buf first, second;

	cp_buf_init(&first);
	cp_buf_init(&second);
	hide(doc, CP_HIDE_USUAL, &first);
	set(&doc, "line1", "9 New Road");
	set(&doc, "carers[0].phone", "0191");
	set(&doc, "given", "Zoe");
	hide(doc, CP_HIDE_USUAL, &second);
	unhide(&doc, &first);
	unhide(&doc, &second);
	ck_assert_uint_eq(doc->n_addresses, 1);
	ck_assert_str_eq(doc->addresses[0].lines[0], "9 New Road");
	ck_assert_str_eq(doc->carers[0].phone, "0191");
	ck_assert_str_eq(doc->current->given, "Zoe");
	ck_assert_uint_eq(doc->n_involvements, 3);
	ck_assert_str_eq(doc->involvements[1].practitioner, "CANARYYOT");
	cp_document_free(doc);
	cp_buf_clear(&first);
	cp_buf_clear(&second);
}
END_TEST

/* More is hidden later, when what was hidden before cannot be seen. */
START_TEST(widened)
{
	struct cp_document *doc = parse(whole);
	struct cp_buf first, second;

	cp_buf_init(&first);
	cp_buf_init(&second);
	hide(doc, CP_HIDE_SCHOOL | CP_HIDE_PRACTITIONER | CP_HIDE_CONTACT,
	    &first);
	hide(doc, CP_HIDE_ALL, &second);
	ck_assert_ptr_null(strstr(text_of(doc), "CANARY"));
	unhide(&doc, &first);
	unhide(&doc, &second);
	ck_assert_str_eq(doc->carers[0].phone, "CANARYPHONE");
	ck_assert_uint_eq(doc->n_involvements, 3);
	for (size_t i = 0; i < 3; i++)
		if (strcmp(doc->involvements[i].provider, "YOT") == 0)
			ck_assert_str_eq(doc->involvements[i].practitioner,
			    "CANARYYOT");
	ck_assert_ptr_nonnull(strstr(text_of(doc), "CANARYSCHOOL"));
	ck_assert_ptr_nonnull(strstr(text_of(doc), "CANARYHALL"));
	ck_assert_ptr_nonnull(strstr(text_of(doc), "CANARYGP"));
	ck_assert_ptr_nonnull(strstr(text_of(doc), "CANARYNAME"));
	cp_document_free(doc);
	cp_buf_clear(&first);
	cp_buf_clear(&second);
}
END_TEST

/* The current name, which the others stood before, is still found. */
START_TEST(current_name_moves)
{
	struct cp_document *doc = parse("{\"cpadmin\":\"record/1\","
	    "\"authority\":\"A\",\"names\":[{\"type\":\"former\","
	    "\"given\":\"Old\"},{\"type\":\"current\",\"given\":"
	    "\"New\"}],\"gender\":\"male\",\"birth_date\":\"2010\"}");
	struct cp_buf out;

	cp_buf_init(&out);
	hide(doc, CP_HIDE_FORMER_NAMES, &out);
	ck_assert_ptr_eq(doc->current, &doc->names[0]);
	ck_assert_str_eq(doc->current->given, "New");
	unhide(&doc, &out);
	ck_assert_ptr_eq(doc->current, &doc->names[1]);
	ck_assert_str_eq(doc->names[0].given, "Old");
	cp_document_free(doc);
	cp_buf_clear(&out);
}
END_TEST

/* What stayed open goes its own way meanwhile. */
START_TEST(open_parts_are_newer)
{
	struct cp_document *doc = parse(whole);
	struct cp_buf out;

	cp_buf_init(&out);
	hide(doc, CP_HIDE_SCHOOL | CP_HIDE_CONTACT | CP_HIDE_FORMER_NAMES,
	    &out);
	set(&doc, "family", "Then");
	set(&doc, "carers[1].name", "Uncle");
	set(&doc, "involvements[0].practitioner", "Ms New");
	set(&doc, "involvements[2].service", "health-visiting");
	unhide(&doc, &out);
	ck_assert_uint_eq(doc->n_names, 2);
	ck_assert_str_eq(doc->current->family, "Then");
	ck_assert_str_eq(doc->names[1].family, "CANARYNAME");
	ck_assert_uint_eq(doc->n_carers, 2);
	ck_assert_str_eq(doc->carers[0].phone, "CANARYPHONE");
	ck_assert_str_eq(doc->carers[1].name, "Uncle");
	ck_assert_uint_eq(doc->n_involvements, 4);
	ck_assert_str_eq(doc->involvements[0].provider, "CANARYSCHOOL");
	ck_assert_str_eq(doc->involvements[1].practitioner, "Ms New");
	ck_assert_str_eq(doc->involvements[3].service, "health-visiting");
	cp_document_free(parse(text_of(doc)));
	cp_document_free(doc);
	cp_buf_clear(&out);
}
END_TEST

static const char *const wrong[] = { "", "{", "[]", "{\"x\":[]}",
	"{\"addresses\":1}", "{\"addresses\":[{}]}",
	"{\"hidden\":\"address\",\"addresses\":[]}",
	"{\"hidden\":[\"adress\"],\"addresses\":[]}",
	"{\"names\":[{\"type\":\"former\",\"given\":\"A\"}]}",
	"{\"id\":\"CP-2\"}" };

START_TEST(not_what_was_hidden)
{
	struct cp_document *doc = parse(whole);

	ck_assert_int_eq(cp_document_unhide(&doc, wrong[_i],
	    strlen(wrong[_i]), &err), CP_CORRUPT);
	ck_assert_str_eq(text_of(doc), whole);
	cp_document_free(doc);
}
END_TEST

/* Both full: it stays a document. */
START_TEST(at_most_so_many)
{
	struct cp_document *doc;
	struct cp_buf a, hidden;

	cp_buf_init(&a);
	cp_buf_init(&hidden);
	cp_buf_puts(&a, "{\"cpadmin\":\"record/1\",\"authority\":\"A\","
	    "\"names\":[{\"type\":\"current\",\"given\":\"A\"}],"
	    "\"gender\":\"male\",\"birth_date\":\"2010\",\"involvements\":[");
	cp_buf_puts(&hidden, "{\"hidden\":[\"school\"],\"involvements\":[");
	for (int i = 0; i < CP_DOCUMENT_LIST_MAX; i++) {
		cp_buf_printf(&a, "%s{\"service\":\"s%d\"}", i ? "," : "", i);
		cp_buf_printf(&hidden, "%s{\"service\":\"education\","
		    "\"provider\":\"p%d\"}", i ? "," : "", i);
	}
	cp_buf_puts(&a, "]}");
	cp_buf_puts(&hidden, "]}");
	doc = parse(cp_buf_text(&a));
	unhide(&doc, &hidden);
	ck_assert_uint_eq(doc->n_involvements, CP_DOCUMENT_LIST_MAX);
	ck_assert_str_eq(doc->involvements[199].provider, "p199");
	cp_document_free(parse(text_of(doc)));
	cp_document_free(doc);
	cp_buf_clear(&a);
	cp_buf_clear(&hidden);
}
END_TEST

/* ---- at random ----------------------------------------------------------- */

static unsigned seed;

static unsigned
draw(unsigned n)
{
	seed = seed * 1103515245u + 12345u;
	return (seed >> 16) % n;
}

/* Somebody whom feeds tell about, more each time: each value is new. */
static void
put_someone(struct cp_buf *b, unsigned time)
{
	cp_buf_reset(b);
	cp_buf_printf(b, "{\"cpadmin\":\"record/1\",\"authority\":\"A\","
	    "\"names\":[{\"type\":\"current\",\"given\":\"G%u\"},"
	    "{\"type\":\"former\",\"given\":\"F%u\"}],\"gender\":\"male\","
	    "\"birth_date\":\"2010-05-06\",\"numbers\":[{\"type\":\"nhs\","
	    "\"value\":\"9434765919\"}],\"addresses\":[{\"type\":\"current\","
	    "\"lines\":[\"A%u\"]}],\"carers\":[{\"name\":\"C%u\",\"phone\":"
	    "\"P%u\"},{\"name\":\"D\",\"phone\":\"Q%u\"}],\"involvements\":[",
	    draw(99), time, time, draw(2), time, time);
	for (unsigned i = 0, n = 3 + draw(3); i < n; i++)
		cp_buf_printf(b, "%s{\"service\":\"%s\",\"provider\":\"V%u\","
		    "\"practitioner\":\"H%u\",\"start\":null,\"end\":null,"
		    "\"lead\":false,\"assessment\":false,\"sensitive\":null}",
		    i > 0 ? "," : "", i == 0 ? "education" : i == 1 ?
		    "primary-health-care" : "youth-offending", i + draw(2) * 10,
		    time);
	cp_buf_puts(b, "],\"left_england\":null,\"death\":null,"
	    "\"letters\":null}");
}

/* Whatever feeds brought and however much was hidden, more each time: what
 * comes out is what the last feed said. */
START_TEST(as_the_last_feed_said)
{
	struct cp_buf said, out[8];
	struct cp_document *doc = NULL;

	cp_buf_init(&said);
	memset(out, 0, sizeof(out));
	for (unsigned round = 0; round < 2000; round++) {
		unsigned set = 0, n = 0, feeds = 1 + draw(4);

		seed = round * 7919 + 1;
		for (unsigned time = 0; time < feeds; time++) {
			set |= draw(CP_HIDE_ALL + 1) & draw(CP_HIDE_ALL + 1);
			if (doc != NULL && draw(3) == 0)
				hide(doc, set, &out[n++]);
			cp_document_free(doc);
			put_someone(&said, time);
			doc = parse(cp_buf_text(&said));
			hide(doc, set, &out[n++]);
			ck_assert(!cp_document_shows(doc, set));
		}
		for (unsigned i = 0; i < n; i++)
			if (out[i].len > 0)
				unhide(&doc, &out[i]);
		ck_assert_str_eq(text_of(doc), cp_buf_text(&said));
		cp_document_free(doc);
		doc = NULL;
	}
	for (unsigned i = 0; i < 8; i++)
		cp_buf_clear(&out[i]);
	cp_buf_clear(&said);
}
END_TEST

/* More is hidden at the end, when nothing but the open document is there. */
START_TEST(nothing_lost_by_hiding_more)
{
	struct cp_buf said, out[4];
	struct cp_document *doc;

	cp_buf_init(&said);
	memset(out, 0, sizeof(out));
	for (unsigned round = 0; round < 2000; round++) {
		unsigned set = 0;

		seed = round * 104729 + 1;
		put_someone(&said, round);
		doc = parse(cp_buf_text(&said));
		for (unsigned i = 0; i < 4; i++) {
			set |= draw(CP_HIDE_ALL + 1) & draw(CP_HIDE_ALL + 1) &
			    draw(CP_HIDE_ALL + 1);
			hide(doc, set, &out[i]);
			ck_assert(!cp_document_shows(doc, set));
		}
		for (unsigned i = 0; i < 4; i++)
			if (out[i].len > 0)
				unhide(&doc, &out[i]);
		/* In another order, perhaps. */
		ck_assert_uint_eq(strlen(text_of(doc)), said.len);
		for (size_t i = 0; i < doc->n_involvements; i++)
			ck_assert_ptr_nonnull(
			    doc->involvements[i].practitioner);
		ck_assert_ptr_nonnull(doc->carers[0].phone);
		ck_assert_ptr_nonnull(doc->carers[1].phone);
		cp_document_free(doc);
	}
	for (unsigned i = 0; i < 4; i++)
		cp_buf_clear(&out[i]);
	cp_buf_clear(&said);
}
END_TEST

/* Damage is refused, or it is still a document. */
START_TEST(damaged)
{
	struct cp_document *doc = parse(whole);
	struct cp_buf out, bad;
	enum cp_rc rc;

	cp_buf_init(&out);
	cp_buf_init(&bad);
	hide(doc, CP_HIDE_ALL, &out);
	for (seed = 1; seed < 3000000000u; seed += 999983u) {
		unsigned keep = seed;
		size_t at = draw((unsigned)out.len);

		cp_buf_reset(&bad);
		cp_buf_put(&bad, out.data, out.len);
		bad.data[at] = (uint8_t)draw(256);
		rc = cp_document_unhide(&doc, cp_buf_text(&bad), bad.len,
		    &err);
		ck_assert(rc == CP_OK || rc == CP_CORRUPT);
		cp_document_free(parse(text_of(doc)));
		seed = keep;
	}
	cp_document_free(doc);
	cp_buf_clear(&out);
	cp_buf_clear(&bad);
}
END_TEST

START_TEST(words_and_back)
{
	char text[200];
	unsigned all = 0;

	for (unsigned part = 1; part < CP_HIDE_ALL; part *= 2) {
		const char *word = cp_hide_word((enum cp_hide)part);

		ck_assert_str_ne(word, "");
		ck_assert_uint_eq(cp_hide_parse(word), part);
		all |= part;
	}
	ck_assert_uint_eq(all, CP_HIDE_ALL);
	ck_assert_uint_eq(cp_hide_parse("postcode"), 0);
	ck_assert_str_eq(cp_hide_word((enum cp_hide)512), "");
	cp_hide_text(CP_HIDE_ADDRESS | CP_HIDE_FORMER_NAMES, text,
	    sizeof(text));
	ck_assert_str_eq(text, "address,former-names");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("hide");
	TCase *c = tcase_create("document");
	SRunner *r;
	int failed;

	tcase_add_test(c, hidden_and_back);
	tcase_add_test(c, usual_set);
	tcase_add_test(c, like_one_who_has_none);
	tcase_add_test(c, later_ones_win);
	tcase_add_test(c, widened);
	tcase_add_test(c, current_name_moves);
	tcase_add_test(c, open_parts_are_newer);
	tcase_add_loop_test(c, not_what_was_hidden, 0,
	    (int)(sizeof(wrong) / sizeof(wrong[0])));
	tcase_add_test(c, at_most_so_many);
	tcase_add_test(c, as_the_last_feed_said);
	tcase_add_test(c, nothing_lost_by_hiding_more);
	tcase_add_test(c, damaged);
	tcase_add_test(c, words_and_back);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
