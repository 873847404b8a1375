#include "lifecycle/store/audit_internal.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "archive/base64.h"
#include "archive/crypto.h"
#include "archive/file.h"
#include "lifecycle/store/json_put.h"

enum { HEAD_MAX = 4096 };

static enum cp_rc
tile_get(void *ctx, unsigned level, uint64_t index, struct cp_buf *out,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(ctx, SQL_AUDIT_TILE);
	const void *hashes;
	size_t len;
	int row;
	enum cp_rc rc;

	cp_bind_int(q, level);
	cp_bind_int(q, (int64_t)index);
	rc = cp_step(q, &row, err);
	if (rc != CP_OK || !row)
		return rc;
	hashes = cp_col_blob(q, 0, &len);
	cp_buf_put(out, hashes, len);
	cp_reset(q);
	return cp_buf_check(out, err);
}

static enum cp_rc
tile_put(void *ctx, unsigned level, uint64_t index, const uint8_t *hashes,
    size_t width, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(ctx, SQL_AUDIT_PUT_TILE);

	cp_bind_int(q, level);
	cp_bind_int(q, (int64_t)index);
	cp_bind_blob(q, hashes, width * CP_HASH_SIZE);
	return cp_exec(q, err);
}

struct cp_tile_store
audit_tiles_of(struct cp_store *s)
{
	return (struct cp_tile_store){ s, tile_get, tile_put };
}

void
audit_origin(const char *store_id, char out[CP_NOTE_NAME_MAX])
{
	(void)snprintf(out, CP_NOTE_NAME_MAX, "cpadmin/%s", store_id);
}

enum cp_rc
audit_parse_note(const char *note, size_t len, struct cp_checkpoint *out,
    struct cp_err *err)
{
	const char *end = memmem(note, len, "\n\n", 2);

	if (end == NULL)
		return cp_fail(err, CP_CORRUPT, "the log's head is no note");
	if (cp_checkpoint_parse(note, (size_t)(end + 1 - note), out, err) !=
	    CP_OK) {
		err->code = CP_CORRUPT;
		return CP_CORRUPT;
	}
	return CP_OK;
}

enum cp_rc
audit_kept_head(struct cp_store *s, struct cp_buf *note, struct cp_err *err)
{
	char path[4096];
	enum cp_rc rc = cp_store_path(s, path, sizeof(path), err,
	    "keys/log-head");

	return rc == CP_OK ? cp_file_read(path, HEAD_MAX, note, err) : rc;
}

enum cp_rc
audit_write_key(const char *path, const struct cp_note_key *key,
    struct cp_err *err)
{
	char line[CP_NOTE_VKEY_MAX + 1], vkey[CP_NOTE_VKEY_MAX];

	cp_note_key_format(key, vkey);
	(void)snprintf(line, sizeof(line), "%s\n", vkey);
	return cp_file_write_durable(path, 0600, line, strlen(line), err);
}

void
audit_row(struct cp_stmt *q, struct cp_log_row *row)
{
	size_t n;

	row->seq = cp_col_int(q, 0);
	row->time = cp_col_text(q, 1);
	row->actor = cp_col_text(q, 2);
	row->action = cp_col_text(q, 3);
	row->subject = cp_col_null(q, 4) ? NULL : cp_col_text(q, 4);
	row->outcome = cp_col_text(q, 5);
	row->hash = cp_col_blob(q, 6, &n);
	if (n != CP_HASH_SIZE)
		row->hash = NULL;
	row->salt = cp_col_null(q, 7) ? NULL : cp_col_blob(q, 7, &n);
	if (row->salt != NULL && n != CP_SALT_SIZE)
		row->salt = NULL;
	row->detail = cp_col_null(q, 8) ? NULL : cp_col_text(q, 8);
}

void
audit_detail_hash(const uint8_t salt[16], const char *detail,
    uint8_t out[32])
{
	cp_sha256_two(salt, CP_SALT_SIZE, detail, strlen(detail), out);
}

/* ---- a leaf's line ----------------------------------------------------- */

/* The length of TEXT if JSON takes it as it stands (printable ASCII, no quote
 * or backslash), else -1. */
static ptrdiff_t
plain_length(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;

	while (*p >= 0x20 && *p < 0x7F && *p != '"' && *p != '\\')
		p++;
	return *p == '\0' ? (const char *)p - text : -1;
}

static char *
put(char *at, const char *text, size_t len)
{
	memcpy(at, text, len);
	return at + len;
}

static void
line_of_any(const struct cp_log_row *row, struct cp_buf *out)
{
	cp_buf_puts(out, "{\"seq\":");
	cp_json_put_int(out, row->seq);
	cp_json_put_member(out, "time", row->time);
	cp_json_put_member(out, "actor", row->actor);
	cp_json_put_member(out, "action", row->action);
	cp_json_put_member(out, "subject", row->subject);
	cp_json_put_member(out, "outcome", row->outcome);
	cp_buf_puts(out, ",\"detail\":\"");
}

/* Verifying hundreds of millions of entries makes as many lines: where no
 * text needs an escape the line is put together in one piece. */
void
cp_log_line(const struct cp_log_row *row, struct cp_buf *out)
{
	static const char *const keys[] = { ",\"time\":\"", "\",\"actor\":\"",
		"\",\"action\":\"", "\",\"subject\":\"", "\",\"outcome\":\"" };
	static const uint8_t zero[CP_HASH_SIZE];
	const char *text[] = { row->time, row->actor, row->action,
		row->subject, row->outcome };
	ptrdiff_t len[5] = { 0 };
	size_t total = 0;
	char seq[32], *at;
	int i, plain = row->subject != NULL;

	for (i = 0; plain && i < 5; i++) {
		len[i] = plain_length(text[i]);
		plain = len[i] >= 0;
		total += (size_t)len[i] + strlen(keys[i]);
	}
	if (plain) {
		int n = snprintf(seq, sizeof(seq), "{\"seq\":%" PRId64,
		    row->seq);

		at = (char *)cp_buf_grow(out, (size_t)n + total + 12);
		if (at == NULL)
			return;
		at = put(at, seq, (size_t)n);
		for (i = 0; i < 5; i++) {
			at = put(at, keys[i], strlen(keys[i]));
			at = put(at, text[i], (size_t)len[i]);
		}
		(void)put(at, "\",\"detail\":\"", 12);
	} else {
		line_of_any(row, out);
	}
	cp_hex_put(out, row->hash != NULL ? row->hash : zero, CP_HASH_SIZE);
	cp_buf_puts(out, "\"}");
}
