#ifndef CP_DUTIES_CERTIFYING_LAST_H
#define CP_DUTIES_CERTIFYING_LAST_H

#include "lifecycle/duties/certifying.h"

/* Private to certifying*.c: what an issued certificate says. */

struct certified {
	int64_t issue;    /* 0: none yet */
	char outcome[12];
	int gone;         /* no copy remains */
	char key_gone[24]; /* "" where it is not */
	char issued[24];
	int dirty;        /* rows were there that should not have been */
	char sum[65];     /* hex SHA-256 of its body */
};

/* The last one of B. */
enum cp_rc certified_last(struct cp_store *s, const struct cp_batch *b,
    struct certified *out, struct cp_err *err) CP_MUST_CHECK;
/* Since when nothing of B was left to be erased, as its certificates up to
 * LAST say: what a later erasure took out may be in the file's slack.  "" is
 * since its execution. */
enum cp_rc certified_clean(const struct cp_certifier *c,
    const struct cp_batch *b, const struct certified *last, char out[24],
    struct cp_err *err) CP_MUST_CHECK;

#endif
