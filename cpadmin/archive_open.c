/* CP_NEEDS_ARCHIVE: packages are read. */
#include "cpadmin/archive_open.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/age_keys.h"
#include "archive/crypto.h"
#include "archive/file.h"
#include "cpadmin/archive_shield.h"
#include "cpadmin/archive_sitting.h"
#include "cpadmin/out.h"

enum { PATH = 4096 };

/* Where packages go. */
struct outlet {
	struct cp_sitting *x;
	struct cp_hidden *hidden; /* NULL, or what is behind the shield too */
	const char *output; /* NULL: the screen */
	const char *to;     /* NULL, or the recipient ... */
	struct cp_age_recipient recipient; /* ... to whom it is sealed */
	struct cp_age_sealer *sealer;
	struct cp_buf sealed; /* the package at hand, sealed to them */
	struct cp_out *table; /* of several, or NULL */
	int several, done, failed;
	struct cp_err first; /* what the first that failed failed of */
	struct cp_buf named; /* those that failed */
	struct cp_hidden of_one;
};

/* ---- what is asked for -------------------------------------------------- */

static enum cp_rc
take_recipient(struct outlet *w, struct cp_err *err)
{
	enum cp_rc rc;

	if (w->x->sealed)
		return cp_fail(err, CP_USAGE, "--sealed leaves a package as it "
		    "is: not with --to");
	rc = cp_crypto_init(err);
	if (rc == CP_OK)
		rc = cp_age_recipient_parse(w->to, &w->recipient, err);
	if (rc == CP_BAD_INPUT) {
		cp_err_context(err, "--to");
		rc = err->code = CP_USAGE;
	}
	return rc == CP_OK ? cp_age_sealer_new(&w->sealer, err) : rc;
}

static enum cp_rc
take_packages(const struct cp_call *call, const char **purpose,
    struct cp_err *err)
{
	if (cp_option(call, "opening") == NULL && cp_arg_count(call) == 0)
		return cp_fail(err, CP_USAGE, "PKG is missing");
	if (cp_option(call, "opening") == NULL)
		return cp_option_required(call, "purpose", purpose, err);
	if (cp_arg_count(call) > 0 || cp_option(call, "purpose") != NULL)
		return cp_fail(err, CP_USAGE, "an opening has its packages and "
		    "its purpose: neither goes with --opening");
	return CP_OK;
}

/* What will not be written must not use up an opening nor the custodians' time;
 * what cannot be foreseen, a disk that is full, does. */
static enum cp_rc
check_output(const char *output, struct cp_err *err)
{
	size_t len = strlen(output);
	char dir[PATH];
	struct stat st;
	int n;

	if (lstat(output, &st) == 0)
		return cp_fail(err, CP_REFUSED, "%.500s is there already",
		    output);
	while (len > 0 && output[len - 1] == '/')
		len--;
	while (len > 0 && output[len - 1] != '/')
		len--;
	n = snprintf(dir, PATH, "%.*s.", (int)len, output);
	if (n < 0 || n >= PATH)
		return cp_fail(err, CP_FAILED, "path too long");
	if (access(dir, W_OK | X_OK) != 0)
		return cp_fail_errno(err, errno == ENOENT || errno == ENOTDIR ?
		    CP_NOT_FOUND : CP_FAILED, "%.500s", output);
	return CP_OK;
}

/* Each override is its own. */
static enum cp_rc
take_hidden(struct outlet *w, struct cp_err *err)
{
	if (w->x->sealed)
		return cp_fail(err, CP_USAGE, "--sealed leaves a package as it "
		    "is: not with --shield");
	if (cp_arg_count(w->x->call) > 1)
		return cp_fail(err, CP_USAGE, "--shield is for one package");
	w->hidden = &w->of_one;
	return CP_OK;
}

static enum cp_rc
take_open(struct cp_sitting *x, struct outlet *w, struct cp_err *err)
{
	enum cp_rc rc = take_packages(x->call, &x->purpose, err);

	w->output = cp_option(x->call, "output");
	w->to = cp_option(x->call, "to");
	x->sealed = cp_flag(x->call, "sealed");
	x->action = x->sealed ? "archive.export" : "archive.open";
	x->to = w->to != NULL ? w->to : w->output != NULL ? "file" : "screen";
	if (rc == CP_OK && cp_flag(x->call, "shield"))
		rc = take_hidden(w, err);
	if (rc != CP_OK)
		return rc;
	if ((x->sealed || w->to != NULL) && w->output == NULL)
		return cp_fail(err, CP_USAGE, "%s needs --output",
		    x->sealed ? "--sealed" : "--to");
	if (w->output != NULL)
		rc = check_output(w->output, err);
	return rc == CP_OK && w->to != NULL ? take_recipient(w, err) : rc;
}

