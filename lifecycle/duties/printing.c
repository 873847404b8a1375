#include "lifecycle/duties/printing.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/file.h"
#include "lifecycle/duties/printing_impl.h"
#include "lifecycle/store/stmt.h"

/* ---- which run ------------------------------------------------------------- */

static enum cp_rc
load_run(struct print_work *w, int64_t n, struct print_asked *asked,
    struct cp_err *err)
{
	struct cp_buf text;
	enum cp_rc rc;

	cp_buf_init(&text);
	rc = print_run_get(w->p->change.store, n, &w->run, &text,
	    &w->collected, err);
	if (rc == CP_OK)
		rc = print_asked_get(cp_buf_text(&text), asked, err);
	cp_buf_clear(&text);
	return rc;
}

/* What the last run left behind, where it was stopped at its very end. */
static enum cp_rc
tidy_last(struct print_work *w, struct cp_err *err)
{
	struct print_asked asked = { 0 };
	int64_t last = 0;
	enum cp_rc rc = cp_exec_int(cp_stmt(w->p->change.store,
	    SQL_PRINT_RUN_LAST), 0, &last, err);

	if (rc != CP_OK || last == 0)
		return rc;
	rc = load_run(w, last, &asked, err);
	print_asked_clear(&asked);
	if (rc == CP_OK && strcmp(w->run.status, "abandoned") == 0)
		rc = print_take_back(w->run.folder, err);
	if (rc == CP_OK && strcmp(w->run.status, "printing") != 0)
		rc = print_remove(w->run.folder, PRINT_PARTS, err);
	memset(&w->run, 0, sizeof(w->run));
	return rc;
}

/* The folder by its whole name, made where it is not there. */
static enum cp_rc
take_folder(const char *name, char out[PATH_MAX], struct cp_err *err)
{
	enum cp_rc rc = cp_dir_make(name, 0700, err);

	if (rc == CP_OK && realpath(name, out) == NULL)
		rc = cp_fail_errno(err, CP_FAILED, "%.512s", name);
	if (rc == CP_OK && strlen(out) >= sizeof(((struct cp_print_run *)0)->
	    folder))
		rc = cp_fail(err, CP_USAGE, "the folder's path is too long");
	return rc;
}

static enum cp_rc
need_empty(const char *folder, struct cp_err *err)
{
	struct dirent *e;
	DIR *d = opendir(folder);
	int any = 0;

	if (d == NULL)
		return cp_fail_errno(err, CP_FAILED, "%.512s", folder);
	while ((e = readdir(d)) != NULL)
		any |= strcmp(e->d_name, ".") != 0 &&
		    strcmp(e->d_name, "..") != 0;
	(void)closedir(d);
	if (!any)
		return CP_OK;
	(void)cp_fail(err, CP_REFUSED, "%.512s is not empty", folder);
	cp_err_hint(err, "letters go to a new folder, or an empty one");
	return CP_REFUSED;
}

/* The first that is not an officer's ends the search. */
static enum cp_rc
is_owed(void *ctx, const struct cp_notice *n, struct cp_err *err)
{
	int *any = ctx;

	(void)err;
	*any |= !n->safe;
	return *any ? CP_PARTIAL : CP_OK;
}

/* That there is something to print within reach, before anything is begun. */
static enum cp_rc
need_owed(struct print_work *w, const struct print_asked *asked,
    struct cp_err *err)
{
	int any = 0;
	enum cp_rc rc;

	if (asked->n_ids > 0)
		return print_need_ids(w, asked, err);
	rc = cp_notice_owed_each(w->p->change.store, &asked->query, is_owed,
	    &any, err);
	if (any)
		return CP_OK;
	return rc == CP_OK ? cp_fail(err, CP_NOT_FOUND, "no notice is owed") :
	    rc;
}

static enum cp_rc
refuse_other(const struct cp_print_run *r, struct cp_err *err)
{
	(void)cp_fail(err, CP_REFUSED, "print run %s is not done, in %.512s",
	    r->id, r->folder);
	cp_err_hint(err, "go on with it: `cpadmin notice issue --resume'; or "
	    "end it: `cpadmin notice runs --abandon %s'", r->id);
	return CP_REFUSED;
}

/* There is one at a time: another may have been begun since that was asked
 * first, in the same folder. */
static enum cp_rc
need_none_open(struct print_work *w, struct cp_err *err)
{
	struct print_asked ignored = { 0 };
	int64_t open = 0;
	enum cp_rc rc = cp_exec_int(cp_stmt(w->p->change.store,
	    SQL_PRINT_RUN_OPEN), 0, &open, err);

	if (rc != CP_OK || open == 0)
		return rc;
	rc = load_run(w, open, &ignored, err);
	print_asked_clear(&ignored);
	if (rc == CP_OK)
		rc = refuse_other(&w->run, err);
	memset(&w->run, 0, sizeof(w->run));
	return rc;
}

