#ifndef CP_RECORDS_DOCUMENT_EDIT_H
#define CP_RECORDS_DOCUMENT_EDIT_H

#include "lifecycle/records/document.h"
#include "lifecycle/rules/policy.h"

/*
 * Changes to a document.  After each, the document still satisfies the format;
 * on failure it is what it was.
 */

/* 1 to 32 of A-Z, 0-9 and `-'; CP_BAD_INPUT otherwise. */
enum cp_rc cp_document_set_id(struct cp_document *doc, const char *id,
    struct cp_err *err) CP_MUST_CHECK;
/* 1 to 16 of A-Z and 0-9; CP_BAD_INPUT otherwise. */
enum cp_rc cp_document_set_authority(struct cp_document *doc,
    const char *code, struct cp_err *err) CP_MUST_CHECK;
/* CP_BAD_INPUT: died before the first possible day of birth, or notified
 * before died. */
enum cp_rc cp_document_set_death(struct cp_document *doc, struct cp_date died,
    struct cp_date notified, struct cp_err *err) CP_MUST_CHECK;
/* CP_BAD_INPUT: before birth, or CP_INTENTION_NONE. */
enum cp_rc cp_document_set_left(struct cp_document *doc, struct cp_date date,
    enum cp_intention intention, struct cp_err *err) CP_MUST_CHECK;
/* CP_REFUSED when there is no statement to take back. */
enum cp_rc cp_document_clear_left(struct cp_document *doc,
    struct cp_err *err) CP_MUST_CHECK;

/*
 * Rectifies one field; the whole result is checked as an import would be.
 * FIELD is a short name:
 *   given, family (of the current name, in place: the wrong name is not kept
 *   as a former one), gender, birth_date, authority, nhs, upn, line1, line2,
 *   line3, postcode (of the first current address, made where there is none),
 *   language, format;
 * or a path: names[1].given, carers[0].phone, involvements[0].end,
 * involvements[0].sensitive.basis, addresses[0].lines[1], left_england.date,
 * death.notified.  An index equal to the length adds an entry.  VALUE "" takes
 * the field out; true and false are understood where the format wants them.
 * `id' is refused: it never changes.  CP_BAD_INPUT fills WHY; *DOC is replaced
 * on success.
 */
enum cp_rc cp_document_set(struct cp_document **doc, const char *field,
    const char *value, struct cp_date today, struct cp_reject *why,
    struct cp_err *err) CP_MUST_CHECK;

/* The earliest day on which an ended involvement has to leave the live record
 * (cp_decide_prune); none if there is none. */
struct cp_date cp_document_next_prune(const struct cp_document *doc,
    const struct cp_policy *policy);
/*
 * Takes out what is due by ON; returns how many.  COUNTS (may be NULL) gets
 * a JSON object appended that holds no personal detail: how many by service,
 * sensitive ones together as "sensitive".
 */
size_t cp_document_prune(struct cp_document *doc,
    const struct cp_policy *policy, struct cp_date on, struct cp_buf *counts);

/* Says of involvement I (there is one) that its service is sensitive, on BASIS
 * with EVIDENCE (NULL or "": none), both as another document has them; takes
 * it out. */
enum cp_rc cp_document_set_sensitive(struct cp_document *doc, size_t i,
    enum cp_sensitive basis, const char *evidence, struct cp_err *err)
    CP_MUST_CHECK;
void cp_document_drop_involvement(struct cp_document *doc, size_t i);

/* What most users see: all involvements of sensitive services together become
 * one of the service "unspecified-sensitive" with nothing else in it. */
void cp_document_mask_sensitive(struct cp_document *doc);

#endif
