#include "lifecycle/duties/page_words.h"

#include <stdio.h>
#include <string.h>

#include "lifecycle/rules/date.h"

static const char *const months[] = { "January", "February", "March", "April",
	"May", "June", "July", "August", "September", "October", "November",
	"December" };

/* "T04:32:07Z", seconds with or without a fraction. */
static int
is_time_of_day(const char *s)
{
	int h, m, sec, at = 0;

	return sscanf(s, "T%2d:%2d:%2d%n", &h, &m, &sec, &at) == 3 &&
	    at == 9 && strlen(s) == 10 && s[9] == 'Z';
}

void
cp_words_time(const char *text, char *out, size_t cap)
{
	char day[CP_DATE_TEXT];
	struct cp_err ignored = { 0 };
	struct cp_date date;
	int y, m, d;

	(void)snprintf(day, sizeof(day), "%.10s", text);
	if (strlen(text) < 10 || (text[10] != '\0' &&
	    !is_time_of_day(text + 10)) ||
	    cp_date_parse(day, &date, &ignored) != CP_OK) {
		(void)snprintf(out, cap, "%s", text);
		return;
	}
	cp_date_split(date, &y, &m, &d);
	if (text[10] == '\0')
		(void)snprintf(out, cap, "%d %s %d", d, months[m - 1], y);
	else
		(void)snprintf(out, cap, "%d %s %d at %.8s UTC", d,
		    months[m - 1], y, text + 11);
}
