#ifndef CP_ARCHIVE_BUF_H
#define CP_ARCHIVE_BUF_H

#include <stddef.h>
#include <stdint.h>

#include "archive/err.h"

/*
 * Growable bytes.  Always NUL-terminated one past len once anything was put
 * in, so that text can be read from it.  Appending remembers the first
 * failure (memory, or the cap) and does nothing more; the user checks once,
 * with cp_buf_check.  Not for keys: those live in struct cp_secret.
 */
struct cp_buf {
	uint8_t *data; /* owned; NULL while empty */
	size_t len;    /* bytes in use */
	size_t cap;    /* bytes allocated, less the NUL */
	size_t max;    /* most bytes allowed; 0 = 1 GiB */
	int failed;    /* an append failed since the last clear */
};

void cp_buf_init(struct cp_buf *b);
/* Frees the memory; wipes it first, since it may hold a person's data. */
void cp_buf_clear(struct cp_buf *b);
/* Empties without freeing; forgets a failure. */
void cp_buf_reset(struct cp_buf *b);

void cp_buf_put(struct cp_buf *b, const void *data, size_t len);
void cp_buf_puts(struct cp_buf *b, const char *text);
void cp_buf_putc(struct cp_buf *b, char c);
void cp_buf_printf(struct cp_buf *b, const char *fmt, ...) CP_PRINTF(2, 3);
/* LEN more bytes, uninitialised, to be filled by the caller; NULL on failure.
 * The pointer is good until the next call on B. */
uint8_t *cp_buf_grow(struct cp_buf *b, size_t len);

/* CP_OK, or CP_FAILED with "out of memory" or "too large". */
enum cp_rc cp_buf_check(const struct cp_buf *b, struct cp_err *err)
    CP_MUST_CHECK;
/* The text in B, "" while empty; borrowed. */
const char *cp_buf_text(const struct cp_buf *b);

#endif
