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

#endif
