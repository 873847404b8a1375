#include <check.h>
#include <stdio.h>
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

	ck_assert_msg(*text == '\0' || cp_partial_parse(text, &p, &err) ==
	    CP_OK, "%s", text);
	return p;
}

static void
expect_date(struct cp_date d, const char *text, const char *what)
{
	char buf[CP_DATE_TEXT];

	ck_assert_msg(strcmp(cp_date_format(d, buf), text) == 0,
	    "%s: %s, not %s", what, buf, text);
}

enum { CONSENTS_MAX = 4 };

/* "care-leaver self 2021-01-01 withdrawal 2023-05-05; ..." */
static size_t
read_consents(const char *text, struct cp_consent_fact *out)
{
	char ground[32], by[32], given[16], how[16], ended[16];
	size_t n = 0;
	int got;

	while (text != NULL && *text != '\0') {
		how[0] = ended[0] = '\0';
		got = sscanf(text, "%31s %31s %15[0-9-] %15[a-z] %15[0-9-]",
		    ground, by, given, how, ended);
		ck_assert_msg(got == 3 || got == 5, "consent `%s'", text);
		memset(&out[n], 0, sizeof(out[n]));
		out[n].id = "C";
		ck_assert(cp_ground_parse(ground, &out[n].ground));
		ck_assert(cp_by_parse(by, &out[n].by));
		out[n].given = D(given);
		out[n].ended = D(ended);
		if (got == 5)
			ck_assert(cp_ended_by_parse(how, &out[n].ended_by));
		n++;
		text = strchr(text, ';');
		text = text != NULL ? text + 2 : NULL;
	}
	return n;
}

struct row {
	const char *what;
	const char *birth;
	const char *consents;
	const char *notified;
	const char *left, *intention;
	const char *due, *rule, *extended;
};

