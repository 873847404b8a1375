#ifndef CP_CPADMIN_RECORD_QUARANTINE_H
#define CP_CPADMIN_RECORD_QUARANTINE_H

#include "cpadmin/record_verbs.h"
#include "lifecycle/records/quarantine.h"

/* Prints Q, whose row says ROW, beside the open documents of those that it
 * might be about; that it is shown has been logged. */
enum cp_rc record_show_quarantined(const struct cp_call *call,
    const struct cp_session *s, const struct cp_quarantine *q,
    const struct cp_quarantine_row *row, struct cp_err *err) CP_MUST_CHECK;

#endif
