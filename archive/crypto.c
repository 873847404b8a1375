#include "archive/crypto.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <gcrypt.h>

#include "archive/crypto_impl.h"

enum { SECMEM = 256 * 1024, POOL = 4096, INFO_MAX = 128,
	HMAC_BLOCK = 64 };

/* ---- start ---------------------------------------------------------------
 * Process-wide, written once under start_lock. */
static pthread_mutex_t start_lock = PTHREAD_MUTEX_INITIALIZER;
static int started;
static pthread_key_t pool_key;

/* Random bytes of one thread, in the secure pool. */
struct random_pool {
	size_t left;
	unsigned fork_count;
	uint8_t bytes[POOL];
};
static unsigned forks; /* how often this process is a forked child */

static void
after_fork(void)
{
	forks++;
}

static void
pool_free(void *p)
{
	cp_wipe(p, sizeof(struct random_pool));
	gcry_free(p);
}

enum cp_rc
cp_gcry_fail(struct cp_err *err, const char *what, gcry_error_t e)
{
	return cp_fail(err, CP_FAILED, "%s: %s", what, gcry_strerror(e));
}

/* libgcrypt only warns when it cannot lock its pool; try it beforehand. */
static enum cp_rc
probe_lock(struct cp_err *err)
{
	enum cp_rc rc = CP_OK;
	void *p = mmap(NULL, SECMEM, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return cp_fail_errno(err, CP_FAILED, "memory for keys");
	if (mlock(p, SECMEM) != 0) {
		rc = cp_fail_errno(err, CP_FAILED,
		    "memory for keys cannot be locked");
		cp_err_hint(err, "raise the limit of locked memory to %d KiB "
		    "or more (ulimit -l, LimitMEMLOCK=)", 2 * SECMEM / 1024);
	}
	(void)munmap(p, SECMEM);
	return rc;
}

static enum cp_rc
start_library(struct cp_err *err)
{
	gcry_error_t e;
	enum cp_rc rc;

	if (gcry_check_version("1.10.0") == NULL)
		return cp_fail(err, CP_FAILED, "libgcrypt %s is too old, 1.10 "
		    "is needed", gcry_check_version(NULL));
	rc = probe_lock(err);
	if (rc != CP_OK)
		return rc;
	e = gcry_control(GCRYCTL_INIT_SECMEM, SECMEM, 0);
	if (e != 0)
		return cp_gcry_fail(err, "locked memory", e);
	e = gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
	if (e != 0)
		return cp_gcry_fail(err, "starting libgcrypt", e);
	return CP_OK;
}

enum cp_rc
cp_crypto_init(struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	if (__atomic_load_n(&started, __ATOMIC_ACQUIRE))
		return CP_OK;
	(void)pthread_mutex_lock(&start_lock);
	if (!started) {
		rc = start_library(err);
		if (rc == CP_OK && (pthread_key_create(&pool_key, pool_free)
		    != 0 || pthread_atfork(NULL, NULL, after_fork) != 0))
			rc = cp_fail(err, CP_FAILED, "out of thread keys");
		if (rc == CP_OK)
			__atomic_store_n(&started, 1, __ATOMIC_RELEASE);
	}
	(void)pthread_mutex_unlock(&start_lock);
	return rc;
}

/* ---- random --------------------------------------------------------------- */
static struct random_pool *
pool_get(struct cp_err *err)
{
	struct random_pool *p = pthread_getspecific(pool_key);

	if (p != NULL)
		return p;
	p = gcry_calloc_secure(1, sizeof(*p));
	if (p == NULL || pthread_setspecific(pool_key, p) != 0) {
		gcry_free(p);
		(void)cp_fail(err, CP_FAILED, "out of locked memory");
		return NULL;
	}
	return p;
}

enum cp_rc
cp_random(void *out, size_t len, struct cp_err *err)
{
	struct random_pool *p;
	uint8_t *to = out;
	size_t n;
	enum cp_rc rc = cp_crypto_init(err);

	if (rc != CP_OK)
		return rc;
	p = pool_get(err);
	if (p == NULL)
		return CP_FAILED;
	for (; len > 0; len -= n, to += n) {
		if (p->left == 0 || p->fork_count != forks) {
			gcry_randomize(p->bytes, POOL, GCRY_STRONG_RANDOM);
			p->left = POOL;
			p->fork_count = forks;
		}
		n = len < p->left ? len : p->left;
		memcpy(to, p->bytes + p->left - n, n);
		p->left -= n;
		cp_wipe(p->bytes + p->left, n);
	}
	return CP_OK;
}

enum cp_rc
cp_random_secret(struct cp_secret *s, struct cp_err *err)
{
	return cp_random(cp_secret_data(s), cp_secret_len(s), err);
}

/* ---- hashes --------------------------------------------------------------- */
void
cp_sha256(const void *data, size_t len, uint8_t out[CP_SHA256_LEN])
{
	gcry_md_hash_buffer(GCRY_MD_SHA256, out, len > 0 ? data : "", len);
}

void
cp_sha256_two(const void *a, size_t alen, const void *b, size_t blen,
    uint8_t out[CP_SHA256_LEN])
{
	gcry_buffer_t iov[2] = { { .len = alen }, { .len = blen } };

	/* libgcrypt's type has no const; it only reads. */
	memcpy(&iov[0].data, &a, sizeof(a));
	memcpy(&iov[1].data, &b, sizeof(b));
	/* Fails for unknown algorithms only; zeros would then fit nothing. */
	if (gcry_md_hash_buffers(GCRY_MD_SHA256, 0, out, iov, 2) != 0)
		memset(out, 0, CP_SHA256_LEN);
}

struct cp_sha256_ctx {
	gcry_md_hd_t md;
};

enum cp_rc
cp_sha256_new(struct cp_sha256_ctx **out, struct cp_err *err)
{
	struct cp_sha256_ctx *c;
	gcry_error_t e;
	enum cp_rc rc = cp_crypto_init(err);

	if (rc != CP_OK)
		return rc;
	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	e = gcry_md_open(&c->md, GCRY_MD_SHA256, 0);
	if (e != 0) {
		free(c);
		return cp_gcry_fail(err, "SHA-256", e);
	}
	*out = c;
	return CP_OK;
}

void
cp_sha256_reset(struct cp_sha256_ctx *c)
{
	gcry_md_reset(c->md);
}

void
cp_sha256_update(struct cp_sha256_ctx *c, const void *data, size_t len)
{
	gcry_md_write(c->md, data, len);
}

void
cp_sha256_final(struct cp_sha256_ctx *c, uint8_t out[CP_SHA256_LEN])
{
	memcpy(out, gcry_md_read(c->md, GCRY_MD_SHA256), CP_SHA256_LEN);
}

void
cp_sha256_free(struct cp_sha256_ctx *c)
{
	if (c == NULL)
		return;
	gcry_md_close(c->md);
	free(c);
}

/* [RFC 2104].  libgcrypt's own takes a handle for each call, whose opening
 * costs four times the hashing. */
enum cp_rc
cp_hmac_sha256(const void *key, size_t key_len, const void *data, size_t len,
    uint8_t out[CP_SHA256_LEN], struct cp_err *err)
{
	uint8_t inner[HMAC_BLOCK], outer[HMAC_BLOCK], hash[CP_SHA256_LEN];
	uint8_t block[HMAC_BLOCK] = { 0 };
	enum cp_rc rc = cp_crypto_init(err);

	if (rc != CP_OK)
		return rc;
	if (key_len > HMAC_BLOCK)
		cp_sha256(key, key_len, block);
	else if (key_len > 0)
		memcpy(block, key, key_len);
	for (size_t i = 0; i < HMAC_BLOCK; i++) {
		inner[i] = block[i] ^ 0x36;
		outer[i] = block[i] ^ 0x5c;
	}
	cp_sha256_two(inner, sizeof(inner), data, len, hash);
	cp_sha256_two(outer, sizeof(outer), hash, sizeof(hash), out);
	cp_wipe(block, sizeof(block));
	cp_wipe(inner, sizeof(inner));
	cp_wipe(outer, sizeof(outer));
	cp_wipe(hash, sizeof(hash));
	return CP_OK;
}

struct cp_hmac {
	gcry_md_hd_t md;
};

enum cp_rc
cp_hmac_new(const void *key, size_t key_len, struct cp_hmac **out,
    struct cp_err *err)
{
	struct cp_hmac *h;
	gcry_error_t e;
	enum cp_rc rc = cp_crypto_init(err);

	if (rc != CP_OK)
		return rc;
	h = calloc(1, sizeof(*h));
	if (h == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	e = gcry_md_open(&h->md, GCRY_MD_SHA256, GCRY_MD_FLAG_HMAC |
	    GCRY_MD_FLAG_SECURE);
	if (e == 0)
		e = gcry_md_setkey(h->md, key, key_len);
	if (e != 0) {
		cp_hmac_free(h);
		return cp_gcry_fail(err, "HMAC-SHA-256", e);
	}
	*out = h;
	return CP_OK;
}

void
cp_hmac(struct cp_hmac *h, const void *data, size_t len,
    uint8_t out[CP_SHA256_LEN])
{
	gcry_md_reset(h->md);
	gcry_md_write(h->md, data, len);
	memcpy(out, gcry_md_read(h->md, GCRY_MD_SHA256), CP_SHA256_LEN);
}

void
cp_hmac_free(struct cp_hmac *h)
{
	if (h == NULL)
		return;
	gcry_md_close(h->md);
	free(h);
}

enum cp_rc
cp_hkdf_sha256(const uint8_t *ikm, size_t ikm_len, const void *salt,
    size_t salt_len, const char *info, uint8_t out[32], struct cp_err *err)
{
	static const uint8_t no_salt[CP_SHA256_LEN];
	uint8_t prk[CP_SHA256_LEN], block[INFO_MAX + 1];
	size_t n = strlen(info);
	enum cp_rc rc;

	if (n > INFO_MAX)
		return cp_fail(err, CP_FAILED, "HKDF: label too long");
	if (salt_len == 0) {
		salt = no_salt;
		salt_len = sizeof(no_salt);
	}
	memcpy(block, info, n);
	block[n] = 1; /* the number of the output block */
	rc = cp_hmac_sha256(salt, salt_len, ikm, ikm_len, prk, err);
	if (rc == CP_OK)
		rc = cp_hmac_sha256(prk, sizeof(prk), block, n + 1, out, err);
	cp_wipe(prk, sizeof(prk));
	return rc;
}

/* ---- ChaCha20-Poly1305 ---------------------------------------------------- */
struct cp_aead {
	gcry_cipher_hd_t cipher;
};

enum cp_rc
cp_aead_new(struct cp_aead **out, struct cp_err *err)
{
	struct cp_aead *a;
	gcry_error_t e;
	enum cp_rc rc = cp_crypto_init(err);

	if (rc != CP_OK)
		return rc;
	a = calloc(1, sizeof(*a));
	if (a == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	e = gcry_cipher_open(&a->cipher, GCRY_CIPHER_CHACHA20,
	    GCRY_CIPHER_MODE_POLY1305, GCRY_CIPHER_SECURE);
	if (e != 0) {
		free(a);
		return cp_gcry_fail(err, "ChaCha20-Poly1305", e);
	}
	*out = a;
	return CP_OK;
}

void
cp_aead_free(struct cp_aead *a)
{
	if (a == NULL)
		return;
	gcry_cipher_close(a->cipher);
	free(a);
}

static gcry_error_t
aead_start(struct cp_aead *a, const uint8_t key[32], const uint8_t nonce[12],
    const void *ad, size_t adlen)
{
	gcry_error_t e;

	e = gcry_cipher_setkey(a->cipher, key, CP_AEAD_KEY);
	if (e == 0)
		e = gcry_cipher_setiv(a->cipher, nonce, CP_AEAD_NONCE);
	if (e == 0 && adlen > 0)
		e = gcry_cipher_authenticate(a->cipher, ad, adlen);
	return e;
}

enum cp_rc
cp_aead_seal(struct cp_aead *a, const uint8_t key[32],
    const uint8_t nonce[12], const void *ad, size_t adlen, const void *in,
    size_t len, void *out, uint8_t tag[16], struct cp_err *err)
{
	gcry_error_t e = aead_start(a, key, nonce, ad, adlen);

	if (e == 0 && len > 0)
		e = gcry_cipher_encrypt(a->cipher, out, len,
		    out == in ? NULL : in, out == in ? 0 : len);
	if (e == 0)
		e = gcry_cipher_gettag(a->cipher, tag, CP_AEAD_TAG);
	return e == 0 ? CP_OK : cp_gcry_fail(err, "encryption", e);
}

enum cp_rc
cp_aead_open(struct cp_aead *a, const uint8_t key[32],
    const uint8_t nonce[12], const void *ad, size_t adlen, const void *in,
    size_t len, const uint8_t tag[16], void *out, struct cp_err *err)
{
	gcry_error_t e = aead_start(a, key, nonce, ad, adlen);

	if (e == 0 && len > 0)
		e = gcry_cipher_decrypt(a->cipher, out, len,
		    out == in ? NULL : in, out == in ? 0 : len);
	if (e == 0)
		e = gcry_cipher_checktag(a->cipher, tag, CP_AEAD_TAG);
	if (e == 0)
		return CP_OK;
	if (len > 0)
		cp_wipe(out, len);
	if (gcry_err_code(e) == GPG_ERR_CHECKSUM)
		return cp_fail(err, CP_CORRUPT, "not authentic");
	return cp_gcry_fail(err, "decryption", e);
}

/* ---- scrypt --------------------------------------------------------------- */
enum cp_rc
cp_scrypt(const void *pass, size_t pass_len, const void *salt,
    size_t salt_len, unsigned log_n, uint8_t *out, size_t outlen,
    struct cp_err *err)
{
	gcry_error_t e;
	enum cp_rc rc = cp_crypto_init(err);

	if (rc != CP_OK)
		return rc;
	if (log_n < CP_SCRYPT_MIN || log_n > CP_SCRYPT_MAX)
		return cp_fail(err, CP_BAD_INPUT, "scrypt: work factor %u is "
		    "not between %d and %d", log_n, CP_SCRYPT_MIN,
		    CP_SCRYPT_MAX);
	if (pass_len == 0)
		return cp_fail(err, CP_BAD_INPUT, "the passphrase is empty");
	/* libgcrypt takes N as the sub-algorithm and p as the iterations; its
	 * r is 8. */
	e = gcry_kdf_derive(pass, pass_len, GCRY_KDF_SCRYPT, 1 << log_n, salt,
	    salt_len, 1, outlen, out);
	return e == 0 ? CP_OK : cp_gcry_fail(err, "scrypt", e);
}

/* ---- small things --------------------------------------------------------- */
int
cp_ct_equal(const void *a, const void *b, size_t len)
{
	const volatile uint8_t *x = a, *y = b;
	unsigned diff = 0;
	size_t i;

	for (i = 0; i < len; i++)
		diff |= (unsigned)(x[i] ^ y[i]);
	return (int)(1 & ((diff - 1) >> 8));
}

void
cp_wipe(void *p, size_t len)
{
	explicit_bzero(p, len);
}
