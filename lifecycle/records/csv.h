#ifndef CP_RECORDS_CSV_H
#define CP_RECORDS_CSV_H

#include <stddef.h>
#include <stdio.h>

#include "archive/err.h"

/*
 * CSV as RFC 4180 has it, read strictly and as a stream: comma, optional
 * double quotes, "" inside them, line feeds and commas inside quotes, rows
 * ended by CRLF or LF, the last one perhaps by neither; a UTF-8 byte order mark
 * at the start is skipped.  Every row must have as many fields as the first.
 */
struct cp_csv;

enum { CP_CSV_ROW_MAX = 1024 * 1024, CP_CSV_FIELDS_MAX = 256 };

struct cp_csv_row {
	size_t line;        /* in which the row starts, from 1 */
	const char **field; /* NUL-terminated; borrowed until the next row */
	size_t *len;        /* bytes of each */
	size_t n;
	const char *bad; /* NULL, or why this row is refused: a constant */
};

/* IN is borrowed. */
enum cp_rc cp_csv_new(FILE *in, struct cp_csv **out, struct cp_err *err)
    CP_MUST_CHECK;
void cp_csv_free(struct cp_csv *csv);

/*
 * The next row: *ROW points to it, NULL at the end.  Blank lines are skipped.
 * A malformed row (a quote in an unquoted field, text after a closing quote,
 * a bare CR, a NUL, the wrong number of fields, over CP_CSV_ROW_MAX bytes) is
 * given with BAD set and no fields, and reading goes on at the next line; an
 * open quote at the end of the file is BAD, too.  CP_FAILED: reading failed.
 */
enum cp_rc cp_csv_next(struct cp_csv *csv, const struct cp_csv_row **row,
    struct cp_err *err) CP_MUST_CHECK;

#endif
