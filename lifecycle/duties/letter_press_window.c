#include <stdlib.h>
#include <string.h>

#include "lifecycle/duties/letter_press_impl.h"

/*
 * The address: within what the window shows wherever the sheet has slipped to
 * (letter_press_top.c), with its last line always in the same place.  In the
 * order of the post, from left to right, in every language.
 */
#define WINDOW_LEFT (25 * INK_MM)
#define WINDOW_WIDTH (79 * INK_MM)
#define WINDOW_TOP (46 * INK_MM)
#define WINDOW_BOTTOM (78 * INK_MM)
#define LEADING 1.22

static void
clear(struct press_letter *x)
{
	for (int i = 0; i < x->n_to; i++)
		press_text_free(x->to[i]);
	x->n_to = 0;
}

/* One line of the address, or several where it is broken between words; 0: it
 * does not fit. */
static enum cp_rc
set_line(struct cp_press *p, enum press_face face, const char *text,
    struct press_letter *x, int *fits, struct cp_err *err)
{
	struct press_text *t = NULL;
	char *line;
	enum cp_rc rc;

	if (x->n_to == PRESS_TO_MOST) {
		*fits = 0;
		return CP_OK;
	}
	/* the space parts it from the next one, for who listens */
	line = g_strconcat(text, " ", NULL);
	rc = press_text_set(p, face, line, WINDOW_WIDTH, &t, err);
	g_free(line);
	if (rc != CP_OK)
		return rc;
	x->to[x->n_to++] = t;
	for (int i = 1; i < t->n; i++) {
		int at = pango_layout_get_line_readonly(t->layout,
		    i)->start_index;

		if (pango_layout_get_text(t->layout)[at - 1] != ' ')
			*fits = 0;
	}
	return CP_OK;
}

static int
line_count(const struct press_letter *x)
{
	int n = 0;

	for (int i = 0; i < x->n_to; i++)
		n += x->to[i]->n;
	return n;
}

/* The tops of texts, the last line of all at the bottom of the window. */
static void
place_lines(const struct cp_press *p, enum press_face face,
    struct press_letter *x)
{
	double step = LEADING * press_size(p, face);
	double y = WINDOW_BOTTOM - step * line_count(x);

	for (int i = 0; i < x->n_to; i++) {
		struct press_text *t = x->to[i];

		x->to_y[i] = y;
		for (int j = 0; j < t->n; j++) {
			t->line[j].base += j * step - t->line[j].top;
			t->line[j].top = j * step;
		}
		t->line[t->n].top = t->n * step;
		y += t->n * step;
	}
}

/* All of it in FACE. */
static enum cp_rc
try_face(struct cp_press *p, enum press_face face, const char *const *to,
    size_t n, struct press_letter *x, int *fits, struct cp_err *err)
{
	double step = LEADING * press_size(p, face);
	enum cp_rc rc = CP_OK;

	clear(x);
	*fits = 1;
	for (size_t i = 0; rc == CP_OK && i < n; i++)
		rc = set_line(p, face, to[i], x, fits, err);
	if (rc != CP_OK)
		return rc;
	if (step * line_count(x) > WINDOW_BOTTOM - WINDOW_TOP)
		*fits = 0;
	if (*fits)
		place_lines(p, face, x);
	return CP_OK;
}

enum cp_rc
press_window_set(struct cp_press *p, const struct cp_letter *l,
    struct press_letter *x, const char **why, struct cp_err *err)
{
	int fits = 0;
	enum cp_rc rc = CP_OK;

	for (int face = PRESS_TO; rc == CP_OK && !fits && face < PRESS_FACES;
	    face++)
		if (face == PRESS_TO || press_size(p, (enum press_face)face) <
		    press_size(p, PRESS_TO))
			rc = try_face(p, (enum press_face)face, l->to,
			    l->n_to, x, &fits, err);
	if (rc != CP_OK || fits)
		return rc;
	*why = "too-long";
	return cp_fail(err, CP_BAD_INPUT, "the address does not fit into the "
	    "window of an envelope");
}
