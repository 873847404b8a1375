#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>
#define HIDE(p, n) ((void)VALGRIND_MAKE_MEM_UNDEFINED((p), (n)))
#define SHOW(p, n) ((void)VALGRIND_MAKE_MEM_DEFINED((p), (n)))
#else
#define HIDE(p, n) ((void)(p), (void)(n))
#define SHOW(p, n) ((void)(p), (void)(n))
#endif

#include "archive/crypto.h"
#include "archive/secret.h"
#include "archive/shamir.h"
#include "archive/shamir_impl.h"

enum { SMALL = 6 };

static struct cp_err err;

static struct cp_secret *
new_secret(size_t len)
{
	struct cp_secret *s = NULL;

	ck_assert_int_eq(cp_secret_new(&s, len, &err), CP_OK);
	ck_assert_int_eq(cp_random_secret(s, &err), CP_OK);
	return s;
}

static void
free_all(struct cp_secret **s, int n)
{
	while (n-- > 0)
		cp_secret_free(s[n]);
}

/* ---- the field ---------------------------------------------------------- */

/* Long multiplication of polynomials, then long division. */
static unsigned
slow_product(unsigned a, unsigned b)
{
	unsigned product = 0;
	int i;

	for (i = 0; i < 8; i++)
		if ((b & 1u << i) != 0)
			product ^= a << i;
	for (i = 14; i >= 8; i--)
		if ((product & 1u << i) != 0)
			product ^= 0x11bu << (i - 8);
	return product;
}

START_TEST(test_field)
{
	unsigned a, b, ones;

	for (a = 0; a < 256; a++) {
		ones = 0;
		for (b = 0; b < 256; b++) {
			ck_assert_uint_eq(cp_gf_mul((uint8_t)a, (uint8_t)b),
			    slow_product(a, b));
			if (slow_product(a, b) == 1) {
				ck_assert_uint_eq(cp_gf_inverse((uint8_t)a), b);
				ones++;
			}
		}
		ck_assert_uint_eq(ones, a != 0);
	}
	ck_assert_uint_eq(cp_gf_inverse(0), 0);
	/* The example of FIPS 197, 4.2, and that of its S-box. */
	ck_assert_uint_eq(cp_gf_mul(0x57, 0x83), 0xc1);
	ck_assert_uint_eq(cp_gf_inverse(0x53), 0xca);
}
END_TEST

/* ---- values that another program computed ------------------------------- */

/*
 * By tables of logarithms to the base 3, in Python: SECRET is the SHA-256 of "a
 * secret of a test", the coefficients those of "coefficient 1" and "... 2".
 */
static const char secret_hex[] =
    "ee0d21234661771a210e8585766e3943846ff74921e96afbe7ff57749723ab3b";
static const char coef_hex[] =
    "55283d6bc29fe9146817ac7d1e79f01cb5fd93fe1b8162cada85469c0504e769"
    "d0dc86d6a9853358cf3f23e17cfd9057205338d2e1c1a8c9a897669c39090dfe";
static const struct known {
	int x;
	const char *share;
} known[] = {
	{ 1, "6bf99a9e2d7bad5686260a1914ea590811c15c65dba9a0f8"
	    "95ed7774ab2e41ac" },
	{ 2, "290075804b667249e0dc4ad6a145b43c75d92acbbed9387d"
	    "de845811790f4a3c" },
	{ 3, "acf4ce3d207ca80547f4c54ac3c1d477e07781e74499f27e"
	    "ac9678114502a0ab" },
	{ 16, "d711a98d730aaea8d71acbf7454324e86c3a3a18698faa99"
	    "52b2d647e2a0f620" },
	{ 255, "d2762443e70371bdfb3039bc977930bc222b0447418f6f19"
	    "85a54cac4f79af70" },
};
enum { KNOWN = sizeof(known) / sizeof(known[0]) };

static void
from_hex(const char *text, uint8_t *out)
{
	unsigned byte;

	for (; *text != '\0'; text += 2) {
		ck_assert_int_eq(sscanf(text, "%2x", &byte), 1);
		*out++ = (uint8_t)byte;
	}
}

