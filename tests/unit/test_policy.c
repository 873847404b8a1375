#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/buf.h"
#include "lifecycle/rules/decide.h"
#include "lifecycle/rules/policy.h"

/* libconfig 1.5 loses the text of a quoted string that it refuses; read by
 * the leak checker, where there is one. */
const char *__lsan_default_suppressions(void);
const char *
__lsan_default_suppressions(void)
{
	return "leak:libconfig";
}

/* The packs are read from the root of the sources, where tests run. */
static const char PACK[] = "policies/uk-2026.cfg";

static struct cp_err err;
static struct cp_policy_report report;
static struct cp_policy *policy;
static struct cp_buf base; /* the text of PACK */

static void
setup(void)
{
	FILE *f = fopen(PACK, "r");
	char part[4096];
	size_t n;

	ck_assert_msg(f != NULL, "%s: run from the root of the sources",
	    PACK);
	cp_buf_init(&base);
	while ((n = fread(part, 1, sizeof(part), f)) > 0)
		cp_buf_put(&base, part, n);
	ck_assert_int_eq(fclose(f), 0);
	cp_policy_report_init(&report);
	policy = NULL;
}

static void
teardown(void)
{
	cp_policy_free(policy);
	cp_policy_report_clear(&report);
	cp_buf_clear(&base);
}

static enum cp_rc
load(const char *text, size_t len)
{
	cp_policy_free(policy);
	policy = NULL;
	return cp_policy_load_text("a.cfg", text, len, &policy, &report,
	    &err);
}

/* The base with OLD, which must be in it, once replaced by NEW; appended, if
 * OLD is NULL.  Returns the line on which NEW begins. */
static unsigned
edit(struct cp_buf *b, const char *old, const char *new)
{
	const char *text = cp_buf_text(b);
	const char *at = old != NULL ? strstr(text, old) : text + b->len;
	struct cp_buf out;
	unsigned line = 1;
	const char *p;

	ck_assert_msg(at != NULL, "`%s' is not in the pack", old);
	for (p = text; p < at; p++)
		line += *p == '\n';
	cp_buf_init(&out);
	cp_buf_put(&out, text, (size_t)(at - text));
	cp_buf_puts(&out, new);
	cp_buf_puts(&out, at + (old != NULL ? strlen(old) : 0));
	cp_buf_clear(b);
	*b = out;
	return line;
}

static void
expect_problem(unsigned line, const char *part)
{
	size_t i;

	for (i = 0; i < report.n; i++)
		if (report.problems[i].line == line &&
		    strstr(report.problems[i].what, part) != NULL)
			return;
	for (i = 0; i < report.n; i++)
		(void)fprintf(stderr, "  %u: %s\n", report.problems[i].line,
		    report.problems[i].what);
	ck_abort_msg("no problem at line %u with `%s' among %zu", line, part,
	    report.n);
}

enum { WHOLE = -100 }; /* a problem of the file, not of a line */

/* One edit, and exactly one problem by it, AT lines from where it is (from 1,
 * as the lines of NEW are counted). */
static void
refused(const char *old, const char *new, int at, const char *part)
{
	unsigned line;

	teardown();
	setup();
	line = edit(&base, old, new);
	ck_assert_msg(load(cp_buf_text(&base), base.len) == CP_BAD_INPUT,
	    "`%s' was taken", new);
	ck_assert_ptr_null(policy);
	expect_problem(at == WHOLE ? 0 : (unsigned)((int)line + at - 1), part);
	ck_assert_msg(report.n == 1, "%zu problems by `%s', the first %u: %s",
	    report.n, new, report.problems[0].line, report.problems[0].what);
}

/* ---- what is good -------------------------------------------------------- */

START_TEST(the_packs_load)
{
	static const char *const names[] = { "contactpoint-2007", "uk-2026" };
	char path[64], date[CP_DATE_TEXT];
	size_t i;
	int r;

	for (i = 0; i < 2; i++) {
		(void)snprintf(path, sizeof(path), "policies/%s.cfg",
		    names[i]);
		cp_policy_free(policy);
		policy = NULL;
		ck_assert_msg(cp_policy_load_file(path, &policy, &report,
		    &err) == CP_OK, "%s", err.what);
		ck_assert_str_eq(report.file, path);
		ck_assert_uint_eq(report.n, 0);
		ck_assert_str_eq(policy->name, names[i]);
		ck_assert_str_eq(policy->version, "1");
		ck_assert_str_eq(cp_date_format(policy->effective, date),
		    i == 0 ? "2007-08-01" : "2026-01-01");
		for (r = 0; r < CP_RULE_COUNT; r++) {
			ck_assert_ptr_nonnull(policy->source[r]);
			ck_assert_ptr_nonnull(policy->value_text[r]);
			ck_assert_str_ne(policy->source[r], "");
			ck_assert_str_ne(policy->value_text[r], "");
			ck_assert_int_eq(policy->stated[r], 1);
		}
	}
}
END_TEST

