#ifndef CP_DUTIES_ESCROW_IMPL_H
#define CP_DUTIES_ESCROW_IMPL_H

#include "archive/buf.h"
#include "lifecycle/duties/escrow.h"

/* For escrow*.c only. */

/* The last generation; 0 where there is none. */
struct cp_escrow_last {
	int64_t generation;
	char custody[CP_CUSTODY_ID + 1];
	uint8_t sha256[32];
};
enum cp_rc cp_escrow_last(struct cp_store *s, struct cp_escrow_last *out,
    struct cp_err *err) CP_MUST_CHECK;
/* Appends the file to OUT; *SAME says whether it is that of LAST. */
enum cp_rc cp_escrow_read(struct cp_store *s,
    const struct cp_escrow_last *last, struct cp_buf *out, int *same,
    struct cp_err *err) CP_MUST_CHECK;

/* The first live shelf, into *MONTH, whose key the store's own copy holds and
 * FROM, as HAS tells, does not; 0: none, or that copy is not what was made. */
typedef int cp_escrow_has_fn(const void *from, int month);
enum cp_rc cp_escrow_lacks(struct cp_store *s, cp_escrow_has_fn *has,
    const void *from, int *month, struct cp_err *err) CP_MUST_CHECK;
/* The same of a ring. */
enum cp_rc cp_escrow_ring_lacks(struct cp_store *s,
    const struct cp_shelf_ring *ring, int *month, struct cp_err *err)
    CP_MUST_CHECK;

#endif
