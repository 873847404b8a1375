#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/file.h"
#include "lifecycle/duties/letter_bind.h"
#include "lifecycle/duties/printing_bound.h"
#include "lifecycle/store/stmt.h"

/*
 * The parts of each file become one, in a folder of their own; when all are
 * there, the transaction that ends the run looks whether every letter may go
 * still, and moves them to where they are wanted.
 */
enum { TIMES = 20 }; /* all is bound at most, while records change */

struct binding {
	struct print_work *w;
	struct print_bound out;
	struct print_kept kept;
	/* of the file that is being bound */
	char file[PRINT_FILE];
	const struct cp_language *language;
	int text;
	int volume;      /* of it, from 1 */
	int64_t pages;   /* in that volume so far */
	int64_t letters;
	int64_t notices; /* of the run */
};

/* The name of the volume, with its ending. */
static const char *
volume_name(const struct binding *x, char *out, size_t cap)
{
	char part[16] = "";

	if (x->volume > 1)
		(void)snprintf(part, sizeof(part), "-%d", x->volume);
	(void)snprintf(out, cap, "%s%s%s", x->file, part, x->text ? ".txt" :
	    ".pdf");
	return out;
}

/* ---- one file -------------------------------------------------------------- */

static enum cp_rc
put_file(void *ctx, const void *data, size_t len, struct cp_err *err)
{
	struct cp_durable *d = ctx;

	return cp_durable_write(d, data, len, err);
}

static enum cp_rc
open_pdf(struct binding *x, const char *title, const char *name,
    struct print_pdf *pdf, struct cp_err *err)
{
	struct cp_bind_spec spec = { .title = title,
		.language = x->language->code, .rtl = x->language->rtl,
		.figure = x->language->qr, .made = x->w->run.started };
	enum cp_rc rc = print_bound_open(&x->out, name, &pdf->d, err);

	return rc == CP_OK ? cp_bind_open(&spec, put_file, pdf->d, &pdf->bind,
	    err) : rc;
}

static enum cp_rc
close_pdf(struct print_pdf *pdf, struct cp_err *err)
{
	enum cp_rc rc = pdf->bind != NULL ? cp_bind_finish(pdf->bind, err) :
	    CP_OK;

	cp_bind_free(pdf->bind);
	pdf->bind = NULL;
	if (rc == CP_OK && pdf->d != NULL)
		rc = cp_durable_commit(&pdf->d, err);
	cp_durable_abort(&pdf->d);
	return rc;
}

/* Each letter of the part as a file of its own. */
static enum cp_rc
put_each(struct binding *x, struct cp_err *err)
{
	const uint8_t *data = x->kept.file.data + x->kept.data;
	char name[PRINT_FILE * 2], ref[CP_NOTICE_REF];
	struct print_pdf pdf = { NULL, NULL };
	int64_t first;
	int pages;
	enum cp_rc rc = print_bound_folder(&x->out, x->file, err);

	for (size_t i = 0; rc == CP_OK && i < x->kept.n_notices; i++) {
		const struct print_letter *l = &x->kept.of[i];

		if (i > 0 && x->kept.of[i - 1].lead == l->lead)
			continue; /* of the same household */
		cp_notice_ref(x->kept.notice[i], ref);
		(void)snprintf(name, sizeof(name), "%s/%s%s", x->file, ref,
		    x->text ? ".txt" : ".pdf");
		if (x->text) {
			rc = print_bound_open(&x->out, name, &pdf.d, err);
			if (rc == CP_OK)
				rc = cp_durable_write(pdf.d, data + l->at,
				    l->len, err);
		} else {
			rc = open_pdf(x, ref, name, &pdf, err);
			if (rc == CP_OK)
				rc = cp_bind_add(pdf.bind, data + l->at,
				    l->len, NULL, 0, &first, &pages, err);
		}
		if (rc == CP_OK)
			rc = close_pdf(&pdf, err);
		x->w->p->files++;
	}
	cp_bind_free(pdf.bind);
	cp_durable_abort(&pdf.d);
	return rc;
}

