#ifndef CP_RECORDS_NOTICE_H
#define CP_RECORDS_NOTICE_H

#include "lifecycle/records/events.h"
#include "lifecycle/records/match.h"
#include "lifecycle/rules/notice.h"

/*
 * The ledger of notices: for each record what is owed, was issued, served, came
 * back or was suppressed (domain: 7).  It holds no name and no place.  The
 * calendar's notices are put by cp_notice_settle, which looks at the records
 * whose day has come (record.notice_look) and asks cp_notice_plan; those of
 * events by cp_notice_owe, in the event's own transaction.
 */
enum { CP_NOTICE_REF = 16, CP_NOTICE_WORD = 32 };

/* The reference that stands on the letter, "N-0000012-9": N, counting number,
 * check character (ISO/IEC 7064 MOD 37,36); and back, 0 where it is none. */
void cp_notice_ref(int64_t n, char out[CP_NOTICE_REF]);
int64_t cp_notice_ref_parse(const char *text);

struct cp_notice {
	int64_t n;
	char ref[CP_NOTICE_REF];
	int64_t record;
	char record_id[CP_ID_MAX];
	char authority[CP_AUTHORITY_MAX]; /* the record's */
	enum cp_notice_kind kind;
	char cause[CP_NOTICE_CAUSE];
	int safe;
	int64_t covers;
	enum cp_notice_status status;
	struct cp_date since, due;
	char problem[CP_NOTICE_WORD]; /* "" none; else cp_notice_problem's */
	char why[CP_NOTICE_WORD];
	/* once issued; "" or 0 before */
	char addressee[8], language[36], format[33], route[8], version[32];
	int64_t run, mail;
	char issued[32], issued_by[33];
	struct cp_date served, returned;
	char served_by[33], returned_by[33];
};

/* Why one that is owed cannot be printed now (words of the ledger):
 * "no-address", "unsettled" (its address changed lately, or it waits for
 * another reason that is told to nobody: see cp_mail_allowed), "too-long" (an
 * address line does not fit), "unprintable" (no glyph), "no-gate". */
/* Why one was suppressed: "died", "left-england", "archived", "superseded",
 * "no-longer-due", "merged", or "operator" with the reason in the log.  But for
 * the last two it is owed again when that is no longer so. */
/* Whether WORD says why one came back: "gone-away", "not-known", "refused",
 * "address", "other". */
int cp_notice_returned_word(const char *word);

/* ---- what is owed ---- */

struct cp_notice_count { int64_t looked, owed, dropped; };
/*
 * Looks at the records whose day has come, in transactions of at most 1,000 of
 * them; each either wholly done or not begun.  May be called at any time, twice
 * or after a kill.  Outside a transaction; a record that cannot be evaluated is
 * left to its own trouble.  PROGRESS may be NULL.
 * Built-in identities that are nobody are owed none.  Logged as one entry of a
 * transaction, "notice.settle" with counts; what is dropped also one by one.
 * CP_BUSY: another policy was adopted since C->rules were read.
 */
enum cp_rc cp_notice_settle(const struct cp_change *c,
    struct cp_notice_count *count,
    void (*progress)(void *ctx, int64_t done, int64_t total), void *ctx,
    struct cp_err *err) CP_MUST_CHECK;
/* How many wait for that; at most LIMIT are counted. */
enum cp_rc cp_notice_waiting(struct cp_store *s, struct cp_date today,
    int64_t limit, int64_t *out, struct cp_err *err) CP_MUST_CHECK;
/* The same for one record, in the caller's transaction; before one of its
 * notices is issued, too. */
enum cp_rc cp_notice_look(const struct cp_change *c, int64_t record,
    struct cp_notice_count *count, struct cp_err *err) CP_MUST_CHECK;
/* One that an event brings, in the event's transaction; once for each CAUSE.
 * KIND is of those owed by events.  Without notices.wording nothing is. */
enum cp_rc cp_notice_owe(const struct cp_change *c, int64_t record,
    enum cp_notice_kind kind, const char *cause, struct cp_date due,
    struct cp_err *err) CP_MUST_CHECK;

/* ---- reading ---- */

typedef enum cp_rc cp_notice_fn(void *ctx, const struct cp_notice *n,
    struct cp_err *err);
