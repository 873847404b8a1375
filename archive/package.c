#include "archive/package.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { TAR_BLOCK = 512, READ_CHUNK = 16 * 1024 };

struct cp_package {
	size_t n;
	struct cp_member members[CP_PACKAGE_MEMBERS];
	char names[CP_PACKAGE_MEMBERS][CP_PACKAGE_NAME + 1];
};

static int
name_valid(const char *name)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789._-";
	size_t n = strspn(name, plain);

	return n > 0 && n <= CP_PACKAGE_NAME && name[n] == '\0' &&
	    name[0] != '.';
}

static enum cp_rc
members_valid(const struct cp_member *m, size_t n, struct cp_err *err)
{
	size_t i, j, total = 0;

	if (n > CP_PACKAGE_MEMBERS)
		return cp_fail(err, CP_BAD_INPUT, "a package holds at most "
		    "%d members", CP_PACKAGE_MEMBERS);
	for (i = 0; i < n; i++) {
		if (!name_valid(m[i].name))
			return cp_fail(err, CP_BAD_INPUT, "member %zu of a "
			    "package has a bad name", i + 1);
		for (j = 0; j < i; j++)
			if (strcmp(m[i].name, m[j].name) == 0)
				return cp_fail(err, CP_BAD_INPUT,
				    "%s twice in a package", m[i].name);
		if (m[i].len > (size_t)CP_PACKAGE_BYTES - total)
			return cp_fail(err, CP_BAD_INPUT, "a package holds "
			    "at most %d bytes", CP_PACKAGE_BYTES);
		total += m[i].len;
	}
	return CP_OK;
}

static enum cp_rc
lib_failed(struct archive *a, enum cp_rc rc, const char *doing,
    struct cp_err *err)
{
	const char *why = archive_error_string(a);

	return cp_fail(err, rc, "%s: %s", doing,
	    why != NULL ? why : "no reason given");
}

/* Never says that it failed: libarchive 3.6.2 then loses its buffers.  The
 * buffer remembers, and is asked at the end. */
static la_ssize_t
to_buf(struct archive *a, void *ctx, const void *data, size_t len)
{
	struct cp_buf *out = ctx;

	(void)a;
	cp_buf_put(out, data, len);
	return (la_ssize_t)len;
}

/* The last block stays as short as it is: zeros after a zstd frame would be
 * garbage to zstd. */
static int
writer_set_up(struct archive *a, struct cp_buf *out)
{
	return archive_write_set_format_pax_restricted(a) == ARCHIVE_OK &&
	    archive_write_add_filter_zstd(a) == ARCHIVE_OK &&
	    archive_write_set_filter_option(a, "zstd", "compression-level",
	    "1") == ARCHIVE_OK &&
	    archive_write_set_bytes_per_block(a, TAR_BLOCK) == ARCHIVE_OK &&
	    archive_write_set_bytes_in_last_block(a, 1) == ARCHIVE_OK &&
	    archive_write_open2(a, out, NULL, to_buf, NULL, NULL) ==
	    ARCHIVE_OK;
}

static int
write_member(struct archive *a, struct archive_entry *e,
    const struct cp_member *m)
{
	archive_entry_clear(e);
	archive_entry_set_pathname(e, m->name);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, S_IRUSR | S_IWUSR);
	archive_entry_set_size(e, (la_int64_t)m->len);
	archive_entry_set_mtime(e, 0, 0);
	archive_entry_set_uid(e, 0);
	archive_entry_set_gid(e, 0);
	return archive_write_header(a, e) == ARCHIVE_OK &&
	    (m->len == 0 || archive_write_data(a, m->data, m->len) ==
	    (la_ssize_t)m->len) &&
	    archive_write_finish_entry(a) == ARCHIVE_OK;
}

enum cp_rc
cp_package_build(const struct cp_member *members, size_t n,
    struct cp_buf *out, struct cp_err *err)
{
	struct archive *a = archive_write_new();
	struct archive_entry *e = archive_entry_new();
	size_t i, begin = out->len;
	enum cp_rc rc;

	rc = members_valid(members, n, err);
	if (rc == CP_OK && (a == NULL || e == NULL))
		rc = cp_fail(err, CP_FAILED, "out of memory");
	if (rc == CP_OK && !writer_set_up(a, out))
		rc = lib_failed(a, CP_FAILED, "beginning a package", err);
	for (i = 0; rc == CP_OK && i < n; i++)
		if (!write_member(a, e, &members[i]))
			rc = lib_failed(a, CP_FAILED, "writing a package",
			    err);
	if (rc == CP_OK && archive_write_close(a) != ARCHIVE_OK)
		rc = lib_failed(a, CP_FAILED, "ending a package", err);
	if (out->failed)
		rc = cp_buf_check(out, err);
	archive_entry_free(e);
	if (a != NULL && archive_write_free(a) != ARCHIVE_OK && rc == CP_OK)
		rc = cp_fail(err, CP_FAILED, "ending a package");
	if (rc != CP_OK && out->len > begin)
		out->len = begin;
	return rc;
}

/* Reading --------------------------------------------------------------- */

struct source {
	const uint8_t *data;
	size_t len, at;
};

static la_ssize_t
from_source(struct archive *a, void *ctx, const void **data)
{
	struct source *s = ctx;
	size_t n = s->len - s->at;

	(void)a;
	if (n > READ_CHUNK)
		n = READ_CHUNK;
	*data = n > 0 ? s->data + s->at : NULL;
	s->at += n;
	return (la_ssize_t)n;
}

