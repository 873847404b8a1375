#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/rules/decide.h"

static struct cp_err err;
static struct cp_policy_report report;
static struct cp_policy *policy;

static void
setup(void)
{
	cp_policy_report_init(&report);
	ck_assert_msg(cp_policy_load_file("policies/uk-2026.cfg", &policy,
	    &report, &err) == CP_OK, "%s", err.what);
	ck_assert(policy->reconfirms);
}

static void
teardown(void)
{
	cp_policy_free(policy);
	policy = NULL;
	cp_policy_report_clear(&report);
}

static struct cp_date
D(const char *text)
{
	struct cp_date d = { 0 };

	ck_assert_msg(*text == '\0' || cp_date_parse(text, &d, &err) == CP_OK,
	    "%s", text);
	return d;
}

static struct cp_partial_date
B(const char *text)
{
	struct cp_partial_date p = { 0, 0, 0 };

	ck_assert_int_eq(cp_partial_parse(text, &p, &err), CP_OK);
	return p;
}

static const struct {
	const char *what, *birth, *given, *confirmed, *until, *due;
} confirm_rows[] = {
	{ "a year after 18, given before", "2008-03-01", "2026-01-10", "",
	    "2033-03-01", "2027-03-02" },
	{ "a year after it was given, past 18", "2008-03-01", "2026-06-30", "",
	    "2033-03-01", "2027-07-01" },
	{ "given on the 18th birthday", "2008-03-01", "2026-03-01", "",
	    "2033-03-01", "2027-03-02" },
	{ "a year after the last confirmation", "2008-03-01", "2026-01-10",
	    "2027-02-15", "2033-03-01", "2028-02-16" },
	{ "confirmed before 18: from 18", "2008-03-01", "2025-01-10",
	    "2026-02-28", "2033-03-01", "2027-03-02" },
	{ "the leap day counts from 1 March", "2008-02-29", "2026-01-10", "",
	    "2033-03-01", "2027-03-02" },
	{ "given on a leap day: to 28 February, due the day after",
	    "2004-01-01", "2024-02-29", "", "2029-01-01", "2025-03-01" },
	{ "over on that very day: not asked for", "2008-03-01", "2026-01-10",
	    "", "2027-03-02", "" },
	{ "over the day after: asked for", "2008-03-01", "2026-01-10", "",
	    "2027-03-03", "2027-03-02" },
	{ "over before: a parent's at 18", "2008-03-01", "2026-01-10", "",
	    "2026-03-01", "" },
	{ "known to the month: from its last day", "2008-03", "2026-01-10", "",
	    "2033-03-31", "2027-04-01" },
};

START_TEST(confirm_is_due)
{
	struct cp_consent_fact c = { .id = "", .ground =
	    CP_GROUND_CARE_LEAVER };
	char buf[CP_DATE_TEXT];

	c.given = D(confirm_rows[_i].given);
	cp_date_format(cp_decide_confirm(policy, B(confirm_rows[_i].birth), &c,
	    D(confirm_rows[_i].until), D(confirm_rows[_i].confirmed)), buf);
	ck_assert_msg(strcmp(buf, confirm_rows[_i].due) == 0, "%s: `%s'",
	    confirm_rows[_i].what, buf);
}
END_TEST

START_TEST(confirm_is_not_asked_for)
{
	struct cp_consent_fact c = { .id = "", .given = D("2026-01-10") };

	ck_assert(cp_date_set(cp_decide_confirm(policy, B("2008-03-01"), &c,
	    D("2033-03-01"), D(""))));
	c.ended = D("2026-08-01");
	ck_assert(!cp_date_set(cp_decide_confirm(policy, B("2008-03-01"), &c,
	    D("2033-03-01"), D(""))));
	c.ended = D("");
	c.given = D("");
	ck_assert(!cp_date_set(cp_decide_confirm(policy, B("2008-03-01"), &c,
	    D("2033-03-01"), D(""))));
	c.given = D("2026-01-10");
	policy->reconfirms = 0;
	ck_assert(!cp_date_set(cp_decide_confirm(policy, B("2008-03-01"), &c,
	    D("2033-03-01"), D(""))));
}
END_TEST

/* A later confirmation never brings the day forward, and the day is after
 * each of the three. */
START_TEST(confirm_never_goes_back)
{
	struct cp_consent_fact c = { .id = "", .given = D("2026-05-05") };
	struct cp_date until = D("2033-03-01"), last = { 0 }, due, limit;

	limit = D("2026-03-01");
	for (struct cp_date day = D("2025-12-01"); cp_date_cmp(day,
	    D("2031-12-31")) < 0; day = cp_date_add_days(day, 3)) {
		due = cp_decide_confirm(policy, B("2008-03-01"), &c, until,
		    day);
		ck_assert_int_ge(cp_date_cmp(due, last), 0);
		ck_assert_int_gt(cp_date_cmp(due, day), 0);
		ck_assert_int_gt(cp_date_cmp(due, limit), 0);
		ck_assert_int_gt(cp_date_cmp(due, c.given), 0);
		last = due;
	}
}
END_TEST

static const struct {
	const char *what, *birth, *given, *today;
	int late;
} late_rows[] = {
	{ "the same day", "2010-05-05", "2026-11-21", "2026-11-21", 0 },
	{ "28 days", "2010-05-05", "2026-10-24", "2026-11-21", 0 },
	{ "29 days", "2010-05-05", "2026-10-23", "2026-11-21", 1 },
	{ "over the 18th birthday", "2008-11-20", "2026-11-19", "2026-11-21",
	    1 },
	{ "entered on it", "2008-11-21", "2026-11-20", "2026-11-21", 1 },
	{ "given on it", "2008-11-20", "2026-11-20", "2026-11-21", 0 },
	{ "given after it", "2008-11-10", "2026-11-20", "2026-11-21", 0 },
	{ "both before it", "2008-11-22", "2026-11-20", "2026-11-21", 0 },
	{ "a leap child on 28 February", "2008-02-29", "2026-02-27",
	    "2026-02-28", 0 },
	{ "a leap child on 1 March", "2008-02-29", "2026-02-27",
	    "2026-03-01", 1 },
};

START_TEST(late_takes_a_reason)
{
	ck_assert_msg(cp_decide_late(policy, B(late_rows[_i].birth),
	    D(late_rows[_i].given), D(late_rows[_i].today)) ==
	    late_rows[_i].late, "%s", late_rows[_i].what);
}
END_TEST

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

int
main(void)
{
	Suite *suite = suite_create("confirm");
	TCase *tc = tcase_create("dates");
	SRunner *sr = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, confirm_is_due, 0, COUNT(confirm_rows));
	tcase_add_test(tc, confirm_is_not_asked_for);
	tcase_add_test(tc, confirm_never_goes_back);
	tcase_add_loop_test(tc, late_takes_a_reason, 0, COUNT(late_rows));
	suite_add_tcase(suite, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? 0 : 1;
}
