#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/duties/letter_press_impl.h"

#define QR_SIDE (20 * INK_MM)

static void
draw_put(struct press_ink *ink, const struct press_put *put)
{
	press_show(ink, put->text, 0, put->text->n, put->x, put->y, 1);
}

/* ---- the upper part of the first page -------------------------------------- */

static void
draw_reference(struct press_ink *ink)
{
	const struct press_top *t = &ink->p->top;
	struct press_text *r = ink->letter->reference;
	const QRcode *qr = ink->letter->qr;
	double quiet = QR_SIDE * 4 / (qr->width + 8);

	press_leaf(ink, "P");
	draw_put(ink, &t->label);
	press_show(ink, r, 0, r->n, t->reference_x, t->reference_y, 0);
	press_mark_end(ink);
	press_leaf(ink, "Figure");
	/* its border is white as the paper: the modules stand at the margin */
	press_modules(ink, qr, t->qr_x + (ink->p->rtl ? -quiet : quiet),
	    t->qr_y, QR_SIDE);
	press_mark_end(ink);
}

static void
draw_top(struct press_ink *ink)
{
	const struct press_top *t = &ink->p->top;
	const struct press_letter *x = ink->letter;

	press_leaf(ink, "P");
	draw_put(ink, &t->name);
	press_mark_end(ink);
	press_leaf(ink, "P");
	for (int i = 0; i < t->n_contacts; i++)
		draw_put(ink, &t->contact[i]);
	press_mark_end(ink);
	press_leaf(ink, "P");
	for (int i = 0; i < x->n_to; i++)
		press_show(ink, x->to[i], 0, x->to[i]->n, 25 * INK_MM,
		    x->to_y[i], 0);
	press_mark_end(ink);
	press_leaf(ink, "P");
	draw_put(ink, &t->date);
	press_mark_end(ink);
	draw_reference(ink);
}

/* ---- blocks ---------------------------------------------------------------- */

/* The left side of what is WIDTH wide and START from the margin where reading
 * starts. */
static double
left_of(const struct cp_press *p, double start, double width)
{
	return p->rtl ? p->margin + p->measure - start - width :
	    p->margin + start;
}

static const char *
tag_of(enum cp_block_kind kind)
{
	switch (kind) {
	case CP_BLOCK_H1:
		return "H1";
	case CP_BLOCK_H2:
		return "H2";
	case CP_BLOCK_BULLET:
	case CP_BLOCK_NUMBER:
	case CP_BLOCK_TICK:
		return "LI";
	default:
		return "P";
	}
}

static int
in_list(const struct press_set *s)
{
	return strcmp(tag_of(s->kind), "LI") == 0;
}

static void
draw_tick_box(struct press_ink *ink, const struct press_set *s, double y)
{
	double size = press_size(ink->p, PRESS_BODY), side = 0.95 * size;
	double x = left_of(ink->p, s->start - 1.9 * size, side);
	double top = y + s->text->line[0].base - 0.85 * size;
	const double v[] = { x, top, x + side, top, x + side, top + side, x,
		top + side };

	press_path(ink, 'M', v);
	for (int i = 2; i < 8; i += 2)
		press_path(ink, 'L', v + i);
	press_path(ink, 'Z', v);
	press_stroke(ink, size / 11, 0.08);
}

static void
draw_label(struct press_ink *ink, const struct press_place *at)
{
	const struct press_set *s = at->set;

	if (at->from > 0)
		return;
	press_leaf(ink, "Lbl");
	if (s->label != NULL) {
		press_show(ink, s->label, 0, 1, left_of(ink->p,
		    s->start - s->inset, s->label->width),
		    at->y + s->text->line[0].base - s->label->line[0].base,
		    0);
	} else
		draw_tick_box(ink, s, at->y);
	press_mark_end(ink);
}

/* What is on the page beside the text and is not text. */
static void
draw_beside(struct press_ink *ink, const struct press_place *at)
{
	const struct press_set *s = at->set;
	double size = press_size(ink->p, PRESS_BODY), left;

	if (s->picture < 0 && s->kind != CP_BLOCK_WRITE)
		return;
	press_artifact(ink);
	if (s->picture >= 0 && at->from == 0)
		press_picture_draw(ink, s->picture, left_of(ink->p, 0,
		    3.4 * size), at->y, 3.4 * size);
	left = left_of(ink->p, s->start, s->text->measure);
	if (s->kind == CP_BLOCK_WRITE && at->to == s->text->n)
		press_rule(ink, left, left + s->text->measure, at->y +
		    s->height - s->text->line[at->from].top, size / 14, 0.3);
	press_mark_end(ink);
}

