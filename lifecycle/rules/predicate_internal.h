#ifndef CP_RULES_PREDICATE_INTERNAL_H
#define CP_RULES_PREDICATE_INTERNAL_H

#include "lifecycle/rules/predicate.h"

/* Private to predicate*.c. */
enum predicate_op {
	OP_EQ, /* ... OP_NOT_IN: comparisons */
	OP_NE,
	OP_LT,
	OP_LE,
	OP_GT,
	OP_GE,
	OP_IN,
	OP_NOT_IN,
	OP_NOT,
	OP_AND,
	OP_OR
};

enum predicate_kind {
	KIND_WORD, /* of a closed set */
	KIND_CODE, /* of an authority */
	KIND_TEXT,
	KIND_DATE
};

enum { MAY_BE_NONE = 1 };

struct predicate_field {
	const char *name;
	enum predicate_kind kind;
	int flags;
	const char *(*word)(unsigned i); /* KIND_WORD: NULL past the last */
};
extern const struct predicate_field predicate_fields[CP_FIELD_COUNT];

const char *predicate_op_text(enum predicate_op op);
/* The date of a value, as short as it can be written. */
const char *predicate_date_text(const struct cp_predicate_value *v,
    char out[CP_DATE_TEXT]);

#endif
