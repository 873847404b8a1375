#include "lifecycle/duties/letter_page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/duties/letter_page_impl.h"

/* Between the columns of a table. */
#define CELL_GAP 8.0
enum { BLOCKS_MOST = 200000, TEXT_MOST = 16 << 20, QR_MOST = 2331 };

/* ---- the document ---------------------------------------------------------- */

static enum cp_rc
copy_spec(struct cp_page_doc *d, const struct cp_page_spec *s,
    struct cp_err *err)
{
	d->title = ink_clean(s->title);
	d->language = ink_clean(s->language);
	d->author = ink_clean(s->author != NULL ? s->author : "");
	d->running = ink_clean(s->running != NULL ? s->running : "");
	d->reference = ink_clean(s->reference != NULL ? s->reference : "");
	d->of = ink_clean(s->of != NULL ? s->of : "of");
	d->made = ink_clean(s->made);
	if (d->title == NULL || d->language == NULL || d->author == NULL ||
	    d->running == NULL || d->reference == NULL || d->of == NULL ||
	    d->made == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	return CP_OK;
}

enum cp_rc
cp_page_open(const struct cp_page_spec *spec, struct cp_page_doc **out,
    struct cp_err *err)
{
	struct cp_page_doc *d;
	enum cp_rc rc;

