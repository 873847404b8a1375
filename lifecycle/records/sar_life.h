#ifndef CP_RECORDS_SAR_LIFE_H
#define CP_RECORDS_SAR_LIFE_H

#include "lifecycle/records/match.h"
#include "lifecycle/records/sar.h"

/* Requests with the rest of a store's life: nights, destruction, keys. */

/* How many are not answered, how many of them late; and how many lost what
 * named anybody, since what is kept after closing has been kept long enough. */
struct cp_sar_night {
	int64_t open, late, expired;
};
/* Called for a request whose clock cannot be computed: its kept dates stay. */
typedef void cp_sar_trouble_fn(void *ctx, const char *id,
    const struct cp_err *err);
/*
 * A night: due dates are computed anew, which the table of holidays may have
 * changed, and what has expired goes: requester, who was sought, texts of
 * events, notes of items, lists of what was sent, details of the log's entries
 * about it.  Each change is a transaction of its own, found by index; killed in
 * between, the next night does the rest.  TROUBLE may be NULL.  HOLIDAYS_FILE:
 * NULL to compute no clock; "" where there should be a table and is none.
 */
enum cp_rc cp_sar_night(const struct cp_change *c, const char *holidays_file,
    cp_sar_trouble_fn *trouble, void *ctx, struct cp_sar_night *out,
    struct cp_err *err) CP_MUST_CHECK;
/* What a night would count, for a dry run; changes nothing. */
enum cp_rc cp_sar_foresee(const struct cp_change *c, struct cp_sar_night *out,
    struct cp_err *err) CP_MUST_CHECK;
/* Row RECORD is destroyed, in its transaction: closed requests about it expire,
 * keyed hashes of what was held too. */
enum cp_rc cp_sar_forget(const struct cp_change *c, int64_t record,
    struct cp_err *err) CP_MUST_CHECK;
/* Record RECORD becomes another's too, or parts from it, in its transaction: for
 * whom it was safe, is to be said anew. */
enum cp_rc cp_sar_unsafe(struct cp_store *s, int64_t record,
    struct cp_err *err) CP_MUST_CHECK;
/* Another match key counts, M's: requesters are known again by it.  What was
 * collected is to be collected again, as all of it looks changed. */
enum cp_rc cp_sar_remark(struct cp_store *s, const struct cp_matcher *m,
    struct cp_err *err) CP_MUST_CHECK;

#endif
