#ifndef CP_DUTIES_CERTIFYING_H
#define CP_DUTIES_CERTIFYING_H

#include "archive/buf.h"
#include "lifecycle/duties/destruction.h"
#include "lifecycle/duties/run.h"

/* Checks what the execution of B left, logs and signs the certificate, and
 * writes it to STORE/outbox/certificate-BATCH.json.  B becomes done. */
enum cp_rc cp_certify(struct cp_run *run, const struct cp_batch *b,
    struct cp_err *err) CP_MUST_CHECK;

/* Appends the certificate of B, which is done, with a proof against the log's
 * present head.  CP_REFUSED: B has none. */
enum cp_rc cp_certificate_of(struct cp_store *s, struct cp_audit *audit,
    const struct cp_batch *b, struct cp_buf *out, struct cp_err *err)
    CP_MUST_CHECK;

#endif
