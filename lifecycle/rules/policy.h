#ifndef CP_RULES_POLICY_H
#define CP_RULES_POLICY_H

#include <stddef.h>

#include "archive/err.h"
#include "lifecycle/rules/date.h"

/*
 * A policy: every rule that a law, a promise to families or a council sets,
 * with where it comes from; cpadmin-policy(5) is the format.  Loaded whole or
 * not at all, read-only afterwards, and so shared between threads freely.
 */

/* The rules, in the order in which they are written and shown. */
enum cp_rule {
	CP_RULE_AGE_LIMIT,
	CP_RULE_LEAP_BIRTHDAY,
	CP_RULE_CONNEXIONS_LIMIT,
	CP_RULE_CARE_LEAVER_LIMIT,
	CP_RULE_LEARNING_DIFFICULTY_LIMIT,
	CP_RULE_PARENT_LAPSE,
	CP_RULE_WITHDRAWAL,
	CP_RULE_GROUND_END,
	CP_RULE_DEATH_PERIOD,
	CP_RULE_LEFT_NO_RETURN_PERIOD,
	CP_RULE_LEFT_RETURN_PERIOD,
	CP_RULE_LEFT_NONE_STATED_PERIOD,
	CP_RULE_INVOLVEMENT_PERIOD,
	CP_RULE_SENSITIVE_INVOLVEMENT_PERIOD,
	CP_RULE_REMINDER_AGE,
	CP_RULE_RECONFIRM_PERIOD, /* may be absent: never asked for */
	CP_RULE_ARCHIVE_PERIOD,
	CP_RULE_ALREADY_ARCHIVED, /* may be absent: keep */
	CP_RULE_OPEN_FIRST_YEAR_PERIOD,
	CP_RULE_OPEN_FIRST_YEAR_PURPOSES,
	CP_RULE_OPEN_LATER_PURPOSES,
	CP_RULE_OPEN_OPERATORS, /* may be absent: 1 */
	CP_RULE_DRILL_PERIOD,   /* may be absent: never */
	CP_RULE_DESTRUCTION_APPROVALS,
	CP_RULE_EARLY_APPROVALS, /* may be absent: as for what is due */
	CP_RULE_DESTRUCTION_WAIT,
	CP_RULE_CLOCK_AHEAD_HOURS,
	CP_RULE_SHARE_PERCENT,
	CP_RULE_SHARE_FLOOR,
	/* shields; each may be absent */
	CP_RULE_SHIELD_DECIDE_PERIOD, /* P28D */
	CP_RULE_SHIELD_REVIEW_PERIOD, /* P6M */
	CP_RULE_SHIELD_HIDE,          /* what is hidden as usual */
	CP_RULE_MAIL_HOLD_DAYS,       /* 28 */
	/* notices; each may be absent */
	CP_RULE_NOTICE_WORDING,       /* none is owed */
	CP_RULE_NOTICE_LAW,           /* uk-gdpr */
	CP_RULE_NOTICE_CONTENT,       /* all that is known */
	CP_RULE_NOTICE_LANGUAGES,     /* en */
	CP_RULE_NOTICE_FIRST_PERIOD,  /* P1M */
	CP_RULE_NOTICE_VERSION_PERIOD, /* P3M */
	CP_RULE_NOTICE_COMPREHENSION_AGE, /* 12 */
	CP_RULE_NOTICE_ARCHIVE_PERIOD, /* P28D */
	CP_RULE_NOTICE_HOUSEHOLD,     /* each */
	/* subject access; each may be absent, and is then as notices.law has it:
	 * under uk-gdpr, and under dpa-1998 */
	CP_RULE_ACCESS_LIMIT,         /* P1M, P40D */
	CP_RULE_ACCESS_COUNTING,      /* corresponding, beginning-with */
	CP_RULE_ACCESS_ROLL,          /* next-working-day, none */
	CP_RULE_ACCESS_CLARIFICATION, /* pause, start */
	CP_RULE_ACCESS_EXTENSION,     /* P3M, P0D */
	CP_RULE_ACCESS_FEE,           /* exceptional, usual */
	CP_RULE_ACCESS_FEE_LIMIT,     /* 0, 1000 */
	CP_RULE_ACCESS_OWN_VIEW_AGE,  /* 12 */
	CP_RULE_ACCESS_WITHHOLD,
	CP_RULE_ACCESS_REFUSE,
	CP_RULE_ACCESS_APPROVALS,     /* 1 */
	CP_RULE_ACCESS_KEEP,          /* P3Y */
	CP_RULE_ACCESS_REPEAT,        /* P6M */
	CP_RULE_COUNT
};

