#ifndef CP_CPADMIN_SAR_COLLECTED_H
#define CP_CPADMIN_SAR_COLLECTED_H

#include "cpadmin/sar_case.h"
#include "lifecycle/duties/collecting.h"

/* For sar_collect.c, sar_items.c, sar_decide.c and sar_approve.c: a collection
 * with the request that it is of. */
struct cp_sar_collected {
	struct cp_sar_case x;
	struct cp_collection coll;
	struct cp_secret *identity; /* an officer's, where one is needed */
	struct cp_collecting with;  /* points into the rest */
};

/* Opens the request that the first argument names, to write, for who has one
 * of ROLES; OUT is closed on failure. */
enum cp_rc cp_sar_collected_open(const struct cp_call *call, unsigned roles,
    struct cp_sar_collected *out, struct cp_err *err) CP_MUST_CHECK;
void cp_sar_collected_close(struct cp_sar_collected *c);
/* The identity of the officer who acts, if something has to be opened: nobody
 * is asked for a passphrase otherwise, nor while others wait for the store.
 * CP_KEY, CP_DENIED. */
enum cp_rc cp_sar_collected_unlock(struct cp_sar_collected *c,
    struct cp_err *err) CP_MUST_CHECK;
/* Collects, within the caller's transaction. */
enum cp_rc cp_sar_collected_read(struct cp_sar_collected *c,
    struct cp_err *err) CP_MUST_CHECK;

/* FLAGS as who acts may read them: that a shielded child lives somewhere is
 * told to nobody else than roles shield and dpo. */
unsigned cp_sar_flags_told(const struct cp_sar_case *x, unsigned flags);
/* CP_DENIED where something of the request was opened and who acts is not told
 * of shields. */
enum cp_rc cp_sar_may_see(const struct cp_sar_case *x, struct cp_err *err)
    CP_MUST_CHECK;
/* What I says, for people, appended to OUT: "Mae Ash", "relation: mother". */
void cp_sar_item_text(const struct cp_item *i, struct cp_buf *out);

#endif
