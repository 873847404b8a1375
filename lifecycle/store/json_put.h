#ifndef CP_STORE_JSON_PUT_H
#define CP_STORE_JSON_PUT_H

#include <stddef.h>
#include <stdint.h>

#include "archive/buf.h"

/*
 * JSON written straight onto a buffer: no tree, no allocation of its own.
 * Commas put themselves: each call looks at the last byte of B and adds one
 * unless B is empty or that byte is [ { : or a line feed.  So
 *
 *	cp_json_open(b, '{');
 *	cp_json_put_key(b, "id");
 *	cp_json_put_string(b, id);
 *	cp_json_put_key(b, "rows");
 *	cp_json_open(b, '[');
 *	...
 *	cp_json_close(b, ']');
 *	cp_json_close(b, '}');
 *
 * Output is compact, one line, valid UTF-8: " \ and control characters are
 * escaped, everything else goes as it is, and a byte that is not UTF-8 becomes
 * U+FFFD.  B remembers failures: check once with cp_buf_check.
 */

void cp_json_open(struct cp_buf *b, char bracket);
void cp_json_close(struct cp_buf *b, char bracket);
/* KEY must need no escape (an identifier of ours). */
void cp_json_put_key(struct cp_buf *b, const char *key);
/* A string; null when TEXT is NULL. */
void cp_json_put_string(struct cp_buf *b, const char *text);
void cp_json_put_bytes(struct cp_buf *b, const char *text, size_t len);
void cp_json_put_int(struct cp_buf *b, int64_t n);
void cp_json_put_bool(struct cp_buf *b, int yes);
void cp_json_put_null(struct cp_buf *b);
/* JSON that is already JSON (a stored document). */
void cp_json_put_raw(struct cp_buf *b, const char *json, size_t len);

/* Key and string value in one; the commonest member. */
void cp_json_put_member(struct cp_buf *b, const char *key, const char *text);

#endif
