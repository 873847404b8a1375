#ifndef CP_CPADMIN_LEDGER_H
#define CP_CPADMIN_LEDGER_H

#include "cpadmin/rules.h"
#include "cpadmin/session.h"
#include "lifecycle/records/record.h"

/* For cmd_consent.c and ledger.c: what each verb of consent works with. */
struct cp_ledger {
	struct cp_session s;
	struct cp_policy *policy;
	struct cp_rules rules;
	struct cp_record record; /* where one is named; else n = 0 */
};

enum { CP_CONSENT_ID = 24 };

/*
 * Opens the store and loads the rules, and the record ID if it is not NULL.
 * To write needs a role and begins a transaction, so that the record read is
 * the one that changes.
 */
enum cp_rc cp_ledger_open(const struct cp_call *call, enum cp_store_mode mode,
    const char *id, struct cp_ledger *l, struct cp_err *err) CP_MUST_CHECK;
void cp_ledger_close(struct cp_ledger *l);
/* "C-0001". */
void cp_consent_id(int64_t n, char out[CP_CONSENT_ID]);

/* The verbs that show: list and due. */
enum cp_rc cp_ledger_run_list(struct cp_call *call, struct cp_err *err);
enum cp_rc cp_ledger_run_due(struct cp_call *call, struct cp_err *err);

#endif
