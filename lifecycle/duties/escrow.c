#include "lifecycle/duties/escrow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "archive/crypto.h"
#include "archive/escrow.h"
#include "archive/file.h"
#include "archive/wiping.h"
#include "lifecycle/duties/escrow_impl.h"
#include "lifecycle/records/custody_current.h"
#include "lifecycle/store/stmt.h"

enum { PATH = 4096, MONTHS = 1024 };

struct renewal {
	struct cp_store *store;
	struct cp_audit *audit;
	struct cp_shelf_ring *ring;
	const struct cp_now *now;
	char path[PATH];
	struct cp_custody_public custody;
	struct cp_escrow_last last;
	int months[MONTHS]; /* of the ring's live shelves, ascending */
	size_t n;
};

/* ---- what there is ------------------------------------------------------- */

enum cp_rc
cp_escrow_last(struct cp_store *s, struct cp_escrow_last *out,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_ESCROW_LAST);
	const void *sum;
	size_t len;
	int row;
	enum cp_rc rc = cp_step(q, &row, err);

	memset(out, 0, sizeof(*out));
	if (rc != CP_OK || !row)
		return rc;
	out->generation = cp_col_int(q, 0);
	cp_col_copy(q, 1, out->custody, sizeof(out->custody));
	sum = cp_col_blob(q, 2, &len);
	if (len == sizeof(out->sha256))
		memcpy(out->sha256, sum, len);
	cp_reset(q);
	return CP_OK;
}

enum cp_rc
cp_escrow_read(struct cp_store *s, const struct cp_escrow_last *last,
    struct cp_buf *out, int *same, struct cp_err *err)
{
	uint8_t sum[CP_SHA256_LEN];
	char path[PATH];
	enum cp_rc rc = cp_store_path(s, path, sizeof(path), err,
	    "keys/shelves.escrow");

	*same = 0;
	if (rc == CP_OK)
		rc = cp_file_read(path, CP_ESCROW_FILE_MAX, out, err);
	if (rc != CP_OK)
		return rc;
	cp_sha256(out->data, out->len, sum);
	*same = last->generation != 0 && memcmp(sum, last->sha256,
	    sizeof(sum)) == 0;
	return CP_OK;
}

static int
by_number(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

/* No copy is made of a key that is to be gone. */
static enum cp_rc
must_live(struct cp_store *s, int month, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_SHELF_GET);
	int row, gone;
	enum cp_rc rc;

	cp_bind_int(q, month);
	rc = cp_step(q, &row, err);
	gone = rc == CP_OK && row && !cp_col_null(q, 1);
	cp_reset(q);
	if (!gone)
		return rc;
	(void)cp_fail(err, CP_CORRUPT, "the key of shelf %d, which was "
	    "destroyed, is in the keyring again", month);
	cp_err_hint(err, "an older keyring was put back; `cpadmin retention "
	    "run' destroys the key");
	return CP_CORRUPT;
}

static enum cp_rc
note_live(void *ctx, const struct cp_shelf_info *info, struct cp_err *err)
{
	struct renewal *x = ctx;
	enum cp_rc rc;

	if (info->state != CP_SHELF_LIVE)
		return CP_OK;
	rc = must_live(x->store, info->month, err);
	if (rc != CP_OK)
		return rc;
	if (x->n == MONTHS)
		return cp_fail(err, CP_FAILED, "more than %d live shelves",
		    MONTHS);
	x->months[x->n++] = info->month;
	return CP_OK;
}

static enum cp_rc
same_months(struct renewal *x, int *same, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->store, SQL_ESCROW_MONTHS);
	size_t i = 0;
	int row;
	enum cp_rc rc;

	cp_bind_int(q, x->last.generation);
	*same = 1;
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		*same &= i < x->n && cp_col_int(q, 0) == x->months[i];
		i++;
	}
	*same &= i == x->n;
	return rc;
}

