#include "archive/secret.h"

#include <string.h>

#include <gcrypt.h>

#include "archive/crypto.h"

/* One block of the secure pool holds the struct and its bytes. */
struct cp_secret {
	size_t len;
	size_t cap;
	uint8_t data[];
};

enum cp_rc
cp_secret_new(struct cp_secret **out, size_t len, struct cp_err *err)
{
	struct cp_secret *s;
	enum cp_rc rc;

	rc = cp_crypto_init(err);
	if (rc != CP_OK)
		return rc;
	if (len > CP_SECRET_MAX)
		return cp_fail(err, CP_FAILED, "a secret of %zu bytes is too "
		    "long", len);
	s = gcry_calloc_secure(1, sizeof(*s) + len);
	if (s == NULL)
		return cp_fail(err, CP_FAILED, "out of locked memory");
	s->len = len;
	s->cap = len;
	*out = s;
	return CP_OK;
}

enum cp_rc
cp_secret_from(struct cp_secret **out, const void *data, size_t len,
    struct cp_err *err)
{
	enum cp_rc rc = cp_secret_new(out, len, err);

	if (rc == CP_OK && len > 0)
		memcpy((*out)->data, data, len);
	return rc;
}

enum cp_rc
cp_secret_dup(struct cp_secret **out, const struct cp_secret *s,
    struct cp_err *err)
{
	return cp_secret_from(out, s->data, s->len, err);
}

void
cp_secret_free(struct cp_secret *s)
{
	if (s == NULL)
		return;
	cp_wipe(s, sizeof(*s) + s->cap);
	gcry_free(s);
}

uint8_t *
cp_secret_data(struct cp_secret *s)
{
	return s->data;
}

const uint8_t *
cp_secret_bytes(const struct cp_secret *s)
{
	return s->data;
}

size_t
cp_secret_len(const struct cp_secret *s)
{
	return s->len;
}

void
cp_secret_shorten(struct cp_secret *s, size_t len)
{
	if (len >= s->len)
		return;
	cp_wipe(s->data + len, s->len - len);
	s->len = len;
}

int
cp_secret_equal(const struct cp_secret *a, const struct cp_secret *b)
{
	return a->len == b->len && cp_ct_equal(a->data, b->data, a->len);
}
