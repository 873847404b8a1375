#ifndef CP_RULES_DECIDE_H
#define CP_RULES_DECIDE_H

#include <stddef.h>

#include "archive/err.h"
#include "lifecycle/rules/date.h"
#include "lifecycle/rules/policy.h"

/*
 * The one predicate: what happens next to a record, when, and by which rule.
 * List, plan, dry run, forecast, explanation and the run itself all ask here.
 * Pure and thread-safe: the same facts give the same answer, in whatever
 * order the consents and holds stand.
 */

enum cp_state {
	CP_STATE_LIVE,
	CP_STATE_ARCHIVED,
	CP_STATE_DESTROYED,
	CP_STATE_MERGED /* into another record: its number leads there */
};
enum cp_action { CP_ACTION_NONE, CP_ACTION_ARCHIVE, CP_ACTION_DESTROY };
enum cp_ground {
	CP_GROUND_CONNEXIONS,
	CP_GROUND_CARE_LEAVER,
	CP_GROUND_LEARNING_DIFFICULTY
};
enum cp_by { CP_BY_SELF, CP_BY_PARENT, CP_BY_REPRESENTATIVE };
enum cp_intention {
	CP_INTENTION_NONE, /* has not left England */
	CP_INTENTION_RETURN,
	CP_INTENTION_NO_RETURN,
	CP_INTENTION_NONE_STATED
};
/* Why a consent is no longer in force, where `ended' is set. */
enum cp_ended_by { CP_ENDED_BY_WITHDRAWAL, CP_ENDED_BY_GROUND };

struct cp_consent_fact {
	const char *id; /* for explanations; borrowed; names nobody */
	enum cp_ground ground;
	enum cp_by by;
	struct cp_date given;
	struct cp_date ended; /* none, or not in force from this day on */
	enum cp_ended_by ended_by;
};

struct cp_hold_fact {
	const char *id; /* borrowed */
};

/* All that bears on a record's life; borrowed pointers.  Zeroed, it is a live
 * record of which nothing is known. */
struct cp_facts {
	struct cp_partial_date birth;
	enum cp_state state;
	struct cp_date archived_on;       /* where archived */
	struct cp_date destroy_due_fixed; /* as promised at archiving, or none */
	struct cp_date death_notified;    /* none while alive */
	struct cp_date left_on;           /* of the statement, or none */
	enum cp_intention left_intention;
	const struct cp_consent_fact *consents;
	size_t n_consents;
	const struct cp_hold_fact *holds;
	size_t n_holds;
};

struct cp_decision {
	enum cp_action action; /* the next one; none once destroyed */
	struct cp_date due;    /* none with CP_ACTION_NONE */
	int due_now;           /* due <= on */
	int blocked;           /* a hold stops it: only ever a destruction */
	enum cp_rule rule;     /* that decided; with CP_ACTION_NONE no matter */
	const char *rule_name; /* of it, a constant; "" with CP_ACTION_NONE */
	/* Of a live record, else none: */
	struct cp_date age_limit_on;  /* the 18th birthday */
	struct cp_date age_due;       /* the same, or the end of consents */
	struct cp_date extended_from; /* age_limit_on, if consents pass it */
};

/*
 * Decides about FACTS on the day ON (none: due_now is 0).
 *   live: archived on the earliest of
 *     - the first day from the age limit on that no consent covers.  A consent
 *       covers from the day given until the earliest of its withdrawal or
 *       end, its ground's limit and, a parent's, the age at which it lapses.
 *       (A policy may let a record stay for a period after a withdrawal or
 *       end past the age limit; both packs say P0D: not a day.)
 *       The rule is the one that ended the cover on that day: ground's limit,
 *       lapse, withdrawal, end of ground, in this order; else the age limit;
 *     - the day after the period from the notification of death;
 *     - the day after the period that the left-England statement gives (on its
 *       date, if P0D).
 *     On the same day the rule is named in this order.
 *   archived: destroyed on destroy_due_fixed, or after the archive period.
 *   destroyed, merged: nothing more.
 * A partial birth date counts as its last possible day.  CP_BAD_INPUT: facts
 * that cannot be evaluated (no birth year; an event before the first possible
 * day of birth; an end before its start; archived with no date; a result past
 * 9999); the text says which and names nobody.
 */
enum cp_rc cp_decide(const struct cp_policy *policy,
    const struct cp_facts *facts, struct cp_date on, struct cp_decision *out,
    struct cp_err *err) CP_MUST_CHECK;

/* ---- explanations ----------------------------------------------------- */

enum cp_step_kind {
	CP_STEP_INPUT,       /* a fact that was used, or not, and why */
	CP_STEP_RULE,        /* a rule applied to it, giving a date */
	CP_STEP_HOLD,        /* what stops the action */
	CP_STEP_ANSWER,      /* the decision; one */
	CP_STEP_WOULD_CHANGE /* what would lead to another answer */
};

