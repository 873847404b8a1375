#ifndef CP_CPADMIN_CEREMONY_H
#define CP_CPADMIN_CEREMONY_H

#include "archive/custody.h"
#include "archive/secret.h"
#include "cpadmin/session.h"

/*
 * The making of a custody key among several people: who they are, a new
 * passphrase from each in turn, the key.  For init, custody create and custody
 * rekey; cpadmin-custody(7) is the guide.
 */
struct cp_ceremony {
	int custodians, threshold;
	const struct cp_call *call; /* borrowed */
	int rehearsal;             /* makes its own passphrases, keeps them */
	const char *files_option;  /* which names a passphrase file for each */
	const char *share_dir;     /* NULL: where the public file is */
	const char *holder[CP_CUSTODY_SHARES]; /* office or NULL; borrowed */
	struct cp_secret *passphrase[CP_CUSTODY_SHARES];
	struct cp_custody_public key; /* set by the making */
};

enum {
	CP_CEREMONY_SHARES = 3, CP_CEREMONY_THRESHOLD = 2, /* unless told */
	/* log2 N of scrypt in a rehearsal, whose passphrases lie beside its
	 * shares: stretching them would only make it slow. */
	CP_CEREMONY_REHEARSAL_WORK = 4
};

/* Options that a verb with a ceremony has besides that of the files. */
#define CP_CEREMONY_OPTIONS \
	{ "custodians", 0, CP_OPT_TEXT, "N", \
	    "how many custodians; default: 3" }, \
	{ "threshold", 0, CP_OPT_TEXT, "K", \
	    "how many of them open the archive; default: 2" }, \
	{ "holder", 0, CP_OPT_LIST, "TEXT", \
	    "the office that holds a share, for each in turn" }, \
	{ "share-dir", 0, CP_OPT_TEXT, "DIR", \
	    "where shares are written; default: STORE/keys" }

/* Reads those options: 2 of 3 where they say nothing, or as many as OLD has, the
 * key to be replaced (may be NULL).  FILES_OPTION is the name of the
 * option whose files hold the passphrases, one for each custodian in order.
 * CP_USAGE.  OUT is filled from scratch. */
enum cp_rc cp_ceremony_take(const struct cp_call *call, int rehearsal,
    const char *files_option, const struct cp_custody_public *old,
    struct cp_ceremony *out, struct cp_err *err) CP_MUST_CHECK;

/* A passphrase from each: from the files, made up for a rehearsal, else at the
 * terminal, twice, telling whose turn it is; what will not do may be typed
 * again.  CP_KEY where one is too weak or given for two shares, or there is
 * neither file nor terminal; CP_USAGE: not one file for each. */
enum cp_rc cp_ceremony_passphrases(struct cp_ceremony *c, struct cp_err *err)
    CP_MUST_CHECK;

/* Makes C->key in KEYS_DIR as of DATE by cp_custody_create, and keeps a
 * rehearsal's passphrases and identity beside it.  All of it or nothing; it is
 * not in use yet. */
enum cp_rc cp_ceremony_make(const char *keys_dir, struct cp_date date,
    struct cp_ceremony *c, struct cp_err *err) CP_MUST_CHECK;
/* Removes the files of a key that was made and did not come into use. */
void cp_ceremony_undo(const char *keys_dir, struct cp_ceremony *c);

/* Enters the key, its holders and who made it in a store, and logs it; within a
 * transaction. */
enum cp_rc cp_ceremony_enter(const struct cp_ceremony *c, struct cp_store *s,
    struct cp_audit *a, const struct cp_now *now, struct cp_err *err)
    CP_MUST_CHECK;
/* A JSON array of the paths of the shares, and the same for people; KEYS_DIR is
 * where they are unless C says otherwise. */
enum cp_rc cp_ceremony_paths(const struct cp_ceremony *c,
    const char *keys_dir, struct cp_buf *json, struct cp_buf *people,
    struct cp_err *err) CP_MUST_CHECK;
/* Says what is to be done with the shares now. */
void cp_ceremony_say_next(const struct cp_ceremony *c);
/* Wipes the passphrases; NULLs are fine. */
void cp_ceremony_clear(struct cp_ceremony *c);

/*
 * Where a rehearsal keeps the passphrase of share INDEX of key ID, into OUT of
 * CAP bytes: keys/rehearsal/ID-share-N.pass, or share-N.pass where that is not
 * there, which is how the first key of a store has it.
 */
enum cp_rc cp_ceremony_kept(const char *keys_dir, const char *id, int index,
    char *out, size_t cap, struct cp_err *err) CP_MUST_CHECK;

#endif
