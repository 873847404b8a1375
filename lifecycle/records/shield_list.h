#ifndef CP_RECORDS_SHIELD_LIST_H
#define CP_RECORDS_SHIELD_LIST_H

#include "lifecycle/records/shield.h"

/* Lists of shields: for roles shield and dpo, and for nobody else. */
struct cp_shield_row {
	struct cp_shield shield;
	char id[CP_ID_MAX]; /* of the record */
	char authority[CP_AUTHORITY_MAX];
};

/* Those of STATUS, or, NULL, the active ones, whose review is before BEFORE
 * (none: all of them); by review.  In constant memory. */
enum cp_rc cp_shield_each(struct cp_store *s, const char *status,
    struct cp_date before, enum cp_rc (*fn)(void *ctx,
	const struct cp_shield_row *row, struct cp_err *err), void *ctx,
    struct cp_err *err) CP_MUST_CHECK;

/* Whether S is one in force: requested or granted. */
int cp_shield_active(const struct cp_shield *s);

#endif
