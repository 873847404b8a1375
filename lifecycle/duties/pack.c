#include "lifecycle/duties/pack.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "archive/crypto.h"
#include "archive/words.h"

enum { ZIP_BLOCK = 512, WORDS = 7, MEMBERS_MAX = 16, NAME_MAX_LEN = 64 };

/* ---- the passphrase ------------------------------------------------------ */

enum cp_rc
cp_pack_passphrase(struct cp_secret **out, struct cp_err *err)
{
	struct cp_secret *raw = NULL, *text = NULL;
	const uint8_t *from;
	char *to;
	enum cp_rc rc = cp_secret_new(&raw, (size_t)2 * WORDS, err);

	if (rc == CP_OK)
		rc = cp_random_secret(raw, err);
	if (rc == CP_OK)
		rc = cp_secret_new(&text, (size_t)WORDS * (CP_WORD_LEN + 1) - 1,
		    err);
	if (rc == CP_OK) {
		from = cp_secret_bytes(raw);
		to = (char *)cp_secret_data(text);
		for (int i = 0; i < WORDS; i++) {
			if (i > 0)
				*to++ = '-';
			cp_word_put((uint16_t)(from[2 * i] << 8 |
			    from[2 * i + 1]), to);
			to += CP_WORD_LEN;
		}
		*out = text;
	}
	cp_secret_free(raw);
	return rc;
}

/* ---- writing ------------------------------------------------------------- */

static int
name_valid(const char *name)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789._-";
	size_t n = strspn(name, plain);

	return n > 0 && n <= NAME_MAX_LEN && name[n] == '\0' &&
	    name[0] != '.';
}

static enum cp_rc
members_valid(const struct cp_pack_member *m, size_t n, struct cp_err *err)
{
	if (n == 0 || n > MEMBERS_MAX)
		return cp_fail(err, CP_BAD_INPUT, "a pack has 1 to %d "
		    "members", MEMBERS_MAX);
	for (size_t i = 0; i < n; i++) {
		if (!name_valid(m[i].name))
			return cp_fail(err, CP_BAD_INPUT, "member %zu of a "
			    "pack has a bad name", i + 1);
		if (m[i].len == 0) /* libarchive would not encrypt it */
			return cp_fail(err, CP_BAD_INPUT, "%s is empty",
			    m[i].name);
		for (size_t j = 0; j < i; j++)
			if (strcmp(m[i].name, m[j].name) == 0)
				return cp_fail(err, CP_BAD_INPUT,
				    "%s twice in a pack", m[i].name);
	}
	return CP_OK;
}

/* libarchive wants text, and keeps a copy of its own until it is freed; whoever
 * calls frees this one. */
static enum cp_rc
as_text(const struct cp_secret *passphrase, struct cp_secret **out,
    struct cp_err *err)
{
	size_t len = cp_secret_len(passphrase);
	enum cp_rc rc;

	if (len == 0 || memchr(cp_secret_bytes(passphrase), 0, len) != NULL)
		return cp_fail(err, CP_BAD_INPUT, "the passphrase of a pack "
		    "is empty, or no text");
	rc = cp_secret_new(out, len + 1, err);
	if (rc == CP_OK)
		memcpy(cp_secret_data(*out), cp_secret_bytes(passphrase), len);
	return rc;
}

static enum cp_rc
lib_failed(struct archive *a, enum cp_rc rc, const char *doing,
    struct cp_err *err)
{
	const char *why = archive_error_string(a);

	return cp_fail(err, rc, "%s: %s", doing,
	    why != NULL ? why : "no reason given");
}

/* Never says that it failed, as in archive/package.c. */
static la_ssize_t
to_buf(struct archive *a, void *ctx, const void *data, size_t len)
{
	(void)a;
	cp_buf_put(ctx, data, len);
	return (la_ssize_t)len;
}

static int
writer_set_up(struct archive *a, const struct cp_secret *text,
    struct cp_buf *out)
{
	return archive_write_set_format_zip(a) == ARCHIVE_OK &&
	    archive_write_set_format_option(a, "zip", "encryption",
	    "aes256") == ARCHIVE_OK &&
	    archive_write_set_passphrase(a,
	    (const char *)cp_secret_bytes(text)) == ARCHIVE_OK &&
	    archive_write_set_bytes_per_block(a, ZIP_BLOCK) == ARCHIVE_OK &&
	    archive_write_set_bytes_in_last_block(a, 1) == ARCHIVE_OK &&
	    archive_write_open2(a, out, NULL, to_buf, NULL, NULL) ==
	    ARCHIVE_OK;
}

