#include <stdlib.h>
#include <string.h>

#include "lifecycle/duties/letter_bind_impl.h"

/* Numbers of what a part has anew. */
struct plan {
	uint32_t leaves, pages;   /* of pages: leaves, and the node above */
	uint32_t rows, numbers;   /* of numbers, likewise */
	uint32_t section, next;
	size_t n_leaves, n_rows, n_tagged;
	struct bind_section *s;
	const char *const *alt;
	size_t n_alt;
};

/* ---- copying --------------------------------------------------------------- */

/* Apart from what is there only where it must be. */
static void
put_token(struct cp_buf *out, const uint8_t *data, size_t len)
{
	if (out->len > 0 && len > 0 && bind_is_regular(data[0]) &&
	    bind_is_regular(out->data[out->len - 1]))
		cp_buf_putc(out, ' ');
	cp_buf_put(out, data, len);
}

static void
copy(struct cp_buf *out, const struct bind_part *p,
    const struct bind_value *v)
{
	struct bind_cursor c = { v->at, v->end };
	struct bind_value t;

	for (bind_token(&c, &t); t.kind != BIND_END && t.kind != BIND_BAD;
	    bind_token(&c, &t)) {
		if (t.kind == BIND_REF)
			bind_put_ref(out, p->obj[t.n].number);
		else
			put_token(out, t.at, (size_t)(t.end - t.at));
	}
}

static void
put_stream(struct cp_bind *b, const struct bind_part *p,
    const struct bind_object *o)
{
	struct bind_value dict = bind_known(p, o), key, v;
	struct bind_cursor c = bind_into(&dict);

	cp_buf_puts(&b->out, "<</Length ");
	bind_put_n(&b->out, o->len);
	while (bind_pair(&c, &key, &v)) {
		if (bind_is(&key, "/Length"))
			continue;
		copy(&b->out, p, &key);
		copy(&b->out, p, &v);
	}
	cp_buf_puts(&b->out, ">>stream\n");
	cp_buf_put(&b->out, p->data + o->stream, o->len);
	cp_buf_puts(&b->out, "\nendstream");
}

static void
put_page(struct cp_bind *b, const struct bind_part *p,
    const struct bind_object *o, const struct plan *plan)
{
	struct bind_value dict = bind_known(p, o), key, v;
	struct bind_cursor c = bind_into(&dict);

	cp_buf_puts(&b->out, "<<");
	while (bind_pair(&c, &key, &v)) {
		copy(&b->out, p, &key);
		if (bind_is(&key, "/Parent")) {
			bind_put_ref(&b->out, plan->leaves + o->use /
			    BIND_FAN);
		} else if (bind_is(&key, "/StructParents")) {
			cp_buf_putc(&b->out, ' ');
			bind_put_n(&b->out, (uint64_t)b->n_pages + o->use);
		} else {
			copy(&b->out, p, &v);
		}
	}
	cp_buf_puts(&b->out, ">>");
}

/* Its type as an object need not be said [14.7.2, table 323]. */
static void
put_element(struct cp_bind *b, const struct bind_part *p,
    const struct bind_object *o, const struct plan *plan)
{
	struct bind_value dict = bind_known(p, o), key, v;
	struct bind_cursor c = bind_into(&dict);

	cp_buf_puts(&b->out, "<<");
	while (bind_pair(&c, &key, &v)) {
		if (bind_is(&key, "/Type"))
			continue;
		copy(&b->out, p, &key);
		if (o->role == BIND_TOP && bind_is(&key, "/P"))
			bind_put_ref(&b->out, BIND_DOCUMENT);
		else
			copy(&b->out, p, &v);
	}
	if (o->use != 0) {
		const char *alt = o->use <= plan->n_alt ?
		    plan->alt[o->use - 1] : NULL;

		cp_buf_puts(&b->out, "/Alt");
		bind_put_text(&b->out, alt != NULL ? alt :
		    cp_buf_text(&b->figure));
	}
	cp_buf_puts(&b->out, ">>");
}

static void
put_object(struct cp_bind *b, const struct bind_part *p,
    const struct bind_object *o, const struct plan *plan)
{
	struct bind_value v;

	bind_begin(b, plan->s, o->number);
	if (o->role == BIND_PAGE) {
		put_page(b, p, o, plan);
	} else if (o->role == BIND_TOP || o->role == BIND_ELEMENT) {
		put_element(b, p, o, plan);
	} else if (o->stream != 0) {
		put_stream(b, p, o);
	} else {
		v = bind_known(p, o);
		copy(&b->out, p, &v);
	}
	bind_end(b);
}

