/* CP_NEEDS_PAGES: letters are typeset. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cpadmin/notice_sender.h"
#include "cpadmin/notice_verbs.h"
#include "cpadmin/progress.h"
#include "cpadmin/take.h"
#include "lifecycle/duties/printing.h"
#include "lifecycle/store/config.h"
#include "lifecycle/store/json_put.h"

/* notice issue: letters into a folder, and what could not be printed. */

enum { LISTED = 1000, REASONS = 16 };

static const struct cp_column columns[] = {
	{ "run", "Print run" },
	{ "folder", "Folder" },
	{ "notices", "Notices" },
	{ "letters", "Letters" },
	{ "pages", "Pages" },
	{ "files", "Files" },
	{ "problems", "Not printed" },
	{ "reasons", "Why" },
	{ "not_printed", "Which" },
	{ "dry_run", "Dry run" },
};

struct issuing {
	struct cp_notices x;
	struct cp_printing p;
	struct cp_composing with;
	struct cp_wordings *wordings;
	struct cp_senders *senders;
	struct cp_progress progress;
	const char **ids;
	/* what could not be printed; the first LISTED of them */
	struct cp_buf rows, lines;
	size_t n_rows;
	struct { char why[CP_NOTICE_WORD]; int64_t n; } reason[REASONS];
	size_t n_reasons;
};

/* ---- what could not be printed ----------------------------------------------- */

static void
count_reason(struct issuing *i, const char *why)
{
	size_t k = 0;

	while (k < i->n_reasons && strcmp(i->reason[k].why, why) != 0)
		k++;
	if (k == REASONS)
		return;
	if (k == i->n_reasons) {
		strncpy(i->reason[k].why, why, CP_NOTICE_WORD - 1);
		i->n_reasons++;
	}
	i->reason[k].n++;
}

static void
take_trouble(void *ctx, const struct cp_notice *n, const char *why,
    const struct cp_err *err)
{
	struct issuing *i = ctx;

	count_reason(i, why);
	if (i->n_rows++ >= LISTED)
		return;
	cp_json_open(&i->rows, '{');
	cp_json_put_member(&i->rows, "id", n->record_id);
	cp_json_put_member(&i->rows, "notice", n->ref);
	cp_json_put_member(&i->rows, "kind", cp_notice_kind_word(n->kind));
	cp_json_put_member(&i->rows, "why", why);
	cp_json_put_member(&i->rows, "detail", err->what[0] != '\0' ?
	    err->what : NULL);
	cp_json_close(&i->rows, '}');
	cp_buf_printf(&i->lines, "%s of %s, %s: %s", n->ref, n->record_id,
	    cp_notice_kind_word(n->kind), why);
	cp_buf_putc(&i->lines, '\0');
}

/* "no-address 2, too-long 1", and the same as JSON. */
static void
put_reasons(const struct issuing *i, struct cp_buf *json,
    struct cp_buf *people)
{
	cp_json_open(json, '{');
	for (size_t k = 0; k < i->n_reasons; k++) {
		cp_json_put_key(json, i->reason[k].why);
		cp_json_put_int(json, i->reason[k].n);
		cp_buf_printf(people, "%s%s %lld", k > 0 ? ", " : "",
		    i->reason[k].why, (long long)i->reason[k].n);
	}
	cp_json_close(json, '}');
}

