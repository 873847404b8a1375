#include "lifecycle/rules/ical.h"

#include <string.h>

enum { LINE_OCTETS = 75, ALARM_HOUR = 9, SUNDAY = 6, DAY_SECONDS = 86400 };

/* ---- lines --------------------------------------------------------------- */

/* Appends LINE and CRLF, cut after at most 75 octets, never within a
 * character, each further piece behind a space (RFC 5545, 3.1). */
static void
put_line(struct cp_buf *out, const char *line, size_t len)
{
	size_t room = LINE_OCTETS, n;

	while (len > room) {
		n = room;
		while (n > 1 && ((unsigned char)line[n] & 0xc0) == 0x80)
			n--;
		cp_buf_put(out, line, n);
		cp_buf_puts(out, "\r\n ");
		line += n;
		len -= n;
		room = LINE_OCTETS - 1;
	}
	cp_buf_put(out, line, len);
	cp_buf_puts(out, "\r\n");
}

/* NAME:TEXT, with what a text must not hold escaped (3.3.11). */
static void
put_text(struct cp_buf *out, const char *name, const char *text)
{
	struct cp_buf line;

	cp_buf_init(&line);
	cp_buf_puts(&line, name);
	cp_buf_putc(&line, ':');
	for (; *text != '\0'; text++) {
		if (*text == '\n')
			cp_buf_puts(&line, "\\n");
		else if (strchr("\\;,", *text) != NULL)
			cp_buf_printf(&line, "\\%c", *text);
		else if ((unsigned char)*text >= ' ' && *text != '\x7f')
			cp_buf_putc(&line, *text);
	}
	put_line(out, cp_buf_text(&line), line.len);
	out->failed |= line.failed;
	cp_buf_clear(&line);
}

static void
put_day(struct cp_buf *out, const char *name, struct cp_date date)
{
	int y, m, d;

	cp_date_split(date, &y, &m, &d);
	cp_buf_printf(out, "%s;VALUE=DATE:%04d%02d%02d\r\n", name, y, m, d);
}

/* "20260302T090000Z", unix time. */
static void
put_moment(struct cp_buf *out, const char *name, int64_t when)
{
	int64_t days = when / DAY_SECONDS, rest = when % DAY_SECONDS;
	int y, m, d;

	if (rest < 0) {
		days--;
		rest += DAY_SECONDS;
	}
	cp_date_split(cp_date_add_days(cp_date_make(1970, 1, 1),
	    (int32_t)days), &y, &m, &d);
	cp_buf_printf(out, "%s:%04d%02d%02dT%02d%02d%02dZ\r\n", name, y, m, d,
	    (int)(rest / 3600), (int)(rest / 60 % 60), (int)(rest % 60));
}

/* ---- alarms -------------------------------------------------------------- */

static struct cp_date
last_sunday(int year, int month)
{
	struct cp_date d = cp_date_make(year, month, 31);

	return cp_date_add_days(d, -((cp_date_weekday(d) + 1) % 7));
}

/* Nine o'clock of London on D, as unix time: clocks are ahead by an hour from
 * the last Sunday of March to that of October (Summer Time Order 2002). */
static int64_t
nine_in_london(struct cp_date date)
{
	int64_t days = date.days - cp_date_make(1970, 1, 1).days;
	int y, m, d, summer;

	cp_date_split(date, &y, &m, &d);
	summer = cp_date_cmp(date, last_sunday(y, 3)) >= 0 &&
	    cp_date_cmp(date, last_sunday(y, 10)) < 0;
	return days * DAY_SECONDS + (ALARM_HOUR - summer) * 3600;
}

static void
put_alarm(struct cp_buf *out, const struct cp_ical_day *d, int before)
{
	struct cp_date on = cp_date_add_days(d->date, -before);

	if (!cp_date_set(on))
		return;
	cp_buf_puts(out, "BEGIN:VALARM\r\nACTION:DISPLAY\r\n");
	put_text(out, "DESCRIPTION", d->summary);
	put_moment(out, "TRIGGER;VALUE=DATE-TIME", nine_in_london(on));
	cp_buf_puts(out, "END:VALARM\r\n");
}

/* ---- the object ---------------------------------------------------------- */

void
cp_ical_begin(struct cp_buf *out, const char *product)
{
	cp_buf_puts(out, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n");
	put_text(out, "PRODID", product);
	cp_buf_puts(out, "CALSCALE:GREGORIAN\r\nMETHOD:PUBLISH\r\n");
}

void
cp_ical_put(struct cp_buf *out, const struct cp_ical_day *d, int64_t stamp)
{
	cp_buf_puts(out, "BEGIN:VEVENT\r\n");
	put_text(out, "UID", d->uid);
	put_moment(out, "DTSTAMP", stamp);
	cp_buf_printf(out, "SEQUENCE:%d\r\n", d->sequence);
	put_day(out, "DTSTART", d->date);
	put_day(out, "DTEND", cp_date_add_days(d->date, 1));
	put_text(out, "SUMMARY", d->summary);
	if (d->text != NULL)
		put_text(out, "DESCRIPTION", d->text);
	cp_buf_puts(out, "CLASS:CONFIDENTIAL\r\nTRANSP:TRANSPARENT\r\n");
	cp_buf_puts(out, d->cancelled ? "STATUS:CANCELLED\r\n" :
	    "STATUS:CONFIRMED\r\n");
	for (size_t i = 0; i < d->n_alarms && !d->cancelled; i++)
		put_alarm(out, d, d->alarms[i]);
	cp_buf_puts(out, "END:VEVENT\r\n");
}

void
cp_ical_end(struct cp_buf *out)
{
	cp_buf_puts(out, "END:VCALENDAR\r\n");
}
