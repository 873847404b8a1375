#include "lifecycle/duties/placing.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "archive/volume.h"
#include "lifecycle/duties/disk_files.h"
#include "lifecycle/store/json_put.h"
#include "lifecycle/store/stmt.h"

enum cp_rc
cp_archive_config(struct cp_store *s, struct cp_config_archive *out,
    struct cp_err *err)
{
	struct cp_config config = { .archive.scrub_rate = 20 };
	char path[4096];
	enum cp_rc rc = cp_store_path(s, path, sizeof(path), err,
	    "cpadmin.conf");

	if (rc == CP_OK)
		rc = cp_config_load(path, &config, err);
	if (rc == CP_NOT_FOUND) {
		cp_err_clear(err);
		rc = CP_OK;
	}
	if (rc == CP_OK)
		*out = config.archive;
	return rc;
}

static enum cp_rc
add_place(struct cp_store *s, struct cp_audit *audit, const char *path,
    int64_t *place, struct cp_err *err)
{
	struct cp_entry e = { .action = "volume.place" };
	struct cp_buf detail;
	enum cp_rc rc = cp_place_mark(s, path, err);

	if (rc == CP_OK)
		rc = cp_txn_begin(audit, err);
	if (rc != CP_OK)
		return rc;
	cp_buf_init(&detail);
	cp_json_open(&detail, '{');
	cp_json_put_member(&detail, "path", path);
	cp_json_close(&detail, '}');
	e.detail = cp_buf_text(&detail);
	rc = cp_place_add(s, path, place, err);
	if (rc == CP_OK)
		rc = cp_audit_add(audit, &e, NULL, err);
	rc = cp_txn_end(audit, rc, err);
	cp_buf_clear(&detail);
	return rc;
}

enum cp_rc
cp_place_take(struct cp_store *s, struct cp_audit *audit, const char *path,
    int64_t *place, struct cp_err *err)
{
	int64_t found = 0;
	enum cp_rc rc = path[0] == '\0' ? CP_OK :
	    cp_place_find(s, path, &found, err);

	if (rc == CP_OK && found == CP_PLACE_NONE)
		rc = add_place(s, audit, path, &found, err);
	else if (rc == CP_OK)
		rc = cp_place_ready(s, found, err);
	if (rc == CP_OK)
		*place = found;
	return rc;
}

/* ---- leftovers --------------------------------------------------------- */

enum cp_rc
cp_leftover_add(struct cp_store *s, int64_t n, int64_t place,
    struct cp_date day, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_LEFTOVER_ADD);

	cp_bind_int(q, n);
	cp_bind_int(q, place);
	cp_bind_date(q, day);
	return cp_exec(q, err);
}

enum cp_rc
cp_leftover_copies(struct cp_store *s, int64_t n, struct cp_date day,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_LEFTOVER_COPIES);
	enum cp_rc rc;

	cp_bind_int(q, n);
	cp_bind_date(q, day);
	rc = cp_exec(q, err);
	if (rc != CP_OK)
		return rc;
	q = cp_stmt(s, SQL_COPIES_DROP);
	cp_bind_int(q, n);
	return cp_exec(q, err);
}

static enum cp_rc
next_leftover(struct cp_store *s, int64_t *n, int64_t *place,
    char id[CP_VOLUME_ID + 1], int *found, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_LEFTOVER_NEXT);
	enum cp_rc rc;

	cp_bind_int(q, *n);
	cp_bind_int(q, *place);
	rc = cp_step(q, found, err);
	if (rc == CP_OK && *found) {
		*n = cp_col_int(q, 0);
		*place = cp_col_int(q, 1);
		cp_col_copy(q, 2, id, CP_VOLUME_ID + 1);
		cp_reset(q);
	}
	return rc;
}

static enum cp_rc
forget_leftover(struct cp_store *s, int64_t n, int64_t place,
    struct cp_err *err)
{
	struct cp_stmt *q;
	enum cp_rc rc = cp_store_begin(s, err);

	if (rc != CP_OK)
		return rc;
	q = cp_stmt(s, SQL_LEFTOVER_DONE);
	cp_bind_int(q, n);
	cp_bind_int(q, place);
	rc = cp_exec(q, err);
	if (rc == CP_OK)
		return cp_store_commit(s, err);
	cp_store_rollback(s);
	return rc;
}

