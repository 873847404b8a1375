#ifndef CP_CPADMIN_DESTRUCTION_PDF_H
#define CP_CPADMIN_DESTRUCTION_PDF_H

#include "cpadmin/session.h"

/* Prints the certificate in TEXT, which must hold by the store's own key, to
 * PATH, a PDF of mode 0600 that must not be there yet. */
enum cp_rc cp_destruction_pdf(const struct cp_session *s,
    const struct cp_buf *text, const char *path, struct cp_err *err)
    CP_MUST_CHECK;

#endif
