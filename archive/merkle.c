#include "archive/merkle.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/crypto.h"
#include "archive/merkle_fold.h"

/* The partial tile at the right edge of one level. */
struct edge {
	uint8_t hashes[CP_TILE_WIDTH * CP_HASH_SIZE];
	size_t width; /* less than CP_TILE_WIDTH between calls */
	int dirty;    /* not put since it changed */
};

struct cp_merkle {
	const struct cp_tile_store *store;
	uint64_t size;
	struct edge *edges[CP_TILE_LEVELS]; /* NULL until reached */
};

void
cp_merkle_leaf_hash(const void *line, size_t len, uint8_t out[CP_HASH_SIZE])
{
	static const uint8_t prefix = 0x00;

	cp_sha256_two(&prefix, 1, line, len, out);
}

void
cp_merkle_node_hash(const uint8_t left[CP_HASH_SIZE],
    const uint8_t right[CP_HASH_SIZE], uint8_t out[CP_HASH_SIZE])
{
	uint8_t node[1 + 2 * CP_HASH_SIZE];

	node[0] = 0x01;
	memcpy(node + 1, left, CP_HASH_SIZE);
	memcpy(node + 1 + CP_HASH_SIZE, right, CP_HASH_SIZE);
	cp_sha256(node, sizeof(node), out);
}

void
cp_merkle_subtree(const uint8_t *hashes, size_t n, uint8_t out[CP_HASH_SIZE])
{
	uint8_t work[CP_TILE_WIDTH / 2 * CP_HASH_SIZE];
	const uint8_t *from = hashes;
	size_t i;

	if (n == 1) {
		memcpy(out, hashes, CP_HASH_SIZE);
		return;
	}
	for (; n > 1; n /= 2) {
		for (i = 0; i < n / 2; i++)
			cp_merkle_node_hash(from + 2 * i * CP_HASH_SIZE,
			    from + (2 * i + 1) * CP_HASH_SIZE,
			    work + i * CP_HASH_SIZE);
		from = work;
	}
	memcpy(out, work, CP_HASH_SIZE);
}

void
cp_merkle_fold_edge(const uint8_t *hashes, size_t width,
    uint8_t acc[CP_HASH_SIZE], int *started)
{
	uint8_t sub[CP_HASH_SIZE];
	size_t bit;

	for (bit = 1; bit <= width; bit *= 2) {
		if ((width & bit) == 0)
			continue;
		cp_merkle_subtree(hashes +
		    (width & ~(2 * bit - 1)) * CP_HASH_SIZE, bit, sub);
		if (*started)
			cp_merkle_node_hash(sub, acc, acc);
		else
			memcpy(acc, sub, CP_HASH_SIZE);
		*started = 1;
	}
}

void
cp_merkle_tile_path(unsigned level, uint64_t index, size_t width,
    char out[CP_TILE_PATH_MAX])
{
	char groups[40];
	char *at = groups + sizeof(groups) - 4;

	(void)snprintf(at, 4, "%03u", (unsigned)(index % 1000));
	for (index /= 1000; index > 0; index /= 1000) {
		char group[6];

		(void)snprintf(group, sizeof(group), "x%03u/",
		    (unsigned)(index % 1000));
		at -= 5;
		memcpy(at, group, 5);
	}
	if (width < CP_TILE_WIDTH)
		(void)snprintf(out, CP_TILE_PATH_MAX, "tile/%u/%s.p/%zu",
		    level, at, width);
	else
		(void)snprintf(out, CP_TILE_PATH_MAX, "tile/%u/%s", level, at);
}

/* The edge of LEVEL, made if this is the first hash there. */
static enum cp_rc
edge_at(struct cp_merkle *m, unsigned level, struct edge **out,
    struct cp_err *err)
{
	if (level >= CP_TILE_LEVELS)
		return cp_fail(err, CP_FAILED, "the tree is full");
	if (m->edges[level] == NULL) {
		m->edges[level] = calloc(1, sizeof(struct edge));
		if (m->edges[level] == NULL)
			return cp_fail(err, CP_FAILED, "out of memory");
	}
	*out = m->edges[level];
	return CP_OK;
}

