#include <string.h>

#include "archive/crypto.h"
#include "archive/shelf_impl.h"

enum { NONCE = CP_AEAD_NONCE, TAG = CP_AEAD_TAG };

enum cp_rc
cp_shelf_wrap(struct cp_shelf_ring *ring, int month, const char *package_id,
    const void *header, size_t len, struct cp_buf *out, struct cp_err *err)
{
	const uint8_t *key = NULL;
	size_t before = out->len;
	enum cp_rc rc;
	uint8_t *at;

	rc = cp_shelf_key_of(ring, month, &key, err);
	if (rc != CP_OK)
		return rc;
	at = cp_buf_grow(out, NONCE + len + TAG);
	if (at == NULL)
		return cp_buf_check(out, err);
	rc = cp_random(at, NONCE, err);
	if (rc == CP_OK)
		rc = cp_aead_seal(ring->aead, key, at, package_id,
		    strlen(package_id), header, len, at + NONCE,
		    at + NONCE + len, err);
	if (rc != CP_OK)
		out->len = before;
	return rc;
}

enum cp_rc
cp_shelf_unwrap(struct cp_shelf_ring *ring, int month,
    const char *package_id, const void *wrapped, size_t len,
    struct cp_buf *out, struct cp_err *err)
{
	const uint8_t *in = wrapped;
	const uint8_t *key = NULL;
	size_t before = out->len;
	enum cp_rc rc;
	uint8_t *at;

	rc = cp_shelf_key_of(ring, month, &key, err);
	if (rc != CP_OK)
		return rc;
	if (len < NONCE + TAG)
		return cp_fail(err, CP_CORRUPT, "the header of package %s is "
		    "cut short", package_id);
	at = cp_buf_grow(out, len - NONCE - TAG);
	if (at == NULL)
		return cp_buf_check(out, err);
	rc = cp_aead_open(ring->aead, key, in, package_id,
	    strlen(package_id), in + NONCE, len - NONCE - TAG,
	    in + len - TAG, at, err);
	if (rc == CP_CORRUPT || rc == CP_KEY)
		rc = cp_fail(err, CP_CORRUPT, "the header of package %s was "
		    "changed, or is of another package or shelf",
		    package_id);
	if (rc != CP_OK)
		out->len = before;
	return rc;
}
