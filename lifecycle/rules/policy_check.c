#include "lifecycle/rules/policy_check.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/buf.h"
#include "lifecycle/rules/text.h"

enum { NAME_MAX_BYTES = 64, SOURCE_MAX_BYTES = 400, WORDS_MAX = 64,
	WORD_MAX_BYTES = 31 };

/* The parts that a shield can hide (lifecycle/records/document_hide.h); the
 * first USUAL of them where a policy does not say. */
static const char *const HIDES[] = { "address", "contact", "school",
	"practice", "practitioner", "involvements", "former-names", "carers",
	"numbers" };
enum { HIDES_N = sizeof(HIDES) / sizeof(HIDES[0]), USUAL = 6 };

int
cp_words_has(const struct cp_words *list, const char *word)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		if (strcmp(list->word[i], word) == 0)
			return 1;
	return 0;
}

static char *
copy(const char *text, struct cp_policy_report *report)
{
	char *s = strdup(text);

	if (s == NULL)
		report->failed = 1;
	return s;
}

/* Lower-case letters, digits and the characters of MORE; 1 to 64 bytes. */
static int
is_word(const char *text, const char *more)
{
	size_t n = strlen(text), i;

	if (n < 1 || n > NAME_MAX_BYTES)
		return 0;
	for (i = 0; i < n; i++)
		if (!(text[i] >= 'a' && text[i] <= 'z') &&
		    !(text[i] >= '0' && text[i] <= '9') &&
		    strchr(more, text[i]) == NULL)
			return 0;
	return text[0] != '.' && text[0] != '-';
}

/* ---- values -------------------------------------------------------------- */

static void
set_int(struct cp_policy *policy, enum cp_rule rule, const struct cp_raw *raw,
    struct cp_policy_report *report)
{
	const struct cp_rule_form *form = &cp_rule_forms[rule];
	char text[16];

	if (raw->type != CP_RAW_INT) {
		cp_policy_problem(report, raw->line,
		    "%s: the value must be a whole number", form->name);
		return;
	}
	if (raw->number < form->min || raw->number > form->max) {
		cp_policy_problem(report, raw->line,
		    "%s: %d is impossible; it must be from %d to %d",
		    form->name, raw->number, form->min, form->max);
		return;
	}
	*(int *)((char *)policy + form->at) = raw->number;
	(void)snprintf(text, sizeof(text), "%d", raw->number);
	policy->value_text[rule] = copy(text, report);
}

static void
set_leap(struct cp_policy *policy, enum cp_rule rule,
    const struct cp_raw *raw, struct cp_policy_report *report)
{
	enum cp_leap_rule leap = CP_LEAP_MARCH_1;
	struct cp_err err = { 0 };

	if (raw->type != CP_RAW_TEXT ||
	    cp_leap_rule_parse(raw->text, &leap, &err) != CP_OK) {
		cp_policy_problem(report, raw->line, "%s: the value must be "
		    "\"march-1\" or \"february-28\"", cp_rule_forms[rule].name);
		return;
	}
	policy->leap_birthday = leap;
	policy->value_text[rule] = copy(raw->text, report);
}

static void
set_period(struct cp_policy *policy, enum cp_rule rule,
    const struct cp_raw *raw, struct cp_policy_report *report)
{
	const struct cp_rule_form *form = &cp_rule_forms[rule];
	struct cp_period period = { 0, 0, 0 };
	char text[CP_PERIOD_TEXT];
	struct cp_err err = { 0 };

	if (raw->type != CP_RAW_TEXT) {
		cp_policy_problem(report, raw->line, "%s: the value must be "
		    "a period in quotes, such as \"P6Y\"", form->name);
		return;
	}
	if (cp_period_parse(raw->text, &period, &err) != CP_OK) {
		cp_policy_problem(report, raw->line, "%s: %s", form->name,
		    err.what);
		return;
	}
	if (form->min > 0 && cp_period_is_zero(period)) {
		cp_policy_problem(report, raw->line,
		    "%s: a period of nothing is impossible here", form->name);
		return;
	}
	memcpy((char *)policy + form->at, &period, sizeof(period));
	policy->value_text[rule] = copy(cp_period_format(period, text),
	    report);
}

