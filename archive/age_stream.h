#ifndef CP_ARCHIVE_AGE_STREAM_H
#define CP_ARCHIVE_AGE_STREAM_H

#include <stddef.h>

#include "archive/age.h"

/*
 * age files of any size in constant memory (about 200 KiB, and the header).
 */

/* Where bytes come from and go to. */
struct cp_age_io {
	/* Puts 1 to CAP bytes into BUF, *GOT says how many; 0 at the end. */
	enum cp_rc (*read)(void *arg, void *buf, size_t cap, size_t *got,
	    struct cp_err *err);
	void *read_arg;
	/* Takes all LEN bytes. */
	enum cp_rc (*write)(void *arg, const void *data, size_t len,
	    struct cp_err *err);
	void *write_arg;
};

/* Reads plaintext, writes an age file for N recipients. */
enum cp_rc cp_age_encrypt_stream(const struct cp_age_recipient *recipients,
    size_t n, const struct cp_age_io *io, struct cp_err *err) CP_MUST_CHECK;

/*
 * Reads an age file, binary or in ASCII armor (it finds out which), and writes
 * the plaintext.  Each chunk is authenticated before any of it is written, but
 * earlier chunks are out by the time a later one, or the end, is found wrong:
 * a caller that wants all or nothing writes to a temporary file and keeps it
 * only on CP_OK, or calls twice: with IO->write NULL the whole file is checked
 * and nothing is written.
 */
enum cp_rc cp_age_decrypt_stream(const struct cp_age_identity *identities,
    size_t n, const struct cp_age_io *io, struct cp_err *err) CP_MUST_CHECK;

#endif
