#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/rules/date.h"

/* ---- an independent calendar: count, one day after another --------------- */

struct slow {
	int y, m, d;
	int weekday;
};

static int
slow_leap(int y)
{
	if (y % 400 == 0)
		return 1;
	if (y % 100 == 0)
		return 0;
	return y % 4 == 0;
}

static int
slow_last(int y, int m)
{
	switch (m) {
	case 2:
		return slow_leap(y) ? 29 : 28;
	case 4: case 6: case 9: case 11:
		return 30;
	default:
		return 31;
	}
}

static void
slow_next(struct slow *s)
{
	s->weekday = s->weekday == 6 ? 0 : s->weekday + 1;
	if (++s->d <= slow_last(s->y, s->m))
		return;
	s->d = 1;
	if (++s->m <= 12)
		return;
	s->m = 1;
	s->y++;
}

/* ---- helpers ------------------------------------------------------------- */

static struct cp_err err;

static struct cp_date
D(const char *text)
{
	struct cp_date d = { 0 };

	ck_assert_msg(cp_date_parse(text, &d, &err) == CP_OK, "%s: %s", text,
	    err.what);
	return d;
}

static struct cp_period
P(const char *text)
{
	struct cp_period p = { 0, 0, 0 };

	ck_assert_msg(cp_period_parse(text, &p, &err) == CP_OK, "%s: %s", text,
	    err.what);
	return p;
}

static void
expect(struct cp_date d, const char *text)
{
	char buf[CP_DATE_TEXT];

	ck_assert_str_eq(cp_date_format(d, buf), text);
}

/* ---- dates --------------------------------------------------------------- */

START_TEST(every_day_round_trips)
{
	struct slow s = { 1800, 1, 1, 2 };
	char text[64], buf[CP_DATE_TEXT];
	struct cp_date parsed, made;
	int y, m, d;
	int32_t n;

	for (n = 1; s.y <= 9999; n++, slow_next(&s)) {
		made = cp_date_make(s.y, s.m, s.d);
		if (made.days != n)
			ck_abort_msg("%d-%d-%d is day %d, not %d", s.y, s.m,
			    s.d, made.days, n);
		cp_date_split(made, &y, &m, &d);
		(void)snprintf(text, sizeof(text), "%04d-%02d-%02d", s.y, s.m,
		    s.d);
		if (y != s.y || m != s.m || d != s.d ||
		    cp_date_weekday(made) != s.weekday ||
		    strcmp(cp_date_format(made, buf), text) != 0 ||
		    cp_date_parse(text, &parsed, &err) != CP_OK ||
		    parsed.days != n)
			ck_abort_msg("%s does not round trip", text);
	}
	ck_assert_int_eq(n - 1, CP_DATE_LAST);
}
END_TEST

START_TEST(months_and_years_roll_back)
{
	static const int months[] = { 1, 2, 6, 11, 12, 13, 72, 2400, -1, -12,
		-25 };
	struct slow s = { 1800, 1, 1, 2 };
	struct cp_date got, want;
	size_t i;
	int y, m, k;

	for (; s.y <= 9999; slow_next(&s)) {
		for (i = 0; i < sizeof(months) / sizeof(months[0]); i++) {
			y = s.y;
			m = s.m;
			for (k = 0; k < abs(months[i]) % 12; k++) {
				m += months[i] < 0 ? -1 : 1;
				if (m == 0 || m == 13) {
					y += m == 0 ? -1 : 1;
					m = m == 0 ? 12 : 1;
				}
			}
			y += months[i] / 12;
			want = cp_date_make(y, m, s.d < slow_last(y, m) ?
			    s.d : slow_last(y, m));
			got = cp_date_add_months(cp_date_make(s.y, s.m, s.d),
			    months[i]);
			if (got.days != want.days)
				ck_abort_msg("%d-%d-%d + %d months", s.y, s.m,
				    s.d, months[i]);
		}
	}
	expect(cp_date_add_years(D("2004-02-29"), 1), "2005-02-28");
	expect(cp_date_add_years(D("2004-02-29"), 4), "2008-02-29");
	expect(cp_date_add_years(D("2004-02-29"), -1), "2003-02-28");
	expect(cp_date_add_months(D("2026-01-31"), 1), "2026-02-28");
}
END_TEST

