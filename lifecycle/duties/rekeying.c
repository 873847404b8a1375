#include "lifecycle/duties/rekeying.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "archive/file.h"
#include "lifecycle/records/custody_current.h"
#include "lifecycle/records/custody_rows.h"
#include "lifecycle/store/json_put.h"
#include "lifecycle/store/stmt.h"

/* ---- locks -------------------------------------------------------------- */

static enum cp_rc
lock(struct cp_store *s, const char *name, int *fd, const char *who,
    struct cp_err *err)
{
	char path[4096];
	enum cp_rc rc = cp_store_path(s, path, sizeof(path), err, "%s", name);

	if (rc == CP_OK)
		rc = cp_file_lock(path, fd, err);
	if (rc == CP_BUSY)
		cp_err_hint(err, "%s is at work; try again when it has ended",
		    who);
	return rc;
}

static void
unlock(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd); /* unlocks; nothing was written */
	*fd = -1;
}

enum cp_rc
cp_rekey_hold(struct cp_rekey *x, struct cp_err *err)
{
	return x->run_lock >= 0 ? CP_OK : lock(x->store, "run.lock",
	    &x->run_lock, "a retention run", err);
}

/* ---- which is under way ------------------------------------------------- */

static enum cp_rc
find_unfinished(struct cp_rekey *x, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->store, SQL_REKEY_UNFINISHED);
	char to[CP_CUSTODY_ID + 1] = "";
	int row;
	enum cp_rc rc = cp_step(q, &row, err);

	if (rc == CP_OK && row) {
		x->row = cp_col_int(q, 0);
		cp_col_copy(q, 1, to, sizeof(to));
		cp_col_copy(q, 2, x->begun, sizeof(x->begun));
		x->done_to = cp_col_int(q, 3);
	}
	cp_reset(q);
	if (rc == CP_OK)
		rc = cp_custody_in_use(x->store, &x->to, err);
	if (rc == CP_OK && x->row != 0 && strcmp(to, x->to.id) != 0)
		rc = cp_fail(err, CP_CORRUPT, "the store is being rekeyed to "
		    "key %s, yet key %s is in use", to, x->to.id);
	return rc;
}

enum cp_rc
cp_rekey_open(struct cp_rekey *x, struct cp_err *err)
{
	enum cp_rc rc;

	x->lock = x->run_lock = -1;
	rc = lock(x->store, "rekey.lock", &x->lock, "another rekey", err);
	if (rc == CP_OK)
		rc = find_unfinished(x, err);
	return rc == CP_OK ? cp_custody_follow(x->store, err) : rc;
}

void
cp_rekey_close(struct cp_rekey *x)
{
	unlock(&x->run_lock);
	unlock(&x->lock);
}

/* ---- beginning ---------------------------------------------------------- */

static enum cp_rc
log_begun(struct cp_rekey *x, const struct cp_custody_public *to,
    const char *reason, struct cp_err *err)
{
	struct cp_entry e = { .action = x->after_loss ? "custody.after-loss" :
	    "custody.rekey" };
	struct cp_buf detail;
	enum cp_rc rc;

	cp_buf_init(&detail);
	cp_json_open(&detail, '{');
	cp_json_put_member(&detail, "from", x->to.id);
	cp_json_put_member(&detail, "to", to->id);
	cp_json_put_key(&detail, "shares");
	cp_json_put_int(&detail, to->shares);
	cp_json_put_key(&detail, "threshold");
	cp_json_put_int(&detail, to->threshold);
	cp_json_put_member(&detail, "reason", reason);
	cp_json_close(&detail, '}');
	e.detail = cp_buf_text(&detail);
	rc = cp_buf_check(&detail, err);
	if (rc == CP_OK)
		rc = cp_audit_add(x->audit, &e, NULL, err);
	cp_buf_clear(&detail);
	return rc;
}

static enum cp_rc
add_rekey(struct cp_rekey *x, const char *to, int64_t *row,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->store, SQL_REKEY_ADD);
	enum cp_rc rc;

	cp_bind_text(q, to);
	cp_bind_date(q, x->now->today);
	cp_bind_text(q, cp_audit_actor(x->audit));
	rc = cp_exec(q, err);
	if (rc == CP_OK)
		*row = cp_last_insert(x->store);
	return rc;
}

static enum cp_rc
put_rows(struct cp_rekey *x, const struct cp_custody_public *to,
    const char *const *holders, int64_t *row, struct cp_err *err)
{
	enum cp_rc rc = cp_custody_row_add(x->store, to, holders,
	    cp_audit_actor(x->audit), x->now, err);

	if (rc == CP_OK)
		rc = cp_custody_row_replacing(x->store, to->id, err);
	if (rc == CP_OK)
		rc = add_rekey(x, to->id, row, err);
	return rc == CP_OK ? cp_custody_put_in_use(x->store, to->id, err) : rc;
}

/* The store first, which says what replaces what: killed before custody.current
 * follows, the next rekey finds it behind and mends it. */
