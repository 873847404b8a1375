#ifndef CP_DUTIES_LETTER_PRESS_H
#define CP_DUTIES_LETTER_PRESS_H

#include "lifecycle/duties/letter_page.h"
#include "lifecycle/rules/template.h"

/*
 * Letters of A4 as tagged PDF, many in one file: letterhead, address for the
 * window of a DL envelope, reference and its QR code, body, page numbers.  What
 * reads the same in each letter (struct cp_block, fixed) is laid out once for
 * the life of a press and drawn again as a form, within its own tag.  Faces are
 * named exactly, as of letter_page.h; right-to-left is mirrored as a whole, but
 * for the address, which is for the post.  A press belongs to one thread; two
 * of them in two threads do not know of each other.
 *
 * Tagged (ISO 32000-1, 14.8) in the order of reading: Document; in it a Sect
 * for each letter; in that P (name of the sender), P (how to reach it), P
 * (address), P (date), P (reference), one Figure (the QR code), then H1, H2, P,
 * and L with LI of Lbl and LBody.  What goes on from page to page is one
 * element with a Span for each page.  Pictograms say what the text beside them
 * says and are not tagged, nor is the foot of a page.
 */
struct cp_press;

/* The sender, above each letter; texts that are not there are NULL. */
struct cp_letterhead {
	const char *name;   /* "Wirral Council" */
	const char *office; /* "Children's directory team" */
	const char *const *lines; /* of its address */
	size_t n_lines;
	const char *phone, *email, *web;
};

struct cp_press_spec {
	const char *title;       /* of the document */
	const char *language;    /* BCP 47: "ur" */
	int rtl;
	const char *face;        /* "sans" or "nastaliq" */
	int large;               /* 18 pt and more, reflowed */
	int easy;                /* 14 pt, pictograms */
	const struct cp_letterhead *head;
	const char *page_words;      /* "Page {{page}} of {{pages}}" */
	const char *reference_words; /* "Our reference" */
	const char *qr_words;        /* what the QR code is */
	const char *date;        /* of the letters, in words */
	const char *made;        /* RFC 3339 in UTC */
};

struct cp_letter {
	const char *reference;   /* "N-0000012-9": also in the QR code */
	const char *const *to;   /* name and address, a line each, as in the
				  * envelope's window */
	size_t n_to;
	const struct cp_block *blocks;
	size_t n_blocks;
	int is_long;             /* as long as it takes: to 9,999 pages; else to
				  * 40.  Each H1 but the first is on a page
				  * of its own */
};

/* Borrows nothing of SPEC.  CP_BAD_INPUT, CP_FAILED as cp_page_finish. */
enum cp_rc cp_press_open(const struct cp_press_spec *spec,
    struct cp_press **out, struct cp_err *err) CP_MUST_CHECK;
void cp_press_free(struct cp_press *p);
/* Adds a letter; *PAGES of it.  What cannot be set leaves the press as it was:
 * CP_BAD_INPUT, with "too-long" (a line of the address does not fit into the
 * window; nothing is cut) or "unprintable" (no face has a character) or
 * "too-much" as *WHY. */
enum cp_rc cp_press_add(struct cp_press *p, const struct cp_letter *l,
    int *pages, const char **why, struct cp_err *err) CP_MUST_CHECK;
/* The letters since it was opened or last finished, as one PDF for letter_bind.h
 * appended to OUT; what was laid out is kept for those that follow.  The bytes
 * depend on these letters and the spec, and on nothing that came before.
 * CP_BAD_INPUT: there are none. */
enum cp_rc cp_press_finish(struct cp_press *p, struct cp_buf *out,
    struct cp_err *err) CP_MUST_CHECK;

/* One letter as pictures: calls FN with each page as PNG, WIDTH pixels wide. */
enum cp_rc cp_press_png(struct cp_press *p, const struct cp_letter *l,
    int width, enum cp_rc (*fn)(void *ctx, int page, const void *png,
	size_t len, struct cp_err *err), void *ctx, struct cp_err *err)
    CP_MUST_CHECK;

/* The pictograms that there are, by name; ends with NULL. */
extern const char *const cp_press_pictures[];

#endif
