#include "lifecycle/records/match.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "archive/file.h"
#include "archive/hostkey.h"
#include "archive/secret.h"
#include "lifecycle/records/link.h"
#include "lifecycle/records/match_priv.h"
#include "lifecycle/store/settings.h"
#include "lifecycle/store/stmt.h"

enum { KEY_BYTES = 32, FILE_MAX = 256, LABEL_MAX = 80 };

struct makers {
	pthread_mutex_t lock;
	struct match_maker *idle;
};

struct cp_matcher {
	struct cp_secret *key;
	struct makers *makers;
	struct match_filter *filter; /* NULL: every key is looked up */
};

/* ---- the key file ---------------------------------------------------------- */

static enum cp_rc
make_label(struct cp_store *s, char label[LABEL_MAX], struct cp_err *err)
{
	struct cp_settings settings;
	enum cp_rc rc = cp_settings_load(s, &settings, err);

	if (rc == CP_OK)
		(void)snprintf(label, LABEL_MAX, "cpadmin match key of %s",
		    settings.store_id);
	return rc;
}

/* CP_NOT_FOUND where there is no file. */
static enum cp_rc
load_key(const struct cp_secret *host, const char *path, const char *label,
    struct cp_secret **out, struct cp_err *err)
{
	struct cp_secret *key = NULL;
	struct cp_buf wrapped;
	enum cp_rc rc;

	cp_buf_init(&wrapped);
	rc = cp_file_read(path, FILE_MAX, &wrapped, err);
	if (rc == CP_OK)
		rc = cp_hostkey_unwrap(host, label, wrapped.data, wrapped.len,
		    &key, err);
	if (rc == CP_OK && cp_secret_len(key) != KEY_BYTES)
		rc = cp_fail(err, CP_KEY, "not %d bytes", KEY_BYTES);
	if (rc == CP_OK) {
		*out = key;
		key = NULL;
	} else if (rc == CP_KEY) {
		cp_err_context(err, "the match key, %s", path);
		cp_err_hint(err, "it belongs to this store and its host key: "
		    "put both back from one copy of keys/");
	}
	cp_secret_free(key);
	cp_buf_clear(&wrapped);
	return rc;
}

static enum cp_rc
refuse_new(const char *path, struct cp_err *err)
{
	(void)cp_fail(err, CP_KEY, "the match key, %s, is missing, and people "
	    "are shielded under it", path);
	cp_err_hint(err, "put it back from a copy of keys/: without it nobody "
	    "can tell whom a feed must not show");
	return CP_KEY;
}

/* A program that was faster has made the key that counts. */
static enum cp_rc
make_key(struct cp_store *s, const struct cp_secret *host, const char *path,
    const char *label, struct cp_secret **out, struct cp_err *err)
{
	struct cp_secret *key = NULL;
	struct cp_buf wrapped;
	int64_t used = 0;
	enum cp_rc rc = cp_exec_int(cp_stmt(s, SQL_MATCH_USED), 0, &used, err);

	if (rc == CP_OK && used)
		return refuse_new(path, err);
	cp_buf_init(&wrapped);
	if (rc == CP_OK)
		rc = cp_secret_new(&key, KEY_BYTES, err);
	if (rc == CP_OK)
		rc = cp_random_secret(key, err);
	if (rc == CP_OK)
		rc = cp_hostkey_wrap(host, label, cp_secret_bytes(key),
		    KEY_BYTES, &wrapped, err);
	if (rc == CP_OK)
		rc = cp_file_write_new(path, S_IRUSR | S_IWUSR, wrapped.data,
		    wrapped.len, err);
	if (rc == CP_OK || rc == CP_REFUSED) {
		cp_err_clear(err);
		rc = load_key(host, path, label, out, err);
	}
	cp_secret_free(key);
	cp_buf_clear(&wrapped);
	return rc;
}