static const struct row rows[] = {
	/* The age limit. */
	{ "18th birthday", "2006-03-01", "", "", "", "", "2024-03-01",
	    "retention.age_limit", "" },
	{ "leap day", "2004-02-29", "", "", "", "", "2022-03-01",
	    "retention.age_limit", "" },
	{ "last of February", "2004-02-28", "", "", "", "", "2022-02-28",
	    "retention.age_limit", "" },
	{ "last of the year", "2006-12-31", "", "", "", "", "2024-12-31",
	    "retention.age_limit", "" },
	{ "known to the month", "2006-02", "", "", "", "", "2024-02-28",
	    "retention.age_limit", "" },
	{ "known to the leap month", "2004-02", "", "", "", "", "2022-03-01",
	    "retention.age_limit", "" },
	{ "known to the year", "2006", "", "", "", "", "2024-12-31",
	    "retention.age_limit", "" },
	/* Each ground to its limit. */
	{ "connexions", "2006-03-01", "connexions self 2024-02-01", "", "", "",
	    "2026-03-01", "retention.connexions_limit", "2024-03-01" },
	{ "care leaver", "2004-02-29", "care-leaver self 2022-02-01", "", "",
	    "", "2029-03-01", "retention.care_leaver_limit", "2022-03-01" },
	{ "care leaver", "2006-12-31", "care-leaver representative 2022-02-01",
	    "", "", "", "2031-12-31", "retention.care_leaver_limit",
	    "2024-12-31" },
	{ "learning difficulty", "2006-03-01",
	    "learning-difficulty self 2024-02-01", "", "", "", "2031-03-01",
	    "retention.learning_difficulty_limit", "2024-03-01" },
	/* The day given. */
	{ "given on the birthday", "2006-03-01",
	    "connexions self 2024-03-01", "", "", "", "2026-03-01",
	    "retention.connexions_limit", "2024-03-01" },
	{ "given a day late", "2006-03-01", "connexions self 2024-03-02", "",
	    "", "", "2024-03-01", "retention.age_limit", "" },
	/* Withdrawal, and the end of a ground. */
	{ "withdrawn at 19", "2006-03-01",
	    "care-leaver self 2024-01-01 withdrawal 2025-06-15", "", "", "",
	    "2025-06-15", "retention.withdrawal", "2024-03-01" },
	{ "withdrawn on 29 February", "2004-02-28",
	    "care-leaver self 2022-01-01 withdrawal 2024-02-29", "", "", "",
	    "2024-02-29", "retention.withdrawal", "2022-02-28" },
	{ "withdrawn on the birthday", "2006-03-01",
	    "care-leaver self 2024-01-01 withdrawal 2024-03-01", "", "", "",
	    "2024-03-01", "retention.withdrawal", "" },
	{ "withdrawn before 18", "2006-03-01",
	    "care-leaver self 2023-01-01 withdrawal 2024-02-29", "", "", "",
	    "2024-03-01", "retention.age_limit", "" },
	{ "withdrawn as it was given", "2006-03-01",
	    "care-leaver self 2024-03-01 withdrawal 2024-03-01", "", "", "",
	    "2024-03-01", "retention.age_limit", "" },
	{ "withdrawn past the limit", "2006-03-01",
	    "connexions self 2024-01-01 withdrawal 2027-01-01", "", "", "",
	    "2026-03-01", "retention.connexions_limit", "2024-03-01" },
	{ "ground ended", "2006-03-01",
	    "learning-difficulty self 2024-01-01 ground 2027-01-31", "", "",
	    "", "2027-01-31", "retention.ground_end", "2024-03-01" },
	/* A parent's consent. */
	{ "parent's lapses", "2006-03-01", "care-leaver parent 2020-01-01",
	    "", "", "", "2024-03-01", "retention.parent_lapse", "" },
	{ "parent's after 18", "2006-03-01", "care-leaver parent 2024-05-01",
	    "", "", "", "2024-03-01", "retention.age_limit", "" },
	{ "parent's, withdrawn earlier", "2006-03-01",
	    "care-leaver parent 2020-01-01 withdrawal 2023-01-01", "", "", "",
	    "2024-03-01", "retention.age_limit", "" },
	{ "parent's, then one's own", "2006-03-01",
	    "care-leaver parent 2020-01-01; care-leaver self 2024-03-01", "",
	    "", "", "2031-03-01", "retention.care_leaver_limit",
	    "2024-03-01" },
	/* Several: the latest limit counts. */
	{ "two grounds", "2006-03-01", "connexions self 2024-01-01; "
	    "care-leaver self 2024-01-01", "", "", "", "2031-03-01",
	    "retention.care_leaver_limit", "2024-03-01" },
	{ "two of one limit", "2006-03-01",
	    "learning-difficulty self 2024-01-01; care-leaver self 2024-01-01",
	    "", "", "", "2031-03-01", "retention.care_leaver_limit",
	    "2024-03-01" },
	{ "one withdrawn, one stands", "2006-03-01",
	    "care-leaver self 2024-01-01 withdrawal 2025-01-01; "
	    "connexions self 2024-02-01", "", "", "", "2026-03-01",
	    "retention.connexions_limit", "2024-03-01" },
	{ "renewed in time", "2006-03-01",
	    "connexions self 2024-01-01 withdrawal 2025-01-01; "
	    "care-leaver self 2025-01-01", "", "", "", "2031-03-01",
	    "retention.care_leaver_limit", "2024-03-01" },
	{ "renewed a day late", "2006-03-01",
	    "connexions self 2024-01-01 withdrawal 2025-01-01; "
	    "care-leaver self 2025-01-02", "", "", "", "2025-01-01",
	    "retention.withdrawal", "2024-03-01" },
	{ "a chain of three", "2006-03-01",
	    "learning-difficulty self 2026-02-01 ground 2028-02-02; "
	    "care-leaver self 2025-02-01 ground 2026-02-01; "
	    "connexions self 2024-01-01 withdrawal 2025-02-01", "", "", "",
	    "2028-02-02", "retention.ground_end", "2024-03-01" },
	/* Death and leaving. */
	{ "death", "2010-05-05", "", "2020-03-01", "", "", "2021-03-02",
	    "retention.death_period", "" },
	{ "death on 29 February", "2010-05-05", "", "2020-02-29", "", "",
	    "2021-03-01", "retention.death_period", "" },
	{ "death, but 18 first", "2006-03-01", "", "2023-12-01", "", "",
	    "2024-03-01", "retention.age_limit", "" },
	{ "death while extended", "2006-03-01", "care-leaver self 2024-01-01",
	    "2024-06-30", "", "", "2025-07-01", "retention.death_period",
	    "2024-03-01" },
	{ "not to return", "2010-05-05", "", "", "2020-03-01", "no-return",
	    "2020-03-01", "retention.left_no_return_period", "" },
	{ "to return", "2010-05-05", "", "", "2020-02-29", "return",
	    "2023-03-01", "retention.left_return_period", "" },
	{ "nothing stated", "2010-05-05", "", "", "2020-03-01", "none-stated",
	    "2023-03-02", "retention.left_none_stated_period", "" },
	{ "left while extended", "2006-03-01", "care-leaver self 2024-01-01",
	    "", "2025-09-01", "no-return", "2025-09-01",
	    "retention.left_no_return_period", "2024-03-01" },
	{ "left, but 18 first", "2006-03-01", "", "", "2023-06-01", "return",
	    "2024-03-01", "retention.age_limit", "" },
	{ "left, then died", "2010-05-05", "", "2021-01-01", "2020-01-01",
	    "return", "2022-01-02", "retention.death_period", "" },
	{ "died, then left", "2010-05-05", "", "2021-01-01", "2021-02-01",
	    "no-return", "2021-02-01", "retention.left_no_return_period",
	    "" },
	/* On one day: age, death, leaving. */
	{ "all on one day", "2006-03-02", "", "2023-03-01", "2024-03-02",
	    "no-return", "2024-03-02", "retention.age_limit", "" },
	{ "death and leaving", "2010-05-05", "", "2020-03-01", "2021-03-02",
	    "no-return", "2021-03-02", "retention.death_period", "" },
};

