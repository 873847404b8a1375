#ifndef CP_ARCHIVE_BECH32_H
#define CP_ARCHIVE_BECH32_H

#include <stddef.h>
#include <stdint.h>

#include "archive/err.h"

/*
 * Bech32 [BIP 173], without its limit of 90 characters: how age writes keys.
 * Used for secret keys too, so callers pass buffers of their own choice.
 */

/* Characters cp_bech32_encode writes for LEN bytes, without the NUL. */
size_t cp_bech32_len(const char *hrp, size_t len);

/* Writes HRP (lower case, or upper case, which makes all upper case) and LEN
 * bytes as cp_bech32_len characters and no NUL.  CP_FAILED: CAP too small. */
enum cp_rc cp_bech32_encode(const char *hrp, const uint8_t *data, size_t len,
    char *out, size_t cap, struct cp_err *err) CP_MUST_CHECK;

/* Reads LEN characters whose prefix must be HRP in the same case (and so all
 * others: mixed case is refused) and which must hold exactly WANT bytes, into
 * OUT.  CP_BAD_INPUT: anything else, or a wrong checksum.  On failure OUT may
 * hold a part. */
enum cp_rc cp_bech32_decode(const char *hrp, const char *text, size_t len,
    uint8_t *out, size_t want, struct cp_err *err) CP_MUST_CHECK;

#endif
