#ifndef CP_DUTIES_LETTER_INK_H
#define CP_DUTIES_LETTER_INK_H

#include <cairo.h>
#include <pango/pango.h>
#include <qrencode.h>
#include <stdint.h>

#include "archive/buf.h"
#include "archive/err.h"

/*
 * What all that is set has in common (letter_page*.c and letter_press*.c only):
 * exactly named font files in a configuration of their own, layouts in which no
 * glyph is missing, texts that are safe to show, QR codes, and the stream that
 * a PDF goes into.  Lengths are points (1/72 inch), y runs downwards.
 */

#define INK_MM (72.0 / 25.4)

/* ---- letter_ink_text.c ------------------------------------------------------- */

/* A copy of TEXT that is UTF-8 and safe to show; NULL when out of memory. */
char *ink_clean(const char *text);
/* The same, but isolates (U+2066 to U+2069) stay where all are closed. */
char *ink_clean_isolated(const char *text);
/* YYYY-MM-DDThh:mm:ssZ, which is what cairo makes a PDF date of. */
int ink_is_time(const char *s);

/* ---- letter_ink_font.c ------------------------------------------------------- */

/* Families, in the order in which a glyph is looked for; the fixed face serves
 * no script that has its own. */
#define INK_SCRIPTS "Noto Sans Bengali,Noto Sans Devanagari," \
	"Noto Sans Gujarati,Noto Sans Gurmukhi,Noto Sans Hebrew," \
	"Noto Sans Tamil,Noto Sans Armenian,Noto Sans Ethiopic," \
	"Noto Sans Georgian,Noto Sans Kannada,Noto Sans Khmer," \
	"Noto Sans Lao,Noto Sans Malayalam,Noto Sans Myanmar," \
	"Noto Sans Oriya,Noto Sans Sinhala,Noto Sans Telugu," \
	"Noto Sans Thaana,Noto Sans Thai,NanumGothic,Droid Sans Fallback"
#define INK_SANS "Noto Sans,Noto Sans Arabic," INK_SCRIPTS
#define INK_FIXED "DejaVu Sans Mono"

struct ink_face {
	const char *family;
	double size; /* points */
	int bold;
	double grey; /* 0 black to 1 white */
};

/* Bits by script, of what a text needs beyond Latin, Greek and Cyrillic. */
uint64_t ink_scripts(const char *text);

/* Faces of one thread: those for SCRIPTS (INK_ALL: all).  NASTALIQ: it is there in
 * place of Noto Sans Arabic.  CP_FAILED names a file that is not there, and its
 * package. */
struct ink_fonts;
#define INK_ALL UINT64_MAX
enum cp_rc ink_fonts_open(int nastaliq, uint64_t scripts,
    struct ink_fonts **out, struct cp_err *err) CP_MUST_CHECK;
void ink_fonts_free(struct ink_fonts *fonts);
/* What is set with it is of LANGUAGE (BCP 47); its paragraphs run as their
 * first letter has it, or all to the right, or to the left.  The owner unrefs
 * it, before the fonts are freed. */
enum ink_runs { INK_AS_TEXT, INK_TO_RIGHT, INK_TO_LEFT };
PangoContext *ink_context(struct ink_fonts *fonts, const char *language,
    enum ink_runs runs);

/* The owner frees it with pango_font_description_free. */
PangoFontDescription *ink_describe(const struct ink_face *face);

/* Sets TEXT (cleaned) as one paragraph of WIDTH (0: as wide as it is);
 * CP_BAD_INPUT where a glyph is missing.  The owner unrefs it. */
enum cp_rc ink_set(PangoContext *context, const PangoFontDescription *face,
    const char *text, double width, PangoLayout **out, struct cp_err *err)
    CP_MUST_CHECK;

/* ---- letter_ink_draw.c ------------------------------------------------------- */

void ink_grey(cairo_t *cr, double level);
void ink_hairline(cairo_t *cr, double from, double to, double y, double width,
    double level);
/* Black modules as rectangles, each run of them in one, within a white border
 * of four modules [ISO/IEC 18004]; SIDE with the border. */
void ink_modules(cairo_t *cr, const QRcode *qr, double x, double y,
    double side);

/* A surface of pages of A4 whose PDF is appended to PDF. */
cairo_surface_t *ink_surface(struct cp_buf *pdf);
/* AUTHOR may be "". */
void ink_properties(cairo_surface_t *s, const char *title, const char *author,
    const char *made);

#endif
