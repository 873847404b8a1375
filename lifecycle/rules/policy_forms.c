#include <stddef.h>
#include <string.h>

#include "lifecycle/rules/policy_check.h"

#define AT(member) offsetof(struct cp_policy, member)

/* cp_policy_absent_access says what that is. */
#define BY_LAW "by notices.law"

const struct cp_rule_form cp_rule_forms[CP_RULE_COUNT] = {
	[CP_RULE_AGE_LIMIT] = { "retention.age_limit", CP_KIND_INT,
	    AT(age_limit), 1, 120, NULL },
	[CP_RULE_LEAP_BIRTHDAY] = { "retention.leap_birthday", CP_KIND_LEAP,
	    AT(leap_birthday), 0, 0, NULL },
	[CP_RULE_CONNEXIONS_LIMIT] = { "retention.connexions_limit", CP_KIND_INT,
	    AT(ground_limit[0]), 1, 120, NULL },
	[CP_RULE_CARE_LEAVER_LIMIT] = { "retention.care_leaver_limit",
	    CP_KIND_INT, AT(ground_limit[1]), 1, 120, NULL },
	[CP_RULE_LEARNING_DIFFICULTY_LIMIT] = {
	    "retention.learning_difficulty_limit", CP_KIND_INT,
	    AT(ground_limit[2]), 1, 120, NULL },
	[CP_RULE_PARENT_LAPSE] = { "retention.parent_lapse", CP_KIND_INT,
	    AT(parent_lapse_age), 1, 120, NULL },
	[CP_RULE_WITHDRAWAL] = { "retention.withdrawal", CP_KIND_PERIOD,
	    AT(withdrawal), 0, 0, NULL },
	[CP_RULE_GROUND_END] = { "retention.ground_end", CP_KIND_PERIOD,
	    AT(ground_end), 0, 0, NULL },
	[CP_RULE_DEATH_PERIOD] = { "retention.death_period", CP_KIND_PERIOD,
	    AT(death_period), 0, 0, NULL },
	[CP_RULE_LEFT_NO_RETURN_PERIOD] = {
	    "retention.left_no_return_period", CP_KIND_PERIOD,
	    AT(left_no_return_period), 0, 0, NULL },
	[CP_RULE_LEFT_RETURN_PERIOD] = { "retention.left_return_period",
	    CP_KIND_PERIOD, AT(left_return_period), 0, 0, NULL },
	[CP_RULE_LEFT_NONE_STATED_PERIOD] = {
	    "retention.left_none_stated_period", CP_KIND_PERIOD,
	    AT(left_none_stated_period), 0, 0, NULL },
	[CP_RULE_INVOLVEMENT_PERIOD] = { "retention.involvement_period",
	    CP_KIND_PERIOD, AT(involvement_period), 0, 0, NULL },
	[CP_RULE_SENSITIVE_INVOLVEMENT_PERIOD] = {
	    "retention.sensitive_involvement_period", CP_KIND_PERIOD,
	    AT(sensitive_involvement_period), 0, 0, NULL },
	[CP_RULE_REMINDER_AGE] = { "consent.reminder_age", CP_KIND_PERIOD,
	    AT(reminder_age), 1, 0, NULL },
	[CP_RULE_RECONFIRM_PERIOD] = { "consent.reconfirm_period",
	    CP_KIND_PERIOD, AT(reconfirm_period), 1, 0, "never" },
	[CP_RULE_ARCHIVE_PERIOD] = { "archive.period", CP_KIND_PERIOD,
	    AT(archive_period), 1, 0, NULL },
	[CP_RULE_ALREADY_ARCHIVED] = { "archive.already_archived",
	    CP_KIND_CHOICE, AT(already_archived), 0, 0, "keep" },
	[CP_RULE_OPEN_FIRST_YEAR_PERIOD] = { "archive.open_first_year_period",
	    CP_KIND_PERIOD, AT(open_first_year_period), 0, 0, NULL },
	[CP_RULE_OPEN_FIRST_YEAR_PURPOSES] = {
	    "archive.open_first_year_purposes", CP_KIND_WORDS,
	    AT(open_first_year_purposes), 0, 0, NULL },
	[CP_RULE_OPEN_LATER_PURPOSES] = { "archive.open_later_purposes",
	    CP_KIND_WORDS, AT(open_later_purposes), 0, 0, NULL },
	[CP_RULE_OPEN_OPERATORS] = { "archive.open_operators", CP_KIND_INT,
	    AT(open_operators), 1, 9, "1" },
	[CP_RULE_DRILL_PERIOD] = { "archive.drill_period", CP_KIND_PERIOD,
	    AT(drill_period), 1, 0, "never" },
	[CP_RULE_DESTRUCTION_APPROVALS] = { "destruction.approvals", CP_KIND_INT,
	    AT(destruction_approvals), 1, 9, NULL },
	[CP_RULE_EARLY_APPROVALS] = { "destruction.early_approvals", CP_KIND_INT,
	    AT(early_approvals), 1, 9, "as destruction.approvals" },
	[CP_RULE_DESTRUCTION_WAIT] = { "destruction.wait", CP_KIND_PERIOD,
	    AT(destruction_wait), 0, 0, NULL },
	[CP_RULE_CLOCK_AHEAD_HOURS] = { "guards.clock_ahead_hours", CP_KIND_INT,
	    AT(clock_ahead_hours), 1, 8760, NULL },
	[CP_RULE_SHARE_PERCENT] = { "guards.share_percent", CP_KIND_INT,
	    AT(share_percent), 1, 100, NULL },
	[CP_RULE_SHARE_FLOOR] = { "guards.share_floor", CP_KIND_INT,
	    AT(share_floor), 0, 1000000, NULL },
	[CP_RULE_SHIELD_DECIDE_PERIOD] = { "shield.decide_period",
	    CP_KIND_PERIOD, AT(shield_decide_period), 1, 0, "P28D" },
	[CP_RULE_SHIELD_REVIEW_PERIOD] = { "shield.review_period",
	    CP_KIND_PERIOD, AT(shield_review_period), 1, 0, "P6M" },
	[CP_RULE_SHIELD_HIDE] = { "shield.hide", CP_KIND_WORDS, AT(shield_hide),
	    0, 0, "address, contact, school, practice, practitioner, "
	    "involvements" },
	[CP_RULE_MAIL_HOLD_DAYS] = { "shield.mail_hold_days", CP_KIND_INT,
	    AT(mail_hold_days), 0, 3660, "28" },
	[CP_RULE_NOTICE_WORDING] = { "notices.wording", CP_KIND_WORD,
	    AT(notice_wording), 0, 0, "none is owed" },
	[CP_RULE_NOTICE_LAW] = { "notices.law", CP_KIND_CHOICE, AT(notice_law),
	    0, 0, "uk-gdpr" },
	[CP_RULE_NOTICE_CONTENT] = { "notices.content", CP_KIND_WORDS,
	    AT(notice_content), 0, 0, "all that is known" },
	[CP_RULE_NOTICE_LANGUAGES] = { "notices.languages", CP_KIND_WORDS,
	    AT(notice_languages), 0, 0, "en" },
	[CP_RULE_NOTICE_FIRST_PERIOD] = { "notices.first_period", CP_KIND_PERIOD,
	    AT(notice_first), 0, 0, "P1M" },
	[CP_RULE_NOTICE_VERSION_PERIOD] = { "notices.version_period",
	    CP_KIND_PERIOD, AT(notice_version), 0, 0, "P3M" },
	[CP_RULE_NOTICE_COMPREHENSION_AGE] = { "notices.comprehension_age",
	    CP_KIND_INT, AT(comprehension_age), 1, 18, "12" },
	[CP_RULE_NOTICE_ARCHIVE_PERIOD] = { "notices.archive_period",
	    CP_KIND_PERIOD, AT(notice_archive), 0, 0, "P28D" },
	[CP_RULE_NOTICE_HOUSEHOLD] = { "notices.household", CP_KIND_CHOICE,
	    AT(household), 0, 0, "each" },
	[CP_RULE_ACCESS_LIMIT] = { "access.limit", CP_KIND_PERIOD,
	    AT(access_limit), 1, 0, BY_LAW },
	[CP_RULE_ACCESS_COUNTING] = { "access.counting", CP_KIND_CHOICE,
	    AT(access_counting), 0, 0, BY_LAW },
	[CP_RULE_ACCESS_ROLL] = { "access.roll", CP_KIND_CHOICE,
	    AT(access_roll), 0, 0, BY_LAW },
	[CP_RULE_ACCESS_CLARIFICATION] = { "access.clarification", CP_KIND_CHOICE,
	    AT(access_clarification), 0, 0, BY_LAW },
	[CP_RULE_ACCESS_EXTENSION] = { "access.extension", CP_KIND_PERIOD,
	    AT(access_extension), 0, 0, BY_LAW },
	[CP_RULE_ACCESS_FEE] = { "access.fee", CP_KIND_CHOICE,
	    AT(access_fee), 0, 0, BY_LAW },
	[CP_RULE_ACCESS_FEE_LIMIT] = { "access.fee_limit", CP_KIND_INT,
	    AT(access_fee_limit), 0, 100000, BY_LAW },
	[CP_RULE_ACCESS_OWN_VIEW_AGE] = { "access.own_view_age", CP_KIND_INT,
	    AT(own_view_age), 1, 18, BY_LAW },
	[CP_RULE_ACCESS_WITHHOLD] = { "access.withhold_grounds", CP_KIND_WORDS,
	    AT(access_withhold), 0, 0, BY_LAW },
	[CP_RULE_ACCESS_REFUSE] = { "access.refuse_grounds", CP_KIND_WORDS,
	    AT(access_refuse), 0, 0, BY_LAW },
	[CP_RULE_ACCESS_APPROVALS] = { "access.approvals", CP_KIND_INT,
	    AT(access_approvals), 0, 1, BY_LAW },
	[CP_RULE_ACCESS_KEEP] = { "access.keep_period", CP_KIND_PERIOD,
	    AT(access_keep), 1, 0, BY_LAW },
	[CP_RULE_ACCESS_REPEAT] = { "access.repeat_period", CP_KIND_PERIOD,
	    AT(access_repeat), 0, 0, BY_LAW },
};

const char *
cp_rule_name(enum cp_rule rule)
{
	return (unsigned)rule < CP_RULE_COUNT ? cp_rule_forms[rule].name : "unknown";
}

int
cp_rule_group(const char *group)
{
	size_t n = strlen(group);
	unsigned i;

	for (i = 0; i < CP_RULE_COUNT; i++)
		if (strncmp(cp_rule_forms[i].name, group, n) == 0 &&
		    cp_rule_forms[i].name[n] == '.')
			return 1;
	return 0;
}

enum cp_rule
cp_rule_find(const char *group, const char *key)
{
	size_t n = strlen(group);
	unsigned i;

	for (i = 0; i < CP_RULE_COUNT; i++)
		if (strncmp(cp_rule_forms[i].name, group, n) == 0 &&
		    cp_rule_forms[i].name[n] == '.' &&
		    strcmp(cp_rule_forms[i].name + n + 1, key) == 0)
			break;
	return (enum cp_rule)i;
}
