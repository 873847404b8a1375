#ifndef CP_STORE_STORE_WIPE_H
#define CP_STORE_STORE_WIPE_H

#include <sqlite3.h>
#include <stdint.h>

/*
 * Private to lifecycle/store: a layer of SQLite's between it and the system
 * that lets nothing removed stay in the files.  A page of the database is
 * written without what its gaps still hold (store_page.h); what is cut off a
 * file, and so the write-ahead log when it is emptied, is overwritten first.
 * Pages in the log keep their gaps until then: their checksums are of them.
 */
struct store_wipe {
	sqlite3_vfs vfs;   /* registered while it is in use */
	sqlite3_vfs *real;
	char name[40];
	const char *dir;   /* where temporary files go, and are overwritten;
			    * borrowed; NULL: where the system puts them */
	unsigned temps;    /* made so far */
	int64_t done, total, told;
	void (*progress)(void *ctx, int64_t done, int64_t total);
	void *ctx;
};

/* SQLITE_OK, or why it cannot be; name of the layer is W->name. */
int store_wipe_begin(struct store_wipe *w, const char *dir);
void store_wipe_end(struct store_wipe *w);
/* The name of the layer that every store is opened with: one for the process,
 * made at the first call, which also settles what SQLite lets be settled only
 * before its first use.  NULL where it cannot be.  Thread-safe. */
const char *store_wipe_usual(void);

#endif
