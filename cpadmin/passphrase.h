#ifndef CP_CPADMIN_PASSPHRASE_H
#define CP_CPADMIN_PASSPHRASE_H

#include "archive/secret.h"
#include "cpadmin/cmd.h"

/* New passphrases: of custodians and of shielding officers. */
enum { CP_PASSPHRASE_MIN = 12 /* bytes, at least */ };

/* CP_KEY where P is too weak to be that of WHO ("officer ann"). */
enum cp_rc cp_passphrase_check(const struct cp_secret *p, const char *who,
    struct cp_err *err) CP_MUST_CHECK;
/* A random one of 40 hexadecimal digits, for a rehearsal. */
enum cp_rc cp_passphrase_make(struct cp_secret **out, struct cp_err *err)
    CP_MUST_CHECK;
/* Writes SECRET and a line feed to PATH, which only its owner reads. */
enum cp_rc cp_passphrase_keep(const char *path, const struct cp_secret *secret,
    struct cp_err *err) CP_MUST_CHECK;
/* A new one from --passphrase-file, else typed twice at the terminal; what
 * will not do may be typed again.  CP_KEY. */
enum cp_rc cp_passphrase_take(const struct cp_call *call, const char *who,
    struct cp_secret **out, struct cp_err *err) CP_MUST_CHECK;

#endif
