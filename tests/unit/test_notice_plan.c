#include <check.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/buf.h"
#include "lifecycle/rules/notice.h"

/* Which notices are owed: worked dates, and properties of random lives. */

static struct cp_err err;
static struct cp_policy_report report;
static struct cp_policy *policy;

/* Without a word to the runner as long as all is well: it is asked millions of
 * times. */
#define MUST(what) do { if (!(what)) ck_abort_msg("not so: %s", #what); } \
    while (0)
#define OK(call) do { if ((call) != CP_OK) ck_abort_msg("%s", err.what); } \
    while (0)

static void
setup(void)
{
	cp_policy_report_init(&report);
	OK(cp_policy_load_file("policies/uk-2026.cfg", &policy, &report,
	    &err));
}

static void
teardown(void)
{
	cp_policy_free(policy);
	policy = NULL;
	cp_policy_report_clear(&report);
}

/* ---- one life and its ledger ------------------------------------------- */

enum { PAST_MAX = 256, CONSENTS_MAX = 8 };

struct life {
	struct cp_notice_facts f;
	struct cp_facts record;
	struct cp_consent_fact consents[CONSENTS_MAX];
	struct cp_decision decision;
	struct cp_notice_past past[PAST_MAX];
	struct cp_date since[PAST_MAX], due[PAST_MAX];
	const char *why[PAST_MAX];
	struct cp_date look;
};

static struct cp_date
day(const char *text)
{
	struct cp_date d;

	OK(cp_date_parse(text, &d, &err));
	return d;
}

static void
decide(struct life *l)
{
	l->record.birth = l->f.birth;
	l->record.death_notified = l->f.death_notified;
	l->record.left_on = l->f.left_on;
	l->record.left_intention = cp_date_set(l->f.left_on) ?
	    CP_INTENTION_RETURN : CP_INTENTION_NONE;
	l->record.consents = l->consents;
	OK(cp_decide(policy, &l->record, l->f.recorded, &l->decision, &err));
}

static void
begin(struct life *l, const char *born, const char *recorded)
{
	memset(l, 0, sizeof(*l));
	OK(cp_partial_parse(born, &l->f.birth, &err));
	l->f.recorded = day(recorded);
	l->f.version_since = day("2026-01-01");
	l->f.decision = &l->decision;
	l->f.past = l->past;
	decide(l);
}

/* As the store does it; how much it changed. */
static size_t
look_at(struct life *l, struct cp_date today)
{
	struct cp_notice_plan p;
	size_t changed = 0, n;

	do {
		OK(cp_notice_plan(policy, &l->f, today, &p, &err));
		for (size_t i = 0; i < p.n_drop; i++) {
			struct cp_notice_past *r = &l->past[p.drop[i].past];

			MUST(r->status == CP_NOTICE_OWED);
			r->status = CP_NOTICE_SUPPRESSED;
			r->lapsed = 1;
			l->why[p.drop[i].past] = p.drop[i].why;
		}
		for (size_t i = 0; i < p.n_owed; i++) {
			n = l->f.n_past++;
			MUST(n < PAST_MAX);
			memset(&l->past[n], 0, sizeof(l->past[n]));
			l->past[n].kind = p.owed[i].kind;
			strcpy(l->past[n].cause, p.owed[i].cause);
			l->since[n] = p.owed[i].since;
			l->due[n] = p.owed[i].due;
			l->why[n] = "";
		}
		changed += p.n_drop + p.n_owed;
	} while (p.more);
	l->look = p.look;
	return changed;
}

/* What is open on TODAY: "first 2026-02-10; ..." with due dates; and the day of
 * the next look behind a bar. */
static void
owed(struct life *l, const char *today, const char *expected)
{
	struct cp_buf b;
	char text[CP_DATE_TEXT];

	look_at(l, day(today));
	cp_buf_init(&b);
	for (size_t i = 0; i < l->f.n_past; i++)
		if (l->past[i].status == CP_NOTICE_OWED)
			cp_buf_printf(&b, "%s%s%s %s", b.len > 0 ? "; " : "",
			    cp_notice_kind_word(l->past[i].kind),
			    strchr(l->past[i].cause, ':') != NULL ?
			    strchr(l->past[i].cause, ':') : "",
			    cp_date_format(l->due[i], text));
	if (cp_date_set(l->look))
		cp_buf_printf(&b, " | %s", cp_date_format(l->look, text));
	ck_assert_msg(strcmp(cp_buf_text(&b), expected) == 0,
	    "on %s: %s, not %s", today, cp_buf_text(&b), expected);
	cp_buf_clear(&b);
}

static struct cp_notice_past *
open_one(struct life *l, enum cp_notice_kind kind)
{
	for (size_t i = 0; i < l->f.n_past; i++)
		if (l->past[i].kind == kind &&
		    l->past[i].status == CP_NOTICE_OWED)
			return &l->past[i];
	ck_abort_msg("no %s is owed", cp_notice_kind_word(kind));
	return NULL;
}

static void
issue_one(struct life *l, struct cp_notice_past *r, struct cp_date today)
{
	r->status = CP_NOTICE_ISSUED;
	r->to = cp_notice_addressee(policy, &l->f, today);
	strcpy(r->version, policy->notice_wording);
	r->issued = today;
}

