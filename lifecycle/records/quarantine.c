#include "lifecycle/records/quarantine.h"

#include <string.h>

#include "lifecycle/records/compartment.h"
#include "lifecycle/records/import_impl.h"
#include "lifecycle/store/operator.h"

/* Entries of rows that were set aside. */

static void
quarantine_read(struct cp_stmt *q, struct cp_quarantine *out)
{
	memset(out, 0, sizeof(*out));
	out->n = cp_col_int(q, 0);
	cp_col_copy(q, 1, out->id, sizeof(out->id));
	cp_col_copy(q, 2, out->status, sizeof(out->status));
	cp_col_copy(q, 3, out->authority, sizeof(out->authority));
	cp_col_copy(q, 4, out->file, sizeof(out->file));
	out->line = cp_col_int(q, 5);
	cp_col_copy(q, 6, out->since, sizeof(out->since));
	cp_col_copy(q, 7, out->last, sizeof(out->last));
	out->times = cp_col_int(q, 8);
	out->compartment = cp_col_null(q, 9) ? 0 : cp_col_int(q, 9);
	out->record = cp_col_null(q, 10) ? 0 : cp_col_int(q, 10);
	cp_col_copy(q, 11, out->settled, sizeof(out->settled));
	cp_col_copy(q, 12, out->settled_by, sizeof(out->settled_by));
}

enum cp_rc
quarantine_known(struct cp_store *s, const uint8_t mark[IMPORT_MARK],
    struct cp_quarantine *out, uint8_t digest[IMPORT_MARK],
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_QUARANTINE_BY_MARK);
	const void *blob;
	size_t len;
	int row;
	enum cp_rc rc;

	memset(out, 0, sizeof(*out));
	cp_bind_blob(q, mark, IMPORT_MARK);
	rc = cp_step(q, &row, err);
	if (rc != CP_OK || !row)
		return rc;
	quarantine_read(q, out);
	blob = cp_col_blob(q, 13, &len);
	if (len == IMPORT_MARK)
		memcpy(digest, blob, len);
	else
		rc = cp_fail(err, CP_CORRUPT, "%s has no digest", out->id);
	cp_reset(q);
	return rc;
}

enum cp_rc
cp_quarantine_each(struct cp_store *s, int all, enum cp_rc (*fn)(void *ctx,
    const struct cp_quarantine *q, struct cp_err *err), void *ctx,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, all ? SQL_QUARANTINE_ALL :
	    SQL_QUARANTINE_WAITING);
	struct cp_quarantine one;
	int row;
	enum cp_rc rc;

	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		quarantine_read(q, &one);
		if (!cp_operator_reaches(cp_store_actor(s), one.authority))
			continue;
		rc = fn(ctx, &one, err);
		if (rc != CP_OK)
			break;
	}
	cp_reset(q);
	return rc;
}

enum cp_rc
cp_quarantine_get(struct cp_store *s, const char *id,
    struct cp_quarantine *out, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_QUARANTINE_BY_ID);
	int row;
	enum cp_rc rc;

	cp_bind_text(q, id);
	rc = cp_step(q, &row, err);
	if (rc != CP_OK)
		return rc;
	if (!row) {
		(void)cp_fail(err, CP_NOT_FOUND, "no such row in quarantine");
		cp_err_hint(err, "`cpadmin record quarantine list' shows their "
		    "numbers");
		return CP_NOT_FOUND;
	}
	quarantine_read(q, out);
	cp_reset(q);
	return cp_operator_reach(cp_store_actor(s), out->id, out->authority,
	    err);
}

enum cp_rc
cp_quarantine_forget(struct cp_store *s, int64_t record, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_QUARANTINE_FORGET);

	cp_bind_int(q, record);
	return cp_exec(q, err);
}