static int
is_hide(const char *word)
{
	for (size_t i = 0; i < HIDES_N; i++)
		if (strcmp(word, HIDES[i]) == 0)
			return 1;
	return 0;
}

/* Whether the list may stand; says why not. */
static int
check_words(enum cp_rule rule, const struct cp_raw *raw,
    struct cp_policy_report *report)
{
	const char *name = cp_rule_forms[rule].name;
	size_t i, j, before = report->n;

	if (raw->type != CP_RAW_LIST || raw->n_words == 0 ||
	    raw->n_words > WORDS_MAX) {
		cp_policy_problem(report, raw->line, "%s: the value must be "
		    "a list of 1 to %d words, such as [ \"court-order\" ]",
		    name, WORDS_MAX);
		return 0;
	}
	for (i = 0; i < raw->n_words; i++) {
		if (!is_word(raw->words[i], "-"))
			cp_policy_problem(report, raw->line, "%s: item %zu is "
			    "not a word of a-z, 0-9 and `-'", name, i + 1);
		else if (rule == CP_RULE_SHIELD_HIDE &&
		    !is_hide(raw->words[i]))
			cp_policy_problem(report, raw->line, "%s: item %zu is "
			    "nothing that a shield hides", name, i + 1);
		else if (rule == CP_RULE_NOTICE_CONTENT &&
		    !cp_policy_notice_item(raw->words[i]))
			cp_policy_problem(report, raw->line, "%s: item %zu is "
			    "nothing that a notice is known to say", name,
			    i + 1);
		else if (!cp_policy_ground(rule, raw->words[i]))
			cp_policy_problem(report, raw->line, "%s: item %zu is "
			    "no ground that is known", name, i + 1);
		for (j = 0; j < i; j++)
			if (strcmp(raw->words[i], raw->words[j]) == 0)
				cp_policy_problem(report, raw->line,
				    "%s: item %zu is there twice", name,
				    i + 1);
	}
	return report->n == before;
}

static void
set_words(struct cp_policy *policy, enum cp_rule rule,
    const struct cp_raw *raw, struct cp_policy_report *report)
{
	struct cp_words *list;
	struct cp_buf text;
	size_t i;

	if (!check_words(rule, raw, report))
		return;
	list = (struct cp_words *)(void *)((char *)policy + cp_rule_forms[rule].at);
	list->word = calloc(raw->n_words, sizeof(*list->word));
	if (list->word == NULL) {
		report->failed = 1;
		return;
	}
	cp_buf_init(&text);
	for (i = 0; i < raw->n_words; i++) {
		list->word[list->n++] = copy(raw->words[i], report);
		cp_buf_puts(&text, i > 0 ? ", " : "");
		cp_buf_puts(&text, raw->words[i]);
	}
	report->failed |= text.failed;
	policy->value_text[rule] = copy(cp_buf_text(&text), report);
	cp_buf_clear(&text);
}

static void
set_choice(struct cp_policy *policy, enum cp_rule rule,
    const struct cp_raw *raw, struct cp_policy_report *report)
{
	const char *const *words = cp_policy_choices(rule);
	int i;

	for (i = 0; raw->type == CP_RAW_TEXT && words[i] != NULL; i++) {
		if (strcmp(raw->text, words[i]) != 0)
			continue;
		memcpy((char *)policy + cp_rule_forms[rule].at, &i, sizeof(i));
		policy->value_text[rule] = copy(raw->text, report);
		return;
	}
	cp_policy_problem(report, raw->line, words[2] != NULL ?
	    "%s: the value must be \"%s\", \"%s\" or \"%s\"" :
	    "%s: the value must be \"%s\" or \"%s\"", cp_rule_forms[rule].name,
	    words[0], words[1], words[2]);
}

