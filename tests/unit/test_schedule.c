#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/jobs/due.h"
#include "lifecycle/rules/london.h"

enum { HOUR = 3600, DAY = 86400 };

static struct cp_job job;

static struct cp_date
date(const char *text)
{
	struct cp_err err = { 0 };
	struct cp_date d;

	ck_assert_msg(cp_date_parse(text, &d, &err) == CP_OK, "%s", text);
	return d;
}

/* "YYYY-MM-DDThh:mm:ss", UTC. */
static int64_t
utc(const char *text)
{
	char day[CP_DATE_TEXT];
	int h, m, s;

	(void)snprintf(day, sizeof(day), "%.10s", text);
	ck_assert_int_eq(sscanf(text + 10, "T%d:%d:%d", &h, &m, &s), 3);
	return cp_utc_unix(date(day), (h * 60 + m) * 60 + s);
}

static void
setup(void)
{
	cp_job_init(&job);
	(void)snprintf(job.name, sizeof(job.name), "retention");
}

/* ---- civil times ------------------------------------------------------------- */

static const struct {
	const char *day;
	int32_t second;
	const char *utc;
} moments[] = {
	/* 2026: forward on 29 March, back on 25 October. */
	{ "2026-03-28", 90 * 60, "2026-03-28T01:30:00" },
	{ "2026-03-29", 59 * 60 + 59, "2026-03-29T00:59:59" },
	{ "2026-03-29", 60 * 60, "2026-03-29T01:00:00" },
	{ "2026-03-29", 90 * 60, "2026-03-29T01:00:00" },
	{ "2026-03-29", 2 * HOUR - 1, "2026-03-29T01:00:00" },
	{ "2026-03-29", 2 * HOUR, "2026-03-29T01:00:00" },
	{ "2026-03-29", 2 * HOUR + 1, "2026-03-29T01:00:01" },
	{ "2026-03-30", 90 * 60, "2026-03-30T00:30:00" },
	{ "2026-06-30", 0, "2026-06-29T23:00:00" },
	{ "2026-10-25", HOUR - 1, "2026-10-24T23:59:59" },
	{ "2026-10-25", HOUR, "2026-10-25T00:00:00" },
	{ "2026-10-25", 90 * 60, "2026-10-25T00:30:00" },
	{ "2026-10-25", 2 * HOUR - 1, "2026-10-25T00:59:59" },
	{ "2026-10-25", 2 * HOUR, "2026-10-25T02:00:00" },
	{ "2026-10-26", 90 * 60, "2026-10-26T01:30:00" },
};

START_TEST(moments_by_hand)
{
	char have[CP_UTC_TEXT], want[CP_UTC_TEXT];

	(void)cp_utc_format(utc(moments[_i].utc), want);
	(void)cp_utc_format(cp_london_unix(date(moments[_i].day),
	    moments[_i].second), have);
	ck_assert_str_eq(have, want);
}
END_TEST

/* What clocks in England show. */
static int64_t
shown(int64_t at)
{
	return at + cp_london_offset(at);
}

/* Every day of 1996 to 2100, at times around both changes: a time that clocks
 * show is met, the first time that they show it; one that they do not is met
 * at the first moment after it. */
START_TEST(moments_of_a_century)
{
	static const int32_t at[] = { 0, 1799, HOUR - 1, HOUR, HOUR + 1,
		5400, 2 * HOUR - 1, 2 * HOUR, 2 * HOUR + 1, 3 * HOUR, 43200,
		DAY - 1 };
	struct cp_date end = cp_date_make(2101, 1, 1), d;
	int64_t u, want, gaps = 0, twice = 0, wrong = 0;

	for (d = cp_date_make(1996, 1, 1); cp_date_cmp(d, end) < 0;
	    d = cp_date_add_days(d, 1)) {
		for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
			u = cp_london_unix(d, at[i]);
			want = cp_utc_unix(d, at[i]);
			if (shown(u) == want) {
				wrong += shown(u - HOUR) == want;
				twice += shown(u + HOUR) == want;
			} else {
				gaps++;
				wrong += shown(u) < want;
				wrong += shown(u - 1) >= want;
			}
			wrong += i > 0 && u < cp_london_unix(d, at[i - 1]);
			wrong += u >= cp_london_unix(cp_date_add_days(d, 1),
			    at[i]);
		}
	}
	ck_assert_int_eq(wrong, 0);
	/* 105 years; 01:00:00, 01:00:01, 01:30 and 01:59:59 are skipped in
	 * spring and come twice in autumn. */
	ck_assert_int_eq(gaps, 105 * 4);
	ck_assert_int_eq(twice, 105 * 4);
}
END_TEST

