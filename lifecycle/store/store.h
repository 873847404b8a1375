#ifndef CP_STORE_STORE_H
#define CP_STORE_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "archive/err.h"
#include "lifecycle/store/sql.h"

/*
 * The store: one directory, one SQLite database in it.  This is the only room
 * that knows SQLite.  Statements are a closed set (sql.h); values are bound,
 * never pasted.  A struct cp_store belongs to one thread.
 */
struct cp_store;

enum cp_store_mode {
	CP_STORE_READ, /* refuses every change */
	CP_STORE_WRITE /* migrates an older store when it is opened */
};

/* Makes DIR/store.db with the present schema.  CP_REFUSED if there is one. */
enum cp_rc cp_store_create(const char *dir, struct cp_store **out,
    struct cp_err *err) CP_MUST_CHECK;
/* Opens DIR/store.db.  CP_NOT_FOUND where there is none, CP_CORRUPT where it
 * is not a store, CP_REFUSED where a newer version made it. */
enum cp_rc cp_store_open(const char *dir, enum cp_store_mode mode,
    struct cp_store **out, struct cp_err *err) CP_MUST_CHECK;
void cp_store_free(struct cp_store *s);
/* How long to wait for another writer from now on, instead of the 30 s: for
 * who must answer at once. */
void cp_store_patience(struct cp_store *s, int milliseconds);

/* The directory, and a path in it (into BUF of CAP bytes). */
const char *cp_store_dir(const struct cp_store *s);
enum cp_rc cp_store_path(const struct cp_store *s, char *buf, size_t cap,
    struct cp_err *err, const char *fmt, ...) CP_MUST_CHECK CP_PRINTF(5, 6);

/* For whom the store is open (borrowed; NULL, as at first: the program itself,
 * which reaches every record): cp_record_get and lifecycle/records/reach.h ask
 * it what that operator reaches. */
struct cp_operator;
void cp_store_act_for(struct cp_store *s, const struct cp_operator *op);
const struct cp_operator *cp_store_actor(const struct cp_store *s);

/* Transactions.  begin is immediate and waits at most 30 s for another
 * writer, then CP_BUSY.  A failed commit has rolled back. */
enum cp_rc cp_store_begin(struct cp_store *s, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc cp_store_commit(struct cp_store *s, struct cp_err *err)
    CP_MUST_CHECK;
void cp_store_rollback(struct cp_store *s);
int cp_store_in_txn(const struct cp_store *s);
/* A consistent view for many reads; ended by rollback. */
enum cp_rc cp_store_begin_read(struct cp_store *s, struct cp_err *err)
    CP_MUST_CHECK;

/* Before and after many changes at once, outside a transaction: a page cache
 * of 56 MiB, rare checkpoints and no checks of foreign keys; and back. */
enum cp_rc cp_store_bulk(struct cp_store *s, int on, struct cp_err *err)
    CP_MUST_CHECK;

/* Empties the write-ahead log into the database and truncates it, so that
 * nothing removed stays in it.  CP_BUSY while another program reads. */
enum cp_rc cp_store_checkpoint(struct cp_store *s, struct cp_err *err)
    CP_MUST_CHECK;
/* SQLite's own check of the database: CP_CORRUPT with its first finding. */
enum cp_rc cp_store_check(struct cp_store *s, struct cp_err *err)
    CP_MUST_CHECK;
/* Calls CB with the query plan's lines of every statement (for the test that
 * no statement scans a table unexcused). */
enum cp_rc cp_store_plans(struct cp_store *s,
    void (*cb)(void *ctx, const char *name, const char *line), void *ctx,
    struct cp_err *err) CP_MUST_CHECK;

#endif