static enum cp_rc
put_text(struct binding *x, struct print_pdf *pdf, struct cp_err *err)
{
	const uint8_t *data = x->kept.file.data + x->kept.data;
	int64_t n = x->pages;
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < x->kept.n_notices; i++) {
		const struct print_letter *l = &x->kept.of[i];

		if (i > 0 && x->kept.of[i - 1].lead == l->lead)
			continue;
		if (n++ > 0)
			rc = cp_durable_write(pdf->d, "\f", 1, err);
		if (rc == CP_OK)
			rc = cp_durable_write(pdf->d, data + l->at, l->len,
			    err);
	}
	return rc;
}

/* The part into the file; *FIRST is where its first page went, from 1. */
static enum cp_rc
put_part(struct binding *x, struct print_pdf *pdf, int64_t *first,
    struct cp_err *err)
{
	int pages = 0;
	enum cp_rc rc;

	*first = x->pages + 1;
	if (x->w->each)
		return put_each(x, err);
	if (x->text) {
		rc = put_text(x, pdf, err);
		pages = (int)x->kept.n_letters;
	} else {
		rc = cp_bind_add(pdf->bind, x->kept.file.data + x->kept.data,
		    x->kept.file.len - x->kept.data, NULL, 0, first, &pages,
		    err);
	}
	x->pages += pages;
	x->letters += (int64_t)x->kept.n_letters;
	return rc;
}

/* ---- the manifest ---------------------------------------------------------- */

/* The notice under whose reference NOTICE's letter goes, and what it is in
 * the part. */
static const struct print_letter *
letter_of(const struct print_kept *k, int64_t notice, int64_t *lead)
{
	size_t i = 0;

	while (i < k->n_notices && k->notice[i] != notice)
		i++;
	if (i == k->n_notices)
		return NULL;
	*lead = k->notice[i];
	for (size_t j = i; j-- > 0 && k->of[j].lead == k->of[i].lead;)
		*lead = k->notice[j];
	return &k->of[i];
}

static enum cp_rc
put_rows(struct binding *x, int64_t number, int64_t first,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->w->p->change.store,
	    SQL_PRINT_PART_ITEMS);
	struct print_row r;
	int64_t notice, lead = 0;
	int row = 0;
	enum cp_rc rc;

	cp_bind_int(q, x->w->run.n);
	cp_bind_text(q, x->file);
	cp_bind_int(q, number);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		const struct print_letter *l;

		memset(&r, 0, sizeof(r));
		notice = cp_col_int(q, 1);
		l = letter_of(&x->kept, notice, &lead);
		if (l == NULL) {
			rc = cp_fail(err, CP_CORRUPT, "a part of the print "
			    "run is damaged");
			break;
		}
		cp_notice_ref(notice, r.reference);
		cp_notice_ref(lead, r.letter);
		r.kind = cp_col_text(q, 4);
		r.language = cp_col_text(q, 5);
		r.format = cp_col_text(q, 6);
		r.first_page = x->w->each ? 1 : first + l->first - 1;
		r.pages = l->pages;
		if (x->w->each)
			(void)snprintf(r.file, sizeof(r.file), "%s/%s%s",
			    x->file, r.letter, x->text ? ".txt" : ".pdf");
		else
			(void)volume_name(x, r.file, sizeof(r.file));
		rc = print_bound_row(&x->out, &r, err);
		if (rc != CP_OK)
			break;
		x->notices++;
		if (lead == notice) {
			x->w->p->letters++;
			x->w->p->pages += l->pages;
		}
	}
	cp_reset(q);
	return rc;
}

/* ---- all files ------------------------------------------------------------- */

/* The language and form of the file, by its first row. */
static enum cp_rc
look_at_file(struct binding *x, int64_t number, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->w->p->change.store,
	    SQL_PRINT_PART_ITEMS);
	int row, known;
	enum cp_rc rc;

	cp_bind_int(q, x->w->run.n);
	cp_bind_text(q, x->file);
	cp_bind_int(q, number);
	rc = cp_step(q, &row, err);
	if (rc == CP_OK && row) {
		x->language = cp_wording_language(x->w->p->with->wordings,
		    cp_col_text(q, 5), &known);
		x->text = strcmp(cp_col_text(q, 6),
		    cp_format_word(CP_FORMAT_PLAIN)) == 0;
	}
	cp_reset(q);
	return rc;
}

