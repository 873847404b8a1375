#ifndef CP_RECORDS_COMPARTMENT_H
#define CP_RECORDS_COMPARTMENT_H

#include "archive/secret.h"
#include "lifecycle/records/document.h"
#include "lifecycle/store/now.h"
#include "lifecycle/store/store.h"

/*
 * Compartments: what is hidden of a record, each an age file to every active
 * shielding officer, so that whoever writes may seal and only officers open
 * (formats.md, "Shield compartment").  The text is padded with line feeds to
 * whole KiB.  All within the caller's transaction.
 */
enum cp_compartment_kind {
	CP_COMPARTMENT_HIDDEN, /* an object of cp_document_hide */
	CP_COMPARTMENT_CASE,   /* an object: what was asked, decided, why */
	CP_COMPARTMENT_LOG,    /* an array of log entries' details */
	CP_COMPARTMENT_QUARANTINE /* a record document out of a feed */
};

/* Seals LEN bytes of TEXT (JSON) and adds it to row RECORD (0: none); *N may be
 * NULL.  CP_REFUSED: there is no officer. */
enum cp_rc cp_compartment_add(struct cp_store *s, int64_t record,
    enum cp_compartment_kind kind, const char *text, size_t len,
    const struct cp_now *now, int64_t *n, struct cp_err *err) CP_MUST_CHECK;
/* Appends the text of compartment N.  CP_KEY: it is not sealed to IDENTITY;
 * CP_REFUSED: its payload is in the archive. */
enum cp_rc cp_compartment_open(struct cp_store *s, int64_t n,
    const struct cp_secret *identity, struct cp_buf *out, struct cp_err *err)
    CP_MUST_CHECK;
/* Those of RECORD of one KIND, in the order in which they were sealed, opened:
 * FN is given the text, which is wiped after it returns.  CP_REFUSED: one is in
 * the archive; of the kind `case' those are passed over. */
enum cp_rc cp_compartment_each(struct cp_store *s, int64_t record,
    enum cp_compartment_kind kind, const struct cp_secret *identity,
    enum cp_rc (*fn)(void *ctx, int64_t n, const char *at, const char *text,
	size_t len, struct cp_err *err), void *ctx, struct cp_err *err)
    CP_MUST_CHECK;
/* Puts one in the place of all of RECORD's of that KIND. */
enum cp_rc cp_compartment_replace(struct cp_store *s, int64_t record,
    enum cp_compartment_kind kind, const char *text, size_t len,
    const struct cp_now *now, struct cp_err *err) CP_MUST_CHECK;
/* All of RECORD's pass to INTO. */
enum cp_rc cp_compartment_move(struct cp_store *s, int64_t record,
    int64_t into, struct cp_err *err) CP_MUST_CHECK;
/* INTO gets copies of RECORD's. */
enum cp_rc cp_compartment_copy(struct cp_store *s, int64_t record,
    int64_t into, struct cp_err *err) CP_MUST_CHECK;
/* Erases all of RECORD's, or one. */
enum cp_rc cp_compartment_drop(struct cp_store *s, int64_t record,
    struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_compartment_drop_one(struct cp_store *s, int64_t n,
    struct cp_err *err) CP_MUST_CHECK;

/* ---- while the record is archived ---- */

enum { CP_COMPARTMENTS_MAX = 32 }; /* of one record in a package */
/* The payloads of RECORD's compartments, for a package: FN is called with the
 * row's number and the bytes.  cp_compartment_sent then takes them out. */
enum cp_rc cp_compartment_payloads(struct cp_store *s, int64_t record,
    enum cp_rc (*fn)(void *ctx, int64_t n, const void *payload, size_t len,
	struct cp_err *err), void *ctx, struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_compartment_sent(struct cp_store *s, int64_t record,
    struct cp_err *err) CP_MUST_CHECK;
/* The payload of N is back.  CP_NOT_FOUND: no such row waits for one. */
enum cp_rc cp_compartment_back(struct cp_store *s, int64_t n,
    const void *payload, size_t len, struct cp_err *err) CP_MUST_CHECK;
/* As cp_compartment_open, of a payload out of a package. */
enum cp_rc cp_compartment_open_payload(struct cp_store *s, int64_t n,
    const void *payload, size_t len, const struct cp_secret *identity,
    struct cp_buf *out, struct cp_err *err) CP_MUST_CHECK;

#endif
