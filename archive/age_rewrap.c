#include "archive/age_impl.h"

enum cp_rc
cp_age_header_rewrap(struct cp_age_sealer *s, const void *header, size_t len,
    const struct cp_age_identity *from, const struct cp_age_recipient *to,
    struct cp_buf *out, struct cp_err *err)
{
	size_t old = out->len;
	enum cp_rc rc;

	if (from->kind != CP_AGE_X25519 || to->kind != CP_AGE_X25519)
		return cp_fail(err, CP_BAD_INPUT, "a header is rewrapped from "
		    "one X25519 key to another");
	rc = cp_age_header_read(s, header, len, from, 1, NULL, err);
	if (rc == CP_OK)
		rc = cp_age_put_header(s, to, 1, out, err);
	if (rc != CP_OK)
		return rc;
	rc = cp_age_header_again(s, out->data + old, out->len - old, err);
	if (rc != CP_OK) {
		cp_err_context(err, "read again");
		out->len = old;
		out->data[old] = '\0';
	}
	return rc;
}
