#include "lifecycle/store/store.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lifecycle/store/store_internal.h"
#include "lifecycle/store/store_wipe.h"

enum {
	STORE_APPLICATION_ID = 0x43504144, /* "CPAD" */
	STORE_BUSY_MS = 30000
};

static enum cp_rc
rc_of(int code)
{
	if (code == SQLITE_CONSTRAINT_TRIGGER)
		return CP_BUSY;
	switch (code & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return CP_BUSY;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return CP_CORRUPT;
	default:
		return CP_FAILED;
	}
}

enum cp_rc
store_fail(struct cp_store *s, int code, const char *doing, struct cp_err *err)
{
	enum cp_rc rc = rc_of(code);
	const char *why = sqlite3_errstr(code);

	/* SQLite's own message may quote values: only for faults of ours. */
	if ((code & 0xff) == SQLITE_ERROR || (code & 0xff) == SQLITE_AUTH ||
	    code == SQLITE_CONSTRAINT_TRIGGER)
		why = sqlite3_errmsg(s->db);
	cp_fail(err, rc, "store %s: %s (%s)", s->dir, why, doing);
	if (code == SQLITE_CONSTRAINT_TRIGGER)
		cp_err_hint(err, "it was adopted meanwhile: run the command "
		    "again");
	else if (rc == CP_BUSY)
		cp_err_hint(err, "another program is writing; try again");
	else if ((code & 0xff) == SQLITE_FULL)
		cp_err_hint(err, "the disk is full: free some space and run "
		    "the command again; nothing was half done");
	else if (rc == CP_CORRUPT)
		cp_err_hint(err, "do not write to this store; keep a copy and "
		    "restore a backup");
	return rc;
}

static enum cp_rc
run_sql(struct cp_store *s, const char *sql, const char *doing,
    struct cp_err *err)
{
	int code = sqlite3_exec(s->db, sql, NULL, NULL, NULL);

	return code == SQLITE_OK ? CP_OK : store_fail(s, code, doing, err);
}

static enum cp_rc
pragma_int(struct cp_store *s, const char *sql, int col, int64_t *out,
    struct cp_err *err)
{
	sqlite3_stmt *q = NULL;
	int code = sqlite3_prepare_v2(s->db, sql, -1, &q, NULL);

	if (code == SQLITE_OK)
		code = sqlite3_step(q);
	if (code == SQLITE_ROW) {
		*out = sqlite3_column_int64(q, col);
		(void)sqlite3_finalize(q);
		return CP_OK;
	}
	(void)sqlite3_finalize(q);
	return store_fail(s, code == SQLITE_DONE ? SQLITE_ERROR : code, sql,
	    err);
}

/* After opening: no schema changes, no other databases, and of the log only
 * what may be erased. */
static int
authorize(void *ctx, int action, const char *a, const char *b, const char *c,
    const char *d)
{
	(void)ctx;
	(void)c;
	(void)d;
	switch (action) {
	case SQLITE_ATTACH:
	case SQLITE_DETACH:
	case SQLITE_DROP_TABLE:
	case SQLITE_DROP_INDEX:
	case SQLITE_DROP_TRIGGER:
	case SQLITE_CREATE_TABLE:
	case SQLITE_CREATE_INDEX:
	case SQLITE_CREATE_TRIGGER:
	case SQLITE_ALTER_TABLE:
		return SQLITE_DENY;
	case SQLITE_DELETE:
		return strcmp(a, "audit") == 0 ? SQLITE_DENY : SQLITE_OK;
	case SQLITE_UPDATE:
		if (strcmp(a, "audit") != 0)
			return SQLITE_OK;
		return strcmp(b, "detail") == 0 || strcmp(b, "salt") == 0 ?
		    SQLITE_OK : SQLITE_DENY;
	default:
		return SQLITE_OK;
	}
}

