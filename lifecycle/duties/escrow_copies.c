#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "archive/file.h"
#include "lifecycle/duties/escrow_impl.h"
#include "lifecycle/store/json_put.h"
#include "lifecycle/store/stmt.h"

static void
read_copy(struct cp_stmt *q, struct cp_escrow_copy *c)
{
	memset(c, 0, sizeof(*c));
	c->n = cp_col_int(q, 0);
	c->generation = cp_col_int(q, 1);
	cp_col_copy(q, 2, c->place, sizeof(c->place));
	cp_col_copy(q, 3, c->made, sizeof(c->made));
	cp_col_copy(q, 4, c->made_by, sizeof(c->made_by));
	cp_col_copy(q, 5, c->custody, sizeof(c->custody));
	c->outdated = cp_col_int(q, 6) != 0;
	cp_col_copy(q, 7, c->destroyed, sizeof(c->destroyed));
	if (c->n != 0)
		(void)snprintf(c->id, sizeof(c->id), "E-%04lld",
		    (long long)c->n);
	else
		(void)snprintf(c->place, sizeof(c->place), "%s",
		    "keys/shelves.escrow of the store");
}

static enum cp_rc
each(struct cp_stmt *q, cp_escrow_copy_fn *fn, void *ctx, struct cp_err *err)
{
	struct cp_escrow_copy c;
	int row;
	enum cp_rc rc;

	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		read_copy(q, &c);
		rc = fn(ctx, &c, err);
		if (rc != CP_OK)
			break;
	}
	cp_reset(q);
	return rc;
}

enum cp_rc
cp_escrow_copies(struct cp_store *s, cp_escrow_copy_fn *fn, void *ctx,
    struct cp_err *err)
{
	enum cp_rc rc = each(cp_stmt(s, SQL_ESCROW_OWN), fn, ctx, err);

	return rc == CP_OK ? each(cp_stmt(s, SQL_ESCROW_COPIES), fn, ctx,
	    err) : rc;
}

enum cp_rc
cp_escrow_copies_holding(struct cp_store *s, int month, cp_escrow_copy_fn *fn,
    void *ctx, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_ESCROW_OWN_HOLDING);
	enum cp_rc rc;

	cp_bind_int(q, month);
	rc = each(q, fn, ctx, err);
	if (rc != CP_OK)
		return rc;
	q = cp_stmt(s, SQL_ESCROW_COPIES_HOLDING);
	cp_bind_int(q, month);
	return each(q, fn, ctx, err);
}

enum cp_rc
cp_escrow_dead_shelves(struct cp_store *s, int64_t generation,
    cp_escrow_month_fn *fn, void *ctx, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_ESCROW_DEAD);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, generation);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		rc = fn(ctx, (int)cp_col_int(q, 0), err);
		if (rc != CP_OK)
			break;
	}
	cp_reset(q);
	return rc;
}

static enum cp_rc
get(struct cp_store *s, int64_t n, int *found, struct cp_escrow_copy *out,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_ESCROW_COPY_GET);
	enum cp_rc rc;

	cp_bind_int(q, n);
	rc = cp_step(q, found, err);
	if (rc == CP_OK && *found) {
		read_copy(q, out);
		cp_reset(q);
	}
	return rc;
}

enum cp_rc
cp_escrow_copy_get(struct cp_store *s, const char *id,
    struct cp_escrow_copy *out, struct cp_err *err)
{
	struct cp_escrow_copy c;
	long long n = 0;
	int found = 0;
	enum cp_rc rc = CP_OK;

	if (sscanf(id, "E-%9lld", &n) == 1 && n > 0)
		rc = get(s, n, &found, &c, err);
	if (rc == CP_OK && (!found || strcmp(c.id, id) != 0)) {
		rc = cp_fail(err, CP_NOT_FOUND, "no escrow copy %.32s", id);
		cp_err_hint(err, "`cpadmin escrow list' names them");
	}
	if (rc == CP_OK)
		*out = c;
	return rc;
}

/* ---- changes ------------------------------------------------------------- */

static enum cp_rc
log_copy(struct cp_audit *audit, const char *action,
    const struct cp_escrow_copy *c, const char *key, const char *text,
    struct cp_err *err)
{
	struct cp_entry e = { .action = action };
	struct cp_buf detail;
	enum cp_rc rc;

