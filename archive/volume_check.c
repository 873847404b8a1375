#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/file.h"
#include "archive/volume_at.h"

/* What was found beside what MANIFEST promises. */
struct check {
	struct cp_volume_lines found, listed;
	const struct cp_volume_line **sorted; /* listed, by name */
	char *seen;       /* for each listed line: it was found */
	const char *id;
	cp_volume_item_fn *fn;
	void *ctx;
	size_t faults;
	char first[160];  /* the first fault, in words */
};

enum cp_rc
cp_volume_open_read(const char *dir, const char *id, int *fd,
    char where[PATH_MAX], struct cp_err *err)
{
	enum cp_rc rc = cp_volume_path(dir, id, 0, where, err);

	if (rc == CP_OK)
		rc = cp_file_open(where, O_NOFOLLOW | O_NONBLOCK, fd, err);
	return rc;
}

/* Every member's hash, as found. */
static enum cp_rc
read_members(struct cp_volume_scan *s, struct cp_volume_lines *found,
    struct cp_err *err)
{
	char name[sizeof(found->v->name)];
	const char *at = NULL;
	uint8_t sha256[32];
	uint64_t size = 0;
	enum cp_rc rc;

	for (;;) {
		rc = cp_volume_scan_next(s, &at, &size, err);
		if (rc != CP_OK || at == NULL)
			return rc;
		memcpy(name, at, strlen(at) + 1);
		rc = cp_volume_scan_data(s, NULL, sha256, err);
		if (rc == CP_OK)
			rc = cp_volume_lines_add(found, name, sha256, size,
			    err);
		if (rc != CP_OK)
			return rc;
	}
}

static enum cp_rc
report(struct check *c, const struct cp_volume_line *line,
    const char *fault, struct cp_err *err)
{
	char id[CP_VOLUME_ID + 1] = "";
	struct cp_volume_item item = { id, { 0 }, line->size, fault };

	(void)cp_volume_package_of(line->name, id);
	memcpy(item.sha256, line->sha256, sizeof(item.sha256));
	if (fault != NULL && c->faults++ == 0)
		(void)snprintf(c->first, sizeof(c->first), "package %s %s",
		    id, fault);
	return c->fn != NULL ? c->fn(c->ctx, &item, err) : CP_OK;
}

static const char *
compare(struct check *c, size_t i)
{
	const struct cp_volume_line *f = &c->found.v[i], *l;
	size_t at;

	l = cp_volume_lines_find(c->sorted, c->listed.n, f->name);
	if (l == NULL)
		return "is not in " CP_VOLUME_LIST;
	at = (size_t)(l - c->listed.v);
	if (c->seen[at])
		return "is there twice";
	c->seen[at] = 1;
	if (f->size != l->size || memcmp(f->sha256, l->sha256, 32) != 0)
		return "is damaged";
	if (at != i + 1 && c->found.n + 1 == c->listed.n)
		return "is out of its place";
	return NULL;
}

