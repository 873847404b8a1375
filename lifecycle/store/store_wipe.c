#include "lifecycle/store/store_wipe.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lifecycle/store/store_page.h"

enum { ZEROS = 65536, WAL_HEADER = 32, TELL = 4 << 20, PAGE_MIN = 512,
	PAGE_MAX = 65536, HEADER = 100, HEADER_RESERVED = 20 };

/* A file of SQLite's: the system's follows it in memory. */
struct wiped {
	sqlite3_file base;
	struct store_wipe *w;
	sqlite3_file *real;
	int database;        /* the main file: its pages are cleaned */
	uint8_t reserved;    /* bytes at the end of its pages */
	sqlite3_int64 bytes; /* its size, as far as is known */
	uint8_t *page;       /* room for one, owned; NULL until needed */
	char temp[4096]; /* its name, if it is a temporary of ours */
};

static sqlite3_file *
real(sqlite3_file *f)
{
	return ((struct wiped *)(void *)f)->real;
}

/* ---- overwriting ----------------------------------------------------------- */

static int
zero_range(sqlite3_file *f, sqlite3_int64 from, sqlite3_int64 to)
{
	static const char zeros[ZEROS];
	int rc = SQLITE_OK, n;

	for (; rc == SQLITE_OK && from < to; from += n) {
		n = to - from < ZEROS ? (int)(to - from) : ZEROS;
		rc = f->pMethods->xWrite(f, zeros, n, from);
	}
	return rc == SQLITE_OK ? f->pMethods->xSync(f, SQLITE_SYNC_FULL) : rc;
}

/*
 * Of a log the header goes first, by itself: without it the rest means
 * nothing, where half of the rest would be taken for the whole.
 */
static int
wipe_from(sqlite3_file *f, sqlite3_int64 size)
{
	sqlite3_int64 now;
	int rc = f->pMethods->xFileSize(f, &now);

	if (rc != SQLITE_OK || now <= size)
		return rc;
	if (size == 0 && now > WAL_HEADER)
		rc = zero_range(f, 0, WAL_HEADER);
	return rc == SQLITE_OK ? zero_range(f, size, now) : rc;
}

static int
wiped_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	int rc = wipe_from(real(f), size);

	return rc == SQLITE_OK ? real(f)->pMethods->xTruncate(real(f), size) :
	    rc;
}

static int
wiped_close(sqlite3_file *f)
{
	struct wiped *x = (struct wiped *)(void *)f;
	int rc = x->temp[0] != '\0' ? wipe_from(x->real, 0) : SQLITE_OK;
	int closed = x->real->pMethods->xClose(x->real);

	free(x->page);
	x->page = NULL;
	if (rc == SQLITE_OK && x->temp[0] != '\0' && unlink(x->temp) != 0)
		rc = SQLITE_IOERR_DELETE;
	return rc != SQLITE_OK ? rc : closed;
}

/* ---- pages ----------------------------------------------------------------- */

static void
note_size(struct wiped *x, sqlite3_int64 bytes)
{
	if (bytes > x->bytes)
		x->bytes = bytes;
}

static void
note_header(struct wiped *x, const void *buf, int n, sqlite3_int64 at)
{
	if (at == 0 && n >= HEADER)
		x->reserved = ((const uint8_t *)buf)[HEADER_RESERVED];
}

/* *BUF, a whole page, is exchanged for a clean copy where it is not clean. */
static int
clean_page(struct wiped *x, const void **buf, int n, sqlite3_int64 at)
{
	struct store_page p = { .bytes = *buf, .size = (uint32_t)n };

	if (n < PAGE_MIN || n > PAGE_MAX || (n & (n - 1)) != 0 || at % n != 0)
		return SQLITE_OK;
	note_header(x, *buf, n, at);
	note_size(x, at + n);
	if (x->page == NULL && (x->page = malloc(PAGE_MAX)) == NULL)
		return SQLITE_IOERR_NOMEM;
	p.reserved = x->reserved;
	p.number = (uint32_t)(at / n) + 1;
	p.count = (uint32_t)(x->bytes / n);
	if (store_page_clean(&p, x->page))
		*buf = x->page;
	return SQLITE_OK;
}

