#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/buf.h"
#include "lifecycle/rules/clock.h"

static struct cp_err err;
static struct cp_policy *old, *now; /* contactpoint-2007, uk-2026 */
static struct cp_holidays *days;
static struct cp_clock out;
static struct cp_buf told; /* the steps, a line each */

static void
read_file(const char *path, struct cp_buf *b)
{
	FILE *f = fopen(path, "r");
	char part[4096];
	size_t n;

	ck_assert_msg(f != NULL, "%s: run from the root of the sources",
	    path);
	while ((n = fread(part, 1, sizeof(part), f)) > 0)
		cp_buf_put(b, part, n);
	ck_assert_int_eq(fclose(f), 0);
}

static void
load(const char *path, struct cp_policy **policy)
{
	struct cp_policy_report report;

	cp_policy_report_init(&report);
	ck_assert_msg(cp_policy_load_file(path, policy, &report, &err) ==
	    CP_OK, "%s", err.what);
	cp_policy_report_clear(&report);
}

static void
setup(void)
{
	struct cp_buf b;

	load("policies/contactpoint-2007.cfg", &old);
	load("policies/uk-2026.cfg", &now);
	cp_buf_init(&b);
	read_file("policies/holidays/england-wales.csv", &b);
	ck_assert_msg(cp_holidays_parse("england-wales.csv", cp_buf_text(&b),
	    b.len, &days, &err) == CP_OK, "%s", err.what);
	cp_buf_clear(&b);
	cp_buf_init(&told);
}

static void
teardown(void)
{
	cp_policy_free(old);
	cp_policy_free(now);
	cp_holidays_free(days);
	cp_buf_clear(&told);
}

static enum cp_rc
tell(void *ctx, const char *rule, struct cp_date date, const char *text,
    struct cp_err *e)
{
	char d[CP_DATE_TEXT];

	(void)ctx;
	(void)e;
	cp_buf_printf(&told, "%s|%s|%s\n", rule, cp_date_format(date, d),
	    text);
	return CP_OK;
}

/* The clock of "2026-03-03 received, 2026-03-09 fee-asked". */
static enum cp_rc
clock_of(const struct cp_policy *policy, const char *text)
{
	struct cp_clock_event events[32];
	char date[CP_DATE_TEXT], word[32];
	size_t n = 0;
	int used;

	while (sscanf(text, " %10[0-9-] %31[a-z-]%n", date, word, &used) ==
	    2) {
		ck_assert_uint_lt(n, 32);
		ck_assert(cp_date_parse(date, &events[n].date, &err) ==
		    CP_OK);
		ck_assert_msg(cp_clock_parse(word, &events[n].kind), "%s",
		    word);
		n++;
		text += used;
		text += *text == ',';
	}
	ck_assert_str_eq(text, "");
	cp_buf_reset(&told);
	return cp_clock_run(policy, days, events, n, tell, NULL, &out, &err);
}

static void
expect(const struct cp_policy *policy, const char *events, const char *starts,
    const char *due)
{
	char text[CP_DATE_TEXT];

	ck_assert_msg(clock_of(policy, events) == CP_OK, "%s: %s", events,
	    err.what);
	(void)cp_date_format(out.starts, text);
	ck_assert_msg(strcmp(text, starts) == 0, "%s: it starts on %s, not "
	    "%s", events, text, starts);
	(void)cp_date_format(out.due, text);
	ck_assert_msg(strcmp(text, due) == 0, "%s: it is due on %s, not %s\n"
	    "%s", events, text, due, cp_buf_text(&told));
}

static void
is(struct cp_date date, const char *text)
{
	char buf[CP_DATE_TEXT];

	ck_assert_str_eq(cp_date_format(date, buf), text);
}

/* It waits for WHAT since DAY, and nothing is due. */
static void
waits(const struct cp_policy *policy, const char *events, const char *what,
    const char *day)
{
	ck_assert_msg(clock_of(policy, events) == CP_OK, "%s: %s", events,
	    err.what);
	ck_assert_str_eq(cp_clock_wait_word(out.waits_for), what);
	is(out.waits_since, day);
	is(out.due, "");
	is(out.unrolled, "");
	is(out.first_due, "");
}

