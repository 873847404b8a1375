#ifndef CP_RECORDS_FACTS_H
#define CP_RECORDS_FACTS_H

#include "lifecycle/records/hold_facts.h"
#include "lifecycle/records/record.h"
#include "lifecycle/rules/decide.h"

/* What the store knows that bears on a decision, and room for it that is used
 * again for the next record. */
struct cp_fact_set {
	struct cp_facts facts; /* points into the rest */
	struct cp_consent_fact *consents;
	char (*consent_ids)[24];
	size_t consents_cap;
	struct cp_hold_fact *holds;
	char (*hold_ids)[24];
	size_t holds_cap;
	struct cp_hold_reading *reading; /* the last predicate of a hold */
	/* Set by the user, or none: a predicate over a live record that asks
	 * what depends on the day finds it unknown, and holds. */
	struct cp_date today;
};

void cp_fact_set_init(struct cp_fact_set *f);
void cp_fact_set_clear(struct cp_fact_set *f);

/* Loads the facts of record N; what F held is replaced.  The holds are those
 * that act on it: also the ones over a predicate of which the store cannot
 * know whether it is true. */
enum cp_rc cp_facts_load(struct cp_store *s, int64_t n, struct cp_fact_set *f,
    struct cp_err *err) CP_MUST_CHECK;

#endif