static enum cp_rc
load_edge(struct cp_merkle *m, unsigned level, uint64_t index, size_t width,
    struct cp_err *err)
{
	struct cp_buf tile;
	struct edge *e;
	enum cp_rc rc;

	cp_buf_init(&tile);
	rc = edge_at(m, level, &e, err);
	if (rc != CP_OK)
		goto out;
	rc = m->store->get(m->store->ctx, level, index, &tile, err);
	if (rc == CP_OK)
		rc = cp_buf_check(&tile, err);
	if (rc != CP_OK)
		goto out;
	if (tile.len != width * CP_HASH_SIZE) {
		rc = cp_fail(err, CP_CORRUPT, "tile %u/%" PRIu64 " at the "
		    "tree's edge has %zu bytes, not %zu", level, index,
		    tile.len, width * CP_HASH_SIZE);
		goto out;
	}
	memcpy(e->hashes, tile.data, tile.len);
	e->width = width;
out:
	cp_buf_clear(&tile);
	return rc;
}

enum cp_rc
cp_merkle_open(const struct cp_tile_store *store, uint64_t size,
    struct cp_merkle **out, struct cp_err *err)
{
	struct cp_merkle *m = calloc(1, sizeof(*m));
	uint64_t rest = size;
	enum cp_rc rc = CP_OK;
	unsigned level;

	if (m == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	m->store = store;
	m->size = size;
	for (level = 0; rc == CP_OK && rest > 0; level++) {
		if (rest % CP_TILE_WIDTH != 0)
			rc = load_edge(m, level, rest / CP_TILE_WIDTH,
			    (size_t)(rest % CP_TILE_WIDTH), err);
		rest /= CP_TILE_WIDTH;
	}
	if (rc != CP_OK) {
		cp_merkle_free(m);
		return rc;
	}
	*out = m;
	return CP_OK;
}

void
cp_merkle_free(struct cp_merkle *m)
{
	size_t i;

	if (m == NULL)
		return;
	for (i = 0; i < CP_TILE_LEVELS; i++)
		free(m->edges[i]);
	free(m);
}

enum cp_rc
cp_merkle_append(struct cp_merkle *m, const uint8_t leaf[CP_HASH_SIZE],
    struct cp_err *err)
{
	uint8_t hash[CP_HASH_SIZE];
	uint64_t index = m->size;
	struct edge *e;
	unsigned level;
	enum cp_rc rc;

	memcpy(hash, leaf, sizeof(hash));
	for (level = 0;; level++) {
		rc = edge_at(m, level, &e, err);
		if (rc != CP_OK)
			return rc;
		memcpy(e->hashes + e->width * CP_HASH_SIZE, hash,
		    CP_HASH_SIZE);
		e->width++;
		e->dirty = 1;
		index /= CP_TILE_WIDTH;
		if (e->width < CP_TILE_WIDTH)
			break;
		rc = m->store->put(m->store->ctx, level, index, e->hashes,
		    CP_TILE_WIDTH, err);
		if (rc != CP_OK)
			return rc;
		cp_merkle_subtree(e->hashes, CP_TILE_WIDTH, hash);
		e->width = 0;
		e->dirty = 0;
	}
	m->size++;
	return CP_OK;
}

enum cp_rc
cp_merkle_flush(struct cp_merkle *m, struct cp_err *err)
{
	uint64_t index = m->size;
	unsigned level;
	enum cp_rc rc;

	for (level = 0; level < CP_TILE_LEVELS; level++) {
		struct edge *e = m->edges[level];

		index /= CP_TILE_WIDTH;
		if (e == NULL || !e->dirty)
			continue;
		rc = m->store->put(m->store->ctx, level, index, e->hashes,
		    e->width, err);
		if (rc != CP_OK)
			return rc;
		e->dirty = 0;
	}
	return CP_OK;
}

void
cp_merkle_root(const struct cp_merkle *m, uint8_t out[CP_HASH_SIZE])
{
	int started = 0;
	size_t level;

	for (level = 0; level < CP_TILE_LEVELS; level++)
		if (m->edges[level] != NULL)
			cp_merkle_fold_edge(m->edges[level]->hashes,
			    m->edges[level]->width, out, &started);
	if (!started)
		cp_sha256("", 0, out);
}

uint64_t
cp_merkle_size(const struct cp_merkle *m)
{
	return m->size;
}
