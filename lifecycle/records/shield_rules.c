#include "lifecycle/records/shield_rules.h"

#include <string.h>

unsigned
cp_shield_close(unsigned set)
{
	if (set & CP_HIDE_INVOLVEMENTS)
		set |= CP_HIDE_SCHOOL | CP_HIDE_PRACTICE |
		    CP_HIDE_PRACTITIONER;
	if (set & CP_HIDE_CARERS)
		set |= CP_HIDE_CONTACT;
	return set;
}

unsigned
cp_shield_usual(const struct cp_policy *policy)
{
	unsigned set = 0;

	for (size_t i = 0; policy != NULL && i < policy->shield_hide.n; i++)
		set |= cp_hide_parse(policy->shield_hide.word[i]);
	return cp_shield_close(set != 0 ? set : CP_HIDE_USUAL);
}

enum cp_rc
cp_shield_review_day(struct cp_date wanted, struct cp_date today,
    struct cp_period longest, struct cp_date *out, struct cp_err *err)
{
	struct cp_date last = cp_period_end(today, longest);
	char day[CP_DATE_TEXT], period[CP_PERIOD_TEXT];

	if (!cp_date_set(wanted)) {
		*out = last;
		return CP_OK;
	}
	if (cp_date_cmp(wanted, today) <= 0)
		return cp_fail(err, CP_BAD_INPUT, "the next review is after "
		    "today");
	if (cp_date_cmp(wanted, last) > 0) {
		(void)cp_fail(err, CP_REFUSED, "a shield is reviewed by %s at "
		    "the latest", cp_date_format(last, day));
		cp_err_hint(err, "shield.review_period of the policy in force "
		    "is %s", cp_period_format(longest, period));
		return CP_REFUSED;
	}
	*out = wanted;
	return CP_OK;
}

enum cp_rc
cp_shield_another(const struct cp_shield *s, const char *name, int64_t uid,
    int rehearsal, struct cp_err *err)
{
	int named = strcmp(s->requested_by, name) == 0;

	if (!named && (rehearsal || s->requested_uid != uid))
		return CP_OK;
	(void)cp_fail(err, CP_REFUSED, "case %s was asked for by %s%s, who "
	    "does not settle it", s->id, s->requested_by, named ? "" :
	    " under the same user id");
	cp_err_hint(err, "another shielding officer does");
	return CP_REFUSED;
}
