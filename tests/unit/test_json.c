#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/store/json.h"

static struct cp_err err;

static enum cp_rc
parse(const char *text, struct cp_json **out)
{
	return cp_json_parse(text, strlen(text), out, &err);
}

START_TEST(round_trip)
{
	static const char *const texts[] = { "{}", "[]",
		"{\"b\":1,\"a\":[true,false,null,-7,\"x\"],\"c\":{}}",
		"[\"Zoë\",\"\\u0001\\n\\\"\\\\\"]",
		"[9223372036854775807,-9223372036854775808]" };
	struct cp_json *v = NULL;
	struct cp_buf b;

	cp_buf_init(&b);
	ck_assert_int_eq(parse(texts[_i], &v), CP_OK);
	cp_json_dump(v, &b);
	ck_assert_str_eq(cp_buf_text(&b), texts[_i]);
	cp_json_free(v);
	cp_buf_clear(&b);
}
END_TEST

/* Appends {"a":"x...","b":["x...", ...]} with N texts of LEN bytes. */
static void
put_long(struct cp_buf *b, size_t n, size_t len)
{
	cp_json_open(b, '{');
	cp_json_put_key(b, "b");
	cp_json_open(b, '[');
	for (size_t i = 0; i < n; i++) {
		char text[512];

		memset(text, 'a' + (int)(i % 26), len);
		text[len] = '\0';
		cp_json_put_string(b, text);
	}
	cp_json_close(b, ']');
	cp_json_close(b, '}');
}

/* Small ones, and ones that do not fit into what a thread keeps for them; a
 * second at the same time; after a failure; each reads as an ordinary one. */
START_TEST(brief_trees)
{
	static const size_t counts[] = { 0, 1, 20, 300, 2000, 3 };
	struct cp_json *brief = NULL, *second = NULL, *plain = NULL;
	struct cp_buf text, one;

	cp_buf_init(&text);
	cp_buf_init(&one);
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		cp_buf_reset(&text);
		put_long(&text, counts[i], 200);
		ck_assert_int_eq(cp_json_parse_brief("{\"a\":[1,2", 9,
		    &brief, &err), CP_BAD_INPUT);
		ck_assert_int_eq(cp_json_parse_brief(cp_buf_text(&text),
		    text.len, &brief, &err), CP_OK);
		ck_assert_int_eq(cp_json_parse_brief("{\"k\":\"v\"}", 9,
		    &second, &err), CP_OK);
		ck_assert_int_eq(cp_json_parse(cp_buf_text(&text), text.len,
		    &plain, &err), CP_OK);
		cp_buf_reset(&one);
		cp_json_dump(brief, &one);
		ck_assert_str_eq(cp_buf_text(&one), cp_buf_text(&text));
		ck_assert_uint_eq(cp_json_size(cp_json_get(brief, "b")),
		    counts[i]);
		cp_json_free(brief);
		ck_assert_str_eq(cp_json_text(cp_json_get(second, "k")), "v");
		cp_json_free(second);
		cp_buf_reset(&one);
		cp_json_dump(plain, &one);
		ck_assert_str_eq(cp_buf_text(&one), cp_buf_text(&text));
		cp_json_free(plain);
	}
	cp_buf_clear(&text);
	cp_buf_clear(&one);
}
END_TEST

static const char *const bad[] = { "", " ", "{", "[1,]", "{\"a\":1,}",
	"{\"a\":1}x", "[1] [2]", "{\"a\":1,\"a\":2}", "[\"\\u0000\"]",
	"[\"\\ud800\"]", "[\"\\udc00x\"]", "[\"\xC0\xAF\"]", "[\"\xC3\x28\"]",
	"[\"\xED\xA0\x80\"]", "[99999999999999999999]", "[1e999]", "[01]",
	"[NaN]", "['a']", "\"text\"", "7", "null", "[\"a\nb\"]", "[tru]",
	"{a:1}", "[\"\\x\"]", "// no\n[]", "[\"", "[\"\\", "\xEF\xBB\xBF[]" };

START_TEST(what_is_not_json_is_refused)
{
	struct cp_json *v = NULL;

	ck_assert_int_eq(parse(bad[_i], &v), CP_BAD_INPUT);
	ck_assert_ptr_null(v);
	ck_assert_ptr_nonnull(strstr(err.what, "line 1, column"));
}
END_TEST

START_TEST(errors_say_where_and_quote_nothing)
{
	struct cp_json *v = NULL;

	ck_assert_int_eq(parse("{\"a\":1,\n \"secret\":2, \"secret\":3}", &v),
	    CP_BAD_INPUT);
	ck_assert_ptr_nonnull(strstr(err.what, "line 2"));
	ck_assert_ptr_nonnull(strstr(err.what, "duplicate key"));
	ck_assert_ptr_null(strstr(err.what, "secret"));
	ck_assert_int_eq(parse("[\n\nsecret]", &v), CP_BAD_INPUT);
	ck_assert_ptr_null(strstr(err.what, "secret"));
}
END_TEST

