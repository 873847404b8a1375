#include <stdio.h>
#include <string.h>

#include "lifecycle/duties/worklist_impl.h"

int
cp_work_override(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	const char *by = cp_col_text(q, 4);
	int64_t alike = cp_col_int(q, 5);
	int own = query->op != NULL && strcmp(query->op->name, by) == 0;
	char more[96] = "";

	if (alike > 1)
		(void)snprintf(more, sizeof(more), "; %lld such openings by "
		    "the same officer are open", (long long)alike);
	(void)snprintf(w->what, sizeof(w->what), "%.32s opened what is hidden "
	    "of %.32s%s%s", by, cp_col_text(q, 3), more, own ?
	    "; another data protection officer looks into it" : "");
	(void)snprintf(w->command, sizeof(w->command), "cpadmin shield "
	    "investigation close %s --finding TEXT", w->id);
	return 1;
}

int
cp_work_mail(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	int can_go = cp_col_int(q, 4) != 0;

	(void)query;
	(void)snprintf(w->what, sizeof(w->what), "A letter (%.24s) is held%s",
	    cp_col_text(q, 3), can_go ? " for an officer" :
	    " and cannot go any more");
	(void)snprintf(w->command, sizeof(w->command), can_go ?
	    "cpadmin shield mail release %s --output FILE" :
	    "cpadmin shield mail withdraw %s --reason TEXT", w->id);
	return 1;
}

/* Who signed it is not who it waits for. */
int
cp_work_gate(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	int is_signed = !cp_col_null(q, 3);

	if (is_signed && query->op != NULL &&
	    strcmp(query->op->name, cp_col_text(q, 3)) == 0)
		return 0;
	if (!is_signed && (query->roles & CP_ROLE_SHIELD) == 0)
		return 0;
	(void)snprintf(w->what, sizeof(w->what), is_signed ? "The shielding "
	    "pass of %.16s is signed off; another person opens it" : "%.16s "
	    "is not live: its shielding pass is to be signed off", w->id);
	(void)snprintf(w->command, sizeof(w->command), "cpadmin shield gate "
	    "%s %.16s --reason TEXT", is_signed ? "open" : "sign", w->id);
	return 1;
}
