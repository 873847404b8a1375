#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/rules/ical.h"

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

/* 21 November 2026, 19:20:05 UTC. */
enum { STAMP = 1795288805 };

static const int ALARMS[] = { 14, 0 };

START_TEST(an_object)
{
	struct cp_ical_day d = { .uid = "SAR-0001@a1b2", .date =
	    cp_date_make(2026, 12, 29), .summary = "SAR-0001 due",
		.text = "see; `sar clock'", .alarms = ALARMS, .n_alarms = 2,
		.sequence = 3 };

	cp_ical_begin(&out, "-//cpadmin//0.1.0//EN");
	cp_ical_put(&out, &d, STAMP);
	cp_ical_end(&out);
	ck_assert(!out.failed);
	ck_assert_str_eq(cp_buf_text(&out),
	    "BEGIN:VCALENDAR\r\n"
	    "VERSION:2.0\r\n"
	    "PRODID:-//cpadmin//0.1.0//EN\r\n"
	    "CALSCALE:GREGORIAN\r\n"
	    "METHOD:PUBLISH\r\n"
	    "BEGIN:VEVENT\r\n"
	    "UID:SAR-0001@a1b2\r\n"
	    "DTSTAMP:20261121T192005Z\r\n"
	    "SEQUENCE:3\r\n"
	    "DTSTART;VALUE=DATE:20261229\r\n"
	    "DTEND;VALUE=DATE:20261230\r\n"
	    "SUMMARY:SAR-0001 due\r\n"
	    "DESCRIPTION:see\\; `sar clock'\r\n"
	    "CLASS:CONFIDENTIAL\r\n"
	    "TRANSP:TRANSPARENT\r\n"
	    "STATUS:CONFIRMED\r\n"
	    "BEGIN:VALARM\r\n"
	    "ACTION:DISPLAY\r\n"
	    "DESCRIPTION:SAR-0001 due\r\n"
	    "TRIGGER;VALUE=DATE-TIME:20261215T090000Z\r\n"
	    "END:VALARM\r\n"
	    "BEGIN:VALARM\r\n"
	    "ACTION:DISPLAY\r\n"
	    "DESCRIPTION:SAR-0001 due\r\n"
	    "TRIGGER;VALUE=DATE-TIME:20261229T090000Z\r\n"
	    "END:VALARM\r\n"
	    "END:VEVENT\r\n"
	    "END:VCALENDAR\r\n");
}
END_TEST

/* Nine of London on the day before each of the changes of clocks, and on it. */
START_TEST(nine_oclock_of_london)
{
	static const struct {
		int y, m, d;
		const char *at;
	} rows[] = { { 2026, 3, 28, "20260328T090000Z" },
		{ 2026, 3, 29, "20260329T080000Z" },
		{ 2026, 10, 24, "20261024T080000Z" },
		{ 2026, 10, 25, "20261025T090000Z" },
		{ 2024, 3, 30, "20240330T090000Z" },
		{ 2024, 3, 31, "20240331T080000Z" },
		{ 2027, 10, 30, "20271030T080000Z" },
		{ 2027, 10, 31, "20271031T090000Z" },
		{ 2026, 7, 1, "20260701T080000Z" } };
	static const int on_it[] = { 0 };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cp_ical_day d = { .uid = "a", .date =
		    cp_date_make(rows[i].y, rows[i].m, rows[i].d),
			.summary = "s", .alarms = on_it, .n_alarms = 1 };

		cp_buf_reset(&out);
		cp_ical_put(&out, &d, 0);
		ck_assert_msg(strstr(cp_buf_text(&out), rows[i].at) != NULL,
		    "%s: %s", rows[i].at, cp_buf_text(&out));
		ck_assert_ptr_nonnull(strstr(cp_buf_text(&out),
		    "DTSTAMP:19700101T000000Z\r\n"));
	}
}
END_TEST

