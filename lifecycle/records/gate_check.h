#ifndef CP_RECORDS_GATE_CHECK_H
#define CP_RECORDS_GATE_CHECK_H

#include "lifecycle/records/gate.h"

/* How many log entries of the record ID have details that name one of the
 * parts HIDDEN. */
enum cp_rc cp_gate_log_names(struct cp_store *s, const char *id,
    unsigned hidden, int64_t *n, struct cp_err *err) CP_MUST_CHECK;

#endif
