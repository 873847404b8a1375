#include <math.h>
#include <string.h>

#include "lifecycle/duties/letter_press_pdf.h"

/* Points by which a glyph may be off before it is put right. */
#define NEAR 0.03

void
press_put_number(struct cp_buf *b, double v)
{
	long n = lround(v * 100);
	char text[32];
	int at = sizeof(text), neg = n < 0, decimals;

	if (neg)
		n = -n;
	text[--at] = ' ';
	decimals = n % 100 == 0 ? 0 : n % 10 == 0 ? 1 : 2;
	n = decimals == 0 ? n / 100 : decimals == 1 ? n / 10 : n;
	for (int i = 0; i < decimals; i++, n /= 10)
		text[--at] = (char)('0' + n % 10);
	if (decimals > 0)
		text[--at] = '.';
	do {
		text[--at] = (char)('0' + n % 10);
		n /= 10;
	} while (n > 0);
	if (neg)
		text[--at] = '-';
	cp_buf_put(b, text + at, sizeof(text) - (size_t)at);
}

void
press_put_int(struct cp_buf *b, int v)
{
	char text[16];
	unsigned n = v < 0 ? 0u - (unsigned)v : (unsigned)v;
	int at = sizeof(text);

	do {
		text[--at] = (char)('0' + n % 10);
		n /= 10;
	} while (n > 0);
	if (v < 0)
		text[--at] = '-';
	cp_buf_put(b, text + at, sizeof(text) - (size_t)at);
}

/* Where a text object [9.4] stands. */
struct show {
	struct press_pdf *f;
	struct cp_buf *b;
	double size;
	struct press_font *font;
	int set;          /* a font is */
	double line_x, line_y; /* of the last Td */
	double x;         /* where the next glyph would go */
	int lost;         /* the next glyph needs a Td */
	int open;         /* 1: an array, 2: and a string in it */
};

static void
close_array(struct show *s)
{
	if (s->open == 2)
		cp_buf_puts(s->b, ">");
	if (s->open > 0)
		cp_buf_puts(s->b, "]TJ\n");
	s->open = 0;
}

static void
use_font(struct show *s)
{
	if (s->set)
		return;
	close_array(s);
	cp_buf_puts(s->b, "/F");
	press_put_int(s->b, press_font_number(s->font));
	cp_buf_putc(s->b, ' ');
	press_put_number(s->b, s->size);
	cp_buf_puts(s->b, "Tf\n");
	s->set = 1;
}

static void
move_to(struct show *s, double x, double y)
{
	close_array(s);
	/* as the reader will add up what is rounded */
	x = round((x - s->line_x) * 100) / 100;
	y = round((y - s->line_y) * 100) / 100;
	press_put_number(s->b, x);
	press_put_number(s->b, y);
	cp_buf_puts(s->b, "Td\n");
	s->line_x += x;
	s->line_y += y;
	s->x = s->line_x;
	s->lost = 0;
}

static void
put_glyph(struct show *s, unsigned glyph, double x, double y)
{
	static const char hex[] = "0123456789ABCDEF";
	char code[4] = { hex[glyph >> 12 & 15], hex[glyph >> 8 & 15],
		hex[glyph >> 4 & 15], hex[glyph & 15] };
	double off = x - s->x;

	use_font(s);
	if (s->lost || fabs(y - s->line_y) > NEAR)
		move_to(s, x, y);
	else if (fabs(off) > NEAR) {
		int by = (int)lround(-off * 1000 / s->size);

		if (s->open == 2)
			cp_buf_puts(s->b, ">");
		if (s->open == 0)
			cp_buf_puts(s->b, "[");
		s->open = 1;
		press_put_int(s->b, by);
		s->x -= by * s->size / 1000;
	}
	if (s->open == 0)
		cp_buf_puts(s->b, "[");
	if (s->open < 2)
		cp_buf_puts(s->b, "<");
	s->open = 2;
	cp_buf_put(s->b, code, 4);
	s->x += press_font_width(s->font, glyph) * s->size / 1000;
}

