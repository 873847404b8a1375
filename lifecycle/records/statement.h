#ifndef CP_RECORDS_STATEMENT_H
#define CP_RECORDS_STATEMENT_H

#include "archive/buf.h"
#include "lifecycle/store/now.h"
#include "lifecycle/store/store.h"

/*
 * The words that people were shown before they consented, by version and
 * verbatim: a consent is informed by what it was, not by what it has become.
 * A version once kept never changes.
 */
enum {
	CP_STATEMENT_VERSION = 61, /* a version and its NUL */
	CP_STATEMENT_MAX = 65536   /* bytes of its text */
};

struct cp_statement {
	char version[CP_STATEMENT_VERSION];
	char sha256[65]; /* hex; "" while only the number is known */
	char added[24];  /* time */
	char added_by[40];
	int kept;        /* its text is there */
};

/* CP_BAD_INPUT unless VERSION may be one: 1 to 60 bytes of UTF-8 without
 * control characters. */
enum cp_rc cp_statement_check(const char *version, struct cp_err *err)
    CP_MUST_CHECK;
/* *FOUND: whether the version is known; TEXT (may be NULL) gets its words
 * appended, if they are kept. */
enum cp_rc cp_statement_get(struct cp_store *s, const char *version,
    struct cp_statement *out, struct cp_buf *text, int *found,
    struct cp_err *err) CP_MUST_CHECK;
/*
 * Keeps LEN bytes of TEXT as VERSION, or, with TEXT NULL, that the version was
 * shown but is not here.  *NEWLY: it was not so before.  CP_REFUSED: other
 * words are kept under that version.  CP_BAD_INPUT: no UTF-8, control
 * characters other than line feeds and tabs, empty, too long.
 */
enum cp_rc cp_statement_keep(struct cp_store *s, const char *version,
    const char *text, size_t len, const char *who, const struct cp_now *now,
    int *newly, struct cp_err *err) CP_MUST_CHECK;
/* All versions, in their order. */
enum cp_rc cp_statement_each(struct cp_store *s,
    enum cp_rc (*fn)(void *ctx, const struct cp_statement *st,
	struct cp_err *err), void *ctx, struct cp_err *err) CP_MUST_CHECK;

#endif
