#include "lifecycle/rules/date.h"

#include <stdio.h>
#include <string.h>

enum { YEAR_FIRST = 1800, YEAR_LAST = 9999, DAYS_400Y = 146097 };

static const struct cp_date NO_DATE = { 0 };

static int
is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int
month_days(int year, int month)
{
	static const int8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };

	return days[month - 1] + (month == 2 && is_leap(year));
}

/*
 * Days since 1600-03-01 of a year that begins in March, so that the leap day
 * comes last.  The months from March have 153 days in each group of five.
 */
static int32_t
march_days(int year, int month, int day)
{
	int32_t y = year - 1600 - (month <= 2);
	int32_t m = month > 2 ? month - 3 : month + 9;

	return y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day -
	    1;
}

enum { MARCH_DAYS_1800 = 72989 }; /* march_days(1800, 1, 1) */

struct cp_date
cp_date_make(int year, int month, int day)
{
	struct cp_date d;

	if (year < YEAR_FIRST || year > YEAR_LAST || month < 1 || month > 12 ||
	    day < 1 || day > month_days(year, month))
		return NO_DATE;
	d.days = march_days(year, month, day) - MARCH_DAYS_1800 + 1;
	return d;
}

void
cp_date_split(struct cp_date d, int *year, int *month, int *day)
{
	int32_t n, era, doe, yoe, doy, m;

	if (d.days <= 0 || d.days > CP_DATE_LAST) {
		*year = *month = *day = 0;
		return;
	}
	n = d.days - 1 + MARCH_DAYS_1800;
	era = n / DAYS_400Y;
	doe = n % DAYS_400Y;
	/* The last day of 4, 100 and 400 years must not count as a new one. */
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	m = (5 * doy + 2) / 153;
	*day = doy - (153 * m + 2) / 5 + 1;
	*month = m < 10 ? m + 3 : m - 9;
	*year = 1600 + era * 400 + yoe + (*month <= 2);
}

/* LEN digits at S as a number, or -1. */
static int
digits(const char *s, int len)
{
	int n = 0, i;

	for (i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -1;
		n = n * 10 + (s[i] - '0');
	}
	return n;
}

static struct cp_date
read_date(const char *text)
{
	if (strnlen(text, CP_DATE_TEXT) != CP_DATE_TEXT - 1 ||
	    text[4] != '-' || text[7] != '-')
		return NO_DATE;
	return cp_date_make(digits(text, 4), digits(text + 5, 2),
	    digits(text + 8, 2));
}

enum cp_rc
cp_date_parse(const char *text, struct cp_date *out, struct cp_err *err)
{
	struct cp_date d = read_date(text);

	if (!cp_date_set(d))
		return cp_fail(err, CP_BAD_INPUT, "not a date: it must be "
		    "YYYY-MM-DD and a day that exists, from 1800 on");
	*out = d;
	return CP_OK;
}

static void
put_digits(char *at, int n, int len)
{
	while (len-- > 0) {
		at[len] = (char)('0' + n % 10);
		n /= 10;
	}
}

const char *
cp_date_format(struct cp_date d, char out[CP_DATE_TEXT])
{
	int year, month, day;

	cp_date_split(d, &year, &month, &day);
	if (year == 0) {
		out[0] = '\0';
		return out;
	}
	put_digits(out, year, 4);
	out[4] = '-';
	put_digits(out + 5, month, 2);
	out[7] = '-';
	put_digits(out + 8, day, 2);
	out[10] = '\0';
	return out;
}

int
cp_date_weekday(struct cp_date d)
{
	/* 1800-01-01 was a Wednesday. */
	return d.days <= 0 ? -1 : (d.days + 1) % 7;
}

struct cp_date
cp_date_add_days(struct cp_date d, int32_t days)
{
	int64_t n = (int64_t)d.days + days;

	if (!cp_date_set(d) || n < 1 || n > CP_DATE_LAST)
		return NO_DATE;
	d.days = (int32_t)n;
	return d;
}

struct cp_date
cp_date_add_months(struct cp_date d, int32_t months)
{
	int year, month, day, last;
	int64_t m;

	if (!cp_date_set(d))
		return NO_DATE;
	cp_date_split(d, &year, &month, &day);
	m = (int64_t)year * 12 + month - 1 + months;
	if (m < YEAR_FIRST * 12 || m >= (YEAR_LAST + 1) * 12)
		return NO_DATE;
	year = (int)(m / 12);
	month = (int)(m % 12) + 1;
	last = month_days(year, month);
	return cp_date_make(year, month, day < last ? day : last);
}

struct cp_date
cp_date_add_years(struct cp_date d, int32_t years)
{
	if (years > YEAR_LAST || years < -YEAR_LAST)
		return NO_DATE;
	return cp_date_add_months(d, years * 12);
}

struct cp_date
cp_date_attained(struct cp_date birth, int years, enum cp_leap_rule rule)
{
	int year, month, day;

	cp_date_split(birth, &year, &month, &day);
	if (year == 0 || years < 0 || years > YEAR_LAST)
		return NO_DATE;
	year += years;
	if (month == 2 && day == 29 && !is_leap(year)) {
		month = rule == CP_LEAP_MARCH_1 ? 3 : 2;
		day = rule == CP_LEAP_MARCH_1 ? 1 : 28;
	}
	return cp_date_make(year, month, day);
}

const char *
cp_leap_rule_word(enum cp_leap_rule rule)
{
	return rule == CP_LEAP_MARCH_1 ? "march-1" : "february-28";
}