/* ---- nominal dates ------------------------------------------------------------ */

static int
count(const char *from, const char *to)
{
	struct cp_date d = cp_date_add_days(date(from), -1);
	int n = 0;

	while (cp_date_set(d = cp_job_next(&job, d)) &&
	    cp_date_cmp(d, date(to)) <= 0) {
		ck_assert(cp_job_on(&job, d));
		n++;
	}
	return n;
}

START_TEST(days_weeks_months)
{
	char day[CP_DATE_TEXT];

	ck_assert_int_eq(count("2026-01-01", "2026-12-31"), 365);
	job.every = CP_EVERY_WEEK;
	job.weekday = 6;
	ck_assert_int_eq(count("2026-01-01", "2026-12-31"), 52);
	ck_assert_str_eq(cp_date_format(cp_job_next(&job,
	    date("2026-11-21")), day), "2026-11-22");
	ck_assert_str_eq(cp_date_format(cp_job_next(&job,
	    date("2026-11-22")), day), "2026-11-29");
	job.every = CP_EVERY_MONTH;
	job.day = 28;
	ck_assert_int_eq(count("2026-01-01", "2026-12-31"), 12);
	job.day = CP_JOB_LAST_DAY;
	ck_assert_int_eq(count("2026-01-01", "2026-12-31"), 12);
	ck_assert(cp_job_on(&job, date("2028-02-29")));
	ck_assert(!cp_job_on(&job, date("2028-02-28")));
	ck_assert(cp_job_on(&job, date("2027-02-28")));
	ck_assert(cp_job_on(&job, date("2027-12-31")));
	ck_assert(cp_job_on(&job, date("2027-04-30")));
	ck_assert(!cp_job_on(&job, date("2027-05-30")));
}
END_TEST

START_TEST(excepted_days)
{
	const struct cp_job_day christmas = { 0, 12, 25 };
	const struct cp_job_day once = { 2026, 12, 28 };

	job.except[job.n_except++] = christmas;
	job.except[job.n_except++] = once;
	ck_assert(!cp_job_on(&job, date("2026-12-25")));
	ck_assert(!cp_job_on(&job, date("2031-12-25")));
	ck_assert(!cp_job_on(&job, date("2026-12-28")));
	ck_assert(cp_job_on(&job, date("2027-12-28")));
	ck_assert_int_eq(count("2026-01-01", "2027-12-31"), 730 - 3);
}
END_TEST

/* No date at all is said, rather than looked for for ever. */
START_TEST(never)
{
	static struct cp_job_due due;
	const struct cp_job_state s = { .job = &job };

	job.every = CP_EVERY_MONTH;
	job.day = 1;
	for (int m = 1; m <= 12; m++) {
		job.except[job.n_except].month = m;
		job.except[job.n_except++].day = 1;
	}
	ck_assert(!cp_date_set(cp_job_next(&job, date("2026-01-01"))));
	cp_job_due(&s, "x", utc("2026-03-03T00:00:00"), &due);
	ck_assert(!due.start && due.wake == 0 && due.n_marks == 0);
	ck_assert(!cp_date_set(due.next));
}
END_TEST

START_TEST(random_delay)
{
	struct cp_date d = date("2026-05-01");
	int64_t plain = cp_job_time(&job, "a", d), at, least = DAY, most = 0;
	int differ = 0;

	job.random_delay = 1800;
	for (int i = 0; i < 1000; i++) {
		at = cp_job_time(&job, "a", d) - cp_london_unix(d, job.at);
		ck_assert_int_eq(at, cp_job_time(&job, "a", d) -
		    cp_london_unix(d, job.at));
		ck_assert(at >= 0 && at <= 1800);
		differ += cp_job_time(&job, "b", d) !=
		    cp_job_time(&job, "a", d);
		least = at < least ? at : least;
		most = at > most ? at : most;
		d = cp_date_add_days(d, 1);
	}
	ck_assert_int_gt(differ, 950);
	ck_assert_int_lt(least, 30);
	ck_assert_int_gt(most, 1770);
	job.random_delay = 0;
	ck_assert_int_eq(cp_job_time(&job, "b", date("2026-05-01")), plain);
}
END_TEST

