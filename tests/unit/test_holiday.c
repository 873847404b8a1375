#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/buf.h"
#include "lifecycle/rules/holiday.h"

static const char PACK[] = "policies/holidays/england-wales.csv";

static struct cp_err err;
static struct cp_holidays *h;

static enum cp_rc
parse(const char *text)
{
	cp_holidays_free(h);
	h = NULL;
	return cp_holidays_parse("a.csv", text, strlen(text), &h, &err);
}

static void
pack(void)
{
	FILE *f = fopen(PACK, "r");
	struct cp_buf b;
	char part[4096];
	size_t n;

	ck_assert_msg(f != NULL, "%s: run from the root of the sources",
	    PACK);
	cp_buf_init(&b);
	while ((n = fread(part, 1, sizeof(part), f)) > 0)
		cp_buf_put(&b, part, n);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_msg(parse(cp_buf_text(&b)) == CP_OK, "%s", err.what);
	cp_buf_clear(&b);
}

static void
teardown(void)
{
	cp_holidays_free(h);
	h = NULL;
}

#define HEAD "# England and Wales, version 7\ndate,name,status\n"

START_TEST(a_table)
{
	int proclaimed = 5;

	ck_assert(parse(HEAD "2026-12-25,Christmas Day,proclaimed\n"
	    "2028-01-03,New Year's Day (substitute),by rule\n") == CP_OK);
	ck_assert_str_eq(cp_holidays_version(h), "7");
	ck_assert_int_eq(cp_holidays_first_year(h), 2026);
	ck_assert_int_eq(cp_holidays_last_year(h), 2028);
	ck_assert_str_eq(cp_holiday_on(h, cp_date_make(2026, 12, 25),
	    &proclaimed), "Christmas Day");
	ck_assert_int_eq(proclaimed, 1);
	ck_assert_str_eq(cp_holiday_on(h, cp_date_make(2028, 1, 3),
	    &proclaimed), "New Year's Day (substitute)");
	ck_assert_int_eq(proclaimed, 0);
	ck_assert_ptr_null(cp_holiday_on(h, cp_date_make(2026, 12, 26),
	    &proclaimed));
	ck_assert_ptr_nonnull(cp_holiday_on(h, cp_date_make(2028, 1, 3),
	    NULL));
}
END_TEST

START_TEST(working_days)
{
	struct cp_date none = { 0 };

	pack();
	ck_assert(cp_working_day(h, cp_date_make(2026, 4, 2)));
	ck_assert(!cp_working_day(h, cp_date_make(2026, 4, 3))); /* Good F. */
	ck_assert(!cp_working_day(h, cp_date_make(2026, 4, 4))); /* Sat */
	ck_assert(!cp_working_day(h, cp_date_make(2026, 4, 5))); /* Sun */
	ck_assert(!cp_working_day(h, cp_date_make(2026, 4, 6))); /* Easter */
	ck_assert(cp_working_day(h, cp_date_make(2026, 4, 7)));
	ck_assert(!cp_working_day(h, none));
	ck_assert_int_eq(cp_working_day_from(h, cp_date_make(2026, 4,
	    3)).days, cp_date_make(2026, 4, 7).days);
	ck_assert_int_eq(cp_working_day_from(h, cp_date_make(2026, 4,
	    7)).days, cp_date_make(2026, 4, 7).days);
	/* Where nothing is known, nothing is told. */
	ck_assert(!cp_date_set(cp_working_day_from(h, cp_date_make(2036, 1,
	    2))));
	ck_assert(!cp_date_set(cp_working_day_from(h, cp_date_make(2004, 12,
	    31))));
	ck_assert(!cp_date_set(cp_working_day_from(h, none)));
	ck_assert_int_eq(cp_working_day_from(h, cp_date_make(2035, 12,
	    29)).days, cp_date_make(2035, 12, 31).days);
}
END_TEST

/* Gauss, for 1900 to 2099. */
static struct cp_date
easter(int y)
{
	int d = (19 * (y % 19) + 24) % 30;
	int e = (2 * (y % 4) + 4 * (y % 7) + 6 * d + 5) % 7;

	return cp_date_add_days(cp_date_make(y, 3, 22), d + e -
	    (d == 29 && e == 6 ? 7 : 0));
}

/* From a day on the first Monday, or back from it the last. */
static struct cp_date
monday(int y, int m, int d, int step)
{
	struct cp_date date = cp_date_make(y, m, d);

	while (cp_date_weekday(date) != 0)
		date = cp_date_add_days(date, step);
	return date;
}

/* A day that is off, or the working day in its place when it falls on a
 * weekend; TAKEN of these are another's. */
static struct cp_date
off(int y, int m, int d, int taken)
{
	struct cp_date date = cp_date_make(y, m, d);

	if (cp_date_weekday(date) < 5)
		return date;
	return cp_date_add_days(date, 7 - cp_date_weekday(date) + taken);
}

