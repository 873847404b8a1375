#ifndef CP_RECORDS_MATCH_PLACE_H
#define CP_RECORDS_MATCH_PLACE_H

#include "lifecycle/records/match.h"

/*
 * Whether a shielded child lives at an address that is open elsewhere: of a
 * brother, say, who is asked for by the one from whom they are hidden.  Each
 * current address of a shielded person is among their keys (cp_match_person)
 * as 64 bits of HMAC-SHA-256, under the match key, of its normal form
 * (cp_shield_place): as long as a shield stands, also the addresses since it
 * began.  Rows of feeds have no such key, so that nobody is taken for another
 * by where they live.  Of shields of an older program there is none until an
 * officer reviews them, or runs `shield rekey'.
 */
/* *YES: one other than row SELF lives at A. */
enum cp_rc cp_match_lives_at(struct cp_matcher *m, struct cp_store *s,
    const struct cp_address *a, int64_t self, int *yes, struct cp_err *err)
    CP_MUST_CHECK;

#endif
