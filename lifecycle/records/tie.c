#include "lifecycle/records/tie_priv.h"

#include <stdlib.h>
#include <string.h>

#include "archive/crypto.h"
#include "lifecycle/records/keys_priv.h"
#include "lifecycle/store/stmt.h"

/*
 * Two kinds of ties, each with parts after a zero byte:
 *	n  a word of the given name, the family name's first letters, birth
 *	   date as far as it is known; of whoever has one name only: nothing,
 *	   that name's
 *	u  number
 */
enum { GIVEN_WORDS = 3, DATES = 4 };

static const char LABEL[] = "tie";

/* ---- making ---------------------------------------------------------------- */

static enum cp_rc
push(struct cp_keys *keys, const struct cp_matcher *m,
    const struct cp_buf *message, struct cp_err *err)
{
	uint8_t hash[CP_SHA256_LEN];
	uint64_t key = 0, *more;
	size_t cap = keys->cap == 0 ? 16 : 2 * keys->cap;
	enum cp_rc rc = cp_buf_check(message, err);

	if (rc == CP_OK)
		rc = cp_match_digest(m, LABEL, message->data, message->len,
		    hash, err);
	if (rc != CP_OK)
		return rc;
	if (keys->n == keys->cap) {
		more = realloc(keys->key, cap * sizeof(*more));
		if (more == NULL)
			return cp_fail(err, CP_FAILED, "out of memory");
		keys->key = more;
		keys->cap = cap;
	}
	for (int i = 0; i < 8; i++)
		key = key << 8 | hash[i];
	keys->key[keys->n++] = key;
	return CP_OK;
}

static enum cp_rc
push_name(struct cp_keys *keys, const struct cp_matcher *m,
    const char *given, size_t given_len, const char *family,
    const char *date, struct cp_buf *message, struct cp_err *err)
{
	cp_buf_reset(message);
	cp_buf_putc(message, 'n');
	cp_buf_putc(message, '\0');
	cp_buf_put(message, given, given_len);
	cp_buf_putc(message, '\0');
	cp_buf_put(message, family, cp_text_prefix(family, KEY_CUT_PREFIX));
	cp_buf_putc(message, '\0');
	cp_buf_puts(message, date);
	return push(keys, m, message, err);
}

static enum cp_rc
push_number(struct cp_keys *keys, const struct cp_matcher *m,
    const char *number, struct cp_buf *message, struct cp_err *err)
{
	char text[CP_ID_MAX];
	size_t len = key_squeeze(number, text, sizeof(text));

	if (len == 0)
		return CP_OK;
	cp_buf_reset(message);
	cp_buf_putc(message, 'u');
	cp_buf_putc(message, '\0');
	cp_buf_put(message, text, len);
	return push(keys, m, message, err);
}

static enum cp_rc
push_names(struct cp_keys *keys, const struct cp_matcher *m,
    const struct tie_person *who, struct words *given, struct words *family,
    struct cp_buf *message, struct cp_err *err)
{
	const struct words *only;
	enum cp_rc rc = CP_OK;

	words_set(given, who->given);
	words_set(family, who->family);
	if (given->whole.failed || family->whole.failed || given->text.failed ||
	    family->text.failed)
		return cp_fail(err, CP_FAILED, "out of memory");
	if (given->n == 0 && family->n == 0)
		return CP_OK;
	if (given->n == 0 || family->n == 0) {
		only = given->n == 0 ? family : given;
		return push_name(keys, m, "", 0, cp_buf_text(&only->whole),
		    who->born, message, err);
	}
	for (size_t i = 0; rc == CP_OK && i < given->n && i < GIVEN_WORDS; i++)
		rc = push_name(keys, m, given->word[i], given->len[i],
		    cp_buf_text(&family->whole), who->born, message, err);
	return rc;
}

enum cp_rc
tie_keys(const struct cp_matcher *m, const struct tie_person *who,
    struct cp_keys *keys, struct cp_err *err)
{
	struct words given, family;
	struct cp_buf message;
	enum cp_rc rc;

