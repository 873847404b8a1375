#include <stdio.h>
#include <string.h>

#include "lifecycle/duties/worklist_impl.h"
#include "lifecycle/store/store_forget.h"

int
cp_work_early(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	long long count = (long long)cp_col_int(q, 3);

	(void)query;
	if (cp_col_int(q, 4) != 0) /* the operator proposed or approved it */
		return 0;
	(void)snprintf(w->what, sizeof(w->what), "%lld record%s proposed for "
	    "destruction before the day, on %.80s", count, count == 1 ? "" :
	    "s", cp_col_text(q, 5));
	(void)snprintf(w->command, sizeof(w->command), "cpadmin destruction "
	    "show %.31s, then approve or refuse", w->id);
	return 1;
}

int
cp_work_residue(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	(void)query;
	(void)snprintf(w->what, sizeof(w->what), "The certificate of the batch "
	    "says %.11s: a check failed", cp_col_text(q, 3));
	(void)snprintf(w->command, sizeof(w->command), "cpadmin destruction "
	    "certificate %.31s", w->id);
	return 1;
}

int
cp_work_sanitise(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	(void)q;
	(void)query;
	(void)snprintf(w->what, sizeof(w->what), "A shelf was destroyed more "
	    "than a month ago, and the store was not sanitised since");
	(void)snprintf(w->command, sizeof(w->command), "cpadmin sanitise");
	return 1;
}

int
cp_work_forget(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	(void)query;
	if (cp_col_int(q, 3) == CP_FORGET_LOG)
		(void)snprintf(w->what, sizeof(w->what), "A program reads the "
		    "database for long: what was hidden or removed is in its "
		    "log still");
	else
		(void)snprintf(w->what, sizeof(w->what), "The database was "
		    "written by a version that left removed data between its "
		    "rows: it takes one sanitising");
	(void)snprintf(w->command, sizeof(w->command), "cpadmin sanitise");
	return 1;
}
