#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "archive/file.h"
#include "archive/hostkey.h"
#include "archive/secret.h"
#include "lifecycle/records/match_priv.h"
#include "lifecycle/store/settings.h"
#include "lifecycle/store/stmt.h"

/*
 * STORE/keys/match.key: 32 random bytes under the host's key, with a label that
 * names the store.  After the key was renewed the store knows a mark of the one
 * that counts.  A new one waits as match.key.new until the transaction that
 * sets its mark has committed: whoever opens the key then puts it in place,
 * should a kill have come between.
 */
enum { KEY_BYTES = 32, FILE_MAX = 256, LABEL_MAX = 80, PATH_MAX_HERE = 4096 };
static const char NAME[] = "keys/match.key";
static const char NAME_NEW[] = "keys/match.key.new";

struct place {
	struct cp_secret *host;
	char label[LABEL_MAX];
	char path[PATH_MAX_HERE];
	char path_new[PATH_MAX_HERE];
};

static enum cp_rc
place_open(struct cp_store *s, struct place *p, struct cp_err *err)
{
	struct cp_settings settings;
	enum cp_rc rc = cp_settings_load(s, &settings, err);

	p->host = NULL;
	if (rc != CP_OK)
		return rc;
	(void)snprintf(p->label, sizeof(p->label), "cpadmin match key of %s",
	    settings.store_id);
	rc = cp_store_path(s, p->path, sizeof(p->path), err, "keys");
	if (rc == CP_OK)
		rc = cp_hostkey_load(p->path, &p->host, err);
	if (rc == CP_OK)
		rc = cp_store_path(s, p->path, sizeof(p->path), err, NAME);
	if (rc == CP_OK)
		rc = cp_store_path(s, p->path_new, sizeof(p->path_new), err,
		    NAME_NEW);
	return rc;
}

static void
place_close(struct place *p)
{
	cp_secret_free(p->host);
	p->host = NULL;
}

/* ---- files ----------------------------------------------------------------- */

/* CP_NOT_FOUND where there is no file. */
static enum cp_rc
load(const struct place *p, const char *path, struct cp_secret **out,
    struct cp_err *err)
{
	struct cp_secret *key = NULL;
	struct cp_buf wrapped;
	enum cp_rc rc;

	cp_buf_init(&wrapped);
	rc = cp_file_read(path, FILE_MAX, &wrapped, err);
	if (rc == CP_OK)
		rc = cp_hostkey_unwrap(p->host, p->label, wrapped.data,
		    wrapped.len, &key, err);
	if (rc == CP_OK && cp_secret_len(key) != KEY_BYTES)
		rc = cp_fail(err, CP_KEY, "not %d bytes", KEY_BYTES);
	if (rc == CP_OK) {
		*out = key;
		key = NULL;
	} else if (rc == CP_KEY) {
		cp_err_context(err, "the match key, %s", path);
		cp_err_hint(err, "it belongs to this store and its host key: "
		    "put both back from one copy of keys/, or make another "
		    "with `cpadmin shield rekey'");
	}
	cp_secret_free(key);
	cp_buf_clear(&wrapped);
	return rc;
}

/* A new key, wrapped: appended to OUT. */
static enum cp_rc
make(const struct place *p, struct cp_buf *out, struct cp_secret **key,
    struct cp_err *err)
{
	struct cp_secret *k = NULL;
	enum cp_rc rc = cp_secret_new(&k, KEY_BYTES, err);

	if (rc == CP_OK)
		rc = cp_random_secret(k, err);
	if (rc == CP_OK)
		rc = cp_hostkey_wrap(p->host, p->label, cp_secret_bytes(k),
		    KEY_BYTES, out, err);
	if (rc == CP_OK) {
		*key = k;
		k = NULL;
	}
	cp_secret_free(k);
	return rc;
}

static enum cp_rc
install(const struct place *p, struct cp_err *err)
{
	struct cp_buf wrapped;
	enum cp_rc rc;

	cp_buf_init(&wrapped);
	rc = cp_file_read(p->path_new, FILE_MAX, &wrapped, err);
	if (rc == CP_OK)
		rc = cp_file_write_durable(p->path, S_IRUSR | S_IWUSR,
		    wrapped.data, wrapped.len, err);
	if (rc == CP_OK)
		rc = cp_file_unlink_durable(p->path_new, err);
	cp_buf_clear(&wrapped);
	if (rc != CP_NOT_FOUND)
		return rc;
	cp_err_clear(err); /* another program was faster */
	return CP_OK;
}

/* ---- which key counts ------------------------------------------------------- */

enum cp_rc
match_key_mark(const struct cp_secret *key, int64_t *out, struct cp_err *err)
{
	static const char what[] = "cpadmin match key mark";
	uint8_t hash[CP_SHA256_LEN];
	enum cp_rc rc = cp_hmac_sha256(cp_secret_bytes(key),
	    cp_secret_len(key), what, sizeof(what) - 1, hash, err);

	if (rc == CP_OK)
		memcpy(out, hash, sizeof(*out));
	return rc;
}

/* Whether KEY is the one that the store means; UNMARKED where it knows no
 * mark. */
