#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "archive/crypto.h"
#include "archive/file.h"
#include "archive/hostkey.h"
#include "archive/secret.h"
#include "lifecycle/duties/escrow_impl.h"
#include "lifecycle/store/json_put.h"
#include "lifecycle/store/stmt.h"

enum { PATH = 4096 };

struct own {
	char path[PATH];
	struct cp_secret *hostkey;
	struct cp_shelf_ring *ring;
};

static void
close_own(struct own *o)
{
	cp_shelf_close(&o->ring);
	cp_secret_free(o->hostkey);
	o->hostkey = NULL;
}

static enum cp_rc
find_own(struct cp_store *s, struct own *o, struct cp_err *err)
{
	char keys[PATH];
	enum cp_rc rc = cp_store_path(s, keys, sizeof(keys), err, "keys");

	memset(o, 0, sizeof(*o));
	if (rc == CP_OK)
		rc = cp_store_path(s, o->path, sizeof(o->path), err,
		    "keys/shelves.key");
	return rc == CP_OK ? cp_hostkey_load(keys, &o->hostkey, err) : rc;
}

static enum cp_rc
open_ring(struct own *o, enum cp_shelf_mode mode, struct cp_err *err)
{
	return cp_shelf_open(o->path, o->hostkey, mode, &o->ring, err);
}

enum cp_rc
cp_escrow_refresh(struct cp_store *s, struct cp_audit *audit,
    const struct cp_now *now, int *renewed, struct cp_err *err)
{
	struct own o;
	enum cp_rc rc = find_own(s, &o, err);

	if (rc == CP_OK)
		rc = open_ring(&o, CP_SHELF_READ, err);
	if (rc == CP_OK)
		rc = cp_escrow_renew(s, audit, o.ring, now, renewed, err);
	close_own(&o);
	return rc;
}

enum cp_rc
cp_escrow_custody_of(struct cp_store *s, const void *data, size_t len,
    char out[CP_CUSTODY_ID + 1], struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_ESCROW_BY_SUM);
	uint8_t sum[CP_SHA256_LEN];
	int row;
	enum cp_rc rc;

	cp_sha256(data, len, sum);
	cp_bind_blob(q, sum, sizeof(sum));
	rc = cp_step(q, &row, err);
	if (rc != CP_OK)
		return rc;
	out[0] = '\0';
	if (row)
		cp_col_copy(q, 1, out, CP_CUSTODY_ID + 1);
	cp_reset(q);
	return CP_OK;
}

/* ---- the ring made again ------------------------------------------------- */

struct remaking {
	struct cp_store *store;
	struct cp_audit *audit;
	const struct cp_escrow *escrow;
	const struct cp_now *now;
	struct own own;
	struct cp_shelf_info *gone; /* owned */
	size_t n_gone;
	int only; /* live shelves whose key only the ring has */
	struct cp_escrow_restored sum;
};

static enum cp_rc
note_gone(struct remaking *x, int month, const char *date, struct cp_err *err)
{
	struct cp_shelf_info *more = reallocarray(x->gone, x->n_gone + 1,
	    sizeof(*more));

	if (more == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	x->gone = more;
	more += x->n_gone++;
	more->month = month;
	more->state = CP_SHELF_ZEROISED;
	(void)snprintf(more->date, sizeof(more->date), "%s", date);
	x->sum.zeroised += cp_escrow_has(x->escrow, month) != 0;
	return CP_OK;
}

static void
note_missing(struct remaking *x, int month, int64_t packages)
{
	const size_t room = sizeof(x->sum.missing) / sizeof(x->sum.missing[0]);

	if (packages == 0 || cp_escrow_has(x->escrow, month))
		return;
	if (x->sum.n_missing < room)
		x->sum.missing[x->sum.n_missing] = month;
	x->sum.n_missing++;
	x->sum.packages_missing += packages;
}

static enum cp_rc
read_shelves(struct remaking *x, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->store, SQL_SHELVES_ALL);
	int row;
	enum cp_rc rc;

	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		int month = (int)cp_col_int(q, 0);

		if (!cp_col_null(q, 1))
			rc = note_gone(x, month, cp_col_text(q, 1), err);
		else
			note_missing(x, month, cp_col_int(q, 2));
		if (rc != CP_OK)
			break;
	}
	cp_reset(q);
	x->sum.generation = cp_escrow_head(x->escrow)->generation;
	x->sum.shelves = cp_escrow_head(x->escrow)->shelves -
	    x->sum.zeroised;
	return rc;
}

static int
copy_has(const void *from, int month)
{
	return cp_escrow_has(from, month);
}

/* The store's own copy is about to be overwritten: not while it holds more. */
static enum cp_rc
must_hold_all(struct remaking *x, struct cp_err *err)
{
	int month = 0;
	enum cp_rc rc = cp_escrow_lacks(x->store, copy_has, x->escrow, &month,
	    err);

	if (rc != CP_OK || month == 0)
		return rc;
	(void)cp_fail(err, CP_REFUSED, "the store's own escrow copy holds the "
	    "key of shelf %d, and this one does not", month);
	cp_err_hint(err, "cpadmin escrow restore STORE/keys/shelves.escrow");
	return CP_REFUSED;
}

