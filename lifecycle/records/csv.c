#include "lifecycle/records/csv.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { CSV_FIRST = 65536, CSV_EOF = -1, CSV_LONG = -2, CSV_BROKEN = -3 };

/*
 * raw[start..end) is what was read and not yet given out; a row is parsed from
 * START on, by offsets from it, so that a bad row can be given up and reading
 * go on after its first line.
 */
struct cp_csv {
	FILE *in;
	uint8_t *raw;
	size_t start;
	size_t end;
	size_t cap;
	int eof;
	int begun;
	size_t line; /* of START */
	size_t columns;
	char *text; /* fields, unquoted, each with its NUL */
	size_t text_len;
	size_t at; /* next byte, from START */
	const char *bad;
	size_t place[CP_CSV_FIELDS_MAX];
	const char *field[CP_CSV_FIELDS_MAX];
	size_t len[CP_CSV_FIELDS_MAX];
	struct cp_csv_row row;
};

static int
csv_resize(struct cp_csv *csv, size_t cap)
{
	uint8_t *raw = realloc(csv->raw, cap);
	char *text;

	if (raw == NULL)
		return 0;
	csv->raw = raw;
	text = realloc(csv->text, cap + CP_CSV_FIELDS_MAX + 1);
	if (text == NULL)
		return 0;
	csv->text = text;
	csv->cap = cap;
	return 1;
}

enum cp_rc
cp_csv_new(FILE *in, struct cp_csv **out, struct cp_err *err)
{
	struct cp_csv *csv = calloc(1, sizeof(*csv));

	if (csv == NULL || !csv_resize(csv, CSV_FIRST)) {
		cp_csv_free(csv);
		return cp_fail(err, CP_FAILED, "out of memory");
	}
	csv->in = in;
	csv->line = 1;
	*out = csv;
	return CP_OK;
}

void
cp_csv_free(struct cp_csv *csv)
{
	if (csv == NULL)
		return;
	if (csv->raw != NULL)
		explicit_bzero(csv->raw, csv->cap);
	if (csv->text != NULL)
		explicit_bzero(csv->text, csv->cap);
	free(csv->raw);
	free(csv->text);
	free(csv);
}

/* Reads more after END; 0 when there is no more or no room (see csv_peek). */
static int
csv_fill(struct cp_csv *csv)
{
	size_t n;

	if (csv->eof)
		return CSV_EOF;
	if (csv->start > 0) {
		memmove(csv->raw, csv->raw + csv->start,
		    csv->end - csv->start);
		csv->end -= csv->start;
		csv->start = 0;
	}
	if (csv->end == csv->cap && csv->cap >= 2 * CP_CSV_ROW_MAX)
		return CSV_LONG;
	if (csv->end == csv->cap && !csv_resize(csv, csv->cap * 2))
		return CSV_BROKEN;
	n = fread(csv->raw + csv->end, 1, csv->cap - csv->end, csv->in);
	csv->end += n;
	if (n > 0)
		return 0;
	csv->eof = 1;
	return ferror(csv->in) ? CSV_BROKEN : CSV_EOF;
}

/* The byte AT; CSV_EOF, CSV_LONG when the row is too long, or CSV_BROKEN. */
static int
csv_peek(struct cp_csv *csv)
{
	int rc;

	if (csv->at > CP_CSV_ROW_MAX)
		return CSV_LONG;
	if (csv->start + csv->at == csv->end) {
		rc = csv_fill(csv);
		if (rc < 0)
			return rc;
	}
	return csv->raw[csv->start + csv->at];
}

static void
csv_keep(struct cp_csv *csv, int c)
{
	csv->text[csv->text_len++] = (char)c;
	csv->at++;
}

/* Inside quotes, the first one taken; stops after the closing one.  Returns
 * what follows, as csv_peek. */
static int
csv_quoted(struct cp_csv *csv)
{
	int c;

	for (;;) {
		c = csv_peek(csv);
		if (c < 0) {
			if (c == CSV_EOF)
				csv->bad = "quote not closed";
			return c;
		}
		if (c == '"') {
			csv->at++;
			c = csv_peek(csv);
			if (c != '"')
				return c;
		}
		if (c == '\0')
			csv->bad = "NUL character";
		csv_keep(csv, c);
	}
}

static int
csv_unquoted(struct cp_csv *csv)
{
	int c;

	while ((c = csv_peek(csv)) >= 0 && c != ',' && c != '\n' &&
	    c != '\r') {
		if (c == '"')
			csv->bad = "quote inside an unquoted field";
		if (c == '\0')
			csv->bad = "NUL character";
		csv_keep(csv, c);
	}
	return c;
}

