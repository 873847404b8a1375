#ifndef CP_CPADMIN_ARCHIVE_SHIELD_H
#define CP_CPADMIN_ARCHIVE_SHIELD_H

#include "cpadmin/archive_sitting.h"
#include "lifecycle/records/investigation.h"

/*
 * What a shield hides in the package at hand, for `archive open --shield':
 * besides the custodians an officer opens it, which is an override, and is
 * logged as one, under the case and not under the record.
 */
struct cp_hidden {
	struct cp_secret *identity; /* the officer's */
	struct cp_record row;
	struct cp_shield shield;
	struct cp_buf record;       /* the whole document */
	struct cp_buf texts;        /* of its cases and its log, an array */
	struct cp_investigation investigation;
};

/* CP_DENIED without the role shield, CP_REFUSED where nothing is hidden: asked
 * when the package is known, before any key. */
enum cp_rc cp_hidden_allowed(struct cp_sitting *x, struct cp_hidden *h,
    struct cp_err *err) CP_MUST_CHECK;
/* Opens it with the identity of the officer who acts; the package is open. */
enum cp_rc cp_hidden_open(struct cp_sitting *x, struct cp_hidden *h,
    struct cp_err *err) CP_MUST_CHECK;
/* Puts the package in X->plain that another reader can use: instead of the box
 * one age file for each compartment, still sealed to the officers. */
enum cp_rc cp_hidden_repack(struct cp_sitting *x, struct cp_err *err)
    CP_MUST_CHECK;
/* Logs it and, where it was opened, opens the investigation.  Nothing is shown
 * before. */
enum cp_rc cp_hidden_log(struct cp_sitting *x, struct cp_hidden *h,
    struct cp_err *err) CP_MUST_CHECK;
void cp_hidden_clear(struct cp_hidden *h);

#endif