static void
read_row(const struct row *r, struct cp_facts *f,
    struct cp_consent_fact *consents)
{
	memset(f, 0, sizeof(*f));
	f->birth = B(r->birth);
	f->consents = consents;
	f->n_consents = read_consents(r->consents, consents);
	f->death_notified = D(r->notified);
	f->left_on = D(r->left);
	ck_assert(*r->intention == '\0' ||
	    cp_intention_parse(r->intention, &f->left_intention));
}

static void
check_row(const struct row *r, const struct cp_facts *f)
{
	struct cp_decision d;
	struct cp_date due = D(r->due);

	ck_assert_msg(cp_decide(policy, f, due, &d, &err) == CP_OK, "%s: %s",
	    r->what, err.what);
	expect_date(d.due, r->due, r->what);
	ck_assert_msg(strcmp(d.rule_name, r->rule) == 0, "%s: %s, not %s",
	    r->what, d.rule_name, r->rule);
	ck_assert_str_eq(cp_rule_name(d.rule), d.rule_name);
	expect_date(d.extended_from, r->extended, r->what);
	ck_assert_int_eq(d.action, CP_ACTION_ARCHIVE);
	ck_assert_int_eq(d.blocked, 0);
	ck_assert_int_eq(d.due_now, 1);
	ck_assert(cp_decide(policy, f, cp_date_add_days(due, -1), &d, &err) ==
	    CP_OK);
	ck_assert_int_eq(d.due_now, 0);
	ck_assert(cp_decide(policy, f, D(""), &d, &err) == CP_OK);
	ck_assert_int_eq(d.due_now, 0);
	expect_date(d.due, r->due, r->what);
}

START_TEST(live_records)
{
	struct cp_consent_fact consents[CONSENTS_MAX], turned[CONSENTS_MAX];
	struct cp_hold_fact hold = { "H-1" };
	struct cp_facts f;
	size_t i, k;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		read_row(&rows[i], &f, consents);
		check_row(&rows[i], &f);
		/* The order of consents is nothing, nor is a hold. */
		for (k = 0; k < f.n_consents; k++)
			turned[k] = consents[f.n_consents - 1 - k];
		f.consents = turned;
		f.holds = &hold;
		f.n_holds = 1;
		check_row(&rows[i], &f);
	}
}
END_TEST