/* A key that is only in the ring, of a shelf that is live. */
static enum cp_rc
look_for_only(void *ctx, const struct cp_shelf_info *info, struct cp_err *err)
{
	struct remaking *x = ctx;
	struct cp_stmt *q;
	int row;
	enum cp_rc rc;

	if (info->state != CP_SHELF_LIVE ||
	    cp_escrow_has(x->escrow, info->month))
		return CP_OK;
	q = cp_stmt(x->store, SQL_SHELF_GET);
	cp_bind_int(q, info->month);
	rc = cp_step(q, &row, err);
	x->only += rc == CP_OK && row && cp_col_null(q, 1);
	cp_reset(q);
	return rc;
}

/* Whether the ring, which opens, is one from before that the copy outdoes. */
static enum cp_rc
is_outdone(struct remaking *x, int *yes, struct cp_err *err)
{
	int month = 0;
	enum cp_rc rc = cp_escrow_ring_lacks(x->store, x->own.ring, &month,
	    err);

	*yes = 0;
	if (rc == CP_OK && month != 0)
		rc = cp_shelf_each(x->own.ring, look_for_only, x, err);
	if (rc == CP_OK)
		*yes = month != 0 && cp_escrow_has(x->escrow, month) &&
		    x->only == 0;
	return rc;
}

static enum cp_rc
must_not_work(struct remaking *x, struct cp_err *err)
{
	struct cp_err why;
	int outdone = 0;
	enum cp_rc rc = open_ring(&x->own, CP_SHELF_WRITE, &why);

	if (rc == CP_OK) {
		rc = is_outdone(x, &outdone, err);
		if (rc != CP_OK || outdone) {
			cp_shelf_close(&x->own.ring);
			return rc;
		}
		rc = cp_fail(err, CP_REFUSED, "the shelf keyring that is "
		    "there opens and is whole");
		cp_err_hint(err, "a ring is made again only where there is "
		    "none, or one that cannot be read");
		return rc;
	}
	if (rc == CP_CORRUPT || rc == CP_KEY)
		return CP_OK;
	*err = why;
	return rc;
}

static enum cp_rc
log_restored(struct remaking *x, struct cp_err *err)
{
	struct cp_entry e = { .action = "escrow.restore" };
	char detail[160];

	(void)snprintf(detail, sizeof(detail), "{\"generation\":%lld,"
	    "\"shelves\":%zu,\"zeroised\":%zu,\"missing\":%zu}",
	    (long long)x->sum.generation, x->sum.shelves, x->sum.zeroised,
	    x->sum.n_missing);
	e.detail = detail;
	return cp_audit_add(x->audit, &e, NULL, err);
}

/* The log's key is asked for before anything changes: without it no command
 * could go on. */
static enum cp_rc
remake(struct remaking *x, struct cp_err *err)
{
	enum cp_rc rc = cp_txn_begin(x->audit, err);

	if (rc == CP_KEY)
		cp_err_hint(err, "the log's signing key is under the host key "
		    "that this store was made with: bring that back");
	if (rc != CP_OK)
		return rc;
	rc = read_shelves(x, err);
	if (rc == CP_OK)
		rc = log_restored(x, err);
	if (rc == CP_OK)
		rc = cp_escrow_rebuild(x->escrow, x->gone, x->n_gone,
		    x->own.path, x->own.hostkey, err);
	return cp_txn_end(x->audit, rc, err);
}

static enum cp_rc
renew(struct remaking *x, struct cp_err *err)
{
	int renewed;
	enum cp_rc rc = open_ring(&x->own, CP_SHELF_WRITE, err);

	return rc == CP_OK ? cp_escrow_renew(x->store, x->audit, x->own.ring,
	    x->now, &renewed, err) : rc;
}

enum cp_rc
cp_escrow_restore(struct cp_store *s, struct cp_audit *audit,
    const struct cp_escrow *e, const struct cp_now *now,
    struct cp_escrow_restored *out, struct cp_err *err)
{
	struct remaking x = { .store = s, .audit = audit, .escrow = e,
		.now = now };
	char lock[PATH];
	int fd = -1;
	enum cp_rc rc = cp_store_path(s, lock, sizeof(lock), err, "run.lock");

	if (rc == CP_OK)
		rc = cp_file_lock(lock, &fd, err);
	if (rc == CP_BUSY)
		cp_err_hint(err, "a retention run is at work; try again");
	if (rc == CP_OK)
		rc = find_own(s, &x.own, err);
	if (rc == CP_OK)
		rc = must_not_work(&x, err);
	if (rc == CP_OK)
		rc = must_hold_all(&x, err);
	if (rc == CP_OK)
		rc = remake(&x, err);
	if (rc == CP_OK)
		rc = renew(&x, err);
	if (rc == CP_OK)
		*out = x.sum;
	close_own(&x.own);
	free(x.gone);
	if (fd >= 0)
		(void)close(fd); /* unlocks; nothing was written */
	return rc;
}
