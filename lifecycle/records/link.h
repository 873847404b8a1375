#ifndef CP_RECORDS_LINK_H
#define CP_RECORDS_LINK_H

#include "lifecycle/records/events.h"

/*
 * Pairs of records that are never to be linked: the old and the new identity
 * of somebody adopted, or two people who were once taken for one (domain: 5,
 * what really went wrong, 3).  Neither record's log entries name the other:
 * the pair stands here only, and leaves with either record's destruction.
 */

/* One pair, for lists. */
struct cp_link {
	char a[CP_ID_MAX], b[CP_ID_MAX];
	char a_authority[CP_AUTHORITY_MAX], b_authority[CP_AUTHORITY_MAX];
	const char *at, *by; /* borrowed */
	const char *why;     /* "split" or "asked"; borrowed */
};

/*
 * In the caller's transaction: ID and OTHER are never to be linked from now on,
 * or may be again.  REASON is kept with ID's log.  CP_NOT_FOUND, CP_DENIED: as
 * of cp_record_get; CP_REFUSED: the same record, a pair already, or none;
 * destroyed, or merged: then the record that its number leads to is named.
 */
enum cp_rc cp_link_bar(const struct cp_change *c, const char *id,
    const char *other, const char *reason, struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_link_free(const struct cp_change *c, const char *id,
    const char *other, const char *reason, struct cp_err *err) CP_MUST_CHECK;

/* Whether records A and B (rows), or numbers that lead to them, are a pair. */
enum cp_rc cp_link_barred(struct cp_store *s, int64_t a, int64_t b, int *out,
    struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_link_each(struct cp_store *s,
    enum cp_rc (*fn)(void *ctx, const struct cp_link *link,
    struct cp_err *err), void *ctx, struct cp_err *err) CP_MUST_CHECK;

/* The rows themselves, unlogged, for who splits, undoes and destroys. */
enum cp_rc cp_link_put(const struct cp_change *c, int64_t a, int64_t b,
    const char *why, struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_link_drop(struct cp_store *s, int64_t a, int64_t b,
    struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_link_forget(struct cp_store *s, int64_t n, struct cp_err *err)
    CP_MUST_CHECK;

#endif