START_TEST(february_28_by_policy)
{
	struct cp_consent_fact c[CONSENTS_MAX];
	struct cp_facts f = { .birth = B("2004-02-29"), .consents = c };
	struct cp_decision d;

	policy->leap_birthday = CP_LEAP_FEBRUARY_28;
	ck_assert(cp_decide(policy, &f, D(""), &d, &err) == CP_OK);
	expect_date(d.due, "2022-02-28", "18");
	f.n_consents = read_consents("care-leaver self 2022-02-28", c);
	ck_assert(cp_decide(policy, &f, D(""), &d, &err) == CP_OK);
	expect_date(d.due, "2029-02-28", "25");
	f.n_consents = read_consents("care-leaver self 2022-03-01", c);
	ck_assert(cp_decide(policy, &f, D(""), &d, &err) == CP_OK);
	expect_date(d.due, "2022-02-28", "late by this rule");
}
END_TEST

START_TEST(a_policy_may_let_records_stay_after_consent)
{
	struct cp_consent_fact c[CONSENTS_MAX];
	struct cp_facts f = { .birth = B("2006-03-01"), .consents = c };
	struct cp_decision d;

	policy->withdrawal.months = 1;
	policy->ground_end.days = 10;
	f.n_consents = read_consents(
	    "care-leaver self 2024-01-01 withdrawal 2025-01-31", c);
	ck_assert(cp_decide(policy, &f, D(""), &d, &err) == CP_OK);
	expect_date(d.due, "2025-03-01", "a month after");
	ck_assert_str_eq(d.rule_name, "retention.withdrawal");
	f.n_consents = read_consents(
	    "care-leaver self 2024-01-01 ground 2025-01-31", c);
	ck_assert(cp_decide(policy, &f, D(""), &d, &err) == CP_OK);
	expect_date(d.due, "2025-02-11", "ten days after");
	/* But nobody stays past 18 by a consent that ended by then. */
	f.n_consents = read_consents(
	    "care-leaver self 2024-01-01 withdrawal 2024-03-01", c);
	ck_assert(cp_decide(policy, &f, D(""), &d, &err) == CP_OK);
	expect_date(d.due, "2024-03-01", "at 18");
}
END_TEST

START_TEST(a_parents_consent_by_policy)
{
	struct cp_consent_fact c[CONSENTS_MAX];
	struct cp_facts f = { .birth = B("2006-03-01"), .consents = c };
	struct cp_decision d;

	policy->parent_lapse_age = 19;
	f.n_consents = read_consents("care-leaver parent 2020-01-01", c);
	ck_assert(cp_decide(policy, &f, D(""), &d, &err) == CP_OK);
	expect_date(d.due, "2025-03-01", "lapse at 19");
	ck_assert_str_eq(d.rule_name, "retention.parent_lapse");
}
END_TEST

/* ---- archived and destroyed ---------------------------------------------- */

START_TEST(archived_records)
{
	static const char *const table[][2] = {
		{ "2022-03-01", "2028-03-02" }, { "2022-02-28", "2028-02-29" },
		{ "2024-03-01", "2030-03-02" }, { "2024-12-31", "2031-01-01" },
		{ "2029-03-01", "2035-03-02" }, { "2029-02-28", "2035-03-01" },
		{ "2031-03-01", "2037-03-02" }, { "2031-12-31", "2038-01-01" },
		{ "2024-02-29", "2030-03-01" },
	};
	struct cp_hold_fact hold = { "H-1" };
	struct cp_facts f = { .state = CP_STATE_ARCHIVED };
	struct cp_decision d;
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		f.archived_on = D(table[i][0]);
		f.n_holds = 0;
		ck_assert(cp_decide(policy, &f, D(table[i][1]), &d, &err) ==
		    CP_OK);
		expect_date(d.due, table[i][1], table[i][0]);
		ck_assert_int_eq(d.action, CP_ACTION_DESTROY);
		ck_assert_str_eq(d.rule_name, "archive.period");
		ck_assert(d.due_now && !d.blocked);
		ck_assert(!cp_date_set(d.age_limit_on));
		f.holds = &hold;
		f.n_holds = 1;
		ck_assert(cp_decide(policy, &f, D(table[i][1]), &d, &err) ==
		    CP_OK);
		ck_assert(d.due_now && d.blocked);
		expect_date(d.due, table[i][1], "a hold moves no date");
	}
}
END_TEST

