#include "lifecycle/rules/decide.h"

static struct cp_date
later(struct cp_date a, struct cp_date b)
{
	return cp_date_cmp(a, b) >= 0 ? a : b;
}

struct cp_date
cp_decide_confirm(const struct cp_policy *policy,
    struct cp_partial_date birth, const struct cp_consent_fact *consent,
    struct cp_date until, struct cp_date confirmed)
{
	static const struct cp_date none = { 0 };
	struct cp_date limit, due;

	limit = cp_date_attained(cp_partial_last(birth), policy->age_limit,
	    policy->leap_birthday);
	if (!policy->reconfirms || cp_date_set(consent->ended) ||
	    !cp_date_set(consent->given) || !cp_date_set(limit))
		return none;
	due = cp_period_after(later(later(consent->given, confirmed), limit),
	    policy->reconfirm_period);
	if (cp_date_set(until) && cp_date_cmp(due, until) >= 0)
		return none;
	return due;
}

int
cp_decide_late(const struct cp_policy *policy, struct cp_partial_date birth,
    struct cp_date given, struct cp_date today)
{
	struct cp_date limit = cp_date_attained(cp_partial_last(birth),
	    policy->age_limit, policy->leap_birthday);

	if (cp_date_cmp(given, cp_date_add_days(today, -CP_LATE_DAYS)) < 0)
		return 1;
	return cp_date_set(limit) && cp_date_cmp(given, limit) < 0 &&
	    cp_date_cmp(limit, today) <= 0;
}