/* ---- the worked dates ---------------------------------------------------- */

START_TEST(the_worked_dates)
{
	expect(old, "2009-02-02 received", "2009-02-02", "2009-03-13");
	expect(now, "2026-01-30 received", "2026-01-30", "2026-03-02");
	expect(now, "2026-01-31 received", "2026-01-31", "2026-03-02");
	expect(now, "2025-11-25 received", "2025-11-25", "2025-12-29");
	expect(now, "2026-03-03 received", "2026-03-03", "2026-04-07");
	is(out.received, "2026-03-03");
	is(out.unrolled, "2026-04-03");
	is(out.first_due, "2026-04-07");
	is(out.extended, "");
	ck_assert_int_eq(out.paused, 0);
	ck_assert_int_eq(out.waits_for, CP_WAITS_NOT);
}
END_TEST

START_TEST(ends_of_months_and_leap_days)
{
	/* 29 February, reached and left; last days of months. */
	expect(now, "2028-01-29 received", "2028-01-29", "2028-02-29");
	expect(now, "2028-01-31 received", "2028-01-31", "2028-02-29");
	expect(now, "2028-02-29 received", "2028-02-29", "2028-03-29");
	expect(now, "2027-01-29 received", "2027-01-29", "2027-03-01");
	expect(now, "2026-08-31 received", "2026-08-31", "2026-09-30");
	expect(now, "2026-10-31 received", "2026-10-31", "2026-11-30");
	expect(now, "2026-12-31 received", "2026-12-31", "2027-02-01");
	/* By days nothing is special. */
	expect(old, "2008-01-21 received", "2008-01-21", "2008-02-29");
	expect(old, "2009-01-21 received", "2009-01-21", "2009-03-01");
	expect(old, "2008-11-20 received", "2008-11-20", "2008-12-29");
}
END_TEST

START_TEST(christmas_and_other_feasts)
{
	/* Friday the 25th, and Boxing Day on Monday in its place. */
	expect(now, "2026-11-25 received", "2026-11-25", "2026-12-29");
	expect(now, "2026-11-26 received", "2026-11-26", "2026-12-29");
	expect(now, "2027-11-25 received", "2027-11-25", "2027-12-29");
	expect(now, "2028-12-01 received", "2028-12-01", "2029-01-02");
	/* A holiday of one year only. */
	expect(now, "2022-08-19 received", "2022-08-19", "2022-09-20");
	/* The Act of 1998 moves nothing: Christmas Day, a Sunday. */
	expect(old, "2009-11-16 received", "2009-11-16", "2009-12-25");
	expect(old, "2009-02-04 received", "2009-02-04", "2009-03-15");
}
END_TEST

/* ---- the start ----------------------------------------------------------- */

START_TEST(identity_and_fee_are_conditions_of_the_start)
{
	waits(now, "2026-03-02 received, 2026-03-03 identity-doubted",
	    "identity", "2026-03-03");
	is(out.starts, "");
	expect(now, "2026-03-02 received, 2026-03-03 identity-doubted, "
	    "2026-03-20 identity-verified", "2026-03-20", "2026-04-20");
	waits(now, "2026-03-02 received, 2026-03-03 identity-doubted, "
	    "2026-03-02 fee-asked", "identity", "2026-03-03");
	waits(now, "2026-03-02 received, 2026-03-03 identity-doubted, "
	    "2026-03-02 fee-asked, 2026-03-20 identity-verified", "fee",
	    "2026-03-02");
	/* The later of both, in whichever order they come. */
	expect(now, "2026-03-02 received, 2026-03-03 identity-doubted, "
	    "2026-03-02 fee-asked, 2026-03-20 identity-verified, 2026-03-11 "
	    "fee-paid", "2026-03-20", "2026-04-20");
	expect(now, "2026-03-24 fee-waived, 2026-03-02 received, 2026-03-03 "
	    "identity-doubted, 2026-03-02 fee-asked, 2026-03-20 "
	    "identity-verified", "2026-03-24", "2026-04-24");
	expect(old, "2009-02-02 received, 2009-02-02 fee-asked, 2009-02-16 "
	    "fee-paid", "2009-02-16", "2009-03-27");
	/* Known all along, and nothing asked for. */
	expect(now, "2026-03-02 received, 2026-03-20 identity-verified",
	    "2026-03-02", "2026-04-02");
	/* Verified on the day it was asked, whatever is written first. */
	expect(now, "2026-03-02 received, 2026-03-10 identity-verified, "
	    "2026-03-10 identity-doubted", "2026-03-10", "2026-04-10");
	/* Twice: what was given last. */
	expect(now, "2026-03-02 received, 2026-03-03 identity-doubted, "
	    "2026-03-10 identity-verified, 2026-03-12 identity-doubted, "
	    "2026-03-16 identity-verified, 2026-03-30 identity-verified",
	    "2026-03-16", "2026-04-16");
}
END_TEST

