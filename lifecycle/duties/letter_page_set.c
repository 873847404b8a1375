#include <pango/pango.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/duties/letter_page_impl.h"

enum { PAGES_MOST = 5000, LEAST_LINES = 2 };
/* Beside a list's text its label; around a table's cells and a QR code. */
#define LABEL_WIDTH 18.0
#define LINES_LABEL 24.0
#define ROW_PAD 2.7
#define QR_GAP 16.0

/* ---- widths and heights ---------------------------------------------------- */

static enum cp_rc
set_cells(struct cp_page_doc *doc, struct page_block *b, double pad,
    struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	for (int i = 0; rc == CP_OK && i < b->cells; i++) {
		rc = page_set_cell(doc, &b->cell[i], err);
		b->cell[i].y = pad;
		if (b->cell[i].height > b->height)
			b->height = b->cell[i].height;
	}
	b->height += 2 * pad;
	return rc;
}

static double
baseline(const struct page_cell *c)
{
	return (double)pango_layout_get_baseline(c->layout) / PANGO_SCALE;
}

/* All cells of a row stand on the line of the tallest first line. */
static void
align_row(struct page_block *b)
{
	double deepest = 0;

	for (int i = 0; i < b->cells; i++)
		if (baseline(&b->cell[i]) > deepest)
			deepest = baseline(&b->cell[i]);
	for (int i = 0; i < b->cells; i++) {
		struct page_cell *c = &b->cell[i];

		c->y += deepest - baseline(c);
		if (c->y + c->height + ROW_PAD > b->height)
			b->height = c->y + c->height + ROW_PAD;
	}
}

static enum cp_rc
set_text(struct cp_page_doc *doc, struct page_block *b, struct cp_err *err)
{
	struct page_cell *text = &b->cell[b->cells - 1];
	enum cp_rc rc;

	text->width = PAGE_MEASURE;
	if (b->cells == 2) {
		text->x = text->face == FACE_LINES ? LINES_LABEL :
		    LABEL_WIDTH;
		text->width -= text->x;
		b->cell[0].width = text->x;
	}
	rc = set_cells(doc, b, 0, err);
	if (rc == CP_OK && b->cells == 2)
		b->cell[0].y = baseline(text) - baseline(&b->cell[0]);
	if (rc == CP_OK)
		b->height = text->height;
	return rc;
}

static enum cp_rc
set_qr(struct cp_page_doc *doc, struct page_block *b, struct cp_err *err)
{
	double y = 0;
	enum cp_rc rc = CP_OK;

	for (int i = 0; rc == CP_OK && i < b->cells; i++) {
		struct page_cell *c = &b->cell[i];

		c->x = b->side + QR_GAP;
		c->width = PAGE_MEASURE - c->x;
		rc = page_set_cell(doc, c, err);
		c->y = y;
		y += c->height + 4;
	}
	b->height = y > b->side ? y : b->side;
	return rc;
}

enum cp_rc
page_set_blocks(struct cp_page_doc *doc, struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < doc->n_blocks; i++) {
		struct page_block *b = &doc->blocks[i];

		switch (b->kind) {
		case PAGE_TEXT:
			rc = set_text(doc, b, err);
			break;
		case PAGE_ROW:
			rc = set_cells(doc, b, ROW_PAD, err);
			if (rc == CP_OK)
				align_row(b);
			if (b->flags & BLOCK_LAST)
				b->after = 8;
			break;
		case PAGE_QR:
			rc = set_qr(doc, b, err);
			break;
		case PAGE_SIGN:
			rc = set_cells(doc, b, 3, err);
			break;
		}
	}
	return rc;
}

double
page_lines_height(const struct page_cell *cell, int from, int to)
{
	PangoLayoutIter *it = pango_layout_get_iter(cell->layout);
	int line = 0, y0, y1;
	double height = 0;

	do {
		pango_layout_iter_get_line_yrange(it, &y0, &y1);
		if (line >= from && line < to)
			height += (double)(y1 - y0) / PANGO_SCALE;
		line++;
	} while (pango_layout_iter_next_line(it));
	pango_layout_iter_free(it);
	return height;
}

/* ---- pages ----------------------------------------------------------------- */

struct pen {
	struct cp_page_doc *doc;
	int page;
	double y;     /* where the last thing ended */
	double after; /* the space it wants below it */
	int fresh;    /* nothing is on this page yet */
};

static enum cp_rc
put_place(struct pen *p, const struct page_place *place, struct cp_err *err)
{
	struct cp_page_doc *d = p->doc;
	struct page_place *places;
	size_t cap;

	if (d->n_places == d->cap_places) {
		cap = d->cap_places != 0 ? 2 * d->cap_places : 64;
		places = reallocarray(d->places, cap, sizeof(*places));
		if (places == NULL)
			return cp_fail(err, CP_FAILED, "out of memory");
		d->places = places;
		d->cap_places = cap;
	}
	d->places[d->n_places++] = *place;
	p->fresh = 0;
	return CP_OK;
}

