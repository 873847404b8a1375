#include "archive/volume_at.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "archive/crypto.h"
#include "archive/file.h"

enum {
	NAME_LEN = 100, SIZE_AT = 124, SUM_AT = 148, SUM_LEN = 8,
	TYPE_AT = 156, MAGIC_AT = 257, TAR_END = 2 * CP_TAR_BLOCK,
	TAIL_FIRST = 160 * 1024, /* enough for 1,000 packages as named here */
	TAIL_MAX = CP_VOLUME_LIST_MAX + 2 * CP_TAR_BLOCK + TAR_END
};

static uint64_t
padded(uint64_t size)
{
	return (size + CP_TAR_BLOCK - 1) / CP_TAR_BLOCK * CP_TAR_BLOCK;
}

/* LEN bytes of octal digits, then blanks or NULs; UINT64_MAX when not. */
static uint64_t
octal(const uint8_t *at, size_t len)
{
	uint64_t v = 0;
	size_t i = 0;

	while (i < len && at[i] == ' ')
		i++;
	for (; i < len && at[i] >= '0' && at[i] <= '7'; i++)
		v = v * 8 + (uint64_t)(at[i] - '0');
	for (; i < len; i++)
		if (at[i] != ' ' && at[i] != '\0')
			return UINT64_MAX;
	return v;
}

int
cp_tar_header(const uint8_t block[CP_TAR_BLOCK], char *out, size_t cap,
    uint64_t *size)
{
	uint64_t sum = 0;
	size_t n = strnlen((const char *)block, NAME_LEN);

	if (memcmp(block + MAGIC_AT, "ustar", 5) != 0 || n == 0 || n >= cap ||
	    (block[TYPE_AT] != '0' && block[TYPE_AT] != '\0'))
		return 0;
	for (size_t i = 0; i < CP_TAR_BLOCK; i++)
		sum += i >= SUM_AT && i < SUM_AT + SUM_LEN ? ' ' : block[i];
	if (octal(block + SUM_AT, SUM_LEN) != sum)
		return 0;
	*size = octal(block + SIZE_AT, 12);
	if (*size > CP_VOLUME_PAYLOAD)
		return 0;
	memcpy(out, block, n);
	out[n] = '\0';
	return 1;
}

/* ---- the tail ---------------------------------------------------------- */

/* MANIFEST's header in the last LEN bytes of a file of SIZE, which are TAIL:
 * where it begins there, or -1. */
static ssize_t
find_list(const uint8_t *tail, size_t len, uint64_t *list_len)
{
	char name[NAME_LEN + 1];
	size_t at;

	if (len < CP_TAR_BLOCK + TAR_END)
		return -1;
	for (at = len - TAR_END - CP_TAR_BLOCK;; at -= CP_TAR_BLOCK) {
		if (memcmp(tail + at, CP_VOLUME_LIST, 9) == 0 &&
		    cp_tar_header(tail + at, name, sizeof(name), list_len) &&
		    at + CP_TAR_BLOCK + padded(*list_len) + TAR_END == len)
			return (ssize_t)at;
		if (at < CP_TAR_BLOCK)
			return -1;
	}
}

static int
all_zero(const uint8_t *at, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (at[i] != 0)
			return 0;
	return 1;
}

/* Parses MANIFEST out of the last LEN bytes; *AT is where its header begins. */
static enum cp_rc
parse_tail(int fd, const char *where, const char *id, off_t size, size_t len,
    struct cp_volume_lines *lines, off_t *at, struct cp_err *err)
{
	struct cp_buf text;
	uint64_t list_len = 0;
	uint8_t *tail = malloc(len);
	ssize_t found = -1;
	enum cp_rc rc;

	if (tail == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	cp_buf_init(&text);
	rc = cp_fd_pread(fd, tail, len, size - (off_t)len, where, err);
	if (rc == CP_OK)
		found = find_list(tail, len, &list_len);
	if (rc == CP_OK && (found < 0 || list_len > CP_VOLUME_LIST_MAX ||
	    !all_zero(tail + found + CP_TAR_BLOCK + list_len,
	    len - (size_t)found - CP_TAR_BLOCK - (size_t)list_len)))
		rc = cp_fail(err, CP_CORRUPT, "%s has no " CP_VOLUME_LIST
		    " at its end", where);
	if (rc == CP_OK) {
		cp_buf_put(&text, tail + found + CP_TAR_BLOCK,
		    (size_t)list_len);
		rc = cp_buf_check(&text, err);
	}
	if (rc == CP_OK)
		rc = cp_volume_list_parse(&text, id, lines, err);
	if (rc == CP_OK)
		*at = size - (off_t)len + (off_t)found;
	cp_buf_clear(&text);
	free(tail);
	return rc;
}

static enum cp_rc
read_tail(int fd, const char *where, const char *id,
    struct cp_volume_lines *lines, off_t *at, struct cp_err *err)
{
	static const size_t tries[] = { TAIL_FIRST, TAIL_MAX };
	struct stat st;
	size_t len;
	enum cp_rc rc = CP_CORRUPT;