/* ---- what is there twice --------------------------------------------------- */

/* FNV-1a */
static uint32_t
hash(const uint8_t *p, const uint8_t *end)
{
	uint32_t h = 2166136261u;

	while (p < end)
		h = (h ^ *p++) * 16777619u;
	return h;
}

static int
is_same(const struct bind_part *p, const struct bind_object *a,
    const struct bind_object *b)
{
	return a->end - a->at == b->end - b->at &&
	    memcmp(p->data + a->at, p->data + b->at, a->end - a->at) == 0;
}

/* What pages use is much the same for all first pages: of objects that read
 * the same one is enough.  The others are then of its number. */
static enum cp_rc
share(struct bind_part *p, struct cp_err *err)
{
	size_t cap = 64, at;
	uint32_t *first;

	while (cap < 2 * p->n_obj)
		cap *= 2;
	first = calloc(cap, sizeof(*first));
	if (first == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	for (size_t i = 1; i < p->n_obj; i++) {
		struct bind_object *o = &p->obj[i];

		if (o->role != BIND_OTHER || o->stream != 0)
			continue;
		at = hash(p->data + o->at, p->data + o->end) & (cap - 1);
		while (first[at] != 0 && !is_same(p, &p->obj[first[at]], o))
			at = (at + 1) & (cap - 1);
		if (first[at] == 0) {
			first[at] = (uint32_t)i;
		} else {
			o->role = BIND_SHARED;
			o->use = first[at];
		}
	}
	free(first);
	return CP_OK;
}

/* ---- numbers --------------------------------------------------------------- */

static int
is_kept(const struct bind_object *o)
{
	return o->role == BIND_OTHER || o->role == BIND_PAGE ||
	    o->role == BIND_ELEMENT;
}

static size_t
nodes(size_t n)
{
	return (n + BIND_FAN - 1) / BIND_FAN;
}

/* Elements of the Document first, one after the other: they are told by the
 * first and their number. */
static void
number_all(const struct cp_bind *b, struct bind_part *p, struct plan *plan)
{
	uint32_t next = b->next;

	for (size_t i = 0; i < p->n_top; i++)
		p->obj[p->top[i]].number = next++;
	for (size_t i = 1; i < p->n_obj; i++)
		if (is_kept(&p->obj[i]))
			p->obj[i].number = next++;
	for (size_t i = 1; i < p->n_obj; i++)
		if (p->obj[i].role == BIND_SHARED)
			p->obj[i].number = p->obj[p->obj[i].use].number;
	for (size_t i = 0; i < p->n_pages; i++)
		plan->n_tagged += p->marks[i] != 0;
	plan->n_leaves = nodes(p->n_pages);
	plan->n_rows = nodes(plan->n_tagged);
	plan->leaves = next;
	plan->pages = plan->leaves + (uint32_t)plan->n_leaves;
	plan->rows = plan->pages + 1;
	plan->numbers = plan->rows + (uint32_t)plan->n_rows;
	plan->section = plan->numbers + (plan->n_rows > 0);
	plan->next = plan->section + 1;
}

/* ---- nodes ----------------------------------------------------------------- */

static void
put_page_node(struct cp_bind *b, struct plan *plan, uint32_t number,
    uint32_t above, size_t count)
{
	bind_begin(b, plan->s, number);
	cp_buf_puts(&b->out, "<</Type/Pages/Parent");
	bind_put_ref(&b->out, above);
	cp_buf_puts(&b->out, "/Count ");
	bind_put_n(&b->out, count);
	cp_buf_puts(&b->out, "/Kids[");
}

static void
put_page_nodes(struct cp_bind *b, const struct bind_part *p,
    struct plan *plan, uint32_t group)
{
	for (size_t i = 0; i < p->n_pages; i++) {
		size_t left = p->n_pages - i;

		if (i % BIND_FAN == 0)
			put_page_node(b, plan, plan->leaves +
			    (uint32_t)(i / BIND_FAN), plan->pages,
			    left < BIND_FAN ? left : BIND_FAN);
		bind_put_ref(&b->out, p->obj[p->page[i]].number);
		if ((i + 1) % BIND_FAN == 0 || left == 1) {
			cp_buf_puts(&b->out, "]>>");
			bind_end(b);
		}
	}
	put_page_node(b, plan, plan->pages, group, p->n_pages);
	for (size_t i = 0; i < plan->n_leaves; i++)
		bind_put_ref(&b->out, plan->leaves + (uint32_t)i);
	cp_buf_puts(&b->out, "]>>");
	bind_end(b);
}

static void
put_limits(struct cp_bind *b, size_t first, size_t last)
{
	cp_buf_puts(&b->out, "/Limits[");
	bind_put_n(&b->out, (uint64_t)b->n_pages + first);
	cp_buf_putc(&b->out, ' ');
	bind_put_n(&b->out, (uint64_t)b->n_pages + last);
	cp_buf_puts(&b->out, "]>>");
}

/* The row of page I, under the page's number in the whole, from 0.  Rows are
 * no objects of their own: readers have bounds for how many there are. */
static void
put_row(struct cp_bind *b, const struct bind_part *p, size_t i)
{
	struct bind_value row = bind_known(p, &p->obj[p->marks[i]]);

	cp_buf_putc(&b->out, ' ');
	bind_put_n(&b->out, (uint64_t)b->n_pages + i);
	copy(&b->out, p, &row);
}

static void
put_number_nodes(struct cp_bind *b, const struct bind_part *p,
    struct plan *plan)
{
	size_t done = 0, first = 0, begun = 0, last = 0;

	for (size_t i = 0; i < p->n_pages; i++) {
		if (p->marks[i] == 0)
			continue;
		if (done % BIND_FAN == 0) {
			bind_begin(b, plan->s, plan->rows +
			    (uint32_t)(done / BIND_FAN));
			cp_buf_puts(&b->out, "<</Nums[");
			begun = i;
		}
		if (done++ == 0)
			first = i;
		last = i;
		put_row(b, p, i);
		if (done % BIND_FAN == 0 || done == plan->n_tagged) {
			cp_buf_putc(&b->out, ']');
			put_limits(b, begun, i);
			bind_end(b);
		}
	}
	if (plan->n_rows == 0)
		return;
	bind_begin(b, plan->s, plan->numbers);
	cp_buf_puts(&b->out, "<</Kids[");
	for (size_t i = 0; i < plan->n_rows; i++)
		bind_put_ref(&b->out, plan->rows + (uint32_t)i);
	cp_buf_putc(&b->out, ']');
	put_limits(b, first, last);
	bind_end(b);
}

/* ---- a part ---------------------------------------------------------------- */

static enum cp_rc
check_alt(const struct cp_bind *b, const struct bind_part *p,
    const char *const *alt, size_t n_alt, struct cp_err *err)
{
	int all = n_alt >= p->n_figures || b->figure.len > 0;

	if (n_alt > p->n_figures)
		return bind_bad(err, "fewer pictures than are described");
	for (size_t i = 0; i < n_alt; i++) {
		all &= alt[i] != NULL || b->figure.len > 0;
		if (alt[i] != NULL && !bind_is_text(alt[i]))
			return cp_fail(err, CP_BAD_INPUT, "what a picture "
			    "shows has a character that it cannot have");
	}
	return all ? CP_OK : cp_fail(err, CP_BAD_INPUT, "nobody says what a "
	    "picture shows");
}

enum cp_rc
bind_put_part(struct cp_bind *b, struct bind_part *p, const char *const *alt,
    size_t n_alt, struct bind_kept *kept, uint32_t *next, struct cp_err *err)
{
	struct bind_section s = { NULL, 0, 0, 0 };
	struct plan plan = { .s = &s, .alt = alt, .n_alt = n_alt };
	enum cp_rc rc = check_alt(b, p, alt, n_alt, err);

	if (rc == CP_OK)
		rc = share(p, err);
	if (rc != CP_OK)
		return rc;
	number_all(b, p, &plan);
	/* the node above is one for many parts, and written at the end */
	kept->group = b->n_kept % BIND_FAN != 0 ?
	    b->kept[b->n_kept - 1].group : plan.next++;
	kept->pages = plan.pages;
	kept->numbers = plan.n_rows > 0 ? plan.numbers : 0;
	kept->n_pages = (uint32_t)p->n_pages;
	kept->top = b->next;
	kept->n_top = (uint32_t)p->n_top;
	for (size_t i = 0; i < p->n_top; i++)
		put_object(b, p, &p->obj[p->top[i]], &plan);
	for (size_t i = 1; i < p->n_obj; i++)
		if (is_kept(&p->obj[i]))
			put_object(b, p, &p->obj[i], &plan);
	put_page_nodes(b, p, &plan, kept->group);
	put_number_nodes(b, p, &plan);
	bind_put_section(b, &s, plan.section, "");
	rc = s.failed ? cp_fail(err, CP_FAILED, "out of memory") :
	    cp_buf_check(&b->out, err);
	bind_section_clear(&s);
	*next = plan.next;
	return rc;
}
