#ifndef CP_CPADMIN_LEDGER_H
#define CP_CPADMIN_LEDGER_H

#include "cpadmin/out.h"
#include "cpadmin/rules.h"
#include "cpadmin/session.h"
#include "lifecycle/records/consent.h"

/* For cmd_consent.c, consent_*.c and ledger.c: what each verb of consent works
 * with. */
struct cp_ledger {
	struct cp_session s;
	struct cp_policy *policy;
	struct cp_rules rules;
	struct cp_record record; /* where one is named; else n = 0 */
};

enum { CP_CONSENT_ID = 24, CP_CONSENT_TEXT = 120 };
/* What stands for the ground of an entry about a sensitive service wherever
 * more people look than may know it. */
#define CP_CONSENT_MASKED "unspecified-sensitive"

/*
 * Opens the store and loads the rules, and the record ID if it is not NULL.
 * To write needs a role and begins a transaction, so that the record read is
 * the one that changes.  CP_DENIED: a record of an authority for which the
 * operator does not act.
 */
enum cp_rc cp_ledger_open(const struct cp_call *call, enum cp_store_mode mode,
    const char *id, struct cp_ledger *l, struct cp_err *err) CP_MUST_CHECK;
void cp_ledger_close(struct cp_ledger *l);
/* Whether the operator sees entries about sensitive services. */
int cp_ledger_sees(const struct cp_ledger *l, const struct cp_consent *c);
/* "C-0001", and back: CP_USAGE where TEXT is none. */
void cp_consent_id(int64_t n, char out[CP_CONSENT_ID]);
enum cp_rc cp_consent_take_id(const char *text, int64_t *n,
    struct cp_err *err) CP_MUST_CHECK;

/* Options: the ground of --ground into C, which must be given; a text that
 * must be, of at most MAX bytes. */
enum cp_rc cp_ledger_ground(const struct cp_call *call, struct cp_consent *c,
    struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_ledger_text(const struct cp_call *call, const char *name,
    size_t max, const char **out, struct cp_err *err) CP_MUST_CHECK;
/* What the record comes to now, in three columns: action, date and rule. */
void cp_ledger_out_next(struct cp_out *o, const struct cp_record *r);

/* consent_statement.c: keeps the words of VERSION, if they are not yet and are
 * found among the policies, or notes that they are not here; within a
 * transaction.  *KEPT: they are kept now. */
enum cp_rc cp_ledger_statement(struct cp_ledger *l, const char *version,
    int *kept, struct cp_err *err) CP_MUST_CHECK;

/* The verbs. */
enum cp_rc cp_consent_run_give(struct cp_call *call, struct cp_err *err);
enum cp_rc cp_consent_run_withdraw(struct cp_call *call, struct cp_err *err);
enum cp_rc cp_consent_run_end(struct cp_call *call, struct cp_err *err);
enum cp_rc cp_consent_run_confirm(struct cp_call *call, struct cp_err *err);
enum cp_rc cp_consent_run_statement(struct cp_call *call, struct cp_err *err);
enum cp_rc cp_ledger_run_list(struct cp_call *call, struct cp_err *err);
enum cp_rc cp_ledger_run_due(struct cp_call *call, struct cp_err *err);

#endif