/* For the part that was read: the file that is open, or where it is full, or
 * there is none, the next. */
static enum cp_rc
begin_file(struct binding *x, struct print_pdf *pdf, struct cp_err *err)
{
	int64_t most = x->w->p->per_file > 0 ? x->w->p->per_file :
	    CP_PRINT_PER_FILE;
	char name[PRINT_FILE + 24], title[192];
	enum cp_rc rc = CP_OK;

	if (x->w->each || (pdf->d != NULL &&
	    x->letters + (int64_t)x->kept.n_letters <= most))
		return CP_OK;
	if (pdf->d != NULL)
		rc = close_pdf(pdf, err);
	if (rc != CP_OK)
		return rc;
	x->volume++;
	x->pages = x->letters = 0;
	x->w->p->files++;
	(void)volume_name(x, name, sizeof(name));
	if (x->text)
		return print_bound_open(&x->out, name, &pdf->d, err);
	(void)snprintf(title, sizeof(title), "%s \xc2\xb7 %.60s \xc2\xb7 %.*s",
	    x->w->run.id, x->language->native, (int)strcspn(name, "."), name);
	return open_pdf(x, title, name, pdf, err);
}

static enum cp_rc
next_number(struct binding *x, int64_t *number, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->w->p->change.store,
	    SQL_PRINT_PART_NEXT);

	cp_bind_int(q, x->w->run.n);
	cp_bind_text(q, x->file);
	cp_bind_int(q, *number);
	return cp_exec_int(q, -1, number, err);
}

static enum cp_rc
bind_file(struct binding *x, struct cp_err *err)
{
	struct print_pdf pdf = { NULL, NULL };
	int64_t number = 0, first;
	enum cp_rc rc = next_number(x, &number, err);

	x->volume = 0;
	x->pages = x->letters = 0;
	while (rc == CP_OK && number >= 0) {
		rc = print_part_read(x->w, x->file, number, &x->kept, err);
		if (rc == CP_OK)
			rc = print_leave_out(x->w, x->file, number, &x->kept,
			    err);
		if (rc == CP_OK && x->kept.n_notices > 0) {
			rc = look_at_file(x, number, err);
			if (rc == CP_OK)
				rc = begin_file(x, &pdf, err);
			if (rc == CP_OK)
				rc = put_part(x, &pdf, &first, err);
			if (rc == CP_OK)
				rc = put_rows(x, number, first, err);
		}
		if (rc == CP_OK)
			rc = next_number(x, &number, err);
	}
	if (rc == CP_OK)
		rc = close_pdf(&pdf, err);
	cp_bind_free(pdf.bind);
	cp_durable_abort(&pdf.d);
	return rc;
}

static enum cp_rc
next_file(struct binding *x, int *any, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->w->p->change.store,
	    SQL_PRINT_FILE_NEXT);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, x->w->run.n);
	cp_bind_text(q, x->file);
	rc = cp_step(q, &row, err);
	*any = rc == CP_OK && row && !cp_col_null(q, 0);
	if (*any)
		cp_col_copy(q, 0, x->file, sizeof(x->file));
	cp_reset(q);
	return rc;
}

static enum cp_rc
bind_all(struct binding *x, struct cp_err *err)
{
	struct cp_printing *p = x->w->p;
	int any = 1;
	enum cp_rc rc = print_take_back(x->w->run.folder, err);

	if (rc == CP_OK)
		rc = print_leave_lost(x->w, err);
	if (rc == CP_OK)
		rc = print_bound_begin(&x->out, x->w, err);
	p->letters = p->pages = p->files = x->notices = 0;
	x->file[0] = '\0';
	while (rc == CP_OK && any) {
		rc = next_file(x, &any, err);
		if (rc == CP_OK && any)
			rc = bind_file(x, err);
	}
	return rc == CP_OK ? print_bound_end(&x->out, err) : rc;
}

/* ---- the end of the run ---------------------------------------------------- */

