#ifndef CP_RECORDS_INVESTIGATION_H
#define CP_RECORDS_INVESTIGATION_H

#include "lifecycle/records/gate.h"
#include "lifecycle/store/operator.h"

/*
 * Overrides: an officer opens what is hidden, and an investigation of that is
 * open in the same moment (domain: 5, "Opening a shielded detail").  Who opened
 * it never closes it.  Reason and finding are sealed, in compartments of the
 * kind `case'; the log's entries have the case as subject.
 */
enum { CP_INVESTIGATION_ID = 16, CP_FINDING_MAX = 4000 };

struct cp_investigation {
	int64_t n;
	char id[CP_INVESTIGATION_ID]; /* "INV-0001" */
	int64_t record;
	char record_id[CP_ID_MAX];
	char authority[CP_AUTHORITY_MAX]; /* the record's */
	char opened[32], opened_by[CP_OPERATOR_NAME];
	int64_t opened_uid;
	int64_t seq; /* of the log */
	int is_open;
	char closed[32], closed_by[CP_OPERATOR_NAME]; /* "" while open */
	int64_t alike; /* open ones of that record by that person, with it */
};

/*
 * Opens what is hidden of record ID for BY, in the caller's audited
 * transaction, which has to be committed before anything of *OUT is shown: the
 * whole document, freed by cp_document_free.  CP_NOT_FOUND; CP_DENIED: out of
 * reach; CP_REFUSED: not live, its authority not open, or nothing of it is
 * hidden; CP_KEY: not sealed to IDENTITY.
 */
struct cp_override {
	const char *id;
	const struct cp_operator *by;
	const struct cp_secret *identity;
	const char *reason;
};
enum cp_rc cp_override(const struct cp_change *c,
    const struct cp_override *o, struct cp_record *r,
    struct cp_investigation *inv, struct cp_document **out,
    struct cp_err *err) CP_MUST_CHECK;

/* Logs that O opens what is hidden of R, whose case is CASE_ID, and has *INV
 * opened: what cp_override does, also of a record in the archive. */
enum cp_rc cp_investigation_open(const struct cp_change *c,
    const struct cp_override *o, const struct cp_record *r,
    const char *case_id, struct cp_investigation *inv, struct cp_err *err)
    CP_MUST_CHECK;

/* By its id: CP_NOT_FOUND; CP_DENIED where its record is out of reach. */
enum cp_rc cp_investigation_get(struct cp_store *s, const char *id,
    struct cp_investigation *out, struct cp_err *err) CP_MUST_CHECK;
/* Those within reach, open ones first, by when they were opened. */
enum cp_rc cp_investigation_each(struct cp_store *s,
    enum cp_rc (*fn)(void *ctx, const struct cp_investigation *i,
	struct cp_err *err), void *ctx, struct cp_err *err) CP_MUST_CHECK;
/* What was given as reason, and what was found; appended where they are there
 * and sealed to IDENTITY. */
enum cp_rc cp_investigation_texts(struct cp_store *s,
    const struct cp_investigation *i, const struct cp_secret *identity,
    struct cp_buf *reason, struct cp_buf *finding, struct cp_err *err)
    CP_MUST_CHECK;
/* Within an audited transaction: that somebody looks at I, texts and all. */
enum cp_rc cp_investigation_looked(const struct cp_change *c,
    const struct cp_investigation *i, struct cp_err *err) CP_MUST_CHECK;
/*
 * Closes ID with FINDING, in the caller's audited transaction; *OUT is it then.
 * CP_REFUSED: closed already, or BY opened it (by name, and in a real store by
 * uid).  Of a destroyed record no finding is kept.
 */
enum cp_rc cp_investigation_close(const struct cp_change *c,
    const struct cp_operator *by, const char *id, const char *finding,
    struct cp_investigation *out, struct cp_err *err) CP_MUST_CHECK;

#endif
