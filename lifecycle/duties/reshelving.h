#ifndef CP_DUTIES_RESHELVING_H
#define CP_DUTIES_RESHELVING_H

#include "archive/shelf.h"
#include "lifecycle/records/catalogue.h"
#include "lifecycle/store/audit.h"

struct cp_secret;

/*
 * Giving a package another day of destruction: its wrapped header goes from
 * the shelf of the old month to that of the new one, so that the key of
 * neither reaches beyond its own month.  The payload is not touched.
 */
struct cp_reshelver {
	/* given, borrowed */
	struct cp_store *store;
	struct cp_audit *audit;
	const struct cp_policy *policy; /* that decided */
	struct cp_date today;
	struct cp_shelf_ring *ring; /* open to write; NULL: opened when used */
	/* its own; zeroed */
	struct cp_shelf_ring *own;
	struct cp_secret *hostkey;
	struct cp_buf header, wrapped, detail;
	int untouched; /* a failure was this package's own, before any change */
};
void cp_reshelver_clear(struct cp_reshelver *x);

/*
 * Gives the package of the archived record ID the day DUE, in the caller's
 * transaction, with its log entry.  The new shelf's key is on the disk before
 * this returns; a day that is past goes on the shelf of this month, as its own
 * may be gone.  With a batch that waits (IN_BATCH) the package leaves it.  The
 * record's row is the caller's.  CP_KEY, CP_CORRUPT, CP_NOT_FOUND, CP_REFUSED
 * with x->untouched: this header cannot be had, others may.
 */
enum cp_rc cp_reshelve(struct cp_reshelver *x, const char *id,
    struct cp_date due, int in_batch, struct cp_err *err) CP_MUST_CHECK;

#endif