	if (fstat(fd, &st) != 0)
		return cp_fail_errno(err, CP_FAILED, "%s", where);
	if (!S_ISREG(st.st_mode) || st.st_size % CP_TAR_BLOCK != 0)
		return cp_fail(err, CP_CORRUPT, "%s is no volume", where);
	for (size_t i = 0; i < 2 && rc == CP_CORRUPT; i++) {
		len = (off_t)tries[i] < st.st_size ? tries[i] :
		    (size_t)st.st_size;
		cp_volume_lines_clear(lines);
		rc = parse_tail(fd, where, id, st.st_size, len, lines, at,
		    err);
	}
	return rc;
}

/* ---- the map ----------------------------------------------------------- */

static enum cp_rc
check_head(int fd, const char *where, const char *id,
    const struct cp_volume_map *map, struct cp_err *err)
{
	struct cp_volume_head head;
	struct cp_buf text;
	enum cp_rc rc;

	cp_buf_init(&text);
	rc = cp_volume_map_read(fd, where, map, 0, &text, err);
	if (rc == CP_OK)
		rc = cp_volume_head_parse(&text, &head, err);
	if (rc == CP_OK && (strcmp(head.volume, id) != 0 ||
	    head.count != map->lines.n - 1))
		rc = cp_fail(err, CP_CORRUPT, "%s: " CP_VOLUME_HEAD " and "
		    CP_VOLUME_LIST " differ", where);
	cp_buf_clear(&text);
	return rc;
}

enum cp_rc
cp_volume_map(int fd, const char *where, const char *id,
    struct cp_volume_map *map, struct cp_err *err)
{
	off_t list = 0, at = 0;
	enum cp_rc rc = read_tail(fd, where, id, &map->lines, &list, err);

	if (rc != CP_OK)
		return rc;
	map->at = calloc(map->lines.n, sizeof(*map->at));
	if (map->at == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	for (size_t i = 0; i < map->lines.n; i++) {
		if (map->lines.v[i].size > CP_VOLUME_PAYLOAD)
			return cp_fail(err, CP_CORRUPT, "%s: " CP_VOLUME_LIST
			    " is damaged", where);
		map->at[i] = at + CP_TAR_BLOCK;
		at = map->at[i] + (off_t)padded(map->lines.v[i].size);
	}
	if (at != list)
		return cp_fail(err, CP_CORRUPT, "%s is not as long as "
		    CP_VOLUME_LIST " says", where);
	return check_head(fd, where, id, map, err);
}

void
cp_volume_map_clear(struct cp_volume_map *map)
{
	cp_volume_lines_clear(&map->lines);
	free(map->at);
	map->at = NULL;
}

enum cp_rc
cp_volume_map_read(int fd, const char *where, const struct cp_volume_map *map,
    size_t i, struct cp_buf *out, struct cp_err *err)
{
	const struct cp_volume_line *line = &map->lines.v[i];
	char name[NAME_LEN + 1];
	uint8_t block[CP_TAR_BLOCK], sha256[32], *data;
	size_t before = out->len;
	uint64_t size = 0;
	enum cp_rc rc = cp_fd_pread(fd, block, sizeof(block),
	    map->at[i] - CP_TAR_BLOCK, where, err);

	if (rc != CP_OK)
		return rc;
	if (!cp_tar_header(block, name, sizeof(name), &size) ||
	    strcmp(name, line->name) != 0 || size != line->size)
		return cp_fail(err, CP_CORRUPT, "%s: the header of a member "
		    "is damaged", where);
	data = cp_buf_grow(out, (size_t)size);
	if (data == NULL)
		return cp_buf_check(out, err);
	rc = cp_fd_pread(fd, data, (size_t)size, map->at[i], where, err);
	if (rc == CP_OK) {
		cp_sha256(data, (size_t)size, sha256);
		if (memcmp(sha256, line->sha256, sizeof(sha256)) != 0)
			rc = cp_fail(err, CP_CORRUPT, "the package is "
			    "damaged");
	}
	if (rc != CP_OK) {
		out->len = before;
		out->data[before] = '\0';
	}
	return rc;
}
