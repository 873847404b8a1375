#ifndef CP_DUTIES_RESHELVING_H
#define CP_DUTIES_RESHELVING_H

#include "archive/shelf.h"
#include "lifecycle/records/catalogue.h"
#include "lifecycle/store/audit.h"

struct cp_secret;

/*
 * Giving a package another shelf, and perhaps another day of destruction: its
 * wrapped header goes from under the key of the one month to that of the
 * other, so that the key of neither reaches beyond its own month.  No payload
 * is touched, and nothing is sealed anew.
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
 * Moves the header of P, which is archived, to the shelf of MONTH (YYYYMM) in
 * the caller's transaction; its day stays.  The new shelf's key is on the disk
 * before this returns.  CP_KEY, CP_CORRUPT, CP_REFUSED (that shelf is
 * destroyed) with x->untouched: this header cannot be had, others may.
 */
enum cp_rc cp_reshelve_to(struct cp_reshelver *x, const struct cp_parcel *p,
    int month, struct cp_err *err) CP_MUST_CHECK;
/*
 * Gives the package of the archived record ID the day DUE, in the caller's
 * transaction, with its log entry.  A day that is past goes on the shelf of
 * this month, as its own may be gone.  With a batch that waits (IN_BATCH) the package leaves it.  The
 * record's row is the caller's.  CP_KEY, CP_CORRUPT, CP_NOT_FOUND, CP_REFUSED
 * with x->untouched: this header cannot be had, others may.
 */
enum cp_rc cp_reshelve(struct cp_reshelver *x, const char *id,
    struct cp_date due, int in_batch, struct cp_err *err) CP_MUST_CHECK;

#endif
