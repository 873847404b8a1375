#ifndef CP_RECORDS_IDENT_H
#define CP_RECORDS_IDENT_H

#include "lifecycle/records/document.h"

/*
 * Identifying numbers that we allocate: CP-XXXX-XXXX-C.  X are 40 random bits
 * in Crockford's base 32 (no I, L, O, U); C is the check character of
 * ISO/IEC 7064 MOD 37,36 over the eight, which catches every single mistyped
 * character and nearly all swaps of neighbours.
 */

/* A fresh number; whether it is free is for the caller to find out.
 * Thread-safe. */
enum cp_rc cp_id_new(char out[CP_ID_MAX], struct cp_err *err) CP_MUST_CHECK;

enum cp_id_kind {
	CP_ID_BAD,     /* not an identifying number at all */
	CP_ID_FOREIGN, /* could be one that came from elsewhere */
	CP_ID_MISTYPED, /* of our shape, but the check character is wrong */
	CP_ID_OURS
};
enum cp_id_kind cp_id_check(const char *text);

#endif
