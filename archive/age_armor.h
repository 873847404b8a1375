#ifndef CP_ARCHIVE_AGE_ARMOR_H
#define CP_ARCHIVE_AGE_ARMOR_H

#include <stddef.h>

#include "archive/buf.h"

/*
 * Appends the LEN bytes of an age file in ASCII armor, as age writes it [RFC
 * 7468 section 3, strict form; label "AGE ENCRYPTED FILE"]: lines of 64
 * characters, LF after each, the last too.  For what must pass through text:
 * paper, mail, a QR code.  cp_age_decrypt_stream reads it.  OUT remembers a
 * failure.
 */
void cp_age_armor(struct cp_buf *out, const void *data, size_t len);

/* The other way round, in place: FILE may be armored, and is not any more.
 * CP_CORRUPT "armor: ...", and FILE is as it was. */
enum cp_rc cp_age_unarmor(struct cp_buf *file, struct cp_err *err)
    CP_MUST_CHECK;

#endif
