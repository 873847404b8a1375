#ifndef CP_DUTIES_RESTORING_H
#define CP_DUTIES_RESTORING_H

#include "lifecycle/duties/agreeing.h"
#include "lifecycle/duties/opening.h"
#include "lifecycle/store/audit.h"

/*
 * Restoring: an archived record is live again, with its history and consents,
 * because it should not have been archived (a wrong birth date, say; domain:
 * lifecycle).  The package's header is erased: whatever is archived later is a
 * new package.
 */

/* One field to be rectified on the way, as cp_document_set takes it. */
struct cp_correction {
	const char *field, *value;
};

struct cp_restoring {
	struct cp_store *store;    /* all borrowed */
	struct cp_audit *audit;
	const struct cp_rules *rules;
	const struct cp_now *now;
	const struct cp_parcel *parcel;
	const char *reason; /* NULL where an opening has it */
	const struct cp_correction *corrections;
	size_t n_corrections;
	/* to which several operators agreed, and which is used up with it;
	 * NULL where one is enough */
	const struct cp_opening *opening;
};

/* Whether P may be restored: CP_REFUSED unless it is archived and in no
 * approved batch. */
enum cp_rc cp_restore_allowed(const struct cp_parcel *p,
    const struct cp_parcel_facts *facts, struct cp_err *err) CP_MUST_CHECK;

/*
 * Does it in one audited transaction, in which everything is asked again.  X is
 * the opened package; its document is rectified in place.  OUT is the record
 * as it is then.  Taken out of a proposed batch it is too.  CP_REFUSED as
 * above; CP_BUSY: a retention run is at work; CP_BAD_INPUT: a correction cannot
 * be made; CP_CORRUPT: the history is not that record's.  On failure nothing
 * has changed.
 */
enum cp_rc cp_restore(const struct cp_restoring *in, struct cp_opened *x,
    struct cp_record *out, struct cp_err *err) CP_MUST_CHECK;

#endif