START_TEST(a_fixed_day_stands)
{
	struct cp_facts f = { .state = CP_STATE_ARCHIVED,
		.archived_on = D("2022-03-01"),
		.destroy_due_fixed = D("2028-03-02") };
	struct cp_decision d;

	policy->archive_period.years = 3;
	ck_assert(cp_decide(policy, &f, D("2026-01-01"), &d, &err) == CP_OK);
	expect_date(d.due, "2028-03-02", "not shortened");
	ck_assert_int_eq(d.due_now, 0);
	f.destroy_due_fixed = D("");
	ck_assert(cp_decide(policy, &f, D("2026-01-01"), &d, &err) == CP_OK);
	expect_date(d.due, "2025-03-02", "by the policy in force");
}
END_TEST

START_TEST(destroyed_records)
{
	struct cp_hold_fact hold = { "H-1" };
	struct cp_facts f = { .state = CP_STATE_DESTROYED, .holds = &hold,
		.n_holds = 1 };
	struct cp_decision d;

	ck_assert(cp_decide(policy, &f, D("2026-01-01"), &d, &err) == CP_OK);
	ck_assert_int_eq(d.action, CP_ACTION_NONE);
	ck_assert(!cp_date_set(d.due) && !d.due_now && !d.blocked);
	ck_assert_str_eq(d.rule_name, "");
}
END_TEST

/* ---- what cannot be evaluated -------------------------------------------- */

static void
refused(const struct cp_facts *f, const char *part)
{
	struct cp_explanation e;
	struct cp_decision d, before;

	memset(&d, 0x5a, sizeof(d));
	before = d;
	ck_assert_msg(cp_decide(policy, f, D("2026-01-01"), &d, &err) ==
	    CP_BAD_INPUT, "taken, where `%s' was awaited", part);
	ck_assert_msg(strstr(err.what, part) != NULL, "`%s', not `%s'",
	    err.what, part);
	ck_assert_mem_eq(&d, &before, sizeof(d));
	cp_explanation_init(&e);
	ck_assert(cp_decide_explain(policy, f, D("2026-01-01"), &e, &err) ==
	    CP_BAD_INPUT);
	ck_assert_ptr_null(e.steps);
}

START_TEST(facts_that_contradict_are_refused)
{
	const struct cp_facts good = { .birth = B("2006-03") };
	struct cp_consent_fact c;
	struct cp_facts f = { .state = CP_STATE_LIVE };

	refused(&f, "no birth date");
	f.birth.year = 2005;
	f.birth.month = 2;
	f.birth.day = 29;
	refused(&f, "no birth date");
	f = good;
	f.birth = B("9985");
	refused(&f, "outside the years");
	f = good;
	f.death_notified = D("2006-02-28");
	refused(&f, "notified before the birth");
	f.death_notified = D("9999-06-01");
	refused(&f, "outside the years");
	f = good;
	f.left_on = D("2006-02-28");
	refused(&f, "lacks its date or its intention");
	f.left_intention = CP_INTENTION_RETURN;
	refused(&f, "left before the birth");
	f.left_on = D("9999-06-01");
	refused(&f, "outside the years");
	f.left_on = D("");
	refused(&f, "lacks its date or its intention");
	f = good;
	f.state = (enum cp_state)9;
	refused(&f, "state is not known");
	f = good;
	f.consents = &c;
	f.n_consents = 1;
	ck_assert_uint_eq(read_consents("connexions self 2006-02-28", &c), 1);
	refused(&f, "given before the birth");
	(void)read_consents(
	    "connexions self 2022-01-02 withdrawal 2022-01-01", &c);
	refused(&f, "ended before it was given");
	c.given = D("");
	refused(&f, "no date on which");
	(void)read_consents("connexions self 2022-01-02", &c);
	c.ground = (enum cp_ground)3;
	refused(&f, "unknown ground");
	f = good;
	f.state = CP_STATE_ARCHIVED;
	refused(&f, "day of archiving is not known");
	f.archived_on = D("2022-01-01");
	f.destroy_due_fixed = D("2021-12-31");
	refused(&f, "before it was archived");
	f.destroy_due_fixed = D("");
	f.archived_on = D("9995-01-01");
	refused(&f, "outside the years");
}
END_TEST

