#include <stdio.h>
#include <string.h>

#include "lifecycle/records/match_priv.h"

enum { DIGITS = 8, YEARS_OFF = 40, YEAR = 4, MONTH = 7 };

struct near_list {
	char (*text)[CP_DATE_TEXT];
	size_t n;
	int year; /* of the date itself */
};

static void
add_text(struct near_list *l, const char *text)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->text[i], text) == 0)
			return;
	if (l->n < MATCH_NEAR_MAX)
		memcpy(l->text[l->n++], text, CP_DATE_TEXT);
}

/* A date that does not exist is not added. */
static void
add_date(struct near_list *l, int year, int month, int day)
{
	char text[CP_DATE_TEXT];
	struct cp_date d = { 0 };

	if (year - l->year <= YEARS_OFF && l->year - year <= YEARS_OFF)
		d = cp_date_make(year, month, day);
	if (cp_date_set(d))
		add_text(l, cp_date_format(d, text));
}

static void
add_digits(struct near_list *l, const char digit[DIGITS])
{
	int v[DIGITS];

	for (int i = 0; i < DIGITS; i++)
		v[i] = digit[i] - '0';
	add_date(l, v[0] * 1000 + v[1] * 100 + v[2] * 10 + v[3],
	    v[4] * 10 + v[5], v[6] * 10 + v[7]);
}

/* Another digit in each place, and two that stand beside each other
 * exchanged. */
static void
add_slips(struct near_list *l, const char text[CP_DATE_TEXT])
{
	char digit[DIGITS];
	char was;

	memcpy(digit, text, 4);
	memcpy(digit + 4, text + 5, 2);
	memcpy(digit + 6, text + 8, 2);
	for (int i = 0; i < DIGITS; i++) {
		was = digit[i];
		for (digit[i] = '0'; digit[i] <= '9'; digit[i]++)
			add_digits(l, digit);
		digit[i] = was;
	}
	for (int i = 0; i + 1 < DIGITS; i++) {
		was = digit[i];
		digit[i] = digit[i + 1];
		digit[i + 1] = was;
		add_digits(l, digit);
		digit[i + 1] = digit[i];
		digit[i] = was;
	}
}

size_t
match_near_dates(struct cp_partial_date d,
    char out[MATCH_NEAR_MAX][CP_DATE_TEXT])
{
	struct near_list l = { out, 0, d.year };
	char text[CP_DATE_TEXT];
	struct cp_date day = cp_partial_first(d);

	add_text(&l, cp_partial_format(d, text));
	if (!cp_partial_exact(d))
		return l.n;
	for (int i = -2; i <= 2; i++)
		add_text(&l, cp_date_format(cp_date_add_days(day, i), text));
	add_date(&l, d.year, d.day, d.month);
	add_slips(&l, out[0]);
	for (int i = -1; i <= 1; i += 2) {
		add_text(&l, cp_date_format(cp_date_add_months(day, i), text));
		add_text(&l, cp_date_format(cp_date_add_years(day, i), text));
	}
	return l.n;
}

size_t
match_masked_dates(struct cp_partial_date d,
    char out[MATCH_MASKS][CP_DATE_TEXT])
{
	char text[CP_DATE_TEXT];

	if (!cp_partial_exact(d))
		return 0;
	(void)cp_partial_format(d, text);
	(void)snprintf(out[0], CP_DATE_TEXT, "%.7s-*", text);
	(void)snprintf(out[1], CP_DATE_TEXT, "%.4s-*%s", text, text + MONTH);
	(void)snprintf(out[2], CP_DATE_TEXT, "*%s", text + YEAR);
	return MATCH_MASKS;
}

int
match_swapped_date(struct cp_partial_date d, char out[CP_DATE_TEXT])
{
	struct cp_date other = { 0 };

	if (cp_partial_exact(d) && d.day != d.month)
		other = cp_date_make(d.year, d.day, d.month);
	cp_date_format(other, out);
	return cp_date_set(other);
}
