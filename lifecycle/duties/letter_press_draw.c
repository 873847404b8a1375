#include <pango/pangocairo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/duties/letter_press_impl.h"

#define QR_SIDE (20 * INK_MM)

void
press_tag(cairo_t *cr, const char *name, int begin)
{
	if (begin)
		cairo_tag_begin(cr, name, NULL);
	else
		cairo_tag_end(cr, name);
}

/* ---- texts ----------------------------------------------------------------- */

static void
show_lines(cairo_t *cr, const struct press_text *t, int from, int to,
    double x, double y)
{
	ink_grey(cr, press_grey(t->face));
	for (int i = from; i < to; i++) {
		cairo_move_to(cr, x + t->line[i].left,
		    y + t->line[i].base - t->line[from].top);
		pango_cairo_show_layout_line(cr,
		    pango_layout_get_line_readonly(t->layout, i));
	}
}

/* All that the ink of these lines may reach. */
static cairo_rectangle_t
ink_box(const struct press_ink *ink, const struct press_text *t, int from,
    int to)
{
	double pad = 2 * press_size(ink->p, t->face);
	double width = t->measure > 0 ? t->measure : t->width;
	cairo_rectangle_t box = { -pad, -pad, width + 2 * pad,
	    press_text_height(t, from, to) + 2 * pad };

	return box;
}

/* The lines as a form; NULL when out of memory. */
static struct press_form *
form_of(struct press_ink *ink, struct press_text *t, int from, int to)
{
	cairo_rectangle_t box = ink_box(ink, t, from, to);
	struct press_form *f;
	cairo_t *cr;

	for (f = t->forms; f != NULL; f = f->next)
		if (f->from == from && f->to == to)
			return f;
	f = calloc(1, sizeof(*f));
	if (f == NULL)
		return NULL;
	f->from = from;
	f->to = to;
	f->surface = cairo_recording_surface_create(
	    CAIRO_CONTENT_COLOR_ALPHA, &box);
	f->next = t->forms;
	t->forms = f;
	cr = cairo_create(f->surface);
	show_lines(cr, t, from, to, 0, 0);
	cairo_destroy(cr);
	return f;
}

/* Lines of a text that is the same in each letter if FIXED.  Where a form is
 * drawn a second time on a page, cairo 1.16 names it twice in the resources of
 * that page, which is not good PDF. */
static void
draw_text(struct press_ink *ink, struct press_text *t, int from, int to,
    double x, double y, int fixed)
{
	struct press_form *form = NULL;
	cairo_rectangle_t box;

	if (ink->forms && fixed)
		form = form_of(ink, t, from, to);
	if (form == NULL || form->page == ink->p->pages) {
		show_lines(ink->cr, t, from, to, x, y);
		return;
	}
	form->page = ink->p->pages;
	/* without a clip, cairo 1.16 drops the tags that are open */
	box = ink_box(ink, t, from, to);
	cairo_rectangle(ink->cr, x + box.x, y + box.y, box.width, box.height);
	cairo_clip(ink->cr);
	cairo_set_source_surface(ink->cr, form->surface, x, y);
	cairo_paint(ink->cr);
	cairo_reset_clip(ink->cr);
}

static void
draw_put(struct press_ink *ink, const struct press_put *put)
{
	draw_text(ink, put->text, 0, put->text->n, put->x, put->y, 1);
}

/* ---- the upper part of the first page -------------------------------------- */

static void
draw_reference(struct press_ink *ink)
{
	const struct press_top *t = &ink->p->top;
	struct press_text *r = ink->letter->reference;

	press_tag(ink->cr, "P", 1);
	draw_put(ink, &t->label);
	draw_text(ink, r, 0, r->n, t->reference_x, t->reference_y, 0);
	press_tag(ink->cr, "P", 0);
	press_tag(ink->cr, "Figure", 1);
	ink_modules(ink->cr, ink->letter->qr, t->qr_x, t->qr_y, QR_SIDE);
	press_tag(ink->cr, "Figure", 0);
}