/*
 * What another archive period means for records archived before it came into
 * force: the day promised at their archiving stays; or a later one takes its
 * place; or any does.  A file that does not say so never shortens (domain: 2).
 */
enum cp_already_archived {
	CP_ARCHIVED_KEEP,     /* "keep" */
	CP_ARCHIVED_LENGTHEN, /* "lengthen" */
	CP_ARCHIVED_REPLACE   /* "replace" */
};

/* Which law a notice says what of, and how many copies siblings get. */
enum cp_notice_law { CP_LAW_DPA_1998, CP_LAW_UK_GDPR };
enum cp_household { CP_HOUSEHOLD_EACH, CP_HOUSEHOLD_ONE };

/* Subject access: how its time limit is counted, what becomes of a last day on
 * which nobody works, what asking for clarification does, and when a fee may be
 * asked for (rules/clock.h). */
enum cp_counting { CP_COUNT_CORRESPONDING, CP_COUNT_BEGINNING_WITH };
enum cp_roll { CP_ROLL_WORKING_DAY, CP_ROLL_NONE };
enum cp_clarification { CP_CLARIFY_PAUSES, CP_CLARIFY_STARTS };
enum cp_fee { CP_FEE_EXCEPTIONAL, CP_FEE_USUAL };

/* On which grounds an item can be withheld and a request refused: all words of
 * access.withhold_grounds and access.refuse_grounds, NULL last. */
extern const char *const cp_access_withholdings[];
extern const char *const cp_access_refusals[];

/* What a notice can be asked to say: words of notices.content, NULL last. */
extern const char *const cp_notice_items[];

enum { CP_GROUND_COUNT = 3 }; /* of enum cp_ground, decide.h */

/* Words of a list, e.g. purposes; owned by the policy. */
struct cp_words {
	char **word;
	size_t n;
};

struct cp_policy {
	char *name;    /* "uk-2026" */
	char *version; /* "1" */
	struct cp_date effective;