struct cp_step {
	enum cp_step_kind kind;
	const char *rule;    /* rule name, or "" ; a constant */
	struct cp_date date; /* that the step gives, or none */
	const char *source;  /* of the rule, or ""; borrowed from the policy */
	char text[320];      /* one sentence for people */
};

struct cp_explanation {
	struct cp_decision decision;
	struct cp_step *steps; /* owned */
	size_t n_steps;
	size_t cap;
	char carried_by[24]; /* the consent that carries the record; "" none */
};

void cp_explanation_init(struct cp_explanation *e);
void cp_explanation_clear(struct cp_explanation *e);
/* cp_decide with its steps, in the order of thought.  OUT is initialised by
 * the caller; what it held is replaced on success. */
enum cp_rc cp_decide_explain(const struct cp_policy *policy,
    const struct cp_facts *facts, struct cp_date on,
    struct cp_explanation *out, struct cp_err *err) CP_MUST_CHECK;
/*
 * Puts one more step before place AT (at most n_steps: behind the last).  RULE
 * may be CP_RULE_COUNT for none; POLICY gives its source and may be NULL.
 */
enum cp_rc cp_explanation_put(struct cp_explanation *e, size_t at,
    const struct cp_policy *policy, enum cp_step_kind kind, enum cp_rule rule,
    struct cp_date date, struct cp_err *err, const char *fmt, ...)
    CP_MUST_CHECK CP_PRINTF(8, 9);
/* The place of the first step of holds or answer: what is known goes before. */
size_t cp_explanation_answer(const struct cp_explanation *e);
/* "input", "rule", "hold", "answer", "would-change". */
const char *cp_step_kind_word(enum cp_step_kind kind);

/* ---- smaller questions ------------------------------------------------ */

/* The first day on which CONSENT of somebody born on BIRTH no longer covers,
 * and by which rule (UNTIL and RULE; RULE may be NULL).  Errors as
 * cp_decide. */
enum cp_rc cp_decide_consent(const struct cp_policy *policy,
    struct cp_partial_date birth, const struct cp_consent_fact *consent,
    struct cp_date *until, enum cp_rule *rule, struct cp_err *err)
    CP_MUST_CHECK;
/*
 * The day from which CONSENT, which covers until UNTIL (cp_decide_consent), is
 * to be confirmed anew: after the policy's period from the latest of the day
 * given, the day on which the age limit is attained and CONFIRMED (the last
 * confirmation, or none).  None where the policy asks for no confirmation,
 * the consent was ended, or is over by then.  A consent that is not confirmed
 * stands all the same: the day is for people to act on.
 */
struct cp_date cp_decide_confirm(const struct cp_policy *policy,
    struct cp_partial_date birth, const struct cp_consent_fact *consent,
    struct cp_date until, struct cp_date confirmed);
/*
 * Whether a consent given on GIVEN and entered on TODAY is entered so late
 * that it takes a reason: more than CP_LATE_DAYS days after it was given, or
 * given before the age limit and entered from that day on, when it may keep a
 * record that would have left without it.
 */
enum { CP_LATE_DAYS = 28 };
int cp_decide_late(const struct cp_policy *policy,
    struct cp_partial_date birth, struct cp_date given, struct cp_date today);
/* The day from which an involvement that ended on END is no longer in the live
 * record; none for none. */
struct cp_date cp_decide_prune(const struct cp_policy *policy,
    struct cp_date end, int sensitive);
/* The day on which the reminder of what happens at the age limit is owed. */
struct cp_date cp_decide_reminder(const struct cp_policy *policy,
    struct cp_partial_date birth);
/* Whether a package archived on ARCHIVED_ON may be opened on ON for PURPOSE:
 * CP_OK, or CP_REFUSED with the purposes that would do as the hint. */
enum cp_rc cp_decide_open(const struct cp_policy *policy,
    struct cp_date archived_on, struct cp_date on, const char *purpose,
    struct cp_err *err) CP_MUST_CHECK;

/* ---- words ------------------------------------------------------------ */

/* As commands, files and tables write them; constants. */
const char *cp_state_word(enum cp_state v);         /* "live" ... */
const char *cp_action_word(enum cp_action v);       /* "none" ... */
const char *cp_ground_word(enum cp_ground v);       /* "care-leaver" ... */
const char *cp_by_word(enum cp_by v);               /* "self" ... */
const char *cp_intention_word(enum cp_intention v); /* "no-return"; "" none */
const char *cp_ended_by_word(enum cp_ended_by v);   /* "withdrawal", "ground" */
/* 1 and *OUT, or 0 if TEXT is none of them (for intention: nor ""). */
int cp_state_parse(const char *text, enum cp_state *out);
int cp_ground_parse(const char *text, enum cp_ground *out);
int cp_by_parse(const char *text, enum cp_by *out);
int cp_intention_parse(const char *text, enum cp_intention *out);
int cp_ended_by_parse(const char *text, enum cp_ended_by *out);

#endif
