#ifndef CP_DUTIES_EXPLAINING_IMPL_H
#define CP_DUTIES_EXPLAINING_IMPL_H

/* For explaining.c and explaining_archive.c only. */

#include "lifecycle/duties/explaining.h"
#include "lifecycle/store/stmt.h"

/* An account being written.  Steps are put at `at', which moves on. */
struct account {
	struct cp_store *store;
	const struct cp_rules *rules;
	struct cp_account *out;
	struct cp_fact_set facts;
	size_t at;
};

/* Puts a step at x->at.  RULE may be CP_RULE_COUNT. */
enum cp_rc account_step(struct account *x, enum cp_step_kind kind,
    enum cp_rule rule, struct cp_date date, struct cp_err *err,
    const char *fmt, ...) CP_MUST_CHECK CP_PRINTF(6, 7);
/* " (log entry 17)" of the last ACTION about the record, into BUF; "" where
 * there is none.  WHEN and WHO, of 24 and 40 bytes, may be NULL. */
enum cp_rc account_logged(struct account *x, const char *action, char *buf,
    size_t cap, char *when, char *who, struct cp_err *err) CP_MUST_CHECK;
/* What became of it in the archive: packages, when they may be opened, and
 * batches that are over. */
enum cp_rc account_archive(struct account *x, struct cp_err *err)
    CP_MUST_CHECK;
/* The batch in which it waits. */
enum cp_rc account_waiting(struct account *x, struct cp_err *err)
    CP_MUST_CHECK;

#endif
