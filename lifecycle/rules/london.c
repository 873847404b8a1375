#include "lifecycle/rules/london.h"

#include <stdio.h>

enum { DAY = 86400, HOUR = 3600, MARCH = 3, OCTOBER = 10 };

/* 1970-01-01 as a day number of cp_date. */
static int64_t
epoch(void)
{
	return cp_date_make(1970, 1, 1).days;
}

struct cp_date
cp_utc_date(int64_t unix_time, int32_t *second)
{
	struct cp_date d = { 0 };
	int64_t day = unix_time / DAY, rest = unix_time % DAY;

	if (rest < 0) {
		rest += DAY;
		day--;
	}
	if (second != NULL)
		*second = (int32_t)rest;
	/* Compared before it is added: no overflow at either end. */
	if (day >= 1 - epoch() && day <= CP_DATE_LAST - epoch())
		d.days = (int32_t)(day + epoch());
	return d;
}

int64_t
cp_utc_unix(struct cp_date d, int32_t second)
{
	return (d.days - epoch()) * DAY + second;
}

/* 01:00 UTC on the last Sunday of MONTH, one of 31 days. */
static int64_t
change(int year, int month)
{
	struct cp_date last = cp_date_make(year, month, 31);
	int since_sunday = (cp_date_weekday(last) + 1) % 7;

	return cp_utc_unix(cp_date_add_days(last, -since_sunday), HOUR);
}

int
cp_london_offset(int64_t unix_time)
{
	struct cp_date d = cp_utc_date(unix_time, NULL);
	int year, month, day;

	if (!cp_date_set(d))
		return 0;
	cp_date_split(d, &year, &month, &day);
	return unix_time >= change(year, MARCH) &&
	    unix_time < change(year, OCTOBER) ? HOUR : 0;
}

struct cp_date
cp_london_date(int64_t unix_time)
{
	return cp_utc_date(unix_time + cp_london_offset(unix_time), NULL);
}

int64_t
cp_london_unix(struct cp_date d, int32_t second)
{
	int64_t winter = cp_utc_unix(d, second), summer = winter - HOUR;

	if (cp_london_offset(summer) == HOUR)
		return summer;
	/* Before the change by the one reckoning and after it by the other:
	 * no clock ever showed it. */
	if (cp_london_offset(winter) == HOUR)
		return cp_utc_unix(d, HOUR);
	return winter;
}

const char *
cp_utc_format(int64_t unix_time, char out[CP_UTC_TEXT])
{
	char date[CP_DATE_TEXT];
	int32_t s;
	struct cp_date d = cp_utc_date(unix_time, &s);

	out[0] = '\0';
	if (cp_date_set(d))
		(void)snprintf(out, CP_UTC_TEXT, "%sT%02u:%02u:%02uZ",
		    cp_date_format(d, date), (unsigned)s / HOUR % 24,
		    (unsigned)s / 60 % 60, (unsigned)s % 60);
	return out;
}
