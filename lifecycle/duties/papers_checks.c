#include "lifecycle/duties/papers_checks.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lifecycle/store/stmt.h"

/* The result of a check, in words; with the outcome that it forbids. */
static void CP_PRINTF(4, 5)
put_check(struct papers *x, const char *what, int passed, const char *fmt, ...)
{
	struct cp_cert_check *c = &x->checks[x->n_checks];
	char *line = x->results[x->n_checks++];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(line, PAPERS_LINE, fmt, ap);
	va_end(ap);
	c->what = what;
	c->result = line;
	c->passed = passed;
	if (!passed && strcmp(x->outcome, "destroyed") == 0)
		x->outcome = "residue";
}

static enum cp_rc
count(struct papers *x, enum sql_id id, int64_t *out, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->with->store, id);

	cp_bind_int(q, x->batch->n);
	return cp_exec_int(q, 0, out, err);
}

/* The size of the write-ahead log; 0 where there is none. */
static enum cp_rc
log_size(struct papers *x, int64_t *out, struct cp_err *err)
{
	struct stat st;
	char path[4200];
	enum cp_rc rc = cp_store_path(x->with->store, path, sizeof(path), err,
	    "store.db-wal");

	if (rc != CP_OK)
		return rc;
	*out = 0;
	if (stat(path, &st) == 0)
		*out = st.st_size;
	else if (errno != ENOENT)
		return cp_fail_errno(err, CP_FAILED, "%s", path);
	return CP_OK;
}

static enum cp_rc
check_headers(struct papers *x, struct cp_err *err)
{
	int64_t rows, bytes = 0;
	enum cp_rc rc = count(x, SQL_CERTIFICATE_HEADERS_LEFT, &rows, err);

	if (rc == CP_OK)
		rc = log_size(x, &bytes, err);
	if (rc != CP_OK)
		return rc;
	put_check(x, "opening each package through the catalogue",
	    x->openable == 0, "failed, as it must: %lld of %zu",
	    (long long)((int64_t)x->n - x->openable), x->n);
	if (x->openable > 0)
		x->outcome = "failed";
	put_check(x, PAPERS_HEADERS, rows == 0 && bytes == 0, bytes == 0 ?
	    "%lld rows, log emptied and cut" : "%lld rows, %lld bytes of log",
	    (long long)rows, (long long)bytes);
	return CP_OK;
}

static enum cp_rc
check_rows(struct papers *x, struct cp_err *err)
{
	int64_t rows, sealed;
	enum cp_rc rc = count(x, SQL_CERTIFICATE_ROWS_LEFT, &rows, err);

	if (rc == CP_OK)
		rc = count(x, SQL_BOXED_LEFT, &sealed, err);
	if (rc == CP_OK) /* one number: that there were any is nobody's */
		put_check(x, PAPERS_PERSONS, rows + sealed == 0, "%lld",
		    (long long)(rows + sealed));
	return rc;
}

/* Whether volume ID has a file where new ones go.  In other places ciphertext
 * may remain, and has no key. */
static enum cp_rc
on_the_disk(struct papers *x, const char *id, int *there, struct cp_err *err)
{
	char path[4200];
	enum cp_rc rc = cp_store_path(x->with->store, path, sizeof(path), err,
	    "archive/%s.tar", id);

	if (rc != CP_OK)
		return rc;
	*there = access(path, F_OK) == 0;
	if (!*there && errno != ENOENT)
		rc = cp_fail_errno(err, CP_FAILED, "%s", path);
	return rc;
}

static enum cp_rc
check_volumes(struct papers *x, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->with->store, SQL_CERTIFICATE_VOLUMES);
	int64_t live = 0, left = 0, away = 0;
	int there = 0, row;
	enum cp_rc rc;

	cp_bind_int(q, x->batch->n);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		rc = on_the_disk(x, cp_col_text(q, 0), &there, err);
		if (rc != CP_OK)
			break;
		live += !cp_col_int(q, 1);
		left += cp_col_int(q, 1) && there;
		away += cp_col_int(q, 1) && !there && cp_col_int(q, 2);
	}
	cp_reset(q);
	if (rc == CP_OK)
		put_check(x, "volume files", left == 0, "%lld still hold "
		    "ciphertext without a key, beside packages that live; "
		    "%lld are left of those that are gone%s",
		    (long long)live, (long long)(left + away), away > 0 ?
		    ", in folders that are away" : "");
	return rc;
}

static void
check_shelves(struct papers *x)
{
	int64_t dead = (int64_t)x->n_shelves - x->living;

	if (x->unsound > 0)
		put_check(x, "keys of destroyed shelves, read in "
		    "keys/shelves.key", 0, "%lld are there",
		    (long long)x->unsound);
	else if (dead > 0)
		put_check(x, "keys of destroyed shelves, read in "
		    "keys/shelves.key", 1, "%lld of %lld are zeros",
		    (long long)dead, (long long)dead);
}

/* The last trial.  What opened while copies remained is no fault; nor is it
 * anything to be proud of. */
static void
check_trial(struct papers *x)
{
	const struct cp_cert_trial *t = x->trials;
	int gone = x->n_trials > 0 && x->n_copies == 0 &&
	    strcmp(t->at, x->last_gone) > 0;

	if (x->n_trials == 0 || (t->opened > 0 && !gone))
		return;
	put_check(x, "opening each package with the custodians' key",
	    t->opened == 0, "tried with key %s on %.10s: failed, as it must: "
	    "%lld of %lld", t->custody, t->at,
	    (long long)(t->tried - t->opened), (long long)t->tried);
}

enum cp_rc
papers_checks(struct papers *x, struct cp_err *err)
{
	enum cp_rc rc;

	x->outcome = "destroyed";
	rc = check_headers(x, err);
	if (rc == CP_OK)
		rc = check_rows(x, err);
	if (rc == CP_OK)
		rc = check_volumes(x, err);
	if (rc == CP_OK) {
		check_shelves(x);
		check_trial(x);
	}
	return rc;
}