/* ---- a scheduler of rows in memory --------------------------------------------- */

enum { ROWS = 2000 };

static struct sim {
	struct cp_job_run row[ROWS];
	int64_t marked[ROWS];
	int n;
	int started;
	char order[ROWS * 12]; /* the dates in which runs began */
} sim;

static struct cp_job_run *
row_of(struct cp_date d)
{
	for (int i = 0; i < sim.n; i++)
		if (cp_date_cmp(sim.row[i].nominal, d) == 0)
			return &sim.row[i];
	ck_assert_int_lt(sim.n, ROWS);
	memset(&sim.row[sim.n], 0, sizeof(sim.row[0]));
	sim.row[sim.n].nominal = d;
	sim.row[sim.n].exit_code = -1;
	return &sim.row[sim.n++];
}

static void
state(int64_t now, struct cp_job_state *s)
{
	struct cp_date today = cp_london_date(now);
	const struct cp_job_run *r;

	memset(s, 0, sizeof(*s));
	s->job = &job;
	for (int i = 0; i < sim.n; i++) {
		r = &sim.row[i];
		if (cp_date_cmp(r->nominal, today) > 0)
			continue;
		if ((r->attempts > 0 || r->finished <= now) &&
		    cp_date_cmp(r->nominal, s->last.nominal) > 0)
			s->last = *r;
		if (r->attempts > 0 &&
		    cp_date_cmp(r->nominal, s->tried.nominal) > 0)
			s->tried = *r;
	}
}

/* One look of the scheduler: all that is due begins and ends at once, with
 * EXIT_CODE.  The number of runs. */
static int
look(int64_t now, int exit_code)
{
	static struct cp_job_due due;
	struct cp_job_state s;
	struct cp_job_run *r;
	char day[CP_DATE_TEXT];
	int n = 0;

	for (;; n++) {
		ck_assert_int_lt(n, 50);
		state(now, &s);
		cp_job_due(&s, "store", now, &due);
		for (int i = 0; i < due.n_marks; i++) {
			r = row_of(due.marks[i].nominal);
			ck_assert_int_eq(r->attempts, 0);
			r->status = due.marks[i].status;
			r->finished = now;
		}
		if (!due.start)
			return n;
		ck_assert_int_le(due.at, now);
		r = row_of(due.nominal);
		ck_assert(r->attempts == 0 || r->status == CP_JOB_FAILED ||
		    r->status == CP_JOB_INTERRUPTED);
		r->attempts++;
		r->started = r->finished = now;
		r->exit_code = exit_code;
		r->status = exit_code == 0 ? CP_JOB_DONE : exit_code == -2 ?
		    CP_JOB_INTERRUPTED : CP_JOB_FAILED;
		sim.started++;
		(void)snprintf(sim.order + strlen(sim.order), 12, "%s ",
		    cp_date_format(due.nominal, day));
		if (exit_code == -2)
			return n + 1;
	}
}

static int
tally(enum cp_job_status status)
{
	int n = 0;

	for (int i = 0; i < sim.n; i++)
		n += sim.row[i].status == status;
	return n;
}

static void
fresh(void)
{
	memset(&sim, 0, sizeof(sim));
}

/* Looks from FROM to UNTIL every STEP seconds. */
static int
pass(const char *from, const char *until, int64_t step)
{
	int n = 0;

	for (int64_t t = utc(from); t <= utc(until); t += step)
		n += look(t, 0);
	return n;
}

/* ---- clock changes --------------------------------------------------------------- */

static const int32_t at_changes[] = { 0, 1800, HOUR - 1, HOUR, 5400,
	2 * HOUR - 1, 2 * HOUR, 2 * HOUR + 60, 3 * HOUR, 23 * HOUR };