static enum cp_rc
compare_all(struct check *c, struct cp_err *err)
{
	enum cp_rc rc;
	size_t i;

	c->seen = calloc(c->listed.n, 1);
	if (c->seen == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	rc = cp_volume_lines_sort(&c->listed, &c->sorted, err);
	if (rc == CP_BAD_INPUT)
		rc = err->code = CP_CORRUPT;
	for (i = 0; rc == CP_OK && i < c->found.n; i++)
		rc = report(c, &c->found.v[i], compare(c, i), err);
	for (i = 1; rc == CP_OK && i < c->listed.n; i++)
		if (!c->seen[i])
			rc = report(c, &c->listed.v[i], "is missing", err);
	if (rc == CP_OK && c->faults > 0)
		rc = cp_fail(err, CP_CORRUPT, "volume %s: %s%s", c->id,
		    c->first, c->faults > 1 ? ", and others" : "");
	return rc;
}

static enum cp_rc
check_sum(const char *id, const struct cp_volume_sum *sum,
    const struct cp_volume_sum *expect, struct cp_err *err)
{
	if (expect == NULL)
		return CP_OK;
	if (sum->size != expect->size)
		return cp_fail(err, CP_CORRUPT, "volume %s has %llu bytes and "
		    "not the %llu it was closed with", id,
		    (unsigned long long)sum->size,
		    (unsigned long long)expect->size);
	if (memcmp(sum->sha256, expect->sha256, 32) != 0 ||
	    sum->count != expect->count)
		return cp_fail(err, CP_CORRUPT, "volume %s is not, byte for "
		    "byte, what was closed", id);
	return CP_OK;
}

static enum cp_rc
check_id(struct cp_volume_scan *s, const char *id, struct cp_err *err)
{
	const struct cp_volume_head *h = cp_volume_scan_head(s);

	if (strcmp(h->volume, id) != 0)
		return cp_fail(err, CP_CORRUPT, "the file of volume %s holds "
		    "volume %s", id, h->volume);
	return CP_OK;
}

enum cp_rc
cp_volume_check_fd(int fd, const char *where, const char *id,
    const struct cp_volume_sum *expect, cp_volume_item_fn *fn, void *ctx,
    struct cp_volume_sum *found, struct cp_err *err)
{
	struct check c = { .id = id, .fn = fn, .ctx = ctx };
	struct cp_volume_scan *s = NULL;
	struct cp_volume_sum sum;
	enum cp_rc rc;

	rc = cp_volume_scan_open(fd, where, 1, &s, err);
	if (rc == CP_OK)
		rc = check_id(s, id, err);
	if (rc == CP_OK)
		rc = read_members(s, &c.found, err);
	if (rc == CP_OK)
		rc = cp_volume_scan_list(s, &c.listed, err);
	if (rc == CP_OK)
		rc = cp_volume_scan_sum(s, &sum, err);
	if (rc == CP_OK)
		rc = compare_all(&c, err);
	if (rc == CP_OK)
		rc = check_sum(id, &sum, expect, err);
	if (rc == CP_OK && found != NULL)
		*found = sum;
	cp_volume_scan_free(s);
	cp_volume_lines_clear(&c.found);
	cp_volume_lines_clear(&c.listed);
	free(c.sorted);
	free(c.seen);
	return rc;
}

enum cp_rc
cp_volume_check(const char *dir, const char *volume_id,
    const struct cp_volume_sum *expect, cp_volume_item_fn *fn, void *ctx,
    struct cp_volume_sum *found, struct cp_err *err)
{
	char where[PATH_MAX];
	enum cp_rc rc;
	int fd = -1;

	rc = cp_volume_open_read(dir, volume_id, &fd, where, err);
	if (rc == CP_OK)
		rc = cp_volume_check_fd(fd, where, volume_id, expect, fn,
		    ctx, found, err);
	if (fd >= 0)
		(void)close(fd);
	return rc;
}

/* Takes what is named NAME and passes over the rest, up to MANIFEST. */
static enum cp_rc
find_one(struct cp_volume_scan *s, const char *name, struct cp_buf *out,
    struct cp_volume_line *line, int *have, struct cp_err *err)
{
	const char *at = NULL;
	uint64_t size = 0;
	enum cp_rc rc;

	*have = 0;
	for (;;) {
		rc = cp_volume_scan_next(s, &at, &size, err);
		if (rc != CP_OK || at == NULL)
			return rc;
		if (*have || strcmp(at, name) != 0)
			continue;
		rc = cp_volume_scan_data(s, out, line->sha256, err);
		if (rc != CP_OK)
			return rc;
		line->size = size;
		*have = 1;
	}
}

static enum cp_rc
compare_one(const struct cp_volume_lines *l, const char *name,
    const struct cp_volume_line *line, int have, struct cp_err *err)
{
	const struct cp_volume_line *want = NULL;
	size_t i;

	for (i = 1; i < l->n && want == NULL; i++)
		if (strcmp(l->v[i].name, name) == 0)
			want = &l->v[i];
	if (!have && want == NULL)
		return cp_fail(err, CP_NOT_FOUND, "no such package in it");
	if (!have)
		return cp_fail(err, CP_CORRUPT, "the package is missing");
	if (want == NULL || want->size != line->size ||
	    memcmp(want->sha256, line->sha256, 32) != 0)
		return cp_fail(err, CP_CORRUPT, "the package is damaged");
	return CP_OK;
}

static void
cut_back(struct cp_buf *out, size_t before)
{
	if (out->len > before) {
		out->len = before;
		out->data[before] = '\0';
	}
}

/* From the first byte to the last: slow, and names what is wrong. */
static enum cp_rc
read_through(int fd, const char *where, const char *volume_id,
    const char *name, struct cp_buf *out, struct cp_err *err)
{
	struct cp_volume_lines listed = { .n = 0 };
	struct cp_volume_scan *s = NULL;
	struct cp_volume_line line;
	size_t before = out->len;
	int have = 0;
	enum cp_rc rc = cp_volume_scan_open(fd, where, 0, &s, err);

	if (rc == CP_OK)
		rc = check_id(s, volume_id, err);
	if (rc == CP_OK)
		rc = find_one(s, name, out, &line, &have, err);
	if (rc == CP_OK)
		rc = cp_volume_scan_list(s, &listed, err);
	if (rc == CP_OK) {
		rc = compare_one(&listed, name, &line, have, err);
		if (rc != CP_OK)
			cp_err_context(err, "package %.*s in %s",
			    (int)(strlen(name) - strlen(CP_VOLUME_SUFFIX)),
			    name, where);
	}
	if (rc != CP_OK)
		cut_back(out, before);
	cp_volume_scan_free(s);
	cp_volume_lines_clear(&listed);
	return rc;
}

/* At its place: MANIFEST and the package are all that is read. */
static enum cp_rc
read_at(int fd, const char *where, const char *volume_id, const char *name,
    struct cp_buf *out, struct cp_err *err)
{
	struct cp_volume_map map = { .at = NULL };
	size_t i = 1;
	enum cp_rc rc = cp_volume_map(fd, where, volume_id, &map, err);

	while (rc == CP_OK && i < map.lines.n &&
	    strcmp(map.lines.v[i].name, name) != 0)
		i++;
	if (rc == CP_OK)
		rc = i < map.lines.n ? cp_volume_map_read(fd, where, &map, i,
		    out, err) : cp_fail(err, CP_NOT_FOUND, "no such package "
		    "in it");
	cp_volume_map_clear(&map);
	return rc;
}

enum cp_rc
cp_volume_read(const char *dir, const char *volume_id,
    const char *package_id, struct cp_buf *out, struct cp_err *err)
{
	char where[PATH_MAX], name[sizeof(((struct cp_volume_line *)0)->name)];
	struct cp_err why = { 0 };
	int fd = -1;
	enum cp_rc rc;

	if (!cp_volume_id_valid(package_id))
		return cp_fail(err, CP_BAD_INPUT, "bad package id");
	(void)snprintf(name, sizeof(name), "%s" CP_VOLUME_SUFFIX, package_id);
	rc = cp_volume_open_read(dir, volume_id, &fd, where, err);
	if (rc == CP_OK && read_at(fd, where, volume_id, name, out, &why) !=
	    CP_OK)
		rc = read_through(fd, where, volume_id, name, out, err);
	if (fd >= 0)
		(void)close(fd);
	return rc;
}
