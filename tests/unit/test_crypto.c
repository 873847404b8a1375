#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "archive/base64.h"
#include "archive/bech32.h"
#include "archive/crypto.h"

static struct cp_err err;

/* Bytes of TEXT, which is hexadecimal, in a buffer of their own. */
static uint8_t *
unhex(const char *text, size_t *len)
{
	size_t cap = strlen(text) / 2, got = 0;
	uint8_t *out = malloc(cap + 1);

	ck_assert_ptr_nonnull(out);
	ck_assert_int_eq(cp_hex_get(text, strlen(text), out, cap, &got, &err),
	    CP_OK);
	if (len != NULL)
		*len = got;
	return out;
}

static void
same_hex(const uint8_t *got, size_t len, const char *want)
{
	struct cp_buf b;

	cp_buf_init(&b);
	cp_hex_put(&b, got, len);
	ck_assert_str_eq(cp_buf_text(&b), want);
	cp_buf_clear(&b);
}

/* ---- secrets --------------------------------------------------------------- */
START_TEST(secrets)
{
	static const uint8_t zero[32];
	struct cp_secret *a = NULL, *b = NULL, *big = NULL;

	ck_assert_int_eq(cp_secret_new(&a, 32, &err), CP_OK);
	ck_assert_int_eq(memcmp(cp_secret_bytes(a), zero, 32), 0);
	ck_assert_int_eq(cp_random_secret(a, &err), CP_OK);
	ck_assert_int_ne(memcmp(cp_secret_bytes(a), zero, 32), 0);
	ck_assert_int_eq(cp_secret_dup(&b, a, &err), CP_OK);
	ck_assert(cp_secret_equal(a, b));
	cp_secret_data(b)[31] ^= 1;
	ck_assert(!cp_secret_equal(a, b));
	cp_secret_shorten(b, 40);
	ck_assert_uint_eq(cp_secret_len(b), 32);
	cp_secret_shorten(b, 16);
	ck_assert_uint_eq(cp_secret_len(b), 16);
	ck_assert_int_eq(memcmp(cp_secret_bytes(b) + 16, zero, 16), 0);
	ck_assert(!cp_secret_equal(a, b));
	ck_assert_int_eq(cp_secret_new(&big, CP_SECRET_MAX + 1, &err),
	    CP_FAILED);
	ck_assert_ptr_null(big);
	cp_secret_free(a);
	cp_secret_free(b);
	cp_secret_free(NULL);
}
END_TEST

START_TEST(secrets_run_out)
{
	struct cp_secret *s[8] = { NULL };
	enum cp_rc rc = CP_OK;
	int i;

	for (i = 0; i < 8 && rc == CP_OK; i++)
		rc = cp_secret_new(&s[i], CP_SECRET_MAX, &err);
	ck_assert_int_eq(rc, CP_FAILED);
	ck_assert_int_gt(i, 2);
	for (i = 0; i < 8; i++)
		cp_secret_free(s[i]);
	ck_assert_int_eq(cp_secret_new(&s[0], CP_SECRET_MAX, &err), CP_OK);
	cp_secret_free(s[0]);
}
END_TEST

