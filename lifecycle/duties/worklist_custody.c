#include <stdio.h>
#include <string.h>

#include "lifecycle/duties/worklist_impl.h"

int
cp_work_custody_none(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	(void)q;
	(void)query;
	(void)snprintf(w->what, sizeof(w->what), "The archive has no key yet: "
	    "nothing can be archived");
	(void)snprintf(w->command, sizeof(w->command),
	    "cpadmin custody create --holder OFFICE...");
	return 1;
}

/* The statement gives the day since which every share has opened, or the key
 * is there; the period of the policy comes to it here, where all dates are
 * computed. */
int
cp_work_custody_drill(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	char since[CP_DATE_TEXT];
	struct cp_date due;

	if (query->policy == NULL || !query->policy->drills)
		return 0;
	due = cp_period_after(w->due, query->policy->drill_period);
	if (cp_date_cmp(due, query->until) > 0)
		return 0;
	(void)snprintf(w->what, sizeof(w->what), "Do all %lld shares of the "
	    "archive's key still open?  Not every one was tried since %s",
	    (long long)cp_col_int(q, 3), cp_date_format(w->due, since));
	(void)snprintf(w->command, sizeof(w->command),
	    "cpadmin custody drill --share FILE...");
	w->due = due;
	return 1;
}

/* A passphrase may have been mistyped; what is damaged or lost stays so. */
int
cp_work_custody_failed(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	const char *outcome = cp_col_text(q, 4);

	(void)query;
	(void)snprintf(w->what, sizeof(w->what), "Share %lld of %lld of the "
	    "archive's key did not open in its last drill: %.24s",
	    (long long)cp_col_int(q, 3), (long long)cp_col_int(q, 5),
	    outcome);
	(void)snprintf(w->command, sizeof(w->command), "cpadmin custody %s "
	    "--share FILE%s", strcmp(outcome, "wrong-passphrase") == 0 ?
	    "drill" : "rekey", strcmp(outcome, "wrong-passphrase") == 0 ?
	    "" : "...");
	return 1;
}