/* Every default of the house's domain paper, in both packs. */
START_TEST(the_packs_say_what_they_should)
{
	static const struct {
		enum cp_rule rule;
		const char *name, *value;
		const char *now; /* uk-2026, where that is another */
	} rows[CP_RULE_COUNT] = {
		{ CP_RULE_AGE_LIMIT, "retention.age_limit", "18", NULL },
		{ CP_RULE_LEAP_BIRTHDAY, "retention.leap_birthday",
		    "march-1", NULL },
		{ CP_RULE_CONNEXIONS_LIMIT, "retention.connexions_limit",
		    "20", NULL },
		{ CP_RULE_CARE_LEAVER_LIMIT, "retention.care_leaver_limit",
		    "25", NULL },
		{ CP_RULE_LEARNING_DIFFICULTY_LIMIT,
		    "retention.learning_difficulty_limit", "25", NULL },
		{ CP_RULE_PARENT_LAPSE, "retention.parent_lapse", "18", NULL },
		{ CP_RULE_WITHDRAWAL, "retention.withdrawal", "P0D", NULL },
		{ CP_RULE_GROUND_END, "retention.ground_end", "P0D", NULL },
		{ CP_RULE_DEATH_PERIOD, "retention.death_period", "P1Y", NULL },
		{ CP_RULE_LEFT_NO_RETURN_PERIOD,
		    "retention.left_no_return_period", "P0D", NULL },
		{ CP_RULE_LEFT_RETURN_PERIOD,
		    "retention.left_return_period", "P3Y", NULL },
		{ CP_RULE_LEFT_NONE_STATED_PERIOD,
		    "retention.left_none_stated_period", "P3Y", NULL },
		{ CP_RULE_INVOLVEMENT_PERIOD, "retention.involvement_period",
		    "P5Y", NULL },
		{ CP_RULE_SENSITIVE_INVOLVEMENT_PERIOD,
		    "retention.sensitive_involvement_period", "P1Y", NULL },
		{ CP_RULE_REMINDER_AGE, "consent.reminder_age", "P17Y6M", NULL },
		{ CP_RULE_RECONFIRM_PERIOD, "consent.reconfirm_period",
		    "P1Y", NULL },
		{ CP_RULE_ARCHIVE_PERIOD, "archive.period", "P6Y", NULL },
		{ CP_RULE_ALREADY_ARCHIVED, "archive.already_archived",
		    "keep", NULL },
		{ CP_RULE_OPEN_FIRST_YEAR_PERIOD,
		    "archive.open_first_year_period", "P1Y", NULL },
		{ CP_RULE_OPEN_FIRST_YEAR_PURPOSES,
		    "archive.open_first_year_purposes", "safeguarding, "
		    "correction, complaint, audit, section-47-enquiry, "
		    "serious-case-review, child-death-review, court-order, "
		    "subject-access", NULL },
		{ CP_RULE_OPEN_LATER_PURPOSES, "archive.open_later_purposes",
		    "section-47-enquiry, serious-case-review, "
		    "child-death-review, court-order, subject-access", NULL },
		{ CP_RULE_OPEN_OPERATORS, "archive.open_operators", "1", NULL },
		{ CP_RULE_DRILL_PERIOD, "archive.drill_period", "P1Y", NULL },
		{ CP_RULE_DESTRUCTION_APPROVALS, "destruction.approvals",
		    "1", NULL },
		{ CP_RULE_EARLY_APPROVALS, "destruction.early_approvals",
		    "2", NULL },
		{ CP_RULE_DESTRUCTION_WAIT, "destruction.wait", "P0D", NULL },
		{ CP_RULE_CLOCK_AHEAD_HOURS, "guards.clock_ahead_hours",
		    "26", NULL },
		{ CP_RULE_SHARE_PERCENT, "guards.share_percent", "2", NULL },
		{ CP_RULE_SHARE_FLOOR, "guards.share_floor", "50", NULL },
		{ CP_RULE_SHIELD_DECIDE_PERIOD, "shield.decide_period",
		    "P28D", NULL },
		{ CP_RULE_SHIELD_REVIEW_PERIOD, "shield.review_period",
		    "P6M", NULL },
		{ CP_RULE_SHIELD_HIDE, "shield.hide", "address, contact, "
		    "school, practice, practitioner, involvements", NULL },
		{ CP_RULE_MAIL_HOLD_DAYS, "shield.mail_hold_days", "28",
		    NULL },
		{ CP_RULE_NOTICE_WORDING, "notices.wording", "2007-1",
		    "2026-1" },
		{ CP_RULE_NOTICE_LAW, "notices.law", "dpa-1998", "uk-gdpr" },
		{ CP_RULE_NOTICE_CONTENT, "notices.content", "who, what, "
		    "source, why, basis, recipients, how-long, rights, "
		    "complaint, shield", "who, dpo, what, source, why, basis, "
		    "recipients, transfers, how-long, rights, complaint, "
		    "automated, shield" },
		{ CP_RULE_NOTICE_LANGUAGES, "notices.languages", "en, ur, pa, "
		    "pl, bn, so, ar, gu, pt, ta, fr, tr", NULL },
		{ CP_RULE_NOTICE_FIRST_PERIOD, "notices.first_period", "P1M",
		    NULL },
		{ CP_RULE_NOTICE_VERSION_PERIOD, "notices.version_period",
		    "P3M", NULL },
		{ CP_RULE_NOTICE_COMPREHENSION_AGE,
		    "notices.comprehension_age", "12", NULL },
		{ CP_RULE_NOTICE_ARCHIVE_PERIOD, "notices.archive_period",
		    "P28D", NULL },
		{ CP_RULE_NOTICE_HOUSEHOLD, "notices.household", "one",
		    NULL },
		{ CP_RULE_ACCESS_LIMIT, "access.limit", "P40D", "P1M" },
		{ CP_RULE_ACCESS_COUNTING, "access.counting",
		    "beginning-with", "corresponding" },
		{ CP_RULE_ACCESS_ROLL, "access.roll", "none",
		    "next-working-day" },
		{ CP_RULE_ACCESS_CLARIFICATION, "access.clarification",
		    "start", "pause" },
		{ CP_RULE_ACCESS_EXTENSION, "access.extension", "P0D", "P3M" },
		{ CP_RULE_ACCESS_FEE, "access.fee", "usual", "exceptional" },
		{ CP_RULE_ACCESS_FEE_LIMIT, "access.fee_limit", "1000", "0" },
		{ CP_RULE_ACCESS_OWN_VIEW_AGE, "access.own_view_age", "12",
		    NULL },
		{ CP_RULE_ACCESS_WITHHOLD, "access.withhold_grounds",
		    "third-party, serious-harm, child-abuse, child-wishes, "
		    "crime, adoption, legal-privilege", NULL },
		{ CP_RULE_ACCESS_REFUSE, "access.refuse_grounds",
		    "identity-not-shown, not-entitled, not-in-interest, "
		    "fee-not-paid, repeated", "identity-not-shown, "
		    "not-entitled, not-in-interest, manifestly-unfounded, "
		    "excessive" },
		{ CP_RULE_ACCESS_APPROVALS, "access.approvals", "1", NULL },
		{ CP_RULE_ACCESS_KEEP, "access.keep_period", "P3Y", NULL },
		{ CP_RULE_ACCESS_REPEAT, "access.repeat_period", "P6M",
		    NULL },
	};
	static const char *const paths[] = { "policies/contactpoint-2007.cfg",
		"policies/uk-2026.cfg" };
	size_t i, k;

	for (k = 0; k < 2; k++) {
		cp_policy_free(policy);
		policy = NULL;
		ck_assert(cp_policy_load_file(paths[k], &policy, &report,
		    &err) == CP_OK);
		for (i = 0; i < CP_RULE_COUNT; i++) {
			ck_assert_uint_eq(rows[i].rule, i);
			ck_assert_str_eq(cp_rule_name(rows[i].rule),
			    rows[i].name);
			ck_assert_str_eq(policy->value_text[i],
			    k == 1 && rows[i].now != NULL ? rows[i].now :
			    rows[i].value);
		}
	}
	ck_assert_str_eq(cp_rule_name(CP_RULE_COUNT), "unknown");
}
END_TEST