static enum cp_rc
add_run(struct print_work *w, const char *folder, const char *asked,
    struct cp_err *err)
{
	const struct cp_change *c = &w->p->change;
	struct cp_stmt *q = cp_stmt(c->store, SQL_DUTY_NUMBER);
	struct print_asked ignored = { 0 };
	int64_t n = 0;
	enum cp_rc rc = need_none_open(w, err);

	if (rc != CP_OK)
		return rc;
	cp_bind_text(q, "print-run");
	rc = cp_exec_int(q, 0, &n, err);
	if (rc == CP_OK) {
		q = cp_stmt(c->store, SQL_PRINT_RUN_ADD);
		cp_bind_int(q, n);
		cp_bind_text(q, folder);
		cp_bind_text(q, asked);
		cp_bind_text(q, c->now->time);
		cp_bind_text(q, cp_audit_actor(c->audit));
		rc = cp_exec(q, err);
	}
	if (rc == CP_OK)
		rc = load_run(w, n, &ignored, err);
	if (rc == CP_OK)
		rc = print_log(c, "notice.print", &w->run, err);
	print_asked_clear(&ignored);
	return rc;
}

/* What the caller asks for, as TEXT and as it is used. */
static enum cp_rc
take_asked(struct print_work *w, struct cp_buf *text,
    struct print_asked *asked, struct cp_err *err)
{
	enum cp_rc rc = print_asked_put(w->p, text, err);

	if (rc == CP_OK)
		rc = print_asked_get(cp_buf_text(text), asked, err);
	return rc == CP_OK ? need_owed(w, asked, err) : rc;
}

static enum cp_rc
new_run(struct print_work *w, struct cp_err *err)
{
	struct print_asked asked = { 0 };
	char folder[PATH_MAX];
	struct cp_buf text;
	enum cp_rc rc;

	cp_buf_init(&text);
	rc = take_asked(w, &text, &asked, err);
	if (rc == CP_OK)
		rc = take_folder(w->p->folder, folder, err);
	if (rc == CP_OK)
		rc = need_empty(folder, err);
	if (rc == CP_OK)
		rc = cp_txn_begin(w->p->change.audit, err);
	if (rc == CP_OK)
		rc = cp_txn_end(w->p->change.audit, add_run(w, folder,
		    cp_buf_text(&text), err), err);
	print_asked_clear(&asked);
	cp_buf_clear(&text);
	return rc;
}

/* The run that is not done, or a new one; W->run. */
static enum cp_rc
choose_run(struct print_work *w, struct print_asked *asked,
    struct cp_err *err)
{
	char folder[PATH_MAX];
	int64_t open = 0;
	enum cp_rc rc = cp_exec_int(cp_stmt(w->p->change.store,
	    SQL_PRINT_RUN_OPEN), 0, &open, err);

	if (rc == CP_OK && open == 0 && w->p->folder == NULL)
		return cp_fail(err, CP_NOT_FOUND, "no print run was stopped");
	if (rc == CP_OK && open == 0)
		rc = new_run(w, err);
	if (rc == CP_OK)
		rc = load_run(w, open != 0 ? open : w->run.n, asked, err);
	if (rc == CP_OK && open != 0 && w->p->folder != NULL &&
	    (realpath(w->p->folder, folder) == NULL ||
	    strcmp(folder, w->run.folder) != 0))
		rc = refuse_other(&w->run, err);
	if (rc == CP_OK && open != 0)
		rc = print_need_reach(w->p->change.store, &w->run, err);
	return rc;
}

/* ---- its folder ------------------------------------------------------------ */

/* From now on it is this process's: it may have been ended before. */
static enum cp_rc
need_open(struct print_work *w, struct cp_err *err)
{
	struct print_asked ignored = { 0 };
	enum cp_rc rc = load_run(w, w->run.n, &ignored, err);

	print_asked_clear(&ignored);
	if (rc == CP_OK && strcmp(w->run.status, "printing") != 0)
		rc = cp_fail(err, CP_REFUSED, "print run %s was ended "
		    "meanwhile", w->run.id);
	return rc;
}

static enum cp_rc
take_parts(struct print_work *w, struct cp_err *err)
{
	char path[PRINT_PATH];
	enum cp_rc rc;

	(void)snprintf(path, sizeof(path), "%s/.", w->run.folder);
	if (access(path, W_OK) != 0) {
		(void)cp_fail_errno(err, CP_REFUSED, "the folder of print run "
		    "%s, %.512s", w->run.id, w->run.folder);
		cp_err_hint(err, "if it is gone for good: `cpadmin notice "
		    "runs --abandon %s'", w->run.id);
		return CP_REFUSED;
	}
	(void)snprintf(path, sizeof(path), "%s/" PRINT_PARTS, w->run.folder);
	rc = cp_dir_make(path, 0700, err);
	(void)snprintf(path, sizeof(path), "%s/" PRINT_PARTS "/lock",
	    w->run.folder);
	if (rc == CP_OK)
		rc = cp_file_lock(path, &w->lock, err);
	if (rc == CP_BUSY)
		cp_err_context(err, "print run %s is under way", w->run.id);
	return rc == CP_OK ? need_open(w, err) : rc;
}

