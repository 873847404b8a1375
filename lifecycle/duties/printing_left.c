#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/duties/printing_impl.h"
#include "lifecycle/store/stmt.h"

/*
 * Between the entering of a letter and the binding something may have happened
 * to whom it is about: a shield, a death, another address.  Its part is set
 * again without it, and its notice is owed as before.
 */

struct leaving {
	struct print_work *w;
	struct print_part *part;  /* all children of it, by the rows */
	struct print_item *doubtful;
	size_t n_doubtful, cap;
};

/* Those of the run (FILE NULL), or of a part, that are to be looked at. */
static enum cp_rc
read_doubtful(struct leaving *x, const char *file, int64_t number,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->w->p->change.store,
	    SQL_PRINT_DOUBTFUL);
	size_t cap;
	struct print_item *more;
	int row = 0;
	enum cp_rc rc;

	cp_bind_int(q, x->w->run.n);
	cp_bind_text(q, file);
	if (file != NULL)
		cp_bind_int(q, number);
	else
		cp_bind_null(q);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		if (x->n_doubtful == x->cap) {
			cap = x->cap == 0 ? 64 : 2 * x->cap;
			more = realloc(x->doubtful, cap * sizeof(*more));
			if (more == NULL) {
				rc = cp_fail(err, CP_FAILED, "out of memory");
				break;
			}
			x->doubtful = more;
			x->cap = cap;
		}
		more = &x->doubtful[x->n_doubtful++];
		cp_col_copy(q, 0, more->file, sizeof(more->file));
		cp_col_copy(q, 1, more->sort, sizeof(more->sort));
		more->notice = cp_col_int(q, 2);
	}
	cp_reset(q);
	return rc;
}

static void
gone(struct print_child *c, const char *why, const char *what)
{
	(void)cp_fail(&c->err, CP_REFUSED, "%s", what);
	c->gone = 1;
	(void)snprintf(c->why, sizeof(c->why), "%s", why);
}

/* Looks at one that was entered: `gone' where its letter may not go, or is for
 * somebody else by now. */
static enum cp_rc
look(struct print_work *w, struct print_child *c, struct cp_err *err)
{
	int same = 1;
	enum cp_rc rc = print_child_load(w, c, 1, err);

	if (rc != CP_OK || c->gone)
		return rc;
	rc = cp_notice_place(w->p->change.store, &c->n,
	    &c->doc->addresses[c->c.address], &same, err);
	if (rc == CP_OK && same != 1)
		gone(c, "unsettled", "its letters have to wait");
	else if (rc == CP_OK && strcmp(c->n.addressee,
	    cp_addressee_word(c->c.to)) != 0)
		gone(c, "changed", "it is for somebody else by now");
	return rc;
}

/* ---- a part ---------------------------------------------------------------- */

static int
is_doubtful(const struct leaving *x, int64_t n)
{
	for (size_t i = 0; i < x->n_doubtful; i++)
		if (x->doubtful[i].notice == n)
			return 1;
	return 0;
}

/* The children of the part, by the rows. */
static enum cp_rc
read_rows(struct leaving *x, const char *file, int64_t number,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->w->p->change.store,
	    SQL_PRINT_PART_ITEMS);
	struct print_item at = { .notice = 0 };
	int row = 0;
	enum cp_rc rc;

	cp_bind_int(q, x->w->run.n);
	cp_bind_text(q, file);
	cp_bind_int(q, number);
	(void)strncat(at.file, file, sizeof(at.file) - 1);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		cp_col_copy(q, 0, at.sort, sizeof(at.sort));
		at.notice = cp_col_int(q, 1);
		rc = print_part_add(x->part, &at, err);
		if (rc != CP_OK)
			break;
	}
	cp_reset(q);
	return rc;
}

static int
has_row(const struct print_part *p, int64_t notice, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p->child[i].at.notice == notice)
			return 1;
	return 0;
}

/* One that has no row any more: a shield took it, and it is owed again. */
static enum cp_rc
look_rowless(struct print_work *w, struct print_child *c, struct cp_err *err)
{
	enum cp_rc rc = look(w, c, err);

	if (rc == CP_OK && c->gone && c->why[0] == '\0')
		rc = print_child_load(w, c, 0, err);
	c->gone = 1;
	return rc;
}

