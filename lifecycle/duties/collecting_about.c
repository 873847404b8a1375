#include <string.h>

#include "lifecycle/duties/collecting_impl.h"
#include "lifecycle/store/stmt.h"

/* Where the record is, under which numbers, and where it was. */

static enum cp_rc
put_merged(struct collecting *x, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->with->change->store,
	    SQL_COLLECT_MERGED);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, x->who->record.n);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		collecting_entry(x, CP_PART_ABOUT, 0, "about/%s",
		    cp_col_text(q, 0));
		collecting_text(x, "id", cp_col_text(q, 0));
		collecting_day(x, "from", cp_col_text(q, 1));
		collecting_word(x, "state", "merged");
	}
	return rc;
}

static enum cp_rc
put_packages(struct collecting *x, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->with->change->store,
	    SQL_COLLECT_PACKAGES);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, x->who->record.n);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		collecting_entry(x, CP_PART_ABOUT, 0, "about/package/%s",
		    cp_col_text(q, 0));
		collecting_text(x, "reference", cp_col_text(q, 0));
		collecting_day(x, "archived", cp_col_text(q, 1));
		collecting_word(x, "status", cp_col_text(q, 3));
		if (strcmp(cp_col_text(q, 3), "archived") == 0)
			collecting_day(x, "kept-until", cp_col_text(q, 2));
		else
			collecting_day(x, "ended", cp_col_text(q, 4));
		/* the certificate of its destruction */
		collecting_text(x, "detail", cp_col_text(q, 5));
	}
	return rc;
}

/* Lists of records to be destroyed from which it was taken, and why. */
static enum cp_rc
put_batches(struct collecting *x, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->with->change->store,
	    SQL_COLLECT_BATCHES);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, x->who->record.n);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		collecting_entry(x, CP_PART_ABOUT, 0, "about/batch/%s",
		    cp_col_text(q, 0));
		collecting_text(x, "reference", cp_col_text(q, 0));
		collecting_day(x, "from", cp_col_text(q, 1));
		collecting_word(x, "status", "excluded");
		if (x->placed)
			collecting_one(x, x->place | collecting_mentioned(x,
			    cp_col_text(q, 2)), "reason", cp_col_text(q, 2));
	}
	return rc;
}

enum cp_rc
collecting_about(struct collecting *x, struct cp_err *err)
{
	const struct cp_record *r = &x->who->record;
	const struct cp_date today = x->with->change->now->today;
	struct cp_stmt *q = cp_stmt(x->with->change->store,
	    SQL_COLLECT_RECORD);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, r->n);
	rc = cp_step(q, &row, err);
	if (rc != CP_OK || !row)
		return rc;
	collecting_entry(x, CP_PART_ABOUT, 0, "about");
	collecting_text(x, "id", r->id);
	collecting_day(x, "from", cp_col_text(q, 0));
	collecting_word(x, "state", cp_record_state_word(r, today));
	/* It is sooner for who left England. */
	if (r->state == CP_STATE_LIVE && x->placed)
		collecting_date(x, "until", r->next_due);
	else if (r->state == CP_STATE_ARCHIVED)
		collecting_date(x, "kept-until", r->next_due);
	collecting_day(x, "destroyed", cp_col_text(q, 1));
	cp_reset(q);
	if (x->placed) {
		collecting_entry(x, CP_PART_ABOUT, x->place,
		    "record/authority");
		collecting_beside(x);
		collecting_text(x, "authority", x->who->doc->authority);
	}
	rc = put_merged(x, err);
	if (rc == CP_OK)
		rc = put_packages(x, err);
	if (rc == CP_OK)
		rc = put_batches(x, err);
	return rc == CP_OK ? collecting_end(x, err) : rc;
}
