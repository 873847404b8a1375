#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/age_keys.h"
#include "archive/pool.h"
#include "lifecycle/records/officer.h"
#include "lifecycle/store/stmt.h"

/*
 * A batch at a time: the owner of the store reads and writes, the workers do
 * the X25519, outside any transaction, so that others can write meanwhile.
 */
enum { BATCH = 500, WORKERS_MAX = 8 };

struct item {
	int64_t generation, n;
	struct cp_buf header; /* as it was read */
	struct cp_buf fresh;  /* for the present officers */
	enum cp_rc rc;
	struct cp_err err;
};

struct walk {
	struct cp_store *store;
	struct cp_audit *audit;
	struct cp_age_recipient to[CP_OFFICERS_MAX];
	size_t n_to;
	int64_t generation; /* of that set */
	struct cp_age_recipient own;
	struct cp_age_identity identity;
	struct cp_pool *pool;
	struct item *items;
	int count;
	int64_t at_generation, at_n; /* the last one read */
	int64_t done, passed, total;
};

/* ---- the work of the pool ------------------------------------------------ */

/* Whoever asked opens what was made, before it takes the place of the only
 * header there is. */
static enum cp_rc
read_again(const struct walk *w, const struct cp_secret *key,
    const struct cp_buf *fresh, struct cp_err *err)
{
	struct cp_secret *again = NULL;
	enum cp_rc rc = cp_age_header_open(fresh->data, fresh->len,
	    &w->identity, 1, &again, NULL, err);

	if (rc == CP_OK && !cp_secret_equal(key, again))
		rc = cp_fail(err, CP_FAILED, "another file key");
	if (rc != CP_OK) {
		cp_err_context(err, "a header that was just made");
		rc = err->code = CP_FAILED;
	}
	cp_secret_free(again);
	return rc;
}

static void
rewrap(void *ctx, void *state, void *item)
{
	const struct walk *w = ctx;
	struct item *i = item;
	struct cp_secret *key = NULL;

	(void)state;
	i->rc = cp_age_header_open(i->header.data, i->header.len,
	    &w->identity, 1, &key, NULL, &i->err);
	if (i->rc == CP_OK)
		i->rc = cp_age_header_seal(key, w->to, w->n_to, &i->fresh,
		    &i->err);
	if (i->rc == CP_OK)
		i->rc = read_again(w, key, &i->fresh, &i->err);
	cp_secret_free(key);
}

/* ---- reading ------------------------------------------------------------- */

static enum cp_rc
read_batch(struct walk *w, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(w->store, SQL_REWRAP_NEXT);
	struct item *i;
	const void *blob;
	size_t len;
	int row;
	enum cp_rc rc;

	w->count = 0;
	cp_bind_int(q, w->at_generation);
	cp_bind_int(q, w->at_n);
	cp_bind_int(q, w->generation);
	cp_bind_int(q, BATCH);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		i = &w->items[w->count++];
		cp_buf_reset(&i->header);
		cp_buf_reset(&i->fresh);
		i->rc = CP_OK;
		w->at_generation = i->generation = cp_col_int(q, 0);
		w->at_n = i->n = cp_col_int(q, 1);
		blob = cp_col_blob(q, 2, &len);
		cp_buf_put(&i->header, blob, len);
		rc = cp_buf_check(&i->header, err);
		if (rc != CP_OK)
			break;
	}
	cp_reset(q);
	return rc;
}

/* Whether an error is of one header, and not of the machine. */
static int
of_one_header(enum cp_rc rc)
{
	return rc == CP_CORRUPT || rc == CP_KEY;
}

static enum cp_rc
work_batch(struct walk *w, struct cp_err *err)
{
	enum cp_rc rc = CP_OK;
	int sent = 0;

	while (rc == CP_OK && sent < w->count) {
		rc = cp_pool_submit(w->pool, &w->items[sent], err);
		sent += rc == CP_OK;
	}
	for (int i = 0; i < sent; i++)
		(void)cp_pool_next(w->pool);
	for (int i = 0; rc == CP_OK && i < sent; i++)
		if (w->items[i].rc != CP_OK && !of_one_header(w->items[i].rc)) {
			*err = w->items[i].err;
			rc = w->items[i].rc;
		}
	return rc;
}

/* ---- writing ------------------------------------------------------------- */

static enum cp_rc
same_officers(struct walk *w, struct cp_err *err)
{
	int64_t now = 0;
	enum cp_rc rc = cp_exec_int(cp_stmt(w->store, SQL_OFFICER_GENERATION),
	    0, &now, err);

	if (rc != CP_OK || now == w->generation)
		return rc;
	(void)cp_fail(err, CP_BUSY, "the shielding officers changed "
	    "meanwhile");
	cp_err_hint(err, "`cpadmin shield officer rewrap' goes on");
	return CP_BUSY;
}

