#include "lifecycle/records/volume_state.h"

#include "lifecycle/records/catalogue_priv.h"

static void
note_where(struct cp_stmt *q, struct cp_longest *at)
{
	at->n = cp_col_int(q, 0);
	cp_col_copy(q, 10, at->checked, sizeof(at->checked));
}

static enum cp_rc
take_next(struct cp_stmt *q, struct cp_longest *at, int *found,
    struct cp_volume_row *out, struct cp_err *err)
{
	enum cp_rc rc = cp_step(q, found, err);

	if (rc != CP_OK || !*found)
		return rc;
	note_where(q, at);
	cp_volume_row_read(q, out);
	cp_reset(q);
	return CP_OK;
}

enum cp_rc
cp_volume_unchecked(struct cp_store *s, struct cp_date day,
    struct cp_longest *at, int *found, struct cp_volume_row *out,
    struct cp_err *err)
{
	struct cp_stmt *q;
	enum cp_rc rc;

	if (at->checked[0] == '\0') {
		q = cp_stmt(s, SQL_VOLUME_UNCHECKED);
		cp_bind_int(q, at->n);
		rc = take_next(q, at, found, out, err);
		if (rc != CP_OK || *found)
			return rc;
	}
	q = cp_stmt(s, SQL_VOLUME_CHECKED_BEFORE);
	cp_bind_date(q, day);
	cp_bind_text(q, at->checked);
	cp_bind_int(q, at->n);
	return take_next(q, at, found, out, err);
}

enum cp_rc
cp_volumes_left(struct cp_store *s, struct cp_date day, int64_t *out,
    struct cp_err *err)
{
	struct cp_stmt *q;
	int64_t never = 0;
	enum cp_rc rc = cp_exec_int(cp_stmt(s, SQL_VOLUMES_LEFT), 0, &never,
	    err);

	if (rc != CP_OK)
		return rc;
	q = cp_stmt(s, SQL_VOLUMES_LEFT_BEFORE);
	cp_bind_date(q, day);
	rc = cp_exec_int(q, 0, out, err);
	if (rc == CP_OK)
		*out += never;
	return rc;
}

enum cp_rc
cp_volume_trouble_at(struct cp_store *s, int64_t n, int64_t place, int *known,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_VOLUME_TROUBLE_AT);
	int64_t any = 0;
	enum cp_rc rc;

	cp_bind_int(q, n);
	cp_bind_int(q, place);
	rc = cp_exec_int(q, 0, &any, err);
	*known = any != 0;
	return rc;
}

static enum cp_rc
row_after(struct cp_store *s, enum sql_id id, int64_t after, int *found,
    struct cp_volume_row *out, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, id);

	cp_bind_int(q, after);
	return cp_volume_row_take(q, out, found, err);
}

enum cp_rc
cp_volume_troubled(struct cp_store *s, int64_t after, int *found,
    struct cp_volume_row *out, struct cp_err *err)
{
	return row_after(s, SQL_VOLUME_TROUBLE_NEXT, after, found, out, err);
}

enum cp_rc
cp_volume_row_next(struct cp_store *s, int64_t after, int *found,
    struct cp_volume_row *out, struct cp_err *err)
{
	return row_after(s, SQL_VOLUME_NEXT, after, found, out, err);
}

enum cp_rc
cp_volume_totals(struct cp_store *s, struct cp_volume_totals *out,
    struct cp_err *err)
{
	struct cp_volume_totals t = { 0 };
	struct cp_stmt *q = cp_stmt(s, SQL_VOLUMES_SUM);
	int row;
	enum cp_rc rc = cp_step(q, &row, err);

	if (rc == CP_OK && row) {
		t.volumes = cp_col_int(q, 0);
		t.bytes = cp_col_int(q, 1);
		t.packages = cp_col_int(q, 2);
	}
	cp_reset(q);
	if (rc == CP_OK)
		rc = cp_exec_int(cp_stmt(s, SQL_VOLUME_TROUBLE_COUNT), 0,
		    &t.troubles, err);
	if (rc == CP_OK)
		*out = t;
	return rc;
}

/* ---- changes ----------------------------------------------------------- */

enum cp_rc
cp_volume_checked(struct cp_store *s, int64_t n, int64_t place, int copy,
    struct cp_date day, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, copy ? SQL_COPY_CHECKED :
	    SQL_VOLUME_CHECKED);
	enum cp_rc rc;

	cp_bind_date(q, day);
	cp_bind_int(q, n);
	if (copy)
		cp_bind_int(q, place);
	rc = cp_exec(q, err);
	return rc == CP_OK ? cp_volume_trouble_settle_at(s, n, place, err) :
	    rc;
}

enum cp_rc
cp_volume_trouble_note(struct cp_store *s, int64_t n, int64_t place,
    const char *status, const char *what, struct cp_date day,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_VOLUME_TROUBLE_NOTE);

	cp_bind_int(q, n);
	cp_bind_int(q, place);
	cp_bind_date(q, day);
	cp_bind_text(q, status);
	cp_bind_text(q, what);
	return cp_exec(q, err);
}

enum cp_rc
cp_volume_trouble_settle(struct cp_store *s, int64_t n, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_VOLUME_TROUBLE_SETTLE_ALL);

	cp_bind_int(q, n);
	return cp_exec(q, err);
}

enum cp_rc
cp_volume_trouble_settle_at(struct cp_store *s, int64_t n, int64_t place,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_VOLUME_TROUBLE_SETTLE);

	cp_bind_int(q, n);
	cp_bind_int(q, place);
	return cp_exec(q, err);
}

enum cp_rc
cp_volume_row_place(struct cp_store *s, int64_t n, int64_t place,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_VOLUME_PLACE);

	cp_bind_int(q, place);
	cp_bind_int(q, n);
	return cp_exec(q, err);
}

enum cp_rc
cp_parcel_moved(struct cp_store *s, const char *id, int64_t from, int64_t to,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_PACKAGE_MOVED);

	cp_bind_int(q, to);
	cp_bind_text(q, id);
	cp_bind_int(q, from);
	return cp_exec(q, err);
}

enum cp_rc
cp_volume_row_recount(struct cp_store *s, int64_t n, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_VOLUME_LIVE);

	cp_bind_int(q, n);
	return cp_exec(q, err);
}
