#ifndef CP_DUTIES_AGREEING_H
#define CP_DUTIES_AGREEING_H

#include "lifecycle/records/catalogue.h"
#include "lifecycle/rules/policy.h"
#include "lifecycle/store/audit.h"
#include "lifecycle/store/operator.h"

/*
 * Openings that several operators agree to, where the policy asks for it
 * (archive.open_operators; domain: 2): one asks, others agree, and one of them
 * opens the packages, once.  Who asks is the first who agrees.  The reason is
 * in the details of the log only, and leaves with the person's record.
 */
struct cp_opening {
	int64_t n;
	char id[32];      /* "O-20261121-1" */
	char purpose[80]; /* a word of the policy */
	struct cp_date requested;
	char requested_by[CP_OPERATOR_NAME];
	int needed;       /* operators, as the policy asked then */
	struct cp_date until;
	char status[12];  /* requested, agreed, refused, used */
};

/* How long an opening may be used, its first day not counted.  No source sets
 * it: two weeks bring custodians together, and after them the reason has to be
 * looked at again. */
enum { CP_OPENING_DAYS = 14 };
/* For what a record is brought back to live. */
#define CP_PURPOSE_RESTORE "correction"

/* CP_NOT_FOUND. */
enum cp_rc cp_opening_get(struct cp_store *s, const char *id,
    struct cp_opening *out, struct cp_err *err) CP_MUST_CHECK;
typedef enum cp_rc cp_opening_fn(void *ctx, const struct cp_opening *o,
    struct cp_err *err);
/* All of them, in order; FN may not begin another walk. */
enum cp_rc cp_opening_each(struct cp_store *s, cp_opening_fn *fn, void *ctx,
    struct cp_err *err) CP_MUST_CHECK;
/* Its packages, in order; FN may not begin another walk. */
enum cp_rc cp_opening_items(struct cp_store *s, const struct cp_opening *o,
    cp_parcel_fn *fn, void *ctx, struct cp_err *err) CP_MUST_CHECK;
/* Who agreed, who asked first, as a JSON array; *COUNT of them may still act
 * on TODAY and so count.  COUNT may be NULL. */
enum cp_rc cp_opening_operators(struct cp_store *s,
    const struct cp_opening *o, struct cp_date today, struct cp_buf *json,
    int *count, struct cp_err *err) CP_MUST_CHECK;
/* Its status as of TODAY: as above, or "lapsed". */
const char *cp_opening_state(const struct cp_opening *o,
    struct cp_date today);

/* Whether OP may use O on TODAY: CP_REFUSED, saying why not, unless they are
 * one of as many who agreed as O and POLICY ask for, it was not used or
 * declined, and its days are not over. */
enum cp_rc cp_opening_usable(struct cp_store *s, const struct cp_opening *o,
    const struct cp_policy *policy, const struct cp_operator *op,
    struct cp_date today, struct cp_err *err) CP_MUST_CHECK;

/* ---- changes, within a transaction ----------------------------------------- */

/* OP asks to open N packages for PURPOSE.  One that is given twice counts
 * once. */
enum cp_rc cp_opening_request(struct cp_store *s,
    const struct cp_parcel *parcels, size_t n, const char *purpose,
    int needed, const struct cp_operator *op, const struct cp_now *now,
    struct cp_opening *out, struct cp_err *err) CP_MUST_CHECK;
/* OP agrees; *LEFT says how many more must, as POLICY asks now.  CP_REFUSED:
 * OP asked for it or agreed before, it is complete, or it is over. */
enum cp_rc cp_opening_agree(struct cp_store *s, struct cp_opening *o,
    const struct cp_policy *policy, const struct cp_operator *op,
    const struct cp_now *now, int *left, struct cp_err *err) CP_MUST_CHECK;
/* Nobody will use O: STATUS is "refused" or "used".  CP_REFUSED: that has
 * been decided before. */
enum cp_rc cp_opening_end(struct cp_store *s, struct cp_opening *o,
    const char *status, struct cp_err *err) CP_MUST_CHECK;
/* An entry ACTION for each record of O; REASON may be NULL. */
enum cp_rc cp_opening_log(struct cp_store *s, struct cp_audit *audit,
    const struct cp_opening *o, const char *action, const char *outcome,
    const char *reason, struct cp_err *err) CP_MUST_CHECK;

#endif
