#include <check.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/rules/decide.h"

/*
 * Properties of decide over every birth date of a hundred years, and over
 * random consents against a simulation that lives through each day.  Nothing
 * here uses the arithmetic of date.c: days are figures like 20240229.
 */

enum { FIRST_YEAR = 1920, LAST_YEAR = 2019, CONSENTS_MAX = 5 };

static struct cp_err err;
static struct cp_policy_report report;
static struct cp_policy *policy;

static void
setup(void)
{
	cp_policy_report_init(&report);
	ck_assert_msg(cp_policy_load_file("policies/uk-2026.cfg", &policy,
	    &report, &err) == CP_OK, "%s", err.what);
}

static void
teardown(void)
{
	cp_policy_free(policy);
	policy = NULL;
	cp_policy_report_clear(&report);
}

/* ---- an independent calendar of figures ---------------------------------- */

static int
leap(int y)
{
	return y % 400 == 0 || (y % 4 == 0 && y % 100 != 0);
}

static int
last_day(int y, int m)
{
	static const int days[] = { 0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };

	return m == 2 && leap(y) ? 29 : days[m];
}

static int
next(int ymd)
{
	int y = ymd / 10000, m = ymd / 100 % 100, d = ymd % 100;

	if (d < last_day(y, m))
		return ymd + 1;
	return m < 12 ? y * 10000 + (m + 1) * 100 + 1 : (y + 1) * 10000 + 101;
}

static int
previous(int ymd)
{
	int y = ymd / 10000, m = ymd / 100 % 100, d = ymd % 100;

	if (d > 1)
		return ymd - 1;
	if (m > 1)
		return y * 10000 + (m - 1) * 100 + last_day(y, m - 1);
	return (y - 1) * 10000 + 1231;
}

/* Whole years lived by somebody born on BIRTH when the day DAY begins. */
static int
age_on(int birth, int day, enum cp_leap_rule rule)
{
	int years = day / 10000 - birth / 10000;
	int birthday = birth % 10000;

	if (birthday == 229 && !leap(day / 10000))
		birthday = rule == CP_LEAP_MARCH_1 ? 301 : 228;
	return day % 10000 >= birthday ? years : years - 1;
}

static struct cp_date
date_of(int ymd)
{
	return cp_date_make(ymd / 10000, ymd / 100 % 100, ymd % 100);
}

static int
figure(struct cp_date date)
{
	int y, m, d;

	cp_date_split(date, &y, &m, &d);
	return y * 10000 + m * 100 + d;
}

static struct cp_partial_date
birth_of(int ymd)
{
	struct cp_partial_date p;

	p.year = (int16_t)(ymd / 10000);
	p.month = (int8_t)(ymd / 100 % 100);
	p.day = (int8_t)(ymd % 100);
	return p;
}

static struct cp_decision
decide(const struct cp_facts *f, int on)
{
	struct cp_decision d;

	ck_assert_msg(cp_decide(policy, f, date_of(on), &d, &err) == CP_OK,
	    "%s", err.what);
	return d;
}

/* ---- every birth date ---------------------------------------------------- */

static void
check_birth(int birth, enum cp_leap_rule rule)
{
	struct cp_facts f = { .birth = birth_of(birth) };
	int due = figure(decide(&f, birth).due);
	int on, k;

	if (age_on(birth, due, rule) != 18)
		ck_abort_msg("%d: archived on %d, at the wrong age", birth,
		    due);
	if (age_on(birth, previous(due), rule) != 17)
		ck_abort_msg("%d: archived on %d, not on the birthday", birth,
		    due);
	on = previous(previous(due));
	for (k = -2; k <= 2; k++, on = next(on))
		if (decide(&f, on).due_now != (k >= 0) ||
		    figure(decide(&f, on).due) != due)
			ck_abort_msg("%d: asked on %d", birth, on);
}

START_TEST(leaves_at_18_and_no_day_sooner)
{
	int birth;

	policy->leap_birthday = (enum cp_leap_rule)_i;
	for (birth = FIRST_YEAR * 10000 + 101; birth / 10000 <= LAST_YEAR;
	    birth = next(birth))
		check_birth(birth, policy->leap_birthday);
}
END_TEST

START_TEST(the_younger_never_leave_sooner)
{
	struct cp_facts f = { .state = CP_STATE_LIVE };
	int birth, due, before = 0, age, last;

	policy->leap_birthday = (enum cp_leap_rule)_i;
	for (birth = FIRST_YEAR * 10000 + 101; birth / 10000 <= LAST_YEAR;
	    birth = next(birth)) {
		f.birth = birth_of(birth);
		last = 0;
		for (age = 16; age <= 20; age++) {
			policy->age_limit = age;
			due = figure(decide(&f, birth).due);
			if (due <= last)
				ck_abort_msg("%d: age %d", birth, age);
			last = due;
			if (age != 18)
				continue;
			if (due < before)
				ck_abort_msg("%d leaves before its elder",
				    birth);
			before = due;
		}
	}
}
END_TEST

