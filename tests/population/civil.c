#include "tests/population/pop.h"

#include <stdlib.h>
#include <string.h>

/* Live births in England by calendar year (ONS), 2005 to 2024. */
enum { BIRTHS_FROM = 2005 };
static const uint32_t births_in_year[] = { 613028, 635748, 655357, 672809,
	671058, 687007, 688120, 694241, 664517, 661496, 664399, 663157, 646794,
	625651, 610505, 585195, 595948, 577046, 563561, 567708 };

static bool
leap(int y)
{
	return y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
}

static int
month_days(int y, int m)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };

	return m == 2 && leap(y) ? 29 : days[m - 1];
}

/* Years begin in March, so that the leap day is their last. */
int32_t
day_of(int y, int m, int d)
{
	int shifted = m <= 2 ? y - 1 : y;
	int month = (m + 9) % 12;

	return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 +
	    (month * 153 + 2) / 5 + d - 1 - 719468;
}

void
day_split(int32_t day, int *y, int *m, int *d)
{
	int32_t n = day + 719468;
	int32_t era = n / 146097, in_era = n % 146097;
	int32_t year = (in_era - in_era / 1460 + in_era / 36524 -
	    in_era / 146096) / 365;
	int32_t in_year = in_era - (365 * year + year / 4 - year / 100);
	int32_t month = (5 * in_year + 2) / 153;

	*d = in_year - (153 * month + 2) / 5 + 1;
	*m = month < 10 ? month + 3 : month - 9;
	*y = year + era * 400 + (*m <= 2);
}

bool
day_parse(const char *s, int32_t *day)
{
	int v[3] = { 0, 0, 0 }, part = 0;
	size_t i;

	if (strlen(s) != 10)
		return false;
	for (i = 0; i < 10; i++) {
		if (i == 4 || i == 7) {
			if (s[i] != '-')
				return false;
			part++;
		} else if (s[i] < '0' || s[i] > '9') {
			return false;
		} else {
			v[part] = v[part] * 10 + (s[i] - '0');
		}
	}
	if (v[0] < 1800 || v[1] < 1 || v[1] > 12 || v[2] < 1 ||
	    v[2] > month_days(v[0], v[1]))
		return false;
	*day = day_of(v[0], v[1], v[2]);
	return true;
}

static void
digits(char *at, int value, int width)
{
	while (width-- > 0) {
		at[width] = (char)('0' + value % 10);
		value /= 10;
	}
}

void
day_text(int32_t day, char out[11])
{
	int y, m, d;

	day_split(day, &y, &m, &d);
	digits(out, y, 4);
	digits(out + 5, m, 2);
	digits(out + 8, d, 2);
	out[4] = out[7] = '-';
	out[10] = '\0';
}

int32_t
day_birthday(int32_t birth, int n)
{
	int y, m, d;

	day_split(birth, &y, &m, &d);
	if (m == 2 && d == 29 && !leap(y + n))
		return day_of(y + n, 3, 1);
	return day_of(y + n, m, d);
}

int
day_age(int32_t birth, int32_t on)
{
	int by, oy, m, d;

	day_split(birth, &by, &m, &d);
	day_split(on, &oy, &m, &d);
	return oy - by - (day_birthday(birth, oy - by) > on);
}

bool
births_init(struct births *b, int32_t first, int32_t last)
{
	const int years = (int)(sizeof(births_in_year) /
	    sizeof(births_in_year[0]));
	uint64_t sum = 0;
	uint32_t i;
	int y, m, d;

	b->first = first;
	b->n = (uint32_t)(last - first + 1);
	b->cum = calloc(b->n, sizeof(*b->cum));
	if (b->cum == NULL)
		return false;
	for (i = 0; i < b->n; i++) {
		day_split(first + (int32_t)i, &y, &m, &d);
		y -= BIRTHS_FROM;
		if (y < 0)
			y = 0;
		if (y >= years)
			y = years - 1;
		sum += births_in_year[y] / 365;
		b->cum[i] = sum;
	}
	return true;
}

void
births_clear(struct births *b)
{
	free(b->cum);
	b->cum = NULL;
}

uint64_t
births_total(const struct births *b)
{
	return b->cum[b->n - 1];
}

int32_t
births_day(const struct births *b, uint64_t at)
{
	uint32_t low = 0, high = b->n - 1, mid;

	at %= births_total(b);
	while (low < high) {
		mid = low + (high - low) / 2;
		if (b->cum[mid] > at)
			high = mid;
		else
			low = mid + 1;
	}
	return b->first + (int32_t)low;
}
