#include <stdint.h>
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

/* From one line to the next; in large print, as little as can be read. */
static double
leading(const struct cp_press *p, enum press_face face)
{
	return (p->large ? 1.12 : 1.22) * press_size(p, face);
}

/* The tops of texts, the last line of all at the bottom of the window. */
static void
place_lines(const struct cp_press *p, enum press_face face,
    struct press_letter *x)
{
	double step = leading(p, face);
	double y = WINDOW_BOTTOM - step * line_count(x);

	for (int i = 0; i < x->n_to; i++) {
		struct press_text *t = x->to[i];

		x->to_y[i] = y;
		for (int j = 0; j < t->n; j++) {
			t->line[j].base = j * step + p->ascent[face];
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
	enum cp_rc rc = CP_OK;

	clear(x);
	*fits = 1;
	for (size_t i = 0; rc == CP_OK && i < n; i++)
		rc = set_line(p, face, to[i], x, fits, err);
	if (rc != CP_OK)
		return rc;
	if (leading(p, face) * line_count(x) > WINDOW_BOTTOM - WINDOW_TOP)
		*fits = 0;
	if (*fits)
		place_lines(p, face, x);
	return CP_OK;
}

static enum cp_rc
try_faces(struct cp_press *p, int first, int last, const char *const *to,
    size_t n, struct press_letter *x, int *fits, struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	for (int face = first; rc == CP_OK && !*fits && face <= last; face++)
		rc = try_face(p, (enum press_face)face, to, n, x, fits, err);
	return rc;
}

/* The two lines next to each other, after the first and if possible before the
 * last (a postcode stands alone), that are shortest together. */
static size_t
shortest_two(char *const *to, size_t n)
{
	size_t best = n - 2, best_len = SIZE_MAX;

	for (size_t i = 1; i + 2 < n; i++) {
		size_t len = strlen(to[i]) + strlen(to[i + 1]);

		if (len < best_len) {
			best_len = len;
			best = i;
		}
	}
	return best;
}

/* Lines that are too many are joined, two by two: "Flat 3, 17 Long Lane". */
static enum cp_rc
try_joined(struct cp_press *p, int first, int last,
    const struct cp_letter *l, struct press_letter *x, int *fits,
    struct cp_err *err)
{
	char *to[PRESS_TO_MOST] = { NULL };
	size_t n = l->n_to <= PRESS_TO_MOST ? l->n_to : 0;
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; i < n; i++)
		to[i] = g_strdup(l->to[i]);
	while (rc == CP_OK && !*fits && n > 3) {
		size_t i = shortest_two(to, n);
		char *both = g_strconcat(to[i], ", ", to[i + 1], NULL);

		g_free(to[i]);
		g_free(to[i + 1]);
		to[i] = both;
		memmove(to + i + 1, to + i + 2, (n - i - 2) * sizeof(*to));
		n--;
		rc = try_faces(p, first, last, (const char *const *)to, n, x,
		    fits, err);
	}
	for (size_t i = 0; i < n; i++)
		g_free(to[i]);
	return rc;
}

/* In large print lines are rather joined than set smaller. */
enum cp_rc
press_window_set(struct cp_press *p, const struct cp_letter *l,
    struct press_letter *x, const char **why, struct cp_err *err)
{
	int last = p->large ? PRESS_TO : PRESS_TO_3, fits = 0;
	enum cp_rc rc = try_faces(p, PRESS_TO, last, l->to, l->n_to, x,
	    &fits, err);

	if (rc == CP_OK && !fits)
		rc = try_joined(p, PRESS_TO, last, l, x, &fits, err);
	if (rc == CP_OK && !fits && p->large)
		rc = try_faces(p, PRESS_TO_2, PRESS_TO_3, l->to, l->n_to, x,
		    &fits, err);
	if (rc != CP_OK || fits)
		return rc;
	*why = "too-long";
	return cp_fail(err, CP_BAD_INPUT, "the address does not fit into the "
	    "window of an envelope");
}