static enum cp_rc
next_page(struct pen *p, struct cp_err *err)
{
	if (p->page == PAGES_MOST)
		return cp_fail(err, CP_BAD_INPUT, "over %d pages",
		    PAGES_MOST);
	p->page++;
	p->y = PAGE_TOP;
	p->after = 0;
	p->fresh = 1;
	return CP_OK;
}

static double
gap(const struct pen *p, const struct page_block *b)
{
	if (p->fresh)
		return 0;
	return p->after > b->before ? p->after : b->before;
}

static int
line_count(const struct page_block *b)
{
	return b->kind != PAGE_TEXT ? 1 :
	    pango_layout_get_line_count(b->cell[b->cells - 1].layout);
}

/* The least of B that may stand at the foot of a page. */
static double
least_height(const struct page_block *b)
{
	int n = line_count(b);

	if (b->kind != PAGE_TEXT || n <= 2 * LEAST_LINES - 1)
		return b->height;
	return page_lines_height(&b->cell[b->cells - 1], 0, LEAST_LINES);
}

/* The height of what begins with block I and must not be parted. */
static double
kept_height(const struct pen *p, size_t i)
{
	const struct page_block *b = &p->doc->blocks[i];
	double height = gap(p, b), after;

	for (; (b->flags & BLOCK_KEEP) && i + 1 < p->doc->n_blocks; i++) {
		after = b->after;
		height += b->height;
		b++;
		height += after > b->before ? after : b->before;
	}
	return height + least_height(b);
}

static enum cp_rc
put_headings(struct pen *p, size_t i, struct cp_err *err)
{
	const struct page_block *b = &p->doc->blocks[i];
	size_t head = i;
	struct page_place place = { .to = 1, .page = p->page, .again = 1 };

	if (b->group != GROUP_TABLE || (b->flags & BLOCK_HEAD))
		return CP_OK;
	while (head > 0 && p->doc->blocks[head - 1].group_id == b->group_id)
		head--;
	if (!(p->doc->blocks[head].flags & BLOCK_HEAD))
		return CP_OK;
	place.block = head;
	place.y = p->y;
	p->y += p->doc->blocks[head].height;
	return put_place(p, &place, err);
}

/* Puts lines of block I where the pen stands, as many as go there; *FROM is
 * where to go on. */
static enum cp_rc
put_lines(struct pen *p, size_t i, int *from, struct cp_err *err)
{
	const struct page_block *b = &p->doc->blocks[i];
	const struct page_cell *c = &b->cell[b->cells - 1];
	struct page_place place = { .block = i, .page = p->page,
	    .from = *from };
	int n = line_count(b), to = n;
	double room = PAGE_BOTTOM - p->y;

	if (b->kind == PAGE_TEXT && page_lines_height(c, *from, n) > room) {
		for (to = *from; to < n &&
		    page_lines_height(c, *from, to + 1) <= room;)
			to++;
		if (n - to < LEAST_LINES && to - *from > LEAST_LINES)
			to = n - LEAST_LINES;
		if (to == *from)
			return cp_fail(err, CP_BAD_INPUT, "a line is taller "
			    "than a page");
	}
	place.to = to;
	place.y = p->y;
	p->y += b->kind == PAGE_TEXT ? page_lines_height(c, *from, to) :
	    b->height;
	*from = to;
	return put_place(p, &place, err);
}

static enum cp_rc
put_block(struct pen *p, size_t i, struct cp_err *err)
{
	const struct page_block *b = &p->doc->blocks[i];
	int from = 0;
	enum cp_rc rc = CP_OK;

	if (!p->fresh && p->y + kept_height(p, i) > PAGE_BOTTOM) {
		rc = next_page(p, err);
		if (rc == CP_OK)
			rc = put_headings(p, i, err);
	}
	if (rc == CP_OK && p->y + kept_height(p, i) > PAGE_BOTTOM)
		return cp_fail(err, CP_BAD_INPUT, "a part is taller than a "
		    "page");
	p->y += gap(p, b);
	while (rc == CP_OK && from < line_count(b)) {
		if (from > 0)
			rc = next_page(p, err);
		if (rc == CP_OK)
			rc = put_lines(p, i, &from, err);
	}
	p->after = b->after;
	return rc;
}

enum cp_rc
page_place_blocks(struct cp_page_doc *doc, struct cp_err *err)
{
	struct pen p = { .doc = doc };
	enum cp_rc rc = next_page(&p, err);

	for (size_t i = 0; rc == CP_OK && i < doc->n_blocks; i++)
		rc = put_block(&p, i, err);
	doc->pages = p.page;
	return rc;
}
