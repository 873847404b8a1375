#ifndef CP_ARCHIVE_NOTE_H
#define CP_ARCHIVE_NOTE_H

#include <stddef.h>
#include <stdint.h>

#include "archive/buf.h"
#include "archive/err.h"
#include "archive/merkle.h"

/*
 * Signed notes (C2SP signed-note) with Ed25519, and the checkpoints written
 * in them (C2SP tlog-checkpoint).  A note is text ending in a newline, an
 * empty line, and signature lines: em dash, space, the key's name, space,
 * base64 of the key's 4-byte hash and the 64-byte signature of the text.
 */

enum {
	CP_NOTE_NAME_MAX = 128,  /* with NUL */
	CP_NOTE_VKEY_MAX = 192,  /* a verifier key and its NUL */
	CP_NOTE_MAX = 1 << 20    /* longest note read, bytes */
};

/* A public key and its name. */
struct cp_note_key {
	char name[CP_NOTE_NAME_MAX];
	uint8_t hash[4]; /* SHA-256(name | LF | 0x01 | pub), first 4 bytes */
	uint8_t pub[32]; /* Ed25519 */
};

/* A log's head. */
struct cp_checkpoint {
	char origin[CP_NOTE_NAME_MAX]; /* the log's name, a line of text */
	uint64_t size;                 /* leaves */
	uint8_t root[CP_HASH_SIZE];
};

/* Makes a key from its name (not empty, UTF-8 without spaces and '+', else
 * CP_BAD_INPUT) and public half. */
enum cp_rc cp_note_key_init(struct cp_note_key *k, const char *name,
    const uint8_t pub[32], struct cp_err *err) CP_MUST_CHECK;
/* The verifier key "NAME+HHHHHHHH+BASE64(0x01 | pub)", without newline; "" when
 * out of memory. */
void cp_note_key_format(const struct cp_note_key *k,
    char out[CP_NOTE_VKEY_MAX]);
/* Reads such a text (one newline may follow).  CP_BAD_INPUT when it is
 * malformed, not Ed25519, or its hash is not that of its key. */
enum cp_rc cp_note_key_parse(const char *text, struct cp_note_key *k,
    struct cp_err *err) CP_MUST_CHECK;

/*
 * Appends to OUT the note of BODY (text ending in a newline, no control
 * characters but newlines, valid UTF-8; else CP_BAD_INPUT) signed by NAME's
 * key: SEED and PUB, 32 bytes each.  SEED is borrowed from a cp_secret.
 */
enum cp_rc cp_note_sign(const char *body, const char *name,
    const uint8_t seed[32], const uint8_t pub[32], struct cp_buf *out,
    struct cp_err *err) CP_MUST_CHECK;

/*
 * Verifies the note in the LEN bytes of TEXT and appends its body to BODY
 * (which may be NULL).  Signatures by other keys are passed over, a
 * malformed one or two by KEY are not.  CP_BAD_INPUT: not a note.
 * CP_KEY: well formed, but not signed by KEY.  CP_CORRUPT: KEY's signature
 * does not fit.
 */
enum cp_rc cp_note_verify(const void *text, size_t len,
    const struct cp_note_key *key, struct cp_buf *body, struct cp_err *err)
    CP_MUST_CHECK;

/* Appends the checkpoint's body: origin, size in decimal, root in base64,
 * a line each. */
void cp_checkpoint_format(const struct cp_checkpoint *c, struct cp_buf *out);
/* Reads such a body of LEN bytes; extension lines may follow.  CP_BAD_INPUT
 * when malformed (a leading zero, a short root, an empty origin). */
enum cp_rc cp_checkpoint_parse(const char *body, size_t len,
    struct cp_checkpoint *out, struct cp_err *err) CP_MUST_CHECK;

#endif
