#include "lifecycle/records/custody_rows.h"

#include <string.h>

#include "lifecycle/store/stmt.h"

const char *
cp_custody_status_word(enum cp_custody_status status)
{
	static const char *const words[] = { "current", "being-replaced",
		"replaced" };

	return words[status];
}

static void
read_row(struct cp_stmt *q, struct cp_custody_row *out)
{
	memset(out, 0, sizeof(*out));
	cp_col_copy(q, 0, out->id, sizeof(out->id));
	cp_col_copy(q, 1, out->made, sizeof(out->made));
	cp_col_copy(q, 2, out->made_by, sizeof(out->made_by));
	out->shares = (int)cp_col_int(q, 3);
	out->threshold = (int)cp_col_int(q, 4);
	cp_col_copy(q, 5, out->replaced_by, sizeof(out->replaced_by));
	out->replaced = cp_col_date(q, 6);
	out->status = cp_date_set(out->replaced) ? CP_CUSTODY_REPLACED :
	    out->replaced_by[0] != '\0' ? CP_CUSTODY_REPLACING :
	    CP_CUSTODY_CURRENT;
}

/* The row that Q, whose parameters are bound, gives; *FOUND. */
static enum cp_rc
one_row(struct cp_stmt *q, struct cp_custody_row *out, int *found,
    struct cp_err *err)
{
	enum cp_rc rc = cp_step(q, found, err);

	if (rc != CP_OK || !*found)
		return rc;
	read_row(q, out);
	cp_reset(q);
	return CP_OK;
}

enum cp_rc
cp_custody_row_get(struct cp_store *s, const char *id,
    struct cp_custody_row *out, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_CUSTODY_ROW_GET);
	int found;
	enum cp_rc rc;

	cp_bind_text(q, id);
	rc = one_row(q, out, &found, err);
	return rc == CP_OK && !found ? cp_fail(err, CP_NOT_FOUND,
	    "this store never had the custody key %.40s", id) : rc;
}

enum cp_rc
cp_custody_row_current(struct cp_store *s, struct cp_custody_row *out,
    struct cp_err *err)
{
	int found;
	enum cp_rc rc = one_row(cp_stmt(s, SQL_CUSTODY_ROW_CURRENT), out,
	    &found, err);

	if (rc != CP_OK || found)
		return rc;
	(void)cp_fail(err, CP_NOT_FOUND, "this store has no custody key yet");
	cp_err_hint(err, "`cpadmin custody create' makes one");
	return CP_NOT_FOUND;
}

enum cp_rc
cp_custody_row_each(struct cp_store *s,
    enum cp_rc (*fn)(void *ctx, const struct cp_custody_row *row,
	struct cp_err *err), void *ctx, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_CUSTODY_ROWS_ALL);
	struct cp_custody_row r;
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

enum cp_rc
cp_custody_share_get(struct cp_store *s, const char *id, int index,
    struct cp_custody_share_row *out, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_CUSTODY_SHARE_GET);
	int row;
	enum cp_rc rc;

	cp_bind_text(q, id);
	cp_bind_int(q, index);
	rc = cp_step(q, &row, err);
	if (rc != CP_OK)
		return rc;
	memset(out, 0, sizeof(*out));
	if (!row)
		return CP_OK;
	cp_col_copy(q, 0, out->holder, sizeof(out->holder));
	cp_col_copy(q, 1, out->drilled, sizeof(out->drilled));
	cp_col_copy(q, 2, out->drilled_by, sizeof(out->drilled_by));
	cp_col_copy(q, 3, out->outcome, sizeof(out->outcome));
	cp_col_copy(q, 4, out->opened, sizeof(out->opened));
	cp_reset(q);
	return CP_OK;
}

/* ---- changes ------------------------------------------------------------- */

static enum cp_rc
add_share(struct cp_store *s, const char *id, int index, const char *holder,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_CUSTODY_SHARE_ADD);

	cp_bind_text(q, id);
	cp_bind_int(q, index);
	cp_bind_text(q, holder);
	return cp_exec(q, err);
}

enum cp_rc
cp_custody_row_add(struct cp_store *s, const struct cp_custody_public *pub,
    const char *const *holders, const char *by, const struct cp_now *now,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_CUSTODY_ROW_ADD);
	int i;
	enum cp_rc rc;

	cp_bind_text(q, pub->id);
	cp_bind_text(q, now->time);
	cp_bind_text(q, by);
	cp_bind_int(q, pub->shares);
	cp_bind_int(q, pub->threshold);
	rc = cp_exec(q, err);
	for (i = 0; rc == CP_OK && i < pub->shares; i++)
		rc = add_share(s, pub->id, i + 1, holders != NULL ?
		    holders[i] : NULL, err);
	return rc;
}

enum cp_rc
cp_custody_row_replacing(struct cp_store *s, const char *to,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_CUSTODY_ROW_REPLACING);

	cp_bind_text(q, to);
	return cp_exec(q, err);
}

enum cp_rc
cp_custody_row_replaced(struct cp_store *s, const char *id,
    struct cp_date day, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_CUSTODY_ROW_REPLACED);

	cp_bind_date(q, day);
	cp_bind_text(q, id);
	return cp_exec(q, err);
}

/* A key older than this table has no row for its share until its first
 * drill. */
enum cp_rc
cp_custody_drill_add(struct cp_store *s, const char *id, int index,
    const char *outcome, const char *by, const struct cp_now *now,
    struct cp_err *err)
{
	struct cp_stmt *q;
	enum cp_rc rc = add_share(s, id, index, NULL, err);

	if (rc != CP_OK)
		return rc;
	q = cp_stmt(s, SQL_CUSTODY_DRILL_ADD);
	cp_bind_text(q, id);
	cp_bind_int(q, index);
	cp_bind_text(q, now->time);
	cp_bind_text(q, by);
	cp_bind_text(q, outcome);
	return cp_exec(q, err);
}