/* A text that goes on from one page to the next is one element: what is on
 * each page is a Span of it. */
static void
draw_block(struct press_ink *ink, const struct press_place *at)
{
	const struct press_set *s = at->set;
	const char *tag = tag_of(s->kind);
	int last = at->to == s->text->n, whole = at->from == 0 && last;
	int item = in_list(s);

	if (at->from == 0 && item) {
		press_group(ink, tag);
		draw_label(ink, at);
		tag = "LBody";
	}
	if (!whole && at->from == 0)
		press_group(ink, tag);
	press_leaf(ink, whole ? tag : "Span");
	press_show(ink, s->text, at->from, at->to, left_of(ink->p, s->start,
	    s->text->measure), at->y + s->drop, s->fixed);
	press_mark_end(ink);
	if (!whole && last)
		press_group_end(ink);
	if (last && item)
		press_group_end(ink);
}

/* Whether B goes on with the list of A. */
static int
same_list(const struct press_set *a, const struct press_set *b)
{
	return in_list(a) && a->kind == b->kind &&
	    !(b->kind == CP_BLOCK_NUMBER && b->first);
}

static void
draw_place(struct press_ink *ink, size_t i)
{
	const struct press_letter *x = ink->letter;
	const struct press_place *at = &x->places[i];
	const struct press_set *s = at->set;
	int begins = at->from == 0 && in_list(s) &&
	    (i == 0 || !same_list(x->places[i - 1].set, s));
	int ends = at->to == s->text->n && in_list(s) &&
	    (i + 1 == x->n_places || !same_list(s, x->places[i + 1].set));

	if (begins)
		press_group(ink, "L");
	draw_beside(ink, at);
	draw_block(ink, at);
	if (ends)
		press_group_end(ink);
}

/* ---- the foot -------------------------------------------------------------- */

/* Puts PAGE and PAGES for what is {{page}} and {{pages}} in the words. */
static void
page_words(const struct cp_press *p, int page, int pages, struct cp_buf *out)
{
	const char *w = p->page_words;

	while (*w != '\0') {
		if (strncmp(w, "{{page}}", 8) == 0) {
			cp_buf_printf(out, "%d", page);
			w += 8;
		} else if (strncmp(w, "{{pages}}", 9) == 0) {
			cp_buf_printf(out, "%d", pages);
			w += 9;
		} else
			cp_buf_putc(out, *w++);
	}
}

static enum cp_rc
draw_foot(struct press_ink *ink, int page, struct cp_err *err)
{
	struct cp_press *p = ink->p;
	struct press_text *foot = ink->letter->foot, *t = NULL;
	struct cp_buf words;
	enum cp_rc rc;

	cp_buf_init(&words);
	page_words(p, page, ink->letter->pages, &words);
	rc = cp_buf_check(&words, err);
	if (rc == CP_OK)
		rc = press_label(p, PRESS_FOOT, cp_buf_text(&words), &t, err);
	cp_buf_clear(&words);
	if (rc != CP_OK)
		return rc;
	press_artifact(ink);
	press_rule(ink, p->margin, p->margin + p->measure, p->foot - 4, 0.4,
	    0.6);
	press_show(ink, foot, 0, 1, left_of(p, 0, foot->width), p->foot, 0);
	press_show(ink, t, 0, 1, left_of(p, p->measure - t->width, t->width),
	    p->foot, 1);
	press_mark_end(ink);
	return CP_OK;
}

enum cp_rc
press_draw_page(struct press_ink *ink, int page, size_t *at,
    struct cp_err *err)
{
	const struct press_letter *x = ink->letter;

	if (page == 1) {
		press_group(ink, "Sect");
		draw_top(ink);
	}
	for (; *at < x->n_places && x->places[*at].page == page; ++*at)
		draw_place(ink, *at);
	if (page == x->pages)
		press_group_end(ink);
	return draw_foot(ink, page, err);
}
