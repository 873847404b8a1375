#ifndef CP_ARCHIVE_HOSTKEY_H
#define CP_ARCHIVE_HOSTKEY_H

#include <stddef.h>

#include "archive/buf.h"
#include "archive/err.h"

struct cp_secret;

/*
 * The key of this host: 32 random bytes that wrap the shelf keyring and the
 * signing key, so that a copy of the store without it opens neither.
 */
enum { CP_HOSTKEY_BYTES = 32, CP_HOSTKEY_OVERHEAD = 28 /* nonce + tag */ };

/* A new key at PATH, mode 0600; CP_REFUSED when PATH exists. */
enum cp_rc cp_hostkey_create(const char *path, struct cp_err *err)
    CP_MUST_CHECK;
/* From $CREDENTIALS_DIRECTORY/cpadmin-host-key when there is one (systemd.exec
 * (5), LoadCredential=), else KEYS_DIR/host.key.  CP_KEY when absent, of
 * another length, or readable by others. */
enum cp_rc cp_hostkey_load(const char *keys_dir, struct cp_secret **out,
    struct cp_err *err) CP_MUST_CHECK;

/* Puts nonce (12, random), ciphertext (LEN) and tag (16) after what OUT holds:
 * ChaCha20-Poly1305 (RFC 8439) under the host key with LABEL, without its NUL,
 * as associated data. */
enum cp_rc cp_hostkey_wrap(const struct cp_secret *hostkey, const char *label,
    const void *in, size_t len, struct cp_buf *out, struct cp_err *err)
    CP_MUST_CHECK;
/* CP_KEY when the key, the label or a byte is another. */
enum cp_rc cp_hostkey_unwrap(const struct cp_secret *hostkey,
    const char *label, const void *in, size_t len, struct cp_secret **out,
    struct cp_err *err) CP_MUST_CHECK;

#endif
