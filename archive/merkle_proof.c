#include "archive/merkle_proof.h"

#include <inttypes.h>
#include <string.h>

#include "archive/crypto.h"
#include "archive/merkle_fold.h"

enum { PROOF_MAX = 65 };

/* The tile last read of each level: a proof goes back to few others. */
struct reader {
	const struct cp_tile_store *store;
	struct cp_buf tiles[CP_TILE_LEVELS];
	uint64_t index[CP_TILE_LEVELS];
	int have[CP_TILE_LEVELS];
};

static void
reader_init(struct reader *r, const struct cp_tile_store *store)
{
	memset(r, 0, sizeof(*r));
	r->store = store;
}

static void
reader_clear(struct reader *r)
{
	size_t i;

	for (i = 0; i < CP_TILE_LEVELS; i++)
		cp_buf_clear(&r->tiles[i]);
}

/* Points *OUT at N stored hashes of LEVEL from number FIRST; they lie in one
 * tile. */
static enum cp_rc
reader_hashes(struct reader *r, unsigned level, uint64_t first, size_t n,
    const uint8_t **out, struct cp_err *err)
{
	struct cp_buf *tile = &r->tiles[level];
	uint64_t index = first / CP_TILE_WIDTH;
	size_t at = (size_t)(first % CP_TILE_WIDTH);
	enum cp_rc rc;

	if (!r->have[level] || r->index[level] != index) {
		r->have[level] = 0;
		cp_buf_reset(tile);
		rc = r->store->get(r->store->ctx, level, index, tile, err);
		if (rc == CP_OK)
			rc = cp_buf_check(tile, err);
		if (rc != CP_OK)
			return rc;
		r->have[level] = 1;
		r->index[level] = index;
	}
	if (tile->len < (at + n) * CP_HASH_SIZE)
		return cp_fail(err, CP_CORRUPT, "tile %u/%" PRIu64 " has %zu "
		    "hashes where %zu are needed", level, index,
		    tile->len / CP_HASH_SIZE, at + n);
	*out = tile->data + at * CP_HASH_SIZE;
	return CP_OK;
}

/* The root over leaves LO to HI - 1; LO is a multiple of a power of two not
 * below HI - LO, so the range is a row of complete subtrees. */
static enum cp_rc
range_root(struct reader *r, uint64_t lo, uint64_t hi,
    uint8_t out[CP_HASH_SIZE], struct cp_err *err)
{
	uint64_t n = hi - lo;
	uint8_t sub[CP_HASH_SIZE];
	const uint8_t *hashes = NULL;
	int started = 0;
	unsigned height;
	enum cp_rc rc;

	for (height = 0; height < 64 && n >> height != 0; height++) {
		uint64_t above = height == 63 ? 0 : n >> (height + 1);
		uint64_t index = (lo >> height) + 2 * above;
		size_t width = (size_t)1 << (height % 8);

		if ((n >> height & 1) == 0)
			continue;
		rc = reader_hashes(r, height / 8, index * width, width,
		    &hashes, err);
		if (rc != CP_OK)
			return rc;
		cp_merkle_subtree(hashes, width, sub);
		if (started)
			cp_merkle_node_hash(sub, out, out);
		else
			memcpy(out, sub, CP_HASH_SIZE);
		started = 1;
	}
	if (!started)
		cp_sha256("", 0, out);
	return CP_OK;
}

enum cp_rc
cp_merkle_root_at(const struct cp_tile_store *store, uint64_t size,
    uint8_t out[CP_HASH_SIZE], struct cp_err *err)
{
	uint8_t root[CP_HASH_SIZE];
	struct reader r;
	enum cp_rc rc;

	reader_init(&r, store);
	rc = range_root(&r, 0, size, root, err);
	reader_clear(&r);
	if (rc == CP_OK)
		memcpy(out, root, sizeof(root));
	return rc;
}

/* The largest power of two below N, which is at least 2. */
static uint64_t
split(uint64_t n)
{
	return (uint64_t)1 << (63 - __builtin_clzll(n - 1));
}

static void
put_reversed(struct cp_buf *out, uint8_t (*hashes)[CP_HASH_SIZE], size_t n)
{
	while (n > 0)
		cp_buf_put(out, hashes[--n], CP_HASH_SIZE);
}

enum cp_rc
cp_merkle_prove_inclusion(const struct cp_tile_store *store, uint64_t index,
    uint64_t size, struct cp_buf *out, struct cp_err *err)
{
	uint8_t path[PROOF_MAX][CP_HASH_SIZE];
	uint64_t lo = 0, hi = size, k;
	struct reader r;
	enum cp_rc rc = CP_OK;
	size_t n = 0;

	if (index >= size)
		return cp_fail(err, CP_NOT_FOUND, "no leaf %" PRIu64
		    " in a tree of %" PRIu64, index, size);
	reader_init(&r, store);
	while (rc == CP_OK && hi - lo > 1) {
		k = split(hi - lo);
		if (index < lo + k) {
			rc = range_root(&r, lo + k, hi, path[n++], err);
			hi = lo + k;
		} else {
			rc = range_root(&r, lo, lo + k, path[n++], err);
			lo += k;
		}
	}
	reader_clear(&r);
	if (rc != CP_OK)
		return rc;
	put_reversed(out, path, n);
	return cp_buf_check(out, err);
}