/* In the month of birth, the first possible day is the bound. */
START_TEST(partial_births_allow_what_is_possible)
{
	struct cp_facts f = { .birth = B("2006-03"),
		.death_notified = D("2006-03-01") };
	struct cp_decision d;

	ck_assert(cp_decide(policy, &f, D(""), &d, &err) == CP_OK);
	expect_date(d.due, "2007-03-02", "a year on");
}
END_TEST

/* ---- explanations -------------------------------------------------------- */

static const struct cp_step *
find_step(const struct cp_explanation *e, enum cp_step_kind kind,
    const char *rule, const char *part)
{
	size_t i;

	for (i = 0; i < e->n_steps; i++)
		if (e->steps[i].kind == kind &&
		    strcmp(e->steps[i].rule, rule) == 0 &&
		    strstr(e->steps[i].text, part) != NULL)
			return &e->steps[i];
	for (i = 0; i < e->n_steps; i++)
		(void)fprintf(stderr, "  %s [%s] %s\n",
		    cp_step_kind_word(e->steps[i].kind), e->steps[i].rule,
		    e->steps[i].text);
	ck_abort_msg("no step %s, %s, `%s'", cp_step_kind_word(kind), rule,
	    part);
	return NULL;
}

START_TEST(every_live_row_is_explained)
{
	struct cp_consent_fact consents[CONSENTS_MAX], turned[CONSENTS_MAX];
	struct cp_explanation e, again;
	const struct cp_step *s;
	struct cp_decision d;
	struct cp_facts f;
	size_t i, k;

	cp_explanation_init(&e);
	cp_explanation_init(&again);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		read_row(&rows[i], &f, consents);
		ck_assert(cp_decide(policy, &f, D("2024-01-01"), &d, &err) ==
		    CP_OK);
		ck_assert(cp_decide_explain(policy, &f, D("2024-01-01"), &e,
		    &err) == CP_OK);
		ck_assert_int_eq(e.decision.due.days, d.due.days);
		ck_assert_int_eq(e.decision.rule, d.rule);
		ck_assert_int_eq(e.decision.due_now, d.due_now);
		/* The answer, and a step that gives its rule and day. */
		s = find_step(&e, CP_STEP_ANSWER, rows[i].rule, rows[i].due);
		ck_assert_int_eq(s->date.days, d.due.days);
		s = find_step(&e, CP_STEP_RULE, rows[i].rule, rows[i].due);
		ck_assert_str_eq(s->source, policy->source[d.rule]);
		(void)find_step(&e, CP_STEP_INPUT, "", rows[i].birth);
		(void)find_step(&e, CP_STEP_RULE, "retention.age_limit",
		    "age of 18");
		for (k = 0; k < f.n_consents; k++)
			turned[k] = consents[f.n_consents - 1 - k];
		f.consents = turned;
		ck_assert(cp_decide_explain(policy, &f, D("2024-01-01"),
		    &again, &err) == CP_OK);
		ck_assert_uint_eq(e.n_steps, again.n_steps);
		for (k = 0; k < e.n_steps; k++)
			ck_assert_str_eq(e.steps[k].text,
			    again.steps[k].text);
	}
	cp_explanation_clear(&e);
	cp_explanation_clear(&again);
}
END_TEST

