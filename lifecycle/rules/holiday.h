#ifndef CP_RULES_HOLIDAY_H
#define CP_RULES_HOLIDAY_H

#include <stddef.h>

#include "archive/err.h"
#include "lifecycle/rules/date.h"

/*
 * Bank holidays of England and Wales (Banking and Financial Dealings Act 1971,
 * and by proclamation), out of policies/holidays/england-wales.csv: a first
 * line `# NAME, version VERSION', then `date,name,status' in the order of
 * dates, where status is `proclaimed' or, of years for which nothing is yet,
 * `by rule'.
 * Pure; read-only after it was read, and so shared between threads freely.
 */
struct cp_holidays;

/* CP_BAD_INPUT names the line: no such date, out of order, twice, another
 * column; a version is needed.  TEXT is borrowed during the call. */
enum cp_rc cp_holidays_parse(const char *name, const char *text, size_t len,
    struct cp_holidays **out, struct cp_err *err) CP_MUST_CHECK;
void cp_holidays_free(struct cp_holidays *h);
const char *cp_holidays_version(const struct cp_holidays *h);
/* The first and the last year of which there is any. */
int cp_holidays_first_year(const struct cp_holidays *h);
int cp_holidays_last_year(const struct cp_holidays *h);
/* The name of the holiday on D, *PROCLAIMED (may be NULL) if it is; NULL. */
const char *cp_holiday_on(const struct cp_holidays *h, struct cp_date d,
    int *proclaimed);
/* Whether D is neither Saturday, Sunday nor bank holiday. */
int cp_working_day(const struct cp_holidays *h, struct cp_date d);
/* D, or the first working day after it.  `none' past the table's last year,
 * where it cannot be known: so is it before its first. */
struct cp_date cp_working_day_from(const struct cp_holidays *h,
    struct cp_date d);

#endif
