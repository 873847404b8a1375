#ifndef CP_RECORDS_OFFICER_H
#define CP_RECORDS_OFFICER_H

#include "archive/age.h"
#include "lifecycle/store/audit.h"
#include "lifecycle/store/operator.h"

/*
 * Shielding officers: each has an X25519 identity, an age identity sealed by
 * their own passphrase in STORE/keys/officers/NAME.age, which stock age opens.
 * To the public keys of all active officers every compartment is sealed.  A
 * new officer waits until one of the others admits them, so that nobody who can
 * name officers reads what was hidden before; the first is active at once.
 */
enum { CP_OFFICERS_MAX = 32 };

struct cp_officer {
	int64_t n;
	char name[CP_OPERATOR_NAME];
	uint8_t point[32];
	char status[12]; /* waiting, active, left */
	char made[32], admitted[32], ended[32]; /* times; "" for none */
	int64_t since; /* the first generation sealed to them; 0: none */
};

/* All, active first, by name; those who left last. */
enum cp_rc cp_officer_each(struct cp_store *s,
    enum cp_rc (*fn)(void *ctx, const struct cp_officer *o,
	struct cp_err *err), void *ctx, struct cp_err *err) CP_MUST_CHECK;
/* The officer NAME that has not left.  CP_NOT_FOUND. */
enum cp_rc cp_officer_get(struct cp_store *s, const char *name,
    struct cp_officer *out, struct cp_err *err) CP_MUST_CHECK;
/* The public keys of the active officers, and the generation of that set.
 * CP_REFUSED where there is none, with the hint how one is made. */
enum cp_rc cp_officer_recipients(struct cp_store *s,
    struct cp_age_recipient out[CP_OFFICERS_MAX], size_t *n,
    int64_t *generation, struct cp_err *err) CP_MUST_CHECK;
/* Says whose public key nothing can be sealed to, after sealing to all of
 * those failed: CP_CORRUPT. */
enum cp_rc cp_officer_blame(struct cp_store *s, struct cp_err *err)
    CP_MUST_CHECK;
/* How many are active. */
enum cp_rc cp_officer_count(struct cp_store *s, int64_t *n,
    struct cp_err *err) CP_MUST_CHECK;

/*
 * Makes the identity of NAME, sealed under PASSPHRASE (scrypt with WORK_FACTOR,
 * 0 as usual), writes its file durably and enters the officer: active if they
 * are the first, else waiting.  Within an audited transaction; the file is
 * there before it commits, and one that a kill left behind is replaced.
 * CP_REFUSED: NAME is one already, or there are CP_OFFICERS_MAX.
 */
enum cp_rc cp_officer_add(struct cp_store *s, struct cp_audit *a,
    const char *name, const struct cp_secret *passphrase, unsigned work_factor,
    const struct cp_now *now, struct cp_officer *out, struct cp_err *err)
    CP_MUST_CHECK;
/* A waiting officer becomes active; by ACTOR, an active one, who has shown an
 * identity.  What is sealed already is rewrapped by cp_officer_rewrap. */
enum cp_rc cp_officer_admit(struct cp_store *s, struct cp_audit *a,
    const char *name, const struct cp_now *now, struct cp_err *err)
    CP_MUST_CHECK;
/* One leaves: nothing new is sealed to them, their file is removed after the
 * commit by the caller (cp_officer_forget), what is sealed waits to be
 * rewrapped.  CP_REFUSED: the last active one, while anything is sealed, or
 * one without whom a compartment that waits to be rewrapped is lost. */
enum cp_rc cp_officer_leave(struct cp_store *s, struct cp_audit *a,
    const char *name, const struct cp_now *now, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc cp_officer_forget(struct cp_store *s, const char *name,
    struct cp_err *err) CP_MUST_CHECK;
/* Calls FN with the name of each who left and is none again: for what a kill
 * kept from being removed.  Within a transaction, so that nobody becomes one
 * meanwhile. */
enum cp_rc cp_officer_gone(struct cp_store *s,
    enum cp_rc (*fn)(void *ctx, const char *name, struct cp_err *err),
    void *ctx, struct cp_err *err) CP_MUST_CHECK;

/* The identity of NAME.  CP_KEY: another passphrase, no file, or not the key
 * that the store knows as theirs. */
enum cp_rc cp_officer_unlock(struct cp_store *s, const char *name,
    const struct cp_secret *passphrase, struct cp_secret **identity,
    struct cp_err *err) CP_MUST_CHECK;

/*
 * Gives every compartment of an earlier generation a header for the present
 * officers, with the IDENTITY of one to whom it is sealed; payloads are not
 * touched.  In transactions of their own, so that one that is killed goes on
 * where it was.  *DONE: how many; *LEFT: those that this identity does not
 * open.  PROGRESS may be NULL.
 */
enum cp_rc cp_officer_rewrap(struct cp_store *s, struct cp_audit *a,
    const struct cp_secret *identity, const struct cp_now *now,
    void (*progress)(void *ctx, int64_t done, int64_t total), void *ctx,
    int64_t *done, int64_t *left, struct cp_err *err) CP_MUST_CHECK;
/* How many wait for that; and how many O does not open. */
enum cp_rc cp_officer_owed(struct cp_store *s, int64_t *n,
    struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_officer_closed(struct cp_store *s, const struct cp_officer *o,
    int64_t *n, struct cp_err *err) CP_MUST_CHECK;

#endif
