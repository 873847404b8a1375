#ifndef CP_CPADMIN_UNLOCK_H
#define CP_CPADMIN_UNLOCK_H

#include "archive/custody.h"
#include "archive/secret.h"
#include "cpadmin/session.h"

/*
 * The custodians' shares of --share and their passphrases, for the commands
 * that open the archive: the files of --passphrase-file, one for each share
 * and in their order, or typed at the terminal in turn.  In a rehearsal store
 * both are found where they were kept.
 */
enum cp_rc cp_unlock(const struct cp_call *call, const struct cp_session *s,
    const char *keys_dir, const struct cp_custody_public *custody,
    struct cp_secret **identity, struct cp_err *err) CP_MUST_CHECK;

/* The number in a share file's name, custody-ID-share-N.age, and the ID; 0
 * where it has another name.  What the file holds may differ. */
int cp_unlock_named(const char *path, char id[CP_CUSTODY_ID + 1]);

/* CP_USAGE unless there is a passphrase file for each of N shares, or none. */
enum cp_rc cp_unlock_files(const struct cp_call *call, int n,
    struct cp_err *err) CP_MUST_CHECK;
/* The passphrase of share PATH of key CUSTODY, the I-th of those given (from
 * 0). */
enum cp_rc cp_unlock_passphrase(const struct cp_call *call,
    const struct cp_session *s, const char *keys_dir,
    const struct cp_custody_public *custody, const char *path, int i,
    struct cp_secret **out, struct cp_err *err) CP_MUST_CHECK;

/* Says in ERR that share PATH is of another key than CUSTODY where OTHER, an
 * id, is one the store had, and what became of that: returns CP_KEY; else
 * CP_OK, and ERR is left alone. */
enum cp_rc cp_unlock_other_key(const struct cp_session *s,
    const struct cp_custody_public *custody, const char *path,
    const char *other, struct cp_err *err) CP_MUST_CHECK;

#endif
