#ifndef CP_RECORDS_TIE_H
#define CP_RECORDS_TIE_H

#include "lifecycle/records/match.h"
#include "lifecycle/records/record.h"

/*
 * How an archived person who asks is found, though no name of theirs is left
 * in the store: 64 bits of HMAC-SHA-256 under keys/match.key (match.h) of the
 * folded current name with the birth date, and of each number.  What is hidden
 * behind a shield is not among them.  They go when the record is live again or
 * destroyed.
 */
/* For whoever archives: puts the ties of DOC, of row RECORD. */
enum cp_rc cp_tie_put(struct cp_store *s, const struct cp_matcher *m,
    int64_t record, const struct cp_document *doc, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc cp_tie_drop(struct cp_store *s, int64_t record,
    struct cp_err *err) CP_MUST_CHECK;

/* Who is looked for; NULL for what is not known. */
struct cp_sought {
	const char *id;     /* identifying number */
	const char *given, *family;
	const char *number; /* NHS number or pupil number */
	struct cp_date born;
};
enum { CP_TIES = 16 };
struct cp_tied {
	int64_t record[CP_TIES]; /* archived or destroyed ones; each once */
	size_t n;
	int more;
};
/* The archived records that SOUGHT may be, and by its identifying number also
 * a destroyed one.  Live ones are found by find.h. */
enum cp_rc cp_tie_find(struct cp_store *s, const struct cp_matcher *m,
    const struct cp_sought *sought, struct cp_tied *out, struct cp_err *err)
    CP_MUST_CHECK;

#endif
