#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/duties/printing_impl.h"
#include "lifecycle/store/stmt.h"

/*
 * The line: parts are read and composed here, set by the workers, and entered
 * here in the order in which they were read.  What a part has depends on the
 * items alone, so that one that was lost is made again the same.
 */
enum { AHEAD = 2 }; /* parts that wait, besides those being set */

struct line {
	struct print_work *w;
	struct cp_pool *pool;
	struct print_part **spare; /* parts that nothing stands in */
	size_t n_spare, made;
	/* where the next part begins */
	char file[PRINT_FILE];
	struct print_item last;
	int64_t number;
	struct print_item *ahead; /* read and not taken yet */
	size_t n_ahead;
};
enum { READ = PRINT_PART + PRINT_SPARE };

/* ---- items ----------------------------------------------------------------- */

/* The next file, and the number of its next part; *ANY is 0 at the end. */
static enum cp_rc
next_file(struct line *x, int *any, struct cp_err *err)
{
	struct cp_store *s = x->w->p->change.store;
	struct cp_stmt *q = cp_stmt(s, SQL_PRINT_FILE_NEXT);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, x->w->run.n);
	cp_bind_text(q, x->file);
	rc = cp_step(q, &row, err);
	*any = rc == CP_OK && row && !cp_col_null(q, 0);
	if (*any)
		cp_col_copy(q, 0, x->file, sizeof(x->file));
	cp_reset(q);
	if (!*any)
		return rc;
	memset(&x->last, 0, sizeof(x->last));
	q = cp_stmt(s, SQL_PRINT_PART_LAST);
	cp_bind_int(q, x->w->run.n);
	cp_bind_text(q, x->file);
	return cp_exec_int(q, 0, &x->number, err);
}

/* The items that follow, READ of them at most. */
static enum cp_rc
read_items(struct line *x, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->w->p->change.store,
	    SQL_PRINT_ITEM_NEXT);
	int row = 0;
	enum cp_rc rc;

	x->n_ahead = 0;
	cp_bind_int(q, x->w->run.n);
	cp_bind_text(q, x->file);
	cp_bind_text(q, x->last.sort);
	cp_bind_int(q, x->last.notice);
	cp_bind_int(q, READ);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		struct print_item *i = &x->ahead[x->n_ahead++];

		(void)snprintf(i->file, sizeof(i->file), "%s", x->file);
		cp_col_copy(q, 0, i->sort, sizeof(i->sort));
		i->notice = cp_col_int(q, 1);
	}
	return rc;
}

/* Of a dry run: out of memory, where they are sorted. */
static void
read_dry(struct line *x)
{
	struct print_work *w = x->w;

	x->n_ahead = 0;
	for (size_t i = w->dry_at; i < w->n_dry && x->n_ahead < READ; i++) {
		if (strcmp(w->dry[i].file, w->dry[w->dry_at].file) != 0)
			break;
		x->ahead[x->n_ahead++] = w->dry[i];
	}
}

/* How many of those ahead make a part: an address is not broken, if it can
 * be helped. */
static size_t
cut(const struct line *x)
{
	size_t n = x->n_ahead < PRINT_PART ? x->n_ahead : PRINT_PART;

	while (n < x->n_ahead && n > 0 && strcmp(x->ahead[n].sort,
	    x->ahead[n - 1].sort) == 0)
		n++;
	return n;
}

static enum cp_rc
next_items(struct line *x, struct cp_err *err)
{
	int any = 1;
	enum cp_rc rc = CP_OK;

	if (x->w->p->dry_run) {
		read_dry(x);
		return CP_OK;
	}
	if (x->file[0] == '\0')
		rc = next_file(x, &any, err);
	while (rc == CP_OK && any) {
		rc = read_items(x, err);
		if (rc != CP_OK || x->n_ahead > 0)
			break;
		rc = next_file(x, &any, err);
	}
	return rc;
}

/* ---- parts ----------------------------------------------------------------- */

static enum cp_rc
fill(struct line *x, struct print_part *p, size_t n, struct cp_err *err)
{
	struct cp_store *s = x->w->p->change.store;
	enum cp_rc rc = cp_store_begin_read(s, err);

	p->n = p->n_letters = 0;
	for (size_t i = 0; rc == CP_OK && i < n; i++) {
		rc = print_part_add(p, &x->ahead[i], err);
		if (rc == CP_OK)
			rc = print_child_load(x->w, &p->child[i], 0, err);
	}
	if (rc == CP_OK)
		rc = print_part_compose(x->w, p, err);
	cp_store_rollback(s);
	return rc;
}

/* Reads the next part into P; *ANY is 0 where there is none. */
static enum cp_rc
next_part(struct line *x, struct print_part *p, int *any, struct cp_err *err)
{
	size_t n;
	enum cp_rc rc = next_items(x, err);

	*any = rc == CP_OK && x->n_ahead > 0;
	if (!*any)
		return rc;
	n = cut(x);
	(void)snprintf(p->file, sizeof(p->file), "%s", x->ahead[0].file);
	p->number = ++x->number;
	rc = fill(x, p, n, err);
	x->last = x->ahead[n - 1];
	x->w->dry_at += n;
	return rc;
}

