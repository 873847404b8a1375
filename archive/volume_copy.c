#include "archive/volume_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/file.h"
#include "archive/volume_impl.h"

enum { COPY_BLOCK = 1 << 20 };

struct copy {
	const char *id;
	int from, to;                     /* descriptors, or -1 */
	char source[PATH_MAX];
	char part[PATH_MAX], path[PATH_MAX];
};

/* The lock tells cp_volume_sweep that the writer lives. */
static enum cp_rc
make_part(struct copy *c, int replace, struct cp_err *err)
{
	struct stat st;

	if (!replace && lstat(c->path, &st) == 0)
		return cp_fail(err, CP_REFUSED, "%s exists already", c->path);
	c->to = open(c->part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC |
	    O_NOFOLLOW, S_IRUSR | S_IWUSR);
	if (c->to < 0 && errno == EEXIST)
		return cp_fail(err, CP_BUSY, "volume %s is being written, or "
		    "was when a program ended", c->id);
	if (c->to < 0)
		return cp_fail_errno(err, errno == ENOENT ? CP_NOT_FOUND :
		    CP_FAILED, "making %s", c->part);
	return cp_fd_lock(c->to, c->part, err);
}

static enum cp_rc
copy_bytes(struct copy *c, uint64_t size, struct cp_err *err)
{
	uint8_t *block = malloc(COPY_BLOCK);
	enum cp_rc rc = CP_OK;
	uint64_t at;
	size_t n;

	if (block == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	for (at = 0; rc == CP_OK && at < size; at += n) {
		n = size - at < COPY_BLOCK ? (size_t)(size - at) : COPY_BLOCK;
		rc = cp_fd_pread(c->from, block, n, (off_t)at, c->source, err);
		if (rc == CP_OK)
			rc = cp_fd_write(c->to, block, n, c->part, err);
	}
	free(block);
	return rc;
}

/* Once renamed it is real; it stays even if its name could not be synced, for
 * it is whole, and with REPLACE the other is gone. */
static enum cp_rc
publish(struct copy *c, const char *dir, int replace, struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	if (!replace)
		rc = cp_file_rename_new(c->part, c->path, err);
	else if (rename(c->part, c->path) != 0)
		rc = cp_fail_errno(err, CP_FAILED, "renaming %s", c->part);
	if (rc != CP_OK)
		return rc;
	c->part[0] = '\0';
	rc = cp_dir_sync(dir, err);
	return rc == CP_OK ? cp_fd_close(&c->to, c->path, err) : rc;
}

static enum cp_rc
copy_volume(struct copy *c, const char *to,
    const struct cp_volume_sum *expect, int replace, struct cp_err *err)
{
	struct stat st;
	enum cp_rc rc;

	if (fstat(c->from, &st) != 0)
		return cp_fail_errno(err, CP_FAILED, "%s", c->source);
	if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size != expect->size)
		return cp_fail(err, CP_CORRUPT, "volume %s has not the bytes "
		    "it was closed with", c->id);
	rc = make_part(c, replace, err);
	if (rc == CP_OK)
		rc = copy_bytes(c, expect->size, err);
	if (rc == CP_OK)
		rc = cp_fd_sync(c->to, c->part, err);
	if (rc != CP_OK)
		return rc;
	(void)posix_fadvise(c->to, 0, 0, POSIX_FADV_DONTNEED);
	rc = cp_volume_check_fd(c->to, c->part, c->id, expect, NULL, NULL,
	    NULL, err);
	return rc == CP_OK ? publish(c, to, replace, err) : rc;
}

enum cp_rc
cp_volume_copy(const char *from, const char *to, const char *id,
    const struct cp_volume_sum *expect, int replace, struct cp_err *err)
{
	struct copy c = { .id = id, .from = -1, .to = -1 };
	enum cp_rc rc = cp_volume_path(to, id, 0, c.path, err);

	if (rc == CP_OK)
		rc = cp_volume_path(to, id, 1, c.part, err);
	if (rc == CP_OK)
		rc = cp_volume_open_read(from, id, &c.from, c.source, err);
	if (rc == CP_OK)
		rc = copy_volume(&c, to, expect, replace, err);
	if (c.to >= 0 && c.part[0] != '\0')
		(void)unlink(c.part);
	if (c.to >= 0)
		(void)close(c.to);
	if (c.from >= 0)
		(void)close(c.from); /* only read */
	return rc;
}

enum cp_rc
cp_volume_check_paced(const char *dir, const char *id,
    const struct cp_volume_sum *expect, cp_volume_pace_fn *pace, void *ctx,
    struct cp_err *err)
{
	uint8_t *block = NULL;
	char where[PATH_MAX];
	struct stat st = { .st_size = 0 };
	off_t at = 0;
	size_t n;
	int fd = -1;
	enum cp_rc rc = cp_volume_open_read(dir, id, &fd, where, err);

	if (rc != CP_OK)
		return rc;
	(void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	block = malloc(COPY_BLOCK);
	if (block == NULL)
		rc = cp_fail(err, CP_FAILED, "out of memory");
	else if (fstat(fd, &st) != 0)
		rc = cp_fail_errno(err, CP_FAILED, "%s", where);
	/* The disk is read at its pace; the check then finds all in memory. */
	for (; rc == CP_OK && at < st.st_size; at += (off_t)n) {
		n = st.st_size - at < COPY_BLOCK ? (size_t)(st.st_size - at) :
		    COPY_BLOCK;
		rc = cp_fd_pread(fd, block, n, at, where, err);
		if (rc == CP_OK && pace != NULL)
			pace(ctx, n);
	}
	if (rc == CP_OK)
		rc = cp_volume_check_fd(fd, where, id, expect, NULL, NULL,
		    NULL, err);
	(void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	free(block);
	(void)close(fd); /* only read */
	return rc;
}
