#ifndef CP_DUTIES_LETTER_PAGE_IMPL_H
#define CP_DUTIES_LETTER_PAGE_IMPL_H

#include "lifecycle/duties/letter_ink.h"
#include "lifecycle/duties/letter_page.h"

/*
 * Shared by letter_page*.c only.  A document is a list of blocks.  Finishing
 * it goes through them four times: fonts for the scripts found, layouts in the
 * widths they have, pages, drawing.  Lengths are points (1/72 inch), y runs
 * downwards.
 */

enum page_kind { PAGE_TEXT, PAGE_ROW, PAGE_QR, PAGE_SIGN };
enum page_group { GROUP_NONE, GROUP_LIST, GROUP_TABLE };

/* The faces in use; the first five are of enum cp_page_style. */
enum page_face {
	FACE_H1 = CP_PAGE_MONO + 1,
	FACE_H2,
	FACE_CELL,
	FACE_CELL_HEAD,
	FACE_CELL_NAME,
	FACE_CELL_MONO,
	FACE_CELL_STRONG,
	FACE_LINES,
	FACE_NUMBER, /* of such a line */
	FACE_BESIDE,
	FACE_BESIDE_HEAD,
	FACE_RUNNING,
	FACES
};

struct page_cell {
	char *text; /* owned; safe to set */
	enum page_face face;
	int header; /* of a row or a column */
	PangoLayout *layout;
	double x, y, width, height;
};

enum {
	BLOCK_KEEP = 1,   /* stays with the next one */
	BLOCK_HEAD = 2,   /* the headings of a table */
	BLOCK_LAST = 4,   /* the last row of a table */
	PAGE_CELLS = CP_PAGE_COLUMNS
};

struct page_block {
	enum page_kind kind;
	enum page_group group;
	int group_id;    /* blocks of one list or table share it */
	unsigned flags;
	const char *tag; /* of structure: "H1", "P", "LI", "TR", "Figure" */
	struct page_cell cell[PAGE_CELLS];
	int cells;
	double before, after, height;
	QRcode *qr;      /* owned */
	double side;
	char *alt;       /* owned */
};

struct page_table {
	double share[CP_PAGE_COLUMNS];
	int names_row[CP_PAGE_COLUMNS];
	int n, headed;
};

/* A block, or lines FROM to TO of its text, on a page. */
struct page_place {
	size_t block;
	int page, from, to;
	double y;
	int again; /* headings repeated: not part of the reading order */
};

struct cp_page_doc {
	char *title, *language, *author, *running, *reference, *of, *made;
	struct page_block *blocks;
	size_t n_blocks, cap_blocks;
	struct page_table table; /* the one that rows go to */
	int open_table;          /* its group, or 0 */
	int groups;
	int keeping;
	size_t text_size;
	struct cp_err failed;    /* the first failure of an append */

	struct page_fonts *fonts;
	struct page_place *places;
	size_t n_places, cap_places;
	int pages;
};

/* ---- the paper ------------------------------------------------------------- */
#define PAGE_MM INK_MM
#define PAGE_WIDTH (210 * PAGE_MM)
#define PAGE_HEIGHT (297 * PAGE_MM)
#define PAGE_LEFT (25 * PAGE_MM)
#define PAGE_TOP (24 * PAGE_MM)
#define PAGE_FOOT (277 * PAGE_MM)   /* hairline above the foot */
#define PAGE_BOTTOM (270 * PAGE_MM) /* nothing of the text below */
#define PAGE_MEASURE (PAGE_WIDTH - 2 * PAGE_LEFT)

/* ---- letter_page_font.c ------------------------------------------------------ */

/* Loads the faces that DOC's texts need, and no others. */
enum cp_rc page_fonts_load(struct cp_page_doc *doc, struct cp_err *err)
    CP_MUST_CHECK;
void page_fonts_free(struct page_fonts *fonts);
/* Sets CELL in its width; CP_BAD_INPUT where a glyph is missing. */
enum cp_rc page_set_cell(struct cp_page_doc *doc, struct page_cell *cell,
    struct cp_err *err) CP_MUST_CHECK;
void page_clear_cell(struct page_cell *cell);
/* How dark a face is printed: 0 black to 1 white. */
double page_face_grey(enum page_face face);

/* ---- letter_page_set.c ------------------------------------------------------- */

/* Layouts for all blocks, in their widths. */
enum cp_rc page_set_blocks(struct cp_page_doc *doc, struct cp_err *err)
    CP_MUST_CHECK;
/* Where each goes. */
enum cp_rc page_place_blocks(struct cp_page_doc *doc, struct cp_err *err)
    CP_MUST_CHECK;
/* Height of lines FROM to TO of a cell. */
double page_lines_height(const struct page_cell *cell, int from, int to);

/* ---- letter_page_draw.c ------------------------------------------------------ */

enum cp_rc page_draw(struct cp_page_doc *doc, struct cp_buf *pdf,
    struct cp_err *err) CP_MUST_CHECK;

/* ---- letter_page_tags.c ------------------------------------------------------ */

/* Adds to PDF what cairo 1.16 cannot: the language, what pictures show, whether
 * a header cell is of its row or its column. */
enum cp_rc page_add_tags(const struct cp_page_doc *doc,
    const struct cp_buf *pdf, struct cp_buf *out, struct cp_err *err)
    CP_MUST_CHECK;

#endif