/* Around both changes, at all these times of day: one run for each day. */
START_TEST(once_a_day_around_changes)
{
	job.at = at_changes[_i];
	fresh();
	(void)look(utc("2026-03-26T23:59:59"), 0);
	ck_assert_int_eq(sim.n, 1);
	sim.started = 0;
	ck_assert_int_eq(pass("2026-03-27T00:00:00", "2026-03-31T22:30:00",
	    60), 5);
	ck_assert_int_eq(sim.n, 6);
	fresh();
	(void)look(utc("2026-10-22T22:59:59"), 0);
	ck_assert_int_eq(pass("2026-10-22T23:00:00", "2026-10-28T23:59:00",
	    60), 6);
	ck_assert_int_eq(tally(CP_JOB_DONE), sim.n);
}
END_TEST

/* And every year of the century, looked at every half hour. */
START_TEST(once_a_day_for_a_century)
{
	static struct cp_job_due due;
	struct cp_job_state s = { .job = &job };
	struct cp_date d, want;
	int64_t t;
	int wrong = 0;

	job.at = 5400;
	for (int year = 1996; year <= 2100; year++) {
		for (int month = 3; month <= 10; month += 7) {
			d = cp_date_make(year, month, 24);
			s.last.nominal = want = d;
			t = cp_utc_unix(d, 12 * HOUR);
			for (int i = 0; i < 8 * 48; i++, t += 1800) {
				cp_job_due(&s, "x", t, &due);
				if (!due.start)
					continue;
				want = cp_date_add_days(want, 1);
				wrong += cp_date_cmp(due.nominal, want) != 0;
				wrong += t - due.at > 1800 || due.n_marks > 0;
				s.last.nominal = due.nominal;
			}
			wrong += cp_date_cmp(want, cp_date_add_days(d, 8)) !=
			    0;
		}
	}
	ck_assert_int_eq(wrong, 0);
}
END_TEST

/* ---- outages ----------------------------------------------------------------------- */

/* Nobody looked for 40 days. */
START_TEST(outage_last)
{
	fresh();
	ck_assert_int_eq(look(utc("2026-01-10T02:00:00"), 0), 1);
	ck_assert_int_eq(look(utc("2026-02-19T09:00:00"), 0), 1);
	ck_assert_str_eq(sim.order, "2026-01-10 2026-02-19 ");
	ck_assert_int_eq(tally(CP_JOB_MISSED), 39);
	ck_assert_int_eq(sim.n, 41);
	ck_assert_int_eq(look(utc("2026-02-19T09:00:01"), 0), 0);
	ck_assert_int_eq(look(utc("2026-02-20T02:00:00"), 0), 1);
}
END_TEST

START_TEST(outage_each)
{
	job.missed = CP_MISSED_EACH;
	job.max_late.days = 3;
	fresh();
	ck_assert_int_eq(look(utc("2026-01-10T02:00:00"), 0), 1);
	ck_assert_int_eq(look(utc("2026-02-19T09:00:00"), 0), 4);
	ck_assert_str_eq(sim.order, "2026-01-10 2026-02-16 2026-02-17 "
	    "2026-02-18 2026-02-19 ");
	ck_assert_int_eq(tally(CP_JOB_MISSED), 36);
	ck_assert_int_eq(look(utc("2026-02-19T09:00:01"), 0), 0);
}
END_TEST

START_TEST(outage_none)
{
	job.missed = CP_MISSED_NONE;
	fresh();
	ck_assert_int_eq(look(utc("2026-01-10T02:00:00"), 0), 1);
	ck_assert_int_eq(look(utc("2026-02-19T09:00:00"), 0), 0);
	ck_assert_int_eq(tally(CP_JOB_MISSED), 40);
	/* Late within the grace is not missed. */
	ck_assert_int_eq(look(utc("2026-02-20T02:59:59"), 0), 1);
	ck_assert_int_eq(look(utc("2026-02-21T03:00:01"), 0), 0);
	ck_assert_int_eq(tally(CP_JOB_MISSED), 41);
}
END_TEST

