#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/age_keys.h"
#include "archive/hostkey.h"
#include "archive/pool.h"
#include "archive/secret.h"
#include "archive/shelf.h"
#include "lifecycle/duties/rekeying.h"
#include "lifecycle/store/stmt.h"

/*
 * Two batches at a time, as in archiving.c: while the pool works on one, the
 * one before is written.  The owner of the store takes headers from under
 * their shelves' keys and puts them back; the workers do the X25519.
 */
enum { BATCH = 1000 };

struct item {
	int64_t n;
	char id[40];
	int month;
	struct cp_buf wrapped; /* as it was read */
	struct cp_buf header;  /* of age, under the old key */
	struct cp_buf fresh;   /* under the new one */
	enum cp_rc rc;
	struct cp_err err;
};

struct batch {
	struct item *items;
	int count, submitted;
	int64_t last; /* row */
};

struct walk {
	struct cp_rekey *x;
	const struct cp_custody_public *from;
	struct cp_age_identity identity;
	struct cp_age_recipient old, to;
	struct cp_pool *pool;
	struct cp_secret *hostkey;
	struct cp_shelf_ring *ring; /* as of the last batch read */
	struct batch batch[2];
	int size;            /* of a batch */
	int64_t at, until;   /* rows above the one, up to the other */
	int64_t *again;      /* rows that changed since they were read */
	int n_again;
	struct cp_buf wrapped, check;
	int64_t done, total;
};

/* ---- the work of the pool ------------------------------------------------ */

static enum cp_rc
make_sealer(void *ctx, void **state, struct cp_err *err)
{
	struct cp_age_sealer *s = NULL;
	enum cp_rc rc = cp_age_sealer_new(&s, err);

	(void)ctx;
	if (rc == CP_OK)
		*state = s;
	return rc;
}

static void
clear_sealer(void *ctx, void *state)
{
	(void)ctx;
	cp_age_sealer_free(state);
}

static void
rewrap(void *ctx, void *state, void *item)
{
	const struct walk *w = ctx;
	struct item *i = item;

	i->rc = cp_age_header_rewrap(state, i->header.data, i->header.len,
	    &w->identity, &w->to, &i->fresh, &i->err);
}

/* ---- reading ------------------------------------------------------------- */

static void
reset_item(struct item *i)
{
	cp_buf_reset(&i->wrapped);
	cp_buf_reset(&i->header);
	cp_buf_reset(&i->fresh);
	i->rc = CP_OK;
	cp_err_clear(&i->err);
}

/* The rows above AT up to UNTIL, as far as B has room. */
static enum cp_rc
read_rows(struct walk *w, struct batch *b, int64_t at, int64_t until,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(w->x->store, SQL_REKEY_NEXT);
	struct item *i;
	const void *blob;
	size_t len;
	int row;
	enum cp_rc rc;

	cp_bind_int(q, at);
	cp_bind_int(q, until);
	cp_bind_text(q, w->from->id);
	cp_bind_int(q, w->size - b->count);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		i = &b->items[b->count++];
		reset_item(i);
		i->n = cp_col_int(q, 0);
		cp_col_copy(q, 1, i->id, sizeof(i->id));
		i->month = (int)cp_col_int(q, 2);
		blob = cp_col_blob(q, 3, &len);
		cp_buf_put(&i->wrapped, blob, len);
		rc = cp_buf_check(&i->wrapped, err);
		if (rc != CP_OK)
			break;
	}
	cp_reset(q);
	return rc;
}

/* A run at work may make shelves and zeroise them: the keyring is read anew
 * after the rows of each batch, whose shelves it then has, and keeps no key in
 * memory for longer.  It may be read in the middle of a write, so twice. */
static enum cp_rc
reopen_ring(struct walk *w, struct cp_err *err)
{
	char path[4096];
	enum cp_rc rc = cp_store_path(w->x->store, path, sizeof(path), err,
	    "keys/shelves.key");

	cp_shelf_close(&w->ring);
	if (rc == CP_OK)
		rc = cp_shelf_open(path, w->hostkey, CP_SHELF_READ, &w->ring,
		    err);
	if (rc == CP_CORRUPT)
		rc = cp_shelf_open(path, w->hostkey, CP_SHELF_READ, &w->ring,
		    err);
	return rc;
}

/* Whether an error is of one header, and not of the machine. */
static int
of_one_header(enum cp_rc rc)
{
	return rc == CP_CORRUPT || rc == CP_KEY || rc == CP_NOT_FOUND ||
	    rc == CP_BAD_INPUT;
}

static enum cp_rc
submit_all(struct walk *w, struct batch *b, struct cp_err *err)
{
	enum cp_rc rc = reopen_ring(w, err);

	b->submitted = 0;
	for (int n = 0; rc == CP_OK && n < b->count; n++) {
		struct item *i = &b->items[n];

		i->rc = cp_shelf_unwrap(w->ring, i->month, i->id,
		    i->wrapped.data, i->wrapped.len, &i->header, &i->err);
		if (i->rc == CP_OK) {
			rc = cp_pool_submit(w->pool, i, err);
			b->submitted += rc == CP_OK;
		} else if (!of_one_header(i->rc)) {
			*err = i->err;
			rc = i->rc;
		}
	}
	return rc;
}