START_TEST(test_known_values)
{
	uint8_t secret[32], coef[64], want[32], got[32];
	struct cp_secret *share[KNOWN], *joined = NULL;
	int x[KNOWN], a, b, c;

	from_hex(secret_hex, secret);
	from_hex(coef_hex, coef);
	for (a = 0; a < KNOWN; a++) {
		from_hex(known[a].share, want);
		cp_shamir_value(secret, coef, 32, 3, (uint8_t)known[a].x, got);
		ck_assert_mem_eq(got, want, 32);
		ck_assert_int_eq(cp_secret_from(&share[a], want, 32, &err),
		    CP_OK);
	}
	for (a = 0; a < KNOWN; a++)
		for (b = 0; b < KNOWN; b++)
			for (c = 0; c < KNOWN; c++) {
				const struct cp_secret *of[3] = { share[a],
				    share[b], share[c] };

				if (a == b || b == c || a == c)
					continue;
				x[0] = known[a].x;
				x[1] = known[b].x;
				x[2] = known[c].x;
				ck_assert_int_eq(cp_shamir_join(of, x, 3,
				    &joined, &err), CP_OK);
				ck_assert_mem_eq(cp_secret_bytes(joined),
				    secret, 32);
				cp_secret_free(joined);
			}
	free_all(share, KNOWN);
}
END_TEST

/* ---- every small splitting ---------------------------------------------- */

/* All subsets of the shares of one secret: K and more give it, fewer do not. */
static void
try_subsets(const struct cp_secret *secret, struct cp_secret **share, int k,
    int n)
{
	const struct cp_secret *of[SMALL];
	struct cp_secret *joined = NULL;
	int x[SMALL], i, many, subset;

	for (subset = 1; subset < 1 << n; subset++) {
		many = 0;
		/* The highest first: any order will do. */
		for (i = n - 1; i >= 0; i--)
			if ((subset >> i & 1) != 0) {
				of[many] = share[i];
				x[many++] = i + 1;
			}
		ck_assert_int_eq(cp_shamir_join(of, x, many, &joined, &err),
		    CP_OK);
		ck_assert_msg(cp_secret_equal(joined, secret) == (many >= k),
		    "%d of %d, subset %x", k, n, (unsigned)subset);
		cp_secret_free(joined);
	}
}

START_TEST(test_all_small)
{
	struct cp_secret *share[SMALL], *secret;
	int k, n;

	for (n = 2; n <= SMALL; n++)
		for (k = 2; k <= n; k++) {
			secret = new_secret(32);
			ck_assert_int_eq(cp_shamir_split(secret, k, n, share,
			    &err), CP_OK);
			try_subsets(secret, share, k, n);
			free_all(share, n);
			cp_secret_free(secret);
		}
}
END_TEST

/* Lengths from nothing to a KiB, and as many shares as there can be. */
START_TEST(test_sizes)
{
	static const struct {
		size_t len;
		int k, n;
	} is[] = { { 0, 2, 3 }, { 1, 2, 2 }, { 16, 255, 255 }, { 31, 5, 9 },
	    { 33, 16, 16 }, { 64, 128, 200 }, { 257, 7, 100 },
	    { 1024, 3, 20 } };
	struct cp_secret *share[CP_SHAMIR_MAX], *secret, *joined = NULL;
	int x[CP_SHAMIR_MAX], i;
	size_t at;

	for (at = 0; at < sizeof(is) / sizeof(is[0]); at++) {
		secret = new_secret(is[at].len);
		ck_assert_int_eq(cp_shamir_split(secret, is[at].k, is[at].n,
		    share, &err), CP_OK);
		for (i = 0; i < is[at].n; i++) {
			ck_assert_uint_eq(cp_secret_len(share[i]),
			    is[at].len);
			x[i] = i + 1;
		}
		/* The last K of them. */
		i = is[at].n - is[at].k;
		ck_assert_int_eq(cp_shamir_join(
		    (const struct cp_secret *const *)share + i, x + i,
		    is[at].k, &joined, &err), CP_OK);
		ck_assert(cp_secret_equal(joined, secret));
		cp_secret_free(joined);
		free_all(share, is[at].n);
		cp_secret_free(secret);
	}
}
END_TEST

