#include <check.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/rules/adopted.h"
#include "tests/unit/count_alloc.h"

/* Deciding takes no memory, whatever the facts: a run over sixteen million
 * records must not be one over sixteen million allocations. */

enum { ROUNDS = 200000, CONSENTS = 5 };

static struct cp_policy *policy;
static uint64_t state = 1;

static uint32_t
any(uint32_t below)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(state >> 33) % below;
}

/* A day between 1995 and 2024, or none. */
static struct cp_date
any_day(int or_none)
{
	struct cp_date d = { 0 };

	if (!or_none || any(3) > 0)
		d.days = 71223 + (int32_t)any(10950);
	return d;
}

static void
any_facts(struct cp_facts *f, struct cp_consent_fact *c,
    const struct cp_hold_fact *hold)
{
	memset(f, 0, sizeof(*f));
	f->birth.year = (int16_t)(any(20) == 0 ? 0 : 1995 + any(15));
	f->birth.month = (int8_t)any(13);
	f->birth.day = (int8_t)(f->birth.month == 0 ? 0 : any(29));
	f->state = (enum cp_state)any(4);
	f->archived_on = any_day(1);
	f->destroy_due_fixed = any_day(1);
	f->death_notified = any_day(1);
	f->left_on = any_day(1);
	f->left_intention = (enum cp_intention)any(4);
	f->consents = c;
	f->n_consents = any(CONSENTS + 1);
	for (size_t i = 0; i < f->n_consents; i++) {
		c[i].id = "";
		c[i].ground = (enum cp_ground)any(3);
		c[i].by = (enum cp_by)any(3);
		c[i].given = any_day(0);
		c[i].ended = any_day(1);
		c[i].ended_by = (enum cp_ended_by)any(2);
	}
	f->holds = hold;
	f->n_holds = any(2);
}

START_TEST(nothing_is_allocated)
{
	struct cp_consent_fact consents[CONSENTS];
	struct cp_hold_fact hold = { "H-1" };
	struct cp_err err = { 0 };
	struct cp_decision d;
	struct cp_facts f;
	unsigned long before = allocations, good = 0;

	for (int i = 0; i < ROUNDS; i++) {
		any_facts(&f, consents, &hold);
		good += cp_decide(policy, &f, any_day(1), &d, &err) == CP_OK;
		good += cp_decide_adopted(policy, &f, i & 1, any_day(1), &d,
		    &err) == CP_OK;
	}
	before = allocations - before;
	ck_assert_uint_eq(before, 0);
	/* Good facts and such as cannot be evaluated. */
	ck_assert_uint_gt(good, ROUNDS / 10);
	ck_assert_uint_lt(good, 2 * ROUNDS - ROUNDS / 10);
}
END_TEST

/* The counter sees what it is meant to see. */
START_TEST(allocations_are_counted)
{
	unsigned long before = allocations, malloced, copied;
	char *volatile p = malloc(100);

	malloced = allocations - before;
	free(p);
	before = allocations;
	p = strdup("counted too");
	copied = allocations - before;
	free(p);
	ck_assert_uint_eq(malloced, 1);
	ck_assert_uint_eq(copied, 1);
}
END_TEST

static void
load(void)
{
	struct cp_policy_report report;
	struct cp_err err = { 0 };

	cp_policy_report_init(&report);
	ck_assert_msg(cp_policy_load_file("policies/uk-2026.cfg", &policy,
	    &report, &err) == CP_OK, "%s", err.what);
	policy->already_archived = CP_ARCHIVED_LENGTHEN;
	cp_policy_report_clear(&report);
}

static void
unload(void)
{
	cp_policy_free(policy);
}

int
main(void)
{
	Suite *suite = suite_create("decide_alloc");
	TCase *tc = tcase_create("allocations");
	SRunner *runner;
	int failed;

	count_allocations();
	tcase_add_checked_fixture(tc, load, unload);
	tcase_add_test(tc, nothing_is_allocated);
	tcase_add_test(tc, allocations_are_counted);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
