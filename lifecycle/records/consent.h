#ifndef CP_RECORDS_CONSENT_H
#define CP_RECORDS_CONSENT_H

#include "lifecycle/records/record.h"

/*
 * The consent ledger: who agreed that a record stays past the age limit, on
 * which ground, and when that ended (domain: consent and ground, 2); and on
 * what basis an involvement of a sensitive service is recorded
 * (consent_sensitive.h).
 */
enum cp_consent_kind {
	CP_CONSENT_STAY,      /* on one of the grounds of cp_ground */
	CP_CONSENT_SENSITIVE, /* "sensitive-service" */
	CP_CONSENT_HARM       /* "significant-harm": no consent, a basis */
};

/* Texts are borrowed and never NULL: "" where nothing is known. */
struct cp_consent {
	int64_t n;        /* "C-0001" is n = 1; never used again */
	int64_t record_n; /* row */
	char record[CP_ID_MAX];
	char authority[CP_AUTHORITY_MAX]; /* the record's */
	enum cp_consent_kind kind;
	enum cp_ground ground;   /* CP_CONSENT_STAY */
	const char *ground_word;
	enum cp_by by;
	const char *by_word;     /* "" or "unstated": not known (sensitive) */
	struct cp_date given;
	struct cp_date ended;    /* none while in force */
	enum cp_ended_by ended_by;
	const char *statement;   /* version shown */
	const char *evidence;    /* its reference */
	const char *taken_by;
	const char *entered;     /* time */
	const char *ended_who;   /* operator */
	const char *method;      /* "in-person" ... */
	const char *best_interests; /* reference, by a representative */
	const char *late_reason; /* why it was entered late; why there is harm */
	const char *end_evidence;
	int64_t renews;          /* the entry before it; 0 = none */
	struct cp_date confirmed;   /* last, or none */
	struct cp_date confirm_due; /* or none */
	struct cp_date until;    /* first day it no longer covers; see each */
};

/* "sensitive-service", "significant-harm" or a ground of cp_ground: fills
 * kind, ground and ground_word; 0 if WORD is none. */
int cp_consent_ground(const char *word, struct cp_consent *c);
/* Whether WORD is a way of giving consent: in-person, phone, letter, online,
 * video. */
int cp_consent_method(const char *word);

/*
 * Adds an entry for staying past the age limit and recomputes the record's
 * dates, in the caller's transaction; the log entry is the caller's.  C->n,
 * until, confirm_due and renews (an entry on the same ground that was not
 * ended) are filled.  CP_REFUSED: the record is not live, or GIVEN is in the
 * future, or the consent would never be in force, or it is entered late
 * (cp_decide_late) without late_reason, or by a representative without
 * best_interests.  late_reason of one that is not late is not kept.
 */
enum cp_rc cp_consent_give(struct cp_store *s, const struct cp_rules *rules,
    const struct cp_record *r, struct cp_consent *c,
    const struct cp_now *now, struct cp_err *err) CP_MUST_CHECK;

/* What to end of a record's entries in force, and what came of it. */
struct cp_consent_ending {
	const char *ground; /* a word; NULL: all that rests on consent */
	int64_t n;          /* that entry only; 0 = any */
	enum cp_ended_by why;
	struct cp_date date; /* not in force from that day on */
	const char *who;
	const char *evidence; /* or NULL */
	int ended;   /* entries */
	int64_t first; /* the lowest number of those */
	int sensitive; /* of these about sensitive services */
	int removed; /* involvements that rested on nothing then */
};
/*
 * Ends them from DATE on, in the caller's transaction.  Involvements of
 * sensitive services that no entry in force covers any more leave the
 * document.  CP_REFUSED: the record is not live, none of its entries in force
 * is meant, DATE is in the future or before one was given, or the basis is
 * significant harm, which nobody can withdraw.
 */
enum cp_rc cp_consent_end(struct cp_store *s, const struct cp_rules *rules,
    const struct cp_record *r, const struct cp_now *now,
    struct cp_consent_ending *e, struct cp_err *err) CP_MUST_CHECK;

/* Enters that the consents of R in force on DATE (those on GROUND, if not
 * NULL) were confirmed; *COUNT says how many.  CP_REFUSED: there is none, DATE
 * is in the future, or it was entered already. */
enum cp_rc cp_consent_confirm(struct cp_store *s,
    const struct cp_rules *rules, const struct cp_record *r,
    const enum cp_ground *ground, struct cp_date date, const char *evidence,
    const char *who, const struct cp_now *now, int *count,
    struct cp_err *err) CP_MUST_CHECK;

typedef enum cp_rc cp_consent_fn(void *ctx, const struct cp_consent *c,
    struct cp_err *err);
/* The entries of one record (R), or all (R = NULL), in order of entry; until
 * is by RULES, and the day of its end for one that was ended. */
enum cp_rc cp_consent_each(struct cp_store *s, const struct cp_rules *rules,
    const struct cp_record *r, cp_consent_fn *fn, void *ctx,
    struct cp_err *err) CP_MUST_CHECK;
/* "given", "in-force", "withdrawn", "ended", "lapsed": of C on TODAY. */
const char *cp_consent_status(const struct cp_consent *c,
    struct cp_date today);

/* Why an entry is due. */
enum cp_consent_why { CP_CONSENT_ENDS, CP_CONSENT_LAPSES, CP_CONSENT_CONFIRM };
/* "ends", "lapses", "confirm". */
const char *cp_consent_why_word(enum cp_consent_why why);
typedef enum cp_rc cp_consent_due_fn(void *ctx, const struct cp_consent *c,
    enum cp_consent_why why, struct cp_date due, struct cp_err *err);
/* Entries in force that end after today and by HORIZON, or are to be confirmed
 * by then, in order of that day: read from indexes. */
enum cp_rc cp_consent_due(struct cp_store *s, const struct cp_rules *rules,
    struct cp_date horizon, cp_consent_due_fn *fn, void *ctx,
    struct cp_err *err) CP_MUST_CHECK;

/* For cp_record_refresh: computes until and confirm_due of the entries of row
 * RECORD, of somebody born on BIRTH. */
enum cp_rc cp_consent_dates(struct cp_store *s, const struct cp_rules *rules,
    int64_t record, struct cp_partial_date birth, struct cp_err *err)
    CP_MUST_CHECK;
/* Does so for at most 1000 entries in force that have no dates, as those of a
 * store made by an older program; in the caller's transaction. */
enum cp_rc cp_consent_settle(struct cp_store *s, const struct cp_rules *rules,
    struct cp_err *err) CP_MUST_CHECK;
/* The entries of row RECORD, which is archived, leave the store. */
enum cp_rc cp_consent_drop(struct cp_store *s, int64_t record,
    struct cp_err *err) CP_MUST_CHECK;

/* The ledger of R as a JSON array appended to OUT, and back: for packages.
 * Numbers stay what they were.  CP_CORRUPT when it cannot be read back. */
enum cp_rc cp_consent_save(struct cp_store *s, int64_t record,
    struct cp_buf *out, struct cp_err *err) CP_MUST_CHECK;
struct cp_json;
enum cp_rc cp_consent_load(struct cp_store *s, int64_t record,
    const struct cp_json *list, struct cp_err *err) CP_MUST_CHECK;

#endif
