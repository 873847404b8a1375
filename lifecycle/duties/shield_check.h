#ifndef CP_DUTIES_SHIELD_CHECK_H
#define CP_DUTIES_SHIELD_CHECK_H

#include "lifecycle/store/store.h"

/*
 * Whether what is hidden of every actively shielded record is where it should
 * be and nowhere else, as far as that can be told without an officer: its
 * document shows none of it, no undoing is kept from before, the log's details
 * do not name it, keys that know the person again are there, its compartments
 * are sealed to the present officers.  The cost is of the shielded alone;
 * DEEP also counts the search keys, which reads all there are.
 *
 * FN is called with the record's number and what is wrong, a constant.
 * *SHIELDED: how many were looked at.  In one view of the store.
 */
enum cp_rc cp_shield_check(struct cp_store *s, int deep,
    enum cp_rc (*fn)(void *ctx, const char *id, const char *what,
	struct cp_err *err), void *ctx, int64_t *shielded,
    struct cp_err *err) CP_MUST_CHECK;

#endif