	keys->n = 0;
	words_init(&given);
	words_init(&family);
	cp_buf_init(&message);
	rc = push_names(keys, m, who, &given, &family, &message, err);
	for (size_t i = 0; rc == CP_OK && i < who->n_numbers; i++)
		rc = push_number(keys, m, who->number[i], &message, err);
	words_clear(&given);
	words_clear(&family);
	cp_buf_clear(&message);
	return rc;
}

enum cp_rc
cp_tie_keys(const struct cp_matcher *m, const struct cp_document *doc,
    struct cp_keys *keys, struct cp_err *err)
{
	struct tie_person who = { .given = doc->current->given,
		.family = doc->current->family };

	cp_partial_format(doc->birth, who.born);
	for (size_t i = 0; i < doc->n_numbers && i < TIE_NUMBERS; i++)
		who.number[who.n_numbers++] = doc->numbers[i].value;
	return tie_keys(m, &who, keys, err);
}

/* ---- the table ------------------------------------------------------------- */

static int64_t
as_column(uint64_t key)
{
	int64_t v;

	memcpy(&v, &key, sizeof(v));
	return v;
}

static enum cp_rc
count(struct cp_store *s, int64_t by, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_TIE_COUNT);

	cp_bind_int(q, by);
	return cp_exec(q, err);
}

enum cp_rc
cp_tie_put(struct cp_store *s, int64_t record, const struct cp_keys *keys,
    struct cp_err *err)
{
	struct cp_stmt *q;
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < keys->n; i++) {
		q = cp_stmt(s, SQL_TIE_PUT);
		cp_bind_int(q, as_column(keys->key[i]));
		cp_bind_int(q, record);
		rc = cp_exec(q, err);
	}
	return rc == CP_OK && keys->n > 0 ? count(s, 1, err) : rc;
}

enum cp_rc
cp_tie_drop(struct cp_store *s, int64_t record, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_TIE_DROP);
	enum cp_rc rc;

	cp_bind_int(q, record);
	rc = cp_exec(q, err);
	return rc == CP_OK && cp_changes(s) > 0 ? count(s, -1, err) : rc;
}

enum cp_rc
cp_tie_drop_all(struct cp_store *s, struct cp_err *err)
{
	enum cp_rc rc = cp_exec(cp_stmt(s, SQL_TIE_CLEAR), err);

	return rc == CP_OK ? cp_exec(cp_stmt(s, SQL_TIE_COUNT_NONE), err) :
	    rc;
}

enum cp_rc
cp_tie_wanting(struct cp_store *s, int64_t *n, struct cp_err *err)
{
	return cp_exec_int(cp_stmt(s, SQL_TIE_WANTING), 0, n, err);
}

/* ---- looking --------------------------------------------------------------- */

struct looking {
	const struct cp_matcher *m;
	struct cp_keys keys;
	struct words name;          /* all of it */
	struct cp_buf family, message;
	char date[DATES][CP_DATE_TEXT];
	size_t n_dates;
};

/* As it would be written where more or less of it was known. */
static void
set_dates(struct looking *l, struct cp_date born)
{
	enum { YEAR = 4, MONTH = 7 };
	struct cp_date swapped;
	int year, month, day;

	l->n_dates = 0;
	if (!cp_date_set(born))
		return;
	cp_date_format(born, l->date[0]);
	memcpy(l->date[1], l->date[0], CP_DATE_TEXT);
	l->date[1][MONTH] = '\0';
	memcpy(l->date[2], l->date[0], CP_DATE_TEXT);
	l->date[2][YEAR] = '\0';
	l->n_dates = 3;
	cp_date_split(born, &year, &month, &day);
	swapped = cp_date_make(year, day, month);
	cp_date_format(swapped, l->date[3]);
	l->n_dates += cp_date_set(swapped) && day != month;
}

static enum cp_rc
look_dated(struct looking *l, const char *given, size_t given_len,
    struct cp_err *err)
{
	enum cp_rc rc = cp_buf_check(&l->family, err);

	for (size_t i = 0; rc == CP_OK && i < l->n_dates; i++)
		rc = push_name(&l->keys, l->m, given, given_len,
		    cp_buf_text(&l->family), l->date[i], &l->message, err);
	return rc;
}

