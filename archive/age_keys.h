#ifndef CP_ARCHIVE_AGE_KEYS_H
#define CP_ARCHIVE_AGE_KEYS_H

#include <stddef.h>

#include "archive/age.h"

/*
 * age keys and their text: "age1..." for a public key, in lower case, and
 * "AGE-SECRET-KEY-1..." for an identity, in upper case [age-encryption.org/v1,
 * X25519 recipient type].
 */

enum {
	CP_AGE_RECIPIENT_TEXT = 62, /* characters of "age1..." */
	CP_AGE_IDENTITY_TEXT = 74   /* characters of "AGE-SECRET-KEY-1..." */
};

/* Reads a public key, TEXT a NUL-terminated string.  CP_BAD_INPUT: not one, or
 * of low order. */
enum cp_rc cp_age_recipient_parse(const char *text,
    struct cp_age_recipient *out, struct cp_err *err) CP_MUST_CHECK;
/* Writes an X25519 recipient as text with its NUL.  CP_BAD_INPUT: it is not
 * one. */
enum cp_rc cp_age_recipient_format(const struct cp_age_recipient *r,
    char out[CP_AGE_RECIPIENT_TEXT + 1], struct cp_err *err) CP_MUST_CHECK;

/* A new random identity: 32 bytes, the X25519 scalar.  The caller frees it. */
enum cp_rc cp_age_identity_new(struct cp_secret **out, struct cp_err *err)
    CP_MUST_CHECK;
/* The scalar of the identity written in TEXT (exactly, without line end).
 * CP_BAD_INPUT: not an identity of this kind. */
enum cp_rc cp_age_identity_parse(const struct cp_secret *text,
    struct cp_secret **out, struct cp_err *err) CP_MUST_CHECK;
/* The text of a scalar, CP_AGE_IDENTITY_TEXT bytes without NUL. */
enum cp_rc cp_age_identity_format(const struct cp_secret *scalar,
    struct cp_secret **out, struct cp_err *err) CP_MUST_CHECK;
/* The public key of a scalar. */
enum cp_rc cp_age_identity_recipient(const struct cp_secret *scalar,
    struct cp_age_recipient *out, struct cp_err *err) CP_MUST_CHECK;

/* The identities in an identity file (as age-keygen writes it): one on each
 * line; lines that begin with # and empty lines do not count; a line may end
 * with CR LF.  SCALARS receives up to MAX new secrets, *COUNT their number; the
 * caller frees them.  CP_BAD_INPUT: another kind of line (its number is in the
 * text), no identity at all, or more than MAX. */
enum cp_rc cp_age_identity_file(const struct cp_secret *text,
    struct cp_secret **scalars, size_t max, size_t *count,
    struct cp_err *err) CP_MUST_CHECK;

#endif
