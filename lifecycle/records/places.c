#include "lifecycle/records/places.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/file.h"
#include "lifecycle/records/catalogue_priv.h"
#include "lifecycle/store/settings.h"

enum { DIR_MAX = 4096, MARKER_MAX = 256 };

enum cp_rc
cp_place_dir(struct cp_store *s, int64_t place, char out[DIR_MAX],
    struct cp_err *err)
{
	struct cp_stmt *q;
	int row;
	enum cp_rc rc;

	if (place == 0)
		return cp_store_path(s, out, DIR_MAX, err, "archive");
	q = cp_stmt(s, SQL_PLACE_PATH);
	cp_bind_int(q, place);
	rc = cp_step(q, &row, err);
	if (rc == CP_OK && !row)
		return cp_fail(err, CP_CORRUPT, "the catalogue has no place "
		    "%lld", (long long)place);
	if (rc == CP_OK)
		cp_col_copy(q, 0, out, DIR_MAX);
	cp_reset(q);
	return rc;
}

enum cp_rc
cp_places(struct cp_store *s, int64_t out[CP_PLACES_MAX], size_t *n,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_PLACES_ALL);
	int row;
	enum cp_rc rc;

	out[0] = 0;
	*n = 1;
	while ((rc = cp_step(q, &row, err)) == CP_OK && row)
		if (*n < CP_PLACES_MAX)
			out[(*n)++] = cp_col_int(q, 0);
	cp_reset(q);
	return rc;
}

/* Whether both are one folder; 0 where either is not there. */
static int
same_folder(const char *a, const char *b)
{
	struct stat x, y;

	return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev &&
	    x.st_ino == y.st_ino;
}

/* The place, however its path is spelled, that is the folder PATH. */
static enum cp_rc
find_folder(struct cp_store *s, const char *path, int64_t *place,
    struct cp_err *err)
{
	int64_t all[CP_PLACES_MAX], found = CP_PLACE_NONE;
	char dir[DIR_MAX];
	size_t n = 0;
	enum cp_rc rc = cp_places(s, all, &n, err);

	for (size_t i = 0; rc == CP_OK && i < n && found == CP_PLACE_NONE;
	    i++) {
		rc = cp_place_dir(s, all[i], dir, err);
		if (rc == CP_OK && (strcmp(dir, path) == 0 ||
		    same_folder(dir, path)))
			found = all[i];
	}
	if (rc == CP_OK)
		*place = found;
	return rc;
}

enum cp_rc
cp_place_find(struct cp_store *s, const char *path, int64_t *place,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_PLACE_FIND);
	int64_t named;
	enum cp_rc rc;

	cp_bind_text(q, path);
	rc = cp_exec_int(q, CP_PLACE_NONE, &named, err);
	if (rc != CP_OK || named == CP_PLACE_NONE)
		return rc == CP_OK ? find_folder(s, path, place, err) : rc;
	*place = named;
	return CP_OK;
}

enum cp_rc
cp_place_same(struct cp_store *s, int64_t one, int64_t other, int *same,
    struct cp_err *err)
{
	char a[DIR_MAX], b[DIR_MAX];
	enum cp_rc rc = cp_place_dir(s, one, a, err);

	if (rc == CP_OK)
		rc = cp_place_dir(s, other, b, err);
	if (rc == CP_OK)
		*same = one == other || same_folder(a, b);
	return rc;
}

enum cp_rc
cp_place_used(struct cp_store *s, int64_t place, int *used,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_PLACE_USED);
	int64_t any = 0;
	enum cp_rc rc;

	cp_bind_int(q, place);
	rc = cp_exec_int(q, 0, &any, err);
	if (rc == CP_OK)
		*used = place == 0 || any != 0;
	return rc;
}

/* ---- markers ----------------------------------------------------------- */

static enum cp_rc
marker_of(struct cp_store *s, const char *dir, char path[PATH_MAX],
    char text[MARKER_MAX], struct cp_err *err)
{
	struct cp_settings settings;
	enum cp_rc rc = cp_settings_load(s, &settings, err);
	int n = snprintf(path, PATH_MAX, "%s/" CP_PLACE_MARKER, dir);

	if (rc == CP_OK && (n < 0 || n >= PATH_MAX))
		rc = cp_fail(err, CP_BAD_INPUT, "path too long");
	if (rc == CP_OK)
		(void)snprintf(text, MARKER_MAX, "volumes of cpadmin store "
		    "%s\n", settings.store_id);
	return rc;
}

/* CP_NOT_FOUND without a marker, CP_REFUSED with another store's. */
static enum cp_rc
look_at_marker(const char *path, const char *text, struct cp_err *err)
{
	struct cp_buf found;
	enum cp_rc rc;

	cp_buf_init(&found);
	rc = cp_file_read(path, MARKER_MAX, &found, err);
	if (rc == CP_OK && strcmp(cp_buf_text(&found), text) != 0)
		rc = cp_fail(err, CP_REFUSED, "%s is the mark of another store",
		    path);
	cp_buf_clear(&found);
	return rc;
}

