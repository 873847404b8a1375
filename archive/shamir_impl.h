#ifndef CP_ARCHIVE_SHAMIR_IMPL_H
#define CP_ARCHIVE_SHAMIR_IMPL_H

#include <stddef.h>
#include <stdint.h>

/* For archive/shamir.c and its test only: the field and one polynomial. */

/* The product in GF(2^8) modulo x^8 + x^4 + x^3 + x + 1 [FIPS 197, 4.2]. */
uint8_t cp_gf_mul(uint8_t a, uint8_t b);
/* What multiplied by A gives 1; 0 for 0. */
uint8_t cp_gf_inverse(uint8_t a);

/* The values at X of LEN polynomials of degree K - 1: SECRET has their values
 * at 0, COEF (K - 1) * LEN bytes, first those of x, last of x^(K-1). */
void cp_shamir_value(const uint8_t *secret, const uint8_t *coef, size_t len,
    int k, uint8_t x, uint8_t *out);

#endif