static enum cp_rc
open_key(struct cp_store *s, struct cp_secret **out, struct cp_err *err)
{
	struct cp_secret *host = NULL;
	char label[LABEL_MAX];
	char path[4096];
	enum cp_rc rc = make_label(s, label, err);

	if (rc == CP_OK)
		rc = cp_store_path(s, path, sizeof(path), err, "keys");
	if (rc == CP_OK)
		rc = cp_hostkey_load(path, &host, err);
	if (rc == CP_OK)
		rc = cp_store_path(s, path, sizeof(path), err,
		    "keys/match.key");
	if (rc == CP_OK)
		rc = load_key(host, path, label, out, err);
	if (rc == CP_NOT_FOUND) {
		cp_err_clear(err);
		rc = make_key(s, host, path, label, out, err);
	}
	cp_secret_free(host);
	return rc;
}

/* ---- the matcher ----------------------------------------------------------- */

enum cp_rc
cp_matcher_open(struct cp_store *s, struct cp_matcher **out,
    struct cp_err *err)
{
	struct cp_matcher *m = calloc(1, sizeof(*m));
	enum cp_rc rc;

	if (m != NULL)
		m->makers = calloc(1, sizeof(*m->makers));
	if (m == NULL || m->makers == NULL) {
		free(m);
		return cp_fail(err, CP_FAILED, "out of memory");
	}
	(void)pthread_mutex_init(&m->makers->lock, NULL);
	rc = open_key(s, &m->key, err);
	if (rc == CP_OK)
		*out = m;
	else
		cp_matcher_free(m);
	return rc;
}

void
cp_matcher_free(struct cp_matcher *m)
{
	struct match_maker *next;

	if (m == NULL)
		return;
	for (struct match_maker *p = m->makers->idle; p != NULL; p = next) {
		next = p->next;
		match_maker_free(p);
	}
	(void)pthread_mutex_destroy(&m->makers->lock);
	free(m->makers);
	match_filter_free(m->filter);
	cp_secret_free(m->key);
	free(m);
}

static enum cp_rc
take_maker(const struct cp_matcher *m, struct match_maker **out,
    struct cp_err *err)
{
	struct match_maker *p;

	(void)pthread_mutex_lock(&m->makers->lock);
	p = m->makers->idle;
	if (p != NULL)
		m->makers->idle = p->next;
	(void)pthread_mutex_unlock(&m->makers->lock);
	if (p == NULL)
		return match_maker_new(m->key, out, err);
	*out = p;
	return CP_OK;
}

static void
give_maker(const struct cp_matcher *m, struct match_maker *p)
{
	(void)pthread_mutex_lock(&m->makers->lock);
	p->next = m->makers->idle;
	m->makers->idle = p;
	(void)pthread_mutex_unlock(&m->makers->lock);
}

static enum cp_rc
make_keys(const struct cp_matcher *m, const struct cp_document *doc,
    int person, struct cp_keys *keys, struct cp_err *err)
{
	struct match_maker *p = NULL;
	enum cp_rc rc = take_maker(m, &p, err);

	if (rc != CP_OK)
		return rc;
	rc = match_make(p, doc, person, keys, err);
	give_maker(m, p);
	return rc;
}

enum cp_rc
cp_match_person(const struct cp_matcher *m, const struct cp_document *doc,
    struct cp_keys *keys, struct cp_err *err)
{
	return make_keys(m, doc, 1, keys, err);
}

enum cp_rc
cp_match_row(const struct cp_matcher *m, const struct cp_document *doc,
    struct cp_keys *keys, struct cp_err *err)
{
	return make_keys(m, doc, 0, keys, err);
}

enum cp_rc
cp_match_digest(const struct cp_matcher *m, const char *label,
    const void *data, size_t len, uint8_t out[32], struct cp_err *err)
{
	struct match_maker *p = NULL;
	enum cp_rc rc = take_maker(m, &p, err);

	if (rc != CP_OK)
		return rc;
	cp_buf_reset(&p->bytes);
	cp_buf_putc(&p->bytes, 'd'); /* no key begins so */
	cp_buf_puts(&p->bytes, label);
	cp_buf_putc(&p->bytes, '\0');
	cp_buf_put(&p->bytes, data, len);
	rc = cp_buf_check(&p->bytes, err);
	if (rc == CP_OK)
		cp_hmac(p->hmac, p->bytes.data, p->bytes.len, out);
	give_maker(m, p);
	return rc;
}