/* Those of a year by the Act, and what proclamations made of them. */
static size_t
of_year(int y, struct cp_date out[12])
{
	static const int more[][3] = { { 2011, 4, 29 }, { 2012, 6, 5 },
		{ 2022, 6, 3 }, { 2022, 9, 19 }, { 2023, 5, 8 } };
	int christmas = cp_date_weekday(cp_date_make(y, 12, 25));
	size_t n = 0;

	out[n++] = off(y, 1, 1, 0);
	out[n++] = cp_date_add_days(easter(y), -2);
	out[n++] = cp_date_add_days(easter(y), 1);
	out[n++] = y == 2020 ? cp_date_make(2020, 5, 8) : monday(y, 5, 1, 1);
	out[n++] = y == 2012 ? cp_date_make(2012, 6, 4) : y == 2022 ?
	    cp_date_make(2022, 6, 2) : monday(y, 5, 31, -1);
	out[n++] = monday(y, 8, 31, -1);
	/* On a Sunday, its place is after Boxing Day; on a Saturday, Boxing
	 * Day is a Sunday, and both are moved. */
	out[n++] = off(y, 12, 25, christmas == 6);
	out[n++] = off(y, 12, 26, christmas == 5);
	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++)
		if (more[i][0] == y)
			out[n++] = cp_date_make(y, more[i][1], more[i][2]);
	return n;
}

/* Worked out here from the Act: each is in the table, and nothing else is. */
START_TEST(the_pack_holds_what_it_should)
{
	struct cp_date want[12];
	size_t n, found;

	pack();
	ck_assert_int_eq(cp_holidays_first_year(h), 2005);
	ck_assert_int_eq(cp_holidays_last_year(h), 2035);
	for (int y = 2005; y <= 2035; y++) {
		n = of_year(y, want);
		for (size_t i = 0; i < n; i++)
			ck_assert_msg(cp_holiday_on(h, want[i], NULL) != NULL,
			    "%d: number %zu is missing", y, i);
		found = 0;
		for (struct cp_date at = cp_date_make(y, 1, 1);
		    cp_date_cmp(at, cp_date_make(y, 12, 31)) <= 0;
		    at = cp_date_add_days(at, 1))
			found += cp_holiday_on(h, at, NULL) != NULL;
		ck_assert_msg(found == n, "%d has %zu holidays", y, found);
		ck_assert_str_eq(cp_holiday_on(h, want[1], NULL),
		    "Good Friday");
		ck_assert_str_eq(cp_holiday_on(h, want[2], NULL),
		    "Easter Monday");
	}
}
END_TEST

START_TEST(bad_tables_are_refused)
{
	static const struct {
		const char *text, *what;
	} rows[] = {
		{ "", "a.csv:0: the first line" },
		{ "date,name,status\n2026-12-25,C,proclaimed\n", "first line" },
		{ "# England and Wales\ndate,name,status\n", "first line" },
		{ "# England and Wales, version \ndate,name,status\n",
		    "a.csv:1: the first line" },
		{ "# E, version 1\nname,date,status\n", "a.csv:2: the second" },
		{ "# E, version 1\n", "a.csv:1: the second line" },
		{ HEAD, "there is no holiday in it" },
		{ HEAD "2026-12-25,C\n", "a.csv:3: there must be three" },
		{ HEAD "2026-12-25\n", "a.csv:3: there must be three" },
		{ HEAD "2026-12-25,C,proclaimed,x\n", "a.csv:3: there must" },
		{ HEAD "2026-02-29,C,proclaimed\n", "a.csv:3: " },
		{ HEAD "25/12/2026,C,proclaimed\n", "a.csv:3: " },
		{ HEAD "2026-12-25,,proclaimed\n", "a.csv:3: a holiday has" },
		{ HEAD "2026-12-25,C,perhaps\n", "a.csv:3: the status" },
		{ HEAD "2026-12-25,C,\n", "a.csv:3: the status" },
		{ HEAD "2026-12-25,C,proclaimed", "a.csv:3: not a line of" },
		{ HEAD "2026-12-25,C,proclaimed\n\n", "a.csv:4: there must" },
		{ HEAD "2026-12-25,C,proclaimed\n2026-12-25,D,by rule\n",
		    "a.csv:4: the date is there twice" },
		{ HEAD "2026-12-25,C,proclaimed\n2026-12-24,D,by rule\n",
		    "a.csv:4: the dates are out of order" } };
	static const char nul[] = HEAD "2026-12-25,C\0,proclaimed\n";

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ck_assert_msg(parse(rows[i].text) == CP_BAD_INPUT,
		    "`%s' was taken", rows[i].text);
		ck_assert_ptr_null(h);
		ck_assert_msg(strstr(err.what, rows[i].what) != NULL,
		    "%zu: %s", i, err.what);
	}
	ck_assert(cp_holidays_parse("a.csv", nul, sizeof(nul) - 1, &h, &err)
	    == CP_BAD_INPUT);
	ck_assert_ptr_null(h);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("holiday");
	TCase *tc = tcase_create("holiday");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, NULL, teardown);
	tcase_add_test(tc, a_table);
	tcase_add_test(tc, working_days);
	tcase_add_test(tc, the_pack_holds_what_it_should);
	tcase_add_test(tc, bad_tables_are_refused);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
