#include <cairo-pdf.h>

#include "lifecycle/duties/letter_ink.h"

void
ink_grey(cairo_t *cr, double level)
{
	cairo_set_source_rgb(cr, level, level, level);
}

void
ink_hairline(cairo_t *cr, double from, double to, double y, double width,
    double level)
{
	ink_grey(cr, level);
	cairo_set_line_width(cr, width);
	cairo_move_to(cr, from, y);
	cairo_line_to(cr, to, y);
	cairo_stroke(cr);
}

void
ink_modules(cairo_t *cr, const QRcode *qr, double x, double y, double side)
{
	double unit = side / (qr->width + 8);
	int i, j, run;

	ink_grey(cr, 0);
	for (i = 0; i < qr->width; i++) {
		const unsigned char *row = qr->data + i * qr->width;

		for (j = 0; j < qr->width; j += run) {
			int black = row[j] & 1;

			for (run = 1; j + run < qr->width &&
			    (row[j + run] & 1) == black;)
				run++;
			if (black)
				cairo_rectangle(cr, x + (j + 4) * unit,
				    y + (i + 4) * unit, run * unit, unit);
		}
	}
	cairo_fill(cr);
}

/* ---- the file -------------------------------------------------------------- */

static cairo_status_t
take(void *ctx, const unsigned char *data, unsigned len)
{
	struct cp_buf *b = ctx;

	cp_buf_put(b, data, len);
	return b->failed ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

cairo_surface_t *
ink_surface(struct cp_buf *pdf)
{
	return cairo_pdf_surface_create_for_stream(take, pdf, 210 * INK_MM,
	    297 * INK_MM);
}

void
ink_properties(cairo_surface_t *s, const char *title, const char *author,
    const char *made)
{
	cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_TITLE, title);
	if (author[0] != '\0')
		cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_AUTHOR,
		    author);
	cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_CREATOR,
	    "cpadmin " CP_VERSION);
	cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_CREATE_DATE,
	    made);
	cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_MOD_DATE, made);
}
