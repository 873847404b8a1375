#ifndef CP_DUTIES_LETTER_PRESS_IMPL_H
#define CP_DUTIES_LETTER_PRESS_IMPL_H

#include "lifecycle/duties/letter_ink.h"
#include "lifecycle/duties/letter_press.h"
#include "lifecycle/duties/letter_press_pdf.h"

/*
 * Shared by letter_press*.c only.  A text is set once, with the places of its
 * lines; a block is a text with what stands beside it; a letter is blocks, of
 * which those that are the same in each letter belong to the press.  `Start' is
 * the side where reading starts; what is at the start is measured from the
 * margin there and mirrored when it is drawn.
 */

enum press_face {
	PRESS_BODY, PRESS_H1, PRESS_H2,
	PRESS_NAME,   /* of the letterhead */
	PRESS_OFFICE, PRESS_CONTACT,
	PRESS_DATE, PRESS_LABEL, PRESS_REFERENCE,
	PRESS_FOOT,
	PRESS_TO,     /* in the window; and two that are smaller */
	PRESS_TO_2, PRESS_TO_3,
	PRESS_FACES
};

/* A paragraph that was set. */
struct press_text {
	PangoLayout *layout; /* owned */
	enum press_face face;
	double width;        /* of the widest line */
	double measure;      /* what it was set in; 0: as wide as it is */
	int n;               /* lines */
	struct press_line {
		double left, base, top; /* from the corner of the text */
	} *line;             /* n + 1 of them: the last one's top is its
			      * height; owned */
	struct press_form *forms; /* owned */
};

/* Lines of a text that were drawn once in a part. */
struct press_form {
	struct press_form *next;
	int from, to;
	uint64_t part;
	int number;
};

struct press_set {
	enum cp_block_kind kind;
	int fixed;               /* belongs to the press */
	int first;               /* of a list */
	struct press_text *text; /* owned */
	struct press_text *label; /* of the press's */
	int picture;             /* or -1 */
	double start;            /* of the text, from the margin */
	double inset;            /* of the label, before that */
	double drop;             /* of it below what stands beside it */
	double before, after, height;
};

/* A block, or lines FROM to TO of its text, on a page. */
struct press_place {
	const struct press_set *set;
	int page, from, to;
	double y;
};

enum { PRESS_TO_MOST = 16 };

struct press_letter {
	struct press_set **sets;  /* array owned; of them, those not fixed */
	size_t n;
	struct press_place *places; /* owned */
	size_t n_places, cap_places;
	int pages, is_long;
	struct press_text *to[PRESS_TO_MOST]; /* owned */
	int n_to;
	double to_y[PRESS_TO_MOST];
	struct press_text *reference, *foot;  /* owned */
	QRcode *qr;                           /* owned */
};

/* What stands above each letter, and where. */
struct press_put {
	struct press_text *text; /* owned */
	double x, y;
};
enum { PRESS_CONTACTS = 12 };

struct press_top {
	struct press_put name, contact[PRESS_CONTACTS], date, label;
	int n_contacts;
	double reference_x, reference_y, reference_width;
	double qr_x, qr_y;
	double end; /* where the body begins */
};

struct cp_press {
	char *title, *language, *page_words, *reference_words, *made;
	int rtl, nastaliq, large, easy;
	struct ink_fonts *fonts, *post_fonts; /* the second if not the same */
	PangoContext *context, *post;
	char *families;
	PangoFontDescription *face[PRESS_FACES];
	double ascent[PRESS_FACES], descent[PRESS_FACES]; /* of a line */
	double margin, measure, bottom, foot; /* of the page */
	struct press_top top;
	GHashTable *sets;   /* what is fixed, by what it says */
	struct cp_buf key;  /* to find them by */
	GHashTable *labels; /* of lists, and numbers of pages */

	struct press_pdf *pdf; /* the letters that are not finished */
	uint64_t part;         /* how many were, and this one */
};

/* ---- letter_press_face.c ---------------------------------------------------- */