/* ---- to the screen ------------------------------------------------------ */

static const struct cp_column shown_columns[] = {
	{ "package", "Package" },
	{ "id", "Record" },
	{ "record", "Record document" },
	{ "history", "History" },
	{ "outcome", NULL }, /* of several: */
	{ "why", NULL },
};
enum { SHOWN_ONE = 4, SHOWN_EACH = 6 };
static const struct cp_column hidden_columns[] = {
	{ "package", "Package" },
	{ "id", "Record" },
	{ "record", "Record document" },
	{ "history", "History" },
	{ "shield", "Cases and log" },
	{ "investigation", "Investigation" },
};
enum { SHOWN_HIDDEN = 6 };

static void
out_raw(struct cp_out *o, const char *json, size_t len, struct cp_buf *scratch)
{
	cp_buf_reset(scratch);
	cp_buf_put(scratch, json, len);
	cp_out_json(o, cp_buf_text(scratch), NULL);
}

static enum cp_rc
out_package(struct cp_out *o, const struct cp_sitting *x, struct cp_err *err)
{
	struct cp_buf scratch;
	enum cp_rc rc;

	cp_buf_init(&scratch);
	cp_out_text(o, x->parcel.id);
	cp_out_text(o, x->parcel.record_id);
	out_raw(o, x->opened.record, x->opened.record_len, &scratch);
	out_raw(o, x->opened.history, x->opened.history_len, &scratch);
	rc = cp_buf_check(&scratch, err);
	cp_buf_clear(&scratch);
	return rc;
}

/* Besides the open part, all of it. */
static enum cp_rc
show_hidden(struct outlet *w, struct cp_err *err)
{
	struct cp_sitting *x = w->x;
	struct cp_out *o = NULL;
	enum cp_rc rc = cp_out_object(x->call, "package", hidden_columns,
	    SHOWN_HIDDEN, &o, err);

	if (rc != CP_OK)
		return rc;
	x->opened.record = cp_buf_text(&w->hidden->record);
	x->opened.record_len = w->hidden->record.len;
	rc = out_package(o, x, err);
	cp_out_json(o, cp_buf_text(&w->hidden->texts), NULL);
	cp_out_text(o, w->hidden->investigation.id);
	if (rc == CP_OK)
		rc = cp_out_end(&o, err);
	cp_out_free(o);
	return rc;
}

static enum cp_rc
show_package(struct outlet *w, struct cp_err *err)
{
	struct cp_out *o = NULL;
	enum cp_rc rc;

	if (w->table != NULL) {
		rc = out_package(w->table, w->x, err);
		cp_out_text(w->table, "done");
		cp_out_text(w->table, NULL);
		return rc == CP_OK ? cp_out_row(w->table, err) : rc;
	}
	if (w->hidden != NULL)
		return show_hidden(w, err);
	rc = cp_out_object(w->x->call, "package", shown_columns, SHOWN_ONE, &o,
	    err);
	if (rc == CP_OK)
		rc = out_package(o, w->x, err);
	if (rc == CP_OK)
		rc = cp_out_end(&o, err);
	cp_out_free(o);
	return rc;
}

/* ---- to files ----------------------------------------------------------- */

static const struct cp_column written_columns[] = {
	{ "package", "Package" },
	{ "id", "Record" },
	{ "output", "Written to" },
	{ "bytes", "Bytes" },
	{ "sealed", "Sealed" },
	{ "custody_id", "Custody key" },
	{ "sealed_to", "Sealed to" },
};
static const struct cp_column each_columns[] = {
	{ "package", "PACKAGE" },
	{ "id", "RECORD" },
	{ "output", "WRITTEN TO" },
	{ "bytes", "BYTES" },
	{ "sealed", NULL },
	{ "custody_id", NULL },
	{ "sealed_to", NULL },
	{ "outcome", "OUTCOME" },
	{ "why", NULL },
};
enum { WRITTEN_ONE = 7, WRITTEN_EACH = 9 };

/* Under a file key of its own: what the archive erases later must not be
 * readable by way of the requester's copy of its key. */
static enum cp_rc
seal_to(struct outlet *w, struct cp_err *err)
{
	cp_buf_reset(&w->sealed);
	return cp_age_seal(w->sealer, &w->recipient, 1, w->x->plain.data,
	    w->x->plain.len, &w->sealed, &w->sealed, NULL, err);
}

