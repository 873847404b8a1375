#ifndef CP_DUTIES_EARLY_H
#define CP_DUTIES_EARLY_H

#include "lifecycle/duties/destruction.h"

/*
 * Destruction before the day: a court orders it, say.  Proposed by name, on a
 * legal basis, approved by as many others as the policy asks for early ones;
 * the next run executes it like any batch, and asks everything again but the
 * day.
 */
struct cp_early {
	struct cp_store *store; /* all borrowed */
	struct cp_audit *audit;
	const struct cp_rules *rules;
	const struct cp_operator *op;
	const struct cp_now *now;
	const char *legal_basis; /* kept for ever: names an order, no person */
	const char *reason;      /* kept in the log until the record goes */
	const char *const *ids;  /* packages, or records that are archived */
	size_t n;
};

/*
 * Proposes a batch of kind early in one transaction, all of it or nothing.
 * CP_NOT_FOUND, CP_DENIED (not reached), CP_USAGE (one twice, more than
 * CP_BATCH_ITEMS, a legal basis too long); CP_REFUSED where one is not
 * archived any more, is held (each hold named), waits in a batch, or is due:
 * the next run proposes that.
 */
enum cp_rc cp_early_propose(const struct cp_early *e, struct cp_batch *out,
    struct cp_err *err) CP_MUST_CHECK;

#endif
