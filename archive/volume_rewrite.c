#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/volume_impl.h"

/* First reading: what OLD holds and which of it is kept, in order. */
struct survey {
	struct cp_volume_lines lines; /* all packages, as checked */
	char *keep;                   /* for each */
	size_t cap;
	struct cp_volume_counts counts;
	cp_volume_keep_fn *fn;
	void *ctx;
};

static enum cp_rc
on_item(void *ctx, const struct cp_volume_item *item, struct cp_err *err)
{
	struct survey *s = ctx;
	int keep;

	if (s->lines.n == s->cap)
		return cp_fail(err, CP_CORRUPT, "more than %d packages",
		    CP_VOLUME_COUNT);
	keep = s->fn(s->ctx, item->package_id) != 0;
	s->keep[s->lines.n] = (char)keep;
	if (keep)
		s->counts.kept++;
	else
		s->counts.dropped++;
	return cp_volume_lines_add(&s->lines, item->package_id, item->sha256,
	    item->size, err);
}

/* Second reading: member I of OLD, into NEW; it must still be what it was. */
static enum cp_rc
copy_one(struct cp_volume_scan *scan, const struct cp_volume_line *line,
    const char *name, struct cp_volume_writer *w, struct cp_buf *payload,
    struct cp_err *err)
{
	char id[CP_VOLUME_ID + 1];
	uint8_t sha256[32];
	enum cp_rc rc;

	if (!cp_volume_package_of(name, id) || strcmp(id, line->name) != 0)
		return cp_fail(err, CP_CORRUPT, "a volume changed while it "
		    "was read");
	cp_buf_reset(payload);
	rc = cp_volume_scan_data(scan, payload, sha256, err);
	if (rc == CP_OK && memcmp(sha256, line->sha256, 32) != 0)
		rc = cp_fail(err, CP_CORRUPT, "a volume changed while it was "
		    "read");
	if (rc == CP_OK)
		rc = cp_volume_add(w, id, payload->data, payload->len, err);
	return rc;
}

static enum cp_rc
copy(struct cp_volume_scan *scan, const struct survey *s,
    struct cp_volume_writer *w, struct cp_err *err)
{
	const char *name = NULL;
	struct cp_buf payload;
	uint64_t size = 0;
	enum cp_rc rc = CP_OK;
	size_t i;

	cp_buf_init(&payload);
	for (i = 0; rc == CP_OK && i < s->lines.n; i++) {
		rc = cp_volume_scan_next(scan, &name, &size, err);
		if (rc == CP_OK && name == NULL)
			rc = cp_fail(err, CP_CORRUPT, "a volume changed while "
			    "it was read");
		if (rc == CP_OK && s->keep[i])
			rc = copy_one(scan, &s->lines.v[i], name, w, &payload,
			    err);
	}
	cp_buf_clear(&payload);
	return rc;
}

static enum cp_rc
write_kept(int fd, const char *where, const char *dir, const char *new_id,
    const struct survey *s, struct cp_volume_sum *sum, struct cp_err *err)
{
	struct cp_volume_scan *scan = NULL;
	struct cp_volume_writer *w = NULL;
	const struct cp_volume_head *h;
	enum cp_rc rc;

	rc = cp_volume_scan_open(fd, where, 0, &scan, err);
	if (rc == CP_OK) {
		h = cp_volume_scan_head(scan);
		rc = cp_volume_open(dir, new_id, h->custody, h->date,
		    s->counts.kept, &w, err);
	}
	if (rc == CP_OK)
		rc = copy(scan, s, w, err);
	cp_volume_scan_free(scan);
	if (rc == CP_OK)
		rc = cp_volume_close(&w, sum, err);
	cp_volume_abort(&w);
	return rc;
}

enum cp_rc
cp_volume_rewrite(const char *dir, const char *old_id, const char *new_id,
    const struct cp_volume_sum *expect, cp_volume_keep_fn *keep, void *ctx,
    struct cp_volume_counts *counts, struct cp_volume_sum *sum,
    struct cp_err *err)
{
	struct survey s = { .fn = keep, .ctx = ctx, .cap = CP_VOLUME_COUNT };
	char where[PATH_MAX];
	enum cp_rc rc;
	int fd = -1;

	s.keep = calloc(s.cap, 1);
	if (s.keep == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	rc = cp_volume_open_read(dir, old_id, &fd, where, err);
	if (rc == CP_OK)
		rc = cp_volume_check_fd(fd, where, old_id, expect, on_item,
		    &s, NULL, err);
	if (rc == CP_OK && s.counts.kept == 0)
		rc = cp_fail(err, CP_REFUSED, "volume %s: nothing in it is to "
		    "be kept", old_id);
	if (rc == CP_OK)
		rc = write_kept(fd, where, dir, new_id, &s, sum, err);
	if (rc == CP_OK)
		*counts = s.counts;
	cp_volume_lines_clear(&s.lines);
	free(s.keep);
	if (fd >= 0)
		(void)close(fd);
	return rc;
}