static struct print_part *
take_spare(struct line *x, size_t most, struct cp_err *err)
{
	struct print_part *p = NULL;

	if (x->n_spare > 0)
		return x->spare[--x->n_spare];
	if (x->made >= most)
		return NULL;
	if (print_part_new(&p, err) == CP_OK)
		x->made++;
	return p;
}

/* What would be refused when it is entered. */
static enum cp_rc
check_dry(struct print_part *p, struct cp_err *err)
{
	struct cp_buf ours;
	enum cp_rc rc;

	cp_buf_init(&ours);
	if (p->n_letters > 0)
		cp_composed_ours(&p->child[p->letter[0].lead].c, &ours);
	rc = cp_buf_check(&ours, err);
	for (size_t i = 0; rc == CP_OK && i < p->n; i++) {
		struct print_child *c = &p->child[i];
		struct cp_mail_text said = { c->doc, c->c.address,
			cp_buf_text(&ours), NULL };

		if (c->gone)
			continue;
		said.text = cp_buf_text(&print_letter_of(p, c->letter)->
		    spoken);
		rc = cp_mail_check_text(&said, err);
		if (rc != CP_REFUSED)
			continue;
		c->err = *err;
		c->gone = 1;
		(void)snprintf(c->why, sizeof(c->why), "other-address");
		rc = CP_OK;
	}
	cp_buf_clear(&ours);
	return rc;
}

/* Of a dry run: what would be entered. */
static enum cp_rc
count(struct print_work *w, struct print_part *p, struct cp_err *err)
{
	enum cp_rc rc = p->rc;

	if (rc == CP_OK && print_any_unset(p)) {
		rc = print_part_compose(w, p, err);
		if (rc != CP_OK)
			return rc;
		print_set(w, &w->bench, p);
		rc = p->rc;
	}
	if (rc != CP_OK) {
		*err = p->err;
		return rc;
	}
	rc = check_dry(p, err);
	for (size_t i = 0; i < p->n; i++) {
		if (p->child[i].gone)
			print_trouble(w, &p->child[i]);
		else
			w->p->notices++;
	}
	for (size_t k = 0; k < p->n_letters; k++) {
		w->p->letters += p->letter[k].pages > 0;
		w->p->pages += p->letter[k].pages;
	}
	return rc;
}

static enum cp_rc
finish(struct line *x, struct print_part *p, struct cp_err *err)
{
	struct print_work *w = x->w;
	enum cp_rc rc = w->p->dry_run ? count(w, p, err) :
	    print_enter(w, p, err);

	w->done += (int64_t)p->n;
	x->spare[x->n_spare++] = p;
	if (rc == CP_OK && w->p->progress != NULL)
		w->p->progress(w->p->progress_ctx, w->done, w->total);
	return rc;
}

/* Reads as far ahead as there are parts, then takes the oldest. */
static enum cp_rc
run(struct line *x, size_t most, struct cp_err *err)
{
	struct print_part *p;
	int any = 1;
	enum cp_rc rc = CP_OK;

	for (;;) {
		while (rc == CP_OK && any) {
			cp_err_clear(err);
			p = take_spare(x, most, err);
			if (p == NULL) {
				rc = err->code;
				break;
			}
			rc = next_part(x, p, &any, err);
			if (rc == CP_OK && any)
				rc = cp_pool_submit(x->pool, p, err);
			if (rc != CP_OK || !any)
				x->spare[x->n_spare++] = p;
		}
		p = rc == CP_OK ? cp_pool_next(x->pool) : NULL;
		if (p == NULL)
			return rc;
		rc = finish(x, p, err);
	}
}

static void
free_line(struct line *x, size_t most)
{
	struct print_part *p;

	if (x->pool != NULL)
		while ((p = cp_pool_next(x->pool)) != NULL)
			x->spare[x->n_spare++] = p;
	cp_pool_free(&x->pool);
	for (size_t i = 0; x->spare != NULL && i < x->n_spare && i < most; i++)
		print_part_free(x->spare[i]);
	free(x->spare);
	free(x->ahead);
}

enum cp_rc
print_line(struct print_work *w, struct cp_err *err)
{
	struct cp_pool_work work = print_set_work(w);
	struct line x = { .w = w };
	size_t most = w->p->workers + AHEAD;
	enum cp_rc rc = CP_OK;

	x.spare = calloc(most, sizeof(struct print_part *));
	x.ahead = calloc(READ, sizeof(*x.ahead));
	if (x.spare == NULL || x.ahead == NULL)
		rc = cp_fail(err, CP_FAILED, "out of memory");
	if (rc == CP_OK)
		rc = cp_pool_new(&work, w->p->workers, (unsigned)most,
		    &x.pool, err);
	if (rc == CP_OK)
		rc = run(&x, most, err);
	free_line(&x, most);
	return rc;
}
