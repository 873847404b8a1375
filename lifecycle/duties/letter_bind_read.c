#include <stdlib.h>
#include <string.h>

#include "lifecycle/duties/letter_bind_impl.h"

enum { XREF_ENTRY = 20, TAIL = 64 };

enum cp_rc
bind_bad(struct cp_err *err, const char *what)
{
	return cp_fail(err, CP_CORRUPT, "not a PDF of a press: %s", what);
}

/* ---- objects --------------------------------------------------------------- */

static int
expect(struct bind_cursor *c, const char *text)
{
	size_t len = strlen(text);

	if ((size_t)(c->end - c->p) < len || memcmp(c->p, text, len) != 0)
		return 0;
	c->p += len;
	return 1;
}

static int
expect_word(struct bind_cursor *c, const char *text)
{
	bind_space(c);
	return expect(c, text);
}

/* The value at AT, where "N 0 obj" must be; C is behind it. */
static int
object_at(const struct bind_part *p, size_t at, size_t n,
    struct bind_cursor *c, struct bind_value *v)
{
	struct bind_value t;

	c->p = p->data + at;
	c->end = p->data + p->len;
	bind_token(c, &t);
	if (t.kind != BIND_INT || t.n != (int64_t)n)
		return 0;
	bind_token(c, &t);
	if (t.kind != BIND_INT || t.n != 0)
		return 0;
	bind_token(c, &t);
	if (t.kind != BIND_WORD || !bind_is(&t, "obj"))
		return 0;
	bind_value(c, v);
	return v->kind != BIND_BAD && v->kind != BIND_END;
}

/* The length of a stream: in its dictionary or an object of its own. */
static int
stream_length(const struct bind_part *p, const struct bind_value *dict,
    size_t *len)
{
	struct bind_cursor c;
	struct bind_value v;

	if (!bind_get(dict, "/Length", &v))
		return 0;
	if (v.kind == BIND_REF) {
		int64_t n = v.n;

		if (n < 1 || (uint64_t)n >= p->n_obj || p->obj[n].at == 0 ||
		    !object_at(p, p->obj[n].at, (size_t)n, &c, &v) ||
		    !expect_word(&c, "endobj"))
			return 0;
	}
	if (v.kind != BIND_INT || v.n < 0 || (uint64_t)v.n > p->len)
		return 0;
	*len = (size_t)v.n;
	return 1;
}

/* Object N, of which the place is known: where its value and stream are. */
static int
read_object(const struct bind_part *p, size_t n, struct bind_object *o)
{
	struct bind_cursor c;
	struct bind_value v;
	size_t len;

	if (!object_at(p, p->obj[n].at, n, &c, &v))
		return 0;
	o->at = (uint32_t)(v.at - p->data);
	o->end = (uint32_t)(v.end - p->data);
	if (expect_word(&c, "stream")) {
		if (v.kind != BIND_DICT || !expect(&c, "\n") ||
		    !stream_length(p, &v, &len) ||
		    len > (size_t)(c.end - c.p))
			return 0;
		o->stream = (uint32_t)(c.p - p->data);
		o->len = (uint32_t)len;
		c.p += len;
		if (!expect(&c, "\nendstream"))
			return 0;
	}
	return expect_word(&c, "endobj");
}