static void
set_word(struct cp_policy *policy, enum cp_rule rule,
    const struct cp_raw *raw, struct cp_policy_report *report)
{
	char **at = (char **)(void *)((char *)policy + cp_rule_forms[rule].at);

	if (raw->type != CP_RAW_TEXT || !is_word(raw->text, "-.") ||
	    strlen(raw->text) > WORD_MAX_BYTES) {
		cp_policy_problem(report, raw->line, "%s: the value must be 1 "
		    "to %d of a-z, 0-9, `.' and `-', in quotes",
		    cp_rule_forms[rule].name, WORD_MAX_BYTES);
		return;
	}
	free(*at);
	*at = copy(raw->text, report);
	policy->value_text[rule] = copy(raw->text, report);
}

/* What no file says about shields is as domain.md, 5 has it. */
static void
absent_shield(struct cp_policy *policy, enum cp_rule rule,
    struct cp_policy_report *report)
{
	struct cp_words *list = &policy->shield_hide;

	if (rule == CP_RULE_SHIELD_DECIDE_PERIOD) {
		policy->shield_decide_period.days = 28;
	} else if (rule == CP_RULE_SHIELD_REVIEW_PERIOD) {
		policy->shield_review_period.months = 6;
	} else if (rule == CP_RULE_MAIL_HOLD_DAYS) {
		policy->mail_hold_days = 28;
	} else if (rule == CP_RULE_SHIELD_HIDE) {
		list->word = calloc(USUAL, sizeof(*list->word));
		if (list->word == NULL)
			report->failed = 1;
		while (list->word != NULL && list->n < USUAL) {
			list->word[list->n] = copy(HIDES[list->n], report);
			list->n++;
		}
	}
}

int
cp_policy_absent(struct cp_policy *policy, enum cp_rule rule,
    struct cp_policy_report *report)
{
	if (cp_rule_forms[rule].absent == NULL)
		return 0;
	policy->value_text[rule] = copy(cp_rule_forms[rule].absent, report);
	policy->source[rule] = copy("this policy does not say", report);
	if (rule == CP_RULE_OPEN_OPERATORS)
		policy->open_operators = 1;
	absent_shield(policy, rule, report);
	cp_policy_absent_notice(policy, rule, report);
	cp_policy_absent_access(policy, rule, report);
	return 1;
}

void
cp_policy_set_value(struct cp_policy *policy, enum cp_rule rule,
    const struct cp_raw *raw, struct cp_policy_report *report)
{
	policy->stated[rule] = 1;
	switch (cp_rule_forms[rule].kind) {
	case CP_KIND_INT:
		set_int(policy, rule, raw, report);
		break;
	case CP_KIND_LEAP:
		set_leap(policy, rule, raw, report);
		break;
	case CP_KIND_PERIOD:
		set_period(policy, rule, raw, report);
		break;
	case CP_KIND_WORDS:
		set_words(policy, rule, raw, report);
		break;
	case CP_KIND_CHOICE:
		set_choice(policy, rule, raw, report);
		break;
	case CP_KIND_WORD:
		set_word(policy, rule, raw, report);
		break;
	}
	if (rule == CP_RULE_RECONFIRM_PERIOD)
		policy->reconfirms = 1;
	if (rule == CP_RULE_DRILL_PERIOD)
		policy->drills = 1;
	if (rule == CP_RULE_ACCESS_EXTENSION)
		policy->access_extends =
		    !cp_period_is_zero(policy->access_extension);
}

