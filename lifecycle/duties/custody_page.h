#ifndef CP_DUTIES_CUSTODY_PAGE_H
#define CP_DUTIES_CUSTODY_PAGE_H

#include "archive/buf.h"
#include "archive/sheet.h"

/* What goes on the paper of one share. */
struct cp_custody_paper {
	const struct cp_sheet *sheet; /* the words, and which share it is */
	const struct cp_buf *share;   /* its file, sealed, as it is on disk */
	const char *holder;           /* the office that keeps it; or NULL */
	const char *authority;        /* of the store */
	const char *ceremony;         /* date, ISO 8601 */
	const char *printed;          /* time, RFC 3339 in UTC */
};

/*
 * Appends the sheet, one page of A4 as PDF: the words to be typed in again, the
 * share file in ASCII armor as a QR code, and what to do with it.  Both are
 * sealed under the holder's passphrase; the page says that it opens nothing
 * without that, and how many shares it takes.  CP_BAD_INPUT as of
 * cp_page_finish, and for a share file of over 1,600 bytes.
 */
enum cp_rc cp_custody_page(const struct cp_custody_paper *paper,
    struct cp_buf *out, struct cp_err *err) CP_MUST_CHECK;

#endif
