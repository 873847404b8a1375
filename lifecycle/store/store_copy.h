#ifndef CP_STORE_STORE_COPY_H
#define CP_STORE_STORE_COPY_H

#include "lifecycle/store/store.h"

/*
 * Opens FILE, a copy of some store's database, to read, and writes nothing
 * beside it.  Statements run on it as on a store; it has no other files.
 * CP_NOT_FOUND; CP_CORRUPT where it is no store's database; CP_REFUSED where a
 * newer version made it; CP_BAD_INPUT where a write-ahead log with something in
 * it lies beside it, which would not be read.
 */
enum cp_rc cp_store_open_copy(const char *file, struct cp_store **out,
    struct cp_err *err) CP_MUST_CHECK;

#endif
