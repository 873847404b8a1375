#include <stdlib.h>
#include <string.h>

#include "lifecycle/records/match_priv.h"

enum { KEYS_FIRST = 128 };

/* ---- keys ------------------------------------------------------------------ */

static void
push(struct match_maker *m, uint64_t key)
{
	struct cp_keys *keys = m->keys;
	uint64_t *more;

	if (keys->n == keys->cap) {
		size_t cap = keys->cap == 0 ? KEYS_FIRST : 2 * keys->cap;

		more = realloc(keys->key, cap * sizeof(*more));
		if (more == NULL) {
			m->failed = 1;
			return;
		}
		keys->key = more;
		keys->cap = cap;
	}
	keys->key[keys->n++] = key;
}

void
match_begin(struct match_maker *m, char kind)
{
	cp_buf_reset(&m->bytes);
	cp_buf_putc(&m->bytes, 'k'); /* no digest begins so */
	cp_buf_putc(&m->bytes, kind);
}

void
match_part(struct match_maker *m, const void *data, size_t len)
{
	cp_buf_putc(&m->bytes, '\0');
	cp_buf_put(&m->bytes, data, len);
}

void
match_text(struct match_maker *m, const char *text)
{
	match_part(m, text, strlen(text));
}

void
match_end(struct match_maker *m)
{
	uint8_t hash[CP_SHA256_LEN];
	uint64_t key = 0;

	if (m->bytes.failed) {
		m->failed = 1;
		return;
	}
	cp_hmac(m->hmac, m->bytes.data, m->bytes.len, hash);
	for (int i = 0; i < 8; i++)
		key = key << 8 | hash[i];
	push(m, key);
}

static void
add_numbers(struct match_maker *m, const struct cp_document *doc)
{
	char c[CP_ID_MAX];

	for (size_t i = 0; i < doc->n_numbers; i++) {
		match_begin(m, 'U');
		match_part(m, c, key_squeeze(doc->numbers[i].value, c,
		    sizeof(c)));
		match_end(m);
	}
}

/* ---- all of a person ------------------------------------------------------- */

static int
compare_keys(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void
sort_keys(struct cp_keys *keys)
{
	size_t n = 0;

	if (keys->n < 2)
		return;
	qsort(keys->key, keys->n, sizeof(*keys->key), compare_keys);
	for (size_t i = 0; i < keys->n; i++)
		if (n == 0 || keys->key[n - 1] != keys->key[i])
			keys->key[n++] = keys->key[i];
	keys->n = n;
}

enum cp_rc
match_make(struct match_maker *m, const struct cp_document *doc, int person,
    struct cp_keys *keys, struct cp_err *err)
{
	char date[CP_DATE_TEXT];

	m->keys = keys;
	m->person = person;
	m->failed = 0;
	keys->n = 0;
	cp_partial_format(doc->birth, date);
	add_numbers(m, doc);
	match_names(m, doc, date);
	for (size_t i = 0; person && i < doc->n_addresses; i++)
		if (doc->addresses[i].type == CP_ADDRESS_CURRENT)
			match_place(m, &doc->addresses[i]);
	if (person)
		sort_keys(keys);
	return m->failed ? cp_fail(err, CP_FAILED, "out of memory") : CP_OK;
}

enum cp_rc
match_maker_new(const struct cp_secret *key, struct match_maker **out,
    struct cp_err *err)
{
	struct match_maker *m = calloc(1, sizeof(*m));
	enum cp_rc rc;

	if (m == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	words_init(&m->given);
	words_init(&m->family);
	cp_buf_init(&m->bytes);
	rc = cp_hmac_new(cp_secret_bytes(key), cp_secret_len(key), &m->hmac,
	    err);
	if (rc == CP_OK)
		*out = m;
	else
		match_maker_free(m);
	return rc;
}

void
match_maker_free(struct match_maker *m)
{
	if (m == NULL)
		return;
	words_clear(&m->given);
	words_clear(&m->family);
	cp_buf_clear(&m->bytes);
	cp_hmac_free(m->hmac);
	free(m);
}
