#include <stdio.h>
#include <string.h>

#include "lifecycle/duties/worklist_impl.h"

/* Rows about cases of shielding: for those who are told of them only. */

static int
is_own(struct cp_stmt *q, const struct cp_work_query *query)
{
	return query->op != NULL &&
	    strcmp(query->op->name, cp_col_text(q, 3)) == 0;
}

/* Who cannot settle it looks at it. */
static void
command(struct cp_work *w, const char *verb, const char *more)
{
	(void)snprintf(w->command, sizeof(w->command), "cpadmin shield %s %s%s "
	    "--reason TEXT", w->role == CP_ROLE_SHIELD ? verb : "show", w->id,
	    w->role == CP_ROLE_SHIELD ? more : "");
}

int
cp_work_shield_request(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	int late = cp_date_cmp(w->due, query->today) < 0;

	(void)snprintf(w->what, sizeof(w->what), "A shield is asked for and "
	    "waits for a decision%s%s", late ? "; it stays until there is one"
	    : "", is_own(q, query) ? "; another officer decides" : "");
	command(w, "decide", " grant|refuse");
	return 1;
}

int
cp_work_shield_review(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	int late = cp_date_cmp(w->due, query->today) < 0;

	(void)q;
	(void)snprintf(w->what, sizeof(w->what), late ? "The review of a "
	    "shield is overdue; it stays until somebody lifts it" :
	    "A shield is to be reviewed");
	command(w, "review", "");
	return 1;
}
