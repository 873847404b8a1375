/* CP_NEEDS_PAGES: letters are typeset. */
#include <stdio.h>
#include <string.h>

#include "cpadmin/sar_letter_make.h"

/* sar refuse: the answer is no, and why. */

static enum cp_rc
no_ground(const struct cp_policy *p, const char *ground, struct cp_err *err)
{
	char list[200] = "";
	size_t n = 0;

	for (size_t i = 0; i < p->access_refuse.n && n < sizeof(list); i++)
		n += (size_t)snprintf(list + n, sizeof(list) - n, "%s%s",
		    i > 0 ? ", " : "", p->access_refuse.word[i]);
	(void)cp_fail(err, CP_USAGE, "policy %s does not refuse for %.40s",
	    p->name, ground);
	cp_err_hint(err, "--ground is one of %s", list);
	return CP_USAGE;
}

static enum cp_rc
check(struct cp_sar_letter *l, struct cp_err *err)
{
	const struct cp_sar *r = &l->x.sar;
	const char *ground = cp_option(l->x.call, "ground");
	const char *reason = NULL;
	enum cp_rc rc = cp_sar_text_needed(l->x.call, "reason", &reason, err);

	if (rc != CP_OK)
		return rc;
	if (!cp_words_has(&l->x.sar_rules.policy->access_refuse, ground))
		return no_ground(l->x.sar_rules.policy, ground, err);
	if (strcmp(r->outcome, "refused") == 0 &&
	    strcmp(r->ground, ground) != 0)
		return cp_fail(err, CP_REFUSED, "request %s was refused for "
		    "%s", r->id, r->ground);
	(void)snprintf(l->reason, sizeof(l->reason), "%s", reason);
	l->facts.kind = CP_ACCESS_REFUSAL;
	l->facts.ground = ground;
	l->facts.reason = l->reason;
	l->outcome = "refused";
	return CP_OK;
}

enum cp_rc
cp_sar_run_refuse(struct cp_call *call, struct cp_err *err)
{
	const char *ground = NULL, *reason = NULL;
	enum cp_rc rc = cp_option_required(call, "ground", &ground, err);

	if (rc == CP_OK)
		rc = cp_sar_text_needed(call, "reason", &reason, err);
	return rc == CP_OK ? cp_sar_letter_run(call, check, err) : rc;
}