START_TEST(clarification_is_part_of_the_start_in_1998)
{
	waits(old, "2009-02-02 received, 2009-02-03 clarify-asked",
	    "clarification", "2009-02-03");
	is(out.starts, "");
	expect(old, "2009-02-02 received, 2009-02-03 clarify-asked, "
	    "2009-02-20 clarify-answered", "2009-02-20", "2009-03-31");
	ck_assert_int_eq(out.paused, 0);
	waits(old, "2009-02-02 received, 2009-02-03 clarify-asked, "
	    "2009-02-20 clarify-answered, 2009-03-02 clarify-asked",
	    "clarification", "2009-03-02");
	expect(old, "2009-02-02 received, 2009-02-03 clarify-asked, "
	    "2009-02-04 fee-asked, 2009-02-20 clarify-answered, 2009-02-10 "
	    "fee-paid", "2009-02-20", "2009-03-31");
}
END_TEST

/* ---- pauses -------------------------------------------------------------- */

START_TEST(clarification_pauses_today)
{
	/* 9 to 13 March: five days, both ends among them. */
	expect(now, "2026-03-02 received, 2026-03-09 clarify-asked, "
	    "2026-03-13 clarify-answered", "2026-03-02", "2026-04-07");
	ck_assert_int_eq(out.paused, 5);
	is(out.unrolled, "2026-04-07");
	/* Asked and answered on one day is a day. */
	expect(now, "2026-03-02 received, 2026-03-09 clarify-asked, "
	    "2026-03-09 clarify-answered", "2026-03-02", "2026-04-07");
	ck_assert_int_eq(out.paused, 1);
	is(out.unrolled, "2026-04-03");
	waits(now, "2026-03-02 received, 2026-03-09 clarify-asked",
	    "clarification", "2026-03-09");
	is(out.starts, "2026-03-02");
	/* On the last day it still pauses, and not on the one after. */
	expect(now, "2026-03-02 received, 2026-04-02 clarify-asked, "
	    "2026-04-08 clarify-answered", "2026-03-02", "2026-04-09");
	expect(now, "2026-03-02 received, 2026-04-03 clarify-asked, "
	    "2026-04-08 clarify-answered", "2026-03-02", "2026-04-02");
	ck_assert_int_eq(out.paused, 0);
	expect(now, "2026-03-02 received, 2026-04-03 clarify-asked",
	    "2026-03-02", "2026-04-02");
}
END_TEST

START_TEST(pauses_before_and_over_the_start)
{
	/* Answered before it starts: nothing is paused. */
	expect(now, "2026-03-02 received, 2026-03-02 identity-doubted, "
	    "2026-03-03 clarify-asked, 2026-03-05 clarify-answered, "
	    "2026-03-10 identity-verified", "2026-03-10", "2026-04-10");
	ck_assert_int_eq(out.paused, 0);
	/* Over the start: from the start, 10 to 12 March. */
	expect(now, "2026-03-02 received, 2026-03-02 identity-doubted, "
	    "2026-03-03 clarify-asked, 2026-03-12 clarify-answered, "
	    "2026-03-10 identity-verified", "2026-03-10", "2026-04-13");
	ck_assert_int_eq(out.paused, 3);
	/* Its last day is the start. */
	expect(now, "2026-03-02 received, 2026-03-02 identity-doubted, "
	    "2026-03-03 clarify-asked, 2026-03-10 clarify-answered, "
	    "2026-03-10 identity-verified", "2026-03-10", "2026-04-13");
	ck_assert_int_eq(out.paused, 1);
	is(out.unrolled, "2026-04-11");
	/* Both wait: identity first, then the other. */
	waits(now, "2026-03-02 received, 2026-03-04 identity-doubted, "
	    "2026-03-03 clarify-asked", "identity", "2026-03-04");
	waits(now, "2026-03-02 received, 2026-03-04 identity-doubted, "
	    "2026-03-03 clarify-asked, 2026-03-10 identity-verified",
	    "clarification", "2026-03-03");
	is(out.starts, "2026-03-10");
}
END_TEST

