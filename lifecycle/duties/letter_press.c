#include <stdlib.h>
#include <string.h>

#include "lifecycle/duties/letter_press_impl.h"

/* What is kept of former letters, at most. */
enum { KEPT_MOST = 4096 };

/* ---- the press ------------------------------------------------------------- */

static void
free_set(void *set)
{
	press_set_free(set);
}

static void
free_text(void *text)
{
	press_text_free(text);
}

static enum cp_rc
copy_spec(struct cp_press *p, const struct cp_press_spec *s,
    struct cp_err *err)
{
	p->title = ink_clean(s->title);
	p->language = ink_clean(s->language);
	p->page_words = ink_clean_isolated(s->page_words);
	p->reference_words = ink_clean(s->reference_words);
	p->made = ink_clean(s->made);
	p->rtl = s->rtl;
	p->large = s->large;
	p->easy = s->easy && !s->large;
	p->sets = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
	    free_set);
	p->labels = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
	    free_text);
	if (p->title == NULL || p->language == NULL ||
	    p->page_words == NULL || p->reference_words == NULL ||
	    p->made == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	return CP_OK;
}

enum cp_rc
cp_press_open(const struct cp_press_spec *spec, struct cp_press **out,
    struct cp_err *err)
{
	struct cp_press *p;
	enum cp_rc rc;

	if (spec->title == NULL || spec->title[0] == '\0' ||
	    spec->language == NULL || spec->language[0] == '\0' ||
	    spec->face == NULL || spec->head == NULL ||
	    spec->head->name == NULL || spec->page_words == NULL ||
	    spec->reference_words == NULL || spec->date == NULL ||
	    !ink_is_time(spec->made))
		return cp_fail(err, CP_BAD_INPUT, "a press needs a title, a "
		    "language, a letterhead, words and a time");
	p = calloc(1, sizeof(*p));
	if (p == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	cp_buf_init(&p->key);
	rc = copy_spec(p, spec, err);
	if (rc == CP_OK)
		rc = press_faces_open(p, spec->face, err);
	if (rc == CP_OK)
		rc = press_top_set(p, spec, err);
	if (rc == CP_OK)
		*out = p;
	else
		cp_press_free(p);
	return rc;
}

void
cp_press_free(struct cp_press *p)
{
	if (p == NULL)
		return;
	press_pdf_free(p->pdf);
	press_top_clear(&p->top);
	cp_buf_clear(&p->key);
	g_hash_table_unref(p->sets);
	g_hash_table_unref(p->labels);
	press_faces_close(p);
	free(p->title);
	free(p->language);
	free(p->page_words);
	free(p->reference_words);
	free(p->made);
	free(p);
}

/* ---- letters --------------------------------------------------------------- */

static enum cp_rc
draw_letter(struct cp_press *p, const struct press_letter *x,
    struct cp_err *err)
{
	struct press_ink ink = { .p = p, .letter = x };
	size_t at = 0;
	enum cp_rc rc = CP_OK;

	if (p->pdf == NULL) {
		p->pdf = press_pdf_begin();
		p->part++;
	}
	if (p->pdf == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	ink.pdf = p->pdf;
	for (int page = 1; rc == CP_OK && page <= x->pages; page++) {
		press_pdf_page(p->pdf);
		rc = press_draw_page(&ink, page, &at, err);
		press_pdf_page_end(p->pdf);
	}
	return rc;
}

/* All that can be refused is, before anything is drawn. */
static enum cp_rc
make_letter(struct cp_press *p, const struct cp_letter *l,
    struct press_letter *x, const char **why, struct cp_err *err)
{
	enum cp_rc rc;

	*why = NULL;
	rc = press_letter_set(p, l, x, why, err);
	return rc == CP_OK ? press_place(p, x, why, err) : rc;
}

enum cp_rc
cp_press_add(struct cp_press *p, const struct cp_letter *l, int *pages,
    const char **why, struct cp_err *err)
{
	struct press_letter x = { 0 };
	enum cp_rc rc = make_letter(p, l, &x, why, err);

	if (rc == CP_OK)
		rc = draw_letter(p, &x, err);
	if (rc == CP_OK)
		*pages = x.pages;
	press_letter_clear(&x);
	return rc;
}

enum cp_rc
cp_press_finish(struct cp_press *p, struct cp_buf *out, struct cp_err *err)
{
	enum cp_rc rc;

	if (p->pdf == NULL)
		return cp_fail(err, CP_BAD_INPUT, "no letters to finish");
	rc = press_pdf_end(p->pdf, p->title, p->made, out, err);
	press_pdf_free(p->pdf);
	p->pdf = NULL;
	if (g_hash_table_size(p->sets) + g_hash_table_size(p->labels) >
	    KEPT_MOST) {
		g_hash_table_remove_all(p->sets);
		g_hash_table_remove_all(p->labels);
	}
	return rc;
}

/* ---- pictures of pages ----------------------------------------------------- */

static cairo_status_t
take_png(void *ctx, const unsigned char *data, unsigned len)
{
	struct cp_buf *b = ctx;

	cp_buf_put(b, data, len);
	return b->failed ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

/* A page on white paper of WIDTH. */
static enum cp_rc
paint_page(struct press_ink *ink, int page, size_t *at, int width,
    struct cp_buf *png, struct cp_err *err)
{
	double scale = width / (210 * INK_MM);
	cairo_surface_t *s = cairo_image_surface_create(CAIRO_FORMAT_RGB24,
	    width, (int)(297 * INK_MM * scale + 0.5));
	cairo_status_t status;
	enum cp_rc rc;

	ink->cr = cairo_create(s);
	cairo_set_source_rgb(ink->cr, 1, 1, 1);
	cairo_paint(ink->cr);
	cairo_scale(ink->cr, scale, scale);
	rc = press_draw_page(ink, page, at, err);
	status = cairo_status(ink->cr);
	cairo_destroy(ink->cr);
	if (status == CAIRO_STATUS_SUCCESS)
		status = cairo_surface_write_to_png_stream(s, take_png, png);
	cairo_surface_destroy(s);
	if (rc == CP_OK && status != CAIRO_STATUS_SUCCESS)
		rc = cp_fail(err, CP_FAILED, "cairo: %s",
		    cairo_status_to_string(status));
	return rc == CP_OK ? cp_buf_check(png, err) : rc;
}

enum cp_rc
cp_press_png(struct cp_press *p, const struct cp_letter *l, int width,
    enum cp_rc (*fn)(void *ctx, int page, const void *png, size_t len,
	struct cp_err *err), void *ctx, struct cp_err *err)
{
	struct press_letter x = { 0 };
	struct press_ink ink = { .p = p, .letter = &x };
	const char *why;
	struct cp_buf png;
	size_t at = 0;
	enum cp_rc rc;

	if (width < 50 || width > 10000)
		return cp_fail(err, CP_BAD_INPUT, "a picture %d pixels wide",
		    width);
	cp_buf_init(&png);
	rc = make_letter(p, l, &x, &why, err);
	for (int page = 1; rc == CP_OK && page <= x.pages; page++) {
		cp_buf_reset(&png);
		rc = paint_page(&ink, page, &at, width, &png, err);
		if (rc == CP_OK)
			rc = fn(ctx, page, png.data, png.len, err);
	}
	cp_buf_clear(&png);
	press_letter_clear(&x);
	return rc;
}
