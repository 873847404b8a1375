#include "lifecycle/records/shield.h"

#include <string.h>

#include "lifecycle/records/shield_priv.h"
#include "lifecycle/store/stmt.h"

/* Reading shields. */

void
cp_shield_read(struct cp_stmt *q, struct cp_shield *out)
{
	memset(out, 0, sizeof(*out));
	out->n = cp_col_int(q, 0);
	cp_col_copy(q, 1, out->id, sizeof(out->id));
	out->record = cp_col_int(q, 2);
	cp_col_copy(q, 3, out->status, sizeof(out->status));
	cp_col_copy(q, 4, out->asked_by, sizeof(out->asked_by));
	out->hidden = (unsigned)cp_col_int(q, 5);
	cp_col_copy(q, 6, out->requested, sizeof(out->requested));
	cp_col_copy(q, 7, out->requested_by, sizeof(out->requested_by));
	cp_col_copy(q, 8, out->decided, sizeof(out->decided));
	cp_col_copy(q, 9, out->decided_by, sizeof(out->decided_by));
	out->requested_uid = cp_col_int(q, 10);
	out->decided_uid = cp_col_int(q, 11);
	out->review = cp_col_date(q, 12);
	cp_col_copy(q, 13, out->reviewed, sizeof(out->reviewed));
	cp_col_copy(q, 14, out->ended, sizeof(out->ended));
}

int
cp_shield_active(const struct cp_shield *s)
{
	return s->n != 0 && (strcmp(s->status, "requested") == 0 ||
	    strcmp(s->status, "granted") == 0);
}

static enum cp_rc
read_one(struct cp_stmt *q, int64_t record, struct cp_shield *out,
    struct cp_err *err)
{
	int row;
	enum cp_rc rc;

	cp_bind_int(q, record);
	rc = cp_step(q, &row, err);
	if (rc != CP_OK)
		return rc;
	if (row) {
		cp_shield_read(q, out);
		cp_reset(q);
	} else {
		memset(out, 0, sizeof(*out));
	}
	return CP_OK;
}

enum cp_rc
cp_shield_of(struct cp_store *s, int64_t record, struct cp_shield *out,
    struct cp_err *err)
{
	return read_one(cp_stmt(s, SQL_SHIELD_OF), record, out, err);
}

enum cp_rc
cp_shield_last(struct cp_store *s, int64_t record, struct cp_shield *out,
    struct cp_err *err)
{
	enum cp_rc rc = read_one(cp_stmt(s, SQL_SHIELD_LAST), record, out,
	    err);

	return rc == CP_OK && out->n == 0 ? cp_fail(err, CP_NOT_FOUND,
	    "there is no case of shielding") : rc;
}

static enum cp_rc
each(struct cp_stmt *q, enum cp_rc (*fn)(void *ctx,
    const struct cp_shield_row *row, struct cp_err *err), void *ctx,
    struct cp_err *err)
{
	struct cp_shield_row r;
	int row;
	enum cp_rc rc;

	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		cp_shield_read(q, &r.shield);
		cp_col_copy(q, 15, r.id, sizeof(r.id));
		cp_col_copy(q, 16, r.authority, sizeof(r.authority));
		r.live = cp_col_int(q, 17) != 0;
		rc = fn(ctx, &r, err);
		if (rc != CP_OK)
			break;
	}
	cp_reset(q);
	return rc;
}

enum cp_rc
cp_shield_each(struct cp_store *s, const char *status, struct cp_date before,
    enum cp_rc (*fn)(void *ctx, const struct cp_shield_row *row,
    struct cp_err *err), void *ctx, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, status == NULL ? SQL_SHIELDS_ACTIVE :
	    SQL_SHIELDS_BY_STATUS);

	if (status != NULL)
		cp_bind_text(q, status);
	if (cp_date_set(before))
		cp_bind_date(q, before);
	else
		cp_bind_text(q, "A"); /* after every date */
	return each(q, fn, ctx, err);
}

enum cp_rc
cp_shield_cases(struct cp_store *s, int64_t n,
    enum cp_rc (*fn)(void *ctx, const struct cp_shield_row *row,
    struct cp_err *err), void *ctx, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_SHIELD_CASES);

	cp_bind_int(q, n);
	return each(q, fn, ctx, err);
}

enum cp_rc
cp_shield_record(struct cp_store *s, const char *id, char out[CP_ID_MAX],
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_SHIELD_BY_ID);
	int row;
	enum cp_rc rc;

	cp_bind_text(q, id);
	rc = cp_step(q, &row, err);
	if (rc == CP_OK && !row)
		return cp_fail(err, CP_NOT_FOUND, "no such case");
	if (rc != CP_OK)
		return rc;
	cp_col_copy(q, 0, out, CP_ID_MAX);
	cp_reset(q);
	return CP_OK;
}