	if (spec->title == NULL || spec->title[0] == '\0' ||
	    spec->language == NULL || spec->language[0] == '\0' ||
	    !ink_is_time(spec->made))
		return cp_fail(err, CP_BAD_INPUT, "a page needs a title, a "
		    "language and a time");
	d = calloc(1, sizeof(*d));
	if (d == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	rc = copy_spec(d, spec, err);
	if (rc == CP_OK)
		*out = d;
	else
		cp_page_free(d);
	return rc;
}

static void
clear_block(struct page_block *b)
{
	for (int i = 0; i < b->cells; i++)
		page_clear_cell(&b->cell[i]);
	QRcode_free(b->qr);
	free(b->alt);
}

void
cp_page_free(struct cp_page_doc *doc)
{
	if (doc == NULL)
		return;
	for (size_t i = 0; i < doc->n_blocks; i++)
		clear_block(&doc->blocks[i]);
	page_fonts_free(doc->fonts);
	free(doc->blocks);
	free(doc->places);
	free(doc->title);
	free(doc->language);
	free(doc->author);
	free(doc->running);
	free(doc->reference);
	free(doc->of);
	free(doc->made);
	free(doc);
}

/* ---- blocks ---------------------------------------------------------------- */

/* A new block at the end; NULL where that failed, now or earlier. */
static struct page_block *
add_block(struct cp_page_doc *d, enum page_kind kind, const char *tag)
{
	struct page_block *blocks, *b;
	size_t cap;

	if (d->failed.code != CP_OK)
		return NULL;
	if (d->n_blocks == BLOCKS_MOST) {
		(void)cp_fail(&d->failed, CP_BAD_INPUT, "too much text for "
		    "one document");
		return NULL;
	}
	if (d->n_blocks == d->cap_blocks) {
		cap = d->cap_blocks != 0 ? 2 * d->cap_blocks : 32;
		blocks = reallocarray(d->blocks, cap, sizeof(*blocks));
		if (blocks == NULL) {
			(void)cp_fail(&d->failed, CP_FAILED, "out of memory");
			return NULL;
		}
		d->blocks = blocks;
		d->cap_blocks = cap;
	}
	b = &d->blocks[d->n_blocks++];
	memset(b, 0, sizeof(*b));
	b->kind = kind;
	b->tag = tag;
	b->flags = d->keeping ? BLOCK_KEEP : 0;
	return b;
}

/* A cell of B, in FACE. */
static void
add_cell(struct cp_page_doc *d, struct page_block *b, enum page_face face,
    const char *text)
{
	struct page_cell *c = &b->cell[b->cells++];

	c->face = face;
	c->text = ink_clean(text != NULL ? text : "");
	if (c->text == NULL) {
		(void)cp_fail(&d->failed, CP_FAILED, "out of memory");
		return;
	}
	d->text_size += strlen(c->text);
	if (d->text_size > TEXT_MOST)
		(void)cp_fail(&d->failed, CP_BAD_INPUT, "too much text for "
		    "one document");
}

static void
space(struct page_block *b, double before, double after)
{
	b->before = before;
	b->after = after;
}

void
cp_page_heading(struct cp_page_doc *doc, int level, const char *text)
{
	struct page_block *b = add_block(doc, PAGE_TEXT,
	    level == 1 ? "H1" : "H2");

	doc->open_table = 0;
	if (b == NULL)
		return;
	b->flags |= BLOCK_KEEP;
	add_cell(doc, b, level == 1 ? FACE_H1 : FACE_H2, text);
	space(b, level == 1 ? 0 : 17, level == 1 ? 3 : 5);
}

void
cp_page_text(struct cp_page_doc *doc, enum cp_page_style style,
    const char *text)
{
	static const double after[] = { 6, 6, 8, 5, 6 };
	struct page_block *b = add_block(doc, PAGE_TEXT, "P");

	doc->open_table = 0;
	if (b == NULL)
		return;
	add_cell(doc, b, (enum page_face)style, text);
	space(b, style == CP_PAGE_DISPLAY ? 14 : 0, after[style]);
}

static void
add_item(struct cp_page_doc *doc, enum page_face label_face,
    const char *label, enum page_face face, const char *text, double after)
{
	struct page_block *b = add_block(doc, PAGE_TEXT, "LI");

	if (b == NULL)
		return;
	b->group = GROUP_LIST;
	b->group_id = doc->groups;
	add_cell(doc, b, label_face, label);
	add_cell(doc, b, face, text);
	space(b, 0, after);
}

void
cp_page_list(struct cp_page_doc *doc, const char *const *items, size_t n,
    int numbered)
{
	char label[32];

	doc->open_table = 0;
	doc->groups++;
	for (size_t i = 0; i < n; i++) {
		(void)snprintf(label, sizeof(label), "%zu.", i + 1);
		add_item(doc, (enum page_face)CP_PAGE_BODY,
		    numbered ? label : "\xE2\x80\xA2",
		    (enum page_face)CP_PAGE_BODY, items[i],
		    i + 1 < n ? 2.5 : 6);
	}
}

void
cp_page_lines(struct cp_page_doc *doc, const char *const *lines, size_t n)
{
	char label[32];

	doc->open_table = 0;
	doc->groups++;
	for (size_t i = 0; i < n; i++) {
		(void)snprintf(label, sizeof(label), "%zu", i + 1);
		add_item(doc, FACE_NUMBER, label, FACE_LINES, lines[i],
		    i + 1 < n ? 4 : 8);
		if (doc->failed.code == CP_OK && i + 1 < n)
			doc->blocks[doc->n_blocks - 1].flags |= BLOCK_KEEP;
	}
}

/* ---- tables ---------------------------------------------------------------- */

static enum page_face
face_of_cell(const struct page_table *t, int i, unsigned how)
{
	if (t->names_row[i])
		return t->headed ? FACE_CELL : FACE_CELL_NAME;
	if (how & CP_PAGE_ROW_MONO)
		return FACE_CELL_MONO;
	return (how & CP_PAGE_ROW_STRONG) && i == t->n - 1 ?
	    FACE_CELL_STRONG : FACE_CELL;
}

static struct page_block *
add_row(struct cp_page_doc *doc, unsigned flags, unsigned how,
    const char *const *cells)
{
	const struct page_table *t = &doc->table;
	struct page_block *b = add_block(doc, PAGE_ROW, "TR");
	double sum = 0, x = 0;

	if (b == NULL)
		return NULL;
	b->group = GROUP_TABLE;
	b->group_id = doc->open_table;
	b->flags |= flags;
	for (int i = 0; i < t->n; i++)
		sum += t->share[i];
	for (int i = 0; i < t->n; i++) {
		struct page_cell *c = &b->cell[i];
		double width = PAGE_MEASURE * t->share[i] / sum;

		add_cell(doc, b, flags & BLOCK_HEAD ? FACE_CELL_HEAD :
		    face_of_cell(t, i, how), cells[i]);
		c->header = (flags & BLOCK_HEAD) || t->names_row[i];
		c->x = x;
		c->width = width - (i + 1 < t->n ? CELL_GAP : 0);
		x += width;
	}
	return b;
}

void
cp_page_table(struct cp_page_doc *doc, const struct cp_page_column *cols,
    int n)
{
	const char *headings[CP_PAGE_COLUMNS] = { NULL };
	struct page_table *t = &doc->table;

	if (doc->failed.code == CP_OK && (n < 1 || n > CP_PAGE_COLUMNS))
		(void)cp_fail(&doc->failed, CP_BAD_INPUT, "a table of %d "
		    "columns", n);
	if (doc->failed.code != CP_OK)
		return;
	doc->open_table = ++doc->groups;
	memset(t, 0, sizeof(*t));
	t->n = n;
	for (int i = 0; i < n; i++) {
		headings[i] = cols[i].heading;
		t->headed |= cols[i].heading != NULL;
		t->share[i] = cols[i].share;
		t->names_row[i] = cols[i].names_row;
	}
	if (t->headed)
		(void)add_row(doc, BLOCK_HEAD | BLOCK_KEEP, 0, headings);
}

void
cp_page_row(struct cp_page_doc *doc, unsigned how, const char *const *cells)
{
	struct page_block *last = doc->n_blocks > 0 ?
	    &doc->blocks[doc->n_blocks - 1] : NULL;

	if (doc->failed.code == CP_OK && doc->open_table == 0)
		(void)cp_fail(&doc->failed, CP_BAD_INPUT, "a row without a "
		    "table");
	if (last != NULL && last->group_id == doc->open_table)
		last->flags &= ~(unsigned)BLOCK_LAST;
	(void)add_row(doc, BLOCK_LAST, how, cells);
}

/* ---- the rest -------------------------------------------------------------- */

void
cp_page_qr(struct cp_page_doc *doc, const struct cp_page_qr *qr)
{
	struct page_block *b = add_block(doc, PAGE_QR, "Figure");

	doc->open_table = 0;
	if (b == NULL)
		return;
	b->side = qr->side * PAGE_MM;
	space(b, 8, 8);
	b->alt = ink_clean(qr->alt);
	if (qr->len >= 1 && qr->len <= QR_MOST &&
	    qr->n_beside <= PAGE_CELLS)
		b->qr = QRcode_encodeData((int)qr->len, qr->data, 0,
		    QR_ECLEVEL_M);
	if (b->qr == NULL || b->alt == NULL) {
		(void)cp_fail(&doc->failed, CP_BAD_INPUT, "%zu bytes do not "
		    "go into a QR code", qr->len);
		return;
	}
	for (size_t i = 0; i < qr->n_beside; i++)
		add_cell(doc, b, i == 0 ? FACE_BESIDE_HEAD : FACE_BESIDE,
		    qr->beside[i]);
}

void
cp_page_sign(struct cp_page_doc *doc, const char *const *labels, int n)
{
	struct page_block *b = add_block(doc, PAGE_SIGN, "P");
	double width = (PAGE_MEASURE + 14) / (n > 0 ? n : 1);

	doc->open_table = 0;
	if (b == NULL)
		return;
	space(b, 26, 6);
	for (int i = 0; i < n && i < PAGE_CELLS; i++) {
		struct page_cell *c = &b->cell[i];

		add_cell(doc, b, (enum page_face)CP_PAGE_QUIET, labels[i]);
		c->x = i * width;
		c->width = width - 14;
	}
}

void
cp_page_keep(struct cp_page_doc *doc, int on)
{
	if (doc->keeping && !on && doc->n_blocks > 0 &&
	    !(doc->blocks[doc->n_blocks - 1].flags & BLOCK_HEAD))
		doc->blocks[doc->n_blocks - 1].flags &= ~(unsigned)BLOCK_KEEP;
	doc->keeping = on;
}

/* ---- finishing ------------------------------------------------------------- */

static enum cp_rc
finish(struct cp_page_doc *doc, struct cp_buf *pdf, struct cp_buf *out,
    struct cp_err *err)
{
	enum cp_rc rc = page_fonts_load(doc, err);

	if (rc == CP_OK)
		rc = page_set_blocks(doc, err);
	if (rc == CP_OK)
		rc = page_place_blocks(doc, err);
	if (rc == CP_OK)
		rc = page_draw(doc, pdf, err);
	return rc == CP_OK ? page_add_tags(doc, pdf, out, err) : rc;
}

enum cp_rc
cp_page_finish(struct cp_page_doc *doc, struct cp_buf *out, struct cp_err *err)
{
	struct cp_buf pdf;
	enum cp_rc rc;

	if (doc->failed.code != CP_OK) {
		*err = doc->failed;
		return err->code;
	}
	if (doc->n_blocks == 0)
		return cp_fail(err, CP_BAD_INPUT, "a document without text");
	if (doc->fonts != NULL)
		return cp_fail(err, CP_BAD_INPUT, "a document is finished "
		    "once");
	cp_buf_init(&pdf);
	rc = finish(doc, &pdf, out, err);
	if (rc != CP_OK)
		cp_err_context(err, "setting \"%.100s\"", doc->title);
	cp_buf_clear(&pdf);
	return rc;
}
