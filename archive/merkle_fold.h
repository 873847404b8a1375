#ifndef CP_ARCHIVE_MERKLE_FOLD_H
#define CP_ARCHIVE_MERKLE_FOLD_H

#include "archive/merkle.h"

/* What merkle.c, merkle_proof.c and merkle_check.c share; for nobody else. */

/* The root of the complete subtree over N hashes; N is a power of two, at
 * most 256. */
void cp_merkle_subtree(const uint8_t *hashes, size_t n,
    uint8_t out[CP_HASH_SIZE]);

/* Joins a partial tile of WIDTH hashes to ACC, the root of all that lies to
 * its right, or, while *STARTED is 0, begins with it.  Going through the
 * right edge from level 0 up gives the root of the whole tree. */
void cp_merkle_fold_edge(const uint8_t *hashes, size_t width,
    uint8_t acc[CP_HASH_SIZE], int *started);

#endif