struct cp_notice_query {
	int64_t record;           /* 0: all, of what is owed by due date */
	struct cp_date until;     /* due by then; or none */
	const char *kind;         /* word, or NULL */
};
/* Those owed, by due date and number; those safe are told only to operators of
 * cp_gate_tells (and to the program itself); only of records in reach.
 * Streams, and FN may change the ledger. */
enum cp_rc cp_notice_owed_each(struct cp_store *s,
    const struct cp_notice_query *q, cp_notice_fn *fn, void *ctx,
    struct cp_err *err) CP_MUST_CHECK;
/* All of one record, in order; safe ones as above. */
enum cp_rc cp_notice_each(struct cp_store *s, int64_t record,
    cp_notice_fn *fn, void *ctx, struct cp_err *err) CP_MUST_CHECK;
/* By reference: CP_NOT_FOUND (also where it is safe and the operator is not
 * told), CP_DENIED out of reach. */
enum cp_rc cp_notice_get(struct cp_store *s, const char *ref,
    struct cp_notice *out, struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_notice_at(struct cp_store *s, int64_t n, struct cp_notice *out,
    struct cp_err *err) CP_MUST_CHECK;

/* ---- what becomes of one; each in the caller's audited transaction, logged
 * with the record as subject (of a safe one with its case) ---- */

struct cp_notice_issue {
	enum cp_addressee to;
	const char *language, *format, *route, *version;
	const uint8_t *wording;   /* 32 bytes */
	int64_t run;              /* or 0 */
	int64_t mail;             /* or 0 */
	const struct cp_address *address; /* NULL: given by hand */
	const struct cp_matcher *matcher; /* or NULL: opened for this one */
};
/* Printed.  Of a run: to whom the rules say, in the wording in force.
 * CP_REFUSED: it is not owed any more (it is looked at again). */
enum cp_rc cp_notice_issued(const struct cp_change *c,
    const struct cp_notice *n, const struct cp_notice_issue *i,
    struct cp_err *err) CP_MUST_CHECK;
/* It could not be printed: PROBLEM is a word; "" takes it back.  Not logged. */
enum cp_rc cp_notice_set_problem(const struct cp_change *c, int64_t n,
    const char *problem, struct cp_err *err) CP_MUST_CHECK;
/* Given or posted on DATE.  CP_REFUSED: not issued, or by a run that is not
 * done; by hand (ROUTE "hand") also one that is owed.  CP_BAD_INPUT: in the
 * future, before it was issued. */
enum cp_rc cp_notice_served(const struct cp_change *c,
    const struct cp_notice *n, struct cp_date date, const char *route,
    struct cp_err *err) CP_MUST_CHECK;
/* All letters of a print run; *COUNT. */
enum cp_rc cp_notice_served_run(const struct cp_change *c, int64_t run,
    struct cp_date date, int64_t *count, struct cp_err *err) CP_MUST_CHECK;
/* Came back.  CP_REFUSED: neither issued nor served, or of a run that is not
 * done. */
enum cp_rc cp_notice_returned(const struct cp_change *c,
    const struct cp_notice *n, struct cp_date date, const char *why,
    struct cp_err *err) CP_MUST_CHECK;
/* Not to be sent, by an operator, with a reason for the log.  CP_REFUSED: not
 * owed. */
enum cp_rc cp_notice_suppress(const struct cp_change *c,
    const struct cp_notice *n, const char *reason, struct cp_err *err)
    CP_MUST_CHECK;
/* Whether N was sent to the address A: 1 yes, 0 no, -1 that is not known. */
enum cp_rc cp_notice_place(struct cp_store *s, const struct cp_notice *n,
    const struct cp_address *a, int *same, struct cp_err *err) CP_MUST_CHECK;

/* ---- who is addressed ---- */

struct cp_notice_to {
	enum cp_addressee_set set; /* CP_TO_BY_AGE: none is set */
	char ground[24];           /* understands, does-not-understand,
				    * learning-difficulty */
	struct cp_date since;
	char set_by[33];
};
enum cp_rc cp_notice_to_get(struct cp_store *s, int64_t record,
    struct cp_notice_to *out, struct cp_err *err) CP_MUST_CHECK;
/* Sets it, or with GROUND NULL takes it back; the ledger follows at once. */
enum cp_rc cp_notice_to_set(const struct cp_change *c,
    const struct cp_record *r, const char *ground, const char *reason,
    struct cp_err *err) CP_MUST_CHECK;

#endif
