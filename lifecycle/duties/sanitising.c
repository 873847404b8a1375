#include "lifecycle/duties/sanitising.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "archive/file.h"
#include "lifecycle/store/json_put.h"
#include "lifecycle/store/stmt.h"
#include "lifecycle/store/store_forget.h"
#include "lifecycle/store/store_vacuum.h"

enum { SPARE = 16 << 20 }; /* for what others write meanwhile */

static enum cp_rc
add_size(struct cp_store *s, const char *name, int64_t *sum,
    struct cp_err *err)
{
	char path[4200];
	struct stat st;
	enum cp_rc rc = cp_store_path(s, path, sizeof(path), err, "%s", name);

	if (rc != CP_OK)
		return rc;
	if (stat(path, &st) == 0)
		*sum += st.st_size;
	else if (errno != ENOENT)
		rc = cp_fail_errno(err, CP_FAILED, "%s", path);
	return rc;
}

static enum cp_rc
size_of(struct cp_store *s, int64_t *out, struct cp_err *err)
{
	enum cp_rc rc;

	*out = 0;
	rc = add_size(s, "store.db", out, err);
	return rc == CP_OK ? add_size(s, "store.db-wal", out, err) : rc;
}

enum cp_rc
cp_sanitise_plan(struct cp_store *s, struct cp_sanitising *out,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_SANITISING_LAST);
	struct statvfs fs;
	int row;
	enum cp_rc rc;

	memset(out, 0, sizeof(*out));
	rc = cp_step(q, &row, err);
	if (rc == CP_OK && row)
		cp_col_copy(q, 0, out->last, sizeof(out->last));
	cp_reset(q);
	if (rc == CP_OK)
		rc = size_of(s, &out->bytes_before, err);
	if (rc == CP_OK && statvfs(cp_store_dir(s), &fs) != 0)
		rc = cp_fail_errno(err, CP_FAILED, "%s", cp_store_dir(s));
	if (rc != CP_OK)
		return rc;
	out->needed = 2 * out->bytes_before + SPARE;
	out->available = (int64_t)fs.f_bavail * (int64_t)fs.f_frsize;
	return CP_OK;
}

static int64_t
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static enum cp_rc
note(struct cp_store *s, struct cp_audit *audit, const struct cp_operator *op,
    const struct cp_now *now, const struct cp_sanitising *x,
    struct cp_err *err)
{
	struct cp_entry e = { .action = "store.sanitise" };
	struct cp_stmt *q;
	char detail[160];
	enum cp_rc rc = cp_txn_begin(audit, err);

	if (rc != CP_OK)
		return rc;
	q = cp_stmt(s, SQL_SANITISING_ADD);
	cp_bind_text(q, now->time);
	cp_bind_text(q, op->name);
	cp_bind_int(q, x->bytes_before);
	cp_bind_int(q, x->bytes_after);
	cp_bind_int(q, x->milliseconds);
	rc = cp_exec(q, err);
	(void)snprintf(detail, sizeof(detail), "{\"bytes_before\":%lld,"
	    "\"bytes_after\":%lld,\"milliseconds\":%lld}",
	    (long long)x->bytes_before, (long long)x->bytes_after,
	    (long long)x->milliseconds);
	e.detail = detail;
	if (rc == CP_OK)
		rc = cp_audit_add(audit, &e, NULL, err);
	if (rc == CP_OK)
		rc = cp_store_forgotten(s, err);
	return cp_txn_end(audit, rc, err);
}

static enum cp_rc
sanitise(struct cp_store *s, void (*progress)(void *, int64_t, int64_t),
    void *ctx, struct cp_sanitising *out, struct cp_err *err)
{
	int64_t began = now_ms();
	enum cp_rc rc = cp_sanitise_plan(s, out, err);

	if (rc == CP_OK && out->available < out->needed) {
		cp_fail(err, CP_FAILED, "the disk of %s has %lld MB free, and "
		    "%lld MB are needed while the database is written anew",
		    cp_store_dir(s), (long long)(out->available / 1000000),
		    (long long)(out->needed / 1000000));
		cp_err_hint(err, "free some space; nothing was changed");
		return CP_FAILED;
	}
	if (rc == CP_OK)
		rc = cp_store_vacuum(cp_store_dir(s), progress, ctx, err);
	if (rc == CP_OK)
		rc = size_of(s, &out->bytes_after, err);
	out->milliseconds = now_ms() - began;
	return rc;
}

enum cp_rc
cp_sanitise(struct cp_store *s, struct cp_audit *audit,
    const struct cp_operator *op, const struct cp_now *now,
    void (*progress)(void *ctx, int64_t done, int64_t total), void *ctx,
    struct cp_sanitising *out, struct cp_err *err)
{
	char path[4200];
	int lock = -1;
	enum cp_rc rc = cp_store_path(s, path, sizeof(path), err, "run.lock");

	if (rc == CP_OK)
		rc = cp_file_lock(path, &lock, err);
	if (rc == CP_BUSY)
		cp_err_hint(err, "a retention run is at work; try again when "
		    "it has ended");
	if (rc == CP_OK)
		rc = sanitise(s, progress, ctx, out, err);
	if (rc == CP_OK)
		rc = note(s, audit, op, now, out, err);
	if (rc == CP_OK)
		rc = cp_store_checkpoint(s, err);
	if (lock >= 0)
		(void)close(lock); /* nothing was written */
	return rc;
}