START_TEST(what_is_cancelled_rings_no_more)
{
	struct cp_ical_day d = { .uid = "a", .date = cp_date_make(2026, 2,
	    28), .summary = "s", .alarms = ALARMS, .n_alarms = 2,
		.cancelled = 1 };

	cp_ical_put(&out, &d, STAMP);
	ck_assert_ptr_nonnull(strstr(cp_buf_text(&out),
	    "STATUS:CANCELLED\r\n"));
	ck_assert_ptr_nonnull(strstr(cp_buf_text(&out),
	    "DTEND;VALUE=DATE:20260301\r\n"));
	ck_assert_ptr_null(strstr(cp_buf_text(&out), "VALARM"));
	ck_assert_ptr_null(strstr(cp_buf_text(&out), "DESCRIPTION"));
}
END_TEST

START_TEST(text_is_escaped)
{
	struct cp_ical_day d = { .uid = "a", .date = cp_date_make(2026, 2,
	    28), .summary = "a,b;c\\d\ne\r\tf\x7fg" };

	cp_ical_put(&out, &d, STAMP);
	ck_assert_ptr_nonnull(strstr(cp_buf_text(&out),
	    "SUMMARY:a\\,b\\;c\\\\d\\nefg\r\n"));
}
END_TEST

/* No line is over 75 octets, none is cut within a character, and put together
 * again they are what they were. */
START_TEST(long_lines_are_folded)
{
	char text[700] = "", whole[800] = "", *to = whole;
	const char *at, *line, *end;
	struct cp_ical_day d = { .uid = "a", .date = cp_date_make(2026, 2,
	    28), .summary = text };

	for (int i = 0; i < 100; i++)
		strcat(text, i % 3 == 0 ? "\xe2\x80\x99" : i % 3 == 1 ? "x" :
		    "\xf0\x9f\x98\x80");
	cp_ical_put(&out, &d, STAMP);
	for (line = cp_buf_text(&out); *line != '\0'; line = end + 2) {
		end = strstr(line, "\r\n");
		ck_assert_ptr_nonnull(end);
		ck_assert_int_le(end - line, 75);
		ck_assert((line[line[0] == ' '] & 0xc0) != 0x80);
	}
	at = strstr(cp_buf_text(&out), "SUMMARY:");
	ck_assert_ptr_nonnull(at);
	for (at += 8; strncmp(at, "\r\n", 2) != 0 || at[2] == ' ';) {
		if (*at == '\r')
			at += 3;
		else
			*to++ = *at++;
	}
	*to = '\0';
	ck_assert_str_eq(whole, text);
	/* Each piece as full as it can be. */
	cp_buf_reset(&out);
	memset(text, 'z', 300);
	text[300] = '\0';
	cp_ical_put(&out, &d, STAMP);
	for (line = cp_buf_text(&out); *line != '\0'; line = end + 2) {
		end = strstr(line, "\r\n");
		ck_assert_ptr_nonnull(end);
		ck_assert_int_le(end - line, 75);
		if (end[-1] == 'z' && end[2] == ' ')
			ck_assert_int_eq(end - line, 75);
	}
	/* Just full, and one more. */
	cp_buf_reset(&out);
	memset(text, 'y', 75);
	text[75 - 8] = '\0';
	cp_ical_put(&out, &d, STAMP);
	ck_assert_ptr_null(strstr(cp_buf_text(&out), "\r\n "));
	cp_buf_reset(&out);
	memset(text, 'y', 75);
	text[76 - 8] = '\0';
	cp_ical_put(&out, &d, STAMP);
	ck_assert_ptr_nonnull(strstr(cp_buf_text(&out), "y\r\n y\r\n"));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("ical");
	TCase *tc = tcase_create("ical");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, an_object);
	tcase_add_test(tc, nine_oclock_of_london);
	tcase_add_test(tc, what_is_cancelled_rings_no_more);
	tcase_add_test(tc, text_is_escaped);
	tcase_add_test(tc, long_lines_are_folded);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
