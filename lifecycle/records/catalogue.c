#include "lifecycle/records/catalogue.h"

#include <stdio.h>
#include <string.h>

#include "archive/crypto.h"
#include "lifecycle/records/catalogue_priv.h"

/* Crockford's base 32: no I, L, O, U. */
static enum cp_rc
random_text(char *out, size_t digits, struct cp_err *err)
{
	static const char set[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	uint8_t bytes[32];
	enum cp_rc rc = cp_random(bytes, digits, err);

	if (rc != CP_OK)
		return rc;
	for (size_t i = 0; i < digits; i++)
		out[i] = set[bytes[i] & 31];
	out[digits] = '\0';
	return CP_OK;
}

enum cp_rc
cp_parcel_new_id(char out[40], struct cp_err *err)
{
	memcpy(out, "PK-", 3);
	return random_text(out + 3, 20, err);
}

enum cp_rc
cp_volume_new_id(struct cp_date day, char out[CP_VOLUME_ID + 1],
    struct cp_err *err)
{
	int y, m, d;

	cp_date_split(day, &y, &m, &d);
	(void)snprintf(out, CP_VOLUME_ID + 1, "V-%04d%02d%02d-", y, m, d);
	return random_text(out + strlen(out), 10, err);
}

int
cp_shelf_month(struct cp_date destroy_due)
{
	int y, m, d;

	cp_date_split(destroy_due, &y, &m, &d);
	return y * 100 + m;
}

static void
read_parcel(struct cp_stmt *q, struct cp_parcel *p)
{
	memset(p, 0, sizeof(*p));
	p->n = cp_col_int(q, 0);
	cp_col_copy(q, 1, p->id, sizeof(p->id));
	p->record = cp_col_int(q, 2);
	cp_col_copy(q, 3, p->record_id, sizeof(p->record_id));
	cp_col_copy(q, 4, p->volume_id, sizeof(p->volume_id));
	p->volume = cp_col_int(q, 5);
	p->archived = cp_col_date(q, 6);
	p->destroy_due = cp_col_date(q, 7);
	p->shelf = (int)cp_col_int(q, 8);
	cp_col_copy(q, 9, p->status, sizeof(p->status));
	cp_col_copy(q, 10, p->rule, sizeof(p->rule));
	cp_col_copy(q, 11, p->authority, sizeof(p->authority));
	p->place = cp_col_int(q, 12);
}

static enum cp_rc
get_parcel(struct cp_stmt *q, struct cp_parcel *out, int *found,
    struct cp_err *err)
{
	enum cp_rc rc = cp_step(q, found, err);

	if (rc == CP_OK && *found) {
		read_parcel(q, out);
		cp_reset(q);
	}
	return rc;
}

enum cp_rc
cp_parcel_get(struct cp_store *s, const char *id, struct cp_parcel *out,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_PACKAGE_BY_ID);
	int found;
	enum cp_rc rc;

	cp_bind_text(q, id);
	rc = get_parcel(q, out, &found, err);
	if (rc != CP_OK || found)
		return rc;
	q = cp_stmt(s, SQL_PACKAGE_BY_RECORD);
	cp_bind_text(q, id);
	rc = get_parcel(q, out, &found, err);
	if (rc != CP_OK || found)
		return rc;
	cp_fail(err, CP_NOT_FOUND, "no such package");
	cp_err_hint(err, "name a package, or a record that is archived");
	return CP_NOT_FOUND;
}

enum cp_rc
cp_parcel_at(struct cp_store *s, int64_t n, struct cp_parcel *out,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_PACKAGE_BY_N);
	int found;
	enum cp_rc rc;

	cp_bind_int(q, n);
	rc = get_parcel(q, out, &found, err);
	if (rc == CP_OK && !found)
		rc = cp_fail(err, CP_NOT_FOUND, "no package in row %lld",
		    (long long)n);
	return rc;
}

enum cp_rc
cp_parcel_each(struct cp_store *s, int64_t volume, cp_parcel_fn *fn, void *ctx,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, volume != 0 ? SQL_PACKAGES_OF_VOLUME :
	    SQL_PACKAGES_ALL);
	struct cp_parcel p;
	int row;
	enum cp_rc rc;

	if (volume != 0)
		cp_bind_int(q, volume);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		read_parcel(q, &p);
		rc = fn(ctx, &p, err);
		if (rc != CP_OK)
			break;
	}
	cp_reset(q);
	return rc;
}

enum cp_rc
cp_parcel_header(struct cp_store *s, const struct cp_parcel *p,
    struct cp_buf *out, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_HEADER_GET);
	const void *blob;
	size_t len;
	int row;
	enum cp_rc rc;

	cp_bind_int(q, p->n);
	rc = cp_step(q, &row, err);
	if (rc == CP_OK && !row)
		return cp_fail(err, CP_KEY, "package %s is %s: its key is "
		    "erased", p->id, p->status);
	if (rc != CP_OK)
		return rc;
	blob = cp_col_blob(q, 0, &len);
	cp_buf_put(out, blob, len);
	cp_reset(q);
	return cp_buf_check(out, err);
}

enum cp_rc
cp_volume_row_add(struct cp_store *s, const char *id, const char *custody,
    struct cp_date made, const struct cp_volume_sum *sum, int64_t live,
    int64_t place, int64_t *n, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_VOLUME_ADD);
	enum cp_rc rc;

	cp_bind_text(q, id);
	cp_bind_text(q, custody);
	cp_bind_date(q, made);
	cp_bind_int(q, sum->count);
	cp_bind_int(q, live);
	cp_bind_int(q, (int64_t)sum->size);
	cp_bind_blob(q, sum->sha256, sizeof(sum->sha256));
	cp_bind_int(q, place);
	rc = cp_exec(q, err);
	if (rc == CP_OK)
		*n = cp_last_insert(s);
	return rc;
}

