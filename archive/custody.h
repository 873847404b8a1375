#ifndef CP_ARCHIVE_CUSTODY_H
#define CP_ARCHIVE_CUSTODY_H

#include <stddef.h>
#include <stdint.h>

#include "archive/err.h"

struct cp_secret;

/*
 * The custody key: the X25519 identity to which every package is sealed.  What
 * may be known of it is KEYS_DIR/custody-ID.pub; the identity itself exists
 * nowhere: it was dealt to n custodians so that any k of them can open, and
 * fewer learn nothing (archive/shamir.h).  A share is a file, sealed by age
 * under its custodian's passphrase, in ASCII armor or not, or a sheet of paper
 * (archive/sheet.h); cpadmin-archive(5).  A key of 1 share is the identity
 * itself.
 */
enum {
	CP_CUSTODY_ID = 16,        /* hex digits of an id */
	CP_CUSTODY_RECIPIENT = 62, /* characters of age1... */
	CP_CUSTODY_SHARES = 16     /* most shares a key is split into */
};

struct cp_custody_public {
	char id[CP_CUSTODY_ID + 1]; /* SHA-256(recipient), first 8 bytes */
	char recipient[CP_CUSTODY_RECIPIENT + 1];
	int shares, threshold;
	char date[11]; /* YYYY-MM-DD of the ceremony */
	/* SHA-256 of the text of each share: one that was not dealt is known
	 * by its own number, not only by what it spoils.  Zeros in a key of one
	 * share as they were first made. */
	uint8_t dealt[CP_CUSTODY_SHARES][32];
};

struct cp_custody_spec {
	int shares, threshold;         /* 1 <= threshold <= shares; 1 of 1, or a
	                                * threshold of 2 and more */
	const struct cp_secret *const *passphrases; /* SHARES of them */
	int work_factor;       /* scrypt log2 N, 1 to 20; 0 = 18 */
	const char *date;      /* YYYY-MM-DD */
	const char *share_dir; /* where share files go; NULL = KEYS_DIR */
};

/* The path of share INDEX (from 1) of a key in DIR into OUT; CP_FAILED when it
 * does not fit. */
enum cp_rc cp_custody_share_path(const char *dir, const char *id, int index,
    char *out, size_t cap, struct cp_err *err) CP_MUST_CHECK;

/* Makes a key, writes its share files, proves from what is on the disk that
 * every subset of THRESHOLD shares opens a test package and no smaller one
 * does (512 of either kind on the package itself, all others by whether they
 * give the identity that opened it), and writes the public file.  Takes two
 * scrypts for each share, and 0.4 s where there are 16.  The key is not in use
 * yet: whoever asked calls cp_custody_use.  When anything fails nothing of it
 * is left.  CP_BAD_INPUT: an empty passphrase, one given for two shares,
 * impossible numbers, a bad date or work factor. */
enum cp_rc cp_custody_create(const char *keys_dir,
    const struct cp_custody_spec *spec, struct cp_custody_public *out,
    struct cp_err *err) CP_MUST_CHECK;

/* The public part of key ID, or of the current one when ID is NULL.
 * CP_NOT_FOUND; CP_CORRUPT when a byte differs. */
enum cp_rc cp_custody_load(const char *keys_dir, const char *id,
    struct cp_custody_public *out, struct cp_err *err) CP_MUST_CHECK;
/* Makes key ID, whose public file must load, the current one. */
enum cp_rc cp_custody_use(const char *keys_dir, const char *id,
    struct cp_err *err) CP_MUST_CHECK;

/* Opens one share by itself, for a drill: *INDEX says which it is.  CP_KEY:
 * wrong passphrase, or of another key, both named; CP_CORRUPT: cut short,
 * changed, or not what was dealt. */
enum cp_rc cp_custody_try(const struct cp_custody_public *pub,
    const char *share_path, const struct cp_secret *passphrase, int *index,
    struct cp_err *err) CP_MUST_CHECK;

/* The identity from N share files and their passphrases, as the 32-byte scalar
 * that struct cp_age_identity takes, the caller's to free.  It has been
 * checked to belong to PUB's recipient.  Each share is judged by itself, in the
 * order given, and the error names its file: CP_KEY for a wrong passphrase, a
 * share of another key (both are named), one given twice, or too few; CP_CORRUPT
 * for one cut short, changed, or not what was dealt. */
enum cp_rc cp_custody_open(const struct cp_custody_public *pub,
    const char *const *share_paths,
    const struct cp_secret *const *passphrases, size_t n,
    struct cp_secret **identity, struct cp_err *err) CP_MUST_CHECK;

#endif
