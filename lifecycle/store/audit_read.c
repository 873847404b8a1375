#include "lifecycle/store/audit_read.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/file.h"
#include "archive/merkle_proof.h"
#include "lifecycle/store/audit_internal.h"

static int
wanted(const struct cp_log_filter *f, const struct cp_log_row *row,
    const char *since)
{
	if (f == NULL)
		return 1;
	if (f->actor != NULL && strcmp(f->actor, row->actor) != 0)
		return 0;
	if (f->action != NULL && strcmp(f->action, row->action) != 0)
		return 0;
	return strncmp(row->time, since, strlen(since)) >= 0;
}

enum cp_rc
cp_log_each(struct cp_store *s, const struct cp_log_filter *filter,
    enum cp_rc (*cb)(void *ctx, const struct cp_log_row *row,
    struct cp_err *err), void *ctx, struct cp_err *err)
{
	int one = filter != NULL && filter->subject != NULL;
	struct cp_stmt *q = cp_stmt(s, !one ? SQL_AUDIT_ALL :
	    filter->cases ? SQL_AUDIT_WITH_CASES : SQL_AUDIT_OF_SUBJECT);
	char since[CP_DATE_TEXT] = "";
	struct cp_log_row row;
	int more;
	enum cp_rc rc;

	if (filter != NULL)
		cp_date_format(filter->since, since);
	if (one)
		cp_bind_text(q, filter->subject);
	while ((rc = cp_step(q, &more, err)) == CP_OK && more) {
		audit_row(q, &row);
		/* What was divided off does not lead to where it was. */
		if (one && cp_col_int(q, 9) != 0)
			row.subject = filter->subject;
		if (!wanted(filter, &row, since))
			continue;
		rc = cb(ctx, &row, err);
		if (rc != CP_OK)
			break;
	}
	cp_reset(q);
	return rc;
}

/* ---- export ------------------------------------------------------------ */

struct export {
	FILE *f;
	struct cp_buf line;
	int64_t n;
};

static enum cp_rc
export_row(void *ctx, const struct cp_log_row *row, struct cp_err *err)
{
	struct export *x = ctx;
	enum cp_rc rc;

	cp_buf_reset(&x->line);
	cp_log_line(row, &x->line);
	cp_buf_putc(&x->line, '\n');
	rc = cp_buf_check(&x->line, err);
	if (rc != CP_OK)
		return rc;
	if (fwrite(x->line.data, 1, x->line.len, x->f) != x->line.len)
		return cp_fail_errno(err, CP_FAILED, "entries.ndjson");
	x->n++;
	return CP_OK;
}

static enum cp_rc
export_entries(struct cp_store *s, const char *dir, int64_t *n,
    struct cp_err *err)
{
	struct export x = { 0 };
	char path[4200];
	enum cp_rc rc;

	(void)snprintf(path, sizeof(path), "%s/entries.ndjson", dir);
	x.f = fopen(path, "wxe");
	if (x.f == NULL)
		return cp_fail_errno(err, errno == EEXIST ? CP_REFUSED :
		    CP_FAILED, "%s", path);
	cp_buf_init(&x.line);
	rc = cp_log_each(s, NULL, export_row, &x, err);
	if (rc == CP_OK && (fflush(x.f) != 0 || fsync(fileno(x.f)) != 0))
		rc = cp_fail_errno(err, CP_FAILED, "%s", path);
	if (fclose(x.f) != 0 && rc == CP_OK)
		rc = cp_fail_errno(err, CP_FAILED, "%s", path);
	cp_buf_clear(&x.line);
	*n = x.n;
	return rc;
}

/* Makes the folders above PATH, which begins with DIR. */
static enum cp_rc
make_folders(const char *dir, char *path, struct cp_err *err)
{
	for (char *p = path + strlen(dir) + 1; (p = strchr(p, '/')) != NULL;
	    p++) {
		*p = '\0';
		if (mkdir(path, 0700) != 0 && errno != EEXIST)
			return cp_fail_errno(err, CP_FAILED, "%s", path);
		*p = '/';
	}
	return CP_OK;
}

