#ifndef CP_ARCHIVE_SHAMIR_H
#define CP_ARCHIVE_SHAMIR_H

#include "archive/err.h"

struct cp_secret;

/*
 * Secret sharing [Shamir 1979] over GF(256) with the polynomial of AES, byte by
 * byte: share x holds, for each byte of the secret, the value at x of a random
 * polynomial of degree K - 1 whose value at 0 is that byte.  Any K shares give
 * the secret, K - 1 say nothing of it.  Time and memory addresses depend on
 * lengths and share numbers only, never on a byte of a secret or a share.
 */
enum { CP_SHAMIR_MAX = 255 }; /* shares, whose numbers are 1 to n */

/* Deals SECRET to N shares, SHARES[0] being number 1, each as long as the
 * secret; the caller frees them.  2 <= K <= N <= CP_SHAMIR_MAX, else
 * CP_BAD_INPUT.  On failure SHARES is untouched. */
enum cp_rc cp_shamir_split(const struct cp_secret *secret, int k, int n,
    struct cp_secret **shares, struct cp_err *err) CP_MUST_CHECK;

/* Joins N shares of the numbers X.  CP_BAD_INPUT: none, lengths that differ, a
 * number out of range or twice.  That the shares are enough, and right, only
 * the result can tell. */
enum cp_rc cp_shamir_join(const struct cp_secret *const *shares, const int *x,
    int n, struct cp_secret **secret, struct cp_err *err) CP_MUST_CHECK;

#endif
