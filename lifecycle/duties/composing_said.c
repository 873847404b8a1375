#include <stdlib.h>
#include <string.h>

#include "lifecycle/duties/composing_impl.h"
#include "lifecycle/rules/text.h"

enum {
	NAMED_CARERS = 2, /* more are not named on an envelope */
	ONE_LINE = 38     /* characters of two names on one line */
};

/* ---- values ---------------------------------------------------------------- */

void
said_put(struct said *s, enum cp_value v, const char *text)
{
	if (text == NULL || *text == '\0')
		return;
	s->at[v] = s->c->values.len + 1;
	cp_buf_put(&s->c->values, text, strlen(text) + 1);
}

void
said_date(struct said *s, enum cp_value v, struct cp_date day)
{
	s->at[v] = s->c->values.len + 1;
	cp_wording_date(s->c->wording->language, day, &s->c->values);
	cp_buf_putc(&s->c->values, '\0');
}

void
said_flag(struct said *s, enum cp_flag flag)
{
	s->c->said.flags |= 1u << flag;
}

enum cp_rc
said_end(struct said *s, struct cp_err *err)
{
	struct cp_composed *c = s->c;

	for (int v = 0; v < CP_VALUES; v++)
		c->said.value[v] = s->at[v] == 0 ? NULL :
		    cp_buf_text(&c->values) + s->at[v] - 1;
	return cp_buf_check(&c->values, err);
}

/* ---- the envelope ---------------------------------------------------------- */

/* With parental responsibility, and a name. */
static const char *
responsible(const struct cp_carer *carer)
{
	return carer->responsibility == 1 ? carer->name : NULL;
}

static size_t
count_responsible(const struct cp_document *doc)
{
	size_t n = 0;

	for (size_t i = 0; i < doc->n_carers; i++)
		n += responsible(&doc->carers[i]) != NULL;
	return n;
}

static void
end_line(struct cp_composed *c)
{
	cp_buf_putc(&c->line_text, '\0');
	c->n_lines++;
}

static void
put_line(struct cp_composed *c, const char *text)
{
	cp_buf_puts(&c->line_text, text);
	end_line(c);
}

/* One or two carers: on one line where that is short. */
static void
put_carers(struct cp_composed *c, const struct cp_document *doc)
{
	const char *name[NAMED_CARERS] = { NULL };
	size_t n = 0;

	for (size_t i = 0; i < doc->n_carers && n < NAMED_CARERS; i++)
		if (responsible(&doc->carers[i]) != NULL)
			name[n++] = responsible(&doc->carers[i]);
	if (n == 2 && cp_text_length(name[0]) + cp_text_length(name[1]) + 5 >
	    ONE_LINE) {
		put_line(c, name[0]);
		put_line(c, name[1]);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		cp_buf_puts(&c->line_text, i == 0 ? "" : " and ");
		cp_buf_puts(&c->line_text, name[i]);
	}
	end_line(c);
}

/* In English, for the post. */
static void
put_addressee(struct cp_composed *c, const struct cp_document *doc)
{
	int named = c->n_carers > 0 && c->n_carers <= NAMED_CARERS;

	if (c->to == CP_TO_CARER && named)
		put_carers(c, doc);
	if (c->to == CP_TO_CARER)
		cp_buf_puts(&c->line_text, named ? "Parent or carer of " :
		    "The parent or carer of ");
	c->child_line = c->n_lines;
	put_line(c, cp_buf_text(&c->name));
}

/* After the last line: the buffer moves while it grows. */
static enum cp_rc
point_at_lines(struct cp_composed *c, struct cp_err *err)
{
	const char **more, *at;
	enum cp_rc rc = cp_buf_check(&c->line_text, err);

	if (rc != CP_OK)
		return rc;
	if (c->n_lines > c->cap_lines) {
		more = realloc(c->lines, c->n_lines * sizeof(*more));
		if (more == NULL)
			return cp_fail(err, CP_FAILED, "out of memory");
		c->lines = more;
		c->cap_lines = c->n_lines;
	}
	at = cp_buf_text(&c->line_text);
	for (size_t i = 0; i < c->n_lines; i++, at += strlen(at) + 1)
		c->lines[i] = at;
	return CP_OK;
}

enum cp_rc
said_lines(struct cp_composed *c, const struct cp_document *doc,
    struct cp_err *err)
{
	const struct cp_address *a = &doc->addresses[c->address];

	cp_buf_reset(&c->line_text);
	c->n_lines = 0;
	c->n_carers = count_responsible(doc);
	put_addressee(c, doc);
	for (size_t i = 0; i < a->n_lines; i++)
		put_line(c, a->lines[i]);
	if (a->postcode != NULL)
		put_line(c, a->postcode);
	return point_at_lines(c, err);
}

enum cp_rc
said_to(struct cp_composed *c, const char *name, const char *const *line,
    size_t n, struct cp_err *err)
{
	cp_buf_reset(&c->line_text);
	c->n_lines = 0;
	put_line(c, name);
	for (size_t i = 0; i < n; i++)
		put_line(c, line[i]);
	return point_at_lines(c, err);
}

/* ---- what is checked ------------------------------------------------------- */

enum cp_rc
said_spoken(struct cp_composed *c, struct cp_err *err)
{
	cp_buf_reset(&c->spoken);
	for (size_t i = 0; i < c->n_lines; i++) {
		cp_buf_puts(&c->spoken, c->lines[i]);
		cp_buf_putc(&c->spoken, '\n');
	}
	for (int v = 0; v < CP_VALUES; v++) {
		if (!cp_value_of_letter((enum cp_value)v) ||
		    c->said.value[v] == NULL)
			continue;
		cp_buf_puts(&c->spoken, c->said.value[v]);
		cp_buf_putc(&c->spoken, '\n');
	}
	return cp_buf_check(&c->spoken, err);
}

