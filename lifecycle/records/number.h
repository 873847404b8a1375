#ifndef CP_RECORDS_NUMBER_H
#define CP_RECORDS_NUMBER_H

#include "lifecycle/records/record.h"

/* Numbers that other bodies gave: an NHS number is one person's, so that no two
 * live records have the same. */

enum { CP_NUMBER_CANDIDATES = 16 };

/* The records that the index knows under KEY, at most
 * CP_NUMBER_CANDIDATES, into ROWS. */
enum cp_rc cp_number_candidates(struct cp_store *s, uint64_t key,
    int64_t *rows, size_t *count, struct cp_err *err) CP_MUST_CHECK;
/* Whether record N, found by a hash, really has NUMBER and, if BIRTH is not
 * NULL, was born then; *R is it. */
enum cp_rc cp_number_is_held(struct cp_store *s, int64_t n,
    const struct cp_number *number, const struct cp_partial_date *birth,
    struct cp_record *r, int *yes, struct cp_err *err) CP_MUST_CHECK;
/* After a change in the same transaction: CP_REFUSED if record N is live and
 * another live one has an NHS number of it. */
enum cp_rc cp_numbers_alone(struct cp_store *s, const struct cp_rules *rules,
    int64_t n, struct cp_err *err) CP_MUST_CHECK;

#endif
