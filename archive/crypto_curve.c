#include <string.h>

#include <gcrypt.h>

#include "archive/crypto.h"
#include "archive/crypto_impl.h"

/* ---- X25519 --------------------------------------------------------------- */
static enum cp_rc
x25519(const uint8_t scalar[32], const uint8_t *point, uint8_t out[32],
    struct cp_err *err)
{
	static const uint8_t zero[CP_X25519_LEN];
	uint8_t result[CP_X25519_LEN];
	gcry_error_t e;
	enum cp_rc rc = cp_crypto_init(err);

	if (rc != CP_OK)
		return rc;
	e = gcry_ecc_mul_point(GCRY_ECC_CURVE25519, result, scalar, point);
	if (e != 0)
		rc = cp_gcry_fail(err, "X25519", e);
	else if (cp_ct_equal(result, zero, sizeof(zero)))
		rc = cp_fail(err, CP_CORRUPT, "X25519: point of low order");
	else
		memcpy(out, result, sizeof(result));
	cp_wipe(result, sizeof(result));
	return rc;
}

enum cp_rc
cp_x25519(const uint8_t scalar[32], const uint8_t point[32], uint8_t out[32],
    struct cp_err *err)
{
	return x25519(scalar, point, out, err);
}

enum cp_rc
cp_x25519_base(const uint8_t scalar[32], uint8_t out[32], struct cp_err *err)
{
	return x25519(scalar, NULL, out, err);
}

/* ---- Ed25519 -------------------------------------------------------------- */
enum cp_rc
cp_ed25519_public(const uint8_t seed[32], uint8_t pub[32], struct cp_err *err)
{
	gcry_sexp_t key = NULL;
	gcry_ctx_t ctx = NULL;
	gcry_mpi_t q = NULL;
	const void *bytes;
	unsigned bits = 0;
	gcry_error_t e;
	enum cp_rc rc = cp_crypto_init(err);

	if (rc != CP_OK)
		return rc;
	e = gcry_sexp_build(&key, NULL, "(private-key(ecc(curve Ed25519)"
	    "(flags eddsa)(d %b)))", CP_ED25519_SEED, seed);
	if (e == 0)
		e = gcry_mpi_ec_new(&ctx, key, NULL);
	if (e == 0)
		q = gcry_mpi_ec_get_mpi("q@eddsa", ctx, 0);
	bytes = q != NULL ? gcry_mpi_get_opaque(q, &bits) : NULL;
	if (e != 0)
		rc = cp_gcry_fail(err, "Ed25519", e);
	else if (bytes == NULL || bits != 8 * CP_ED25519_PUBLIC)
		rc = cp_fail(err, CP_FAILED, "Ed25519: no public key");
	else
		memcpy(pub, bytes, CP_ED25519_PUBLIC);
	gcry_mpi_release(q);
	gcry_ctx_release(ctx);
	gcry_sexp_release(key);
	return rc;
}

static gcry_error_t
message_sexp(gcry_sexp_t *out, const void *msg, size_t len)
{
	if (len > CP_ED25519_MESSAGE)
		return gcry_error(GPG_ERR_TOO_LARGE);
	return gcry_sexp_build(out, NULL, "(data(flags eddsa)(hash-algo sha512)"
	    "(value %b))", (int)len, len > 0 ? msg : "");
}

/* Copies the 32 bytes that NAME holds inside SIG. */
static int
signature_part(gcry_sexp_t sig, const char *name, uint8_t out[32])
{
	gcry_sexp_t part = gcry_sexp_find_token(sig, name, 0);
	const char *bytes = NULL;
	size_t n = 0;

	if (part != NULL)
		bytes = gcry_sexp_nth_data(part, 1, &n);
	if (bytes != NULL && n == 32)
		memcpy(out, bytes, n);
	gcry_sexp_release(part);
	return bytes != NULL && n == 32;
}

