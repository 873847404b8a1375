#include "lifecycle/records/keys.h"

#include <stdlib.h>
#include <string.h>

#include "archive/crypto.h"
#include "lifecycle/records/keys_priv.h"

enum { KEYS_FIRST = 32, KEY_HEAD = CP_SALT_LEN + 2 };

void
cp_keys_clear(struct cp_keys *keys)
{
	free(keys->key);
	memset(keys, 0, sizeof(*keys));
}

/* ---- words of names -------------------------------------------------------- */

void
words_init(struct words *w)
{
	cp_buf_init(&w->text);
	cp_buf_init(&w->whole);
	w->n = 0;
}

void
words_clear(struct words *w)
{
	cp_buf_clear(&w->text);
	cp_buf_clear(&w->whole);
}

void
words_set(struct words *w, const char *name)
{
	const char *p;
	size_t len;

	cp_buf_reset(&w->text);
	cp_buf_reset(&w->whole);
	w->n = 0;
	w->whole_sound[0] = '\0';
	if (name == NULL)
		return;
	cp_text_fold_words(name, &w->text);
	for (p = cp_buf_text(&w->text); *p != '\0'; p += len) {
		p += *p == ' ';
		len = strcspn(p, " ");
		cp_buf_put(&w->whole, p, len);
		if (w->n == KEY_WORDS_MAX)
			continue;
		w->word[w->n] = p;
		w->len[w->n] = len;
		cp_text_phonetic(p, len, w->sound[w->n]);
		w->n++;
	}
	if (w->n == 1)
		memcpy(w->whole_sound, w->sound[0], CP_PHONETIC_MAX);
	else
		cp_text_phonetic(cp_buf_text(&w->whole), w->whole.len,
		    w->whole_sound);
}

size_t
key_squeeze(const char *text, char *out, size_t cap)
{
	size_t n = 0;

	for (; *text != '\0' && n < cap; text++) {
		if (*text >= 'a' && *text <= 'z')
			out[n++] = (char)(*text - 'a' + 'A');
		else if ((*text >= 'A' && *text <= 'Z') ||
		    (*text >= '0' && *text <= '9'))
			out[n++] = *text;
	}
	return n;
}

/* ---- keys ------------------------------------------------------------------ */

void
key_maker_init(struct key_maker *m, const uint8_t salt[CP_SALT_LEN],
    struct cp_keys *keys)
{
	keys->n = 0;
	m->keys = keys;
	m->failed = 0;
	cp_buf_init(&m->bytes);
	cp_buf_put(&m->bytes, salt, CP_SALT_LEN);
	cp_buf_put(&m->bytes, "\0", 2);
}

void
key_maker_clear(struct key_maker *m)
{
	cp_buf_clear(&m->bytes);
}

static void
key_push(struct key_maker *m, uint64_t key)
{
	struct cp_keys *keys = m->keys;
	size_t cap = keys->cap == 0 ? KEYS_FIRST : keys->cap * 2;
	uint64_t *more;

	for (size_t i = 0; i < keys->n; i++)
		if (keys->key[i] == key)
			return;
	if (keys->n == keys->cap) {
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

/* Hashes what stands in BYTES, and takes the value off again. */
static void
key_finish(struct key_maker *m, char kind)
{
	uint8_t hash[32];
	uint64_t key = 0;

	if (m->bytes.failed) {
		m->failed = 1;
		return;
	}
	m->bytes.data[CP_SALT_LEN] = (uint8_t)kind;
	cp_sha256(m->bytes.data, m->bytes.len, hash);
	m->bytes.len = KEY_HEAD;
	for (int i = 0; i < 8; i++)
		key = key << 8 | hash[i];
	key_push(m, key);
}

void
key_add(struct key_maker *m, char kind, const char *value, size_t len)
{
	if (len == 0)
		return;
	cp_buf_put(&m->bytes, value, len);
	key_finish(m, kind);
}

void
key_add_pair(struct key_maker *m, const char *a, const char *b)
{
	if (*a == '\0' || *b == '\0')
		return;
	cp_buf_puts(&m->bytes, a);
	cp_buf_putc(&m->bytes, ' ');
	cp_buf_puts(&m->bytes, b);
	key_finish(m, 'P');
}

void
key_add_cut(struct key_maker *m, const char *folded)
{
	key_add(m, 'T', folded, cp_text_prefix(folded, KEY_CUT_PREFIX));
}

/* Every given word (JOINED: and the given name run together) with every family
 * word, and with the family name run together. */
static void
add_pairs(struct key_maker *m, const struct words *given,
    const struct words *family, int joined)
{
	size_t n = given->n > 1 && joined ? given->n + 1 : given->n;

	for (size_t g = 0; g < n; g++) {
		const char *a = g < given->n ? given->sound[g] :
		    given->whole_sound;

		for (size_t f = 0; f < family->n; f++)
			key_add_pair(m, a, family->sound[f]);
		if (family->n > 1)
			key_add_pair(m, a, family->whole_sound);
	}
}

static void
add_name(struct key_maker *m, const struct cp_name *name,
    struct words *given, struct words *family)
{
	const char *last = name->family != NULL ? name->family : name->given;
	int single = name->given == NULL || name->family == NULL;

	words_set(family, last);
	for (size_t i = 0; i < family->n; i++)
		key_add(m, 'S', family->sound[i], strlen(family->sound[i]));
	key_add(m, 'S', family->whole_sound, strlen(family->whole_sound));
	if (cp_text_length(last) >= KEY_CUT_LENGTH)
		key_add_cut(m, cp_buf_text(&family->whole));
	words_set(given, single ? last : name->given);
	if (!single)
		add_pairs(m, given, family,
		    strchr(name->given, '-') != NULL);
	else if (family->n > 1)
		add_pairs(m, family, family, 0);
	if (given->text.failed || given->whole.failed ||
	    family->text.failed || family->whole.failed)
		m->failed = 1;
}

static void
add_squeezed(struct key_maker *m, char kind, const char *text)
{
	char c[CP_ID_MAX];

	if (text != NULL)
		key_add(m, kind, c, key_squeeze(text, c, sizeof(c)));
}

static int
compare_keys(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

enum cp_rc
cp_document_keys(const struct cp_document *doc,
    const uint8_t salt[CP_SALT_LEN], struct cp_keys *keys,
    struct cp_err *err)
{
	struct key_maker m;
	struct words given;
	struct words family;

	words_init(&given);
	words_init(&family);
	key_maker_init(&m, salt, keys);
	for (size_t i = 0; i < doc->n_names; i++)
		add_name(&m, &doc->names[i], &given, &family);
	for (size_t i = 0; i < doc->n_addresses; i++)
		add_squeezed(&m, 'C', doc->addresses[i].postcode);
	for (size_t i = 0; i < doc->n_numbers; i++)
		add_squeezed(&m, 'N', doc->numbers[i].value);
	if (keys->n > 1)
		qsort(keys->key, keys->n, sizeof(*keys->key), compare_keys);
	key_maker_clear(&m);
	words_clear(&family);
	words_clear(&given);
	return m.failed ? cp_fail(err, CP_FAILED, "out of memory") : CP_OK;
}
