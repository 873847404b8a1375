#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/buf.h"
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
#define J(text) "authority = \"E08000015\";\nschedule = {\n" text "};"
	{ J("") "\nschedule = 1;", ":4: " },
	{ "authority = \"E08000015\";\nschedule = 1;",
	    ":2: schedule is not jobs in braces" },
	{ J("a = 1;"), ":3: a is not a job in braces" },
	{ J("A = { };"), ":3: A is no name of a job" },
	{ J("a_b = { };"), ":3: a_b is no name of a job" },
	{ J("abcdefghijklmnopqrstuvwxyz0123456 = { };"), "is no name" },
	{ J("a = { };"), ":3: a has no command" },
	{ J("a = { command = \"audit verify\"; };"),
	    ":3: a does not say every when" },
	{ J("a = { command = 1; };"), ":3: command is not a text" },
	{ J("a = { command = \"\"; };"), ":3: command is empty" },
	{ J("a = { command = \"--yes\"; };"),
	    ":3: command does not begin with a command" },
	{ J("a = { command = \"audit verify; rm\"; };"),
	    ":3: command has a word that a job cannot have" },
	{ J("a = { command = \"retention run --accept share\"; };"),
	    ":3: command has a word that a job cannot have" },
	{ J("a = { command = \"retention run --accept=share\"; };"),
	    ":3: command has a word that a job cannot have" },
	{ J("a = { command = \"audit verify --store /x\"; };"),
	    ":3: command has a word that a job cannot have" },
	{ J("a = { command = \"audit\tverify\"; };"),
	    ":3: command is not plain words" },
	{ J("a = {\ncommand = \"audit verify\";\nevry = \"day\"; };"),
	    ":5: evry is not a setting of a job" },
	{ J("a = { every = \"Sunday\"; };"), ":3: every is not day" },
	{ J("a = { every = 1; };"), ":3: every is not a text" },
#define E(text) J("a = { command = \"audit verify\"; every = \"day\"; " \
	text "};")
	{ E("day = 1;"), ":3: a has a day, and is not of every month" },
	{ E("day = 0;"), ":3: day is not 1 to 28" },
	{ E("day = 29;"), ":3: day is not from -1 to 28" },
	{ E("at = \"24:00\";"), ":3: at is not a time of day" },
	{ E("at = \"2:00\";"), ":3: at is not a time of day" },
	{ E("at = \"02:60\";"), ":3: at is not a time of day" },
	{ E("at = \"02:00:60\";"), ":3: at is not a time of day" },
	{ E("at = \"02-00\";"), ":3: at is not a time of day" },
	{ E("at = \"02:00:0\";"), ":3: at is not a time of day" },
	{ E("missed = \"all\";"), ":3: missed is not last" },
	{ E("overlap = \"\";"), ":3: overlap is not skip" },
	{ E("max_late = \"3 days\";"), ":3: max_late is not a period" },
	{ E("max_late = \"P1Y\";"), ":3: max_late is not a period" },
	{ E("max_late = 3;"), ":3: max_late is not a text" },
	{ E("random_delay = 14401;"), ":3: random_delay is not from 0 to" },
	{ E("at = \"23:00\"; random_delay = 3600;"),
	    ":3: a has a random_delay that reaches past midnight" },
	{ E("timeout = 0;"), ":3: timeout is not from 1 to" },
	{ E("timeout = 1.5;"), ":3: timeout is not a whole number" },
	{ E("retries = 11;"), ":3: retries is not from 0 to 10" },
	{ E("retry_after = 0;"), ":3: retry_after is not from 1 to" },
	{ E("enabled = 1;"), ":3: enabled is not true or false" },
	{ E("except = \"12-25\";"), ":3: except is not a list" },
	{ E("except = [\"12-32\"];"), ":3: except has what is no day" },
	{ E("except = [\"2026-02-29\"];"), ":3: except has what is no" },
	{ E("except = [1225];"), ":3: except has what is no day" },
	{ E("at = \"02:00\"; at = \"03:00\";"), ":3: " },
	{ "authority = \"E08000015\";\n@include \"/etc/passwd\"\n",
	    ":2: include is not allowed" },
};

START_TEST(refuses)
{
	struct cp_config c = { .authority = "kept", .workers = 9 };
	struct cp_err err = { 0 };

	ck_assert_int_eq(load(refused[_i].text, strlen(refused[_i].text), &c,
	    &err), CP_BAD_INPUT);
	ck_assert_msg(strstr(err.what, refused[_i].says) != NULL, "%s",
	    err.what);
	ck_assert_str_eq(c.authority, "kept");
	ck_assert_int_eq(c.workers, 9);
}
END_TEST

