#include <check.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cpadmin/call.h"
#include "cpadmin/out.h"

static const struct cp_column cols[] = {
	{ "id", "ID" },
	{ "name", "NAME" },
	{ "due", NULL },
};

static const struct cp_opt json_opt = { "json", 0, CP_OPT_FLAG, NULL, "" };
static const struct cp_opt columns_opt = { "columns", 0, CP_OPT_TEXT, "", "" };

static struct cp_given given[2];
static struct cp_call call;
static struct cp_err err;
static char path[64];

/* A call with these options; what it prints goes to a file. */
static void
begin(int json, const char *columns)
{
	static char wanted[64];
	int fd;

	ck_assert_ptr_nonnull(setlocale(LC_CTYPE, "C.UTF-8"));
	memset(&call, 0, sizeof(call));
	call.given = given;
	if (json)
		given[call.n_given++] = (struct cp_given){ &json_opt, NULL };
	if (columns != NULL) {
		(void)snprintf(wanted, sizeof(wanted), "%s", columns);
		given[call.n_given++] =
		    (struct cp_given){ &columns_opt, wanted };
	}
	(void)snprintf(path, sizeof(path), "/tmp/cpadmin-out.XXXXXX");
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_ge(dup2(fd, STDOUT_FILENO), 0);
	ck_assert_int_eq(close(fd), 0);
}

/* What was printed since; the caller frees. */
static char *
printed(void)
{
	char *text = calloc(1, 1 << 20);
	FILE *f;

	ck_assert_int_eq(fflush(stdout), 0);
	f = fopen(path, "r");
	ck_assert_ptr_nonnull(f);
	ck_assert_ptr_nonnull(text);
	ck_assert_uint_lt(fread(text, 1, 1 << 20, f), 1 << 20);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_int_eq(unlink(path), 0);
	return text;
}

static void
expect(const char *want)
{
	char *have = printed();

	ck_assert_str_eq(have, want);
	free(have);
}

static struct cp_out *
table(void)
{
	struct cp_out *o = NULL;

	ck_assert_int_eq(cp_out_table(&call, "things", cols, 3, &o, &err),
	    CP_OK);
	return o;
}

static void
row(struct cp_out *o, int id, const char *name, int due)
{
	cp_out_int(o, id);
	cp_out_text(o, name);
	cp_out_bool(o, due);
	ck_assert_int_eq(cp_out_row(o, &err), CP_OK);
}

START_TEST(json_table)
{
	struct cp_out *o;

	begin(1, NULL);
	o = table();
	row(o, 1, "O\"Brien\\\n", 1);
	row(o, -2, NULL, 0);
	ck_assert_int_eq(cp_out_end(&o, &err), CP_OK);
	ck_assert_ptr_null(o);
	expect("{\"kind\":\"things\",\"v\":1,\"rows\":[\n"
	    "{\"id\":1,\"name\":\"O\\\"Brien\\\\\\n\",\"due\":true},\n"
	    "{\"id\":-2,\"name\":null,\"due\":false}\n]}\n");
}
END_TEST

START_TEST(json_empty_table)
{
	struct cp_out *o;

	begin(1, NULL);
	o = table();
	ck_assert_int_eq(cp_out_end(&o, &err), CP_OK);
	expect("{\"kind\":\"things\",\"v\":1,\"rows\":[]}\n");
}
END_TEST

START_TEST(json_object)
{
	struct cp_out *o = NULL;

	begin(1, NULL);
	ck_assert_int_eq(cp_out_object(&call, "thing", cols, 3, &o, &err),
	    CP_OK);
	cp_out_json(o, "[1,{}]", "one");
	cp_out_text(o, "\xC3\xA9\xFF");
	cp_out_int(o, INT64_MIN);
	ck_assert_int_eq(cp_out_end(&o, &err), CP_OK);
	expect("{\"kind\":\"thing\",\"v\":1,\"id\":[1,{}],"
	    "\"name\":\"\xC3\xA9\xEF\xBF\xBD\","
	    "\"due\":-9223372036854775808}\n");
}
END_TEST

START_TEST(json_columns)
{
	struct cp_out *o;

	begin(1, "due,id");
	o = table();
	row(o, 1, "a", 1);
	ck_assert_int_eq(cp_out_end(&o, &err), CP_OK);
	expect("{\"kind\":\"things\",\"v\":1,\"rows\":[\n"
	    "{\"id\":1,\"due\":true}\n]}\n");
}
END_TEST

START_TEST(people_table)
{
	struct cp_out *o;

	begin(0, NULL);
	o = table();
	row(o, 1, "Zo\xC3\xAB \x1B[31m", 1);
	row(o, 20, NULL, 0);
	ck_assert_int_eq(cp_out_end(&o, &err), CP_OK);
	expect("ID NAME\n1  Zo\xC3\xAB <U+001B>[31m\n20 \n");
}
END_TEST

START_TEST(people_columns)
{
	struct cp_out *o;

	begin(0, "due,name");
	o = table();
	row(o, 1, "a", 1);
	ck_assert_int_eq(cp_out_end(&o, &err), CP_OK);
	expect("due NAME\nyes a\n");
}
END_TEST

START_TEST(people_object)
{
	struct cp_out *o = NULL;

	begin(0, NULL);
	ck_assert_int_eq(cp_out_object(&call, "thing", cols, 3, &o, &err),
	    CP_OK);
	cp_out_text(o, "x\ny");
	cp_out_json(o, "[1]", "one");
	cp_out_int(o, 7);
	ck_assert_int_eq(cp_out_end(&o, &err), CP_OK);
	expect("ID:   x<U+000A>y\nNAME: one\n");
}
END_TEST

