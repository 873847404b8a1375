#ifndef CP_RECORDS_SAR_H
#define CP_RECORDS_SAR_H

#include "lifecycle/records/events.h"
#include "lifecycle/rules/access.h"
#include "lifecycle/rules/clock.h"
#include "lifecycle/store/operator.h"

/*
 * Subject access requests (domain: 6): the case, its events, and the clock that
 * runs by them.  The log's entries have the request's id as subject and name no
 * person; that somebody's details were collected is in their own record's
 * history besides.  Each change is within the caller's audited transaction and
 * logs itself: "sar.open", "sar.event", "sar.view", "sar.safe", "sar.subject",
 * "sar.withhold", "sar.give", "sar.approve", "sar.send", "sar.answer",
 * "sar.close", "sar.expire", and of the records "hold.place", "hold.release";
 * that somebody looked ("sar.collect") is for whoever shows it.  Of a shielded
 * child "shield.safe" is about its case instead.
 */
enum { CP_SAR_ID = 20, CP_SAR_TEXT = 2001, CP_SAR_SUBJECTS = 20,
	CP_SAR_EVENTS = 500 };

enum cp_sar_stage { CP_SAR_OPEN, CP_SAR_COLLECTED, CP_SAR_APPROVED,
	CP_SAR_ANSWERED, CP_SAR_CLOSED };
/* "open", "collected", "approved", "answered", "closed". */
const char *cp_sar_stage_word(enum cp_sar_stage v);

/* A row; "" , 0 and none for what there is not. */
struct cp_sar {
	int64_t n;
	char id[CP_SAR_ID];
	enum cp_sar_stage stage;
	char outcome[12];  /* full, partial, none, refused, withdrawn */
	char authority[CP_AUTHORITY_MAX];
	enum cp_relation relation;
	char requester[CP_SAR_TEXT]; /* "" once it expired */
	char language[36], format[33];
	unsigned asks;     /* of enum cp_asks */
	struct cp_date received;
	int64_t policy_n;
	struct cp_date starts, due;
	char waits_for[16];
	struct cp_date extended;
	char opened_by[CP_OPERATOR_NAME], collected_by[CP_OPERATOR_NAME],
	    approved_by[CP_OPERATOR_NAME], answered_by[CP_OPERATOR_NAME],
	    closed_by[CP_OPERATOR_NAME];
	int64_t opened_uid, collected_uid, approved_uid;
	struct cp_date answered;
	char ground[40];   /* of a refusal */
	char closed[32];
	struct cp_date expires, expired;
	uint8_t digest[32]; /* zero: nothing was collected */
};

/* Whom it is about. */
struct cp_sar_subject {
	int idx;               /* from 1 */
	int64_t record;        /* 0: none was found */
	char record_id[CP_ID_MAX];
	char sought[CP_SAR_TEXT]; /* JSON: "name", "born", "number" */
	char found[12];        /* live, archived, opening, destroyed, none */
	enum cp_own_view own_view;
	struct cp_date own_view_on;
	int safe;              /* what is hidden goes into the answer */
	char safe_by[CP_OPERATOR_NAME];
	int64_t safe_uid;
};

/* What happened.  Kinds: words of cp_clock_word; "evidence-" and a word of
 * cp_evidence_word; "message-in", "message-out", "letter" (reference: which
 * wording), "duplicate", "own-view", "safe", "collected", "withheld",
 * "approved", "sent", "refused", "withdrawn", "rectified", "not-rectified",
 * "objection-upheld", "objection-refused", "told" (a recipient, of a
 * correction), "found" (why a subject, whose number is the reference, is that
 * record or nobody), "closed".  Of these "own-view", "safe", "collected",
 * "withheld", "approved", "sent" and "closed" are entered by the functions that
 * do it; "safe" is read only by who may know of shields. */
struct cp_sar_event {
	int64_t n;
	struct cp_date date;
	char kind[32];
	char reference[CP_SAR_TEXT]; /* "" */
	char text[CP_SAR_TEXT];      /* "" */
	int amount;                  /* pence */
	char at[32], by[CP_OPERATOR_NAME];
};

/* ---- the clock's rules ---- */

/* The policy and the bank holidays of a request: loaded once, freed by
 * cp_sar_rules_clear.  HOLIDAYS_FILE is the table's path. */
struct cp_sar_rules {
	int64_t policy_n;
	struct cp_policy *policy;     /* owned: in force when it was received */
	struct cp_holidays *holidays; /* owned */
};
enum cp_rc cp_sar_rules_load(struct cp_store *s, int64_t policy_n,
    const char *holidays_file, struct cp_sar_rules *out, struct cp_err *err)
    CP_MUST_CHECK;
void cp_sar_rules_clear(struct cp_sar_rules *r);
/* The row of the policy that was in force on DAY: of those ever adopted and
 * effective by then the one that was adopted last before the next day; on a day
 * before any was adopted here, the effective one that was adopted first, else
 * the first of all. */
enum cp_rc cp_sar_policy_on(struct cp_store *s, struct cp_date day,
    int64_t *policy_n, struct cp_err *err) CP_MUST_CHECK;

/* ---- opening ---- */

struct cp_sar_opening {
	const char *requester;      /* as they name themselves */
	enum cp_relation relation;
	struct cp_date received;
	const char *authority;      /* that answers */
	const char *language, *format; /* or NULL */
	unsigned asks;
	const struct cp_record *const *records; /* each once */
	size_t n_records;
	const char *sought;         /* JSON of one who was not found; or NULL */
	int again;                  /* though there is one like it */
};
/* Opens it; its records are held from now on (hold.sar).  *LIKE (may be NULL)
 * is the id of an earlier one of the same requester about one of the same
 * records, "" without.  CP_REFUSED: one like it is open and AGAIN is 0, the
 * hint names it; or LIKE was answered within access.repeat_period and AGAIN is
 * 0; CP_BAD_INPUT: received in the future, nobody it is about, a bad text.
 * Without a record it has what is SOUGHT. */