static void
draw_top(struct press_ink *ink)
{
	const struct press_top *t = &ink->p->top;
	const struct press_letter *x = ink->letter;

	press_tag(ink->cr, "P", 1);
	draw_put(ink, &t->name);
	press_tag(ink->cr, "P", 0);
	press_tag(ink->cr, "P", 1);
	for (int i = 0; i < t->n_contacts; i++)
		draw_put(ink, &t->contact[i]);
	press_tag(ink->cr, "P", 0);
	press_tag(ink->cr, "P", 1);
	for (int i = 0; i < x->n_to; i++)
		draw_text(ink, x->to[i], 0, x->to[i]->n, 25 * INK_MM,
		    x->to_y[i], 0);
	press_tag(ink->cr, "P", 0);
	press_tag(ink->cr, "P", 1);
	draw_put(ink, &t->date);
	press_tag(ink->cr, "P", 0);
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
	double base = y + s->text->line[0].base;

	ink_grey(ink->cr, 0.08);
	cairo_set_line_width(ink->cr, size / 11);
	cairo_rectangle(ink->cr, left_of(ink->p, s->start - 1.9 * size, side),
	    base - 0.85 * size, side, side);
	cairo_stroke(ink->cr);
}

static void
draw_label(struct press_ink *ink, const struct press_place *at)
{
	const struct press_set *s = at->set;
	double size = press_size(ink->p, PRESS_BODY), inset;

	if (at->from > 0)
		return;
	press_tag(ink->cr, "Lbl", 1);
	if (s->label != NULL) {
		inset = s->kind == CP_BLOCK_BULLET ? 0.95 * size :
		    1.9 * size;
		draw_text(ink, s->label, 0, 1, left_of(ink->p,
		    s->start - inset, s->label->width),
		    at->y + s->text->line[0].base - s->label->line[0].base,
		    0);
	} else
		draw_tick_box(ink, s, at->y);
	press_tag(ink->cr, "Lbl", 0);
}

/* What is on the page beside the text and is not text. */
static void
draw_beside(struct press_ink *ink, const struct press_place *at)
{
	const struct press_set *s = at->set;
	double size = press_size(ink->p, PRESS_BODY), y;

	if (s->picture >= 0)
		press_picture_draw(ink->cr, s->picture, left_of(ink->p, 0,
		    3.4 * size), at->y + (s->height - 3.4 * size) / 2,
		    3.4 * size);
	if (s->kind == CP_BLOCK_WRITE && at->to == s->text->n) {
		y = at->y + s->height - s->text->line[at->from].top;
		ink_hairline(ink->cr, left_of(ink->p, s->start,
		    s->text->measure), left_of(ink->p, s->start,
		    s->text->measure) + s->text->measure, y, size / 14, 0.3);
	}
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

	if (at->from == 0) {
		press_tag(ink->cr, tag, 1);
		if (item) {
			draw_label(ink, at);
			press_tag(ink->cr, "LBody", 1);
		}
	}
	if (!whole)
		press_tag(ink->cr, "Span", 1);
	draw_text(ink, s->text, at->from, at->to, left_of(ink->p, s->start,
	    s->text->measure), at->y + s->drop, s->fixed);
	if (!whole)
		press_tag(ink->cr, "Span", 0);
	if (last && item)
		press_tag(ink->cr, "LBody", 0);
	if (last)
		press_tag(ink->cr, tag, 0);
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
		press_tag(ink->cr, "L", 1);
	draw_beside(ink, at);
	draw_block(ink, at);
	if (ends)
		press_tag(ink->cr, "L", 0);
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
	ink_hairline(ink->cr, p->margin, p->margin + p->measure,
	    p->foot - 4, 0.4, 0.6);
	draw_text(ink, foot, 0, 1, left_of(p, 0, foot->width), p->foot, 0);
	draw_text(ink, t, 0, 1, left_of(p, p->measure - t->width, t->width),
	    p->foot, 1);
	return CP_OK;
}

enum cp_rc
press_draw_page(struct press_ink *ink, int page, size_t *at,
    struct cp_err *err)
{
	const struct press_letter *x = ink->letter;

	ink->p->pages++;
	if (page == 1) {
		press_tag(ink->cr, "Sect", 1);
		draw_top(ink);
	}
	for (; *at < x->n_places && x->places[*at].page == page; ++*at)
		draw_place(ink, *at);
	if (page == x->pages)
		press_tag(ink->cr, "Sect", 0);
	return draw_foot(ink, page, err);
}