enum cp_rc
cp_place_ready(struct cp_store *s, int64_t place, struct cp_err *err)
{
	char dir[DIR_MAX], path[PATH_MAX], text[MARKER_MAX];
	enum cp_rc rc = cp_place_dir(s, place, dir, err);

	if (rc != CP_OK || place == 0)
		return rc;
	rc = marker_of(s, dir, path, text, err);
	if (rc == CP_OK)
		rc = look_at_marker(path, text, err);
	if (rc == CP_NOT_FOUND) {
		(void)cp_fail(err, CP_NOT_FOUND, "%s is not there, or without "
		    "the mark of this store", dir);
		cp_err_hint(err, "is its disk mounted?");
	}
	return rc;
}

/* What a kill left of a marker. */
static enum cp_rc
sweep_marker(const char *dir, struct cp_err *err)
{
	static const char prefix[] = "." CP_PLACE_MARKER ".part-";
	struct dirent *e;
	DIR *d = opendir(dir);
	enum cp_rc rc = CP_OK;

	if (d == NULL)
		return cp_fail_errno(err, CP_FAILED, "%s", dir);
	while (rc == CP_OK && (errno = 0, e = readdir(d)) != NULL)
		if (strncmp(e->d_name, prefix, sizeof(prefix) - 1) == 0 &&
		    unlinkat(dirfd(d), e->d_name, 0) != 0)
			rc = cp_fail_errno(err, CP_FAILED, "removing %s/%s",
			    dir, e->d_name);
	if (rc == CP_OK && errno != 0)
		rc = cp_fail_errno(err, CP_FAILED, "reading %s", dir);
	(void)closedir(d);
	return rc;
}

enum cp_rc
cp_place_mark(struct cp_store *s, const char *dir, struct cp_err *err)
{
	char path[PATH_MAX], text[MARKER_MAX];
	struct stat st;
	enum cp_rc rc;

	if (dir[0] != '/')
		return cp_fail(err, CP_BAD_INPUT, "%s is no absolute path",
		    dir);
	if (stat(dir, &st) != 0)
		return cp_fail_errno(err, errno == ENOENT ? CP_NOT_FOUND :
		    CP_FAILED, "%s", dir);
	if (!S_ISDIR(st.st_mode))
		return cp_fail(err, CP_BAD_INPUT, "%s is no folder", dir);
	rc = marker_of(s, dir, path, text, err);
	if (rc == CP_OK)
		rc = look_at_marker(path, text, err);
	if (rc != CP_NOT_FOUND)
		return rc;
	cp_err_clear(err);
	rc = sweep_marker(dir, err);
	return rc == CP_OK ? cp_file_write_durable(path, S_IRUSR | S_IWUSR,
	    text, strlen(text), err) : rc;
}

enum cp_rc
cp_place_add(struct cp_store *s, const char *path, int64_t *place,
    struct cp_err *err)
{
	int64_t all[CP_PLACES_MAX];
	struct cp_stmt *q;
	size_t n = 0;
	enum cp_rc rc = cp_places(s, all, &n, err);

	if (rc == CP_OK && n == CP_PLACES_MAX)
		rc = cp_fail(err, CP_REFUSED, "volumes lie in %d places "
		    "already", CP_PLACES_MAX);
	if (rc != CP_OK)
		return rc;
	q = cp_stmt(s, SQL_PLACE_ADD);
	cp_bind_text(q, path);
	rc = cp_exec(q, err);
	if (rc == CP_OK)
		*place = cp_last_insert(s);
	return rc;
}

/* ---- copies ------------------------------------------------------------ */

enum cp_rc
cp_copies_of(struct cp_store *s, int64_t n, int64_t places[CP_COPIES_MAX],
    size_t *count, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_COPIES_OF);
	int row;
	enum cp_rc rc;

	*count = 0;
	cp_bind_int(q, n);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row)
		if (*count < CP_COPIES_MAX)
			places[(*count)++] = cp_col_int(q, 0);
	cp_reset(q);
	return rc;
}

enum cp_rc
cp_copy_add(struct cp_store *s, int64_t n, int64_t place, struct cp_date day,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_COPY_ADD);

	cp_bind_int(q, n);
	cp_bind_int(q, place);
	cp_bind_date(q, day);
	return cp_exec(q, err);
}

enum cp_rc
cp_copy_drop(struct cp_store *s, int64_t n, int64_t place,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_COPY_DROP);

	cp_bind_int(q, n);
	cp_bind_int(q, place);
	return cp_exec(q, err);
}

enum cp_rc
cp_copy_owed(struct cp_store *s, int64_t place, int64_t after, int *found,
    struct cp_volume_row *out, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_COPY_OWED);

	cp_bind_int(q, after);
	cp_bind_int(q, place);
	return cp_volume_row_take(q, out, found, err);
}
