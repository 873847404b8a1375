#ifndef CP_STORE_STORE_INTERNAL_H
#define CP_STORE_STORE_INTERNAL_H

/* For store.c and store_stmt.c only: SQLite goes no further. */

#include <sqlite3.h>

#include "lifecycle/store/stmt.h"

struct cp_stmt {
	struct cp_store *store;
	enum sql_id id;
	sqlite3_stmt *sql;  /* prepared at first use, owned */
	int at;             /* last parameter bound */
	int stepping;       /* has given a row, not yet the end */
	int failed;         /* first error since the reset, SQLite's code */
	int bad_date;       /* a column held no date */
};

struct cp_store {
	sqlite3 *db;
	char *dir;
	int in_txn;
	int patience; /* milliseconds that another writer is waited for */
	const struct cp_operator *actor; /* borrowed */
	struct cp_stmt stmts[SQL_COUNT + 1];
};

/* Turns the database's last error into ERR; CODE is SQLite's. */
enum cp_rc store_fail(struct cp_store *s, int code, const char *doing,
    struct cp_err *err);

#endif
