#include <pango/pangocairo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/duties/letter_page_impl.h"

struct ink {
	struct cp_page_doc *doc;
	cairo_t *cr;
	int open; /* the list or table whose tag is open, or 0 */
};

static void
tag(struct ink *x, const char *name, int begin)
{
	if (name == NULL)
		return;
	if (begin)
		cairo_tag_begin(x->cr, name, NULL);
	else
		cairo_tag_end(x->cr, name);
}

/* Lines FROM to TO of C, the first of them with its top at Y. */
static void
draw_lines(struct ink *x, const struct page_cell *c, double left, double y,
    int from, int to)
{
	PangoLayoutIter *it = pango_layout_get_iter(c->layout);
	PangoRectangle r;
	int line = 0, y0, y1, top = -1;

	ink_grey(x->cr, page_face_grey(c->face));
	do {
		pango_layout_iter_get_line_yrange(it, &y0, &y1);
		if (line == from)
			top = y0;
		if (line >= from && line < to) {
			pango_layout_iter_get_line_extents(it, NULL, &r);
			cairo_move_to(x->cr,
			    left + (double)r.x / PANGO_SCALE,
			    y + (double)(pango_layout_iter_get_baseline(it) -
			    top) / PANGO_SCALE);
			pango_cairo_show_layout_line(x->cr,
			    pango_layout_iter_get_line_readonly(it));
		}
		line++;
	} while (pango_layout_iter_next_line(it));
	pango_layout_iter_free(it);
}

static void
draw_cell(struct ink *x, const struct page_cell *c, double y)
{
	draw_lines(x, c, PAGE_LEFT + c->x, y + c->y, 0,
	    pango_layout_get_line_count(c->layout));
}

/* ---- kinds of blocks ------------------------------------------------------- */

static void
draw_text(struct ink *x, const struct page_block *b,
    const struct page_place *p)
{
	const struct page_cell *c = &b->cell[b->cells - 1];

	tag(x, b->tag, 1);
	if (b->cells == 2) {
		tag(x, "Lbl", 1);
		if (p->from == 0)
			draw_cell(x, &b->cell[0], p->y);
		tag(x, "Lbl", 0);
		tag(x, "LBody", 1);
	}
	draw_lines(x, c, PAGE_LEFT + c->x, p->y, p->from, p->to);
	if (b->cells == 2)
		tag(x, "LBody", 0);
	tag(x, b->tag, 0);
}

static void
draw_row(struct ink *x, const struct page_block *b,
    const struct page_place *p)
{
	double right = PAGE_LEFT + PAGE_MEASURE, foot = p->y + b->height;

	if (b->flags & BLOCK_HEAD)
		ink_hairline(x->cr, PAGE_LEFT, right, foot, 0.6, 0.3);
	else if (b->flags & BLOCK_LAST)
		ink_hairline(x->cr, PAGE_LEFT, right, foot, 0.4, 0.5);
	else
		ink_hairline(x->cr, PAGE_LEFT, right, foot, 0.25, 0.75);
	if (!p->again)
		tag(x, "TR", 1);
	for (int i = 0; i < b->cells; i++) {
		const struct page_cell *c = &b->cell[i];
		const char *name = c->header ? "TH" : "TD";

		if (!p->again)
			tag(x, name, 1);
		draw_cell(x, c, p->y);
		if (!p->again)
			tag(x, name, 0);
	}
	if (!p->again)
		tag(x, "TR", 0);
}

static void
draw_qr(struct ink *x, const struct page_block *b, const struct page_place *p)
{
	double quiet = b->side * 4 / (b->qr->width + 8);

	tag(x, "Figure", 1);
	cairo_save(x->cr);
	/* its border is white as the paper: the modules stand at the margin */
	cairo_translate(x->cr, -quiet, 0);
	ink_modules(x->cr, b->qr, PAGE_LEFT, p->y, b->side);
	cairo_restore(x->cr);
	tag(x, "Figure", 0);
	for (int i = 0; i < b->cells; i++) {
		tag(x, "P", 1);
		draw_cell(x, &b->cell[i], p->y + quiet);
		tag(x, "P", 0);
	}
}

static void
draw_sign(struct ink *x, const struct page_block *b,
    const struct page_place *p)
{
	for (int i = 0; i < b->cells; i++) {
		const struct page_cell *c = &b->cell[i];

		ink_hairline(x->cr, PAGE_LEFT + c->x,
		    PAGE_LEFT + c->x + c->width, p->y, 0.5, 0.3);
		tag(x, "P", 1);
		draw_cell(x, c, p->y);
		tag(x, "P", 0);
	}
}

