#ifndef CP_STORE_AUDIT_INTERNAL_H
#define CP_STORE_AUDIT_INTERNAL_H

/* Shared by audit.c and audit_read*.c: tiles in SQL, the head's files. */

#include "archive/merkle.h"
#include "lifecycle/store/audit.h"
#include "lifecycle/store/audit_read.h"
#include "lifecycle/store/stmt.h"

/* The tiles of S's log as a tile store. */
struct cp_tile_store audit_tiles_of(struct cp_store *s);
/* "cpadmin/STORE-ID": the log's origin and its key's name. */
void audit_origin(const char *store_id, char out[CP_NOTE_NAME_MAX]);
/* The size and root in a head's note, its signature not checked. */
enum cp_rc audit_parse_note(const char *note, size_t len,
    struct cp_checkpoint *out, struct cp_err *err);
/* The head kept in keys/log-head; CP_NOT_FOUND if none is. */
enum cp_rc audit_kept_head(struct cp_store *s, struct cp_buf *note,
    struct cp_err *err);
/* Fills ROW from a statement of audit.sql; borrowed until its next step. */
void audit_row(struct cp_stmt *q, struct cp_log_row *row);
/* Writes a public key as a line of text to PATH. */
enum cp_rc audit_write_key(const char *path, const struct cp_note_key *key,
    struct cp_err *err);
/* SHA-256(salt | detail). */
void audit_detail_hash(const uint8_t salt[16], const char *detail,
    uint8_t out[32]);

#endif
