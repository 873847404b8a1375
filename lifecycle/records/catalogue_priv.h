#ifndef CP_RECORDS_CATALOGUE_PRIV_H
#define CP_RECORDS_CATALOGUE_PRIV_H

/* Shared by catalogue.c, places.c and volume_state.c only. */

#include "lifecycle/records/catalogue.h"
#include "lifecycle/store/stmt.h"

/* The row of `n, id, custody, made, packages, live, size, sha256, gone,
 * place'; with take, the next: *FOUND, and Q is reset. */
void cp_volume_row_read(struct cp_stmt *q, struct cp_volume_row *out);
enum cp_rc cp_volume_row_take(struct cp_stmt *q, struct cp_volume_row *out,
    int *found, struct cp_err *err) CP_MUST_CHECK;

#endif