static enum cp_rc
export_tiles(struct cp_store *s, const char *dir, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_AUDIT_TILES);
	char tile[CP_TILE_PATH_MAX], path[4200];
	const void *hashes;
	size_t len;
	int row;
	enum cp_rc rc;

	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		hashes = cp_col_blob(q, 2, &len);
		cp_merkle_tile_path((unsigned)cp_col_int(q, 0),
		    (uint64_t)cp_col_int(q, 1), len / CP_HASH_SIZE, tile);
		(void)snprintf(path, sizeof(path), "%s/%s", dir, tile);
		rc = make_folders(dir, path, err);
		if (rc == CP_OK)
			rc = cp_file_write_durable(path, 0600, hashes, len,
			    err);
		if (rc != CP_OK)
			break;
	}
	cp_reset(q);
	return rc;
}

static enum cp_rc
export_head(struct cp_store *s, const char *dir, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_AUDIT_HEAD);
	char path[4200];
	struct cp_note_key key;
	int row;
	enum cp_rc rc = cp_step(q, &row, err);

	if (rc == CP_OK && !row)
		rc = cp_fail(err, CP_NOT_FOUND, "the log is empty");
	(void)snprintf(path, sizeof(path), "%s/checkpoint", dir);
	if (rc == CP_OK)
		rc = cp_file_write_durable(path, 0600, cp_col_text(q, 1),
		    strlen(cp_col_text(q, 1)), err);
	cp_reset(q);
	if (rc == CP_OK)
		rc = cp_log_key(s, &key, err);
	if (rc != CP_OK)
		return rc;
	(void)snprintf(path, sizeof(path), "%s/key.pub", dir);
	return audit_write_key(path, &key, err);
}

/* DIR is new or empty: what else is in it would be taken for the log. */
static enum cp_rc
make_dir(const char *dir, struct cp_err *err)
{
	struct dirent *e;
	int others = 0;
	DIR *d;

	if (mkdir(dir, 0700) == 0)
		return CP_OK;
	if (errno != EEXIST)
		return cp_fail_errno(err, CP_FAILED, "%s", dir);
	d = opendir(dir);
	if (d == NULL)
		return cp_fail_errno(err, CP_REFUSED, "%s", dir);
	while ((e = readdir(d)) != NULL)
		others += strcmp(e->d_name, ".") != 0 &&
		    strcmp(e->d_name, "..") != 0;
	if (closedir(d) != 0)
		return cp_fail_errno(err, CP_FAILED, "%s", dir);
	return others == 0 ? CP_OK : cp_fail(err, CP_REFUSED, "%s is not "
	    "empty", dir);
}

enum cp_rc
cp_log_export(struct cp_store *s, const char *dir, int64_t *entries,
    struct cp_err *err)
{
	enum cp_rc rc;

	if (strlen(dir) > 4000)
		return cp_fail(err, CP_USAGE, "path too long");
	rc = make_dir(dir, err);
	if (rc == CP_OK)
		rc = cp_store_begin_read(s, err); /* one view for all three */
	if (rc != CP_OK)
		return rc;
	rc = export_entries(s, dir, entries, err);
	if (rc == CP_OK)
		rc = export_tiles(s, dir, err);
	if (rc == CP_OK)
		rc = export_head(s, dir, err);
	cp_store_rollback(s);
	return rc;
}

/* ---- proof ------------------------------------------------------------- */

enum cp_rc
cp_log_prove(struct cp_store *s, int64_t seq, struct cp_buf *line,
    struct cp_buf *proof, struct cp_buf *note, struct cp_err *err)
{
	struct cp_tile_store tiles = audit_tiles_of(s);
	struct cp_stmt *q = cp_stmt(s, SQL_AUDIT_ONE);
	struct cp_log_row entry;
	int64_t size = 0;
	int row;
	enum cp_rc rc;

	cp_bind_int(q, seq);
	rc = cp_step(q, &row, err);
	if (rc == CP_OK && !row)
		rc = cp_fail(err, CP_NOT_FOUND, "no log entry %lld",
		    (long long)seq);
	if (rc != CP_OK)
		return rc;
	audit_row(q, &entry);
	cp_log_line(&entry, line);
	cp_reset(q);
	q = cp_stmt(s, SQL_AUDIT_HEAD);
	rc = cp_step(q, &row, err);
	if (rc == CP_OK && row) {
		size = cp_col_int(q, 0);
		cp_buf_puts(note, cp_col_text(q, 1));
	}
	cp_reset(q);
	if (rc == CP_OK)
		rc = cp_merkle_prove_inclusion(&tiles, (uint64_t)seq,
		    (uint64_t)size, proof, err);
	if (rc == CP_OK)
		rc = cp_buf_check(line, err);
	return rc == CP_OK ? cp_buf_check(note, err) : rc;
}