/* ---- pages ----------------------------------------------------------------- */

/* Opens and closes the tags of lists and tables around their items. */
static void
enter_group(struct ink *x, const struct page_block *b)
{
	static const char *const names[] = { NULL, "L", "Table" };
	const struct page_block *blocks = x->doc->blocks;
	int id = b != NULL ? b->group_id : 0;

	if (x->open == id)
		return;
	for (size_t i = 0; x->open != 0 && i < x->doc->n_blocks; i++) {
		if (blocks[i].group_id == x->open) {
			tag(x, names[blocks[i].group], 0);
			x->open = 0;
		}
	}
	x->open = id;
	if (id != 0)
		tag(x, names[b->group], 1);
}

static void
draw_place(struct ink *x, const struct page_place *p)
{
	const struct page_block *b = &x->doc->blocks[p->block];

	if (!p->again)
		enter_group(x, b);
	switch (b->kind) {
	case PAGE_TEXT:
		draw_text(x, b, p);
		break;
	case PAGE_ROW:
		draw_row(x, b, p);
		break;
	case PAGE_QR:
		draw_qr(x, b, p);
		break;
	case PAGE_SIGN:
		draw_sign(x, b, p);
		break;
	}
}

/* A line of small text outside the reading order; at the right when RIGHT. */
static enum cp_rc
draw_running(struct ink *x, const char *text, double y, int right,
    struct cp_err *err)
{
	struct page_cell c = { .face = FACE_RUNNING };
	PangoRectangle r;
	enum cp_rc rc;

	c.text = strdup(text);
	if (c.text == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	rc = page_set_cell(x->doc, &c, err);
	if (rc == CP_OK) {
		pango_layout_get_extents(c.layout, NULL, &r);
		if (right)
			c.x = PAGE_MEASURE - (double)r.width / PANGO_SCALE;
		draw_cell(x, &c, y);
	}
	page_clear_cell(&c);
	return rc;
}

static enum cp_rc
draw_margins(struct ink *x, int page, struct cp_err *err)
{
	char number[128];
	enum cp_rc rc = CP_OK;

	(void)snprintf(number, sizeof(number), "%d %.64s %d", page,
	    x->doc->of, x->doc->pages);
	if (page > 1 && x->doc->running[0] != '\0')
		rc = draw_running(x, x->doc->running, 13 * PAGE_MM, 0, err);
	ink_hairline(x->cr, PAGE_LEFT, PAGE_LEFT + PAGE_MEASURE, PAGE_FOOT,
	    0.4, 0.6);
	if (rc == CP_OK)
		rc = draw_running(x, x->doc->reference, PAGE_FOOT + 5, 0,
		    err);
	return rc == CP_OK ? draw_running(x, number, PAGE_FOOT + 5, 1, err) :
	    rc;
}

static enum cp_rc
draw_pages(struct ink *x, struct cp_err *err)
{
	struct cp_page_doc *d = x->doc;
	size_t i = 0;
	enum cp_rc rc = CP_OK;

	tag(x, "Document", 1);
	for (int page = 1; rc == CP_OK && page <= d->pages; page++) {
		for (; i < d->n_places && d->places[i].page == page; i++)
			draw_place(x, &d->places[i]);
		if (page == d->pages) {
			enter_group(x, NULL);
			tag(x, "Document", 0);
		}
		rc = draw_margins(x, page, err);
		cairo_show_page(x->cr);
	}
	return rc;
}

/* ---- the file -------------------------------------------------------------- */

enum cp_rc
page_draw(struct cp_page_doc *doc, struct cp_buf *pdf, struct cp_err *err)
{
	cairo_surface_t *s = ink_surface(pdf);
	struct ink x = { .doc = doc, .cr = cairo_create(s) };
	cairo_status_t status;
	enum cp_rc rc;

	ink_properties(s, doc->title, doc->author, doc->made);
	rc = draw_pages(&x, err);
	status = cairo_status(x.cr);
	cairo_destroy(x.cr);
	cairo_surface_finish(s);
	if (status == CAIRO_STATUS_SUCCESS)
		status = cairo_surface_status(s);
	cairo_surface_destroy(s);
	if (rc == CP_OK && status != CAIRO_STATUS_SUCCESS)
		rc = cp_fail(err, CP_FAILED, "cairo: %s",
		    cairo_status_to_string(status));
	return rc == CP_OK ? cp_buf_check(pdf, err) : rc;
}