static enum cp_rc
add_rowless(struct leaving *x, const struct print_kept *k, int *any,
    struct cp_err *err)
{
	struct print_item at = { .notice = 0 };
	size_t rows = x->part->n;
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < k->n_notices; i++) {
		if (has_row(x->part, k->notice[i], rows))
			continue;
		*any = 1;
		at.notice = k->notice[i];
		rc = print_part_add(x->part, &at, err);
		if (rc == CP_OK)
			rc = look_rowless(x->w,
			    &x->part->child[x->part->n - 1], err);
	}
	return rc;
}

/* *ANY: the part on the disk is not what is to be bound. */
static enum cp_rc
find_gone(struct leaving *x, const struct print_kept *k, int *any,
    struct cp_err *err)
{
	size_t rows = x->part->n;
	enum cp_rc rc = CP_OK;

	*any = rows != k->n_notices;
	for (size_t i = 0; rc == CP_OK && i < rows; i++) {
		struct print_child *c = &x->part->child[i];

		if (!is_doubtful(x, c->at.notice))
			continue;
		rc = look(x->w, c, err);
		*any = 1; /* what it says may be another name by now */
	}
	return rc == CP_OK ? add_rowless(x, k, any, err) : rc;
}

static enum cp_rc
put_places(struct leaving *x, struct cp_err *err)
{
	const struct print_part *p = x->part;
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < p->n; i++) {
		const struct print_child *c = &p->child[i];
		struct cp_stmt *q;

		if (c->gone)
			continue;
		q = cp_stmt(x->w->p->change.store, SQL_PRINT_ITEM_SET);
		cp_bind_int(q, x->w->run.n);
		cp_bind_text(q, p->file);
		cp_bind_text(q, c->at.sort);
		cp_bind_int(q, c->at.notice);
		cp_bind_int(q, p->number);
		cp_bind_int(q, p->letter[c->letter].first);
		cp_bind_int(q, p->letter[c->letter].pages);
		rc = cp_exec(q, err);
	}
	return rc;
}

static enum cp_rc
enter(struct leaving *x, struct cp_err *err)
{
	struct print_work *w = x->w;
	enum cp_rc rc = cp_txn_begin(w->p->change.audit, err);

	if (rc != CP_OK)
		return rc;
	for (size_t i = 0; rc == CP_OK && i < x->part->n; i++) {
		const struct print_child *c = &x->part->child[i];

		if (!c->gone)
			continue;
		rc = print_unissue(&w->p->change, w->run.n, c->at.notice, err);
		if (rc == CP_OK)
			rc = print_drop(w, c, err);
	}
	if (rc == CP_OK)
		rc = put_places(x, err);
	rc = cp_txn_end(w->p->change.audit, rc, err);
	for (size_t i = 0; rc == CP_OK && i < x->part->n; i++)
		if (x->part->child[i].gone)
			print_trouble(w, &x->part->child[i]);
	return rc;
}

/* Sets the part again without those that are gone. */
static enum cp_rc
set_again(struct leaving *x, struct cp_err *err)
{
	struct print_part *p = x->part;
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < p->n; i++)
		if (!p->child[i].gone)
			rc = look(x->w, &p->child[i], err);
	do {
		if (rc == CP_OK)
			rc = print_part_compose(x->w, p, err);
		if (rc != CP_OK)
			return rc;
		print_set(x->w, &x->w->bench, p);
		if (p->rc != CP_OK) {
			*err = p->err;
			return p->rc;
		}
	} while (print_any_unset(p));
	rc = print_part_write(x->w, p, err);
	return rc == CP_OK ? enter(x, err) : rc;
}

enum cp_rc
print_leave_out(struct print_work *w, const char *file, int64_t number,
    struct print_kept *k, struct cp_err *err)
{
	struct leaving x = { .w = w };
	int any = 0;
	enum cp_rc rc = print_part_new(&x.part, err);