void
cp_composed_ours(const struct cp_composed *c, struct cp_buf *out)
{
	const struct cp_letterhead *h = &c->sender.head;
	const char *const all[] = { h->name, h->office, h->phone, h->email,
		h->web, c->sender.post, c->sender.dpo };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		cp_buf_puts(out, all[i] != NULL ? all[i] : "");
		cp_buf_putc(out, '\n');
	}
	for (size_t i = 0; i < h->n_lines; i++) {
		cp_buf_puts(out, h->lines[i]);
		cp_buf_putc(out, '\n');
	}
}

/* ---- households ------------------------------------------------------------ */

static int
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static int
same_place(const struct cp_address *a, const struct cp_address *b)
{
	if (a->n_lines != b->n_lines || !same_text(a->postcode, b->postcode))
		return 0;
	for (size_t i = 0; i < a->n_lines; i++)
		if (strcmp(a->lines[i], b->lines[i]) != 0)
			return 0;
	return 1;
}

static int
has_carer(const struct cp_document *doc, const char *name)
{
	for (size_t i = 0; i < doc->n_carers; i++)
		if (responsible(&doc->carers[i]) != NULL &&
		    strcmp(doc->carers[i].name, name) == 0)
			return 1;
	return 0;
}

static int
has_all_carers(const struct cp_document *doc, const struct cp_document *of)
{
	for (size_t i = 0; i < of->n_carers; i++)
		if (responsible(&of->carers[i]) != NULL &&
		    !has_carer(doc, of->carers[i].name))
			return 0;
	return 1;
}

int
cp_composed_same_household(const struct cp_composed *a,
    const struct cp_document *a_doc, const struct cp_composed *b,
    const struct cp_document *b_doc)
{
	return a->to == CP_TO_CARER && b->to == CP_TO_CARER &&
	    a->wording == b->wording && a->format == b->format &&
	    a->said.flags == b->said.flags &&
	    same_text(a->sender.head.name, b->sender.head.name) &&
	    same_text(a->said.value[CP_VALUE_DATE],
	    b->said.value[CP_VALUE_DATE]) &&
	    same_place(&a_doc->addresses[a->address],
	    &b_doc->addresses[b->address]) &&
	    a->n_carers > 0 && has_all_carers(a_doc, b_doc) &&
	    has_all_carers(b_doc, a_doc);
}

/* What stands before the I-th of N in a list. */
static void
put_between(const struct cp_language *l, size_t i, size_t n,
    struct cp_buf *out)
{
	if (i == 0)
		return;
	if (i == n - 1) {
		cp_buf_printf(out, " %s ", l->and_word);
		return;
	}
	cp_buf_puts(out, l->comma);
	if (out->len > 0 && out->data[out->len - 1] != ' ')
		cp_buf_putc(out, ' ');
}

/* Puts the value V of all, as a list; a name WITH its reference behind it. */
static void
put_list(struct said *s, const struct cp_composed *const *one, size_t n,
    enum cp_value v, int with)
{
	struct cp_buf *out = &s->c->values;

	s->at[v] = out->len + 1;
	for (size_t i = 0; i < n; i++) {
		put_between(one[0]->wording->language, i, n, out);
		cp_buf_puts(out, one[i]->said.value[v]);
		if (with)
			cp_buf_printf(out, " (%s)", one[i]->reference);
	}
	cp_buf_putc(out, '\0');
}

/* Whom the envelope is for: where carers are named, they alone. */
static enum cp_rc
join_lines(const struct cp_composed *first, struct cp_composed *out,
    struct cp_err *err)
{
	int named = first->n_carers > 0 && first->n_carers <= NAMED_CARERS;

	out->child_line = first->child_line;
	for (size_t i = 0; i < first->n_lines; i++)
		if (!named || i != first->child_line)
			put_line(out, first->lines[i]);
	return point_at_lines(out, err);
}

/* What is the same of all. */
static void
take_first(const struct cp_composed *first, struct cp_composed *out)
{
	out->wording = first->wording;
	out->format = first->format;
	out->language_known = first->language_known;
	out->to = first->to;
	out->sender = first->sender;
	out->address = first->address;
	out->n_carers = first->n_carers;
	memcpy(out->sort, first->sort, sizeof(out->sort));
	memcpy(out->reference, first->reference, sizeof(out->reference));
	out->said.flags = first->said.flags;
	cp_buf_puts(&out->name, cp_buf_text(&first->name));
}

enum cp_rc
cp_composed_join(const struct cp_composed *const *one, size_t n,
    struct cp_composed *out, struct cp_err *err)
{
	struct said said = { .c = out };
	enum cp_rc rc;

	composed_reset(out);
	take_first(one[0], out);
	for (int v = 0; v < CP_VALUES; v++)
		if (v != CP_VALUE_NAME && v != CP_VALUE_FIRST_NAME &&
		    v != CP_VALUE_REFERENCE)
			said_put(&said, (enum cp_value)v,
			    one[0]->said.value[v]);
	put_list(&said, one, n, CP_VALUE_NAME, 1);
	put_list(&said, one, n, CP_VALUE_FIRST_NAME, 0);
	put_list(&said, one, n, CP_VALUE_REFERENCE, 0);
	said_flag(&said, CP_FLAG_SEVERAL);
	rc = said_end(&said, err);
	if (rc == CP_OK)
		rc = join_lines(one[0], out, err);
	return rc == CP_OK ? said_spoken(out, err) : rc;
}
