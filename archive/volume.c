#include "archive/volume.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/crypto.h"
#include "archive/file.h"
#include "archive/volume_impl.h"

enum { WRITE_BLOCK = 64 * 1024 };

struct cp_volume_writer {
	struct archive *a;
	struct archive_entry *e;
	struct cp_sha256_ctx *sha; /* of the whole file as written */
	struct cp_volume_lines lines;
	struct cp_volume_head head;
	uint64_t written;
	int fd;              /* of the temporary, locked */
	int failed;          /* a call failed: only abort is left */
	struct cp_err io;    /* what the write callback met */
	char dir[PATH_MAX];
	char part[PATH_MAX], path[PATH_MAX];
};

/* Never says that it failed: libarchive 3.6.2 then loses its buffer.  IO does,
 * and nothing more is written after the first failure or an abort. */
static la_ssize_t
on_write(struct archive *a, void *ctx, const void *data, size_t len)
{
	struct cp_volume_writer *w = ctx;

	(void)a;
	if (!w->failed &&
	    cp_fd_write(w->fd, data, len, w->part, &w->io) == CP_OK) {
		cp_sha256_update(w->sha, data, len);
		w->written += len;
	} else
		w->failed = 1;
	return (la_ssize_t)len;
}

static enum cp_rc
write_failed(struct cp_volume_writer *w, struct cp_err *err)
{
	const char *why = archive_error_string(w->a);

	w->failed = 1;
	if (w->io.code != CP_OK) {
		*err = w->io;
		return err->code;
	}
	return cp_fail(err, CP_FAILED, "writing volume %s: %s",
	    w->head.volume, why != NULL ? why : "no reason given");
}

static enum cp_rc
put_member(struct cp_volume_writer *w, const char *name, const void *data,
    size_t len, struct cp_err *err)
{
	archive_entry_clear(w->e);
	archive_entry_set_pathname(w->e, name);
	archive_entry_set_filetype(w->e, AE_IFREG);
	archive_entry_set_perm(w->e, S_IRUSR | S_IWUSR);
	archive_entry_set_size(w->e, (la_int64_t)len);
	archive_entry_set_mtime(w->e, 0, 0);
	archive_entry_set_uid(w->e, 0);
	archive_entry_set_gid(w->e, 0);
	if (archive_write_header(w->a, w->e) != ARCHIVE_OK ||
	    (len > 0 && archive_write_data(w->a, data, len) !=
	    (la_ssize_t)len) ||
	    archive_write_finish_entry(w->a) != ARCHIVE_OK || w->failed)
		return write_failed(w, err);
	return CP_OK;
}

/* A member that MANIFEST will list. */
static enum cp_rc
put_listed(struct cp_volume_writer *w, const char *name, const void *data,
    size_t len, struct cp_err *err)
{
	uint8_t sha256[32];
	enum cp_rc rc;

	cp_sha256(data, len, sha256);
	rc = cp_volume_lines_add(&w->lines, name, sha256, len, err);
	if (rc == CP_OK)
		rc = put_member(w, name, data, len, err);
	if (rc != CP_OK)
		w->failed = 1;
	return rc;
}

/* The lock tells cp_volume_sweep that the writer lives. */
static enum cp_rc
make_part(struct cp_volume_writer *w, struct cp_err *err)
{
	struct stat st;

	if (lstat(w->path, &st) == 0)
		return cp_fail(err, CP_REFUSED, "volume %s exists already",
		    w->head.volume);
	w->fd = open(w->part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC |
	    O_NOFOLLOW, S_IRUSR | S_IWUSR);
	if (w->fd < 0 && errno == EEXIST) {
		(void)cp_fail(err, CP_BUSY, "volume %s is being written, or "
		    "was when a program ended", w->head.volume);
		return CP_BUSY;
	}
	if (w->fd < 0)
		return cp_fail_errno(err, errno == ENOENT ? CP_NOT_FOUND :
		    CP_FAILED, "making %s", w->part);
	return cp_fd_lock(w->fd, w->part, err);
}

