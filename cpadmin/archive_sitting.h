#ifndef CP_CPADMIN_ARCHIVE_SITTING_H
#define CP_CPADMIN_ARCHIVE_SITTING_H

#include "cpadmin/rules.h"
#include "cpadmin/session.h"
#include "lifecycle/duties/agreeing.h"
#include "lifecycle/duties/opening.h"

/*
 * A sitting with the custodians: the packages of one command are opened one
 * after the other, with the shares taken once.
 */
struct cp_sitting {
	const struct cp_call *call;
	const char *action;  /* as the log has it */
	const char *purpose; /* NULL where nothing is shown */
	const char *reason;  /* that of --reason, unless it is given here; may
			      * be NULL where an opening has it */
	const char *to;      /* "screen", "file", or a recipient */
	int sealed;          /* as they lie, without shares */
	const char *about;   /* NULL, or a case: the log names that, and neither
			      * record nor details */
	/* In the transaction that logs "done"; or NULL. */
	enum cp_rc (*also)(void *ctx, struct cp_err *err);
	void *also_ctx;

	struct cp_session s;
	struct cp_policy *policy;
	struct cp_rules rules;
	struct cp_opener opener;
	struct cp_opening opening; /* n = 0: none */
	int used;                  /* it is, by now */
	char custody[40];          /* the key asked for last ... */
	struct cp_err unlocked;    /* ... and what came of it */

	/* the package at hand */
	struct cp_parcel parcel;
	struct cp_parcel_facts facts;
	struct cp_buf age;   /* header and payload */
	size_t header_len;
	struct cp_buf plain; /* the tar.zst */
	struct cp_opened opened;
};

/* Opens the store and, where --opening names one, loads the opening: its
 * purpose takes the place of X->purpose.  X has been filled in to `sealed';
 * cp_sitting_end is due whatever comes of it. */
enum cp_rc cp_sitting_begin(struct cp_sitting *x, struct cp_err *err)
    CP_MUST_CHECK;
void cp_sitting_end(struct cp_sitting *x);
/* Takes up package ID, if the operator reaches its record.  CP_NOT_FOUND,
 * where the record ID was merged naming the other. */
enum cp_rc cp_sitting_take(struct cp_sitting *x, const char *id,
    struct cp_err *err) CP_MUST_CHECK;
/* Whether the operator's role and the policy's number of operators allow the
 * package at hand to be opened. */
enum cp_rc cp_sitting_allowed(struct cp_sitting *x, struct cp_err *err)
    CP_MUST_CHECK;
/* The same, and whether it is there to be opened and the policy allows it for
 * the purpose. */
enum cp_rc cp_sitting_may_open(struct cp_sitting *x, struct cp_err *err)
    CP_MUST_CHECK;
/* Reads the package at hand and, unless SEALED, opens it, into memory only:
 * nothing is shown before the log has it. */
enum cp_rc cp_sitting_open(struct cp_sitting *x, struct cp_err *err)
    CP_MUST_CHECK;
/* Puts the attempt into the log, and, when it is "done", the opening out of
 * use. */
enum cp_rc cp_sitting_log(struct cp_sitting *x, const char *outcome,
    struct cp_err *err) CP_MUST_CHECK;
/* The same for an attempt that ended in RC other than CP_OK: returns RC, or
 * the log's error where even that fails. */
enum cp_rc cp_sitting_failed(struct cp_sitting *x, const char *outcome,
    enum cp_rc rc, struct cp_err *err) CP_MUST_CHECK;

#endif
