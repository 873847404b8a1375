#ifndef CP_RULES_CLOCK_H
#define CP_RULES_CLOCK_H

#include "lifecycle/rules/holiday.h"
#include "lifecycle/rules/policy.h"

/*
 * The clock of a subject access request (domain: 6; Data Protection Act 1998
 * s.7(8)-(10) and 64; UK GDPR arts. 12(3) and 12A).  Pure: policy, bank
 * holidays and events in, start, pauses and due date out, and each step of the
 * way for `sar clock'.
 *
 * start: the latest of: received; the day on which identity was verified, if
 * it was doubted (asked for) before; the day on which a fee was paid or waived,
 * if one was asked for; and, where the policy counts clarification as a part of
 * the start (access.clarification = "start"), the day of the last answer to
 * one.  While any of these is asked and not given there is no start, and
 * waits_for says which: identity before fee before clarification.
 *
 * due: by access.counting
 *	"beginning-with"  the period of access.limit begins with the start: its
 *	                  last day is one before that of `corresponding'
 *	"corresponding"   cp_period_end(start, limit)
 * later by one day for each paused day; and, with access.roll =
 * "next-working-day", rolled to the next working day that is not paused, once,
 * at the end.
 *
 * Paused (access.clarification = "pause") is each day from the one on which
 * clarification was asked to the one on which it was answered, both counted,
 * none twice, and none before the start.  While one that counts is not answered
 * there is no due date and waits_for is clarification.
 *
 * An answer answers all of its kind that was asked for up to that day; one
 * where nothing is asked any more does nothing.  On one day what is asked comes
 * before what is given.
 *
 * Too late is what is asked for after the day on which the time was over (the
 * due date as it stood by the events of earlier days): it moves no start and
 * pauses nothing, as if it had not been asked.
 *
 * extension: told on or before the due date that stood then, or while there
 * was none, the limit is access.extension instead, from the same start, with
 * the same pauses; told later, or where the policy has none, it changes
 * nothing.
 *
 * What is due and was not answered by then is late from the day after.
 */
enum cp_clock_kind {
	CP_CLOCK_RECEIVED,
	CP_CLOCK_IDENTITY_DOUBTED, CP_CLOCK_IDENTITY_VERIFIED,
	CP_CLOCK_FEE_ASKED, CP_CLOCK_FEE_PAID, CP_CLOCK_FEE_WAIVED,
	CP_CLOCK_CLARIFY_ASKED, CP_CLOCK_CLARIFY_ANSWERED,
	CP_CLOCK_EXTENDED,
	CP_CLOCK_KINDS
};
/* "received", "identity-doubted" ... and back: 0 if it is none. */
const char *cp_clock_word(enum cp_clock_kind kind);
int cp_clock_parse(const char *word, enum cp_clock_kind *out);

struct cp_clock_event {
	enum cp_clock_kind kind;
	struct cp_date date;
};

enum cp_clock_wait { CP_WAITS_NOT, CP_WAITS_IDENTITY, CP_WAITS_FEE,
	CP_WAITS_CLARIFICATION };
/* "identity" ...; "" for CP_WAITS_NOT. */
const char *cp_clock_wait_word(enum cp_clock_wait w);

struct cp_clock {
	struct cp_date received, starts; /* none: it has not begun */
	enum cp_clock_wait waits_for;
	struct cp_date waits_since;
	int paused;              /* days, up to the last answer */
	struct cp_date first_due; /* as if it were not extended ... */
	struct cp_date extended;  /* ... the day on which that was told in time */
	struct cp_date due;       /* rolled; both are none while it waits */
	struct cp_date unrolled;
};

/* A step of the derivation: TEXT is a sentence in English without full stop,
 * DATE what it came to or none; RULE the policy's rule, "access.limit", or
 * "". */
typedef enum cp_rc cp_clock_step_fn(void *ctx, const char *rule,
    struct cp_date date, const char *text, struct cp_err *err);

/*
 * EVENTS in any order, N of them; exactly one is received.  FN may be NULL.
 * CP_BAD_INPUT: none or two received, an event before it was received, paid or
 * answered without being asked before or on that day (verified without doubt
 * is allowed and does nothing), a date that is none.  CP_REFUSED: it is due in
 * years of which HOLIDAYS (NULL: of any) knows nothing; the hint names the
 * table.
 */
enum cp_rc cp_clock_run(const struct cp_policy *policy,
    const struct cp_holidays *holidays, const struct cp_clock_event *events,
    size_t n, cp_clock_step_fn *fn, void *ctx, struct cp_clock *out,
    struct cp_err *err) CP_MUST_CHECK;

/* What its state on TODAY asks for: nothing yet, a reminder of two weeks, one
 * week or three days before, due today, late (how many days left: negative). */
enum cp_clock_alarm { CP_ALARM_NOT, CP_ALARM_TWO_WEEKS, CP_ALARM_ONE_WEEK,
	CP_ALARM_THREE_DAYS, CP_ALARM_DUE, CP_ALARM_LATE };
enum cp_clock_alarm cp_clock_alarm(struct cp_date due, struct cp_date today,
    int *days_left);

#endif
