#ifndef CP_RECORDS_SHIELD_PRIV_H
#define CP_RECORDS_SHIELD_PRIV_H

#include "lifecycle/records/shield_list.h"
#include "lifecycle/store/stmt.h"

/* Private to shield.c and shield_*.c. */

/* The row that Q stands on; its first 15 columns are those of shield_of. */
void cp_shield_read(struct cp_stmt *q, struct cp_shield *out);

#endif
