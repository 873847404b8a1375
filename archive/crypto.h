#ifndef CP_ARCHIVE_CRYPTO_H
#define CP_ARCHIVE_CRYPTO_H

#include <stddef.h>
#include <stdint.h>

#include "archive/err.h"
#include "archive/secret.h"

/*
 * The primitives, each a checked call of libgcrypt.  Everything here may be
 * called from any thread; a handle (cp_aead, cp_sha256_ctx) belongs to one
 * thread at a time.  Key arguments are pointers into a struct cp_secret unless
 * said otherwise.  Outputs are written only on success.
 */

enum {
	CP_X25519_LEN = 32,
	CP_SHA256_LEN = 32,
	CP_AEAD_KEY = 32,
	CP_AEAD_NONCE = 12,
	CP_AEAD_TAG = 16,
	CP_ED25519_SEED = 32,
	CP_ED25519_PUBLIC = 32,
	CP_ED25519_SIG = 64,
	CP_SCRYPT_MIN = 1,
	CP_SCRYPT_MAX = 22
};

/* Starts libgcrypt with 256 KiB of locked memory.  May be called often, from
 * any thread; the first call counts.  CP_FAILED with a hint where memory
 * cannot be locked (RLIMIT_MEMLOCK), since libgcrypt would go on unlocked. */
enum cp_rc cp_crypto_init(struct cp_err *err) CP_MUST_CHECK;

/* Random bytes for keys and nonces, from a pool of each thread that holds 4
 * KiB of GCRY_STRONG_RANDOM in locked memory, wiped as it is used and dropped
 * in the child of a fork.  CP_FAILED: no locked memory for the pool. */
enum cp_rc cp_random(void *out, size_t len, struct cp_err *err) CP_MUST_CHECK;
/* Fills S with random bytes. */
enum cp_rc cp_random_secret(struct cp_secret *s, struct cp_err *err)
    CP_MUST_CHECK;

/* SHA-256 [FIPS 180-4]; needs no cp_crypto_init. */
void cp_sha256(const void *data, size_t len, uint8_t out[CP_SHA256_LEN]);
/* SHA-256 of A followed by B, without joining them (a Merkle leaf or node). */
void cp_sha256_two(const void *a, size_t alen, const void *b, size_t blen,
    uint8_t out[CP_SHA256_LEN]);

/* SHA-256 in pieces.  The context may be used again after reset. */
struct cp_sha256_ctx;
enum cp_rc cp_sha256_new(struct cp_sha256_ctx **out, struct cp_err *err)
    CP_MUST_CHECK;
void cp_sha256_reset(struct cp_sha256_ctx *c);
void cp_sha256_update(struct cp_sha256_ctx *c, const void *data, size_t len);
/* The hash of what was put in; then reset before the next use. */
void cp_sha256_final(struct cp_sha256_ctx *c, uint8_t out[CP_SHA256_LEN]);
void cp_sha256_free(struct cp_sha256_ctx *c);

/* HMAC-SHA-256 [RFC 2104] of DATA under KEY. */
enum cp_rc cp_hmac_sha256(const void *key, size_t key_len, const void *data,
    size_t len, uint8_t out[CP_SHA256_LEN], struct cp_err *err) CP_MUST_CHECK;
/* The same for many short messages under one KEY, which is copied into locked
 * memory: a handle that is reset for each costs an eighth. */
struct cp_hmac;
enum cp_rc cp_hmac_new(const void *key, size_t key_len, struct cp_hmac **out,
    struct cp_err *err) CP_MUST_CHECK;
void cp_hmac(struct cp_hmac *h, const void *data, size_t len,
    uint8_t out[CP_SHA256_LEN]);
void cp_hmac_free(struct cp_hmac *h);
/* HKDF-SHA-256 [RFC 5869], 32 bytes of output.  INFO is text without its NUL;
 * SALT may be empty (NULL, 0), which counts as 32 zero bytes. */
enum cp_rc cp_hkdf_sha256(const uint8_t *ikm, size_t ikm_len,
    const void *salt, size_t salt_len, const char *info, uint8_t out[32],
    struct cp_err *err) CP_MUST_CHECK;

