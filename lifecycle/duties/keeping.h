#ifndef CP_DUTIES_KEEPING_H
#define CP_DUTIES_KEEPING_H

#include "lifecycle/records/sar.h"

/*
 * The package of an archived person, kept opened for as long as a request needs
 * it, so that the custodians come together once: sealed (ChaCha20-Poly1305, the
 * request, subject and package as associated data) under a key of the request's
 * own, STORE/keys/access/SAR-0001.key, which is under the host's key and is
 * zeroised in place when the request ends: no copy of the database can be
 * opened then.
 */
/* Puts PLAIN (tar.zst of the package) in the place of what was kept for subject
 * IDX; in the caller's transaction, the key's file before it: a new one also
 * where that of before opens nothing any more.  CP_REFUSED: the request is
 * closed. */
enum cp_rc cp_keeping_put(const struct cp_change *c, const struct cp_sar *r,
    int idx, int64_t package, const void *plain, size_t len,
    struct cp_err *err) CP_MUST_CHECK;
/* *FOUND 0: nothing is kept, or the package was restored since.  PLAIN is
 * appended to; the caller wipes it.  CP_KEY: the key is gone, or of another
 * host; CP_CORRUPT. */
enum cp_rc cp_keeping_get(struct cp_store *s, const struct cp_sar *r, int idx,
    int64_t *package, struct cp_buf *plain, int *found, struct cp_err *err)
    CP_MUST_CHECK;
/* The request is over, and its rows went with cp_sar_close: its key goes, and
 * those of other requests that are over whose key a kill left.  Outside a
 * transaction.  A night does it again. */
enum cp_rc cp_keeping_sweep(struct cp_store *s, struct cp_err *err)
    CP_MUST_CHECK;

#endif
