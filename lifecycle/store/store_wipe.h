#ifndef CP_STORE_STORE_WIPE_H
#define CP_STORE_STORE_WIPE_H

#include <sqlite3.h>
#include <stdint.h>

/* Private to store_vacuum.c: a layer of SQLite's between it and the system
 * that overwrites what is given back. */
struct store_wipe {
	sqlite3_vfs vfs;   /* registered while it is in use */
	sqlite3_vfs *real;
	char name[40];
	const char *dir;   /* where temporary files go; borrowed */
	unsigned temps;    /* made so far */
	int64_t done, total, told;
	void (*progress)(void *ctx, int64_t done, int64_t total);
	void *ctx;
};

/* SQLITE_OK, or why it cannot be; name of the layer is W->name. */
int store_wipe_begin(struct store_wipe *w, const char *dir);
void store_wipe_end(struct store_wipe *w);

#endif