enum cp_rc
cp_leap_rule_parse(const char *text, enum cp_leap_rule *out,
    struct cp_err *err)
{
	if (strcmp(text, "march-1") == 0)
		*out = CP_LEAP_MARCH_1;
	else if (strcmp(text, "february-28") == 0)
		*out = CP_LEAP_FEBRUARY_28;
	else
		return cp_fail(err, CP_BAD_INPUT,
		    "it must be \"march-1\" or \"february-28\"");
	return CP_OK;
}

/* ---- partial dates ------------------------------------------------------- */

static int
partial_valid(struct cp_partial_date p)
{
	if (p.year < YEAR_FIRST || p.year > YEAR_LAST)
		return 0;
	if (p.month == 0)
		return p.day == 0;
	return cp_date_set(cp_date_make(p.year, p.month,
	    p.day == 0 ? 1 : p.day));
}

enum cp_rc
cp_partial_parse(const char *text, struct cp_partial_date *out,
    struct cp_err *err)
{
	size_t len = strnlen(text, CP_DATE_TEXT);
	struct cp_partial_date p = { 0, 0, 0 };
	int ok = len == 4 || len == 7 || len == 10;

	if (ok) {
		p.year = (int16_t)digits(text, 4);
		if (len >= 7)
			p.month = (int8_t)digits(text + 5, 2);
		if (len == 10)
			p.day = (int8_t)digits(text + 8, 2);
		/* A zero written out is no way to say `unknown'. */
		ok = (len < 7 || (text[4] == '-' && p.month != 0)) &&
		    (len < 10 || (text[7] == '-' && p.day != 0)) &&
		    partial_valid(p);
	}
	if (!ok)
		return cp_fail(err, CP_BAD_INPUT, "not a date: it must be "
		    "YYYY, YYYY-MM or YYYY-MM-DD and exist, from 1800 on");
	*out = p;
	return CP_OK;
}

const char *
cp_partial_format(struct cp_partial_date p, char out[CP_DATE_TEXT])
{
	int len = p.month == 0 ? 4 : p.day == 0 ? 7 : 10;

	if (!partial_valid(p)) {
		out[0] = '\0';
		return out;
	}
	put_digits(out, p.year, 4);
	out[4] = out[7] = '-';
	put_digits(out + 5, p.month, 2);
	put_digits(out + 8, p.day, 2);
	out[len] = '\0';
	return out;
}

struct cp_date
cp_partial_first(struct cp_partial_date p)
{
	if (!partial_valid(p))
		return NO_DATE;
	return cp_date_make(p.year, p.month == 0 ? 1 : p.month,
	    p.day == 0 ? 1 : p.day);
}

struct cp_date
cp_partial_last(struct cp_partial_date p)
{
	int month = p.month == 0 ? 12 : p.month;

	if (!partial_valid(p))
		return NO_DATE;
	return cp_date_make(p.year, month,
	    p.day == 0 ? month_days(p.year, month) : p.day);
}

int
cp_partial_exact(struct cp_partial_date p)
{
	return p.day != 0 && partial_valid(p);
}

/* ---- periods ------------------------------------------------------------- */

/* Reads "NUMBER UNIT" at *S, moving it; MAX is the most.  0: not there;
 * 1: read; -1: wrong. */
static int
period_part(const char **s, char unit, int32_t max, int32_t *out)
{
	const char *at = *s;
	int64_t n = 0;

	while (*at >= '0' && *at <= '9' && n <= max)
		n = n * 10 + (*at++ - '0');
	if (at == *s || *at != unit)
		return 0;
	if (n > max || (**s == '0' && at - *s > 1))
		return -1;
	*out = (int32_t)n;
	*s = at + 1;
	return 1;
}

enum cp_rc
cp_period_parse(const char *text, struct cp_period *out, struct cp_err *err)
{
	int32_t years = 0, months = 0, days = 0;
	const char *s = text + 1;
	int y, m, d;

	if (text[0] == 'P') {
		y = period_part(&s, 'Y', CP_PERIOD_YEARS_MAX, &years);
		m = period_part(&s, 'M', CP_PERIOD_MONTHS_MAX, &months);
		d = period_part(&s, 'D', CP_PERIOD_DAYS_MAX, &days);
		if (y >= 0 && m >= 0 && d >= 0 && y + m + d > 0 &&
		    *s == '\0') {
			out->years = (int16_t)years;
			out->months = (int16_t)months;
			out->days = days;
			return CP_OK;
		}
	}
	return cp_fail(err, CP_BAD_INPUT, "not a period: it must read like "
	    "P6Y, P3M, P10D, P1Y6M or P0D, of at most 200 years");
}

const char *
cp_period_format(struct cp_period p, char out[CP_PERIOD_TEXT])
{
	char y[8] = "", m[8] = "", d[16] = "";

	if (p.years != 0)
		(void)snprintf(y, sizeof(y), "%dY", p.years);
	if (p.months != 0)
		(void)snprintf(m, sizeof(m), "%dM", p.months);
	if (p.days != 0 || cp_period_is_zero(p))
		(void)snprintf(d, sizeof(d), "%dD", (int)p.days);
	(void)snprintf(out, CP_PERIOD_TEXT, "P%.5s%.6s%.8s", y, m, d);
	return out;
}

int
cp_period_is_zero(struct cp_period p)
{
	return p.years == 0 && p.months == 0 && p.days == 0;
}

struct cp_date
cp_period_end(struct cp_date from, struct cp_period p)
{
	return cp_date_add_days(
	    cp_date_add_months(from, p.years * 12 + p.months), p.days);
}

struct cp_date
cp_period_after(struct cp_date from, struct cp_period p)
{
	if (cp_period_is_zero(p))
		return from;
	return cp_date_add_days(cp_period_end(from, p), 1);
}
