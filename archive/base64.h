#ifndef CP_ARCHIVE_BASE64_H
#define CP_ARCHIVE_BASE64_H

#include <stddef.h>
#include <stdint.h>

#include "archive/buf.h"
#include "archive/err.h"

/*
 * Base64 with the standard alphabet [RFC 4648 section 4] and hexadecimal.
 * Every decoder takes the one canonical form only: no spaces or line ends, and
 * no bits set that the encoder would leave zero.  Not for keys: they would be
 * left in ordinary memory.
 */

/* Appends LEN bytes as padded base64, as base64 without padding (which age
 * headers use), as lower-case hexadecimal. */
void cp_base64_put(struct cp_buf *b, const void *data, size_t len);
void cp_base64_raw_put(struct cp_buf *b, const void *data, size_t len);
void cp_hex_put(struct cp_buf *b, const void *data, size_t len);

/* Decode LEN characters of TEXT into at most CAP bytes of OUT; *GOT says how
 * many.  CP_BAD_INPUT: not canonical, or longer than CAP.  On failure OUT may
 * hold a part. */
enum cp_rc cp_base64_get(const char *text, size_t len, uint8_t *out,
    size_t cap, size_t *got, struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_base64_raw_get(const char *text, size_t len, uint8_t *out,
    size_t cap, size_t *got, struct cp_err *err) CP_MUST_CHECK;
/* Hexadecimal in either case. */
enum cp_rc cp_hex_get(const char *text, size_t len, uint8_t *out, size_t cap,
    size_t *got, struct cp_err *err) CP_MUST_CHECK;

#endif