START_TEST(explanations_say_why)
{
	struct cp_consent_fact c[CONSENTS_MAX];
	struct cp_hold_fact holds[] = { { "H-2" }, { "H-1" } };
	struct cp_facts f = { .birth = B("2004-02"), .consents = c,
		.holds = holds, .n_holds = 2 };
	struct cp_explanation e;

	cp_explanation_init(&e);
	f.n_consents = read_consents("care-leaver parent 2020-01-01; "
	    "connexions self 2022-05-01", c);
	ck_assert(cp_decide_explain(policy, &f, D("2022-06-01"), &e, &err) ==
	    CP_OK);
	(void)find_step(&e, CP_STEP_INPUT, "", "day is not known");
	(void)find_step(&e, CP_STEP_RULE, "retention.leap_birthday", "1 March");
	(void)find_step(&e, CP_STEP_RULE, "retention.parent_lapse",
	    "So it does not pass the age limit");
	(void)find_step(&e, CP_STEP_RULE, "retention.connexions_limit",
	    "It came too late");
	(void)find_step(&e, CP_STEP_HOLD, "", "Hold H-1 stops destruction on");
	(void)find_step(&e, CP_STEP_HOLD, "", "Hold H-2 stops destruction on");
	(void)find_step(&e, CP_STEP_ANSWER, "retention.parent_lapse",
	    "and so now");
	(void)find_step(&e, CP_STEP_WOULD_CHANGE, "", "exact date of birth");
	f.n_consents = 0;
	ck_assert(cp_decide_explain(policy, &f, D("2021-06-01"), &e, &err) ==
	    CP_OK);
	(void)find_step(&e, CP_STEP_INPUT, "", "No consent");
	(void)find_step(&e, CP_STEP_ANSWER, "retention.age_limit",
	    "and not yet");
	f.state = CP_STATE_ARCHIVED;
	f.archived_on = D("2022-03-01");
	f.destroy_due_fixed = D("2029-01-01");
	ck_assert(cp_decide_explain(policy, &f, D("2029-06-01"), &e, &err) ==
	    CP_OK);
	(void)find_step(&e, CP_STEP_RULE, "archive.period",
	    "Archived on 2022-03-01");
	(void)find_step(&e, CP_STEP_RULE, "archive.period", "2028-03-02");
	(void)find_step(&e, CP_STEP_INPUT, "archive.already_archived",
	    "promised is 2029-01-01");
	(void)find_step(&e, CP_STEP_HOLD, "", "Hold H-1 stops the destruct");
	(void)find_step(&e, CP_STEP_ANSWER, "archive.period", "but held");
	(void)find_step(&e, CP_STEP_WOULD_CHANGE, "", "release of every hold");
	f.state = CP_STATE_DESTROYED;
	ck_assert(cp_decide_explain(policy, &f, D("2029-06-01"), &e, &err) ==
	    CP_OK);
	ck_assert_uint_eq(e.n_steps, 1);
	(void)find_step(&e, CP_STEP_ANSWER, "", "nothing more follows");
	cp_explanation_clear(&e);
}
END_TEST

/* ---- smaller questions --------------------------------------------------- */

START_TEST(involvements_are_pruned)
{
	expect_date(cp_decide_prune(policy, D("2020-02-29"), 0), "2025-03-01",
	    "five years");
	expect_date(cp_decide_prune(policy, D("2020-02-29"), 1), "2021-03-01",
	    "one year");
	expect_date(cp_decide_prune(policy, D("2020-07-20"), 0), "2025-07-21",
	    "five years");
	expect_date(cp_decide_prune(policy, D(""), 0), "", "not ended");
}
END_TEST

START_TEST(reminders_come_at_17_and_a_half)
{
	expect_date(cp_decide_reminder(policy, B("2006-03-01")), "2023-09-01",
	    "reminder");
	expect_date(cp_decide_reminder(policy, B("2006-08-31")), "2024-02-29",
	    "reminder");
	expect_date(cp_decide_reminder(policy, B("2006")), "2024-06-30",
	    "reminder");
	expect_date(cp_decide_reminder(policy, B("")), "", "reminder");
}
END_TEST

START_TEST(consents_have_an_end)
{
	enum cp_rule rule = CP_RULE_COUNT;
	struct cp_consent_fact c;
	struct cp_date until;

	(void)read_consents("care-leaver parent 2020-01-01", &c);
	ck_assert(cp_decide_consent(policy, B("2004-02-29"), &c, &until, &rule,
	    &err) == CP_OK);
	expect_date(until, "2022-03-01", "lapse");
	ck_assert_int_eq(rule, CP_RULE_PARENT_LAPSE);
	(void)read_consents("connexions self 2020-01-01", &c);
	ck_assert(cp_decide_consent(policy, B("2004-02-29"), &c, &until, NULL,
	    &err) == CP_OK);
	expect_date(until, "2024-02-29", "limit in a leap year");
	ck_assert(cp_decide_consent(policy, B("2021"), &c, &until, &rule,
	    &err) == CP_BAD_INPUT);
	ck_assert(cp_decide_consent(policy, B(""), &c, &until, &rule, &err) ==
	    CP_BAD_INPUT);
}
END_TEST

