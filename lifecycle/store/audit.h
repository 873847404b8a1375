#ifndef CP_STORE_AUDIT_H
#define CP_STORE_AUDIT_H

#include <stdint.h>

#include "archive/buf.h"
#include "archive/note.h"
#include "lifecycle/store/now.h"
#include "lifecycle/store/store.h"

/*
 * The log: an RFC 6962 Merkle tree in the store's own transactions, its head
 * signed at every commit (formats.md, "Audit log").  Every change of the
 * store goes between cp_txn_begin and cp_txn_commit; what is shown to a
 * person is logged by the same pair before it is shown.
 */
struct cp_audit;

enum { CP_SALT_SIZE = 16 };

struct cp_entry {
	const char *action;  /* "record.create": lower case words and dots */
	const char *subject; /* a record's id, or NULL */
	const char *outcome; /* "done", "refused"...; NULL = "done" */
	const char *detail;  /* JSON text that is erased with the person, or
			      * NULL = {} */
};

/* Opens the log for ACTOR at NOW (both borrowed).  The signing key is read at
 * the first cp_txn_begin: CP_KEY if it or the host key is missing or wrong. */
enum cp_rc cp_audit_open(struct cp_store *s, const char *store_id,
    const char *actor, const struct cp_now *now, struct cp_audit **out,
    struct cp_err *err) CP_MUST_CHECK;
void cp_audit_free(struct cp_audit *a);
/* Who acts; borrowed. */
const char *cp_audit_actor(const struct cp_audit *a);
/* Makes a store's signing key, keys/signing.key and .pub, under the host
 * key. */
enum cp_rc cp_audit_make_key(const char *store_dir, const char *store_id,
    struct cp_err *err) CP_MUST_CHECK;

/* Begins an audited transaction.  CP_CORRUPT if the log in the database ends
 * before the head that was last signed and kept outside it. */
enum cp_rc cp_txn_begin(struct cp_audit *a, struct cp_err *err)
    CP_MUST_CHECK;
/* Adds an entry; *SEQ (may be NULL) is its number, from 0. */
enum cp_rc cp_audit_add(struct cp_audit *a, const struct cp_entry *e,
    int64_t *seq, struct cp_err *err) CP_MUST_CHECK;
/* Signs the head, commits, and keeps the head outside the database. */
enum cp_rc cp_txn_commit(struct cp_audit *a, struct cp_err *err)
    CP_MUST_CHECK;
/* Commits if RC, what the transaction's work came to, is CP_OK; else undoes it
 * and returns RC, leaving ERR as it is. */
enum cp_rc cp_txn_end(struct cp_audit *a, enum cp_rc rc, struct cp_err *err)
    CP_MUST_CHECK;
/* Undoes all since begin; harmless where there is none. */
void cp_txn_rollback(struct cp_audit *a);

/* Erases detail and salt of every entry of SUBJECT's history, as cp_log_each
 * finds it (the hashes stay).
 * Within a transaction. */
enum cp_rc cp_audit_erase(struct cp_audit *a, const char *subject,
    struct cp_err *err) CP_MUST_CHECK;
/* Keeps the present head as a checkpoint of its own; appended to OUT if not
 * NULL.  Within a transaction of its own. */
enum cp_rc cp_audit_checkpoint(struct cp_audit *a, struct cp_buf *out,
    struct cp_err *err) CP_MUST_CHECK;
/* Signs BODY with the log's key: 64 bytes; for certificates. */
enum cp_rc cp_audit_sign(struct cp_audit *a, const void *body, size_t len,
    uint8_t sig[64], struct cp_err *err) CP_MUST_CHECK;

#endif
