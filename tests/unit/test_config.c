#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lifecycle/store/config.h"

static enum cp_rc
load(const char *text, size_t len, struct cp_config *c, struct cp_err *err)
{
	char path[] = "/tmp/cpadmin-config.XXXXXX";
	int fd = mkstemp(path);
	enum cp_rc rc;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, len), (long)len);
	ck_assert_int_eq(close(fd), 0);
	rc = cp_config_load(path, c, err);
	ck_assert_int_eq(unlink(path), 0);
	return rc;
}

START_TEST(reads_both)
{
	static const char text[] =
	    "# a comment\nauthority = \"E08000015\";\nworkers = 3;\n";
	struct cp_config c;
	struct cp_err err = { 0 };

	ck_assert_int_eq(load(text, strlen(text), &c, &err), CP_OK);
	ck_assert_str_eq(c.authority, "E08000015");
	ck_assert_int_eq(c.workers, 3);
}
END_TEST

START_TEST(workers_may_be_absent)
{
	static const char text[] = "authority = \"E08000015\";";
	struct cp_config c;
	struct cp_err err = { 0 };

	ck_assert_int_eq(load(text, strlen(text), &c, &err), CP_OK);
	ck_assert_int_eq(c.workers, 0);
}
END_TEST

static const struct {
	const char *text;
	const char *says; /* in the error, after the path */
} refused[] = {
	{ "", ": authority is missing" },
	{ "workers = 1;", ": authority is missing" },
	{ "authority = 7;", ":1: authority is not a text" },
	{ "authority = \"e08000015\";", ":1: authority is not a letter" },
	{ "authority = \"E0800001\";", ":1: authority is not a letter" },
	{ "authority = \"E08000015\";\nworkers = \"2\";",
	    ":2: workers is not a whole number" },
	{ "authority = \"E08000015\";\nworkers = 2.5;",
	    ":2: workers is not a whole number" },
	{ "authority = \"E08000015\";\n\nworkers = 65;",
	    ":3: workers is not from 0 to 64" },
	{ "authority = \"E08000015\";\nworkers = -1;", ":2: workers is not" },
	{ "authority = \"E08000015\";\nworker = 2;",
	    ":2: worker is not a setting that is known" },
	{ "authority = \"E08000015\";\nworkers = ;", ":2: " },
	{ "authority = \"E08000015\";\n@include \"/etc/passwd\"\n",
	    ":2: include is not allowed" },
};

START_TEST(refuses)
{
	struct cp_config c = { "kept", 9 };
	struct cp_err err = { 0 };

	ck_assert_int_eq(load(refused[_i].text, strlen(refused[_i].text), &c,
	    &err), CP_BAD_INPUT);
	ck_assert_msg(strstr(err.what, refused[_i].says) != NULL, "%s",
	    err.what);
	ck_assert_str_eq(c.authority, "kept");
	ck_assert_int_eq(c.workers, 9);
}
END_TEST

START_TEST(refuses_nul_and_absence)
{
	static const char text[] = "authority = \"E08000015\";\0junk";
	struct cp_config c;
	struct cp_err err = { 0 };

	ck_assert_int_eq(load(text, sizeof(text), &c, &err), CP_BAD_INPUT);
	ck_assert_int_eq(cp_config_load("/nonexistent/cpadmin.conf", &c, &err),
	    CP_NOT_FOUND);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("config");
	TCase *t = tcase_create("config");
	SRunner *r;
	int failed;

	tcase_add_test(t, reads_both);
	tcase_add_test(t, workers_may_be_absent);
	tcase_add_loop_test(t, refuses, 0,
	    (int)(sizeof(refused) / sizeof(refused[0])));
	tcase_add_test(t, refuses_nul_and_absence);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
