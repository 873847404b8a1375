#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/file.h"

struct cp_durable {
	int fd;
	char path[PATH_MAX];
	char part[PATH_MAX];
};

static enum cp_rc
durable_names(struct cp_durable *d, const char *path, struct cp_err *err)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	int n, m;

	n = snprintf(d->path, sizeof(d->path), "%s", path);
	m = snprintf(d->part, sizeof(d->part), "%.*s.%s.part-XXXXXX",
	    (int)(name - path), path, name);
	if (n < 0 || m < 0 || (size_t)n >= sizeof(d->path) ||
	    (size_t)m >= sizeof(d->part))
		return cp_fail(err, CP_FAILED, "path too long");
	return CP_OK;
}

enum cp_rc
cp_durable_open(const char *path, mode_t mode, struct cp_durable **out,
    struct cp_err *err)
{
	struct cp_durable *d = calloc(1, sizeof(*d));
	enum cp_rc rc;

	if (d == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	d->fd = -1;
	rc = durable_names(d, path, err);
	if (rc == CP_OK)
		d->fd = mkostemp(d->part, O_CLOEXEC);
	if (d->fd < 0)
		d->part[0] = '\0';
	if (rc != CP_OK)
		goto out;
	if (d->fd < 0) {
		rc = errno == ENOENT ? CP_NOT_FOUND :
		    errno == EACCES ? CP_DENIED : CP_FAILED;
		rc = cp_fail_errno(err, rc, "making %s", path);
		goto out;
	}
	if (fchmod(d->fd, mode) != 0) {
		rc = cp_fail_errno(err, CP_FAILED, "setting the mode of %s",
		    d->part);
		goto out;
	}
	*out = d;
	d = NULL;
out:
	cp_durable_abort(&d);
	return rc;
}

enum cp_rc
cp_durable_write(struct cp_durable *d, const void *data, size_t len,
    struct cp_err *err)
{
	return cp_fd_write(d->fd, data, len, d->path, err);
}

static enum cp_rc
finish(struct cp_durable **dp, int replace, struct cp_err *err)
{
	struct cp_durable *d = *dp;
	enum cp_rc rc;

	*dp = NULL;
	rc = cp_fd_sync(d->fd, d->path, err);
	if (rc == CP_OK)
		rc = cp_fd_close(&d->fd, d->path, err);
	if (rc == CP_OK && !replace)
		rc = cp_file_rename_new(d->part, d->path, err);
	else if (rc == CP_OK && rename(d->part, d->path) != 0)
		rc = cp_fail_errno(err, CP_FAILED, "replacing %s", d->path);
	if (rc != CP_OK) {
		cp_durable_abort(&d);
		return rc;
	}
	rc = cp_dir_sync_of(d->path, err);
	free(d);
	return rc;
}

enum cp_rc
cp_durable_commit(struct cp_durable **d, struct cp_err *err)
{
	return finish(d, 1, err);
}

void
cp_durable_abort(struct cp_durable **dp)
{
	struct cp_durable *d = *dp;

	*dp = NULL;
	if (d == NULL)
		return;
	if (d->fd >= 0)
		(void)close(d->fd);
	if (d->part[0] != '\0')
		(void)unlink(d->part);
	free(d);
}

static enum cp_rc
write_whole(const char *path, mode_t mode, const void *data, size_t len,
    int replace, struct cp_err *err)
{
	struct cp_durable *d = NULL;
	enum cp_rc rc;

	rc = cp_durable_open(path, mode, &d, err);
	if (rc == CP_OK)
		rc = cp_durable_write(d, data, len, err);
	if (rc == CP_OK)
		return finish(&d, replace, err);
	cp_durable_abort(&d);
	return rc;
}

enum cp_rc
cp_file_write_durable(const char *path, mode_t mode, const void *data,
    size_t len, struct cp_err *err)
{
	return write_whole(path, mode, data, len, 1, err);
}

enum cp_rc
cp_file_write_new(const char *path, mode_t mode, const void *data,
    size_t len, struct cp_err *err)
{
	return write_whole(path, mode, data, len, 0, err);
}
