#ifndef CP_ARCHIVE_MERKLE_H
#define CP_ARCHIVE_MERKLE_H

#include <stddef.h>
#include <stdint.h>

#include "archive/buf.h"
#include "archive/err.h"

/*
 * The Merkle tree of RFC 6962, section 2.1, kept as the hash tiles of C2SP
 * tlog-tiles: tile (L, N) holds the roots of the complete subtrees of height
 * 8 L numbered 256 N and up, at most 256 of them, 32 bytes each.  Only tiles
 * at the right edge are partial.  Where tiles are kept is the caller's
 * affair.  Proofs and re-checking of a whole tree: archive/merkle_proof.h.
 */

enum {
	CP_HASH_SIZE = 32,
	CP_TILE_WIDTH = 256,
	CP_TILE_LEVELS = 8,     /* 2^64 leaves */
	CP_TILE_PATH_MAX = 64   /* a tile's path and its NUL */
};

/* Where tiles live.  GET puts the 32 * width bytes of a tile in OUT (which it
 * is given empty) and leaves it empty when there is no such tile.  PUT keeps
 * a tile, replacing a narrower one of the same place; WIDTH is 1 to 256. */
struct cp_tile_store {
	void *ctx;
	enum cp_rc (*get)(void *ctx, unsigned level, uint64_t index,
	    struct cp_buf *out, struct cp_err *err);
	enum cp_rc (*put)(void *ctx, unsigned level, uint64_t index,
	    const uint8_t *hashes, size_t width, struct cp_err *err);
};

/* A tree open for appending.  One thread at a time. */
struct cp_merkle;

/* SHA-256(0x00 | LINE): the hash of a leaf. */
void cp_merkle_leaf_hash(const void *line, size_t len,
    uint8_t out[CP_HASH_SIZE]);
/* SHA-256(0x01 | LEFT | RIGHT); OUT may be LEFT or RIGHT. */
void cp_merkle_node_hash(const uint8_t left[CP_HASH_SIZE],
    const uint8_t right[CP_HASH_SIZE], uint8_t out[CP_HASH_SIZE]);

/* The path of a tile of WIDTH hashes, relative to a log's root: level 0,
 * index 1067 is "tile/0/x001/067"; ".p/W" follows when WIDTH < 256. */
void cp_merkle_tile_path(unsigned level, uint64_t index, size_t width,
    char out[CP_TILE_PATH_MAX]);

/*
 * Opens the tree of SIZE leaves, reading its right-edge tiles only (one for
 * each factor of 256 in SIZE).  STORE is borrowed until cp_merkle_free.
 * CP_CORRUPT when such a tile is absent or of another width than SIZE says.
 */
enum cp_rc cp_merkle_open(const struct cp_tile_store *store, uint64_t size,
    struct cp_merkle **out, struct cp_err *err) CP_MUST_CHECK;
void cp_merkle_free(struct cp_merkle *m);

/*
 * Adds a leaf by its hash, in memory; a tile that becomes full is put at
 * once and hands one hash to the level above.  After an error (or when the
 * store's transaction was rolled back) the tree in memory is worthless:
 * free it and open it again.
 */
enum cp_rc cp_merkle_append(struct cp_merkle *m,
    const uint8_t leaf[CP_HASH_SIZE], struct cp_err *err) CP_MUST_CHECK;
/* Puts the partial tiles that changed since the last flush: one for each
 * level touched.  To be called before the store's transaction commits. */
enum cp_rc cp_merkle_flush(struct cp_merkle *m, struct cp_err *err)
    CP_MUST_CHECK;

/* The root hash; that of the empty tree is SHA-256 of nothing. */
void cp_merkle_root(const struct cp_merkle *m, uint8_t out[CP_HASH_SIZE]);
/* The number of leaves. */
uint64_t cp_merkle_size(const struct cp_merkle *m);

#endif