static int
write_member(struct archive *a, struct archive_entry *e,
    const struct cp_pack_member *m, int64_t time)
{
	archive_entry_clear(e);
	archive_entry_set_pathname(e, m->name);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, S_IRUSR | S_IWUSR);
	archive_entry_set_size(e, (la_int64_t)m->len);
	archive_entry_set_mtime(e, time, 0);
	archive_entry_set_uid(e, 0);
	archive_entry_set_gid(e, 0);
	return archive_write_header(a, e) == ARCHIVE_OK &&
	    (m->len == 0 || archive_write_data(a, m->data, m->len) ==
	    (la_ssize_t)m->len) &&
	    archive_write_finish_entry(a) == ARCHIVE_OK;
}

static enum cp_rc
write_members(const struct cp_pack_member *m, size_t n,
    const struct cp_secret *text, int64_t time, struct cp_buf *out,
    struct cp_err *err)
{
	struct archive *a = archive_write_new();
	struct archive_entry *e = archive_entry_new();
	enum cp_rc rc = CP_OK;

	if (a == NULL || e == NULL)
		rc = cp_fail(err, CP_FAILED, "out of memory");
	if (rc == CP_OK && !writer_set_up(a, text, out))
		rc = lib_failed(a, CP_FAILED, "beginning a pack", err);
	for (size_t i = 0; rc == CP_OK && i < n; i++)
		if (!write_member(a, e, &m[i], time))
			rc = lib_failed(a, CP_FAILED, "writing a pack", err);
	if (rc == CP_OK && archive_write_close(a) != ARCHIVE_OK)
		rc = lib_failed(a, CP_FAILED, "ending a pack", err);
	if (out->failed)
		rc = cp_buf_check(out, err);
	archive_entry_free(e);
	if (a != NULL && archive_write_free(a) != ARCHIVE_OK && rc == CP_OK)
		rc = cp_fail(err, CP_FAILED, "ending a pack");
	return rc;
}

/* ---- no checksums in clear ----------------------------------------------- */

/*
 * libarchive 3.6.2 writes members of 20 bytes and more as AE-1, which has the
 * CRC-32 of what is encrypted in clear: enough to prove a guess at an address.
 * AE-2 is the same but for its number, and zeros there; both want version 5.1
 * of who reads.  [WinZip, AES encryption information; APPNOTE 4.3]
 */
enum { LOCAL = 30, CENTRAL = 46, END = 22, DESCRIPTOR = 16, AES_EXTRA = 11,
	VERSION_NEEDED = 51 };
#define LOCAL_SIGNATURE 0x04034b50u
#define CENTRAL_SIGNATURE 0x02014b50u
#define END_SIGNATURE 0x06054b50u
#define DESCRIPTOR_SIGNATURE 0x08074b50u

struct zip {
	uint8_t *data;
	size_t len;
};

static uint32_t
number(const struct zip *z, size_t at, int bytes)
{
	uint32_t v = 0;

	for (int i = bytes - 1; i >= 0; i--)
		v = v << 8 | z->data[at + (size_t)i];
	return v;
}

/* LEN bytes are there, and begin so. */
static int
signed_at(const struct zip *z, size_t at, size_t len, uint32_t signature)
{
	return at <= z->len && len <= z->len - at &&
	    number(z, at, 4) == signature;
}

/* AE-2 in the extra fields of LEN bytes. */
static int
number_two(struct zip *z, size_t at, size_t len)
{
	size_t end = at + len, size;

	if (end > z->len)
		return 0;
	for (; at + 4 <= end; at += 4 + size) {
		size = number(z, at + 2, 2);
		if (number(z, at, 2) != 0x9901)
			continue;
		if (size != AES_EXTRA - 4 || at + AES_EXTRA > end ||
		    z->data[at + 5] != 0)
			return 0;
		z->data[at + 4] = 2;
		return 1;
	}
	return 0;
}

/* The member whose central header is at AT; *LEN of that. */
static int
hide_one(struct zip *z, size_t at, size_t *len)
{
	size_t name, extra, local, data, packed;

	if (!signed_at(z, at, CENTRAL, CENTRAL_SIGNATURE))
		return 0;
	name = number(z, at + 28, 2);
	extra = number(z, at + 30, 2);
	packed = number(z, at + 20, 4);
	local = number(z, at + 42, 4);
	*len = CENTRAL + name + extra + number(z, at + 32, 2);
	memset(z->data + at + 16, 0, 4);
	z->data[at + 6] = VERSION_NEEDED;
	if (!number_two(z, at + CENTRAL + name, extra) ||
	    !signed_at(z, local, LOCAL, LOCAL_SIGNATURE))
		return 0;
	name = number(z, local + 26, 2);
	extra = number(z, local + 28, 2);
	data = local + LOCAL + name + extra;
	memset(z->data + local + 14, 0, 4);
	z->data[local + 4] = VERSION_NEEDED;
	if (!number_two(z, local + LOCAL + name, extra) ||
	    !signed_at(z, data + packed, DESCRIPTOR, DESCRIPTOR_SIGNATURE))
		return 0;
	memset(z->data + data + packed + 4, 0, 4);
	return 1;
}

