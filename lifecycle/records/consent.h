#ifndef CP_RECORDS_CONSENT_H
#define CP_RECORDS_CONSENT_H

#include "lifecycle/records/record.h"

/* The consent ledger: who agreed that a record stays past the age limit, on
 * which ground, and when that ended (domain: consent and ground, 2). */
struct cp_consent {
	int64_t n;        /* "C-0001" is n = 1 */
	char record[CP_ID_MAX];
	enum cp_ground ground;
	enum cp_by by;
	struct cp_date given;
	struct cp_date ended;    /* none while in force */
	enum cp_ended_by ended_by;
	const char *statement;   /* version shown; borrowed */
	const char *evidence;    /* its reference; borrowed */
	const char *taken_by;    /* borrowed */
	const char *entered;     /* time; borrowed */
	const char *ended_who;   /* operator; borrowed, "" while in force */
	struct cp_date until;    /* first day it no longer covers; see each */
};

/*
 * Adds an entry and recomputes the record's dates, in the caller's
 * transaction; the log entry is the caller's.  CP_REFUSED: the record is not
 * live, or GIVEN is in the future, or a parent's consent given at or after the
 * age at which it lapses.
 */
enum cp_rc cp_consent_give(struct cp_store *s, const struct cp_rules *rules,
    const struct cp_record *r, const struct cp_consent *c,
    const struct cp_now *now, struct cp_err *err) CP_MUST_CHECK;
/* Ends every consent in force on R (or those on GROUND, if not NULL) from DATE
 * on; *ENDED says how many.  CP_REFUSED if there was none, or DATE is in the
 * future or before one was given. */
enum cp_rc cp_consent_end(struct cp_store *s, const struct cp_rules *rules,
    const struct cp_record *r, const enum cp_ground *ground,
    enum cp_ended_by why, struct cp_date date, const char *who, int *ended,
    struct cp_err *err) CP_MUST_CHECK;

typedef enum cp_rc cp_consent_fn(void *ctx, const struct cp_consent *c,
    struct cp_err *err);
/* The entries of one record (R), or all (R = NULL), in order of entry; until
 * is by RULES. */
enum cp_rc cp_consent_each(struct cp_store *s, const struct cp_rules *rules,
    const struct cp_record *r, cp_consent_fn *fn, void *ctx,
    struct cp_err *err) CP_MUST_CHECK;
/* "given", "in-force", "withdrawn", "ended", "lapsed": of C on TODAY. */
const char *cp_consent_status(const struct cp_consent *c,
    struct cp_date today);

/* The ledger of R as a JSON array appended to OUT, and back: for packages.
 * CP_CORRUPT when it cannot be read back. */
enum cp_rc cp_consent_save(struct cp_store *s, int64_t record,
    struct cp_buf *out, struct cp_err *err) CP_MUST_CHECK;
struct cp_json;
enum cp_rc cp_consent_load(struct cp_store *s, int64_t record,
    const struct cp_json *list, struct cp_err *err) CP_MUST_CHECK;

#endif
