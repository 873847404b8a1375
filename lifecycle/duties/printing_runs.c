#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/file.h"
#include "lifecycle/duties/printing_impl.h"
#include "lifecycle/records/reach.h"
#include "lifecycle/store/json_put.h"
#include "lifecycle/store/stmt.h"

/* Print runs as rows; nothing here sets a page. */

void
cp_print_run_id(int64_t n, char out[16])
{
	(void)snprintf(out, 16, "R-%04lld", (long long)(n % 10000000000));
}

static void
read_row(struct cp_stmt *q, struct cp_print_run *r)
{
	memset(r, 0, sizeof(*r));
	r->n = cp_col_int(q, 0);
	cp_print_run_id(r->n, r->id);
	cp_col_copy(q, 1, r->status, sizeof(r->status));
	cp_col_copy(q, 2, r->folder, sizeof(r->folder));
	cp_col_copy(q, 4, r->started, sizeof(r->started));
	cp_col_copy(q, 5, r->started_by, sizeof(r->started_by));
	cp_col_copy(q, 6, r->finished, sizeof(r->finished));
	r->letters = cp_col_int(q, 7);
	r->pages = cp_col_int(q, 8);
}

enum cp_rc
cp_print_runs(struct cp_store *s, enum cp_rc (*fn)(void *ctx,
    const struct cp_print_run *r, struct cp_err *err), void *ctx,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_PRINT_RUN_EACH);
	struct cp_print_run r;
	int row;
	enum cp_rc rc;

	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		read_row(q, &r);
		rc = fn(ctx, &r, err);
		if (rc != CP_OK)
			break;
	}
	cp_reset(q);
	return rc;
}

int64_t
cp_print_run_parse(const char *text)
{
	char *end = NULL;
	long long n;

	if (strncmp(text, "R-", 2) != 0 || text[2] < '0' || text[2] > '9')
		return 0;
	errno = 0;
	n = strtoll(text + 2, &end, 10);
	return *end == '\0' && errno == 0 && n > 0 && n < 10000000000 ? n : 0;
}

enum cp_rc
print_run_get(struct cp_store *s, int64_t n, struct cp_print_run *out,
    struct cp_buf *asked, int *collected, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_PRINT_RUN_GET);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, n);
	rc = cp_step(q, &row, err);
	if (rc == CP_OK && !row) {
		(void)cp_fail(err, CP_NOT_FOUND, "no such print run");
		cp_err_hint(err, "`cpadmin notice runs' shows all");
		return CP_NOT_FOUND;
	}
	if (rc != CP_OK)
		return rc;
	read_row(q, out);
	cp_buf_puts(asked, cp_col_text(q, 3));
	*collected = cp_col_int(q, 9) != 0;
	cp_reset(q);
	return cp_buf_check(asked, err);
}

enum cp_rc
print_need_reach(struct cp_store *s, const struct cp_print_run *r,
    struct cp_err *err)
{
	struct cp_stmt *q;
	int row, other = 0;
	enum cp_rc rc;

	if (!cp_reach_limited(s))
		return CP_OK;
	q = cp_stmt(s, SQL_PRINT_RUN_OF);
	cp_bind_int(q, r->n);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row)
		other |= !cp_operator_reaches(cp_store_actor(s),
		    cp_col_text(q, 0));
	if (rc != CP_OK || !other)
		return rc;
	(void)cp_fail(err, CP_DENIED, "print run %s has letters of other "
	    "authorities", r->id);
	cp_err_hint(err, "whoever began it, or acts for all of them, goes on "
	    "with it or ends it");
	return CP_DENIED;
}

enum cp_rc
print_log(const struct cp_change *c, const char *action,
    const struct cp_print_run *r, struct cp_err *err)
{
	struct cp_entry e = { .action = action };
	struct cp_buf detail;
	enum cp_rc rc;

	cp_buf_init(&detail);
	cp_json_open(&detail, '{');
	cp_json_put_member(&detail, "run", r->id);
	cp_json_put_member(&detail, "folder", r->folder);
	if (strcmp(r->status, "done") == 0) {
		cp_json_put_key(&detail, "letters");
		cp_json_put_int(&detail, r->letters);
		cp_json_put_key(&detail, "pages");
		cp_json_put_int(&detail, r->pages);
	}
	cp_json_close(&detail, '}');
	rc = cp_buf_check(&detail, err);
	e.detail = cp_buf_text(&detail);
	if (rc == CP_OK)
		rc = cp_audit_add(c->audit, &e, NULL, err);
	cp_buf_clear(&detail);
	return rc;
}

/* ---- what is not on paper -------------------------------------------------- */

