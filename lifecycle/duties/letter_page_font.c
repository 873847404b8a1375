#include <stdlib.h>

#include "lifecycle/duties/letter_page_impl.h"

static const struct ink_face faces[FACES] = {
	[CP_PAGE_BODY] = { INK_SANS, 9.5, 0, 0.1 },
	[CP_PAGE_LEAD] = { INK_SANS, 11.5, 0, 0.3 },
	[CP_PAGE_DISPLAY] = { INK_SANS, 27, 1, 0.1 },
	[CP_PAGE_QUIET] = { INK_SANS, 8, 0, 0.38 },
	[CP_PAGE_MONO] = { INK_FIXED, 8, 0, 0.1 },
	[FACE_H1] = { INK_SANS, 20, 1, 0.1 },
	[FACE_H2] = { INK_SANS, 11, 1, 0.1 },
	[FACE_CELL] = { INK_SANS, 8.5, 0, 0.1 },
	[FACE_CELL_HEAD] = { INK_SANS, 8, 0, 0.38 },
	[FACE_CELL_NAME] = { INK_SANS, 8.5, 0, 0.38 },
	[FACE_CELL_MONO] = { INK_FIXED, 7.5, 0, 0.1 },
	[FACE_CELL_STRONG] = { INK_SANS, 8.5, 1, 0.1 },
	[FACE_LINES] = { INK_FIXED, 16, 0, 0 },
	[FACE_NUMBER] = { INK_SANS, 9.5, 0, 0.38 },
	[FACE_BESIDE] = { INK_SANS, 9, 0, 0.1 },
	[FACE_BESIDE_HEAD] = { INK_SANS, 9.5, 1, 0.1 },
	[FACE_RUNNING] = { INK_SANS, 8, 0, 0.38 },
};

struct page_fonts {
	struct ink_fonts *ink;
	PangoContext *context;
	PangoFontDescription *face[FACES];
};

double
page_face_grey(enum page_face face)
{
	return faces[face].grey;
}

static uint64_t
all_scripts(const struct cp_page_doc *doc)
{
	uint64_t wanted = ink_scripts(doc->running) |
	    ink_scripts(doc->reference) | ink_scripts(doc->of);

	for (size_t i = 0; i < doc->n_blocks; i++)
		for (int j = 0; j < doc->blocks[i].cells; j++)
			wanted |= ink_scripts(doc->blocks[i].cell[j].text);
	return wanted;
}

enum cp_rc
page_fonts_load(struct cp_page_doc *doc, struct cp_err *err)
{
	struct page_fonts *f = calloc(1, sizeof(*f));
	enum cp_rc rc;

	if (f == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	rc = ink_fonts_open(0, all_scripts(doc), &f->ink, err);
	if (rc != CP_OK) {
		free(f);
		return rc;
	}
	f->context = ink_context(f->ink, doc->language, INK_AS_TEXT);
	for (int i = 0; i < FACES; i++)
		f->face[i] = ink_describe(&faces[i]);
	doc->fonts = f;
	return CP_OK;
}

void
page_fonts_free(struct page_fonts *fonts)
{
	if (fonts == NULL)
		return;
	for (int i = 0; i < FACES; i++)
		pango_font_description_free(fonts->face[i]);
	g_object_unref(fonts->context);
	ink_fonts_free(fonts->ink);
	free(fonts);
}

enum cp_rc
page_set_cell(struct cp_page_doc *doc, struct page_cell *cell,
    struct cp_err *err)
{
	PangoRectangle r;
	enum cp_rc rc = ink_set(doc->fonts->context,
	    doc->fonts->face[cell->face], cell->text, cell->width,
	    &cell->layout, err);

	if (rc != CP_OK)
		return rc;
	pango_layout_get_extents(cell->layout, NULL, &r);
	cell->height = (double)r.height / PANGO_SCALE;
	return CP_OK;
}

void
page_clear_cell(struct page_cell *cell)
{
	g_clear_object(&cell->layout);
	free(cell->text);
	cell->text = NULL;
}
