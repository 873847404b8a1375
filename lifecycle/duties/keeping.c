#include "lifecycle/duties/keeping.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/crypto.h"
#include "archive/file.h"
#include "archive/hostkey.h"
#include "archive/secret.h"
#include "lifecycle/store/settings.h"
#include "lifecycle/store/stmt.h"

/*
 * Both are nonce, ciphertext and tag of ChaCha20-Poly1305: the file holds the
 * request's key under the host's, the row the package under that key.
 */
enum { KEY_BYTES = 32, FILE_MAX = 256, LABEL_MAX = 120, PATH_MAX_HERE = 4096,
	FRAME = CP_AEAD_NONCE + CP_AEAD_TAG };
static const char FOLDER[] = "keys/access";
static const char SUFFIX[] = ".key";

/* ---- the key --------------------------------------------------------------- */

struct place {
	struct cp_secret *host;
	char label[LABEL_MAX];
	char path[PATH_MAX_HERE];
};

static enum cp_rc
place_open(struct cp_store *s, const struct cp_sar *r, struct place *p,
    struct cp_err *err)
{
	struct cp_settings settings;
	enum cp_rc rc = cp_settings_load(s, &settings, err);

	p->host = NULL;
	if (rc != CP_OK)
		return rc;
	(void)snprintf(p->label, sizeof(p->label), "cpadmin key of %s in %s",
	    r->id, settings.store_id);
	rc = cp_store_path(s, p->path, sizeof(p->path), err, "keys");
	if (rc == CP_OK)
		rc = cp_hostkey_load(p->path, &p->host, err);
	return rc == CP_OK ? cp_store_path(s, p->path, sizeof(p->path), err,
	    "%s/%s%s", FOLDER, r->id, SUFFIX) : rc;
}

/* CP_NOT_FOUND where there is none. */
static enum cp_rc
load(const struct place *p, struct cp_secret **out, struct cp_err *err)
{
	struct cp_secret *key = NULL;
	struct cp_buf wrapped;
	enum cp_rc rc;

	cp_buf_init(&wrapped);
	rc = cp_file_read(p->path, FILE_MAX, &wrapped, err);
	if (rc == CP_OK)
		rc = cp_hostkey_unwrap(p->host, p->label, wrapped.data,
		    wrapped.len, &key, err);
	if (rc == CP_OK && cp_secret_len(key) != KEY_BYTES)
		rc = cp_fail(err, CP_KEY, "not %d bytes", KEY_BYTES);
	if (rc == CP_OK) {
		*out = key;
		key = NULL;
	} else if (rc == CP_KEY) {
		cp_err_context(err, "the request's key, %s", p->path);
	}
	cp_secret_free(key);
	cp_buf_clear(&wrapped);
	return rc;
}

/* Another program may be doing the same. */
static enum cp_rc
zeroise(const char *path, struct cp_err *err)
{
	struct cp_err second = { 0 };
	struct stat st = { .st_size = 0 };
	int fd = -1;
	enum cp_rc rc = CP_OK;

	fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 && errno == ENOENT)
		return CP_OK;
	if (fd < 0 || fstat(fd, &st) != 0)
		rc = cp_fail_errno(err, CP_FAILED, "%s", path);
	if (rc == CP_OK && st.st_size > 0)
		rc = cp_file_zeroise(fd, 0, NULL, (size_t)st.st_size, path,
		    err);
	if (fd >= 0 && cp_fd_close(&fd, path, &second) != CP_OK &&
	    rc == CP_OK) {
		*err = second;
		rc = err->code;
	}
	if (rc == CP_OK)
		rc = cp_file_unlink_durable(path, err);
	if (rc != CP_NOT_FOUND)
		return rc;
	cp_err_clear(err);
	return CP_OK;
}

/* A program that was faster has made the one that counts. */
static enum cp_rc
make(struct cp_store *s, const struct place *p, struct cp_secret **out,
    struct cp_err *err)
{
	struct cp_secret *key = NULL;
	struct cp_buf wrapped;
	char folder[PATH_MAX_HERE];
	enum cp_rc rc = cp_store_path(s, folder, sizeof(folder), err, "%s",
	    FOLDER);

