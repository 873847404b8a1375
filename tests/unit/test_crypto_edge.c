#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/buf.h"
#include "archive/crypto.h"

/*
 * The primitives as they are wrapped, at their edges: what the Wycheproof
 * project collects as mistakes of others.  Sums that are not of a standard
 * were computed by another implementation (Python's hashlib, OpenSSL).
 */

static struct cp_err err;

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

static void
unhex(const char *hex, uint8_t *out, size_t n)
{
	unsigned v;

	for (size_t i = 0; i < n; i++) {
		ck_assert_int_eq(sscanf(hex + 2 * i, "%2x", &v), 1);
		out[i] = (uint8_t)v;
	}
}

static void
same_hex(const uint8_t *got, size_t n, const char *want)
{
	uint8_t *wanted = malloc(n);

	unhex(want, wanted, n);
	ck_assert_mem_eq(got, wanted, n);
	free(wanted);
}

/* Byte I is I * STEP + START. */
static void
pattern(uint8_t *out, size_t n, unsigned step, unsigned start)
{
	for (size_t i = 0; i < n; i++)
		out[i] = (uint8_t)(i * step + start);
}

/* ---- X25519 [RFC 7748, sections 5 and 6.1] --------------------------------- */
static const char *const low_order[] = {
	"0000000000000000000000000000000000000000000000000000000000000000",
	"0100000000000000000000000000000000000000000000000000000000000000",
	"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
	"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
};

START_TEST(x25519_low_order)
{
	uint8_t u[32], k[32], out[32];

	unhex(low_order[_i / 2], u, 32);
	u[31] = (uint8_t)(u[31] | (_i % 2 ? 0x80 : 0));
	for (int i = 0; i < 8; i++) {
		ck_assert_int_eq(cp_random(k, 32, &err), CP_OK);
		memset(out, 0xee, 32);
		ck_assert_int_eq(cp_x25519(k, u, out, &err), CP_CORRUPT);
		ck_assert(out[0] == 0xee && out[31] == 0xee);
	}
}
END_TEST

/* p + c stands for c, and the highest bit for nothing. */
START_TEST(x25519_not_canonical)
{
	uint8_t k[32], u[32] = { 0 }, over[32], a[32], b[32];

	ck_assert_int_eq(cp_random(k, 32, &err), CP_OK);
	memset(over, 0xff, 32);
	over[31] = 0x7f;
	for (unsigned c = 2; c < 19; c++) {
		u[0] = (uint8_t)c;
		over[0] = (uint8_t)(0xed + c);
		ck_assert_int_eq(cp_x25519(k, u, a, &err), CP_OK);
		ck_assert_int_eq(cp_x25519(k, over, b, &err), CP_OK);
		ck_assert_mem_eq(a, b, 32);
		over[31] = 0xff;
		ck_assert_int_eq(cp_x25519(k, over, b, &err), CP_OK);
		ck_assert_mem_eq(a, b, 32);
		over[31] = 0x7f;
	}
}
END_TEST

/* Five bits of a scalar are fixed, whatever it says. */
START_TEST(x25519_clamped)
{
	static const struct { int byte, bit; } fixed[] = {
		{ 0, 1 }, { 0, 2 }, { 0, 4 }, { 31, 0x40 }, { 31, 0x80 } };
	uint8_t k[32], u[32] = { 9 }, a[32], b[32];

	pattern(k, 32, 37, 5);
	ck_assert_int_eq(cp_x25519(k, u, a, &err), CP_OK);
	for (int i = 0; i < COUNT(fixed); i++) {
		k[fixed[i].byte] ^= (uint8_t)fixed[i].bit;
		ck_assert_int_eq(cp_x25519(k, u, b, &err), CP_OK);
		ck_assert_mem_eq(a, b, 32);
	}
	k[1] ^= 1;
	ck_assert_int_eq(cp_x25519(k, u, b, &err), CP_OK);
	ck_assert_mem_ne(a, b, 32);
}
END_TEST

/* ---- Ed25519 [RFC 8032, section 5.1.7] -------------------------------------- */
static uint8_t seed[32], pub[32], sig[64];
static const char message[] = "the batch was destroyed";

