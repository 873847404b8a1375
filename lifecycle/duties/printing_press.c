#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/duties/printing_impl.h"

/* What happens to a part in a worker: nothing here touches the store. */

void
print_bench_init(struct print_bench *b)
{
	memset(b, 0, sizeof(*b));
	cp_blocks_init(&b->blocks);
	cp_buf_init(&b->date);
}

void
print_bench_clear(struct print_bench *b)
{
	cp_press_free(b->press);
	cp_blocks_clear(&b->blocks);
	cp_buf_clear(&b->date);
	print_bench_init(b);
}

/* A run that goes on is of the day on which it began. */
static enum cp_rc
take_date(const struct print_work *w, struct print_bench *b,
    const struct print_part *p, struct cp_err *err)
{
	struct cp_date day = w->p->change.rules->today;
	char text[CP_DATE_TEXT];

	(void)snprintf(text, sizeof(text), "%.10s", w->run.started);
	if (w->run.started[0] != '\0' && cp_date_parse(text, &day, err) !=
	    CP_OK)
		return err->code = CP_CORRUPT;
	cp_buf_reset(&b->date);
	if (p->n_letters > 0)
		cp_wording_date(p->child[p->letter[0].lead].c.wording->
		    language, day, &b->date);
	return cp_buf_check(&b->date, err);
}

/* A press for letters like C, which is kept for the file's other parts. */
static enum cp_rc
take_press(const struct print_work *w, struct print_bench *b,
    const struct print_part *p, const struct cp_composed *c,
    struct cp_err *err)
{
	const struct cp_language *l = c->wording->language;
	struct cp_press_spec spec = { .language = l->code, .rtl = l->rtl,
		.face = l->face, .large = c->format == CP_FORMAT_LARGE,
		.easy = c->format == CP_FORMAT_EASY, .head = &c->sender.head,
		.page_words = l->page, .reference_words = l->reference,
		.qr_words = l->qr, .made = w->run.started };
	enum cp_rc rc;

	if (b->press != NULL && strcmp(b->file, p->file) == 0)
		return CP_OK;
	cp_press_free(b->press);
	b->press = NULL;
	spec.date = cp_buf_text(&b->date);
	spec.title = cp_template_head(c->wording->text, "title");
	rc = cp_press_open(&spec, &b->press, err);
	if (rc == CP_OK)
		(void)snprintf(b->file, sizeof(b->file), "%s", p->file);
	return rc;
}

/* The children of letter K are not told; of a household, where it may be for
 * the name of one, each is tried by itself first. */
static void
cannot(struct print_part *p, size_t k, const char *why,
    const struct cp_err *err)
{
	int alone = p->letter[k].n > 1 && strcmp(why, "too-long") != 0;

	p->letter[k].pages = 0;
	for (size_t i = p->letter[k].lead; i < p->n; i++) {
		struct print_child *c = &p->child[i];

		if (c->gone || c->letter != k)
			continue;
		c->alone = alone;
		c->gone = !alone;
		if (alone)
			continue;
		(void)snprintf(c->why, sizeof(c->why), "%s", why);
		c->err = *err;
	}
}

static enum cp_rc
set_text(const struct print_bench *b, struct print_part *p, size_t k,
    struct cp_err *err)
{
	struct print_letter *l = &p->letter[k];
	const struct cp_composed *c = print_letter_of(p, k);
	enum cp_rc rc;

	l->at = p->data.len;
	rc = cp_composed_text(c, c->reference, cp_buf_text(&b->date), 0,
	    &p->data, err);
	if (rc == CP_BAD_INPUT) {
		p->data.len = l->at;
		cannot(p, k, "unprintable", err);
		return CP_OK;
	}
	l->len = p->data.len - l->at;
	l->pages = 1;
	return rc;
}

static enum cp_rc
set_pages(const struct print_work *w, struct print_bench *b,
    struct print_part *p, size_t k, struct cp_err *err)
{
	struct print_letter *l = &p->letter[k];
	const struct cp_composed *c = print_letter_of(p, k);
	struct cp_letter letter = { .reference = c->reference,
		.to = c->lines, .n_to = c->n_lines };
	const char *why = NULL;
	enum cp_rc rc = take_press(w, b, p, c, err);

	if (rc == CP_OK)
		rc = cp_composed_blocks(c, &b->blocks, err);
	if (rc != CP_OK)
		return rc;
	letter.blocks = b->blocks.block;
	letter.n_blocks = b->blocks.n;
	rc = cp_press_add(b->press, &letter, &l->pages, &why, err);
	if (rc == CP_BAD_INPUT && why != NULL) {
		cannot(p, k, why, err);
		return CP_OK;
	}
	if (rc != CP_OK || !w->each)
		return rc;
	l->at = p->data.len;
	rc = cp_press_finish(b->press, &p->data, err);
	l->len = p->data.len - l->at;
	return rc;
}

static int
is_text(const struct print_part *p)
{
	return p->n_letters > 0 &&
	    p->child[p->letter[0].lead].c.format == CP_FORMAT_PLAIN;
}

void
print_set(const struct print_work *w, struct print_bench *b,
    struct print_part *p)
{
	int page = 1, text = is_text(p);

	cp_buf_reset(&p->data);
	p->rc = take_date(w, b, p, &p->err);
	for (size_t k = 0; p->rc == CP_OK && k < p->n_letters; k++) {
		p->letter[k].pages = 0;
		p->letter[k].first = page;
		p->rc = text ? set_text(b, p, k, &p->err) :
		    set_pages(w, b, p, k, &p->err);
		page += p->letter[k].pages;
	}
	if (p->rc == CP_OK && !text && !w->each && page > 1)
		p->rc = cp_press_finish(b->press, &p->data, &p->err);
	if (p->rc == CP_OK)
		p->rc = cp_buf_check(&p->data, &p->err);
	if (p->rc != CP_OK) { /* nobody knows what is on it */
		cp_press_free(b->press);
		b->press = NULL;
	}
}

/* ---- the pool -------------------------------------------------------------- */

static enum cp_rc
make_bench(void *ctx, void **state, struct cp_err *err)
{
	struct print_bench *b = calloc(1, sizeof(*b));

	(void)ctx;
	if (b == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	print_bench_init(b);
	*state = b;
	return CP_OK;
}

static void
free_bench(void *ctx, void *state)
{
	(void)ctx;
	if (state == NULL)
		return;
	print_bench_clear(state);
	free(state);
}

static void
set_item(void *ctx, void *state, void *item)
{
	print_set(ctx, state, item);
}

struct cp_pool_work
print_set_work(struct print_work *w)
{
	struct cp_pool_work work = { set_item, make_bench, free_bench, w };

	return work;
}
