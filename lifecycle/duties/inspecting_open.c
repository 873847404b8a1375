#include "lifecycle/duties/inspecting_open.h"

#include <stdlib.h>
#include <string.h>

#include "archive/pool.h"
#include "archive/volume_each.h"
#include "lifecycle/duties/boxing.h"

enum { DEPTH = 64 };

struct job {
	const struct cp_opener *opener;
	struct cp_open_item item;
	struct cp_buf payload;
	enum cp_rc rc;
	struct cp_err err;
};

struct walk {
	const struct cp_open_all *all;
	struct cp_pool *pool;
	struct job *jobs; /* DEPTH of them, taken in turn */
	size_t next;
};

static void
clear_plain(void *ctx, void *state)
{
	struct cp_buf *plain = state;

	(void)ctx;
	if (plain != NULL)
		cp_buf_clear(plain);
	free(plain);
}

static enum cp_rc
make_plain(void *ctx, void **state, struct cp_err *err)
{
	struct cp_buf *plain = malloc(sizeof(*plain));

	(void)ctx;
	if (plain == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	cp_buf_init(plain);
	*state = plain;
	return CP_OK;
}

static void
open_one(void *ctx, void *state, void *item)
{
	struct cp_opened opened = { 0 };
	struct cp_buf *plain = state;
	struct job *j = item;

	(void)ctx;
	cp_buf_reset(plain);
	j->rc = cp_opener_plain(j->opener, j->item.header, j->item.header_len,
	    j->payload.data, j->payload.len, plain, &j->err);
	if (j->rc != CP_OK)
		cp_err_context(&j->err, "package %s", j->item.parcel->id);
	else
		j->rc = cp_opened_parse(j->item.parcel, plain->data,
		    plain->len, &opened, &j->err);
	if (j->rc == CP_OK && j->item.boxed > opened.box_len)
		j->rc = cp_fail(&j->err, CP_CORRUPT, "package %s: " CP_BOX_MEMBER
		    " ends early", j->item.parcel->id);
	cp_opened_clear(&opened);
}

static void
collect(struct walk *w)
{
	const struct job *j = cp_pool_next(w->pool);

	if (j != NULL)
		w->all->done(w->all->ctx, j->rc == CP_OK ? NULL : &j->err);
}

/* Results come back in order, so that a full pool's oldest job is the next in
 * turn. */
static enum cp_rc
submit(void *ctx, const char *id, const void *payload, size_t len,
    struct cp_err *err)
{
	struct walk *w = ctx;
	struct job *j = &w->jobs[w->next];
	struct cp_open_item item;
	enum cp_rc rc;

	if (!w->all->find(w->all->ctx, id, &item))
		return CP_OK;
	if (cp_pool_count(w->pool) == DEPTH)
		collect(w);
	j->item = item;
	cp_err_clear(&j->err);
	cp_buf_reset(&j->payload);
	cp_buf_put(&j->payload, payload, len);
	rc = cp_buf_check(&j->payload, err);
	if (rc == CP_OK)
		rc = cp_pool_submit(w->pool, j, err);
	if (rc == CP_OK)
		w->next = (w->next + 1) % DEPTH;
	return rc;
}

enum cp_rc
cp_open_volume(const struct cp_open_all *all, const char *dir,
    const char *volume_id, struct cp_err *err)
{
	static const struct cp_pool_work work = { open_one, make_plain,
		clear_plain, NULL };
	struct walk w = { .all = all };
	enum cp_rc rc;

	w.jobs = calloc(DEPTH, sizeof(*w.jobs));
	if (w.jobs == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	for (size_t i = 0; i < DEPTH; i++) {
		w.jobs[i].opener = all->opener;
		cp_buf_init(&w.jobs[i].payload);
	}
	rc = cp_pool_new(&work, all->workers > 1 ? all->workers : 0,
	    DEPTH, &w.pool, err);
	if (rc == CP_OK)
		rc = cp_volume_each(dir, volume_id, submit, &w, err);
	while (w.pool != NULL && cp_pool_count(w.pool) > 0)
		collect(&w);
	cp_pool_free(&w.pool);
	for (size_t i = 0; i < DEPTH; i++)
		cp_buf_clear(&w.jobs[i].payload);
	free(w.jobs);
	return rc;
}
