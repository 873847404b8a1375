#ifndef CP_RULES_NOTICE_H
#define CP_RULES_NOTICE_H

#include "lifecycle/rules/decide.h"

/*
 * Which fair-processing notices are owed about a record, when, and to whom
 * (domain: 7).  The one predicate of the ledger: pure, thread-safe, without a
 * clock.
 */
enum cp_notice_kind {
	/* The whole notice: who holds what, why, and what one can do. */
	CP_NOTICE_FIRST,         /* "first": a record was made */
	CP_NOTICE_COMPREHENSION, /* "comprehension": now to the child itself */
	CP_NOTICE_VERSION,       /* "version": the wording is another */
	/* Shorter letters. */
	CP_NOTICE_EIGHTEEN,      /* "eighteen": what happens at 18 */
	CP_NOTICE_ARCHIVED,      /* "archived": the record leaves on a day */
	CP_NOTICE_EXTENDED,      /* "extended": it stays past 18, by consent */
	/* What somebody did: owed by the event, not by the calendar. */
	CP_NOTICE_WITHDRAWAL,    /* "withdrawal": a consent was withdrawn */
	CP_NOTICE_AUTHORITY,     /* "authority": another is responsible */
	CP_NOTICE_SHIELD,        /* "shield-outcome": by a safe channel */
	CP_NOTICE_KINDS
};
enum cp_notice_status {
	CP_NOTICE_OWED, CP_NOTICE_ISSUED, CP_NOTICE_SERVED, CP_NOTICE_RETURNED,
	CP_NOTICE_SUPPRESSED
};
enum cp_addressee { CP_TO_CHILD, CP_TO_CARER };
/* Who is addressed where it is not told by age. */
enum cp_addressee_set { CP_TO_BY_AGE, CP_TO_SET_CHILD, CP_TO_SET_CARER };

/* Longest cause, with its NUL: a version, a date, "C-0000000001"; and without
 * what stands behind it when it is owed again. */
enum { CP_NOTICE_CAUSE = 64, CP_NOTICE_CAUSE_GIVEN = 42 };

/* One notice that is in the ledger. */
struct cp_notice_past {
	enum cp_notice_kind kind;
	char cause[CP_NOTICE_CAUSE];
	enum cp_notice_status status;
	int lapsed;              /* suppressed by what may pass (died,
				  * left-england, superseded, no-longer-due,
				  * archived), not by an operator */
	enum cp_addressee to;    /* once issued, or suppressed by an operator */
	char version[32];        /* of the wording; as above */
	struct cp_date issued;   /* once issued */
	struct cp_date returned; /* where it came back */
};

/* All that bears on it; borrowed. */
struct cp_notice_facts {
	struct cp_partial_date birth;
	struct cp_date recorded;     /* the day of the first record */
	struct cp_date death_notified, left_on; /* or none */
	enum cp_addressee_set set;
	struct cp_date set_since;    /* of that, or none */
	struct cp_date address_changed; /* last, or none */
	struct cp_date version_since; /* the wording in force was adopted */
	const struct cp_decision *decision; /* of the record, live; NULL where
					     * it cannot be evaluated */
	const struct cp_notice_past *past;  /* in the order of their numbers */
	size_t n_past;
};

struct cp_notice_owed {
	enum cp_notice_kind kind;
	char cause[CP_NOTICE_CAUSE];
	struct cp_date since; /* owed from this day, which is not after today */
	struct cp_date due;   /* to be served by */
};
enum { CP_NOTICES_AT_ONCE = 8 };

/* What the ledger is to be changed to. */
struct cp_notice_plan {
	struct cp_notice_owed owed[CP_NOTICES_AT_ONCE]; /* not there yet */
	size_t n_owed;
	/* Of facts->past, those still `owed' that are not any more, and why, as
	 * words of the ledger ("died", "left-england", "superseded",
	 * "no-longer-due"). */
	struct { size_t past; const char *why; } drop[CP_NOTICES_AT_ONCE * 2];
	size_t n_drop;
	struct cp_date look; /* next day on which this can change by itself;
			      * none: never */
	int more; /* there was no room for all: ask again once this is done */
};

/*
 * What is owed on TODAY.
 *   first: from the day of the first record, within notices.first_period.
 *     Again (":2") within that period from the day on which the carer becomes
 *     the addressee, where whole notices went to the child only.
 *   comprehension: from the day on which the child is the addressee (age
 *     notices.comprehension_age attained, or set so), where a whole notice was
 *     issued before and none to the child; due that day.  Where none was
 *     issued yet, the first goes to the child and nothing else is owed.
 *   version: where the last whole notice issued has another version than
 *     notices.wording: within notices.version_period of its adoption.  One
 *     whole notice that is owed supersedes another.
 *   eighteen: from consent.reminder_age until the age limit; due on that day.
 *   archived: from notices.archive_period before the day on which the record
 *     leaves by age or by the end of its consents, due on that day; not where
 *     a withdrawal's acknowledgement says so.
 *   extended: from the day on which the age limit is attained by a record that
 *     stays; due that day.
 * Somebody who died, or left England, is owed none, and what was owed goes: no
 * letter goes to a child who is dead.  A notice that was returned is owed again
 * (cause with ":2", ":3" behind it) when the address changed after it was
 * issued; so is one that lapsed for what is no longer so (a wrong death).  One
 * that an operator suppressed counts as issued.  Of several that say who is
 * responsible by now, the last is owed.  Without notices.wording none is owed
 * at all.  CP_BAD_INPUT: no birth date is known, or no decision.
 */
enum cp_rc cp_notice_plan(const struct cp_policy *policy,
    const struct cp_notice_facts *facts, struct cp_date today,
    struct cp_notice_plan *out, struct cp_err *err) CP_MUST_CHECK;
/* Who gets a notice on TODAY.  That a carer does who was set so ends on the day
 * from which no parent can consent for them (retention.parent_lapse): nobody
 * has parental responsibility for somebody who is grown up.  Set on that day or
 * later, it holds. */
enum cp_addressee cp_notice_addressee(const struct cp_policy *policy,
    const struct cp_notice_facts *facts, struct cp_date today);

/* Words, and back (0 if there is none). */
const char *cp_notice_kind_word(enum cp_notice_kind v);
const char *cp_notice_status_word(enum cp_notice_status v);
const char *cp_addressee_word(enum cp_addressee v); /* "child", "carer" */
int cp_notice_kind_parse(const char *text, enum cp_notice_kind *out);
int cp_notice_status_parse(const char *text, enum cp_notice_status *out);
/* Whether it is the whole notice. */
int cp_notice_whole(enum cp_notice_kind v);

#endif
