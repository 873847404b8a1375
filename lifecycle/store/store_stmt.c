#include "lifecycle/store/store_internal.h"

#include <stdio.h>
#include <string.h>

struct cp_stmt *
cp_stmt(struct cp_store *s, enum sql_id id)
{
	struct cp_stmt *q = &s->stmts[id];
	int busy = q->stepping;

	if (q->sql == NULL) {
		q->store = s;
		q->id = id;
		q->failed = sqlite3_prepare_v3(s->db, sql_texts[id].text, -1,
		    SQLITE_PREPARE_PERSISTENT, &q->sql, NULL);
		return q;
	}
	cp_reset(q);
	if (busy)
		q->failed = SQLITE_MISUSE;
	return q;
}

void
cp_reset(struct cp_stmt *q)
{
	if (q->sql != NULL) {
		(void)sqlite3_reset(q->sql);
		(void)sqlite3_clear_bindings(q->sql);
	}
	q->at = 0;
	q->stepping = 0;
	q->failed = 0;
	q->bad_date = 0;
}

static void
remember(struct cp_stmt *q, int code)
{
	if (q->failed == 0 && code != SQLITE_OK)
		q->failed = code;
}

void
cp_bind_int(struct cp_stmt *q, int64_t v)
{
	if (q->sql != NULL)
		remember(q, sqlite3_bind_int64(q->sql, ++q->at, v));
}

void
cp_bind_text_len(struct cp_stmt *q, const char *v, size_t len)
{
	if (v == NULL) {
		cp_bind_null(q);
		return;
	}
	if (q->sql != NULL)
		remember(q, sqlite3_bind_text64(q->sql, ++q->at, v, len,
		    SQLITE_STATIC, SQLITE_UTF8));
}

void
cp_bind_text(struct cp_stmt *q, const char *v)
{
	cp_bind_text_len(q, v, v != NULL ? strlen(v) : 0);
}

void
cp_bind_blob(struct cp_stmt *q, const void *v, size_t len)
{
	if (q->sql != NULL)
		remember(q, sqlite3_bind_blob64(q->sql, ++q->at, v, len,
		    SQLITE_STATIC));
}

void
cp_bind_null(struct cp_stmt *q)
{
	if (q->sql != NULL)
		remember(q, sqlite3_bind_null(q->sql, ++q->at));
}

void
cp_bind_date(struct cp_stmt *q, struct cp_date d)
{
	char text[CP_DATE_TEXT];

	if (!cp_date_set(d)) {
		cp_bind_null(q);
		return;
	}
	cp_date_format(d, text);
	if (q->sql != NULL)
		remember(q, sqlite3_bind_text(q->sql, ++q->at, text, -1,
		    SQLITE_TRANSIENT));
}

/* Reports what made Q fail and frees it for its next use. */
static enum cp_rc
stmt_fail(struct cp_stmt *q, int code, struct cp_err *err)
{
	struct cp_store *s = q->store;
	enum cp_rc rc = store_fail(s, code, sql_texts[q->id].name, err);

	cp_reset(q);
	return rc;
}

enum cp_rc
cp_step(struct cp_stmt *q, int *row, struct cp_err *err)
{
	int code;

	*row = 0;
	if (q->bad_date) {
		cp_reset(q);
		return cp_fail(err, CP_CORRUPT, "the store holds a date that "
		    "is none (%s)", sql_texts[q->id].name);
	}
	if (q->failed != 0)
		return stmt_fail(q, q->failed, err);
	code = sqlite3_step(q->sql);
	if (code == SQLITE_ROW) {
		q->stepping = 1;
		*row = 1;
		return CP_OK;
	}
	if (code != SQLITE_DONE)
		return stmt_fail(q, code, err);
	cp_reset(q);
	return CP_OK;
}

enum cp_rc
cp_exec(struct cp_stmt *q, struct cp_err *err)
{
	int row;
	enum cp_rc rc = cp_step(q, &row, err);

	if (rc == CP_OK && row) {
		cp_reset(q);
		return cp_fail(err, CP_FAILED, "statement %s gave a row",
		    sql_texts[q->id].name);
	}
	return rc;
}

enum cp_rc
cp_exec_int(struct cp_stmt *q, int64_t fallback, int64_t *out,
    struct cp_err *err)
{
	int row;
	enum cp_rc rc = cp_step(q, &row, err);

	if (rc != CP_OK)
		return rc;
	*out = row && !cp_col_null(q, 0) ? cp_col_int(q, 0) : fallback;
	cp_reset(q);
	return CP_OK;
}

int64_t
cp_changes(const struct cp_store *s)
{
	return sqlite3_changes64(s->db);
}

int64_t
cp_last_insert(const struct cp_store *s)
{
	return sqlite3_last_insert_rowid(s->db);
}

int
cp_col_null(struct cp_stmt *q, int col)
{
	return sqlite3_column_type(q->sql, col) == SQLITE_NULL;
}

int64_t
cp_col_int(struct cp_stmt *q, int col)
{
	return sqlite3_column_int64(q->sql, col);
}

const char *
cp_col_text(struct cp_stmt *q, int col)
{
	const unsigned char *t = sqlite3_column_text(q->sql, col);

	return t != NULL ? (const char *)t : "";
}

const void *
cp_col_blob(struct cp_stmt *q, int col, size_t *len)
{
	const void *b = sqlite3_column_blob(q->sql, col);

	*len = (size_t)sqlite3_column_bytes(q->sql, col);
	return b;
}

struct cp_date
cp_col_date(struct cp_stmt *q, int col)
{
	struct cp_date d = { 0 };
	struct cp_err ignored;

	if (cp_col_null(q, col))
		return d;
	if (cp_date_parse(cp_col_text(q, col), &d, &ignored) != CP_OK) {
		q->bad_date = 1;
		return (struct cp_date){ 0 };
	}
	return d;
}

void
cp_col_copy(struct cp_stmt *q, int col, char *buf, size_t cap)
{
	(void)snprintf(buf, cap, "%s", cp_col_text(q, col));
}
