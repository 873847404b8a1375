#include <stdio.h>
#include <string.h>

#include "archive/volume.h"
#include "lifecycle/duties/disk_files.h"
#include "lifecycle/duties/placing.h"
#include "lifecycle/store/stmt.h"

static enum cp_rc
change(struct cp_store *s, enum sql_id sql, const char *id, int64_t place,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, sql);

	cp_bind_text(q, id);
	cp_bind_int(q, place);
	return cp_exec(q, err);
}

static enum cp_rc
change_alone(struct cp_store *s, enum sql_id sql, const char *id,
    int64_t place, struct cp_err *err)
{
	enum cp_rc rc = cp_store_begin(s, err);

	if (rc != CP_OK)
		return rc;
	rc = change(s, sql, id, place, err);
	if (rc == CP_OK)
		return cp_store_commit(s, err);
	cp_store_rollback(s);
	return rc;
}

enum cp_rc
cp_begun_add(struct cp_store *s, const char *id, int64_t place,
    struct cp_err *err)
{
	return change_alone(s, SQL_BEGUN_ADD, id, place, err);
}

enum cp_rc
cp_begun_done(struct cp_store *s, const char *id, int64_t place,
    struct cp_err *err)
{
	return change(s, SQL_BEGUN_DONE, id, place, err);
}

static enum cp_rc
next_begun(struct cp_store *s, struct cp_disk_file *f, int *found,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_BEGUN_NEXT);
	enum cp_rc rc;

	cp_bind_text(q, f->id);
	cp_bind_int(q, f->place);
	rc = cp_step(q, found, err);
	if (rc == CP_OK && *found) {
		cp_col_copy(q, 0, f->id, sizeof(f->id));
		f->place = cp_col_int(q, 1);
		cp_reset(q);
	}
	return rc;
}

/* *GONE: nothing is left of it. */
static enum cp_rc
tidy_one(struct cp_store *s, const struct cp_disk_file *f, int *gone,
    struct cp_err *err)
{
	struct cp_err why = { 0 };
	int needed = 0, whole = 0;
	char dir[4096];
	enum cp_rc rc = cp_disk_known(s, f, gone, err);

	if (rc != CP_OK || *gone ||
	    cp_place_ready(s, f->place, &why) != CP_OK)
		return rc;
	rc = cp_place_dir(s, f->place, dir, err);
	if (rc == CP_OK)
		rc = cp_orphan_needed(s, dir, f->id, 0, &needed, &whole, err);
	if (rc != CP_OK || needed)
		return rc;
	rc = cp_volume_unlink(dir, f->id, err);
	*gone = rc == CP_OK || rc == CP_NOT_FOUND;
	if (rc == CP_NOT_FOUND || (rc != CP_OK && f->place != 0)) {
		cp_err_clear(err);
		rc = CP_OK;
	}
	return rc;
}

enum cp_rc
cp_begun_tidy(struct cp_store *s, struct cp_err *err)
{
	struct cp_disk_file f = { .place = -1 };
	int found = 1, gone = 0;
	enum cp_rc rc = CP_OK;

	while (rc == CP_OK && found) {
		rc = next_begun(s, &f, &found, err);
		if (rc != CP_OK || !found)
			break;
		rc = tidy_one(s, &f, &gone, err);
		if (rc == CP_OK && gone)
			rc = change_alone(s, SQL_BEGUN_DONE, f.id, f.place,
			    err);
	}
	return rc;
}
