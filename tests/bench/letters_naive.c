#include <cairo-pdf.h>
#include <pango/pangocairo.h>
#include <qrencode.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Letters as one writes them first: for each a document of its own, in which
 * every text is laid out, without tags.  The blocks are those that `letters
 * blocks' writes.
 *
 *	letters_naive FACE RTL COUNT <BLOCKS
 */
enum { MOST = 200 };
#define LEFT 56.7
#define WIDTH 482.0
#define BOTTOM 780.0

struct block { char *tag, *text; };
struct naive {
	struct block block[MOST];
	int n, rtl;
	const char *face;
};
struct sheet {
	const struct naive *all;
	cairo_t *cr;
	double y;
	int page;
};

static cairo_status_t
count(void *ctx, const unsigned char *data, unsigned len)
{
	(void)data;
	*(unsigned long *)ctx += len;
	return CAIRO_STATUS_SUCCESS;
}

static PangoLayout *
lay_out(struct sheet *s, const char *text, double size, int bold,
    double width)
{
	PangoLayout *l = pango_cairo_create_layout(s->cr);
	PangoFontDescription *d = pango_font_description_new();

	pango_font_description_set_family(d, s->all->face);
	pango_font_description_set_absolute_size(d, size * PANGO_SCALE);
	pango_font_description_set_weight(d, bold ? PANGO_WEIGHT_BOLD :
	    PANGO_WEIGHT_NORMAL);
	pango_layout_set_font_description(l, d);
	pango_font_description_free(d);
	pango_layout_set_width(l, (int)(width * PANGO_SCALE));
	pango_layout_set_wrap(l, PANGO_WRAP_WORD_CHAR);
	pango_layout_set_text(l, text, -1);
	return l;
}

static void
foot(struct sheet *s, const char *reference)
{
	char text[80];
	PangoLayout *l;

	(void)snprintf(text, sizeof(text), "%s    Page %d", reference,
	    ++s->page);
	l = lay_out(s, text, 8, 0, WIDTH);
	cairo_move_to(s->cr, LEFT, 800);
	pango_cairo_show_layout(s->cr, l);
	g_object_unref(l);
	cairo_show_page(s->cr);
	s->y = 70;
}

/* Line by line, over pages. */
static void
show(struct sheet *s, PangoLayout *l, double x, const char *reference)
{
	PangoLayoutIter *it = pango_layout_get_iter(l);
	PangoRectangle r;

	do {
		double height;

		pango_layout_iter_get_line_extents(it, NULL, &r);
		height = (double)r.height / PANGO_SCALE;
		if (s->y + height > BOTTOM)
			foot(s, reference);
		cairo_move_to(s->cr, x + (double)r.x / PANGO_SCALE,
		    s->y + height * 0.8);
		pango_cairo_show_layout_line(s->cr,
		    pango_layout_iter_get_line_readonly(it));
		s->y += height;
	} while (pango_layout_iter_next_line(it));
	pango_layout_iter_free(it);
	g_object_unref(l);
}

static void
show_code(struct sheet *s, const char *reference)
{
	QRcode *qr = QRcode_encodeData((int)strlen(reference),
	    (const unsigned char *)reference, 0, QR_ECLEVEL_M);

	for (int i = 0; qr != NULL && i < qr->width * qr->width; i++)
		if (qr->data[i] & 1)
			cairo_rectangle(s->cr, 480 + 2.0 * (i % qr->width),
			    60 + 2.0 * (i / qr->width), 2, 2);
	cairo_fill(s->cr);
	QRcode_free(qr);
}

static void
show_block(struct sheet *s, const struct block *b, const char *reference)
{
	int item = strcmp(b->tag, "LBody") == 0;
	int head = b->tag[0] == 'H';
	double size = strcmp(b->tag, "H1") == 0 ? 17 : head ? 12 : 10.5;
	double x = item && !s->all->rtl ? LEFT + 14 : LEFT;
	double y = s->y;

	show(s, lay_out(s, b->text, size, head, item ? WIDTH - 14 : WIDTH),
	    x, reference);
	if (item && s->y > y) {
		double below = s->y;

		s->y = y;
		show(s, lay_out(s, "\xE2\x80\xA2", size, 0, 14),
		    s->all->rtl ? LEFT + WIDTH - 14 : LEFT, reference);
		s->y = below;
	}
	s->y += 5;
}

static unsigned long
make(const struct naive *all, long n)
{
	static const char *const head[] = { "Sample Council",
		"Children\xE2\x80\x99s directory team", "Town Hall",
		"Sample Street", "Mockham", "ZZ99 2BB", "0151 496 0000",
		"directory@sample.example", "www.sample.example",
		"21 November 2026" };
	unsigned long bytes = 0;
	cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(count,
	    &bytes, 595.276, 841.89);
	struct sheet s = { .all = all, .cr = cairo_create(surface), .y = 40 };
	char reference[32];

	(void)snprintf(reference, sizeof(reference), "N-%07ld-K", n);
	show_code(&s, reference);
	for (size_t i = 0; i < sizeof(head) / sizeof(head[0]); i++)
		show(&s, lay_out(&s, head[i], 9, 0, WIDTH), LEFT, reference);
	show(&s, lay_out(&s, reference, 9, 0, WIDTH), LEFT, reference);
	for (int i = 0; i < all->n; i++)
		show_block(&s, &all->block[i], reference);
	foot(&s, reference);
	cairo_destroy(s.cr);
	cairo_surface_finish(surface);
	if (cairo_surface_status(surface) != CAIRO_STATUS_SUCCESS)
		exit(1);
	cairo_surface_destroy(surface);
	return bytes;
}

int
main(int argc, char **argv)
{
	struct naive all = { .n = 0 };
	unsigned long bytes = 0;
	char *line = NULL;
	size_t cap = 0;
	long n;

	if (argc != 4)
		return 2;
	all.face = argv[1];
	all.rtl = atoi(argv[2]);
	n = atol(argv[3]);
	while (all.n < MOST && getline(&line, &cap, stdin) > 0) {
		char *at = line;

		line[strcspn(line, "\n")] = '\0';
		all.block[all.n].tag = strdup(strsep(&at, "\t"));
		all.block[all.n++].text = strdup(at != NULL ? at : "");
	}
	free(line);
	for (long i = 0; i < n; i++)
		bytes += make(&all, i);
	printf("%ld letters, %lu bytes each\n", n, bytes / (unsigned long)n);
	for (int i = 0; i < all.n; i++) {
		free(all.block[i].tag);
		free(all.block[i].text);
	}
	return 0;
}
