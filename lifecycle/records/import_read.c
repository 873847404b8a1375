#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "archive/file.h"
#include "lifecycle/records/import_impl.h"

enum { READ_SIZE = 256 * 1024 };

/* ---- opening ---- */

static int
ends_in(const char *name, const char *end)
{
	size_t n = strlen(name), m = strlen(end);

	return n >= m && strcasecmp(name + n - m, end) == 0;
}

static enum cp_rc
guess(struct import_reader *r, const char *path, int *csv, struct cp_err *err)
{
	int c;

	*csv = ends_in(path, ".csv");
	if (*csv || ends_in(path, ".ndjson") || ends_in(path, ".jsonl") ||
	    ends_in(path, ".json"))
		return CP_OK;
	c = getc(r->in);
	if (c == EOF && ferror(r->in))
		return cp_fail_errno(err, CP_FAILED, "%s", path);
	*csv = c != EOF && strchr("{ \t\r\n", c) == NULL;
	if (c != EOF)
		(void)ungetc(c, r->in);
	return CP_OK;
}

static enum cp_rc
map_column(struct import_reader *r, const char *name, size_t len, int at,
    struct cp_err *err)
{
	for (int i = 0; i < CP_CSV_COLUMNS; i++) {
		if (strlen(cp_document_columns[i]) != len ||
		    memcmp(cp_document_columns[i], name, len) != 0)
			continue;
		if (r->column[i] >= 0)
			return cp_fail(err, CP_BAD_INPUT, "the header has the "
			    "column %s twice", cp_document_columns[i]);
		r->column[i] = at;
		return CP_OK;
	}
	/* In a file without a header this would be a person's. */
	if (at == 0 || memchr(name, '\0', len) != NULL || len > 32)
		return cp_fail(err, CP_BAD_INPUT, "column %d of the header is "
		    "not known", at + 1);
	return cp_fail(err, CP_BAD_INPUT, "column %d of the header is not "
	    "known: %s", at + 1, name);
}

static enum cp_rc
read_header(struct import_reader *r, struct cp_err *err)
{
	const struct cp_csv_row *row = NULL;
	enum cp_rc rc = cp_csv_new(r->in, &r->rows, err);

	for (int i = 0; i < CP_CSV_COLUMNS; i++)
		r->column[i] = -1;
	if (rc == CP_OK)
		rc = cp_csv_next(r->rows, &row, err);
	if (rc != CP_OK)
		return rc;
	if (row == NULL || row->bad != NULL)
		return cp_fail(err, CP_BAD_INPUT, "no CSV header: %s",
		    row == NULL ? "the file is empty" : row->bad);
	for (size_t i = 0; rc == CP_OK && i < row->n; i++)
		rc = map_column(r, row->field[i], row->len[i], (int)i, err);
	for (int i = 0; rc == CP_OK && i < CP_CSV_COLUMNS; i++)
		if (r->column[i] < 0)
			rc = cp_fail(err, CP_BAD_INPUT, "the header has no "
			    "column %s", cp_document_columns[i]);
	return rc;
}

enum cp_rc
import_reader_open(struct import_reader *r, const char *path,
    enum cp_import_format format, struct cp_err *err)
{
	int fd = -1;
	enum cp_rc rc = CP_OK;

	memset(r, 0, sizeof(*r));
	r->line = 1;
	if (strcmp(path, "-") == 0)
		fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	else
		rc = cp_file_open(path, O_RDONLY, &fd, err);
	if (rc != CP_OK)
		return rc;
	if (fd < 0 || (r->in = fdopen(fd, "r")) == NULL) {
		rc = cp_fail_errno(err, CP_FAILED, "%s", path);
		if (fd >= 0)
			(void)close(fd);
		return rc;
	}
	r->csv = format == CP_IMPORT_CSV;
	if (format == CP_IMPORT_GUESS)
		rc = guess(r, path, &r->csv, err);
	if (rc == CP_OK && r->csv)
		rc = read_header(r, err);
	else if (rc == CP_OK && (r->buf = malloc(READ_SIZE)) == NULL)
		rc = cp_fail(err, CP_FAILED, "out of memory");
	if (rc != CP_OK)
		import_reader_close(r);
	return rc;
}

void
import_reader_close(struct import_reader *r)
{
	cp_csv_free(r->rows);
	if (r->buf != NULL)
		explicit_bzero(r->buf, READ_SIZE);
	free(r->buf);
	if (r->in != NULL)
		(void)fclose(r->in); /* read only */
	memset(r, 0, sizeof(*r));
}

/* ---- rows ---- */

static struct import_row *
add_row(struct import_chunk *chunk, size_t line)
{
	struct import_row *row = &chunk->row[chunk->n++];

	row->line = line;
	row->at = chunk->bytes.len;
	row->len = 0;
	row->bad = NULL;
	return row;
}

