#ifndef CP_RECORDS_SHIELD_PRIV_H
#define CP_RECORDS_SHIELD_PRIV_H

#include "lifecycle/records/shield_list.h"
#include "lifecycle/store/stmt.h"

/* Private to shield.c and shield_*.c. */

/* The row that Q stands on; its first 15 columns are those of shield_of. */
void cp_shield_read(struct cp_stmt *q, struct cp_shield *out);

/* "SC-", eight random characters of Crockford's base 32, in two groups. */
enum cp_rc cp_shield_id_new(char out[CP_SHIELD_ID], struct cp_err *err)
    CP_MUST_CHECK;

/* What one step of a case says; NULL and 0 are left out. */
struct cp_shield_step {
	const char *what;   /* "request", "grant" ... */
	const char *asked_by, *reason, *criterion, *evidence, *complaint;
	const char *near;   /* JSON */
	unsigned hidden;
	struct cp_date review;
	const char *hidden_of; /* JSON: numbers of compartments that came from
			        * another record */
	const char *copies; /* JSON: [[NUMBER,OF ITS COPY]...] */
	int64_t pruned;
	const char *alias; /* the log's number, if not that of the case */
	int unlogged; /* sealed only: beside the log's entry of the merge or
		       * split that it came of it would say whose it is */
};
/* Seals the step with the record of S, and logs "shield.WHAT" about S's id. */
enum cp_rc cp_shield_note(const struct cp_change *c,
    const struct cp_shield *s, const struct cp_shield_step *step,
    struct cp_err *err) CP_MUST_CHECK;

/* shield_fold.c: the whole document of R, for cp_gate_reveal: what is hidden
 * laid over what is open, and what a merge brought joined to it. */
enum cp_rc cp_shield_whole(struct cp_store *s, const struct cp_record *r,
    const struct cp_secret *identity, struct cp_document **out,
    struct cp_err *err) CP_MUST_CHECK;
/* The HIDDEN compartments of R become one, less involvements that are due to
 * go (*PRUNED: how many). */
enum cp_rc cp_shield_fold(const struct cp_change *c,
    const struct cp_record *r, unsigned hidden,
    const struct cp_secret *identity, int64_t *pruned, struct cp_err *err)
    CP_MUST_CHECK;

#endif