START_TEST(every_birthday_is_attained)
{
	static const int ages[] = { 0, 17, 18, 20, 25, 100 };
	struct slow s = { 1800, 1, 1, 2 };
	struct cp_date birth, a, b;
	size_t i;
	int y, leapling;

	for (; s.y <= 9999; slow_next(&s)) {
		birth = cp_date_make(s.y, s.m, s.d);
		for (i = 0; i < sizeof(ages) / sizeof(ages[0]); i++) {
			y = s.y + ages[i];
			leapling = s.m == 2 && s.d == 29 && !slow_leap(y);
			a = cp_date_attained(birth, ages[i], CP_LEAP_MARCH_1);
			b = cp_date_attained(birth, ages[i],
			    CP_LEAP_FEBRUARY_28);
			if (a.days != (leapling ? cp_date_make(y, 3, 1) :
			    cp_date_make(y, s.m, s.d)).days ||
			    b.days != (leapling ? cp_date_make(y, 2, 28) :
			    cp_date_make(y, s.m, s.d)).days)
				ck_abort_msg("born %d-%d-%d, age %d", s.y, s.m,
				    s.d, ages[i]);
		}
	}
	ck_assert(!cp_date_set(cp_date_attained(D("2000-01-01"), -1, 0)));
	ck_assert(!cp_date_set(cp_date_attained(D("9990-01-01"), 18, 0)));
}
END_TEST

START_TEST(wrong_dates_are_refused)
{
	static const char *const bad[] = { "", "2004", "2004-02", "2004-2-29",
		"2005-02-29", "1900-02-29", "2004-00-10", "2004-13-01",
		"2004-01-00", "2004-04-31", "1799-12-31", "0000-00-00",
		"2004-01-01 ", " 2004-01-01", "2004/01/01", "20040101",
		"+004-01-01", "2004-01-1x", "-004-01-01", "10000-01-01",
		"2004-01-01T00:00", "2004-0-101" };
	struct cp_date d = { 77 };
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(cp_date_parse(bad[i], &d, &err) == CP_BAD_INPUT,
		    "`%s' was taken", bad[i]);
	ck_assert_int_eq(d.days, 77);
	(void)D("2000-02-29");
}
END_TEST

START_TEST(nothing_leaves_the_range)
{
	struct cp_date none = { 0 }, first = D("1800-01-01");
	struct cp_date last = D("9999-12-31");
	char buf[CP_DATE_TEXT];
	int y = 1, m = 1, d = 1;

	ck_assert(!cp_date_set(cp_date_add_days(first, -1)));
	ck_assert(!cp_date_set(cp_date_add_days(last, 1)));
	ck_assert(!cp_date_set(cp_date_add_days(last, INT32_MAX)));
	ck_assert(!cp_date_set(cp_date_add_months(last, 1)));
	ck_assert(!cp_date_set(cp_date_add_months(first, INT32_MIN)));
	ck_assert(!cp_date_set(cp_date_add_years(first, INT32_MAX)));
	ck_assert(!cp_date_set(cp_date_add_years(first, -1)));
	ck_assert(!cp_date_set(cp_date_add_days(none, 1)));
	ck_assert(!cp_date_set(cp_date_add_months(none, 1)));
	ck_assert(!cp_date_set(cp_period_after(none, P("P0D"))));
	ck_assert(!cp_date_set(cp_period_after(last, P("P1D"))));
	ck_assert(!cp_date_set(cp_date_attained(none, 18, CP_LEAP_MARCH_1)));
	ck_assert_int_eq(cp_date_weekday(none), -1);
	cp_date_split(none, &y, &m, &d);
	ck_assert(y == 0 && m == 0 && d == 0);
	ck_assert_str_eq(cp_date_format(none, buf), "");
	ck_assert_int_eq(cp_date_earlier(none, last).days, last.days);
	ck_assert_int_eq(cp_date_earlier(last, none).days, last.days);
	ck_assert_int_eq(cp_date_earlier(last, first).days, first.days);
	ck_assert_int_lt(cp_date_cmp(none, first), 0);
	ck_assert_int_gt(cp_date_cmp(last, first), 0);
}
END_TEST

/* ---- partial dates ------------------------------------------------------- */

