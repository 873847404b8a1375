#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "cpadmin/chart.h"

static struct cp_buf out;

static void
setup(void)
{
	cp_buf_init(&out);
}

static void
teardown(void)
{
	cp_buf_clear(&out);
}

/* The bar of VALUE, and that it takes CELLS columns with its padding. */
static const char *
bar(int64_t value, int64_t part, int64_t most, int cells, int utf8)
{
	size_t columns = 0;

	cp_buf_reset(&out);
	(void)cp_chart_bar(&out, value, part, most, cells, utf8);
	for (const char *s = cp_buf_text(&out); *s != '\0'; s++)
		columns += ((unsigned char)*s & 0xC0) != 0x80;
	ck_assert_uint_eq(columns, (size_t)cells);
	return cp_buf_text(&out);
}

START_TEST(scaled)
{
	ck_assert_str_eq(bar(0, 0, 10, 4, 0), "    ");
	ck_assert_str_eq(bar(10, 0, 10, 4, 0), "####");
	ck_assert_str_eq(bar(5, 0, 10, 4, 0), "##  ");
	ck_assert_str_eq(bar(0, 0, 0, 4, 0), "    ");
	ck_assert_str_eq(bar(99, 0, 10, 4, 0), "####");
	ck_assert_str_eq(bar(1, 0, 1000000, 4, 0), "#   ");
	ck_assert_str_eq(bar(INT64_MAX / 2, 0, INT64_MAX, 4, 0), "##  ");
}
END_TEST

START_TEST(eighths)
{
	ck_assert_str_eq(bar(1, 0, 8, 1, 1), "▏");
	ck_assert_str_eq(bar(4, 0, 8, 1, 1), "▌");
	ck_assert_str_eq(bar(8, 0, 8, 1, 1), "█");
	ck_assert_str_eq(bar(11, 0, 16, 2, 1), "█▍");
	ck_assert_str_eq(bar(9, 0, 16, 3, 1), "█▊ ");
	ck_assert_str_eq(bar(1, 0, 1000000, 3, 1), "▏  ");
}
END_TEST

/* What is held is seen in any colour, and never hides that some is not. */
START_TEST(light)
{
	ck_assert_str_eq(bar(10, 5, 10, 4, 0), "##--");
	ck_assert_str_eq(bar(10, 10, 10, 4, 0), "----");
	ck_assert_str_eq(bar(10, 9, 10, 4, 0), "#---");
	ck_assert_str_eq(bar(1000, 1, 1000, 4, 0), "###-");
	ck_assert_str_eq(bar(4, 2, 4, 4, 1), "██░░");
	ck_assert_str_eq(bar(4, 4, 4, 2, 1), "░░");
}
END_TEST

static const struct cp_chart plain = { "MONTH", { "ARCHIVE", "DESTROY" },
	{ "ENDS", "HELD" }, 60, 0 };

/* Every line as wide as the terminal, and no wider. */
static void
check_widths(int width, int utf8)
{
	struct cp_chart_row rows[] = {
		{ "2026-11", { 123456, 7 }, { 0, 7 }, { 12, 7 }, 1 },
		{ "2026-12", { 0, 99999 }, { 0, 0 }, { 0, 0 }, 0 },
	};
	struct cp_chart c = plain;
	size_t columns = 0, lines = 0;

	c.width = width;
	c.utf8 = utf8;
	cp_buf_reset(&out);
	cp_chart(&out, &c, rows, 2);
	for (const char *s = cp_buf_text(&out); *s != '\0'; s++) {
		if (*s != '\n') {
			columns += ((unsigned char)*s & 0xC0) != 0x80;
			continue;
		}
		ck_assert_uint_le(columns, (size_t)width);
		ck_assert_uint_ge(columns, (size_t)width - 3);
		columns = 0;
		lines++;
	}
	ck_assert_uint_eq(lines, 4);
}

START_TEST(widths)
{
	for (int width = 60; width < 240; width += 7) {
		check_widths(width, 0);
		check_widths(width, 1);
	}
}
END_TEST

START_TEST(whole)
{
	static const struct cp_chart_row rows[] = {
		{ "2026-11", { 4, 20 }, { 0, 10 }, { 1, 10 }, 1 },
		{ "2026-12", { 20, 0 }, { 0, 0 }, { 2, 0 }, 0 },
	};
	static const char want[] =
"MONTH    ARCHIVE            DESTROY            ENDS  HELD\n"
"2026-11!  4 ###             20 #######-------     1    10\n"
"2026-12  20 ##############   0                    2     0\n"
"total    24                 20                    3    10\n";

	cp_chart(&out, &plain, rows, 2);
	ck_assert_str_eq(cp_buf_text(&out), want);
}
END_TEST

START_TEST(locales)
{
	ck_assert_int_eq(setenv("LC_ALL", "", 1), 0);
	ck_assert_int_eq(setenv("LC_CTYPE", "", 1), 0);
	ck_assert_int_eq(setenv("LANG", "en_GB.UTF-8", 1), 0);
	ck_assert_int_eq(cp_chart_utf8(), 1);
	ck_assert_int_eq(setenv("LC_CTYPE", "en_GB.utf8", 1), 0);
	ck_assert_int_eq(cp_chart_utf8(), 1);
	ck_assert_int_eq(setenv("LC_ALL", "C", 1), 0);
	ck_assert_int_eq(cp_chart_utf8(), 0);
	ck_assert_int_eq(setenv("LC_ALL", "de_DE.ISO-8859-1", 1), 0);
	ck_assert_int_eq(cp_chart_utf8(), 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("chart");
	TCase *tc = tcase_create("chart");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, scaled);
	tcase_add_test(tc, eighths);
	tcase_add_test(tc, light);
	tcase_add_test(tc, widths);
	tcase_add_test(tc, whole);
	tcase_add_test(tc, locales);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? 0 : 1;
}
