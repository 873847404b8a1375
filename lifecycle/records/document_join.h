#ifndef CP_RECORDS_DOCUMENT_JOIN_H
#define CP_RECORDS_DOCUMENT_JOIN_H

#include "lifecycle/records/document.h"

/*
 * Two documents that turn out to be about one person, and one that is about
 * two.  Pure: what comes out is checked as any document is.
 */

/* What only one value is possible of; bits. */
enum cp_join_field {
	CP_JOIN_NHS = 1,
	CP_JOIN_UPN = 2,
	CP_JOIN_BIRTH = 4,
	CP_JOIN_LEFT = 8,
	CP_JOIN_DEATH = 16
};

/* How many entries came from the other document. */
struct cp_joined {
	size_t names, numbers, addresses, carers, involvements;
};

/* The field that SET ("FIELD=VALUE" or "FIELD") is about, 0 if another. */
unsigned cp_join_field_of(const char *set);
/* The names of FIELDS, with commas, appended to OUT: "nhs, death". */
void cp_join_field_names(unsigned fields, struct cp_buf *out);

/*
 * FROM is the same person as INTO, whose own values and number win.  FROM's
 * names follow as former names, its entries follow where there is not exactly
 * that one yet; its current addresses are last known ones where INTO has a
 * current one; a birth date that is known exactly wins over one that is not.
 * What INTO lacks (gender, leaving, death, letters) comes from FROM.
 *
 * *CONFLICTS are the fields in which both cannot be right; in *OUT they are as
 * in INTO.  Of SETTLED fields FROM's value is not looked at.  CP_BAD_INPUT
 * fills WHY: the two together break a rule of the format.
 */
enum cp_rc cp_document_join(const struct cp_document *into,
    const struct cp_document *from, unsigned settled,
    struct cp_document **out, unsigned *conflicts, struct cp_joined *joined,
    struct cp_reject *why, struct cp_err *err) CP_MUST_CHECK;

/*
 * DOC is about two people: *PARTED, with the number ID, gets the entries that
 * the N_TAKE paths TAKE name ("names[1]", "involvements[0]", "death"...), as
 * they are numbered in DOC, and DOC's authority, gender and birth date; then
 * its N_SETS texts FIELD=VALUE (document_edit.h) are applied.  The first name
 * that is taken is its current one; where none is, SETS give one.  *KEPT is
 * DOC without what was taken.  CP_REFUSED: one of them would have no current
 * name; CP_BAD_INPUT fills WHY: there is no such entry, or a rule of the
 * format is broken.
 */
enum cp_rc cp_document_part(const struct cp_document *doc, const char *id,
    const char *const *take, size_t n_take, const char *const *sets,
    size_t n_sets, struct cp_date today, struct cp_document **kept,
    struct cp_document **parted, struct cp_reject *why, struct cp_err *err)
    CP_MUST_CHECK;

/* Applies N texts FIELD=VALUE; where one is valid only after another, their
 * order does not matter.  CP_USAGE: not of that form; CP_BAD_INPUT and
 * CP_REFUSED as of cp_document_set. */
enum cp_rc cp_document_set_each(struct cp_document **doc,
    const char *const *sets, size_t n, struct cp_date today,
    struct cp_reject *why, struct cp_err *err) CP_MUST_CHECK;

/* The document as a tree of its canonical text, and back. */
struct cp_json;
enum cp_rc cp_document_tree(const struct cp_document *doc,
    struct cp_json **out, struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_document_of_tree(const struct cp_json *tree,
    struct cp_date today, struct cp_document **out, struct cp_reject *why,
    struct cp_err *err) CP_MUST_CHECK;

#endif
