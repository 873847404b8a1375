#ifndef CP_RECORDS_RECORD_PUT_H
#define CP_RECORDS_RECORD_PUT_H

#include "lifecycle/records/record.h"

/* For gate*.c only: puts DOC, which is parted already, in the place of OLD as
 * the document of live row N, with its search keys and dates.  What else
 * follows from a change is left to the caller. */
enum cp_rc cp_record_rewrite(struct cp_store *s, const struct cp_rules *rules,
    int64_t n, const struct cp_document *old, const struct cp_document *doc,
    const struct cp_now *now, struct cp_err *err) CP_MUST_CHECK;

#endif
