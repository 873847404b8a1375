#include "lifecycle/records/import.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lifecycle/records/import_impl.h"

/* ---- transactions ---- */

static enum cp_rc
begin(struct cp_import *im, struct cp_err *err)
{
	enum cp_rc rc;

	if (im->in_txn)
		return CP_OK;
	rc = cp_txn_begin(im->audit, err);
	if (rc != CP_OK)
		return rc;
	im->in_txn = 1;
	return import_look(im, err);
}

/* What is not in the store is not in the report. */
static void
undo(struct cp_import *im)
{
	if (!im->in_txn)
		return;
	cp_txn_rollback(im->audit);
	im->in_txn = 0;
	im->rows = 0;
	import_keys_reset(&im->keys);
	cp_buf_reset(&im->cases);
	im->report.created = im->mark.created;
	im->report.updated = im->mark.updated;
	im->report.unchanged = im->mark.unchanged;
	im->report.suppressed = im->mark.suppressed;
	im->report.quarantined = im->mark.quarantined;
	im->report.shielded = im->mark.shielded;
	im->report.near = im->mark.near;
	im->report.n_near = im->mark.n_near;
}

static enum cp_rc
commit(struct cp_import *im, struct cp_err *err)
{
	enum cp_rc rc = import_keys_flush(&im->keys, im->store, err);

	if (rc == CP_OK)
		rc = import_log_cases(im, err);
	im->rows = 0;
	if (rc != CP_OK || im->how.dry_run)
		return rc;
	rc = import_looked(im, err);
	if (rc != CP_OK)
		return rc;
	rc = cp_txn_commit(im->audit, err);
	if (rc == CP_OK) {
		im->in_txn = 0;
		im->mark = im->report;
	}
	return rc;
}

/* ---- chunks ---- */

static void
work(void *ctx, void *state, void *item)
{
	(void)ctx;
	(void)state;
	import_prepare(item);
}

static void
say_progress(struct cp_import *im, const struct import_reader *r,
    int64_t size)
{
	const struct cp_import_report *p = &im->report;
	int64_t done = cp_import_rows(p);

	if (im->how.progress == NULL)
		return;
	im->how.progress(im->how.ctx, done, size <= 0 || r->taken <= 0 ||
	    done <= 0 ? 0 : (int64_t)((double)done * (double)size /
	    (double)r->taken) + 1);
}

static enum cp_rc
store_one(struct cp_import *im, struct import_row *row, struct cp_err *err)
{
	const struct cp_import_report *p = &im->report;
	int64_t not_loaded = p->rejected + p->quarantined;
	enum cp_rc rc = import_store(im, row, err);

	if (im->how.intake != NULL && rc == CP_OK)
		im->report.shielded += p->rejected + p->quarantined ==
		    not_loaded;
	return rc;
}

static enum cp_rc
settle(struct cp_import *im, struct import_chunk *chunk, struct cp_err *err)
{
	int64_t most = im->how.intake != NULL ? IMPORT_TXN_INTAKE :
	    IMPORT_TXN_ROWS;
	enum cp_rc rc = chunk->rc;

	if (rc != CP_OK)
		*err = chunk->err;
	for (size_t i = 0; rc == CP_OK && i < chunk->n; i++) {
		rc = begin(im, err);
		if (rc == CP_OK)
			rc = store_one(im, &chunk->row[i], err);
		if (rc == CP_OK && ++im->rows >= most)
			rc = commit(im, err);
	}
	return rc;
}

/* Gives the pool what it can take. */
static enum cp_rc
feed(struct cp_import *im, struct import_reader *r, int *ended,
    struct cp_err *err)
{
	struct import_chunk *chunk;
	enum cp_rc rc = CP_OK;

	while (rc == CP_OK && !*ended && im->n_idle > 0) {
		chunk = im->idle[im->n_idle - 1];
		chunk->matcher = im->matcher;
		chunk->match = im->shields && im->how.intake == NULL;
		rc = import_reader_fill(r, chunk, err);
		*ended = chunk->n == 0;
		if (rc == CP_OK && !*ended)
			rc = cp_pool_submit(im->pool, chunk, err);
		if (rc == CP_OK && !*ended)
			im->n_idle--;
	}
	return rc;
}

static enum cp_rc
pump(struct cp_import *im, struct import_reader *r, int64_t size,
    struct cp_err *err)
{
	struct import_chunk *chunk;
	int ended = 0;
	enum cp_rc rc;

	for (;;) {
		rc = feed(im, r, &ended, err);
		if (rc != CP_OK)
			break;
		chunk = cp_pool_next(im->pool);
		if (chunk == NULL)
			return im->in_txn ? commit(im, err) : CP_OK;
		rc = settle(im, chunk, err);
		im->idle[im->n_idle++] = chunk;
		if (rc != CP_OK)
			break;
		say_progress(im, r, size);
	}
	while ((chunk = cp_pool_next(im->pool)) != NULL)
		im->idle[im->n_idle++] = chunk;
	return rc;
}

