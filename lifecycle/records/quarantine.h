#ifndef CP_RECORDS_QUARANTINE_H
#define CP_RECORDS_QUARANTINE_H

#include "archive/secret.h"
#include "lifecycle/records/events.h"
#include "lifecycle/records/match.h"

/*
 * Rows of feeds that were set aside, because they might be about a shielded
 * person, or would link two who are never to be linked (domain: 5, what really
 * went wrong, 1 and 3).  What a row says is sealed to the shielding officers,
 * together with the records that it might be about; in clear stand only where
 * it came from and when.  A settled one stays: the same person's row of the
 * next feed goes the same way.  All of them are settled alike, whatever they
 * resemble, so that settling tells nothing.
 */
enum {
	CP_QUARANTINE_ID = 16,      /* "Q-7K3M-Q2XV-9" and NUL */
	CP_QUARANTINE_WHO = 2 * CP_MATCHES /* candidates that are told */
};

struct cp_quarantine {
	int64_t n;
	char id[CP_QUARANTINE_ID];
	char status[12]; /* waiting, accepted, rejected, merged */
	char authority[CP_AUTHORITY_MAX]; /* as the row says */
	char file[256];  /* of the feed that brought it first, or anew */
	int64_t line;
	char since[32], last[32];
	int64_t times;   /* that it came */
	int64_t compartment; /* 0: none */
	int64_t record;  /* where it belongs, a row; 0: nowhere, or not known */
	char settled[32], settled_by[33];
};

/* Those that wait, oldest first; with ALL, settled ones too. */
enum cp_rc cp_quarantine_each(struct cp_store *s, int all,
    enum cp_rc (*fn)(void *ctx, const struct cp_quarantine *q,
	struct cp_err *err), void *ctx, struct cp_err *err) CP_MUST_CHECK;
/* CP_NOT_FOUND; CP_DENIED where the operator for whom S is open does not act
 * for its authority. */
enum cp_rc cp_quarantine_get(struct cp_store *s, const char *id,
    struct cp_quarantine *out, struct cp_err *err) CP_MUST_CHECK;
/* For who destroys RECORD: what is known of rows that belong to it goes. */
enum cp_rc cp_quarantine_forget(struct cp_store *s, int64_t record,
    struct cp_err *err) CP_MUST_CHECK;

/* What was sealed. */
struct cp_quarantine_row {
	struct cp_document *doc; /* owned; id "" where the row had none */
	int csv;                 /* it cannot say who died or left */
	int64_t self;            /* the record it would change; 0: a new one */
	int64_t who[CP_QUARANTINE_WHO]; /* whom it might be about */
	size_t n_who;
};

/*
 * Opens Q, which waits; *OUT is cleared by cp_quarantine_row_clear.  Whom it
 * might be about is looked up again: shields come and go.  CP_KEY: another
 * identity; CP_REFUSED: it is settled.
 */
enum cp_rc cp_quarantine_open(struct cp_store *s,
    const struct cp_quarantine *q, const struct cp_secret *identity,
    struct cp_quarantine_row *out, struct cp_err *err) CP_MUST_CHECK;
void cp_quarantine_row_clear(struct cp_quarantine_row *row);

/*
 * Settling and looking, in the caller's audited transaction; logged under Q's id.
 * CP_REFUSED: settled already (by somebody else, meanwhile), or the row cannot
 * be loaded, and why; CP_KEY: not IDENTITY's to open.  REASON may be NULL; it
 * is sealed.
 */
struct cp_settling {
	const struct cp_quarantine *q; /* as cp_quarantine_get gave it */
	const struct cp_secret *identity;
	const char *reason;
};
/* What Q says, for who is to decide: logged and committed before any of it is
 * shown. */
enum cp_rc cp_quarantine_look(const struct cp_change *c,
    const struct cp_settling *how, struct cp_quarantine_row *out,
    struct cp_err *err) CP_MUST_CHECK;
/* Nobody else's: it becomes a record of its own, or updates the one that it
 * would have changed; that and each candidate are never to be linked.  *RECORD
 * is it. */
enum cp_rc cp_quarantine_accept(const struct cp_change *c,
    const struct cp_settling *how, struct cp_record *record,
    struct cp_err *err) CP_MUST_CHECK;
/* It is loaded nowhere, now and when it comes again. */
enum cp_rc cp_quarantine_reject(const struct cp_change *c,
    const struct cp_settling *how, struct cp_err *err) CP_MUST_CHECK;
/* It is the person of record INTO, which is updated: who that is (names, birth
 * date, gender, the numbers it has, its authority) stays, all else is as the
 * row says; behind the shield where there is one.  From now on the row's names
 * too are known as that person's. */
enum cp_rc cp_quarantine_merge(const struct cp_change *c,
    const struct cp_settling *how, const char *into,
    struct cp_record *record, struct cp_err *err) CP_MUST_CHECK;

#endif