static void
issue(struct life *l, enum cp_notice_kind kind, const char *today)
{
	issue_one(l, open_one(l, kind), day(today));
}

static const char *
last_why(const struct life *l)
{
	return l->why[l->f.n_past - 1];
}

/* Puts what an event owes. */
static void
event(struct life *l, enum cp_notice_kind kind, const char *cause)
{
	size_t n = l->f.n_past++;

	ck_assert_uint_lt(n, PAST_MAX);
	memset(&l->past[n], 0, sizeof(l->past[n]));
	l->past[n].kind = kind;
	(void)snprintf(l->past[n].cause, CP_NOTICE_CAUSE, "%s", cause);
	l->why[n] = "";
	l->since[n] = l->due[n] = l->f.recorded;
}

/* ---- the whole notice -------------------------------------------------- */

START_TEST(the_first_within_a_month)
{
	struct life l;

	begin(&l, "2019-05-04", "2026-01-31");
	owed(&l, "2026-01-30", " | 2026-01-31");
	/* One month from 31 January ends on 28 February. */
	owed(&l, "2026-01-31", "first 2026-02-28 | 2031-05-04");
	owed(&l, "2026-04-01", "first 2026-02-28 | 2031-05-04");
	ck_assert_int_eq(cp_notice_addressee(policy, &l.f,
	    day("2026-02-01")), CP_TO_CARER);
	issue(&l, CP_NOTICE_FIRST, "2026-02-01");
	owed(&l, "2026-02-02", " | 2031-05-04");
}
END_TEST

START_TEST(their_own_at_twelve)
{
	struct life l;

	begin(&l, "2014-03-10", "2026-01-10");
	owed(&l, "2026-01-10", "first 2026-02-10 | 2026-03-10");
	issue(&l, CP_NOTICE_FIRST, "2026-01-12");
	owed(&l, "2026-03-09", " | 2026-03-10");
	owed(&l, "2026-03-10", "comprehension 2026-03-10 | 2031-09-10");
	issue(&l, CP_NOTICE_COMPREHENSION, "2026-03-11");
	ck_assert_int_eq(l.past[1].to, CP_TO_CHILD);
	owed(&l, "2026-03-12", " | 2031-09-10");
}
END_TEST

START_TEST(the_first_goes_to_the_child_where_none_went)
{
	struct life l;

	begin(&l, "2014-03-10", "2026-01-10");
	owed(&l, "2026-01-10", "first 2026-02-10 | 2026-03-10");
	owed(&l, "2026-03-10", "first 2026-02-10 | 2031-09-10");
	issue(&l, CP_NOTICE_FIRST, "2026-03-10");
	ck_assert_int_eq(l.past[0].to, CP_TO_CHILD);
	owed(&l, "2026-03-11", " | 2031-09-10");
}
END_TEST

/* Born on 29 February: 17 and a half, and 18, as the calendar has them. */
START_TEST(born_on_the_leap_day)
{
	struct life l;

	begin(&l, "2008-02-29", "2019-06-01");
	owed(&l, "2019-06-01", "first 2019-07-01 | 2020-02-29");
	issue(&l, CP_NOTICE_FIRST, "2019-06-02");
	owed(&l, "2020-02-28", " | 2020-02-29");
	owed(&l, "2020-02-29", "comprehension 2020-02-29 | 2025-08-29");
	issue(&l, CP_NOTICE_COMPREHENSION, "2020-03-02");
	owed(&l, "2025-08-28", " | 2025-08-29");
	owed(&l, "2025-08-29", "eighteen 2026-03-01 | 2026-02-01");
	owed(&l, "2026-02-01", "eighteen 2026-03-01; archived 2026-03-01 | "
	    "2026-03-01");
	policy->leap_birthday = CP_LEAP_FEBRUARY_28;
	begin(&l, "2008-02-29", "2025-08-01");
	owed(&l, "2025-08-29", "first 2025-09-01; eighteen 2026-02-28 | "
	    "2026-01-31");
	/* An age that falls into a common year. */
	policy->comprehension_age = 14;
	begin(&l, "2012-02-29", "2026-01-01");
	owed(&l, "2026-01-02", "first 2026-02-01 | 2026-02-28");
	policy->leap_birthday = CP_LEAP_MARCH_1;
	decide(&l);
	owed(&l, "2026-01-02", "first 2026-02-01 | 2026-03-01");
}
END_TEST

/* It counts as the last day that it can be. */
START_TEST(birth_known_to_the_month_or_year)
{
	struct life l;

	begin(&l, "2014-02", "2026-01-10");
	owed(&l, "2026-01-10", "first 2026-02-10 | 2026-02-28");
	issue(&l, CP_NOTICE_FIRST, "2026-01-12");
	owed(&l, "2026-02-28", "comprehension 2026-02-28 | 2031-08-28");
	begin(&l, "2013", "2025-01-10");
	owed(&l, "2025-12-30", "first 2025-02-10 | 2025-12-31");
	ck_assert_int_eq(cp_notice_addressee(policy, &l.f,
	    day("2025-12-31")), CP_TO_CHILD);
	/* 17 and a half years from 31 December end on 30 June. */
	owed(&l, "2025-12-31", "first 2025-02-10 | 2031-06-30");
}
END_TEST