static enum cp_rc
remove_file(struct cp_store *s, int64_t place, const char *id,
    struct cp_err *err)
{
	struct cp_disk_file f = { .place = place };
	char dir[4096];
	int known = 0;
	enum cp_rc rc;

	(void)snprintf(f.id, sizeof(f.id), "%s", id);
	rc = cp_disk_known(s, &f, &known, err);
	if (rc != CP_OK || known) /* it came back since */
		return rc;
	rc = cp_place_ready(s, place, err);
	if (rc == CP_OK)
		rc = cp_place_dir(s, place, dir, err);
	if (rc != CP_OK)
		return place != 0 ? CP_BUSY : rc;
	rc = cp_volume_unlink(dir, id, err);
	if (rc == CP_NOT_FOUND) { /* done before a kill */
		cp_err_clear(err);
		return CP_OK;
	}
	return rc != CP_OK && place != 0 ? CP_BUSY : rc;
}

enum cp_rc
cp_leftovers_remove(struct cp_store *s, struct cp_err *err)
{
	char id[CP_VOLUME_ID + 1] = "";
	int64_t n = 0, place = -1;
	int found = 1;
	enum cp_rc rc = CP_OK;

	while (rc == CP_OK && found) {
		rc = next_leftover(s, &n, &place, id, &found, err);
		if (rc != CP_OK || !found)
			break;
		rc = remove_file(s, place, id, err);
		if (rc == CP_OK)
			rc = forget_leftover(s, n, place, err);
		else if (rc == CP_BUSY) { /* its disk is not there */
			cp_err_clear(err);
			rc = CP_OK;
		}
	}
	return rc;
}

/* ---- orphans ----------------------------------------------------------- */

struct orphan {
	struct cp_store *store;
	int fast, needed, seen;
	int64_t volume; /* looked at last, and whether it is whole */
	int good;
};

/* Whether the volume of P is whole, in its own place. */
static enum cp_rc
is_whole(struct orphan *x, const struct cp_parcel *p, struct cp_err *err)
{
	struct cp_err why = { 0 };
	struct cp_volume_row v;
	char dir[4096], path[PATH_MAX + 80];
	struct stat st;
	enum cp_rc rc = cp_volume_row_get(x->store, p->volume_id, &v, err);

	if (rc == CP_OK)
		rc = cp_place_dir(x->store, v.place, dir, err);
	if (rc != CP_OK)
		return rc;
	x->volume = p->volume;
	(void)snprintf(path, sizeof(path), "%s/%s.tar", dir, v.id);
	x->good = stat(path, &st) == 0 && (uint64_t)st.st_size == v.sum.size;
	if (x->good && !x->fast)
		x->good = cp_volume_check(dir, v.id, &v.sum, NULL, NULL, NULL,
		    &why) == CP_OK;
	return CP_OK;
}

static enum cp_rc
see_package(void *ctx, const struct cp_volume_item *item, struct cp_err *err)
{
	struct orphan *x = ctx;
	struct cp_parcel p;
	enum cp_rc rc = cp_parcel_get(x->store, item->package_id, &p, err);

	x->seen = 1;
	if (rc == CP_NOT_FOUND) {
		cp_err_clear(err);
		return CP_OK;
	}
	if (rc != CP_OK || strcmp(p.status, "archived") != 0)
		return rc;
	if (p.volume != x->volume)
		rc = is_whole(x, &p, err);
	if (rc == CP_OK && !x->good)
		x->needed = 1;
	return rc;
}

enum cp_rc
cp_orphan_needed(struct cp_store *s, const char *dir, const char *id, int fast,
    int *needed, int *whole, struct cp_err *err)
{
	struct orphan x = { .store = s, .fast = fast };
	struct cp_err why = { 0 };
	enum cp_rc rc = cp_volume_check(dir, id, NULL, see_package, &x, NULL,
	    &why);

	*whole = rc == CP_OK;
	*needed = x.needed;
	if (rc == CP_OK || rc == CP_CORRUPT || rc == CP_NOT_FOUND)
		return CP_OK;
	*err = why;
	return rc;
}