/* The words from FROM to before TO are the family name, any of the others a
 * given one. */
static enum cp_rc
look_split(struct looking *l, size_t from, size_t to, struct cp_err *err)
{
	const struct words *w = &l->name;
	enum cp_rc rc = CP_OK;

	cp_buf_reset(&l->family);
	for (size_t i = from; i < to; i++)
		cp_buf_put(&l->family, w->word[i], w->len[i]);
	if (from == 0 && to == w->n)
		return look_dated(l, "", 0, err);
	for (size_t i = 0; rc == CP_OK && i < w->n; i++)
		if (i < from || i >= to)
			rc = look_dated(l, w->word[i], w->len[i], err);
	return rc;
}

static enum cp_rc
look_name(struct looking *l, const struct cp_sought *sought,
    struct cp_err *err)
{
	struct cp_buf all;
	enum cp_rc rc;

	cp_buf_init(&all);
	if (sought->given != NULL)
		cp_buf_puts(&all, sought->given);
	cp_buf_putc(&all, ' ');
	if (sought->family != NULL)
		cp_buf_puts(&all, sought->family);
	rc = cp_buf_check(&all, err);
	if (rc == CP_OK)
		words_set(&l->name, cp_buf_text(&all));
	cp_buf_clear(&all);
	if (rc == CP_OK && (l->name.text.failed || l->name.whole.failed))
		rc = cp_fail(err, CP_FAILED, "out of memory");
	for (size_t i = 0; rc == CP_OK && i < l->name.n; i++)
		rc = look_split(l, i, l->name.n, err);
	for (size_t i = 1; rc == CP_OK && i < l->name.n; i++)
		rc = look_split(l, 0, i, err);
	return rc;
}

static void
add(struct cp_tied *out, int64_t record)
{
	for (size_t i = 0; i < out->n; i++)
		if (out->record[i] == record)
			return;
	if (out->n < CP_TIES)
		out->record[out->n++] = record;
	else
		out->more = 1;
}

static enum cp_rc
add_rows(struct cp_stmt *q, struct cp_tied *out, struct cp_err *err)
{
	int row = 0;
	enum cp_rc rc;

	while ((rc = cp_step(q, &row, err)) == CP_OK && row && !out->more)
		add(out, cp_col_int(q, 0));
	cp_reset(q);
	return rc;
}

static enum cp_rc
look_up(struct cp_store *s, const struct cp_sought *sought,
    const struct cp_keys *keys, struct cp_tied *out, struct cp_err *err)
{
	struct cp_stmt *q;
	enum cp_rc rc = CP_OK;

	if (sought->id != NULL) {
		q = cp_stmt(s, SQL_TIE_BY_ID);
		cp_bind_text(q, sought->id);
		rc = add_rows(q, out, err);
	}
	for (size_t i = 0; rc == CP_OK && i < keys->n && !out->more; i++) {
		q = cp_stmt(s, SQL_TIE_FIND);
		cp_bind_int(q, as_column(keys->key[i]));
		rc = add_rows(q, out, err);
	}
	return rc;
}

enum cp_rc
cp_tie_find(struct cp_store *s, const struct cp_matcher *m,
    const struct cp_sought *sought, struct cp_tied *out, struct cp_err *err)
{
	struct looking l = { .m = m };
	struct cp_tied found = { .n = 0 };
	enum cp_rc rc = CP_OK;

	words_init(&l.name);
	cp_buf_init(&l.family);
	cp_buf_init(&l.message);
	set_dates(&l, sought->born);
	if (sought->number != NULL)
		rc = push_number(&l.keys, m, sought->number, &l.message, err);
	if (rc == CP_OK)
		rc = look_name(&l, sought, err);
	if (rc == CP_OK)
		rc = look_up(s, sought, &l.keys, &found, err);
	if (rc == CP_OK)
		*out = found;
	cp_keys_clear(&l.keys);
	words_clear(&l.name);
	cp_buf_clear(&l.family);
	cp_buf_clear(&l.message);
	return rc;
}
