#ifndef CP_ARCHIVE_CUSTODY_H
#define CP_ARCHIVE_CUSTODY_H

#include <stddef.h>

#include "archive/err.h"

struct cp_secret;

/*
 * The custody key: the X25519 identity to which every package is sealed.  What
 * may be known of it is KEYS_DIR/custody-ID.pub; the identity itself exists
 * only in share files, each an age file under its custodian's passphrase
 * (cpadmin-archive(5)).  Share files say "share i of n, k needed", so that a
 * key split among custodians keeps this format; here n = k = 1.
 */
enum {
	CP_CUSTODY_ID = 16,        /* hex digits of an id */
	CP_CUSTODY_RECIPIENT = 62, /* characters of age1... */
	CP_CUSTODY_SHARES = 16     /* most shares a file may claim */
};

struct cp_custody_public {
	char id[CP_CUSTODY_ID + 1]; /* SHA-256(recipient), first 8 bytes */
	char recipient[CP_CUSTODY_RECIPIENT + 1];
	int shares, threshold;
	char date[11]; /* YYYY-MM-DD of the ceremony */
};

struct cp_custody_spec {
	int shares, threshold;                     /* 1 and 1 */
	const struct cp_secret *const *passphrases; /* SHARES of them */
	int work_factor;       /* scrypt log2 N, 1 to 20; 0 = 18 */
	const char *date;      /* YYYY-MM-DD */
	const char *share_dir; /* where share files go; NULL = KEYS_DIR */
};

/* The path of share INDEX (from 1) of a key in DIR into OUT; CP_FAILED when it
 * does not fit. */
enum cp_rc cp_custody_share_path(const char *dir, const char *id, int index,
    char *out, size_t cap, struct cp_err *err) CP_MUST_CHECK;

/* Makes a key, writes its share file, proves that it opens a test package,
 * writes the public file and makes this key the current one; when anything
 * before that last step fails, nothing of it is left.  CP_REFUSED: not 1 of 1.
 * CP_BAD_INPUT: an empty passphrase, a bad date or work factor. */
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

/* The identity from N share files and their passphrases, as the 32-byte scalar
 * that struct cp_age_identity takes, the caller's to free.  It has been
 * checked to belong to PUB's recipient.  CP_KEY names the file
 * whose passphrase is wrong, or both keys when a share is of another, or a
 * share given twice, or too few; CP_CORRUPT: cut short or changed. */
enum cp_rc cp_custody_open(const struct cp_custody_public *pub,
    const char *const *share_paths,
    const struct cp_secret *const *passphrases, size_t n,
    struct cp_secret **identity, struct cp_err *err) CP_MUST_CHECK;

#endif