static void
edit_access(void)
{
	(void)edit(&base, "value = \"P1M\"", "value = \"P20D\"");
	(void)edit(&base, "value = \"corresponding\"",
	    "value = \"beginning-with\"");
	(void)edit(&base, "\"next-working-day\";", "\"none\";");
	(void)edit(&base, "value = \"pause\"", "value = \"start\"");
	(void)edit(&base, "value = \"P3M\"", "value = \"P21D\"");
	(void)edit(&base, "value = \"exceptional\"", "value = \"usual\"");
	(void)edit(&base, "fee_limit = {\n\t\tvalue = 0;",
	    "fee_limit = {\n\t\tvalue = 1500;");
	(void)edit(&base, "value = 12;", "value = 14;");
	(void)edit(&base, "\"adoption\", ", "");
	(void)edit(&base, ", \"excessive\"", "");
	(void)edit(&base, "approvals = {\n\t\tvalue = 1;",
	    "approvals = {\n\t\tvalue = 0;");
	(void)edit(&base, "keep_period = {\n\t\tvalue = \"P3Y\"",
	    "keep_period = {\n\t\tvalue = \"P22D\"");
	(void)edit(&base, "repeat_period = {\n\t\tvalue = \"P6M\"",
	    "repeat_period = {\n\t\tvalue = \"P23D\"");
}

static void
expect_access(void)
{
	ck_assert_int_eq(policy->access_limit.days, 20);
	ck_assert_int_eq(policy->access_limit.months, 0);
	ck_assert_int_eq(policy->access_counting, CP_COUNT_BEGINNING_WITH);
	ck_assert_int_eq(policy->access_roll, CP_ROLL_NONE);
	ck_assert_int_eq(policy->access_clarification, CP_CLARIFY_STARTS);
	ck_assert_int_eq(policy->access_extension.days, 21);
	ck_assert_int_eq(policy->access_extends, 1);
	ck_assert_int_eq(policy->access_fee, CP_FEE_USUAL);
	ck_assert_int_eq(policy->access_fee_limit, 1500);
	ck_assert_int_eq(policy->own_view_age, 14);
	ck_assert_uint_eq(policy->access_withhold.n, 6);
	ck_assert(!cp_words_has(&policy->access_withhold, "adoption"));
	ck_assert_uint_eq(policy->access_refuse.n, 4);
	ck_assert(!cp_words_has(&policy->access_refuse, "excessive"));
	ck_assert_int_eq(policy->access_approvals, 0);
	ck_assert_int_eq(policy->access_keep.days, 22);
	ck_assert_int_eq(policy->access_repeat.days, 23);
}

