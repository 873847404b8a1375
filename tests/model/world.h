#ifndef TESTS_MODEL_WORLD_H
#define TESTS_MODEL_WORLD_H

#include <stdio.h>

#include "tests/model/model.h"

/* The model's world: who is there, what is held, what waits for approval, and
 * the dice that decide what happens next. */

enum scope { ON_RECORD, ON_AUTHORITY, ON_PREDICATE, ON_ALL };
/* Predicates, and what they come to for a record in the archive, of which
 * birth, death and services are sealed: what cannot be known is held. */
enum said {
	SAID_AUTHORITY,    /* authority = A */
	SAID_BORN,         /* born < 2000 and authority = A */
	SAID_ARCHIVED,     /* archived < D */
	SAID_DIED,         /* not died = none and archived >= D */
	SAID_DUE,          /* destroy_due >= D */
	SAID_RULE,         /* rule = archive.period */
	SAID_LIVE,         /* state = live: nothing there */
	SAIDS
};
struct hold {
	char id[24];
	enum scope scope;
	int person, authority;
	enum said said;
	day day, review;
	int by; /* operator */
	int released;
};

enum batch_state { PROPOSED, APPROVED, REFUSED, EXECUTED };
enum item_state { PENDING, EXCLUDED, SPLIT, ERASED };
enum { OPERATORS = 4, NIGHT = 0 }; /* the operator of the nights */
struct batch {
	char id[32];
	enum batch_state state;
	day not_before;
	int approved_by[OPERATORS];
	long decided; /* moment of the last approval */
	int *person;  /* of each item */
	enum item_state *item;
	int n;
};

/* What a change left, so that it can be undone until the next night. */
struct kept {
	int person, other; /* -1: only one */
	struct person was, other_was;
	uint64_t left, other_left; /* all that was there afterwards, in short */
	int first_hold;            /* those that a merge moved, that a split */
	int holds[32], n_holds;    /* copied from there on */
	int numbers[32], n_numbers; /* that led to it before */
	int joined;
};

enum move_end { ACCEPTED, DECLINED, TAKEN_BACK };

struct pair { /* never to be linked */
	int a, b;
};

struct shelf {
	int month; /* YYYYMM */
	int packages;
	int gone;
};

enum kind {
	K_CREATE, K_UPDATE, K_UNCHANGED, K_REJECT, K_DIED, K_LEFT, K_RETURNED,
	K_MOVED, K_CORRECT, K_GIVE, K_WITHDRAW, K_END, K_HOLD, K_RELEASE,
	K_RUN, K_DRY_RUN, K_APPROVE, K_REFUSE, K_EXCLUDE, K_RESTORE, K_OPEN,
	K_FIND, K_ADOPT, K_CONFIRM, K_UNDO, K_MERGE, K_SPLIT, K_OFFER,
	K_MARK, K_ACCEPT, K_DECLINE, K_TAKE_BACK, KINDS
};

struct world {
	uint64_t seed, dice;
	long ops, most;      /* operations done, and to be done */
	long moment;         /* orders approvals and doubts */
	long count[KINDS], refused[KINDS];
	day today;
	struct rules rules;
	struct person *person;
	int n, cap;
	struct hold *hold;
	int n_holds;
	struct batch *batch;
	int n_batches;
	struct shelf *shelf;
	int n_shelves;
	struct kept *kept;
	int n_kept;
	struct pair *pair;
	int n_pairs;
	int consents, offers; /* numbers given out */
	int evidence;        /* the last reference given out */
	day last_run;
	long doubt;          /* moment since which the clock is doubted */
	long months, checks, reopened, logs, scans, found;
	long left[MERGED + 1], pruned; /* how many came into each state */
	int on_duty;         /* operator */
	struct drive *drive;
	char dir[512];
	char last[400];      /* what was being done */
};

/* ---- dice.c -------------------------------------------------------------- */

uint32_t roll(struct world *w, uint32_t sides); /* 0 to SIDES - 1 */
int chance(struct world *w, int percent);
/* A person, with luck in STATE; -1 while there is nobody. */
int somebody(struct world *w, enum state state);
struct born some_birth(struct world *w);
day some_day_before(struct world *w, day from, int most);
/* A new child, not in the world yet; no id. */
void some_child(struct world *w, struct person *p);
void some_involvement(struct world *w, struct person *p);
void some_rules(struct world *w, struct rules *r);