static enum cp_rc
hide_checksums(uint8_t *data, size_t len, size_t n, struct cp_err *err)
{
	struct zip z = { data, len };
	size_t at, one = 0;
	int good = len >= END && signed_at(&z, len - END, END,
	    END_SIGNATURE) && number(&z, len - END + 10, 2) == n;

	if (good) {
		at = number(&z, len - END + 16, 4);
		for (size_t i = 0; good && i < n; i++, at += one)
			good = hide_one(&z, at, &one);
		good = good && at == len - END;
	}
	return good ? CP_OK : cp_fail(err, CP_FAILED, "the ZIP that was "
	    "written is not as expected");
}

/* ---- read back ----------------------------------------------------------- */

static enum cp_rc
compare(struct archive *a, const struct cp_pack_member *m, struct cp_err *err)
{
	uint8_t block[16 * 1024];
	size_t at = 0;
	la_ssize_t n;
	int same = 1;

	while ((n = archive_read_data(a, block, sizeof(block))) > 0) {
		same = same && (size_t)n <= m->len - at &&
		    memcmp((const uint8_t *)m->data + at, block,
		    (size_t)n) == 0;
		at += same ? (size_t)n : 0;
	}
	cp_wipe(block, sizeof(block));
	if (n < 0)
		return lib_failed(a, CP_CORRUPT, m->name, err);
	return same && at == m->len ? CP_OK : cp_fail(err, CP_CORRUPT,
	    "%s is not what was put in", m->name);
}

static enum cp_rc
compare_all(struct archive *a, const struct cp_pack_member *m, size_t n,
    struct cp_err *err)
{
	struct archive_entry *e;
	const char *name;
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < n; i++) {
		if (archive_read_next_header(a, &e) != ARCHIVE_OK)
			return lib_failed(a, CP_CORRUPT, "reading", err);
		name = archive_entry_pathname(e);
		if (name == NULL || strcmp(name, m[i].name) != 0 ||
		    !archive_entry_is_data_encrypted(e))
			return cp_fail(err, CP_CORRUPT, "%s is not where it "
			    "was put, or in clear", m[i].name);
		rc = compare(a, &m[i], err);
	}
	if (rc == CP_OK && archive_read_next_header(a, &e) != ARCHIVE_EOF)
		rc = cp_fail(err, CP_CORRUPT, "more than was put in");
	return rc;
}

static enum cp_rc
read_back(const uint8_t *data, size_t len, const struct cp_pack_member *m,
    size_t n, const struct cp_secret *text, struct cp_err *err)
{
	struct archive *a = archive_read_new();
	enum cp_rc rc = CP_OK;

	if (a == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	if (archive_read_support_format_zip_seekable(a) != ARCHIVE_OK ||
	    archive_read_add_passphrase(a,
	    (const char *)cp_secret_bytes(text)) != ARCHIVE_OK)
		rc = lib_failed(a, CP_FAILED, "preparing to read", err);
	if (rc == CP_OK && archive_read_open_memory(a, data, len) !=
	    ARCHIVE_OK)
		rc = lib_failed(a, CP_CORRUPT, "opening", err);
	if (rc == CP_OK)
		rc = compare_all(a, m, n, err);
	if (archive_read_free(a) != ARCHIVE_OK && rc == CP_OK)
		rc = cp_fail(err, CP_CORRUPT, "closing");
	if (rc != CP_OK)
		cp_err_context(err, "the pack read back");
	return rc;
}

enum cp_rc
cp_pack_zip(const struct cp_pack_member *members, size_t n,
    const struct cp_secret *passphrase, int64_t time, struct cp_buf *out,
    struct cp_err *err)
{
	struct cp_secret *text = NULL;
	struct cp_buf zip;
	enum cp_rc rc = members_valid(members, n, err);

	cp_buf_init(&zip);
	if (rc == CP_OK)
		rc = as_text(passphrase, &text, err);
	if (rc == CP_OK)
		rc = write_members(members, n, text, time, &zip, err);
	if (rc == CP_OK)
		rc = hide_checksums(zip.data, zip.len, n, err);
	if (rc == CP_OK)
		rc = read_back(zip.data, zip.len, members, n, text, err);
	if (rc == CP_OK) {
		cp_buf_put(out, zip.data, zip.len);
		rc = cp_buf_check(out, err);
	}
	cp_secret_free(text);
	cp_buf_clear(&zip);
	return rc;
}