/* All statements are prepared again by that, which pays for many rows only.
 * A pipe may bring any number. */
static enum cp_rc
expect(struct cp_import *im, const struct import_reader *r, int64_t *size,
    struct cp_err *err)
{
	struct stat st;
	enum cp_rc rc;

	*size = fstat(fileno(r->in), &st) == 0 ? st.st_size : 0;
	if (im->bulk || im->in_txn || (*size > 0 && *size < IMPORT_BULK))
		return CP_OK;
	rc = cp_store_bulk(im->store, 1, err);
	im->bulk = rc == CP_OK;
	return rc;
}

enum cp_rc
cp_import_file(struct cp_import *im, const char *path,
    enum cp_import_format format, struct cp_err *err)
{
	const char *slash = strrchr(path, '/');
	struct import_reader r;
	int64_t size = 0;
	enum cp_rc rc;

	(void)snprintf(im->file, sizeof(im->file), "%s",
	    strcmp(path, "-") == 0 ? "stdin" :
	    slash != NULL ? slash + 1 : path);
	rc = import_reader_open(&r, path, format, err);
	if (rc != CP_OK) {
		if (rc == CP_BAD_INPUT)
			cp_err_context(err, "%s", im->file);
		undo(im); /* of a dry run */
		return rc;
	}
	im->csv = r.csv;
	rc = expect(im, &r, &size, err);
	if (rc == CP_OK)
		rc = pump(im, &r, size, err);
	import_reader_close(&r);
	if (rc != CP_OK) {
		undo(im);
		cp_err_context(err, "%s", im->file);
	}
	return rc;
}

/* ---- beginning and end ---- */

static unsigned
workers(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > IMPORT_WORKERS_MAX ? IMPORT_WORKERS_MAX :
	    (unsigned)n;
}

static enum cp_rc
start(struct cp_import *im, struct cp_err *err)
{
	const struct cp_pool_work job = { work, NULL, NULL, NULL };
	unsigned n = workers();

	im->n_chunks = 2 * n + 2;
	im->chunks = calloc(im->n_chunks, sizeof(*im->chunks));
	im->idle = calloc(im->n_chunks, sizeof(struct import_chunk *));
	if (im->chunks == NULL || im->idle == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	for (size_t i = 0; i < im->n_chunks; i++) {
		im->chunks[i].rules = im->rules;
		im->idle[im->n_idle++] = &im->chunks[i];
	}
	return cp_pool_new(&job, n, (unsigned)im->n_chunks, &im->pool, err);
}

enum cp_rc
cp_import_new(struct cp_store *s, struct cp_audit *audit,
    const struct cp_rules *rules, const struct cp_now *now,
    const struct cp_import_how *how, struct cp_import **out,
    struct cp_err *err)
{
	struct cp_import *im = calloc(1, sizeof(*im));
	enum cp_rc rc;

	if (im == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	im->store = s;
	im->audit = audit;
	im->rules = rules;
	im->now = now;
	im->how = *how;
	rc = start(im, err);
	if (rc == CP_OK)
		rc = import_look(im, err);
	if (rc == CP_OK)
		*out = im;
	else
		cp_import_free(im);
	return rc;
}

enum cp_rc
cp_import_end(struct cp_import *im, struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	if (im->in_txn) { /* of a dry run: its report stays */
		cp_txn_rollback(im->audit);
		im->in_txn = 0;
	}
	if (im->bulk)
		rc = cp_store_bulk(im->store, 0, err);
	im->bulk = 0;
	return rc == CP_OK ? import_rejects_close(im, err) : rc;
}

int64_t
cp_import_rows(const struct cp_import_report *r)
{
	return r->created + r->updated + r->unchanged + r->rejected +
	    r->quarantined;
}

const struct cp_import_report *
cp_import_report(const struct cp_import *im)
{
	return &im->report;
}

void
cp_import_free(struct cp_import *im)
{
	struct cp_err ignored;

	if (im == NULL)
		return;
	undo(im);
	cp_pool_free(&im->pool);
	for (size_t i = 0; im->chunks != NULL && i < im->n_chunks; i++) {
		for (size_t j = 0; j < IMPORT_ROWS; j++)
			import_row_clear(&im->chunks[i].row[j]);
		cp_buf_clear(&im->chunks[i].bytes);
	}
	free(im->chunks);
	free(im->idle);
	import_keys_clear(&im->keys);
	cp_matcher_free(im->matcher);
	cp_buf_clear(&im->text);
	cp_buf_clear(&im->detail);
	cp_buf_clear(&im->cases);
	cp_err_clear(&ignored);
	if (import_rejects_close(im, &ignored) != CP_OK)
		cp_err_clear(&ignored); /* the import failed already */
	free(im);
}
