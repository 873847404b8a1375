#include "cpadmin/chart.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { EIGHTHS = 8, WIDTH_LEAST = 60, WIDTH_MOST = 500, GAP = 2 };

static const char *const blocks[EIGHTHS + 1] = { "", "▏", "▎", "▍", "▌", "▋",
	"▊", "▉", "█" };

/* VALUE in units of which MOST is CELLS * PER, rounded to the nearest, and at
 * least one where there is any. */
static int
units(int64_t value, int64_t most, int cells, int per)
{
	double exact;
	int u;

	if (value <= 0 || most <= 0 || cells <= 0)
		return 0;
	if (value > most)
		value = most;
	exact = (double)value / (double)most * cells * per;
	u = (int)(exact + 0.5);
	return u > 0 ? u : 1;
}

static void
repeat(struct cp_buf *out, const char *text, int n)
{
	for (int i = 0; i < n; i++)
		cp_buf_puts(out, text);
}

/* The light part is drawn in whole cells, and hides no dark one that is
 * there: a bar of which not all is light keeps one. */
static int
light_cells(int64_t value, int64_t part, int drawn)
{
	int light = units(part, value, drawn, 1);

	return part < value && light == drawn && drawn > 1 ? drawn - 1 : light;
}

int
cp_chart_bar(struct cp_buf *out, int64_t value, int64_t part, int64_t most,
    int cells, int utf8)
{
	int per = utf8 ? EIGHTHS : 1;
	int u = units(value, most, cells, per);
	int drawn = (u + per - 1) / per;
	int light = light_cells(value, part, drawn);

	if (light > 0) {
		repeat(out, utf8 ? blocks[EIGHTHS] : "#", drawn - light);
		repeat(out, utf8 ? "░" : "-", light);
	} else {
		repeat(out, utf8 ? blocks[EIGHTHS] : "#", u / per);
		cp_buf_puts(out, u % per > 0 ? blocks[u % per] : "");
	}
	repeat(out, " ", cells - drawn);
	return drawn;
}

/* ---- the whole ------------------------------------------------------------- */

struct layout {
	int label, digits[2], number[CP_CHART_NUMBERS], cells;
	int64_t most;
	int64_t total[2], sum[CP_CHART_NUMBERS];
};

static int
digits(int64_t v)
{
	char text[24];

	return snprintf(text, sizeof(text), "%" PRId64, v);
}

static int
larger(int a, int b)
{
	return a > b ? a : b;
}

static void
lay_out(struct layout *l, const struct cp_chart *c,
    const struct cp_chart_row *rows, size_t n)
{
	int width = c->width < WIDTH_LEAST ? WIDTH_LEAST :
	    c->width > WIDTH_MOST ? WIDTH_MOST : c->width;
	int fixed;

	memset(l, 0, sizeof(*l));
	l->label = larger((int)strlen(c->label), (int)strlen("total"));
	for (size_t i = 0; i < n; i++) {
		l->label = larger(l->label, (int)strlen(rows[i].label));
		for (int k = 0; k < 2; k++) {
			l->total[k] += rows[i].bar[k];
			if (rows[i].bar[k] > l->most)
				l->most = rows[i].bar[k];
		}
		for (int k = 0; k < CP_CHART_NUMBERS; k++)
			l->sum[k] += rows[i].number[k];
	}
	fixed = l->label + 2; /* the mark and its space */
	for (int k = 0; k < 2; k++) {
		l->digits[k] = digits(l->total[k]);
		fixed += l->digits[k] + 1 + GAP;
	}
	for (int k = 0; k < CP_CHART_NUMBERS; k++) {
		l->number[k] = larger(digits(l->sum[k]),
		    (int)strlen(c->number[k]));
		fixed += l->number[k] + GAP;
	}
	l->cells = larger((width - fixed) / 2, 4);
}

static void
headings(struct cp_buf *out, const struct cp_chart *c, const struct layout *l)
{
	cp_buf_printf(out, "%-*s  ", l->label, c->label);
	for (int k = 0; k < 2; k++)
		cp_buf_printf(out, "%-*s", l->digits[k] + 1 + l->cells + GAP,
		    c->bar[k]);
	for (int k = 0; k < CP_CHART_NUMBERS; k++)
		cp_buf_printf(out, "%s%*s", k > 0 ? "  " : "", l->number[k],
		    c->number[k]);
	cp_buf_putc(out, '\n');
}

static void
line(struct cp_buf *out, const struct cp_chart *c, const struct layout *l,
    const struct cp_chart_row *r)
{
	cp_buf_printf(out, "%-*s%s ", l->label, r->label, r->marked ? "!" :
	    " ");
	for (int k = 0; k < 2; k++) {
		cp_buf_printf(out, "%*" PRId64 " ", l->digits[k], r->bar[k]);
		(void)cp_chart_bar(out, r->bar[k], r->part[k], l->most,
		    l->cells, c->utf8);
		cp_buf_printf(out, "%*s", GAP, "");
	}
	for (int k = 0; k < CP_CHART_NUMBERS; k++)
		cp_buf_printf(out, "%s%*" PRId64, k > 0 ? "  " : "",
		    l->number[k], r->number[k]);
	cp_buf_putc(out, '\n');
}

static void
totals(struct cp_buf *out, const struct layout *l)
{
	cp_buf_printf(out, "%-*s  ", l->label, "total");
	for (int k = 0; k < 2; k++)
		cp_buf_printf(out, "%*" PRId64 "%*s", l->digits[k],
		    l->total[k], 1 + l->cells + GAP, "");
	for (int k = 0; k < CP_CHART_NUMBERS; k++)
		cp_buf_printf(out, "%s%*" PRId64, k > 0 ? "  " : "",
		    l->number[k], l->sum[k]);
	cp_buf_putc(out, '\n');
}

void
cp_chart(struct cp_buf *out, const struct cp_chart *chart,
    const struct cp_chart_row *rows, size_t n)
{
	struct layout l;

	lay_out(&l, chart, rows, n);
	headings(out, chart, &l);
	for (size_t i = 0; i < n; i++)
		line(out, chart, &l, &rows[i]);
	totals(out, &l);
}

/* ---- the terminal ---------------------------------------------------------- */

int
cp_chart_utf8(void)
{
	/* What the environment asks for: the program itself runs in C.UTF-8. */
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };
	const char *v = NULL, *dot;

	for (size_t i = 0; i < 3; i++) {
		v = getenv(names[i]);
		if (v != NULL && v[0] != '\0')
			break;
	}
	dot = v != NULL ? strchr(v, '.') : NULL;
	return dot != NULL && (strncasecmp(dot, ".UTF-8", 6) == 0 ||
	    strncasecmp(dot, ".UTF8", 5) == 0);
}

int
cp_chart_width(void)
{
	const char *text = getenv("COLUMNS");
	struct winsize w;
	int n = 0;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 0)
		return w.ws_col;
	if (text != NULL && sscanf(text, "%4d", &n) == 1 && n > 0)
		return n;
	return 80;
}
