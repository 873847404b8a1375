#ifndef CP_RECORDS_EVENTS_H
#define CP_RECORDS_EVENTS_H

#include "lifecycle/records/record.h"

/*
 * What happens to a person, and corrections: each changes the document, the
 * computed dates and the log in the caller's transaction, or nothing.
 */

enum cp_event_kind {
	CP_EVENT_DIED,
	CP_EVENT_LEFT_ENGLAND,
	CP_EVENT_RETURNED,
	CP_EVENT_MOVED
};

struct cp_event {
	enum cp_event_kind kind;
	struct cp_date date;        /* when it happened */
	struct cp_date notified;    /* died: when that was notified */
	enum cp_intention intention; /* left-england */
	const char *to;             /* moved: an authority; borrowed */
	int offer;                  /* moved: only offered, whoever enters it */
	const char *reason;         /* for the log, or NULL; borrowed */
};

/* What changes are made with; borrowed. */
struct cp_change {
	struct cp_store *store;
	struct cp_audit *audit;
	const struct cp_rules *rules;
	const struct cp_now *now;
};

/* "died", "left-england", "returned", "moved" and back (0 if none). */
const char *cp_event_word(enum cp_event_kind kind);
int cp_event_parse(const char *word, enum cp_event_kind *out);

/*
 * Enters E about record ID; *AFTER is the record as it is then.  It can be
 * undone until the next run (undo.h).  A move is agreed by both authorities
 * (move.h): it takes effect where the operator acts for both, else the record
 * is offered, and AFTER is with its authority still.  CP_NOT_FOUND; CP_DENIED:
 * out of reach; CP_REFUSED: not live, dead already, not away, at that authority
 * or offered already;
 * CP_BAD_INPUT: a date in the future or before birth, notified before the
 * death, back before leaving, an impossible authority.
 */
enum cp_rc cp_event_apply(const struct cp_change *c, const char *id,
    const struct cp_event *e, struct cp_record *after, struct cp_err *err)
    CP_MUST_CHECK;

/* Whether E left the record, as it is AFTER, offered and not yet passed. */
int cp_event_waits(const struct cp_event *e, const struct cp_record *after);

/*
 * Rectifies record ID: SETS are N texts FIELD=VALUE (document_edit.h); where
 * one is valid only after another, their order does not matter.  CHANGED, of N
 * places, tells which of them changed something; where none did, nothing is
 * logged.  The log has fields with old and new values, except of involvements,
 * which may be sensitive; of a shielded record, what is hidden goes behind the
 * shield, and the log does not have it.  It can be undone until the next run.  CP_BAD_INPUT
 * fills WHY; CP_DENIED: out of reach; CP_REFUSED: not live, or to an authority
 * that the operator does not act for.
 */
enum cp_rc cp_record_correct(const struct cp_change *c, const char *id,
    const char *const *sets, size_t n, const char *reason, int *changed,
    struct cp_reject *why, struct cp_err *err) CP_MUST_CHECK;

#endif
