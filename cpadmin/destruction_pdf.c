/* CP_NEEDS_PAGES: a certificate is printed. */
#include "cpadmin/destruction_pdf.h"

#include "archive/file.h"
#include "lifecycle/duties/certificate_page.h"
#include "lifecycle/store/audit_read.h"

enum cp_rc
cp_destruction_pdf(const struct cp_session *s, const struct cp_buf *text,
    const char *path, struct cp_err *err)
{
	struct cp_note_key key;
	struct cp_buf pdf;
	enum cp_rc rc = cp_log_key(s->store, &key, err);

	cp_buf_init(&pdf);
	if (rc == CP_OK)
		rc = cp_certificate_page(text, &key, &pdf, err);
	if (rc == CP_OK)
		rc = cp_file_write_new(path, 0600, pdf.data, pdf.len, err);
	cp_buf_clear(&pdf);
	return rc;
}