/* ---- handed on ------------------------------------------------------------- */

static int
wiped_read(sqlite3_file *f, void *buf, int n, sqlite3_int64 at)
{
	struct wiped *x = (struct wiped *)(void *)f;
	int rc = x->real->pMethods->xRead(x->real, buf, n, at);

	if (rc == SQLITE_OK && x->database)
		note_header(x, buf, n, at);
	return rc;
}

static void
tell(struct store_wipe *w, int n)
{
	w->done += n;
	if (w->done - w->told < TELL)
		return;
	w->told = w->done;
	w->progress(w->ctx, w->done < w->total ? w->done : w->total, w->total);
}

static int
wiped_write(sqlite3_file *f, const void *buf, int n, sqlite3_int64 at)
{
	struct wiped *x = (struct wiped *)(void *)f;
	int rc = SQLITE_OK;

	if (x->w->progress != NULL)
		tell(x->w, n);
	if (x->database)
		rc = clean_page(x, &buf, n, at);
	return rc == SQLITE_OK ? x->real->pMethods->xWrite(x->real, buf, n,
	    at) : rc;
}

static int
wiped_sync(sqlite3_file *f, int flags)
{
	return real(f)->pMethods->xSync(real(f), flags);
}

static int
wiped_size(sqlite3_file *f, sqlite3_int64 *size)
{
	int rc = real(f)->pMethods->xFileSize(real(f), size);

	if (rc == SQLITE_OK)
		note_size((struct wiped *)(void *)f, *size);
	return rc;
}

static int
wiped_lock(sqlite3_file *f, int level)
{
	return real(f)->pMethods->xLock(real(f), level);
}

static int
wiped_unlock(sqlite3_file *f, int level)
{
	return real(f)->pMethods->xUnlock(real(f), level);
}

static int
wiped_reserved(sqlite3_file *f, int *out)
{
	return real(f)->pMethods->xCheckReservedLock(real(f), out);
}

static int
wiped_control(sqlite3_file *f, int op, void *arg)
{
	if (op == SQLITE_FCNTL_SIZE_HINT)
		note_size((struct wiped *)(void *)f, *(sqlite3_int64 *)arg);
	return real(f)->pMethods->xFileControl(real(f), op, arg);
}

static int
wiped_sector(sqlite3_file *f)
{
	return real(f)->pMethods->xSectorSize(real(f));
}

static int
wiped_device(sqlite3_file *f)
{
	return real(f)->pMethods->xDeviceCharacteristics(real(f));
}

static int
wiped_shm_map(sqlite3_file *f, int page, int size, int extend,
    void volatile **out)
{
	return real(f)->pMethods->xShmMap(real(f), page, size, extend, out);
}

static int
wiped_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
	return real(f)->pMethods->xShmLock(real(f), offset, n, flags);
}

static void
wiped_shm_barrier(sqlite3_file *f)
{
	real(f)->pMethods->xShmBarrier(real(f));
}

static int
wiped_shm_unmap(sqlite3_file *f, int delete)
{
	return real(f)->pMethods->xShmUnmap(real(f), delete);
}

static const sqlite3_io_methods methods = { 2, wiped_close, wiped_read,
	wiped_write, wiped_truncate, wiped_sync, wiped_size, wiped_lock,
	wiped_unlock, wiped_reserved, wiped_control, wiped_sector,
	wiped_device, wiped_shm_map, wiped_shm_lock, wiped_shm_barrier,
	wiped_shm_unmap, NULL, NULL };

/* ---- the layer ------------------------------------------------------------- */