static void
sign(void)
{
	pattern(seed, 32, 13, 1);
	ck_assert_int_eq(cp_ed25519_public(seed, pub, &err), CP_OK);
	ck_assert_int_eq(cp_ed25519_sign(seed, pub, message,
	    sizeof(message) - 1, sig, &err), CP_OK);
}

static void
no_signature(const uint8_t s[64])
{
	ck_assert_int_eq(cp_ed25519_verify(pub, message, sizeof(message) - 1,
	    s, &err), CP_CORRUPT);
}

START_TEST(ed25519_every_bit)
{
	ck_assert_int_eq(cp_ed25519_verify(pub, message, sizeof(message) - 1,
	    sig, &err), CP_OK);
	for (int i = 0; i < 512; i++) {
		sig[i / 8] ^= (uint8_t)(1 << i % 8);
		no_signature(sig);
		sig[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	for (int i = 0; i < 256; i++) {
		pub[i / 8] ^= (uint8_t)(1 << i % 8);
		no_signature(sig);
		pub[i / 8] ^= (uint8_t)(1 << i % 8);
	}
}
END_TEST

START_TEST(ed25519_cut)
{
	uint8_t s[64];

	for (size_t n = 0; n < 64; n++) {
		memset(s, 0, 64);
		memcpy(s, sig, n);
		if (memcmp(s, sig, 64) != 0)
			no_signature(s);
		memset(s, 0, 64);
		memcpy(s + 64 - n, sig, n);
		no_signature(s);
	}
	memcpy(s, sig + 32, 32);
	memcpy(s + 32, sig, 32);
	no_signature(s);
	for (size_t n = 0; n < sizeof(message) - 1; n++)
		ck_assert_int_eq(cp_ed25519_verify(pub, message, n, sig, &err),
		    CP_CORRUPT);
	ck_assert_int_eq(cp_ed25519_verify(pub, message, sizeof(message), sig,
	    &err), CP_CORRUPT);
}
END_TEST

/* R and S of the edge: small order, not canonical, zero, L, above L. */
static const char *const halves[] = {
	"0000000000000000000000000000000000000000000000000000000000000000",
	"0100000000000000000000000000000000000000000000000000000000000000",
	"0100000000000000000000000000000000000000000000000000000000000080",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
	"ecd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010",
	"edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010",
	"eed3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010",
};

START_TEST(ed25519_edges)
{
	uint8_t s[64], half[32];

	unhex(halves[_i], half, 32);
	memcpy(s, half, 32);
	for (int i = 0; i < COUNT(halves); i++) {
		unhex(halves[i], s + 32, 32);
		no_signature(s);
	}
	memcpy(s + 32, sig + 32, 32);
	no_signature(s);
	memcpy(s, sig, 32);
	memcpy(s + 32, half, 32);
	no_signature(s);
}
END_TEST

/* S plus every multiple of L that 256 bits hold. */
START_TEST(ed25519_malleable)
{
	uint8_t order[32];
	unsigned carry;

	unhex(halves[10], order, 32);
	for (int k = 1; k < 15; k++) {
		carry = 0;
		for (int i = 0; i < 32; i++) {
			carry += (unsigned)sig[32 + i] + order[i];
			sig[32 + i] = (uint8_t)carry;
			carry >>= 8;
		}
		ck_assert_uint_eq(carry, 0);
		no_signature(sig);
	}
}
END_TEST

/* ---- ChaCha20-Poly1305 [RFC 8439] ------------------------------------------- */
START_TEST(aead_sizes)
{
	uint8_t key[32], nonce[12], ad[33], in[301], out[301], tag[16];
	struct cp_sha256_ctx *sum = NULL;
	struct cp_aead *a = NULL;
	uint8_t hash[32];

	ck_assert_int_eq(cp_aead_new(&a, &err), CP_OK);
	ck_assert_int_eq(cp_sha256_new(&sum, &err), CP_OK);
	for (unsigned n = 0; n <= 300; n++) {
		pattern(key, 32, 5, n);
		pattern(nonce, 12, 11, n);
		pattern(ad, n % 33, 3, n);
		pattern(in, n, 7, n);
		ck_assert_int_eq(cp_aead_seal(a, key, nonce, ad, n % 33, in,
		    n, out, tag, &err), CP_OK);
		cp_sha256_update(sum, out, n);
		cp_sha256_update(sum, tag, 16);
	}
	cp_sha256_final(sum, hash);
	same_hex(hash, 32, "b85c6bcf88ed71a4cfe2d32c9d97824f952f48df"
	    "de1aa6bc5eb43c3d5fd5715f");
	cp_sha256_free(sum);
	cp_aead_free(a);
}
END_TEST

/* Nothing comes out of what was not made so. */
static void
not_opened(struct cp_aead *a, const uint8_t key[32], const uint8_t nonce[12],
    const void *ad, size_t adlen, const uint8_t *in, size_t len,
    const uint8_t tag[16])
{
	uint8_t out[400];

	memset(out, 0x55, sizeof(out));
	ck_assert_int_eq(cp_aead_open(a, key, nonce, ad, adlen, in, len, tag,
	    out, &err), CP_CORRUPT);
	for (size_t i = 0; i < len; i++)
		ck_assert_uint_eq(out[i], 0);
}

START_TEST(aead_tags)
{
	uint8_t key[32], nonce[12], both[112], out[112], tag[16], other[16];
	struct cp_aead *a = NULL;

	pattern(key, 32, 3, 1);
	pattern(nonce, 12, 5, 2);
	pattern(both, 112, 7, 3);
	ck_assert_int_eq(cp_aead_new(&a, &err), CP_OK);
	ck_assert_int_eq(cp_aead_seal(a, key, nonce, both, 12, both + 12, 100,
	    out + 12, tag, &err), CP_OK);
	memcpy(out, both, 12);
	for (int i = 0; i < 256; i++) { /* one bit, and each pair with the first */
		memcpy(other, tag, 16);
		other[i % 128 / 8] ^= (uint8_t)(1 << i % 8);
		if (i > 128)
			other[0] ^= 1;
		not_opened(a, key, nonce, out, 12, out + 12, 100, other);
	}
	memset(other, 0, 16);
	not_opened(a, key, nonce, out, 12, out + 12, 100, other);
	memset(other, 0xff, 16);
	not_opened(a, key, nonce, out, 12, out + 12, 100, other);
	for (int i = 0; i < 16; i++)
		other[i] = (uint8_t)~tag[i];
	not_opened(a, key, nonce, out, 12, out + 12, 100, other);
	for (int i = 0; i < 16; i++)
		other[i] = tag[15 - i];
	not_opened(a, key, nonce, out, 12, out + 12, 100, other);
	/* Where the associated data ends is authentic too. */
	for (size_t n = 0; n < 112; n++)
		if (n != 12)
			not_opened(a, key, nonce, out, n, out + n, 112 - n,
			    tag);
	for (size_t n = 0; n < 100; n++)
		not_opened(a, key, nonce, out, 12, out + 12, n, tag);
	cp_aead_free(a);
}
END_TEST

/* ---- HMAC, HKDF, scrypt ------------------------------------------------------ */
static const struct { size_t key, len; const char *mac; } macs[] = {
	{ 0, 0,
	    "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad" },
	{ 63, 7,
	    "49ed1beaedfbdb7ae247925e27337e7f629f4ea738613cfb615fac372196abc0" },
	{ 64, 64,
	    "c74b0436b33eaf088bc863c4c8d51b925e234999f23c46b566ea3143c27ab2b2" },
	{ 65, 1,
	    "63d2b4850b1fa71cc18a452a6f22e42e43598cd32bd2764411d5d28032088b49" },
	{ 128, 200,
	    "5688b9b02488ca99354aa1ddc740021a29c4fcdaf75534ffa5ab24e6264b65c8" },
};

START_TEST(hmac_sizes)
{
	uint8_t key[128], data[200], out[32];

	pattern(key, sizeof(key), 1, 0);
	pattern(data, sizeof(data), 7, 0);
	ck_assert_int_eq(cp_hmac_sha256(key, macs[_i].key, data, macs[_i].len,
	    out, &err), CP_OK);
	same_hex(out, 32, macs[_i].mac);
}
END_TEST

static const struct {
	size_t ikm, salt;
	const char *info, *okm;
} keys[] = {
	{ 0, 0, "",
	    "eb70f01dede9afafa449eee1b1286504e1f62388b3f7dd4f956697b0e828fe18" },
	{ 1, 1, "x",
	    "91442fd60ea8de9726d54e3b19482caefb6c93cc94f663deb1edd5e470143354" },
	{ 16, 0, "header",
	    "0d492cb66fc6bf34e995c0485bce23c67cff7c7885571eaf08b8f6bf80d0c40b" },
	{ 32, 32, "age-encryption.org/v1/X25519",
	    "8b800f1c49607f12f9d28df61dc6116bf3dc854bf54f98c106c91dcaaadd2607" },
	{ 22, 64, "payload",
	    "7e7a180007c131d4b5631fdb3a358eba379a358fa4c79b1b2c644fc3633622f1" },
	{ 22, 65, "payload",
	    "c92df63747af7fdd04f1c308b936cbe911167dbaed828a9e0bf17b0b350d35e5" },
};

START_TEST(hkdf_sizes)
{
	uint8_t ikm[32], salt[65], out[32];

	pattern(ikm, sizeof(ikm), 1, 0);
	pattern(salt, sizeof(salt), 1, 0x60);
	ck_assert_int_eq(cp_hkdf_sha256(ikm, keys[_i].ikm, keys[_i].salt > 0 ?
	    salt : NULL, keys[_i].salt, keys[_i].info, out, &err), CP_OK);
	same_hex(out, 32, keys[_i].okm);
}
END_TEST

START_TEST(scrypt_bounds)
{
	static const unsigned refused[] = { 0, 23, 24, 31, 32, 63, 64, 255,
		256, 1U << 31, ~0U };
	uint8_t out[32];

	for (int i = 0; i < COUNT(refused); i++) {
		memset(out, 0xee, 32);
		ck_assert_int_eq(cp_scrypt("x", 1, "y", 1, refused[i], out, 32,
		    &err), CP_BAD_INPUT);
		ck_assert_uint_eq(out[0], 0xee);
	}
	ck_assert_int_eq(cp_scrypt("", 0, "y", 1, 4, out, 32, &err),
	    CP_BAD_INPUT);
	/* A NUL is a byte of a passphrase, and a salt may be empty. */
	ck_assert_int_eq(cp_scrypt("pass\0word", 9, "", 0, 4, out, 32, &err),
	    CP_OK);
	same_hex(out, 32,
	    "2bc7e59fe29832f8bb6b218bde6a8e4c1678e04c76883b79290c012378426390");
	ck_assert_int_eq(cp_scrypt("pass\0word", 9, "", 0, 1, out, 32, &err),
	    CP_OK);
	same_hex(out, 32,
	    "36901c0c76c1a171f4d97f941462ead36741ee402104a2bc96b7db65d044f339");
	ck_assert_int_eq(cp_scrypt("pass\0word", 9, "\0salt", 5, 10, out, 1,
	    &err), CP_OK);
	ck_assert_uint_eq(out[0], 0x2c);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("crypto_edge");
	TCase *t = tcase_create("curves"), *u = tcase_create("symmetric");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	suite_add_tcase(s, u);
	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, sign, NULL);
	tcase_add_loop_test(t, x25519_low_order, 0, 2 * COUNT(low_order));
	tcase_add_test(t, x25519_not_canonical);
	tcase_add_test(t, x25519_clamped);
	tcase_add_test(t, ed25519_every_bit);
	tcase_add_test(t, ed25519_cut);
	tcase_add_loop_test(t, ed25519_edges, 0, COUNT(halves));
	tcase_add_test(t, ed25519_malleable);
	tcase_add_test(u, aead_sizes);
	tcase_add_test(u, aead_tags);
	tcase_add_loop_test(u, hmac_sizes, 0, COUNT(macs));
	tcase_add_loop_test(u, hkdf_sizes, 0, COUNT(keys));
	tcase_add_test(u, scrypt_bounds);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