/* X25519 [RFC 7748] of SCALAR and POINT.  CP_CORRUPT for a point of low order,
 * whose result would be all zeros (looked at in constant time; section 6.1).
 * About 245 us. */
enum cp_rc cp_x25519(const uint8_t scalar[32], const uint8_t point[32],
    uint8_t out[32], struct cp_err *err) CP_MUST_CHECK;
/* The public key of SCALAR: X25519 with the base point 9. */
enum cp_rc cp_x25519_base(const uint8_t scalar[32], uint8_t out[32],
    struct cp_err *err) CP_MUST_CHECK;

/* ChaCha20-Poly1305 [RFC 8439], a reusable handle: opening one costs more than
 * sealing a small message. */
struct cp_aead;
enum cp_rc cp_aead_new(struct cp_aead **out, struct cp_err *err)
    CP_MUST_CHECK;
void cp_aead_free(struct cp_aead *a);
/* Seals LEN bytes of IN into LEN bytes of OUT (which may be IN) and TAG.  A
 * nonce must never be used twice with one key.  AD may be NULL with ADLEN 0. */
enum cp_rc cp_aead_seal(struct cp_aead *a, const uint8_t key[32],
    const uint8_t nonce[12], const void *ad, size_t adlen, const void *in,
    size_t len, void *out, uint8_t tag[16], struct cp_err *err) CP_MUST_CHECK;
/* Opens what cp_aead_seal made.  CP_CORRUPT where the tag does not fit: OUT
 * is then wiped, and holds nothing of the message. */
enum cp_rc cp_aead_open(struct cp_aead *a, const uint8_t key[32],
    const uint8_t nonce[12], const void *ad, size_t adlen, const void *in,
    size_t len, const uint8_t tag[16], void *out, struct cp_err *err)
    CP_MUST_CHECK;

/* scrypt [RFC 7914] with N = 2^LOG_N, r = 8, p = 1, into OUTLEN bytes.  LOG_N
 * is CP_SCRYPT_MIN to CP_SCRYPT_MAX (2^22 takes 4 GiB and half a minute; callers
 * set a lower cap on numbers from files): CP_BAD_INPUT outside, and for an
 * empty passphrase.  Takes 2^(LOG_N+10) bytes of memory. */
enum cp_rc cp_scrypt(const void *pass, size_t pass_len, const void *salt,
    size_t salt_len, unsigned log_n, uint8_t *out, size_t outlen,
    struct cp_err *err) CP_MUST_CHECK;

/* Ed25519 [RFC 8032].  Signing takes about 0.5 ms, verifying 1 ms. */
/* The public key of a seed of 32 random bytes. */
enum cp_rc cp_ed25519_public(const uint8_t seed[32], uint8_t pub[32],
    struct cp_err *err) CP_MUST_CHECK;
/*
 * Signs MSG.  PUB must be the public key of SEED.  A message, to be signed or
 * to be verified, has at most 65000 bytes: libgcrypt counts those of an
 * S-expression in 16 bits and aborts, or writes past its memory, where there
 * are more.  A longer one is refused, CP_FAILED.
 */
enum { CP_ED25519_MESSAGE = 65000 };
enum cp_rc cp_ed25519_sign(const uint8_t seed[32], const uint8_t pub[32],
    const void *msg, size_t len, uint8_t sig[64], struct cp_err *err)
    CP_MUST_CHECK;
/* CP_OK where SIG is PUB's signature of MSG, else CP_CORRUPT.  Keys of low
 * order or not in canonical form, and S >= L, are refused before libgcrypt
 * sees them: it would abort on some and accept others. */
enum cp_rc cp_ed25519_verify(const uint8_t pub[32], const void *msg,
    size_t len, const uint8_t sig[64], struct cp_err *err) CP_MUST_CHECK;

/* 1 if LEN bytes are equal, else 0, in time that depends on LEN only. */
int cp_ct_equal(const void *a, const void *b, size_t len);
/* Overwrites with zeros in a way the compiler keeps. */
void cp_wipe(void *p, size_t len);

#endif