static void
put_actual(struct show *s, const char *text, size_t len)
{
	glong n = 0;
	gunichar2 *wide = g_utf8_to_utf16(text, (glong)len, NULL, &n, NULL);

	close_array(s);
	cp_buf_puts(s->b, "/Span<</ActualText<FEFF");
	for (glong i = 0; wide != NULL && i < n; i++)
		cp_buf_printf(s->b, "%04X", (unsigned)wide[i]);
	cp_buf_puts(s->b, ">>>BDC\n");
	g_free(wide);
}

/* A run, and its text. */
struct run {
	const PangoGlyphString *g;
	const char *text;
	size_t len;
	int rtl;
	double x, y;
};

/* The text of the cluster of glyphs FROM to TO. */
static void
cluster_text(const struct run *r, int from, int to, const char **text,
    size_t *len)
{
	size_t begin = (size_t)r->g->log_clusters[from], end = r->len;

	if (r->rtl && from > 0)
		end = (size_t)r->g->log_clusters[from - 1];
	else if (!r->rtl && to < r->g->num_glyphs)
		end = (size_t)r->g->log_clusters[to];
	*text = r->text + begin;
	*len = end > begin ? end - begin : 0;
}

static int
is_space(const char *text, size_t len)
{
	return (len == 1 && text[0] == ' ') ||
	    (len == 2 && memcmp(text, "\xC2\xA0", 2) == 0);
}

/* What is drawn of glyphs FROM to TO from X on; SILENT: each says nothing by
 * itself. */
static void
show_glyphs(struct show *s, const struct run *r, int from, int to, double x,
    int silent)
{
	for (int i = from; i < to; i++) {
		const PangoGlyphInfo *g = &r->g->glyphs[i];

		if (g->glyph != PANGO_GLYPH_EMPTY) {
			if (silent)
				(void)press_font_says(s->font, g->glyph, "",
				    0);
			put_glyph(s, g->glyph, x +
			    (double)g->geometry.x_offset / PANGO_SCALE,
			    r->y - (double)g->geometry.y_offset /
			    PANGO_SCALE);
		}
		x += (double)g->geometry.width / PANGO_SCALE;
	}
}

static void
end_actual(struct show *s)
{
	close_array(s);
	cp_buf_puts(s->b, "EMC\n");
}

static int
is_control(gunichar2 c)
{
	return (c >= 0x2066 && c <= 0x2069) || c == 0x200B;
}

/* TEXT evenly over WIDTH from X on, in the order in which it would be seen, for
 * who searches, copies or listens; it is not drawn.  Readers put letters that
 * run to the left into their order again by where they are, but not those of
 * one glyph. */
static void
put_hidden(struct show *s, const struct run *r, const char *text, size_t len,
    double x, double width)
{
	glong n = 0, told = 0;
	gunichar2 *wide = g_utf8_to_utf16(text, (glong)len, NULL, &n, NULL);

	for (glong i = 0; wide != NULL && i < n; i++)
		if (!is_control(wide[i]))
			wide[told++] = wide[i];
	if (told > 0) {
		s->f->hidden = 1;
		move_to(s, x, r->y);
		cp_buf_puts(s->b, "/FH ");
		press_put_number(s->b, s->size);
		cp_buf_puts(s->b, "Tf 3 Tr ");
		press_put_number(s->b, 100 * width / ((double)told * 0.5 *
		    s->size));
		cp_buf_puts(s->b, "Tz <");
		for (glong i = 0; i < told; i++)
			cp_buf_printf(s->b, "%04X", (unsigned)wide[r->rtl ?
			    told - 1 - i : i]);
		cp_buf_puts(s->b, ">Tj 0 Tr 100 Tz\n");
		s->set = 0;
		s->lost = 1;
	}
	g_free(wide);
}

static double
width_of(const struct run *r, int from, int to)
{
	int width = 0;

	for (int i = from; i < to; i++)
		width += r->g->glyphs[i].geometry.width;
	return (double)width / PANGO_SCALE;
}

/* What glyphs FROM to TO stand for is told with them: by what the one glyph
 * says wherever it is, or in so many words. */
