#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/buf.h"
#include "lifecycle/rules/policy_check.h"

/* Rules about subject access, and what they mean where a file leaves them
 * out: what the law says that its notices speak of. */

const char *const cp_access_withholdings[] = { "third-party", "serious-harm",
	"child-abuse", "child-wishes", "crime", "adoption", "legal-privilege",
	NULL };
const char *const cp_access_refusals[] = { "identity-not-shown",
	"not-entitled", "not-in-interest", "fee-not-paid", "repeated",
	"manifestly-unfounded", "excessive", NULL };

/* Of the refusals: those of each law. */
static const char *const OF_1998[] = { "identity-not-shown", "not-entitled",
	"not-in-interest", "fee-not-paid", "repeated", NULL };
static const char *const OF_GDPR[] = { "identity-not-shown", "not-entitled",
	"not-in-interest", "manifestly-unfounded", "excessive", NULL };

const char *const *
cp_policy_choices(enum cp_rule rule)
{
	static const char *const already[] = { "keep", "lengthen", "replace",
		NULL };
	static const char *const laws[] = { "dpa-1998", "uk-gdpr", NULL };
	static const char *const copies[] = { "each", "one", NULL };
	static const char *const counting[] = { "corresponding",
		"beginning-with", NULL };
	static const char *const roll[] = { "next-working-day", "none", NULL };
	static const char *const clarify[] = { "pause", "start", NULL };
	static const char *const fee[] = { "exceptional", "usual", NULL };

	switch (rule) {
	case CP_RULE_NOTICE_LAW:
		return laws;
	case CP_RULE_NOTICE_HOUSEHOLD:
		return copies;
	case CP_RULE_ACCESS_COUNTING:
		return counting;
	case CP_RULE_ACCESS_ROLL:
		return roll;
	case CP_RULE_ACCESS_CLARIFICATION:
		return clarify;
	case CP_RULE_ACCESS_FEE:
		return fee;
	default:
		return already;
	}
}

int
cp_policy_ground(enum cp_rule rule, const char *word)
{
	const char *const *all = cp_access_refusals;

	if (rule == CP_RULE_ACCESS_WITHHOLD)
		all = cp_access_withholdings;
	else if (rule != CP_RULE_ACCESS_REFUSE)
		return 1;
	while (*all != NULL && strcmp(*all, word) != 0)
		all++;
	return *all != NULL;
}

/* ---- what is not said ---------------------------------------------------- */

/* Puts TEXT where the file's own would be. */
static void
told(struct cp_policy *policy, enum cp_rule rule, const char *text,
    struct cp_policy_report *report)
{
	free(policy->value_text[rule]);
	policy->value_text[rule] = strdup(text);
	if (policy->value_text[rule] == NULL)
		report->failed = 1;
}

static void
number(struct cp_policy *policy, enum cp_rule rule, int *at, int value,
    struct cp_policy_report *report)
{
	char text[16];

	*at = value;
	(void)snprintf(text, sizeof(text), "%d", value);
	told(policy, rule, text, report);
}

static void
period(struct cp_policy *policy, enum cp_rule rule, struct cp_period *at,
    struct cp_period value, struct cp_policy_report *report)
{
	char text[CP_PERIOD_TEXT];

	*at = value;
	told(policy, rule, cp_period_format(value, text), report);
}

static void
words(struct cp_policy *policy, enum cp_rule rule, struct cp_words *list,
    const char *const *word, struct cp_policy_report *report)
{
	struct cp_buf text;
	size_t n = 0;

	while (word[n] != NULL)
		n++;
	list->word = calloc(n, sizeof(*list->word));
	cp_buf_init(&text);
	for (size_t i = 0; list->word != NULL && i < n; i++) {
		list->word[i] = strdup(word[i]);
		report->failed |= list->word[i] == NULL;
		list->n++;
		cp_buf_puts(&text, i > 0 ? ", " : "");
		cp_buf_puts(&text, word[i]);
	}
	report->failed |= list->word == NULL || text.failed;
	told(policy, rule, cp_buf_text(&text), report);
	cp_buf_clear(&text);
}

