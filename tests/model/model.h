#ifndef TESTS_MODEL_MODEL_H
#define TESTS_MODEL_MODEL_H

#include <stddef.h>
#include <stdint.h>

/*
 * A second, small and slow answer to the question who stays, who is archived
 * and who is destroyed: written from the rules as people read them (the man
 * pages, and domain: 2 to 4), with arithmetic of its own and plain arrays.
 * Nothing here includes anything of the library, so that a mistake would have
 * to be made twice to go unseen.
 */

/* ---- civil.c: days ------------------------------------------------------- */

typedef int32_t day; /* 1 = 0001-01-01; 0 = none */

struct span { /* a period as a policy writes it */
	int years, months, days;
};

enum { DAY_TEXT = 12, SPAN_TEXT = 24 };

int month_length(int y, int m);
day day_of(int y, int m, int d);
void day_split(day n, int *y, int *m, int *d);
/* "" for none; returns OUT. */
const char *day_text(day n, char out[DAY_TEXT]);
/* 0 for NULL or "". */
day day_read(const char *text);
/* The corresponding date, or the last day of a month without one. */
day span_end(day from, struct span s);
/* The day after the last day of the period; FROM itself if it has no length. */
day span_after(day from, struct span s);
const char *span_text(struct span s, char out[SPAN_TEXT]);
/* Birthdays roll forward: on 29 February one is a year older on 1 March of a
 * common year, or on 28 February where the policy says so. */
day birthday(day birth, int years, int on_february_28);

/* ---- people -------------------------------------------------------------- */

enum state { ABSENT, LIVE, ARCHIVED, DESTROYED, MERGED };
/* The first three let a record stay; on the others an involvement of a
 * sensitive service rests. */
enum ground { CONNEXIONS, CARE_LEAVER, LEARNING, SENSITIVE, HARM, GROUNDS,
	STAYING = SENSITIVE };
enum giver { SELF, PARENT, REPRESENTATIVE, GIVERS, UNSTATED = GIVERS };
enum ending { RUNNING, WITHDRAWN, GROUND_ENDED };
enum leaving { AT_HOME, TO_RETURN, NOT_TO_RETURN, NONE_STATED };
enum basis { NOT_SENSITIVE, BY_CONSENT, BY_HARM };

/* What ended a stay, in the order in which they are named on the same day. */
enum why {
	BY_AGE, BY_CONNEXIONS, BY_CARE_LEAVER, BY_LEARNING, BY_LAPSE,
	BY_WITHDRAWAL, BY_GROUND_END, BY_DEATH, BY_NO_RETURN, BY_RETURN,
	BY_NONE_STATED, BY_ARCHIVE_PERIOD, BY_NOTHING
};

struct born { /* a date of birth as far as it is known */
	int y, m, d;
};

enum { CONFIRMATIONS = 6 };
struct consent {
	enum ground ground;
	enum giver by;
	day given, ended;
	enum ending how;
	int evidence; /* of an involvement's basis */
	int number;   /* of the entry, for ever */
	day confirmed[CONFIRMATIONS];
	int n_confirmed;
	day until, confirm_due; /* that follow, of one for staying */
};

struct involvement {
	int service;
	day start, end;
	enum basis basis;
	int provider; /* everyone has one of its own */
	int evidence; /* number of its reference */
};

enum { CONSENTS = 32, INVOLVEMENTS = 14, FORMER = 6, ID_TEXT = 33,
	NHS_TEXT = 11,
	TOKEN_TEXT = 8 };

struct line { /* of a person's story */
	struct line *before;
	char text[];
};

struct person {
	char id[ID_TEXT];
	enum state state;
	/* what the directory knows */
	int word;    /* whose name it has: token() */
	int authority, given, gender, carers, address;
	int former[FORMER], n_former; /* given names */
	struct born born;
	char nhs[NHS_TEXT]; /* "" = none */
	day died, notified;
	day left_on;
	enum leaving left;
	struct involvement involved[INVOLVEMENTS];
	int n_involved;
	struct involvement withdrawn; /* that went last with its basis */
	struct consent consent[CONSENTS];
	int n_consents;
	/* what follows from it */
	enum why why;
	day due, extended_from, prune_due;
	int cannot; /* it cannot be told */
	/* in the archive */
	day archived_on, promised, destroyed_on;
	int shelf; /* YYYYMM */
	enum why archived_by;
	int waits_in; /* batch + 1; 0 = none */
	int held;     /* was due, and a hold stopped it */
	int packages;
	int into; /* merged into that person */
	int offer, offered_to; /* number of the open offer; 0 = none */
	struct line *story;
};

/* What another period means for what is archived already. */
enum already { KEEP, LENGTHEN, REPLACE, UNSAID };

struct rules { /* a policy */
	int number;
	int age_limit, feb28, limit[STAYING], lapse;
	struct span withdrawal, ground_end, death, left[4];
	struct span involvement, sensitive;
	int reconfirms;
	struct span reconfirm;
	struct span archive, first_year;
	enum already already;
	int approvals;
	struct span wait;
	int ahead_hours, share, floor;
};

struct verdict {
	int cannot;
	enum why why;
	day due, extended_from;
};

/* ---- rules.c: what follows from what ------------------------------------- */

day first_day(struct born b); /* that it can be */
day last_day(struct born b);
/* When CONSENT no longer covers, and why. */
day consent_until(const struct rules *r, struct born b,
    const struct consent *c, enum why *why);
void stay(const struct rules *r, const struct person *p, struct verdict *v);
day forgotten_on(const struct rules *r, const struct involvement *i);
/* Whether a consent entered TODAY is so late that it takes a reason. */
int entered_late(const struct rules *r, struct born b, day given, day today);
/* Puts what follows into P, which is live. */
void derive(const struct rules *r, struct person *p);
const char *why_word(enum why why);
int ends_extension(enum why why);

#endif
