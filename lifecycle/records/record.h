#ifndef CP_RECORDS_RECORD_H
#define CP_RECORDS_RECORD_H

#include <stdint.h>

#include "archive/buf.h"
#include "lifecycle/records/document.h"
#include "lifecycle/rules/decide.h"
#include "lifecycle/store/audit.h"
#include "lifecycle/store/now.h"
#include "lifecycle/store/store.h"

/*
 * A record in the store: its row, which outlives the person's details, and
 * its document, which is there while it is live.  Whatever changes a record
 * changes its row, its search keys and its computed dates in one transaction.
 */

/* The rules in force, for all who compute dates. */
struct cp_rules {
	const struct cp_policy *policy; /* borrowed */
	int64_t policy_n;               /* its row */
	struct cp_date today;
	uint8_t salt[16];               /* of search keys */
};

/* Why a record is off the nightly path. */
enum cp_parked {
	CP_PARKED_NOT = 0,
	CP_PARKED_HELD = 1,       /* due for destruction, a hold stops it */
	CP_PARKED_BATCH = 2,      /* in a destruction batch */
	CP_PARKED_UNDECIDABLE = 3 /* its facts cannot be evaluated */
};

/* What everybody may know of a record: no personal detail. */
struct cp_record {
	int64_t n;
	char id[CP_ID_MAX];
	char authority[CP_AUTHORITY_MAX];
	enum cp_state state;
	enum cp_action next_action;
	struct cp_date next_due;
	char rule[48];
	struct cp_date extended_from;
	enum cp_parked parked;
	struct cp_date prune_due;
};

/* "live", "extended" (past the age limit on TODAY), "archived", "destroyed". */
const char *cp_record_state_word(const struct cp_record *r,
    struct cp_date today);

/* By identifying number: CP_NOT_FOUND names it; CP_DENIED where the operator
 * for whom S is open does not reach it (reach.h).  Of commands, for what a
 * person names. */
enum cp_rc cp_record_get(struct cp_store *s, const char *id,
    struct cp_record *out, struct cp_err *err) CP_MUST_CHECK;
/* By row, whoever asks. */
enum cp_rc cp_record_at(struct cp_store *s, int64_t n, struct cp_record *out,
    struct cp_err *err) CP_MUST_CHECK;

/* ---- changes, within a transaction ----------------------------------------- */

/* A new live record of DOC (which has its id): row, document, keys, dates.
 * CP_REFUSED if the id was ever used.  *N may be NULL. */
enum cp_rc cp_record_insert(struct cp_store *s, const struct cp_rules *rules,
    const struct cp_document *doc, const struct cp_now *now, int64_t *n,
    struct cp_err *err) CP_MUST_CHECK;
/* Puts DOC in the place of the live record R's document, which is OLD.  Where R
 * is shielded, what is hidden of DOC goes behind the shield, and out of DOC
 * (cp_gate_write): what is logged or kept of DOC is so afterwards. */
enum cp_rc cp_record_replace(struct cp_store *s, const struct cp_rules *rules,
    const struct cp_record *r, const struct cp_document *old,
    struct cp_document *doc, const struct cp_now *now,
    struct cp_err *err) CP_MUST_CHECK;
/* Computes the dates of record N anew, after a consent or a policy changed. */
enum cp_rc cp_record_refresh(struct cp_store *s, const struct cp_rules *rules,
    int64_t n, struct cp_err *err) CP_MUST_CHECK;
/* Takes what names a person out of a live record: document, keys, facts.
 * The row stays, and is archived until DESTROY_DUE. */
enum cp_rc cp_record_strip(struct cp_store *s, const struct cp_record *r,
    struct cp_date destroy_due, int64_t policy_n, const struct cp_now *now,
    struct cp_err *err) CP_MUST_CHECK;
/* The other way: an archived record, or a merged one, is live again with
 * DOC, parted as by cp_record_replace. */
enum cp_rc cp_record_revive(struct cp_store *s, const struct cp_rules *rules,
    const struct cp_record *r, struct cp_document *doc,
    const struct cp_now *now, struct cp_err *err) CP_MUST_CHECK;
/* Leaves the tombstone of an archived record. */
enum cp_rc cp_record_bury(struct cp_store *s, int64_t n,
    const struct cp_now *now, struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_record_park(struct cp_store *s, int64_t n, enum cp_parked parked,
    struct cp_err *err) CP_MUST_CHECK;

#endif
