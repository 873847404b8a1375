#include <string.h>

#include "archive/age_impl.h"
#include "archive/base64.h"

/* Making headers, and the keys that wrap file keys. */

enum { SALT = 16 };

enum cp_rc
cp_age_header_mac(const uint8_t file_key[CP_AGE_FILE_KEY], const void *head,
    size_t len, uint8_t mac[CP_AGE_MAC], struct cp_err *err)
{
	uint8_t key[32];
	enum cp_rc rc;

	rc = cp_hkdf_sha256(file_key, CP_AGE_FILE_KEY, NULL, 0, "header", key,
	    err);
	if (rc == CP_OK)
		rc = cp_hmac_sha256(key, sizeof(key), head, len, mac, err);
	cp_wipe(key, sizeof(key));
	return rc;
}

enum cp_rc
cp_age_x25519_wrap_key(struct cp_age_sealer *s, const uint8_t share[32],
    const uint8_t point[32], struct cp_err *err)
{
	uint8_t salt[64];

	memcpy(salt, share, 32);
	memcpy(salt + 32, point, 32);
	return cp_hkdf_sha256(s->keys->shared, 32, salt, sizeof(salt),
	    "age-encryption.org/v1/X25519", s->keys->wrap, err);
}

enum cp_rc
cp_age_scrypt_wrap_key(struct cp_age_sealer *s,
    const struct cp_secret *passphrase, const uint8_t salt[SALT],
    unsigned log_n, struct cp_err *err)
{
	static const char label[] = "age-encryption.org/v1/scrypt";
	uint8_t full[sizeof(label) - 1 + SALT];

	memcpy(full, label, sizeof(label) - 1);
	memcpy(full + sizeof(label) - 1, salt, SALT);
	return cp_scrypt(cp_secret_bytes(passphrase),
	    cp_secret_len(passphrase), full, sizeof(full), log_n,
	    s->keys->wrap, 32, err);
}

/* The body of a stanza: the file key under the wrap key.  Its 43 characters
 * are one short line. */
static enum cp_rc
put_body(struct cp_age_sealer *s, struct cp_buf *out, struct cp_err *err)
{
	static const uint8_t nonce[CP_AEAD_NONCE];
	uint8_t body[CP_AGE_FILE_KEY + CP_AEAD_TAG];
	enum cp_rc rc;

	rc = cp_aead_seal(s->aead, s->keys->wrap, nonce, NULL, 0,
	    s->keys->file_key, CP_AGE_FILE_KEY, body, body + CP_AGE_FILE_KEY,
	    err);
	if (rc == CP_OK) {
		cp_base64_raw_put(out, body, sizeof(body));
		cp_buf_putc(out, '\n');
	}
	return rc;
}

static enum cp_rc
put_x25519(struct cp_age_sealer *s, const struct cp_age_recipient *r,
    struct cp_buf *out, struct cp_err *err)
{
	struct cp_age_keys *k = s->keys;
	uint8_t share[32];
	enum cp_rc rc;

	rc = cp_random(k->ephemeral, sizeof(k->ephemeral), err);
	if (rc == CP_OK)
		rc = cp_x25519_base(k->ephemeral, share, err);
	if (rc == CP_OK)
		rc = cp_x25519(k->ephemeral, r->point, k->shared, err);
	if (rc == CP_CORRUPT)
		return cp_fail(err, CP_BAD_INPUT, "the public key is weak");
	if (rc == CP_OK)
		rc = cp_age_x25519_wrap_key(s, share, r->point, err);
	if (rc != CP_OK)
		return rc;
	cp_buf_puts(out, "-> X25519 ");
	cp_base64_raw_put(out, share, sizeof(share));
	cp_buf_putc(out, '\n');
	return put_body(s, out, err);
}

static enum cp_rc
put_scrypt(struct cp_age_sealer *s, const struct cp_age_recipient *r,
    struct cp_buf *out, struct cp_err *err)
{
	unsigned log_n = r->work_factor != 0 ? r->work_factor :
	    CP_AGE_WORK_FACTOR;
	uint8_t salt[SALT];
	enum cp_rc rc;

	rc = cp_random(salt, sizeof(salt), err);
	if (rc == CP_OK)
		rc = cp_age_scrypt_wrap_key(s, r->passphrase, salt, log_n,
		    err);
	if (rc != CP_OK)
		return rc;
	cp_buf_puts(out, "-> scrypt ");
	cp_base64_raw_put(out, salt, sizeof(salt));
	cp_buf_printf(out, " %u\n", log_n);
	return put_body(s, out, err);
}

static enum cp_rc
check_recipients(const struct cp_age_recipient *recipients, size_t n,
    struct cp_err *err)
{
	size_t i;

	if (n == 0)
		return cp_fail(err, CP_BAD_INPUT, "nobody to seal to");
	if (n > CP_AGE_RECIPIENTS_MAX)
		return cp_fail(err, CP_BAD_INPUT, "more than %d recipients",
		    CP_AGE_RECIPIENTS_MAX);
	for (i = 0; i < n; i++)
		if (recipients[i].kind == CP_AGE_SCRYPT && n > 1)
			return cp_fail(err, CP_BAD_INPUT, "a passphrase must "
			    "be the only recipient");
	return CP_OK;
}

static enum cp_rc
put_stanzas(struct cp_age_sealer *s,
    const struct cp_age_recipient *recipients, size_t n, struct cp_buf *out,
    struct cp_err *err)
{
	enum cp_rc rc = CP_OK;
	size_t i;

	for (i = 0; rc == CP_OK && i < n; i++)
		rc = recipients[i].kind == CP_AGE_SCRYPT ?
		    put_scrypt(s, &recipients[i], out, err) :
		    put_x25519(s, &recipients[i], out, err);
	return rc;
}

enum cp_rc
cp_age_put_header(struct cp_age_sealer *s,
    const struct cp_age_recipient *recipients, size_t n,
    struct cp_buf *header, struct cp_err *err)
{
	size_t old = header->len;
	uint8_t mac[CP_AGE_MAC];
	enum cp_rc rc;

	rc = check_recipients(recipients, n, err);
	if (rc != CP_OK)
		return rc;
	cp_buf_puts(header, CP_AGE_VERSION);
	rc = put_stanzas(s, recipients, n, header, err);
	cp_buf_puts(header, "---");
	if (rc == CP_OK)
		rc = cp_buf_check(header, err);
	if (rc == CP_OK)
		rc = cp_age_header_mac(s->keys->file_key, header->data + old,
		    header->len - old, mac, err);
	if (rc == CP_OK) {
		cp_buf_putc(header, ' ');
		cp_base64_raw_put(header, mac, sizeof(mac));
		cp_buf_putc(header, '\n');
		rc = cp_buf_check(header, err);
	}
	if (rc != CP_OK && header->data != NULL) {
		header->len = old;
		header->data[old] = '\0';
	}
	return rc;
}
