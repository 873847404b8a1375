#ifndef CP_DUTIES_ESCROW_H
#define CP_DUTIES_ESCROW_H

#include "archive/escrow.h"
#include "archive/shelf.h"
#include "lifecycle/store/audit.h"
#include "lifecycle/store/operator.h"

/*
 * The escrow copy of the shelf keyring, STORE/keys/shelves.escrow, which k
 * custodians can open (archive/escrow.h), and copies of it elsewhere.  Each
 * state of the ring is a generation.  A copy of an earlier one holds keys of
 * shelves that were destroyed since: it stays on the worklist, and in the
 * certificates, until somebody confirms that it was destroyed.
 */

/*
 * Makes the escrow copy of RING (open in either mode) anew if it is needed: a
 * shelf was made or destroyed, the custodians are others, or the file is not
 * what the store knows.  What the file held before is overwritten in place.
 * To be called, outside a transaction, whenever one of that has changed.  It is
 * a transaction of its own; killed anywhere, the next call does it.
 */
enum cp_rc cp_escrow_renew(struct cp_store *s, struct cp_audit *audit,
    struct cp_shelf_ring *ring, const struct cp_now *now, int *renewed,
    struct cp_err *err) CP_MUST_CHECK;

/* The same with the store's own ring and host key, for who has not opened
 * them: CP_KEY, CP_CORRUPT as cp_shelf_open. */
enum cp_rc cp_escrow_refresh(struct cp_store *s, struct cp_audit *audit,
    const struct cp_now *now, int *renewed, struct cp_err *err)
    CP_MUST_CHECK;

/* CP_CORRUPT: RING lacks the key of a live shelf that the store's own escrow
 * copy holds, so that an older ring was put back; the hint says what mends it.
 * cp_escrow_renew asks first, lest the only key be overwritten.  To be asked
 * before a key is made, too: another for such a shelf opens nothing on it. */
enum cp_rc cp_escrow_check(struct cp_store *s,
    const struct cp_shelf_ring *ring, struct cp_err *err) CP_MUST_CHECK;

enum { CP_ESCROW_PLACE = 256, CP_ESCROW_COPY = 24 };
struct cp_escrow_copy {
	int64_t n;                 /* 0: STORE/keys/shelves.escrow */
	char id[CP_ESCROW_COPY];   /* "E-0001"; "" for the store's own */
	int64_t generation;
	char place[CP_ESCROW_PLACE]; /* as it was registered */
	char made[24], made_by[CP_OPERATOR_NAME];
	char custody[CP_CUSTODY_ID + 1]; /* to whom it is sealed */
	int outdated;              /* a later generation was made */
	char destroyed[24];        /* "" while it is there */
};
typedef enum cp_rc cp_escrow_copy_fn(void *ctx,
    const struct cp_escrow_copy *c, struct cp_err *err);

/* The store's own copy, then each registered one that nobody has confirmed to
 * be destroyed. */
enum cp_rc cp_escrow_copies(struct cp_store *s, cp_escrow_copy_fn *fn,
    void *ctx, struct cp_err *err) CP_MUST_CHECK;
/* Those of them that hold the key of shelf MONTH.  After cp_escrow_renew the
 * store's own holds none that is destroyed. */
enum cp_rc cp_escrow_copies_holding(struct cp_store *s, int month,
    cp_escrow_copy_fn *fn, void *ctx, struct cp_err *err) CP_MUST_CHECK;
/* The shelves whose keys GENERATION holds though they are destroyed. */
typedef enum cp_rc cp_escrow_month_fn(void *ctx, int month,
    struct cp_err *err);
enum cp_rc cp_escrow_dead_shelves(struct cp_store *s, int64_t generation,
    cp_escrow_month_fn *fn, void *ctx, struct cp_err *err) CP_MUST_CHECK;

/* "E-0001", or CP_NOT_FOUND. */
enum cp_rc cp_escrow_copy_get(struct cp_store *s, const char *id,
    struct cp_escrow_copy *out, struct cp_err *err) CP_MUST_CHECK;
/*
 * Writes the present escrow copy to FILE, which must not be there, and
 * registers it as kept at PLACE.  It is registered before it is written, so
 * that there is no copy of which nobody knows; one that could not be written
 * is entered as destroyed.  CP_REFUSED: FILE is there.  CP_NOT_FOUND: there
 * never was a shelf.  CP_CORRUPT: the store's own is not what was made.
 */
enum cp_rc cp_escrow_take(struct cp_store *s, struct cp_audit *audit,
    const char *file, const char *place, const struct cp_now *now,
    struct cp_escrow_copy *out, struct cp_err *err) CP_MUST_CHECK;
/* Somebody confirms that C was destroyed.  CP_REFUSED: it was before. */
enum cp_rc cp_escrow_confirm(struct cp_store *s, struct cp_audit *audit,
    const struct cp_escrow_copy *c, const char *evidence,
    const struct cp_now *now, struct cp_err *err) CP_MUST_CHECK;

struct cp_escrow_restored {
	int64_t generation;
	size_t shelves;          /* whose keys are there again */
	size_t zeroised;         /* whose keys the copy held, but stay gone */
	int missing[64];         /* live shelves of which the copy knows none */
	size_t n_missing;        /* may be more than fit */
	int64_t packages_missing;
};
/*
 * Makes the keyring again from E, which the custodians opened, under this
 * host's key, logs it, and renews the escrow copy.  The shelves that the store
 * knows as destroyed stay so.  CP_REFUSED: the ring that is there works and
 * lacks nothing that E has, or the store's own copy holds a live shelf that E
 * does not; CP_KEY: no host key, or not the one that the log's signing key is
 * under; CP_BUSY: a run is at work.
 */
enum cp_rc cp_escrow_restore(struct cp_store *s, struct cp_audit *audit,
    const struct cp_escrow *e, const struct cp_now *now,
    struct cp_escrow_restored *out, struct cp_err *err) CP_MUST_CHECK;
/* The custody key to which the LEN bytes of an escrow copy were sealed, if
 * the store made it; "" otherwise. */
enum cp_rc cp_escrow_custody_of(struct cp_store *s, const void *data,
    size_t len, char out[CP_CUSTODY_ID + 1], struct cp_err *err)
    CP_MUST_CHECK;

#endif