START_TEST(values_reach_their_places)
{
	(void)edit(&base, "value = 18", "value = 17");
	(void)edit(&base, "value = \"march-1\"", "value = \"february-28\"");
	(void)edit(&base, "value = 20", "value = 21");
	(void)edit(&base, "value = 25", "value = 24");
	(void)edit(&base, "value = 25", "value = 26");
	(void)edit(&base, "value = 18", "value = 19");
	(void)edit(&base, "value = \"P0D\"", "value = \"P1D\"");
	(void)edit(&base, "value = \"P0D\"", "value = \"P2D\"");
	(void)edit(&base, "value = \"P1Y\"", "value = \"P3D\"");
	(void)edit(&base, "value = \"P0D\"", "value = \"P4D\"");
	(void)edit(&base, "value = \"P3Y\"", "value = \"P5D\"");
	(void)edit(&base, "value = \"P3Y\"", "value = \"P6D\"");
	(void)edit(&base, "value = \"P5Y\"", "value = \"P7D\"");
	(void)edit(&base, "value = \"P1Y\"", "value = \"P8D\"");
	(void)edit(&base, "\"P17Y6M\"", "\"P16Y11M\"");
	(void)edit(&base, "value = \"P1Y\"", "value = \"P9D\"");
	(void)edit(&base, "value = \"P6Y\"", "value = \"P10D\"");
	(void)edit(&base, "value = \"keep\"", "value = \"replace\"");
	(void)edit(&base, "value = \"P1Y\"", "value = \"P11D\"");
	(void)edit(&base, "value = 1;", "value = 4;"); /* operators */
	(void)edit(&base, "value = 1;", "value = 2;");
	(void)edit(&base, "drill_period = {\n\t\tvalue = \"P1Y\"",
	    "drill_period = {\n\t\tvalue = \"P13D\"");
	(void)edit(&base, "early_approvals = {\n\t\tvalue = 2",
	    "early_approvals = {\n\t\tvalue = 3");
	(void)edit(&base, "value = \"P0D\"", "value = \"P12D\"");
	(void)edit(&base, "value = 26;\n\t\tsource = \"policy: a day",
	    "value = 27;\n\t\tsource = \"policy: a day");
	(void)edit(&base, "value = 2;\n\t\tsource = \"policy: about",
	    "value = 3;\n\t\tsource = \"policy: about");
	(void)edit(&base, "value = 50", "value = 0");
	(void)edit(&base, "value = \"P28D\"", "value = \"P14D\"");
	(void)edit(&base, "value = \"P6M\"", "value = \"P15D\"");
	(void)edit(&base, "\"address\", \"contact\", \"school\", \"practice\"",
	    "\"address\", \"former-names\", \"carers\", \"numbers\"");
	(void)edit(&base, "value = 28;", "value = 29;");
	(void)edit(&base, "\"2026-1\"", "\"2027-3\"");
	(void)edit(&base, "\"uk-gdpr\"", "\"dpa-1998\"");
	(void)edit(&base, "\"automated\", ", "");
	(void)edit(&base, "\"en\", \"ur\", \"pa\"", "\"cy\", \"en\", \"pa\"");
	(void)edit(&base, "value = \"P1M\"", "value = \"P16D\"");
	(void)edit(&base, "value = \"P3M\"", "value = \"P17D\"");
	(void)edit(&base, "value = 12", "value = 13");
	(void)edit(&base, "value = \"P28D\"", "value = \"P19D\"");
	(void)edit(&base, "value = \"one\"", "value = \"each\"");
	edit_access();
	ck_assert_msg(load(cp_buf_text(&base), base.len) == CP_OK, "%s",
	    err.what);
	ck_assert_int_eq(policy->age_limit, 17);
	ck_assert_int_eq(policy->leap_birthday, CP_LEAP_FEBRUARY_28);
	ck_assert_int_eq(policy->ground_limit[CP_GROUND_CONNEXIONS], 21);
	ck_assert_int_eq(policy->ground_limit[CP_GROUND_CARE_LEAVER], 24);
	ck_assert_int_eq(policy->ground_limit[CP_GROUND_LEARNING_DIFFICULTY],
	    26);
	ck_assert_int_eq(policy->parent_lapse_age, 19);
	ck_assert_int_eq(policy->withdrawal.days, 1);
	ck_assert_int_eq(policy->ground_end.days, 2);
	ck_assert_int_eq(policy->death_period.days, 3);
	ck_assert_int_eq(policy->left_no_return_period.days, 4);
	ck_assert_int_eq(policy->left_return_period.days, 5);
	ck_assert_int_eq(policy->left_none_stated_period.days, 6);
	ck_assert_int_eq(policy->involvement_period.days, 7);
	ck_assert_int_eq(policy->sensitive_involvement_period.days, 8);
	ck_assert_int_eq(policy->reminder_age.years, 16);
	ck_assert_int_eq(policy->reminder_age.months, 11);
	ck_assert_int_eq(policy->reconfirms, 1);
	ck_assert_int_eq(policy->reconfirm_period.days, 9);
	ck_assert_int_eq(policy->archive_period.days, 10);
	ck_assert_int_eq(policy->already_archived, CP_ARCHIVED_REPLACE);
	ck_assert_int_eq(policy->open_first_year_period.days, 11);
	ck_assert_int_eq(policy->open_operators, 4);
	ck_assert_int_eq(policy->drills, 1);
	ck_assert_int_eq(policy->drill_period.days, 13);
	ck_assert_int_eq(policy->destruction_approvals, 2);
	ck_assert_int_eq(policy->early_approvals, 3);
	ck_assert_int_eq(policy->destruction_wait.days, 12);
	ck_assert_int_eq(policy->clock_ahead_hours, 27);
	ck_assert_int_eq(policy->share_percent, 3);
	ck_assert_int_eq(policy->share_floor, 0);
	ck_assert_int_eq(policy->shield_decide_period.days, 14);
	ck_assert_int_eq(policy->shield_review_period.days, 15);
	ck_assert_uint_eq(policy->shield_hide.n, 6);
	ck_assert(cp_words_has(&policy->shield_hide, "numbers"));
	ck_assert(!cp_words_has(&policy->shield_hide, "contact"));
	ck_assert_int_eq(policy->mail_hold_days, 29);
	ck_assert_str_eq(policy->notice_wording, "2027-3");
	ck_assert_int_eq(policy->notice_law, CP_LAW_DPA_1998);
	ck_assert_uint_eq(policy->notice_content.n, 12);
	ck_assert(!cp_words_has(&policy->notice_content, "automated"));
	ck_assert_uint_eq(policy->notice_languages.n, 12);
	ck_assert(cp_words_has(&policy->notice_languages, "cy"));
	ck_assert(!cp_words_has(&policy->notice_languages, "ur"));
	ck_assert_int_eq(policy->notice_first.days, 16);
	ck_assert_int_eq(policy->notice_version.days, 17);
	ck_assert_int_eq(policy->comprehension_age, 13);
	ck_assert_int_eq(policy->notice_archive.days, 19);
	ck_assert_int_eq(policy->household, CP_HOUSEHOLD_EACH);
	ck_assert(cp_words_has(&policy->open_first_year_purposes, "audit"));
	ck_assert(!cp_words_has(&policy->open_later_purposes, "audit"));
	ck_assert_uint_eq(policy->open_later_purposes.n, 5);
	expect_access();
}
END_TEST

/* ---- what is not --------------------------------------------------------- */

static const char AGE[] = "value = 18";
static const char WAIT[] = "value = \"P6Y\"";

