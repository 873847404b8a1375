#ifndef CP_DUTIES_TRIAL_H
#define CP_DUTIES_TRIAL_H

#include "lifecycle/duties/certifying.h"
#include "lifecycle/duties/opening.h"

/*
 * Trying to open what was destroyed, with the custodians' real key: from the
 * catalogue, and from headers in a copy of the database.  What opens is shown
 * to nobody; that it opens is noted in the table trial, in the log and in the
 * batch's next certificate.
 */
enum cp_trial_result {
	CP_TRIAL_GONE,     /* no header is there */
	CP_TRIAL_DEAD,     /* the key of its shelf is destroyed */
	CP_TRIAL_OPENS,
	CP_TRIAL_OTHER_KEY,/* it was sealed to another custody key */
	CP_TRIAL_DAMAGED   /* it is not a header under that shelf's key */
};
/* "gone", "shelf-destroyed", "opens", "other-key", "damaged". */
const char *cp_trial_word(enum cp_trial_result v);

struct cp_trial_item {
	const struct cp_parcel *parcel;
	const char *from;           /* "catalogue" or "copy" */
	enum cp_trial_result result;
	int shelf;                  /* under whose key it is; 0 = gone */
	int payload;                /* opened with it */
};
typedef enum cp_rc cp_trial_fn(void *ctx, const struct cp_trial_item *i,
    struct cp_err *err);

struct cp_trial {
	struct cp_certifier with;   /* its ring is the opener's */
	const struct cp_operator *op;
	struct cp_opener *opener;   /* unlocked */
	struct cp_store *copy;      /* or NULL */
	const char *copy_name;      /* how certificates call it */
};

struct cp_trial_sum {
	int64_t tried;              /* packages, by the key they are under */
	int64_t opened;             /* packages, from wherever */
	int64_t there;              /* headers that the catalogue still had */
	int64_t count[CP_TRIAL_DAMAGED + 1]; /* headers by result */
	int refuted;                /* a certificate said otherwise */
	int64_t issue;              /* the certificate issued now; 0 = none */
	char outcome[12];           /* of that one */
};

/*
 * Tries every destroyed package of B, which is done.  Where the last
 * certificate said that no copy remains, or that a check failed, or the
 * catalogue itself still opened one, the next is issued at once.  CP_REFUSED:
 * B has no certificate, or the copy is of another store; CP_KEY: every header
 * is under another custody key.  Outside a transaction.
 */
enum cp_rc cp_trial_run(const struct cp_trial *t, const struct cp_batch *b,
    cp_trial_fn *fn, void *ctx, struct cp_trial_sum *out, struct cp_err *err)
    CP_MUST_CHECK;

#endif