/* What has no value has no line for people, and takes no room; JSON has it. */
START_TEST(brief_object)
{
	struct cp_out *o = NULL;

	for (int json = 0; json < 2; json++) {
		begin(json, NULL);
		ck_assert_int_eq(cp_out_object(&call, "thing", cols, 3, &o,
		    &err), CP_OK);
		cp_out_brief(o);
		cp_out_text(o, "x");
		cp_out_json(o, "null", "");
		cp_out_text(o, NULL);
		ck_assert_int_eq(cp_out_end(&o, &err), CP_OK);
		expect(json ? "{\"kind\":\"thing\",\"v\":1,\"id\":\"x\","
		    "\"name\":null,\"due\":null}\n" : "ID: x\n");
	}
}
END_TEST

START_TEST(unknown_column)
{
	struct cp_out *o = NULL;

	begin(0, "id,nme");
	ck_assert_int_eq(cp_out_table(&call, "things", cols, 3, &o, &err),
	    CP_USAGE);
	ck_assert_ptr_null(o);
	ck_assert_str_eq(err.what, "--columns: no such column: nme");
	ck_assert_str_eq(err.hint, "columns: id,name,due");
	expect("");
}
END_TEST

/* Three chunks: one heading, every row once and in order. */
START_TEST(many_rows)
{
	struct cp_out *o;
	char *text, *at;
	int i;

	begin(0, "name,id");
	o = table();
	for (i = 0; i < 2500; i++)
		row(o, i, i == 1200 ? "a long name" : "b", 0);
	ck_assert_int_eq(cp_out_end(&o, &err), CP_OK);
	text = printed();
	at = strchr(text, '\n');
	ck_assert_ptr_nonnull(at);
	ck_assert_int_eq(strncmp(text, "NAME", 4), 0);
	for (i = 0; i < 2500; i++) {
		at = strpbrk(at, "0123456789");
		ck_assert_ptr_nonnull(at);
		ck_assert_int_eq(strtol(at, &at, 10), i);
	}
	ck_assert_str_eq(at, "\n");
	free(text);
}
END_TEST

START_TEST(values_must_fit_columns)
{
	struct cp_out *o;

	begin(1, NULL);
	o = table();
	cp_out_int(o, 1);
	ck_assert_int_eq(cp_out_row(o, &err), CP_FAILED);
	cp_out_free(o);
	o = table();
	cp_out_int(o, 1);
	cp_out_int(o, 1);
	cp_out_int(o, 1);
	cp_out_int(o, 1);
	ck_assert_int_eq(cp_out_row(o, &err), CP_FAILED);
	cp_out_free(o);
	expect("");
}
END_TEST

START_TEST(full_disk)
{
	struct cp_out *o;

	begin(1, NULL);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_ptr_nonnull(freopen("/dev/full", "w", stdout));
	o = table();
	row(o, 1, "a", 1);
	ck_assert_int_eq(cp_out_end(&o, &err), CP_FAILED);
	ck_assert_ptr_nonnull(strstr(err.what, "No space left"));
}
END_TEST

static const struct {
	const char *in, *out;
} escapes[] = {
	{ "", "" },
	{ "O\xE2\x80\x99" "Brien \xF0\x9F\x98\x80", "O\xE2\x80\x99" "Brien "
	    "\xF0\x9F\x98\x80" },
	{ "\x01\x7F\t", "<U+0001><U+007F><U+0009>" },
	{ "\xC2\x9B", "<U+009B>" },                /* CSI of C1 */
	{ "a\xE2\x80\xAE" "b", "a<U+202E>b" },     /* right-to-left override */
	{ "\xE2\x81\xA6\xE2\x81\xA9", "<U+2066><U+2069>" },
	{ "\xEF\xBB\xBF", "<U+FEFF>" },
	{ "\xF3\xA0\x81\x81", "<U+E0041>" },       /* a tag */
	{ "\x80", "<80>" },
	{ "\xC3", "<C3>" },                        /* cut short */
	{ "\xE2\x80", "<E2><80>" },
	{ "\xC0\xAF", "<C0><AF>" },                /* overlong */
	{ "\xE0\x80\x80", "<E0><80><80>" },
	{ "\xED\xA0\x80", "<ED><A0><80>" },        /* a surrogate */
	{ "\xF4\x90\x80\x80", "<F4><90><80><80>" }, /* past U+10FFFF */
	{ "\xFF" "a", "<FF>a" },
};

START_TEST(escaping)
{
	struct cp_buf b;

	cp_buf_init(&b);
	cp_out_escape(&b, escapes[_i].in);
	ck_assert_str_eq(cp_buf_text(&b), escapes[_i].out);
	cp_buf_clear(&b);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("out");
	TCase *t = tcase_create("out");
	SRunner *r;
	int failed;

	tcase_add_test(t, json_table);
	tcase_add_test(t, json_empty_table);
	tcase_add_test(t, json_object);
	tcase_add_test(t, json_columns);
	tcase_add_test(t, people_table);
	tcase_add_test(t, people_columns);
	tcase_add_test(t, people_object);
	tcase_add_test(t, brief_object);
	tcase_add_test(t, unknown_column);
	tcase_add_test(t, many_rows);
	tcase_add_test(t, values_must_fit_columns);
	tcase_add_test(t, full_disk);
	tcase_add_loop_test(t, escaping, 0,
	    (int)(sizeof(escapes) / sizeof(escapes[0])));
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
