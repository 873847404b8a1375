#ifndef CP_DUTIES_ACCESS_REGISTER_H
#define CP_DUTIES_ACCESS_REGISTER_H

#include "lifecycle/records/sar.h"
#include "lifecycle/rules/suppress.h"

/*
 * The register of requests for access: how many were received in a period, how
 * they ended, and how many in time; for each policy by which they were
 * answered.  It names nobody.
 */
enum cp_access_status {
	CP_REGISTER_WAITING, /* "waiting": for identity, fee, clarification */
	CP_REGISTER_OPEN,    /* "open" */
	CP_REGISTER_FULL, CP_REGISTER_PARTIAL, CP_REGISTER_NONE,
	CP_REGISTER_REFUSED, CP_REGISTER_WITHDRAWN, /* outcomes of sar.h */
	CP_REGISTER_TOTAL,   /* "total", of all before it */
	CP_REGISTER_STATUSES
};
/* "waiting" ... "total". */
const char *cp_access_status_word(enum cp_access_status v);

/* Answered, or still open, on a day that is not late; by an extension told in
 * time; or late. */
enum cp_timeliness { CP_REGISTER_IN_TIME, CP_REGISTER_EXTENDED,
	CP_REGISTER_LATE, CP_REGISTER_SUM, CP_REGISTER_TIMES };

struct cp_access_counts {
	char policy[72]; /* its name */
	int64_t count[CP_REGISTER_STATUSES][CP_REGISTER_TIMES];
	/* Not to be shown (cp_suppress); all 0 if EXACT. */
	unsigned char hidden[CP_REGISTER_STATUSES][CP_REGISTER_TIMES];
};

struct cp_access_period {
	struct cp_date from, until; /* received then, both days included */
	struct cp_date today;
	const char *policy;         /* of this name only; NULL: of all */
	int exact;
};

/* Where R stands, on TODAY. */
enum cp_access_status cp_access_status(const struct cp_sar *r);
enum cp_timeliness cp_access_timeliness(const struct cp_sar *r,
    struct cp_date today);

/*
 * Calls FN for each policy by which somebody's request within reach was
 * answered, by name.  Memory grows with the policies, not with the requests;
 * those of other times are not read.  CP_NOT_FOUND: no policy of that name was
 * ever adopted.
 */
typedef enum cp_rc cp_access_counts_fn(void *ctx,
    const struct cp_access_counts *c, struct cp_err *err);
enum cp_rc cp_access_register(struct cp_store *s,
    const struct cp_access_period *p, cp_access_counts_fn *fn, void *ctx,
    struct cp_err *err) CP_MUST_CHECK;

#endif
