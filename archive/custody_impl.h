#ifndef CP_ARCHIVE_CUSTODY_IMPL_H
#define CP_ARCHIVE_CUSTODY_IMPL_H

#include <limits.h>

#include "archive/buf.h"
#include "archive/custody.h"

/* Shared by custody*.c and sheet.c only: the text of public files and of
 * shares, and how a share is judged. */

enum { CUSTODY_FILE_MAX = 64 * 1024, CUSTODY_VALUE = 32 };

/* What a share says of itself, and its secret line (owned). */
struct cp_custody_share {
	struct cp_custody_public of; /* without a date */
	int index;
	struct cp_secret *line;
};

enum cp_rc cp_custody_public_path(const char *keys_dir, const char *id,
    char out[PATH_MAX], struct cp_err *err) CP_MUST_CHECK;
int cp_custody_id_valid(const char *id);
/* 1 of 1, or 2 and more of at most CP_CUSTODY_SHARES. */
int cp_custody_numbers_valid(int threshold, int shares);
/* The id of a recipient: the first 8 bytes of its SHA-256, in hex. */
void cp_custody_id_of(const char *recipient, char out[CP_CUSTODY_ID + 1]);

/* Whether a public file tells what was dealt. */
int cp_custody_dealt_known(const struct cp_custody_public *pub);
enum cp_rc cp_custody_public_text(const struct cp_custody_public *pub,
    struct cp_buf *out, struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_custody_public_parse(const struct cp_buf *text,
    struct cp_custody_public *out, struct cp_err *err) CP_MUST_CHECK;

enum cp_rc cp_custody_share_text(const struct cp_custody_share *share,
    struct cp_secret **out, struct cp_err *err) CP_MUST_CHECK;
/* The caller frees OUT->line.  CP_CORRUPT. */
enum cp_rc cp_custody_share_parse(const struct cp_secret *text,
    struct cp_custody_share *out, struct cp_err *err) CP_MUST_CHECK;

/* The share of number INDEX that holds VALUE, of CUSTODY_VALUE bytes: the
 * scalar itself where a key has one share.  The caller frees OUT->line. */
enum cp_rc cp_custody_share_of(const struct cp_custody_public *pub, int index,
    const struct cp_secret *value, struct cp_custody_share *out,
    struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_custody_share_value(const struct cp_custody_share *share,
    struct cp_secret **out, struct cp_err *err) CP_MUST_CHECK;
/* What a public file keeps of a share: the SHA-256 of its text. */
enum cp_rc cp_custody_share_hash(const struct cp_custody_share *share,
    uint8_t out[32], struct cp_err *err) CP_MUST_CHECK;
/* Whether SHARE, known to the user as WHERE, says that it is of PUB: CP_KEY
 * when of another key, CP_CORRUPT when it has other numbers. */
enum cp_rc cp_custody_share_fits(const struct cp_custody_public *pub,
    const struct cp_custody_share *share, const char *where,
    struct cp_err *err) CP_MUST_CHECK;
/* The same, and whether it is what was dealt: else CP_CORRUPT. */
enum cp_rc cp_custody_share_check(const struct cp_custody_public *pub,
    const struct cp_custody_share *share, const char *where,
    struct cp_err *err) CP_MUST_CHECK;
/* The number and the value, the caller's to free, of the share in a file,
 * which was checked.  Errors as of cp_custody_try. */
enum cp_rc cp_custody_share_take(const struct cp_custody_public *pub,
    const char *path, const struct cp_secret *passphrase, int *index,
    struct cp_secret **value, struct cp_err *err) CP_MUST_CHECK;
/* CP_CORRUPT unless SCALAR is the identity of PUB. */
enum cp_rc cp_custody_identity_check(const struct cp_custody_public *pub,
    const struct cp_secret *scalar, struct cp_err *err) CP_MUST_CHECK;

/* Whether the SHARES of a new key, the first having number 1, do what is
 * asked of them: any THRESHOLD of them open a test package, and no fewer. */
enum cp_rc cp_custody_prove(const struct cp_custody_public *pub,
    const struct cp_secret *const *shares, struct cp_err *err) CP_MUST_CHECK;

/* Seals and opens a share file's bytes under a passphrase. */
enum cp_rc cp_custody_share_seal(const struct cp_custody_share *share,
    const struct cp_secret *passphrase, int work_factor, struct cp_buf *out,
    struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_custody_share_open(const char *path,
    const struct cp_secret *passphrase, struct cp_custody_share *out,
    struct cp_err *err) CP_MUST_CHECK;

#endif
