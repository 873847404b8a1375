#include "cpadmin/notice_verbs.h"
#include "cpadmin/prompt.h"
#include "lifecycle/duties/printing.h"

/* notice runs: print runs, and the end of one that is not to be gone on
 * with. */

static const struct cp_column columns[] = {
	{ "run", "RUN" },
	{ "status", "STATUS" },
	{ "letters", "LETTERS" },
	{ "pages", "PAGES" },
	{ "started", "STARTED" },
	{ "started_by", "BY" },
	{ "finished", "FINISHED" },
	{ "folder", "FOLDER" },
};

struct listing {
	struct cp_out *out;
	int64_t only; /* or 0 */
};

static enum cp_rc
list_one(void *ctx, const struct cp_print_run *r, struct cp_err *err)
{
	struct listing *l = ctx;

	if (l->only != 0 && l->only != r->n)
		return CP_OK;
	cp_out_text(l->out, r->id);
	cp_out_text(l->out, r->status);
	cp_out_int(l->out, r->letters);
	cp_out_int(l->out, r->pages);
	cp_out_text(l->out, r->started);
	cp_out_text(l->out, r->started_by);
	cp_out_text(l->out, r->finished[0] != '\0' ? r->finished : NULL);
	cp_out_text(l->out, r->folder);
	return cp_out_row(l->out, err);
}

static enum cp_rc
list(struct cp_notices *x, int64_t only, struct cp_err *err)
{
	struct listing l = { .only = only };
	enum cp_rc rc = cp_out_table(x->call, "print-runs", columns,
	    sizeof(columns) / sizeof(columns[0]), &l.out, err);

	if (rc == CP_OK)
		rc = cp_print_runs(x->s.store, list_one, &l, err);
	if (rc == CP_OK)
		rc = cp_out_end(&l.out, err);
	cp_out_free(l.out);
	return rc;
}

enum cp_rc
cp_notice_run_runs(struct cp_call *call, struct cp_err *err)
{
	const char *text = cp_option(call, "abandon");
	int64_t run = text != NULL ? cp_print_run_parse(text) : 0;
	struct cp_notices x;
	enum cp_rc rc = CP_OK;

	if (text != NULL && run == 0)
		rc = cp_fail(err, CP_USAGE, "--abandon is no print run: "
		    "R-0001");
	if (rc == CP_OK && run != 0)
		rc = cp_prompt_confirm(call, "All letters of that run are "
		    "owed again; what is in its folder is not to be sent.",
		    text, err);
	if (rc == CP_OK)
		rc = cp_notices_open(call, run != 0 ? CP_STORE_WRITE :
		    CP_STORE_READ, run != 0 ? CP_NOTICE_SENDERS :
		    CP_NOTICE_READERS, &x, err);
	if (rc != CP_OK)
		return rc;
	if (run != 0)
		rc = cp_print_abandon(&x.c, run, err);
	if (rc == CP_OK)
		rc = list(&x, run, err);
	cp_notices_close(&x);
	return rc;
}
