#ifndef CP_RECORDS_SHIELD_NEAR_H
#define CP_RECORDS_SHIELD_NEAR_H

#include "lifecycle/records/events.h"

/*
 * Who else may have to be shielded with somebody, before they are: proposals
 * for a person to decide about; nothing links the records.
 */
enum { CP_SHIELD_NEAR_MAX = 50 };

struct cp_shield_near {
	char household[CP_SHIELD_NEAR_MAX][CP_ID_MAX]; /* the same address */
	size_t n_household;
	char duplicate[CP_SHIELD_NEAR_MAX][CP_ID_MAX]; /* may be the person */
	size_t n_duplicates;
	int more; /* there are others */
};

/*
 * Of the live records that the operator reaches: those with one of record R's
 * current addresses, by postcode and folded lines; and those that intake would
 * take for the same person (match.h), but for pairs that are never to be
 * linked.  R is live.
 */
enum cp_rc cp_shield_near(const struct cp_change *c,
    const struct cp_record *r, struct cp_shield_near *out,
    struct cp_err *err) CP_MUST_CHECK;

/* The same of somebody of whom DOC tells, who is row N, or 0: nobody yet. */
struct cp_matcher;
enum cp_rc cp_shield_near_of(const struct cp_change *c, struct cp_matcher *m,
    int64_t n, const struct cp_document *doc, struct cp_shield_near *out,
    struct cp_err *err) CP_MUST_CHECK;

/* Whether A and B are one place: the same postcode and lines, as far as case,
 * accents and punctuation go.  Pure. */
int cp_shield_same_place(const struct cp_address *a,
    const struct cp_address *b);
/* What is the same of both then, appended to OUT; 0 where A has no postcode or
 * no lines: it is no place that can be compared. */
int cp_shield_place(const struct cp_address *a, struct cp_buf *out);

#endif