enum cp_rc
cp_ed25519_sign(const uint8_t seed[32], const uint8_t pub[32],
    const void *msg, size_t len, uint8_t sig[64], struct cp_err *err)
{
	gcry_sexp_t key = NULL, data = NULL, made = NULL;
	uint8_t both[CP_ED25519_SIG];
	gcry_error_t e;
	enum cp_rc rc = cp_crypto_init(err);

	if (rc != CP_OK)
		return rc;
	e = gcry_sexp_build(&key, NULL, "(private-key(ecc(curve Ed25519)"
	    "(flags eddsa)(q %b)(d %b)))", CP_ED25519_PUBLIC, pub,
	    CP_ED25519_SEED, seed);
	if (e == 0)
		e = message_sexp(&data, msg, len);
	if (e == 0)
		e = gcry_pk_sign(&made, data, key);
	if (e != 0)
		rc = cp_gcry_fail(err, "signing", e);
	else if (!signature_part(made, "r", both) ||
	    !signature_part(made, "s", both + 32))
		rc = cp_fail(err, CP_FAILED, "signing: unusual signature");
	else
		memcpy(sig, both, sizeof(both));
	gcry_sexp_release(made);
	gcry_sexp_release(data);
	gcry_sexp_release(key);
	return rc;
}

/* Whether the little-endian A is below B. */
static int
below(const uint8_t a[32], const uint8_t b[32])
{
	int i;

	for (i = 31; i >= 0; i--)
		if (a[i] != b[i])
			return a[i] < b[i];
	return 0;
}

/* The y of the points of order 1, 2, 4 and 8: 1, -1, 0 and the two that are
 * each other's negative [draft-irtf-cfrg-eddsa small-order points]. */
static const uint8_t small_order[5][32] = {
	{ 1 },
	{ 0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f },
	{ 0 },
	{ 0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
	    0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
	    0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05 },
	{ 0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
	    0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
	    0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a },
};

static int
public_key_usable(const uint8_t pub[32])
{
	static const uint8_t p[32] = { 0xed, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0x7f };
	uint8_t y[32];
	size_t i;

	memcpy(y, pub, sizeof(y));
	y[31] &= 0x7f; /* the top bit is the sign of x */
	if (!below(y, p))
		return 0;
	for (i = 0; i < sizeof(small_order) / sizeof(small_order[0]); i++)
		if (memcmp(y, small_order[i], sizeof(y)) == 0)
			return 0;
	return 1;
}

enum cp_rc
cp_ed25519_verify(const uint8_t pub[32], const void *msg, size_t len,
    const uint8_t sig[64], struct cp_err *err)
{
	static const uint8_t order[32] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63,
		0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
		[31] = 0x10 };
	gcry_sexp_t key = NULL, data = NULL, given = NULL;
	gcry_error_t e;
	enum cp_rc rc = cp_crypto_init(err);

	if (rc != CP_OK)
		return rc;
	if (!public_key_usable(pub))
		return cp_fail(err, CP_CORRUPT, "the public key is weak");
	if (!below(sig + 32, order))
		return cp_fail(err, CP_CORRUPT, "the signature is not valid");
	e = gcry_sexp_build(&key, NULL, "(public-key(ecc(curve Ed25519)"
	    "(flags eddsa)(q %b)))", CP_ED25519_PUBLIC, pub);
	if (e == 0)
		e = gcry_sexp_build(&given, NULL, "(sig-val(eddsa(r %b)(s %b)))",
		    32, sig, 32, sig + 32);
	if (e == 0)
		e = message_sexp(&data, msg, len);
	if (e != 0)
		rc = cp_gcry_fail(err, "checking a signature", e);
	else if (gcry_pk_verify(given, data, key) != 0)
		rc = cp_fail(err, CP_CORRUPT, "the signature is not valid");
	gcry_sexp_release(data);
	gcry_sexp_release(given);
	gcry_sexp_release(key);
	return rc;
}