START_TEST(another_wording)
{
	struct life l;

	begin(&l, "2019-05-04", "2026-01-10");
	owed(&l, "2026-01-10", "first 2026-02-10 | 2031-05-04");
	issue(&l, CP_NOTICE_FIRST, "2026-01-12");
	strcpy(policy->notice_wording, "2026-9");
	l.f.version_since = day("2026-11-30");
	owed(&l, "2026-11-30", "version 2027-02-28 | 2031-05-04");
	ck_assert_str_eq(l.past[1].cause, "2026-9");
	/* Still another before it went: one whole notice is owed. */
	strcpy(policy->notice_wording, "2027-1");
	l.f.version_since = day("2026-12-10");
	owed(&l, "2026-12-10", "version 2027-03-10 | 2031-05-04");
	ck_assert_str_eq(l.why[1], "superseded");
	issue(&l, CP_NOTICE_VERSION, "2026-12-11");
	owed(&l, "2026-12-12", " | 2031-05-04");
	/* Back to the first: counted from the last letter. */
	strcpy(policy->notice_wording, "2026-1");
	l.f.version_since = day("2026-01-01");
	owed(&l, "2026-12-20", "version 2027-03-11 | 2031-05-04");
	/* Their own supersedes it, and has it. */
	owed(&l, "2031-05-04", "comprehension 2031-05-04 | 2036-11-04");
	issue(&l, CP_NOTICE_COMPREHENSION, "2031-05-06");
	owed(&l, "2031-05-07", " | 2036-11-04");
}
END_TEST

/* The first of a wording that was never sent is sent in the new one. */
START_TEST(what_waits_waits_on)
{
	struct life l;

	begin(&l, "2019-05-04", "2026-01-10");
	owed(&l, "2026-01-10", "first 2026-02-10 | 2031-05-04");
	strcpy(policy->notice_wording, "2026-9");
	owed(&l, "2026-01-11", "first 2026-02-10 | 2031-05-04");
	free(policy->notice_wording);
	policy->notice_wording = NULL;
	owed(&l, "2026-01-12", "");
	ck_assert_str_eq(last_why(&l), "no-longer-due");
	policy->notice_wording = strdup("2026-9");
	owed(&l, "2026-01-13", "first:2 2026-02-10 | 2031-05-04");
}
END_TEST

/* ---- who is addressed -------------------------------------------------- */

START_TEST(set_for_a_child)
{
	struct life l;

	begin(&l, "2017-05-04", "2026-01-10");
	owed(&l, "2026-01-10", "first 2026-02-10 | 2029-05-04");
	issue(&l, CP_NOTICE_FIRST, "2026-01-12");
	l.f.set = CP_TO_SET_CHILD; /* at eight, who understands */
	l.f.set_since = day("2026-02-20");
	owed(&l, "2026-02-20", "comprehension 2026-02-20 | 2034-11-04");
	l.f.set = CP_TO_BY_AGE; /* a mistake */
	l.f.set_since = (struct cp_date){ 0 };
	owed(&l, "2026-02-21", " | 2029-05-04");
	ck_assert_str_eq(last_why(&l), "no-longer-due");
	l.f.set = CP_TO_SET_CARER; /* who cannot follow it, at twelve */
	l.f.set_since = day("2026-02-22");
	owed(&l, "2029-05-04", " | 2034-11-04");
	l.f.set = CP_TO_BY_AGE;
	owed(&l, "2030-01-01", "comprehension:2 2029-05-04 | 2034-11-04");
}
END_TEST

/* A child of fourteen was told, and cannot follow it: the carer is told. */
START_TEST(a_carer_who_never_had_one)
{
	struct life l;

	begin(&l, "2012-05-04", "2026-01-10");
	owed(&l, "2026-01-10", "first 2026-02-10 | 2029-11-04");
	issue(&l, CP_NOTICE_FIRST, "2026-01-12");
	ck_assert_int_eq(l.past[0].to, CP_TO_CHILD);
	l.f.set = CP_TO_SET_CARER;
	l.f.set_since = day("2026-02-20");
	owed(&l, "2026-02-20", "first:2 2026-03-20 | 2029-11-04");
	issue(&l, CP_NOTICE_FIRST, "2026-02-21");
	ck_assert_int_eq(l.past[1].to, CP_TO_CARER);
	owed(&l, "2026-02-22", " | 2029-11-04");
	l.f.set = CP_TO_BY_AGE;
	owed(&l, "2026-03-22", " | 2029-11-04");
}
END_TEST

/* What was set about a child does not outlast the childhood. */
START_TEST(no_carer_of_a_grown_up)
{
	struct life l;

	begin(&l, "2008-02-29", "2019-06-01");
	l.f.set = CP_TO_SET_CARER;
	l.f.set_since = day("2020-01-10");
	owed(&l, "2020-01-10", "first 2019-07-01 | 2025-08-29");
	issue(&l, CP_NOTICE_FIRST, "2020-01-12");
	ck_assert_int_eq(l.past[0].to, CP_TO_CARER);
	l.consents[l.record.n_consents++] = (struct cp_consent_fact){ "C",
	    CP_GROUND_LEARNING_DIFFICULTY, CP_BY_SELF, day("2026-02-01"),
	    { 0 }, CP_ENDED_BY_GROUND };
	decide(&l);
	ck_assert_int_eq(cp_notice_addressee(policy, &l.f,
	    day("2026-02-28")), CP_TO_CARER);
	ck_assert_int_eq(cp_notice_addressee(policy, &l.f,
	    day("2026-03-01")), CP_TO_CHILD);
	owed(&l, "2026-02-28", "eighteen 2026-03-01 | 2026-03-01");
	owed(&l, "2026-03-01", "comprehension 2026-03-01; "
	    "extended 2026-03-01 | 2033-02-01");
	l.f.set_since = day("2026-03-01"); /* decided about a grown-up */
	ck_assert_int_eq(cp_notice_addressee(policy, &l.f,
	    day("2026-03-01")), CP_TO_CARER);
}
END_TEST