enum cp_rc
cp_parcel_add(struct cp_store *s, struct cp_parcel *p, int64_t policy_n,
    const void *wrapped, size_t len, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_PACKAGE_ADD);
	enum cp_rc rc;

	cp_bind_text(q, p->id);
	cp_bind_int(q, p->record);
	cp_bind_int(q, p->volume);
	cp_bind_date(q, p->archived);
	cp_bind_text(q, p->rule);
	cp_bind_date(q, p->destroy_due);
	cp_bind_int(q, p->shelf);
	cp_bind_int(q, policy_n);
	rc = cp_exec(q, err);
	if (rc != CP_OK)
		return rc;
	p->n = cp_last_insert(s);
	q = cp_stmt(s, SQL_HEADER_ADD);
	cp_bind_int(q, p->n);
	cp_bind_blob(q, wrapped, len);
	return cp_exec(q, err);
}

enum cp_rc
cp_parcel_end(struct cp_store *s, const struct cp_parcel *p,
    const char *status, struct cp_date day, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_HEADER_BLANK);
	enum cp_rc rc;

	cp_bind_int(q, p->n);
	rc = cp_exec(q, err);
	if (rc != CP_OK)
		return rc;
	q = cp_stmt(s, SQL_HEADER_DELETE);
	cp_bind_int(q, p->n);
	rc = cp_exec(q, err);
	if (rc != CP_OK)
		return rc;
	q = cp_stmt(s, SQL_KEEPING_DROP);
	cp_bind_int(q, p->n);
	rc = cp_exec(q, err);
	if (rc != CP_OK)
		return rc;
	q = cp_stmt(s, SQL_PACKAGE_END);
	cp_bind_text(q, status);
	cp_bind_date(q, day);
	cp_bind_int(q, p->n);
	rc = cp_exec(q, err);
	if (rc == CP_OK && cp_changes(s) != 1)
		rc = cp_fail(err, CP_REFUSED, "package %s is %s", p->id,
		    p->status);
	if (rc != CP_OK)
		return rc;
	return cp_volume_row_less(s, p->volume, err);
}

/* ---- volumes ----------------------------------------------------------------- */

void
cp_volume_row_read(struct cp_stmt *q, struct cp_volume_row *v)
{
	const void *hash;
	size_t len;

	memset(v, 0, sizeof(*v));
	v->n = cp_col_int(q, 0);
	cp_col_copy(q, 1, v->id, sizeof(v->id));
	cp_col_copy(q, 2, v->custody, sizeof(v->custody));
	cp_col_copy(q, 3, v->made, sizeof(v->made));
	v->packages = cp_col_int(q, 4);
	v->live = cp_col_int(q, 5);
	v->sum.count = (unsigned)v->packages;
	v->sum.size = (uint64_t)cp_col_int(q, 6);
	hash = cp_col_blob(q, 7, &len);
	if (len == sizeof(v->sum.sha256))
		memcpy(v->sum.sha256, hash, len);
	v->gone = !cp_col_null(q, 8);
	v->place = cp_col_int(q, 9);
}

enum cp_rc
cp_volume_row_take(struct cp_stmt *q, struct cp_volume_row *out, int *found,
    struct cp_err *err)
{
	enum cp_rc rc = cp_step(q, found, err);

	if (rc == CP_OK && *found) {
		cp_volume_row_read(q, out);
		cp_reset(q);
	}
	return rc;
}

enum cp_rc
cp_volume_row_get(struct cp_store *s, const char *id,
    struct cp_volume_row *out, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_VOLUME_BY_ID);
	int found;
	enum cp_rc rc;

	cp_bind_text(q, id);
	rc = cp_volume_row_take(q, out, &found, err);
	if (rc == CP_OK && !found)
		rc = cp_fail(err, CP_NOT_FOUND, "no volume of that name in the "
		    "catalogue");
	return rc;
}

enum cp_rc
cp_volume_row_each(struct cp_store *s,
    enum cp_rc (*fn)(void *ctx, const struct cp_volume_row *v,
    struct cp_err *err), void *ctx, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_VOLUMES_PRESENT);
	struct cp_volume_row v;
	int row;
	enum cp_rc rc;

	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		cp_volume_row_read(q, &v);
		rc = fn(ctx, &v, err);
		if (rc != CP_OK)
			break;
	}
	cp_reset(q);
	return rc;
}

enum cp_rc
cp_volume_row_dead(struct cp_store *s, int64_t after, int *found,
    struct cp_volume_row *out, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_VOLUMES_DEAD);

	cp_bind_int(q, after);
	return cp_volume_row_take(q, out, found, err);
}

enum cp_rc
cp_volume_row_gone(struct cp_store *s, int64_t n, struct cp_date day,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_VOLUME_GONE);

	cp_bind_date(q, day);
	cp_bind_int(q, n);
	return cp_exec(q, err);
}

enum cp_rc
cp_volume_row_move(struct cp_store *s, int64_t from, int64_t to,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_VOLUME_MOVE);

	cp_bind_int(q, to);
	cp_bind_int(q, from);
	return cp_exec(q, err);
}

enum cp_rc
cp_volume_row_less(struct cp_store *s, int64_t n, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_VOLUME_LESS);

	cp_bind_int(q, n);
	return cp_exec(q, err);
}

enum cp_rc
cp_shelf_row_add(struct cp_store *s, int month, struct cp_date day,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_SHELF_ADD);

	cp_bind_int(q, month);
	cp_bind_date(q, day);
	return cp_exec(q, err);
}
