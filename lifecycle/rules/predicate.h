#ifndef CP_RULES_PREDICATE_H
#define CP_RULES_PREDICATE_H

#include <stddef.h>
#include <stdint.h>

#include "archive/buf.h"
#include "archive/err.h"
#include "lifecycle/rules/date.h"

/*
 * What a hold over a predicate says, cpadmin-predicate(7): a closed language
 * of comparisons joined by and, or, not.  Parsed once into an array of fixed
 * size, evaluated without allocation.  Pure and thread-safe.
 *
 * The answer has three values (Kleene's strong logic).  A fact need not be
 * known, or only within bounds; an answer of true or false is right whatever
 * the facts turn out to be.  A hold acts unless the answer is false.
 */
enum cp_truth { CP_FALSE, CP_UNKNOWN, CP_TRUE };

enum cp_predicate_field {
	CP_FIELD_STATE,
	CP_FIELD_AUTHORITY,
	CP_FIELD_BORN,
	CP_FIELD_ARCHIVED,
	CP_FIELD_DESTROY_DUE,
	CP_FIELD_DIED,    /* the notification */
	CP_FIELD_LEFT,    /* England, by the statement */
	CP_FIELD_ENTERED, /* into the directory */
	CP_FIELD_GROUND,  /* of any consent in force */
	CP_FIELD_SERVICE, /* of any involvement */
	CP_FIELD_RULE,    /* by which it was archived, or is to be */
	CP_FIELD_COUNT
};

enum {
	CP_PREDICATE_MAX = 1000,   /* bytes of text */
	CP_PREDICATE_DEPTH = 32,   /* parentheses in parentheses */
	CP_PREDICATE_NODES = 320,  /* more than the text has room for */
	CP_PREDICATE_VALUES = 500, /* likewise */
	CP_PREDICATE_STACK = 2 * CP_PREDICATE_DEPTH + 4
};

/* In reverse Polish order. */
struct cp_predicate_node {
	uint8_t op;     /* enum predicate_op, private */
	uint8_t field;  /* of a comparison */
	uint16_t first; /* its values */
	uint16_t n;
};
struct cp_predicate_value {
	struct cp_date from, to; /* none: the value `none' */
	uint16_t word;           /* of a closed set; or place in the texts */
	uint8_t is_none;
};
struct cp_predicate {
	struct cp_predicate_node nodes[CP_PREDICATE_NODES];
	struct cp_predicate_value values[CP_PREDICATE_VALUES];
	char texts[CP_PREDICATE_MAX + 1]; /* one after another, with NULs */
	uint16_t n_nodes, n_values, n_texts;
	uint32_t fields; /* that it names: bits */
};

/*
 * Parses the NUL-terminated TEXT.  CP_BAD_INPUT says the column (from 1, in
 * characters) and what is wrong there, repeating nothing of the text; the hint
 * says what would be allowed.
 */
enum cp_rc cp_predicate_parse(const char *text, struct cp_predicate *out,
    struct cp_err *err) CP_MUST_CHECK;
/* Appends it as it was understood, with every parenthesis: equal predicates
 * give equal text, which parses to an equal one unless it has become too long
 * or too deep.  OUT remembers a failure. */
void cp_predicate_print(const struct cp_predicate *p, struct cp_buf *out);
/* Whether it names FIELD. */
int cp_predicate_names(const struct cp_predicate *p,
    enum cp_predicate_field field);

/* ---- facts ------------------------------------------------------------- */

/* A date that need not be known: any day from FIRST to LAST (none: no day at
 * all), or that there is no such date. */
struct cp_span {
	struct cp_date first, last;
	int maybe_none;
};

/* Bits of cp_predicate_facts.states. */
enum { CP_IS_LIVE = 1, CP_IS_EXTENDED = 2, CP_IS_ARCHIVED = 4 };

/* What is known of one record; all pointers borrowed. */
struct cp_predicate_facts {
	unsigned states;       /* that it may be in */
	const char *authority; /* NULL: not known */
	struct cp_span born, archived, destroy_due, died, left, entered;
	unsigned grounds;       /* surely in force: bits of enum cp_ground */
	unsigned grounds_maybe; /* these, and those that may be */
	const char *const *services; /* surely involved */
	size_t n_services;
	int services_more; /* there may be others */
	uint64_t rules;    /* that it may be: bits of enum cp_rule */
};

/* Nothing is known. */
void cp_predicate_facts_unknown(struct cp_predicate_facts *f);
struct cp_span cp_span_unknown(void);
/* Exactly D; `none': that there is none. */
struct cp_span cp_span_on(struct cp_date d);
struct cp_span cp_span_partial(struct cp_partial_date d);

enum cp_truth cp_predicate_eval(const struct cp_predicate *p,
    const struct cp_predicate_facts *f);

#endif
