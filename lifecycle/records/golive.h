#ifndef CP_RECORDS_GOLIVE_H
#define CP_RECORDS_GOLIVE_H

#include "lifecycle/records/document.h"
#include "lifecycle/store/audit.h"
#include "lifecycle/store/operator.h"

/*
 * The go-live gate: no feed of an authority is loaded and no view of its
 * records opened until its shields are set and two people have said so
 * (domain: 5, "authorities went live before their shields were set").  One
 * signs that the shielding pass is done, another opens.  A rehearsal store is
 * open from the start.  Closed, the records stay, and everything that time
 * does to them goes on.
 */
enum cp_golive_status {
	CP_GOLIVE_CLOSED,
	CP_GOLIVE_SIGNED,
	CP_GOLIVE_OPEN
};

/* Times and names are "" where there is none. */
struct cp_golive {
	char authority[CP_AUTHORITY_MAX];
	enum cp_golive_status status;
	char since[32]; /* when it had its first record, or tried */
	char signed_at[32], signed_by[CP_OPERATOR_NAME];
	char opened[32], opened_by[CP_OPERATOR_NAME];
	char closed[32], closed_by[CP_OPERATOR_NAME];
	int64_t signed_uid; /* 0: nobody's */
	int64_t shielded;   /* records; only of cp_golive_each */
	int64_t waiting;    /* rows in quarantine; likewise */
};

/* "closed", "signed", "open": a constant. */
const char *cp_golive_word(enum cp_golive_status status);

/* CP_REFUSED, with the hint, unless AUTHORITY is open.  One look-up. */
enum cp_rc cp_golive_check(struct cp_store *s, const char *authority,
    struct cp_err *err) CP_MUST_CHECK;
/* The same as an answer. */
enum cp_rc cp_golive_is_open(struct cp_store *s, const char *authority,
    int *out, struct cp_err *err) CP_MUST_CHECK;
/* Whether records of any authority that the operator for whom S is open
 * reaches are behind a closed gate, whoever they are. */
enum cp_rc cp_golive_any_closed(struct cp_store *s, int *out,
    struct cp_err *err) CP_MUST_CHECK;
/* As it stands; an authority without a row is filled in. */
enum cp_rc cp_golive_get(struct cp_store *s, const char *authority,
    struct cp_golive *out, struct cp_err *err) CP_MUST_CHECK;
/* All that are known, by their codes. */
enum cp_rc cp_golive_each(struct cp_store *s,
    enum cp_rc (*fn)(void *ctx, const struct cp_golive *g,
	struct cp_err *err), void *ctx, struct cp_err *err) CP_MUST_CHECK;

/* ---- changes, within a transaction ----------------------------------------- */

/* A feed of AUTHORITY, whose gate is closed, was tried: it is listed from now
 * on, and on the worklist. */
enum cp_rc cp_golive_tried(struct cp_store *s, const char *authority,
    const struct cp_now *now, struct cp_err *err) CP_MUST_CHECK;

/* Who does what to AUTHORITY's gate; borrowed.  evidence may be NULL. */
struct cp_golive_act {
	const char *authority;
	const struct cp_operator *by;
	const char *reason;
	const char *evidence; /* a reference to where the pass is written up */
};
/* Each changes the row and logs it; *OUT is it as it is then.  CP_BAD_INPUT:
 * no authority's code; CP_DENIED: BY does not act for it; CP_REFUSED: not in
 * the state for that, or, to open, BY signed it (by name, and in a real store
 * by uid). */
enum cp_rc cp_golive_sign(struct cp_store *s, struct cp_audit *a,
    const struct cp_golive_act *act, const struct cp_now *now,
    struct cp_golive *out, struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_golive_open(struct cp_store *s, struct cp_audit *a,
    const struct cp_golive_act *act, const struct cp_now *now,
    struct cp_golive *out, struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_golive_close(struct cp_store *s, struct cp_audit *a,
    const struct cp_golive_act *act, const struct cp_now *now,
    struct cp_golive *out, struct cp_err *err) CP_MUST_CHECK;

#endif