/* More bytes at r->at; *MORE = 0 at the end. */
static enum cp_rc
refill(struct import_reader *r, int *more, struct cp_err *err)
{
	*more = r->at < r->end;
	if (*more || r->eof)
		return CP_OK;
	r->at = 0;
	r->end = fread(r->buf, 1, READ_SIZE, r->in);
	if (r->end < READ_SIZE) {
		if (ferror(r->in))
			return cp_fail_errno(err, CP_FAILED, "reading");
		r->eof = 1;
	}
	if (r->taken == 0 && r->end >= 3 &&
	    memcmp(r->buf, "\xEF\xBB\xBF", 3) == 0)
		r->at = 3;
	r->taken += (int64_t)r->end;
	*more = r->at < r->end;
	return CP_OK;
}

/* Appends one line to the chunk, and none of one that is too long: *FOUND is 0
 * at the end of the file. */
static enum cp_rc
read_line(struct import_reader *r, struct import_chunk *chunk, int *found,
    struct cp_err *err)
{
	struct import_row *row = NULL;
	const char *nl = NULL;
	size_t n;
	int more;
	enum cp_rc rc;

	*found = 0;
	while (nl == NULL) {
		rc = refill(r, &more, err);
		if (rc != CP_OK)
			return rc;
		if (!more)
			break;
		if (row == NULL)
			row = add_row(chunk, r->line);
		*found = 1;
		nl = memchr(r->buf + r->at, '\n', r->end - r->at);
		n = nl != NULL ? (size_t)(nl - r->buf) - r->at :
		    r->end - r->at;
		if (row->len + n > CP_DOCUMENT_SIZE_MAX)
			row->bad = "over 1 MiB long";
		if (row->bad == NULL) {
			cp_buf_put(&chunk->bytes, r->buf + r->at, n);
			row->len += n;
		}
		r->at += n + (nl != NULL);
	}
	r->line += (size_t)*found;
	return cp_buf_check(&chunk->bytes, err);
}

static int
blank(const struct import_chunk *chunk, const struct import_row *row)
{
	const uint8_t *p = chunk->bytes.data + row->at;

	for (size_t i = 0; i < row->len; i++)
		if (p[i] != ' ' && p[i] != '\t' && p[i] != '\r')
			return 0;
	return row->bad == NULL;
}

static enum cp_rc
fill_lines(struct import_reader *r, struct import_chunk *chunk,
    struct cp_err *err)
{
	struct import_row *row;
	int found = 1;
	enum cp_rc rc = CP_OK;

	while (chunk->n < IMPORT_ROWS && chunk->bytes.len < IMPORT_CHUNK) {
		rc = read_line(r, chunk, &found, err);
		if (rc != CP_OK || !found)
			break;
		row = &chunk->row[chunk->n - 1];
		if (row->bad != NULL) {
			chunk->bytes.len = row->at;
			row->len = 0;
		} else if (row->len == 0 || blank(chunk, row)) {
			chunk->bytes.len = row->at;
			chunk->n--;
		}
	}
	return rc;
}

/* The fields in the order of cp_document_columns, each with its NUL. */
static void
put_fields(const struct import_reader *r, const struct cp_csv_row *from,
    struct import_chunk *chunk)
{
	for (int i = 0; i < CP_CSV_COLUMNS; i++)
		cp_buf_put(&chunk->bytes, from->field[r->column[i]],
		    from->len[r->column[i]] + 1);
}

static enum cp_rc
fill_fields(struct import_reader *r, struct import_chunk *chunk,
    struct cp_err *err)
{
	const struct cp_csv_row *from = NULL;
	struct import_row *row;
	enum cp_rc rc = CP_OK;

	while (chunk->n < IMPORT_ROWS && chunk->bytes.len < IMPORT_CHUNK) {
		rc = cp_csv_next(r->rows, &from, err);
		if (rc != CP_OK || from == NULL)
			break;
		row = add_row(chunk, from->line);
		row->bad = from->bad;
		if (row->bad == NULL)
			put_fields(r, from, chunk);
		row->len = chunk->bytes.len - row->at;
	}
	r->taken = (int64_t)ftello(r->in);
	return rc == CP_OK ? cp_buf_check(&chunk->bytes, err) : rc;
}

enum cp_rc
import_reader_fill(struct import_reader *r, struct import_chunk *chunk,
    struct cp_err *err)
{
	cp_buf_reset(&chunk->bytes);
	chunk->n = 0;
	chunk->csv = r->csv;
	chunk->rc = CP_OK;
	return r->csv ? fill_fields(r, chunk, err) : fill_lines(r, chunk, err);
}