static enum cp_rc
start_tar(struct cp_volume_writer *w, struct cp_err *err)
{
	w->a = archive_write_new();
	w->e = archive_entry_new();
	if (w->a == NULL || w->e == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	if (archive_write_set_format_pax_restricted(w->a) != ARCHIVE_OK ||
	    archive_write_add_filter_none(w->a) != ARCHIVE_OK ||
	    archive_write_set_bytes_per_block(w->a, WRITE_BLOCK) !=
	    ARCHIVE_OK ||
	    archive_write_set_bytes_in_last_block(w->a, 1) != ARCHIVE_OK ||
	    archive_write_open2(w->a, w, NULL, on_write, NULL, NULL) !=
	    ARCHIVE_OK)
		return write_failed(w, err);
	return CP_OK;
}

static enum cp_rc
start(struct cp_volume_writer *w, struct cp_err *err)
{
	struct cp_buf text;
	enum cp_rc rc;

	cp_buf_init(&text);
	rc = cp_sha256_new(&w->sha, err);
	if (rc == CP_OK)
		rc = make_part(w, err);
	if (rc == CP_OK)
		rc = start_tar(w, err);
	if (rc == CP_OK)
		rc = cp_volume_head_text(&w->head, &text, err);
	if (rc == CP_OK)
		rc = put_listed(w, CP_VOLUME_HEAD, text.data, text.len, err);
	cp_buf_clear(&text);
	return rc;
}

enum cp_rc
cp_volume_open(const char *dir, const char *volume_id,
    const char *custody_id, const char *date_text, unsigned count,
    struct cp_volume_writer **out, struct cp_err *err)
{
	struct cp_volume_writer *w;
	enum cp_rc rc;

	if (!cp_volume_id_valid(volume_id) ||
	    !cp_volume_id_valid(custody_id) ||
	    !cp_volume_date_valid(date_text) || count > CP_VOLUME_COUNT)
		return cp_fail(err, CP_BAD_INPUT, "a volume of that id, "
		    "custody key, date or size cannot be");
	w = calloc(1, sizeof(*w));
	if (w == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	w->fd = -1;
	w->head.count = count;
	(void)snprintf(w->head.volume, sizeof(w->head.volume), "%s",
	    volume_id);
	(void)snprintf(w->head.custody, sizeof(w->head.custody), "%s",
	    custody_id);
	(void)snprintf(w->head.date, sizeof(w->head.date), "%s", date_text);
	rc = cp_volume_path(dir, volume_id, 0, w->path, err);
	if (rc == CP_OK)
		rc = cp_volume_path(dir, volume_id, 1, w->part, err);
	if (rc == CP_OK) {
		(void)snprintf(w->dir, sizeof(w->dir), "%s", dir);
		rc = start(w, err);
	}
	if (rc == CP_OK)
		*out = w;
	else
		cp_volume_abort(&w);
	return rc;
}

enum cp_rc
cp_volume_add(struct cp_volume_writer *w, const char *package_id,
    const void *payload, size_t len, struct cp_err *err)
{
	char name[sizeof(w->lines.v->name)];

	if (w->failed)
		return cp_fail(err, CP_FAILED, "volume %s failed before",
		    w->head.volume);
	if (!cp_volume_id_valid(package_id) || len > CP_VOLUME_PAYLOAD)
		return cp_fail(err, CP_BAD_INPUT, "a package of that id or "
		    "size cannot be");
	if (w->lines.n > w->head.count)
		return cp_fail(err, CP_BAD_INPUT, "volume %s is full: %u "
		    "packages", w->head.volume, w->head.count);
	(void)snprintf(name, sizeof(name), "%s" CP_VOLUME_SUFFIX,
	    package_id);
	return put_listed(w, name, payload, len, err);
}

static enum cp_rc
put_list(struct cp_volume_writer *w, struct cp_err *err)
{
	const struct cp_volume_line **sorted = NULL;
	struct cp_buf text;
	enum cp_rc rc;

	cp_buf_init(&text);
	if (w->failed)
		rc = cp_fail(err, CP_FAILED, "volume %s failed before",
		    w->head.volume);
	else if (w->lines.n - 1 != w->head.count)
		rc = cp_fail(err, CP_BAD_INPUT, "volume %s holds %zu packages "
		    "and not %u", w->head.volume, w->lines.n - 1,
		    w->head.count);
	else
		rc = cp_volume_lines_sort(&w->lines, &sorted, err);
	if (rc == CP_OK)
		rc = cp_volume_list_text(&w->lines, w->head.volume, &text,
		    err);
	if (rc == CP_OK)
		rc = put_member(w, CP_VOLUME_LIST, text.data, text.len, err);
	free(sorted);
	cp_buf_clear(&text);
	return rc;
}

/* Reads the temporary back from the disk: what MANIFEST says must be there,
 * and it must be, byte for byte, what was handed to the disk. */
static enum cp_rc
sync_and_check(struct cp_volume_writer *w, struct cp_volume_sum *sum,
    struct cp_err *err)
{
	struct cp_volume_sum meant = { .size = w->written,
	    .count = w->head.count };
	enum cp_rc rc;

	cp_sha256_final(w->sha, meant.sha256);
	rc = cp_fd_sync(w->fd, w->part, err);
	if (rc != CP_OK)
		return rc;
	(void)posix_fadvise(w->fd, 0, 0, POSIX_FADV_DONTNEED);
	rc = cp_volume_check_fd(w->fd, w->part, w->head.volume, &meant, NULL,
	    NULL, sum, err);
	if (rc != CP_OK)
		cp_err_context(err, "reading back what was written");
	return rc;
}

/* Once renamed the volume is real; should its name or descriptor then fail,
 * it goes again, for no catalogue knows it. */
static enum cp_rc
publish(struct cp_volume_writer *w, struct cp_err *err)
{
	enum cp_rc rc;

	rc = cp_file_rename_new(w->part, w->path, err);
	if (rc != CP_OK)
		return rc;
	w->part[0] = '\0';
	rc = cp_dir_sync(w->dir, err);
	if (rc == CP_OK)
		rc = cp_fd_close(&w->fd, w->path, err);
	if (rc != CP_OK)
		(void)unlink(w->path);
	return rc;
}

enum cp_rc
cp_volume_close(struct cp_volume_writer **wp, struct cp_volume_sum *sum,
    struct cp_err *err)
{
	struct cp_volume_writer *w = *wp;
	struct cp_volume_sum found;
	enum cp_rc rc;

	rc = put_list(w, err);
	if (rc == CP_OK && (archive_write_close(w->a) != ARCHIVE_OK ||
	    w->failed))
		rc = write_failed(w, err);
	if (rc == CP_OK)
		rc = sync_and_check(w, &found, err);
	if (rc == CP_OK)
		rc = publish(w, err);
	if (rc == CP_OK)
		*sum = found;
	cp_volume_abort(wp);
	return rc;
}

/* Also the last step of a close: by then there is nothing to remove, and the
 * library has nothing left to write. */
void
cp_volume_abort(struct cp_volume_writer **wp)
{
	struct cp_volume_writer *w = *wp;

	*wp = NULL;
	if (w == NULL)
		return;
	w->failed = 1;
	if (w->a != NULL)
		(void)archive_write_free(w->a);
	archive_entry_free(w->e);
	if (w->fd >= 0 && w->part[0] != '\0')
		(void)unlink(w->part);
	if (w->fd >= 0)
		(void)close(w->fd);
	cp_sha256_free(w->sha);
	cp_volume_lines_clear(&w->lines);
	free(w);
}