/* ---- towards eighteen -------------------------------------------------- */

START_TEST(seventeen_and_a_half_to_the_archive)
{
	struct life l;

	begin(&l, "2008-08-31", "2019-06-01");
	issue_one(&l, (owed(&l, "2020-08-31", "first 2019-07-01 | "
	    "2026-02-28"), open_one(&l, CP_NOTICE_FIRST)),
	    day("2020-09-01"));
	/* 17 years and 6 months from 31 August end on 28 February. */
	owed(&l, "2026-02-27", " | 2026-02-28");
	owed(&l, "2026-02-28", "eighteen 2026-08-31 | 2026-08-03");
	issue(&l, CP_NOTICE_EIGHTEEN, "2026-03-01");
	owed(&l, "2026-08-02", " | 2026-08-03");
	owed(&l, "2026-08-03", "archived 2026-08-31 | 2026-08-31");
	issue(&l, CP_NOTICE_ARCHIVED, "2026-08-04");
	owed(&l, "2026-08-31", "");
	/* Imported too late for one, or for both. */
	begin(&l, "2008-08-31", "2026-08-10");
	owed(&l, "2026-08-10", "first 2026-09-10; eighteen 2026-08-31; "
	    "archived 2026-08-31 | 2026-08-31");
	begin(&l, "2008-08-31", "2026-09-10");
	owed(&l, "2026-09-10", "first 2026-10-10");
}
END_TEST

static void
consent(struct life *l, const char *given, enum cp_ground ground)
{
	struct cp_consent_fact *x = &l->consents[l->record.n_consents++];

	x->ground = ground;
	x->by = CP_BY_SELF;
	x->given = day(given);
	decide(l);
}

START_TEST(staying_by_consent)
{
	static struct life before;
	struct life l;

	begin(&l, "2008-08-31", "2026-08-01");
	owed(&l, "2026-08-03", "first 2026-09-01; eighteen 2026-08-31; "
	    "archived 2026-08-31 | 2026-08-31");
	issue(&l, CP_NOTICE_FIRST, "2026-08-03");
	consent(&l, "2026-08-05", CP_GROUND_CONNEXIONS);
	owed(&l, "2026-08-05", "eighteen 2026-08-31 | 2026-08-31");
	ck_assert_str_eq(last_why(&l), "no-longer-due");
	owed(&l, "2026-08-31", "extended 2026-08-31 | 2028-08-03");
	/* Never sent: when it leaves, it is too late to say that it stays. */
	before = l;
	before.f.past = before.past;
	before.f.decision = &before.decision;
	owed(&before, "2028-08-30", "extended 2026-08-31; "
	    "archived 2028-08-31 | 2028-08-31");
	owed(&before, "2028-08-31", "archived 2028-08-31");
	issue(&l, CP_NOTICE_EXTENDED, "2026-09-01");
	owed(&l, "2028-08-02", " | 2028-08-03");
	owed(&l, "2028-08-03", "archived 2028-08-31 | 2028-08-31");
	/* The ground ended: it leaves with no more notice than that day's. */
	l.consents[0].ended = day("2028-08-10");
	l.consents[0].ended_by = CP_ENDED_BY_GROUND;
	decide(&l);
	owed(&l, "2028-08-10", "archived 2028-08-10");
	/* Withdrawn: its acknowledgement says so. */
	l.consents[0].ended_by = CP_ENDED_BY_WITHDRAWAL;
	decide(&l);
	owed(&l, "2028-08-10", "");
}
END_TEST

/* Another birth date, another day to be told of. */
START_TEST(a_birth_date_put_right)
{
	struct life l;

	begin(&l, "2008-08-31", "2026-03-01");
	owed(&l, "2026-03-02", "first 2026-04-01; eighteen 2026-08-31 | "
	    "2026-08-03");
	issue(&l, CP_NOTICE_EIGHTEEN, "2026-03-02");
	issue(&l, CP_NOTICE_FIRST, "2026-03-02");
	OK(cp_partial_parse("2008-09-30", &l.f.birth, &err));
	decide(&l);
	owed(&l, "2026-03-03", " | 2026-03-30");
	owed(&l, "2026-03-30", "eighteen 2026-09-30 | 2026-09-02");
}
END_TEST

/* ---- what ends it, and what comes back --------------------------------- */

