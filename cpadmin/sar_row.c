#include <stdio.h>
#include <string.h>

#include "cpadmin/sar_case.h"
#include "cpadmin/take.h"

/* A request as a row, and how it stands after a change. */

static const struct cp_column columns[] = {
	CP_SAR_COLUMNS(CP_SAR_IN_LINES)
	{ "next", "Next" },
	{ "command", "By" },
};

/* The identifying numbers of those it is about, joined; *UNKNOWN: how many are
 * nobody yet. */
static enum cp_rc
join_subjects(struct cp_sar_case *x, const struct cp_sar *r,
    struct cp_buf *out, int *unknown, struct cp_err *err)
{
	struct cp_sar_subject subject[CP_SAR_SUBJECTS];
	size_t n = 0;
	enum cp_rc rc = cp_sar_subjects(x->s.store, r, subject, &n, err);

	*unknown = 0;
	for (size_t i = 0; rc == CP_OK && i < n; i++) {
		if (subject[i].record == 0)
			++*unknown;
		else
			cp_buf_printf(out, "%s%s", out->len > 0 ? "," : "",
			    subject[i].record_id);
	}
	return rc == CP_OK ? cp_buf_check(out, err) : rc;
}

/* Null of one that was answered: its time is over. */
static void
put_left(struct cp_sar_case *x, struct cp_out *o, const struct cp_sar *r,
    int *late)
{
	int left = 0;

	*late = 0;
	if (r->stage >= CP_SAR_ANSWERED || !cp_date_set(r->due)) {
		cp_out_text(o, NULL);
		return;
	}
	*late = cp_clock_alarm(r->due, x->s.now.today, &left) ==
	    CP_ALARM_LATE;
	cp_out_int(o, left);
}

enum cp_rc
cp_sar_put_row(struct cp_sar_case *x, struct cp_out *o,
    const struct cp_sar *r, struct cp_err *err)
{
	struct cp_buf ids;
	int unknown = 0, late = 0;
	enum cp_rc rc;

	cp_buf_init(&ids);
	rc = join_subjects(x, r, &ids, &unknown, err);
	cp_out_text(o, r->id);
	if (ids.len > 0)
		cp_out_text(o, cp_buf_text(&ids));
	else
		cp_out_json(o, "null", unknown > 0 ? "not known" : "");
	cp_out_text(o, cp_sar_stage_word(r->stage));
	cp_out_date(o, r->received);
	cp_out_date(o, r->starts);
	cp_out_date(o, r->due);
	put_left(x, o, r, &late);
	cp_out_text(o, r->waits_for[0] != '\0' ? r->waits_for : NULL);
	cp_out_text(o, r->outcome[0] != '\0' ? r->outcome : NULL);
	cp_out_bool(o, late);
	cp_buf_clear(&ids);
	return rc;
}

enum cp_rc
cp_sar_case_show(struct cp_sar_case *x, struct cp_err *err)
{
	struct cp_sar_next next;
	struct cp_out *o = NULL;
	enum cp_rc rc = cp_sar_case_next(x, &next, err);

	if (rc == CP_OK)
		rc = cp_out_object(x->call, "sar", columns, sizeof(columns) /
		    sizeof(columns[0]), &o, err);
	if (rc == CP_OK)
		cp_out_brief(o);
	if (rc == CP_OK)
		rc = cp_sar_put_row(x, o, &x->sar, err);
	if (rc == CP_OK) {
		cp_out_text(o, next.what[0] != '\0' ? next.what : NULL);
		cp_out_text(o, next.command[0] != '\0' ? next.command : NULL);
		rc = cp_out_end(&o, err);
	}
	cp_out_free(o);
	return rc;
}
