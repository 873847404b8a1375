#ifndef CP_RECORDS_UNDO_PRIV_H
#define CP_RECORDS_UNDO_PRIV_H

#include "lifecycle/records/undo.h"

/* Private to undo*.c. */

/* The hash of what record N is at this moment, in hexadecimal, appended to
 * OUT: equal as long as nothing was changed that undoing would lose. */
enum cp_rc undo_state(struct cp_store *s, int64_t n, struct cp_buf *out,
    struct cp_err *err) CP_MUST_CHECK;

#endif