START_TEST(nobody_writes_to_the_dead)
{
	struct life l;

	begin(&l, "2008-08-31", "2026-08-01");
	event(&l, CP_NOTICE_WITHDRAWAL, "C-0001");
	owed(&l, "2026-08-03", "withdrawal 2026-08-01; first 2026-09-01; "
	    "eighteen 2026-08-31; archived 2026-08-31 | 2026-08-31");
	l.f.death_notified = day("2026-08-04");
	decide(&l);
	owed(&l, "2026-08-04", "");
	ck_assert_str_eq(last_why(&l), "died");
	/* That was wrong. */
	l.f.death_notified = (struct cp_date){ 0 };
	decide(&l);
	owed(&l, "2026-08-05", "first:2 2026-09-01; eighteen:2 2026-08-31; "
	    "archived:2 2026-08-31; withdrawal:2 2026-09-05 | 2026-08-31");
	l.f.left_on = day("2026-08-06");
	decide(&l);
	owed(&l, "2026-08-06", "");
	ck_assert_str_eq(last_why(&l), "left-england");
	/* Also where nothing can be decided. */
	l.f.left_on = (struct cp_date){ 0 };
	decide(&l);
	owed(&l, "2026-08-07", "first:3 2026-09-01; eighteen:3 2026-08-31; "
	    "archived:3 2026-08-31; withdrawal:3 2026-09-07 | 2026-08-31");
	l.f.decision = NULL;
	l.f.death_notified = day("2026-08-08");
	owed(&l, "2026-08-08", "");
}
END_TEST

START_TEST(back_and_again_where_the_address_changed)
{
	struct life l;

	begin(&l, "2019-05-04", "2026-01-10");
	owed(&l, "2026-01-10", "first 2026-02-10 | 2031-05-04");
	issue(&l, CP_NOTICE_FIRST, "2026-01-12");
	l.past[0].status = CP_NOTICE_RETURNED;
	l.past[0].returned = day("2026-01-20");
	owed(&l, "2026-01-20", " | 2031-05-04");
	l.f.address_changed = day("2026-01-11"); /* before it was sent */
	owed(&l, "2026-01-21", " | 2031-05-04");
	l.f.address_changed = day("2026-01-25");
	owed(&l, "2026-01-25", "first:2 2026-02-25 | 2031-05-04");
	issue(&l, CP_NOTICE_FIRST, "2026-02-24");
	owed(&l, "2026-02-25", " | 2031-05-04");
	l.past[1].status = CP_NOTICE_RETURNED;
	l.past[1].returned = day("2026-03-01");
	owed(&l, "2026-03-01", " | 2031-05-04");
	/* It had changed while that letter was on its way. */
	l.f.address_changed = day("2026-02-26");
	owed(&l, "2026-03-02", "first:3 2026-04-01 | 2031-05-04");
	/* By then it is the child's own. */
	owed(&l, "2031-05-04", "comprehension 2031-05-04 | 2036-11-04");
}
END_TEST

/* A child's own came back, and it is the carer who is told by now. */
START_TEST(their_own_is_not_sent_to_a_carer)
{
	struct life l;

	begin(&l, "2014-03-10", "2026-01-10");
	owed(&l, "2026-01-10", "first 2026-02-10 | 2026-03-10");
	issue(&l, CP_NOTICE_FIRST, "2026-01-12");
	owed(&l, "2026-03-10", "comprehension 2026-03-10 | 2031-09-10");
	issue(&l, CP_NOTICE_COMPREHENSION, "2026-03-11");
	l.past[1].status = CP_NOTICE_RETURNED;
	l.past[1].returned = day("2026-03-20");
	l.f.set = CP_TO_SET_CARER;
	l.f.set_since = day("2026-03-21");
	owed(&l, "2026-03-21", " | 2031-09-10");
	l.f.address_changed = day("2026-03-22");
	owed(&l, "2026-03-22", "first:2 2026-04-22 | 2031-09-10");
}
END_TEST

START_TEST(a_short_one_that_came_back)
{
	struct life l;

	begin(&l, "2008-08-31", "2026-08-01");
	event(&l, CP_NOTICE_AUTHORITY, "V-1");
	owed(&l, "2026-08-03", "authority 2026-08-01; first 2026-09-01; "
	    "eighteen 2026-08-31; archived 2026-08-31 | 2026-08-31");
	issue(&l, CP_NOTICE_FIRST, "2026-08-03");
	issue(&l, CP_NOTICE_EIGHTEEN, "2026-08-03");
	issue(&l, CP_NOTICE_ARCHIVED, "2026-08-03");
	issue(&l, CP_NOTICE_AUTHORITY, "2026-08-03");
	for (size_t i = 0; i < l.f.n_past; i++) {
		l.past[i].status = CP_NOTICE_RETURNED;
		l.past[i].returned = day("2026-08-10");
	}
	l.f.address_changed = day("2026-08-12");
	owed(&l, "2026-08-12", "first:2 2026-09-12; eighteen:2 2026-08-31; "
	    "archived:2 2026-08-31; authority:2 2026-09-12 | 2026-08-31");
}
END_TEST

START_TEST(only_the_last_authority)
{
	struct life l;

	begin(&l, "2019-05-04", "2026-01-10");
	event(&l, CP_NOTICE_AUTHORITY, "V-1");
	event(&l, CP_NOTICE_AUTHORITY, "V-2");
	owed(&l, "2026-01-10", "authority 2026-01-10; first 2026-02-10 | "
	    "2031-05-04");
	ck_assert_str_eq(l.why[0], "superseded");
	owed(&l, "2026-01-11", "authority 2026-01-10; first 2026-02-10 | "
	    "2031-05-04");
}
END_TEST

