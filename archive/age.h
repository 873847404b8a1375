#ifndef CP_ARCHIVE_AGE_H
#define CP_ARCHIVE_AGE_H

#include <stddef.h>
#include <stdint.h>

#include "archive/buf.h"
#include "archive/err.h"
#include "archive/secret.h"

/*
 * The age v1 format [age-encryption.org/v1], with X25519 and scrypt
 * recipients, such that the header can be kept apart from the payload: header
 * followed by payload is a file that stock age opens.  Keys as text are in
 * archive/age_keys.h, whole streams in archive/age_stream.h.
 *
 * Everything is thread-safe; a struct cp_age_sealer belongs to one thread at a
 * time.  Failures: CP_CORRUPT "header: ..." or "payload: ..." for what the
 * format forbids or a check refuses, CP_KEY where no identity fits (a wrong
 * passphrase too).
 */

enum {
	CP_AGE_FILE_KEY = 16,    /* bytes of a file key */
	CP_AGE_NONCE = 16,       /* bytes before the first chunk */
	CP_AGE_CHUNK = 65536,    /* plaintext bytes of a full chunk */
	CP_AGE_HEADER_MAX = 1 << 20, /* longest header read here */
	CP_AGE_RECIPIENTS_MAX = 4096,
	CP_AGE_WORK_FACTOR = 18, /* scrypt log2(N) as stock age writes it */
	CP_AGE_WORK_MAX = 20     /* the highest opened */
};

enum cp_age_kind { CP_AGE_X25519, CP_AGE_SCRYPT };

/* To whom a file is sealed.  A passphrase is always the only recipient. */
struct cp_age_recipient {
	enum cp_age_kind kind;
	uint8_t point[32];                  /* X25519: the public key */
	const struct cp_secret *passphrase; /* scrypt: borrowed */
	unsigned work_factor;               /* scrypt: log2(N), 1 to 22; 0 is
	                                     * CP_AGE_WORK_FACTOR */
};

/* With what a file is opened. */
struct cp_age_identity {
	enum cp_age_kind kind;
	const struct cp_secret *secret; /* X25519: 32-byte scalar; scrypt: the
	                                 * passphrase.  Borrowed. */
	/* scrypt with SECRET NULL: asked for the passphrase (which it gives
	 * away) when the header turns out to need one, and only then. */
	enum cp_rc (*ask)(void *arg, struct cp_secret **out,
	    struct cp_err *err);
	void *ask_arg;
	unsigned work_max; /* scrypt: the highest log2(N) tried, 1 to 22; 0 is
	                    * CP_AGE_WORK_MAX */
	const uint8_t *point; /* X25519: SECRET's public key, 32 bytes, where
	                       * it is known: it saves one X25519 for each
	                       * header.  NULL: it is computed. */
};

/* Handles and scratch memory to be used again and again by one thread. */
struct cp_age_sealer;
enum cp_rc cp_age_sealer_new(struct cp_age_sealer **out, struct cp_err *err)
    CP_MUST_CHECK;
void cp_age_sealer_free(struct cp_age_sealer *s);

/* Seals LEN bytes under a new file key to N recipients: appends the header to
 * HEADER and the payload to PAYLOAD (which may be the same buffer).  Where
 * FILE_KEY is not NULL it receives the file key, to read the payload back
 * with; the caller frees it.  CP_BAD_INPUT: no recipient, a passphrase beside
 * others, a public key of low order.  On failure the buffers have their old
 * length. */
enum cp_rc cp_age_seal(struct cp_age_sealer *s,
    const struct cp_age_recipient *recipients, size_t n, const void *data,
    size_t len, struct cp_buf *header, struct cp_buf *payload,
    struct cp_secret **file_key, struct cp_err *err) CP_MUST_CHECK;

/* Appends to HEADER a header that wraps FILE_KEY (16 bytes) for N recipients:
 * how a payload is given new keys without being touched. */
enum cp_rc cp_age_header_seal(const struct cp_secret *file_key,
    const struct cp_age_recipient *recipients, size_t n,
    struct cp_buf *header, struct cp_err *err) CP_MUST_CHECK;

/* Reads the header that the LEN bytes of DATA begin with: *FILE_KEY is the
 * file key (the caller frees it), *HEADER_LEN where the payload begins.  The
 * header's MAC is checked.  HEADER_LEN may be NULL: then DATA must be a header
 * and nothing more. */
enum cp_rc cp_age_header_open(const void *data, size_t len,
    const struct cp_age_identity *identities, size_t n,
    struct cp_secret **file_key, size_t *header_len, struct cp_err *err)
    CP_MUST_CHECK;

/* Appends to OUT the header of LEN bytes (and nothing more) that FROM opens,
 * its file key wrapped anew, for TO alone (X25519); the file key stays in the
 * locked memory of S.  What was appended has been read again: it is a header,
 * it unwraps to the same file key under the key agreed with TO, and its MAC
 * fits.  Costs three X25519 where FROM knows its point.  Errors as of opening
 * and sealing; OUT then keeps its length. */
enum cp_rc cp_age_header_rewrap(struct cp_age_sealer *s, const void *header,
    size_t len, const struct cp_age_identity *from,
    const struct cp_age_recipient *to, struct cp_buf *out,
    struct cp_err *err) CP_MUST_CHECK;

/* Opens a whole payload and appends it to OUT; nothing is appended unless all
 * of it is authentic. */
enum cp_rc cp_age_payload_open(const struct cp_secret *file_key,
    const void *payload, size_t len, struct cp_buf *out, struct cp_err *err)
    CP_MUST_CHECK;
/* The same with the handles of S: for reading back what was just sealed. */
enum cp_rc cp_age_payload_reopen(struct cp_age_sealer *s,
    const struct cp_secret *file_key, const void *payload, size_t len,
    struct cp_buf *out, struct cp_err *err) CP_MUST_CHECK;

/* Header and payload in one (not armored); all or nothing, like
 * cp_age_payload_open. */
enum cp_rc cp_age_open(const void *data, size_t len,
    const struct cp_age_identity *identities, size_t n, struct cp_buf *out,
    struct cp_err *err) CP_MUST_CHECK;

/* The same for keys: a payload of one chunk, at most CP_AGE_CHUNK bytes, into
 * locked memory and through no other.  CP_CORRUPT where it is longer. */
enum cp_rc cp_age_open_secret(const void *data, size_t len,
    const struct cp_age_identity *identities, size_t n, struct cp_secret **out,
    struct cp_err *err) CP_MUST_CHECK;

#endif
