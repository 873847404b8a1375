#include "lifecycle/store/store_vacuum.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/file.h"
#include "lifecycle/store/store_wipe.h"

enum { BUSY_MS = 30000, CUTS = 3 };
static const char TEMP[] = ".sanitise-";

/* ---- what a kill left ------------------------------------------------------ */

static enum cp_rc
wipe_file(const char *path, struct cp_err *err)
{
	struct stat st;
	int fd = -1;
	enum cp_rc rc = CP_OK;

	fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || fstat(fd, &st) != 0)
		rc = cp_fail_errno(err, CP_FAILED, "%s", path);
	else if (st.st_size > 0)
		rc = cp_file_zeroise(fd, 0, NULL, (size_t)st.st_size, path,
		    err);
	if (fd >= 0) {
		struct cp_err ignored;
		enum cp_rc closed = cp_fd_close(&fd, path, rc == CP_OK ? err :
		    &ignored);

		rc = rc == CP_OK ? closed : rc;
	}
	return rc == CP_OK ? cp_file_unlink_durable(path, err) : rc;
}

static enum cp_rc
wipe_left(const char *dir, struct cp_err *err)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	char path[4096];
	enum cp_rc rc = CP_OK;

	if (d == NULL)
		return cp_fail_errno(err, CP_FAILED, "%s", dir);
	while (rc == CP_OK && (errno = 0, e = readdir(d)) != NULL) {
		if (strncmp(e->d_name, TEMP, sizeof(TEMP) - 1) != 0)
			continue;
		if (snprintf(path, sizeof(path), "%s/%s", dir, e->d_name) >=
		    (int)sizeof(path))
			rc = cp_fail(err, CP_FAILED, "store path too long");
		else
			rc = wipe_file(path, err);
	}
	if (rc == CP_OK && errno != 0)
		rc = cp_fail_errno(err, CP_FAILED, "reading %s", dir);
	(void)closedir(d);
	return rc;
}

/* ---- the connection -------------------------------------------------------- */

struct work {
	struct store_wipe wipe;
	sqlite3 *db;
	const char *dir;
};

static enum cp_rc
fail(struct work *x, int code, const char *doing, struct cp_err *err)
{
	int kind = code & 0xff;

	cp_fail(err, kind == SQLITE_BUSY || kind == SQLITE_LOCKED ? CP_BUSY :
	    kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB ? CP_CORRUPT :
	    CP_FAILED, "store %s: %s (%s)", x->dir, sqlite3_errstr(code),
	    doing);
	if (err->code == CP_BUSY)
		cp_err_hint(err, "another program is writing; see which: "
		    "fuser -v %.300s/store.db", x->dir);
	else if (kind == SQLITE_FULL)
		cp_err_hint(err, "the disk is full: twice the size of store.db "
		    "must be free; nothing was changed");
	return err->code;
}

static enum cp_rc
run(struct work *x, const char *sql, struct cp_err *err)
{
	int code = sqlite3_exec(x->db, sql, NULL, NULL, NULL);

	return code == SQLITE_OK ? CP_OK : fail(x, code, sql, err);
}

static int
take_int(void *ctx, int n, char **values, char **names)
{
	long long v = 0;

	(void)names;
	if (n < 1 || values[0] == NULL || sscanf(values[0], "%lld", &v) != 1)
		return 1;
	*(int64_t *)ctx = v;
	return 0;
}

static enum cp_rc
ask(struct work *x, const char *sql, int64_t *out, struct cp_err *err)
{
	int code = sqlite3_exec(x->db, sql, take_int, out, NULL);

	return code == SQLITE_OK ? CP_OK : fail(x, code, sql, err);
}

/* Until it reports 0. */
static enum cp_rc
cut_log(struct work *x, int tries, const char *so_far, struct cp_err *err)
{
	int64_t busy = 1;
	enum cp_rc rc = CP_OK;

	for (int i = 0; rc == CP_OK && busy != 0 && i < tries; i++)
		rc = ask(x, "PRAGMA wal_checkpoint(TRUNCATE)", &busy, err);
	if (rc != CP_OK || busy == 0)
		return rc;
	cp_fail(err, CP_BUSY, "another program reads %s/store.db: its log "
	    "cannot be cut; %s", x->dir, so_far);
	cp_err_hint(err, "see which: fuser -v %.300s/store.db; run this again "
	    "when it has ended", x->dir);
	return CP_BUSY;
}

static enum cp_rc
connect(struct work *x, struct cp_err *err)
{
	int64_t pages = 0, size = 0;
	char path[4096];
	int keep = 1, code;
	enum cp_rc rc;

	if (snprintf(path, sizeof(path), "%s/store.db", x->dir) >=
	    (int)sizeof(path))
		return cp_fail(err, CP_FAILED, "store path too long");
	code = store_wipe_begin(&x->wipe, x->dir);
	if (code == SQLITE_OK)
		code = sqlite3_open_v2(path, &x->db, SQLITE_OPEN_READWRITE |
		    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE |
		    SQLITE_OPEN_EXRESCODE, x->wipe.name);
	if (code != SQLITE_OK)
		return fail(x, code, "open", err);
	(void)sqlite3_busy_timeout(x->db, BUSY_MS);
	(void)sqlite3_file_control(x->db, NULL, SQLITE_FCNTL_PERSIST_WAL,
	    &keep);
	rc = run(x, "PRAGMA secure_delete = ON; PRAGMA temp_store = FILE;"
	    "PRAGMA synchronous = FULL; PRAGMA cache_size = -24576;"
	    "PRAGMA mmap_size = 0", err);
	if (rc == CP_OK)
		rc = ask(x, "PRAGMA page_count", &pages, err);
	if (rc == CP_OK)
		rc = ask(x, "PRAGMA page_size", &size, err);
	x->wipe.total = 3 * pages * size;
	return rc;
}

/* The log is cut first: who reads for long is found before the long work. */
static enum cp_rc
vacuum(struct work *x, struct cp_err *err)
{
	enum cp_rc rc = connect(x, err);

	if (rc == CP_OK)
		rc = cut_log(x, 1, "nothing was changed", err);
	if (rc == CP_OK)
		rc = run(x, "VACUUM", err);
	return rc == CP_OK ? cut_log(x, CUTS, "the database is written anew, "
	    "and what was removed is in the log still", err) : rc;
}

enum cp_rc
cp_store_vacuum(const char *dir,
    void (*progress)(void *ctx, int64_t done, int64_t total), void *ctx,
    struct cp_err *err)
{
	struct work x = { .dir = dir, .wipe = { .progress = progress,
		.ctx = ctx } };
	int code;
	enum cp_rc rc = wipe_left(dir, err);

	if (rc != CP_OK)
		return rc;
	rc = vacuum(&x, err);
	code = sqlite3_close(x.db);
	if (rc == CP_OK && code != SQLITE_OK)
		rc = fail(&x, code, "close", err);
	store_wipe_end(&x.wipe);
	return rc;
}
