#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/duties/printing_impl.h"
#include "lifecycle/records/find.h"
#include "lifecycle/records/reach.h"
#include "lifecycle/store/stmt.h"

/*
 * What is owed becomes the run's items, a page at a time, each read in one
 * view and entered in one transaction.  Done twice it gives the same, so that
 * one that was stopped half-way is begun again.
 */
enum { PAGE = 500 };

struct page {
	int64_t notice[PAGE];
	int n;
	struct cp_date due; /* the last one's, and its number */
	int64_t last;
};

struct collecting {
	struct print_work *w;
	const struct print_asked *asked;
	struct print_part *part; /* room for the children of a page */
	int64_t found;
};

/* ---- pages of notices ------------------------------------------------------ */

static void
bind_query(struct cp_stmt *q, const struct cp_notice_query *query)
{
	cp_bind_date(q, query->until);
	cp_bind_text(q, query->kind);
}

static enum cp_rc
take_rows(struct cp_stmt *q, struct page *page, struct cp_err *err)
{
	int row = 0;
	enum cp_rc rc;

	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		if (page->n == PAGE)
			break;
		page->due = cp_col_date(q, 0);
		page->last = cp_col_int(q, 1);
		page->notice[page->n++] = page->last;
	}
	cp_reset(q);
	return rc;
}

static enum cp_rc
next_page(struct collecting *x, enum sql_id id, struct page *page,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->w->p->change.store, id);

	page->n = 0;
	if (cp_date_set(page->due))
		cp_bind_date(q, page->due);
	else
		cp_bind_text(q, "");
	cp_bind_int(q, page->last);
	bind_query(q, &x->asked->query);
	cp_bind_int(q, PAGE);
	return take_rows(q, page, err);
}

static enum cp_rc
fail_nothing(const char *what, const char *id, struct cp_err *err)
{
	(void)cp_fail(err, CP_NOT_FOUND, "%s %.40s is owed no notice", what,
	    id);
	cp_err_hint(err, "`cpadmin notice show %.40s' tells what became of "
	    "each", id);
	return CP_NOT_FOUND;
}

/* A reference, or a record's number: what is owed of it. */
static enum cp_rc
page_of_id(struct collecting *x, const char *id, struct page *page,
    struct cp_err *err)
{
	struct cp_store *s = x->w->p->change.store;
	struct cp_notice n;
	struct cp_record r;
	struct cp_stmt *q;
	enum cp_rc rc;

	page->n = 0;
	if (cp_notice_ref_parse(id) != 0) {
		rc = cp_notice_get(s, id, &n, err);
		if (rc == CP_OK && (n.status != CP_NOTICE_OWED || n.safe)) {
			(void)cp_fail(err, CP_REFUSED, "notice %s is %s", n.ref,
			    cp_notice_status_word(n.status));
			return CP_REFUSED;
		}
		page->notice[0] = n.n;
		page->n = 1;
		return rc;
	}
	rc = cp_record_get(s, id, &r, err);
	if (rc == CP_OK)
		rc = cp_record_need_live(s, &r, "open", err);
	if (rc != CP_OK)
		return rc;
	q = cp_stmt(s, SQL_PRINT_OWED_OF);
	cp_bind_int(q, r.n);
	bind_query(q, &x->asked->query);
	rc = take_rows(q, page, err);
	return rc == CP_OK && page->n == 0 ? fail_nothing("record", r.id,
	    err) : rc;
}

/* What was asked for when the run began may be owed no more. */
static enum cp_rc
or_not_owed(enum cp_rc rc, struct cp_err *err)
{
	if (rc != CP_NOT_FOUND && rc != CP_REFUSED)
		return rc;
	cp_err_clear(err);
	return CP_OK;
}

enum cp_rc
print_need_ids(struct print_work *w, const struct print_asked *a,
    struct cp_err *err)
{
	struct collecting x = { .w = w, .asked = a };
	struct page *page = calloc(1, sizeof(*page));
	enum cp_rc rc = CP_OK;

	if (page == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	for (size_t i = 0; rc == CP_OK && i < a->n_ids; i++)
		rc = page_of_id(&x, a->ids[i], page, err);
	free(page);
	return rc;
}

/* ---- entering -------------------------------------------------------------- */

static enum cp_rc
keep_dry(struct print_work *w, const struct print_item *item,
    struct cp_err *err)
{
	size_t cap = w->cap_dry == 0 ? 1024 : 2 * w->cap_dry;
	struct print_item *more;

	if (w->n_dry == w->cap_dry) {
		more = realloc(w->dry, cap * sizeof(*more));
		if (more == NULL)
			return cp_fail(err, CP_FAILED, "out of memory");
		w->dry = more;
		w->cap_dry = cap;
	}
	w->dry[w->n_dry++] = *item;
	return CP_OK;
}

static enum cp_rc
add_item(struct print_work *w, const struct print_child *c,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(w->p->change.store, SQL_PRINT_ITEM_ADD);
	enum cp_rc rc;

	cp_bind_int(q, w->run.n);
	cp_bind_text(q, c->at.file);
	cp_bind_text(q, c->at.sort);
	cp_bind_int(q, c->n.n);
	rc = cp_exec(q, err);
	if (rc == CP_OK && c->n.problem[0] != '\0')
		rc = cp_notice_set_problem(&w->p->change, c->n.n, "", err);
	return rc;
}

/* Whether the operator reaches it: a run prints nothing of others'. */
static int
reached(const struct print_work *w, const struct print_child *c)
{
	return cp_operator_reaches(cp_store_actor(w->p->change.store),
	    c->r.authority);
}

static enum cp_rc
read_children(struct collecting *x, const struct page *page,
    struct cp_err *err)
{
	struct cp_store *s = x->w->p->change.store;
	struct print_item at = { .notice = 0 };
	enum cp_rc rc = cp_store_begin_read(s, err);

