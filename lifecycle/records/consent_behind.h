#ifndef CP_RECORDS_CONSENT_BEHIND_H
#define CP_RECORDS_CONSENT_BEHIND_H

#include "lifecycle/records/match.h"
#include "lifecycle/records/record.h"

/*
 * The ledger of a shielded record: entries about sensitive services that the
 * shield hides stand behind it too.  In their place the match keys say what is
 * over and what is not, so that what was withdrawn is not brought back by a
 * feed, and nobody can try services against a mark.
 */

/*
 * The entries of row RECORD that cover nothing in its open document DOC leave
 * the ledger; as an array of cp_consent_save they are appended to OUT, nothing
 * where there is none.
 */
enum cp_rc cp_consent_behind(struct cp_store *s, const uint8_t salt[16],
    const struct cp_matcher *m, int64_t record, const struct cp_document *doc,
    struct cp_buf *out, struct cp_err *err) CP_MUST_CHECK;
/* Takes out of DOC, which comes for row RECORD, the involvements whose basis
 * was over when its ledger went behind the shield. */
enum cp_rc cp_consent_sift(struct cp_store *s, const uint8_t salt[16],
    const struct cp_matcher *m, int64_t record, struct cp_document *doc,
    struct cp_err *err) CP_MUST_CHECK;

#endif