START_TEST(a_month_or_year_counts_as_its_last_day)
{
	struct cp_facts f = { .state = CP_STATE_LIVE };
	int y, m, exact;

	policy->leap_birthday = (enum cp_leap_rule)_i;
	for (y = FIRST_YEAR; y <= LAST_YEAR; y++) {
		for (m = 1; m <= 12; m++) {
			f.birth = birth_of(y * 10000 + m * 100 +
			    last_day(y, m));
			exact = figure(decide(&f, 20200101).due);
			f.birth.day = 0;
			if (figure(decide(&f, 20200101).due) != exact)
				ck_abort_msg("%d-%d", y, m);
		}
		f.birth.month = 0;
		if (figure(decide(&f, 20200101).due) != exact)
			ck_abort_msg("%d", y);
	}
}
END_TEST

/* The day after the corresponding day N years on, or after the month's last
 * if it has none. */
static int
day_after_years(int day, int n)
{
	int end = day + n * 10000;

	if (end % 10000 == 229 && !leap(end / 10000))
		end--;
	return next(end);
}

START_TEST(kept_for_six_years_to_the_day)
{
	struct cp_facts f = { .state = CP_STATE_ARCHIVED };
	int day;

	for (day = FIRST_YEAR * 10000 + 101; day / 10000 <= LAST_YEAR;
	    day = next(day)) {
		f.archived_on = date_of(day);
		if (figure(decide(&f, day).due) != day_after_years(day, 6))
			ck_abort_msg("archived on %d", day);
	}
}
END_TEST

START_TEST(pruned_and_dead_to_the_day)
{
	struct cp_facts f = { .birth = birth_of(20100101) };
	int day, due;

	for (day = 20100101; day < 20270101; day = next(day)) {
		f.death_notified = date_of(day);
		due = day_after_years(day, 1);
		if (due > 20280101)
			due = 20280101;
		if (figure(decide(&f, day).due) != due)
			ck_abort_msg("notified on %d", day);
		if (figure(cp_decide_prune(policy, date_of(day), 0)) !=
		    day_after_years(day, 5) ||
		    figure(cp_decide_prune(policy, date_of(day), 1)) !=
		    day_after_years(day, 1))
			ck_abort_msg("ended on %d", day);
	}
}
END_TEST

/* ---- random consents ----------------------------------------------------- */

static uint64_t seed;

static int
under(int n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (int)((seed >> 11) % (uint64_t)n);
}

/* A day from the 15th birthday to the 26th; often close to one that matters,
 * or to AROUND. */
static int
some_day(int birth, int around)
{
	int y = birth / 10000 + 15 + under(11);
	int day = y * 10000 + (1 + under(12)) * 100 + 1 + under(28);
	int k;

	if (under(3) == 0) {
		day = y * 10000 + birth % 10000;
		if (birth % 10000 == 229 && !leap(y))
			day--;
	} else if (around != 0 && under(2) == 0) {
		day = around;
	}
	for (k = under(3); k > 0; k--)
		day = under(2) ? next(day) : previous(day);
	return day;
}

static void
make_consents(int birth, struct cp_consent_fact *c, int n)
{
	int around = 0, given, ended, i;

	memset(c, 0, CONSENTS_MAX * sizeof(*c));
	for (i = 0; i < n; i++) {
		c[i].ground = (enum cp_ground)under(CP_GROUND_COUNT);
		c[i].by = (enum cp_by)under(3);
		given = some_day(birth, around);
		c[i].given = date_of(given);
		ended = some_day(birth, around);
		if (under(2) && ended >= given) {
			c[i].ended = date_of(ended);
			c[i].ended_by = (enum cp_ended_by)under(2);
			around = ended;
		}
	}
}

static int
in_force(const struct cp_consent_fact *c, int birth, int day,
    enum cp_leap_rule rule)
{
	static const int limit[] = { 20, 25, 25 };
	int age = age_on(birth, day, rule);

	if (figure(c->given) > day || age >= limit[c->ground])
		return 0;
	if (cp_date_set(c->ended) && figure(c->ended) <= day)
		return 0;
	return c->by != CP_BY_PARENT || age < 18;
}

/* Lives through the days from 17 on: the first at 18 or over that no consent
 * covers. */
static int
simulate(int birth, const struct cp_consent_fact *c, int n,
    enum cp_leap_rule rule)
{
	int day = birth + 170000, i, covered;

	if (day % 10000 == 229)
		day--;
	for (;; day = next(day)) {
		if (age_on(birth, day, rule) < 18)
			continue;
		covered = 0;
		for (i = 0; i < n; i++)
			covered |= in_force(&c[i], birth, day, rule);
		if (!covered)
			return day;
	}
}

