#ifndef CP_DUTIES_CERTIFYING_H
#define CP_DUTIES_CERTIFYING_H

#include "archive/buf.h"
#include "archive/shelf.h"
#include "lifecycle/duties/destruction.h"
#include "lifecycle/duties/run.h"

/*
 * Certificates of destruction, cpadmin-certificate(5).  The first is issued
 * by the run that executed the batch.  While copies of its keys remain, or a
 * check failed, the batch is looked at again by every run, and a further
 * certificate is issued when that has changed.
 */

/* Checks what the execution of B left, logs and signs the certificate, and
 * writes it to STORE/outbox/certificate-BATCH.json.  B becomes done.  Where
 * the outcome is not `destroyed', it is the run's trouble. */
enum cp_rc cp_certify(struct cp_run *run, const struct cp_batch *b,
    struct cp_err *err) CP_MUST_CHECK;
/* Looks again at the batches of which something remains, and issues
 * outbox/certificate-BATCH-N.json for those of which nothing does. */
enum cp_rc cp_certify_again(struct cp_run *run, struct cp_err *err)
    CP_MUST_CHECK;

/* All that the certificate of one batch takes. */
struct cp_certifier {
	struct cp_store *store; /* all borrowed */
	struct cp_audit *audit;
	const struct cp_settings *settings;
	const struct cp_now *now;
	const struct cp_shelf_ring *ring; /* in either mode */
};
/* Issues the next certificate of B, which has one, as things are now: its
 * OUTCOME and number. */
enum cp_rc cp_certify_next(const struct cp_certifier *c,
    const struct cp_batch *b, char outcome[12], int64_t *issue,
    struct cp_err *err) CP_MUST_CHECK;
/* Whether the last certificate of B says that nothing remains (GONE), and that
 * its checks held (SOUND). */
enum cp_rc cp_certified_gone(struct cp_store *s, const struct cp_batch *b,
    int *gone, int *sound, struct cp_err *err) CP_MUST_CHECK;

/* Appends the body of certificate ISSUE (0 = the last) of B; *NUMBER says
 * which it is.  Errors as cp_certificate_issue. */
enum cp_rc cp_certificate_text(struct cp_store *s, const struct cp_batch *b,
    int64_t issue, int64_t *number, struct cp_buf *out, struct cp_err *err)
    CP_MUST_CHECK;
/* Appends certificate ISSUE (from 1; 0 = the last) of B, which is done, with a
 * proof against the log's present head.  CP_REFUSED: B has none; CP_NOT_FOUND:
 * it has no such issue. */
enum cp_rc cp_certificate_issue(struct cp_store *s, struct cp_audit *audit,
    const struct cp_batch *b, int64_t issue, struct cp_buf *out,
    struct cp_err *err) CP_MUST_CHECK;
/* The last one. */
enum cp_rc cp_certificate_of(struct cp_store *s, struct cp_audit *audit,
    const struct cp_batch *b, struct cp_buf *out, struct cp_err *err)
    CP_MUST_CHECK;

#endif
