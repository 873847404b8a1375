#ifndef CP_RECORDS_CONSENT_SENSITIVE_H
#define CP_RECORDS_CONSENT_SENSITIVE_H

#include "lifecycle/records/consent.h"

/*
 * Involvements of sensitive services, and the ledger's entries on which they
 * rest (reg 11(3): consent, or reasonable suspicion of significant harm).
 *
 * An entry covers an involvement that has its basis and its evidence, or that
 * is of a service and provider for which the entry was made (of these only
 * salted marks are kept).  An involvement that an ended entry covered and none
 * in force covers is over: it leaves the document, and no feed brings it back,
 * under whatever basis, unless with a reference of new evidence.
 *
 * All of them work in the caller's transaction.
 */

/* Whether DOC has an involvement of a sensitive service. */
int cp_document_has_sensitive(const struct cp_document *doc);

/*
 * What a feed says of the live row RECORD: takes out of DOC what is over
 * (*SUPPRESSED more), and marks what an entry in force covers but the feed
 * does not know to be sensitive.  *CHANGED: DOC is not what it was.
 */
enum cp_rc cp_sensitive_filter(struct cp_store *s,
    const struct cp_rules *rules, int64_t record, struct cp_document *doc,
    int64_t *suppressed, int *changed, struct cp_err *err) CP_MUST_CHECK;
/* Enters each sensitive involvement of DOC that no entry covers: given on its
 * start, or today.  METHOD: "feed" or "correction"; *ENTERED: how many. */
enum cp_rc cp_sensitive_enter(struct cp_store *s,
    const struct cp_rules *rules, int64_t record,
    const struct cp_document *doc, const char *method,
    const struct cp_now *now, int *entered, struct cp_err *err) CP_MUST_CHECK;
/* The same for the stored document of R, which an older program, a package or
 * a merge may have left without. */
enum cp_rc cp_sensitive_adopt(struct cp_store *s,
    const struct cp_rules *rules, const struct cp_record *r,
    const struct cp_now *now, struct cp_err *err) CP_MUST_CHECK;
/*
 * A correction makes DOC of OLD: enters what is new; an involvement that is
 * said not to be sensitive any more leaves the ledger.  CP_REFUSED: it would
 * bring back what is over.
 */
enum cp_rc cp_sensitive_correct(struct cp_store *s,
    const struct cp_rules *rules, const struct cp_record *r,
    const struct cp_document *old, struct cp_document *doc,
    const struct cp_now *now, struct cp_err *err) CP_MUST_CHECK;
/* For cp_record_replace, which puts DOC in the place of OLD: an entry in force
 * that covered an ended involvement and covers none that is left leaves the
 * ledger with it, as pruning means it to. */
enum cp_rc cp_sensitive_forget(struct cp_store *s,
    const struct cp_rules *rules, int64_t record,
    const struct cp_document *old, const struct cp_document *doc,
    struct cp_err *err) CP_MUST_CHECK;
/* Takes what is over out of the stored document; *REMOVED: how many. */
enum cp_rc cp_sensitive_remove(struct cp_store *s,
    const struct cp_rules *rules, const struct cp_record *r,
    const struct cp_now *now, int *removed, struct cp_err *err)
    CP_MUST_CHECK;
/*
 * Adds the entry C, of kind CP_CONSENT_SENSITIVE or CP_CONSENT_HARM, for
 * involvement I of R, and marks it in the document with that basis and C's
 * evidence.  C->by_word: "" for CP_CONSENT_HARM.  Fills as cp_consent_give.
 * CP_NOT_FOUND: no such involvement; CP_REFUSED as cp_consent_give, a parent
 * from the age on at which a parent's consent lapses.
 */
enum cp_rc cp_sensitive_give(struct cp_store *s,
    const struct cp_rules *rules, const struct cp_record *r, size_t i,
    struct cp_consent *c, const struct cp_now *now, struct cp_err *err)
    CP_MUST_CHECK;

#endif
