#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/records/shield_near.h"
#include "lifecycle/records/shield_rules.h"

/* What a case of shielding may be decided to.  Run from the project's root. */
static struct cp_err err;

static struct cp_date
day(const char *text)
{
	struct cp_date d;

	ck_assert_msg(cp_date_parse(text, &d, &err) == CP_OK, "%s", err.what);
	return d;
}

START_TEST(what_goes_along_is_hidden)
{
	ck_assert_uint_eq(cp_shield_close(0), 0);
	ck_assert_uint_eq(cp_shield_close(CP_HIDE_ADDRESS), CP_HIDE_ADDRESS);
	ck_assert_uint_eq(cp_shield_close(CP_HIDE_SCHOOL), CP_HIDE_SCHOOL);
	ck_assert_uint_eq(cp_shield_close(CP_HIDE_INVOLVEMENTS),
	    CP_HIDE_INVOLVEMENTS | CP_HIDE_SCHOOL | CP_HIDE_PRACTICE |
	    CP_HIDE_PRACTITIONER);
	ck_assert_uint_eq(cp_shield_close(CP_HIDE_CARERS),
	    CP_HIDE_CARERS | CP_HIDE_CONTACT);
	for (unsigned set = 0; set <= CP_HIDE_ALL; set++) {
		ck_assert_uint_eq(cp_shield_close(cp_shield_close(set)),
		    cp_shield_close(set));
		ck_assert_uint_eq(cp_shield_close(set) & set, set);
	}
}
END_TEST

START_TEST(a_policy_says_what_is_usual)
{
	static const char *const packs[] = { "policies/contactpoint-2007.cfg",
		"policies/uk-2026.cfg" };
	struct cp_policy_report report;
	struct cp_policy *policy = NULL;
	char word[] = "former-names", other[] = "carers";
	char *words[] = { word, other };
	struct cp_words kept;

	ck_assert_uint_eq(cp_shield_usual(NULL), CP_HIDE_USUAL);
	cp_policy_report_init(&report);
	for (int i = 0; i < 2; i++) {
		ck_assert_msg(cp_policy_load_file(packs[i], &policy, &report,
		    &err) == CP_OK, "%s", err.what);
		ck_assert_uint_eq(cp_shield_usual(policy), CP_HIDE_USUAL);
		kept = policy->shield_hide;
		policy->shield_hide = (struct cp_words){ words, 2 };
		ck_assert_uint_eq(cp_shield_usual(policy),
		    CP_HIDE_FORMER_NAMES | CP_HIDE_CARERS | CP_HIDE_CONTACT);
		policy->shield_hide = kept;
		cp_policy_free(policy);
		policy = NULL;
	}
	cp_policy_report_clear(&report);
}
END_TEST

/* Every part has a word that a policy takes, and no other is taken. */
START_TEST(a_policy_knows_each_part)
{
	struct cp_policy_report report;
	struct cp_policy *policy = NULL;
	char text[64 * 1024], list[160], *at;
	FILE *f = fopen("policies/uk-2026.cfg", "r");
	size_t n;

	ck_assert_ptr_nonnull(f);
	n = fread(text, 1, sizeof(text) - 256, f);
	text[n] = '\0';
	ck_assert_int_eq(fclose(f), 0);
	at = strstr(text, "\nshield = {");
	ck_assert_ptr_nonnull(at);
	cp_policy_report_init(&report);
	for (unsigned part = 1; part <= CP_HIDE_ALL; part <<= 1) {
		cp_hide_text(part, list, sizeof(list));
		ck_assert_str_eq(list, cp_hide_word((enum cp_hide)part));
		(void)snprintf(at, 256, "\nshield = { hide = { value = "
		    "[ \"%s\" ]; source = \"x\"; }; };\n", list);
		ck_assert_msg(cp_policy_load_text("x", text, strlen(text),
		    &policy, &report, &err) == CP_OK, "%s", err.what);
		ck_assert_uint_eq(cp_shield_usual(policy),
		    cp_shield_close(part));
		cp_policy_free(policy);
		policy = NULL;
	}
	cp_policy_report_clear(&report);
}
END_TEST

static void
furthest(const char *today, const char *period, const char *want)
{
	struct cp_date none = { 0 }, got;
	struct cp_period p;
	char text[CP_DATE_TEXT];

	ck_assert(cp_period_parse(period, &p, &err) == CP_OK);
	ck_assert(cp_shield_review_day(none, day(today), p, &got, &err) ==
	    CP_OK);
	ck_assert_str_eq(cp_date_format(got, text), want);
	/* That day is taken, the day after is not. */
	ck_assert(cp_shield_review_day(got, day(today), p, &got, &err) ==
	    CP_OK);
	ck_assert(cp_shield_review_day(cp_date_add_days(got, 1), day(today),
	    p, &got, &err) == CP_REFUSED);
	ck_assert_str_eq(cp_date_format(got, text), want);
	ck_assert_ptr_nonnull(strstr(err.hint, period));
}