/* One field and what ends it: ',' '\n' or a negative code; BAD for others. */
static int
csv_field(struct cp_csv *csv)
{
	int c;

	if (csv->row.n == CP_CSV_FIELDS_MAX) {
		csv->bad = "too many fields";
		return CSV_EOF;
	}
	csv->place[csv->row.n] = csv->text_len;
	c = csv_peek(csv);
	if (c == '"') {
		csv->at++;
		c = csv_quoted(csv);
	} else {
		c = csv_unquoted(csv);
	}
	csv->len[csv->row.n] = csv->text_len - csv->place[csv->row.n];
	csv->text[csv->text_len++] = '\0';
	csv->row.n++;
	if (c == '\r') {
		csv->at++;
		c = csv_peek(csv);
		if (c != '\n' && c != CSV_LONG && c != CSV_BROKEN) {
			csv->bad = "carriage return without line feed";
			return CSV_EOF;
		}
	}
	if (c == ',' || c == '\n')
		csv->at++;
	else if (c >= 0)
		csv->bad = "text after a closing quote";
	return c;
}

/* Goes to the line after the N bytes from START. */
static void
csv_advance(struct cp_csv *csv, size_t n)
{
	const uint8_t *p = csv->raw + csv->start;
	const uint8_t *end = p + n;

	while ((p = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		csv->line++;
		p++;
	}
	csv->start += n;
	csv->at = 0;
}

/* Gives up the line that begins at START, however long it is. */
static int
csv_skip_line(struct cp_csv *csv)
{
	const uint8_t *p;
	int rc;

	for (;;) {
		p = memchr(csv->raw + csv->start, '\n',
		    csv->end - csv->start);
		if (p != NULL) {
			csv_advance(csv, (size_t)(p + 1 - csv->raw) -
			    csv->start);
			return 0;
		}
		csv->start = csv->end;
		csv->at = 0;
		rc = csv_fill(csv);
		if (rc < 0)
			return rc;
	}
}

static int
csv_row(struct cp_csv *csv)
{
	int c;

	csv->at = csv->text_len = csv->row.n = 0;
	csv->bad = NULL;
	do {
		c = csv_field(csv);
	} while (c == ',' && csv->bad == NULL);
	if (c == CSV_LONG)
		csv->bad = "over 1 MiB long";
	if (csv->bad == NULL && csv->columns != 0 &&
	    csv->row.n != csv->columns)
		csv->bad = csv->row.n < csv->columns ? "too few fields" :
		    "too many fields";
	return c == CSV_BROKEN ? CSV_BROKEN : 0;
}

/* Passes a byte order mark at the start of the file. */
static int
csv_mark(struct cp_csv *csv)
{
	static const uint8_t mark[] = { 0xEF, 0xBB, 0xBF };
	int rc = 0;

	while (csv->end < sizeof(mark) && rc == 0)
		rc = csv_fill(csv);
	if (csv->end >= sizeof(mark) &&
	    memcmp(csv->raw, mark, sizeof(mark)) == 0)
		csv->start = sizeof(mark);
	csv->begun = 1;
	return rc == CSV_BROKEN ? rc : 0;
}

/* Passes blank lines; the first byte of a row, or a negative code. */
static int
csv_begin(struct cp_csv *csv)
{
	int c;

	if (!csv->begun && csv_mark(csv) != 0)
		return CSV_BROKEN;
	for (;;) {
		csv->at = 0;
		c = csv_peek(csv);
		if (c == '\r') {
			csv->at = 1;
			if (csv_peek(csv) != '\n')
				return c;
			c = '\n';
		}
		if (c != '\n')
			return c;
		csv_advance(csv, csv->at + 1);
	}
}

static enum cp_rc
csv_failed(struct cp_csv *csv, struct cp_err *err)
{
	return ferror(csv->in) ?
	    cp_fail_errno(err, CP_FAILED, "reading CSV") :
	    cp_fail(err, CP_FAILED, "out of memory");
}

enum cp_rc
cp_csv_next(struct cp_csv *csv, const struct cp_csv_row **row,
    struct cp_err *err)
{
	int c = csv_begin(csv);

	*row = NULL;
	if (c == CSV_EOF)
		return CP_OK;
	if (c < 0 || csv_row(csv) == CSV_BROKEN)
		return csv_failed(csv, err);
	csv->row.line = csv->line;
	csv->row.bad = csv->bad;
	if (csv->bad != NULL) {
		csv->row.n = 0;
		if (csv_skip_line(csv) == CSV_BROKEN)
			return csv_failed(csv, err);
	} else {
		csv_advance(csv, csv->at);
		if (csv->columns == 0)
			csv->columns = csv->row.n;
	}
	for (size_t i = 0; i < csv->row.n; i++)
		csv->field[i] = csv->text + csv->place[i];
	csv->row.field = csv->field;
	csv->row.len = csv->len;
	*row = &csv->row;
	return CP_OK;
}
