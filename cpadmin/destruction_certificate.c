/* CP_NEEDS_PAGES: a certificate is printed. */
#include <stdio.h>
#include <stdlib.h>

#include "archive/file.h"
#include "cpadmin/destruction_pdf.h"
#include "cpadmin/destruction_verbs.h"
#include "lifecycle/duties/certifying.h"

static enum cp_rc
put_certificate(const struct cp_call *call, const struct cp_buf *text,
    struct cp_err *err)
{
	const char *path = cp_option(call, "output");

	if (path != NULL)
		return cp_file_write_new(path, 0600, text->data, text->len,
		    err);
	if (cp_option(call, "pdf") != NULL && !cp_wants_json(call))
		return CP_OK;
	if (fwrite(text->data, 1, text->len, stdout) != text->len ||
	    fflush(stdout) != 0)
		return cp_fail_errno(err, CP_FAILED, "standard output");
	return CP_OK;
}

static enum cp_rc
take_issue(const struct cp_call *call, int64_t *out, struct cp_err *err)
{
	const char *text = cp_option(call, "issue");
	char *end;
	long n;

	if (text == NULL)
		return CP_OK;
	n = strtol(text, &end, 10);
	if (end == text || *end != '\0' || n < 1 || n > 1000000)
		return cp_fail(err, CP_USAGE, "--issue is a number from 1");
	*out = n;
	return CP_OK;
}

enum cp_rc
cp_destruction_certificate(struct cp_call *call, struct cp_err *err)
{
	struct cp_session s;
	struct cp_batch b;
	struct cp_buf text;
	int64_t issue = 0;
	enum cp_rc rc = take_issue(call, &issue, err);

	if (rc == CP_OK)
		rc = cp_session_open(call, CP_STORE_WRITE, &s, err);
	if (rc != CP_OK)
		return rc;
	cp_buf_init(&text);
	rc = cp_batch_get(s.store, cp_arg(call, 0), &b, err);
	if (rc == CP_OK)
		rc = cp_certificate_issue(s.store, s.audit, &b, issue, &text,
		    err);
	if (rc == CP_OK && cp_option(call, "pdf") != NULL)
		rc = cp_destruction_pdf(&s, &text, cp_option(call, "pdf"),
		    err);
	if (rc == CP_OK)
		rc = put_certificate(call, &text, err);
	cp_buf_clear(&text);
	cp_session_close(&s);
	return rc;
}