static enum cp_rc
same_file(struct renewal *x, int *same, struct cp_err *err)
{
	struct cp_buf file;
	enum cp_rc rc;

	cp_buf_init(&file);
	rc = cp_escrow_read(x->store, &x->last, &file, same, err);
	cp_buf_clear(&file);
	return rc == CP_NOT_FOUND ? CP_OK : rc;
}

/* ---- a ring from before -------------------------------------------------- */

static enum cp_rc
first_lacking(struct cp_store *s, int64_t generation, cp_escrow_has_fn *has,
    const void *from, int *month, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_ESCROW_NEEDED);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, generation);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row && *month == 0)
		if (!has(from, (int)cp_col_int(q, 0)))
			*month = (int)cp_col_int(q, 0);
	cp_reset(q);
	return rc;
}

enum cp_rc
cp_escrow_lacks(struct cp_store *s, cp_escrow_has_fn *has, const void *from,
    int *month, struct cp_err *err)
{
	struct cp_escrow_last last;
	struct cp_buf file;
	int first = 0, same = 0;
	enum cp_rc rc = cp_escrow_last(s, &last, err);

	if (rc == CP_OK && last.generation != 0)
		rc = first_lacking(s, last.generation, has, from, &first, err);
	if (rc == CP_OK && first != 0) {
		cp_buf_init(&file);
		rc = cp_escrow_read(s, &last, &file, &same, err);
		cp_buf_clear(&file);
		if (rc == CP_NOT_FOUND) {
			cp_err_clear(err);
			rc = CP_OK;
		}
	}
	if (rc == CP_OK)
		*month = same ? first : 0;
	return rc;
}

/* A slot that was zeroised is no lack: its end may not be in the store yet. */
static int
ring_has(const void *from, int month)
{
	struct cp_err ignored = { 0 };
	struct cp_shelf_info info;

	return cp_shelf_get(from, month, &info, &ignored) == CP_OK;
}

enum cp_rc
cp_escrow_ring_lacks(struct cp_store *s, const struct cp_shelf_ring *ring,
    int *month, struct cp_err *err)
{
	return cp_escrow_lacks(s, ring_has, ring, month, err);
}

enum cp_rc
cp_escrow_check(struct cp_store *s, const struct cp_shelf_ring *ring,
    struct cp_err *err)
{
	int month = 0;
	enum cp_rc rc = cp_escrow_ring_lacks(s, ring, &month, err);

	if (rc != CP_OK || month == 0)
		return rc;
	(void)cp_fail(err, CP_CORRUPT, "the shelf keyring lacks the key of "
	    "shelf %d: it is older than the store", month);
	cp_err_hint(err, "the escrow copy has that key: cpadmin escrow restore "
	    "STORE/keys/shelves.escrow --share F...");
	return CP_CORRUPT;
}

/* ---- whether ------------------------------------------------------------- */

static enum cp_rc
is_needed(struct renewal *x, int *needed, struct cp_err *err)
{
	int months = 0, file = 0;
	enum cp_rc rc = cp_escrow_last(x->store, &x->last, err);

	if (rc == CP_OK && x->last.generation == 0) {
		*needed = x->n > 0;
		return CP_OK;
	}
	if (rc == CP_OK)
		rc = same_months(x, &months, err);
	if (rc == CP_OK)
		rc = same_file(x, &file, err);
	*needed = !months || !file ||
	    strcmp(x->last.custody, x->custody.id) != 0;
	return rc;
}

static enum cp_rc
look(struct renewal *x, int *needed, struct cp_err *err)
{
	enum cp_rc rc = cp_store_path(x->store, x->path, sizeof(x->path), err,
	    "keys/shelves.escrow");

	/* As the store says, not custody.current, which may be behind: those
	 * whose key was replaced are to open nothing. */
	if (rc == CP_OK)
		rc = cp_custody_in_use(x->store, &x->custody, err);
	if (rc == CP_OK)
		rc = cp_shelf_each(x->ring, note_live, x, err);
	if (rc != CP_OK)
		return rc;
	qsort(x->months, x->n, sizeof(x->months[0]), by_number);
	return is_needed(x, needed, err);
}