enum cp_rc cp_sar_open(const struct cp_change *c,
    const struct cp_operator *op, const struct cp_sar_opening *o,
    const struct cp_sar_rules *rules, struct cp_sar *out,
    char like[CP_SAR_ID], struct cp_err *err) CP_MUST_CHECK;

/* ---- reading ---- */

/* By id: CP_NOT_FOUND; CP_DENIED where the operator reaches not all of its
 * records, or, without any, not its authority. */
enum cp_rc cp_sar_get(struct cp_store *s, const char *id, struct cp_sar *out,
    struct cp_err *err) CP_MUST_CHECK;
/* Those within reach: not closed ones by due date (those that wait first); with
 * ALL, then the closed ones. */
typedef enum cp_rc cp_sar_fn(void *ctx, const struct cp_sar *r,
    struct cp_err *err);
enum cp_rc cp_sar_each(struct cp_store *s, int all, cp_sar_fn *fn, void *ctx,
    struct cp_err *err) CP_MUST_CHECK;
/* By number.  One whose record was merged into another is of that one; where
 * two have become one person so, the first is given. */
enum cp_rc cp_sar_subjects(struct cp_store *s, const struct cp_sar *r,
    struct cp_sar_subject out[CP_SAR_SUBJECTS], size_t *n,
    struct cp_err *err) CP_MUST_CHECK;
typedef enum cp_rc cp_sar_event_fn(void *ctx, const struct cp_sar_event *e,
    struct cp_err *err);
enum cp_rc cp_sar_events(struct cp_store *s, const struct cp_sar *r,
    cp_sar_event_fn *fn, void *ctx, struct cp_err *err) CP_MUST_CHECK;
/* The clock as of now, with its steps (FN may be NULL). */
enum cp_rc cp_sar_clock(struct cp_store *s, const struct cp_sar *r,
    const struct cp_sar_rules *rules, cp_clock_step_fn *fn, void *ctx,
    struct cp_clock *out, struct cp_err *err) CP_MUST_CHECK;

/* ---- what happens to it ---- */

/* Enters E (n, at, by are given here); where its kind is of the clock, start,
 * due date and reminder are computed anew.  CP_REFUSED: it is answered (of the
 * clock's kinds), closed, or has CP_SAR_EVENTS and E neither settles nor ends
 * it; an extension where the policy has none, or told too late; a fee above
 * the policy's; CP_BAD_INPUT: in the future, before it was received, or as
 * cp_clock_run. */
enum cp_rc cp_sar_enter(const struct cp_change *c,
    const struct cp_sar_rules *rules, struct cp_sar *r,
    const struct cp_sar_event *e, struct cp_err *err) CP_MUST_CHECK;
/* The view of child IDX; an approval is gone.  CP_NOT_FOUND: there is none. */
enum cp_rc cp_sar_set_view(const struct cp_change *c, struct cp_sar *r,
    int idx, enum cp_own_view view, struct cp_date on, const char *text,
    struct cp_err *err) CP_MUST_CHECK;
/* A shielding officer OP finds that the requester is the child IDX, or the
 * carer protected with it; SAFE 0 takes it back.  What was collected has to be
 * collected again.  CP_DENIED without role shield. */
enum cp_rc cp_sar_set_safe(const struct cp_change *c, struct cp_sar *r,
    const struct cp_operator *op, int idx, int safe, const char *reason,
    struct cp_err *err) CP_MUST_CHECK;
/* Subject IDX turns out to be record RECORD (0 or NULL: nobody) and how it was
 * FOUND.  It is held from then on; where it was another before, what was
 * collected has to be collected again.  CP_REFUSED: answered, closed, merged,
 * or it is another subject already. */
enum cp_rc cp_sar_set_found(const struct cp_change *c, struct cp_sar *r,
    int idx, const struct cp_record *record, const char *found,
    struct cp_err *err) CP_MUST_CHECK;
/* Whether somebody looked for whom R names (entry "sar.find"). */
enum cp_rc cp_sar_looked(struct cp_store *s, const struct cp_sar *r,
    int *looked, struct cp_err *err) CP_MUST_CHECK;
/* What bits of enum cp_evidence were shown. */
enum cp_rc cp_sar_evidence(struct cp_store *s, const struct cp_sar *r,
    unsigned *had, struct cp_err *err) CP_MUST_CHECK;

/* ---- its end ---- */

/* An answer was given on ON.  OUTCOME as in struct cp_sar; GROUND of a refusal,
 * else NULL.  The stage is `answered'; again only for the same outcome (a pack
 * that was lost).  CP_REFUSED: closed, or answered otherwise. */
enum cp_rc cp_sar_answer(const struct cp_change *c, struct cp_sar *r,
    const char *outcome, const char *ground, struct cp_date on,
    struct cp_err *err) CP_MUST_CHECK;
/* Closes it: holds end, what was kept of packages goes, and after
 * access.keep_period what names the requester.  CP_REFUSED: not answered, or
 * rectification or objection was asked for and nothing is entered about it. */
enum cp_rc cp_sar_close(const struct cp_change *c,
    const struct cp_sar_rules *rules, struct cp_sar *r, struct cp_err *err)
    CP_MUST_CHECK;

#endif
