#ifndef CP_RECORDS_GATE_H
#define CP_RECORDS_GATE_H

#include "archive/secret.h"
#include "lifecycle/records/match.h"
#include "lifecycle/records/record.h"
#include "lifecycle/records/shield.h"

/*
 * The one gate: every path that shows or writes a person's data goes through
 * here (domain: 5, 7).  What is hidden by a shield is not in the document that
 * the store keeps, so that no path can show it; what comes for a shielded
 * record is parted here, in the transaction that writes it.  Beyond that the
 * gate decides what the operator for whom the store is open may see for a
 * purpose.
 */
enum cp_purpose {
	CP_FOR_SHOW,    /* shown to the operator: sensitive services masked but
			 * for roles dpo and shield */
	CP_FOR_FIND,    /* compared, and name and birth date shown */
	CP_FOR_CHANGE,  /* to be changed and put back by cp_record_replace */
	CP_FOR_DECIDE,  /* compared by the program; nothing is shown */
	CP_FOR_ARCHIVE, /* into a package */
	CP_FOR_LETTER,  /* to be printed in a letter: masked as for showing */
	CP_FOR_ACCESS   /* into a subject access pack */
};

/* The stored document of the live record R for PURPOSE; freed by
 * cp_document_free.  CP_REFUSED: not live; or, to show, its authority is not
 * yet open (cp_gate_open). */
enum cp_rc cp_gate_document(struct cp_store *s, const struct cp_record *r,
    enum cp_purpose purpose, struct cp_document **out, struct cp_err *err)
    CP_MUST_CHECK;
/* Its text, as it is stored: for CP_FOR_ARCHIVE and CP_FOR_DECIDE. */
enum cp_rc cp_gate_text(struct cp_store *s, const struct cp_record *r,
    enum cp_purpose purpose, struct cp_buf *out, struct cp_err *err)
    CP_MUST_CHECK;

/* Whether OP is told who is shielded: roles shield and dpo.  NULL is not. */
int cp_gate_tells(const struct cp_operator *op);
/* The DETAIL of a log entry about a person, as OP may read it: appended to OUT.
 * Who is not told of shields reads of nobody what a shield may hide (which
 * address was put right, by what was searched): or where it is missing there
 * would be a shield. */
enum cp_rc cp_gate_detail(const struct cp_operator *op, const char *action,
    const char *detail, struct cp_buf *out, struct cp_err *err)
    CP_MUST_CHECK;

/*
 * For whoever puts DOC into row N (cp_record_replace): where N is shielded,
 * what it hides of DOC is sealed and taken out of DOC.  A row without a shield
 * costs one look-up.
 */
enum cp_rc cp_gate_write(struct cp_store *s, int64_t n,
    struct cp_document *doc, const struct cp_now *now, struct cp_err *err)
    CP_MUST_CHECK;
/* The same, for who has to know what came of it.  Once more of the same DOC
 * does nothing.  FEED: feeds may take turns to bring the same; of each text
 * only the last is kept (none of it can be undone). */
struct cp_parted {
	int shielded; /* row N is */
	int sealed;   /* DOC brought what was not there last */
};
enum cp_rc cp_gate_part(struct cp_store *s, int64_t n,
    struct cp_document *doc, int feed, const struct cp_now *now,
    struct cp_parted *out, struct cp_err *err) CP_MUST_CHECK;
/* A shield of the parts HIDDEN comes over live row R (or more is hidden by
 * it): document, search keys, undo, marks of sensitive services and details of
 * the log lose them, compartments get them, match keys are put. */
enum cp_rc cp_gate_shield(const struct cp_change *c, const struct cp_record *r,
    unsigned hidden, struct cp_err *err) CP_MUST_CHECK;
/* The parts REVEALED come out again with IDENTITY, the parts STILL are hidden
 * (their compartments become one, without involvements that are due to be
 * pruned: with REVEALED 0 that is all it does).  Where STILL is 0, compartments
 * of hidden parts and match keys go.  The shield's row is the caller's.
 * CP_KEY: there is something to open and no IDENTITY. */
enum cp_rc cp_gate_unshield(const struct cp_change *c,
    const struct cp_record *r, unsigned revealed, unsigned still,
    const struct cp_secret *identity, struct cp_err *err) CP_MUST_CHECK;
/* The whole document of R, with what is hidden, for an officer who overrides
 * or decides: the caller logs it before it is shown. */
enum cp_rc cp_gate_reveal(struct cp_store *s, const struct cp_record *r,
    const struct cp_secret *identity, struct cp_document **out,
    struct cp_err *err) CP_MUST_CHECK;

/* Whether AUTHORITY's shielding pass is signed off, so that feeds are loaded
 * and views opened: CP_REFUSED with the hint where it is not. */
enum cp_rc cp_gate_open(struct cp_store *s, const char *authority,
    struct cp_err *err) CP_MUST_CHECK;

#endif