static enum cp_rc
counts(struct cp_store *s, const struct cp_secret *key, int unmarked,
    int *yes, struct cp_err *err)
{
	int64_t mine = 0;
	int64_t mark = 0;
	enum cp_rc rc = match_key_mark(key, &mine, err);

	if (rc == CP_OK)
		rc = cp_exec_int(cp_stmt(s, SQL_MATCH_MARK), unmarked ? mine :
		    ~mine, &mark, err);
	*yes = rc == CP_OK && mark == mine;
	return rc;
}

/* The key of match.key.new where its mark is that of the store; then it is put
 * in place.  Else CP_NOT_FOUND. */
static enum cp_rc
take_new(struct cp_store *s, const struct place *p, struct cp_secret **out,
    struct cp_err *err)
{
	struct cp_secret *key = NULL;
	int yes = 0;
	enum cp_rc rc = load(p, p->path_new, &key, err);

	if (rc == CP_OK)
		rc = counts(s, key, 0, &yes, err);
	if (rc == CP_OK && !yes)
		rc = cp_fail(err, CP_NOT_FOUND, "not yet in force");
	if (rc == CP_OK)
		rc = install(p, err);
	if (rc == CP_OK) {
		*out = key;
		key = NULL;
	}
	cp_secret_free(key);
	return rc;
}

static enum cp_rc
refuse(const struct place *p, const char *what, struct cp_err *err)
{
	(void)cp_fail(err, CP_KEY, "the match key, %s, %s", p->path, what);
	cp_err_hint(err, "put it back from a copy of keys/; where there is "
	    "none, `cpadmin shield rekey' makes another");
	return CP_KEY;
}

/* A program that was faster has made the key that counts. */
static enum cp_rc
make_first(struct cp_store *s, const struct place *p, struct cp_secret **out,
    struct cp_err *err)
{
	struct cp_secret *key = NULL;
	struct cp_buf wrapped;
	int64_t used = 0;
	enum cp_rc rc = cp_exec_int(cp_stmt(s, SQL_MATCH_USED), 0, &used, err);

	if (rc == CP_OK && used)
		return refuse(p, "is missing, and people are known by it", err);
	cp_buf_init(&wrapped);
	if (rc == CP_OK)
		rc = make(p, &wrapped, &key, err);
	if (rc == CP_OK)
		rc = cp_file_write_new(p->path, S_IRUSR | S_IWUSR,
		    wrapped.data, wrapped.len, err);
	if (rc == CP_OK || rc == CP_REFUSED) {
		cp_err_clear(err);
		rc = load(p, p->path, out, err);
	}
	cp_secret_free(key);
	cp_buf_clear(&wrapped);
	return rc;
}

static enum cp_rc
open_at(struct cp_store *s, const struct place *p, struct cp_secret **out,
    struct cp_err *err)
{
	struct cp_secret *key = NULL;
	struct cp_err other = { 0 };
	int yes = 0;
	enum cp_rc rc = load(p, p->path, &key, err);
	enum cp_rc first = rc;

	if (rc == CP_OK)
		rc = counts(s, key, 1, &yes, err);
	if (rc == CP_OK && yes) {
		*out = key;
		return CP_OK;
	}
	cp_secret_free(key);
	if (rc != CP_OK && rc != CP_NOT_FOUND && rc != CP_KEY)
		return rc;
	rc = take_new(s, p, out, &other);
	if (rc != CP_NOT_FOUND && rc != CP_KEY) {
		*err = other;
		return rc;
	}
	if (first == CP_NOT_FOUND) {
		cp_err_clear(err);
		return make_first(s, p, out, err);
	}
	return first == CP_OK ? refuse(p, "is not the one under which people "
	    "are shielded", err) : first;
}

enum cp_rc
match_key_open(struct cp_store *s, struct cp_secret **out,
    struct cp_err *err)
{
	struct place p;
	enum cp_rc rc = place_open(s, &p, err);

	if (rc == CP_OK)
		rc = open_at(s, &p, out, err);
	place_close(&p);
	return rc;
}

/* ---- another key ------------------------------------------------------------ */

enum cp_rc
match_key_stage(struct cp_store *s, struct cp_secret **out,
    struct cp_err *err)
{
	struct cp_secret *key = NULL;
	struct cp_buf wrapped;
	struct cp_stmt *q;
	struct place p;
	int64_t mark = 0;
	enum cp_rc rc = place_open(s, &p, err);

	cp_buf_init(&wrapped);
	if (rc == CP_OK)
		rc = make(&p, &wrapped, &key, err);
	if (rc == CP_OK)
		rc = cp_file_write_durable(p.path_new, S_IRUSR | S_IWUSR,
		    wrapped.data, wrapped.len, err);
	if (rc == CP_OK)
		rc = match_key_mark(key, &mark, err);
	if (rc == CP_OK) {
		q = cp_stmt(s, SQL_MATCH_SET_MARK);
		cp_bind_int(q, mark);
		rc = cp_exec(q, err);
	}
	if (rc == CP_OK) {
		*out = key;
		key = NULL;
	}
	cp_secret_free(key);
	cp_buf_clear(&wrapped);
	place_close(&p);
	return rc;
}
