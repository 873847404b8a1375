#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/buf.h"
#include "lifecycle/store/config_letters.h"

#define BEFORE "authority = \"E08000015\";\n"
#define WHO "authority = \"E08000015\"; "
#define NAME "name = \"Wirral Council\"; "
#define LINES "lines = [\"PO Box 290\", \"Wallasey\", \"CH27 9FQ\"]; "
#define PHONE "phone = \"0151 496 0001\"; "
#define EMAIL "email = \"directory@example.org\"; "
#define DPO "dpo = \"dpo@example.org\"; "
#define ALL WHO NAME LINES PHONE EMAIL DPO
#define HEADS(text) BEFORE "letterheads = (\n" text ");\n"

static enum cp_rc
load(const char *text, struct cp_config_letters *x, struct cp_err *err)
{
	char path[] = "/tmp/cpadmin-letters.XXXXXX";
	int fd = mkstemp(path);
	enum cp_rc rc;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (long)strlen(text));
	ck_assert_int_eq(close(fd), 0);
	rc = cp_config_letters_load(path, x, err);
	ck_assert_int_eq(unlink(path), 0);
	return rc;
}

START_TEST(reads_all)
{
	/* "Cafe" with a combining accent becomes one letter. */
	static const char text[] = HEADS(
	    "{ authority = \"S12000033\"; name = \"Cafe\xcc\x81\"; "
	    "office = \"Bournemouth, Christchurch and Poole children's team"
	    "\"; lines = (\"1 High St\", "
	    "\"AB10 1AB\"); phone = \"+44 (0)1632 960001\"; email = "
	    "\"a@b\"; web = \"example.org/x\"; dpo = \"the officer\"; },\n"
	    "{ " ALL "}");
	const struct cp_config_letterhead *h;
	struct cp_config_letters x;
	struct cp_err err = { 0 };

	ck_assert_msg(load(text, &x, &err) == CP_OK, "%s", err.what);
	ck_assert_uint_eq(x.n, 2);
	h = cp_config_letters_of(&x, "S12000033");
	ck_assert_ptr_nonnull(h);
	ck_assert_str_eq(h->name, "Caf\xc3\xa9");
	ck_assert_str_eq(h->office,
	    "Bournemouth, Christchurch and Poole children's team");
	ck_assert_uint_eq(h->n_lines, 2);
	ck_assert_str_eq(h->lines[1], "AB10 1AB");
	ck_assert_str_eq(h->phone, "+44 (0)1632 960001");
	ck_assert_str_eq(h->web, "example.org/x");
	ck_assert_str_eq(h->dpo, "the officer");
	h = cp_config_letters_of(&x, "E08000015");
	ck_assert_ptr_nonnull(h);
	ck_assert_str_eq(h->name, "Wirral Council");
	ck_assert_str_eq(h->email, "directory@example.org");
	ck_assert_ptr_null(h->office);
	ck_assert_ptr_null(h->web);
	ck_assert_ptr_null(cp_config_letters_of(&x, "E08000016"));
	ck_assert_ptr_null(cp_config_letters_of(&x, ""));
	ck_assert_ptr_null(cp_config_letters_of(&x,
	    "E0800001500000000000000000000"));
	cp_config_letters_clear(&x);
	ck_assert_ptr_null(cp_config_letters_of(&x, "E08000015"));
}
END_TEST

START_TEST(none_is_no_error)
{
	struct cp_config_letters x = { NULL, 9 };
	struct cp_err err = { 0 };

	ck_assert_int_eq(load(BEFORE, &x, &err), CP_OK);
	ck_assert_uint_eq(x.n, 0);
	cp_config_letters_clear(&x);
	ck_assert_int_eq(load(BEFORE "letterheads = ();", &x, &err), CP_OK);
	ck_assert_uint_eq(x.n, 0);
	cp_config_letters_clear(&x);
	ck_assert_int_eq(cp_config_letters_load("/nonexistent/x", &x, &err),
	    CP_NOT_FOUND);
}
END_TEST

