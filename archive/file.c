#include "archive/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/secret.h"

enum { READ_CHUNK = 64 * 1024, PASSPHRASE_MAX = 4096, CHECK_CHUNK = 512 };

static enum cp_rc
open_failed(struct cp_err *err, const char *path)
{
	enum cp_rc rc = CP_FAILED;

	if (errno == ENOENT || errno == ENOTDIR)
		rc = CP_NOT_FOUND;
	else if (errno == EACCES || errno == EPERM)
		rc = CP_DENIED;
	return cp_fail_errno(err, rc, "%s", path);
}

enum cp_rc
cp_file_open(const char *path, int flags, int *fd, struct cp_err *err)
{
	do
		*fd = open(path, O_RDONLY | O_CLOEXEC | flags);
	while (*fd < 0 && errno == EINTR);
	return *fd < 0 ? open_failed(err, path) : CP_OK;
}

/* What was only read loses nothing by a failing close. */
static void
close_read(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

static enum cp_rc
read_some(int fd, void *data, size_t len, size_t *got, const char *where,
    struct cp_err *err)
{
	ssize_t n;

	do
		n = read(fd, data, len);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return cp_fail_errno(err, CP_FAILED, "reading %s", where);
	*got = (size_t)n;
	return CP_OK;
}

enum cp_rc
cp_file_read(const char *path, size_t max, struct cp_buf *out,
    struct cp_err *err)
{
	size_t begin = out->len, got = 0;
	enum cp_rc rc;
	uint8_t *at;
	int fd;

	rc = cp_file_open(path, 0, &fd, err);
	while (rc == CP_OK) {
		at = cp_buf_grow(out, READ_CHUNK);
		if (at == NULL) {
			rc = cp_buf_check(out, err);
			break;
		}
		rc = read_some(fd, at, READ_CHUNK, &got, path, err);
		out->len -= READ_CHUNK - (rc == CP_OK ? got : 0);
		out->data[out->len] = '\0';
		if (rc != CP_OK || got == 0)
			break;
		if (out->len - begin > max)
			rc = cp_fail(err, CP_FAILED,
			    "%s is longer than %zu bytes", path, max);
	}
	if (rc != CP_OK && out->len > begin) {
		out->len = begin;
		out->data[begin] = '\0';
	}
	close_read(&fd);
	return rc;
}

/* The length of a key file, when it may be trusted. */
static enum cp_rc
secret_size(int fd, const char *path, size_t max, size_t *size,
    struct cp_err *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return cp_fail_errno(err, CP_FAILED, "%s", path);
	if (!S_ISREG(st.st_mode))
		return cp_fail(err, CP_KEY, "%s is not a plain file", path);
	if ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
		(void)cp_fail(err, CP_KEY,
		    "%s may be read by others (mode %04o)", path,
		    (unsigned)(st.st_mode & 07777));
		cp_err_hint(err, "chmod 600 %s", path);
		return CP_KEY;
	}
	if (st.st_size <= 0)
		return cp_fail(err, CP_KEY, "%s is empty", path);
	if ((uintmax_t)st.st_size > max)
		return cp_fail(err, CP_KEY, "%s is longer than %zu bytes",
		    path, max);
	*size = (size_t)st.st_size;
	return CP_OK;
}

static enum cp_rc
read_secret(const char *path, size_t max, int strip, struct cp_secret **out,
    struct cp_err *err)
{
	struct cp_secret *all = NULL;
	size_t size = 0;
	enum cp_rc rc;
	int fd;

	rc = cp_file_open(path, O_NONBLOCK | O_NOCTTY, &fd, err);
	if (rc == CP_OK)
		rc = secret_size(fd, path, max, &size, err);
	if (rc == CP_OK)
		rc = cp_secret_new(&all, size, err);
	if (rc == CP_OK)
		rc = cp_fd_pread(fd, cp_secret_data(all), size, 0, path, err);
	if (rc == CP_OK && strip && cp_secret_bytes(all)[size - 1] == '\n')
		cp_secret_shorten(all, size - 1);
	if (rc == CP_OK && cp_secret_len(all) == 0)
		rc = cp_fail(err, CP_KEY, "%s is empty", path);
	if (rc == CP_OK) {
		*out = all;
		all = NULL;
	}
	cp_secret_free(all);
	close_read(&fd);
	return rc;
}

