#ifndef CP_RECORDS_SHIELD_RULES_H
#define CP_RECORDS_SHIELD_RULES_H

#include "lifecycle/records/shield.h"
#include "lifecycle/rules/policy.h"

/* What a case of shielding may be decided to; pure. */

/* SET with all that is hidden along with it: "involvements" are those of
 * schools and practices, and whoever works there; "carers" have telephones. */
unsigned cp_shield_close(unsigned set);
/* What POLICY hides unless asked otherwise. */
unsigned cp_shield_usual(const struct cp_policy *policy);

/*
 * The day of the next review: WANTED, or, where it is none, the last day of
 * LONGEST from TODAY (date.h: of a month without that day, its last).
 * CP_BAD_INPUT: not after today; CP_REFUSED: later than that last day.
 */
enum cp_rc cp_shield_review_day(struct cp_date wanted, struct cp_date today,
    struct cp_period longest, struct cp_date *out, struct cp_err *err)
    CP_MUST_CHECK;

/* CP_REFUSED where NAME (or, unless REHEARSAL, somebody with the user id UID)
 * asked for S, and so may not settle it. */
enum cp_rc cp_shield_another(const struct cp_shield *s, const char *name,
    int64_t uid, int rehearsal, struct cp_err *err) CP_MUST_CHECK;

#endif
