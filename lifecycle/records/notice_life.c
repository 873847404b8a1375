#include "lifecycle/records/notice_life.h"

#include <stdio.h>
#include <string.h>

#include "lifecycle/store/stmt.h"

static enum cp_rc
exec_on(struct cp_store *s, enum sql_id id, int64_t n, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, id);

	cp_bind_int(q, n);
	return cp_exec(q, err);
}

static enum cp_rc
exec_both(struct cp_store *s, enum sql_id id, int64_t a, int64_t b,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, id);

	cp_bind_int(q, a);
	cp_bind_int(q, b);
	return cp_exec(q, err);
}

static enum cp_rc
run_all(struct cp_store *s, const enum sql_id *id, size_t n, int64_t record,
    struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < n; i++)
		rc = exec_on(s, id[i], record, err);
	return rc;
}

/* ---- archived ----------------------------------------------------------- */

enum cp_rc
cp_notice_drop(struct cp_store *s, int64_t record, int64_t *lapsed,
    struct cp_err *err)
{
	static const enum sql_id others[] = { SQL_NOTICE_ITEMS_DROP,
		SQL_NOTICE_SAFE_REST, SQL_NOTICE_LOOSE, SQL_NOTICE_TO_LEAVE };
	enum { OTHERS = sizeof(others) / sizeof(others[0]) };
	int64_t owed = 0;
	struct cp_stmt *q;
	int row;
	enum cp_rc rc = exec_on(s, SQL_NOTICE_UNPRINT, record, err);

	if (rc == CP_OK)
		rc = run_all(s, others, OTHERS, record, err);
	if (rc != CP_OK)
		return rc;
	q = cp_stmt(s, SQL_NOTICE_DROP);
	cp_bind_int(q, record);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row)
		owed += cp_col_int(q, 0);
	if (rc == CP_OK && lapsed != NULL)
		*lapsed = owed;
	return rc;
}

/* ---- destroyed ---------------------------------------------------------- */

static enum cp_rc
forget_one(struct cp_store *s, int64_t record, struct cp_err *err)
{
	static const enum sql_id all[] = { SQL_NOTICE_ITEMS_DROP,
		SQL_NOTICE_LOOSE, SQL_NOTICE_FORGET, SQL_NOTICE_TO_LEAVE };

	return run_all(s, all, sizeof(all) / sizeof(all[0]), record, err);
}

enum cp_rc
cp_notice_forget(struct cp_store *s, int64_t record, struct cp_err *err)
{
	struct cp_stmt *q;
	int64_t n = 0;
	enum cp_rc rc = forget_one(s, record, err);

	while (rc == CP_OK) {
		q = cp_stmt(s, SQL_NOTICE_MERGED_INTO);
		cp_bind_int(q, record);
		cp_bind_int(q, n);
		rc = cp_exec_int(q, 0, &n, err);
		if (rc != CP_OK || n == 0)
			break;
		rc = forget_one(s, n, err);
	}
	return rc;
}

/* ---- shielded ----------------------------------------------------------- */

enum cp_rc
cp_notice_shielded(struct cp_store *s, int64_t record, struct cp_err *err)
{
	static const enum sql_id all[] = { SQL_NOTICE_UNPLACE,
		SQL_NOTICE_ITEMS_DROP };

	return run_all(s, all, sizeof(all) / sizeof(all[0]), record, err);
}

/* ---- merged ------------------------------------------------------------- */

/* The numbers that statement ID gives, as an array under KEY. */
static enum cp_rc
put_changed(struct cp_store *s, enum sql_id id, int64_t from,
    const int64_t *into, const char *key, struct cp_buf *out,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, id);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, from);
	if (into != NULL)
		cp_bind_int(q, *into);
	cp_json_put_key(out, key);
	cp_json_open(out, '[');
	while ((rc = cp_step(q, &row, err)) == CP_OK && row)
		cp_json_put_int(out, cp_col_int(q, 0));
	cp_json_close(out, ']');
	return rc;
}

static enum cp_rc
pass(struct cp_store *s, int64_t from, int64_t into, struct cp_buf *out,
    struct cp_err *err)
{
	enum cp_rc rc;

	cp_json_open(out, '{');
	rc = put_changed(s, SQL_NOTICE_PASS_ON, from, &into, "passed", out,
	    err);
	if (rc == CP_OK)
		rc = put_changed(s, SQL_NOTICE_MERGE, from, NULL, "merged",
		    out, err);
	if (rc == CP_OK)
		rc = exec_both(s, SQL_NOTICE_TO_PASS_ON, from, into, err);
	cp_json_put_key(out, "to");
	cp_json_put_bool(out, rc == CP_OK && cp_changes(s) > 0);
	cp_json_close(out, '}');
	return rc == CP_OK ? cp_buf_check(out, err) : rc;
}

enum cp_rc
cp_notice_join(struct cp_store *s, int64_t from, int64_t into,
    struct cp_buf *extra, struct cp_err *err)
{
	struct cp_buf ignored;
	enum cp_rc rc = exec_on(s, SQL_NOTICE_UNPRINT, from, err);

	cp_buf_init(&ignored);
	if (rc == CP_OK)
		rc = exec_on(s, SQL_NOTICE_ITEMS_DROP, from, err);
	if (rc == CP_OK)
		rc = pass(s, from, into, extra != NULL ? extra : &ignored,
		    err);
	cp_buf_clear(&ignored);
	return rc == CP_OK ? cp_notice_look_soon(s, into, err) : rc;
}

static enum cp_rc
for_each(struct cp_store *s, enum sql_id id, const struct cp_json *list,
    int64_t from, const int64_t *into, struct cp_err *err)
{
	struct cp_stmt *q;
	int64_t n;
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < cp_json_size(list); i++) {
		if (!cp_json_int(cp_json_at(list, i), &n))
			return cp_fail(err, CP_CORRUPT, "a merge that was "
			    "kept cannot be read");
		q = cp_stmt(s, id);
		cp_bind_int(q, n);
		cp_bind_int(q, from);
		if (into != NULL)
			cp_bind_int(q, *into);
		rc = cp_exec(q, err);
	}
	return rc;
}

enum cp_rc
cp_notice_part(struct cp_store *s, int64_t from, int64_t into,
    const struct cp_json *extra, struct cp_err *err)
{
	enum cp_rc rc = for_each(s, SQL_NOTICE_GIVE_BACK, cp_json_get(extra,
	    "passed"), from, &into, err);

	if (rc == CP_OK)
		rc = for_each(s, SQL_NOTICE_UNMERGE, cp_json_get(extra,
		    "merged"), from, NULL, err);
	if (rc == CP_OK && cp_json_true(cp_json_get(extra, "to")))
		rc = exec_both(s, SQL_NOTICE_TO_PASS_ON, into, from, err);
	if (rc == CP_OK)
		rc = cp_notice_look_soon(s, from, err);
	return rc == CP_OK ? cp_notice_look_soon(s, into, err) : rc;
}

enum cp_rc
cp_notice_look_soon(struct cp_store *s, int64_t record, struct cp_err *err)
{
	return exec_on(s, SQL_NOTICE_LOOK_SOON, record, err);
}