	/* retention */
	int age_limit; /* years */
	enum cp_leap_rule leap_birthday;
	int ground_limit[CP_GROUND_COUNT]; /* years, by enum cp_ground */
	int parent_lapse_age;              /* years */
	struct cp_period withdrawal;       /* from the day of withdrawal */
	struct cp_period ground_end;       /* from the day a ground ended */
	struct cp_period death_period;     /* from notification */
	struct cp_period left_no_return_period; /* from the statement */
	struct cp_period left_return_period;
	struct cp_period left_none_stated_period;
	struct cp_period involvement_period; /* from its end */
	struct cp_period sensitive_involvement_period;
	/* consent */
	struct cp_period reminder_age; /* from birth */
	struct cp_period reconfirm_period; /* between confirmations ... */
	int reconfirms;                    /* ... if there is one */
	/* archive */
	struct cp_period archive_period; /* from archiving to destruction */
	enum cp_already_archived already_archived;
	struct cp_period open_first_year_period; /* from archiving */
	struct cp_words open_first_year_purposes;
	struct cp_words open_later_purposes;
	int open_operators; /* who agree to an opening, custodians apart, >= 1 */
	struct cp_period drill_period; /* between drills of a custodian ... */
	int drills;                    /* ... if they are asked for */
	/* destruction */
	int destruction_approvals; /* by others than the proposer, >= 1 */
	int early_approvals; /* the same before a package's day, >= 1 */
	struct cp_period destruction_wait; /* from proposal */
	/* guards */
	int clock_ahead_hours;
	int share_percent; /* of the live records, in one run ... */
	int share_floor;   /* ... where it is more records than this */
	/* shield */
	struct cp_period shield_decide_period; /* from the request */
	struct cp_period shield_review_period; /* longest to the next review */
	struct cp_words shield_hide; /* words of cp_hide_word; never empty */
	int mail_hold_days; /* after a change of address at risk */
	/* notices */
	char *notice_wording; /* version of the wording; NULL: none is owed */
	enum cp_notice_law notice_law;
	struct cp_words notice_content;   /* of cp_notice_items; never empty */
	struct cp_words notice_languages; /* codes; English is among them */
	struct cp_period notice_first;    /* from the first record */
	struct cp_period notice_version;  /* from adoption of another wording */
	int comprehension_age;            /* years */
	struct cp_period notice_archive;  /* before the day of archiving */
	enum cp_household household;      /* copies to one address */
	/* subject access */
	struct cp_period access_limit; /* from the start; never zero */
	enum cp_counting access_counting;
	enum cp_roll access_roll;
	enum cp_clarification access_clarification;
	struct cp_period access_extension; /* instead of the limit ... */
	int access_extends;                /* ... if it can be extended */
	enum cp_fee access_fee;
	int access_fee_limit; /* pence; 0: no limit is set */
	int own_view_age;     /* years */
	struct cp_words access_withhold; /* of cp_access_withholdings */
	struct cp_words access_refuse;   /* of cp_access_refusals */
	int access_approvals; /* of an answer, by others; 0 or 1 */
	struct cp_period access_keep;   /* from closing, of who asked */
	struct cp_period access_repeat; /* between requests of one person */

	char *value_text[CP_RULE_COUNT]; /* as the file means it, for people */
	char *source[CP_RULE_COUNT];     /* never empty */
	int stated[CP_RULE_COUNT]; /* 0: the file leaves it to what it means */
};

/* What is wrong with a policy file, all of it, in the order of lines. */
struct cp_policy_problem {
	unsigned line; /* 1...; 0 = of the file as a whole */
	char what[256];
};
struct cp_policy_report {
	char *file; /* path or name that was loaded */
	struct cp_policy_problem *problems;
	size_t n;
	size_t cap;
	int failed; /* memory ran out: the list is not whole */
};

void cp_policy_report_init(struct cp_policy_report *report);
void cp_policy_report_clear(struct cp_policy_report *report);

/*
 * Loads a policy.  *OUT is set only on CP_OK and freed by cp_policy_free.
 * CP_BAD_INPUT: REPORT (initialised by the caller, emptied first) lists every
 * syntax error, unknown key, wrong type, absent rule, impossible value and
 * missing source; ERR holds the first and how many there are.  An include is
 * refused: a policy is one file, whose hash names it.  CP_NOT_FOUND,
 * CP_FAILED: the file cannot be read, memory.
 */
enum cp_rc cp_policy_load_file(const char *path, struct cp_policy **out,
    struct cp_policy_report *report, struct cp_err *err) CP_MUST_CHECK;
/* The same from LEN bytes of TEXT (borrowed); NAME stands for the path. */
enum cp_rc cp_policy_load_text(const char *name, const char *text, size_t len,
    struct cp_policy **out, struct cp_policy_report *report,
    struct cp_err *err) CP_MUST_CHECK;
void cp_policy_free(struct cp_policy *policy);

/* "retention.age_limit": the name that steps, tables and JSON use; a
 * constant.  RULE < CP_RULE_COUNT.  For `policy show': policy->value_text[RULE]
 * and policy->source[RULE]. */
const char *cp_rule_name(enum cp_rule rule);

/* Whether WORD is in LIST. */
int cp_words_has(const struct cp_words *list, const char *word);

#endif
