#include "archive/volume_salvage.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/crypto.h"
#include "archive/file.h"
#include "archive/volume_at.h"

enum { SCAN = 64 * CP_TAR_BLOCK };

/* Where a payload may lie. */
struct piece {
	char name[sizeof(((struct cp_volume_line *)0)->name)];
	size_t source;
	off_t at;
	uint64_t size;
};

struct source {
	int fd; /* or -1 */
	off_t size;
	char where[PATH_MAX];
};

struct work {
	struct cp_salvage *in;
	struct source *sources;
	struct piece *pieces;          /* by name, once sorted */
	size_t n_pieces, cap_pieces;
	struct cp_volume_line *proofs; /* lines of any MANIFEST */
	size_t n_proofs, cap_proofs;
	struct piece **chosen;         /* for each wanted; NULL: lost */
	uint8_t (*sums)[32];           /* of what was chosen */
	struct cp_buf data;
};

static enum cp_rc
grow(void **v, size_t n, size_t *cap, size_t size, struct cp_err *err)
{
	size_t more = *cap == 0 ? 256 : 2 * *cap;
	void *bigger;

	if (n < *cap)
		return CP_OK;
	bigger = reallocarray(*v, more, size);
	if (bigger == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	*v = bigger;
	*cap = more;
	return CP_OK;
}

static enum cp_rc
add_piece(struct work *x, size_t source, const char *name, off_t at,
    uint64_t size, struct cp_err *err)
{
	void *pieces = x->pieces;
	struct piece *p;
	enum cp_rc rc;

	if (at + (off_t)size > x->sources[source].size)
		return CP_OK;
	rc = grow(&pieces, x->n_pieces, &x->cap_pieces, sizeof(*p), err);
	x->pieces = pieces;
	if (rc != CP_OK)
		return rc;
	p = &x->pieces[x->n_pieces++];
	(void)snprintf(p->name, sizeof(p->name), "%s", name);
	p->source = source;
	p->at = at;
	p->size = size;
	return CP_OK;
}

/* ---- looking ----------------------------------------------------------- */

static enum cp_rc
add_proof(struct work *x, const struct cp_volume_line *line,
    struct cp_err *err)
{
	void *proofs = x->proofs;
	enum cp_rc rc = grow(&proofs, x->n_proofs, &x->cap_proofs,
	    sizeof(*line), err);

	x->proofs = proofs;
	if (rc == CP_OK)
		x->proofs[x->n_proofs++] = *line;
	return rc;
}

/* The lines of a MANIFEST whose text begins at AT, as far as they go: a
 * damaged one is stepped over. */
static enum cp_rc
take_lines(struct work *x, size_t source, off_t at, struct cp_err *err)
{
	struct source *s = &x->sources[source];
	struct cp_volume_line line;
	struct cp_err why = { 0 };
	const char *p, *next;
	size_t len = s->size - at < CP_VOLUME_LIST_MAX ?
	    (size_t)(s->size - at) : CP_VOLUME_LIST_MAX;
	char *text = calloc(1, len + 1);
	enum cp_rc rc = CP_OK;

	if (text == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	for (size_t i = 0, n; i < len; i += n) {
		n = len - i < CP_TAR_BLOCK ? len - i : CP_TAR_BLOCK;
		if (cp_fd_pread(s->fd, text + i, n, at + (off_t)i, s->where,
		    &why) != CP_OK)
			memset(text + i, '\n', n);
	}
	for (size_t i = 0; i < len; i++)
		if (text[i] == '\0')
			text[i] = '\n';
	for (p = text; rc == CP_OK && p != NULL && *p != '\0';) {
		next = cp_volume_line_take(p, &line);
		if (next != NULL) {
			rc = add_proof(x, &line, err);
		} else {
			next = strchr(p, '\n');
			next = next != NULL ? next + 1 : NULL;
		}
		p = next;
	}
	free(text);
	return rc;
}

/* One block that may begin a member, or a MANIFEST's text. */
static enum cp_rc
look_at_block(struct work *x, size_t source, const uint8_t *block, off_t at,
    struct cp_err *err)
{
	static const char start[] = "# cpadmin volume/1 ";
	char name[101], id[CP_VOLUME_ID + 1];
	uint64_t size;

	if (memcmp(block, start, sizeof(start) - 1) == 0)
		return take_lines(x, source, at, err);
	if (!cp_tar_header(block, name, sizeof(name), &size))
		return CP_OK;
	if (strcmp(name, CP_VOLUME_LIST) == 0)
		return take_lines(x, source, at + CP_TAR_BLOCK, err);
	if (!cp_volume_package_of(name, id))
		return CP_OK;
	return add_piece(x, source, name, at + CP_TAR_BLOCK, size, err);
}

/* Every block of the file; those that the disk does not give are empty. */
static enum cp_rc
scan_source(struct work *x, size_t source, struct cp_err *err)
{
	struct source *s = &x->sources[source];
	struct cp_err why = { 0 };
	static const uint8_t none[CP_TAR_BLOCK];
	uint8_t *block = malloc(SCAN);
	enum cp_rc rc = CP_OK;
	size_t n;

	if (block == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	for (off_t at = 0; rc == CP_OK && at + CP_TAR_BLOCK <= s->size;
	    at += SCAN) {
		n = s->size - at < SCAN ? (size_t)(s->size - at) : SCAN;
		n -= n % CP_TAR_BLOCK;
		if (cp_fd_pread(s->fd, block, n, at, s->where, &why) != CP_OK)
			for (size_t i = 0; i < n; i += CP_TAR_BLOCK)
				if (cp_fd_pread(s->fd, block + i, CP_TAR_BLOCK,
				    at + (off_t)i, s->where, &why) != CP_OK)
					memcpy(block + i, none, sizeof(none));
		for (size_t i = 0; rc == CP_OK && i < n; i += CP_TAR_BLOCK)
			rc = look_at_block(x, source, block + i,
			    at + (off_t)i, err);
	}
	free(block);
	return rc;
}

/* What a whole MANIFEST says of its own file goes for every other file of that
 * volume too. */
static enum cp_rc
use_map(struct work *x, size_t source, struct cp_err *err)
{
	const struct cp_salvage_source *in = x->in->sources;
	struct cp_volume_map map = { .at = NULL };
	struct cp_err why = { 0 };
	enum cp_rc rc = CP_OK;

	if (cp_volume_map(x->sources[source].fd, x->sources[source].where,
	    in[source].id, &map, &why) == CP_OK)
		for (size_t s = 0; s < x->in->n_sources; s++)
			for (size_t i = 1; rc == CP_OK && i < map.lines.n &&
			    x->sources[s].fd >= 0 && s != source &&
			    strcmp(in[s].id, in[source].id) == 0; i++)
				rc = add_piece(x, s, map.lines.v[i].name,
				    map.at[i], map.lines.v[i].size, err);
	cp_volume_map_clear(&map);
	return rc;
}

static enum cp_rc
look(struct work *x, struct cp_err *err)
{
	struct cp_err why = { 0 };
	struct stat st;
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; i < x->in->n_sources; i++) {
		struct source *s = &x->sources[i];

		s->fd = -1;
		if (cp_volume_open_read(x->in->sources[i].dir,
		    x->in->sources[i].id, &s->fd, s->where, &why) != CP_OK ||
		    fstat(s->fd, &st) != 0 || !S_ISREG(st.st_mode)) {
			if (s->fd >= 0)
				(void)close(s->fd);
			s->fd = -1;
			continue;
		}
		s->size = st.st_size;
	}
	for (size_t i = 0; rc == CP_OK && i < x->in->n_sources; i++) {
		if (x->sources[i].fd < 0)
			continue;
		rc = scan_source(x, i, err);
		if (rc == CP_OK)
			rc = use_map(x, i, err);
	}
	return rc;
}

/* ---- choosing ---------------------------------------------------------- */

static int
by_name(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;
	int c = strcmp(x->name, y->name);

	return c != 0 ? c : (x->source > y->source) - (x->source < y->source);
}

static int
by_line(const void *a, const void *b)
{
	return strcmp(((const struct cp_volume_line *)a)->name,
	    ((const struct cp_volume_line *)b)->name);
}

/* The first of equal names in a sorted array, whose items begin with them. */
static size_t
first_of(const void *array, size_t n, size_t size, const char *name)
{
	size_t low = 0, high = n, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (strcmp((const char *)array + mid * size, name) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* The sum of a piece as it is now; 0 when the disk does not give it. */
static int
sum_piece(struct work *x, const struct piece *p, uint8_t sum[32])
{
	struct cp_err why = { 0 };
	uint8_t *data;

	cp_buf_reset(&x->data);
	data = cp_buf_grow(&x->data, (size_t)p->size);
	if (data == NULL || cp_fd_pread(x->sources[p->source].fd, data,
	    (size_t)p->size, p->at, x->sources[p->source].where, &why) !=
	    CP_OK)
		return 0;
	cp_sha256(data, (size_t)p->size, sum);
	return 1;
}

static int
proved(const struct work *x, const char *name, uint64_t size,
    const uint8_t sum[32], int *any)
{
	size_t i = first_of(x->proofs, x->n_proofs, sizeof(*x->proofs), name);

	*any = 0;
	for (; i < x->n_proofs && strcmp(x->proofs[i].name, name) == 0; i++) {
		*any = 1;
		if (x->proofs[i].size == size &&
		    memcmp(x->proofs[i].sha256, sum, 32) == 0)
			return 1;
	}
	return 0;
}

/* Whether another source has the same bytes under this name. */
static int
agreed(struct work *x, const struct piece *p, const uint8_t sum[32])
{
	uint8_t other[32];
	size_t i = first_of(x->pieces, x->n_pieces, sizeof(*x->pieces),
	    p->name);

	for (; i < x->n_pieces && strcmp(x->pieces[i].name, p->name) == 0; i++)
		if (x->pieces[i].source != p->source &&
		    x->pieces[i].size == p->size &&
		    sum_piece(x, &x->pieces[i], other) &&
		    memcmp(sum, other, 32) == 0)
			return 1;
	return 0;
}

static void
choose(struct work *x, size_t w)
{
	char name[sizeof(x->pieces->name)];
	uint8_t sum[32];
	size_t i;
	int any;

	(void)snprintf(name, sizeof(name), "%s" CP_VOLUME_SUFFIX,
	    x->in->wanted[w]);
	i = first_of(x->pieces, x->n_pieces, sizeof(*x->pieces), name);
	for (; i < x->n_pieces && strcmp(x->pieces[i].name, name) == 0; i++) {
		struct piece *p = &x->pieces[i];

		if (!sum_piece(x, p, sum))
			continue;
		if (!proved(x, name, p->size, sum, &any) &&
		    (any || !agreed(x, p, sum)))
			continue;
		x->chosen[w] = p;
		memcpy(x->sums[w], sum, sizeof(sum));
		x->in->saved++;
		return;
	}
	if (x->in->lost != NULL)
		x->in->lost(x->in->ctx, x->in->wanted[w]);
}

/* ---- writing ----------------------------------------------------------- */

static enum cp_rc
write_volume(struct work *x, const char *dir, const char *new_id,
    const char *custody, const char *date, struct cp_volume_sum *sum,
    struct cp_err *err)
{
	struct cp_volume_writer *w = NULL;
	uint8_t again[32];
	enum cp_rc rc = cp_volume_open(dir, new_id, custody, date,
	    (unsigned)x->in->saved, &w, err);

	for (size_t i = 0; rc == CP_OK && i < x->in->n_wanted; i++) {
		if (x->chosen[i] == NULL)
			continue;
		if (!sum_piece(x, x->chosen[i], again) ||
		    memcmp(again, x->sums[i], sizeof(again)) != 0)
			rc = cp_fail(err, CP_CORRUPT, "a volume changed while "
			    "it was read");
		if (rc == CP_OK)
			rc = cp_volume_add(w, x->in->wanted[i], x->data.data,
			    x->data.len, err);
	}
	if (rc == CP_OK)
		rc = cp_volume_close(&w, sum, err);
	cp_volume_abort(&w);
	return rc;
}

static void
clear(struct work *x)
{
	for (size_t i = 0; x->sources != NULL && i < x->in->n_sources; i++)
		if (x->sources[i].fd >= 0)
			(void)close(x->sources[i].fd); /* only read */
	free(x->sources);
	free(x->pieces);
	free(x->proofs);
	free(x->chosen);
	free(x->sums);
	cp_buf_clear(&x->data);
}

enum cp_rc
cp_volume_salvage(struct cp_salvage *in, const char *dir, const char *new_id,
    const char *custody, const char *date, struct cp_volume_sum *sum,
    struct cp_err *err)
{
	struct work x = { .in = in };
	enum cp_rc rc = CP_OK;

	in->saved = 0;
	cp_buf_init(&x.data);
	x.chosen = calloc(in->n_wanted + 1, sizeof(*x.chosen));
	x.sums = calloc(in->n_wanted + 1, sizeof(*x.sums));
	x.sources = calloc(in->n_sources + 1, sizeof(*x.sources));
	for (size_t i = 0; x.sources != NULL && i < in->n_sources; i++)
		x.sources[i].fd = -1;
	if (x.chosen == NULL || x.sums == NULL || x.sources == NULL)
		rc = cp_fail(err, CP_FAILED, "out of memory");
	if (rc == CP_OK)
		rc = look(&x, err);
	if (rc == CP_OK && x.n_pieces > 1)
		qsort(x.pieces, x.n_pieces, sizeof(*x.pieces), by_name);
	if (rc == CP_OK && x.n_proofs > 1)
		qsort(x.proofs, x.n_proofs, sizeof(*x.proofs), by_line);
	for (size_t i = 0; rc == CP_OK && i < in->n_wanted; i++)
		choose(&x, i);
	if (rc == CP_OK && in->saved == 0)
		rc = cp_fail(err, CP_NOT_FOUND, "none of the packages is whole "
		    "anywhere");
	if (rc == CP_OK && new_id != NULL)
		rc = write_volume(&x, dir, new_id, custody, date, sum, err);
	clear(&x);
	return rc;
}
