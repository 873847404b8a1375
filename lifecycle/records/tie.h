#ifndef CP_RECORDS_TIE_H
#define CP_RECORDS_TIE_H

#include "lifecycle/records/match.h"
#include "lifecycle/records/record.h"

/*
 * How an archived person who asks is found, though no name of theirs is left
 * in the store: 64 bits of HMAC-SHA-256 under keys/match.key (match.h) of each
 * of the first given words of the folded current name with the family name and
 * the birth date, and of each number.  What is hidden behind a shield is not
 * among them.  They go when the record is live again or destroyed, and all of
 * them with another match key: those of before cannot be made again.
 */

/* For whoever archives: replaces KEYS by the ties of DOC, in no order; none
 * where its name has no letters and it has no number.  Thread-safe. */
enum cp_rc cp_tie_keys(const struct cp_matcher *m,
    const struct cp_document *doc, struct cp_keys *keys, struct cp_err *err)
    CP_MUST_CHECK;
/* The same of a document's canonical text.  CP_CORRUPT: it is none. */
enum cp_rc cp_tie_keys_text(const struct cp_matcher *m, const char *text,
    size_t len, struct cp_keys *keys, struct cp_err *err) CP_MUST_CHECK;
/* Row RECORD, which has no ties, is found by KEYS; within the transaction that
 * archives it. */
enum cp_rc cp_tie_put(struct cp_store *s, int64_t record,
    const struct cp_keys *keys, struct cp_err *err) CP_MUST_CHECK;
/* It is not found any more; within a transaction. */
enum cp_rc cp_tie_drop(struct cp_store *s, int64_t record,
    struct cp_err *err) CP_MUST_CHECK;
/* Nobody is: another match key counts from now on. */
enum cp_rc cp_tie_drop_all(struct cp_store *s, struct cp_err *err)
    CP_MUST_CHECK;

/* How many archived records have no tie: they were archived before there were
 * any, or under another match key.  Such a person is found only by the
 * identifying number. */
enum cp_rc cp_tie_wanting(struct cp_store *s, int64_t *n,
    struct cp_err *err) CP_MUST_CHECK;

/* Who is looked for; NULL for what is not known. */
struct cp_sought {
	const char *id;     /* identifying number */
	/* All of the name, in either order, may stand in one of the two. */
	const char *given, *family;
	const char *number; /* NHS number or pupil number */
	struct cp_date born; /* by the name only with it */
};
enum { CP_TIES = 16 };
struct cp_tied {
	int64_t record[CP_TIES]; /* archived or destroyed ones; each once */
	size_t n;
	int more;
};
/* The archived records that SOUGHT may be, and by its identifying number also
 * a destroyed one, or the one that it was merged into; whoever asks.  Names
 * are tried with their words in either order; a birth date also as what is
 * known of it less exactly, and with day and month exchanged.  Live ones are
 * found by find.h. */
enum cp_rc cp_tie_find(struct cp_store *s, const struct cp_matcher *m,
    const struct cp_sought *sought, struct cp_tied *out, struct cp_err *err)
    CP_MUST_CHECK;

#endif