START_TEST(packages_open_for_what_is_listed)
{
	static const struct {
		const char *on, *purpose;
		enum cp_rc rc;
	} table[] = {
		{ "2024-02-29", "complaint", CP_OK },
		{ "2025-02-28", "complaint", CP_OK },
		{ "2025-03-01", "complaint", CP_REFUSED },
		{ "2025-03-01", "court-order", CP_OK },
		{ "2024-03-01", "court-order", CP_OK },
		{ "2029-12-31", "subject-access", CP_OK },
		{ "2024-03-01", "curiosity", CP_REFUSED },
		{ "2024-03-01", "", CP_REFUSED },
		{ "2024-02-28", "court-order", CP_BAD_INPUT },
	};
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		err.hint[0] = '\0';
		ck_assert_msg(cp_decide_open(policy, D("2024-02-29"),
		    D(table[i].on), table[i].purpose, &err) == table[i].rc,
		    "%s on %s", table[i].purpose, table[i].on);
		if (table[i].rc == CP_REFUSED)
			ck_assert_ptr_nonnull(strstr(err.hint, "court-order"));
	}
}
END_TEST

START_TEST(words)
{
	enum cp_intention intention;
	enum cp_ended_by ended;
	enum cp_ground ground;
	enum cp_state state;
	enum cp_by by;
	int i;

	for (i = 0; i < 3; i++) {
		ck_assert(cp_state_parse(cp_state_word((enum cp_state)i),
		    &state) && (int)state == i);
		ck_assert(cp_ground_parse(cp_ground_word((enum cp_ground)i),
		    &ground) && (int)ground == i);
		ck_assert(cp_by_parse(cp_by_word((enum cp_by)i), &by) &&
		    (int)by == i);
		ck_assert(cp_intention_parse(
		    cp_intention_word((enum cp_intention)(i + 1)),
		    &intention) && (int)intention == i + 1);
	}
	for (i = 0; i < 2; i++)
		ck_assert(cp_ended_by_parse(
		    cp_ended_by_word((enum cp_ended_by)i), &ended) &&
		    (int)ended == i);
	ck_assert_str_eq(cp_intention_word(CP_INTENTION_NONE), "");
	ck_assert(!cp_intention_parse("", &intention));
	ck_assert(!cp_ground_parse("Care-leaver", &ground));
	ck_assert(!cp_by_parse("self ", &by));
	ck_assert_str_eq(cp_action_word(CP_ACTION_NONE), "none");
	ck_assert_str_eq(cp_action_word(CP_ACTION_ARCHIVE), "archive");
	ck_assert_str_eq(cp_action_word(CP_ACTION_DESTROY), "destroy");
	ck_assert_str_eq(cp_action_word((enum cp_action)3), "unknown");
	ck_assert_str_eq(cp_step_kind_word(CP_STEP_WOULD_CHANGE),
	    "would-change");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("decide");
	TCase *tc = tcase_create("decide");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, live_records);
	tcase_add_test(tc, february_28_by_policy);
	tcase_add_test(tc, a_policy_may_let_records_stay_after_consent);
	tcase_add_test(tc, a_parents_consent_by_policy);
	tcase_add_test(tc, archived_records);
	tcase_add_test(tc, a_fixed_day_stands);
	tcase_add_test(tc, destroyed_records);
	tcase_add_test(tc, facts_that_contradict_are_refused);
	tcase_add_test(tc, partial_births_allow_what_is_possible);
	tcase_add_test(tc, every_live_row_is_explained);
	tcase_add_test(tc, explanations_say_why);
	tcase_add_test(tc, involvements_are_pruned);
	tcase_add_test(tc, reminders_come_at_17_and_a_half);
	tcase_add_test(tc, consents_have_an_end);
	tcase_add_test(tc, packages_open_for_what_is_listed);
	tcase_add_test(tc, words);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
