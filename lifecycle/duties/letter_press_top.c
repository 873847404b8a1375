#include <string.h>

#include "lifecycle/duties/letter_press_impl.h"

/*
 * The upper part of the first page.  What a DL window envelope may show of an
 * A4 sheet folded in three is kept clear: the window is 35 by 90 mm, 20 mm from
 * the left and 18 mm from the bottom of 110 by 220 mm, so of a panel of 99 by
 * 210 mm, which has 11 and 10 mm to move in, it shows at most what lies 10 to
 * 110 mm from the left and 46 to 92 mm from the top.  What does not fit beside
 * it goes below.
 */
#define TOP (13 * INK_MM)
#define BESIDE (115 * INK_MM) /* the column right of the window */
#define CLEAR_FROM (44 * INK_MM)
#define CLEAR_TO (94 * INK_MM)
#define QR_SIDE (20 * INK_MM)
#define GAP (5 * INK_MM)

static double
text_height(const struct press_text *t)
{
	return press_text_height(t, 0, t->n);
}

/* In an isolate (UAX #9), for what is no text of the language: so that a number
 * in it stays in order; with a space that parts it from what comes next. */
static enum cp_rc
put(struct cp_press *p, struct press_put *at, enum press_face face,
    const char *text, double x, double y, double width, struct cp_err *err)
{
	char *alone = g_strdup_printf(p->rtl ? "\xE2\x81\xA8%s\xE2\x81\xA9 " :
	    "%s ", text);
	enum cp_rc rc;

	at->x = x;
	at->y = y;
	rc = press_text_set(p, face, alone, width, &at->text, err);
	g_free(alone);
	return rc;
}

/* Below the others; *FITS: in one line, or it is not taken.  NULL: it must. */
static enum cp_rc
add_contact(struct cp_press *p, enum press_face face, const char *text,
    double width, double *y, int *fits, struct cp_err *err)
{
	struct press_top *t = &p->top;
	struct press_put *at = &t->contact[t->n_contacts];
	enum cp_rc rc;

	if (text == NULL || text[0] == '\0')
		return CP_OK;
	if (t->n_contacts == PRESS_CONTACTS)
		return cp_fail(err, CP_BAD_INPUT, "a letterhead of more than "
		    "%d lines", PRESS_CONTACTS);
	rc = put(p, at, face, text, 0, *y, width, err);
	if (rc != CP_OK)
		return rc;
	if (fits != NULL && at->text->n > 1) {
		*fits = 0;
		press_text_free(at->text);
		at->text = NULL;
		return CP_OK;
	}
	t->n_contacts++;
	*y += text_height(at->text);
	return CP_OK;
}

/* All below one another from Y on, which is moved to their end; *LONG: those
 * that cannot be broken and are too long for it, which come later. */
static enum cp_rc
set_contacts(struct cp_press *p, const struct cp_letterhead *h, double width,
    double *y, const char *long_ones[3], struct cp_err *err)
{
	const char *const last[] = { h->phone, h->email, h->web };
	enum cp_rc rc = add_contact(p, PRESS_OFFICE, h->office, width, y,
	    NULL, err);

	for (size_t i = 0; rc == CP_OK && i < h->n_lines; i++)
		rc = add_contact(p, PRESS_CONTACT, h->lines[i], width, y,
		    NULL, err);
	for (int i = 0; rc == CP_OK && i < 3; i++) {
		int fits = 1;

		rc = add_contact(p, PRESS_CONTACT, last[i], width, y, &fits,
		    err);
		long_ones[i] = fits ? NULL : last[i];
	}
	return rc;
}

/* The name at the start, above what the window may show: smaller, where it
 * does not fit there otherwise, as in two lines of Nastaliq. */
static enum cp_rc
set_name(struct cp_press *p, const char *text, double x, double width,
    struct cp_err *err)
{
	static const enum press_face faces[] = { PRESS_NAME, PRESS_H2,
		PRESS_OFFICE };
	struct press_put *at = &p->top.name;
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK &&
	    i < sizeof(faces) / sizeof(faces[0]); i++) {
		press_text_free(at->text);
		at->text = NULL;
		rc = put(p, at, faces[i], text, x, TOP, width, err);
		if (rc == CP_OK && TOP + text_height(at->text) <= CLEAR_FROM)
			return CP_OK;
	}
	return rc != CP_OK ? rc : cp_fail(err, CP_BAD_INPUT, "the name in the "
	    "letterhead is too long");
}

/* Name and contacts: side by side, the name at the start; where the contacts
 * would be seen in the window, both in the column beside it. */
