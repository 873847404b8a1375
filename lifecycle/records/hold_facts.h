#ifndef CP_RECORDS_HOLD_FACTS_H
#define CP_RECORDS_HOLD_FACTS_H

#include "lifecycle/records/document.h"
#include "lifecycle/rules/predicate.h"
#include "lifecycle/store/store.h"

/* What the store knows of a record that a predicate may ask for. */

/* A stored predicate, parsed; used again as long as the text is the same.
 * Zeroed, it has read nothing. */
struct cp_hold_reading {
	char text[CP_PREDICATE_MAX + 1];
	int done, unreadable;
	struct cp_predicate predicate;
};
void cp_hold_read(struct cp_hold_reading *r, const char *text);

struct cp_hold_facts {
	struct cp_predicate_facts known; /* points into the rest */
	char authority[CP_AUTHORITY_MAX];
	struct cp_document *doc; /* owned; where services were asked for */
	const char *services[CP_DOCUMENT_LIST_MAX];
	int live, loaded;
	uint32_t asked; /* fields, bits: what costs a look of its own */
};
void cp_hold_facts_init(struct cp_hold_facts *f);
void cp_hold_facts_clear(struct cp_hold_facts *f);

/*
 * Whether R acts on record N: true also where R cannot be read.  F keeps what
 * was looked up, for the next R about the same record.  Of an archived record,
 * birth, death, leaving, grounds and services are sealed, and so unknown; of a
 * live one, the kind of a sensitive service is unknown here too, so that no
 * hold tells it.  Without TODAY (none), what depends on the day is unknown.
 */
enum cp_rc cp_hold_judge(struct cp_store *s, int64_t n, struct cp_date today,
    const struct cp_hold_reading *r, struct cp_hold_facts *f,
    enum cp_truth *out, struct cp_err *err) CP_MUST_CHECK;

#endif
