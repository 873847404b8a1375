#ifndef CP_DUTIES_DESTRUCTION_H
#define CP_DUTIES_DESTRUCTION_H

#include "lifecycle/records/catalogue.h"
#include "lifecycle/store/operator.h"
#include "lifecycle/store/settings.h"

/*
 * Destruction goes by batches: the run proposes what is due, people other
 * than the proposer approve, a later run executes, item by item checked again
 * (domain: 4 and 8).  A batch names packages and records, never a person.
 */
enum { CP_LEGAL_BASIS = 200 };

struct cp_batch {
	int64_t n;
	char id[32];      /* "D-20280302-1" */
	char status[12];  /* proposed, approved, refused, executed, done */
	struct cp_date proposed;
	char proposed_at[24], proposed_by[CP_OPERATOR_NAME];
	int64_t policy_n;
	char policy[80], policy_version[32];
	int64_t count;
	struct cp_date not_before;
	int64_t decided_seq; /* log entry of the last approval; 0 */
	char executed_by[CP_OPERATOR_NAME], started[24], finished[24];
	char outcome[12], reason[256];
	int64_t certificate_seq;
	char kind[8];     /* due, early */
	char legal_basis[CP_LEGAL_BASIS + 1]; /* of an early one; "" */
	int copies_remain; /* its last certificate is not the last word */
};

/* A certificate lists them in some 125 bytes each, and what is signed may
 * have CP_ED25519_MESSAGE. */
enum { CP_BATCH_ITEMS = 400 };

struct cp_batch_item {
	struct cp_parcel parcel;
	char status[12];  /* pending, excluded, split, destroyed */
	char reason[256];
};

enum cp_rc cp_batch_get(struct cp_store *s, const char *id,
    struct cp_batch *out, struct cp_err *err) CP_MUST_CHECK;
typedef enum cp_rc cp_batch_fn(void *ctx, const struct cp_batch *b,
    struct cp_err *err);
enum cp_rc cp_batch_each(struct cp_store *s, cp_batch_fn *fn, void *ctx,
    struct cp_err *err) CP_MUST_CHECK;
/* The first batch of STATUS (proposed, approved, executed) after row AFTER. */
enum cp_rc cp_batch_next(struct cp_store *s, const char *status,
    int64_t after, int *found, struct cp_batch *out, struct cp_err *err)
    CP_MUST_CHECK;
/* The first batch after row AFTER whose last certificate is not the last
 * word. */
enum cp_rc cp_batch_remaining(struct cp_store *s, int64_t after, int *found,
    struct cp_batch *out, struct cp_err *err) CP_MUST_CHECK;
typedef enum cp_rc cp_batch_item_fn(void *ctx, const struct cp_batch_item *i,
    struct cp_err *err);
/* FN may change the item, but not begin another walk. */
enum cp_rc cp_batch_items(struct cp_store *s, const struct cp_batch *b,
    cp_batch_item_fn *fn, void *ctx, struct cp_err *err) CP_MUST_CHECK;
/* "alice, bob"; *COUNT says how many approved. */
enum cp_rc cp_batch_approvers(struct cp_store *s, const struct cp_batch *b,
    struct cp_buf *out, int *count, struct cp_err *err) CP_MUST_CHECK;
/* How many items wait in proposed and approved batches. */
enum cp_rc cp_batch_waiting(struct cp_store *s, int64_t *out,
    struct cp_err *err) CP_MUST_CHECK;

/* Whether B is early: before the day of its packages (domain: 8). */
int cp_batch_early(const struct cp_batch *b);
/* Which roles may decide about B, as a mask, and how many others must approve
 * it by POLICY. */
unsigned cp_batch_deciders(const struct cp_batch *b);
int cp_batch_approvals(const struct cp_batch *b,
    const struct cp_policy *policy);

/* ---- changes, within a transaction ----------------------------------------- */

struct cp_batch_terms {
	int64_t policy_n;
	struct cp_date not_before;
	const char *legal_basis; /* of an early batch; NULL: one that is due */
};
/* A proposed batch of N packages (rows). */
enum cp_rc cp_batch_propose(struct cp_store *s,
    const struct cp_parcel *parcels, size_t n,
    const struct cp_batch_terms *terms, const struct cp_operator *op,
    const struct cp_now *now, struct cp_batch *out, struct cp_err *err)
    CP_MUST_CHECK;
/*
 * OP approves; *LEFT says how many more must.  SEQ is the log entry that says
 * so.  CP_REFUSED: not proposed, or OP proposed it or approved it before.
 */
enum cp_rc cp_batch_approve(struct cp_store *s, struct cp_batch *b,
    int approvals_needed, const struct cp_operator *op, int64_t seq,
    const struct cp_now *now, int *left, struct cp_err *err) CP_MUST_CHECK;
/* B, approved, waits for more approvals. */
enum cp_rc cp_batch_reopen(struct cp_store *s, struct cp_batch *b,
    struct cp_err *err) CP_MUST_CHECK;
/* Nothing of B is destroyed; its records are on the path again. */
enum cp_rc cp_batch_refuse(struct cp_store *s, struct cp_batch *b,
    const char *reason, struct cp_err *err) CP_MUST_CHECK;
/* Takes one package or record (ID) out of B.  CP_NOT_FOUND. */
enum cp_rc cp_batch_exclude(struct cp_store *s, const struct cp_batch *b,
    const char *id, const char *reason, struct cp_err *err) CP_MUST_CHECK;
/* Sets the status of a pending item. */
enum cp_rc cp_batch_item_set(struct cp_store *s, const struct cp_batch *b,
    const struct cp_parcel *p, const char *status, const char *reason,
    struct cp_err *err) CP_MUST_CHECK;

#endif
