#ifndef CP_RECORDS_MATCH_RENEW_H
#define CP_RECORDS_MATCH_RENEW_H

#include "archive/secret.h"
#include "lifecycle/records/events.h"
#include "lifecycle/records/match.h"

/*
 * Another match key: where the file was lost, or may have been seen.  What the
 * shielded are known by is made anew from their documents, hidden parts and
 * all, which takes an officer's identity.  What else was hashed under the old
 * key is not known again: rows that were set aside and settled are set aside
 * once more, and an involvement that was withdrawn from behind a shield may
 * come back there.
 */
struct cp_match_renewed {
	int64_t done;
	int64_t left; /* archived: a row that is like them is not noticed any
		       * more */
};

/* How many are shielded. */
enum cp_rc cp_match_shielded(struct cp_store *s, int64_t *n,
    struct cp_err *err) CP_MUST_CHECK;
/* In the caller's audited transaction; IDENTITY may be NULL where nobody is
 * shielded; REASON goes into the log.  PROGRESS may
 * be NULL.  The new key is beside the old one when it returns, and is the one
 * that counts from the commit on.  CP_KEY: something is sealed to others than
 * IDENTITY. */
enum cp_rc cp_match_renew(const struct cp_change *c,
    const struct cp_secret *identity, const char *reason,
    void (*progress)(void *ctx, int64_t done, int64_t total), void *ctx,
    struct cp_match_renewed *out, struct cp_err *err) CP_MUST_CHECK;
/* After the commit: the new key takes the place of the old one.  Should a kill
 * come before it, whoever opens the key next does it. */
enum cp_rc cp_match_renew_end(struct cp_store *s, struct cp_err *err)
    CP_MUST_CHECK;

#endif