/* All of them: first their places are needed, for the lengths of streams. */
static enum cp_rc
read_objects(struct bind_part *p, struct cp_err *err)
{
	struct bind_object *found = calloc(p->n_obj, sizeof(*found));

	if (found == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	for (size_t i = 1; i < p->n_obj; i++) {
		if (p->obj[i].at != 0 && !read_object(p, i, &found[i])) {
			free(found);
			return bind_bad(err, "an object is not where the "
			    "cross-references say");
		}
	}
	free(p->obj);
	p->obj = found;
	return CP_OK;
}

/* ---- cross-references ------------------------------------------------------ */

/* "OOOOOOOOOO GGGGG n \n" or "f"; a place of 0 is that of none. */
static int
entry(const uint8_t *e, size_t len, uint32_t *at)
{
	const uint8_t *p = e;
	int64_t n = bind_digits(&p, e + 10);

	if (n < 0 || p != e + 10 || e[10] != ' ' || e[18] != ' ' ||
	    e[19] != '\n' || (uint64_t)n >= len)
		return 0;
	if (e[17] == 'f')
		*at = 0;
	else if (e[17] == 'n' && memcmp(e + 11, "00000", 5) == 0)
		*at = (uint32_t)n;
	else
		return 0;
	return e[16] == ' ';
}

static int
read_trailer(struct bind_part *p, struct bind_cursor *c)
{
	struct bind_value dict, v;

	if (!expect_word(c, "trailer"))
		return 0;
	bind_value(c, &dict);
	if (!bind_get(&dict, "/Size", &v) || v.kind != BIND_INT ||
	    (uint64_t)v.n != p->n_obj || bind_get(&dict, "/Prev", &v) ||
	    bind_get(&dict, "/Encrypt", &v))
		return 0;
	if (!bind_get(&dict, "/Root", &v) || v.kind != BIND_REF || v.n < 1 ||
	    (uint64_t)v.n >= p->n_obj)
		return 0;
	p->root = (uint32_t)v.n;
	return 1;
}

/* "xref\n0 N\n", N entries, the trailer. */
static enum cp_rc
read_table(struct bind_part *p, struct bind_cursor c, struct cp_err *err)
{
	struct bind_value first, n;

	if (!expect(&c, "xref"))
		return bind_bad(err, "no cross-references");
	bind_token(&c, &first);
	bind_token(&c, &n);
	if (first.kind != BIND_INT || first.n != 0 || n.kind != BIND_INT ||
	    n.n < 2 || !expect(&c, "\n") ||
	    (uint64_t)n.n > (size_t)(c.end - c.p) / XREF_ENTRY)
		return bind_bad(err, "no cross-references");
	p->n_obj = (size_t)n.n;
	p->obj = calloc(p->n_obj, sizeof(*p->obj));
	if (p->obj == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	for (size_t i = 0; i < p->n_obj; i++, c.p += XREF_ENTRY)
		if (!entry(c.p, p->len, &p->obj[i].at))
			return bind_bad(err, "damaged cross-references");
	p->obj[0].at = 0;
	return read_trailer(p, &c) ? CP_OK : bind_bad(err, "no trailer");
}

/* The place in "startxref\nN\n%%EOF" at the end. */
static int
find_table(const struct bind_part *p, struct bind_cursor *c)
{
	size_t tail = p->len < TAIL ? p->len : TAIL;
	const uint8_t *end = p->data + p->len, *at;
	struct bind_value v;

	at = memmem(end - tail, tail, "startxref\n", 10);
	if (at == NULL)
		return 0;
	c->p = at + 10;
	c->end = end;
	bind_token(c, &v);
	if (v.kind != BIND_INT || v.n < 1 || (uint64_t)v.n >= p->len ||
	    !expect(c, "\n%%EOF"))
		return 0;
	c->p = p->data + v.n;
	return 1;
}

enum cp_rc
bind_part_read(struct bind_part *p, const void *pdf, size_t len,
    struct cp_err *err)
{
	struct bind_cursor c;
	enum cp_rc rc;

	memset(p, 0, sizeof(*p));
	p->data = pdf;
	p->len = len;
	if (len < TAIL || len > (size_t)1 << 30 ||
	    memcmp(pdf, "%PDF-1.", 7) != 0)
		return bind_bad(err, "no header");
	if (!find_table(p, &c))
		return bind_bad(err, "it does not end as one");
	rc = read_table(p, c, err);
	return rc == CP_OK ? read_objects(p, err) : rc;
}

void
bind_part_clear(struct bind_part *p)
{
	free(p->obj);
	free(p->page);
	free(p->marks);
	free(p->top);
	memset(p, 0, sizeof(*p));
}

struct bind_value
bind_known(const struct bind_part *p, const struct bind_object *o)
{
	struct bind_cursor c = { p->data + o->at, p->data + o->end };
	struct bind_value v;

	bind_token(&c, &v);
	v.end = c.end;
	return v;
}

int
bind_part_value(const struct bind_part *p, int64_t n, struct bind_value *out)
{
	if (n < 1 || (uint64_t)n >= p->n_obj || p->obj[n].at == 0 ||
	    p->obj[n].stream != 0)
		return 0;
	*out = bind_known(p, &p->obj[n]);
	return 1;
}
