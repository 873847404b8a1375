#ifndef CP_DUTIES_EXPLAINING_H
#define CP_DUTIES_EXPLAINING_H

#include "lifecycle/records/facts.h"

/*
 * Why a record is still here, and why one went: the decision with its steps,
 * and around it what only the store knows: package, volume and shelf, batches
 * and who approved them, certificates, holds, offers, what can be undone.
 * Names operators and opaque numbers, and no person.
 */
struct cp_account {
	struct cp_record record;
	struct cp_explanation why; /* all the steps, in the order of thought */
	int undecidable;           /* the facts cannot be evaluated */
	char policy[80], policy_version[32]; /* in force */
	char policy_sha256[72];
	/* "" where there is none; of the last package, also of one gone */
	char package[40], volume[40], custody[40];
	char shelf[12];            /* "2032-11" */
	char batch[32];            /* that holds it, or destroyed it */
	char certificate[64];      /* file in STORE/outbox */
	char merged_into[CP_ID_MAX];
	struct cp_buf blocked;     /* JSON array, as cp_plan_blocked */
};

void cp_account_init(struct cp_account *a);
void cp_account_clear(struct cp_account *a);

/*
 * The account of record ID on RULES->today.  A record whose facts cannot be
 * evaluated is accounted for too: that is the answer.  OUT is initialised by
 * the caller and valid as long as RULES' policy is.  CP_NOT_FOUND, CP_DENIED
 * as cp_record_get.
 */
enum cp_rc cp_account_of(struct cp_store *s, const struct cp_rules *rules,
    const char *id, struct cp_account *out, struct cp_err *err)
    CP_MUST_CHECK;

#endif