enum cp_rc
cp_file_read_secret(const char *path, size_t max, struct cp_secret **out,
    struct cp_err *err)
{
	return read_secret(path, max, 0, out, err);
}

enum cp_rc
cp_file_read_passphrase(const char *path, struct cp_secret **out,
    struct cp_err *err)
{
	return read_secret(path, PASSPHRASE_MAX, 1, out, err);
}

enum cp_rc
cp_fd_write(int fd, const void *data, size_t len, const char *where,
    struct cp_err *err)
{
	const uint8_t *at = data;
	ssize_t n;

	while (len > 0) {
		n = write(fd, at, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return cp_fail_errno(err, CP_FAILED, "writing %s",
			    where);
		at += n;
		len -= (size_t)n;
	}
	return CP_OK;
}

enum cp_rc
cp_fd_pwrite(int fd, const void *data, size_t len, off_t at,
    const char *where, struct cp_err *err)
{
	const uint8_t *from = data;
	ssize_t n;

	while (len > 0) {
		n = pwrite(fd, from, len, at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return cp_fail_errno(err, CP_FAILED, "writing %s",
			    where);
		from += n;
		at += n;
		len -= (size_t)n;
	}
	return CP_OK;
}

enum cp_rc
cp_fd_pread(int fd, void *data, size_t len, off_t at, const char *where,
    struct cp_err *err)
{
	uint8_t *to = data;
	ssize_t n;

	while (len > 0) {
		n = pread(fd, to, len, at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return cp_fail_errno(err, CP_FAILED, "reading %s",
			    where);
		if (n == 0)
			return cp_fail(err, CP_CORRUPT, "%s ends early",
			    where);
		to += n;
		at += n;
		len -= (size_t)n;
	}
	return CP_OK;
}

enum cp_rc
cp_fd_sync(int fd, const char *where, struct cp_err *err)
{
	int rc;

	do
		rc = fsync(fd);
	while (rc != 0 && errno == EINTR);
	if (rc != 0)
		return cp_fail_errno(err, CP_FAILED, "syncing %s", where);
	return CP_OK;
}

/* Linux frees the descriptor even when close says EINTR: never again. */
enum cp_rc
cp_fd_close(int *fd, const char *where, struct cp_err *err)
{
	int rc = close(*fd);

	*fd = -1;
	if (rc != 0 && errno != EINTR)
		return cp_fail_errno(err, CP_FAILED, "closing %s", where);
	return CP_OK;
}

enum cp_rc
cp_file_unlink_durable(const char *path, struct cp_err *err)
{
	if (unlink(path) != 0)
		return open_failed(err, path);
	return cp_dir_sync_of(path, err);
}

/* Not every file system knows RENAME_NOREPLACE; there the look before is all
 * that can be had, and callers hold their store's lock. */
enum cp_rc
cp_file_rename_new(const char *from, const char *to, struct cp_err *err)
{
	struct stat st;

	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
		return CP_OK;
	if (errno == EINVAL || errno == ENOSYS) {
		if (lstat(to, &st) == 0)
			errno = EEXIST;
		else if (errno == ENOENT && rename(from, to) == 0)
			return CP_OK;
	}
	if (errno == EEXIST)
		return cp_fail(err, CP_REFUSED, "%s exists already", to);
	return cp_fail_errno(err, CP_FAILED, "renaming %s to %s", from, to);
}

enum cp_rc
cp_dir_sync(const char *path, struct cp_err *err)
{
	enum cp_rc rc;
	int fd;

	rc = cp_file_open(path, O_DIRECTORY, &fd, err);
	if (rc == CP_OK)
		rc = cp_fd_sync(fd, path, err);
	close_read(&fd);
	return rc;
}

enum cp_rc
cp_dir_sync_of(const char *path, struct cp_err *err)
{
	const char *slash = strrchr(path, '/');
	size_t n = slash == NULL ? 0 : (size_t)(slash - path);
	char dir[PATH_MAX];

	if (slash == NULL)
		return cp_dir_sync(".", err);
	if (n >= sizeof(dir))
		return cp_fail(err, CP_FAILED, "path too long");
	memcpy(dir, path, n);
	dir[n] = '\0';
	return cp_dir_sync(n == 0 ? "/" : dir, err);
}

enum cp_rc
cp_dir_make(const char *path, mode_t mode, struct cp_err *err)
{
	struct stat st;

	if (mkdir(path, mode) == 0)
		return cp_dir_sync_of(path, err);
	if (errno != EEXIST)
		return open_failed(err, path);
	if (stat(path, &st) != 0)
		return open_failed(err, path);
	if (!S_ISDIR(st.st_mode))
		return cp_fail(err, CP_REFUSED, "%s is there and not a folder",
		    path);
	return CP_OK;
}

enum cp_rc
cp_fd_lock(int fd, const char *where, struct cp_err *err)
{
	int rc;

	do
		rc = flock(fd, LOCK_EX | LOCK_NB);
	while (rc != 0 && errno == EINTR);
	if (rc == 0)
		return CP_OK;
	if (errno == EWOULDBLOCK)
		return cp_fail(err, CP_BUSY, "%s is in use by another "
		    "program", where);
	return cp_fail_errno(err, CP_FAILED, "locking %s", where);
}

enum cp_rc
cp_file_lock(const char *path, int *fd, struct cp_err *err)
{
	enum cp_rc rc;
	int f;

	do
		f = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY,
		    S_IRUSR | S_IWUSR);
	while (f < 0 && errno == EINTR);
	if (f < 0)
		return open_failed(err, path);
	rc = cp_fd_lock(f, path, err);
	if (rc == CP_OK)
		*fd = f;
	else
		close_read(&f);
	return rc;
}

/* Compares what the disk has with DATA, or with zeros. */
static enum cp_rc
read_back(int fd, off_t off, const uint8_t *data, size_t len,
    const char *where, struct cp_err *err)
{
	uint8_t seen[CHECK_CHUNK];
	static const uint8_t zeros[CHECK_CHUNK];
	enum cp_rc rc;
	size_t at, n;

	for (at = 0; at < len; at += n) {
		n = len - at < sizeof(seen) ? len - at : sizeof(seen);
		rc = cp_fd_pread(fd, seen, n, off + (off_t)at, where, err);
		if (rc != CP_OK)
			return rc;
		if (memcmp(seen, data != NULL ? data + at : zeros, n) != 0)
			return cp_fail(err, CP_FAILED, "%s: what was written "
			    "over is not what is read back", where);
	}
	return CP_OK;
}

enum cp_rc
cp_file_zeroise(int fd, off_t off, const void *data, size_t len,
    const char *where, struct cp_err *err)
{
	static const uint8_t zeros[CHECK_CHUNK];
	enum cp_rc rc = CP_OK;
	size_t at, n;

	if (data != NULL)
		rc = cp_fd_pwrite(fd, data, len, off, where, err);
	for (at = 0; data == NULL && rc == CP_OK && at < len; at += n) {
		n = len - at < sizeof(zeros) ? len - at : sizeof(zeros);
		rc = cp_fd_pwrite(fd, zeros, n, off + (off_t)at, where, err);
	}
	if (rc == CP_OK)
		rc = cp_fd_sync(fd, where, err);
	if (rc != CP_OK)
		return rc;
	/* Only advice: a file system in memory keeps its pages. */
	(void)posix_fadvise(fd, off, (off_t)len, POSIX_FADV_DONTNEED);
	return read_back(fd, off, data, len, where, err);
}