/* A temporary file gets a name of ours, and keeps it until it is wiped. */
static int
wipe_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags,
    int *out_flags)
{
	struct store_wipe *w = vfs->pAppData;
	struct wiped *x = (struct wiped *)(void *)f;
	int rc;

	memset(x, 0, sizeof(*x));
	x->w = w;
	x->real = (sqlite3_file *)(void *)(x + 1);
	x->database = (flags & SQLITE_OPEN_MAIN_DB) != 0;
	if (name == NULL && w->dir != NULL) {
		/* two zeros end a name: the buffer is larger than it */
		if (snprintf(x->temp, sizeof(x->temp) - 1,
		    "%s/.sanitise-%ld-%u", w->dir, (long)getpid(),
		    w->temps++) >= (int)sizeof(x->temp) - 2)
			return SQLITE_CANTOPEN;
		name = x->temp;
		flags &= ~SQLITE_OPEN_DELETEONCLOSE;
	}
	rc = w->real->xOpen(w->real, name, x->real, flags, out_flags);
	if (x->real->pMethods != NULL)
		x->base.pMethods = &methods;
	return rc;
}

static int
wipe_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
	sqlite3_vfs *r = ((struct store_wipe *)vfs->pAppData)->real;

	return r->xDelete(r, name, sync);
}

static int
wipe_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
	sqlite3_vfs *r = ((struct store_wipe *)vfs->pAppData)->real;

	return r->xAccess(r, name, flags, out);
}

static int
wipe_path(sqlite3_vfs *vfs, const char *name, int cap, char *out)
{
	sqlite3_vfs *r = ((struct store_wipe *)vfs->pAppData)->real;

	return r->xFullPathname(r, name, cap, out);
}

static int
wipe_random(sqlite3_vfs *vfs, int n, char *out)
{
	sqlite3_vfs *r = ((struct store_wipe *)vfs->pAppData)->real;

	return r->xRandomness(r, n, out);
}

static int
wipe_sleep(sqlite3_vfs *vfs, int us)
{
	sqlite3_vfs *r = ((struct store_wipe *)vfs->pAppData)->real;

	return r->xSleep(r, us);
}

static int
wipe_time(sqlite3_vfs *vfs, double *out)
{
	sqlite3_vfs *r = ((struct store_wipe *)vfs->pAppData)->real;

	return r->xCurrentTime(r, out);
}

static int
wipe_error(sqlite3_vfs *vfs, int n, char *out)
{
	sqlite3_vfs *r = ((struct store_wipe *)vfs->pAppData)->real;

	return r->xGetLastError(r, n, out);
}

static int
begin(struct store_wipe *w, const char *dir)
{
	w->real = sqlite3_vfs_find(NULL);
	if (w->real == NULL)
		return SQLITE_ERROR;
	w->dir = dir;
	w->vfs = (sqlite3_vfs){ .iVersion = 1,
		.szOsFile = (int)sizeof(struct wiped) + w->real->szOsFile,
		.mxPathname = w->real->mxPathname, .zName = w->name,
		.pAppData = w, .xOpen = wipe_open, .xDelete = wipe_delete,
		.xAccess = wipe_access, .xFullPathname = wipe_path,
		.xRandomness = wipe_random, .xSleep = wipe_sleep,
		.xCurrentTime = wipe_time, .xGetLastError = wipe_error };
	return sqlite3_vfs_register(&w->vfs, 0);
}

int
store_wipe_begin(struct store_wipe *w, const char *dir)
{
	(void)snprintf(w->name, sizeof(w->name), "cpadmin-wipe-%p", (void *)w);
	return begin(w, dir);
}

void
store_wipe_end(struct store_wipe *w)
{
	if (w->name[0] != '\0')
		(void)sqlite3_vfs_unregister(&w->vfs);
	w->name[0] = '\0';
}

/* ---- that of every store --------------------------------------------------- */

static struct store_wipe usual = { .name = "cpadmin" };
static pthread_once_t usual_once = PTHREAD_ONCE_INIT;
static int usual_code;

/* Counts of memory that nobody reads, under a lock at each allocation; and
 * copies of pages for a statement that may fail, in the system's temporary
 * folder.  Neither is wanted. */
static void
make_usual(void)
{
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	(void)sqlite3_config(SQLITE_CONFIG_STMTJRNL_SPILL, -1);
	usual_code = begin(&usual, NULL);
}

const char *
store_wipe_usual(void)
{
	return pthread_once(&usual_once, make_usual) == 0 &&
	    usual_code == SQLITE_OK ? usual.name : NULL;
}
