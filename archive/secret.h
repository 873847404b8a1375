#ifndef CP_ARCHIVE_SECRET_H
#define CP_ARCHIVE_SECRET_H

#include <stddef.h>
#include <stdint.h>

#include "archive/err.h"

/*
 * The only home of keys, passphrases and identities: bytes in libgcrypt's
 * secure pool, locked against swapping and wiped when freed.  A text secret (a
 * passphrase, an identity line) is its bytes, without NUL.  The pool is 256
 * KiB for the process: keep secrets short and free them early.  A secret has
 * one owner; different secrets may be used by different threads.
 */
struct cp_secret;

/* The most bytes one secret may have. */
enum { CP_SECRET_MAX = 65536 };

/* A new secret of LEN zero bytes (0 to CP_SECRET_MAX), owned by the caller.
 * Starts the cryptographic library where that was not done.  CP_FAILED: the
 * pool is used up, or its memory cannot be locked. */
enum cp_rc cp_secret_new(struct cp_secret **out, size_t len,
    struct cp_err *err) CP_MUST_CHECK;
/* A new secret holding a copy of LEN bytes; the caller wipes the original. */
enum cp_rc cp_secret_from(struct cp_secret **out, const void *data,
    size_t len, struct cp_err *err) CP_MUST_CHECK;
/* A new secret with the same bytes. */
enum cp_rc cp_secret_dup(struct cp_secret **out, const struct cp_secret *s,
    struct cp_err *err) CP_MUST_CHECK;
/* Wipes and frees; NULL is allowed. */
void cp_secret_free(struct cp_secret *s);

/* The bytes, to be written or read; borrowed, good until S is freed. */
uint8_t *cp_secret_data(struct cp_secret *s);
const uint8_t *cp_secret_bytes(const struct cp_secret *s);
size_t cp_secret_len(const struct cp_secret *s);

/* Makes S shorter and wipes what is cut off; a LEN beyond its end changes
 * nothing. */
void cp_secret_shorten(struct cp_secret *s, size_t len);

/* Whether both hold the same bytes, in time that depends on lengths only. */
int cp_secret_equal(const struct cp_secret *a, const struct cp_secret *b);

#endif
