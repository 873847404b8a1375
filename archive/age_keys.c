#include "archive/age_keys.h"

#include <string.h>

#include "archive/bech32.h"
#include "archive/crypto.h"

static const char recipient_hrp[] = "age";
static const char identity_hrp[] = "AGE-SECRET-KEY-";

enum cp_rc
cp_age_recipient_parse(const char *text, struct cp_age_recipient *out,
    struct cp_err *err)
{
	struct cp_age_recipient r = { .kind = CP_AGE_X25519 };
	uint8_t scalar[32] = { 8 }, shared[32];
	enum cp_rc rc;

	rc = cp_bech32_decode(recipient_hrp, text, strlen(text), r.point,
	    sizeof(r.point), err);
	/* Any scalar finds out a point of low order. */
	if (rc == CP_OK)
		rc = cp_x25519(scalar, r.point, shared, err);
	if (rc == CP_CORRUPT)
		rc = cp_fail(err, CP_BAD_INPUT, "is a weak key");
	if (rc != CP_OK) {
		cp_err_context(err, "public key");
		return rc;
	}
	*out = r;
	return CP_OK;
}

enum cp_rc
cp_age_recipient_format(const struct cp_age_recipient *r,
    char out[CP_AGE_RECIPIENT_TEXT + 1], struct cp_err *err)
{
	enum cp_rc rc;

	if (r->kind != CP_AGE_X25519)
		return cp_fail(err, CP_BAD_INPUT, "a passphrase has no public "
		    "key");
	rc = cp_bech32_encode(recipient_hrp, r->point, sizeof(r->point), out,
	    CP_AGE_RECIPIENT_TEXT, err);
	if (rc == CP_OK)
		out[CP_AGE_RECIPIENT_TEXT] = '\0';
	return rc;
}

enum cp_rc
cp_age_identity_new(struct cp_secret **out, struct cp_err *err)
{
	struct cp_secret *s = NULL;
	enum cp_rc rc;

	rc = cp_secret_new(&s, 32, err);
	if (rc == CP_OK)
		rc = cp_random_secret(s, err);
	if (rc != CP_OK) {
		cp_secret_free(s);
		return rc;
	}
	*out = s;
	return CP_OK;
}

static enum cp_rc
parse(const uint8_t *text, size_t len, struct cp_secret **out,
    struct cp_err *err)
{
	struct cp_secret *s = NULL;
	enum cp_rc rc;

	rc = cp_secret_new(&s, 32, err);
	if (rc != CP_OK)
		return rc;
	rc = cp_bech32_decode(identity_hrp, (const char *)text, len,
	    cp_secret_data(s), 32, err);
	if (rc != CP_OK) {
		cp_err_context(err, "identity");
		cp_secret_free(s);
		return rc;
	}
	*out = s;
	return CP_OK;
}

enum cp_rc
cp_age_identity_parse(const struct cp_secret *text, struct cp_secret **out,
    struct cp_err *err)
{
	return parse(cp_secret_bytes(text), cp_secret_len(text), out, err);
}

enum cp_rc
cp_age_identity_format(const struct cp_secret *scalar, struct cp_secret **out,
    struct cp_err *err)
{
	struct cp_secret *s = NULL;
	enum cp_rc rc;

	if (cp_secret_len(scalar) != 32)
		return cp_fail(err, CP_BAD_INPUT, "an identity has 32 bytes");
	rc = cp_secret_new(&s, CP_AGE_IDENTITY_TEXT, err);
	if (rc == CP_OK)
		rc = cp_bech32_encode(identity_hrp, cp_secret_bytes(scalar),
		    32, (char *)cp_secret_data(s), CP_AGE_IDENTITY_TEXT, err);
	if (rc != CP_OK) {
		cp_secret_free(s);
		return rc;
	}
	*out = s;
	return CP_OK;
}

enum cp_rc
cp_age_identity_recipient(const struct cp_secret *scalar,
    struct cp_age_recipient *out, struct cp_err *err)
{
	struct cp_age_recipient r = { .kind = CP_AGE_X25519 };
	enum cp_rc rc;

	if (cp_secret_len(scalar) != 32)
		return cp_fail(err, CP_BAD_INPUT, "an identity has 32 bytes");
	rc = cp_x25519_base(cp_secret_bytes(scalar), r.point, err);
	if (rc == CP_OK)
		*out = r;
	return rc;
}

/* One line of an identity file, without its line end. */
static enum cp_rc
file_line(const uint8_t *line, size_t len, struct cp_secret **scalars,
    size_t max, size_t *count, struct cp_err *err)
{
	enum cp_rc rc;

	if (len > 0 && line[len - 1] == '\r')
		len--;
	if (len == 0 || line[0] == '#')
		return CP_OK;
	if (*count == max)
		return cp_fail(err, CP_BAD_INPUT, "more than %zu identities",
		    max);
	rc = parse(line, len, &scalars[*count], err);
	if (rc == CP_OK)
		(*count)++;
	return rc;
}

enum cp_rc
cp_age_identity_file(const struct cp_secret *text, struct cp_secret **scalars,
    size_t max, size_t *count, struct cp_err *err)
{
	const uint8_t *at = cp_secret_bytes(text), *lf;
	size_t left = cp_secret_len(text), len, number = 0, found = 0;
	enum cp_rc rc = CP_OK;

	while (rc == CP_OK && left > 0) {
		number++;
		lf = memchr(at, '\n', left);
		len = lf != NULL ? (size_t)(lf - at) : left;
		rc = file_line(at, len, scalars, max, &found, err);
		if (rc == CP_BAD_INPUT)
			cp_err_context(err, "line %zu", number);
		len += lf != NULL ? 1 : 0;
		at += len;
		left -= len;
	}
	if (rc == CP_OK && found == 0)
		rc = cp_fail(err, CP_BAD_INPUT, "holds no identity");
	if (rc == CP_OK) {
		*count = found;
		return CP_OK;
	}
	while (found > 0)
		cp_secret_free(scalars[--found]);
	return rc;
}