/* Faces in the sizes of its format, and the page that goes with them. */
enum cp_rc press_faces_open(struct cp_press *p, const char *face,
    struct cp_err *err) CP_MUST_CHECK;
void press_faces_close(struct cp_press *p);
double press_size(const struct cp_press *p, enum press_face face);
double press_grey(enum press_face face);
const char *press_family(const struct cp_press *p, enum press_face face);

/* ---- letter_press_text.c ---------------------------------------------------- */

/* Cleans TEXT and sets it; in the order of the post, left to right, for the
 * faces of the window. */
enum cp_rc press_text_set(struct cp_press *p, enum press_face face,
    const char *text, double measure, struct press_text **out,
    struct cp_err *err) CP_MUST_CHECK;
void press_text_free(struct press_text *t);
double press_text_height(const struct press_text *t, int from, int to);
/* Of the labels of lists and of pages: set once. */
enum cp_rc press_label(struct cp_press *p, enum press_face face,
    const char *text, struct press_text **out, struct cp_err *err)
    CP_MUST_CHECK;

/* ---- letter_press_set.c ----------------------------------------------------- */

/* Sets what L says.  CP_BAD_INPUT with *WHY. */
enum cp_rc press_letter_set(struct cp_press *p, const struct cp_letter *l,
    struct press_letter *x, const char **why, struct cp_err *err)
    CP_MUST_CHECK;
void press_letter_clear(struct press_letter *x);
void press_set_free(struct press_set *s);

/* ---- letter_press_top.c ----------------------------------------------------- */

/* The letterhead, the date and where the rest goes. */
enum cp_rc press_top_set(struct cp_press *p, const struct cp_press_spec *spec,
    struct cp_err *err) CP_MUST_CHECK;
void press_top_clear(struct press_top *t);

/* ---- letter_press_window.c -------------------------------------------------- */

/* The address, in the window; CP_BAD_INPUT "too-long". */
enum cp_rc press_window_set(struct cp_press *p, const struct cp_letter *l,
    struct press_letter *x, const char **why, struct cp_err *err)
    CP_MUST_CHECK;

/* ---- letter_press_place.c --------------------------------------------------- */

enum cp_rc press_place(struct cp_press *p, struct press_letter *x,
    const char **why, struct cp_err *err) CP_MUST_CHECK;

/* ---- letter_press_draw.c ---------------------------------------------------- */

/* What a page is drawn on: a PDF, or a picture of it. */
struct press_ink {
	struct cp_press *p;
	const struct press_letter *letter;
	struct press_pdf *pdf; /* NULL: a picture */
	cairo_t *cr;
	int in_form;
};

/* One page of the letter, without ending it. */
enum cp_rc press_draw_page(struct press_ink *ink, int page, size_t *at,
    struct cp_err *err) CP_MUST_CHECK;

/* ---- letter_press_ink.c ----------------------------------------------------- */

/* Elements, as of letter_press_pdf.h. */
void press_group(struct press_ink *ink, const char *type);
void press_group_end(struct press_ink *ink);
void press_leaf(struct press_ink *ink, const char *type);
void press_artifact(struct press_ink *ink);
void press_mark_end(struct press_ink *ink);

/* M, L: move, line to V; C: curve by three points; Z: close. */
void press_path(struct press_ink *ink, char op, const double *v);
void press_stroke(struct press_ink *ink, double width, double grey);
void press_rule(struct press_ink *ink, double from, double to, double y,
    double width, double grey);
void press_modules(struct press_ink *ink, const QRcode *qr, double x,
    double y, double side);
/* Lines of a text; as a form if it is FIXED: the same in each letter. */
void press_show(struct press_ink *ink, struct press_text *t, int from, int to,
    double x, double y, int fixed);

/* ---- letter_press_picture.c ------------------------------------------------- */

/* -1: there is none of that name. */
int press_picture_find(const char *name);
void press_picture_draw(struct press_ink *ink, int picture, double x, double y,
    double side);

#endif
