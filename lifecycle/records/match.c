#include "lifecycle/records/match.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "archive/secret.h"
#include "lifecycle/records/link.h"
#include "lifecycle/records/match_priv.h"
#include "lifecycle/store/stmt.h"

struct makers {
	pthread_mutex_t lock;
	struct match_maker *idle;
};

struct cp_matcher {
	struct cp_secret *key;
	struct makers *makers;
	struct match_filter *filter; /* NULL: every key is looked up */
};

/* ---- the matcher ----------------------------------------------------------- */

enum cp_rc
match_matcher_of(struct cp_secret *key, struct cp_matcher **out,
    struct cp_err *err)
{
	struct cp_matcher *m = calloc(1, sizeof(*m));

	if (m != NULL)
		m->makers = calloc(1, sizeof(*m->makers));
	if (m == NULL || m->makers == NULL) {
		free(m);
		cp_secret_free(key);
		return cp_fail(err, CP_FAILED, "out of memory");
	}
	(void)pthread_mutex_init(&m->makers->lock, NULL);
	m->key = key;
	*out = m;
	return CP_OK;
}

enum cp_rc
cp_matcher_open(struct cp_store *s, struct cp_matcher **out,
    struct cp_err *err)
{
	struct cp_secret *key = NULL;
	enum cp_rc rc = match_key_open(s, &key, err);

	return rc == CP_OK ? match_matcher_of(key, out, err) : rc;
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
match_of_place(const struct cp_matcher *m, const struct cp_address *a,
    struct cp_keys *keys, struct cp_err *err)
{
	struct match_maker *p = NULL;
	enum cp_rc rc = take_maker(m, &p, err);

	if (rc != CP_OK)
		return rc;
	p->keys = keys;
	p->failed = 0;
	keys->n = 0;
	match_place(p, a);
	if (p->failed)
		rc = cp_fail(err, CP_FAILED, "out of memory");
	give_maker(m, p);
	return rc;
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
cp_matcher_check(const struct cp_matcher *m, struct cp_store *s,
    struct cp_err *err)
{
	int64_t mark = 0;
	int64_t mine = 0;
	enum cp_rc rc = match_key_mark(m->key, &mine, err);

	if (rc == CP_OK)
		rc = cp_exec_int(cp_stmt(s, SQL_MATCH_MARK), mine, &mark, err);
	if (rc != CP_OK || mark == mine)
		return rc;
	(void)cp_fail(err, CP_BUSY, "the match key was replaced meanwhile");
	cp_err_hint(err, "run it again: it goes on with the new one");
	return CP_BUSY;
}

enum cp_rc
cp_matcher_fill(struct cp_matcher *m, struct cp_store *s, struct cp_err *err)
{
	struct match_filter *f = NULL;
	struct cp_stmt *q;
	int64_t n = 0;
	int row = 0;
	enum cp_rc rc = cp_matcher_check(m, s, err);

	if (rc == CP_OK)
		rc = cp_exec_int(cp_stmt(s, SQL_MATCH_COUNT), 0, &n, err);
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
