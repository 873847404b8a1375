#ifndef CP_RULES_DATE_H
#define CP_RULES_DATE_H

#include <stdint.h>

#include "archive/err.h"

/*
 * Civil dates of the proleptic Gregorian calendar, 1800-01-01 to 9999-12-31,
 * as they are meant in England; no clock, no zone, no time of day.  All
 * functions are pure and thread-safe.
 *
 * Arithmetic that would leave the range gives the date `none', and arithmetic
 * on `none' gives `none': a caller checks once, at the end, with cp_date_set.
 */
struct cp_date {
	int32_t days; /* 1 = 1800-01-01; 0 = none */
};

enum {
	CP_DATE_TEXT = 11,       /* "YYYY-MM-DD" and its NUL */
	CP_DATE_LAST = 2994988,  /* days of 9999-12-31 */
	CP_PERIOD_TEXT = 24,     /* longest "P200Y2400M73000D" and its NUL */
	CP_PERIOD_YEARS_MAX = 200,
	CP_PERIOD_MONTHS_MAX = 2400,
	CP_PERIOD_DAYS_MAX = 73000
};

/* A date known to the year (month = day = 0), the month (day = 0) or the
 * day.  year = 0: not known at all. */
struct cp_partial_date {
	int16_t year;
	int8_t month;
	int8_t day;
};

/* A length of time as a rule writes it; never negative. */
struct cp_period {
	int16_t years;
	int16_t months;
	int32_t days;
};

/* When somebody born on 29 February attains an age in a common year. */
enum cp_leap_rule { CP_LEAP_MARCH_1, CP_LEAP_FEBRUARY_28 };

/* ---- dates ------------------------------------------------------------ */

static inline int
cp_date_set(struct cp_date d)
{
	return d.days != 0;
}

/* Negative, zero or positive; `none' sorts before every date. */
static inline int
cp_date_cmp(struct cp_date a, struct cp_date b)
{
	return (a.days > b.days) - (a.days < b.days);
}

/* The earlier of two, where `none' is no date at all and never wins. */
static inline struct cp_date
cp_date_earlier(struct cp_date a, struct cp_date b)
{
	if (a.days == 0)
		return b;
	return b.days != 0 && b.days < a.days ? b : a;
}

/* The date, or `none' if there is no such day or it is out of range. */
struct cp_date cp_date_make(int year, int month, int day);
/* All zero for `none'. */
void cp_date_split(struct cp_date d, int *year, int *month, int *day);
/* Exactly "YYYY-MM-DD" of a day that exists, else CP_BAD_INPUT. */
enum cp_rc cp_date_parse(const char *text, struct cp_date *out,
    struct cp_err *err) CP_MUST_CHECK;
/* "YYYY-MM-DD"; "" for `none'.  Returns OUT. */
const char *cp_date_format(struct cp_date d, char out[CP_DATE_TEXT]);
/* 0 = Monday ... 6 = Sunday; -1 for `none'. */
int cp_date_weekday(struct cp_date d);
struct cp_date cp_date_add_days(struct cp_date d, int32_t days);
/* The corresponding day; where the month has none, its last (Dodds v Walker
 * [1981] 1 WLR 1027).  MONTHS and YEARS may be negative. */
struct cp_date cp_date_add_months(struct cp_date d, int32_t months);
struct cp_date cp_date_add_years(struct cp_date d, int32_t years);
/* The day on which somebody born on BIRTH is YEARS (>= 0) old: from its first
 * moment (Family Law Reform Act 1969 s.9), and by RULE for 29 February. */
struct cp_date cp_date_attained(struct cp_date birth, int years,
    enum cp_leap_rule rule);
/* "march-1" or "february-28"; a constant. */
const char *cp_leap_rule_word(enum cp_leap_rule rule);
enum cp_rc cp_leap_rule_parse(const char *text, enum cp_leap_rule *out,
    struct cp_err *err) CP_MUST_CHECK;

/* ---- partial dates ---------------------------------------------------- */

/* "YYYY", "YYYY-MM" or "YYYY-MM-DD", else CP_BAD_INPUT. */
enum cp_rc cp_partial_parse(const char *text, struct cp_partial_date *out,
    struct cp_err *err) CP_MUST_CHECK;
/* As short as what is known; "" if nothing is.  Returns OUT. */
const char *cp_partial_format(struct cp_partial_date p,
    char out[CP_DATE_TEXT]);
/* The first and last day it can be; `none' if nothing is known or P is no
 * date. */
struct cp_date cp_partial_first(struct cp_partial_date p);
struct cp_date cp_partial_last(struct cp_partial_date p);
/* Whether the day is known. */
int cp_partial_exact(struct cp_partial_date p);

/* ---- periods ---------------------------------------------------------- */

/*
 * ISO 8601 with years, months and days in this order, at least one of them,
 * no sign, no fraction, no leading zero: "P6Y", "P1Y6M", "P10D", "P0D".  At
 * most 200 years, 2400 months, 73000 days; else CP_BAD_INPUT.
 */
enum cp_rc cp_period_parse(const char *text, struct cp_period *out,
    struct cp_err *err) CP_MUST_CHECK;
/* The shortest text of P.  Returns OUT. */
const char *cp_period_format(struct cp_period p, char out[CP_PERIOD_TEXT]);
int cp_period_is_zero(struct cp_period p);
/* The last day of the period P from FROM: the corresponding date, or the last
 * day of a month that has none; then the days. */
struct cp_date cp_period_end(struct cp_date from, struct cp_period p);
/* The day on which what follows the period falls due: the day after its last
 * day, but for a zero period FROM itself. */
struct cp_date cp_period_after(struct cp_date from, struct cp_period p);

#endif