void
cp_policy_set_source(struct cp_policy *policy, enum cp_rule rule,
    const struct cp_raw *raw, struct cp_policy_report *report)
{
	const char *name = cp_rule_forms[rule].name, *why;

	if (raw->type != CP_RAW_TEXT) {
		cp_policy_problem(report, raw->line,
		    "%s: the source must be text in quotes", name);
		return;
	}
	why = cp_text_refuse(raw->text, strlen(raw->text));
	if (why != NULL)
		cp_policy_problem(report, raw->line, "%s: the source: %s",
		    name, why);
	else if (raw->text[strspn(raw->text, " ")] == '\0')
		cp_policy_problem(report, raw->line,
		    "%s: the source is empty; say where the rule comes from",
		    name);
	else if (strlen(raw->text) > SOURCE_MAX_BYTES)
		cp_policy_problem(report, raw->line,
		    "%s: the source is over %d bytes", name,
		    SOURCE_MAX_BYTES);
	else
		policy->source[rule] = copy(raw->text, report);
}

void
cp_policy_set_identity(struct cp_policy *policy, const char *key,
    const struct cp_raw *raw, struct cp_policy_report *report)
{
	struct cp_err err = { 0 };
	int name = strcmp(key, "name") == 0;

	if (raw->type != CP_RAW_TEXT) {
		cp_policy_problem(report, raw->line,
		    "%s: it must be text in quotes", key);
	} else if (strcmp(key, "effective") == 0) {
		if (cp_date_parse(raw->text, &policy->effective, &err) !=
		    CP_OK)
			cp_policy_problem(report, raw->line, "effective: %s",
			    err.what);
	} else if (!is_word(raw->text, name ? "-" : "-.")) {
		cp_policy_problem(report, raw->line, "%s: it must be 1 to %d "
		    "of a-z, 0-9%s and `-'", key, NAME_MAX_BYTES,
		    name ? "" : ", `.'");
	} else if (name) {
		policy->name = copy(raw->text, report);
	} else {
		policy->version = copy(raw->text, report);
	}
}

/* ---- the whole ----------------------------------------------------------- */

static int
months(struct cp_period p)
{
	return p.years * 12 + p.months + p.days / 31;
}

void
cp_policy_check_whole(struct cp_policy *policy,
    const unsigned line[CP_RULE_COUNT], struct cp_policy_report *report)
{
	unsigned i, rule;
	size_t k;

	for (i = 0; i < CP_GROUND_COUNT; i++) {
		rule = CP_RULE_CONNEXIONS_LIMIT + i;
		if (policy->ground_limit[i] <= policy->age_limit)
			cp_policy_problem(report, line[rule],
			    "%s: it must be over retention.age_limit",
			    cp_rule_forms[rule].name);
	}
	if (!policy->stated[CP_RULE_EARLY_APPROVALS])
		policy->early_approvals = policy->destruction_approvals;
	if (policy->early_approvals < policy->destruction_approvals)
		cp_policy_problem(report, line[CP_RULE_EARLY_APPROVALS],
		    "destruction.early_approvals: it must not be below "
		    "destruction.approvals");
	if (months(policy->reminder_age) >= policy->age_limit * 12)
		cp_policy_problem(report, line[CP_RULE_REMINDER_AGE],
		    "consent.reminder_age: it must come before "
		    "retention.age_limit");
	for (k = 0; k < policy->open_later_purposes.n; k++)
		if (!cp_words_has(&policy->open_first_year_purposes,
		    policy->open_later_purposes.word[k]))
			cp_policy_problem(report,
			    line[CP_RULE_OPEN_LATER_PURPOSES],
			    "archive.open_later_purposes: %s is not among "
			    "archive.open_first_year_purposes; access may only "
			    "narrow", policy->open_later_purposes.word[k]);
	if (!cp_words_has(&policy->notice_languages, "en"))
		cp_policy_problem(report, line[CP_RULE_NOTICE_LANGUAGES],
		    "notices.languages: en must be there; it is what the others "
		    "are translated from");
	cp_policy_check_access(policy, line, report);
}
