#ifndef CP_RULES_ICAL_H
#define CP_RULES_ICAL_H

#include <stddef.h>
#include <stdint.h>

#include "archive/buf.h"
#include "lifecycle/rules/date.h"

/*
 * An iCalendar object (RFC 5545) of whole days with alarms, for the calendars
 * of those who keep time limits.  Nothing of it names a person.
 */
struct cp_ical_day {
	const char *uid;      /* "SAR-0001@STORE-ID": stays the same */
	struct cp_date date;
	const char *summary;  /* escaped here, lines folded at 75 octets */
	const char *text;     /* description; or NULL */
	const int *alarms;    /* days before, at nine o'clock of London ... */
	size_t n_alarms;
	int sequence;         /* grows as the day changes */
	int cancelled;
};
/* Begins and ends the object in OUT; STAMP: unix time of DTSTAMP.  The same
 * bytes for the same input.  OUT remembers a failure. */
void cp_ical_begin(struct cp_buf *out, const char *product);
void cp_ical_put(struct cp_buf *out, const struct cp_ical_day *d,
    int64_t stamp);
void cp_ical_end(struct cp_buf *out);

#endif