static void
show_cluster(struct show *s, const struct run *r, int from, int to, double x)
{
	const char *text;
	size_t len;
	int n = 0, told, several;
	unsigned only = 0;

	cluster_text(r, from, to, &text, &len);
	for (int i = from; i < to; i++)
		if (r->g->glyphs[i].glyph != PANGO_GLYPH_EMPTY) {
			only = r->g->glyphs[i].glyph;
			n++;
		}
	if (n == 0) {
		/* a space at the end of a line, which is not to be lost */
		only = press_font_space(s->font);
		if (is_space(text, len) &&
		    press_font_says(s->font, only, " ", 1))
			put_glyph(s, only, x, r->y);
		return;
	}
	if (is_space(text, len)) {
		text = " ";
		len = 1;
	}
	several = r->rtl && g_utf8_strlen(text, (gssize)len) > 1;
	told = n == 1 && !several &&
	    press_font_says(s->font, only, text, len);
	use_font(s);
	if (!told && len > 0)
		put_actual(s, text, several ? 0 : len);
	show_glyphs(s, r, from, to, x, !told);
	if (!told && len > 0)
		end_actual(s);
	if (several)
		put_hidden(s, r, text, len, x, width_of(r, from, to));
}

/* The end of the cluster that begins with glyph FROM. */
static int
cluster_end(const struct run *r, int from)
{
	int to = from;

	while (to < r->g->num_glyphs &&
	    r->g->log_clusters[to] == r->g->log_clusters[from])
		to++;
	return to;
}

/* All glyphs, then its words, hidden. */
static void
show_sloping(struct show *s, const struct run *r)
{
	double x = r->x, width = 0;
	const char *word = NULL, *text;
	size_t word_len = 0, len;

	use_font(s);
	put_actual(s, "", 0);
	show_glyphs(s, r, 0, r->g->num_glyphs, x, 1);
	end_actual(s);
	for (int from = 0, to; from < r->g->num_glyphs; from = to) {
		double w;

		to = cluster_end(r, from);
		w = width_of(r, from, to);
		cluster_text(r, from, to, &text, &len);
		if (is_space(text, len)) {
			if (word != NULL)
				put_hidden(s, r, word, word_len, x, width);
			x += width;
			width = 0;
			word = NULL;
			word_len = 0;
			put_hidden(s, r, " ", 1, x, w > 0.2 * s->size ? w :
			    0.2 * s->size);
			x += w;
			continue;
		}
		/* the words' letters are next to each other, either way */
		if (word == NULL || text < word)
			word = text;
		word_len += len;
		width += w;
	}
	if (word != NULL)
		put_hidden(s, r, word, word_len, x, width);
}

static void
show_run(struct show *s, const struct run *r)
{
	double x = r->x;

	if (press_font_slopes(s->font)) {
		show_sloping(s, r);
		return;
	}
	for (int from = 0, to; from < r->g->num_glyphs; from = to) {
		to = cluster_end(r, from);
		show_cluster(s, r, from, to, x);
		x += width_of(r, from, to);
	}
}

void
press_show_line(struct press_pdf *f, PangoLayoutLine *line, double size,
    double x, double y)
{
	struct show s = { .f = f, .b = press_pdf_content(f), .size = size };
	const char *text = pango_layout_get_text(line->layout);

	cp_buf_puts(s.b, "BT\n");
	move_to(&s, x, y);
	for (GSList *at = line->runs; at != NULL; at = at->next) {
		const PangoGlyphItem *item = at->data;
		struct run r = { .g = item->glyphs,
		    .text = text + item->item->offset,
		    .len = (size_t)item->item->length,
		    .rtl = item->item->analysis.level & 1, .x = x, .y = y };
		struct press_font *font = press_font_find(f,
		    item->item->analysis.font);

		if (font == NULL) {
			f->failed = 1;
			break;
		}
		s.set = s.set && font == s.font;
		s.font = font;
		show_run(&s, &r);
		x += width_of(&r, 0, r.g->num_glyphs);
	}
	close_array(&s);
	cp_buf_puts(s.b, "ET\n");
}