/* ---- its steps ------------------------------------------------------------- */

static enum cp_rc
collected(struct print_work *w, struct cp_err *err)
{
	struct cp_stmt *q;
	enum cp_rc rc = cp_txn_begin(w->p->change.audit, err);

	if (rc != CP_OK)
		return rc;
	q = cp_stmt(w->p->change.store, SQL_PRINT_RUN_COLLECTED);
	cp_bind_int(q, w->run.n);
	rc = cp_exec(q, err);
	if (rc == CP_OK && cp_changes(w->p->change.store) != 1)
		rc = cp_fail(err, CP_REFUSED, "the print run was ended "
		    "meanwhile");
	return cp_txn_end(w->p->change.audit, rc, err);
}

static enum cp_rc
count_items(struct print_work *w, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(w->p->change.store, SQL_PRINT_ITEM_LEFT);
	int64_t all = 0, left = 0;
	enum cp_rc rc;

	cp_bind_int(q, w->run.n);
	rc = cp_exec_int(q, 0, &left, err);
	if (rc != CP_OK)
		return rc;
	q = cp_stmt(w->p->change.store, SQL_PRINT_ITEM_COUNT);
	cp_bind_int(q, w->run.n);
	rc = cp_exec_int(q, 0, &all, err);
	w->done = all - left;
	w->total = all;
	return rc;
}

static enum cp_rc
steps(struct print_work *w, const struct print_asked *asked,
    struct cp_err *err)
{
	enum cp_rc rc = take_parts(w, err);

	if (rc == CP_OK && w->collected)
		rc = print_problems(w, asked, err);
	else if (rc == CP_OK)
		rc = print_collect(w, asked, err);
	if (rc == CP_OK && !w->collected)
		rc = collected(w, err);
	if (rc == CP_OK)
		rc = count_items(w, err);
	if (rc == CP_OK)
		rc = print_line(w, err);
	if (rc == CP_OK)
		rc = print_bind(w, err);
	return rc == CP_OK ? print_remove(w->run.folder, PRINT_PARTS, err) :
	    rc;
}

static enum cp_rc
real_run(struct print_work *w, struct cp_err *err)
{
	struct print_asked asked = { 0 };
	enum cp_rc rc = tidy_last(w, err);

	if (rc == CP_OK)
		rc = choose_run(w, &asked, err);
	w->each = asked.each;
	w->p->run = w->run.n;
	(void)snprintf(w->p->where, sizeof(w->p->where), "%s", w->run.folder);
	if (rc == CP_OK)
		rc = steps(w, &asked, err);
	print_asked_clear(&asked);
	if (w->lock >= 0)
		(void)close(w->lock);
	return rc;
}

/* The same, and nothing is kept. */
static enum cp_rc
dry_run(struct print_work *w, struct cp_err *err)
{
	struct cp_printing *p = w->p;
	struct print_asked asked = { 0 };
	struct cp_buf text;
	enum cp_rc rc;

	cp_buf_init(&text);
	rc = take_asked(w, &text, &asked, err);
	cp_buf_clear(&text);
	w->each = p->each;
	(void)snprintf(w->run.started, sizeof(w->run.started), "%s",
	    p->change.now->time);
	if (rc == CP_OK)
		rc = print_collect(w, &asked, err);
	w->total = (int64_t)w->n_dry;
	if (rc == CP_OK)
		rc = print_line(w, err);
	for (size_t i = 0; i < w->n_dry && !p->each; i++)
		p->files += i == 0 || strcmp(w->dry[i].file,
		    w->dry[i - 1].file) != 0;
	if (p->each)
		p->files = p->letters;
	print_asked_clear(&asked);
	free(w->dry);
	return rc;
}

enum cp_rc
cp_print(struct cp_printing *p, struct cp_err *err)
{
	struct print_work w = { .p = p, .lock = -1 };
	struct cp_settings settings;
	enum cp_rc rc = cp_settings_load(p->change.store, &settings, err);

	if (rc != CP_OK)
		return rc;
	(void)snprintf(w.own, sizeof(w.own), "%.16s", settings.authority);
	p->where[0] = '\0';
	p->run = p->letters = p->notices = p->pages = p->problems = p->files =
	    0;
	cp_composing_facts_init(&w.facts);
	print_bench_init(&w.bench);
	rc = cp_matcher_open(p->change.store, &w.matcher, err);
	if (rc == CP_OK)
		rc = p->dry_run ? dry_run(&w, err) : real_run(&w, err);
	cp_matcher_free(w.matcher);
	print_bench_clear(&w.bench);
	cp_composing_facts_clear(&w.facts);
	if (rc == CP_OK && p->problems > 0) {
		rc = cp_fail(err, CP_PARTIAL, "%lld notice%s could not be "
		    "printed", (long long)p->problems, p->problems == 1 ? "" :
		    "s");
		cp_err_hint(err, "`cpadmin notice owed' has them, each with "
		    "its problem");
	}
	return rc;
}