START_TEST(nul_bytes_are_refused)
{
	struct cp_json *v = NULL;

	ck_assert_int_eq(cp_json_parse("[]\0", 3, &v, &err), CP_BAD_INPUT);
	ck_assert_int_eq(cp_json_parse("[\"\0\"]", 5, &v, &err),
	    CP_BAD_INPUT);
}
END_TEST

static enum cp_rc
parse_nested(int depth, struct cp_json **out)
{
	char text[2 * 4000];

	memset(text, '[', (size_t)depth);
	memset(text + depth, ']', (size_t)depth);
	return cp_json_parse(text, 2 * (size_t)depth, out, &err);
}

START_TEST(depth_is_limited)
{
	struct cp_json *v = NULL;

	ck_assert_int_eq(parse_nested(CP_JSON_DEPTH_MAX, &v), CP_OK);
	cp_json_free(v);
	v = NULL;
	ck_assert_int_eq(parse_nested(CP_JSON_DEPTH_MAX + 1, &v),
	    CP_BAD_INPUT);
	ck_assert_int_eq(parse_nested(4000, &v), CP_BAD_INPUT);
	ck_assert_ptr_nonnull(strstr(err.what, "deep"));
	/* Brackets in texts do not count. */
	ck_assert_int_eq(parse("[\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[\"]",
	    &v), CP_OK);
	cp_json_free(v);
}
END_TEST

START_TEST(getters)
{
	struct cp_json *v = NULL;
	const char *text = NULL;
	const char *key = NULL;
	void *iter = NULL;
	int64_t n = 0;

	ck_assert_int_eq(parse("{\"z\":\"t\",\"n\":5,\"y\":true,\"r\":1.5,"
	    "\"a\":[1,2],\"0\":null}", &v), CP_OK);
	ck_assert_uint_eq(cp_json_size(v), 6);
	ck_assert_str_eq(cp_json_text(cp_json_get(v, "z")), "t");
	ck_assert_ptr_null(cp_json_text(cp_json_get(v, "n")));
	ck_assert_ptr_null(cp_json_get(v, "none"));
	ck_assert_ptr_null(cp_json_get(NULL, "z"));
	ck_assert_ptr_null(cp_json_at(cp_json_get(v, "a"), 2));
	ck_assert(cp_json_int(cp_json_at(cp_json_get(v, "a"), 1), &n));
	ck_assert_int_eq(n, 2);
	ck_assert(!cp_json_int(cp_json_get(v, "r"), &n));
	ck_assert(cp_json_true(cp_json_get(v, "y")));
	ck_assert(!cp_json_true(cp_json_get(v, "n")));
	ck_assert(!cp_json_true(NULL));
	ck_assert_int_eq(cp_json_kind(NULL), CP_JSON_NONE);
	ck_assert_int_eq(cp_json_kind(cp_json_get(v, "0")), CP_JSON_NULL);
	ck_assert_int_eq(cp_json_kind(cp_json_get(v, "r")), CP_JSON_REAL);
	ck_assert_ptr_nonnull(cp_json_next(v, &iter, &key));
	ck_assert_str_eq(key, "z");
	ck_assert_ptr_nonnull(cp_json_next(v, &iter, &key));
	ck_assert_str_eq(key, "n");
	for (int i = 0; i < 4; i++)
		ck_assert_ptr_nonnull(cp_json_next(v, &iter, &key));
	ck_assert_ptr_null(cp_json_next(v, &iter, &key));
	ck_assert_int_eq(cp_json_need_text(v, "z", &text, &err), CP_OK);
	ck_assert_int_eq(cp_json_need_text(v, "n", &text, &err),
	    CP_BAD_INPUT);
	ck_assert_ptr_nonnull(strstr(err.what, "n:"));
	ck_assert_int_eq(cp_json_need_int(v, "n", &n, &err), CP_OK);
	ck_assert_int_eq(cp_json_need_int(v, "none", &n, &err),
	    CP_BAD_INPUT);
	cp_json_free(v);
}
END_TEST

static void
give(struct cp_json *parent, const char *key, struct cp_json *child)
{
	ck_assert_int_eq(cp_json_give(parent, key, &child, &err), CP_OK);
	ck_assert_ptr_null(child);
}

