#ifndef CP_RECORDS_CUSTODY_CURRENT_H
#define CP_RECORDS_CUSTODY_CURRENT_H

#include "archive/custody.h"
#include "lifecycle/store/store.h"

/*
 * The key to which packages are sealed now.  The store says which it is, so
 * that it changes in the transaction that says what it replaces; the file
 * custody.current follows, for whoever has the keys without the store.
 */

/* The public part of that key.  CP_NOT_FOUND: none was made yet; so, and
 * CP_CORRUPT, of its file. */
enum cp_rc cp_custody_in_use(struct cp_store *s, struct cp_custody_public *out,
    struct cp_err *err) CP_MUST_CHECK;
/* Makes it key ID; within a transaction, after which the file is to follow:
 * cp_custody_follow. */
enum cp_rc cp_custody_put_in_use(struct cp_store *s, const char *id,
    struct cp_err *err) CP_MUST_CHECK;
/* Writes custody.current unless it says so already. */
enum cp_rc cp_custody_follow(struct cp_store *s, struct cp_err *err)
    CP_MUST_CHECK;

#endif