/* Every setting of a job, and what stands where one is absent. */
START_TEST(reads_jobs)
{
	static const char text[] =
	    "authority = \"E08000015\";\nschedule = {\n"
	    "  night-run = { command = \" retention   run \"; enabled = false;"
	    "    every = \"month\"; day = -1; at = \"23:59:30\";"
	    "    missed = \"each\"; max_late = \"P1M2D\";"
	    "    overlap = \"wait\"; random_delay = 29;"
	    "    except = [\"12-25\", \"02-29\", \"2026-12-28\"];"
	    "    timeout = 60; retries = 0; retry_after = 7; };\n"
	    "  b = { command = \"audit verify\"; every = \"sunday\"; };\n"
	    "};\n";
	struct cp_config c;
	struct cp_err err = { 0 };
	const struct cp_job *j;

	ck_assert_msg(load(text, strlen(text), &c, &err) == CP_OK, "%s",
	    err.what);
	ck_assert_int_eq(c.schedule.n, 2);
	j = &c.schedule.jobs[0];
	ck_assert_str_eq(j->name, "night-run");
	ck_assert_str_eq(j->command, "retention run");
	ck_assert_int_eq(j->enabled, 0);
	ck_assert_int_eq(j->every, CP_EVERY_MONTH);
	ck_assert_int_eq(j->day, CP_JOB_LAST_DAY);
	ck_assert_int_eq(j->at, 86370);
	ck_assert_int_eq(j->missed, CP_MISSED_EACH);
	ck_assert_int_eq(j->max_late.months, 1);
	ck_assert_int_eq(j->max_late.days, 2);
	ck_assert_int_eq(j->overlap, CP_OVERLAP_WAIT);
	ck_assert_int_eq(j->random_delay, 29);
	ck_assert_int_eq(j->n_except, 3);
	ck_assert_int_eq(j->except[0].year, 0);
	ck_assert_int_eq(j->except[1].day, 29);
	ck_assert_int_eq(j->except[2].year, 2026);
	ck_assert_int_eq(j->timeout, 60);
	ck_assert_int_eq(j->retries, 0);
	ck_assert_int_eq(j->retry_after, 7);
	j = &c.schedule.jobs[1];
	ck_assert_int_eq(j->enabled, 1);
	ck_assert_int_eq(j->every, CP_EVERY_WEEK);
	ck_assert_int_eq(j->weekday, 6);
	ck_assert_int_eq(j->at, 7200);
	ck_assert_int_eq(j->missed, CP_MISSED_LAST);
	ck_assert_int_eq(j->overlap, CP_OVERLAP_SKIP);
	ck_assert_int_eq(j->max_late.days, 3);
	ck_assert_int_eq(j->retries, 3);
}
END_TEST

/* Absent: what every store does.  Empty: nothing. */
START_TEST(jobs_may_be_absent)
{
	static const char none[] = "authority = \"E08000015\";";
	static const char empty[] =
	    "authority = \"E08000015\"; schedule = { };";
	struct cp_buf many;
	struct cp_config c;
	struct cp_err err = { 0 };

	ck_assert_int_eq(load(none, strlen(none), &c, &err), CP_OK);
	ck_assert_int_eq(c.schedule.n, 6);
	ck_assert_int_eq(load(empty, strlen(empty), &c, &err), CP_OK);
	ck_assert_int_eq(c.schedule.n, 0);
	cp_buf_init(&many);
	cp_buf_puts(&many, "authority = \"E08000015\"; schedule = {\n");
	for (int i = 0; i <= CP_JOBS_MAX; i++)
		cp_buf_printf(&many, "j%d = { command = \"audit verify\"; "
		    "every = \"day\"; };\n", i);
	cp_buf_puts(&many, "};");
	ck_assert_int_eq(load(cp_buf_text(&many), many.len, &c, &err),
	    CP_BAD_INPUT);
	ck_assert_ptr_nonnull(strstr(err.what, "j16 is one job too many"));
	cp_buf_clear(&many);
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
	tcase_add_test(t, reads_jobs);
	tcase_add_test(t, jobs_may_be_absent);
	tcase_add_test(t, refuses_nul_and_absence);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