/* First those that changed under our hands, then the next in order. */
static enum cp_rc
read_batch(struct walk *w, struct batch *b, struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	b->count = b->submitted = 0;
	b->last = w->at;
	for (int i = 0; rc == CP_OK && i < w->n_again; i++)
		rc = read_rows(w, b, w->again[i] - 1, w->again[i], err);
	w->n_again = 0;
	if (rc == CP_OK && b->count < w->size) {
		int before = b->count;

		rc = read_rows(w, b, w->at, w->until, err);
		if (b->count > before)
			w->at = b->last = b->items[b->count - 1].n;
	}
	return rc == CP_OK && b->count > 0 ? submit_all(w, b, err) : rc;
}

/* ---- writing ------------------------------------------------------------- */

/* Under the shelf's key, and out again: it takes the place of the only one
 * there is. */
static enum cp_rc
wrap(struct walk *w, struct item *i, struct cp_err *err)
{
	enum cp_rc rc;

	cp_buf_reset(&w->wrapped);
	cp_buf_reset(&w->check);
	rc = cp_shelf_wrap(w->ring, i->month, i->id, i->fresh.data,
	    i->fresh.len, &w->wrapped, err);
	if (rc == CP_OK)
		rc = cp_shelf_unwrap(w->ring, i->month, i->id,
		    w->wrapped.data, w->wrapped.len, &w->check, err);
	if (rc == CP_OK && (w->check.len != i->fresh.len ||
	    memcmp(w->check.data, i->fresh.data, w->check.len) != 0))
		rc = cp_fail(err, CP_FAILED, "the header of package %s is not "
		    "what was wrapped", i->id);
	return rc;
}

/* The row as it was read, or none: a run may have erased the header or given
 * it another shelf since. */
static enum cp_rc
put(struct walk *w, struct item *i, int64_t *done, struct cp_err *err)
{
	struct cp_stmt *q;
	enum cp_rc rc = wrap(w, i, err);

	/* The shelf went, or came, meanwhile: so did the row. */
	if (rc == CP_KEY || rc == CP_NOT_FOUND) {
		w->again[w->n_again++] = i->n;
		return CP_OK;
	}
	if (rc != CP_OK)
		return rc;
	q = cp_stmt(w->x->store, SQL_REKEY_HEADER);
	cp_bind_blob(q, w->wrapped.data, w->wrapped.len);
	cp_bind_text(q, w->x->to.id);
	cp_bind_int(q, i->n);
	cp_bind_blob(q, i->wrapped.data, i->wrapped.len);
	rc = cp_exec(q, err);
	if (rc == CP_OK && cp_changes(w->x->store) == 1)
		(*done)++;
	else if (rc == CP_OK)
		w->again[w->n_again++] = i->n;
	return rc;
}

static enum cp_rc
log_batch(struct walk *w, int64_t done, struct cp_err *err)
{
	char detail[160];
	struct cp_entry e = { .action = "custody.rewrap", .detail = detail };

	(void)snprintf(detail, sizeof(detail), "{\"from\":\"%s\","
	    "\"to\":\"%s\",\"headers\":%lld}", w->from->id, w->x->to.id,
	    (long long)done);
	return cp_audit_add(w->x->audit, &e, NULL, err);
}

static enum cp_rc
put_all(struct walk *w, struct batch *b, int64_t *done, struct cp_err *err)
{
	struct cp_stmt *q;
	enum cp_rc rc = CP_OK;

	for (int i = 0; rc == CP_OK && i < b->count; i++)
		if (b->items[i].rc == CP_OK)
			rc = put(w, &b->items[i], done, err);
	if (rc != CP_OK)
		return rc;
	q = cp_stmt(w->x->store, SQL_REKEY_WENT);
	cp_bind_int(q, b->last);
	cp_bind_int(q, *done);
	cp_bind_int(q, w->x->row);
	rc = cp_exec(q, err);
	return rc == CP_OK && *done > 0 ? log_batch(w, *done, err) : rc;
}

static enum cp_rc
commit(struct walk *w, struct batch *b, struct cp_err *err)
{
	int64_t done = 0;
	enum cp_rc rc = cp_txn_begin(w->x->audit, err);

	if (rc != CP_OK)
		return rc;
	rc = put_all(w, b, &done, err);
	rc = cp_txn_end(w->x->audit, rc, err);
	if (rc == CP_OK)
		w->x->headers += done;
	return rc;
}

/* A header that could not be rewrapped: trouble, unless it was erased with its
 * shelf, or moved from there, since its row was read. */