/* ---- another generation -------------------------------------------------- */

static enum cp_rc
put_rows(struct renewal *x, int64_t generation, const uint8_t sum[32],
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->store, SQL_ESCROW_SUPERSEDE);
	enum cp_rc rc;

	cp_bind_text(q, x->now->time);
	cp_bind_int(q, x->last.generation);
	rc = cp_exec(q, err);
	if (rc != CP_OK)
		return rc;
	q = cp_stmt(x->store, SQL_ESCROW_ADD);
	cp_bind_int(q, generation);
	cp_bind_text(q, x->now->time);
	cp_bind_text(q, x->custody.id);
	cp_bind_blob(q, sum, CP_SHA256_LEN);
	rc = cp_exec(q, err);
	for (size_t i = 0; rc == CP_OK && i < x->n; i++) {
		q = cp_stmt(x->store, SQL_ESCROW_SHELF_ADD);
		cp_bind_int(q, x->months[i]);
		cp_bind_int(q, generation);
		rc = cp_exec(q, err);
	}
	return rc;
}

static enum cp_rc
log_renewal(struct renewal *x, int64_t generation, struct cp_err *err)
{
	struct cp_entry e = { .action = "escrow.renew" };
	char detail[128];

	(void)snprintf(detail, sizeof(detail), "{\"generation\":%lld,"
	    "\"shelves\":%zu,\"custody\":\"%s\"}", (long long)generation,
	    x->n, x->custody.id);
	e.detail = detail;
	return cp_audit_add(x->audit, &e, NULL, err);
}

/* The file is replaced first: a row that does not come to be leaves one that
 * nobody knows, and the next call makes it again; the other way round a row
 * would speak of a copy that never was. */
static enum cp_rc
make(struct renewal *x, struct cp_err *err)
{
	int64_t generation = x->last.generation + 1;
	char day[CP_DATE_TEXT];
	uint8_t sum[CP_SHA256_LEN];
	struct cp_buf sealed;
	enum cp_rc rc;

	cp_buf_init(&sealed);
	rc = cp_escrow_seal(x->ring, generation,
	    cp_date_format(x->now->today, day), &x->custody, &sealed, err);
	if (rc == CP_OK)
		rc = cp_wiping_write(x->path, S_IRUSR | S_IWUSR, sealed.data,
		    sealed.len, err);
	if (rc == CP_OK) {
		cp_sha256(sealed.data, sealed.len, sum);
		rc = put_rows(x, generation, sum, err);
	}
	if (rc == CP_OK)
		rc = log_renewal(x, generation, err);
	cp_buf_clear(&sealed);
	return rc;
}

/* Within the transaction it is asked again: another program may have done it
 * while this one waited. */
static enum cp_rc
renew(struct renewal *x, int *needed, struct cp_err *err)
{
	enum cp_rc rc = cp_txn_begin(x->audit, err);

	if (rc != CP_OK)
		return rc;
	rc = is_needed(x, needed, err);
	if (rc == CP_OK && !*needed) {
		cp_txn_rollback(x->audit);
		return CP_OK;
	}
	if (rc == CP_OK)
		rc = make(x, err);
	return cp_txn_end(x->audit, rc, err);
}

enum cp_rc
cp_escrow_renew(struct cp_store *s, struct cp_audit *audit,
    struct cp_shelf_ring *ring, const struct cp_now *now, int *renewed,
    struct cp_err *err)
{
	struct renewal x = { .store = s, .audit = audit, .ring = ring,
		.now = now };
	int needed = 0;
	enum cp_rc rc = cp_escrow_check(s, ring, err);

	if (rc == CP_OK)
		rc = look(&x, &needed, err);
	if (rc == CP_OK)
		rc = needed ? renew(&x, &needed, err) :
		    cp_wiping_finish(x.path, err);
	if (rc != CP_OK)
		cp_err_context(err, "the escrow copy of the shelf keyring");
	else
		*renewed = needed;
	return rc;
}
