#include <stdio.h>
#include <string.h>

#include "lifecycle/duties/worklist_impl.h"
#include "lifecycle/records/notice.h"

/* Rows about notices: one for each authority where there may be thousands. */

static const char *
letters(int64_t n)
{
	return n == 1 ? "letter" : "letters";
}

int
cp_work_notice_owed(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	int64_t count = cp_col_int(q, 3), late = cp_col_int(q, 4);
	char more[64] = "";

	(void)query;
	if (late > 0)
		(void)snprintf(more, sizeof(more), ", %lld of %s overdue",
		    (long long)late, count == 1 ? "it" : "them");
	(void)snprintf(w->what, sizeof(w->what), "%lld %s to families %s to be "
	    "printed and posted%s", (long long)count, letters(count),
	    count == 1 ? "is" : "are", more);
	(void)snprintf(w->command, sizeof(w->command), "cpadmin notice issue "
	    "--all --output DIR");
	return 1;
}

int
cp_work_notice_stuck(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	int64_t count = cp_col_int(q, 3), nowhere = cp_col_int(q, 4);

	(void)query;
	(void)snprintf(w->what, sizeof(w->what), "%lld %s to families could "
	    "not be printed, %lld for want of an address", (long long)count,
	    letters(count), (long long)nowhere);
	(void)snprintf(w->command, sizeof(w->command), "cpadmin notice owed "
	    "--columns id,notice,kind,due,problem");
	return 1;
}

/* Which service it was is said nowhere. */
int
cp_work_notice_today(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	char ref[CP_NOTICE_REF];

	(void)query;
	cp_notice_ref(cp_col_int(q, 3), ref);
	(void)snprintf(w->what, sizeof(w->what), "A withdrawn consent is to be "
	    "acknowledged%s", cp_col_int(q, 4) != 0 ? " before tonight's run "
	    "archives the record" : "");
	(void)snprintf(w->command, sizeof(w->command), "cpadmin notice issue "
	    "%s --output DIR", ref);
	return 1;
}

int
cp_work_notice_returned(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	(void)query;
	(void)snprintf(w->what, sizeof(w->what), "A letter came back (%.20s): "
	    "the address is to be found", cp_col_text(q, 3));
	(void)snprintf(w->command, sizeof(w->command), "cpadmin record correct "
	    "%.40s --set addresses[0].lines[0]=LINE --reason TEXT", w->id);
	return 1;
}

int
cp_work_notice_run(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	(void)query;
	(void)snprintf(w->id, sizeof(w->id), "R-%04lld",
	    (long long)cp_col_int(q, 1));
	(void)snprintf(w->what, sizeof(w->what), "The print run begun at "
	    "%.20s is at work or was cut off", cp_col_text(q, 3));
	(void)snprintf(w->command, sizeof(w->command), "cpadmin notice issue "
	    "--resume");
	return 1;
}

/* For who is told of shields. */
int
cp_work_notice_safe(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	int outcome = strcmp(cp_col_text(q, 4), "shield-outcome") == 0;
	char ref[CP_NOTICE_REF];

	(void)query;
	cp_notice_ref(cp_col_int(q, 3), ref);
	(void)snprintf(w->what, sizeof(w->what), outcome ? "What became of a "
	    "case of shielding is to be told by a safe way" : "A letter to "
	    "somebody who is shielded is owed: an officer sends it");
	(void)snprintf(w->command, sizeof(w->command), outcome ? "cpadmin "
	    "shield letter %s --kind outcome" : "cpadmin notice issue %s "
	    "--safe", outcome ? w->id : ref);
	return 1;
}

/* For who is told of shields. */
int
cp_work_notice_pull(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	char ref[CP_NOTICE_REF], run[32] = "";

	(void)query;
	cp_notice_ref(cp_col_int(q, 3), ref);
	if (!cp_col_null(q, 4))
		(void)snprintf(run, sizeof(run), " in R-%04lld",
		    (long long)(cp_col_int(q, 4) % 10000000000));
	(void)snprintf(w->what, sizeof(w->what), "Letter %s was printed%s before "
	    "the shield came: if it is not posted yet, it is to be pulled out",
	    ref, run);
	(void)snprintf(w->command, sizeof(w->command), "cpadmin notice "
	    "returned %s --why other", ref);
	return 1;
}
