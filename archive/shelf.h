#ifndef CP_ARCHIVE_SHELF_H
#define CP_ARCHIVE_SHELF_H

#include <stddef.h>
#include <stdint.h>

#include "archive/buf.h"
#include "archive/err.h"

struct cp_secret;

/*
 * The shelf keyring: one 32-byte key for each month in which packages are to
 * be destroyed, in slots of a fixed size that are overwritten in place
 * (cpadmin-archive(5)).  A month is YYYYMM, 180001 to 999912.  A ring belongs
 * to one thread at a time.  A program killed anywhere leaves a readable ring.
 */
struct cp_shelf_ring;

enum cp_shelf_state { CP_SHELF_LIVE = 'L', CP_SHELF_ZEROISED = 'Z' };
enum cp_shelf_mode { CP_SHELF_READ, CP_SHELF_WRITE };

struct cp_shelf_info {
	int month;
	enum cp_shelf_state state;
	char date[11]; /* YYYY-MM-DD of making, or of zeroising */
};

/* An empty ring, mode 0600; CP_REFUSED when PATH exists. */
enum cp_rc cp_shelf_create(const char *path, const struct cp_secret *hostkey,
    struct cp_err *err) CP_MUST_CHECK;
/* HOSTKEY is borrowed until cp_shelf_close.  CP_SHELF_WRITE holds an exclusive
 * lock (CP_BUSY when another has it); CP_SHELF_READ takes none.  CP_CORRUPT
 * names the slot in which a byte differs; CP_KEY: another host's ring, or there
 * is none.  No key is unwrapped before it is used. */
enum cp_rc cp_shelf_open(const char *path, const struct cp_secret *hostkey,
    enum cp_shelf_mode mode, struct cp_shelf_ring **out, struct cp_err *err)
    CP_MUST_CHECK;
/* Wipes keys and unlocks; NULL-safe. */
void cp_shelf_close(struct cp_shelf_ring **ring);

/* Makes the shelf of MONTH unless it is there; its key is on the disk before
 * this returns.  DATE is today (YYYY-MM-DD).  CP_REFUSED: destroyed already, or
 * the ring was opened to read. */
enum cp_rc cp_shelf_ensure(struct cp_shelf_ring *ring, int month,
    const char *date, struct cp_err *err) CP_MUST_CHECK;

/* Puts nonce (12, random), ciphertext and tag (16) after what OUT holds:
 * ChaCha20-Poly1305 under the shelf's key, PACKAGE_ID as associated data.
 * CP_NOT_FOUND: no such shelf; CP_KEY: destroyed. */
enum cp_rc cp_shelf_wrap(struct cp_shelf_ring *ring, int month,
    const char *package_id, const void *header, size_t len,
    struct cp_buf *out, struct cp_err *err) CP_MUST_CHECK;
/* The other way; CP_KEY "shelf destroyed" or, when key, package or a byte is
 * another, CP_CORRUPT. */
enum cp_rc cp_shelf_unwrap(struct cp_shelf_ring *ring, int month,
    const char *package_id, const void *wrapped, size_t len,
    struct cp_buf *out, struct cp_err *err) CP_MUST_CHECK;

/* Overwrites the key in place with zeros, fsyncs and reads back.  Done already
 * is CP_OK; CP_NOT_FOUND: no such shelf; CP_REFUSED: opened to read. */
enum cp_rc cp_shelf_destroy(struct cp_shelf_ring *ring, int month,
    const char *date, struct cp_err *err) CP_MUST_CHECK;

/* CP_NOT_FOUND when the ring has no such shelf. */
enum cp_rc cp_shelf_get(const struct cp_shelf_ring *ring, int month,
    struct cp_shelf_info *out, struct cp_err *err) CP_MUST_CHECK;
/* Each shelf in the order of making; ends at the first other than CP_OK. */
typedef enum cp_rc cp_shelf_fn(void *ctx, const struct cp_shelf_info *info,
    struct cp_err *err);
enum cp_rc cp_shelf_each(const struct cp_shelf_ring *ring, cp_shelf_fn *fn,
    void *ctx, struct cp_err *err) CP_MUST_CHECK;

#endif
