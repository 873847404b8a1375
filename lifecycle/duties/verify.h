#ifndef CP_DUTIES_VERIFY_H
#define CP_DUTIES_VERIFY_H

#include <stddef.h>

#include "archive/err.h"
#include "archive/note.h"

/*
 * Checking what a store gave out, offline and without a store: a certificate
 * of destruction, a checkpoint (or another signed note), an exported log.
 */

struct cp_verify_result {
	const char *kind; /* "certificate", "checkpoint", "note" or "log" */
	int valid;
	int key_given;    /* checked against a key given from outside, not
			   * only against the one that came with it */
	char signed_by[CP_NOTE_NAME_MAX]; /* name of the key; "" = nobody
					   * whose signature holds */
	char why[512];    /* what is wrong; or what was checked */
};

/*
 * Checks PATH, a file or the folder of an exported log (entries.ndjson names
 * it too).  KEY_PATH is a file with a verifier key, or NULL: then the key in
 * the certificate, or key.pub beside the file, is used, and WHY says that the
 * key itself was not checked.
 *
 * CP_OK with *OUT, valid or not.  CP_NOT_FOUND when a file is missing.
 * CP_BAD_INPUT when it is no kind known here.  CP_KEY when there is no key to
 * check with, or KEY_PATH holds none.
 */
enum cp_rc cp_verify_file(const char *path, const char *key_path,
    struct cp_verify_result *out, struct cp_err *err) CP_MUST_CHECK;

#endif
