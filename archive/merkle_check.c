#include <stdlib.h>
#include <string.h>

#include "archive/crypto.h"
#include "archive/merkle_fold.h"
#include "archive/merkle_proof.h"

/* One level's tile being built anew; INDEX is its number. */
struct row {
	uint8_t hashes[CP_TILE_WIDTH * CP_HASH_SIZE];
	size_t width;
	uint64_t index;
};

struct cp_merkle_check {
	const struct cp_tile_store *store;
	struct cp_buf tile;
	struct cp_merkle_found found;
	struct row rows[CP_TILE_LEVELS];
};

enum cp_rc
cp_merkle_check_new(const struct cp_tile_store *store,
    struct cp_merkle_check **out, struct cp_err *err)
{
	struct cp_merkle_check *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	c->store = store;
	*out = c;
	return CP_OK;
}

void
cp_merkle_check_free(struct cp_merkle_check *c)
{
	if (c == NULL)
		return;
	cp_buf_clear(&c->tile);
	free(c);
}

/* The number of leading hashes in which A and B agree. */
static size_t
agreeing(const uint8_t *a, const uint8_t *b, size_t hashes)
{
	size_t i;

	if (hashes == 0 || memcmp(a, b, hashes * CP_HASH_SIZE) == 0)
		return hashes;
	for (i = 0; i < hashes; i++)
		if (memcmp(a + i * CP_HASH_SIZE, b + i * CP_HASH_SIZE,
		    CP_HASH_SIZE) != 0)
			break;
	return i;
}

static void
remember(struct cp_merkle_check *c, unsigned level, uint64_t hash, int absent)
{
	struct cp_merkle_found *f = &c->found;

	f->differs = 1;
	f->level = level;
	f->absent = absent;
	f->place = hash << (8 * level);
	if (f->place > f->size)
		f->place = f->size;
}

/* Compares a level's tile with the stored one, which must be as wide. */
static enum cp_rc
compare(struct cp_merkle_check *c, unsigned level, struct cp_err *err)
{
	const struct row *row = &c->rows[level];
	size_t width, good;
	enum cp_rc rc;

	if (c->found.differs)
		return CP_OK;
	cp_buf_reset(&c->tile);
	rc = c->store->get(c->store->ctx, level, row->index, &c->tile, err);
	if (rc == CP_OK)
		rc = cp_buf_check(&c->tile, err);
	if (rc != CP_OK)
		return rc;
	width = c->tile.len / CP_HASH_SIZE;
	good = agreeing(row->hashes, c->tile.data,
	    width < row->width ? width : row->width);
	if (good < row->width || c->tile.len != row->width * CP_HASH_SIZE)
		remember(c, level, row->index * CP_TILE_WIDTH + good,
		    good == width && width < row->width);
	return CP_OK;
}

enum cp_rc
cp_merkle_check_leaf(struct cp_merkle_check *c,
    const uint8_t leaf[CP_HASH_SIZE], struct cp_err *err)
{
	uint8_t hash[CP_HASH_SIZE];
	unsigned level;
	enum cp_rc rc;

	memcpy(hash, leaf, sizeof(hash));
	c->found.size++;
	for (level = 0; level < CP_TILE_LEVELS; level++) {
		struct row *row = &c->rows[level];

		memcpy(row->hashes + row->width * CP_HASH_SIZE, hash,
		    CP_HASH_SIZE);
		row->width++;
		if (row->width < CP_TILE_WIDTH)
			return CP_OK;
		rc = compare(c, level, err);
		if (rc != CP_OK)
			return rc;
		cp_merkle_subtree(row->hashes, CP_TILE_WIDTH, hash);
		row->width = 0;
		row->index++;
	}
	return cp_fail(err, CP_FAILED, "the tree is full");
}

int
cp_merkle_check_differs(const struct cp_merkle_check *c)
{
	return c->found.differs;
}

enum cp_rc
cp_merkle_check_finish(struct cp_merkle_check *c, struct cp_merkle_found *out,
    struct cp_err *err)
{
	int started = 0;
	unsigned level;
	enum cp_rc rc;

	for (level = 0; level < CP_TILE_LEVELS; level++) {
		rc = compare(c, level, err);
		if (rc != CP_OK)
			return rc;
		cp_merkle_fold_edge(c->rows[level].hashes,
		    c->rows[level].width, c->found.root, &started);
	}
	if (!started)
		cp_sha256("", 0, c->found.root);
	*out = c->found;
	return CP_OK;
}
