#ifndef CP_RECORDS_IDENTITY_H
#define CP_RECORDS_IDENTITY_H

#include "lifecycle/records/events.h"

/*
 * Synthetic identities: a dozen people that nobody is, so that operators try
 * searches and commands on them instead of on relatives (domain: 5, "staff
 * looked up relatives to test").  Their NHS numbers are from the range for
 * tests (999), their telephones from Ofcom's for drama, their postcodes from
 * ZZ99, where nothing is delivered.  They are records as any others, counted
 * and archived as such, and marked by record.synthetic.
 */
struct cp_identity {
	const char *id;    /* "TEST-0001" */
	const char *tries; /* what it is there for; constants */
	char name[128];
	char birth[CP_DATE_TEXT]; /* as they are, or would be made today */
	char nhs[16];             /* "" where they have none */
	char state[12];           /* "absent", "live", "archived", "removed" */
};

/* All built-in ones, whether they are in the store or not. */
enum cp_rc cp_identity_each(struct cp_store *s, const struct cp_rules *rules,
    const char *authority, enum cp_rc (*fn)(void *ctx,
	const struct cp_identity *i, struct cp_err *err), void *ctx,
    struct cp_err *err) CP_MUST_CHECK;

/* What was done to which. */
struct cp_identity_done {
	int done;         /* made or removed */
	int left;         /* as they were */
	int no_shield;    /* the shielded one was left out: no officer */
};
/*
 * Makes those that are not there, of AUTHORITY; ONLY one where it is not NULL.
 * In the caller's audited transaction.  CP_NOT_FOUND: ONLY is none of them;
 * CP_REFUSED: a record that is somebody has the number.
 */
enum cp_rc cp_identity_add(const struct cp_change *c, const char *authority,
    const char *only, struct cp_identity_done *out, struct cp_err *err)
    CP_MUST_CHECK;
/*
 * Erases those that are live, or ONLY one, at once and without an archive:
 * they are nobody.  Those that a run has archived leave as any record does.  In
 * the caller's audited transaction.
 */
enum cp_rc cp_identity_remove(const struct cp_change *c, const char *only,
    struct cp_identity_done *out, struct cp_err *err) CP_MUST_CHECK;

#endif
