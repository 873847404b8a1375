#include "lifecycle/store/store_copy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "archive/buf.h"
#include "lifecycle/store/store_internal.h"

enum { COPY_APPLICATION_ID = 0x43504144 }; /* as store.c has it */

/* "file:PATH?immutable=1", with what would end the path written in hex. */
static enum cp_rc
uri_of(const char *file, struct cp_buf *out, struct cp_err *err)
{
	cp_buf_puts(out, "file:");
	for (; *file != '\0'; file++) {
		if (strchr("?#%", *file) != NULL)
			cp_buf_printf(out, "%%%02X", (unsigned char)*file);
		else
			cp_buf_putc(out, *file);
	}
	cp_buf_puts(out, "?immutable=1");
	return cp_buf_check(out, err);
}

static enum cp_rc
no_log(const char *file, struct cp_err *err)
{
	char path[4096];
	struct stat st;

	if (stat(file, &st) != 0)
		return cp_fail_errno(err, errno == ENOENT ? CP_NOT_FOUND :
		    CP_FAILED, "%.500s", file);
	if (snprintf(path, sizeof(path), "%s-wal", file) >= (int)sizeof(path))
		return cp_fail(err, CP_USAGE, "path too long");
	if (stat(path, &st) != 0 || st.st_size == 0)
		return CP_OK;
	(void)cp_fail(err, CP_BAD_INPUT, "%.500s has a write-ahead log beside "
	    "it, which would not be read", file);
	cp_err_hint(err, "put the log into the copy: sqlite3 FILE 'PRAGMA "
	    "wal_checkpoint(TRUNCATE)'");
	return CP_BAD_INPUT;
}

static enum cp_rc
pragma(struct cp_store *s, const char *sql, int64_t *out, struct cp_err *err)
{
	sqlite3_stmt *q = NULL;
	int code = sqlite3_prepare_v2(s->db, sql, -1, &q, NULL);

	if (code == SQLITE_OK)
		code = sqlite3_step(q);
	if (code == SQLITE_ROW)
		*out = sqlite3_column_int64(q, 0);
	(void)sqlite3_finalize(q);
	return code == SQLITE_ROW ? CP_OK : store_fail(s, code, sql, err);
}

static enum cp_rc
check(struct cp_store *s, struct cp_err *err)
{
	int64_t app, version = 0;
	enum cp_rc rc = pragma(s, "PRAGMA application_id", &app, err);

	if (rc == CP_OK)
		rc = pragma(s, "PRAGMA user_version", &version, err);
	if (rc == CP_OK && app != COPY_APPLICATION_ID)
		rc = cp_fail(err, CP_CORRUPT, "%.500s is no copy of a store's "
		    "database", s->dir);
	if (rc == CP_OK && version > sql_schema_count)
		rc = cp_fail(err, CP_REFUSED, "%.500s was made by a newer "
		    "cpadmin", s->dir);
	return rc;
}

enum cp_rc
cp_store_open_copy(const char *file, struct cp_store **out, struct cp_err *err)
{
	struct cp_store *s;
	struct cp_buf uri;
	int code;
	enum cp_rc rc = no_log(file, err);

	if (rc != CP_OK)
		return rc;
	s = calloc(1, sizeof(*s));
	if (s == NULL || (s->dir = strdup(file)) == NULL) {
		free(s);
		return cp_fail(err, CP_FAILED, "out of memory");
	}
	cp_buf_init(&uri);
	rc = uri_of(file, &uri, err);
	if (rc == CP_OK) {
		code = sqlite3_open_v2(cp_buf_text(&uri), &s->db,
		    SQLITE_OPEN_READONLY | SQLITE_OPEN_URI |
		    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE |
		    SQLITE_OPEN_EXRESCODE, NULL);
		if (code != SQLITE_OK)
			rc = store_fail(s, code, "open", err);
	}
	if (rc == CP_OK)
		(void)sqlite3_db_config(s->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA,
		    0, NULL);
	if (rc == CP_OK)
		rc = check(s, err);
	cp_buf_clear(&uri);
	if (rc == CP_OK)
		*out = s;
	else
		cp_store_free(s);
	return rc;
}
