#include "lifecycle/duties/run.h"

#include <stdio.h>
#include <stdlib.h>

#include "lifecycle/store/stmt.h"

/* What is kept of a trouble until it can be written down. */
struct cp_run_note {
	char id[CP_ID_MAX];
	char what[256];
};

/* One batch may fail whole, twice over, before a transaction can begin. */
enum { NOTES_MAX = 4096, NOTES_FULL = 1024 };

void
cp_run_trouble(struct cp_run *run, const char *id, const struct cp_err *err)
{
	struct cp_run_note *note;

	run->failed++;
	if (run->trouble != NULL)
		run->trouble(run->trouble_ctx, id, err);
	if (run->dry_run)
		return;
	if (run->n_notes >= NOTES_FULL && !cp_store_in_txn(run->store))
		cp_run_note(run, 0);
	if (run->notes == NULL)
		run->notes = calloc(NOTES_MAX, sizeof(*run->notes));
	if (run->notes == NULL || run->n_notes == NOTES_MAX)
		return;
	note = &run->notes[run->n_notes++];
	(void)snprintf(note->id, sizeof(note->id), "%s", id);
	(void)snprintf(note->what, sizeof(note->what), "%.255s", err->what);
}

static enum cp_rc
write_notes(struct cp_run *run, int all, struct cp_err *err)
{
	struct cp_stmt *q;
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < run->n_notes; i++) {
		q = cp_stmt(run->store, SQL_TROUBLE_NOTE);
		cp_bind_text(q, run->notes[i].id);
		cp_bind_date(q, run->now->today);
		cp_bind_text(q, run->notes[i].what);
		cp_bind_int(q, run->row);
		rc = cp_exec(q, err);
	}
	if (rc == CP_OK && all) {
		q = cp_stmt(run->store, SQL_TROUBLE_SETTLE);
		cp_bind_int(q, run->row);
		rc = cp_exec(q, err);
	}
	return rc;
}

void
cp_run_note(struct cp_run *run, int all)
{
	struct cp_err err;
	int64_t any = 0;

	if (run->dry_run || run->row == 0)
		return;
	if (run->n_notes == 0 && (!all ||
	    cp_exec_int(cp_stmt(run->store, SQL_TROUBLE_ANY), 0, &any,
	    &err) != CP_OK || any == 0))
		return; /* most nights: nothing to write */
	if (cp_store_begin(run->store, &err) != CP_OK)
		return;
	if (write_notes(run, all, &err) != CP_OK ||
	    cp_store_commit(run->store, &err) != CP_OK)
		cp_store_rollback(run->store);
	run->n_notes = 0;
}
