#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/rules/access.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

/* ---- words --------------------------------------------------------------- */

START_TEST(relations)
{
	static const char *const words[] = { "self", "parent",
		"representative" };
	enum cp_relation v = CP_SELF;

	for (int i = 0; i < 3; i++) {
		ck_assert_str_eq(cp_relation_word((enum cp_relation)i),
		    words[i]);
		ck_assert(cp_relation_parse(words[i], &v));
		ck_assert_int_eq(v, i);
	}
	ck_assert(!cp_relation_parse("", &v));
	ck_assert(!cp_relation_parse("Self", &v));
	ck_assert_int_eq(v, CP_REPRESENTATIVE);
	ck_assert_str_eq(cp_relation_word((enum cp_relation)3), "unknown");
}
END_TEST

START_TEST(what_is_asked_for)
{
	char buf[64];

	cp_asks_text(CP_ASKS_ACCESS, buf, sizeof(buf));
	ck_assert_str_eq(buf, "access");
	cp_asks_text(CP_ASKS_ACCESS | CP_ASKS_OBJECTION, buf, sizeof(buf));
	ck_assert_str_eq(buf, "access,objection");
	cp_asks_text(7, buf, sizeof(buf));
	ck_assert_str_eq(buf, "access,rectification,objection");
	cp_asks_text(0, buf, sizeof(buf));
	ck_assert_str_eq(buf, "");
	/* Cut, not beyond. */
	buf[8] = 'x';
	cp_asks_text(7, buf, 8);
	ck_assert_str_eq(buf, "access,");
	ck_assert_int_eq(buf[8], 'x');
	ck_assert_uint_eq(cp_asks_parse("access"), CP_ASKS_ACCESS);
	ck_assert_uint_eq(cp_asks_parse("rectification"),
	    CP_ASKS_RECTIFICATION);
	ck_assert_uint_eq(cp_asks_parse("objection"), CP_ASKS_OBJECTION);
	ck_assert_uint_eq(cp_asks_parse("access,objection"), 0);
	ck_assert_uint_eq(cp_asks_parse(""), 0);
}
END_TEST

START_TEST(views_and_evidence)
{
	static const char *const views[] = { "", "agrees", "objects",
		"unable", "not-asked" };
	static const char *const shown[] = { "identity", "responsibility",
		"authority", "court-order" };
	enum cp_own_view view = CP_VIEW_NONE;
	enum cp_evidence evidence = CP_EVIDENCES;

	for (int i = 0; i < 5; i++) {
		ck_assert_str_eq(cp_own_view_word((enum cp_own_view)i),
		    views[i]);
		ck_assert_int_eq(cp_own_view_parse(views[i], &view), i > 0);
		ck_assert_int_eq(view, i);
	}
	for (int i = 0; i < 4; i++) {
		ck_assert_str_eq(cp_evidence_word((enum cp_evidence)i),
		    shown[i]);
		ck_assert(cp_evidence_parse(shown[i], &evidence));
		ck_assert_int_eq(evidence, i);
	}
	ck_assert(!cp_evidence_parse("", &evidence));
	ck_assert(!cp_own_view_parse("agree", &view));
	ck_assert_str_eq(cp_evidence_word(CP_EVIDENCES), "unknown");
	ck_assert_str_eq(cp_own_view_word((enum cp_own_view)5), "unknown");
}
END_TEST

START_TEST(flags_and_decisions)
{
	static const struct {
		unsigned bit;
		const char *word;
	} rows[] = { { CP_FLAGGED_CARER, "carer" },
		{ CP_FLAGGED_PRACTITIONER, "practitioner" },
		{ CP_FLAGGED_SOURCE, "source" },
		{ CP_FLAGGED_REQUESTER, "requester" },
		{ CP_FLAGGED_PLACE, "place" },
		{ CP_FLAGGED_SENSITIVE, "sensitive" },
		{ CP_FLAGGED_HOLD, "hold" },
		{ CP_FLAGGED_OBJECTION, "objection" } };
	char buf[128];

	for (size_t i = 0; i < COUNT(rows); i++) {
		cp_item_flags_text(rows[i].bit, buf, sizeof(buf));
		ck_assert_str_eq(buf, rows[i].word);
		ck_assert_uint_eq(cp_item_flag_parse(rows[i].word),
		    rows[i].bit);
	}
	cp_item_flags_text(CP_FLAGGED_SOURCE | CP_FLAGGED_CARER, buf,
	    sizeof(buf));
	ck_assert_str_eq(buf, "carer,source");
	cp_item_flags_text(0, buf, sizeof(buf));
	ck_assert_str_eq(buf, "");
	ck_assert_uint_eq(cp_item_flag_parse("carers"), 0);
	ck_assert_str_eq(cp_item_decision_word(CP_ITEM_UNDECIDED), "");
	ck_assert_str_eq(cp_item_decision_word(CP_ITEM_GIVE), "give");
	ck_assert_str_eq(cp_item_decision_word(CP_ITEM_WITHHOLD), "withhold");
}
END_TEST