static const struct {
	const char *text;
	const char *says; /* in the error, after the path */
} refused[] = {
	{ BEFORE "letterheads = { };", ":2: letterheads is not letterheads" },
	{ BEFORE "letterheads = 1;", ":2: letterheads is not letterheads" },
	{ HEADS("1"), ":3: a letterhead is not settings" },
	{ HEADS("{ }"), ":3: a letterhead has no authority" },
	{ HEADS("{ " WHO "}"), ":3: a letterhead has no name" },
	{ HEADS("{ " WHO NAME "}"), ":3: a letterhead has no lines" },
	{ HEADS("{ " WHO NAME LINES "}"), ":3: a letterhead has no phone" },
	{ HEADS("{ " WHO NAME LINES PHONE "}"), "has no email" },
	{ HEADS("{ " WHO NAME LINES PHONE EMAIL "}"), "has no dpo" },
	{ HEADS("{ " ALL "},\n{ " ALL "}"),
	    ":2: letterheads has E08000015 twice" },
	{ HEADS("{ " ALL "fax = \"1\"; }"), ":3: fax is not a setting of a" },
	{ HEADS("{ authority = \"e08000015\"; }"),
	    ":3: authority is not a letter and 8 digits" },
	{ HEADS("{ authority = 1; }"), ":3: authority is not a text" },
	{ HEADS("{ name = 1; }"), ":3: name is not a text" },
	{ HEADS("{ name = \"\"; }"), ":3: name is empty" },
	{ HEADS("{ name = \"  \"; }"), ":3: name is empty" },
	{ HEADS("{ name = \"a\tb\"; }"), ":3: name has a character" },
	{ HEADS("{ name = \"a\xe2\x80\xae" "b\"; }"),
	    ":3: name has a character that is not shown" },
	{ HEADS("{ name = \"\xff\"; }"), ":3: name is not UTF-8" },
	{ HEADS("{ name = \"123456789012345678901234567890123456789012345"
	    "6789012345678901\"; }"), ":3: name is too long" },
	{ HEADS("{ lines = [\"12345678901234567890123456789012345678901\"]; }"),
	    ":3: a line is too long" },
	{ HEADS("{ lines = []; }"), ":3: lines is not 1 to 6 lines" },
	{ HEADS("{ lines = [\"1\", \"2\", \"3\", \"4\", \"5\", \"6\", "
	    "\"7\"]; }"), ":3: lines is not 1 to 6 lines" },
	{ HEADS("{ lines = \"1\"; }"), ":3: lines is not texts" },
	{ HEADS("{ lines = [1]; }"), ":3: a line is not a text" },
	{ HEADS("{ lines = [\"1\", \"\"]; }"), ":3: a line is empty" },
	{ HEADS("{ phone = \"call us\"; }"), ":3: phone is no telephone" },
	{ HEADS("{ phone = \"()\"; }"), ":3: phone is no telephone" },
	{ HEADS("{ email = \"a.b\"; }"), ":3: email is no address" },
	{ HEADS("{ email = \"@b\"; }"), ":3: email is no address" },
	{ HEADS("{ email = \"a@\"; }"), ":3: email is no address" },
	{ HEADS("{ email = \"a@b@c\"; }"), ":3: email is no address" },
	{ HEADS("{ email = \"a @b\"; }"), ":3: email has a blank" },
	{ HEADS("{ web = \"a b\"; }"), ":3: web has a blank" },
	{ HEADS("{ dpo = 1; }"), ":3: dpo is not a text" },
	{ HEADS("{ " ALL "}") "workers = 99;", ":4: workers is not from" },
};

/* What a letter's settings refuse, any reading of the settings refuses. */
START_TEST(refuses)
{
	struct cp_config_letters x = { NULL, 7 };
	struct cp_err err = { 0 };

	ck_assert_int_eq(load(refused[_i].text, &x, &err), CP_BAD_INPUT);
	ck_assert_msg(strstr(err.what, refused[_i].says) != NULL, "%s",
	    err.what);
	ck_assert_uint_eq(x.n, 7);
}
END_TEST

START_TEST(many)
{
	struct cp_config_letters x = { NULL, 0 };
	struct cp_err err = { 0 };
	struct cp_buf b;

	for (int n = 153; n <= CP_LETTERHEADS_MAX + 1;
	    n += CP_LETTERHEADS_MAX - 152) {
		cp_buf_init(&b);
		cp_buf_puts(&b, BEFORE "letterheads = (\n");
		for (int i = n; i > 0; i--)
			cp_buf_printf(&b, "{ authority = \"E%08d\"; " NAME
			    LINES PHONE EMAIL DPO "}%s\n", i, i > 1 ? "," : "");
		cp_buf_puts(&b, ");");
		if (n > CP_LETTERHEADS_MAX) {
			ck_assert_int_eq(load(cp_buf_text(&b), &x, &err),
			    CP_BAD_INPUT);
			ck_assert_ptr_nonnull(strstr(err.what, "more than"));
		} else {
			ck_assert_int_eq(load(cp_buf_text(&b), &x, &err),
			    CP_OK);
			ck_assert_uint_eq(x.n, (size_t)n);
			ck_assert_ptr_nonnull(cp_config_letters_of(&x,
			    "E00000153"));
			cp_config_letters_clear(&x);
		}
		cp_buf_clear(&b);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("config_letters");
	TCase *t = tcase_create("config_letters");
	SRunner *r;
	int failed;

	tcase_add_test(t, reads_all);
	tcase_add_test(t, none_is_no_error);
	tcase_add_loop_test(t, refuses, 0,
	    (int)(sizeof(refused) / sizeof(refused[0])));
	tcase_add_test(t, many);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