/* The rule must be one that took a consent out of force on that day. */
static int
rule_fits(const struct cp_decision *d, const struct cp_consent_fact *c, int n,
    int birth, enum cp_leap_rule rule)
{
	int day = figure(d->due), i, ends = 0;

	for (i = 0; i < n; i++) {
		if (!in_force(&c[i], birth, previous(day), rule) ||
		    in_force(&c[i], birth, day, rule))
			continue;
		ends = 1;
		if ((d->rule == CP_RULE_WITHDRAWAL ||
		    d->rule == CP_RULE_GROUND_END) &&
		    figure(c[i].ended) == day && (c[i].ended_by ==
		    CP_ENDED_BY_WITHDRAWAL) == (d->rule == CP_RULE_WITHDRAWAL))
			return 1;
		if (d->rule == CP_RULE_PARENT_LAPSE &&
		    c[i].by == CP_BY_PARENT && day < birth + 190000)
			return 1;
		if ((int)d->rule == (int)CP_RULE_CONNEXIONS_LIMIT +
		    (int)c[i].ground && day >= birth + 199900)
			return 1;
	}
	return !ends && d->rule == CP_RULE_AGE_LIMIT;
}

static void
one_life(int birth, enum cp_leap_rule rule)
{
	struct cp_consent_fact c[CONSENTS_MAX], swap;
	struct cp_facts f = { .birth = birth_of(birth), .consents = c };
	int n = under(CONSENTS_MAX + 1), want, i, k, turn;
	struct cp_decision d;

	make_consents(birth, c, n);
	f.n_consents = (size_t)n;
	want = simulate(birth, c, n, rule);
	for (turn = 0; turn < 3; turn++) {
		d = decide(&f, want);
		if (figure(d.due) != want || !d.due_now)
			ck_abort_msg("born %d, %d consents: %d, but lived to "
			    "%d", birth, n, figure(d.due), want);
		if (decide(&f, previous(want)).due_now)
			ck_abort_msg("born %d: due before its day", birth);
		if (!rule_fits(&d, c, n, birth, rule))
			ck_abort_msg("born %d: on %d by %s", birth, want,
			    d.rule_name);
		if (cp_date_set(d.extended_from) !=
		    (age_on(birth, previous(want), rule) >= 18))
			ck_abort_msg("born %d: extended or not", birth);
		for (i = n - 1; i > 0; i--) {
			k = under(i + 1);
			swap = c[i];
			c[i] = c[k];
			c[k] = swap;
		}
	}
}

START_TEST(consents_agree_with_living_through_them)
{
	int i, birth;

	seed = UINT64_C(88172645463325252) + (unsigned)_i;
	policy->leap_birthday = (enum cp_leap_rule)_i;
	for (i = 0; i < 20000; i++) {
		birth = (FIRST_YEAR + under(100)) * 10000 +
		    (1 + under(12)) * 100 + 1 + under(28);
		if (under(8) == 0)
			birth = (FIRST_YEAR + under(25) * 4) * 10000 + 229;
		one_life(birth, policy->leap_birthday);
	}
}
END_TEST

/* Another event can only bring the day forward, never put it off. */
START_TEST(events_only_bring_forward)
{
	struct cp_consent_fact c[CONSENTS_MAX];
	struct cp_facts f = { .consents = c };
	int i, birth, without, with, event;

	seed = 2463534242ULL;
	for (i = 0; i < 50000; i++) {
		birth = (FIRST_YEAR + under(100)) * 10000 +
		    (1 + under(12)) * 100 + 1 + under(28);
		f.n_consents = (size_t)under(3);
		make_consents(birth, c, (int)f.n_consents);
		f.birth = birth_of(birth);
		without = figure(decide(&f, birth).due);
		event = some_day(birth, 0);
		f.death_notified = date_of(event);
		with = figure(decide(&f, birth).due);
		if (with > without || with > day_after_years(event, 1) ||
		    (with != without && with != day_after_years(event, 1)))
			ck_abort_msg("born %d, death %d", birth, event);
		f.death_notified.days = 0;
		f.left_on = date_of(event);
		f.left_intention = CP_INTENTION_NO_RETURN;
		with = figure(decide(&f, birth).due);
		if (with != (event < without ? event : without))
			ck_abort_msg("born %d, left %d", birth, event);
		f.left_on.days = 0;
		f.left_intention = CP_INTENTION_NONE;
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("decide_property");
	TCase *tc = tcase_create("properties");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tc, 300);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, leaves_at_18_and_no_day_sooner, 0, 2);
	tcase_add_loop_test(tc, the_younger_never_leave_sooner, 0, 2);
	tcase_add_loop_test(tc, a_month_or_year_counts_as_its_last_day, 0, 2);
	tcase_add_test(tc, kept_for_six_years_to_the_day);
	tcase_add_test(tc, pruned_and_dead_to_the_day);
	tcase_add_loop_test(tc, consents_agree_with_living_through_them, 0, 2);
	tcase_add_test(tc, events_only_bring_forward);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
