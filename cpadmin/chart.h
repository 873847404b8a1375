#ifndef CP_CPADMIN_CHART_H
#define CP_CPADMIN_CHART_H

#include <stdint.h>

#include "archive/buf.h"

/*
 * Bars in text: one line for each row, two panels beside each other on one
 * scale, each bar followed by its number, and further numbers in columns.
 * Nothing depends on colour.  Pure: what it prints is its arguments'.
 */
enum { CP_CHART_NUMBERS = 2 };

struct cp_chart_row {
	const char *label;  /* all labels of one width, ASCII; borrowed */
	int64_t bar[2];     /* >= 0 */
	int64_t part[2];    /* of the bar, at its end, drawn lighter */
	int64_t number[CP_CHART_NUMBERS];
	int marked;         /* a '!' before the bars */
};

struct cp_chart {
	const char *label;                     /* headings; borrowed */
	const char *bar[2];
	const char *number[CP_CHART_NUMBERS];
	int width;          /* columns of the terminal; at least 60 are used */
	int utf8;           /* eighths of a block, else whole '#' */
};

/* A bar of VALUE on a scale where MOST fills CELLS, the last PART of it light:
 * always CELLS wide, padded with spaces.  A value above 0 shows at least the
 * least there is.  Returns the columns drawn before the padding. */
int cp_chart_bar(struct cp_buf *out, int64_t value, int64_t part, int64_t most,
    int cells, int utf8);
/* Headings, the N ROWS, and a line of totals. */
void cp_chart(struct cp_buf *out, const struct cp_chart *chart,
    const struct cp_chart_row *rows, size_t n);

/* Whether the locale of the environment writes UTF-8. */
int cp_chart_utf8(void);
/* The columns of the terminal on stdout, or of COLUMNS; else 80. */
int cp_chart_width(void);

#endif