	if (rc == CP_OK) {
		(void)strncat(x.part->file, file, PRINT_FILE - 1);
		x.part->number = number;
		rc = read_doubtful(&x, file, number, err);
	}
	if (rc == CP_OK)
		rc = read_rows(&x, file, number, err);
	if (rc == CP_OK)
		rc = find_gone(&x, k, &any, err);
	if (rc == CP_OK && any) {
		rc = set_again(&x, err);
		if (rc == CP_OK && !print_part_empty(x.part))
			rc = print_part_read(w, file, number, k, err);
		else if (rc == CP_OK)
			print_kept_clear(k);
	}
	print_part_free(x.part);
	free(x.doubtful);
	return rc;
}

/* ---- parts without a row ---------------------------------------------------- */

struct names {
	char (*name)[PRINT_FILE + 16];
	size_t n, cap;
};

static int
by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* "en-standard.0001"; what else is there is nobody's. */
static int
is_part(const char *name)
{
	const char *dot = strchr(name, '.');

	return dot != NULL && dot != name && dot[1] != '\0' &&
	    dot[1 + strspn(dot + 1, "0123456789")] == '\0';
}

static enum cp_rc
read_names(struct print_work *w, struct names *x, struct cp_err *err)
{
	char path[PRINT_PATH];
	struct dirent *e;
	void *more;
	DIR *d;

	(void)snprintf(path, sizeof(path), "%s/" PRINT_PARTS, w->run.folder);
	d = opendir(path);
	if (d == NULL)
		return cp_fail_errno(err, CP_FAILED, "%s", path);
	while ((e = readdir(d)) != NULL) {
		if (!is_part(e->d_name) ||
		    strlen(e->d_name) >= sizeof(*x->name))
			continue;
		if (x->n == x->cap) {
			x->cap = x->cap == 0 ? 64 : 2 * x->cap;
			more = realloc(x->name, x->cap * sizeof(*x->name));
			if (more == NULL) {
				(void)closedir(d);
				return cp_fail(err, CP_FAILED, "out of memory");
			}
			x->name = more;
		}
		(void)snprintf(x->name[x->n++], sizeof(*x->name), "%s",
		    e->d_name);
	}
	(void)closedir(d);
	if (x->n > 0)
		qsort(x->name, x->n, sizeof(*x->name), by_name);
	return CP_OK;
}

static enum cp_rc
look_at_part(struct print_work *w, char *name, struct print_kept *k,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(w->p->change.store, SQL_PRINT_PART_HAS);
	char *dot = strchr(name, '.');
	int64_t number = strtol(dot + 1, NULL, 10), rows = 0;
	enum cp_rc rc;

	*dot = '\0';
	cp_bind_int(q, w->run.n);
	cp_bind_text(q, name);
	cp_bind_int(q, number);
	rc = cp_exec_int(q, 0, &rows, err);
	if (rc != CP_OK || rows > 0)
		return rc;
	rc = print_part_read(w, name, number, k, err);
	return rc == CP_OK ? print_leave_out(w, name, number, k, err) : rc;
}

enum cp_rc
print_leave_lost(struct print_work *w, struct cp_err *err)
{
	struct print_kept kept;
	struct names x = { NULL, 0, 0 };
	enum cp_rc rc = read_names(w, &x, err);

	memset(&kept, 0, sizeof(kept));
	for (size_t i = 0; rc == CP_OK && i < x.n; i++)
		rc = look_at_part(w, x.name[i], &kept, err);
	print_kept_clear(&kept);
	free(x.name);
	return rc;
}

/* ---- the run --------------------------------------------------------------- */

enum cp_rc
print_any_doubt(struct print_work *w, int64_t bound, int *any,
    struct cp_err *err)
{
	struct leaving x = { .w = w };
	struct cp_stmt *q = cp_stmt(w->p->change.store, SQL_PRINT_ITEM_COUNT);
	struct print_child c;
	int64_t n = 0;
	enum cp_rc rc;

	cp_bind_int(q, w->run.n);
	rc = cp_exec_int(q, 0, &n, err);
	*any = n != bound;
	if (rc == CP_OK && !*any)
		rc = read_doubtful(&x, NULL, 0, err);
	print_child_init(&c);
	for (size_t i = 0; rc == CP_OK && !*any && i < x.n_doubtful; i++) {
		c.at = x.doubtful[i];
		rc = look(w, &c, err);
		*any = c.gone;
	}
	print_child_clear(&c);
	free(x.doubtful);
	return rc;
}
