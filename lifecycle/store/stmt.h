#ifndef CP_STORE_STMT_H
#define CP_STORE_STMT_H

#include "archive/buf.h"
#include "lifecycle/rules/date.h"
#include "lifecycle/store/store.h"

/*
 * Using a statement: cp_stmt prepares it (once for each store) and resets it,
 * the binders fill its parameters in order, cp_step or cp_exec runs it.  A
 * binder that fails is remembered and reported by the next step.  Reading a
 * row's columns is good until the next step; text and blobs are borrowed.
 */
struct cp_stmt;

/* Never NULL.  The statement is busy until it has been stepped to its end or
 * reset; taking it while busy is an error that its next step reports. */
struct cp_stmt *cp_stmt(struct cp_store *s, enum sql_id id);
void cp_reset(struct cp_stmt *q);

void cp_bind_int(struct cp_stmt *q, int64_t v);
/* Borrowed until the statement is reset; NULL binds NULL. */
void cp_bind_text(struct cp_stmt *q, const char *v);
void cp_bind_text_len(struct cp_stmt *q, const char *v, size_t len);
void cp_bind_blob(struct cp_stmt *q, const void *v, size_t len);
void cp_bind_null(struct cp_stmt *q);
/* As YYYY-MM-DD; no date binds NULL. */
void cp_bind_date(struct cp_stmt *q, struct cp_date d);

/* One row: *ROW is 1 if there is one, else 0 and the statement is reset. */
enum cp_rc cp_step(struct cp_stmt *q, int *row, struct cp_err *err)
    CP_MUST_CHECK;
/* Runs a statement that gives no rows. */
enum cp_rc cp_exec(struct cp_stmt *q, struct cp_err *err) CP_MUST_CHECK;
/* Runs one that gives at most one integer; DEFAULT if no row or NULL. */
enum cp_rc cp_exec_int(struct cp_stmt *q, int64_t fallback, int64_t *out,
    struct cp_err *err) CP_MUST_CHECK;
/* Rows changed by the last cp_exec, and the rowid of the last insert. */
int64_t cp_changes(const struct cp_store *s);
int64_t cp_last_insert(const struct cp_store *s);

int cp_col_null(struct cp_stmt *q, int col);
int64_t cp_col_int(struct cp_stmt *q, int col);
const char *cp_col_text(struct cp_stmt *q, int col); /* "" for NULL */
const void *cp_col_blob(struct cp_stmt *q, int col, size_t *len);
/* No date for NULL; a date that does not parse is CP_CORRUPT at next step. */
struct cp_date cp_col_date(struct cp_stmt *q, int col);
/* Copies text into BUF of CAP bytes, cutting what does not fit. */
void cp_col_copy(struct cp_stmt *q, int col, char *buf, size_t cap);

#endif