START_TEST(partial_dates)
{
	static const struct {
		const char *text, *first, *last;
		int exact;
	} rows[] = {
		{ "2004", "2004-01-01", "2004-12-31", 0 },
		{ "2004-02", "2004-02-01", "2004-02-29", 0 },
		{ "2005-02", "2005-02-01", "2005-02-28", 0 },
		{ "2005-04", "2005-04-01", "2005-04-30", 0 },
		{ "2004-02-29", "2004-02-29", "2004-02-29", 1 },
		{ "1800", "1800-01-01", "1800-12-31", 0 },
		{ "9999", "9999-01-01", "9999-12-31", 0 },
	};
	struct cp_partial_date p;
	char buf[CP_DATE_TEXT];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ck_assert(cp_partial_parse(rows[i].text, &p, &err) == CP_OK);
		expect(cp_partial_first(p), rows[i].first);
		expect(cp_partial_last(p), rows[i].last);
		ck_assert_int_eq(cp_partial_exact(p), rows[i].exact);
		ck_assert_str_eq(cp_partial_format(p, buf), rows[i].text);
	}
}
END_TEST

START_TEST(wrong_partial_dates_are_refused)
{
	static const char *const bad[] = { "", "04", "1799", "20040", "2004-",
		"2004-13", "2004-00", "2004-2", "2004-00-01", "2004-02-00",
		"2005-02-29", "2004-02-30", "2004-02-", "2004x02", "200402",
		"2004-02-291", "abcd", "2004-ab", "-200-01" };
	static const struct cp_partial_date impossible[] = { { 0, 0, 0 },
		{ 2004, 0, 3 }, { 2004, 13, 0 }, { 2005, 2, 29 },
		{ 2004, -1, 0 }, { 2004, 2, -1 }, { 1799, 1, 1 } };
	struct cp_partial_date p = { 7, 7, 7 };
	char buf[CP_DATE_TEXT];
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(cp_partial_parse(bad[i], &p, &err) ==
		    CP_BAD_INPUT, "`%s' was taken", bad[i]);
	ck_assert(p.year == 7 && p.month == 7 && p.day == 7);
	for (i = 0; i < sizeof(impossible) / sizeof(impossible[0]); i++) {
		ck_assert(!cp_date_set(cp_partial_first(impossible[i])));
		ck_assert(!cp_date_set(cp_partial_last(impossible[i])));
		ck_assert(!cp_partial_exact(impossible[i]));
		ck_assert_str_eq(cp_partial_format(impossible[i], buf), "");
	}
}
END_TEST

/* ---- periods ------------------------------------------------------------- */

START_TEST(periods_are_read_and_written)
{
	static const struct {
		const char *in, *out;
		int y, m, d;
	} rows[] = {
		{ "P6Y", "P6Y", 6, 0, 0 }, { "P3M", "P3M", 0, 3, 0 },
		{ "P10D", "P10D", 0, 0, 10 }, { "P1Y6M", "P1Y6M", 1, 6, 0 },
		{ "P0D", "P0D", 0, 0, 0 }, { "P0Y", "P0D", 0, 0, 0 },
		{ "P1Y2M3D", "P1Y2M3D", 1, 2, 3 },
		{ "P200Y2400M73000D", "P200Y2400M73000D", 200, 2400, 73000 },
	};
	char buf[CP_PERIOD_TEXT];
	struct cp_period p;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		p = P(rows[i].in);
		ck_assert_int_eq(p.years, rows[i].y);
		ck_assert_int_eq(p.months, rows[i].m);
		ck_assert_int_eq(p.days, rows[i].d);
		ck_assert_str_eq(cp_period_format(p, buf), rows[i].out);
	}
}
END_TEST

START_TEST(wrong_periods_are_refused)
{
	static const char *const bad[] = { "", "P", "6Y", "P6", "P6y", "p6Y",
		"P-6Y", "P+6Y", "P6Y ", " P6Y", "P6M1Y", "P1D1M", "P1Y1Y",
		"P6.5Y", "P6,5Y", "P06Y", "P00D", "PT1H", "P1W", "P1YT1H",
		"P201Y", "P2401M", "P73001D", "P99999999999999999999Y", "PY",
		"P1Y6", "P4294967302Y" };
	struct cp_period p = { 7, 7, 7 };
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(cp_period_parse(bad[i], &p, &err) ==
		    CP_BAD_INPUT, "`%s' was taken", bad[i]);
	ck_assert(p.years == 7 && p.months == 7 && p.days == 7);
}
END_TEST