START_TEST(several_pauses)
{
	/* Apart: three days and two. */
	expect(now, "2026-03-02 received, 2026-03-04 clarify-asked, "
	    "2026-03-06 clarify-answered, 2026-03-16 clarify-asked, "
	    "2026-03-17 clarify-answered", "2026-03-02", "2026-04-07");
	ck_assert_int_eq(out.paused, 5);
	/* One over another is answered with it: no day counts twice. */
	expect(now, "2026-03-02 received, 2026-03-04 clarify-asked, "
	    "2026-03-06 clarify-asked, 2026-03-10 clarify-answered, "
	    "2026-03-20 clarify-answered", "2026-03-02", "2026-04-09");
	ck_assert_int_eq(out.paused, 7);
	/* Asked again on the day of the answer: it is an answer to both. */
	expect(now, "2026-03-02 received, 2026-03-04 clarify-asked, "
	    "2026-03-06 clarify-asked, 2026-03-06 clarify-answered",
	    "2026-03-02", "2026-04-07");
	ck_assert_int_eq(out.paused, 3);
	/* The first keeps the second in time. */
	expect(now, "2026-03-02 received, 2026-03-30 clarify-asked, "
	    "2026-04-08 clarify-answered, 2026-04-10 clarify-asked, "
	    "2026-04-10 clarify-answered", "2026-03-02", "2026-04-13");
	ck_assert_int_eq(out.paused, 11);
}
END_TEST

/* The time was over on Saturday 29 August, and stood still on the working
 * day to which that rolls: the 31st is a bank holiday, so the 1st. */
START_TEST(no_day_that_is_paused_is_due)
{
	expect(now, "2026-07-29 received", "2026-07-29", "2026-09-01");
	is(out.unrolled, "2026-08-29");
	expect(now, "2026-07-29 received, 2026-09-01 clarify-asked, "
	    "2026-09-01 clarify-answered", "2026-07-29", "2026-09-02");
	expect(now, "2026-07-29 received, 2026-09-01 clarify-asked, "
	    "2026-09-04 clarify-answered", "2026-07-29", "2026-09-07");
	expect(now, "2026-07-29 received, 2026-08-30 clarify-asked, "
	    "2026-08-30 clarify-answered", "2026-07-29", "2026-09-01");
	expect(now, "2026-07-29 received, 2026-09-02 clarify-asked, "
	    "2026-09-04 clarify-answered", "2026-07-29", "2026-09-01");
}
END_TEST

/* ---- extension ----------------------------------------------------------- */

START_TEST(an_extension_told_in_time)
{
	/* 3 June, from the same start; told on the last day. */
	expect(now, "2026-03-03 received, 2026-04-07 extended", "2026-03-03",
	    "2026-06-03");
	is(out.extended, "2026-04-07");
	is(out.first_due, "2026-04-07");
	expect(now, "2026-03-03 received, 2026-04-08 extended", "2026-03-03",
	    "2026-04-07");
	is(out.extended, "");
	is(out.first_due, "2026-04-07");
	/* Twice is once. */
	expect(now, "2026-03-03 received, 2026-03-04 extended, 2026-05-08 "
	    "extended", "2026-03-03", "2026-06-03");
	is(out.extended, "2026-03-04");
	/* With what paused, before and after it was told. */
	expect(now, "2026-03-03 received, 2026-03-09 clarify-asked, "
	    "2026-03-13 clarify-answered, 2026-04-08 extended, 2026-05-05 "
	    "clarify-asked, 2026-05-05 clarify-answered", "2026-03-03",
	    "2026-06-09");
	ck_assert_int_eq(out.paused, 6);
	is(out.first_due, "2026-04-08");
	/* While it waits for anything, it is in time. */
	waits(now, "2026-03-03 received, 2026-03-09 clarify-asked, "
	    "2026-04-10 extended", "clarification", "2026-03-09");
	is(out.extended, "2026-04-10");
	expect(now, "2026-03-03 received, 2026-03-09 identity-doubted, "
	    "2026-04-10 extended, 2026-04-20 identity-verified",
	    "2026-04-20", "2026-07-20");
	/* Ends of months, from the start and not from the first limit. */
	expect(now, "2025-11-30 received, 2025-12-01 extended", "2025-11-30",
	    "2026-03-02");
}
END_TEST

