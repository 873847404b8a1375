#ifndef CP_CPADMIN_CUSTODY_DRILL_H
#define CP_CPADMIN_CUSTODY_DRILL_H

#include "cpadmin/custody_verbs.h"

/* For custody_drill.c, which does it, and custody_drill_show.c, which tells. */

/* A share that was brought, and what it came to. */
struct cp_brought {
	const char *path;
	char found[CP_CUSTODY_KEYS_DIR]; /* in a rehearsal store */
	int index;           /* 0: its name does not tell, and it did not open */
	const char *outcome; /* of custody_drill, or another-key, repeated */
	enum cp_rc rc;
	char why[1024];
	struct cp_secret *passphrase; /* of one that opened */
};

struct cp_drill {
	const struct cp_call *call;
	struct cp_session s;
	char keys[CP_CUSTODY_KEYS_DIR];
	struct cp_custody_public key;
	struct cp_brought *list; /* of CP_CUSTODY_SHARES */
	int n, opened;
	int proved; /* what is sealed to the key opened with them */
};

/* Prints it, and says what it means. */
enum cp_rc cp_custody_drill_show(struct cp_drill *d, struct cp_err *err)
    CP_MUST_CHECK;

#endif
