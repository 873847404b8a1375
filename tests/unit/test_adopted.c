#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/rules/adopted.h"

/* What a policy that comes into force does to the day that was promised. */

static struct cp_err err;
static struct cp_policy *policy;

static void
load(void)
{
	struct cp_policy_report report;

	cp_policy_report_init(&report);
	ck_assert_msg(cp_policy_load_file("policies/uk-2026.cfg", &policy,
	    &report, &err) == CP_OK, "%s", err.what);
	cp_policy_report_clear(&report);
}

static void
unload(void)
{
	cp_policy_free(policy);
}

static struct cp_date
day(const char *text)
{
	struct cp_date d = { 0 };

	if (text[0] != '\0')
		ck_assert(cp_date_parse(text, &d, &err) == CP_OK);
	return d;
}

/* Archived on 2020-06-10, by a policy of six years unless said otherwise. */
static void
expect(enum cp_already_archived already, const char *period,
    const char *promised, int in_batch, const char *due)
{
	struct cp_facts f = { .state = CP_STATE_ARCHIVED };
	char text[CP_DATE_TEXT];
	struct cp_decision d;

	f.archived_on = day("2020-06-10");
	f.destroy_due_fixed = day(promised);
	policy->already_archived = already;
	ck_assert(cp_period_parse(period, &policy->archive_period, &err) ==
	    CP_OK);
	ck_assert(cp_decide_adopted(policy, &f, in_batch, day("2021-01-01"),
	    &d, &err) == CP_OK);
	ck_assert_int_eq(d.action, CP_ACTION_DESTROY);
	ck_assert_int_eq(d.rule, CP_RULE_ARCHIVE_PERIOD);
	ck_assert_msg(strcmp(cp_date_format(d.due, text), due) == 0,
	    "%s, not %s (%d, %s, %s, %d)", text, due, already, period,
	    promised, in_batch);
	ck_assert_int_eq(d.due_now, strcmp(due, "2021-01-01") <= 0);
}

START_TEST(the_promised_day)
{
	static const char six[] = "2026-06-11";

	for (int batch = 0; batch < 2; batch++) {
		expect(CP_ARCHIVED_KEEP, "P4Y", six, batch, six);
		expect(CP_ARCHIVED_KEEP, "P8Y", six, batch, six);
		expect(CP_ARCHIVED_KEEP, "P6Y", six, batch, six);
		expect(CP_ARCHIVED_LENGTHEN, "P4Y", six, batch, six);
		expect(CP_ARCHIVED_LENGTHEN, "P6Y", six, batch, six);
		expect(CP_ARCHIVED_LENGTHEN, "P8Y", six, batch, "2028-06-11");
		expect(CP_ARCHIVED_REPLACE, "P6Y", six, batch, six);
		expect(CP_ARCHIVED_REPLACE, "P8Y", six, batch, "2028-06-11");
		/* No day was promised: the period itself decides. */
		expect(CP_ARCHIVED_KEEP, "P4Y", "", batch, "2024-06-11");
		expect(CP_ARCHIVED_REPLACE, "P4Y", "", batch, "2024-06-11");
	}
	expect(CP_ARCHIVED_REPLACE, "P4Y", six, 0, "2024-06-11");
	expect(CP_ARCHIVED_REPLACE, "P4Y", six, 1, six);
	expect(CP_ARCHIVED_REPLACE, "P1M", six, 0, "2020-07-11");
	expect(CP_ARCHIVED_LENGTHEN, "P1D", "2020-06-11", 0, "2020-06-12");
}
END_TEST

/* A day past 9999 cannot be promised, and a record that lacks its day of
 * archiving cannot be given one. */
START_TEST(what_cannot_be_evaluated)
{
	struct cp_facts f = { .state = CP_STATE_ARCHIVED };
	struct cp_decision d;

	policy->already_archived = CP_ARCHIVED_REPLACE;
	f.destroy_due_fixed = day("2026-06-11");
	ck_assert(cp_decide_adopted(policy, &f, 0, day("2021-01-01"), &d,
	    &err) == CP_BAD_INPUT);
	f.archived_on = day("9998-01-01");
	f.destroy_due_fixed = day("9999-06-11");
	ck_assert(cp_decide_adopted(policy, &f, 0, day("2021-01-01"), &d,
	    &err) == CP_BAD_INPUT);
	policy->already_archived = CP_ARCHIVED_KEEP;
	ck_assert(cp_decide_adopted(policy, &f, 0, day("2021-01-01"), &d,
	    &err) == CP_OK);
}
END_TEST

/* Of the living and the destroyed it says what cp_decide says. */
START_TEST(others_as_decided)
{
	struct cp_facts f = { .birth = { 2010, 2, 28 } };
	struct cp_decision a, b;

	policy->already_archived = CP_ARCHIVED_REPLACE;
	f.destroy_due_fixed = day("2026-06-11");
	for (int s = CP_STATE_LIVE; s <= CP_STATE_MERGED; s++) {
		if (s == CP_STATE_ARCHIVED)
			continue;
		f.state = (enum cp_state)s;
		ck_assert(cp_decide(policy, &f, day("2021-01-01"), &a,
		    &err) == CP_OK);
		ck_assert(cp_decide_adopted(policy, &f, 0, day("2021-01-01"),
		    &b, &err) == CP_OK);
		ck_assert_int_eq(a.action, b.action);
		ck_assert_int_eq(a.due.days, b.due.days);
		ck_assert_int_eq(a.rule, b.rule);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("adopted");
	TCase *tc = tcase_create("adopted");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, load, unload);
	tcase_add_test(tc, the_promised_day);
	tcase_add_test(tc, what_cannot_be_evaluated);
	tcase_add_test(tc, others_as_decided);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
