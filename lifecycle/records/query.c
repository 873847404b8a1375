#include <string.h>

#include "lifecycle/records/keys_priv.h"

/* A word that sounds right but is spelt quite differently. */
static const double SOUNDS_ALIKE = 0.9;
/* Words that are all there, in a name that has more of them. */
static const double WORDS_ALIKE = 0.98;

/* ---- what to look up ------------------------------------------------------- */

/* The words of Q from I on, run together: a family name of several words. */
static void
join_from(const struct words *q, size_t i, struct cp_buf *out)
{
	cp_buf_reset(out);
	for (; i < q->n; i++)
		cp_buf_put(out, q->word[i], q->len[i]);
}

/* The first N words of Q, run together. */
static void
join_to(const struct words *q, size_t n, struct cp_buf *out)
{
	cp_buf_reset(out);
	for (size_t i = 0; i < n; i++)
		cp_buf_put(out, q->word[i], q->len[i]);
}

/* Pairs of what stands before and after each gap, run together, in both
 * orders; and the cut key of a long second half. */
static void
add_halves(struct key_maker *m, const struct words *q)
{
	char before[CP_PHONETIC_MAX];
	char after[CP_PHONETIC_MAX];
	struct cp_buf text;

	cp_buf_init(&text);
	for (size_t i = 1; i < q->n; i++) {
		join_to(q, i, &text);
		cp_text_phonetic(cp_buf_text(&text), text.len, before);
		join_from(q, i, &text);
		cp_text_phonetic(cp_buf_text(&text), text.len, after);
		if (cp_text_length(cp_buf_text(&text)) >= KEY_CUT_PREFIX)
			key_add_cut(m, cp_buf_text(&text));
		key_add_pair(m, before, after);
		key_add_pair(m, after, before);
		for (size_t j = 0; j < i; j++)
			key_add_pair(m, q->sound[j], after);
		for (size_t j = i; j < q->n; j++)
			key_add_pair(m, q->sound[j], before);
	}
	m->failed |= text.failed;
	cp_buf_clear(&text);
}

static void
add_name_keys(struct key_maker *m, const char *name)
{
	struct words q;

	words_init(&q);
	words_set(&q, name);
	for (size_t i = 0; i < q.n; i++)
		for (size_t j = 0; j < q.n; j++)
			if (i != j)
				key_add_pair(m, q.sound[i], q.sound[j]);
	add_halves(m, &q);
	if (cp_text_length(cp_buf_text(&q.whole)) >= KEY_CUT_PREFIX)
		key_add_cut(m, cp_buf_text(&q.whole));
	key_add(m, 'S', q.whole_sound, strlen(q.whole_sound));
	m->failed |= q.text.failed | q.whole.failed;
	words_clear(&q);
}

enum cp_rc
cp_query_keys(const struct cp_query *query, const uint8_t salt[CP_SALT_LEN],
    struct cp_keys *keys, struct cp_err *err)
{
	char c[CP_ID_MAX];
	struct key_maker m;

	key_maker_init(&m, salt, keys);
	if (query->number != NULL)
		key_add(&m, 'N', c, key_squeeze(query->number, c, sizeof(c)));
	else if (query->postcode != NULL)
		key_add(&m, 'C', c,
		    key_squeeze(query->postcode, c, sizeof(c)));
	else if (query->name != NULL)
		add_name_keys(&m, query->name);
	key_maker_clear(&m);
	if (m.failed)
		return cp_fail(err, CP_FAILED, "out of memory");
	if (keys->n == 0)
		return cp_fail(err, CP_BAD_INPUT, "nothing to look for");
	return CP_OK;
}

/* ---- how well it fits ------------------------------------------------------ */

static int
same_squeezed(const char *a, const char *b)
{
	char x[CP_ID_MAX];
	char y[CP_ID_MAX];
	size_t n = a == NULL ? 0 : key_squeeze(a, x, sizeof(x));

	return n > 0 && key_squeeze(b, y, sizeof(y)) == n &&
	    memcmp(x, y, n) == 0;
}

static int
has_postcode(const struct cp_document *doc, const char *postcode)
{
	for (size_t i = 0; i < doc->n_addresses; i++)
		if (same_squeezed(doc->addresses[i].postcode, postcode))
			return 1;
	return 0;
}

static int
has_number(const struct cp_document *doc, const char *number)
{
	for (size_t i = 0; i < doc->n_numbers; i++)
		if (same_squeezed(doc->numbers[i].value, number))
			return 1;
	return 0;
}

static double
greater(double a, double b)
{
	return a > b ? a : b;
}

/* The best likeness of word I of Q to a word of W, or to all of W. */
static double
word_likeness(const struct words *q, size_t i, const struct words *w,
    struct cp_buf *a, struct cp_buf *b)
{
	double best = 0.0;

	cp_buf_reset(a);
	cp_buf_put(a, q->word[i], q->len[i]);
	for (size_t j = 0; j < w->n; j++) {
		cp_buf_reset(b);
		cp_buf_put(b, w->word[j], w->len[j]);
		best = greater(best, cp_text_similarity(cp_buf_text(a),
		    cp_buf_text(b)));
		if (strcmp(q->sound[i], w->sound[j]) == 0)
			best = greater(best, SOUNDS_ALIKE);
	}
	return greater(best, cp_text_similarity(cp_buf_text(a),
	    cp_buf_text(&w->whole)));
}

struct matcher {
	struct words q;
	struct words given;
	struct words family;
	struct cp_buf a;
	struct cp_buf b;
};

/* Likeness of the whole query to FIRST and LAST run together. */
static double
whole_likeness(struct matcher *m, const struct words *first,
    const struct words *last)
{
	cp_buf_reset(&m->a);
	cp_buf_put(&m->a, first->whole.data, first->whole.len);
	cp_buf_put(&m->a, last->whole.data, last->whole.len);
	return cp_text_similarity(cp_buf_text(&m->q.whole),
	    cp_buf_text(&m->a));
}

static double
name_likeness(struct matcher *m, const struct cp_name *name)
{
	double best;
	double sum = 0.0;

	words_set(&m->given, name->given);
	words_set(&m->family, name->family);
	best = greater(whole_likeness(m, &m->given, &m->family),
	    whole_likeness(m, &m->family, &m->given));
	for (size_t i = 0; i < m->q.n; i++)
		sum += greater(word_likeness(&m->q, i, &m->given, &m->a,
		    &m->b), word_likeness(&m->q, i, &m->family, &m->a,
		    &m->b));
	if (m->q.n > 0)
		best = greater(best, WORDS_ALIKE * sum / (double)m->q.n);
	return best;
}

double
cp_document_match(const struct cp_document *doc,
    const struct cp_query *query)
{
	struct matcher m;
	double best = 0.0;

	if ((query->postcode != NULL && !has_postcode(doc, query->postcode)) ||
	    (query->number != NULL && !has_number(doc, query->number)))
		return 0.0;
	if (query->name == NULL)
		return 1.0;
	words_init(&m.q);
	words_init(&m.given);
	words_init(&m.family);
	cp_buf_init(&m.a);
	cp_buf_init(&m.b);
	words_set(&m.q, query->name);
	for (size_t i = 0; i < doc->n_names; i++)
		best = greater(best, name_likeness(&m, &doc->names[i]));
	cp_buf_clear(&m.b);
	cp_buf_clear(&m.a);
	words_clear(&m.family);
	words_clear(&m.given);
	words_clear(&m.q);
	return best;
}