enum cp_rc
cp_rekey_begin(struct cp_rekey *x, const struct cp_custody_public *to,
    const char *const *holders, const char *reason, struct cp_err *err)
{
	char keys[4096];
	struct cp_custody_public kept;
	int64_t row = 0;
	enum cp_rc rc = cp_rekey_hold(x, err);

	if (rc == CP_OK && strcmp(to->id, x->to.id) == 0)
		rc = cp_fail(err, CP_REFUSED, "custody key %s is in use "
		    "already", to->id);
	if (rc == CP_OK)
		rc = cp_store_path(x->store, keys, sizeof(keys), err, "keys");
	if (rc == CP_OK)
		rc = cp_custody_load(keys, to->id, &kept, err);
	if (rc == CP_OK)
		rc = cp_txn_begin(x->audit, err);
	if (rc != CP_OK)
		return rc;
	rc = put_rows(x, to, holders, &row, err);
	if (rc == CP_OK)
		rc = log_begun(x, to, reason, err);
	rc = cp_txn_end(x->audit, rc, err);
	if (rc != CP_OK)
		return rc;
	x->to = kept;
	x->row = row;
	x->done_to = 0;
	(void)cp_date_format(x->now->today, x->begun);
	rc = cp_custody_follow(x->store, err);
	unlock(&x->run_lock);
	return rc;
}

/* ---- ending ------------------------------------------------------------- */

enum cp_rc
cp_rekey_count(struct cp_store *s, struct cp_rekey_count counts[CP_REKEY_KEYS],
    size_t *n, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_REKEY_LEFT);
	int row;
	enum cp_rc rc;

	*n = 0;
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		if (*n == CP_REKEY_KEYS) {
			rc = cp_fail(err, CP_FAILED, "headers are under more "
			    "than %d keys", CP_REKEY_KEYS);
			break;
		}
		cp_col_copy(q, 0, counts[*n].custody,
		    sizeof(counts[*n].custody));
		counts[(*n)++].headers = cp_col_int(q, 1);
	}
	cp_reset(q);
	return rc;
}

struct ending {
	struct cp_rekey *x;
	struct cp_rekey_count counts[CP_REKEY_KEYS];
	size_t n;
	char free[CP_REKEY_KEYS][CP_CUSTODY_ID + 1]; /* of headers */
	size_t n_free;
};

/* One that is being replaced, and has no header left. */
static enum cp_rc
see_key(void *ctx, const struct cp_custody_row *row, struct cp_err *err)
{
	struct ending *e = ctx;

	(void)err;
	if (row->status != CP_CUSTODY_REPLACING || e->n_free == CP_REKEY_KEYS)
		return CP_OK;
	for (size_t i = 0; i < e->n; i++)
		if (strcmp(e->counts[i].custody, row->id) == 0)
			return CP_OK;
	memcpy(e->free[e->n_free++], row->id, sizeof(e->free[0]));
	return CP_OK;
}

static enum cp_rc
log_end(struct cp_rekey *x, const char *action, const char *key,
    const char *id, struct cp_err *err)
{
	char detail[80];
	struct cp_entry e = { .action = action, .detail = detail };

	(void)snprintf(detail, sizeof(detail), "{\"%s\":\"%.16s\"}", key, id);
	return cp_audit_add(x->audit, &e, NULL, err);
}

static enum cp_rc
put_end(struct ending *e, int64_t left, struct cp_err *err)
{
	struct cp_rekey *x = e->x;
	struct cp_stmt *q;
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < e->n_free; i++) {
		rc = cp_custody_row_replaced(x->store, e->free[i],
		    x->now->today, err);
		if (rc == CP_OK)
			rc = log_end(x, "custody.replaced", "custody",
			    e->free[i], err);
	}
	if (rc != CP_OK || left > 0)
		return rc;
	q = cp_stmt(x->store, SQL_REKEY_FINISH);
	cp_bind_date(q, x->now->today);
	rc = cp_exec(q, err);
	return rc == CP_OK ? log_end(x, "custody.rekeyed", "to", x->to.id,
	    err) : rc;
}

/* No header comes under an old key any more once cp_rekey_begin has returned,
 * so that what was counted outside the transaction holds in it. */
enum cp_rc
cp_rekey_end(struct cp_rekey *x, int64_t *left, struct cp_err *err)
{
	struct ending e = { .x = x };
	int64_t n = 0;
	enum cp_rc rc = cp_rekey_count(x->store, e.counts, &e.n, err);

	for (size_t i = 0; i < e.n; i++)
		if (strcmp(e.counts[i].custody, x->to.id) != 0)
			n += e.counts[i].headers;
	if (rc == CP_OK)
		rc = cp_custody_row_each(x->store, see_key, &e, err);
	if (rc == CP_OK && (e.n_free > 0 || n == 0)) {
		rc = cp_txn_begin(x->audit, err);
		if (rc != CP_OK)
			return rc;
		rc = cp_txn_end(x->audit, put_end(&e, n, err), err);
	}
	/* The headers that were replaced are not to stay in the write-ahead
	 * log; one that is being read is emptied by who closes it last. */
	if (rc == CP_OK && cp_store_checkpoint(x->store, err) == CP_FAILED)
		rc = CP_FAILED;
	if (rc == CP_OK)
		*left = n;
	if (rc == CP_OK && n == 0)
		x->row = 0;
	return rc;
}
