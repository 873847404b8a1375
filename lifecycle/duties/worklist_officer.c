#include <stdio.h>
#include <string.h>

#include "lifecycle/duties/worklist_impl.h"

int
cp_work_officer_waits(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	(void)q;
	(void)query;
	(void)snprintf(w->what, sizeof(w->what), "%.32s made an officer's "
	    "identity and waits: an active officer compares the public key "
	    "and admits them", w->id);
	(void)snprintf(w->command, sizeof(w->command), "cpadmin shield "
	    "officer admit %.32s", w->id);
	return 1;
}

/* Who may no longer act can still open what is hidden. */
int
cp_work_officer_gone(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	(void)query;
	(void)snprintf(w->what, sizeof(w->what), "Operator %.32s is %.12s and "
	    "still a shielding officer", w->id, cp_col_text(q, 3));
	(void)snprintf(w->command, sizeof(w->command), "cpadmin shield "
	    "officer remove %.32s", w->id);
	return 1;
}

int
cp_work_officers_few(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	(void)query;
	(void)snprintf(w->what, sizeof(w->what), cp_col_int(q, 3) == 0 ?
	    "There is no shielding officer: no child can be shielded" :
	    "There is only one shielding officer: what is hidden is lost with "
	    "one passphrase");
	(void)snprintf(w->command, sizeof(w->command), "cpadmin shield "
	    "officer add");
	return 1;
}

int
cp_work_rewrap(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	int64_t n = cp_col_int(q, 3);

	(void)query;
	(void)snprintf(w->what, sizeof(w->what), "%lld compartment%s not "
	    "sealed to the officers there are now", (long long)n, n == 1 ?
	    " is" : "s are");
	(void)snprintf(w->command, sizeof(w->command), "cpadmin shield "
	    "officer rewrap");
	return 1;
}
