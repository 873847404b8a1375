#include <stdlib.h>
#include <string.h>

#include "lifecycle/rules/policy_check.h"

/* Rules about fair-processing notices that a file leaves out. */

const char *const cp_notice_items[] = { "who", "what", "source", "why",
	"basis", "recipients", "how-long", "rights", "complaint", "shield",
	"dpo", "transfers", "automated", NULL };

int
cp_policy_notice_item(const char *word)
{
	for (size_t i = 0; cp_notice_items[i] != NULL; i++)
		if (strcmp(word, cp_notice_items[i]) == 0)
			return 1;
	return 0;
}

static void
fill(struct cp_words *list, const char *const *words,
    struct cp_policy_report *report)
{
	size_t n = 0;

	while (words[n] != NULL)
		n++;
	list->word = calloc(n, sizeof(*list->word));
	if (list->word == NULL)
		report->failed = 1;
	while (list->word != NULL && list->n < n) {
		list->word[list->n] = strdup(words[list->n]);
		if (list->word[list->n] == NULL)
			report->failed = 1;
		list->n++;
	}
}

void
cp_policy_absent_notice(struct cp_policy *policy, enum cp_rule rule,
    struct cp_policy_report *report)
{
	static const char *const english[] = { "en", NULL };

	switch (rule) {
	case CP_RULE_NOTICE_LAW:
		policy->notice_law = CP_LAW_UK_GDPR;
		break;
	case CP_RULE_NOTICE_CONTENT:
		fill(&policy->notice_content, cp_notice_items, report);
		break;
	case CP_RULE_NOTICE_LANGUAGES:
		fill(&policy->notice_languages, english, report);
		break;
	case CP_RULE_NOTICE_FIRST_PERIOD:
		policy->notice_first.months = 1;
		break;
	case CP_RULE_NOTICE_VERSION_PERIOD:
		policy->notice_version.months = 3;
		break;
	case CP_RULE_NOTICE_COMPREHENSION_AGE:
		policy->comprehension_age = 12;
		break;
	case CP_RULE_NOTICE_ARCHIVE_PERIOD:
		policy->notice_archive.days = 28;
		break;
	default:
		break;
	}
}