static enum cp_rc
tell(struct walk *w, const struct item *i, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(w->x->store, SQL_REKEY_SAME);
	int64_t same;
	enum cp_rc rc;

	if (!of_one_header(i->rc)) {
		*err = i->err;
		return i->rc;
	}
	cp_bind_int(q, i->n);
	cp_bind_blob(q, i->wrapped.data, i->wrapped.len);
	rc = cp_exec_int(q, 0, &same, err);
	if (rc != CP_OK)
		return rc;
	if (!same) {
		w->again[w->n_again++] = i->n;
		return CP_OK;
	}
	w->x->failed++;
	if (w->x->trouble != NULL)
		w->x->trouble(w->x->trouble_ctx, i->id, &i->err);
	return CP_OK;
}

static enum cp_rc
finish_batch(struct walk *w, struct batch *b, struct cp_err *err)
{
	struct cp_rekey *x = w->x;
	enum cp_rc rc = CP_OK;

	for (int i = 0; i < b->submitted; i++)
		(void)cp_pool_next(w->pool);
	for (int i = 0; rc == CP_OK && i < b->count; i++)
		if (b->items[i].rc != CP_OK)
			rc = tell(w, &b->items[i], err);
	if (rc == CP_OK)
		rc = commit(w, b, err);
	w->done += b->count - w->n_again;
	b->count = 0;
	if (rc == CP_OK && x->progress != NULL)
		x->progress(x->progress_ctx, w->done, w->total);
	return rc;
}

/* ---- the walk ------------------------------------------------------------ */

static enum cp_rc
walk_rows(struct walk *w, int64_t after, int64_t until, struct cp_err *err)
{
	int now = 0;
	enum cp_rc rc;

	w->at = after;
	w->until = until;
	rc = read_batch(w, &w->batch[0], err);
	while (rc == CP_OK && (w->batch[now].count > 0 || w->n_again > 0)) {
		rc = read_batch(w, &w->batch[!now], err);
		if (rc == CP_OK && w->batch[now].count > 0)
			rc = finish_batch(w, &w->batch[now], err);
		now = !now;
	}
	return rc;
}

static enum cp_rc
make_batches(struct walk *w, struct cp_err *err)
{
	w->again = calloc((size_t)w->size, sizeof(*w->again));
	for (int b = 0; b < 2; b++)
		w->batch[b].items = calloc((size_t)w->size,
		    sizeof(struct item));
	if (w->again == NULL || w->batch[0].items == NULL ||
	    w->batch[1].items == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	return CP_OK;
}

static void
end_walk(struct walk *w)
{
	cp_pool_free(&w->pool);
	for (int b = 0; b < 2; b++) {
		for (int i = 0; w->batch[b].items != NULL && i < w->size;
		    i++) {
			cp_buf_clear(&w->batch[b].items[i].wrapped);
			cp_buf_clear(&w->batch[b].items[i].header);
			cp_buf_clear(&w->batch[b].items[i].fresh);
		}
		free(w->batch[b].items);
	}
	free(w->again);
	cp_shelf_close(&w->ring);
	cp_secret_free(w->hostkey);
	cp_buf_clear(&w->wrapped);
	cp_buf_clear(&w->check);
}

static enum cp_rc
begin_walk(struct walk *w, struct cp_err *err)
{
	struct cp_pool_work work = { rewrap, make_sealer, clear_sealer, w };
	unsigned workers = w->x->workers > 1 ? w->x->workers : 0;
	char keys[4096];
	enum cp_rc rc = make_batches(w, err);

	if (rc == CP_OK)
		rc = cp_store_path(w->x->store, keys, sizeof(keys), err,
		    "keys");
	if (rc == CP_OK)
		rc = cp_hostkey_load(keys, &w->hostkey, err);
	if (rc == CP_OK)
		rc = cp_age_recipient_parse(w->from->recipient, &w->old, err);
	if (rc == CP_OK)
		rc = cp_age_recipient_parse(w->x->to.recipient, &w->to, err);
	w->identity.point = w->old.point;
	return rc == CP_OK ? cp_pool_new(&work, workers,
	    (unsigned)(2 * w->size), &w->pool, err) : rc;
}

enum cp_rc
cp_rekey_go(struct cp_rekey *x, const struct cp_custody_public *from,
    const struct cp_secret *identity, int64_t total, struct cp_err *err)
{
	struct walk w = { .x = x, .from = from, .total = total,
		.size = x->batch > 0 ? x->batch : BATCH,
		.identity = { .kind = CP_AGE_X25519, .secret = identity } };
	enum cp_rc rc;

	if (x->row == 0 || strcmp(from->id, x->to.id) == 0)
		return cp_fail(err, CP_REFUSED, "custody key %s is not being "
		    "replaced", from->id);
	rc = begin_walk(&w, err);
	/* From where it was cut off, and then what it had left before. */
	if (rc == CP_OK)
		rc = walk_rows(&w, x->done_to, INT64_MAX, err);
	if (rc == CP_OK && x->done_to > 0)
		rc = walk_rows(&w, 0, x->done_to, err);
	end_walk(&w);
	return rc;
}