	cp_buf_init(&wrapped);
	if (rc == CP_OK)
		rc = cp_dir_make(folder, S_IRWXU, err);
	if (rc == CP_OK)
		rc = cp_secret_new(&key, KEY_BYTES, err);
	if (rc == CP_OK)
		rc = cp_random_secret(key, err);
	if (rc == CP_OK)
		rc = cp_hostkey_wrap(p->host, p->label, cp_secret_bytes(key),
		    KEY_BYTES, &wrapped, err);
	if (rc == CP_OK) {
		rc = cp_file_write_new(p->path, S_IRUSR | S_IWUSR,
		    wrapped.data, wrapped.len, err);
		if (rc == CP_OK || rc == CP_REFUSED) {
			cp_err_clear(err);
			rc = load(p, out, err);
		}
	}
	cp_secret_free(key);
	cp_buf_clear(&wrapped);
	return rc;
}

/* The key of R. */
static enum cp_rc
key_open(struct cp_store *s, const struct cp_sar *r, struct cp_secret **out,
    struct cp_err *err)
{
	struct place p;
	enum cp_rc rc = place_open(s, r, &p, err);

	if (rc == CP_OK)
		rc = load(&p, out, err);
	if (rc == CP_NOT_FOUND)
		rc = cp_fail(err, CP_KEY, "the request's key, %s, is gone",
		    p.path);
	if (rc == CP_KEY)
		cp_err_hint(err, "what was kept cannot be opened: collect "
		    "again with the custodians' shares");
	cp_secret_free(p.host);
	return rc;
}

/* The same, or a new one where there is none, or what is there opens nothing
 * any more. */
static enum cp_rc
key_ensure(struct cp_store *s, const struct cp_sar *r,
    struct cp_secret **out, struct cp_err *err)
{
	struct place p;
	enum cp_rc rc = place_open(s, r, &p, err);

	if (rc != CP_OK)
		return rc;
	rc = load(&p, out, err);
	if (rc == CP_KEY) {
		cp_err_clear(err);
		rc = zeroise(p.path, err);
		rc = rc == CP_OK ? CP_NOT_FOUND : rc;
	}
	if (rc == CP_NOT_FOUND) {
		cp_err_clear(err);
		rc = make(s, &p, out, err);
	}
	cp_secret_free(p.host);
	return rc;
}

/* ---- what is kept ---------------------------------------------------------- */

/* What the ciphertext is bound to. */
static size_t
put_label(char label[LABEL_MAX], const struct cp_sar *r, int idx,
    int64_t package)
{
	return (size_t)snprintf(label, LABEL_MAX, "cpadmin kept %s/%d/%lld",
	    r->id, idx, (long long)package);
}

static enum cp_rc
seal(const struct cp_secret *key, const char *label, size_t label_len,
    const void *plain, size_t len, struct cp_buf *out, struct cp_err *err)
{
	struct cp_aead *aead = NULL;
	uint8_t *to = cp_buf_grow(out, len + FRAME);
	enum cp_rc rc = cp_buf_check(out, err);

	if (rc == CP_OK)
		rc = cp_aead_new(&aead, err);
	if (rc == CP_OK)
		rc = cp_random(to, CP_AEAD_NONCE, err);
	if (rc == CP_OK)
		rc = cp_aead_seal(aead, cp_secret_bytes(key), to, label,
		    label_len, plain, len, to + CP_AEAD_NONCE,
		    to + CP_AEAD_NONCE + len, err);
	cp_aead_free(aead);
	return rc;
}

static enum cp_rc
open_sealed(const struct cp_secret *key, const char *label, size_t label_len,
    const uint8_t *sealed, size_t len, struct cp_buf *out, struct cp_err *err)
{
	struct cp_aead *aead = NULL;
	size_t plain = len - FRAME;
	uint8_t *to;
	enum cp_rc rc;

	if (len < FRAME)
		return cp_fail(err, CP_CORRUPT, "what was kept is cut short");
	to = cp_buf_grow(out, plain);
	rc = cp_buf_check(out, err);
	if (rc == CP_OK)
		rc = cp_aead_new(&aead, err);
	if (rc == CP_OK)
		rc = cp_aead_open(aead, cp_secret_bytes(key), sealed, label,
		    label_len, sealed + CP_AEAD_NONCE, plain,
		    sealed + len - CP_AEAD_TAG, to, err);
	if (rc == CP_CORRUPT)
		cp_err_context(err, "what was kept of a package");
	cp_aead_free(aead);
	return rc;
}

