#include "archive/hostkey.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "archive/crypto.h"
#include "archive/file.h"
#include "archive/secret.h"

enum { NONCE = 12, TAG = 16, HOSTKEY_FILE_MAX = 64 };

enum cp_rc
cp_hostkey_create(const char *path, struct cp_err *err)
{
	struct cp_secret *key = NULL;
	enum cp_rc rc;

	rc = cp_secret_new(&key, CP_HOSTKEY_BYTES, err);
	if (rc == CP_OK)
		rc = cp_random_secret(key, err);
	if (rc == CP_OK)
		rc = cp_file_write_new(path, S_IRUSR | S_IWUSR,
		    cp_secret_bytes(key), CP_HOSTKEY_BYTES, err);
	cp_secret_free(key);
	return rc;
}

static enum cp_rc
load_from(const char *dir, const char *name, struct cp_secret **out,
    struct cp_err *err)
{
	struct cp_secret *key = NULL;
	char path[PATH_MAX];
	enum cp_rc rc;
	int n;

	n = snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (n < 0 || (size_t)n >= sizeof(path))
		return cp_fail(err, CP_FAILED, "path too long");
	rc = cp_file_read_secret(path, HOSTKEY_FILE_MAX, &key, err);
	if (rc == CP_OK && cp_secret_len(key) != CP_HOSTKEY_BYTES)
		rc = cp_fail(err, CP_KEY, "%s does not hold %d bytes", path,
		    CP_HOSTKEY_BYTES);
	if (rc == CP_OK) {
		*out = key;
		key = NULL;
	}
	cp_secret_free(key);
	return rc;
}

/* Only a credential that is not there leads on to the file: a bad one must
 * not be passed over. */
enum cp_rc
cp_hostkey_load(const char *keys_dir, struct cp_secret **out,
    struct cp_err *err)
{
	const char *credentials = getenv("CREDENTIALS_DIRECTORY");
	enum cp_rc rc = CP_NOT_FOUND;

	if (credentials != NULL && credentials[0] != '\0')
		rc = load_from(credentials, "cpadmin-host-key", out, err);
	if (rc == CP_NOT_FOUND)
		rc = load_from(keys_dir, "host.key", out, err);
	if (rc == CP_NOT_FOUND) {
		rc = err->code = CP_KEY;
		cp_err_context(err, "no host key");
	} else if (rc != CP_OK)
		cp_err_context(err, "host key");
	return rc;
}

enum cp_rc
cp_hostkey_wrap(const struct cp_secret *hostkey, const char *label,
    const void *in, size_t len, struct cp_buf *out, struct cp_err *err)
{
	struct cp_aead *aead = NULL;
	size_t before = out->len;
	enum cp_rc rc;
	uint8_t *at;

	at = cp_buf_grow(out, NONCE + len + TAG);
	if (at == NULL)
		return cp_buf_check(out, err);
	rc = cp_aead_new(&aead, err);
	if (rc == CP_OK)
		rc = cp_random(at, NONCE, err);
	if (rc == CP_OK)
		rc = cp_aead_seal(aead, cp_secret_bytes(hostkey), at, label,
		    strlen(label), in, len, at + NONCE, at + NONCE + len,
		    err);
	if (rc != CP_OK)
		out->len = before;
	cp_aead_free(aead);
	return rc;
}

enum cp_rc
cp_hostkey_unwrap(const struct cp_secret *hostkey, const char *label,
    const void *in, size_t len, struct cp_secret **out, struct cp_err *err)
{
	struct cp_secret *plain = NULL;
	struct cp_aead *aead = NULL;
	const uint8_t *at = in;
	enum cp_rc rc;

	if (len < NONCE + TAG)
		return cp_fail(err, CP_KEY, "what the host key wrapped is cut "
		    "short");
	rc = cp_secret_new(&plain, len - NONCE - TAG, err);
	if (rc == CP_OK)
		rc = cp_aead_new(&aead, err);
	if (rc == CP_OK)
		rc = cp_aead_open(aead, cp_secret_bytes(hostkey), at, label,
		    strlen(label), at + NONCE, len - NONCE - TAG,
		    at + len - TAG, cp_secret_data(plain), err);
	if (rc == CP_CORRUPT || rc == CP_KEY)
		rc = cp_fail(err, CP_KEY, "the host key does not open it");
	if (rc == CP_OK) {
		*out = plain;
		plain = NULL;
	}
	cp_aead_free(aead);
	cp_secret_free(plain);
	return rc;
}
