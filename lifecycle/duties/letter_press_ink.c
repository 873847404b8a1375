#include <pango/pangocairo.h>
#include <stdlib.h>

#include "lifecycle/duties/letter_press_impl.h"

#define PAGE_HEIGHT 841.89

/* In a PDF y runs upwards; in a form, from its upper edge. */
static double
up(const struct press_ink *ink, double y)
{
	return (ink->in_form ? 0 : PAGE_HEIGHT) - y;
}

static struct cp_buf *
content(struct press_ink *ink)
{
	return press_pdf_content(ink->pdf);
}

/* ---- elements -------------------------------------------------------------- */

void
press_group(struct press_ink *ink, const char *type)
{
	if (ink->pdf != NULL)
		press_pdf_group(ink->pdf, type);
}

void
press_group_end(struct press_ink *ink)
{
	if (ink->pdf != NULL)
		press_pdf_group_end(ink->pdf);
}

void
press_leaf(struct press_ink *ink, const char *type)
{
	if (ink->pdf != NULL)
		press_pdf_leaf(ink->pdf, type);
}

void
press_artifact(struct press_ink *ink)
{
	if (ink->pdf != NULL)
		press_pdf_artifact(ink->pdf);
}

void
press_mark_end(struct press_ink *ink)
{
	if (ink->pdf != NULL)
		press_pdf_mark_end(ink->pdf);
}

/* ---- lines ----------------------------------------------------------------- */

void
press_path(struct press_ink *ink, char op, const double *v)
{
	static const char *const words[] = { ['M'] = "m\n", ['L'] = "l\n",
		['C'] = "c\n", ['Z'] = "h\n" };
	int n = op == 'C' ? 6 : op == 'Z' ? 0 : 2;

	if (ink->pdf != NULL) {
		for (int i = 0; i < n; i += 2) {
			press_put_number(content(ink), v[i]);
			press_put_number(content(ink), up(ink, v[i + 1]));
		}
		cp_buf_puts(content(ink), words[(int)op]);
	} else if (op == 'M')
		cairo_move_to(ink->cr, v[0], v[1]);
	else if (op == 'L')
		cairo_line_to(ink->cr, v[0], v[1]);
	else if (op == 'C')
		cairo_curve_to(ink->cr, v[0], v[1], v[2], v[3], v[4], v[5]);
	else
		cairo_close_path(ink->cr);
}

/* With round ends and corners. */
void
press_stroke(struct press_ink *ink, double width, double grey)
{
	struct cp_buf *b;

	if (ink->pdf != NULL) {
		b = content(ink);
		cp_buf_puts(b, "1 J 1 j ");
		press_put_number(b, width);
		cp_buf_puts(b, "w ");
		press_put_number(b, grey);
		cp_buf_puts(b, "G S\n");
		return;
	}
	cairo_set_line_cap(ink->cr, CAIRO_LINE_CAP_ROUND);
	cairo_set_line_join(ink->cr, CAIRO_LINE_JOIN_ROUND);
	cairo_set_line_width(ink->cr, width);
	ink_grey(ink->cr, grey);
	cairo_stroke(ink->cr);
}

void
press_rule(struct press_ink *ink, double from, double to, double y,
    double width, double grey)
{
	const double v[] = { from, y, to, y };

	press_path(ink, 'M', v);
	press_path(ink, 'L', v + 2);
	press_stroke(ink, width, grey);
}

static void
put_run(struct cp_buf *b, int x, int y, int width)
{
	press_put_int(b, x);
	cp_buf_putc(b, ' ');
	press_put_int(b, y);
	cp_buf_putc(b, ' ');
	press_put_int(b, width);
	cp_buf_puts(b, " 1 re\n");
}

/* Black modules, each run of them in a row as one rectangle; side with its
 * white border of four modules [ISO/IEC 18004]. */
void
press_modules(struct press_ink *ink, const QRcode *qr, double x, double y,
    double side)
{
	double unit = side / (qr->width + 8);
	struct cp_buf *b;

	if (ink->pdf == NULL) {
		ink_modules(ink->cr, qr, x, y, side);
		return;
	}
	b = content(ink);
	cp_buf_printf(b, "q %.4f 0 0 %.4f %.2f %.2f cm 0 g\n", unit, -unit,
	    x + 4 * unit, up(ink, y + 4 * unit));
	for (int i = 0; i < qr->width; i++) {
		const unsigned char *row = qr->data + i * qr->width;

		for (int j = 0, run; j < qr->width; j += run) {
			for (run = 1; j + run < qr->width &&
			    ((row[j + run] ^ row[j]) & 1) == 0;)
				run++;
			if (row[j] & 1)
				put_run(b, j, i, run);
		}
	}
	cp_buf_puts(b, "f Q\n");
}

/* ---- texts ----------------------------------------------------------------- */

static void
show_lines(struct press_ink *ink, const struct press_text *t, int from,
    int to, double x, double y)
{
	double grey = press_grey(t->face);

	if (ink->pdf != NULL) {
		press_put_number(content(ink), grey);
		cp_buf_puts(content(ink), "g\n");
	} else
		ink_grey(ink->cr, grey);
	for (int i = from; i < to; i++) {
		PangoLayoutLine *line =
		    pango_layout_get_line_readonly(t->layout, i);
		double left = x + t->line[i].left;
		double base = y + t->line[i].base - t->line[from].top;

		if (ink->pdf != NULL) {
			press_show_line(ink->pdf, line,
			    press_size(ink->p, t->face), left,
			    up(ink, base));
			continue;
		}
		cairo_move_to(ink->cr, left, base);
		pango_cairo_show_layout_line(ink->cr, line);
	}
}

/* The lines as a form of this part, and its number; -1 when out of memory. */
static int
form_of(struct press_ink *ink, struct press_text *t, int from, int to)
{
	double pad = 2 * press_size(ink->p, t->face);
	double width = t->measure > 0 ? t->measure : t->width;
	const double box[] = { -pad, -press_text_height(t, from, to) - pad,
		width + pad, pad };
	struct press_form *f;

	for (f = t->forms; f != NULL; f = f->next)
		if (f->from == from && f->to == to)
			break;
	if (f != NULL && f->part == ink->p->part)
		return f->number;
	if (f == NULL) {
		f = calloc(1, sizeof(*f));
		if (f == NULL)
			return -1;
		f->from = from;
		f->to = to;
		f->next = t->forms;
		t->forms = f;
	}
	press_pdf_form(ink->pdf);
	ink->in_form = 1;
	show_lines(ink, t, from, to, 0, 0);
	ink->in_form = 0;
	f->number = press_pdf_form_end(ink->pdf, box);
	f->part = ink->p->part;
	return f->number;
}

void
press_show(struct press_ink *ink, struct press_text *t, int from, int to,
    double x, double y, int fixed)
{
	int form = ink->pdf != NULL && fixed ? form_of(ink, t, from, to) : -1;
	struct cp_buf *b;

	if (form < 0) {
		show_lines(ink, t, from, to, x, y);
		return;
	}
	b = content(ink);
	cp_buf_puts(b, "q 1 0 0 1 ");
	press_put_number(b, x);
	press_put_number(b, up(ink, y));
	cp_buf_puts(b, "cm/X");
	press_put_int(b, form);
	cp_buf_puts(b, " Do Q\n");
}
