#ifndef CP_ARCHIVE_AGE_SOURCE_H
#define CP_ARCHIVE_AGE_SOURCE_H

#include "archive/age_stream.h"

/* For archive/age_*.c only: the bytes of an age file, whether it comes as it
 * is or in ASCII armor [RFC 7468 section 3, strict form; label "AGE ENCRYPTED
 * FILE"].  White space is allowed before and after an armored file, and lines
 * may end with LF or CR LF; all else that is not canonical is CP_CORRUPT
 * "armor: ...". */
struct cp_age_source {
	const struct cp_age_io *io;
	int armored;
	int ended;         /* the armor's last line was seen */
	uint8_t raw[4096]; /* read but not used: from at to len */
	size_t at;
	size_t len;
	uint8_t bytes[48]; /* of the current armor line: from next to have */
	size_t next;
	size_t have;
};

/* Makes SRC read from IO and finds out whether it is armored. */
enum cp_rc cp_age_source_open(struct cp_age_source *src,
    const struct cp_age_io *io, struct cp_err *err) CP_MUST_CHECK;
/* Fills OUT with WANT bytes; *GOT is less only where the file ends. */
enum cp_rc cp_age_source_read(struct cp_age_source *src, uint8_t *out,
    size_t want, size_t *got, struct cp_err *err) CP_MUST_CHECK;

#endif
