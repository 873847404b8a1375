#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/file.h"
#include "archive/volume_impl.h"

/* The volume id in a file's name: "ID.tar", or with PART ".ID.part". */
static int
id_of(const char *name, int part, char out[CP_VOLUME_ID + 1])
{
	const char *suffix = part ? ".part" : ".tar";
	size_t n = strlen(name), m = strlen(suffix);

	if (part && *name++ == '.')
		n--;
	else if (part)
		return 0;
	if (n <= m || n - m > CP_VOLUME_ID ||
	    strcmp(name + n - m, suffix) != 0)
		return 0;
	memcpy(out, name, n - m);
	out[n - m] = '\0';
	return cp_volume_id_valid(out);
}

enum cp_rc
cp_volume_unlink(const char *dir, const char *volume_id, struct cp_err *err)
{
	char path[PATH_MAX];
	enum cp_rc rc;

	rc = cp_volume_path(dir, volume_id, 0, path, err);
	if (rc == CP_OK)
		rc = cp_file_unlink_durable(path, err);
	return rc;
}

static int
volumes_only(const struct dirent *d)
{
	char id[CP_VOLUME_ID + 1];

	return id_of(d->d_name, 0, id);
}

static int
parts_only(const struct dirent *d)
{
	char id[CP_VOLUME_ID + 1];

	return id_of(d->d_name, 1, id);
}

/* In byte order: alphasort would follow the locale. */
static int
by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static enum cp_rc
scan_dir(const char *dir, int (*wanted)(const struct dirent *),
    struct dirent ***list, int *n, struct cp_err *err)
{
	*n = scandir(dir, list, wanted, by_bytes);
	if (*n >= 0)
		return CP_OK;
	*n = 0;
	return cp_fail_errno(err, errno == ENOENT ? CP_NOT_FOUND : CP_FAILED,
	    "%s", dir);
}

static void
free_list(struct dirent **list, int n)
{
	int i;

	for (i = 0; i < n; i++)
		free(list[i]);
	free(list);
}

enum cp_rc
cp_volume_list(const char *dir, cp_volume_list_fn *fn, void *ctx,
    struct cp_err *err)
{
	char id[CP_VOLUME_ID + 1] = "", path[PATH_MAX];
	struct dirent **list = NULL;
	struct stat st;
	enum cp_rc rc;
	int i, n = 0;

	rc = scan_dir(dir, volumes_only, &list, &n, err);
	for (i = 0; rc == CP_OK && i < n; i++) {
		(void)id_of(list[i]->d_name, 0, id);
		rc = cp_volume_path(dir, id, 0, path, err);
		if (rc == CP_OK && lstat(path, &st) != 0) {
			if (errno == ENOENT)
				continue;
			rc = cp_fail_errno(err, CP_FAILED, "%s", path);
		}
		if (rc == CP_OK)
			rc = fn(ctx, id, (uint64_t)st.st_size, err);
	}
	free_list(list, n);
	return rc;
}

/* Removes one temporary unless its writer still holds its lock. */
static enum cp_rc
sweep_one(const char *path, unsigned *n, struct cp_err *err)
{
	enum cp_rc rc;
	int fd;

	rc = cp_file_open(path, O_NOFOLLOW | O_NONBLOCK, &fd, err);
	if (rc == CP_NOT_FOUND)
		return CP_OK;
	if (rc != CP_OK)
		return rc;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
		if (unlink(path) == 0)
			++*n;
		else if (errno != ENOENT)
			rc = cp_fail_errno(err, CP_FAILED, "removing %s",
			    path);
	} else if (errno != EWOULDBLOCK)
		rc = cp_fail_errno(err, CP_FAILED, "locking %s", path);
	(void)close(fd);
	return rc;
}

enum cp_rc
cp_volume_sweep(const char *dir, unsigned *n, struct cp_err *err)
{
	char id[CP_VOLUME_ID + 1] = "", path[PATH_MAX];
	struct dirent **list = NULL;
	unsigned removed = 0;
	enum cp_rc rc;
	int i, count = 0;

	rc = scan_dir(dir, parts_only, &list, &count, err);
	for (i = 0; rc == CP_OK && i < count; i++) {
		(void)id_of(list[i]->d_name, 1, id);
		rc = cp_volume_path(dir, id, 1, path, err);
		if (rc == CP_OK)
			rc = sweep_one(path, &removed, err);
	}
	if (rc == CP_OK && removed > 0)
		rc = cp_dir_sync(dir, err);
	if (rc == CP_OK)
		*n = removed;
	free_list(list, count);
	return rc;
}
