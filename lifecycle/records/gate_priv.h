#ifndef CP_RECORDS_GATE_PRIV_H
#define CP_RECORDS_GATE_PRIV_H

#include "lifecycle/records/gate.h"
#include "lifecycle/store/json.h"

/* Private to gate*.c. */

/* What hides involvements, or tells of them. */
enum { GATE_INVOLVEMENTS = CP_HIDE_SCHOOL | CP_HIDE_PRACTICE |
	CP_HIDE_PRACTITIONER | CP_HIDE_INVOLVEMENTS };

/*
 * What details of log entries may not say: the parts HIDDEN by name, and the
 * texts in what cp_document_hide took out that stand nowhere else in the
 * document (gate_words.c).
 */
struct gate_words {
	unsigned hidden;
	struct cp_buf *word; /* owned; folded, with a space at both ends */
	size_t n, cap;
	const struct cp_json *ledger; /* entries that are hidden; borrowed, or
				       * NULL */
};
/* TAKEN is an object as cp_document_hide gives it; DOC what is left. */
enum cp_rc gate_words_load(struct gate_words *w, unsigned hidden,
    const char *taken, size_t len, const struct cp_document *doc,
    struct cp_err *err) CP_MUST_CHECK;
void gate_words_clear(struct gate_words *w);
/* The DETAIL of an entry of ACTION without what W says, appended to OUT;
 * *DIFFERS: it is another.  Pure. */
enum cp_rc gate_words_redact(const struct gate_words *w, const char *action,
    const char *detail, struct cp_buf *out, int *differs, struct cp_err *err)
    CP_MUST_CHECK;

/* gate_write.c: the salt of the store; the keys under which the person of DOC
 * is known, for row N; the digest of its active shield, NULL: none. */
enum cp_rc gate_salt(struct cp_store *s, uint8_t salt[CP_SALT_LEN],
    struct cp_err *err) CP_MUST_CHECK;
enum cp_rc gate_put_keys(struct cp_store *s, const struct cp_matcher *m,
    int64_t n, const struct cp_document *doc, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc gate_put_digest(struct cp_store *s, int64_t n,
    const uint8_t *digest, struct cp_err *err) CP_MUST_CHECK;

/* Takes what W says out of the history of the record ID: members {"seq",
 * "detail","salt"}, as they were, are appended to KEPT, which is an open array
 * (gate_log.c). */
enum cp_rc gate_log_hide(struct cp_store *s, const char *id,
    const struct gate_words *w, struct cp_buf *kept, struct cp_err *err)
    CP_MUST_CHECK;
/* And back, as far as the entries are in that history: those of the array
 * LIST; what has no "seq" is passed over. */
enum cp_rc gate_log_show(struct cp_store *s, const char *id,
    const struct cp_json *list, struct cp_err *err) CP_MUST_CHECK;

#endif