/* ---- fewer say nothing -------------------------------------------------- */

/*
 * 2 of n, by counting: for each secret byte the 256 polynomials give each value
 * at X exactly once, so that one share is the same thing whatever the secret.
 */
START_TEST(test_one_of_two_says_nothing)
{
	unsigned seen[256], twice = 0;
	uint8_t secret, coef, share;
	int x, s, c;

	for (x = 1; x <= CP_SHAMIR_MAX; x += 23)
		for (s = 0; s < 256; s++) {
			memset(seen, 0, sizeof(seen));
			secret = (uint8_t)s;
			for (c = 0; c < 256; c++) {
				coef = (uint8_t)c;
				cp_shamir_value(&secret, &coef, 1, 2,
				    (uint8_t)x, &share);
				twice |= seen[share]++;
			}
			ck_assert_uint_eq(twice, 0);
		}
}
END_TEST

/* 3 of n: two shares together, each of the 65,536 pairs exactly once. */
START_TEST(test_two_of_three_say_nothing)
{
	static const uint8_t pairs[][2] = { { 1, 2 }, { 2, 3 }, { 1, 16 },
	    { 254, 255 } };
	static uint8_t seen[65536];
	uint8_t secret, coef[2], first, second;
	unsigned s, c, p, twice = 0;

	for (p = 0; p < sizeof(pairs) / sizeof(pairs[0]); p++)
		for (s = 0; s < 256; s += 51) {
			memset(seen, 0, sizeof(seen));
			secret = (uint8_t)s;
			for (c = 0; c < 65536; c++) {
				coef[0] = (uint8_t)(c >> 8);
				coef[1] = (uint8_t)c;
				cp_shamir_value(&secret, coef, 1, 3,
				    pairs[p][0], &first);
				cp_shamir_value(&secret, coef, 1, 3,
				    pairs[p][1], &second);
				twice |= seen[first << 8 | second]++;
			}
			ck_assert_uint_eq(twice, 0);
		}
}
END_TEST

/*
 * The polynomials that are drawn: shares of zeros, whose bytes must spread over
 * all values.  2048 are expected of each; a fair draw is 500 off once in 10^24
 * runs.
 */
START_TEST(test_the_draw_is_fair)
{
	static unsigned count[3][256];
	struct cp_secret *share[3], *zeros = NULL;
	int round, i;
	size_t b;

	ck_assert_int_eq(cp_secret_new(&zeros, 8192, &err), CP_OK);
	for (round = 0; round < 64; round++) {
		ck_assert_int_eq(cp_shamir_split(zeros, 3, 3, share, &err),
		    CP_OK);
		for (i = 0; i < 3; i++)
			for (b = 0; b < 8192; b++)
				count[i][cp_secret_bytes(share[i])[b]]++;
		free_all(share, 3);
	}
	for (i = 0; i < 3; i++)
		for (b = 0; b < 256; b++)
			ck_assert_msg(count[i][b] > 1548 && count[i][b] < 2548,
			    "share %d: %u times %zu", i + 1, count[i][b], b);
	cp_secret_free(zeros);
}
END_TEST

/*
 * Under `CK_FORK=no CK_RUN_CASE=time valgrind test_shamir' the bytes of the
 * secret and of the shares count as unknown: a branch or an address that
 * depends on one is an error there.  By itself it sees that all comes back.
 */
