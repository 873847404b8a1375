#ifndef CP_DUTIES_LETTER_PAGE_H
#define CP_DUTIES_LETTER_PAGE_H

#include <stddef.h>

#include "archive/buf.h"
#include "archive/err.h"

/*
 * Pages of A4 as tagged PDF (ISO 32000-1, 14.8): text in exactly named faces of
 * fonts-noto-core and fonts-dejavu-core, whatever fonts and settings the host
 * has; language, title and reading order for a screen reader; a vector for
 * everything; the same bytes whenever the same is asked for.
 *
 * Content is appended in reading order.  All texts are UTF-8, copied, and never
 * markup; what would make text look other than it is (controls, bidi overrides,
 * bytes that are not UTF-8) is shown as <U+202E> or <FF>.  Appending remembers
 * the first failure and does nothing more, as a struct cp_buf does;
 * cp_page_finish reports it.  A document belongs to one thread.  Where memory
 * runs out while pages are set, Pango ends the process: let nothing be half
 * done around it.
 */
struct cp_page_doc;

struct cp_page_spec {
	const char *title;     /* of the document, for its properties */
	const char *language;  /* BCP 47, e.g. "en-GB" */
	const char *author;    /* who issues it; NULL = nobody is named */
	const char *running;   /* at the head of the second and later pages */
	const char *reference; /* at the foot of each page, left */
	const char *of;        /* in "1 of 3" at the right; NULL = "of" */
	const char *made;      /* when, RFC 3339 in UTC */
};

enum cp_page_style {
	CP_PAGE_BODY,
	CP_PAGE_LEAD,    /* somewhat larger, below a title */
	CP_PAGE_DISPLAY, /* the one thing that must be seen */
	CP_PAGE_QUIET,   /* small and grey */
	CP_PAGE_MONO     /* fixed pitch, small: fingerprints, commands */
};

/* A column of a table. */
struct cp_page_column {
	const char *heading; /* NULL in all columns: a table without headings */
	double share;        /* of the width, relative to the others */
	int names_row;       /* its cells say what the row is about */
};
enum { CP_PAGE_COLUMNS = 8 };

/* How a row differs from others. */
enum {
	CP_PAGE_ROW_MONO = 1,  /* fixed pitch, but for what names the row */
	CP_PAGE_ROW_STRONG = 2 /* its last cell is bold */
};

struct cp_page_qr {
	const void *data;
	size_t len;      /* 1 to 2,331 bytes */
	double side;     /* millimetres, with its white border */
	const char *alt; /* what it is, for who cannot see it */
	/* Paragraphs beside it; the first is set bold. */
	const char *const *beside;
	size_t n_beside;
};

/* CP_BAD_INPUT: no title or language, or a time that is none. */
enum cp_rc cp_page_open(const struct cp_page_spec *spec,
    struct cp_page_doc **out, struct cp_err *err) CP_MUST_CHECK;
void cp_page_free(struct cp_page_doc *doc);

/* A heading of level 1 or 2, which stays with what follows. */
void cp_page_heading(struct cp_page_doc *doc, int level, const char *text);
void cp_page_text(struct cp_page_doc *doc, enum cp_page_style style,
    const char *text);
/* N items with bullets, or with numbers. */
void cp_page_list(struct cp_page_doc *doc, const char *const *items, size_t n,
    int numbered);
/* Begins a table of up to CP_PAGE_COLUMNS; cp_page_row adds to it as long as
 * nothing else comes between.  Its headings are repeated on each page. */
void cp_page_table(struct cp_page_doc *doc, const struct cp_page_column *cols,
    int n);
/* As many CELLS as columns; a row is never broken across pages. */
void cp_page_row(struct cp_page_doc *doc, unsigned how,
    const char *const *cells);
/* N numbered lines, large and in fixed pitch, to be typed in from paper. */
void cp_page_lines(struct cp_page_doc *doc, const char *const *lines, size_t n);
void cp_page_qr(struct cp_page_doc *doc, const struct cp_page_qr *qr);
/* N places to write on, side by side, each with what belongs there. */
void cp_page_sign(struct cp_page_doc *doc, const char *const *labels, int n);
/* From ON = 1 to ON = 0 all stays on one page. */
void cp_page_keep(struct cp_page_doc *doc, int on);

/* Appends the PDF to OUT, all or nothing.  CP_BAD_INPUT: a character that none
 * of the faces has (its number is in the text), a row or a kept part taller
 * than a page, too much text.  CP_FAILED names a font file that is not there,
 * and its package. */
enum cp_rc cp_page_finish(struct cp_page_doc *doc, struct cp_buf *out,
    struct cp_err *err) CP_MUST_CHECK;

#endif