/* The rules that are a word: the first of its enumeration is today's law, the
 * second that of 1998. */
static void
choice(struct cp_policy *policy, enum cp_rule rule,
    struct cp_policy_report *report)
{
	int old = policy->notice_law == CP_LAW_DPA_1998;

	if (rule == CP_RULE_ACCESS_COUNTING)
		policy->access_counting = old ? CP_COUNT_BEGINNING_WITH :
		    CP_COUNT_CORRESPONDING;
	else if (rule == CP_RULE_ACCESS_ROLL)
		policy->access_roll = old ? CP_ROLL_NONE : CP_ROLL_WORKING_DAY;
	else if (rule == CP_RULE_ACCESS_CLARIFICATION)
		policy->access_clarification = old ? CP_CLARIFY_STARTS :
		    CP_CLARIFY_PAUSES;
	else
		policy->access_fee = old ? CP_FEE_USUAL : CP_FEE_EXCEPTIONAL;
	told(policy, rule, cp_policy_choices(rule)[old], report);
}

void
cp_policy_absent_access(struct cp_policy *p, enum cp_rule rule,
    struct cp_policy_report *report)
{
	static const struct cp_period forty = { 0, 0, 40 }, month = { 0, 1, 0 },
		three = { 0, 3, 0 }, six = { 0, 6, 0 }, years = { 3, 0, 0 },
		none = { 0, 0, 0 };
	int old = p->notice_law == CP_LAW_DPA_1998;

	switch (rule) {
	case CP_RULE_ACCESS_LIMIT:
		period(p, rule, &p->access_limit, old ? forty : month, report);
		break;
	case CP_RULE_ACCESS_COUNTING:
	case CP_RULE_ACCESS_ROLL:
	case CP_RULE_ACCESS_CLARIFICATION:
	case CP_RULE_ACCESS_FEE:
		choice(p, rule, report);
		break;
	case CP_RULE_ACCESS_EXTENSION:
		period(p, rule, &p->access_extension, old ? none : three,
		    report);
		p->access_extends = !old;
		break;
	case CP_RULE_ACCESS_FEE_LIMIT:
		number(p, rule, &p->access_fee_limit, old ? 1000 : 0, report);
		break;
	case CP_RULE_ACCESS_OWN_VIEW_AGE:
		number(p, rule, &p->own_view_age, 12, report);
		break;
	case CP_RULE_ACCESS_WITHHOLD:
		words(p, rule, &p->access_withhold, cp_access_withholdings,
		    report);
		break;
	case CP_RULE_ACCESS_REFUSE:
		words(p, rule, &p->access_refuse, old ? OF_1998 : OF_GDPR,
		    report);
		break;
	case CP_RULE_ACCESS_APPROVALS:
		number(p, rule, &p->access_approvals, 1, report);
		break;
	case CP_RULE_ACCESS_KEEP:
		period(p, rule, &p->access_keep, years, report);
		break;
	case CP_RULE_ACCESS_REPEAT:
		period(p, rule, &p->access_repeat, six, report);
		break;
	default:
		break;
	}
}

void
cp_policy_check_access(const struct cp_policy *policy,
    const unsigned line[CP_RULE_COUNT], struct cp_policy_report *report)
{
	/* The shortest month: what is longer from here is so from anywhere. */
	struct cp_date from = cp_date_make(2026, 2, 1);

	if (policy->access_extends && cp_date_cmp(
	    cp_period_end(from, policy->access_extension),
	    cp_period_end(from, policy->access_limit)) <= 0)
		cp_policy_problem(report, line[CP_RULE_ACCESS_EXTENSION],
		    "access.extension: it must be longer than access.limit, "
		    "of which it takes the place, or P0D for none");
}
