/* CP_NEEDS_PAGES: letters are typeset. */
#include <string.h>

#include "cpadmin/sar_letter_make.h"

/* sar none: the answer is that nothing is held. */

/* Who is named is looked for before it is said that they are not held. */
static enum cp_rc
check_looked(const struct cp_sar_letter *l,
    const struct cp_sar_subject *subject, size_t n, struct cp_err *err)
{
	const struct cp_sar *r = &l->x.sar;
	int looked = 1;
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; i < n && looked && rc == CP_OK; i++)
		if (subject[i].sought[0] != '\0')
			rc = cp_sar_looked(l->x.s.store, r, &looked, err);
	if (rc != CP_OK || looked)
		return rc;
	(void)cp_fail(err, CP_REFUSED, "request %s: nobody looked for whom it "
	    "names", r->id);
	cp_err_hint(err, "look:  cpadmin sar find %s", r->id);
	return CP_REFUSED;
}

static enum cp_rc
check(struct cp_sar_letter *l, struct cp_err *err)
{
	struct cp_sar_subject subject[CP_SAR_SUBJECTS];
	const struct cp_sar *r = &l->x.sar;
	size_t n = 0, i;
	enum cp_rc rc = cp_sar_subjects(l->x.s.store, r, subject, &n, err);

	if (rc != CP_OK)
		return rc;
	for (i = 0; i < n; i++)
		if (subject[i].record != 0 ||
		    strcmp(subject[i].found, "none") != 0)
			break;
	if (i < n && subject[i].record != 0)
		return cp_fail(err, CP_REFUSED, "request %s: something is held "
		    "on number %zu", r->id, i + 1);
	if (i < n || n == 0) {
		(void)cp_fail(err, CP_REFUSED, "request %s: it is not settled "
		    "that nobody is held", r->id);
		cp_err_hint(err, "look:  cpadmin sar find %s, and then:  "
		    "cpadmin sar subject %s none --reason T", r->id, r->id);
		return CP_REFUSED;
	}
	l->facts.kind = CP_ACCESS_NONE;
	l->outcome = "none";
	return check_looked(l, subject, n, err);
}

enum cp_rc
cp_sar_run_none(struct cp_call *call, struct cp_err *err)
{
	return cp_sar_letter_run(call, check, err);
}
