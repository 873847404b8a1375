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

static enum cp_rc
add_contact(struct cp_press *p, enum press_face face, const char *text,
    double width, double *y, struct cp_err *err)
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
	t->n_contacts++;
	*y += text_height(at->text);
	return CP_OK;
}

/* All below one another from Y on, which is moved to their end. */
static enum cp_rc
set_contacts(struct cp_press *p, const struct cp_letterhead *h, double width,
    double *y, struct cp_err *err)
{
	enum cp_rc rc = add_contact(p, PRESS_OFFICE, h->office, width, y,
	    err);

	for (size_t i = 0; rc == CP_OK && i < h->n_lines; i++)
		rc = add_contact(p, PRESS_CONTACT, h->lines[i], width, y,
		    err);
	if (rc == CP_OK)
		rc = add_contact(p, PRESS_CONTACT, h->phone, width, y, err);
	if (rc == CP_OK)
		rc = add_contact(p, PRESS_CONTACT, h->email, width, y, err);
	if (rc == CP_OK)
		rc = add_contact(p, PRESS_CONTACT, h->web, width, y, err);
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
    struct cp_err *err)
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
	rc = set_contacts(p, h, column, &y, err);
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

/* Date and reference with the QR code at their end: in the column beside the
 * window if there is room, else below. */
static enum cp_rc
set_date(struct cp_press *p, const struct cp_press_spec *spec, double y,
    struct cp_err *err)
{
	struct press_top *t = &p->top;
	double right = 210 * INK_MM - p->margin, left = BESIDE, height, at;
	double text_left, width;
	enum cp_rc rc;

	width = right - left - QR_SIDE - GAP;
	rc = put(p, &t->date, PRESS_DATE, spec->date, 0, 0, width, err);
	if (rc == CP_OK)
		rc = put(p, &t->label, PRESS_LABEL, p->reference_words, 0, 0,
		    width, err);
	if (rc != CP_OK)
		return rc;
	height = text_height(t->date.text) + text_height(t->label.text) +
	    p->ascent[PRESS_REFERENCE] + p->descent[PRESS_REFERENCE] + 4;
	if (height < QR_SIDE)
		height = QR_SIDE;
	at = y + 2 * GAP > 56 * INK_MM ? y + 2 * GAP : 56 * INK_MM;
	if (at + height > CLEAR_TO) {
		at = (y > CLEAR_TO ? y : CLEAR_TO) + GAP / 2;
		left = p->margin;
	}
	text_left = p->rtl ? left + QR_SIDE + GAP : left;
	t->qr_x = p->rtl ? left : right - QR_SIDE;
	if (left < BESIDE && p->rtl)
		text_left = right - width;
	t->qr_y = at;
	t->date.x = t->label.x = t->reference_x = text_left;
	t->date.y = at;
	t->label.y = at + text_height(t->date.text) + 4;
	t->reference_y = t->label.y + text_height(t->label.text);
	t->reference_width = width;
	t->end = at + height + 1.5 * GAP > CLEAR_TO + GAP ?
	    at + height + 1.5 * GAP : CLEAR_TO + GAP;
	return CP_OK;
}

enum cp_rc
press_top_set(struct cp_press *p, const struct cp_press_spec *spec,
    struct cp_err *err)
{
	double y = 0;
	enum cp_rc rc = set_head(p, spec->head, &y, err);

	if (rc == CP_OK)
		rc = set_date(p, spec, y, err);
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
