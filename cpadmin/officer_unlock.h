#ifndef CP_CPADMIN_OFFICER_UNLOCK_H
#define CP_CPADMIN_OFFICER_UNLOCK_H

#include "archive/secret.h"
#include "cpadmin/session.h"

/*
 * The identity of a shielding officer, for the commands that open what is
 * hidden: that of the operator who acts, by --passphrase-file or typed.  In a
 * rehearsal store the passphrases were kept and are found, the operator's own
 * first, else any active officer's, so that scripts need not ask.
 */

/* The 32-byte scalar that struct cp_age_identity takes; the caller's to free.
 * CP_KEY: who acts is no active officer (the hint says how one becomes one), or
 * their passphrase is wrong, or there is neither file nor terminal. */
enum cp_rc cp_officer_identity(const struct cp_call *call,
    const struct cp_session *s, struct cp_secret **identity,
    struct cp_err *err) CP_MUST_CHECK;
/* The same, but not that of EXCEPT, who is to leave. */
enum cp_rc cp_officer_identity_but(const struct cp_call *call,
    const struct cp_session *s, const char *except,
    struct cp_secret **identity, struct cp_err *err) CP_MUST_CHECK;

/* A line on stderr where fewer than two officers are active: what is sealed
 * now is lost with one passphrase. */
void cp_officer_warn(const struct cp_call *call, const struct cp_session *s);

struct cp_officer;
/* Makes NAME an officer of a rehearsal store (cp_officer_add) under a random
 * passphrase, which is kept: keys/rehearsal/officer-NAME.pass.  Within an
 * audited transaction. */
enum cp_rc cp_officer_rehearse(struct cp_store *s, struct cp_audit *a,
    const char *name, const struct cp_now *now, struct cp_officer *out,
    struct cp_err *err) CP_MUST_CHECK;
/* Removes such a passphrase, where there is one. */
enum cp_rc cp_officer_unkeep(struct cp_store *s, const char *name,
    struct cp_err *err) CP_MUST_CHECK;

#endif
