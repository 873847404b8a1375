#ifndef CP_RECORDS_MAIL_H
#define CP_RECORDS_MAIL_H

#include "lifecycle/records/gate.h"
#include "lifecycle/records/mail_check.h"
#include "lifecycle/store/operator.h"

/*
 * Letters that may not simply go: those of a record under shield, or whose
 * address changed while it is at risk, wait for an officer, sealed.  Every
 * letter comes through cp_mail_put, which checks its text (mail_check.h),
 * whether it is held or not; but for the notices of a print run, which say
 * nothing that a shield hides: duties/printing.h asks the same and checks the
 * text itself.
 */
enum { CP_MAIL_ID = 16, CP_MAIL_KIND = 24 };

/* Why letters of a record are held; together. */
enum cp_mail_why {
	CP_MAIL_FREE = 0,
	CP_MAIL_SHIELDED = 1, /* a shield is in force, or asked for */
	CP_MAIL_MOVED = 2     /* its address changed within the policy's days,
			       * while it has, or had within a year, a case of
			       * shielding; or a row that was set aside was
			       * said to be its within these days; or it was
			       * merged or split since the last run.  What
			       * comes out of a shield again has changed */
};

/* The one predicate: *WHY (of enum cp_mail_why) is 0 where letters of R may
 * go. */
enum cp_rc cp_mail_allowed(struct cp_store *s, const struct cp_rules *rules,
    const struct cp_record *r, unsigned *why, struct cp_err *err)
    CP_MUST_CHECK;

/* A letter that is held, or was; "" and 0 for what there is not. */
struct cp_mail {
	int64_t n;
	char id[CP_MAIL_ID]; /* "M-0001" */
	int64_t record;
	char record_id[CP_ID_MAX];
	char authority[CP_AUTHORITY_MAX]; /* the record's */
	char kind[CP_MAIL_KIND];
	char made[32], made_by[CP_OPERATOR_NAME];
	char status[12]; /* held, released, withdrawn */
	int64_t compartment;
	char settled[32], settled_by[CP_OPERATOR_NAME];
};

/* A letter that is to go. */
struct cp_mail_letter {
	const struct cp_record *record;
	const char *kind;              /* "outcome": small letters and `-' */
	struct cp_mail_text said;
	int always;                    /* held whatever the predicate says */
};
/*
 * For whoever made a letter, in the caller's audited transaction: checks what
 * it says, and seals it where it is held; OUT->n is 0 where it may go as it
 * is.  CP_REFUSED: it names another address, or there is no officer.
 */
enum cp_rc cp_mail_put(const struct cp_change *c,
    const struct cp_mail_letter *l, struct cp_mail *out, struct cp_err *err)
    CP_MUST_CHECK;

/* By its id: CP_NOT_FOUND; CP_DENIED where its record is out of reach. */
enum cp_rc cp_mail_get(struct cp_store *s, const char *id,
    struct cp_mail *out, struct cp_err *err) CP_MUST_CHECK;
/* Those within reach: the held ones, by when they were made; ALL: then the
 * others. */
enum cp_rc cp_mail_each(struct cp_store *s, int all,
    enum cp_rc (*fn)(void *ctx, const struct cp_mail *m, struct cp_err *err),
    void *ctx, struct cp_err *err) CP_MUST_CHECK;

/*
 * An officer lets ID go, in the caller's audited transaction, which has to be
 * committed before the letter is shown: its text is appended to TEXT.  Once
 * released it may be again, if what it was written to was lost; each is
 * logged.  CP_REFUSED: withdrawn, its record not live, the person dead (or, of
 * a notice, gone from England), its address no longer the current one, or it
 * names another by now; CP_KEY.
 */
enum cp_rc cp_mail_release(const struct cp_change *c, const char *id,
    const struct cp_secret *identity, struct cp_mail *out,
    struct cp_buf *text, struct cp_err *err) CP_MUST_CHECK;
/* It never goes: what was sealed is erased.  CP_REFUSED: not held. */
enum cp_rc cp_mail_withdraw(const struct cp_change *c, const char *id,
    const char *reason, struct cp_mail *out, struct cp_err *err)
    CP_MUST_CHECK;

/* The whole document of R, for a letter: with IDENTITY what is hidden too.
 * Freed by cp_document_free. */
enum cp_rc cp_mail_document(struct cp_store *s, const struct cp_record *r,
    const struct cp_secret *identity, struct cp_document **out,
    struct cp_err *err) CP_MUST_CHECK;
/* Where letters to the person of DOC go: the current address that began last;
 * CP_MAIL_NOWHERE without one that has a line or a postcode. */
size_t cp_mail_to(const struct cp_document *doc);

#endif
