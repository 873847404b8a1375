#include "cpadmin/sar_output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/file.h"
#include "archive/secret.h"

enum { ADDRESS_MOST = 2000 };

enum cp_rc
cp_sar_output_take(const struct cp_call *call, const char *sar,
    struct cp_sar_output *out, struct cp_err *err)
{
	const char *path = cp_option(call, "output"), *base;
	char dir[PATH_MAX];
	struct stat st;
	int n;

	if (path == NULL || path[0] == '\0')
		return cp_fail(err, CP_USAGE, "--output F: the new file");
	memset(out, 0, sizeof(*out));
	out->fd = -1;
	out->path = path;
	base = strrchr(path, '/');
	base = base != NULL ? base + 1 : path;
	n = snprintf(out->part, sizeof(out->part), "%.*s.%s.%s.part",
	    (int)(base - path), path, base, sar);
	if (base[0] == '\0' || n < 0 || (size_t)n >= sizeof(out->part))
		return cp_fail(err, CP_USAGE, "--output is no name of a file");
	if (lstat(path, &st) == 0)
		return cp_fail(err, CP_REFUSED, "%.500s is there already",
		    path);
	(void)snprintf(dir, sizeof(dir), "%.*s.", (int)(base - path), path);
	if (access(dir, W_OK | X_OK) != 0)
		return cp_fail_errno(err, errno == ENOENT || errno == ENOTDIR ?
		    CP_NOT_FOUND : CP_FAILED, "%.500s", path);
	return CP_OK;
}

/* What is beside it is another's, which is between commit and name: that one
 * would give its name to ours, and tell the passphrase of its own. */
static enum cp_rc
check_unlocked(const char *part, struct cp_err *err)
{
	int fd = open(part, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	int busy = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0 &&
	    errno == EWOULDBLOCK;

	if (fd >= 0)
		(void)close(fd);
	return busy ? cp_fail(err, CP_BUSY, "%.500s is being written", part) :
	    CP_OK;
}

/* It stays open, and locked. */
static enum cp_rc
create(struct cp_sar_output *o, struct cp_err *err)
{
	enum cp_rc rc = check_unlocked(o->part, err);

	if (rc != CP_OK)
		return rc;
	if (unlink(o->part) != 0 && errno != ENOENT)
		return cp_fail_errno(err, CP_FAILED, "%.500s", o->part);
	o->fd = open(o->part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
	    O_CLOEXEC, S_IRUSR | S_IWUSR);
	if (o->fd < 0)
		return cp_fail_errno(err, CP_FAILED, "%.500s", o->part);
	o->written = 1;
	if (fchmod(o->fd, S_IRUSR | S_IWUSR) != 0)
		return cp_fail_errno(err, CP_FAILED, "%.500s", o->part);
	/* Where there are no locks, it goes without. */
	(void)flock(o->fd, LOCK_EX | LOCK_NB);
	return CP_OK;
}

enum cp_rc
cp_sar_output_write(struct cp_sar_output *o, const struct cp_buf *data,
    struct cp_err *err)
{
	enum cp_rc rc = create(o, err);

	if (rc == CP_OK)
		rc = cp_fd_write(o->fd, data->data, data->len, o->part, err);
	if (rc == CP_OK)
		rc = cp_fd_sync(o->fd, o->part, err);
	return rc == CP_OK ? cp_dir_sync_of(o->part, err) : rc;
}

enum cp_rc
cp_sar_output_name(struct cp_sar_output *o, struct cp_err *err)
{
	enum cp_rc rc = cp_file_rename_new(o->part, o->path, err);

	if (rc != CP_OK)
		return rc;
	o->written = 0;
	rc = cp_fd_close(&o->fd, o->path, err);
	return rc == CP_OK ? cp_dir_sync_of(o->path, err) : rc;
}

void
cp_sar_output_drop(struct cp_sar_output *o)
{
	if (o->written)
		(void)unlink(o->part);
	o->written = 0;
	if (o->fd >= 0)
		(void)close(o->fd);
	o->fd = -1;
}

/* ---- where to ------------------------------------------------------------ */

void
cp_sar_address_init(struct cp_sar_address *a)
{
	memset(a, 0, sizeof(*a));
	cp_buf_init(&a->text);
}

void
cp_sar_address_clear(struct cp_sar_address *a)
{
	cp_buf_clear(&a->text);
	cp_sar_address_init(a);
}

static enum cp_rc
split(struct cp_sar_address *a, struct cp_err *err)
{
	char *at = (char *)a->text.data, *end;

	for (; at != NULL && *at != '\0'; at = end) {
		end = strchr(at, '\n');
		if (end != NULL)
			*end++ = '\0';
		at[strcspn(at, "\r")] = '\0';
		if (at[strspn(at, " \t")] == '\0')
			continue;
		if (a->n == CP_SAR_LINES)
			return cp_fail(err, CP_BAD_INPUT, "--address has more "
			    "than %d lines", CP_SAR_LINES);
		a->line[a->n++] = at;
	}
	return a->n > 0 ? CP_OK : cp_fail(err, CP_BAD_INPUT,
	    "--address has no line");
}

enum cp_rc
cp_sar_address_take(const struct cp_call *call, struct cp_sar_address *a,
    struct cp_err *err)
{
	const char *path = cp_option(call, "address");
	struct cp_secret *file = NULL;
	enum cp_rc rc;

	if (path == NULL)
		return CP_OK;
	rc = cp_file_read_secret(path, ADDRESS_MOST, &file, err);
	if (rc == CP_KEY)
		rc = err->code = CP_BAD_INPUT;
	if (rc == CP_OK && memchr(cp_secret_bytes(file), 0,
	    cp_secret_len(file)) != NULL)
		rc = cp_fail(err, CP_BAD_INPUT, "it is no text");
	if (rc == CP_OK) {
		cp_buf_put(&a->text, cp_secret_bytes(file),
		    cp_secret_len(file));
		rc = cp_buf_check(&a->text, err);
	}
	cp_secret_free(file);
	if (rc != CP_OK) {
		cp_err_context(err, "--address");
		return rc;
	}
	return split(a, err);
}
