#ifndef CP_RECORDS_GATE_JOINS_H
#define CP_RECORDS_GATE_JOINS_H

#include "lifecycle/records/events.h"
#include "lifecycle/store/json.h"

/*
 * Shields where two records become one, or one two, and where that or a
 * correction is undone: in the caller's transaction.  No document that is
 * compared, joined or kept for undoing has what is hidden of either.
 */

/*
 * Before the documents are read: FROM is to be merged into INTO.  Where one is
 * shielded, both lose what is hidden, and all that is behind either shield is
 * INTO's.  An object with what undoing needs is appended to EXTRA.
 */
enum cp_rc cp_gate_merge(const struct cp_change *c,
    const struct cp_record *from, const struct cp_record *into,
    struct cp_buf *extra, struct cp_err *err) CP_MUST_CHECK;
/* After both documents are what they were, EXTRA being that object (or NULL):
 * each has again what was hidden of it, and both are shielded. */
enum cp_rc cp_gate_unmerge(const struct cp_change *c, int64_t from,
    int64_t into, const struct cp_json *extra, struct cp_err *err)
    CP_MUST_CHECK;

/* What a change brought behind the shield of row N, after the compartment
 * BEHIND, goes with it. */
enum cp_rc cp_gate_take_back(struct cp_store *s, int64_t n, int64_t behind,
    struct cp_err *err) CP_MUST_CHECK;

#endif