static enum cp_rc
entry_valid(const struct cp_package *p, struct archive_entry *e,
    size_t total, struct cp_err *err)
{
	const char *name = archive_entry_pathname(e);
	la_int64_t size = archive_entry_size(e);
	size_t i;

	if (p->n == CP_PACKAGE_MEMBERS)
		return cp_fail(err, CP_CORRUPT, "more than %d members",
		    CP_PACKAGE_MEMBERS);
	if (name == NULL || !name_valid(name))
		return cp_fail(err, CP_CORRUPT, "member %zu has a bad name",
		    p->n + 1);
	if (archive_entry_filetype(e) != AE_IFREG ||
	    archive_entry_hardlink(e) != NULL ||
	    archive_entry_symlink(e) != NULL ||
	    archive_entry_sparse_count(e) != 0)
		return cp_fail(err, CP_CORRUPT, "%s is not a plain file",
		    name);
	if (!archive_entry_size_is_set(e) || size < 0 ||
	    (uint64_t)size > (size_t)CP_PACKAGE_BYTES - total)
		return cp_fail(err, CP_CORRUPT, "more than %d bytes",
		    CP_PACKAGE_BYTES);
	for (i = 0; i < p->n; i++)
		if (strcmp(p->names[i], name) == 0)
			return cp_fail(err, CP_CORRUPT, "%s twice", name);
	return CP_OK;
}

static enum cp_rc
read_member(struct archive *a, struct archive_entry *e,
    struct cp_package *p, struct cp_err *err)
{
	size_t len = (size_t)archive_entry_size(e), got = 0;
	struct cp_member *m = &p->members[p->n];
	la_ssize_t n = 1;
	uint8_t *data = calloc(1, len + 1);

	if (data == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	(void)snprintf(p->names[p->n], sizeof(p->names[p->n]), "%s",
	    archive_entry_pathname(e));
	m->name = p->names[p->n++];
	m->data = data;
	m->len = len;
	while (got < len && n > 0) {
		n = archive_read_data(a, data + got, len - got);
		if (n < 0)
			return lib_failed(a, CP_CORRUPT, m->name, err);
		got += (size_t)n;
	}
	if (got < len)
		return cp_fail(err, CP_CORRUPT, "%s ends early", m->name);
	return CP_OK;
}

static enum cp_rc
read_members(struct archive *a, struct source *s, struct cp_package *p,
    struct cp_err *err)
{
	struct archive_entry *e;
	size_t total = 0;
	enum cp_rc rc = CP_OK;
	int r;

	while ((r = archive_read_next_header(a, &e)) == ARCHIVE_OK) {
		rc = entry_valid(p, e, total, err);
		if (rc == CP_OK)
			rc = read_member(a, e, p, err);
		if (rc != CP_OK)
			return rc;
		total += p->members[p->n - 1].len;
	}
	if (r != ARCHIVE_EOF)
		return lib_failed(a, CP_CORRUPT, "reading", err);
	if (archive_format(a) != ARCHIVE_FORMAT_TAR_USTAR &&
	    archive_format(a) != ARCHIVE_FORMAT_TAR_PAX_INTERCHANGE &&
	    archive_format(a) != ARCHIVE_FORMAT_TAR_PAX_RESTRICTED)
		return cp_fail(err, CP_CORRUPT, "not a pax tar");
	if (s->at < s->len)
		return cp_fail(err, CP_CORRUPT, "goes on after its end");
	return CP_OK;
}

static enum cp_rc
parse(struct archive *a, struct source *s, struct cp_package *p,
    struct cp_err *err)
{
	/* Read on behind the two zero blocks, so that nothing hides there. */
	if (archive_read_support_format_tar(a) != ARCHIVE_OK ||
	    archive_read_support_filter_zstd(a) != ARCHIVE_OK ||
	    archive_read_set_format_option(a, "tar",
	    "read_concatenated_archives", "1") != ARCHIVE_OK)
		return lib_failed(a, CP_FAILED, "preparing to read", err);
	if (archive_read_open(a, s, NULL, from_source, NULL) != ARCHIVE_OK)
		return lib_failed(a, CP_CORRUPT, "opening", err);
	return read_members(a, s, p, err);
}

enum cp_rc
cp_package_parse(const void *data, size_t len, struct cp_package **out,
    struct cp_err *err)
{
	struct source s = { data, len, 0 };
	struct archive *a = archive_read_new();
	struct cp_package *p = calloc(1, sizeof(*p));
	enum cp_rc rc;

	if (a == NULL || p == NULL)
		rc = cp_fail(err, CP_FAILED, "out of memory");
	else
		rc = parse(a, &s, p, err);
	if (a != NULL && archive_read_free(a) != ARCHIVE_OK && rc == CP_OK)
		rc = cp_fail(err, CP_CORRUPT, "closing");
	if (rc == CP_OK) {
		*out = p;
		return CP_OK;
	}
	cp_err_context(err, "package");
	cp_package_free(p);
	return rc;
}

enum cp_rc
cp_package_member(const struct cp_package *p, const char *name,
    const void **data, size_t *len, struct cp_err *err)
{
	size_t i;

	for (i = 0; i < p->n; i++)
		if (strcmp(p->names[i], name) == 0) {
			*data = p->members[i].data;
			*len = p->members[i].len;
			return CP_OK;
		}
	return cp_fail(err, CP_NOT_FOUND, "no %s in the package", name);
}

size_t
cp_package_count(const struct cp_package *p)
{
	return p->n;
}

const struct cp_member *
cp_package_at(const struct cp_package *p, size_t i)
{
	return i < p->n ? &p->members[i] : NULL;
}

void
cp_package_free(struct cp_package *p)
{
	size_t i;

	if (p == NULL)
		return;
	for (i = 0; i < p->n; i++) {
		void *data = (void *)(uintptr_t)p->members[i].data;

		explicit_bzero(data, p->members[i].len);
		free(data);
	}
	free(p);
}