START_TEST(wrong_values_are_refused)
{
	refused(AGE, "value = \"18\"", 1, "age_limit: the value must be a whol");
	refused(AGE, "value = 18L", 1, "must be a whole number");
	refused(AGE, "value = 18.0", 1, "must be a whole number");
	refused(AGE, "value = true", 1, "must be a whole number");
	refused(AGE, "value = [ 18 ]", 1, "must be a whole number");
	refused(AGE, "value = { a = 1; }", 1, "must be a whole number");
	refused(AGE, "value = 0", 1, "0 is impossible; it must be from 1");
	refused(AGE, "value = -18", 1, "-18 is impossible");
	refused(AGE, "value = 200", 1, "200 is impossible");
	refused(WAIT, "value = 6", 1, "archive.period: the value must be a pe");
	refused(WAIT, "value = \"6Y\"", 1, "archive.period: not a period");
	refused(WAIT, "value = \"P0D\"", 1, "a period of nothing");
	refused(WAIT, "value = \"P999Y\"", 1, "not a period");
	refused("\"march-1\";", "\"march-2\";", 1, "leap_birthday: the value");
	refused("\"march-1\";", "1;", 1, "leap_birthday: the value");
	refused("value = \"keep\"", "value = \"shorten\"", 1,
	    "already_archived: the value must be \"keep\", \"lengthen\" or");
	refused("value = \"keep\"", "value = 1", 1, "must be \"keep\"");
	refused("value = \"keep\"", "value = \"\"", 1, "must be \"keep\"");
	refused("reconfirm_period = {\n\t\tvalue = \"P1Y\"",
	    "reconfirm_period = {\n\t\tvalue = \"P0D\"", 2,
	    "reconfirm_period: a period of nothing");
	refused("reconfirm_period = {\n\t\tvalue = \"P1Y\";",
	    "reconfirm_period = {\n", 1,
	    "reconfirm_period: the value is absent");
	refused("value = 1;", "value = 0;", 1, "archive.open_operators: 0 is");
	refused("value = 2;", "value = 0;", 1,
	    "destruction.early_approvals: 0 is");
	refused("\"audit\",", "5,", 1, "mismatched element type");
	refused("\"audit\",", "\"Audit\",", 0, "item 4 is not a word");
}
END_TEST

START_TEST(numbers_that_overflow_are_refused)
{
	/* 2^32 + 18: the parser reads 18 and says nothing. */
	refused(AGE, "value = 4294967314", 1, "4294967314 is too large");
	refused(AGE, "value = 018", 1, "without leading zeros");
	refused(AGE, "value = 0x12", 1, "must be decimal");
	refused(AGE, "/* 99999999999\n */ value = 4294967314", 2,
	    "too large");
	refused(AGE, "# 018 0x12 \" 99999999999\n value = 0x12", 2,
	    "must be decimal");
	/* In text and comments, figures are no business of ours. */
	teardown();
	setup();
	(void)edit(&base, "\"policy: a day", "\"4294967314 018 \\\" 0x12 \\\\\" "
	    "/* 018 */ // \" 99999999999\n # 0x12 \" \n \"policy: a day");
	(void)edit(&base, "policy: none", "a\nb 0x12");
	ck_assert(load(cp_buf_text(&base), base.len) == CP_BAD_INPUT);
	ck_assert_uint_eq(report.n, 1);
	ck_assert_ptr_nonnull(strstr(report.problems[0].what, "control"));
}
END_TEST

START_TEST(wrong_lists_are_refused)
{
	static const char later[] = "\"subject-access\"\n\t\t];\n\t\tsource = "
	    "\"Hansard 21 Apr 2009; policy";
	unsigned line;

	line = edit(&base, "\"audit\",", "\"Audit\", \"audit\", \"audit\",");
	ck_assert(load(cp_buf_text(&base), base.len) == CP_BAD_INPUT);
	ck_assert_uint_eq(report.n, 2);
	/* A list is at the line of its name. */
	expect_problem(line - 1, "purposes: item 4 is not a word");
	expect_problem(line - 1, "purposes: item 6 is there twice");
	teardown();
	setup();
	(void)edit(&base, later, "\"gossip\" ];\n\t\tsource = \"x");
	ck_assert(load(cp_buf_text(&base), base.len) == CP_BAD_INPUT);
	ck_assert_uint_eq(report.n, 1);
	ck_assert_ptr_nonnull(strstr(report.problems[0].what,
	    "gossip is not among"));
}
END_TEST

START_TEST(unknown_and_misplaced_settings_are_refused)
{
	refused(NULL, "extra = 1;\n", 1, "unknown setting `extra'");
	refused(NULL, "Retention = { };\n", 1, "unknown setting `Retention'");
	refused("retention = {", "retention = {\nage_limits = { };", 2,
	    "unknown rule retention.age_limits");
	refused(AGE, "value = 18;\nvalues = 18", 2,
	    "age_limit: unknown key `values'");
	refused(NULL, "retentions.age_limit = 3;\n", 1, "syntax error");
}
END_TEST

START_TEST(absent_parts_are_refused)
{
	refused("name = \"uk-2026\";", "", WHOLE, "the setting name is absent");
	refused("version = \"1\";", "", WHOLE, "the setting version is absent");
	refused("effective = \"2026-01-01\";", "", WHOLE, "effective is absent");
	refused("value = 26;\n\t\tsource = \"policy: a day",
	    "source = \"policy: a day", 0, "ahead_hours: the value is absent");
}
END_TEST

/* Which may be absent: what an older file left unsaid goes on meaning what it
 * meant. */
static int
may_be_absent(size_t rule)
{
	return rule == CP_RULE_RECONFIRM_PERIOD ||
	    rule == CP_RULE_ALREADY_ARCHIVED ||
	    rule == CP_RULE_OPEN_OPERATORS || rule == CP_RULE_DRILL_PERIOD ||
	    rule == CP_RULE_EARLY_APPROVALS ||
	    (rule >= CP_RULE_SHIELD_DECIDE_PERIOD &&
	    rule <= CP_RULE_ACCESS_REPEAT);
}

/* Cuts the last group, and with it all there is about access. */
static void
cut_access(void)
{
	const char *text = cp_buf_text(&base);
	const char *at = strstr(text, "\naccess = {");

	ck_assert_ptr_nonnull(at);
	base.len = (size_t)(at - text);
	cp_buf_puts(&base, "\n");
}

/* Takes the group NAME, one tab deep, out of the base. */
static void
cut_rule(const char *name)
{
	char from[64];
	const char *at, *end;
	struct cp_buf out;

	(void)snprintf(from, sizeof(from), "\n\t%s = {", name);
	at = strstr(cp_buf_text(&base), from);
	ck_assert_ptr_nonnull(at);
	end = strstr(at, "\n\t};");
	ck_assert_ptr_nonnull(end);
	cp_buf_init(&out);
	cp_buf_put(&out, cp_buf_text(&base),
	    (size_t)(at - cp_buf_text(&base)));
	cp_buf_puts(&out, end + 4);
	cp_buf_clear(&base);
	base = out;
}