enum cp_rc
cp_merkle_prove_consistency(const struct cp_tile_store *store, uint64_t old,
    uint64_t size, struct cp_buf *out, struct cp_err *err)
{
	uint8_t path[PROOF_MAX][CP_HASH_SIZE];
	uint64_t lo = 0, hi = size, k;
	struct reader r;
	enum cp_rc rc = CP_OK;
	size_t n = 0;

	if (old > size)
		return cp_fail(err, CP_NOT_FOUND, "a tree of %" PRIu64 " does "
		    "not begin with %" PRIu64 " leaves", size, old);
	if (old == 0 || old == size)
		return CP_OK;
	reader_init(&r, store);
	while (rc == CP_OK && hi != old) {
		k = split(hi - lo);
		if (old <= lo + k) {
			rc = range_root(&r, lo + k, hi, path[n++], err);
			hi = lo + k;
		} else {
			rc = range_root(&r, lo, lo + k, path[n++], err);
			lo += k;
		}
	}
	/* The verifier has the old root itself where it is one subtree. */
	if (rc == CP_OK && lo != 0)
		rc = range_root(&r, lo, hi, path[n++], err);
	reader_clear(&r);
	if (rc != CP_OK)
		return rc;
	put_reversed(out, path, n);
	return cp_buf_check(out, err);
}

static int
same(const uint8_t a[CP_HASH_SIZE], const uint8_t b[CP_HASH_SIZE])
{
	return memcmp(a, b, CP_HASH_SIZE) == 0;
}

enum cp_rc
cp_merkle_verify_inclusion(const uint8_t leaf[CP_HASH_SIZE], uint64_t index,
    uint64_t size, const uint8_t *proof, size_t n,
    const uint8_t root[CP_HASH_SIZE], struct cp_err *err)
{
	uint64_t fn = index, sn = size - 1;
	uint8_t acc[CP_HASH_SIZE];
	size_t i;

	if (index >= size)
		return cp_fail(err, CP_CORRUPT, "the leaf's number is not "
		    "below the tree's size");
	memcpy(acc, leaf, sizeof(acc));
	for (i = 0; i < n; i++) {
		const uint8_t *p = proof + i * CP_HASH_SIZE;

		if (sn == 0)
			return cp_fail(err, CP_CORRUPT, "the inclusion proof "
			    "is too long");
		if ((fn & 1) != 0 || fn == sn) {
			cp_merkle_node_hash(p, acc, acc);
			for (; (fn & 1) == 0 && fn != 0; fn >>= 1)
				sn >>= 1;
		} else
			cp_merkle_node_hash(acc, p, acc);
		fn >>= 1;
		sn >>= 1;
	}
	if (sn != 0)
		return cp_fail(err, CP_CORRUPT, "the inclusion proof is too "
		    "short");
	if (!same(acc, root))
		return cp_fail(err, CP_CORRUPT, "the inclusion proof leads to "
		    "another root");
	return CP_OK;
}

/* Both roots that a proof leads to.  FN and SN are the last leaves' numbers,
 * shifted past the subtree that SEED is the root of. */
static enum cp_rc
walk_consistency(uint64_t fn, uint64_t sn, const uint8_t *proof, size_t n,
    uint8_t fr[CP_HASH_SIZE], uint8_t sr[CP_HASH_SIZE], struct cp_err *err)
{
	size_t i;

	for (i = 0; i < n; i++) {
		const uint8_t *p = proof + i * CP_HASH_SIZE;

		if (sn == 0)
			return cp_fail(err, CP_CORRUPT, "the consistency "
			    "proof is too long");
		if ((fn & 1) != 0 || fn == sn) {
			cp_merkle_node_hash(p, fr, fr);
			cp_merkle_node_hash(p, sr, sr);
			for (; (fn & 1) == 0 && fn != 0; fn >>= 1)
				sn >>= 1;
		} else
			cp_merkle_node_hash(sr, p, sr);
		fn >>= 1;
		sn >>= 1;
	}
	if (sn != 0)
		return cp_fail(err, CP_CORRUPT, "the consistency proof is too "
		    "short");
	return CP_OK;
}

/* A proof from nothing, or to the same tree: it is empty. */
static enum cp_rc
verify_trivial(uint64_t old, const uint8_t old_root[CP_HASH_SIZE],
    const uint8_t root[CP_HASH_SIZE], size_t n, struct cp_err *err)
{
	uint8_t none[CP_HASH_SIZE];

	cp_sha256("", 0, none);
	if (n != 0)
		return cp_fail(err, CP_CORRUPT, "the consistency proof is too "
		    "long");
	if (!same(old_root, old == 0 ? none : root))
		return cp_fail(err, CP_CORRUPT, "the earlier root is another");
	return CP_OK;
}

enum cp_rc
cp_merkle_verify_consistency(uint64_t old, uint64_t size,
    const uint8_t old_root[CP_HASH_SIZE], const uint8_t root[CP_HASH_SIZE],
    const uint8_t *proof, size_t n, struct cp_err *err)
{
	uint8_t fr[CP_HASH_SIZE], sr[CP_HASH_SIZE];
	uint64_t fn = old - 1, sn = size - 1;
	enum cp_rc rc;

	if (old > size)
		return cp_fail(err, CP_CORRUPT, "the later tree is "
		    "smaller");
	if (old == 0 || old == size)
		return verify_trivial(old, old_root, root, n, err);
	for (; (fn & 1) != 0; fn >>= 1)
		sn >>= 1;
	memcpy(fr, old_root, sizeof(fr));
	if ((old & (old - 1)) != 0) {
		if (n == 0)
			return cp_fail(err, CP_CORRUPT, "the consistency proof "
			    "is too short");
		memcpy(fr, proof, sizeof(fr));
		proof += CP_HASH_SIZE;
		n--;
	}
	memcpy(sr, fr, sizeof(sr));
	rc = walk_consistency(fn, sn, proof, n, fr, sr, err);
	if (rc != CP_OK)
		return rc;
	if (!same(fr, old_root) || !same(sr, root))
		return cp_fail(err, CP_CORRUPT, "the consistency proof leads "
		    "to other roots");
	return CP_OK;
}