/* ---- world.c ------------------------------------------------------------- */

void *grow(void *list, size_t size, int n); /* room for N + 1, or ends */
int add_person(struct world *w, const struct person *p);
int find_person(const struct world *w, const char *id);
int holds_on(const struct world *w, int person);
day first_review(const struct world *w, int person); /* 0: nothing stops it */
/* How many that are due HOLD stops. */
long held_by(const struct world *w, int hold);
/* A hold was released: what it stopped is on the path again. */
void settle_holds(struct world *w);
void restore_person(struct world *w, int person);
/* Other rules are in force: what they make of everybody.  How many archived
 * records are promised another day. */
long adopt_rules(struct world *w, const struct rules *r);
int month_of(day n); /* YYYYMM */
/* P's package is on the shelf of MONTH. */
void to_shelf(struct world *w, struct person *p, int month);
void leave_shelf(struct world *w, const struct person *p);
/* Involvements of sensitive services rest on something in the ledger: enters
 * what is new, takes out what rests on nothing any more (how many), and
 * forgets entries that stood for what is gone. */
void enter_bases(struct world *w, struct person *p);
int drop_baseless(struct person *p);
void forget_bases(struct person *p);
/* P was as WAS before the change just made; room for more about it. */
struct kept *keep(struct world *w, int person, const struct person *was);
uint64_t digest(const struct world *w, int person);
void leave_batch(struct world *w, int person, enum item_state how);
void free_world(struct world *w);
/* One line of the story of a person (-1: of nobody), beginning with the number
 * of the operation. */
void tell(struct world *w, int person, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Says what is wrong, whose story it was, and how to see it again; ends. */
_Noreturn void wrong(const struct world *w, int person, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* ---- joins.c ------------------------------------------------------------- */

int barred(const struct world *w, int a, int b);
/* Whether it would be set aside if a feed called PERSON by the given name GIVEN,
 * which is that of somebody it is never to be linked with. */
int called_as_other(const struct world *w, int person, int given);
/* 0 where what the two say of one thing cannot both be right. */
int agree(const struct person *a, const struct person *b);
/* What FROM knows and INTO does not, into INTO. */
void join(struct person *into, const struct person *from);
void merge(struct world *w, int from, int into);
/* What goes with the new record: a former name (-1: it is called OTHER), an
 * involvement (-1), the first consent for staying (or not). */
struct parting {
	int former, other, involvement, consent;
};
/* The new person, with the number ID. */
int part(struct world *w, int from, const struct parting *x,
    const char id[ID_TEXT]);
/* The place of what was kept last about a person; -1. */
int last_kept(const struct world *w, int person);
/* Whether nothing else has happened since. */
int as_left(const struct world *w, const struct kept *k);
void undo(struct world *w, int at);

/* ---- night.c ------------------------------------------------------------- */

struct night {
	day on;
	int accept_clock, accept_share, dry;
	/* what comes of it */
	int refused; /* nothing was done */
	long archived, pruned, destroyed, held, awaiting, lapsed, cannot;
	long withheld, volumes, proposed, shelves, moved, waiting;
	int first_batch; /* of those proposed */
};

/* What a run does; with dry the world stays as it is. */
void pass_night(struct world *w, struct night *x);

/* ---- text.c -------------------------------------------------------------- */

struct text {
	char *s; /* owned; never NULL once something was added */
	size_t n, cap;
};
void put(struct text *t, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void drop(struct text *t);
/* A word that is in everything personal about person N, and in nothing else:
 * "Zq" and five letters. */
const char *token(int n, char out[TOKEN_TEXT]);
int token_person(const char *at); /* -1: there is none at AT */
const char *authority_code(int n);
const char *given_name(int n);
void born_text(struct born b, char out[DAY_TEXT]);
void person_text(const struct person *p, int n, struct text *out);
void rules_text(const struct rules *r, struct text *out);
void nhs_number(int n, char out[NHS_TEXT]);
enum { AUTHORITIES = 4, GIVEN_NAMES = 8 };

#endif
