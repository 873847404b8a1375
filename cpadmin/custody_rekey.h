#ifndef CP_CPADMIN_CUSTODY_REKEY_H
#define CP_CPADMIN_CUSTODY_REKEY_H

#include "cpadmin/ceremony.h"
#include "cpadmin/custody_verbs.h"
#include "lifecycle/duties/rekeying.h"

/* For custody_rekey*.c only. */

/* What one call works with. */
struct cp_rekeying {
	const struct cp_call *call;
	struct cp_session s;
	char keys_dir[CP_CUSTODY_KEYS_DIR];
	struct cp_rekey rekey;
	struct cp_ceremony ceremony;
	struct cp_rekey_count counts[CP_REKEY_KEYS]; /* other keys' headers */
	size_t n;
	struct cp_custody_public old;  /* whose shares were given */
	struct cp_secret *identity;    /* of OLD */
	struct cp_buf troubles, shares, shares_people;
	int n_troubles;
	int begun;                     /* by this call */
	int64_t left;
	double seconds;
};

/* Seconds of a clock that only goes on. */
double cp_rekeying_clock(void);
/* --workers, else cpadmin.conf, else one for each core. */
enum cp_rc cp_rekeying_workers(const struct cp_rekeying *w, unsigned *out,
    struct cp_err *err) CP_MUST_CHECK;
/* Counts headers under keys other than IN_USE. */
enum cp_rc cp_rekeying_count(struct cp_rekeying *w, const char *in_use,
    int64_t *all, struct cp_err *err) CP_MUST_CHECK;
/* Of those last counted, how many are under a key. */
int64_t cp_rekeying_headers(const struct cp_rekeying *w, const char *custody);

/* What was done; CP_PARTIAL where headers are left. */
enum cp_rc cp_rekeying_conclude(struct cp_rekeying *w, struct cp_err *err)
    CP_MUST_CHECK;
/* How many headers, and how long, by a measured X25519. */
enum cp_rc cp_rekeying_dry(struct cp_rekeying *w, struct cp_err *err)
    CP_MUST_CHECK;

#endif
