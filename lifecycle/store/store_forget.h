#ifndef CP_STORE_STORE_FORGET_H
#define CP_STORE_STORE_FORGET_H

#include "lifecycle/store/store.h"

/*
 * That what was removed is in no file of the store.  Whatever a store's files
 * lose is overwritten (store_wipe.h), but the write-ahead log keeps it until
 * it is emptied, which takes that nobody reads through it.
 */
enum cp_forget {
	CP_FORGET_NOTHING, /* is owed */
	CP_FORGET_LOG,     /* the log could not be emptied */
	CP_FORGET_ALL      /* the store was written before pages were cleaned:
			    * it takes a sanitising, once */
};

/* After the commit of what removes: empties the log, of which nothing stays.
 * CP_BUSY: another program reads through it; that is noted, and made good by
 * the next command that calls this, or cp_store_forget_owed. */
enum cp_rc cp_store_forget(struct cp_store *s, struct cp_err *err)
    CP_MUST_CHECK;
/* The same, but waits for nobody, and only where it could not be before. */
enum cp_rc cp_store_forget_owed(struct cp_store *s, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc cp_store_forget_state(struct cp_store *s, enum cp_forget *out,
    struct cp_err *err) CP_MUST_CHECK;
/* The store was written anew: nothing is owed.  In the caller's transaction. */
enum cp_rc cp_store_forgotten(struct cp_store *s, struct cp_err *err)
    CP_MUST_CHECK;

#endif
