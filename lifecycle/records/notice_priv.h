#ifndef CP_RECORDS_NOTICE_PRIV_H
#define CP_RECORDS_NOTICE_PRIV_H

#include "lifecycle/records/notice.h"
#include "lifecycle/store/stmt.h"

/* Private to notice.c and notice_*.c of the ledger. */

/* What is known of a record for a look at it, and room for it that is used
 * again for the next one.  Zeroed, it is empty. */
struct cp_notice_set {
	struct cp_notice_facts facts; /* points into the rest */
	struct cp_decision decision;
	struct cp_notice_past *past;  /* owned */
	int64_t *n;                   /* owned; their numbers */
	size_t cap;
	int covers; /* an officer sent one in the place of another */
	int live, synthetic;
};
void cp_notice_set_clear(struct cp_notice_set *f);
/* Of row RECORD: its row, its ledger and who is addressed. */
enum cp_rc cp_notice_facts_of(const struct cp_change *c, int64_t record,
    struct cp_notice_set *f, struct cp_err *err) CP_MUST_CHECK;
/* The three one by one; the row is that of notice_due on which Q stands. */
enum cp_rc cp_notice_facts_read(struct cp_stmt *q, const struct cp_policy *p,
    struct cp_date version_since, struct cp_notice_set *f, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc cp_notice_facts_past(struct cp_store *s, int64_t record,
    struct cp_notice_set *f, struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_notice_facts_to(struct cp_store *s, int64_t record,
    struct cp_notice_set *f, struct cp_err *err) CP_MUST_CHECK;
/* Of RECORD, in F->covers: what was served behind a shield that is no more
 * stands as served; behind one that is, it is owed again where it has to be.
 * F has the ledger as it is then. */
enum cp_rc cp_notice_covers(const struct cp_change *c, int64_t record,
    struct cp_notice_set *f, struct cp_err *err) CP_MUST_CHECK;
/* The day on which the policy in force, and its wording, was adopted.  CP_BUSY:
 * it is not the one of C->rules any more. */
enum cp_rc cp_notice_version_since(const struct cp_change *c,
    struct cp_date *out, struct cp_err *err) CP_MUST_CHECK;
/* The civil date of a time in RFC 3339, UTC. */
struct cp_date cp_notice_day(const char *time);

/* As cp_notice_look, where the day of RECORD has come; else nothing. */
enum cp_rc cp_notice_look_due(const struct cp_change *c, int64_t record,
    struct cp_err *err) CP_MUST_CHECK;

/* The row that Q stands on. */
enum cp_rc cp_notice_read(struct cp_stmt *q, struct cp_notice *out,
    struct cp_err *err) CP_MUST_CHECK;

/* Logs ACTION about N: with its record as subject, or its case.  EXTRA, of
 * N_EXTRA pairs key and value, is told with it; a value of NULL is left out. */
enum cp_rc cp_notice_log(const struct cp_change *c, const char *action,
    const struct cp_notice *n, const char *const (*extra)[2], size_t n_extra,
    struct cp_err *err) CP_MUST_CHECK;

#endif
