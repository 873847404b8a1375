#ifndef TESTS_CANARY_CANARY_H
#define TESTS_CANARY_CANARY_H

#include "archive/buf.h"
#include "tests/model/drive_impl.h"

/*
 * Years of an authority in which many children are shielded, and everything
 * that is hidden of them is a canary.  Every operation is done by the library
 * or the program as some role but the officers'; whatever it gives is searched,
 * and the files of the store now and then.
 */
enum { KIDS = 600, SHIELDED = 200, MORE = 300 };

struct kid {
	char id[40];
	char born[DAY_TEXT];
	int shielded; /* 1: everything is hidden; 2: what usually is */
	int gone;     /* merged, archived: no longer asked to change */
};

struct canary {
	struct world world; /* dice, day and folder */
	struct drive *drive;
	struct kid kid[KIDS + MORE];
	int n;
	const char *cpadmin;
	struct cp_buf out;  /* what the last operation gave */
	char said[200];     /* and what it was */
	long done, refused, shown, feeds, rows, set_aside, programs, nights,
	    searched;
	int role;
	int requests, collected; /* for access */
};

extern const char *const canary_roles[];
enum { CANARY_ROLES = 7 };

/* Ends the program, naming the operation and the kind, if a canary is in what
 * it gave. */
void canary_search(struct canary *c);
/* The same of all files of the store but its keys. */
void canary_search_files(struct canary *c);

/* world.c: the store, the children and their shields. */
void canary_begin(struct canary *c);
/* The row of kid I as a feed brings it, for OTHER's number, with a mistake in
 * it. */
void canary_row(struct canary *c, int i, const char *id, int mistake,
    struct cp_buf *out);
const char *canary_path(const struct canary *c, const char *name);

/* ops.c */
void canary_op(struct canary *c);

#endif
