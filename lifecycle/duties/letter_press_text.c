#include <stdlib.h>
#include <string.h>

#include "lifecycle/duties/letter_press_impl.h"

static double
units(int n)
{
	return (double)n / PANGO_SCALE;
}

/* Where each line goes; at least as far apart as its face has it. */
static enum cp_rc
measure_lines(const struct cp_press *p, struct press_text *t,
    struct cp_err *err)
{
	PangoLayoutIter *it;
	double y = 0;
	int i = 0;

	t->n = pango_layout_get_line_count(t->layout);
	t->line = calloc((size_t)t->n + 1, sizeof(*t->line));
	if (t->line == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	it = pango_layout_get_iter(t->layout);
	do {
		struct press_line *l = &t->line[i++];
		double up = p->ascent[t->face], down = p->descent[t->face];
		PangoRectangle r;
		int base = pango_layout_iter_get_baseline(it);

		pango_layout_iter_get_line_extents(it, NULL, &r);
		if (units(base - r.y) > up)
			up = units(base - r.y);
		if (units(r.y + r.height - base) > down)
			down = units(r.y + r.height - base);
		l->top = y;
		l->base = y + up;
		l->left = units(r.x);
		if (units(r.width) > t->width)
			t->width = units(r.width);
		y += up + down;
	} while (i < t->n && pango_layout_iter_next_line(it));
	pango_layout_iter_free(it);
	t->line[t->n].top = y;
	return CP_OK;
}

enum cp_rc
press_text_set(struct cp_press *p, enum press_face face, const char *text,
    double measure, struct press_text **out, struct cp_err *err)
{
	struct press_text *t = calloc(1, sizeof(*t));
	char *clean = face >= PRESS_TO ? ink_clean(text) :
	    ink_clean_isolated(text);
	enum cp_rc rc;

	if (t == NULL || clean == NULL) {
		free(clean);
		free(t);
		return cp_fail(err, CP_FAILED, "out of memory");
	}
	t->face = face;
	t->measure = measure;
	rc = ink_set(face >= PRESS_TO ? p->post : p->context, p->face[face],
	    clean, measure, &t->layout, err);
	if (rc == CP_OK)
		rc = measure_lines(p, t, err);
	free(clean);
	if (rc == CP_OK)
		*out = t;
	else
		press_text_free(t);
	return rc;
}

void
press_text_free(struct press_text *t)
{
	if (t == NULL)
		return;
	while (t->forms != NULL) {
		struct press_form *f = t->forms;

		t->forms = f->next;
		free(f);
	}
	g_clear_object(&t->layout);
	free(t->line);
	free(t);
}

double
press_text_height(const struct press_text *t, int from, int to)
{
	return t->line[to].top - t->line[from].top;
}

enum cp_rc
press_label(struct cp_press *p, enum press_face face, const char *text,
    struct press_text **out, struct cp_err *err)
{
	char *key = g_strdup_printf("%d %s", (int)face, text);
	struct press_text *t = g_hash_table_lookup(p->labels, key);
	enum cp_rc rc = CP_OK;

	if (t == NULL)
		rc = press_text_set(p, face, text, 0, &t, err);
	if (rc == CP_OK && g_hash_table_lookup(p->labels, key) == NULL)
		g_hash_table_insert(p->labels, g_strdup(key), t);
	g_free(key);
	if (rc == CP_OK)
		*out = t;
	return rc;
}
