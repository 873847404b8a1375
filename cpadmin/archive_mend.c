/* CP_NEEDS_ARCHIVE: volumes are written. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpadmin/archive_volumes.h"
#include "cpadmin/out.h"
#include "cpadmin/progress.h"
#include "cpadmin/prompt.h"
#include "cpadmin/session.h"
#include "lifecycle/duties/mending.h"

/* repair, move and compact: a table of what was done to which file. */

const struct cp_opt cp_archive_repair_options[] = {
	{ "remove-orphans", 0, CP_OPT_FLAG, NULL,
	    "unlink files that the catalogue neither knows nor needs" },
	{ NULL, 0, CP_OPT_FLAG, NULL, NULL },
};
const struct cp_opt cp_archive_all_options[] = {
	{ "all", 0, CP_OPT_FLAG, NULL, "every volume that it concerns" },
	{ NULL, 0, CP_OPT_FLAG, NULL, NULL },
};

static const struct cp_column columns[] = {
	{ "volume", "VOLUME" },
	{ "place", "FOLDER" },
	{ "status", "STATUS" },
	{ "packages", "PACKAGES" },
	{ "why", "WHY" },
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

struct mend {
	const struct cp_call *call;
	struct cp_session s;
	struct cp_mend m;
	struct cp_out *out;
	struct cp_progress progress;
	const char **only;
};

static enum cp_rc
put_row(void *ctx, const struct cp_mended *row, struct cp_err *err)
{
	struct mend *x = ctx;
	char dir[4096];
	enum cp_rc rc = cp_place_dir(x->s.store, row->place, dir, err);

	if (rc != CP_OK)
		return rc;
	cp_out_text(x->out, row->volume);
	cp_out_text(x->out, dir);
	cp_out_text(x->out, row->status);
	cp_out_int(x->out, row->packages);
	cp_out_text(x->out, row->why[0] != '\0' ? row->why : NULL);
	return cp_out_row(x->out, err);
}

static void
put_progress(void *ctx, int64_t done, int64_t total)
{
	struct mend *x = ctx;

	cp_progress_at(&x->progress, done, total);
}

/* What a retention run says of a volume is in the table already. */
static enum cp_rc
open_mend(struct cp_call *call, struct mend *x, int first, const char *kind,
    struct cp_err *err)
{
	int n = cp_arg_count(call) - first;
	int dry = cp_flag(call, "dry-run");
	enum cp_rc rc;

	x->call = call;
	x->only = calloc((size_t)n + 1, sizeof(*x->only));
	if (x->only == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	for (int i = 0; i < n; i++)
		x->only[i] = cp_arg(call, first + i);
	rc = cp_session_open(call, dry ? CP_STORE_READ : CP_STORE_WRITE,
	    &x->s, err);
	if (rc != CP_OK)
		return rc;
	x->m.run.store = x->s.store;
	x->m.run.audit = x->s.audit;
	x->m.run.op = &x->s.op;
	x->m.run.now = &x->s.now;
	x->m.run.settings = &x->s.settings;
	x->m.run.dry_run = dry;
	x->m.only = n > 0 ? x->only : NULL;
	x->m.n_only = (size_t)n;
	x->m.report = put_row;
	x->m.report_ctx = x;
	x->m.progress = put_progress;
	x->m.progress_ctx = x;
	cp_progress_init(&x->progress, call, "volumes", 0);
	rc = cp_operator_may(&x->s.op, CP_ROLE_ADMIN, err);
	if (rc == CP_OK)
		rc = cp_out_table(call, kind, columns, COLUMNS, &x->out, err);
	return rc;
}

static void
close_mend(struct mend *x)
{
	cp_out_free(x->out);
	cp_session_close(&x->s);
	free(x->only);
}

/* Ends the table; a failure in part is one that was shown. */
static enum cp_rc
end_mend(struct mend *x, enum cp_rc rc, struct cp_err *err)
{
	struct cp_err shown = { 0 };

	cp_progress_end(&x->progress, x->m.looked);
	if (rc != CP_OK && rc != CP_PARTIAL)
		return rc;
	if (cp_out_end(&x->out, &shown) != CP_OK) {
		*err = shown;
		return shown.code;
	}
	return rc;
}

enum cp_rc
cp_archive_repair(struct cp_call *call, struct cp_err *err)
{
	int dry = cp_flag(call, "dry-run");
	struct mend x = { .only = NULL };
	enum cp_rc rc = dry ? CP_OK : cp_prompt_confirm(call,
	    "Repair replaces files of volumes that are damaged.", "repair",
	    err);

	if (rc != CP_OK)
		return rc;
	rc = open_mend(call, &x, 0, "archive-repair", err);
	if (rc == CP_OK)
		rc = end_mend(&x, cp_mend_repair(&x.m, cp_flag(call,
		    "remove-orphans"), err), err);
	if (rc == CP_OK || rc == CP_PARTIAL)
		cp_say(call, "volumes read: %lld; files %s: %lld; packages "
		    "lost: %lld; out of reach: %lld; orphans: %lld, removed: "
		    "%lld", (long long)x.m.looked, dry ? "to be mended" :
		    "mended", (long long)x.m.done, (long long)x.m.lost,
		    (long long)x.m.failed, (long long)x.m.orphans,
		    (long long)x.m.removed);
	close_mend(&x);
	return rc;
}

enum cp_rc
cp_archive_move(struct cp_call *call, struct cp_err *err)
{
	struct mend x = { .only = NULL };
	enum cp_rc rc;

	if ((cp_arg_count(call) > 1) == cp_flag(call, "all"))
		return cp_fail(err, CP_USAGE, "name the volumes to move, or "
		    "say --all");
	rc = open_mend(call, &x, 1, "archive-move", err);
	if (rc == CP_OK)
		rc = end_mend(&x, cp_mend_move(&x.m, cp_arg(call, 0), err),
		    err);
	if (rc == CP_OK || rc == CP_PARTIAL)
		cp_say(call, "volumes %s: %lld; failed: %lld",
		    x.m.run.dry_run ? "to be moved" : "moved",
		    (long long)x.m.done, (long long)x.m.failed);
	close_mend(&x);
	return rc;
}

enum cp_rc
cp_archive_compact(struct cp_call *call, struct cp_err *err)
{
	struct mend x = { .only = NULL };
	enum cp_rc rc = open_mend(call, &x, 0, "archive-compact", err);

	if (rc == CP_OK)
		rc = end_mend(&x, cp_mend_compact(&x.m, cp_flag(call, "all"),
		    err), err);
	if (rc == CP_OK || rc == CP_PARTIAL)
		cp_say(call, "volumes %s: %lld; failed: %lld",
		    x.m.run.dry_run ? "to be compacted or removed" :
		    "compacted or removed", (long long)x.m.done,
		    (long long)x.m.failed);
	close_mend(&x);
	return rc;
}
