#ifndef CP_DUTIES_REGISTER_H
#define CP_DUTIES_REGISTER_H

#include "lifecycle/duties/destruction.h"

/* The register of destructions: kept for ever, naming nobody (domain: 8). */
struct cp_register_row {
	const struct cp_batch *batch;
	const char *rule;        /* by which it was proposed */
	const char *approved_by; /* "alice, bob" */
	int64_t destroyed, excluded, split, pending;
	int64_t issue;           /* of the last certificate; 0: none */
	char certificate[65];    /* hex SHA-256 of its body; "" */
	char key_gone[24], last_copy_gone[24]; /* both dates; "" */
};
typedef enum cp_rc cp_register_fn(void *ctx, const struct cp_register_row *r,
    struct cp_err *err);

/* Every batch proposed from SINCE to UNTIL (both may be none), in order. */
enum cp_rc cp_register_each(struct cp_store *s, struct cp_date since,
    struct cp_date until, cp_register_fn *fn, void *ctx, struct cp_err *err)
    CP_MUST_CHECK;

#endif
