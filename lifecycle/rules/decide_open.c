#include "lifecycle/rules/decide.h"

#include "archive/buf.h"

static void
hint_purposes(const struct cp_words *list, struct cp_err *err)
{
	struct cp_buf b;
	size_t i;

	cp_buf_init(&b);
	for (i = 0; i < list->n; i++)
		cp_buf_printf(&b, "%s%s", i > 0 ? ", " : "", list->word[i]);
	cp_err_hint(err, "purposes now open to it: %s", cp_buf_text(&b));
	cp_buf_clear(&b);
}

enum cp_rc
cp_decide_open(const struct cp_policy *policy, struct cp_date archived_on,
    struct cp_date on, const char *purpose, struct cp_err *err)
{
	const struct cp_words *list = &policy->open_later_purposes;
	struct cp_date later;

	if (!cp_date_set(archived_on) || !cp_date_set(on) ||
	    cp_date_cmp(on, archived_on) < 0)
		return cp_fail(err, CP_BAD_INPUT,
		    "the day of archiving is not known or in the future");
	later = cp_period_after(archived_on, policy->open_first_year_period);
	if (cp_date_set(later) && cp_date_cmp(on, later) < 0)
		list = &policy->open_first_year_purposes;
	if (cp_words_has(list, purpose))
		return CP_OK;
	(void)cp_fail(err, CP_REFUSED, "the policy does not let this package "
	    "be opened for that purpose (%s)",
	    list == &policy->open_later_purposes ?
	    cp_rule_name(CP_RULE_OPEN_LATER_PURPOSES) :
	    cp_rule_name(CP_RULE_OPEN_FIRST_YEAR_PURPOSES));
	hint_purposes(list, err);
	return CP_REFUSED;
}
