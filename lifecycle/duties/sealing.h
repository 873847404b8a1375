#ifndef CP_DUTIES_SEALING_H
#define CP_DUTIES_SEALING_H

#include "archive/age.h"
#include "archive/pool.h"
#include "lifecycle/duties/boxing.h"
#include "lifecycle/records/record.h"
#include "lifecycle/records/tie.h"

/*
 * Sealing: records go in as text, packages come out as header and payload, in
 * order, on as many cores as asked for.  Two X25519 operations for each are
 * the cost that everything else hides behind.
 */
struct cp_seal_job {
	/* in */
	struct cp_record record;
	struct cp_date due;          /* on which it was to be archived */
	char rule[48];               /* by which */
	int64_t last;                /* last log entry about it when read */
	struct cp_buf document;      /* record.json */
	struct cp_buf history;       /* history.json */
	struct cp_box box;           /* compartments, still sealed */
	/* out */
	char package_id[40];
	struct cp_buf header, payload;
	struct cp_keys ties;         /* tie.h */
	enum cp_rc rc;
	struct cp_err err;
};

void cp_seal_job_init(struct cp_seal_job *j);
void cp_seal_job_clear(struct cp_seal_job *j);
/* Empties the buffers for the next record, keeping their memory. */
void cp_seal_job_reset(struct cp_seal_job *j);

struct cp_sealing { /* borrowed */
	const struct cp_age_recipient *recipient;
	const struct cp_matcher *matcher;
};
/*
 * The work of a pool whose items are struct cp_seal_job: builds the package
 * (record.json, history.json, README.txt, the box), seals it to the recipient
 * of WITH (borrowed) and opens the payload again with the file key, which is
 * then forgotten: what cannot be read back is an error of the job.  Its ties are
 * made besides.
 */
struct cp_pool_work cp_sealing_work(const struct cp_sealing *with);

#endif
