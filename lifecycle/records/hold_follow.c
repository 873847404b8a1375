#include "lifecycle/records/hold.h"

#include "lifecycle/store/json_put.h"
#include "lifecycle/store/stmt.h"

/* Holds on a record go where its person goes: records merged and split. */

static enum cp_rc
change_those_of(struct cp_store *s, enum sql_id id, int64_t from, int64_t to,
    struct cp_buf *ids, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, id);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, from);
	cp_bind_int(q, to);
	if (ids != NULL)
		cp_json_open(ids, '[');
	while ((rc = cp_step(q, &row, err)) == CP_OK && row)
		if (ids != NULL)
			cp_json_put_string(ids, cp_col_text(q, 0));
	if (ids != NULL)
		cp_json_close(ids, ']');
	return rc == CP_OK && ids != NULL ? cp_buf_check(ids, err) : rc;
}

enum cp_rc
cp_hold_move(struct cp_store *s, int64_t from, int64_t to, struct cp_buf *ids,
    struct cp_err *err)
{
	return change_those_of(s, SQL_HOLD_MOVE, from, to, ids, err);
}

enum cp_rc
cp_hold_copy(struct cp_store *s, int64_t from, int64_t to, struct cp_buf *ids,
    struct cp_err *err)
{
	return change_those_of(s, SQL_HOLD_COPY, from, to, ids, err);
}

enum cp_rc
cp_hold_give(struct cp_store *s, const char *id, int64_t to,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_HOLD_GIVE);
	enum cp_rc rc;

	cp_bind_text(q, id);
	cp_bind_int(q, to);
	rc = cp_exec(q, err);
	if (rc == CP_OK && cp_changes(s) != 1)
		rc = cp_fail(err, CP_NOT_FOUND, "no such hold on a record");
	return rc;
}

enum cp_rc
cp_hold_drop(struct cp_store *s, const char *id, const char *operator_name,
    struct cp_date today, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_HOLD_DROP);

	cp_bind_text(q, id);
	cp_bind_date(q, today);
	cp_bind_text(q, operator_name);
	cp_bind_text(q, "a copy, taken back with the split that made it");
	return cp_exec(q, err);
}