START_TEST(lateness_has_a_limit)
{
	job.every = CP_EVERY_MONTH;
	job.max_late.days = 2;
	fresh();
	ck_assert_int_eq(look(utc("2026-05-01T02:00:00"), 0), 1);
	ck_assert_int_eq(look(utc("2026-06-03T22:59:59"), 0), 1);
	ck_assert_int_eq(look(utc("2026-07-03T23:00:00"), 0), 0);
	ck_assert_int_eq(tally(CP_JOB_MISSED), 1);
	/* On the day itself only; but never less than the grace. */
	job.every = CP_EVERY_DAY;
	job.max_late.days = 0;
	job.at = 23 * HOUR + 1800;
	ck_assert_int_eq(look(utc("2026-07-03T22:30:00"), 0), 1);
	ck_assert_int_eq(look(utc("2026-07-04T23:30:00"), 0), 1);
	ck_assert_int_eq(look(utc("2026-07-05T23:30:01"), 0), 0);
}
END_TEST

/* A job that never ran has missed nothing. */
START_TEST(a_new_job)
{
	fresh();
	ck_assert_int_eq(look(utc("2026-02-19T09:00:00"), 0), 1);
	ck_assert_int_eq(sim.n, 1);
	ck_assert_str_eq(sim.order, "2026-02-19 ");
	fresh();
	job.every = CP_EVERY_MONTH;
	/* Too late for the last; from it on every one is accounted for. */
	ck_assert_int_eq(look(utc("2026-02-19T09:00:00"), 0), 0);
	ck_assert_int_eq(sim.n, 1);
	ck_assert_int_eq(tally(CP_JOB_SKIPPED), 1);
	ck_assert_int_eq(look(utc("2026-04-19T09:00:00"), 0), 0);
	ck_assert_int_eq(tally(CP_JOB_MISSED), 2);
	ck_assert_int_eq(look(utc("2026-05-01T02:00:00"), 0), 1);
	job.enabled = 0;
	ck_assert_int_eq(look(utc("2026-06-01T02:00:00"), 0), 0);
	ck_assert_int_eq(sim.n, 4);
}
END_TEST

/* ---- a clock that is set ------------------------------------------------------------ */

START_TEST(clock_back)
{
	fresh();
	ck_assert_int_eq(pass("2026-05-01T00:00:00", "2026-05-10T12:00:00",
	    HOUR), 11); /* the one of 30 April, too */
	ck_assert_int_eq(sim.n, 11);
	/* Back by a week, and all over again. */
	ck_assert_int_eq(pass("2026-05-03T00:00:00", "2026-05-10T12:00:00",
	    HOUR), 0);
	ck_assert_int_eq(pass("2026-05-10T13:00:00", "2026-05-12T12:00:00",
	    HOUR), 2);
	ck_assert_int_eq(tally(CP_JOB_DONE), sim.n);
}
END_TEST

/* Forward by three years for an hour, and back: what was marked then is run
 * when its day really comes. */
START_TEST(clock_leap_and_back)
{
	fresh();
	ck_assert_int_eq(look(utc("2026-05-01T12:00:00"), 0), 1);
	ck_assert_int_eq(look(utc("2029-05-01T12:00:00"), 0), 1);
	ck_assert_int_eq(tally(CP_JOB_DONE), 2);
	ck_assert_int_eq(tally(CP_JOB_MISSED), 399);
	ck_assert_int_eq(pass("2026-05-01T13:00:00", "2026-06-10T12:00:00",
	    HOUR), 40);
	ck_assert_int_eq(tally(CP_JOB_MISSED), 399);
	/* Through the days that were marked, up to the one that was run. */
	ck_assert_int_eq(pass("2028-03-01T03:00:00", "2029-05-01T03:00:00",
	    DAY), 366 + 60);
	ck_assert_int_eq(pass("2029-05-01T13:00:00", "2029-05-03T13:00:00",
	    DAY), 2);
}
END_TEST

/* Back to before the time of a run that failed: it is not tried too early. */
START_TEST(clock_back_before_a_retry)
{
	int64_t t = utc("2026-05-01T01:00:00");

	fresh();
	ck_assert_int_eq(look(t, 1), 1);
	ck_assert_int_eq(look(t - 3600, 1), 0);
	ck_assert_int_eq(look(t - 1, 1), 0);
	ck_assert_int_eq(look(t + 300, 0), 1);
	ck_assert_int_eq(sim.n, 1);
}
END_TEST

