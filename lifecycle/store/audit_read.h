#ifndef CP_STORE_AUDIT_READ_H
#define CP_STORE_AUDIT_READ_H

#include <stdint.h>

#include "archive/buf.h"
#include "archive/note.h"
#include "lifecycle/rules/date.h"
#include "lifecycle/store/store.h"

/* Reading, verifying and exporting the log. */

struct cp_log_row {
	int64_t seq;
	const char *time, *actor, *action;
	const char *subject; /* NULL if none */
	const char *outcome;
	const uint8_t *hash; /* SHA-256(salt | detail) */
	const uint8_t *salt; /* 16 bytes; NULL once erased or shielded */
	const char *detail;  /* NULL once erased; without a salt, what a shield
			      * left of it: it has another hash */
};

/*
 * SUBJECT asks for a record's history: the entries about its number and those
 * that were merged into it, less those that belong to another record since a
 * split, plus those that came to it by one; of the latter the row says that
 * they are about SUBJECT, and cp_log_line of it is not the leaf's.
 */
struct cp_log_filter {
	const char *subject, *actor, *action; /* NULL = any */
	struct cp_date since;                 /* none = any */
	int cases; /* with the entries about SUBJECT's cases of shielding, which
		    * are about the case: for those who may know of one */
};

/* The exact line of the leaf, without newline, appended to OUT. */
void cp_log_line(const struct cp_log_row *row, struct cp_buf *out);
/* Rows in order, borrowed during CB. */
enum cp_rc cp_log_each(struct cp_store *s, const struct cp_log_filter *filter,
    enum cp_rc (*cb)(void *ctx, const struct cp_log_row *row,
	struct cp_err *err), void *ctx, struct cp_err *err) CP_MUST_CHECK;

struct cp_log_report {
	int64_t size;       /* entries */
	int64_t erased;     /* of them with details erased, or shielded */
	int64_t bad_seq;    /* where it differs, -1 = nowhere */
	int64_t bad_until;  /* last entry that may be meant */
	int64_t checkpoints;
	char why[200];      /* "" = whole */
	uint8_t root[32];
};
/*
 * Reads every entry: numbers, leaf hashes against the tiles, details against
 * their hashes, tiles against the signed head and every kept checkpoint, and
 * the head kept outside the database.  CP_CORRUPT names the place in REPORT
 * and ERR.  PROGRESS may be NULL.
 */
enum cp_rc cp_log_verify(struct cp_store *s, struct cp_log_report *report,
    void (*progress)(void *ctx, int64_t done, int64_t total), void *ctx,
    struct cp_err *err) CP_MUST_CHECK;
/* Writes entries.ndjson, checkpoint, key.pub and tile/ into DIR, which must
 * be empty or new.  Read by witnesses and by `cpadmin verify'. */
enum cp_rc cp_log_export(struct cp_store *s, const char *dir, int64_t *entries,
    struct cp_err *err) CP_MUST_CHECK;
/* The leaf line of SEQ, its inclusion proof in the head's tree (32 bytes
 * each) and the head's note. */
enum cp_rc cp_log_prove(struct cp_store *s, int64_t seq, struct cp_buf *line,
    struct cp_buf *proof, struct cp_buf *note, struct cp_err *err)
    CP_MUST_CHECK;
/* The public key that signs: keys/signing.pub. */
enum cp_rc cp_log_key(struct cp_store *s, struct cp_note_key *out,
    struct cp_err *err) CP_MUST_CHECK;

#endif