START_TEST(periods_roll_back_at_the_ends_of_months)
{
	furthest("2026-11-21", "P6M", "2027-05-21");
	furthest("2026-08-29", "P6M", "2027-02-28");
	furthest("2026-08-31", "P6M", "2027-02-28");
	furthest("2027-08-29", "P6M", "2028-02-29");
	furthest("2027-08-31", "P6M", "2028-02-29");
	furthest("2028-02-29", "P6M", "2028-08-29");
	furthest("2026-03-31", "P6M", "2026-09-30");
	furthest("2028-02-29", "P1Y", "2029-02-28");
	furthest("2026-12-31", "P1D", "2027-01-01");
}
END_TEST

START_TEST(a_review_is_after_today)
{
	struct cp_period p = { 0, 6, 0 };
	struct cp_date today = day("2028-02-29"), got = { 0 };

	ck_assert(cp_shield_review_day(today, today, p, &got, &err) ==
	    CP_BAD_INPUT);
	ck_assert(cp_shield_review_day(cp_date_add_days(today, -1), today, p,
	    &got, &err) == CP_BAD_INPUT);
	ck_assert_int_eq(got.days, 0);
	ck_assert(cp_shield_review_day(cp_date_add_days(today, 1), today, p,
	    &got, &err) == CP_OK);
	ck_assert_int_eq(got.days, today.days + 1);
}
END_TEST

START_TEST(it_takes_two)
{
	struct cp_shield s = { .id = "SC-0000-0000", .requested_by = "ann",
		.requested_uid = 7 };

	ck_assert(cp_shield_another(&s, "ann", 8, 0, &err) == CP_REFUSED);
	ck_assert(cp_shield_another(&s, "ann", 8, 1, &err) == CP_REFUSED);
	ck_assert(cp_shield_another(&s, "bob", 7, 0, &err) == CP_REFUSED);
	ck_assert_ptr_nonnull(strstr(err.what, "user id"));
	ck_assert(cp_shield_another(&s, "bob", 7, 1, &err) == CP_OK);
	ck_assert(cp_shield_another(&s, "bob", 8, 0, &err) == CP_OK);
	ck_assert(cp_shield_another(&s, "an", 8, 0, &err) == CP_OK);
}
END_TEST

START_TEST(one_place_however_it_is_written)
{
	const char *two[] = { "1 High Street", "Birkenhead" };
	const char *one[] = { "1 HIGH street, Birkenhead." };
	const char *other[] = { "11 High Street", "Birkenhead" };
	const char *flat_a[] = { "1", "1 High Street" };
	const char *flat_b[] = { "11 High Street" };
	const char *none[] = { "--" };
	struct cp_address a = { .lines = two, .n_lines = 2,
		.postcode = "CH41 1AA" };
	struct cp_address b = { .lines = one, .n_lines = 1,
		.postcode = "CH41 1AA" };

	ck_assert(cp_shield_same_place(&a, &b));
	b.postcode = "CH41 1AB";
	ck_assert(!cp_shield_same_place(&a, &b));
	b.postcode = NULL;
	ck_assert(!cp_shield_same_place(&a, &b));
	ck_assert(!cp_shield_same_place(&b, &b));
	b.postcode = a.postcode;
	b.lines = other;
	b.n_lines = 2;
	ck_assert(!cp_shield_same_place(&a, &b));
	a.lines = flat_a;
	b.lines = flat_b;
	b.n_lines = 1;
	ck_assert(!cp_shield_same_place(&a, &b));
	a.lines = b.lines = none;
	a.n_lines = b.n_lines = 1;
	ck_assert(!cp_shield_same_place(&a, &b));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("shield_rules");
	TCase *tc = tcase_create("shield_rules");
	SRunner *runner;
	int failed;

	tcase_add_test(tc, what_goes_along_is_hidden);
	tcase_add_test(tc, a_policy_says_what_is_usual);
	tcase_add_test(tc, a_policy_knows_each_part);
	tcase_add_test(tc, periods_roll_back_at_the_ends_of_months);
	tcase_add_test(tc, a_review_is_after_today);
	tcase_add_test(tc, it_takes_two);
	tcase_add_test(tc, one_place_however_it_is_written);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
