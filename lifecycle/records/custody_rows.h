#ifndef CP_RECORDS_CUSTODY_ROWS_H
#define CP_RECORDS_CUSTODY_ROWS_H

#include "archive/custody.h"
#include "lifecycle/rules/london.h"
#include "lifecycle/store/now.h"
#include "lifecycle/store/store.h"

/*
 * What a store knows of each custody key it ever had: who was dealt a share,
 * what replaced it, and what its drills came to.  The keys themselves are
 * files (archive/custody.h).  At most one key is in use: the one that nothing
 * replaces; `custody.current' among the files names the same.
 */
enum { CP_CUSTODY_HOLDER = 100 }; /* bytes of a holder's text and its NUL */

enum cp_custody_status {
	CP_CUSTODY_CURRENT,   /* packages are sealed to it */
	CP_CUSTODY_REPLACING, /* headers are being rewrapped to another */
	CP_CUSTODY_REPLACED   /* no header is left under it */
};

struct cp_custody_row {
	char id[CP_CUSTODY_ID + 1];
	char made[CP_UTC_TEXT];
	char made_by[33];
	int shares, threshold;
	enum cp_custody_status status;
	char replaced_by[CP_CUSTODY_ID + 1]; /* or empty */
	struct cp_date replaced;             /* or none */
};

/* What is known of one share.  Empty texts where there is nothing. */
struct cp_custody_share_row {
	char holder[CP_CUSTODY_HOLDER];
	char drilled[CP_UTC_TEXT]; /* the last time ... */
	char drilled_by[33];
	char outcome[24]; /* ... opened, wrong-passphrase, damaged, absent */
	char opened[CP_UTC_TEXT]; /* the last time that it opened */
};

/* "current", "being-replaced", "replaced". */
const char *cp_custody_status_word(enum cp_custody_status status);

/* Key ID; CP_NOT_FOUND. */
enum cp_rc cp_custody_row_get(struct cp_store *s, const char *id,
    struct cp_custody_row *out, struct cp_err *err) CP_MUST_CHECK;
/* The one in use; CP_NOT_FOUND where none was made yet. */
enum cp_rc cp_custody_row_current(struct cp_store *s,
    struct cp_custody_row *out, struct cp_err *err) CP_MUST_CHECK;
/* All keys, the oldest first; FN may ask for their shares. */
enum cp_rc cp_custody_row_each(struct cp_store *s,
    enum cp_rc (*fn)(void *ctx, const struct cp_custody_row *row,
	struct cp_err *err), void *ctx, struct cp_err *err) CP_MUST_CHECK;
/* Share INDEX (from 1) of key ID, known or not. */
enum cp_rc cp_custody_share_get(struct cp_store *s, const char *id, int index,
    struct cp_custody_share_row *out, struct cp_err *err) CP_MUST_CHECK;

/* ---- changes, within a transaction --------------------------------------- */

/* A new key, made BY and NOW, with its shares; HOLDERS has one text for each,
 * each may be NULL, and so may the list. */
enum cp_rc cp_custody_row_add(struct cp_store *s,
    const struct cp_custody_public *pub, const char *const *holders,
    const char *by, const struct cp_now *now, struct cp_err *err)
    CP_MUST_CHECK;
/* Every other key that still has headers gives way to TO. */
enum cp_rc cp_custody_row_replacing(struct cp_store *s, const char *to,
    struct cp_err *err) CP_MUST_CHECK;
/* No header is left under key ID since DAY. */
enum cp_rc cp_custody_row_replaced(struct cp_store *s, const char *id,
    struct cp_date day, struct cp_err *err) CP_MUST_CHECK;
/* What share INDEX of key ID came to in a drill, as listed above. */
enum cp_rc cp_custody_drill_add(struct cp_store *s, const char *id, int index,
    const char *outcome, const char *by, const struct cp_now *now,
    struct cp_err *err) CP_MUST_CHECK;

#endif
