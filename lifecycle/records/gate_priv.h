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
 * texts that were hidden, as a whole and each word that tells something, where
 * they stand nowhere in what is open (gate_words.c).  Pure.
 */
struct gate_words {
	unsigned hidden;
	struct cp_buf *word; /* owned; folded, with a space before it */
	size_t n, cap;
	const struct cp_json *ledger; /* entries that are hidden; borrowed, or
				       * NULL */
};
/* TAKEN is an object as cp_document_hide gives it, or LEN is 0. */
enum cp_rc gate_words_load(struct gate_words *w, unsigned hidden,
    const char *taken, size_t len, struct cp_err *err) CP_MUST_CHECK;
/* What was hidden of an earlier document, as the DETAIL of a correction has
 * it. */
enum cp_rc gate_words_learn(struct gate_words *w, const char *detail,
    struct cp_err *err) CP_MUST_CHECK;
/* After that: what DOC, which is open, says is not hidden. */
enum cp_rc gate_words_settle(struct gate_words *w,
    const struct cp_document *doc, struct cp_err *err) CP_MUST_CHECK;
void gate_words_clear(struct gate_words *w);
/* *YES: TEXT says what W hides. */
enum cp_rc gate_words_say(const struct gate_words *w, const char *text,
    int *yes, struct cp_err *err) CP_MUST_CHECK;
/* The DETAIL of an entry of ACTION without what W says, appended to OUT;
 * *DIFFERS: it is another. */
enum cp_rc gate_words_redact(const struct gate_words *w, const char *action,
    const char *detail, struct cp_buf *out, int *differs, struct cp_err *err)
    CP_MUST_CHECK;

/* gate_hold.c: texts of the holds of RECORD that say what W hides are "-" from
 * now on; the log's entries about them keep those behind the shield. */
enum cp_rc gate_hold_silence(struct cp_store *s, int64_t record,
    const struct gate_words *w, struct cp_err *err) CP_MUST_CHECK;

/* gate_write.c: the salt of the store; the keys under which the person of DOC
 * is known, for row N. */
enum cp_rc gate_salt(struct cp_store *s, uint8_t salt[CP_SALT_LEN],
    struct cp_err *err) CP_MUST_CHECK;
enum cp_rc gate_put_keys(struct cp_store *s, const struct cp_matcher *m,
    int64_t n, const struct cp_document *doc, struct cp_err *err)
    CP_MUST_CHECK;
/* TAKEN goes behind the shield of row RECORD, unless it is what came last
 * (*SEALED 0).  FEED: in the place of the same that came earlier. */
enum cp_rc gate_seal(struct cp_store *s, const struct cp_matcher *m,
    int64_t record, const struct cp_buf *taken, int feed,
    const struct cp_now *now, int *sealed, struct cp_err *err) CP_MUST_CHECK;
/* What comes next is not what came last, whatever it is. */
enum cp_rc gate_forget_digest(struct cp_store *s, int64_t record,
    struct cp_err *err) CP_MUST_CHECK;

/* Takes what W says, and what it learns there, out of the history of the record
 * ID, of which DOC is open: members {"seq","detail","salt"}, as they were, are
 * appended to KEPT, which is an open array (gate_log.c). */
enum cp_rc gate_log_hide(struct cp_store *s, const char *id,
    struct gate_words *w, const struct cp_document *doc, struct cp_buf *kept,
    struct cp_err *err) CP_MUST_CHECK;
/* And back, as far as the entries are in that history: those of the array
 * LIST; what has no "seq" is passed over. */
enum cp_rc gate_log_show(struct cp_store *s, const char *id,
    const struct cp_json *list, struct cp_err *err) CP_MUST_CHECK;

#endif
