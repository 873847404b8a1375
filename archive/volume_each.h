#ifndef CP_ARCHIVE_VOLUME_EACH_H
#define CP_ARCHIVE_VOLUME_EACH_H

#include <stddef.h>

#include "archive/err.h"

/*
 * All payloads of a volume in one pass, for whoever opens many: a call of
 * cp_volume_read for each would read the volume as often.  Each payload is
 * handed over as it stands, not checked against MANIFEST: its own cipher, or
 * a cp_volume_check before, says whether it is whole.
 */

/* PAYLOAD is borrowed during the call.  What it returns other than CP_OK ends
 * the walk and is returned. */
typedef enum cp_rc cp_volume_payload_fn(void *ctx, const char *package_id,
    const void *payload, size_t len, struct cp_err *err);

/* In the order of the volume.  CP_NOT_FOUND: no such volume; CP_CORRUPT: it
 * cannot be parsed up to its MANIFEST. */
enum cp_rc cp_volume_each(const char *dir, const char *volume_id,
    cp_volume_payload_fn *fn, void *ctx, struct cp_err *err) CP_MUST_CHECK;

#endif