START_TEST(periods_end_as_the_law_counts)
{
	static const struct {
		const char *from, *period, *end, *after;
	} rows[] = {
		{ "2022-03-01", "P6Y", "2028-03-01", "2028-03-02" },
		{ "2022-02-28", "P6Y", "2028-02-28", "2028-02-29" },
		{ "2024-02-29", "P6Y", "2030-02-28", "2030-03-01" },
		{ "2024-12-31", "P6Y", "2030-12-31", "2031-01-01" },
		{ "2026-01-31", "P1M", "2026-02-28", "2026-03-01" },
		{ "2026-01-31", "P1M1D", "2026-03-01", "2026-03-02" },
		{ "2026-01-31", "P10D", "2026-02-10", "2026-02-11" },
		{ "2026-01-31", "P0D", "2026-01-31", "2026-01-31" },
		{ "2026-05-31", "P1Y6M", "2027-11-30", "2027-12-01" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		expect(cp_period_end(D(rows[i].from), P(rows[i].period)),
		    rows[i].end);
		expect(cp_period_after(D(rows[i].from), P(rows[i].period)),
		    rows[i].after);
	}
}
END_TEST

/* The table of the house's domain paper: born, 18, destroyed; 25, destroyed. */
START_TEST(the_table_of_birthdays)
{
	static const char *const rows[][5] = {
		{ "2004-02-29", "2022-03-01", "2028-03-02", "2029-03-01",
		    "2035-03-02" },
		{ "2004-02-28", "2022-02-28", "2028-02-29", "2029-02-28",
		    "2035-03-01" },
		{ "2006-03-01", "2024-03-01", "2030-03-02", "2031-03-01",
		    "2037-03-02" },
		{ "2006-12-31", "2024-12-31", "2031-01-01", "2031-12-31",
		    "2038-01-01" },
	};
	struct cp_date d;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		d = cp_date_attained(D(rows[i][0]), 18, CP_LEAP_MARCH_1);
		expect(d, rows[i][1]);
		expect(cp_period_after(d, P("P6Y")), rows[i][2]);
		d = cp_date_attained(D(rows[i][0]), 25, CP_LEAP_MARCH_1);
		expect(d, rows[i][3]);
		expect(cp_period_after(d, P("P6Y")), rows[i][4]);
	}
	expect(cp_date_attained(D("2004-02-29"), 18, CP_LEAP_FEBRUARY_28),
	    "2022-02-28");
}
END_TEST

START_TEST(leap_rule_words)
{
	enum cp_leap_rule r = CP_LEAP_MARCH_1;

	ck_assert(cp_leap_rule_parse("february-28", &r, &err) == CP_OK);
	ck_assert_int_eq(r, CP_LEAP_FEBRUARY_28);
	ck_assert(cp_leap_rule_parse(cp_leap_rule_word(CP_LEAP_MARCH_1), &r,
	    &err) == CP_OK);
	ck_assert_int_eq(r, CP_LEAP_MARCH_1);
	ck_assert_str_eq(cp_leap_rule_word(CP_LEAP_FEBRUARY_28),
	    "february-28");
	ck_assert(cp_leap_rule_parse("March-1", &r, &err) == CP_BAD_INPUT);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("date");
	TCase *tc = tcase_create("date");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, every_day_round_trips);
	tcase_add_test(tc, months_and_years_roll_back);
	tcase_add_test(tc, every_birthday_is_attained);
	tcase_add_test(tc, wrong_dates_are_refused);
	tcase_add_test(tc, nothing_leaves_the_range);
	tcase_add_test(tc, partial_dates);
	tcase_add_test(tc, wrong_partial_dates_are_refused);
	tcase_add_test(tc, periods_are_read_and_written);
	tcase_add_test(tc, wrong_periods_are_refused);
	tcase_add_test(tc, periods_end_as_the_law_counts);
	tcase_add_test(tc, the_table_of_birthdays);
	tcase_add_test(tc, leap_rule_words);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
