#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/duties/collecting_impl.h"
#include "lifecycle/store/json_put.h"

/* ---- texts of a collection ----------------------------------------------- */

enum { CHUNK = 16384, ALIGN = 16, ITEMS_FIRST = 128 };

struct chunk {
	struct chunk *next;
	size_t used, cap;
	_Alignas(ALIGN) uint8_t data[];
};

void
cp_collection_init(struct cp_collection *c)
{
	memset(c, 0, sizeof(*c));
}

void
cp_collection_clear(struct cp_collection *c)
{
	struct chunk *next;

	for (struct chunk *k = c->private_state; k != NULL; k = next) {
		next = k->next;
		explicit_bzero(k, sizeof(*k) + k->cap);
		free(k);
	}
	for (size_t i = 0; i < c->n_subjects; i++)
		cp_document_free(c->subject[i].doc);
	if (c->items != NULL)
		explicit_bzero(c->items, c->cap * sizeof(*c->items));
	free(c->items);
	cp_collection_init(c);
}

/* LEN bytes that live as long as the collection; NULL is remembered. */
static void *
alloc(struct collecting *x, size_t len)
{
	struct chunk *k = x->coll->private_state;
	size_t cap;
	void *at;

	len = (len + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	if (k == NULL || k->cap - k->used < len) {
		cap = len > CHUNK ? len : CHUNK;
		k = malloc(sizeof(*k) + cap);
		if (k == NULL) {
			x->failed = 1;
			return NULL;
		}
		k->next = x->coll->private_state;
		k->used = 0;
		k->cap = cap;
		x->coll->private_state = k;
	}
	at = k->data + k->used;
	k->used += len;
	return at;
}

static const char *
keep(struct collecting *x, const void *data, size_t len)
{
	char *at = alloc(x, len + 1);

	if (at == NULL)
		return "";
	memcpy(at, data, len);
	at[len] = '\0';
	return at;
}

/* ---- an item in the making ----------------------------------------------- */

static int
is_of_record(const char *key)
{
	return strncmp(key, "record/", 7) == 0;
}

/* The members of an item as data.json has them: labels are their keys. */
static void
put_member(struct cp_buf *b, const struct cp_field *f)
{
	char key[40], day[CP_DATE_TEXT];
	size_t n = 0;

	for (; f->label[n] != '\0' && n + 1 < sizeof(key); n++)
		key[n] = f->label[n] == '-' ? '_' : f->label[n];
	key[n] = '\0';
	cp_json_put_key(b, key);
	if (f->kind == CP_FIELD_YES_NO)
		cp_json_put_bool(b, f->yes);
	else if (f->kind == CP_FIELD_DATE)
		cp_json_put_string(b, cp_date_format(f->date, day));
	else if (f->kind == CP_FIELD_WORD)
		cp_json_put_string(b, f->text + strlen("word-"));
	else
		cp_json_put_string(b, f->text);
}

/* Into X->bytes: an object, or of a detail its one member. */
static void
put_json(struct collecting *x, int detail)
{
	cp_buf_reset(&x->bytes);
	if (!detail)
		cp_json_open(&x->bytes, '{');
	for (size_t i = 0; i < x->item.n_fields; i++)
		put_member(&x->bytes, &x->field[i]);
	if (!detail)
		cp_json_close(&x->bytes, '}');
}

/* The keyed hash of key and content. */
static enum cp_rc
put_digest(struct collecting *x, struct cp_err *err)
{
	struct cp_buf b;
	enum cp_rc rc;

	cp_buf_init(&b);
	cp_buf_printf(&b, "%d", x->item.stored.subject);
	cp_buf_putc(&b, '\0');
	cp_buf_puts(&b, x->who->record.id);
	cp_buf_putc(&b, '\0');
	cp_buf_puts(&b, x->item.stored.key);
	cp_buf_putc(&b, '\0');
	cp_buf_put(&b, x->bytes.data, x->bytes.len);
	rc = cp_buf_check(&b, err);
	if (rc == CP_OK)
		rc = cp_match_digest(x->matcher, "sar-item", b.data, b.len,
		    x->item.stored.digest, err);
	cp_buf_clear(&b);
	return rc;
}

static enum cp_rc
add(struct collecting *x, struct cp_err *err)
{
	struct cp_collection *c = x->coll;
	size_t cap = c->cap == 0 ? ITEMS_FIRST : 2 * c->cap;
	struct cp_item *more;

	if (c->n == c->cap) {
		more = calloc(cap, sizeof(*more));
		if (more == NULL)
			return cp_fail(err, CP_FAILED, "out of memory");
		if (c->n > 0)
			memcpy(more, c->items, c->n * sizeof(*more));
		if (c->items != NULL)
			explicit_bzero(c->items, c->n * sizeof(*more));
		free(c->items);
		c->items = more;
		c->cap = cap;
	}
	c->items[c->n++] = x->item;
	return CP_OK;
}

static enum cp_rc
finish(struct collecting *x, struct cp_err *err)
{
	size_t len = x->item.n_fields * sizeof(*x->field);
	enum cp_rc rc;

	x->open = 0;
	put_json(x, x->item.of != x->coll->n);
	rc = cp_buf_check(&x->bytes, err);
	if (rc == CP_OK)
		rc = put_digest(x, err);
	if (rc != CP_OK)
		return rc;
	if (!is_of_record(x->item.stored.key))
		x->item.json = keep(x, x->bytes.data, x->bytes.len);
	x->item.fields = len > 0 ? alloc(x, len) : NULL;
	if (x->failed)
		return cp_fail(err, CP_FAILED, "out of memory");
	if (len > 0)
		memcpy(x->item.fields, x->field, len);
	return add(x, err);
}

enum cp_rc
collecting_end(struct collecting *x, struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	if (x->open && !x->failed)
		rc = finish(x, err);
	if (rc == CP_OK && x->failed)
		rc = cp_fail(err, CP_FAILED, "out of memory");
	return rc;
}

/* What was open is ended; why that failed is told by collecting_end. */
static void
begin(struct collecting *x, unsigned flags)
{
	struct cp_err err;

	cp_err_clear(&err);
	if (collecting_end(x, &err) != CP_OK)
		x->failed = 1;
	memset(&x->item, 0, sizeof(x->item));
	x->open = 1;
	x->item.stored.subject = x->who->who.idx;
	x->item.stored.flags = flags | x->always;
	x->item.opened = x->who->opened;
}

void
collecting_entry(struct collecting *x, enum cp_part part, unsigned flags,
    const char *key, ...)
{
	va_list ap;
	int n;

	begin(x, flags);
	x->entry = x->coll->n;
	x->item.of = x->entry;
	x->item.part = part;
	va_start(ap, key);
	n = vsnprintf(x->item.stored.key, sizeof(x->item.stored.key), key, ap);
	va_end(ap);
	/* Two with one key would be decided as one. */
	if (n < 0 || (size_t)n >= sizeof(x->item.stored.key))
		x->failed = 1;
}

void
collecting_detail(struct collecting *x, unsigned flags, const char *key)
{
	const struct cp_item *entry;
	int n;

	begin(x, flags);
	if (x->failed)
		return;
	entry = &x->coll->items[x->entry];
	x->item.of = x->entry;
	x->item.part = entry->part;
	x->item.opened |= entry->opened;
	n = snprintf(x->item.stored.key, sizeof(x->item.stored.key), "%s/%s",
	    entry->stored.key, key);
	if (n < 0 || (size_t)n >= sizeof(x->item.stored.key))
		x->failed = 1;
}

/* ---- fields -------------------------------------------------------------- */

static struct cp_field *
field(struct collecting *x, enum cp_field_kind kind, const char *label)
{
	struct cp_field *f;

	if (x->item.n_fields == COLLECTING_FIELDS) {
		x->failed = 1;
		return NULL;
	}
	f = &x->field[x->item.n_fields++];
	memset(f, 0, sizeof(*f));
	f->kind = kind;
	f->label = label;
	return f;
}

void
collecting_text(struct collecting *x, const char *label, const char *text)
{
	struct cp_field *f;

	if (text == NULL || text[0] == '\0' || x->failed)
		return;
	f = field(x, CP_FIELD_TEXT, label);
	if (f != NULL)
		f->text = keep(x, text, strlen(text));
}

void
collecting_word(struct collecting *x, const char *label, const char *word)
{
	static const char prefix[] = "word-";
	size_t len;
	struct cp_field *f;
	char *text;

	if (word == NULL || word[0] == '\0' || x->failed)
		return;
	len = strlen(word);
	text = alloc(x, sizeof(prefix) + len);
	f = field(x, CP_FIELD_WORD, label);
	if (f == NULL || text == NULL)
		return;
	memcpy(text, prefix, sizeof(prefix) - 1);
	memcpy(text + sizeof(prefix) - 1, word, len + 1);
	f->text = text;
}

void
collecting_date(struct collecting *x, const char *label, struct cp_date d)
{
	struct cp_field *f;

	if (!cp_date_set(d) || x->failed)
		return;
	f = field(x, CP_FIELD_DATE, label);
	if (f != NULL)
		f->date = d;
}

void
collecting_day(struct collecting *x, const char *label, const char *time)
{
	char day[CP_DATE_TEXT];
	struct cp_date d;
	struct cp_err err;

	if (time == NULL || strlen(time) < CP_DATE_TEXT - 1)
		return;
	memcpy(day, time, CP_DATE_TEXT - 1);
	day[CP_DATE_TEXT - 1] = '\0';
	cp_err_clear(&err);
	if (cp_date_parse(day, &d, &err) == CP_OK)
		collecting_date(x, label, d);
}

void
collecting_yes(struct collecting *x, const char *label, int yes)
{
	struct cp_field *f = x->failed ? NULL :
	    field(x, CP_FIELD_YES_NO, label);

	if (f != NULL)
		f->yes = yes;
}

void
collecting_beside(struct collecting *x)
{
	x->item.beside = x->placed;
}

void
collecting_one(struct collecting *x, unsigned flags, const char *label,
    const char *text)
{
	if (text == NULL || text[0] == '\0')
		return;
	collecting_detail(x, flags, label);
	collecting_text(x, label, text);
}
