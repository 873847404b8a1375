#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lifecycle/jobs/outcome.h"
#include "lifecycle/jobs/runs.h"
#include "lifecycle/rules/london.h"

/* The rows of jobs in a real store, and the words of an outcome. */

static struct cp_job job;
static struct cp_store *store;
static struct cp_err err;
static char dir[64];

#define OK(call) ck_assert_msg((call) == CP_OK, "%s", err.what)

static void
setup(void)
{
	cp_job_init(&job);
	(void)snprintf(job.name, sizeof(job.name), "night");
	(void)snprintf(job.command, sizeof(job.command), "audit verify");
	(void)snprintf(dir, sizeof(dir), "/tmp/cpadmin-jobs.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	OK(cp_store_create(dir, &store, &err));
}

static void
teardown(void)
{
	char command[96];

	cp_store_free(store);
	store = NULL;
	(void)snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

static struct cp_now
now(const char *day, int hour)
{
	struct cp_now n = { .simulated = 1 };

	OK(cp_date_parse(day, &n.today, &err));
	n.unix_time = cp_london_unix(n.today, hour * 3600);
	(void)cp_utc_format(n.unix_time, n.time);
	return n;
}

static struct cp_date
date(const char *day)
{
	struct cp_date d;

	OK(cp_date_parse(day, &d, &err));
	return d;
}

START_TEST(begins_once)
{
	struct cp_now n = now("2026-05-01", 2);
	struct cp_job_state s;
	struct cp_job_run run;

	OK(cp_job_load(store, &job, &n, &s, &err));
	ck_assert(!cp_date_set(s.last.nominal));
	OK(cp_job_begin(store, &job, n.today, 17, 0, &n, &run, &err));
	ck_assert_int_eq(run.status, CP_JOB_RUNNING);
	ck_assert_int_eq(run.attempts, 1);
	ck_assert_int_eq(run.late, 17);
	ck_assert_int_eq(run.started, n.unix_time);
	/* Not while it goes on, whatever is said. */
	ck_assert_int_eq(cp_job_begin(store, &job, n.today, 0, 0, &n, &run,
	    &err), CP_REFUSED);
	ck_assert_int_eq(cp_job_begin(store, &job, n.today, 0, 1, &n, &run,
	    &err), CP_REFUSED);
	ck_assert(!cp_store_in_txn(store));
	run.status = CP_JOB_DONE;
	run.exit_code = 3;
	(void)snprintf(run.what, sizeof(run.what), "in part");
	n = now("2026-05-01", 3);
	OK(cp_job_end(store, job.name, &run, &n, &err));
	OK(cp_job_load(store, &job, &n, &s, &err));
	ck_assert_int_eq(s.last.status, CP_JOB_DONE);
	ck_assert_int_eq(s.last.exit_code, 3);
	ck_assert_int_eq(s.last.finished, n.unix_time);
	ck_assert_str_eq(s.last.what, "in part");
	ck_assert_int_eq(s.tried.status, CP_JOB_DONE);
	/* Done is done, unless a person says again. */
	ck_assert_int_eq(cp_job_begin(store, &job, n.today, 0, 0, &n, &run,
	    &err), CP_REFUSED);
	OK(cp_job_begin(store, &job, n.today, 0, 1, &n, &run, &err));
	ck_assert_int_eq(run.attempts, 2);
	ck_assert_int_eq(run.finished, 0);
	ck_assert_int_eq(run.exit_code, -1);
	ck_assert_str_eq(run.what, "");
}
END_TEST

START_TEST(a_failed_one_begins_again)
{
	struct cp_now n = now("2026-05-01", 2);
	struct cp_job_run run;

	for (int i = 1; i <= 3; i++) {
		OK(cp_job_begin(store, &job, n.today, 0, 0, &n, &run, &err));
		ck_assert_int_eq(run.attempts, i);
		run.status = i == 2 ? CP_JOB_INTERRUPTED : CP_JOB_FAILED;
		run.exit_code = i == 2 ? -1 : 1;
		OK(cp_job_end(store, job.name, &run, &n, &err));
	}
}
END_TEST

/* Marks do not touch what was tried; a mark of the future is no mark. */
START_TEST(marks)
{
	struct cp_now n = now("2026-05-03", 2);
	struct cp_job_mark m[2] = {
		{ date("2026-05-01"), CP_JOB_MISSED, 5, "late" },
		{ date("2026-05-02"), CP_JOB_SKIPPED, 6, "over" },
	};
	struct cp_job_state s;
	struct cp_job_run run;

	OK(cp_job_begin(store, &job, date("2026-05-01"), 0, 0, &n, &run,
	    &err));
	OK(cp_job_mark(store, job.name, m, 2, &n, &err));
	OK(cp_job_get(store, job.name, date("2026-05-01"), &run, &err));
	ck_assert_int_eq(run.status, CP_JOB_RUNNING);
	OK(cp_job_load(store, &job, &n, &s, &err));
	ck_assert_int_eq(s.last.status, CP_JOB_SKIPPED);
	ck_assert_str_eq(s.last.what, "over");
	ck_assert_int_eq(cp_date_cmp(s.tried.nominal, date("2026-05-01")), 0);
	n = now("2026-05-02", 23);
	OK(cp_job_load(store, &job, &n, &s, &err));
	ck_assert_int_eq(cp_date_cmp(s.last.nominal, date("2026-05-01")), 0);
	OK(cp_job_begin(store, &job, date("2026-05-02"), 0, 0, &n, &run,
	    &err));
	ck_assert_int_eq(run.attempts, 1);
}
END_TEST

/* A clock set back: rows of days to come are not looked at. */
START_TEST(days_to_come)
{
	struct cp_now n = now("2030-01-01", 2);
	struct cp_job_state s;
	struct cp_job_run run;

	OK(cp_job_begin(store, &job, n.today, 0, 0, &n, &run, &err));
	n = now("2026-05-01", 2);
	OK(cp_job_load(store, &job, &n, &s, &err));
	ck_assert(!cp_date_set(s.last.nominal));
	ck_assert(!cp_date_set(s.tried.nominal));
}
END_TEST

START_TEST(recovers)
{
	struct cp_now n = now("2026-05-01", 2);
	struct cp_job_run run;
	int lock, other, freed = 9;

	OK(cp_job_lock(store, job.name, &lock, &err));
	ck_assert_int_eq(cp_job_lock(store, job.name, &other, &err), CP_BUSY);
	OK(cp_job_begin(store, &job, n.today, 0, 0, &n, &run, &err));
	OK(cp_jobs_recover(store, &n, &freed, &err));
	ck_assert_int_eq(freed, 0);
	ck_assert_int_eq(close(lock), 0);
	OK(cp_jobs_recover(store, &n, &freed, &err));
	ck_assert_int_eq(freed, 1);
	OK(cp_job_get(store, job.name, n.today, &run, &err));
	ck_assert_int_eq(run.status, CP_JOB_INTERRUPTED);
	/* An end that comes after that changes nothing. */
	run.status = CP_JOB_DONE;
	OK(cp_job_end(store, job.name, &run, &n, &err));
	OK(cp_job_get(store, job.name, n.today, &run, &err));
	ck_assert_int_eq(run.status, CP_JOB_INTERRUPTED);
	OK(cp_jobs_recover(store, &n, &freed, &err));
	ck_assert_int_eq(freed, 0);
	OK(cp_schedule_lock(store, &lock, &err));
	ck_assert_int_eq(cp_schedule_lock(store, &other, &err), CP_BUSY);
	ck_assert_int_eq(close(lock), 0);
}
END_TEST

static enum cp_rc
count_run(void *ctx, const struct cp_job_run *run, struct cp_err *e)
{
	char *order = ctx, day[CP_DATE_TEXT];

	(void)e;
	(void)strncat(order, cp_date_format(run->nominal, day) + 8, 2);
	return CP_OK;
}

START_TEST(newest_first)
{
	struct cp_now n = now("2026-05-09", 2);
	struct cp_job_mark m[5];
	char order[32] = "";

	for (int i = 0; i < 5; i++) {
		memset(&m[i], 0, sizeof(m[i]));
		m[i].nominal = cp_date_add_days(date("2026-05-01"), i);
		m[i].status = CP_JOB_MISSED;
	}
	OK(cp_job_mark(store, job.name, m, 5, &n, &err));
	OK(cp_job_each(store, job.name, 3, count_run, order, &err));
	ck_assert_str_eq(order, "050403");
	OK(cp_job_each(store, "other", 3, count_run, order, &err));
	ck_assert_str_eq(order, "050403");
}
END_TEST

/* ---- outcomes ---------------------------------------------------------------- */

#define ERROR(what) "{\"kind\":\"error\",\"v\":1,\"code\":5,\"what\":\"" \
	what "\",\"hint\":\"\"}\n"

static const struct {
	struct cp_job_end end;
	enum cp_job_status status;
	int exit_code;
	const char *what;
} outcomes[] = {
	{ { .exit_code = 0 }, CP_JOB_DONE, 0, "" },
	{ { .exit_code = 0, .out = "{\"kind\":\"x\",\"v\":1,\"archived\":3,"
	    "\"held\":0,\"batches_proposed\":2,\"on\":\"2026-05-01\"}" },
	    CP_JOB_DONE, 0, "archived 3, batches proposed 2" },
	{ { .exit_code = 0, .out = "{\"rows\":[{\"a\":1}]}" }, CP_JOB_DONE,
	    0, "" },
	{ { .exit_code = 0, .out = "{\"cut\":1," }, CP_JOB_DONE, 0, "" },
	{ { .exit_code = 3, .err = ERROR("2 failed"),
	    .out = "{\"archived\":3}" }, CP_JOB_DONE, 3, "2 failed" },
	{ { .exit_code = 3, .out = "{\"archived\":3}" }, CP_JOB_DONE, 3,
	    "archived 3" },
	{ { .exit_code = 5, .err = "chat about CP-1\n" ERROR("refused") },
	    CP_JOB_FAILED, 5, "refused" },
	/* What is not an error's document may name somebody. */
	{ { .exit_code = 1, .err = "Ann Hill is missing\n" }, CP_JOB_FAILED,
	    1, "it ended with status 1" },
	{ { .exit_code = 1, .err = ERROR("a") "Ann Hill\n" }, CP_JOB_FAILED,
	    1, "it ended with status 1" },
	{ { .exit_code = -1, .signal = 11 }, CP_JOB_FAILED, -1,
	    "it was killed by signal 11" },
	{ { .exit_code = -1, .signal = 15, .timed_out = 1 }, CP_JOB_FAILED,
	    -1, "it was stopped after 7200 seconds" },
	{ { .exit_code = -1, .signal = 15, .stopped = 1 },
	    CP_JOB_INTERRUPTED, -1, "the scheduler was stopped" },
	/* It was done before it could be stopped. */
	{ { .exit_code = 0, .stopped = 1 }, CP_JOB_DONE, 0, "" },
	{ { .exit_code = 0, .timed_out = 1 }, CP_JOB_DONE, 0, "" },
	{ { .exit_code = 1, .stopped = 1 }, CP_JOB_INTERRUPTED, -1,
	    "the scheduler was stopped" },
	{ { .exit_code = 127, .cannot_run = 1 }, CP_JOB_FAILED, -1,
	    "the program could not be started" },
};

START_TEST(words_of_outcomes)
{
	struct cp_job_end end = outcomes[_i].end;
	struct cp_job_run run = { .attempts = 1 };

	end.out_len = end.out != NULL ? strlen(end.out) : 0;
	end.err_len = end.err != NULL ? strlen(end.err) : 0;
	cp_job_outcome(&end, &job, &run);
	ck_assert_int_eq(run.status, outcomes[_i].status);
	ck_assert_int_eq(run.exit_code, outcomes[_i].exit_code);
	ck_assert_str_eq(run.what, outcomes[_i].what);
}
END_TEST

START_TEST(long_words_are_cut)
{
	char text[1600] = "{\"what\":\"";
	struct cp_job_end end = { .exit_code = 1 };
	struct cp_job_run run;

	while (strlen(text) < 1500)
		(void)strcat(text, "é€");
	(void)strcat(text, "\"}");
	end.err = text;
	end.err_len = strlen(text);
	cp_job_outcome(&end, &job, &run);
	ck_assert_uint_ge(strlen(run.what), CP_JOB_WHAT - 4);
	ck_assert(strlen(run.what) % 5 == 0 || strlen(run.what) % 5 == 2);
}
END_TEST

static const struct {
	const char *command, *on, *as, *words;
} commands[] = {
	{ "audit verify", NULL, NULL,
	    "cpadmin audit verify --store /s --quiet --json" },
	{ "retention run", NULL, NULL,
	    "cpadmin retention run --store /s --quiet --json --yes" },
	{ "retention run --workers 2", "2026-05-01", "sam",
	    "cpadmin retention run --workers 2 --store /s --on 2026-05-01 "
	    "--as sam --quiet --json --yes" },
	{ "retention run --dry-run", NULL, NULL,
	    "cpadmin retention run --dry-run --store /s --quiet --json" },
	{ "retention run --yes", NULL, NULL,
	    "cpadmin retention run --yes --store /s --quiet --json" },
	{ "retention running", NULL, NULL,
	    "cpadmin retention running --store /s --quiet --json" },
};

START_TEST(words_of_commands)
{
	char text[CP_JOB_COMMAND], *argv[CP_JOB_ARGV], have[400] = "";

	(void)snprintf(job.command, sizeof(job.command), "%s",
	    commands[_i].command);
	cp_job_argv(&job, "/s", commands[_i].on, commands[_i].as, text, argv);
	for (int i = 0; argv[i] != NULL; i++) {
		if (i > 0)
			(void)strcat(have, " ");
		(void)strcat(have, argv[i]);
	}
	ck_assert_str_eq(have, commands[_i].words);
}
END_TEST

#define LOOP(t, f, table) tcase_add_loop_test(t, f, 0, \
	(int)(sizeof(table) / sizeof((table)[0])))

int
main(void)
{
	Suite *s = suite_create("job_runs");
	TCase *rows = tcase_create("rows"), *words = tcase_create("words");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(rows, setup, teardown);
	tcase_add_test(rows, begins_once);
	tcase_add_test(rows, a_failed_one_begins_again);
	tcase_add_test(rows, marks);
	tcase_add_test(rows, days_to_come);
	tcase_add_test(rows, recovers);
	tcase_add_test(rows, newest_first);
	suite_add_tcase(s, rows);
	tcase_add_unchecked_fixture(words, setup, teardown);
	LOOP(words, words_of_outcomes, outcomes);
	tcase_add_test(words, long_words_are_cut);
	LOOP(words, words_of_commands, commands);
	suite_add_tcase(s, words);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
