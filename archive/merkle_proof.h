#ifndef CP_ARCHIVE_MERKLE_PROOF_H
#define CP_ARCHIVE_MERKLE_PROOF_H

#include "archive/merkle.h"

/*
 * Proofs over a tree kept as tiles (RFC 6962, sections 2.1.1 and 2.1.2;
 * verification as in RFC 9162, sections 2.1.3.2 and 2.1.4.2), and re-checking
 * of all its tiles.  A proof is N hashes of 32 bytes each, in the order of
 * the RFC; at most 63 for inclusion, 64 for consistency.  The functions here
 * share nothing and may run in several threads if the store's GET may.
 */

/* The root the tree had at SIZE leaves, which must have been flushed.
 * CP_CORRUPT when a tile that it needs is absent or too narrow. */
enum cp_rc cp_merkle_root_at(const struct cp_tile_store *store, uint64_t size,
    uint8_t out[CP_HASH_SIZE], struct cp_err *err) CP_MUST_CHECK;

/* Appends to OUT the proof that leaf INDEX is in the tree of SIZE leaves.
 * CP_NOT_FOUND when INDEX >= SIZE. */
enum cp_rc cp_merkle_prove_inclusion(const struct cp_tile_store *store,
    uint64_t index, uint64_t size, struct cp_buf *out, struct cp_err *err)
    CP_MUST_CHECK;
/* Whether PROOF shows LEAF (a leaf hash) to be at INDEX in the tree of SIZE
 * leaves with ROOT: CP_OK or CP_CORRUPT. */
enum cp_rc cp_merkle_verify_inclusion(const uint8_t leaf[CP_HASH_SIZE],
    uint64_t index, uint64_t size, const uint8_t *proof, size_t n,
    const uint8_t root[CP_HASH_SIZE], struct cp_err *err) CP_MUST_CHECK;

/* Appends to OUT the proof that the tree of OLD leaves is the beginning of
 * that of SIZE leaves; nothing when OLD is 0 or SIZE.  CP_NOT_FOUND when
 * OLD > SIZE. */
enum cp_rc cp_merkle_prove_consistency(const struct cp_tile_store *store,
    uint64_t old, uint64_t size, struct cp_buf *out, struct cp_err *err)
    CP_MUST_CHECK;
/* Whether PROOF shows that: CP_OK or CP_CORRUPT. */
enum cp_rc cp_merkle_verify_consistency(uint64_t old, uint64_t size,
    const uint8_t old_root[CP_HASH_SIZE], const uint8_t root[CP_HASH_SIZE],
    const uint8_t *proof, size_t n, struct cp_err *err) CP_MUST_CHECK;

/*
 * Re-checks a stored tree against its leaves, given again in order: each
 * tile is built anew and compared with the stored one.  Memory is constant.
 * A difference is no error of these functions: the first one found is
 * remembered and reported; of two in one leaf's path, the lower is found first.
 */
struct cp_merkle_check;

struct cp_merkle_found {
	uint64_t size;               /* leaves given */
	uint8_t root[CP_HASH_SIZE];  /* of the leaves given */
	int differs;                 /* the stored tiles say otherwise */
	uint64_t place;  /* first leaf index that differs; SIZE when stored
			  * tiles go on where the leaves end */
	unsigned level;  /* 0: the leaf's own hash differs or is absent; more:
			  * leaves agree, and the stored tile of this level
			  * over PLACE and its followers does not */
	int absent;      /* there is no stored hash to compare with */
};

enum cp_rc cp_merkle_check_new(const struct cp_tile_store *store,
    struct cp_merkle_check **out, struct cp_err *err) CP_MUST_CHECK;
void cp_merkle_check_free(struct cp_merkle_check *c);
/* Gives the next leaf's hash.  Errors are those of the store's GET. */
enum cp_rc cp_merkle_check_leaf(struct cp_merkle_check *c,
    const uint8_t leaf[CP_HASH_SIZE], struct cp_err *err) CP_MUST_CHECK;
/* Whether a difference has been found so far. */
int cp_merkle_check_differs(const struct cp_merkle_check *c);
/* Compares the partial tiles at the right edge, sees that nothing follows
 * them, and reports. */
enum cp_rc cp_merkle_check_finish(struct cp_merkle_check *c,
    struct cp_merkle_found *out, struct cp_err *err) CP_MUST_CHECK;

#endif
