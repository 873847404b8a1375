#ifndef CP_STORE_STORE_VACUUM_H
#define CP_STORE_STORE_VACUUM_H

#include <stdint.h>

#include "archive/err.h"

/*
 * Writes the database of the store in DIR anew, so that nothing which was
 * removed stays between its rows, and cuts its write-ahead log to nothing.
 *
 * The work is SQLite's own VACUUM, which others may read through, on a
 * connection of its own that overwrites with zeros, in place and flushed,
 * whatever it gives back to the file system: the temporary copy (named
 * DIR/.sanitise-*, not in /tmp, for it holds live data in clear), the log, and
 * the end of the file as it becomes shorter.  A copy that a kill left is overwritten and
 * removed by the next call.  Killed anywhere, the database is as before or as
 * after.
 *
 * PROGRESS (may be NULL) is given bytes written, of about three times the
 * file.  CP_BUSY while another program writes, or reads through what would be
 * cut; the hint says how to find it.
 */
enum cp_rc cp_store_vacuum(const char *dir,
    void (*progress)(void *ctx, int64_t done, int64_t total), void *ctx,
    struct cp_err *err) CP_MUST_CHECK;

#endif
