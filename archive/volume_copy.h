#ifndef CP_ARCHIVE_VOLUME_COPY_H
#define CP_ARCHIVE_VOLUME_COPY_H

#include "archive/volume.h"

/*
 * The closed volume ID of FROM also in TO, byte for byte: temporary name,
 * fsync, re-read of every byte against EXPECT, rename, fsync of the folder.
 * With REPLACE a file of that name in TO gives way in the rename; without it
 * is CP_REFUSED.  CP_CORRUPT: FROM is not what EXPECT says; nothing is left in
 * TO then, nor after any failure before the rename.  CP_BUSY as in
 * cp_volume_open.
 */
enum cp_rc cp_volume_copy(const char *from, const char *to, const char *id,
    const struct cp_volume_sum *expect, int replace, struct cp_err *err)
    CP_MUST_CHECK;

/* Called with the bytes that were read since the last call; it may wait. */
typedef void cp_volume_pace_fn(void *ctx, size_t bytes);
/* cp_volume_check with EXPECT, from the disk and not from memory as far as the
 * system can be told, PACE being called all the way. */
enum cp_rc cp_volume_check_paced(const char *dir, const char *id,
    const struct cp_volume_sum *expect, cp_volume_pace_fn *pace, void *ctx,
    struct cp_err *err) CP_MUST_CHECK;

#endif
