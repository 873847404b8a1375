#include "lifecycle/duties/worklist.h"

#include <string.h>

#include "lifecycle/duties/worklist_impl.h"

/* A source at its present row. */
struct cursor {
	const struct work_source *source;
	struct cp_stmt *q; /* NULL once at its end */
	struct cp_work row;
};

struct merge {
	const struct cp_work_query *query;
	struct cursor cursors[WORK_SOURCES_MAX];
	size_t n;
	size_t n_given; /* of the caller's rows */
};

static enum cp_role
lowest(unsigned roles)
{
	return (enum cp_role)(roles & (~roles + 1));
}

/* Whether the row at which Q stands is listed; then it is in W. */
static int
take(struct cp_stmt *q, const struct work_source *source,
    const struct cp_work_query *query, struct cp_work *w)
{
	memset(w, 0, sizeof(*w));
	if (!cp_col_null(q, 2) &&
	    !cp_operator_reaches(query->op, cp_col_text(q, 2)))
		return 0;
	w->due = cp_col_date(q, 0);
	w->kind = source->kind;
	w->role = lowest(source->roles & query->roles);
	cp_col_copy(q, 1, w->id, sizeof(w->id));
	return source->words(q, query, w);
}

static enum cp_rc
advance(struct cursor *c, const struct cp_work_query *query,
    struct cp_err *err)
{
	int row;
	enum cp_rc rc;

	while ((rc = cp_step(c->q, &row, err)) == CP_OK && row)
		if (take(c->q, c->source, query, &c->row))
			return CP_OK;
	c->q = NULL;
	return rc;
}

static enum cp_rc
open_all(struct cp_store *s, struct merge *m, struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < work_sources_count; i++) {
		const struct work_source *source = &work_sources[i];
		struct cursor *c = &m->cursors[m->n];

		if ((source->roles & m->query->roles) == 0)
			continue;
		c->source = source;
		c->q = cp_stmt(s, source->sql);
		m->n++;
		if (source->binds > 0)
			cp_bind_date(c->q, m->query->until);
		if (source->binds > 1)
			cp_bind_date(c->q, m->query->today);
		if (source->binds > 2)
			cp_bind_text(c->q, m->query->op->name);
		rc = advance(c, m->query, err);
	}
	return rc;
}

/* The cursor with the earliest row, the first of them on one day; NULL at the
 * end. */
static struct cursor *
earliest(struct merge *m)
{
	struct cursor *best = NULL;

	for (size_t i = 0; i < m->n; i++) {
		struct cursor *c = &m->cursors[i];

		if (c->q != NULL && (best == NULL ||
		    cp_date_cmp(c->row.due, best->row.due) < 0))
			best = c;
	}
	return best;
}

/* Gives away the next row, if there is one. */
static enum cp_rc
give(struct merge *m, cp_work_fn *fn, void *ctx, int *any, struct cp_err *err)
{
	const struct cp_work *more = m->n_given < m->query->n_more ?
	    &m->query->more[m->n_given] : NULL;
	struct cursor *c = earliest(m);
	enum cp_rc rc;

	*any = more != NULL || c != NULL;
	if (more != NULL && (c == NULL ||
	    cp_date_cmp(more->due, c->row.due) <= 0)) {
		m->n_given++;
		return fn(ctx, more, err);
	}
	if (c == NULL)
		return CP_OK;
	rc = fn(ctx, &c->row, err);
	return rc == CP_OK ? advance(c, m->query, err) : rc;
}

enum cp_rc
cp_worklist_each(struct cp_store *s, const struct cp_work_query *query,
    cp_work_fn *fn, void *ctx, struct cp_err *err)
{
	struct merge m = { .query = query };
	int own = !cp_store_in_txn(s), any = 1;
	enum cp_rc rc = own ? cp_store_begin_read(s, err) : CP_OK;

	if (rc != CP_OK)
		return rc;
	rc = open_all(s, &m, err);
	while (rc == CP_OK && any)
		rc = give(&m, fn, ctx, &any, err);
	for (size_t i = 0; i < m.n; i++)
		if (m.cursors[i].q != NULL)
			cp_reset(m.cursors[i].q);
	if (own)
		cp_store_rollback(s);
	return rc;
}
