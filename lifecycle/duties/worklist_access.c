#include <stdio.h>
#include <string.h>

#include "lifecycle/duties/worklist_impl.h"
#include "lifecycle/rules/access.h"
#include "lifecycle/rules/clock.h"

/* Rows about requests for access. */

/* Whether the operator acts for all in LIST, which commas part: who reaches
 * not all that a request is about does not see it. */
static int
reaches(const struct cp_work_query *query, const char *list)
{
	char one[CP_OPERATOR_AUTHORITY];
	size_t len;

	for (;; list += len + 1) {
		len = strcspn(list, ",");
		(void)snprintf(one, sizeof(one), "%.*s", (int)len, list);
		if (!cp_operator_reaches(query->op, one))
			return 0;
		if (list[len] == '\0')
			return 1;
	}
}

/* "is due in 3 days" */
static void
say_when(const struct cp_work_query *query, const struct cp_work *w,
    char *out, size_t cap)
{
	int left;

	switch (cp_clock_alarm(w->due, query->today, &left)) {
	case CP_ALARM_LATE:
		(void)snprintf(out, cap, "is %d day%s late", -left,
		    left == -1 ? "" : "s");
		break;
	case CP_ALARM_DUE:
		(void)snprintf(out, cap, "is due today");
		break;
	default:
		(void)snprintf(out, cap, "is due in %d day%s", left,
		    left == 1 ? "" : "s");
	}
}

int
cp_work_access_due(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	const char *stage = cp_col_text(q, 4);
	char when[48];

	if (!reaches(query, cp_col_text(q, 3)))
		return 0;
	say_when(query, w, when, sizeof(when));
	if ((cp_col_int(q, 5) & CP_ASKS_ACCESS) == 0) {
		(void)snprintf(w->what, sizeof(w->what), "The answer to a "
		    "request that asks for no access %s", when);
		(void)snprintf(w->command, sizeof(w->command), "cpadmin sar "
		    "show %s", w->id);
	} else if (strcmp(stage, "open") == 0) {
		(void)snprintf(w->what, sizeof(w->what), "The answer to a "
		    "request for access %s, and nothing is collected", when);
		(void)snprintf(w->command, sizeof(w->command), "cpadmin sar "
		    "collect %s", w->id);
	} else if (strcmp(stage, "collected") == 0) {
		(void)snprintf(w->what, sizeof(w->what), "The answer to a "
		    "request for access %s: it is collected", when);
		(void)snprintf(w->command, sizeof(w->command), "cpadmin sar "
		    "items %s", w->id);
	} else {
		(void)snprintf(w->what, sizeof(w->what), "The answer to a "
		    "request for access %s: it is approved and not sent",
		    when);
		(void)snprintf(w->command, sizeof(w->command), "cpadmin sar "
		    "disclose %s --output FILE", w->id);
	}
	return 1;
}

int
cp_work_access_waits(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	const char *what = cp_col_text(q, 4);

	if (!reaches(query, cp_col_text(q, 3)))
		return 0;
	(void)snprintf(w->what, sizeof(w->what), "A request for access has "
	    "waited for %.16s for over four weeks", what);
	(void)snprintf(w->command, sizeof(w->command), "cpadmin sar letter %s "
	    "--kind %s --output FILE", w->id,
	    strcmp(what, "clarification") == 0 ? "clarify" : what);
	return 1;
}

int
cp_work_access_undecided(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	int64_t n = cp_col_int(q, 4);

	if (n == 0 || !reaches(query, cp_col_text(q, 3)))
		return 0;
	(void)snprintf(w->what, sizeof(w->what), "%lld item%s of a request for "
	    "access %s to be given or withheld", (long long)n,
	    n == 1 ? "" : "s", n == 1 ? "is" : "are");
	(void)snprintf(w->command, sizeof(w->command), "cpadmin sar items %s",
	    w->id);
	return 1;
}

/* Whoever collected or decided is not who it waits for. */
int
cp_work_access_approval(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	if (cp_col_int(q, 4) > 0 || cp_col_int(q, 5) == 0 ||
	    cp_col_int(q, 6) != 0 || !reaches(query, cp_col_text(q, 3)) ||
	    (query->policy != NULL && query->policy->access_approvals == 0))
		return 0;
	(void)snprintf(w->what, sizeof(w->what), "The answer to a request for "
	    "access awaits approval");
	(void)snprintf(w->command, sizeof(w->command), "cpadmin sar approve "
	    "%s", w->id);
	return 1;
}

int
cp_work_access_unclosed(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	if (!reaches(query, cp_col_text(q, 3)))
		return 0;
	(void)snprintf(w->what, sizeof(w->what), "A request for access is "
	    "answered (%.12s) and not closed: what it holds stays held",
	    cp_col_text(q, 4));
	(void)snprintf(w->command, sizeof(w->command), "cpadmin sar close %s",
	    w->id);
	return 1;
}