static enum cp_rc
log_unprinted(const struct cp_change *c, const struct cp_notice *n,
    struct cp_err *err)
{
	struct cp_entry e = { .action = "notice.unprinted",
		.subject = n->record_id };
	struct cp_buf detail;
	enum cp_rc rc;

	cp_buf_init(&detail);
	cp_json_open(&detail, '{');
	cp_json_put_member(&detail, "notice", n->ref);
	cp_json_put_member(&detail, "kind", cp_notice_kind_word(n->kind));
	cp_json_close(&detail, '}');
	rc = cp_buf_check(&detail, err);
	e.detail = cp_buf_text(&detail);
	if (rc == CP_OK)
		rc = cp_audit_add(c->audit, &e, NULL, err);
	cp_buf_clear(&detail);
	return rc;
}

enum cp_rc
print_unissue(const struct cp_change *c, int64_t run, int64_t n,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(c->store, SQL_PRINT_UNISSUE);
	struct cp_notice notice;
	enum cp_rc rc;

	cp_bind_int(q, n);
	cp_bind_int(q, run);
	rc = cp_exec(q, err);
	if (rc != CP_OK || cp_changes(c->store) == 0)
		return rc;
	rc = cp_notice_at(c->store, n, &notice, err);
	if (rc == CP_OK)
		rc = log_unprinted(c, &notice, err);
	return rc == CP_OK ? cp_notice_look(c, notice.record, NULL, err) : rc;
}

/* ---- parts ----------------------------------------------------------------- */

enum { DEEP = 3 }; /* folders in each other */

static enum cp_rc
remove_all(int at, const char *name, int deep, struct cp_err *err)
{
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
	    O_CLOEXEC);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *e;
	enum cp_rc rc = CP_OK;

	if (d == NULL) {
		rc = errno == ENOENT ? CP_OK : cp_fail_errno(err, CP_FAILED,
		    "%.200s", name);
		if (fd >= 0)
			(void)close(fd);
		return rc;
	}
	while (rc == CP_OK && (errno = 0, e = readdir(d)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 ||
		    strcmp(e->d_name, "..") == 0 ||
		    unlinkat(dirfd(d), e->d_name, 0) == 0)
			continue;
		rc = errno == EISDIR && deep > 0 ? remove_all(dirfd(d),
		    e->d_name, deep - 1, err) : cp_fail_errno(err, CP_FAILED,
		    "%.200s", e->d_name);
	}
	if (rc == CP_OK && errno != 0)
		rc = cp_fail_errno(err, CP_FAILED, "%.200s", name);
	(void)closedir(d);
	if (rc == CP_OK && unlinkat(at, name, AT_REMOVEDIR) != 0 &&
	    errno != ENOENT)
		rc = cp_fail_errno(err, CP_FAILED, "%.200s", name);
	return rc;
}

enum cp_rc
print_remove(const char *folder, const char *name, struct cp_err *err)
{
	char path[PRINT_PATH];
	enum cp_rc rc;

	if (snprintf(path, sizeof(path), "%s/%s", folder, name) >=
	    (int)sizeof(path))
		return cp_fail(err, CP_FAILED, "the folder's path is too "
		    "long");
	if (access(path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR))
		return CP_OK;
	rc = remove_all(AT_FDCWD, path, DEEP, err);
	return rc == CP_OK ? cp_dir_sync_of(path, err) : rc;
}

/* ---- what was moved too early ------------------------------------------------ */

enum { NAMES = 64 * 1024 };

static enum cp_rc
take_back_one(const char *folder, const char *name, struct cp_err *err)
{
	char path[PRINT_PATH];

	if (*name == '\0' || *name == '.' || strchr(name, '/') != NULL ||
	    snprintf(path, sizeof(path), "%s/%s", folder, name) >=
	    (int)sizeof(path))
		return cp_fail(err, CP_CORRUPT, "%.512s/" PRINT_MOVED
		    " is damaged", folder);
	if (unlink(path) == 0 || errno == ENOENT)
		return CP_OK;
	return errno == EISDIR ? print_remove(folder, name, err) :
	    cp_fail_errno(err, CP_FAILED, "%.512s", path);
}

