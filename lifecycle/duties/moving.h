#ifndef CP_DUTIES_MOVING_H
#define CP_DUTIES_MOVING_H

#include "lifecycle/records/scan.h"
#include "lifecycle/store/settings.h"

/*
 * What another policy would do to each record: the one answer behind `policy
 * diff', a dry adoption and the adoption itself.  What is now is what the
 * store holds; what is then is what cp_decide_adopted gives.
 */

/* Something that happens to a record on another day, or not at all. */
struct cp_move {
	const char *id;                    /* borrowed */
	enum cp_state state;
	const char *action_now, *action_then; /* archive, destroy, prune, none;
	                                       * constants */
	struct cp_date due_now, due_then;  /* none with "none" */
	const char *rule_now, *rule_then;  /* "" with "none" and "prune" */
	enum cp_rule rule;                 /* then; CP_RULE_COUNT with "none" */
};

/* How many: looked at, and moved. */
struct cp_move_sum {
	int64_t live, archived;            /* records looked at */
	int64_t redated;                   /* archived, with another day */
	int64_t earlier, later;
	int64_t other;                     /* has a day now or then only */
	int64_t at_once;                   /* of those: due by today, and was
	                                    * not */
	int64_t by_rule[CP_RULE_COUNT + 1]; /* that decides then */
};
int64_t cp_moved(const struct cp_move_sum *sum);

struct cp_mover {
	/* given, borrowed */
	struct cp_store *store;
	const struct cp_settings *settings;
	const struct cp_policy *policy;    /* that would be in force */
	struct cp_date today;
	/* its own; zeroed */
	struct cp_move_sum sum;
	struct cp_policy *old;             /* by which a row was computed */
	int64_t old_n;
	int old_notices;                   /* it owes notices otherwise */
};
void cp_mover_clear(struct cp_mover *m);

/* What becomes of one record. */
struct cp_outlook {
	struct cp_decision decision;       /* zero where not evaluable */
	enum cp_parked parked;
	struct cp_date prune_due;
	struct cp_move moves[2];           /* archive or destroy; prune */
	int n_moves;
	int whole;                         /* the first of them is not a prune */
	int notices;                       /* what is owed of them may change */
};

/* Looks at R and counts it; OUT borrows from it.  A document is read only
 * where R has an ended involvement and those periods differ; one that cannot
 * be read moves nothing. */
enum cp_rc cp_mover_look(struct cp_mover *m, const struct cp_scanned *r,
    struct cp_outlook *out, struct cp_err *err) CP_MUST_CHECK;

#endif
