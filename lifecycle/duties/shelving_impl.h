#ifndef CP_DUTIES_SHELVING_IMPL_H
#define CP_DUTIES_SHELVING_IMPL_H

#include "lifecycle/duties/run.h"

/* For shelving*.c only. */

/* The live shelf after month *MONTH whose own month is over: *FOUND. */
enum cp_rc cp_shelf_over(struct cp_run *run, int *month, int *found,
    struct cp_err *err) CP_MUST_CHECK;
/* How many packages are on a shelf. */
enum cp_rc cp_shelf_count(struct cp_run *run, int month, int64_t *out,
    struct cp_err *err) CP_MUST_CHECK;

/* A page of a shelf: packages whose record is parked as held, after row
 * AFTER; in order. */
enum { SHELF_PAGE = 1000 };
struct cp_shelf_page {
	int64_t package[SHELF_PAGE], record[SHELF_PAGE];
	int n;
};
enum cp_rc cp_shelf_held(struct cp_run *run, int month, int64_t after,
    struct cp_shelf_page *out, struct cp_err *err) CP_MUST_CHECK;

/* Moves all that is held from shelf MONTH to later ones. */
enum cp_rc cp_shelf_clear(struct cp_run *run, int month, struct cp_err *err)
    CP_MUST_CHECK;

#endif