enum cp_rc
cp_keeping_put(const struct cp_change *c, const struct cp_sar *r, int idx,
    int64_t package, const void *plain, size_t len, struct cp_err *err)
{
	char label[LABEL_MAX];
	size_t label_len = put_label(label, r, idx, package);
	struct cp_secret *key = NULL;
	struct cp_stmt *q;
	struct cp_buf sealed;
	enum cp_rc rc;

	if (r->stage == CP_SAR_CLOSED)
		return cp_fail(err, CP_REFUSED, "request %s is closed", r->id);
	rc = key_ensure(c->store, r, &key, err);
	cp_buf_init(&sealed);
	if (rc == CP_OK)
		rc = seal(key, label, label_len, plain, len, &sealed, err);
	if (rc == CP_OK) {
		q = cp_stmt(c->store, SQL_KEEPING_PUT);
		cp_bind_int(q, r->n);
		cp_bind_int(q, idx);
		cp_bind_int(q, package);
		cp_bind_text(q, c->now->time);
		cp_bind_text(q, cp_audit_actor(c->audit));
		cp_bind_blob(q, sealed.data, sealed.len);
		rc = cp_exec(q, err);
	}
	cp_secret_free(key);
	cp_buf_clear(&sealed);
	return rc;
}

/* The row: *PACKAGE is 0 where there is none. */
static enum cp_rc
read_row(struct cp_store *s, const struct cp_sar *r, int idx,
    int64_t *package, struct cp_buf *sealed, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_KEEPING_GET);
	const void *blob;
	size_t len = 0;
	int row = 0;
	enum cp_rc rc;

	*package = 0;
	cp_bind_int(q, r->n);
	cp_bind_int(q, idx);
	rc = cp_step(q, &row, err);
	if (rc != CP_OK || !row)
		return rc;
	*package = cp_col_int(q, 0);
	blob = cp_col_blob(q, 1, &len);
	cp_buf_put(sealed, blob, len);
	cp_reset(q);
	return cp_buf_check(sealed, err);
}

enum cp_rc
cp_keeping_get(struct cp_store *s, const struct cp_sar *r, int idx,
    int64_t *package, struct cp_buf *plain, int *found, struct cp_err *err)
{
	char label[LABEL_MAX];
	struct cp_secret *key = NULL;
	struct cp_buf sealed;
	int64_t of = 0;
	size_t before = plain->len;
	enum cp_rc rc;

	cp_buf_init(&sealed);
	rc = read_row(s, r, idx, &of, &sealed, err);
	if (rc == CP_OK && of != 0)
		rc = key_open(s, r, &key, err);
	if (rc == CP_OK && of != 0)
		rc = open_sealed(key, label, put_label(label, r, idx, of),
		    sealed.data, sealed.len, plain, err);
	if (rc == CP_OK) {
		*package = of;
		*found = of != 0;
	} else {
		plain->len = before;
	}
	cp_secret_free(key);
	cp_buf_clear(&sealed);
	return rc;
}

/* ---- its end --------------------------------------------------------------- */

/* Whether NAME, "SAR-0001.key" or a temporary of it, is of a request that is
 * not under way. */
static enum cp_rc
is_over(struct cp_store *s, const char *name, int *over, struct cp_err *err)
{
	const char *id = name + (name[0] == '.');
	const char *end = strstr(id, SUFFIX);
	char text[CP_SAR_ID];
	struct cp_stmt *q;
	int64_t open = 0;
	enum cp_rc rc;

	*over = 0;
	if (strncmp(id, "SAR-", 4) != 0 || end == NULL ||
	    (size_t)(end - id) >= sizeof(text))
		return CP_OK;
	memcpy(text, id, (size_t)(end - id));
	text[end - id] = '\0';
	q = cp_stmt(s, SQL_KEEPING_OPEN);
	cp_bind_text(q, text);
	rc = cp_exec_int(q, 0, &open, err);
	*over = rc == CP_OK && !open;
	return rc;
}

enum cp_rc
cp_keeping_sweep(struct cp_store *s, struct cp_err *err)
{
	char path[PATH_MAX_HERE];
	struct dirent *e;
	DIR *dir;
	int over;
	enum cp_rc rc = cp_store_path(s, path, sizeof(path), err, "%s",
	    FOLDER);

	if (rc != CP_OK)
		return rc;
	dir = opendir(path);
	if (dir == NULL)
		return errno == ENOENT ? CP_OK : cp_fail_errno(err, CP_FAILED,
		    "%s", path);
	while (rc == CP_OK && (errno = 0, e = readdir(dir)) != NULL) {
		rc = is_over(s, e->d_name, &over, err);
		if (rc != CP_OK || !over)
			continue;
		rc = cp_store_path(s, path, sizeof(path), err, "%s/%s",
		    FOLDER, e->d_name);
		if (rc == CP_OK)
			rc = zeroise(path, err);
	}
	if (rc == CP_OK && errno != 0)
		rc = cp_fail_errno(err, CP_FAILED, "reading %s/%s",
		    cp_store_dir(s), FOLDER);
	(void)closedir(dir);
	return rc;
}