static enum cp_rc
set_head(struct cp_press *p, const struct cp_letterhead *h, double *end,
    const char *long_ones[3], struct cp_err *err)
{
	struct press_top *t = &p->top;
	double right = 210 * INK_MM - p->margin, column = right - BESIDE;
	double name = 110 * INK_MM - p->margin, y = TOP, first = TOP, x;
	enum cp_rc rc;

	rc = set_name(p, h->name, p->rtl ? right - name : p->margin, name,
	    err);
	if (rc != CP_OK)
		return rc;
	/* the first lines of both stand on one line */
	if (h->office != NULL)
		first += p->ascent[PRESS_NAME] - p->ascent[PRESS_OFFICE];
	y = first;
	rc = set_contacts(p, h, column, &y, long_ones, err);
	x = BESIDE;
	if (rc == CP_OK && p->rtl && y <= CLEAR_FROM)
		x = p->margin;
	else if (rc == CP_OK && p->rtl) {
		double down = TOP + text_height(t->name.text) + 4 - first;

		for (int i = 0; i < t->n_contacts; i++)
			t->contact[i].y += down;
		y += down;
	}
	for (int i = 0; i < t->n_contacts; i++)
		t->contact[i].x = x;
	*end = y;
	if (x < BESIDE || y < TOP + text_height(t->name.text))
		*end = TOP + text_height(t->name.text);
	return rc;
}

/* What is too long for the column, in lines of their own below the window. */
static enum cp_rc
set_long(struct cp_press *p, const char *const long_ones[3], double *y,
    struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	for (int i = 0; rc == CP_OK && i < 3; i++) {
		if (long_ones[i] == NULL)
			continue;
		if (*y < CLEAR_TO)
			*y = CLEAR_TO;
		rc = add_contact(p, PRESS_CONTACT, long_ones[i], p->measure,
		    y, NULL, err);
		if (rc == CP_OK)
			p->top.contact[p->top.n_contacts - 1].x = p->margin;
	}
	return rc;
}

/* Date and reference between LEFT and the right margin, from Y on, with the QR
 * code at their end; *END of them. */
static enum cp_rc
set_date(struct cp_press *p, const struct cp_press_spec *spec, double left,
    double y, double *end, struct cp_err *err)
{
	struct press_top *t = &p->top;
	double right = 210 * INK_MM - p->margin;
	double width = right - left - QR_SIDE - GAP;
	double x = p->rtl ? left + QR_SIDE + GAP : left;
	enum cp_rc rc;

	press_text_free(t->date.text);
	press_text_free(t->label.text);
	t->date.text = t->label.text = NULL;
	rc = put(p, &t->date, PRESS_DATE, spec->date, x, y, width, err);
	if (rc != CP_OK)
		return rc;
	y += text_height(t->date.text) + 4;
	rc = put(p, &t->label, PRESS_LABEL, p->reference_words, x, y, width,
	    err);
	if (rc != CP_OK)
		return rc;
	t->qr_x = p->rtl ? left : right - QR_SIDE;
	t->qr_y = t->date.y;
	t->reference_x = x;
	t->reference_y = y + text_height(t->label.text);
	t->reference_width = width;
	*end = t->reference_y + p->ascent[PRESS_REFERENCE] +
	    p->descent[PRESS_REFERENCE];
	if (*end < t->qr_y + QR_SIDE)
		*end = t->qr_y + QR_SIDE;
	return CP_OK;
}

/* In the column beside the window if there is room, or else below it. */
static enum cp_rc
put_date(struct cp_press *p, const struct cp_press_spec *spec, double y,
    struct cp_err *err)
{
	double end = 0, at = y + 2 * GAP;
	enum cp_rc rc;

	rc = set_date(p, spec, BESIDE, at > 56 * INK_MM ? at : 56 * INK_MM,
	    &end, err);
	if (rc == CP_OK && end > CLEAR_TO)
		rc = set_date(p, spec, p->margin, (y > CLEAR_TO ? y :
		    CLEAR_TO) + GAP / 2, &end, err);
	p->top.end = end + 1.5 * GAP > CLEAR_TO + GAP ? end + 1.5 * GAP :
	    CLEAR_TO + GAP;
	return rc;
}

enum cp_rc
press_top_set(struct cp_press *p, const struct cp_press_spec *spec,
    struct cp_err *err)
{
	const char *long_ones[3] = { NULL };
	double y = 0;
	enum cp_rc rc = set_head(p, spec->head, &y, long_ones, err);

	if (rc == CP_OK)
		rc = set_long(p, long_ones, &y, err);
	if (rc == CP_OK)
		rc = put_date(p, spec, y, err);
	if (rc != CP_OK)
		cp_err_context(err, "letterhead");
	return rc;
}

void
press_top_clear(struct press_top *t)
{
	press_text_free(t->name.text);
	for (int i = 0; i < t->n_contacts; i++)
		press_text_free(t->contact[i].text);
	press_text_free(t->date.text);
	press_text_free(t->label.text);
	memset(t, 0, sizeof(*t));
}