START_TEST(none_in_1998)
{
	expect(old, "2009-02-02 received, 2009-02-03 extended", "2009-02-02",
	    "2009-03-13");
	is(out.extended, "");
	ck_assert_ptr_nonnull(strstr(cp_buf_text(&told), "access.extension|"
	    "2009-02-03|An extension was told; this policy has none, and it "
	    "changes nothing\n"));
}
END_TEST

/* Nobody who is late makes the time begin again. */
START_TEST(what_is_asked_too_late_changes_nothing)
{
	static const char *const late[] = { "2026-04-03 identity-doubted",
		"2026-04-03 fee-asked", "2026-04-03 clarify-asked",
		"2026-04-03 identity-doubted, 2026-05-04 identity-verified",
		"2026-04-03 fee-asked, 2026-05-04 fee-paid",
		"2026-04-03 clarify-asked, 2026-05-04 clarify-answered" };
	char text[128];

	for (size_t i = 0; i < sizeof(late) / sizeof(late[0]); i++) {
		(void)snprintf(text, sizeof(text), "2026-03-02 received, %s",
		    late[i]);
		expect(now, text, "2026-03-02", "2026-04-02");
		ck_assert_ptr_nonnull(strstr(cp_buf_text(&told), " when the "
		    "time was over, on 2026-04-02: it changes nothing\n"));
	}
	expect(old, "2009-02-02 received, 2009-03-14 clarify-asked",
	    "2009-02-02", "2009-03-13");
	/* On the last day it is in time. */
	waits(now, "2026-03-02 received, 2026-04-02 identity-doubted",
	    "identity", "2026-04-02");
	waits(old, "2009-02-02 received, 2009-03-13 fee-asked", "fee",
	    "2009-03-13");
}
END_TEST

/* ---- what is refused ----------------------------------------------------- */

START_TEST(impossible_events_are_refused)
{
	static const char *const bad[] = { "", "2026-03-02 fee-asked",
		"2026-03-02 received, 2026-03-02 received",
		"2026-03-02 received, 2026-03-04 received",
		"2026-03-02 received, 2026-03-01 identity-doubted",
		"2026-03-02 received, 2026-03-01 extended",
		"2026-03-02 received, 2026-03-04 fee-paid",
		"2026-03-02 received, 2026-03-04 fee-waived",
		"2026-03-02 received, 2026-03-04 clarify-answered",
		"2026-03-02 received, 2026-03-04 clarify-answered, "
		    "2026-03-05 clarify-asked",
		"2026-03-02 received, 2026-03-04 identity-doubted, "
		    "2026-03-05 fee-paid" };
	struct cp_clock_event none = { CP_CLOCK_RECEIVED, { 0 } };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(clock_of(now, bad[i]) == CP_BAD_INPUT,
		    "`%s' was taken", bad[i]);
	ck_assert(cp_clock_run(now, days, &none, 1, NULL, NULL, &out, &err) ==
	    CP_BAD_INPUT);
	none.date = cp_date_make(2026, 3, 2);
	ck_assert(cp_clock_run(now, days, &none, 1, NULL, NULL, &out, &err) ==
	    CP_OK);
	none.kind = CP_CLOCK_KINDS;
	ck_assert(cp_clock_run(now, days, &none, 1, NULL, NULL, &out, &err) ==
	    CP_BAD_INPUT);
	none.kind = CP_CLOCK_RECEIVED;
	none.date = cp_date_make(9999, 12, 15);
	ck_assert(cp_clock_run(old, NULL, &none, 1, NULL, NULL, &out, &err) ==
	    CP_BAD_INPUT);
}
END_TEST