/* ---- the table ------------------------------------------------------------- */

/* The same bits, as the column has them. */
static int64_t
as_column(uint64_t key)
{
	int64_t v;

	memcpy(&v, &key, sizeof(v));
	return v;
}

enum cp_rc
cp_match_put(struct cp_store *s, int64_t record, const struct cp_keys *keys,
    struct cp_err *err)
{
	struct cp_stmt *q;
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < keys->n; i++) {
		q = cp_stmt(s, SQL_MATCH_PUT);
		cp_bind_int(q, as_column(keys->key[i]));
		cp_bind_int(q, record);
		rc = cp_exec(q, err);
	}
	return rc;
}

enum cp_rc
cp_match_move(struct cp_store *s, int64_t record, int64_t into,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_MATCH_MOVE);

	cp_bind_int(q, record);
	cp_bind_int(q, into);
	return cp_exec(q, err);
}

enum cp_rc
cp_match_copy(struct cp_store *s, int64_t record, int64_t into,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_MATCH_COPY);

	cp_bind_int(q, record);
	cp_bind_int(q, into);
	return cp_exec(q, err);
}

enum cp_rc
cp_match_drop(struct cp_store *s, int64_t record, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_MATCH_DROP);

	cp_bind_int(q, record);
	return cp_exec(q, err);
}

enum cp_rc
cp_matcher_fill(struct cp_matcher *m, struct cp_store *s, struct cp_err *err)
{
	struct match_filter *f = NULL;
	struct cp_stmt *q;
	int64_t n = 0;
	int row = 0;
	enum cp_rc rc = cp_exec_int(cp_stmt(s, SQL_MATCH_COUNT), 0, &n, err);

	if (rc == CP_OK)
		rc = match_filter_new(n, &f, err);
	if (rc != CP_OK)
		return rc;
	q = cp_stmt(s, SQL_MATCH_ALL);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row)
		match_filter_add(f, (uint64_t)cp_col_int(q, 0));
	cp_reset(q);
	if (rc != CP_OK) {
		match_filter_free(f);
		return rc;
	}
	match_filter_free(m->filter);
	m->filter = f;
	return CP_OK;
}

void
cp_matcher_learn(struct cp_matcher *m, const struct cp_keys *keys)
{
	for (size_t i = 0; m->filter != NULL && i < keys->n; i++)
		match_filter_add(m->filter, keys->key[i]);
}

/* ---- looking --------------------------------------------------------------- */

static int
is_among(const int64_t *list, size_t n, int64_t record)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] == record)
			return 1;
	return 0;
}

/* Those who have KEY, added to FOUND. */
static enum cp_rc
find_key(struct cp_store *s, uint64_t key, int64_t self,
    int64_t found[CP_MATCHES], size_t *n, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_MATCH_FIND);
	int64_t record;
	int row = 0;
	int barred;
	enum cp_rc rc;

	cp_bind_int(q, as_column(key));
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		record = cp_col_int(q, 0);
		if (record == self || is_among(found, *n, record))
			continue;
		barred = 0;
		if (self != 0)
			rc = cp_link_barred(s, self, record, &barred, err);
		if (rc != CP_OK)
			break;
		if (!barred && *n < CP_MATCHES)
			found[(*n)++] = record;
		if (*n == CP_MATCHES)
			break;
	}
	cp_reset(q);
	return rc;
}

enum cp_rc
cp_match_find(struct cp_matcher *m, struct cp_store *s,
    const struct cp_keys *keys, int64_t self, int64_t out[CP_MATCHES],
    size_t *n, struct cp_err *err)
{
	int64_t found[CP_MATCHES];
	size_t made = 0;
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < keys->n && made < CP_MATCHES;
	    i++)
		if (m->filter == NULL ||
		    match_filter_has(m->filter, keys->key[i]))
			rc = find_key(s, keys->key[i], self, found, &made,
			    err);
	if (rc != CP_OK)
		return rc;
	if (out != NULL)
		memcpy(out, found, made * sizeof(*out));
	*n = made;
	return CP_OK;
}
