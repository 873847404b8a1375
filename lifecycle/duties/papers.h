#ifndef CP_DUTIES_PAPERS_H
#define CP_DUTIES_PAPERS_H

#include "lifecycle/duties/certificate.h"
#include "lifecycle/duties/certifying.h"

/* Private to certifying*.c: what a certificate is about, looked at now. */

enum { PAPERS_LINE = 800, PAPERS_COPIES = 12, PAPERS_TRIALS = 8,
	PAPERS_APPROVALS = 16, PAPERS_CHECKS = 6 };

struct papers_trial {
	char at[24], by[CP_OPERATOR_NAME], custody[40], headers[128];
};

struct papers {
	const struct cp_certifier *with; /* borrowed, as the batch */
	const struct cp_batch *batch;

	struct cp_parcel *parcels;       /* of destroyed items; owned */
	struct cp_cert_item *items;
	char (*dates)[2][CP_DATE_TEXT];
	size_t n;
	int *shelves;                    /* of N items, each once */
	size_t n_shelves;

	char names[PAPERS_APPROVALS][CP_OPERATOR_NAME];
	char at[PAPERS_APPROVALS][24];
	struct cp_cert_act approved[PAPERS_APPROVALS];
	size_t approvals;

	char key_gone[24]; /* when the last header went; "": as executed */
	char clean[24];    /* since when nothing was left to be erased; "" */
	int64_t openable;  /* packages whose header is still there */
	int64_t living;    /* shelves whose keys live */
	int64_t unsound;   /* that should be zeroised and are not */
	char early_before[CP_DATE_TEXT], shelves_until[CP_DATE_TEXT];
	char last_gone[24]; /* the latest of what went; "" */
	char lines[2][PAPERS_LINE];
	const char *zeroised[2];
	size_t n_zeroised;
	char copies[PAPERS_COPIES][PAPERS_LINE];
	const char *copy_list[PAPERS_COPIES];
	size_t n_copies;
	struct papers_trial trial_text[PAPERS_TRIALS];
	struct cp_cert_trial trials[PAPERS_TRIALS]; /* the last ones */
	size_t n_trials;
	char results[PAPERS_CHECKS][PAPERS_LINE];
	struct cp_cert_check checks[PAPERS_CHECKS];
	size_t n_checks;
	const char *outcome;
	struct cp_buf text; /* to work with */
};

/* PAPERS is zeroed but for WITH, BATCH and, after the first issue, KEY_GONE
 * and CLEAN; cleared in any case. */
enum cp_rc papers_gather(struct papers *x, struct cp_err *err) CP_MUST_CHECK;
void papers_clear(struct papers *x);
/* The body of issue ISSUE (from 1); REPLACES as in the certificate. */
enum cp_rc papers_body(struct papers *x, int64_t issue, const char *replaces,
    struct cp_buf *body, struct cp_err *err) CP_MUST_CHECK;

/* Whether no key and no known copy of one is left of B: every shelf of it is
 * destroyed, no escrow copy holds one, and the store was sanitised after the
 * time CLEAN. */
enum cp_rc papers_copies_gone(struct cp_store *s, const struct cp_batch *b,
    const char *clean, int *gone, struct cp_err *err) CP_MUST_CHECK;

#endif
