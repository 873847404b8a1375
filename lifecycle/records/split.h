#ifndef CP_RECORDS_SPLIT_H
#define CP_RECORDS_SPLIT_H

#include "lifecycle/records/events.h"

/*
 * One number stood for two people, or for the two lives of somebody adopted:
 * part of the live record ID becomes a record of its own, under a number that
 * nothing about ID leads to.  The two are never to be linked (link.h); where
 * ID is shielded, so is the other.
 */
struct cp_split {
	const char *id;
	const char *const *take; /* paths: document_join.h */
	size_t n_take;
	const char *const *sets; /* FIELD=VALUE, of the new record */
	size_t n_sets;
	const int64_t *consents; /* numbers of those that go along */
	size_t n_consents;
	const int64_t *history;  /* log entries of ID that are about the new */
	size_t n_history;
	const char *reason;      /* kept with ID's log only */
};

struct cp_splitted {
	struct cp_record record, parted; /* both, afterwards */
	int64_t holds;                   /* that stand on both now */
};

/*
 * In the caller's transaction, and can be undone until the next run.  Holds on
 * ID are copied.  CP_REFUSED: not live, or one would have no current name;
 * CP_NOT_FOUND: a consent or log entry that is not ID's; CP_BAD_INPUT fills
 * WHY.
 */
enum cp_rc cp_record_split(const struct cp_change *c,
    const struct cp_split *x, struct cp_splitted *out, struct cp_reject *why,
    struct cp_err *err) CP_MUST_CHECK;

#endif