START_TEST(thirty_one_rules_may_be_absent)
{
	cut_rule("reconfirm_period");
	cut_rule("already_archived");
	cut_rule("open_operators");
	cut_rule("drill_period");
	cut_rule("early_approvals");
	cut_rule("decide_period");
	cut_rule("review_period");
	cut_rule("hide");
	cut_rule("mail_hold_days");
	cut_rule("wording");
	cut_rule("law");
	cut_rule("content");
	cut_rule("languages");
	cut_rule("first_period");
	cut_rule("version_period");
	cut_rule("comprehension_age");
	cut_rule("archive_period");
	cut_rule("household");
	cut_access();
	ck_assert_msg(load(cp_buf_text(&base), base.len) == CP_OK, "%s",
	    err.what);
	ck_assert_int_eq(policy->reconfirms, 0);
	ck_assert(cp_period_is_zero(policy->reconfirm_period));
	ck_assert_int_eq(policy->already_archived, CP_ARCHIVED_KEEP);
	ck_assert_int_eq(policy->open_operators, 1);
	ck_assert_int_eq(policy->drills, 0);
	ck_assert_int_eq(policy->early_approvals,
	    policy->destruction_approvals);
	ck_assert_str_eq(policy->value_text[CP_RULE_RECONFIRM_PERIOD],
	    "never");
	ck_assert_str_eq(policy->value_text[CP_RULE_ALREADY_ARCHIVED],
	    "keep");
	ck_assert_int_eq(policy->shield_decide_period.days, 28);
	ck_assert_int_eq(policy->shield_review_period.months, 6);
	ck_assert_uint_eq(policy->shield_hide.n, 6);
	ck_assert_str_eq(policy->shield_hide.word[5], "involvements");
	ck_assert_int_eq(policy->mail_hold_days, 28);
	ck_assert_ptr_null(policy->notice_wording);
	ck_assert_str_eq(policy->value_text[CP_RULE_NOTICE_WORDING],
	    "none is owed");
	ck_assert_int_eq(policy->notice_law, CP_LAW_UK_GDPR);
	ck_assert_uint_eq(policy->notice_content.n, 13);
	ck_assert_uint_eq(policy->notice_languages.n, 1);
	ck_assert_str_eq(policy->notice_languages.word[0], "en");
	ck_assert_int_eq(policy->notice_first.months, 1);
	ck_assert_int_eq(policy->notice_version.months, 3);
	ck_assert_int_eq(policy->comprehension_age, 12);
	ck_assert_int_eq(policy->notice_archive.days, 28);
	ck_assert_int_eq(policy->household, CP_HOUSEHOLD_EACH);
	for (size_t i = 0; i < CP_RULE_COUNT; i++) {
		ck_assert_int_eq(policy->stated[i], !may_be_absent(i));
		ck_assert_str_ne(policy->source[i], "");
	}
}
END_TEST

static void
same_access(const struct cp_policy *a, const struct cp_policy *b)
{
	ck_assert_mem_eq(&a->access_limit, &b->access_limit,
	    sizeof(a->access_limit));
	ck_assert_int_eq(a->access_counting, b->access_counting);
	ck_assert_int_eq(a->access_roll, b->access_roll);
	ck_assert_int_eq(a->access_clarification, b->access_clarification);
	ck_assert_mem_eq(&a->access_extension, &b->access_extension,
	    sizeof(a->access_extension));
	ck_assert_int_eq(a->access_extends, b->access_extends);
	ck_assert_int_eq(a->access_fee, b->access_fee);
	ck_assert_int_eq(a->access_fee_limit, b->access_fee_limit);
	ck_assert_int_eq(a->own_view_age, b->own_view_age);
	ck_assert_uint_eq(a->access_withhold.n, b->access_withhold.n);
	ck_assert_uint_eq(a->access_refuse.n, b->access_refuse.n);
	ck_assert_int_eq(a->access_approvals, b->access_approvals);
	ck_assert_mem_eq(&a->access_keep, &b->access_keep,
	    sizeof(a->access_keep));
	ck_assert_mem_eq(&a->access_repeat, &b->access_repeat,
	    sizeof(a->access_repeat));
}

/* An older file says nothing of access: it means what its law did, which is
 * what the pack of that law says. */
START_TEST(absent_access_is_as_the_law_of_notices)
{
	static const char *const paths[] = { "policies/contactpoint-2007.cfg",
		"policies/uk-2026.cfg" };
	struct cp_policy *pack = NULL;

	for (size_t k = 0; k < 2; k++) {
		teardown();
		setup();
		if (k == 0)
			(void)edit(&base, "\"uk-gdpr\"", "\"dpa-1998\"");
		cut_access();
		ck_assert_msg(load(cp_buf_text(&base), base.len) == CP_OK,
		    "%s", err.what);
		ck_assert(cp_policy_load_file(paths[k], &pack, &report,
		    &err) == CP_OK);
		for (size_t i = CP_RULE_ACCESS_LIMIT;
		    i <= CP_RULE_ACCESS_REPEAT; i++) {
			ck_assert_str_eq(policy->value_text[i],
			    pack->value_text[i]);
			ck_assert_str_eq(policy->source[i],
			    "this policy does not say");
		}
		same_access(policy, pack);
		cp_policy_free(pack);
		pack = NULL;
	}
	/* Without any group of notices the law is today's. */
	cut_rule("law");
	ck_assert(load(cp_buf_text(&base), base.len) == CP_OK);
	ck_assert_int_eq(policy->access_limit.months, 1);
	ck_assert_int_eq(policy->access_extends, 1);
}
END_TEST

