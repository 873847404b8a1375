#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/crypto.h"
#include "archive/file.h"
#include "archive/volume_impl.h"

enum { SCAN_BLOCK = 64 * 1024, TAR_BLOCK = 512, TAR_END = 2 * TAR_BLOCK };

struct cp_volume_scan {
	struct archive *a;
	struct archive_entry *e; /* of the library; the present member */
	const char *where;       /* borrowed */
	int fd, hash;
	off_t at;                /* how far the file was read */
	off_t size;              /* of the file when it was opened */
	struct cp_sha256_ctx *sha; /* of the whole file */
	struct cp_sha256_ctx *member_sha;
	struct cp_volume_head head;
	uint8_t head_sha256[32];
	uint64_t head_size;
	struct cp_err io;        /* what the read callback met */
	uint8_t block[SCAN_BLOCK];
};

static enum cp_rc
read_block(struct cp_volume_scan *s, size_t *got, struct cp_err *err)
{
	off_t left = s->size - s->at;
	size_t n = left < SCAN_BLOCK ? (size_t)left : SCAN_BLOCK;
	enum cp_rc rc;

	rc = cp_fd_pread(s->fd, s->block, n, s->at, s->where, err);
	if (rc != CP_OK)
		return rc;
	if (s->hash)
		cp_sha256_update(s->sha, s->block, n);
	s->at += (off_t)n;
	*got = n;
	return CP_OK;
}

static la_ssize_t
on_read(struct archive *a, void *ctx, const void **data)
{
	struct cp_volume_scan *s = ctx;
	size_t n = 0;

	if (read_block(s, &n, &s->io) != CP_OK) {
		archive_set_error(a, EIO, "%s", s->io.what);
		return -1;
	}
	*data = s->block;
	return (la_ssize_t)n;
}

/* Only without hashing; stays within the file, so that the end is noticed. */
static la_int64_t
on_skip(struct archive *a, void *ctx, la_int64_t wanted)
{
	struct cp_volume_scan *s = ctx;
	la_int64_t left = s->size - s->at;

	(void)a;
	if (wanted > left)
		wanted = left;
	s->at += wanted;
	return wanted;
}

static enum cp_rc
scan_failed(struct cp_volume_scan *s, struct cp_err *err)
{
	const char *why = archive_error_string(s->a);

	if (s->io.code != CP_OK) {
		*err = s->io;
		return err->code;
	}
	return cp_fail(err, CP_CORRUPT, "%s: %s", s->where,
	    why != NULL ? why : "damaged tar");
}

/* Steps to the next member, which must be a plain file named like one. */
static enum cp_rc
step(struct cp_volume_scan *s, struct cp_err *err)
{
	int r = archive_read_next_header(s->a, &s->e);
	const char *name;

	if (r == ARCHIVE_EOF)
		return cp_fail(err, CP_CORRUPT, "%s ends without "
		    CP_VOLUME_LIST, s->where);
	if (r != ARCHIVE_OK)
		return scan_failed(s, err);
	name = archive_entry_pathname(s->e);
	if (name == NULL || archive_entry_filetype(s->e) != AE_IFREG ||
	    archive_entry_hardlink(s->e) != NULL ||
	    archive_entry_symlink(s->e) != NULL ||
	    archive_entry_sparse_count(s->e) != 0 ||
	    !archive_entry_size_is_set(s->e) ||
	    archive_entry_size(s->e) < 0 ||
	    archive_entry_size(s->e) > CP_VOLUME_PAYLOAD)
		return cp_fail(err, CP_CORRUPT, "%s: a member is not a plain "
		    "file", s->where);
	return CP_OK;
}

static enum cp_rc
small_member(struct cp_volume_scan *s, const char *name, la_int64_t max,
    struct cp_buf *out, struct cp_err *err)
{
	if (strcmp(archive_entry_pathname(s->e), name) != 0 ||
	    archive_entry_size(s->e) > max)
		return cp_fail(err, CP_CORRUPT, "%s: no %s where it must be",
		    s->where, name);
	return cp_volume_scan_data(s, out, NULL, err);
}