static enum cp_rc
out_lines(struct cp_out *o, struct issuing *i, struct cp_err *err)
{
	size_t n = i->n_rows < LISTED ? i->n_rows : LISTED;
	const char **line = calloc(n + 1, sizeof(*line));
	const char *at = cp_buf_text(&i->lines);
	struct cp_buf json;
	enum cp_rc rc;

	if (line == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	cp_buf_init(&json);
	cp_json_open(&json, '[');
	if (i->rows.len > 0)
		cp_json_put_raw(&json, cp_buf_text(&i->rows), i->rows.len);
	cp_json_close(&json, ']');
	for (size_t k = 0; k < n; k++, at += strlen(at) + 1)
		line[k] = at;
	rc = cp_buf_check(&json, err);
	if (rc == CP_OK)
		rc = cp_buf_check(&i->lines, err);
	if (rc == CP_OK)
		cp_out_lines(o, cp_buf_text(&json), line, n);
	cp_buf_clear(&json);
	free(line);
	return rc;
}

static enum cp_rc
show(struct issuing *i, struct cp_err *err)
{
	const struct cp_printing *p = &i->p;
	struct cp_buf json, people;
	struct cp_out *o = NULL;
	char run[16];
	enum cp_rc rc = cp_out_object(i->x.call, "print-run", columns,
	    sizeof(columns) / sizeof(columns[0]), &o, err);

	if (rc != CP_OK)
		return rc;
	cp_buf_init(&json);
	cp_buf_init(&people);
	put_reasons(i, &json, &people);
	cp_print_run_id(p->run, run);
	cp_out_text(o, p->run != 0 ? run : NULL);
	cp_out_text(o, p->where[0] != '\0' ? p->where : NULL);
	cp_out_int(o, p->notices);
	cp_out_int(o, p->letters);
	cp_out_int(o, p->pages);
	cp_out_int(o, p->files);
	cp_out_int(o, p->problems);
	cp_out_json(o, cp_buf_text(&json), cp_buf_text(&people));
	rc = out_lines(o, i, err);
	cp_out_bool(o, p->dry_run);
	if (rc == CP_OK)
		rc = cp_out_end(&o, err);
	cp_out_free(o);
	cp_buf_clear(&json);
	cp_buf_clear(&people);
	return rc;
}

/* ---- what is asked for ------------------------------------------------------- */

static enum cp_rc
take_workers(struct issuing *i, struct cp_err *err)
{
	const char *text = cp_option(i->x.call, "workers");
	struct cp_config config = { .workers = 0 };
	long n = sysconf(_SC_NPROCESSORS_ONLN);
	char path[4096], *end = NULL;
	enum cp_rc rc;

	if (text != NULL) {
		errno = 0;
		n = strtol(text, &end, 10);
		if (*text < '0' || *text > '9' || *end != '\0' ||
		    errno != 0 || n < 1 || n > CP_WORKERS_MAX)
			return cp_fail(err, CP_USAGE, "--workers is 1 to %d",
			    CP_WORKERS_MAX);
	} else {
		rc = cp_store_path(i->x.s.store, path, sizeof(path), err,
		    "cpadmin.conf");
		if (rc == CP_OK)
			rc = cp_config_load(path, &config, err);
		if (rc == CP_NOT_FOUND) {
			cp_err_clear(err);
			rc = CP_OK;
		}
		if (rc != CP_OK)
			return rc;
		n = config.workers > 0 ? config.workers : n;
	}
	i->p.workers = n < 1 ? 1 : n > CP_WORKERS_MAX ? CP_WORKERS_MAX :
	    (unsigned)n;
	return CP_OK;
}

/* Which of them: IDs, --all, or those of the run that was stopped. */
static enum cp_rc
check_call(const struct cp_call *call, struct cp_err *err)
{
	int ids = cp_arg_count(call) > 0, all = cp_flag(call, "all");
	int resume = cp_flag(call, "resume"), dry = cp_flag(call, "dry-run");

	if (cp_option(call, "to") != NULL ||
	    cp_option(call, "passphrase-file") != NULL)
		return cp_fail(err, CP_USAGE, "--to and --passphrase-file "
		    "are for --safe");
	if (ids + all + resume != 1)
		return cp_fail(err, CP_USAGE, "give IDs, or --all, or "
		    "--resume");
	if (resume && (dry || cp_flag(call, "each") ||
	    cp_option(call, "until") != NULL ||
	    cp_option(call, "kind") != NULL))
		return cp_fail(err, CP_USAGE, "--resume goes on with what was "
		    "asked for");
	if (!resume && !dry && cp_option(call, "output") == NULL)
		return cp_fail(err, CP_USAGE, "--output DIR: where the letters "
		    "go");
	return CP_OK;
}

/* 0 where it is not given. */
static enum cp_rc
take_per_file(const struct cp_call *call, int *out, struct cp_err *err)
{
	const char *text = cp_option(call, "per-file");
	char *end = NULL;
	long n = text != NULL ? strtol(text, &end, 10) : 0;

	if (text != NULL && (*text < '0' || *text > '9' || *end != '\0' ||
	    n < 1 || n > CP_PRINT_PER_FILE))
		return cp_fail(err, CP_USAGE, "--per-file is not from 1 to %d",
		    CP_PRINT_PER_FILE);
	*out = (int)n;
	return CP_OK;
}

static enum cp_rc
take_query(struct issuing *i, struct cp_err *err)
{
	const struct cp_call *call = i->x.call;
	enum cp_notice_kind kind;
	int n = cp_arg_count(call);
	enum cp_rc rc;

	i->p.query.kind = cp_option(call, "kind");
	if (i->p.query.kind != NULL &&
	    !cp_notice_kind_parse(i->p.query.kind, &kind))
		return cp_fail(err, CP_USAGE, "--kind: no such notice");
	i->ids = calloc((size_t)n + 1, sizeof(*i->ids));
	if (i->ids == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	for (int k = 0; k < n; k++)
		i->ids[k] = cp_arg(call, k);
	i->p.ids = i->ids;
	i->p.n_ids = (size_t)n;
	i->p.folder = cp_option(call, "output");
	i->p.each = cp_flag(call, "each");
	i->p.dry_run = cp_flag(call, "dry-run");
	rc = take_per_file(call, &i->p.per_file, err);
	return rc != CP_OK ? rc : cp_option(call, "until") == NULL ? CP_OK :
	    cp_take_date(call, "until", &i->p.query.until, err);
}

/* ---- printing ---------------------------------------------------------------- */

/* A dry run of another day in a real store looks at what was settled last. */
static enum cp_rc
open_store(const struct cp_call *call, struct cp_notices *x,
    struct cp_err *err)
{
	enum cp_rc rc;

	if (cp_flag(call, "dry-run")) {
		rc = cp_notices_open(call, CP_STORE_READ, CP_NOTICE_SENDERS,
		    x, err);
		if (rc != CP_OK || (x->s.now.simulated &&
		    !x->s.settings.rehearsal))
			return rc;
		cp_notices_close(x);
	}
	rc = cp_notices_open(call, CP_STORE_WRITE, CP_NOTICE_SENDERS, x, err);
	if (rc == CP_OK) {
		rc = cp_notices_settle(x, err);
		if (rc != CP_OK)
			cp_notices_close(x);
	}
	return rc;
}

static enum cp_rc
prepare(struct issuing *i, struct cp_err *err)
{
	enum cp_rc rc = take_workers(i, err);

	if (rc == CP_OK)
		rc = take_query(i, err);
	if (rc == CP_OK)
		rc = cp_notices_wordings(&i->x, &i->wordings, err);
	if (rc == CP_OK)
		rc = cp_senders_open(i->x.s.store, i->x.s.settings.rehearsal,
		    &i->senders, err);
	if (rc != CP_OK)
		return rc;
	i->with = (struct cp_composing){ &i->x.rules, i->wordings,
		&i->x.s.now, cp_senders_of, i->senders };
	i->p.change = i->x.c;
	i->p.with = &i->with;
	i->p.progress = cp_progress_at;
	i->p.progress_ctx = &i->progress;
	i->p.trouble = take_trouble;
	i->p.trouble_ctx = i;
	return CP_OK;
}

static enum cp_rc
print(struct issuing *i, struct cp_err *err)
{
	struct cp_err late;
	char run[16];
	enum cp_rc rc, shown;

	cp_progress_init(&i->progress, i->x.call, "letters", 0);
	rc = cp_print(&i->p, err);
	cp_progress_end(&i->progress, i->p.notices);
	cp_print_run_id(i->p.run, run);
	if (rc != CP_OK && rc != CP_PARTIAL) {
		if (i->p.run != 0 && err->hint[0] == '\0')
			cp_err_hint(err, "what is printed stays: `cpadmin "
			    "notice issue --resume' goes on with %s", run);
		return rc;
	}
	shown = show(i, &late);
	if (shown != CP_OK) {
		*err = late;
		return shown;
	}
	if (i->p.run != 0 && i->p.letters > 0)
		cp_say(i->x.call, "When they are in the post:  cpadmin notice "
		    "served --run %s", run);
	return rc;
}

enum cp_rc
cp_notice_run_issue(struct cp_call *call, struct cp_err *err)
{
	struct issuing i = { .p = { .workers = 1 } };
	enum cp_rc rc;

	if (cp_flag(call, "safe"))
		return cp_notice_run_safe(call, err);
	rc = check_call(call, err);
	if (rc == CP_OK)
		rc = open_store(call, &i.x, err);
	if (rc != CP_OK)
		return rc;
	cp_buf_init(&i.rows);
	cp_buf_init(&i.lines);
	rc = prepare(&i, err);
	if (rc == CP_OK)
		rc = print(&i, err);
	cp_buf_clear(&i.rows);
	cp_buf_clear(&i.lines);
	free(i.ids);
	cp_senders_free(i.senders);
	cp_wordings_free(i.wordings);
	cp_notices_close(&i.x);
	return rc;
}
