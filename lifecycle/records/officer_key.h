#ifndef CP_RECORDS_OFFICER_KEY_H
#define CP_RECORDS_OFFICER_KEY_H

#include "lifecycle/records/officer.h"

/* Private to officer*.c: the file of an officer's identity,
 * keys/officers/NAME.age. */

/* Makes an identity, seals it under PASSPHRASE and writes the file of NAME,
 * which is replaced: POINT is its public key. */
enum cp_rc cp_officer_key_make(struct cp_store *s, const char *name,
    const struct cp_secret *passphrase, unsigned work_factor,
    uint8_t point[32], struct cp_err *err) CP_MUST_CHECK;

#endif