START_TEST(years_without_holidays_are_refused)
{
	struct cp_clock_event one = { CP_CLOCK_RECEIVED, { 0 } };

	ck_assert(clock_of(now, "2035-12-03 received") == CP_REFUSED);
	ck_assert_ptr_nonnull(strstr(err.hint, "holidays/england-wales.csv"));
	ck_assert(clock_of(now, "2004-11-03 received") == CP_REFUSED);
	expect(now, "2035-11-29 received", "2035-11-29", "2035-12-31");
	expect(now, "2004-12-03 received", "2004-12-03", "2005-01-04");
	/* A policy that rolls nothing needs no table. */
	expect(old, "2035-12-03 received", "2035-12-03", "2036-01-11");
	one.date = cp_date_make(2009, 2, 2);
	ck_assert(cp_clock_run(old, NULL, &one, 1, NULL, NULL, &out, &err) ==
	    CP_OK);
	is(out.due, "2009-03-13");
	ck_assert(cp_clock_run(now, NULL, &one, 1, NULL, NULL, &out, &err) ==
	    CP_REFUSED);
	/* While nothing is due, it is not needed either. */
	waits(now, "2035-12-03 received, 2035-12-05 fee-asked", "fee",
	    "2035-12-05");
	ck_assert(clock_of(now, "2035-12-03 received, 2036-01-04 fee-asked")
	    == CP_REFUSED);
}
END_TEST

/* ---- what is told -------------------------------------------------------- */

START_TEST(each_step_is_told)
{
	expect(now, "2026-02-20 received, 2026-02-23 identity-doubted, "
	    "2026-03-03 identity-verified, 2026-03-09 clarify-asked, "
	    "2026-03-10 clarify-answered, 2026-04-01 extended", "2026-03-03",
	    "2026-06-05");
	ck_assert_str_eq(cp_buf_text(&told),
	    "|2026-02-20|The request was received\n"
	    "|2026-02-23|Proof of identity was asked for, and the time does "
	    "not start without it\n"
	    "|2026-03-03|Identity was verified\n"
	    "access.clarification|2026-03-09|Clarification was asked for, and "
	    "the time stands still until it is given\n"
	    "access.clarification|2026-03-10|Clarification was given\n"
	    "access.extension|2026-04-01|An extension was told in time: the "
	    "answer was due on 2026-04-07\n"
	    "|2026-03-03|The time starts, everything needed for it being "
	    "there\n"
	    "access.extension|2026-06-03|Instead of the limit, P3M from the "
	    "start: the corresponding date\n"
	    "access.clarification||Paused from 2026-03-09 to 2026-03-10, both "
	    "counted: 2 days\n"
	    "access.clarification|2026-06-05|Later by the 2 days paused\n"
	    "access.roll|2026-06-05|A working day, by the bank holidays of "
	    "version 2026-1\n"
	    "access.limit|2026-04-07|Without the extension it would have been "
	    "due\n"
	    "|2026-06-05|The answer is due on this day at the latest\n");
	expect(now, "2029-11-25 received", "2029-11-25", "2029-12-27");
	ck_assert_str_eq(cp_buf_text(&told),
	    "|2029-11-25|The request was received\n"
	    "|2029-11-25|The time starts, everything needed for it being "
	    "there\n"
	    "access.limit|2029-12-25|P1M from the start: the corresponding "
	    "date\n"
	    "access.roll|2029-12-25|Not a working day: Christmas Day\n"
	    "access.roll|2029-12-26|Not a working day: Boxing Day\n"
	    "access.roll|2029-12-27|A working day, by the bank holidays of "
	    "version 2026-1, which of this year are by rule, not yet "
	    "proclaimed\n"
	    "|2029-12-27|The answer is due on this day at the latest\n");
	expect(old, "2009-02-02 received", "2009-02-02", "2009-03-13");
	ck_assert_str_eq(cp_buf_text(&told),
	    "|2009-02-02|The request was received\n"
	    "|2009-02-02|The time starts, everything needed for it being "
	    "there\n"
	    "access.limit|2009-03-13|P40D beginning with the start: this is "
	    "the last day\n"
	    "|2009-03-13|The answer is due on this day at the latest\n");
}
END_TEST

