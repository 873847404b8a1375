#ifndef CP_CPADMIN_UNLOCK_H
#define CP_CPADMIN_UNLOCK_H

#include "archive/custody.h"
#include "archive/secret.h"
#include "cpadmin/session.h"

/*
 * The custodians' shares of --share and their passphrases, for the commands
 * that open the archive.  In a rehearsal store both are found where init kept
 * them.
 */
enum cp_rc cp_unlock(const struct cp_call *call, const struct cp_session *s,
    const char *keys_dir, const struct cp_custody_public *custody,
    struct cp_secret **identity, struct cp_err *err) CP_MUST_CHECK;

#endif