static enum cp_rc
read_head(struct cp_volume_scan *s, struct cp_err *err)
{
	struct cp_buf text;
	enum cp_rc rc;

	cp_buf_init(&text);
	rc = step(s, err);
	if (rc == CP_OK)
		rc = small_member(s, CP_VOLUME_HEAD, CP_VOLUME_HEAD_MAX,
		    &text, err);
	if (rc == CP_OK) {
		rc = cp_volume_head_parse(&text, &s->head, err);
		if (rc != CP_OK)
			cp_err_context(err, "%s", s->where);
	}
	if (rc == CP_OK)
		cp_sha256(text.data, text.len, s->head_sha256);
	s->head_size = text.len;
	cp_buf_clear(&text);
	return rc;
}

static enum cp_rc
begin(struct cp_volume_scan *s, struct cp_err *err)
{
	struct stat st;

	if (fstat(s->fd, &st) != 0)
		return cp_fail_errno(err, CP_FAILED, "%s", s->where);
	if (!S_ISREG(st.st_mode))
		return cp_fail(err, CP_CORRUPT, "%s is not a plain file",
		    s->where);
	s->size = st.st_size;
	(void)posix_fadvise(s->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	s->a = archive_read_new();
	if (s->a == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	if (archive_read_support_format_tar(s->a) != ARCHIVE_OK ||
	    archive_read_set_read_callback(s->a, on_read) != ARCHIVE_OK ||
	    (!s->hash &&
	    archive_read_set_skip_callback(s->a, on_skip) != ARCHIVE_OK) ||
	    archive_read_set_callback_data(s->a, s) != ARCHIVE_OK ||
	    archive_read_open1(s->a) != ARCHIVE_OK)
		return scan_failed(s, err);
	return read_head(s, err);
}

enum cp_rc
cp_volume_scan_open(int fd, const char *where, int hash,
    struct cp_volume_scan **out, struct cp_err *err)
{
	struct cp_volume_scan *s = calloc(1, sizeof(*s));
	enum cp_rc rc;

	if (s == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	s->fd = fd;
	s->where = where;
	s->hash = hash;
	rc = cp_sha256_new(&s->sha, err);
	if (rc == CP_OK)
		rc = cp_sha256_new(&s->member_sha, err);
	if (rc == CP_OK)
		rc = begin(s, err);
	if (rc == CP_OK)
		*out = s;
	else
		cp_volume_scan_free(s);
	return rc;
}

const struct cp_volume_head *
cp_volume_scan_head(const struct cp_volume_scan *s)
{
	return &s->head;
}

enum cp_rc
cp_volume_scan_next(struct cp_volume_scan *s, const char **name,
    uint64_t *size, struct cp_err *err)
{
	char id[CP_VOLUME_ID + 1];
	const char *found;
	enum cp_rc rc;

	rc = step(s, err);
	if (rc != CP_OK)
		return rc;
	found = archive_entry_pathname(s->e);
	if (strcmp(found, CP_VOLUME_LIST) == 0) {
		*name = NULL;
		return CP_OK;
	}
	if (!cp_volume_package_of(found, id))
		return cp_fail(err, CP_CORRUPT, "%s: a member that is no "
		    "package", s->where);
	*name = found;
	*size = (uint64_t)archive_entry_size(s->e);
	return CP_OK;
}

enum cp_rc
cp_volume_scan_data(struct cp_volume_scan *s, struct cp_buf *out,
    uint8_t sha256[32], struct cp_err *err)
{
	uint64_t want = (uint64_t)archive_entry_size(s->e), got = 0;
	enum cp_rc rc = CP_OK;
	const void *data;
	la_int64_t at;
	size_t n;
	int r = ARCHIVE_OK;

	if (sha256 != NULL)
		cp_sha256_reset(s->member_sha);
	while (rc == CP_OK && r == ARCHIVE_OK) {
		r = archive_read_data_block(s->a, &data, &n, &at);
		if (r == ARCHIVE_EOF)
			break;
		if (r != ARCHIVE_OK || (uint64_t)at != got) {
			rc = scan_failed(s, err);
			break;
		}
		got += n;
		if (sha256 != NULL)
			cp_sha256_update(s->member_sha, data, n);
		if (out != NULL) {
			cp_buf_put(out, data, n);
			rc = cp_buf_check(out, err);
		}
	}
	if (rc == CP_OK && got != want)
		rc = cp_fail(err, CP_CORRUPT, "%s: a member ends early",
		    s->where);
	if (rc == CP_OK && sha256 != NULL)
		cp_sha256_final(s->member_sha, sha256);
	return rc;
}

/* The tail behind MANIFEST: its padding and the two blocks of zeros that end
 * a tar, and nothing else. */
static enum cp_rc
check_tail(struct cp_volume_scan *s, size_t list_len, struct cp_err *err)
{
	off_t end = (off_t)archive_read_header_position(s->a) + TAR_BLOCK +
	    (off_t)list_len;
	uint8_t tail[TAR_BLOCK + TAR_END];
	size_t pad = (TAR_BLOCK - list_len % TAR_BLOCK) % TAR_BLOCK, i;
	size_t n = pad + TAR_END;
	enum cp_rc rc;

	if (s->size != end + (off_t)n)
		return cp_fail(err, CP_CORRUPT, s->size > end + (off_t)n ?
		    "%s goes on after its end" : "%s ends early", s->where);
	rc = cp_fd_pread(s->fd, tail, n, end, s->where, err);
	for (i = 0; rc == CP_OK && i < n; i++)
		if (tail[i] != 0)
			rc = cp_fail(err, CP_CORRUPT, "%s: damaged end",
			    s->where);
	return rc;
}

static enum cp_rc
check_list(struct cp_volume_scan *s, const struct cp_volume_lines *l,
    struct cp_err *err)
{
	if (l->n - 1 != s->head.count)
		return cp_fail(err, CP_CORRUPT, "%s: " CP_VOLUME_HEAD
		    " says %u packages, " CP_VOLUME_LIST " %zu", s->where,
		    s->head.count, l->n - 1);
	if (l->v[0].size != s->head_size ||
	    memcmp(l->v[0].sha256, s->head_sha256, 32) != 0)
		return cp_fail(err, CP_CORRUPT, "%s: " CP_VOLUME_HEAD
		    " is not what " CP_VOLUME_LIST " says", s->where);
	return CP_OK;
}

enum cp_rc
cp_volume_scan_list(struct cp_volume_scan *s,
    struct cp_volume_lines *lines, struct cp_err *err)
{
	struct cp_buf text;
	enum cp_rc rc;

	cp_buf_init(&text);
	rc = small_member(s, CP_VOLUME_LIST, CP_VOLUME_LIST_MAX, &text, err);
	if (rc == CP_OK) {
		rc = cp_volume_list_parse(&text, s->head.volume, lines, err);
		if (rc != CP_OK)
			cp_err_context(err, "%s", s->where);
	}
	if (rc == CP_OK)
		rc = check_list(s, lines, err);
	if (rc == CP_OK)
		rc = check_tail(s, text.len, err);
	cp_buf_clear(&text);
	return rc;
}

enum cp_rc
cp_volume_scan_sum(struct cp_volume_scan *s, struct cp_volume_sum *sum,
    struct cp_err *err)
{
	struct cp_volume_sum found = { .count = s->head.count };
	enum cp_rc rc = CP_OK;
	size_t n = 1;

	while (rc == CP_OK && n > 0)
		rc = read_block(s, &n, err);
	if (rc != CP_OK)
		return rc;
	cp_sha256_final(s->sha, found.sha256);
	found.size = (uint64_t)s->at;
	*sum = found;
	return CP_OK;
}

/* Nothing can be lost by a reader: its archive_read_free is not asked. */
void
cp_volume_scan_free(struct cp_volume_scan *s)
{
	if (s == NULL)
		return;
	if (s->a != NULL)
		(void)archive_read_free(s->a);
	cp_sha256_free(s->sha);
	cp_sha256_free(s->member_sha);
	free(s);
}