START_TEST(access_is_checked)
{
	refused("limit = {\n\t\tvalue = \"P1M\"",
	    "limit = {\n\t\tvalue = \"P0D\"", 2,
	    "access.limit: a period of nothing");
	refused("value = \"corresponding\"", "value = \"months\"", 1,
	    "access.counting: the value must be \"corresponding\" or \"beg");
	refused("value = \"next-working-day\"", "value = \"next-day\"", 1,
	    "access.roll: the value must be");
	refused("value = \"pause\"", "value = \"pauses\"", 1,
	    "access.clarification: the value must be");
	refused("value = \"exceptional\"", "value = \"never\"", 1,
	    "access.fee: the value must be \"exceptional\" or \"usual\"");
	refused("fee_limit = {\n\t\tvalue = 0",
	    "fee_limit = {\n\t\tvalue = -1", 2, "fee_limit: -1 is impossi");
	refused("\n\tapprovals = {\n\t\tvalue = 1;\n\t\tsource = \"policy: w",
	    "\n\tapprovals = {\n\t\tvalue = 2;\n\t\tsource = \"policy: w",
	    3, "access.approvals: 2 is impossible");
	refused("\"third-party\", \"serious", "\"third-parties\", \"serious",
	    0, "access.withhold_grounds: item 1 is no ground that is known");
	/* Each list has grounds of its own. */
	refused("\"identity-not-shown\", ", "\"crime\", ", 0,
	    "access.refuse_grounds: item 1 is no ground that is known");
	refused("\"not-in-interest\", ", "\"not-entitled\", ", -1,
	    "access.refuse_grounds: item 3 is there twice");
	refused("extension = {\n\t\tvalue = \"P3M\"",
	    "extension = {\n\t\tvalue = \"P28D\"", 1,
	    "access.extension: it must be longer than access.limit");
	teardown();
	setup();
	(void)edit(&base, "extension = {\n\t\tvalue = \"P3M\"",
	    "extension = {\n\t\tvalue = \"P0D\"");
	ck_assert(load(cp_buf_text(&base), base.len) == CP_OK);
	ck_assert_int_eq(policy->access_extends, 0);
}
END_TEST

START_TEST(only_what_a_shield_can_hide_is_hidden)
{
	refused("value = [\n\t\t\t\"address\", \"contact\"",
	    "value = [\n\t\t\t\"address\", \"phone\"", 1,
	    "shield.hide: item 2 is nothing that a shield hides");
}
END_TEST

START_TEST(notices_are_checked)
{
	static const char wording[] = "value = \"2026-1\"";

	refused(wording, "value = 2026", 1, "notices.wording: the value must");
	refused(wording, "value = \"\"", 1, "notices.wording: the value must");
	/* It stands before the `:2' of what is owed again, and is a word. */
	refused(wording, "value = \"2026:1\"", 1, "notices.wording: the val");
	refused(wording, "value = \"../1\"", 1, "notices.wording: the value");
	refused(wording, "value = \"a-wording-of-more-than-31-letters\"", 1,
	    "notices.wording: the value must");
	refused("\"uk-gdpr\"", "\"gdpr\"", 1, "notices.law: the value must be "
	    "\"dpa-1998\" or \"uk-gdpr\"");
	refused("\"who\", \"dpo\"", "\"who\", \"when\"", 0,
	    "notices.content: item 2 is nothing that a notice is known to");
	refused("\"en\", \"ur\"", "\"ur\"", -1,
	    "notices.languages: en must be there");
	refused("\"en\", \"ur\"", "\"en\", \"en\"", 0,
	    "notices.languages: item 2 is there twice");
	refused("value = \"P1M\"", "value = 1", 1, "notices.first_period: the "
	    "value must be a period");
	refused("value = 12;", "value = 19;", 1,
	    "notices.comprehension_age: 19 is impossible");
	refused("value = 12;", "value = 0;", 1,
	    "notices.comprehension_age: 0 is impossible");
	refused("value = \"one\"", "value = \"two\"", 1,
	    "notices.household: the value must be \"each\" or \"one\"");
}
END_TEST

START_TEST(every_other_rule_must_be_there)
{
	static const char *const lines[] = { "retention", "consent", "archive",
		"destruction", "guards", "shield", "notices", "access" };
	const char *text = "name = \"a\";\nversion = \"1\";\n"
	    "effective = \"2020-01-01\";\n";
	char what[128];
	size_t i;

	ck_assert(load(text, strlen(text)) == CP_BAD_INPUT);
	ck_assert_uint_eq(report.n, CP_RULE_COUNT - 31);
	for (i = 0; i < CP_RULE_COUNT; i++) {
		if (may_be_absent(i))
			continue;
		(void)snprintf(what, sizeof(what), "the rule %s is absent",
		    cp_rule_name((enum cp_rule)i));
		expect_problem(0, what);
	}
	for (i = 0; i < 8; i++) {
		(void)snprintf(what, sizeof(what), "%s = 1;\n", lines[i]);
		ck_assert(load(what, strlen(what)) == CP_BAD_INPUT);
		(void)snprintf(what, sizeof(what),
		    "%s: it must be a group of rules", lines[i]);
		expect_problem(1, what);
	}
}
END_TEST

START_TEST(sources_are_required)
{
	static const char src[] = "source = \"policy: six months before the "
	    "age limit\"";

	refused("source = \"policy: six months before the age limit\";", "",
	    -1, "reminder_age: the source is absent");
	refused(src, "source = \"\"", 1, "reminder_age: the source is empty");
	refused(src, "source = \"  \"", 1, "the source is empty");
	refused(src, "source = 5", 1, "the source must be text");
	refused(src, "source = \"a\tb\"", 1, "control character");
	refused(src, "source = \"a\xff\"", 1, "invalid UTF-8");
	refused(src, "source = \"a\\x41b\"", 1, "a backslash may only");
}
END_TEST

START_TEST(identity_is_checked)
{
	refused("\"uk-2026\"", "\"UK 2026\"", 1, "name: it must be 1 to 64");
	refused("\"uk-2026\"", "\"../x\"", 1, "name: it must be");
	refused("\"uk-2026\"", "\"\"", 1, "name: it must be");
	refused("\"uk-2026\"", "7", 1, "name: it must be text");
	refused("version = \"1\"", "version = 1", 1, "version: it must be te");
	refused("version = \"1\"", "version = \"../1\"", 1, "version: it mus");
	refused("\"2026-01-01\"", "\"2026-02-30\"", 1, "effective: not a da");
}
END_TEST

START_TEST(contradictions_are_refused)
{
	refused("value = 20", "value = 18", 0, "connexions_limit: it must be "
	    "over retention.age_limit");
	refused("value = 25", "value = 17", 0, "care_leaver_limit: it must be");
	refused("\"P17Y6M\"", "\"P18Y\"", 0, "reminder_age: it must come befo");
}
END_TEST

