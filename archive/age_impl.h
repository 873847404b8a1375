#ifndef CP_ARCHIVE_AGE_IMPL_H
#define CP_ARCHIVE_AGE_IMPL_H

#include "archive/age.h"
#include "archive/crypto.h"

/* For archive/age*.c only: what the parts of the age format share. */

enum { CP_AGE_SEALED_CHUNK = CP_AGE_CHUNK + CP_AEAD_TAG, CP_AGE_MAC = 32 };

#define CP_AGE_VERSION "age-encryption.org/v1\n"

/* Keys that one call needs, in one block of locked memory. */
struct cp_age_keys {
	uint8_t ephemeral[32];
	uint8_t shared[32];
	uint8_t wrap[32];
	uint8_t file_key[CP_AGE_FILE_KEY];
	uint8_t payload[32];
};

struct cp_age_sealer {
	struct cp_aead *aead;
	struct cp_secret *memory;
	struct cp_age_keys *keys; /* inside memory */
};

/* The header's MAC: over LEN bytes that end with "---". */
enum cp_rc cp_age_header_mac(const uint8_t file_key[CP_AGE_FILE_KEY],
    const void *head, size_t len, uint8_t mac[CP_AGE_MAC],
    struct cp_err *err) CP_MUST_CHECK;
/* The key that wraps the file key for X25519, from S->keys->shared. */
enum cp_rc cp_age_x25519_wrap_key(struct cp_age_sealer *s,
    const uint8_t share[32], const uint8_t point[32], struct cp_err *err)
    CP_MUST_CHECK;
/* The same for a passphrase and a salt of 16 bytes. */
enum cp_rc cp_age_scrypt_wrap_key(struct cp_age_sealer *s,
    const struct cp_secret *passphrase, const uint8_t salt[16],
    unsigned log_n, struct cp_err *err) CP_MUST_CHECK;
/* Appends a header for S->keys->file_key; HEADER keeps its old length on
 * failure. */
enum cp_rc cp_age_put_header(struct cp_age_sealer *s,
    const struct cp_age_recipient *recipients, size_t n,
    struct cp_buf *header, struct cp_err *err) CP_MUST_CHECK;
/* Reads a header as cp_age_header_open does, the file key into
 * S->keys->file_key. */
enum cp_rc cp_age_header_read(struct cp_age_sealer *s, const void *data,
    size_t len, const struct cp_age_identity *identities, size_t n,
    size_t *header_len, struct cp_err *err) CP_MUST_CHECK;
/* Whether DATA, which cp_age_put_header just made for one recipient, is a
 * header of S->keys->file_key under S->keys->wrap: CP_CORRUPT if not. */
enum cp_rc cp_age_header_again(struct cp_age_sealer *s, const void *data,
    size_t len, struct cp_err *err) CP_MUST_CHECK;
/* Derives S->keys->payload from S->keys->file_key. */
enum cp_rc cp_age_payload_key(struct cp_age_sealer *s,
    const uint8_t nonce[CP_AGE_NONCE], struct cp_err *err) CP_MUST_CHECK;

/* Where a chunk stands in its stream. */
struct cp_age_place {
	uint64_t chunk; /* its number, from 0 */
	int final;      /* it was, or is to be, the last */
};

/* Seals LEN bytes of a chunk to LEN + CP_AEAD_TAG bytes of OUT. */
enum cp_rc cp_age_seal_chunk(struct cp_age_sealer *s,
    const struct cp_age_place *place, const uint8_t *in, size_t len,
    uint8_t *out, struct cp_err *err) CP_MUST_CHECK;
/* Opens LEN bytes of a sealed chunk (fewer than CP_AGE_SEALED_CHUNK only
 * where the stream ends) to LEN - CP_AEAD_TAG bytes of OUT; tells in PLACE
 * whether it is the final one. */
enum cp_rc cp_age_open_chunk(struct cp_age_sealer *s,
    struct cp_age_place *place, const uint8_t *in, size_t len, uint8_t *out,
    struct cp_err *err) CP_MUST_CHECK;

/* Where the header that DATA begins with ends: 0 if it goes on beyond LEN.
 * *FROM, 0 at first, remembers how far it looked. */
size_t cp_age_header_end(const uint8_t *data, size_t len, size_t *from);

#endif