START_TEST(building)
{
	struct cp_json *v = cp_json_new_object();
	struct cp_json *a = cp_json_new_array();
	struct cp_json *none = NULL;
	struct cp_json *nine = cp_json_new_int(9);
	struct cp_buf b;

	give(a, NULL, cp_json_new_int(1));
	give(a, NULL, cp_json_new_int(2));
	give(a, NULL, cp_json_new_null());
	ck_assert_int_eq(cp_json_replace(a, 1, &nine, &err), CP_OK);
	cp_json_remove(a, 0);
	cp_json_remove(a, 7);
	give(v, "t", cp_json_new_text("ü"));
	give(v, "a", a);
	give(v, "b", cp_json_new_bool(1));
	ck_assert_int_eq(cp_json_give(v, "x", &none, &err), CP_FAILED);
	ck_assert_ptr_null(cp_json_new_text("\xFF"));
	cp_buf_init(&b);
	cp_json_dump(v, &b);
	ck_assert_str_eq(cp_buf_text(&b),
	    "{\"t\":\"ü\",\"a\":[9,null],\"b\":true}");
	cp_buf_clear(&b);
	cp_json_free(v);
}
END_TEST

START_TEST(writer)
{
	struct cp_buf b;

	cp_buf_init(&b);
	cp_json_open(&b, '{');
	cp_json_put_member(&b, "id", "a\"\\\n\t\x01/é");
	cp_json_put_member(&b, "none", NULL);
	cp_json_put_key(&b, "rows");
	cp_json_open(&b, '[');
	cp_json_put_int(&b, -5);
	cp_json_put_bool(&b, 0);
	cp_json_put_null(&b);
	cp_json_put_raw(&b, "{\"x\":1}", 7);
	cp_json_put_string(&b, "[");
	cp_json_put_string(&b, "{");
	cp_json_open(&b, '[');
	cp_json_close(&b, ']');
	cp_json_close(&b, ']');
	cp_json_put_key(&b, "last");
	cp_json_put_bool(&b, 1);
	cp_json_close(&b, '}');
	cp_buf_putc(&b, '\n');
	cp_json_open(&b, '{');
	cp_json_close(&b, '}');
	ck_assert_str_eq(cp_buf_text(&b),
	    "{\"id\":\"a\\\"\\\\\\n\\t\\u0001/é\",\"none\":null,"
	    "\"rows\":[-5,false,null,{\"x\":1},\"[\",\"{\",[]],"
	    "\"last\":true}\n{}");
	cp_buf_clear(&b);
}
END_TEST

static const char *const broken[][2] = {
	{ "\xFF", "\"\xEF\xBF\xBD\"" },
	{ "a\xC3", "\"a\xEF\xBF\xBD\"" },
	{ "\xC0\xAF", "\"\xEF\xBF\xBD\xEF\xBF\xBD\"" },
	{ "\xED\xA0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"" },
	{ "\xF0\x9F\x98\x80", "\"\xF0\x9F\x98\x80\"" },
	{ "\xF0\x9F\x98", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"" },
};

START_TEST(writer_mends_utf8)
{
	struct cp_buf b;

	cp_buf_init(&b);
	cp_json_put_string(&b, broken[_i][0]);
	ck_assert_str_eq(cp_buf_text(&b), broken[_i][1]);
	cp_buf_clear(&b);
}
END_TEST

/* Whatever bytes are put, a strict parser reads them back. */
START_TEST(writer_always_gives_json)
{
	struct cp_json *v = NULL;
	unsigned seed = 12345;
	struct cp_buf b;
	char text[64];

	cp_buf_init(&b);
	for (int round = 0; round < 20000; round++) {
		size_t n = (size_t)(round % 64);

		for (size_t i = 0; i < n; i++) {
			seed = seed * 1103515245u + 12345u;
			text[i] = (char)(1 + (seed >> 16) % 255);
		}
		cp_buf_reset(&b);
		cp_json_open(&b, '[');
		cp_json_put_bytes(&b, text, n);
		cp_json_close(&b, ']');
		ck_assert_int_eq(parse(cp_buf_text(&b), &v), CP_OK);
		cp_json_free(v);
	}
	cp_buf_clear(&b);
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

int
main(void)
{
	Suite *s = suite_create("json");
	TCase *t = tcase_create("json");
	SRunner *r;
	int failed;

	tcase_add_loop_test(t, round_trip, 0, 5);
	tcase_add_loop_test(t, what_is_not_json_is_refused, 0, COUNT(bad));
	tcase_add_test(t, errors_say_where_and_quote_nothing);
	tcase_add_test(t, nul_bytes_are_refused);
	tcase_add_test(t, depth_is_limited);
	tcase_add_test(t, brief_trees);
	tcase_add_test(t, getters);
	tcase_add_test(t, building);
	tcase_add_test(t, writer);
	tcase_add_loop_test(t, writer_mends_utf8, 0, COUNT(broken));
	tcase_add_test(t, writer_always_gives_json);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
