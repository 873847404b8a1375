#include "archive/wiping.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/file.h"

struct names {
	const char *path;
	char fresh[PATH_MAX], old[PATH_MAX];
};

static enum cp_rc
names_of(const char *path, struct names *out, struct cp_err *err)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	int dir = (int)(name - path), n, m;

	out->path = path;
	n = snprintf(out->fresh, sizeof(out->fresh), "%.*s.%s.new", dir, path,
	    name);
	m = snprintf(out->old, sizeof(out->old), "%.*s.%s.old", dir, path,
	    name);
	if (n < 0 || m < 0 || (size_t)n >= sizeof(out->fresh) ||
	    (size_t)m >= sizeof(out->old))
		return cp_fail(err, CP_FAILED, "path too long");
	return CP_OK;
}

/* Whether the two names are of one file. */
static int
same_file(const char *a, const char *b)
{
	struct stat sa, sb;

	return lstat(a, &sa) == 0 && lstat(b, &sb) == 0 &&
	    sa.st_ino == sb.st_ino && sa.st_dev == sb.st_dev;
}

static enum cp_rc
wipe_fd(int fd, const char *path, struct cp_err *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return cp_fail_errno(err, CP_FAILED, "looking at %s", path);
	if (!S_ISREG(st.st_mode) || st.st_size == 0)
		return CP_OK;
	return cp_file_zeroise(fd, 0, NULL, (size_t)st.st_size, path, err);
}

/* PATH's bytes, then its name; CP_OK when it is not there. */
static enum cp_rc
wipe(const char *path, struct cp_err *err)
{
	struct cp_err why;
	int fd = -1;
	enum cp_rc rc = cp_file_open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK,
	    &fd, &why);

	if (rc == CP_NOT_FOUND)
		return CP_OK;
	if (rc == CP_OK)
		rc = wipe_fd(fd, path, &why);
	if (rc == CP_OK)
		rc = cp_fd_close(&fd, path, &why);
	else if (fd >= 0)
		(void)close(fd);
	if (rc == CP_OK)
		rc = cp_file_unlink_durable(path, &why);
	if (rc != CP_OK)
		*err = why;
	return rc;
}

/* A second name of the file that still stands is only a name. */
static enum cp_rc
drop_old(const struct names *x, struct cp_err *err)
{
	if (same_file(x->path, x->old))
		return cp_file_unlink_durable(x->old, err);
	return wipe(x->old, err);
}

enum cp_rc
cp_wiping_finish(const char *path, struct cp_err *err)
{
	struct names x;
	enum cp_rc rc = names_of(path, &x, err);

	if (rc == CP_OK)
		rc = wipe(x.fresh, err);
	return rc == CP_OK ? drop_old(&x, err) : rc;
}

static enum cp_rc
write_fresh(const struct names *x, mode_t mode, const void *data, size_t len,
    struct cp_err *err)
{
	enum cp_rc rc;
	int fd;

	do
		fd = open(x->fresh, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC |
		    O_NOFOLLOW | O_NOCTTY, mode);
	while (fd < 0 && errno == EINTR);
	if (fd < 0)
		return cp_fail_errno(err, CP_FAILED, "making %s", x->fresh);
	rc = fchmod(fd, mode) == 0 ? CP_OK : cp_fail_errno(err, CP_FAILED,
	    "setting the mode of %s", x->fresh);
	if (rc == CP_OK)
		rc = cp_fd_write(fd, data, len, x->fresh, err);
	if (rc == CP_OK)
		rc = cp_fd_sync(fd, x->fresh, err);
	if (rc == CP_OK)
		return cp_fd_close(&fd, x->fresh, err);
	(void)close(fd); /* the failure is known already */
	return rc;
}

static enum cp_rc
take_place(const struct names *x, struct cp_err *err)
{
	enum cp_rc rc;

	if (link(x->path, x->old) != 0 && errno != ENOENT)
		return cp_fail_errno(err, CP_FAILED, "naming %s", x->old);
	rc = cp_dir_sync_of(x->path, err);
	if (rc != CP_OK)
		return rc;
	if (rename(x->fresh, x->path) != 0)
		return cp_fail_errno(err, CP_FAILED, "replacing %s", x->path);
	return cp_dir_sync_of(x->path, err);
}

enum cp_rc
cp_wiping_write(const char *path, mode_t mode, const void *data, size_t len,
    struct cp_err *err)
{
	struct cp_err ignored;
	struct names x;
	enum cp_rc rc = names_of(path, &x, err);

	if (rc == CP_OK)
		rc = cp_wiping_finish(path, err);
	if (rc != CP_OK)
		return rc;
	rc = write_fresh(&x, mode, data, len, err);
	if (rc == CP_OK)
		rc = take_place(&x, err);
	if (rc == CP_OK)
		return drop_old(&x, err);
	/* If this fails too, the names are there for the next time. */
	if (cp_wiping_finish(path, &ignored) != CP_OK)
		cp_err_context(err, "not cleared up");
	return rc;
}
