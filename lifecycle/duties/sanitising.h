#ifndef CP_DUTIES_SANITISING_H
#define CP_DUTIES_SANITISING_H

#include "lifecycle/store/audit.h"
#include "lifecycle/store/operator.h"

/*
 * Taking what was erased out of the files' slack as well (design, "Traps":
 * secure_delete alone leaves residue).  Not by every run: it writes the whole
 * database anew.
 */
struct cp_sanitising {
	int64_t bytes_before, bytes_after; /* database and log */
	int64_t needed, available;         /* on the disk, while it works */
	int64_t milliseconds;
	char last[24];                     /* time of the one before; "" */
};

/* Looks, and changes nothing. */
enum cp_rc cp_sanitise_plan(struct cp_store *s, struct cp_sanitising *out,
    struct cp_err *err) CP_MUST_CHECK;
/*
 * Sanitises the store, and notes and logs that it was done.  PROGRESS as in
 * store_vacuum.h.  Outside a transaction.  CP_BUSY: a run is at work, or other
 * programs keep the database; CP_FAILED: the disk has not enough room.
 */
enum cp_rc cp_sanitise(struct cp_store *s, struct cp_audit *audit,
    const struct cp_operator *op, const struct cp_now *now,
    void (*progress)(void *ctx, int64_t done, int64_t total), void *ctx,
    struct cp_sanitising *out, struct cp_err *err) CP_MUST_CHECK;

#endif