static enum cp_rc
put_all(struct walk *w, int64_t *done, struct cp_err *err)
{
	char detail[96];
	struct cp_entry e = { .action = "officer.rewrap", .detail = detail };
	struct cp_stmt *q;
	enum cp_rc rc = same_officers(w, err);

	for (int i = 0; rc == CP_OK && i < w->count; i++) {
		if (w->items[i].rc != CP_OK)
			continue;
		q = cp_stmt(w->store, SQL_REWRAP_HEADER);
		cp_bind_blob(q, w->items[i].fresh.data,
		    w->items[i].fresh.len);
		cp_bind_int(q, w->generation);
		cp_bind_int(q, w->items[i].n);
		cp_bind_blob(q, w->items[i].header.data,
		    w->items[i].header.len);
		rc = cp_exec(q, err);
		*done += rc == CP_OK && cp_changes(w->store) == 1;
	}
	if (rc != CP_OK || *done == 0)
		return rc;
	(void)snprintf(detail, sizeof(detail), "{\"generation\":%lld,"
	    "\"headers\":%lld}", (long long)w->generation, (long long)*done);
	return cp_audit_add(w->audit, &e, NULL, err);
}

static enum cp_rc
write_batch(struct walk *w, struct cp_err *err)
{
	int64_t done = 0;
	enum cp_rc rc = cp_txn_begin(w->audit, err);

	if (rc != CP_OK)
		return rc;
	rc = cp_txn_end(w->audit, put_all(w, &done, err), err);
	if (rc == CP_OK)
		w->done += done;
	w->passed += w->count;
	return rc;
}

/* ---- the walk ------------------------------------------------------------ */

/* Only one to whom all of it will be sealed can see that it was done well.
 * They are the first recipient: reading it again costs one X25519. */
static enum cp_rc
put_own_first(struct walk *w, struct cp_err *err)
{
	for (size_t i = 0; i < w->n_to; i++)
		if (memcmp(w->to[i].point, w->own.point,
		    sizeof(w->own.point)) == 0) {
			w->to[i] = w->to[0];
			w->to[0] = w->own;
			return CP_OK;
		}
	return cp_fail(err, CP_KEY, "that identity is not an active shielding "
	    "officer's");
}

static enum cp_rc
begin(struct walk *w, const struct cp_secret *identity, struct cp_err *err)
{
	struct cp_pool_work work = { rewrap, NULL, NULL, w };
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned workers = cores < 2 ? 0 : cores > WORKERS_MAX ? WORKERS_MAX :
	    (unsigned)cores;
	enum cp_rc rc;

	w->identity = (struct cp_age_identity){ .kind = CP_AGE_X25519,
		.secret = identity };
	rc = cp_officer_recipients(w->store, w->to, &w->n_to, &w->generation,
	    err);
	if (rc == CP_OK)
		rc = cp_age_identity_recipient(identity, &w->own, err);
	w->identity.point = w->own.point;
	if (rc == CP_OK)
		rc = put_own_first(w, err);
	if (rc == CP_OK)
		rc = cp_officer_owed(w->store, &w->total, err);
	if (rc == CP_OK && (w->items = calloc(BATCH, sizeof(*w->items))) ==
	    NULL)
		rc = cp_fail(err, CP_FAILED, "out of memory");
	return rc == CP_OK ? cp_pool_new(&work, workers, BATCH, &w->pool,
	    err) : rc;
}

static void
end(struct walk *w)
{
	cp_pool_free(&w->pool);
	for (int i = 0; w->items != NULL && i < BATCH; i++) {
		cp_buf_clear(&w->items[i].header);
		cp_buf_clear(&w->items[i].fresh);
	}
	free(w->items);
}

enum cp_rc
cp_officer_rewrap(struct cp_store *s, struct cp_audit *a,
    const struct cp_secret *identity, const struct cp_now *now,
    void (*progress)(void *ctx, int64_t done, int64_t total), void *ctx,
    int64_t *done, int64_t *left, struct cp_err *err)
{
	struct walk w = { .store = s, .audit = a };
	enum cp_rc rc = begin(&w, identity, err);

	(void)now;
	if (rc == CP_OK)
		rc = read_batch(&w, err);
	while (rc == CP_OK && w.count > 0) {
		rc = work_batch(&w, err);
		if (rc == CP_BAD_INPUT)
			rc = cp_officer_blame(s, err);
		if (rc == CP_OK)
			rc = write_batch(&w, err);
		if (rc == CP_OK && progress != NULL)
			progress(ctx, w.passed, w.total);
		if (rc == CP_OK)
			rc = read_batch(&w, err);
	}
	if (rc == CP_OK)
		rc = cp_officer_owed(s, left, err);
	if (rc == CP_OK)
		*done = w.done;
	end(&w);
	return rc;
}