/* Of two records that were joined, the later letter of the other one. */
START_TEST(the_last_is_by_its_day)
{
	struct life l;

	begin(&l, "2019-05-04", "2026-01-10");
	event(&l, CP_NOTICE_FIRST, "");
	event(&l, CP_NOTICE_VERSION, "2025-9");
	issue(&l, CP_NOTICE_FIRST, "2026-01-20");
	issue(&l, CP_NOTICE_VERSION, "2026-01-12");
	strcpy(l.past[1].version, "2025-9");
	owed(&l, "2026-01-21", " | 2031-05-04");
	l.past[0].issued = day("2026-01-11");
	owed(&l, "2026-01-21", "version 2026-04-12 | 2031-05-04");
}
END_TEST

/* An operator has decided: it is as good as sent. */
START_TEST(suppressed_is_dealt_with)
{
	struct life l;

	begin(&l, "2014-03-10", "2026-01-10");
	owed(&l, "2026-01-10", "first 2026-02-10 | 2026-03-10");
	issue(&l, CP_NOTICE_FIRST, "2026-01-11");
	l.past[0].status = CP_NOTICE_SUPPRESSED;
	owed(&l, "2026-01-12", " | 2026-03-10");
	owed(&l, "2026-03-10", "comprehension 2026-03-10 | 2031-09-10");
	issue(&l, CP_NOTICE_COMPREHENSION, "2026-03-10");
	l.past[1].status = CP_NOTICE_SUPPRESSED;
	owed(&l, "2031-09-10", "eighteen 2032-03-10 | 2032-02-11");
	issue(&l, CP_NOTICE_EIGHTEEN, "2031-09-11");
	l.past[2].status = CP_NOTICE_SUPPRESSED;
	owed(&l, "2031-09-12", " | 2032-02-11");
}
END_TEST

START_TEST(what_cannot_be_evaluated)
{
	struct cp_notice_plan p;
	struct life l;

	begin(&l, "2019-05-04", "2026-01-10");
	l.f.decision = NULL;
	ck_assert_int_eq(cp_notice_plan(policy, &l.f, day("2026-01-10"), &p,
	    &err), CP_BAD_INPUT);
	l.f.decision = &l.decision;
	memset(&l.f.birth, 0, sizeof(l.f.birth));
	ck_assert_int_eq(cp_notice_plan(policy, &l.f, day("2026-01-10"), &p,
	    &err), CP_BAD_INPUT);
}
END_TEST

/* More at once than a plan has room for. */
START_TEST(many_events)
{
	struct life l;
	char cause[24];
	size_t lapsed = 0;

	begin(&l, "2019-05-04", "2026-01-10");
	for (int i = 0; i < 40; i++) {
		(void)snprintf(cause, sizeof(cause), "C-%04d", i);
		event(&l, CP_NOTICE_WITHDRAWAL, cause);
	}
	l.f.death_notified = day("2026-01-11");
	decide(&l);
	ck_assert_uint_eq(look_at(&l, day("2026-01-11")), 40);
	for (size_t i = 0; i < l.f.n_past; i++)
		lapsed += l.past[i].status == CP_NOTICE_SUPPRESSED;
	ck_assert_uint_eq(lapsed, 40);
	l.f.death_notified = (struct cp_date){ 0 };
	decide(&l);
	ck_assert_uint_eq(look_at(&l, day("2026-01-12")), 41);
	ck_assert_uint_eq(look_at(&l, day("2026-01-12")), 0);
}
END_TEST

START_TEST(words_and_back)
{
	enum cp_notice_kind kind;
	enum cp_notice_status status;

	for (int i = 0; i < CP_NOTICE_KINDS; i++) {
		ck_assert(cp_notice_kind_parse(cp_notice_kind_word(
		    (enum cp_notice_kind)i), &kind));
		ck_assert_int_eq(kind, i);
	}
	for (int i = 0; i <= CP_NOTICE_SUPPRESSED; i++) {
		ck_assert(cp_notice_status_parse(cp_notice_status_word(
		    (enum cp_notice_status)i), &status));
		ck_assert_int_eq(status, i);
	}
	ck_assert(!cp_notice_kind_parse("whole", &kind));
	ck_assert(!cp_notice_status_parse("", &status));
	ck_assert_str_eq(cp_addressee_word(CP_TO_CHILD), "child");
	ck_assert_str_eq(cp_addressee_word(CP_TO_CARER), "carer");
}
END_TEST

/* ---- random lives ------------------------------------------------------ */

enum { LIVES = 8000, DAYS = 400 };

static uint64_t seed;

static unsigned
draw(unsigned below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % below;
}

/* Figures like 20240229: an arithmetic of its own. */
static int
age_on(struct cp_date birth, struct cp_date on)
{
	int by, bm, bd, y, m, d;

	cp_date_split(birth, &by, &bm, &bd);
	cp_date_split(on, &y, &m, &d);
	if (bm == 2 && bd == 29 && !(y % 400 == 0 || (y % 4 == 0 &&
	    y % 100 != 0))) {
		bm = 3;
		bd = 1;
	}
	return y - by - (m * 100 + d < bm * 100 + bd);
}

