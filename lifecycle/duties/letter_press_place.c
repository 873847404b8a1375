#include <stdlib.h>

#include "lifecycle/duties/letter_press_impl.h"

enum { PAGES_MOST = 40, LONG_PAGES_MOST = 9999, LEAST_LINES = 2 };
#define PAGE_TOP (20 * INK_MM)

struct pen {
	struct cp_press *p;
	struct press_letter *x;
	int page;
	double y;     /* where the last thing ended */
	double after; /* the space it wants below it */
	int fresh;    /* nothing is on this page yet */
};

static enum cp_rc
put_place(struct pen *p, const struct press_place *place, struct cp_err *err)
{
	struct press_letter *x = p->x;
	struct press_place *places;
	size_t cap;

	if (x->n_places == x->cap_places) {
		cap = x->cap_places != 0 ? 2 * x->cap_places : x->n + 8;
		places = reallocarray(x->places, cap, sizeof(*places));
		if (places == NULL)
			return cp_fail(err, CP_FAILED, "out of memory");
		x->places = places;
		x->cap_places = cap;
	}
	x->places[x->n_places++] = *place;
	p->fresh = 0;
	return CP_OK;
}

static double
gap(const struct pen *p, const struct press_set *s)
{
	if (p->fresh)
		return 0;
	return p->after > s->before ? p->after : s->before;
}

/* What has something beside it, or is a heading, does so only where it would
 * fill much of a page. */
static int
breaks(const struct pen *p, const struct press_set *s)
{
	int plain = s->kind == CP_BLOCK_TEXT || s->kind == CP_BLOCK_BULLET ||
	    s->kind == CP_BLOCK_NUMBER;

	return s->text->n > 2 * LEAST_LINES - 1 && (plain ||
	    s->height > (p->p->bottom - PAGE_TOP) / 2);
}

/* The least of S that may stand at the foot of a page. */
static double
least_height(const struct pen *p, const struct press_set *s)
{
	return breaks(p, s) ? press_text_height(s->text, 0, LEAST_LINES) :
	    s->height;
}

static int
stays_with_next(const struct press_set *s)
{
	return s->kind == CP_BLOCK_H1 || s->kind == CP_BLOCK_H2;
}

/* The height of what begins with set I and must not be parted. */
static double
kept_height(const struct pen *p, size_t i)
{
	const struct press_set *s = p->x->sets[i];
	double height = gap(p, s), after;

	for (; stays_with_next(s) && i + 1 < p->x->n; i++) {
		after = s->after;
		height += s->height;
		s = p->x->sets[i + 1];
		height += after > s->before ? after : s->before;
	}
	return height + least_height(p, s);
}

static enum cp_rc
next_page(struct pen *p, struct cp_err *err)
{
	int most = p->x->is_long ? LONG_PAGES_MOST : PAGES_MOST;

	if (p->page == most)
		return cp_fail(err, CP_BAD_INPUT, "over %d pages", most);
	p->page++;
	p->y = p->page == 1 ? p->p->top.end : PAGE_TOP;
	p->after = 0;
	p->fresh = 1;
	return CP_OK;
}

/* Puts lines of set I where the pen stands, as many as go there; *FROM is
 * where to go on. */
static enum cp_rc
put_lines(struct pen *p, size_t i, int *from, struct cp_err *err)
{
	const struct press_set *s = p->x->sets[i];
	const struct press_text *t = s->text;
	struct press_place place = { .set = s, .page = p->page,
	    .from = *from, .y = p->y };
	int n = t->n, to = n;
	double room = p->p->bottom - p->y;

	if (s->height - t->line[*from].top > room && t->n > 1) {
		for (to = *from; to < n &&
		    press_text_height(t, *from, to + 1) <= room;)
			to++;
		if (n - to < LEAST_LINES && to - *from > LEAST_LINES)
			to = n - LEAST_LINES;
	}
	if (to == *from || press_text_height(t, *from, to) > room)
		return cp_fail(err, CP_BAD_INPUT, "a line is taller than a "
		    "page");
	place.to = to;
	p->y += to == n ? s->height - t->line[*from].top :
	    press_text_height(t, *from, to);
	*from = to;
	return put_place(p, &place, err);
}

/* A text that comes after a list is as far from it as from another. */
static int
ends_list(const struct press_letter *x, size_t i)
{
	enum cp_block_kind kind = x->sets[i]->kind;

	return (kind == CP_BLOCK_BULLET || kind == CP_BLOCK_NUMBER) &&
	    i + 1 < x->n && x->sets[i + 1]->kind != kind;
}

/* What goes with a long letter is not on the letter's own pages. */
static int
begins_page(const struct pen *p, size_t i)
{
	return p->x->is_long && i > 0 &&
	    p->x->sets[i]->kind == CP_BLOCK_H1;
}

static enum cp_rc
put_set(struct pen *p, size_t i, struct cp_err *err)
{
	const struct press_set *s = p->x->sets[i];
	int from = 0;
	enum cp_rc rc = CP_OK;

	if ((!p->fresh || p->page == 1) && (begins_page(p, i) ||
	    p->y + kept_height(p, i) > p->p->bottom))
		rc = next_page(p, err);
	p->y += gap(p, s);
	while (rc == CP_OK && from < s->text->n) {
		if (from > 0)
			rc = next_page(p, err);
		if (rc == CP_OK)
			rc = put_lines(p, i, &from, err);
	}
	p->after = s->after;
	if (ends_list(p->x, i))
		p->after *= 2;
	return rc;
}

enum cp_rc
press_place(struct cp_press *p, struct press_letter *x, const char **why,
    struct cp_err *err)
{
	struct pen pen = { .p = p, .x = x };
	enum cp_rc rc = next_page(&pen, err);

	for (size_t i = 0; rc == CP_OK && i < x->n; i++)
		rc = put_set(&pen, i, err);
	x->pages = pen.page;
	if (rc == CP_BAD_INPUT)
		*why = "too-much";
	return rc;
}
