#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lifecycle/rules/london.h"

static const struct {
	int64_t at; /* UTC */
	const char *utc;
	int offset;
	const char *date;
} cases[] = {
	{ 0, "1970-01-01T00:00:00Z", 0, "1970-01-01" },
	{ -1, "1969-12-31T23:59:59Z", 0, "1969-12-31" },
	/* The changes of 2026: 29 March and 25 October. */
	{ 1774745999, "2026-03-29T00:59:59Z", 0, "2026-03-29" },
	{ 1774746000, "2026-03-29T01:00:00Z", 3600, "2026-03-29" },
	{ 1792889999, "2026-10-25T00:59:59Z", 3600, "2026-10-25" },
	{ 1792890000, "2026-10-25T01:00:00Z", 0, "2026-10-25" },
	/* In summer the day begins at 23:00 UTC. */
	{ 1782860399, "2026-06-30T22:59:59Z", 3600, "2026-06-30" },
	{ 1782860400, "2026-06-30T23:00:00Z", 3600, "2026-07-01" },
	/* In winter at 00:00. */
	{ 1798761599, "2026-12-31T23:59:59Z", 0, "2026-12-31" },
	{ 1798761600, "2027-01-01T00:00:00Z", 0, "2027-01-01" },
	/* A last Sunday that is the 31st: March 2024, October 2027. */
	{ 1711846799, "2024-03-31T00:59:59Z", 0, "2024-03-31" },
	{ 1711846800, "2024-03-31T01:00:00Z", 3600, "2024-03-31" },
	{ 1825027199, "2027-10-31T23:59:59Z", 0, "2027-10-31" },
	{ 1824940800, "2027-10-31T00:00:00Z", 3600, "2027-10-31" },
	/* 29 February. */
	{ 1709251199, "2024-02-29T23:59:59Z", 0, "2024-02-29" },
};

START_TEST(moments)
{
	char date[CP_DATE_TEXT], utc[CP_UTC_TEXT];
	struct cp_date d;
	int32_t second;
	int64_t at = cases[_i].at;

	/* The table itself: the text names the moment. */
	d = cp_utc_date(at, &second);
	ck_assert_int_eq(cp_utc_unix(d, second), at);
	ck_assert_str_eq(cp_utc_format(at, utc), cases[_i].utc);
	ck_assert_int_eq(cp_london_offset(at), cases[_i].offset);
	ck_assert_str_eq(cp_date_format(cp_london_date(at), date),
	    cases[_i].date);
}
END_TEST

/* The rule beside the zone database, every hour of 40 years. */
START_TEST(agrees_with_zone_database)
{
	char want[CP_DATE_TEXT], have[CP_DATE_TEXT];
	int64_t at, wrong = 0, seen_summer = 0;
	struct tm tm;
	time_t t;

	ck_assert_int_eq(setenv("TZ", "Europe/London", 1), 0);
	tzset();
	t = 1782820800; /* a July noon: is there a database at all? */
	ck_assert_ptr_nonnull(localtime_r(&t, &tm));
	if (!tm.tm_isdst) {
		puts("SKIP: no zone database for Europe/London");
		return;
	}
	for (at = 852076800; at < 2114380800; at += 3600) {
		t = (time_t)at;
		ck_assert_ptr_nonnull(localtime_r(&t, &tm));
		(void)strftime(want, sizeof(want), "%Y-%m-%d", &tm);
		wrong += strcmp(want, cp_date_format(cp_london_date(at),
		    have)) != 0;
		wrong += (tm.tm_isdst > 0) != (cp_london_offset(at) == 3600);
		seen_summer += tm.tm_isdst > 0;
	}
	ck_assert_int_eq(wrong, 0);
	ck_assert_int_gt(seen_summer, 100000);
}
END_TEST

START_TEST(ends_of_the_range)
{
	char date[CP_DATE_TEXT], utc[CP_UTC_TEXT];
	int64_t first = cp_utc_unix(cp_date_make(1800, 1, 1), 0);
	int64_t last = cp_utc_unix(cp_date_make(9999, 12, 31), 86399);

	ck_assert_str_eq(cp_date_format(cp_london_date(first), date),
	    "1800-01-01");
	ck_assert(!cp_date_set(cp_london_date(first - 1)));
	ck_assert_str_eq(cp_utc_format(last, utc), "9999-12-31T23:59:59Z");
	ck_assert(!cp_date_set(cp_london_date(last + 1)));
	ck_assert(!cp_date_set(cp_london_date(INT64_MAX)));
	ck_assert(!cp_date_set(cp_london_date(INT64_MIN)));
	ck_assert_str_eq(cp_utc_format(INT64_MIN, utc), "");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("london");
	TCase *t = tcase_create("london");
	SRunner *r;
	int failed;

	tcase_add_loop_test(t, moments, 0,
	    (int)(sizeof(cases) / sizeof(cases[0])));
	tcase_add_test(t, agrees_with_zone_database);
	tcase_add_test(t, ends_of_the_range);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