static void
same(const struct life *a, const struct life *b, int life, int on)
{
	if (a->f.n_past == b->f.n_past) {
		size_t i = 0;

		while (i < a->f.n_past && a->past[i].kind == b->past[i].kind &&
		    a->past[i].status == b->past[i].status &&
		    strcmp(a->past[i].cause, b->past[i].cause) == 0 &&
		    strcmp(a->why[i], b->why[i]) == 0 &&
		    cp_date_cmp(a->since[i], b->since[i]) == 0 &&
		    cp_date_cmp(a->due[i], b->due[i]) == 0)
			i++;
		if (i == a->f.n_past)
			return;
	}
	ck_abort_msg("life %d: day %d: looked at daily it is another", life,
	    on);
}

/* What both ledgers have happen to them; whether anything did. */
static int
happens(struct life *l, struct cp_date today, unsigned what, unsigned which)
{
	static const struct cp_date none = { 0 };
	struct cp_notice_past *r = l->f.n_past > 0 ?
	    &l->past[which % l->f.n_past] : NULL;
	char cause[24];

	switch (what) {
	case 0: case 1: case 2: case 3: case 4: case 5:
		if (r == NULL || r->status != CP_NOTICE_OWED)
			return 0;
		issue_one(l, r, today);
		return 1;
	case 6: case 7:
		if (r == NULL || r->status != CP_NOTICE_ISSUED)
			return 0;
		r->status = which & 1 ? CP_NOTICE_SERVED : CP_NOTICE_RETURNED;
		r->returned = which & 1 ? none : today;
		return 1;
	case 8:
		l->f.address_changed = today;
		return 1;
	case 9:
		l->f.set = which % 3 == 0 ? CP_TO_BY_AGE : which % 3 == 1 ?
		    CP_TO_SET_CHILD : CP_TO_SET_CARER;
		l->f.set_since = which % 3 == 0 ? none : today;
		return 1;
	case 10:
		l->f.death_notified = which % 4 == 0 ? today : none;
		l->f.left_on = which % 4 == 1 ? today : none;
		decide(l);
		return 1;
	case 11:
		if (r == NULL || r->status != CP_NOTICE_OWED)
			return 0;
		issue_one(l, r, today);
		r->status = CP_NOTICE_SUPPRESSED;
		return 1;
	case 12:
		if (l->record.n_consents == CONSENTS_MAX)
			return 0;
		l->consents[l->record.n_consents++] =
		    (struct cp_consent_fact){ "C", (enum cp_ground)(which %
		    CP_GROUND_COUNT), CP_BY_SELF, today, none,
		    CP_ENDED_BY_GROUND };
		decide(l);
		return 1;
	case 13:
		if (l->record.n_consents == 0)
			return 0;
		l->consents[which % l->record.n_consents].ended = today;
		l->consents[which % l->record.n_consents].ended_by =
		    which & 8 ? CP_ENDED_BY_GROUND : CP_ENDED_BY_WITHDRAWAL;
		decide(l);
		return 1;
	case 14:
		(void)snprintf(cause, sizeof(cause), "%u-%d", which,
		    today.days);
		event(l, which & 1 ? CP_NOTICE_WITHDRAWAL :
		    CP_NOTICE_AUTHORITY, cause);
		return 1;
	default:
		return 0;
	}
}

static int
open_count(const struct life *l, enum cp_notice_kind kind)
{
	int n = 0;

	for (size_t i = 0; i < l->f.n_past; i++)
		n += l->past[i].kind == kind &&
		    l->past[i].status == CP_NOTICE_OWED;
	return n;
}

/* Which whole notice there has to be, said another way. */
static int
whole_expected(const struct life *l, struct cp_date today)
{
	const struct cp_notice_past *last = NULL;
	int child = l->f.set == CP_TO_SET_CHILD || (l->f.set == CP_TO_BY_AGE &&
	    age_on(cp_partial_last(l->f.birth), today) >= 12) ||
	    (l->f.set == CP_TO_SET_CARER &&
	    age_on(cp_partial_last(l->f.birth), today) >= 18 &&
	    age_on(cp_partial_last(l->f.birth), l->f.set_since) < 18);
	int told = 0;

	for (size_t i = 0; i < l->f.n_past; i++) {
		const struct cp_notice_past *r = &l->past[i];

		if (r->kind > CP_NOTICE_VERSION ||
		    r->status == CP_NOTICE_OWED || (r->lapsed &&
		    r->status == CP_NOTICE_SUPPRESSED))
			continue;
		last = r;
		told |= (r->to == CP_TO_CHILD) == child;
	}
	return last == NULL || !told ||
	    strcmp(last->version, policy->notice_wording) != 0 ||
	    (last->status == CP_NOTICE_RETURNED &&
	    cp_date_set(l->f.address_changed) &&
	    cp_date_cmp(l->f.address_changed, last->issued) >= 0);
}

