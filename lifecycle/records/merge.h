#ifndef CP_RECORDS_MERGE_H
#define CP_RECORDS_MERGE_H

#include "lifecycle/records/document_join.h"
#include "lifecycle/records/events.h"

/*
 * Two live records are one person: ID becomes part of INTO, whose number
 * stays.  ID's row is `merged' then and leads there; its consents, the holds
 * on it and the numbers that led to it go along; its open move lapses; its
 * history is INTO's from then on (the view `history').  Where one is shielded,
 * INTO is (gate_joins.h).
 */
struct cp_merge {
	const char *id, *into;
	const char *const *sets; /* FIELD=VALUE: what is right about INTO */
	size_t n_sets;
	const char *reason;
};

struct cp_merged {
	struct cp_record record; /* INTO, afterwards */
	struct cp_joined joined;
	int64_t consents, holds; /* that went along */
};

/*
 * In the caller's transaction, and can be undone until the next run.
 * CP_REFUSED: one is not live; they are one record, or never to be linked; or
 * a field of theirs that SETS do not settle contradicts (ERR names all such
 * fields, never a value).  CP_BAD_INPUT fills WHY, of SETS or of the two
 * together.
 */
enum cp_rc cp_record_merge(const struct cp_change *c,
    const struct cp_merge *m, struct cp_merged *out, struct cp_reject *why,
    struct cp_err *err) CP_MUST_CHECK;

/* The number that the merged record N (a row) leads to. */
enum cp_rc cp_merged_into(struct cp_store *s, int64_t n, char out[CP_ID_MAX],
    struct cp_err *err) CP_MUST_CHECK;

/* The row of live record R becomes one that is merged into INTO, without a
 * document; nothing else.  For merging, and for undoing a split. */
enum cp_rc cp_merge_row(const struct cp_change *c, const struct cp_record *r,
    int64_t into, struct cp_err *err) CP_MUST_CHECK;

#endif