static enum cp_rc
stop(void *ctx, const char *rule, struct cp_date date, const char *text,
    struct cp_err *e)
{
	(void)rule;
	(void)date;
	(void)text;
	return --*(int *)ctx > 0 ? CP_OK : cp_fail(e, CP_BUSY, "enough");
}

START_TEST(who_is_told_may_stop)
{
	struct cp_clock_event one = { CP_CLOCK_RECEIVED, { 0 } };
	int left = 2;

	one.date = cp_date_make(2026, 3, 3);
	memset(&out, 7, sizeof(out));
	ck_assert(cp_clock_run(now, days, &one, 1, stop, &left, &out, &err) ==
	    CP_BUSY);
	ck_assert_int_eq(left, 0);
	ck_assert_int_eq(out.paused, 0x07070707);
}
END_TEST

START_TEST(alarms)
{
	static const struct {
		int left;
		enum cp_clock_alarm alarm;
	} rows[] = { { 400, CP_ALARM_NOT }, { 15, CP_ALARM_NOT },
		{ 14, CP_ALARM_TWO_WEEKS }, { 8, CP_ALARM_TWO_WEEKS },
		{ 7, CP_ALARM_ONE_WEEK }, { 4, CP_ALARM_ONE_WEEK },
		{ 3, CP_ALARM_THREE_DAYS }, { 1, CP_ALARM_THREE_DAYS },
		{ 0, CP_ALARM_DUE }, { -1, CP_ALARM_LATE },
		{ -400, CP_ALARM_LATE } };
	struct cp_date due = cp_date_make(2026, 4, 7), none = { 0 };
	int left = 5;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ck_assert_int_eq(cp_clock_alarm(due, cp_date_add_days(due,
		    -rows[i].left), &left), rows[i].alarm);
		ck_assert_int_eq(left, rows[i].left);
	}
	ck_assert_int_eq(cp_clock_alarm(none, due, &left), CP_ALARM_NOT);
	ck_assert_int_eq(left, 0);
}
END_TEST

START_TEST(words)
{
	enum cp_clock_kind kind = CP_CLOCK_KINDS;

	for (int i = 0; i < CP_CLOCK_KINDS; i++) {
		ck_assert(cp_clock_parse(cp_clock_word((enum cp_clock_kind)i),
		    &kind));
		ck_assert_int_eq(kind, i);
	}
	ck_assert_str_eq(cp_clock_word(CP_CLOCK_KINDS), "unknown");
	ck_assert(!cp_clock_parse("", &kind));
	ck_assert(!cp_clock_parse("identity", &kind));
	ck_assert_str_eq(cp_clock_wait_word(CP_WAITS_NOT), "");
	ck_assert_str_eq(cp_clock_wait_word((enum cp_clock_wait)4),
	    "unknown");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("clock");
	TCase *tc = tcase_create("clock");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, the_worked_dates);
	tcase_add_test(tc, ends_of_months_and_leap_days);
	tcase_add_test(tc, christmas_and_other_feasts);
	tcase_add_test(tc, identity_and_fee_are_conditions_of_the_start);
	tcase_add_test(tc, clarification_is_part_of_the_start_in_1998);
	tcase_add_test(tc, clarification_pauses_today);
	tcase_add_test(tc, pauses_before_and_over_the_start);
	tcase_add_test(tc, several_pauses);
	tcase_add_test(tc, no_day_that_is_paused_is_due);
	tcase_add_test(tc, an_extension_told_in_time);
	tcase_add_test(tc, none_in_1998);
	tcase_add_test(tc, what_is_asked_too_late_changes_nothing);
	tcase_add_test(tc, impossible_events_are_refused);
	tcase_add_test(tc, years_without_holidays_are_refused);
	tcase_add_test(tc, each_step_is_told);
	tcase_add_test(tc, who_is_told_may_stop);
	tcase_add_test(tc, alarms);
	tcase_add_test(tc, words);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