START_TEST(syntax_errors_and_includes_are_refused)
{
	static const char nul[] = "name = \"a\";\n\0";
	unsigned line;

	refused(NULL, "retention = { };\n", 1, "duplicate setting name");
	refused("value = 18;", "value = ;", 1, "syntax error");
	refused(NULL, "@include \"/etc/passwd\"\n", 1, "@include is refused");
	refused(NULL, "/* @include */\n", 1, "@include is refused");
	refused(NULL, "# \"\n x = \"y;\n", 2, "never ends");
	/* What stands before a syntax error is still checked. */
	teardown();
	setup();
	(void)edit(&base, AGE, "value = 0");
	line = edit(&base, "value = 26;", "value = = 26;");
	ck_assert(load(cp_buf_text(&base), base.len) == CP_BAD_INPUT);
	ck_assert_uint_eq(report.n, 2);
	ck_assert_uint_lt(report.problems[0].line, report.problems[1].line);
	expect_problem(line, "nothing after it was read");
	ck_assert(load(nul, sizeof(nul)) == CP_BAD_INPUT);
	expect_problem(2, "NUL");
	ck_assert(load("", 0) == CP_BAD_INPUT);
	ck_assert_uint_eq(report.n, CP_RULE_COUNT - 31 + 3);
}
END_TEST

START_TEST(all_problems_come_at_once_in_order)
{
	unsigned a, b, c;
	size_t i;

	c = edit(&base, "value = 50", "value = 018");
	b = edit(&base, WAIT, "value = 6");
	a = edit(&base, AGE, "value = 0");
	ck_assert(load(cp_buf_text(&base), base.len) == CP_BAD_INPUT);
	ck_assert_uint_eq(report.n, 3);
	expect_problem(a, "age_limit");
	expect_problem(b, "archive.period");
	expect_problem(c, "leading zeros");
	for (i = 1; i < report.n; i++)
		ck_assert_uint_lt(report.problems[i - 1].line,
		    report.problems[i].line);
	ck_assert_ptr_nonnull(strstr(err.what, "a.cfg:"));
	ck_assert_ptr_nonnull(strstr(err.what, "(and 2 more)"));
	/* A report is emptied by the next load. */
	ck_assert(cp_policy_load_file(PACK, &policy, &report, &err) == CP_OK);
	ck_assert_uint_eq(report.n, 0);
}
END_TEST

START_TEST(files_that_cannot_be_read)
{
	ck_assert(cp_policy_load_file("policies/none.cfg", &policy, &report,
	    &err) == CP_NOT_FOUND);
	ck_assert(cp_policy_load_file("policies", &policy, &report, &err) ==
	    CP_FAILED);
	ck_assert(cp_policy_load_file("/dev/zero", &policy, &report, &err) ==
	    CP_BAD_INPUT);
	ck_assert_ptr_null(policy);
}
END_TEST

/* However a pack is cut short or damaged, loading ends and says something. */
START_TEST(damaged_packs_never_load_or_crash)
{
	static const char junk[] = "\"{}[](),;=@#/*\\\n\xff" "0a";
	/* The last groups may be absent: cut before them the rest is whole. */
	const char *shield = strstr(cp_buf_text(&base), "\nshield = {");
	const char *notices = strstr(cp_buf_text(&base), "\nnotices = {");
	const char *access = strstr(cp_buf_text(&base), "\naccess = {");
	size_t i, k, whole[3];
	char *copy;

	ck_assert_ptr_nonnull(shield);
	ck_assert_ptr_nonnull(notices);
	ck_assert_ptr_nonnull(access);
	whole[0] = (size_t)(shield - cp_buf_text(&base));
	whole[1] = (size_t)(notices - cp_buf_text(&base));
	whole[2] = (size_t)(access - cp_buf_text(&base));
	for (i = 0; i < base.len - 4; i += 7) {
		if ((i + 2 >= whole[0] && i <= whole[0] + 1) ||
		    (i + 2 >= whole[1] && i <= whole[1] + 1) ||
		    (i + 2 >= whole[2] && i <= whole[2] + 1))
			continue;
		ck_assert(load(cp_buf_text(&base), i) == CP_BAD_INPUT);
		ck_assert_uint_gt(report.n, 0);
	}
	copy = malloc(base.len);
	ck_assert_ptr_nonnull(copy);
	for (i = 0; i < base.len; i += 11) {
		memcpy(copy, cp_buf_text(&base), base.len);
		for (k = 0; k < sizeof(junk) - 1; k++) {
			copy[i] = junk[k];
			if (load(copy, base.len) != CP_OK)
				ck_assert_uint_gt(report.n, 0);
		}
	}
	free(copy);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("policy");
	TCase *tc = tcase_create("policy");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, the_packs_load);
	tcase_add_test(tc, the_packs_say_what_they_should);
	tcase_add_test(tc, values_reach_their_places);
	tcase_add_test(tc, wrong_values_are_refused);
	tcase_add_test(tc, numbers_that_overflow_are_refused);
	tcase_add_test(tc, wrong_lists_are_refused);
	tcase_add_test(tc, unknown_and_misplaced_settings_are_refused);
	tcase_add_test(tc, absent_parts_are_refused);
	tcase_add_test(tc, thirty_one_rules_may_be_absent);
	tcase_add_test(tc, absent_access_is_as_the_law_of_notices);
	tcase_add_test(tc, access_is_checked);
	tcase_add_test(tc, only_what_a_shield_can_hide_is_hidden);
	tcase_add_test(tc, notices_are_checked);
	tcase_add_test(tc, every_other_rule_must_be_there);
	tcase_add_test(tc, sources_are_required);
	tcase_add_test(tc, identity_is_checked);
	tcase_add_test(tc, contradictions_are_refused);
	tcase_add_test(tc, syntax_errors_and_includes_are_refused);
	tcase_add_test(tc, all_problems_come_at_once_in_order);
	tcase_add_test(tc, files_that_cannot_be_read);
	tcase_add_test(tc, damaged_packs_never_load_or_crash);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
