#ifndef CP_DUTIES_WORKLIST_H
#define CP_DUTIES_WORKLIST_H

#include "lifecycle/rules/policy.h"
#include "lifecycle/store/operator.h"

/*
 * What needs a person: one list from many, each read by an index in the order
 * of its due dates, so that memory does not grow with the store.  No row names
 * a person; records are there by their numbers.
 */
struct cp_work {
	struct cp_date due;    /* or since when it waits */
	const char *kind;      /* a constant, e.g. "consent-ends" */
	enum cp_role role;     /* whose it is: one of those asked for */
	char what[320];        /* a sentence for people, without full stop */
	char id[64];           /* of the record, batch, hold, job, operator ... */
	char command[200];     /* what settles it; CAPITALS are to be filled in */
};

/* What is asked for. */
struct cp_work_query {
	unsigned roles;        /* of enum cp_role */
	struct cp_date today;
	struct cp_date until;  /* what comes by itself is listed if due by then;
				* what waits already is listed whenever due */
	const struct cp_operator *op; /* its reach bounds the rows of records,
				* and what it may not approve is left out */
	const struct cp_policy *policy; /* in force; tells whether a consent that
				* ends can be followed by another.  May be NULL */
	const struct cp_work *more; /* rows that the caller knows, in order of
				* due, of roles asked for; borrowed */
	size_t n_more;
};

typedef enum cp_rc cp_work_fn(void *ctx, const struct cp_work *w,
    struct cp_err *err);
/*
 * Calls FN for each row, earliest due first, then in the order of kinds.  All
 * are read from one view of the store, within the caller's transaction if
 * there is one.  FN may not begin another walk of this list.
 */
enum cp_rc cp_worklist_each(struct cp_store *s,
    const struct cp_work_query *query, cp_work_fn *fn, void *ctx,
    struct cp_err *err) CP_MUST_CHECK;

#endif