/* ---- who may be given what ----------------------------------------------- */

START_TEST(what_each_still_has_to_show)
{
	unsigned identity = 1U << CP_EVIDENCE_IDENTITY;
	unsigned responsible = 1U << CP_EVIDENCE_RESPONSIBILITY;
	unsigned authority = 1U << CP_EVIDENCE_AUTHORITY;
	unsigned court = 1U << CP_EVIDENCE_COURT_ORDER;

	ck_assert_str_eq(cp_evidence_wanting(CP_SELF, 0), "");
	ck_assert_str_eq(cp_evidence_wanting(CP_PARENT, 0), "responsibility");
	ck_assert_str_eq(cp_evidence_wanting(CP_PARENT, identity | authority),
	    "responsibility");
	ck_assert_str_eq(cp_evidence_wanting(CP_PARENT, responsible), "");
	ck_assert_str_eq(cp_evidence_wanting(CP_PARENT, court), "");
	ck_assert_str_eq(cp_evidence_wanting(CP_REPRESENTATIVE, identity |
	    responsible), "authority");
	ck_assert_str_eq(cp_evidence_wanting(CP_REPRESENTATIVE, authority),
	    "");
	ck_assert_str_eq(cp_evidence_wanting(CP_REPRESENTATIVE, court |
	    identity), "");
}
END_TEST

START_TEST(from_which_age_the_child_is_asked)
{
	struct cp_policy p = { .own_view_age = 12,
		.leap_birthday = CP_LEAP_MARCH_1 };
	struct cp_date birth = cp_date_make(2014, 6, 1), none = { 0 };

	ck_assert(!cp_own_view_wanted(&p, CP_PARENT, birth,
	    cp_date_make(2026, 5, 31)));
	ck_assert(cp_own_view_wanted(&p, CP_PARENT, birth,
	    cp_date_make(2026, 6, 1)));
	ck_assert(cp_own_view_wanted(&p, CP_REPRESENTATIVE, birth,
	    cp_date_make(2026, 6, 1)));
	/* Who asks for themself says so by asking. */
	ck_assert(!cp_own_view_wanted(&p, CP_SELF, birth,
	    cp_date_make(2026, 6, 1)));
	/* Nobody is too young for it of whom no age is known. */
	ck_assert(cp_own_view_wanted(&p, CP_PARENT, none,
	    cp_date_make(2026, 6, 1)));
	ck_assert(!cp_own_view_wanted(&p, CP_SELF, none,
	    cp_date_make(2026, 6, 1)));
	p.own_view_age = 13;
	birth = cp_date_make(2012, 2, 29);
	ck_assert(!cp_own_view_wanted(&p, CP_PARENT, birth,
	    cp_date_make(2025, 2, 28)));
	ck_assert(cp_own_view_wanted(&p, CP_PARENT, birth,
	    cp_date_make(2025, 3, 1)));
	p.leap_birthday = CP_LEAP_FEBRUARY_28;
	ck_assert(cp_own_view_wanted(&p, CP_PARENT, birth,
	    cp_date_make(2025, 2, 28)));
}
END_TEST

START_TEST(nothing_leaves_with_an_undecided_flag)
{
	ck_assert(cp_item_settled(0, CP_ITEM_UNDECIDED));
	for (unsigned flag = 1; flag <= CP_FLAGGED_OBJECTION; flag <<= 1) {
		ck_assert(!cp_item_settled(flag, CP_ITEM_UNDECIDED));
		ck_assert(cp_item_settled(flag, CP_ITEM_GIVE));
		ck_assert(cp_item_settled(flag, CP_ITEM_WITHHOLD));
	}
	ck_assert(cp_item_settled(0, CP_ITEM_WITHHOLD));
}
END_TEST

START_TEST(when_a_second_person_approves)
{
	static const struct {
		struct cp_answer_facts f;
		int wants;
	} rows[] = { { { 0, 0, 0 }, 0 }, { { 1, 0, 0 }, 1 },
		{ { 0, 1, 0 }, 1 }, { { 0, 0, 1 }, 1 }, { { 9, 9, 1 }, 1 } };
	struct cp_policy p = { .access_approvals = 1 };

	for (size_t i = 0; i < COUNT(rows); i++) {
		p.access_approvals = 1;
		ck_assert_int_eq(cp_answer_needs_approval(&p, &rows[i].f),
		    rows[i].wants);
		p.access_approvals = 0;
		ck_assert(!cp_answer_needs_approval(&p, &rows[i].f));
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("access");
	TCase *tc = tcase_create("access");
	SRunner *runner;
	int failed;

	tcase_add_test(tc, relations);
	tcase_add_test(tc, what_is_asked_for);
	tcase_add_test(tc, views_and_evidence);
	tcase_add_test(tc, flags_and_decisions);
	tcase_add_test(tc, what_each_still_has_to_show);
	tcase_add_test(tc, from_which_age_the_child_is_asked);
	tcase_add_test(tc, nothing_leaves_with_an_undecided_flag);
	tcase_add_test(tc, when_a_second_person_approves);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
