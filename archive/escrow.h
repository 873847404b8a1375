#ifndef CP_ARCHIVE_ESCROW_H
#define CP_ARCHIVE_ESCROW_H

#include "archive/buf.h"
#include "archive/custody.h"
#include "archive/shelf.h"

/*
 * The escrow copy of a shelf keyring: the keys of its live shelves as text,
 * sealed by age to the custodians, so that k of them can make the ring again
 * on another host (cpadmin-archive(5), "Escrow copy").  Sealing needs only
 * their public key.
 */
enum { CP_ESCROW_FILE_MAX = 128 << 10 };

struct cp_escrow_head {
	char ring[33];       /* hex; the ring's own number */
	int64_t generation;  /* 1 and up: one for each state of the ring */
	char made[11];       /* YYYY-MM-DD */
	char custody[CP_CUSTODY_ID + 1];
	size_t shelves;
};

/* Appends to OUT the escrow copy of RING's live shelves, of GENERATION, made
 * on DATE, sealed to CUSTODY.  CP_FAILED: more shelves than one copy takes
 * (600). */
enum cp_rc cp_escrow_seal(struct cp_shelf_ring *ring, int64_t generation,
    const char *date, const struct cp_custody_public *custody,
    struct cp_buf *out, struct cp_err *err) CP_MUST_CHECK;

/* An opened copy; its keys in locked memory. */
struct cp_escrow;
/* IDENTITY is the custodians', a 32-byte scalar.  CP_KEY: sealed to another;
 * CP_CORRUPT: cut short or changed. */
enum cp_rc cp_escrow_open(const void *data, size_t len,
    const struct cp_secret *identity, struct cp_escrow **out,
    struct cp_err *err) CP_MUST_CHECK;
/* Wipes; NULL-safe. */
void cp_escrow_free(struct cp_escrow *e);
const struct cp_escrow_head *cp_escrow_head(const struct cp_escrow *e);
/* Whether it holds the key of MONTH. */
int cp_escrow_has(const struct cp_escrow *e, int month);

/*
 * Makes the keyring PATH of E under HOSTKEY, in place of what is there, which
 * is overwritten (archive/wiping.h).  The N shelves of GONE are entered as
 * zeroised on their dates, whatever E holds: no key comes back.
 */
enum cp_rc cp_escrow_rebuild(const struct cp_escrow *e,
    const struct cp_shelf_info *gone, size_t n, const char *path,
    const struct cp_secret *hostkey, struct cp_err *err) CP_MUST_CHECK;

#endif
