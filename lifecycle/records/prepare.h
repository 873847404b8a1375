#ifndef CP_RECORDS_PREPARE_H
#define CP_RECORDS_PREPARE_H

#include "lifecycle/records/keys.h"
#include "lifecycle/records/record.h"
#include "lifecycle/store/stmt.h"

/*
 * A record about to be stored, with all that can be computed from its document
 * alone.  Preparing is pure, so that many threads may do it while one writes.
 */
struct cp_prepared {
	struct cp_buf text;          /* canonical */
	struct cp_keys keys;         /* ascending */
	struct cp_decision decision; /* with no consent and no hold */
	enum cp_parked parked;
	struct cp_date prune_due;
};

/* Zeroed is empty; reusable. */
void cp_prepared_clear(struct cp_prepared *p);
/* Replaces what P holds by what follows from DOC, which has its id. */
enum cp_rc cp_prepare(const struct cp_rules *rules,
    const struct cp_document *doc, struct cp_prepared *p, struct cp_err *err)
    CP_MUST_CHECK;
/* Inserts row *N and the document of a new record, not its keys: those are
 * for cp_key_insert, in an order that suits the index. */
enum cp_rc cp_prepared_insert(struct cp_store *s, const struct cp_rules *rules,
    const struct cp_document *doc, const struct cp_prepared *p,
    const struct cp_now *now, int64_t *n, struct cp_err *err) CP_MUST_CHECK;
/* One search key of record N. */
enum cp_rc cp_key_insert(struct cp_store *s, uint64_t key, int64_t n,
    struct cp_err *err) CP_MUST_CHECK;
/* Takes the keys that only OLD has from record N and adds those that only NEW
 * has; both ascending. */
enum cp_rc cp_keys_change(struct cp_store *s, const struct cp_keys *old,
    const struct cp_keys *new, int64_t n, struct cp_err *err) CP_MUST_CHECK;
/* The keys of record N, as its document row holds them, leave the index. */
enum cp_rc cp_keys_drop(struct cp_store *s, int64_t n, struct cp_err *err)
    CP_MUST_CHECK;
/* Binds KEYS (borrowed) as a document row holds them. */
void cp_keys_bind(struct cp_stmt *q, const struct cp_keys *keys);

/* ---- for record.c and find.c ---- */

/* The decision about FACTS as a row keeps it; facts that cannot be evaluated
 * park the record, they do not stop the command. */
enum cp_rc cp_record_decide(const struct cp_rules *rules,
    const struct cp_facts *facts, struct cp_decision *out,
    enum cp_parked *parked, struct cp_err *err) CP_MUST_CHECK;
/* Bind what a row keeps of a decision, and of a document's facts.  BIRTH must
 * live until the statement is stepped. */
void cp_record_bind_action(struct cp_stmt *q, const struct cp_decision *d);
void cp_record_bind_facts(struct cp_stmt *q, const struct cp_facts *facts,
    char birth[CP_DATE_TEXT]);
/* The row that Q, a statement with the columns of record_by_id, stands on. */
enum cp_rc cp_record_read(struct cp_stmt *q, struct cp_record *r,
    struct cp_err *err) CP_MUST_CHECK;

#endif
