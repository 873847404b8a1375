#ifndef CP_DUTIES_PACK_H
#define CP_DUTIES_PACK_H

#include <stdint.h>

#include "archive/buf.h"
#include "archive/secret.h"

/*
 * One encrypted file out of several: a ZIP with AES-256 (WinZip AE-2, as 7-Zip
 * and Windows programs open), by libarchive.  Names, sizes and times are
 * readable in it; contents are not, nor their checksums, which would prove a
 * guess.
 */
struct cp_pack_member {
	const char *name; /* "letter.pdf": ASCII, no folder */
	const void *data;
	size_t len;
};
/* Appends the file to OUT; TIME (seconds since 1970) is that of all members.
 * Each member is read back with the passphrase and compared before this
 * returns: CP_CORRUPT.  CP_BAD_INPUT: more than 16 members or none, a bad or
 * repeated name, an empty member or passphrase. */
enum cp_rc cp_pack_zip(const struct cp_pack_member *members, size_t n,
    const struct cp_secret *passphrase, int64_t time, struct cp_buf *out,
    struct cp_err *err) CP_MUST_CHECK;
/* A passphrase that can be read out over a telephone, of 112 bits: seven
 * words of archive/words.h with `-' between them. */
enum cp_rc cp_pack_passphrase(struct cp_secret **out, struct cp_err *err)
    CP_MUST_CHECK;

#endif
