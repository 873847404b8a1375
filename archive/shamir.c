#include "archive/shamir.h"

#include <string.h>

#include "archive/crypto.h"
#include "archive/secret.h"
#include "archive/shamir_impl.h"

/* By masks, all eight steps whatever the bits are. */
uint8_t
cp_gf_mul(uint8_t a, uint8_t b)
{
	unsigned x = a, y = b, sum = 0;
	int i;

	for (i = 0; i < 8; i++) {
		sum ^= x & (0u - (y & 1));
		y >>= 1;
		x = (x << 1) ^ (0x11b & (0u - (x >> 7)));
	}
	return (uint8_t)sum;
}

/* The group has 255 elements: a^254, by squares. */
uint8_t
cp_gf_inverse(uint8_t a)
{
	uint8_t power = a, out = 1;
	int i;

	for (i = 1; i < 8; i++) {
		power = cp_gf_mul(power, power);
		out = cp_gf_mul(out, power);
	}
	return out;
}

/* ADD added to each byte of SUM times FACTOR [Horner]. */
static void
times_plus(uint8_t *sum, uint8_t factor, const uint8_t *add, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		sum[i] = cp_gf_mul(sum[i], factor) ^ add[i];
}

void
cp_shamir_value(const uint8_t *secret, const uint8_t *coef, size_t len, int k,
    uint8_t x, uint8_t *out)
{
	int power;

	memset(out, 0, len);
	for (power = k - 1; power > 0; power--)
		times_plus(out, x, coef + (size_t)(power - 1) * len, len);
	times_plus(out, x, secret, len);
}

enum cp_rc
cp_shamir_split(const struct cp_secret *secret, int k, int n,
    struct cp_secret **shares, struct cp_err *err)
{
	struct cp_secret *made[CP_SHAMIR_MAX] = { NULL }, *coef = NULL;
	size_t len = cp_secret_len(secret);
	enum cp_rc rc;
	int i;

	if (k < 2 || k > n || n > CP_SHAMIR_MAX)
		return cp_fail(err, CP_BAD_INPUT, "a secret cannot be split "
		    "%d of %d", k, n);
	rc = cp_secret_new(&coef, (size_t)(k - 1) * len, err);
	if (rc == CP_OK)
		rc = cp_random_secret(coef, err);
	for (i = 0; rc == CP_OK && i < n; i++) {
		rc = cp_secret_new(&made[i], len, err);
		if (rc == CP_OK)
			cp_shamir_value(cp_secret_bytes(secret),
			    cp_secret_bytes(coef), len, k, (uint8_t)(i + 1),
			    cp_secret_data(made[i]));
	}
	cp_secret_free(coef);
	for (i = 0; i < n; i++) {
		if (rc == CP_OK)
			shares[i] = made[i];
		else
			cp_secret_free(made[i]);
	}
	return rc;
}

static enum cp_rc
check_join(const struct cp_secret *const *shares, const int *x, int n,
    struct cp_err *err)
{
	int i, j;

	if (n < 1)
		return cp_fail(err, CP_BAD_INPUT, "there are no shares to "
		    "join");
	for (i = 0; i < n; i++) {
		if (x[i] < 1 || x[i] > CP_SHAMIR_MAX)
			return cp_fail(err, CP_BAD_INPUT, "no share has the "
			    "number %d", x[i]);
		if (cp_secret_len(shares[i]) != cp_secret_len(shares[0]))
			return cp_fail(err, CP_BAD_INPUT, "share %d is not as "
			    "long as share %d", x[i], x[0]);
		for (j = 0; j < i; j++)
			if (x[j] == x[i])
				return cp_fail(err, CP_BAD_INPUT, "share %d "
				    "is there twice", x[i]);
	}
	return CP_OK;
}

/* What share I counts for in the value at 0 [Lagrange]: the product of
 * x_j / (x_j - x_i), where minus is exclusive or. */
static uint8_t
weight(const int *x, int n, int i)
{
	uint8_t above = 1, below = 1;
	int j;

	for (j = 0; j < n; j++) {
		if (j == i)
			continue;
		above = cp_gf_mul(above, (uint8_t)x[j]);
		below = cp_gf_mul(below, (uint8_t)(x[j] ^ x[i]));
	}
	return cp_gf_mul(above, cp_gf_inverse(below));
}

enum cp_rc
cp_shamir_join(const struct cp_secret *const *shares, const int *x, int n,
    struct cp_secret **secret, struct cp_err *err)
{
	struct cp_secret *sum = NULL;
	const uint8_t *from;
	uint8_t *to, w;
	enum cp_rc rc;
	size_t b;
	int i;

	rc = check_join(shares, x, n, err);
	if (rc == CP_OK)
		rc = cp_secret_new(&sum, cp_secret_len(shares[0]), err);
	if (rc != CP_OK)
		return rc;
	to = cp_secret_data(sum);
	for (i = 0; i < n; i++) {
		from = cp_secret_bytes(shares[i]);
		w = weight(x, n, i);
		for (b = 0; b < cp_secret_len(sum); b++)
			to[b] ^= cp_gf_mul(from[b], w);
	}
	*secret = sum;
	return CP_OK;
}
