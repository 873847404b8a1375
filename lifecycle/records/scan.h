#ifndef CP_RECORDS_SCAN_H
#define CP_RECORDS_SCAN_H

#include "lifecycle/records/record.h"
#include "lifecycle/rules/decide.h"

/*
 * The facts of all records that are live or archived, in the order of their
 * rows: one pass over the records, one beside it over the consents.  No
 * statement and, once the longest list of consents was seen, no memory is
 * needed for each.  Holds are not read: no date depends on them.
 */
struct cp_scan;

/* What the store holds of one record; borrowed until the next is read. */
struct cp_scanned {
	int64_t n;
	const char *id;
	struct cp_facts facts; /* without holds */
	enum cp_parked parked;
	int64_t policy;        /* by which the following was computed */
	enum cp_action next_action;
	struct cp_date next_due;
	const char *rule;      /* "" with no action */
	struct cp_date extended_from, prune_due;
};

/* Begins after row AFTER (0: all).  To read all as it was at one moment, the
 * caller has a transaction open.  One scan at a time on a store. */
enum cp_rc cp_scan_open(struct cp_store *s, int64_t after,
    struct cp_scan **out, struct cp_err *err) CP_MUST_CHECK;
/* The next record, or *FOUND = 0.  CP_CORRUPT: facts that cannot be read. */
enum cp_rc cp_scan_next(struct cp_scan *scan, int *found,
    struct cp_scanned *out, struct cp_err *err) CP_MUST_CHECK;
/* NULL-safe. */
void cp_scan_close(struct cp_scan **scan);

#endif