/* ---- failures ------------------------------------------------------------------------ */

START_TEST(failures)
{
	int64_t t = utc("2026-05-01T01:00:00");

	fresh();
	ck_assert_int_eq(look(t, 1), 1);
	ck_assert_int_eq(look(t + 299, 1), 0);
	ck_assert_int_eq(look(t + 300, 1), 1);
	ck_assert_int_eq(look(t + 300 + 599, 1), 0);
	ck_assert_int_eq(look(t + 300 + 600, -1), 1);
	ck_assert_int_eq(look(t + 900 + 1199, 1), 0);
	ck_assert_int_eq(look(t + 900 + 1200, 1), 1);
	/* One and three are all. */
	ck_assert_int_eq(look(t + 80000, 1), 0);
	ck_assert_int_eq(sim.n, 1);
	/* The next day begins anew. */
	ck_assert_int_eq(look(t + DAY, 0), 1);
	ck_assert_int_eq(sim.n, 2);
}
END_TEST

static const struct {
	int exit_code;
	int64_t after; /* -1 = never */
} again[] = {
	{ 1, 300 }, { 2, -1 }, { 4, -1 }, { 5, -1 }, { 6, 60 }, { 7, -1 },
	{ 8, -1 }, { 9, -1 }, { 10, -1 }, { 77, -1 }, { -1, 300 }, { -2, 0 },
};

START_TEST(which_are_tried_again)
{
	int64_t t = utc("2026-05-01T01:00:00"), after = again[_i].after;

	fresh();
	ck_assert_int_eq(look(t, again[_i].exit_code), 1);
	if (after > 0)
		ck_assert_int_eq(look(t + after - 1, 0), 0);
	ck_assert_int_eq(look(t + (after < 0 ? 80000 : after), 0), after >= 0);
	/* The clock went back after a failure: it is not waited for. */
	fresh();
	ck_assert_int_eq(look(t + 10 * HOUR, again[_i].exit_code), 1);
	ck_assert_int_eq(look(t + HOUR, 0), after >= 0);
}
END_TEST

START_TEST(a_newer_one_ends_retries)
{
	int64_t t = utc("2026-05-01T01:00:00");

	fresh();
	ck_assert_int_eq(look(t + DAY - 60, 1), 1);
	ck_assert_int_eq(look(t + DAY, 0), 1);
	ck_assert_int_eq(look(t + DAY + 600, 0), 0);
	ck_assert_str_eq(sim.order, "2026-05-01 2026-05-02 ");
	/* Unless each is to be done, in order. */
	fresh();
	job.missed = CP_MISSED_EACH;
	ck_assert_int_eq(look(t + DAY - 60, 1), 1);
	ck_assert_int_eq(look(t + DAY, 0), 0);
	ck_assert_int_eq(look(t + DAY + 240, 0), 2);
	ck_assert_str_eq(sim.order, "2026-05-01 2026-05-01 2026-05-02 ");
	/* A refusal holds up nobody. */
	fresh();
	ck_assert_int_eq(look(t + DAY - 60, 5), 1);
	ck_assert_int_eq(look(t + DAY, 0), 1);
}
END_TEST

/* ---- overlap, and several jobs --------------------------------------------------------- */

static void
running_since_yesterday(struct cp_job_state *s)
{
	memset(s, 0, sizeof(*s));
	s->job = &job;
	s->running = 1;
	s->running_for = DAY;
	s->last.nominal = s->tried.nominal = date("2026-05-01");
	s->last.attempts = s->tried.attempts = 1;
}

START_TEST(overlap)
{
	static struct cp_job_due due;
	struct cp_job_state s;

	running_since_yesterday(&s);
	cp_job_due(&s, "x", utc("2026-05-02T01:00:00"), &due);
	ck_assert(!due.start && !due.waits);
	ck_assert_int_eq(due.n_marks, 1);
	ck_assert_int_eq(due.marks[0].status, CP_JOB_SKIPPED);
	/* One that was to begin before that waits its turn. */
	s.tried.started = utc("2026-05-02T01:00:00");
	cp_job_due(&s, "x", utc("2026-05-02T01:00:00"), &due);
	ck_assert(!due.start && due.waits);
	ck_assert_int_eq(due.n_marks, 0);
	s.tried.started = 0;
	job.overlap = CP_OVERLAP_WAIT;
	cp_job_due(&s, "x", utc("2026-05-02T01:00:00"), &due);
	ck_assert(!due.start && due.waits);
	ck_assert_int_eq(due.n_marks, 0);
	s.running = 0;
	s.last.status = s.tried.status = CP_JOB_DONE;
	cp_job_due(&s, "x", utc("2026-05-02T05:00:00"), &due);
	ck_assert(due.start);
}
END_TEST