START_TEST(test_secrets_steer_nothing)
{
	struct cp_secret *secret = new_secret(32), *share[5], *joined = NULL;
	struct cp_secret *copy = NULL;
	int x[5] = { 1, 2, 3, 4, 5 }, i;

	ck_assert_int_eq(cp_secret_dup(&copy, secret, &err), CP_OK);
	HIDE(cp_secret_data(secret), 32);
	ck_assert_int_eq(cp_shamir_split(secret, 3, 5, share, &err), CP_OK);
	for (i = 0; i < 5; i++)
		HIDE(cp_secret_data(share[i]), 32);
	ck_assert_int_eq(cp_shamir_join(
	    (const struct cp_secret *const *)share + 1, x + 1, 3, &joined,
	    &err), CP_OK);
	SHOW(cp_secret_data(joined), 32);
	ck_assert(cp_secret_equal(joined, copy));
	cp_secret_free(joined);
	cp_secret_free(copy);
	cp_secret_free(secret);
	free_all(share, 5);
}
END_TEST

/* ---- refusals ----------------------------------------------------------- */
START_TEST(test_split_refusals)
{
	static const int bad[][2] = { { 1, 1 }, { 1, 3 }, { 0, 3 }, { 4, 3 },
	    { 2, 256 }, { -1, -1 }, { 2, 0 } };
	struct cp_secret *secret = new_secret(32), *untouched = secret;
	struct cp_secret *share[CP_SHAMIR_MAX];
	size_t i;

	share[0] = untouched;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ck_assert_int_eq(cp_shamir_split(secret, bad[i][0],
		    bad[i][1], share, &err), CP_BAD_INPUT);
		ck_assert_ptr_eq(share[0], untouched);
	}
	cp_secret_free(secret);
	/* More than the locked memory holds: all is given back. */
	secret = new_secret(8192);
	ck_assert_int_eq(cp_shamir_split(secret, 2, 255, share, &err),
	    CP_FAILED);
	ck_assert_ptr_eq(share[0], untouched);
	ck_assert_int_eq(cp_shamir_split(secret, 2, 8, share, &err), CP_OK);
	free_all(share, 8);
	cp_secret_free(secret);
}
END_TEST

START_TEST(test_join_refusals)
{
	struct cp_secret *share[3], *secret = new_secret(32), *joined = NULL;
	const struct cp_secret *of[3];
	int x[3] = { 1, 2, 3 };

	ck_assert_int_eq(cp_shamir_split(secret, 2, 3, share, &err), CP_OK);
	memcpy(of, share, sizeof(of));
	ck_assert_int_eq(cp_shamir_join(of, x, 0, &joined, &err),
	    CP_BAD_INPUT);
	x[2] = 1;
	ck_assert_int_eq(cp_shamir_join(of, x, 3, &joined, &err),
	    CP_BAD_INPUT);
	ck_assert_str_eq(err.what, "share 1 is there twice");
	x[2] = 0;
	ck_assert_int_eq(cp_shamir_join(of, x, 3, &joined, &err),
	    CP_BAD_INPUT);
	x[2] = 256;
	ck_assert_int_eq(cp_shamir_join(of, x, 3, &joined, &err),
	    CP_BAD_INPUT);
	x[2] = 3;
	cp_secret_shorten(share[2], 31);
	ck_assert_int_eq(cp_shamir_join(of, x, 3, &joined, &err),
	    CP_BAD_INPUT);
	ck_assert_str_eq(err.what, "share 3 is not as long as share 1");
	ck_assert_ptr_null(joined);
	/* A wrong number is not seen here; the secret is another. */
	x[1] = 3;
	ck_assert_int_eq(cp_shamir_join(of, x, 2, &joined, &err), CP_OK);
	ck_assert(!cp_secret_equal(joined, secret));
	cp_secret_free(joined);
	free_all(share, 3);
	cp_secret_free(secret);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("shamir");
	TCase *t = tcase_create("shamir"), *h = tcase_create("time");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	suite_add_tcase(s, h);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, test_field);
	tcase_add_test(t, test_known_values);
	tcase_add_test(t, test_all_small);
	tcase_add_test(t, test_sizes);
	tcase_add_test(t, test_one_of_two_says_nothing);
	tcase_add_test(t, test_two_of_three_say_nothing);
	tcase_add_test(t, test_the_draw_is_fair);
	tcase_add_test(h, test_secrets_steer_nothing);
	tcase_add_test(t, test_split_refusals);
	tcase_add_test(t, test_join_refusals);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
