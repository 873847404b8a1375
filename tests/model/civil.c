#include "tests/model/model.h"

#include <stdio.h>

static const int BEFORE[13] = { 0, 0, 31, 59, 90, 120, 151, 181, 212, 243,
	273, 304, 334 };

static int
leap(int y)
{
	return y % 400 == 0 || (y % 4 == 0 && y % 100 != 0);
}

int
month_length(int y, int m)
{
	if (m == 2)
		return leap(y) ? 29 : 28;
	return m == 4 || m == 6 || m == 9 || m == 11 ? 30 : 31;
}

day
day_of(int y, int m, int d)
{
	int past = y - 1;

	return 365 * past + past / 4 - past / 100 + past / 400 + BEFORE[m] +
	    (m > 2 && leap(y)) + d;
}

void
day_split(day n, int *y, int *m, int *d)
{
	*y = n / 366 + 1;
	while (day_of(*y + 1, 1, 1) <= n)
		(*y)++;
	*m = 1;
	while (*m < 12 && day_of(*y, *m + 1, 1) <= n)
		(*m)++;
	*d = n - day_of(*y, *m, 1) + 1;
}

const char *
day_text(day n, char out[DAY_TEXT])
{
	int y, m, d;

	out[0] = '\0';
	if (n <= 0)
		return out;
	day_split(n, &y, &m, &d);
	(void)snprintf(out, DAY_TEXT, "%04u-%02u-%02u", (unsigned)y % 10000,
	    (unsigned)m % 100, (unsigned)d % 100);
	return out;
}

day
day_read(const char *text)
{
	int y, m, d;

	if (text == NULL || sscanf(text, "%d-%d-%d", &y, &m, &d) != 3)
		return 0;
	return day_of(y, m, d);
}

day
span_end(day from, struct span s)
{
	int y, m, d, months;

	day_split(from, &y, &m, &d);
	months = 12 * (y + s.years) + m - 1 + s.months;
	y = months / 12;
	m = months % 12 + 1;
	if (d > month_length(y, m))
		d = month_length(y, m);
	return day_of(y, m, d) + s.days;
}

day
span_after(day from, struct span s)
{
	if (s.years == 0 && s.months == 0 && s.days == 0)
		return from;
	return span_end(from, s) + 1;
}

const char *
span_text(struct span s, char out[SPAN_TEXT])
{
	int n = snprintf(out, SPAN_TEXT, "P");

	if (s.years != 0)
		n += snprintf(out + n, SPAN_TEXT - (size_t)n, "%dY", s.years);
	if (s.months != 0)
		n += snprintf(out + n, SPAN_TEXT - (size_t)n, "%dM",
		    s.months);
	if (s.days != 0 || n == 1)
		(void)snprintf(out + n, SPAN_TEXT - (size_t)n, "%dD", s.days);
	return out;
}

day
birthday(day birth, int years, int on_february_28)
{
	int y, m, d;

	day_split(birth, &y, &m, &d);
	y += years;
	if (m == 2 && d == 29 && !leap(y))
		return on_february_28 ? day_of(y, 2, 28) : day_of(y, 3, 1);
	return day_of(y, m, d);
}