START_TEST(one_after_the_other)
{
	static struct cp_job_due due[3];
	struct cp_job_state s[3] = { { .job = &job }, { .job = &job },
		{ .job = &job } };
	int64_t wake, now = 1000000;

	memset(due, 0, sizeof(due));
	ck_assert_int_eq(cp_jobs_first(s, due, 3, now, &wake), -1);
	ck_assert_int_eq(wake, 0);
	due[0].wake = now + 500;
	due[1].start = due[2].start = 1;
	due[1].at = now - 5;
	due[2].at = now - 10;
	ck_assert_int_eq(cp_jobs_first(s, due, 3, now, &wake), 2);
	due[1].at = due[2].at;
	ck_assert_int_eq(cp_jobs_first(s, due, 3, now, &wake), 1);
	ck_assert_int_eq(wake, now + 500);
	/* They wait for one that is going, but not for ever. */
	s[0].running = 1;
	s[0].running_for = CP_JOB_PATIENCE - 100;
	ck_assert_int_eq(cp_jobs_first(s, due, 3, now, &wake), -1);
	ck_assert_int_eq(wake, now + 100);
	s[0].running_for = CP_JOB_PATIENCE;
	ck_assert_int_eq(cp_jobs_first(s, due, 3, now, &wake), 1);
}
END_TEST

START_TEST(wakes_when_something_is_due)
{
	static struct cp_job_due due;
	struct cp_job_state s = { .job = &job };

	s.last.nominal = date("2026-03-28");
	job.at = 5400;
	cp_job_due(&s, "x", utc("2026-03-28T12:00:00"), &due);
	ck_assert_int_eq(due.wake, utc("2026-03-29T01:00:00"));
	ck_assert_int_eq(due.next_at, due.wake);
	s.tried = s.last;
	s.tried.attempts = 1;
	s.tried.status = CP_JOB_FAILED;
	s.tried.exit_code = 6;
	s.tried.finished = utc("2026-03-28T11:59:30");
	cp_job_due(&s, "x", utc("2026-03-28T12:00:00"), &due);
	ck_assert_int_eq(due.wake, utc("2026-03-28T12:00:30"));
}
END_TEST

/* ---- anything may happen ------------------------------------------------------------------ */

static uint64_t seed;

static int64_t
below(int64_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (int64_t)(seed % (uint64_t)n);
}

static void
random_job(void)
{
	cp_job_init(&job);
	job.every = (enum cp_job_every)below(3);
	job.weekday = (int)below(7);
	job.day = below(3) == 0 ? CP_JOB_LAST_DAY : (int)below(28) + 1;
	job.at = (int32_t)below(DAY);
	job.missed = (enum cp_job_missed)below(3);
	job.overlap = (enum cp_job_overlap)below(2);
	job.max_late.days = (int32_t)below(12);
	job.random_delay = job.at < 70000 ? (int32_t)below(14400) : 0;
	job.retries = (int)below(4);
}

/* Every nominal date since the first row has one, but for those that wait
 * behind one that is to be tried again. */
static void
all_accounted_for(int test, int64_t now)
{
	struct cp_date today = cp_london_date(now), d, first = today;
	struct cp_job_state s;
	int64_t at;
	int found;

	for (int i = 0; i < sim.n; i++)
		first = cp_date_earlier(first, sim.row[i].nominal);
	state(now, &s);
	if (job.missed == CP_MISSED_EACH && cp_date_set(s.tried.nominal) &&
	    cp_job_retries(&job, &s.tried, now, &at))
		return;
	for (d = first; cp_date_set(d) && cp_date_cmp(d, today) <= 0 &&
	    cp_job_time(&job, "store", d) <= now; d = cp_job_next(&job, d)) {
		found = !cp_job_on(&job, d);
		for (int i = 0; i < sim.n && !found; i++)
			found = cp_date_cmp(sim.row[i].nominal, d) == 0;
		ck_assert_msg(found, "no row of %d, test %d", d.days, test);
	}
}