static void
check_day(const struct life *l, struct cp_date today, int life)
{
	int gone = cp_date_set(l->f.death_notified) ||
	    cp_date_set(l->f.left_on);
	int whole = 0, all = 0;

	for (int k = 0; k < CP_NOTICE_KINDS; k++) {
		all += open_count(l, (enum cp_notice_kind)k);
		if (cp_notice_whole((enum cp_notice_kind)k))
			whole += open_count(l, (enum cp_notice_kind)k);
		else if (k != CP_NOTICE_WITHDRAWAL)
			MUST(open_count(l, (enum cp_notice_kind)k) <= 1);
	}
	for (size_t i = 0; i < l->f.n_past; i++)
		for (size_t j = 0; j < i; j++)
			MUST(l->past[i].kind != l->past[j].kind ||
			    strcmp(l->past[i].cause, l->past[j].cause) != 0);
	if (cp_date_set(l->look))
		MUST(cp_date_cmp(l->look, today) > 0);
	if (gone && all > 0)
		ck_abort_msg("life %d: a letter to one who is gone", life);
	if (!gone && whole != whole_expected(l, today))
		ck_abort_msg("life %d: %d whole notices, not %d", life, whole,
		    !whole);
	if (!gone && age_on(cp_partial_last(l->f.birth), today) >= 18)
		MUST(open_count(l, CP_NOTICE_EIGHTEEN) == 0);
	if (!gone && !cp_date_set(l->decision.extended_from))
		MUST(open_count(l, CP_NOTICE_EXTENDED) == 0);
	for (size_t i = 0; i < l->f.n_past; i++)
		if (l->past[i].status == CP_NOTICE_OWED)
			MUST(cp_date_cmp(l->since[i], today) <= 0 &&
			    cp_date_cmp(l->due[i], l->since[i]) >= 0);
}

static void
start_life(struct life *l)
{
	struct cp_date birth = cp_date_make(2000 + (int)draw(12),
	    1 + (int)draw(12), 1 + (int)draw(28));
	struct cp_date recorded;
	int y, m, d;
	/* Around what has a day: 12, 17 and a half, 18, 20, 25. */
	static const int months[] = { 0, 144, 210, 216, 240, 300 };

	if (draw(20) == 0)
		birth = cp_date_make(2000 + 4 * (int)draw(3), 2, 29);
	recorded = cp_date_add_days(cp_date_add_months(birth,
	    months[draw(6)]), (int)draw(250) - 245);
	if (cp_date_cmp(recorded, birth) < 0)
		recorded = birth;
	memset(l, 0, sizeof(*l));
	cp_date_split(birth, &y, &m, &d);
	l->f.birth.year = (int16_t)y;
	l->f.birth.month = (int8_t)m;
	l->f.birth.day = (int8_t)(draw(10) == 0 ? 0 : d);
	l->f.recorded = recorded;
	l->f.version_since = recorded;
	l->f.decision = &l->decision;
	l->f.past = l->past;
	decide(l);
}

static void
live(int number, struct life *a, struct life *b)
{
	unsigned what, which, often = 4 + draw(60);
	struct cp_date today;
	int happened;

	start_life(a);
	*b = *a;
	b->f.past = b->past;
	b->f.decision = &b->decision;
	for (int i = 0; i < DAYS; i++) {
		today = cp_date_add_days(a->f.recorded, i);
		happened = i == 0;
		if (draw(often) == 0) {
			what = draw(15);
			which = draw(10000);
			happened |= happens(a, today, what, which);
			(void)happens(b, today, what, which);
		}
		if (draw(400) == 0) {
			policy->notice_wording[5]++;
			a->f.version_since = b->f.version_since = today;
			happened = 1;
		}
		look_at(a, today);
		if (happened || (cp_date_set(b->look) &&
		    cp_date_cmp(b->look, today) <= 0))
			look_at(b, today);
		same(a, b, number, i);
		if (happened || draw(8) == 0) {
			if (look_at(a, today) != 0)
				ck_abort_msg("life %d: day %d: a second look "
				    "changed it", number, i);
			check_day(a, today, number);
		}
	}
}

START_TEST(random_lives)
{
	static struct life a, b;
	static size_t most;

	seed = 20261121;
	for (int i = 0; i < LIVES; i++) {
		strcpy(policy->notice_wording, "2026-1");
		live(i, &a, &b);
		most = a.f.n_past > most ? a.f.n_past : most;
	}
	ck_assert_uint_gt(most, 20); /* they were full of events */
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("notice_plan");
	TCase *t = tcase_create("plan");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 120);
	tcase_add_test(t, the_first_within_a_month);
	tcase_add_test(t, their_own_at_twelve);
	tcase_add_test(t, the_first_goes_to_the_child_where_none_went);
	tcase_add_test(t, born_on_the_leap_day);
	tcase_add_test(t, birth_known_to_the_month_or_year);
	tcase_add_test(t, another_wording);
	tcase_add_test(t, what_waits_waits_on);
	tcase_add_test(t, set_for_a_child);
	tcase_add_test(t, a_carer_who_never_had_one);
	tcase_add_test(t, no_carer_of_a_grown_up);
	tcase_add_test(t, seventeen_and_a_half_to_the_archive);
	tcase_add_test(t, staying_by_consent);
	tcase_add_test(t, a_birth_date_put_right);
	tcase_add_test(t, nobody_writes_to_the_dead);
	tcase_add_test(t, back_and_again_where_the_address_changed);
	tcase_add_test(t, their_own_is_not_sent_to_a_carer);
	tcase_add_test(t, a_short_one_that_came_back);
	tcase_add_test(t, only_the_last_authority);
	tcase_add_test(t, the_last_is_by_its_day);
	tcase_add_test(t, suppressed_is_dealt_with);
	tcase_add_test(t, what_cannot_be_evaluated);
	tcase_add_test(t, many_events);
	tcase_add_test(t, words_and_back);
	tcase_add_test(t, random_lives);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
