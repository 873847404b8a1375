#ifndef CP_DUTIES_PAGE_WORDS_H
#define CP_DUTIES_PAGE_WORDS_H

#include <stddef.h>

/* A date (ISO 8601) or a time (RFC 3339 in UTC) in plain words, into OUT of CAP
 * bytes: "2 March 2028", "2 March 2028 at 04:32:07 UTC".  Any other text stays
 * as it is, cut where it is too long; "" gives "". */
void cp_words_time(const char *text, char *out, size_t cap);

#endif
