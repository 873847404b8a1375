#ifndef CP_RULES_LONDON_H
#define CP_RULES_LONDON_H

#include <stdint.h>

#include "lifecycle/rules/date.h"

/*
 * The civil date in England at a moment, without a zone database: British
 * Summer Time runs from 01:00 UTC on the last Sunday of March to 01:00 UTC on
 * the last Sunday of October (Summer Time Order 2002, SI 2002/262; the same
 * days since 1996).  Earlier moments are told by the same rule.
 * Pure and thread-safe.
 */

/* Seconds by which clocks in England are ahead of UTC at UNIX_TIME (seconds
 * since 1970): 0 or 3600. */
int cp_london_offset(int64_t unix_time);
/* The civil date there; `none' out of the range of dates. */
struct cp_date cp_london_date(int64_t unix_time);

/* The moment at which clocks in England show SECOND (0 to 86399) on D, which
 * must be set.  In the hour that is skipped in March: the first moment after
 * it.  In the hour that comes twice in October: the first of the two. */
int64_t cp_london_unix(struct cp_date d, int32_t second);

/* The date in UTC, and the second of its day (0 to 86399; may be NULL). */
struct cp_date cp_utc_date(int64_t unix_time, int32_t *second);
/* Seconds since 1970 of SECOND on D in UTC; D must be set. */
int64_t cp_utc_unix(struct cp_date d, int32_t second);

enum { CP_UTC_TEXT = 21 }; /* "YYYY-MM-DDThh:mm:ssZ" and its NUL */
/* RFC 3339, UTC, whole seconds; "" out of range.  Returns OUT. */
const char *cp_utc_format(int64_t unix_time, char out[CP_UTC_TEXT]);

#endif