static enum cp_rc
name_output(const struct outlet *w, char path[PATH], struct cp_err *err)
{
	int n = w->several ? snprintf(path, PATH, "%s/%s%s", w->output,
	    w->x->parcel.id, w->x->sealed || w->to != NULL ? ".age" :
	    ".tar.zst") : snprintf(path, PATH, "%s", w->output);

	return n < 0 || n >= PATH ? cp_fail(err, CP_FAILED, "path too long") :
	    CP_OK;
}

static void
out_written(struct cp_out *o, const struct outlet *w, const char *path,
    size_t len)
{
	cp_out_text(o, w->x->parcel.id);
	cp_out_text(o, w->x->parcel.record_id);
	cp_out_text(o, path);
	cp_out_int(o, (int64_t)len);
	cp_out_bool(o, w->x->sealed || w->to != NULL);
	cp_out_text(o, w->x->facts.custody);
	cp_out_text(o, w->to);
}

static enum cp_rc
write_package(struct outlet *w, struct cp_err *err)
{
	const struct cp_buf *b = w->x->sealed ? &w->x->age : w->to != NULL ?
	    &w->sealed : &w->x->plain;
	struct cp_out *o = w->table;
	char path[PATH];
	enum cp_rc rc = name_output(w, path, err);

	if (rc == CP_OK)
		rc = cp_file_write_new(path, 0600, b->data, b->len, err);
	if (rc == CP_OK && o == NULL)
		rc = cp_out_object(w->x->call, "package-file",
		    written_columns, WRITTEN_ONE, &o, err);
	if (rc != CP_OK)
		return rc;
	out_written(o, w, path, b->len);
	if (w->table != NULL) {
		cp_out_text(o, "done");
		cp_out_text(o, NULL);
		return cp_out_row(o, err);
	}
	rc = cp_out_end(&o, err);
	cp_out_free(o);
	return rc;
}

/* ---- one ---------------------------------------------------------------- */

static enum cp_rc
open_one(struct outlet *w, const char *id, struct cp_err *err)
{
	struct cp_sitting *x = w->x;
	enum cp_rc rc = cp_sitting_take(x, id, err);

	if (rc != CP_OK)
		return rc;
	rc = cp_sitting_may_open(x, err);
	if (rc == CP_OK && w->hidden != NULL)
		rc = cp_hidden_allowed(x, w->hidden, err);
	if (rc != CP_OK)
		return cp_sitting_failed(x, "refused", rc, err);
	rc = cp_sitting_open(x, err);
	if (rc == CP_OK && w->hidden != NULL)
		rc = w->output != NULL ? cp_hidden_repack(x, err) :
		    cp_hidden_open(x, w->hidden, err);
	if (rc == CP_OK && w->to != NULL)
		rc = seal_to(w, err);
	if (rc != CP_OK)
		return cp_sitting_failed(x, "failed", rc, err);
	rc = w->hidden != NULL ? cp_hidden_log(x, w->hidden, err) :
	    cp_sitting_log(x, "done", err);
	if (rc == CP_REFUSED) /* somebody else used the opening meanwhile */
		return cp_sitting_failed(x, "refused", rc, err);
	if (rc != CP_OK)
		return rc;
	return w->output != NULL ? write_package(w, err) :
	    show_package(w, err);
}

/* ---- several ------------------------------------------------------------ */

struct ids {
	char (*id)[40];
	size_t n, cap;
};

static enum cp_rc
add_id(struct ids *l, const char *id, struct cp_err *err)
{
	size_t cap = l->cap > 0 ? 2 * l->cap : 16, i;
	void *more;

	for (i = 0; i < l->n; i++)
		if (strcmp(l->id[i], id) == 0)
			return CP_OK;
	if (l->n == l->cap) {
		more = realloc(l->id, cap * sizeof(*l->id));
		if (more == NULL)
			return cp_fail(err, CP_FAILED, "out of memory");
		l->id = more;
		l->cap = cap;
	}
	(void)snprintf(l->id[l->n++], sizeof(*l->id), "%s", id);
	return CP_OK;
}

static enum cp_rc
add_parcel(void *ctx, const struct cp_parcel *p, struct cp_err *err)
{
	return add_id(ctx, p->id, err);
}

/* A package named twice, by its own id and its record's, is opened once; a
 * name that is none stays, to be reported. */
