#include <stdio.h>

#include "lifecycle/duties/worklist_impl.h"

/* Rows of feeds that were set aside: of all of them alike, nothing is said but
 * where they came from. */

int
cp_work_quarantine(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	int64_t times = cp_col_int(q, 4);

	(void)query;
	(void)snprintf(w->what, sizeof(w->what), "A row of the feed %.100s "
	    "was set aside (it came %lld time%s)", cp_col_text(q, 3),
	    (long long)times, times == 1 ? "" : "s");
	(void)snprintf(w->command, sizeof(w->command), "cpadmin record "
	    "quarantine show %s --reason TEXT", w->id);
	return 1;
}
