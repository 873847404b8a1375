#ifndef CP_DUTIES_CERTIFICATE_PAGE_H
#define CP_DUTIES_CERTIFICATE_PAGE_H

#include "archive/buf.h"
#include "archive/note.h"

/*
 * Appends the PDF, for the file, of the certificate/1 in TEXT, which is checked
 * first as cp_verify_file does: with GIVEN, a key from outside, or NULL for the
 * one that it brings.  The page says nothing that the signed body does not; its
 * QR code reads "cpadmin certificate BATCH SHA256-OF-BODY".  The same
 * certificate gives the same bytes.
 *
 * CP_CORRUPT, CP_KEY or CP_BAD_INPUT, as of verifying; nothing is set then.
 */
enum cp_rc cp_certificate_page(const struct cp_buf *text,
    const struct cp_note_key *given, struct cp_buf *out, struct cp_err *err)
    CP_MUST_CHECK;

#endif
