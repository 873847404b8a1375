#ifndef CP_ARCHIVE_CUSTODY_IMPL_H
#define CP_ARCHIVE_CUSTODY_IMPL_H

#include <limits.h>

#include "archive/buf.h"
#include "archive/custody.h"

/* Shared by custody*.c only: the text of public files and of shares. */

enum { CUSTODY_FILE_MAX = 64 * 1024 };

/* What a share says of itself, and its secret line (owned). */
struct cp_custody_share {
	struct cp_custody_public of; /* without a date */
	int index;
	struct cp_secret *line;
};

int cp_custody_id_valid(const char *id);
/* The id of a recipient: the first 8 bytes of its SHA-256, in hex. */
void cp_custody_id_of(const char *recipient, char out[CP_CUSTODY_ID + 1]);

enum cp_rc cp_custody_public_text(const struct cp_custody_public *pub,
    struct cp_buf *out, struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_custody_public_parse(const struct cp_buf *text,
    struct cp_custody_public *out, struct cp_err *err) CP_MUST_CHECK;

enum cp_rc cp_custody_share_text(const struct cp_custody_share *share,
    struct cp_secret **out, struct cp_err *err) CP_MUST_CHECK;
/* The caller frees OUT->line.  CP_CORRUPT. */
enum cp_rc cp_custody_share_parse(const struct cp_secret *text,
    struct cp_custody_share *out, struct cp_err *err) CP_MUST_CHECK;

/* Seals and opens a share file's bytes under a passphrase. */
enum cp_rc cp_custody_share_seal(const struct cp_custody_share *share,
    const struct cp_secret *passphrase, int work_factor, struct cp_buf *out,
    struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_custody_share_open(const char *path,
    const struct cp_secret *passphrase, struct cp_custody_share *out,
    struct cp_err *err) CP_MUST_CHECK;

#endif