/* What is in no file was not printed. */
static enum cp_rc
unissue_loose(struct print_work *w, struct cp_err *err)
{
	int64_t n = 0;
	enum cp_rc rc;

	do {
		struct cp_stmt *q = cp_stmt(w->p->change.store,
		    SQL_PRINT_LOOSE);

		cp_bind_int(q, w->run.n);
		rc = cp_exec_int(q, 0, &n, err);
		if (rc == CP_OK && n != 0)
			rc = print_unissue(&w->p->change, w->run.n, n, err);
	} while (rc == CP_OK && n != 0);
	return rc;
}

static enum cp_rc
end_run(struct binding *x, struct cp_err *err)
{
	struct print_work *w = x->w;
	struct cp_stmt *q;
	enum cp_rc rc = unissue_loose(w, err);

	if (rc != CP_OK)
		return rc;
	q = cp_stmt(w->p->change.store, SQL_PRINT_ITEM_DROP_ALL);
	cp_bind_int(q, w->run.n);
	rc = cp_exec(q, err);
	if (rc != CP_OK)
		return rc;
	q = cp_stmt(w->p->change.store, SQL_PRINT_RUN_END);
	cp_bind_int(q, w->run.n);
	cp_bind_text(q, "done");
	cp_bind_text(q, w->p->change.now->time);
	cp_bind_int(q, w->p->letters);
	cp_bind_int(q, w->p->pages);
	rc = cp_exec(q, err);
	if (rc == CP_OK && cp_changes(w->p->change.store) != 1)
		rc = cp_fail(err, CP_REFUSED, "the print run was ended "
		    "meanwhile");
	(void)snprintf(w->run.status, sizeof(w->run.status), "done");
	w->run.letters = w->p->letters;
	w->run.pages = w->p->pages;
	return rc == CP_OK ? print_log(&w->p->change, "notice.print.done",
	    &w->run, err) : rc;
}

/* Before anything is moved: it is this process's to end. */
static enum cp_rc
need_open(struct print_work *w, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(w->p->change.store,
	    SQL_PRINT_RUN_COLLECTED);
	enum cp_rc rc;

	cp_bind_int(q, w->run.n);
	rc = cp_exec(q, err);
	if (rc == CP_OK && cp_changes(w->p->change.store) != 1)
		rc = cp_fail(err, CP_REFUSED, "the print run was ended "
		    "meanwhile");
	return rc;
}

/* *DONE is 0 where something happened while it was bound. */
static enum cp_rc
finish(struct binding *x, int *done, struct cp_err *err)
{
	struct print_work *w = x->w;
	struct cp_err late;
	int any = 0, moved = 0;
	enum cp_rc rc = cp_txn_begin(w->p->change.audit, err);

	*done = 0;
	if (rc != CP_OK)
		return rc;
	rc = need_open(w, err);
	if (rc == CP_OK)
		rc = print_any_doubt(w, x->notices, &any, err);
	if (rc == CP_OK && any) {
		cp_txn_rollback(w->p->change.audit);
		return CP_OK;
	}
	moved = rc == CP_OK;
	if (rc == CP_OK)
		rc = print_bound_move(&x->out, err);
	if (rc == CP_OK)
		rc = end_run(x, err);
	rc = cp_txn_end(w->p->change.audit, rc, err);
	*done = rc == CP_OK;
	if (!*done && moved && print_take_back(w->run.folder, &late) != CP_OK)
		cp_err_context(err, "letters of a run that is not done are "
		    "left in its folder");
	return rc;
}

enum cp_rc
print_bind(struct print_work *w, struct cp_err *err)
{
	struct binding x = { .w = w };
	int done = 0;
	enum cp_rc rc = CP_OK;

	for (int i = 0; rc == CP_OK && !done; i++) {
		if (i == TIMES)
			rc = cp_fail(err, CP_BUSY, "the records change while "
			    "their letters are bound");
		if (rc == CP_OK)
			rc = bind_all(&x, err);
		if (rc == CP_OK)
			rc = finish(&x, &done, err);
	}
	w->p->notices = x.notices;
	print_bound_clear(&x.out);
	print_kept_clear(&x.kept);
	return rc;
}
