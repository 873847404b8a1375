#ifndef CP_RECORDS_SHIELD_LIST_H
#define CP_RECORDS_SHIELD_LIST_H

#include "lifecycle/records/shield.h"

/* Lists of shields: for roles shield and dpo, and for nobody else. */
struct cp_shield_row {
	struct cp_shield shield;
	char id[CP_ID_MAX]; /* of the record */
	char authority[CP_AUTHORITY_MAX];
	int live; /* of the record: in the archive nobody reviews */
};

/* Those of STATUS, or, NULL, the active ones, whose review is before BEFORE
 * (none: all of them); by review.  In constant memory. */
enum cp_rc cp_shield_each(struct cp_store *s, const char *status,
    struct cp_date before, enum cp_rc (*fn)(void *ctx,
	const struct cp_shield_row *row, struct cp_err *err), void *ctx,
    struct cp_err *err) CP_MUST_CHECK;

/* All cases that record N has or had, the last first. */
enum cp_rc cp_shield_cases(struct cp_store *s, int64_t n,
    enum cp_rc (*fn)(void *ctx, const struct cp_shield_row *row,
	struct cp_err *err), void *ctx, struct cp_err *err) CP_MUST_CHECK;

/* The number of the record that the case ID is about.  CP_NOT_FOUND. */
enum cp_rc cp_shield_record(struct cp_store *s, const char *id,
    char out[CP_ID_MAX], struct cp_err *err) CP_MUST_CHECK;

/* What is sealed of the cases of record N, step by step: FN is given an object
 * with "case", "what" (request, grant ...), "at", "by", and as far as they were
 * said "reason", "asked_by", "criterion", "evidence", "complaint", "hidden",
 * "review", "near", "logged_as"; borrowed.  CP_KEY: not sealed to IDENTITY. */
struct cp_json;
typedef enum cp_rc cp_shield_step_fn(void *ctx, const struct cp_json *step,
    struct cp_err *err);
enum cp_rc cp_shield_steps(struct cp_store *s, int64_t n,
    const struct cp_secret *identity, cp_shield_step_fn *fn, void *ctx,
    struct cp_err *err) CP_MUST_CHECK;

/* For whoever looks at a case: WHY is sealed with it, and it is logged. */
enum cp_rc cp_shield_looked(const struct cp_change *c,
    const struct cp_shield *s, const char *why, struct cp_err *err)
    CP_MUST_CHECK;

/* Whether S is one in force: requested or granted. */
int cp_shield_active(const struct cp_shield *s);

#endif