enum cp_rc
print_take_back(const char *folder, struct cp_err *err)
{
	char path[PRINT_PATH], *name, *end;
	struct cp_buf names;
	enum cp_rc rc;

	if (snprintf(path, sizeof(path), "%s/" PRINT_MOVED, folder) >=
	    (int)sizeof(path))
		return cp_fail(err, CP_FAILED, "the folder's path is too "
		    "long");
	if (access(path, F_OK) != 0)
		return CP_OK;
	cp_buf_init(&names);
	rc = cp_file_read(path, NAMES, &names, err);
	if (rc == CP_OK)
		cp_buf_putc(&names, '\0');
	if (rc == CP_OK)
		rc = cp_buf_check(&names, err);
	name = rc == CP_OK ? (char *)names.data : NULL;
	for (; rc == CP_OK && (end = strchr(name, '\n')) != NULL;
	    name = end + 1) {
		*end = '\0';
		rc = take_back_one(folder, name, err);
	}
	cp_buf_clear(&names);
	if (rc == CP_OK)
		rc = cp_dir_sync(folder, err);
	return rc == CP_OK ? cp_file_unlink_durable(path, err) : rc;
}

/* ---- abandoning ------------------------------------------------------------ */

enum { SOME = 1000 };

/* What was entered is not on paper. */
static enum cp_rc
unissue_all(const struct cp_change *c, int64_t run, struct cp_err *err)
{
	int64_t *some = calloc(SOME, sizeof(*some));
	int64_t last = 0;
	int n = 1, row = 0;
	enum cp_rc rc = CP_OK;

	if (some == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	while (rc == CP_OK && n > 0) {
		struct cp_stmt *q = cp_stmt(c->store, SQL_PRINT_ISSUED_OF);

		cp_bind_int(q, run);
		cp_bind_int(q, last);
		for (n = 0; (rc = cp_step(q, &row, err)) == CP_OK && row &&
		    n < SOME; n++)
			some[n] = cp_col_int(q, 0);
		cp_reset(q);
		for (int i = 0; rc == CP_OK && i < n; i++)
			rc = print_unissue(c, run, last = some[i], err);
	}
	free(some);
	return rc;
}

static enum cp_rc
end_run(const struct cp_change *c, struct cp_print_run *r,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(c->store, SQL_PRINT_RUN_END);
	enum cp_rc rc;

	cp_bind_int(q, r->n);
	cp_bind_text(q, "abandoned");
	cp_bind_text(q, c->now->time);
	cp_bind_int(q, 0);
	cp_bind_int(q, 0);
	rc = cp_exec(q, err);
	if (rc == CP_OK && cp_changes(c->store) != 1)
		rc = cp_fail(err, CP_REFUSED, "print run %s was ended "
		    "meanwhile", r->id);
	if (rc == CP_OK)
		rc = unissue_all(c, r->n, err);
	if (rc != CP_OK)
		return rc;
	q = cp_stmt(c->store, SQL_PRINT_ITEM_DROP_ALL);
	cp_bind_int(q, r->n);
	rc = cp_exec(q, err);
	return rc == CP_OK ? print_log(c, "notice.print.abandon", r, err) : rc;
}

/* Nobody is at it: *FD, or -1 where its folder is gone. */
static enum cp_rc
take_lock(const struct cp_print_run *r, int *fd, struct cp_err *err)
{
	char path[PRINT_PATH];
	enum cp_rc rc;

	*fd = -1;
	if (snprintf(path, sizeof(path), "%s/" PRINT_PARTS "/lock",
	    r->folder) >= (int)sizeof(path))
		return cp_fail(err, CP_FAILED, "the folder's path is too "
		    "long");
	if (access(path, F_OK) != 0)
		return CP_OK;
	rc = cp_file_lock(path, fd, err);
	if (rc == CP_BUSY)
		cp_err_context(err, "print run %s is under way", r->id);
	return rc;
}

enum cp_rc
cp_print_abandon(const struct cp_change *c, int64_t run, struct cp_err *err)
{
	struct cp_print_run r;
	struct cp_buf asked;
	int collected, lock = -1;
	enum cp_rc rc;

	cp_buf_init(&asked);
	rc = print_run_get(c->store, run, &r, &asked, &collected, err);
	cp_buf_clear(&asked);
	if (rc == CP_OK && strcmp(r.status, "printing") != 0)
		rc = cp_fail(err, CP_REFUSED, "print run %s is %s already",
		    r.id, r.status);
	if (rc == CP_OK)
		rc = print_need_reach(c->store, &r, err);
	if (rc == CP_OK)
		rc = take_lock(&r, &lock, err);
	if (rc == CP_OK)
		rc = cp_txn_begin(c->audit, err);
	if (rc == CP_OK)
		rc = cp_txn_end(c->audit, end_run(c, &r, err), err);
	/* Its letters are nobody's by now. */
	if (rc == CP_OK && (print_take_back(r.folder, err) != CP_OK ||
	    print_remove(r.folder, PRINT_PARTS, err) != CP_OK)) {
		cp_err_context(err, "the run is ended, but its folder could "
		    "not be tidied");
		rc = err->code = CP_PARTIAL;
	}
	if (lock >= 0)
		(void)close(lock);
	return rc;
}