/* AddressSanitizer makes mlock do nothing and say it worked. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ADDRESS_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) && !defined(ADDRESS_SANITIZED)
#define ADDRESS_SANITIZED 1
#endif
#ifndef ADDRESS_SANITIZED
#define ADDRESS_SANITIZED 0
#endif

/* Without the right to lock memory, and without root's freedom to do so. */
START_TEST(refuses_unlocked_memory)
{
	struct rlimit none = { 0, 0 };
	pid_t child;
	int status;

	if (geteuid() != 0 || ADDRESS_SANITIZED) {
		puts("SKIP refuses_unlocked_memory: needs root, and a real "
		    "mlock");
		return;
	}
	child = fork();
	if (child == 0) {
		if (setrlimit(RLIMIT_MEMLOCK, &none) != 0 ||
		    setgid(65534) != 0 || setuid(65534) != 0)
			_exit(100);
		if (cp_crypto_init(&err) != CP_FAILED ||
		    strstr(err.hint, "LimitMEMLOCK") == NULL)
			_exit(101);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(works_unprivileged)
{
	struct rlimit usual = { 8 << 20, 8 << 20 };
	struct cp_secret *s = NULL;
	pid_t child;
	int status;

	child = fork();
	if (child == 0) {
		if (setrlimit(RLIMIT_MEMLOCK, &usual) != 0 ||
		    (geteuid() == 0 && setuid(65534) != 0))
			_exit(100);
		_exit(cp_secret_new(&s, 32, &err) == CP_OK ? 0 : 101);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
}
END_TEST

/* ---- random ---------------------------------------------------------------- */
static void *
draw(void *out)
{
	struct cp_err mine;

	return cp_random(out, 32, &mine) == CP_OK ? out : NULL;
}

START_TEST(random_differs)
{
	static uint8_t big[2][10000];
	uint8_t seen[4][32], fork_byte[32];
	pthread_t t;
	void *done = NULL;
	int p[2], status;
	pid_t child;

	ck_assert_int_eq(cp_random(seen[0], 32, &err), CP_OK);
	ck_assert_int_eq(pthread_create(&t, NULL, draw, seen[1]), 0);
	ck_assert_int_eq(pthread_join(t, &done), 0);
	ck_assert_ptr_nonnull(done);
	ck_assert_int_eq(pipe(p), 0);
	child = fork();
	if (child == 0) {
		if (cp_random(fork_byte, 32, &err) != CP_OK ||
		    write(p[1], fork_byte, 32) != 32)
			_exit(1);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(read(p[0], seen[2], 32), 32);
	ck_assert_int_eq(cp_random(seen[3], 32, &err), CP_OK);
	for (int i = 0; i < 4; i++)
		for (int j = 0; j < i; j++)
			ck_assert_int_ne(memcmp(seen[i], seen[j], 32), 0);
	/* Longer than the pool: no part repeats at the pool's length. */
	ck_assert_int_eq(cp_random(big[0], 10000, &err), CP_OK);
	ck_assert_int_ne(memcmp(big[0], big[0] + 4096, 4096), 0);
	ck_assert_int_ne(memcmp(big[0] + 9968, big[1], 32), 0);
	(void)close(p[0]);
	(void)close(p[1]);
}
END_TEST

/* ---- hashes ---------------------------------------------------------------- */
static const char abc_hash[] =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

START_TEST(sha256)
{
	struct cp_sha256_ctx *c = NULL;
	uint8_t out[32];
	int i;

	cp_sha256("abc", 3, out);
	same_hex(out, 32, abc_hash);
	cp_sha256(NULL, 0, out);
	same_hex(out, 32, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca4"
	    "95991b7852b855");
	cp_sha256_two("a", 1, "bc", 2, out);
	same_hex(out, 32, abc_hash);
	ck_assert_int_eq(cp_sha256_new(&c, &err), CP_OK);
	for (i = 0; i < 2; i++) {
		cp_sha256_reset(c);
		cp_sha256_update(c, "ab", 2);
		cp_sha256_update(c, "c", 1);
		cp_sha256_final(c, out);
		same_hex(out, 32, abc_hash);
	}
	cp_sha256_free(c);
	cp_sha256_free(NULL);
}
END_TEST

START_TEST(hmac) /* RFC 4231, cases 2 and 6 */
{
	struct cp_hmac *h = NULL;
	uint8_t key[131], out[32];

	ck_assert_int_eq(cp_hmac_sha256("Jefe", 4,
	    "what do ya want for nothing?", 28, out, &err), CP_OK);
	same_hex(out, 32, "5bdcc146bf60754e6a042426089575c75a003f089d2739839d"
	    "ec58b964ec3843");
	memset(key, 0xaa, sizeof(key));
	ck_assert_int_eq(cp_hmac_sha256(key, sizeof(key), "Test Using Larger "
	    "Than Block-Size Key - Hash Key First", 54, out, &err), CP_OK);
	same_hex(out, 32, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c51405"
	    "46040f0ee37f54");
	ck_assert_int_eq(cp_hmac_new(key, sizeof(key), &h, &err), CP_OK);
	memset(key, 0, sizeof(key));
	for (int i = 0; i < 2; i++) {
		cp_hmac(h, "other", 5, out);
		cp_hmac(h, "Test Using Larger Than Block-Size Key - Hash Key "
		    "First", 54, out);
		same_hex(out, 32, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213"
		    "728c5140546040f0ee37f54");
	}
	cp_hmac_free(h);
	cp_hmac_free(NULL);
}
END_TEST

START_TEST(hkdf) /* RFC 5869, cases 1 and 3, first 32 bytes */
{
	uint8_t ikm[22], *salt, out[32];
	size_t n;

	memset(ikm, 0x0b, sizeof(ikm));
	salt = unhex("000102030405060708090a0b0c", &n);
	ck_assert_int_eq(cp_hkdf_sha256(ikm, sizeof(ikm), salt, n,
	    "\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9", out, &err), CP_OK);
	same_hex(out, 32, "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5d"
	    "b02d56ecc4c5bf");
	ck_assert_int_eq(cp_hkdf_sha256(ikm, sizeof(ikm), NULL, 0, "", out,
	    &err), CP_OK);
	same_hex(out, 32, "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3"
	    "454e5f3c738d2d");
	free(salt);
}
END_TEST

START_TEST(scrypt) /* RFC 7914, section 12, whose r = 8 and p = 1 */
{
	uint8_t out[64];

	ck_assert_int_eq(cp_scrypt("pleaseletmein", 13, "SodiumChloride", 14,
	    14, out, 64, &err), CP_OK);
	same_hex(out, 64, "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9"
	    "b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40d"
	    "fcf017b45575887");
	ck_assert_int_eq(cp_scrypt("x", 1, "y", 1, 0, out, 32, &err),
	    CP_BAD_INPUT);
	ck_assert_int_eq(cp_scrypt("x", 1, "y", 1, 23, out, 32, &err),
	    CP_BAD_INPUT);
	ck_assert_int_eq(cp_scrypt("", 0, "y", 1, 1, out, 32, &err),
	    CP_BAD_INPUT);
}
END_TEST

/* ---- X25519 ---------------------------------------------------------------- */
static const char *const x25519_cases[][3] = { /* RFC 7748, section 5.2 */
	{ "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
	    "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
	    "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552" },
	{ "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
	    "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
	    "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957" },
};

START_TEST(x25519)
{
	uint8_t *k = unhex(x25519_cases[_i][0], NULL);
	uint8_t *u = unhex(x25519_cases[_i][1], NULL), out[32];

	ck_assert_int_eq(cp_x25519(k, u, out, &err), CP_OK);
	same_hex(out, 32, x25519_cases[_i][2]);
	free(k);
	free(u);
}
END_TEST

START_TEST(x25519_repeated) /* the same section, 1 and 1,000 times */
{
	uint8_t k[32] = { 9 }, u[32] = { 9 }, out[32];
	int i;

	ck_assert_int_eq(cp_x25519_base(k, out, &err), CP_OK);
	same_hex(out, 32,
	    "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079");
	for (i = 0; i < 1000; i++) {
		ck_assert_int_eq(cp_x25519(k, u, out, &err), CP_OK);
		memcpy(u, k, 32);
		memcpy(k, out, 32);
	}
	same_hex(k, 32,
	    "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51");
}
END_TEST

static const char *const low_order[] = {
	"0000000000000000000000000000000000000000000000000000000000000000",
	"0100000000000000000000000000000000000000000000000000000000000000",
	"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
	"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"0000000000000000000000000000000000000000000000000000000000000080",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
};

START_TEST(x25519_low_order)
{
	uint8_t *u = unhex(low_order[_i], NULL), k[32], out[32] = { 0xee };

	ck_assert_int_eq(cp_random(k, 32, &err), CP_OK);
	ck_assert_int_eq(cp_x25519(k, u, out, &err), CP_CORRUPT);
	ck_assert_uint_eq(out[0], 0xee);
	free(u);
}
END_TEST

/* ---- ChaCha20-Poly1305 [RFC 8439, section 2.8.2] --------------------------- */
static const char sunscreen[] = "Ladies and Gentlemen of the class of '99: If "
    "I could offer you only one tip for the future, sunscreen would be it.";
static const char sealed_sunscreen[] =
    "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e"
    "8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c"
    "9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576d265"
    "86cec64b6116";

START_TEST(aead)
{
	const size_t n = sizeof(sunscreen) - 1;
	uint8_t *key = unhex("808182838485868788898a8b8c8d8e8f90919293949596"
	    "9798999a9b9c9d9e9f", NULL);
	uint8_t *nonce = unhex("070000004041424344454647", NULL);
	uint8_t *ad = unhex("50515253c0c1c2c3c4c5c6c7", NULL);
	uint8_t out[sizeof(sunscreen)], back[sizeof(sunscreen)], tag[16];
	struct cp_aead *a = NULL;
	size_t i;

	ck_assert_int_eq(cp_aead_new(&a, &err), CP_OK);
	for (i = 0; i < 2; i++) { /* the handle is used again */
		ck_assert_int_eq(cp_aead_seal(a, key, nonce, ad, 12,
		    sunscreen, n, out, tag, &err), CP_OK);
		same_hex(out, n, sealed_sunscreen);
		same_hex(tag, 16, "1ae10b594f09e26a7e902ecbd0600691");
	}
	ck_assert_int_eq(cp_aead_open(a, key, nonce, ad, 12, out, n, tag, back,
	    &err), CP_OK);
	ck_assert_int_eq(memcmp(back, sunscreen, n), 0);
	/* Every wrong bit of every part, and nothing comes out. */
	for (i = 0; i < 8 * (n + 16 + 12 + 12 + 32); i++) {
		size_t byte = i / 8;
		uint8_t *at = byte < n ? &out[byte] : byte < n + 16 ?
		    &tag[byte - n] : byte < n + 28 ? &ad[byte - n - 16] :
		    byte < n + 40 ? &nonce[byte - n - 28] :
		    &key[byte - n - 40];

		*at ^= (uint8_t)(1 << i % 8);
		memset(back, 0x55, sizeof(back));
		ck_assert_int_eq(cp_aead_open(a, key, nonce, ad, 12, out, n,
		    tag, back, &err), CP_CORRUPT);
		ck_assert(back[0] == 0 && back[n - 1] == 0);
		*at ^= (uint8_t)(1 << i % 8);
	}
	/* In place, and empty. */
	memcpy(back, sunscreen, n);
	ck_assert_int_eq(cp_aead_seal(a, key, nonce, ad, 12, back, n, back,
	    tag, &err), CP_OK);
	same_hex(back, n, sealed_sunscreen);
	ck_assert_int_eq(cp_aead_open(a, key, nonce, ad, 12, back, n, tag,
	    back, &err), CP_OK);
	ck_assert_int_eq(memcmp(back, sunscreen, n), 0);
	ck_assert_int_eq(cp_aead_seal(a, key, nonce, NULL, 0, NULL, 0, NULL,
	    tag, &err), CP_OK);
	ck_assert_int_eq(cp_aead_open(a, key, nonce, NULL, 0, NULL, 0, tag,
	    NULL, &err), CP_OK);
	cp_aead_free(a);
	cp_aead_free(NULL);
	free(key);
	free(nonce);
	free(ad);
}
END_TEST

/* ---- Ed25519 [RFC 8032, section 7.1, tests 1 and 2] ------------------------ */
static const char *const ed25519_cases[][4] = {
	{ "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
	    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
	    "", "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e0652249"
	    "01555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a"
	    "100b" },
	{ "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
	    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
	    "72", "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223eb"
	    "db69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612"
	    "bb0c00" },
};

START_TEST(ed25519)
{
	uint8_t *seed = unhex(ed25519_cases[_i][0], NULL), pub[32], sig[64];
	size_t n = 0, i;
	uint8_t *msg = unhex(ed25519_cases[_i][2], &n);

	ck_assert_int_eq(cp_ed25519_public(seed, pub, &err), CP_OK);
	same_hex(pub, 32, ed25519_cases[_i][1]);
	ck_assert_int_eq(cp_ed25519_sign(seed, pub, msg, n, sig, &err),
	    CP_OK);
	same_hex(sig, 64, ed25519_cases[_i][3]);
	ck_assert_int_eq(cp_ed25519_verify(pub, msg, n, sig, &err), CP_OK);
	for (i = 0; i < 64; i++) {
		sig[i] ^= 0x10;
		ck_assert_int_eq(cp_ed25519_verify(pub, msg, n, sig, &err),
		    CP_CORRUPT);
		sig[i] ^= 0x10;
	}
	ck_assert_int_eq(cp_ed25519_verify(pub, "x", 1, sig, &err),
	    CP_CORRUPT);
	free(seed);
	free(msg);
}
END_TEST

START_TEST(ed25519_malleable)
{
	/* S + L signs as well as S does, for whom does not look. */
	static const uint8_t order[32] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63,
		0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
		[31] = 0x10 };
	uint8_t *pub = unhex(ed25519_cases[0][1], NULL);
	uint8_t *sig = unhex(ed25519_cases[0][3], NULL);
	unsigned carry = 0;
	int i;

	for (i = 0; i < 32; i++) {
		carry += (unsigned)sig[32 + i] + order[i];
		sig[32 + i] = (uint8_t)carry;
		carry >>= 8;
	}
	ck_assert_int_eq(cp_ed25519_verify(pub, "", 0, sig, &err),
	    CP_CORRUPT);
	memcpy(sig + 32, order, 32);
	ck_assert_int_eq(cp_ed25519_verify(pub, "", 0, sig, &err),
	    CP_CORRUPT);
	free(pub);
	free(sig);
}
END_TEST

START_TEST(ed25519_long)
{
	uint8_t *seed = unhex(ed25519_cases[0][0], NULL), sig[64];
	uint8_t *pub = unhex(ed25519_cases[0][1], NULL);
	size_t most = CP_ED25519_MESSAGE;
	uint8_t *msg = calloc(2, most + 1);

	ck_assert_int_eq(cp_ed25519_sign(seed, pub, msg, most, sig, &err),
	    CP_OK);
	ck_assert_int_eq(cp_ed25519_verify(pub, msg, most, sig, &err), CP_OK);
	msg[most - 1] = 1;
	ck_assert_int_eq(cp_ed25519_verify(pub, msg, most, sig, &err),
	    CP_CORRUPT);
	ck_assert_int_eq(cp_ed25519_sign(seed, pub, msg, most + 1, sig, &err),
	    CP_FAILED);
	ck_assert_int_eq(cp_ed25519_verify(pub, msg, most + 1, sig, &err),
	    CP_FAILED);
	ck_assert_int_eq(cp_ed25519_verify(pub, msg, 2 * most + 2, sig, &err),
	    CP_FAILED);
	free(msg);
	free(pub);
	free(seed);
}
END_TEST

static const char *const weak_keys[] = {
	"0000000000000000000000000000000000000000000000000000000000000000",
	"0000000000000000000000000000000000000000000000000000000000000080",
	"0100000000000000000000000000000000000000000000000000000000000000",
	"0100000000000000000000000000000000000000000000000000000000000080",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
};

START_TEST(ed25519_weak_key)
{
	uint8_t *pub = unhex(weak_keys[_i], NULL), sig[64] = { 1 };

	ck_assert_int_eq(cp_ed25519_verify(pub, "", 0, sig, &err),
	    CP_CORRUPT);
	ck_assert_str_eq(err.what, "the public key is weak");
	free(pub);
}
END_TEST

/* Half of all strings are no point; the library must survive them. */
START_TEST(ed25519_any_key)
{
	uint8_t *sig = unhex(ed25519_cases[0][3], NULL), pub[32];
	int i;

	for (i = 0; i < 200; i++) {
		ck_assert_int_eq(cp_random(pub, 32, &err), CP_OK);
		ck_assert_int_eq(cp_ed25519_verify(pub, "", 0, sig, &err),
		    CP_CORRUPT);
	}
	free(sig);
}
END_TEST

/* ---- text ------------------------------------------------------------------ */
START_TEST(base64)
{
	static const char *const padded[] = { "", "Zg==", "Zm8=", "Zm9v",
		"Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy" }; /* RFC 4648, section 10 */
	static const char *const bad[] = { "Zg", "Zg=", "Zh==", "Zm9=", "Zm9",
		"=", "==", "===", "====", "Z===", "Zm9v\n", "Zm 9", "Zg==Zg==",
		"Z-8=", "Z_8=", "Zm9vYmFyZm9vYmFyZm9v" };
	uint8_t out[12];
	struct cp_buf b;
	size_t i, got, n;

	for (i = 0; i <= 6; i++) {
		cp_buf_init(&b);
		cp_base64_put(&b, "foobar", i);
		ck_assert_str_eq(cp_buf_text(&b), padded[i]);
		ck_assert_int_eq(cp_base64_get(padded[i], strlen(padded[i]),
		    out, sizeof(out), &got, &err), CP_OK);
		ck_assert_uint_eq(got, i);
		ck_assert_int_eq(memcmp(out, "foobar", i), 0);
		cp_buf_reset(&b);
		cp_base64_raw_put(&b, "foobar", i);
		n = strcspn(padded[i], "=");
		ck_assert_uint_eq(b.len, n);
		ck_assert_int_eq(memcmp(cp_buf_text(&b), padded[i], n), 0);
		ck_assert_int_eq(cp_base64_raw_get(padded[i], n, out, i, &got,
		    &err), CP_OK);
		ck_assert_uint_eq(got, i);
		if (n < strlen(padded[i]))
			ck_assert_int_eq(cp_base64_raw_get(padded[i],
			    strlen(padded[i]), out, 12, &got, &err),
			    CP_BAD_INPUT);
		cp_buf_clear(&b);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(cp_base64_get(bad[i], strlen(bad[i]), out,
		    sizeof(out), &got, &err) == CP_BAD_INPUT, "%s", bad[i]);
	ck_assert_int_eq(cp_base64_raw_get("Zh", 2, out, 12, &got, &err),
	    CP_BAD_INPUT);
	ck_assert_int_eq(cp_hex_get("0g", 2, out, 12, &got, &err),
	    CP_BAD_INPUT);
	ck_assert_int_eq(cp_hex_get("012", 3, out, 12, &got, &err),
	    CP_BAD_INPUT);
	ck_assert_int_eq(cp_hex_get("aBfF", 4, out, 12, &got, &err), CP_OK);
	ck_assert(got == 2 && out[0] == 0xab && out[1] == 0xff);
}
END_TEST

START_TEST(bech32) /* BIP 173 */
{
	static const char good[] =
	    "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw";
	uint8_t out[20];
	char text[64], broken[64];
	size_t i;

	ck_assert_int_eq(cp_bech32_decode("A", "A12UEL5L", 8, out, 0, &err),
	    CP_OK);
	ck_assert_int_eq(cp_bech32_decode("a", "a12UEL5L", 8, out, 0, &err),
	    CP_BAD_INPUT);
	ck_assert_int_eq(cp_bech32_decode("abcdef", good, strlen(good), out,
	    20, &err), CP_OK);
	same_hex(out, 20, "00443214c74254b635cf84653a56d7c675be77df");
	ck_assert_uint_eq(cp_bech32_len("abcdef", 20), strlen(good));
	ck_assert_int_eq(cp_bech32_encode("abcdef", out, 20, text, 64, &err),
	    CP_OK);
	ck_assert_int_eq(memcmp(text, good, strlen(good)), 0);
	ck_assert_int_eq(cp_bech32_encode("abcdef", out, 20, text, 44, &err),
	    CP_FAILED);
	ck_assert_int_eq(cp_bech32_decode("abcdef", good, strlen(good), out,
	    19, &err), CP_BAD_INPUT);
	for (i = 0; i < strlen(good); i++) {
		memcpy(broken, good, sizeof(good));
		broken[i] = broken[i] == 'q' ? 'p' : 'q';
		ck_assert_int_eq(cp_bech32_decode("abcdef", broken,
		    strlen(good), out, 20, &err), CP_BAD_INPUT);
	}
}
END_TEST

START_TEST(ct_equal)
{
	uint8_t a[64] = { 0 }, b[64] = { 0 };
	int i;

	ck_assert_int_eq(cp_ct_equal(a, b, 64), 1);
	ck_assert_int_eq(cp_ct_equal(a, b, 0), 1);
	for (i = 0; i < 512; i++) {
		b[i / 8] ^= (uint8_t)(1 << i % 8);
		ck_assert_int_eq(cp_ct_equal(a, b, 64), 0);
		b[i / 8] ^= (uint8_t)(1 << i % 8);
	}
}
END_TEST

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

int
main(void)
{
	Suite *s = suite_create("crypto");
	TCase *t = tcase_create("all");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_set_timeout(t, 60);
	tcase_add_test(t, secrets);
	tcase_add_test(t, secrets_run_out);
	tcase_add_test(t, refuses_unlocked_memory);
	tcase_add_test(t, works_unprivileged);
	tcase_add_test(t, random_differs);
	tcase_add_test(t, sha256);
	tcase_add_test(t, hmac);
	tcase_add_test(t, hkdf);
	tcase_add_test(t, scrypt);
	tcase_add_loop_test(t, x25519, 0, COUNT(x25519_cases));
	tcase_add_test(t, x25519_repeated);
	tcase_add_loop_test(t, x25519_low_order, 0, COUNT(low_order));
	tcase_add_test(t, aead);
	tcase_add_loop_test(t, ed25519, 0, COUNT(ed25519_cases));
	tcase_add_test(t, ed25519_malleable);
	tcase_add_test(t, ed25519_long);
	tcase_add_loop_test(t, ed25519_weak_key, 0, COUNT(weak_keys));
	tcase_add_test(t, ed25519_any_key);
	tcase_add_test(t, base64);
	tcase_add_test(t, bech32);
	tcase_add_test(t, ct_equal);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
