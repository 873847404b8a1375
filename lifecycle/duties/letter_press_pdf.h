#ifndef CP_DUTIES_LETTER_PRESS_PDF_H
#define CP_DUTIES_LETTER_PRESS_PDF_H

#include <hb.h>
#include <pango/pango.h>
#define ZLIB_CONST
#include <zlib.h>

#include "archive/buf.h"

/*
 * Shared by letter_press*.c only: the PDF of a part, written as its letters
 * come [ISO 32000-1].  Cairo would do, but goes through each thing on each page
 * three times, takes no form twice on a page, and leaves what is no text of the
 * letter without a mark.  Writing remembers the first failure and does nothing
 * more; press_pdf_end reports it.  In here y runs upwards.
 */
struct press_pdf;

/* ---- letter_press_pdf.c ----------------------------------------------------- */

/* NULL when out of memory. */
struct press_pdf *press_pdf_begin(void);
void press_pdf_free(struct press_pdf *f);
/* All of it appended to OUT. */
enum cp_rc press_pdf_end(struct press_pdf *f, const char *title,
    const char *made, struct cp_buf *out, struct cp_err *err) CP_MUST_CHECK;
/* A number for an object, which is written once, at any time. */
int press_pdf_new(struct press_pdf *f);
struct cp_buf *press_pdf_object(struct press_pdf *f, int number);
void press_pdf_object_end(struct press_pdf *f);
void press_pdf_references(struct press_pdf *f, const int *number, size_t n);
/* MORE: keys of its dictionary. */
void press_pdf_stream(struct press_pdf *f, int number, const char *more,
    const void *data, size_t len);

/* The content of the page or form that is being written. */
struct cp_buf *press_pdf_content(struct press_pdf *f);
void press_pdf_page(struct press_pdf *f);
void press_pdf_page_end(struct press_pdf *f);
/* A form with what is written until it ends, the lower left and upper right of
 * which are BOX; its number among forms. */
void press_pdf_form(struct press_pdf *f);
int press_pdf_form_end(struct press_pdf *f, const double box[4]);

/* ---- letter_press_tags.c ---------------------------------------------------- */

/* An element that holds others; one that holds content, now; and what is none
 * of the letter's text. */
void press_pdf_group(struct press_pdf *f, const char *type);
void press_pdf_group_end(struct press_pdf *f);
void press_pdf_leaf(struct press_pdf *f, const char *type);
void press_pdf_artifact(struct press_pdf *f);
void press_pdf_mark_end(struct press_pdf *f);

/* ---- letter_press_font.c ---------------------------------------------------- */

struct press_font;
/* The file that FONT is of, as the part knows it; borrowed.  NULL when out of
 * memory. */
struct press_font *press_font_find(struct press_pdf *f, PangoFont *font);
int press_font_number(const struct press_font *font);
/* How far a glyph goes, in thousandths of the size. */
int press_font_width(const struct press_font *font, unsigned glyph);
/* Whether LEN bytes of TEXT are what the glyph stands for wherever it is; if it
 * is new, they are. */
int press_font_says(struct press_font *font, unsigned glyph,
    const char *text, size_t len);
unsigned press_font_space(const struct press_font *font);
/* Its glyphs slope and overlap: what they say cannot be told by where they
 * are. */
int press_font_slopes(const struct press_font *font);
/* Writes all fonts in use, and OBJECT, the dictionary of them. */
void press_fonts_write(struct press_pdf *f, int object);

/* ---- letter_press_show.c ---------------------------------------------------- */

/* 2 decimals, and a space. */
void press_put_number(struct cp_buf *b, double v);
void press_put_int(struct cp_buf *b, int v);
/* LINE of SIZE points with its origin at X, Y. */
void press_show_line(struct press_pdf *f, PangoLayoutLine *line, double size,
    double x, double y);

/* ---- the insides ------------------------------------------------------------ */

struct press_pdf {
	struct cp_buf out;     /* the file */
	struct cp_buf page, form; /* content being written */
	struct cp_buf packed;  /* a stream */
	int in_form;
	z_stream z;
	int *at;               /* where objects are, by number; owned */
	int n, cap;
	int failed;
	int pages_object, resources, fonts_object, root;
	struct press_ints {
		int *v;        /* owned */
		size_t n, cap;
	} pages, rows, marks, forms, kids;
	int page_object;
	struct press_group { const char *type; int object; size_t kids; }
	    group[16];
	int n_groups;
	struct press_font **fonts; /* owned */
	int n_fonts;
	int hidden;            /* the font of hidden text is used */
	GHashTable *by_font;   /* PangoFont to its press_font */
};

void press_ints_put(struct press_pdf *f, struct press_ints *list, int v);

#endif
