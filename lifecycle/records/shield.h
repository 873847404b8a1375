#ifndef CP_RECORDS_SHIELD_H
#define CP_RECORDS_SHIELD_H

#include "archive/secret.h"
#include "lifecycle/records/document_hide.h"
#include "lifecycle/records/events.h"

/*
 * Shields.  A shield belongs to the person: from the moment it is asked for,
 * what it hides stands in compartments only, and whatever later comes for the
 * record goes behind it (gate.h).  The log's entries about it have the case's
 * id as subject and never name the record: that somebody is shielded is itself
 * told to nobody but roles shield and dpo.
 */
enum { CP_SHIELD_ID = 16 }; /* "SC-" and 8 to 12 random characters, and NUL */

struct cp_shield {
	int64_t n; /* 0: there is none */
	char id[CP_SHIELD_ID];
	int64_t record;
	char status[12];   /* requested, granted, refused, lifted, joined */
	char asked_by[16]; /* child, parent, practitioner */
	unsigned hidden;   /* of enum cp_hide */
	char requested[32], requested_by[33], decided[32], decided_by[33];
	int64_t requested_uid, decided_uid;
	struct cp_date review;
	char reviewed[32], ended[32];
};

/* The active shield of row RECORD; OUT->n is 0 where there is none. */
enum cp_rc cp_shield_of(struct cp_store *s, int64_t record,
    struct cp_shield *out, struct cp_err *err) CP_MUST_CHECK;
/* The same, or else the last that there was; CP_NOT_FOUND without any. */
enum cp_rc cp_shield_last(struct cp_store *s, int64_t record,
    struct cp_shield *out, struct cp_err *err) CP_MUST_CHECK;

/* What a request says. */
struct cp_shield_request {
	const char *asked_by;  /* child, parent, practitioner */
	const char *reason;
	const char *criterion; /* or NULL */
	const char *evidence;  /* a reference, or NULL */
	unsigned hidden;       /* 0: what the policy in force says */
	const char *near;      /* JSON to be sealed with it, or NULL */
};
/*
 * A request for record R, which is live, in the caller's audited transaction:
 * the interim shield is there when it commits.  Document, search keys, undo,
 * marks of sensitive services and details of the log lose what is hidden (by
 * cp_gate_shield).  Where R is shielded already it is a further request, which
 * is sealed with the case, and what it asks for is hidden too: so that who is
 * not told of shields cannot find out by asking.  *OUT is the case as it is
 * then.  CP_REFUSED: not live, no officer.
 */
enum cp_rc cp_shield_request(const struct cp_change *c,
    const struct cp_record *r, const struct cp_shield_request *q,
    struct cp_shield *out, struct cp_err *err) CP_MUST_CHECK;

/* What is decided about a request, or at a review. */
struct cp_shield_decision {
	const char *reason;
	const char *complaint;  /* refused: how to complain; NULL: as usual */
	unsigned hidden;        /* granted; 0: as it is */
	struct cp_date review;  /* granted, reviewed: the next one; none: the
				 * furthest that the policy allows */
	const struct cp_secret *identity; /* NULL where nothing comes out */
};
/* Whether R's case is one about which that can be settled by who acts: all of
 * the refusals below that need no decision to be known; *OUT is the case. */
enum cp_shield_verb { CP_SHIELD_DECIDE, CP_SHIELD_REVIEW, CP_SHIELD_LIFT };
enum cp_rc cp_shield_ready(const struct cp_change *c,
    const struct cp_record *r, enum cp_shield_verb verb,
    struct cp_shield *out, struct cp_err *err) CP_MUST_CHECK;
/* Granted.  CP_REFUSED: not requested, decided by who asked, or a review too
 * far ahead; CP_BAD_INPUT: a review that is not after today; CP_KEY: something
 * is to be shown again and there is no IDENTITY. */
enum cp_rc cp_shield_grant(const struct cp_change *c,
    const struct cp_record *r, const struct cp_shield_decision *d,
    struct cp_err *err) CP_MUST_CHECK;
/* Refused, or lifted later: what was hidden is in the record again.
 * CP_REFUSED: not requested, or not granted; by who asked. */
enum cp_rc cp_shield_refuse(const struct cp_change *c,
    const struct cp_record *r, const struct cp_shield_decision *d,
    struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_shield_lift(const struct cp_change *c,
    const struct cp_record *r, const struct cp_shield_decision *d,
    struct cp_err *err) CP_MUST_CHECK;
/* Goes on until D->review; with an IDENTITY its compartments are folded into
 * one, and involvements that are due are pruned.  As for cp_shield_grant. */
enum cp_rc cp_shield_review(const struct cp_change *c,
    const struct cp_record *r, const struct cp_shield_decision *d,
    struct cp_err *err) CP_MUST_CHECK;

/* ---- with the rest of a record's life ---- */

/* FROM is merged into INTO: the stronger of their shields, or both together,
 * is INTO's.  Undone, both have it. */
enum cp_rc cp_shield_join(const struct cp_change *c, int64_t from,
    int64_t into, struct cp_err *err) CP_MUST_CHECK;
/* PARTED was split off RECORD, or a merge undone: it is shielded as RECORD is,
 * with copies of what is hidden. */
enum cp_rc cp_shield_share(const struct cp_change *c, int64_t record,
    int64_t parted, struct cp_err *err) CP_MUST_CHECK;
/* That was undone: what was looked at, written and sealed about PARTED since,
 * and why, is RECORD's; the copies go. */
enum cp_rc cp_shield_unshare(const struct cp_change *c, int64_t record,
    int64_t parted, struct cp_err *err) CP_MUST_CHECK;
/* The record is destroyed: rows, keys and compartments go, the details of its
 * cases' log entries too. */
enum cp_rc cp_shield_forget(const struct cp_change *c, int64_t record,
    struct cp_err *err) CP_MUST_CHECK;

#endif