static enum cp_rc
set_up(struct cp_store *s, enum cp_store_mode mode, struct cp_err *err)
{
	int keep = 1;
	enum cp_rc rc;

	(void)sqlite3_extended_result_codes(s->db, 1);
	cp_store_patience(s, STORE_BUSY_MS);
	(void)sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	(void)sqlite3_db_config(s->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	(void)sqlite3_db_config(s->db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
	(void)sqlite3_limit(s->db, SQLITE_LIMIT_ATTACHED, 0);
	/* The files beside the database stay, rather than being made and
	 * removed by every command; the log is cut to nothing when the last
	 * one closes, which takes a size limit. */
	(void)sqlite3_file_control(s->db, NULL, SQLITE_FCNTL_PERSIST_WAL,
	    &keep);
	rc = run_sql(s, "PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY;"
	    "PRAGMA synchronous = FULL; PRAGMA cache_size = -24576;"
	    "PRAGMA journal_size_limit = 67108864",
	    "settings", err);
	if (rc == CP_OK && mode == CP_STORE_READ)
		rc = run_sql(s, "PRAGMA query_only = ON", "settings", err);
	return rc;
}

static enum cp_rc
open_db(const char *dir, int flags, struct cp_store **out, struct cp_err *err)
{
	struct cp_store *s = calloc(1, sizeof(*s));
	const char *layer = store_wipe_usual();
	char path[4096];
	int code;

	if (s == NULL || (s->dir = strdup(dir)) == NULL) {
		free(s);
		return cp_fail(err, CP_FAILED, "out of memory");
	}
	if (snprintf(path, sizeof(path), "%s/store.db", dir) >=
	    (int)sizeof(path)) {
		cp_store_free(s);
		return cp_fail(err, CP_USAGE, "store path too long");
	}
	code = layer == NULL ? SQLITE_ERROR : sqlite3_open_v2(path, &s->db,
	    flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE |
	    SQLITE_OPEN_EXRESCODE, layer);
	if (code != SQLITE_OK) {
		enum cp_rc rc = store_fail(s, code, "open", err);

		cp_store_free(s);
		return rc;
	}
	*out = s;
	return CP_OK;
}

static enum cp_rc
migrate(struct cp_store *s, int64_t from, struct cp_err *err)
{
	char sql[64];
	enum cp_rc rc = run_sql(s, "BEGIN IMMEDIATE", "migrate", err);
	int64_t have = from;

	if (rc == CP_OK) /* another program may have been quicker */
		rc = pragma_int(s, "PRAGMA user_version", 0, &have, err);
	for (int64_t i = have; rc == CP_OK && i < sql_schema_count; i++)
		rc = run_sql(s, sql_schema[i], "migrate", err);
	if (rc == CP_OK) {
		(void)snprintf(sql, sizeof(sql),
		    "PRAGMA user_version = %d; PRAGMA application_id = %d",
		    sql_schema_count, STORE_APPLICATION_ID);
		rc = run_sql(s, sql, "migrate", err);
	}
	if (rc == CP_OK)
		rc = run_sql(s, "COMMIT", "migrate", err);
	if (rc != CP_OK)
		(void)sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	return rc;
}

enum cp_rc
cp_store_create(const char *dir, struct cp_store **out, struct cp_err *err)
{
	struct cp_store *s;
	char path[4096];
	enum cp_rc rc;

	if (snprintf(path, sizeof(path), "%s/store.db", dir) >=
	    (int)sizeof(path))
		return cp_fail(err, CP_USAGE, "store path too long");
	if (access(path, F_OK) == 0)
		return cp_fail(err, CP_REFUSED, "%s exists already", path);
	rc = open_db(dir, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, &s, err);
	if (rc != CP_OK)
		return rc;
	rc = set_up(s, CP_STORE_WRITE, err);
	if (rc == CP_OK)
		rc = run_sql(s, "PRAGMA auto_vacuum = INCREMENTAL;"
		    "PRAGMA journal_mode = WAL;", "create", err);
	if (rc == CP_OK)
		rc = migrate(s, 0, err);
	if (rc != CP_OK) {
		cp_store_free(s);
		return rc;
	}
	(void)sqlite3_set_authorizer(s->db, authorize, NULL);
	*out = s;
	return CP_OK;
}

/* Is it ours, and of a version that this program knows? */
static enum cp_rc
check_version(struct cp_store *s, enum cp_store_mode mode, struct cp_err *err)
{
	int64_t app, version;
	enum cp_rc rc = pragma_int(s, "PRAGMA application_id", 0, &app, err);

	if (rc == CP_OK)
		rc = pragma_int(s, "PRAGMA user_version", 0, &version, err);
	if (rc != CP_OK)
		return rc;
	if (app != STORE_APPLICATION_ID)
		return cp_fail(err, CP_CORRUPT, "%s/store.db is not a cpadmin "
		    "store", s->dir);
	if (version > sql_schema_count) {
		cp_fail(err, CP_REFUSED, "store %s is of version %lld, made by "
		    "a newer cpadmin; this one knows %d", s->dir,
		    (long long)version, sql_schema_count);
		cp_err_hint(err, "use the newer cpadmin; nothing was changed");
		return CP_REFUSED;
	}
	if (version == sql_schema_count)
		return CP_OK;
	if (mode == CP_STORE_READ)
		rc = run_sql(s, "PRAGMA query_only = OFF", "migrate", err);
	if (rc == CP_OK)
		rc = migrate(s, version, err);
	if (rc == CP_OK && mode == CP_STORE_READ)
		rc = run_sql(s, "PRAGMA query_only = ON", "migrate", err);
	return rc;
}

enum cp_rc
cp_store_open(const char *dir, enum cp_store_mode mode, struct cp_store **out,
    struct cp_err *err)
{
	struct cp_store *s;
	char path[4096];
	enum cp_rc rc;

	if (snprintf(path, sizeof(path), "%s/store.db", dir) >=
	    (int)sizeof(path))
		return cp_fail(err, CP_USAGE, "store path too long");
	if (access(path, F_OK) != 0) {
		rc = errno == ENOENT || errno == ENOTDIR ? CP_NOT_FOUND :
		    errno == EACCES ? CP_DENIED : CP_FAILED;
		cp_fail_errno(err, rc, "no store at %s", dir);
		cp_err_hint(err, "name one with --store or CPADMIN_STORE, or "
		    "make one with `cpadmin init'");
		return rc;
	}
	rc = open_db(dir, SQLITE_OPEN_READWRITE, &s, err);
	if (rc != CP_OK)
		return rc;
	rc = set_up(s, mode, err);
	if (rc == CP_OK)
		rc = check_version(s, mode, err);
	if (rc != CP_OK) {
		cp_store_free(s);
		return rc;
	}
	(void)sqlite3_set_authorizer(s->db, authorize, NULL);
	*out = s;
	return CP_OK;
}

void
cp_store_free(struct cp_store *s)
{
	if (s == NULL)
		return;
	for (int i = 0; i < SQL_COUNT; i++)
		(void)sqlite3_finalize(s->stmts[i].sql);
	(void)sqlite3_close(s->db);
	free(s->dir);
	free(s);
}

void
cp_store_patience(struct cp_store *s, int milliseconds)
{
	s->patience = milliseconds;
	(void)sqlite3_busy_timeout(s->db, milliseconds);
}

const char *
cp_store_dir(const struct cp_store *s)
{
	return s->dir;
}

void
cp_store_act_for(struct cp_store *s, const struct cp_operator *op)
{
	s->actor = op;
}

const struct cp_operator *
cp_store_actor(const struct cp_store *s)
{
	return s->actor;
}

enum cp_rc
cp_store_path(const struct cp_store *s, char *buf, size_t cap,
    struct cp_err *err, const char *fmt, ...)
{
	va_list ap;
	int n = snprintf(buf, cap, "%s/", s->dir);

	if (n > 0 && (size_t)n < cap) {
		int m;

		va_start(ap, fmt);
		m = vsnprintf(buf + n, cap - (size_t)n, fmt, ap);
		va_end(ap);
		if (m >= 0 && (size_t)m < cap - (size_t)n)
			return CP_OK;
	}
	return cp_fail(err, CP_FAILED, "store path too long: %s", s->dir);
}

static enum cp_rc
begin(struct cp_store *s, const char *sql, struct cp_err *err)
{
	enum cp_rc rc;

	if (s->in_txn)
		return cp_fail(err, CP_FAILED, "a transaction within another");
	rc = run_sql(s, sql, "begin", err);
	s->in_txn = rc == CP_OK;
	return rc;
}

enum cp_rc
cp_store_begin(struct cp_store *s, struct cp_err *err)
{
	return begin(s, "BEGIN IMMEDIATE", err);
}

enum cp_rc
cp_store_begin_read(struct cp_store *s, struct cp_err *err)
{
	return begin(s, "BEGIN", err);
}

enum cp_rc
cp_store_commit(struct cp_store *s, struct cp_err *err)
{
	enum cp_rc rc = run_sql(s, "COMMIT", "commit", err);

	if (rc != CP_OK) {
		cp_store_rollback(s);
		return rc;
	}
	s->in_txn = 0;
	return CP_OK;
}

void
cp_store_rollback(struct cp_store *s)
{
	if (!s->in_txn)
		return;
	for (int i = 0; i < SQL_COUNT; i++)
		if (s->stmts[i].stepping)
			cp_reset(&s->stmts[i]);
	(void)sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	s->in_txn = 0;
}

int
cp_store_in_txn(const struct cp_store *s)
{
	return s->in_txn;
}

enum cp_rc
cp_store_bulk(struct cp_store *s, int on, struct cp_err *err)
{
	/* Checking foreign keys would keep a copy of each page that an insert
	 * touches, for a failure that cannot be. */
	return run_sql(s, on ?
	    "PRAGMA cache_size = -57344; PRAGMA wal_autocheckpoint = 262144;"
	    "PRAGMA foreign_keys = OFF" :
	    "PRAGMA cache_size = -24576; PRAGMA wal_autocheckpoint = 1000;"
	    "PRAGMA foreign_keys = ON", "settings", err);
}

enum cp_rc
cp_store_checkpoint(struct cp_store *s, struct cp_err *err)
{
	int64_t busy;
	enum cp_rc rc = pragma_int(s, "PRAGMA wal_checkpoint(TRUNCATE)", 0,
	    &busy, err);

	if (rc == CP_OK && busy != 0) {
		cp_fail(err, CP_BUSY, "the write-ahead log of %s is in use",
		    s->dir);
		cp_err_hint(err, "end the programs that read the store");
		return CP_BUSY;
	}
	return rc;
}

enum cp_rc
cp_store_check(struct cp_store *s, struct cp_err *err)
{
	sqlite3_stmt *q = NULL;
	int code = sqlite3_prepare_v2(s->db, "PRAGMA integrity_check(1)", -1,
	    &q, NULL);
	enum cp_rc rc = CP_OK;

	if (code == SQLITE_OK)
		code = sqlite3_step(q);
	if (code != SQLITE_ROW)
		rc = store_fail(s, code, "check", err);
	else if (strcmp((const char *)sqlite3_column_text(q, 0), "ok") != 0)
		rc = cp_fail(err, CP_CORRUPT, "store %s is damaged: %s",
		    s->dir, (const char *)sqlite3_column_text(q, 0));
	(void)sqlite3_finalize(q);
	return rc;
}

static enum cp_rc
plan_one(struct cp_store *s, int i,
    void (*cb)(void *ctx, const char *name, const char *line), void *ctx,
    struct cp_err *err)
{
	sqlite3_stmt *q = NULL;
	char *sql = sqlite3_mprintf("EXPLAIN QUERY PLAN %s", sql_texts[i].text);
	int code = sql == NULL ? SQLITE_NOMEM :
	    sqlite3_prepare_v2(s->db, sql, -1, &q, NULL);

	while (code == SQLITE_OK && sqlite3_step(q) == SQLITE_ROW)
		cb(ctx, sql_texts[i].name,
		    (const char *)sqlite3_column_text(q, 3));
	(void)sqlite3_finalize(q);
	sqlite3_free(sql);
	return code == SQLITE_OK ? CP_OK :
	    store_fail(s, code, sql_texts[i].name, err);
}

enum cp_rc
cp_store_plans(struct cp_store *s,
    void (*cb)(void *ctx, const char *name, const char *line), void *ctx,
    struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	for (int i = 0; rc == CP_OK && i < SQL_COUNT; i++)
		rc = plan_one(s, i, cb, ctx, err);
	return rc;
}