	x->part->n = 0;
	for (int i = 0; rc == CP_OK && i < page->n; i++) {
		at.notice = page->notice[i];
		rc = print_part_add(x->part, &at, err);
		if (rc == CP_OK)
			rc = print_child_load(x->w, &x->part->child[i], 0,
			    err);
		if (rc == CP_OK && !reached(x->w, &x->part->child[i])) {
			x->part->child[i].gone = 1;
			x->part->child[i].why[0] = '\0';
		}
	}
	cp_store_rollback(s);
	return rc;
}

static enum cp_rc
enter_children(struct collecting *x, struct cp_err *err)
{
	struct print_work *w = x->w;
	enum cp_rc rc = w->p->dry_run ? CP_OK :
	    cp_txn_begin(w->p->change.audit, err);

	if (rc != CP_OK)
		return rc;
	for (size_t i = 0; rc == CP_OK && i < x->part->n; i++) {
		const struct print_child *c = &x->part->child[i];

		if (w->p->dry_run)
			rc = c->gone ? CP_OK : keep_dry(w, &c->at, err);
		else
			rc = c->gone ? print_drop(w, c, err) :
			    add_item(w, c, err);
	}
	return w->p->dry_run ? rc : cp_txn_end(w->p->change.audit, rc, err);
}

static enum cp_rc
take_page(struct collecting *x, const struct page *page, struct cp_err *err)
{
	enum cp_rc rc = read_children(x, page, err);

	if (rc == CP_OK)
		rc = enter_children(x, err);
	for (size_t i = 0; rc == CP_OK && i < x->part->n; i++)
		if (x->part->child[i].gone)
			print_trouble(x->w, &x->part->child[i]);
	x->found += page->n;
	if (rc == CP_OK && x->w->p->progress != NULL)
		x->w->p->progress(x->w->p->progress_ctx, x->found, 0);
	return rc;
}

/* ---- all ------------------------------------------------------------------- */

static int
by_place(const void *a, const void *b)
{
	const struct print_item *x = a, *y = b;
	int d = strcmp(x->file, y->file);

	if (d == 0)
		d = strcmp(x->sort, y->sort);
	return d != 0 ? d : (x->notice > y->notice) - (x->notice < y->notice);
}

/* In order, each once, as the rows of a real run are. */
static void
sort_dry(struct print_work *w)
{
	size_t kept = 1;

	qsort(w->dry, w->n_dry, sizeof(*w->dry), by_place);
	for (size_t i = 1; i < w->n_dry; i++)
		if (w->dry[i].notice != w->dry[kept - 1].notice)
			w->dry[kept++] = w->dry[i];
	w->n_dry = kept;
}

static enum cp_rc
walk(struct collecting *x, struct cp_err *err)
{
	const struct print_asked *a = x->asked;
	struct page *page = calloc(1, sizeof(*page));
	enum cp_rc rc = CP_OK;

	if (page == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	for (size_t i = 0; rc == CP_OK && i < a->n_ids; i++) {
		rc = page_of_id(x, a->ids[i], page, err);
		if (rc == CP_OK)
			rc = take_page(x, page, err);
		rc = or_not_owed(rc, err);
	}
	while (rc == CP_OK && a->n_ids == 0) {
		rc = next_page(x, SQL_PRINT_OWED, page, err);
		if (rc != CP_OK || page->n == 0)
			break;
		rc = take_page(x, page, err);
	}
	free(page);
	return rc;
}

enum cp_rc
print_collect(struct print_work *w, const struct print_asked *a,
    struct cp_err *err)
{
	struct collecting x = { .w = w, .asked = a };
	enum cp_rc rc = print_part_new(&x.part, err);

	if (rc == CP_OK)
		rc = walk(&x, err);
	print_part_free(x.part);
	if (rc == CP_OK && w->n_dry > 0)
		sort_dry(w);
	return rc;
}

/* ---- once more ------------------------------------------------------------- */

static enum cp_rc
tell_page(struct print_work *w, const struct page *page, struct cp_err *err)
{
	struct print_child c;
	enum cp_rc rc = CP_OK;

	print_child_init(&c);
	for (int i = 0; rc == CP_OK && i < page->n; i++) {
		rc = cp_notice_at(w->p->change.store, page->notice[i], &c.n,
		    err);
		if (rc != CP_OK || c.n.problem[0] == '\0' ||
		    !cp_operator_reaches(cp_store_actor(w->p->change.store),
		    c.n.authority))
			continue;
		(void)snprintf(c.why, sizeof(c.why), "%s", c.n.problem);
		print_trouble(w, &c);
	}
	print_child_clear(&c);
	return rc;
}

enum cp_rc
print_problems(struct print_work *w, const struct print_asked *a,
    struct cp_err *err)
{
	struct collecting x = { .w = w, .asked = a };
	struct page *page = calloc(1, sizeof(*page));
	enum cp_rc rc = CP_OK;

	if (page == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	for (size_t i = 0; rc == CP_OK && i < a->n_ids; i++) {
		rc = page_of_id(&x, a->ids[i], page, err);
		if (rc == CP_OK)
			rc = tell_page(w, page, err);
		rc = or_not_owed(rc, err);
	}
	while (rc == CP_OK && a->n_ids == 0) {
		rc = next_page(&x, SQL_PRINT_PROBLEMS, page, err);
		if (rc != CP_OK || page->n == 0)
			break;
		rc = tell_page(w, page, err);
	}
	free(page);
	return rc;
}