static enum cp_rc
list_ids(const struct cp_sitting *x, struct ids *l, struct cp_err *err)
{
	struct cp_err ignored = { 0 };
	struct cp_parcel p;
	enum cp_rc rc = CP_OK;

	if (x->opening.n != 0)
		return cp_opening_items(x->s.store, &x->opening, add_parcel, l,
		    err);
	if (cp_arg_count(x->call) == 1)
		return add_id(l, cp_arg(x->call, 0), err);
	for (int i = 0; rc == CP_OK && i < cp_arg_count(x->call); i++)
		rc = add_id(l, cp_parcel_get(x->s.store, cp_arg(x->call, i),
		    &p, &ignored) == CP_OK ? p.id : cp_arg(x->call, i), err);
	return rc;
}

/* People see several packages one below the other. */
static enum cp_rc
begin_several(struct outlet *w, struct cp_err *err)
{
	const struct cp_call *call = w->x->call;
	enum cp_rc rc = CP_OK;

	w->several = 1;
	if (w->output != NULL)
		rc = cp_dir_make(w->output, 0700, err);
	if (rc == CP_OK && w->output != NULL)
		rc = cp_out_table(call, "package-files", each_columns,
		    WRITTEN_EACH, &w->table, err);
	else if (rc == CP_OK && cp_wants_json(call))
		rc = cp_out_table(call, "opened-packages", shown_columns,
		    SHOWN_EACH, &w->table, err);
	return rc;
}

/* A row for a package that is not there to be shown. */
static enum cp_rc
put_failed(struct outlet *w, const char *id, const struct cp_err *why,
    struct cp_err *err)
{
	int n = w->output != NULL ? WRITTEN_EACH : SHOWN_EACH;
	int refused = why->code == CP_REFUSED || why->code == CP_DENIED;

	if (w->failed++ == 0)
		w->first = *why;
	cp_buf_printf(&w->named, "%s%s", w->failed > 1 ? ", " : "", id);
	if (w->table == NULL)
		return CP_OK;
	cp_out_text(w->table, id);
	for (int i = 1; i < n - 2; i++)
		cp_out_text(w->table, NULL);
	cp_out_text(w->table, refused ? "refused" : "failed");
	cp_out_text(w->table, why->what);
	return cp_out_row(w->table, err);
}

static enum cp_rc
conclude(struct outlet *w, struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	if (w->table != NULL)
		rc = cp_out_end(&w->table, err);
	if (rc == CP_OK)
		rc = cp_buf_check(&w->named, err);
	if (rc != CP_OK || w->failed == 0)
		return rc;
	if (w->done == 0 && w->output != NULL)
		(void)rmdir(w->output); /* nothing is in it */
	rc = cp_fail(err, w->done > 0 ? CP_PARTIAL : w->first.code,
	    "%d of %d packages %s not opened (%.500s); the first: %.400s",
	    w->failed, w->failed + w->done, w->failed == 1 ? "was" : "were",
	    cp_buf_text(&w->named), w->first.what);
	if (w->first.hint[0] != '\0')
		cp_err_hint(err, "%s", w->first.hint);
	return rc;
}

static enum cp_rc
open_several(struct outlet *w, const struct ids *l, struct cp_err *err)
{
	struct cp_err why;
	enum cp_rc rc = begin_several(w, err);

	for (size_t i = 0; rc == CP_OK && i < l->n; i++) {
		cp_err_clear(&why);
		if (open_one(w, l->id[i], &why) == CP_OK)
			w->done++;
		else
			rc = put_failed(w, l->id[i], &why, err);
	}
	return rc == CP_OK ? conclude(w, err) : rc;
}

enum cp_rc
cp_archive_open(struct cp_call *call, struct cp_err *err)
{
	struct cp_sitting x = { .call = call };
	struct outlet w = { .x = &x };
	struct ids l = { NULL, 0, 0 };
	enum cp_rc rc;

	cp_buf_init(&w.sealed);
	cp_buf_init(&w.named);
	rc = take_open(&x, &w, err);
	if (rc == CP_OK)
		rc = cp_sitting_begin(&x, err);
	if (rc == CP_OK)
		rc = list_ids(&x, &l, err);
	if (rc == CP_OK && w.hidden != NULL && l.n != 1)
		rc = cp_fail(err, CP_USAGE, "--shield is for one package");
	if (rc == CP_OK)
		rc = l.n == 1 ? open_one(&w, l.id[0], err) :
		    open_several(&w, &l, err);
	cp_out_free(w.table);
	cp_buf_clear(&w.sealed);
	cp_buf_clear(&w.named);
	cp_hidden_clear(&w.of_one);
	cp_age_sealer_free(w.sealer);
	free(l.id);
	cp_sitting_end(&x);
	return rc;
}