	cp_buf_init(&detail);
	cp_json_open(&detail, '{');
	cp_json_put_member(&detail, "copy", c->id);
	cp_json_put_key(&detail, "generation");
	cp_json_put_int(&detail, c->generation);
	cp_json_put_member(&detail, key, text);
	cp_json_close(&detail, '}');
	e.detail = cp_buf_text(&detail);
	rc = cp_audit_add(audit, &e, NULL, err);
	cp_buf_clear(&detail);
	return rc;
}

static enum cp_rc
put_copy(struct cp_store *s, struct cp_audit *audit, int64_t generation,
    const char *place, const struct cp_now *now, struct cp_escrow_copy *out,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_ESCROW_COPY_ADD);
	int found;
	enum cp_rc rc;

	cp_bind_int(q, generation);
	cp_bind_text(q, place);
	cp_bind_text(q, now->time);
	cp_bind_text(q, cp_audit_actor(audit));
	rc = cp_exec(q, err);
	if (rc == CP_OK)
		rc = get(s, cp_last_insert(s), &found, out, err);
	return rc == CP_OK ? log_copy(audit, "escrow.copy", out, "place",
	    place, err) : rc;
}

enum cp_rc
cp_escrow_confirm(struct cp_store *s, struct cp_audit *audit,
    const struct cp_escrow_copy *c, const char *evidence,
    const struct cp_now *now, struct cp_err *err)
{
	struct cp_stmt *q;
	enum cp_rc rc = cp_txn_begin(audit, err);

	if (rc != CP_OK)
		return rc;
	q = cp_stmt(s, SQL_ESCROW_COPY_DESTROYED);
	cp_bind_text(q, now->time);
	cp_bind_text(q, cp_audit_actor(audit));
	cp_bind_text(q, evidence);
	cp_bind_int(q, c->n);
	rc = cp_exec(q, err);
	if (rc == CP_OK && cp_changes(s) != 1)
		rc = cp_fail(err, CP_REFUSED, "copy %s was destroyed before",
		    c->id);
	if (rc == CP_OK)
		rc = log_copy(audit, "escrow.destroyed", c, "evidence",
		    evidence, err);
	return cp_txn_end(audit, rc, err);
}

static enum cp_rc
enter(struct cp_store *s, struct cp_audit *audit, const char *place,
    const struct cp_now *now, struct cp_buf *bytes,
    struct cp_escrow_copy *out, struct cp_err *err)
{
	struct cp_escrow_last last;
	int same = 0;
	enum cp_rc rc = cp_txn_begin(audit, err);

	if (rc != CP_OK)
		return rc;
	rc = cp_escrow_last(s, &last, err);
	if (rc == CP_OK && last.generation == 0)
		rc = cp_fail(err, CP_NOT_FOUND, "there is no shelf, and no "
		    "escrow copy, yet");
	if (rc == CP_OK)
		rc = cp_escrow_read(s, &last, bytes, &same, err);
	if (rc == CP_OK && !same) {
		rc = cp_fail(err, CP_CORRUPT, "keys/shelves.escrow is not "
		    "what was made");
		cp_err_hint(err, "`cpadmin retention run' makes it anew");
	}
	if (rc == CP_OK)
		rc = put_copy(s, audit, last.generation, place, now, out, err);
	return cp_txn_end(audit, rc, err);
}

enum cp_rc
cp_escrow_take(struct cp_store *s, struct cp_audit *audit, const char *file,
    const char *place, const struct cp_now *now, struct cp_escrow_copy *out,
    struct cp_err *err)
{
	struct cp_err ignored;
	struct cp_buf bytes;
	struct stat st;
	enum cp_rc rc;

	if (lstat(file, &st) == 0)
		return cp_fail(err, CP_REFUSED, "%s is there already", file);
	cp_buf_init(&bytes);
	rc = enter(s, audit, place, now, &bytes, out, err);
	if (rc == CP_OK) {
		rc = cp_file_write_new(file, S_IRUSR | S_IWUSR, bytes.data,
		    bytes.len, err);
		if (rc != CP_OK && cp_escrow_confirm(s, audit, out,
		    "it could not be written", now, &ignored) != CP_OK)
			cp_err_context(err, "copy %s stays registered",
			    out->id);
	}
	cp_buf_clear(&bytes);
	return rc;
}
