#include <string.h>

#include "lifecycle/records/tie_priv.h"

/*
 * Ties of a document's canonical text, of which only the few strings that count
 * are read: taking all of it apart would cost a nightly run a tenth of its
 * time.  What has an escape in it is parsed.
 */
struct reading {
	const char *p, *end;
	int depth, current;
	const char *top, *key; /* names of members: where their text begins */
	struct tie_person who;
	struct cp_buf copy;    /* of the strings: each ends with a zero byte */
	size_t given, family, number[TIE_NUMBERS]; /* where in it, plus one */
};

/* Whether KEY, which a quotation mark ends, is NAME. */
static int
is(const char *key, const char *name)
{
	size_t len = strlen(name);

	return key != NULL && strncmp(key, name, len) == 0 && key[len] == '"';
}

static size_t
keep(struct reading *r, const char *text, size_t len)
{
	size_t at = r->copy.len + 1;

	cp_buf_put(&r->copy, text, len);
	cp_buf_putc(&r->copy, '\0');
	return at;
}

static void
take(struct reading *r, const char *text, size_t len)
{
	struct tie_person *w = &r->who;

	if (r->depth == 1 && is(r->top, "birth_date") && len < CP_DATE_TEXT) {
		memcpy(w->born, text, len);
		w->born[len] = '\0';
	}
	if (r->depth != 3)
		return;
	if (is(r->top, "names") && is(r->key, "type"))
		r->current = is(text, "current");
	else if (is(r->top, "names") && r->current && is(r->key, "given"))
		r->given = keep(r, text, len);
	else if (is(r->top, "names") && r->current && is(r->key, "family"))
		r->family = keep(r, text, len);
	else if (is(r->top, "numbers") && is(r->key, "value") &&
	    w->n_numbers < TIE_NUMBERS)
		r->number[w->n_numbers++] = keep(r, text, len);
}

/* The next string: a member's name, or a value.  0 at the end. */
static int
step(struct reading *r)
{
	const char *text, *stop;

	for (; r->p < r->end && *r->p != '"'; r->p++)
		r->depth += (*r->p == '{' || *r->p == '[') -
		    (*r->p == '}' || *r->p == ']');
	if (r->p == r->end)
		return 0;
	text = r->p + 1;
	stop = memchr(text, '"', (size_t)(r->end - text));
	if (stop == NULL)
		return 0;
	r->p = stop + 1;
	if (r->p == r->end || *r->p != ':')
		take(r, text, (size_t)(stop - text));
	else if (r->depth == 1)
		r->top = text;
	else
		r->key = text;
	return 1;
}

/* Whether it could be read so. */
static int
read_text(struct reading *r)
{
	struct tie_person *w = &r->who;
	const char *copy;

	while (step(r) && !is(r->top, "addresses"))
		;
	copy = cp_buf_text(&r->copy);
	if (r->given > 0)
		w->given = copy + r->given - 1;
	if (r->family > 0)
		w->family = copy + r->family - 1;
	for (size_t i = 0; i < w->n_numbers; i++)
		w->number[i] = copy + r->number[i] - 1;
	return is(r->top, "addresses") && r->given + r->family > 0 &&
	    w->born[0] != '\0' && !r->copy.failed;
}

static enum cp_rc
parse(const struct cp_matcher *m, const char *text, size_t len,
    struct cp_keys *keys, struct cp_err *err)
{
	static const struct cp_date any = { 0 };
	struct cp_document *doc = NULL;
	struct cp_reject why;
	enum cp_rc rc = cp_document_parse(text, len, any, &doc, &why, err);

	if (rc == CP_BAD_INPUT) {
		cp_err_context(err, "the stored document");
		rc = err->code = CP_CORRUPT;
	}
	if (rc == CP_OK)
		rc = cp_tie_keys(m, doc, keys, err);
	cp_document_free(doc);
	return rc;
}

enum cp_rc
cp_tie_keys_text(const struct cp_matcher *m, const char *text, size_t len,
    struct cp_keys *keys, struct cp_err *err)
{
	struct reading r = { .p = text, .end = text + len };
	enum cp_rc rc;

	cp_buf_init(&r.copy);
	if (memchr(text, '\\', len) == NULL && read_text(&r))
		rc = tie_keys(m, &r.who, keys, err);
	else
		rc = parse(m, text, len, keys, err);
	cp_buf_clear(&r.copy);
	return rc;
}
