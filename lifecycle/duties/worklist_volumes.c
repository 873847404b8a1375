#include <stdio.h>
#include <string.h>

#include "lifecycle/duties/worklist_impl.h"

int
cp_work_volume_trouble(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	(void)query;
	(void)snprintf(w->what, sizeof(w->what), "The %s is %.8s: %.200s",
	    cp_col_int(q, 4) != 0 ? "copy of the volume" : "volume",
	    cp_col_text(q, 3), cp_col_text(q, 5));
	(void)snprintf(w->command, sizeof(w->command), "cpadmin archive "
	    "repair %.63s", w->id);
	return 1;
}

int
cp_work_copies_owed(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	long long owed = (long long)cp_col_int(q, 3);

	(void)query;
	(void)snprintf(w->id, sizeof(w->id), "copies");
	(void)snprintf(w->what, sizeof(w->what), "%lld volume%s no second "
	    "copy: %.200s", owed, owed == 1 ? " has" : "s have",
	    cp_col_text(q, 4));
	(void)snprintf(w->command, sizeof(w->command), "cpadmin retention "
	    "run");
	return 1;
}

int
cp_work_leftover(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	(void)query;
	(void)snprintf(w->what, sizeof(w->what), "The file of a volume that is "
	    "gone is still to be removed from %.200s", cp_col_text(q, 3));
	(void)snprintf(w->command, sizeof(w->command), "cpadmin retention "
	    "run");
	return 1;
}
