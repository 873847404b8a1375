#ifndef CP_RECORDS_REACH_H
#define CP_RECORDS_REACH_H

#include <stdint.h>

#include "lifecycle/store/store.h"

/*
 * What the operator for whom a store is open (cp_store_act_for) reaches: the
 * records of the authorities that they act for.  cp_record_get asks this
 * itself; lists, and whatever finds a record by another way, ask here.
 */

/* Whether record N (a row), or the record ID, is in reach; what is no record
 * is nobody's, and is. */
enum cp_rc cp_reach_row(struct cp_store *s, int64_t n, int *out,
    struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_reach_id(struct cp_store *s, const char *id, int *out,
    struct cp_err *err) CP_MUST_CHECK;
/* CP_DENIED, as of cp_record_get, unless record N, whose number is ID, is. */
enum cp_rc cp_reach_need(struct cp_store *s, int64_t n, const char *id,
    struct cp_err *err) CP_MUST_CHECK;
/* Whether the operator acts for some authorities only. */
int cp_reach_limited(const struct cp_store *s);

#endif