/* A random job, a clock that goes on, leaps and goes back, runs that end in
 * any way.  That none is begun twice, or before its time, is checked by
 * look(). */
static void
anything(int test)
{
	static const int ends[] = { 0, 0, 0, 1, 5, 6, -1, -2 };
	int64_t now = utc("2026-01-01T00:00:00") + test * 5 * DAY;
	int set = 0, end;

	seed = 0x9e3779b97f4a7c15u * (uint64_t)(test + 1);
	random_job();
	fresh();
	for (int step = 0; step < 150; step++) {
		switch (below(8)) {
		case 0:
			now += below(60 * DAY);
			break;
		case 1:
			/* Set back, in half of the tests. */
			if (test % 2 == 0)
				break;
			now -= below(20 * DAY);
			set = 1;
			break;
		default:
			now += below(2 * DAY);
		}
		end = ends[below(8)];
		(void)look(now, end);
		if (!set && end != -2)
			all_accounted_for(test, now);
	}
	ck_assert_int_gt(sim.n, 0);
	ck_assert_int_eq(tally(CP_JOB_RUNNING), 0);
}

START_TEST(anything_may_happen)
{
	for (int i = 0; i < 25; i++)
		anything(_i * 25 + i);
}
END_TEST

/* ---- the defaults ------------------------------------------------------------------------ */

START_TEST(defaults)
{
	char every[CP_JOB_EVERY_TEXT], at[CP_JOB_AT_TEXT];
	struct cp_schedule s;

	cp_schedule_default(&s);
	ck_assert_int_eq(s.n, 6);
	ck_assert_int_eq(cp_schedule_find(&s, "sanitise")->day, 2);
	ck_assert_str_eq(cp_schedule_find(&s, "retention")->command,
	    "retention run");
	ck_assert_str_eq(cp_job_every_text(cp_schedule_find(&s, "verify"),
	    every), "sunday");
	ck_assert_str_eq(cp_job_at_text(cp_schedule_find(&s, "checkpoint"),
	    at), "04:00");
	ck_assert_ptr_null(cp_schedule_find(&s, "reten"));
	job.at = 30;
	ck_assert_str_eq(cp_job_at_text(&job, at), "00:00:30");
	for (int i = 0; i < 6; i++)
		ck_assert_int_eq(cp_job_status_parse(cp_job_status_word(
		    (enum cp_job_status)i)), i);
}
END_TEST

#define LOOP(t, f, table) tcase_add_loop_test(t, f, 0, \
	(int)(sizeof(table) / sizeof((table)[0])))

int
main(void)
{
	Suite *s = suite_create("schedule");
	TCase *t = tcase_create("schedule");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 30);
	tcase_add_checked_fixture(t, setup, NULL);
	LOOP(t, moments_by_hand, moments);
	tcase_add_test(t, moments_of_a_century);
	tcase_add_test(t, days_weeks_months);
	tcase_add_test(t, excepted_days);
	tcase_add_test(t, never);
	tcase_add_test(t, random_delay);
	LOOP(t, once_a_day_around_changes, at_changes);
	tcase_add_test(t, once_a_day_for_a_century);
	tcase_add_test(t, outage_last);
	tcase_add_test(t, outage_each);
	tcase_add_test(t, outage_none);
	tcase_add_test(t, lateness_has_a_limit);
	tcase_add_test(t, a_new_job);
	tcase_add_test(t, clock_back);
	tcase_add_test(t, clock_leap_and_back);
	tcase_add_test(t, clock_back_before_a_retry);
	tcase_add_test(t, failures);
	LOOP(t, which_are_tried_again, again);
	tcase_add_test(t, a_newer_one_ends_retries);
	tcase_add_test(t, overlap);
	tcase_add_test(t, one_after_the_other);
	tcase_add_test(t, wakes_when_something_is_due);
	tcase_add_loop_test(t, anything_may_happen, 0, 8);
	tcase_add_test(t, defaults);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
