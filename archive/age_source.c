#include "archive/age_source.h"

#include <string.h>

#include "archive/base64.h"

enum { COLUMNS = 64, LINE_SPACE = 80, BLANKS_MAX = 1024 };

static const char begin_line[] = "-----BEGIN AGE ENCRYPTED FILE-----";
static const char end_line[] = "-----END AGE ENCRYPTED FILE-----";

static enum cp_rc
bad(struct cp_err *err, const char *why)
{
	return cp_fail(err, CP_CORRUPT, "armor: %s", why);
}

/* The next byte without taking it; -1 at the end. */
static enum cp_rc
peek(struct cp_age_source *src, int *byte, struct cp_err *err)
{
	size_t got = 0;
	enum cp_rc rc;

	if (src->at == src->len) {
		rc = src->io->read(src->io->read_arg, src->raw,
		    sizeof(src->raw), &got, err);
		if (rc != CP_OK)
			return rc;
		src->at = 0;
		src->len = got;
	}
	*byte = src->at < src->len ? src->raw[src->at] : -1;
	return CP_OK;
}

static int
is_blank(int c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Skips white space; *AT_START says whether a line begins where it ends. */
static enum cp_rc
skip_blanks(struct cp_age_source *src, int *next, int *at_start,
    struct cp_err *err)
{
	size_t skipped = 0;
	enum cp_rc rc;

	for (;; src->at++) {
		rc = peek(src, next, err);
		if (rc != CP_OK || !is_blank(*next))
			return rc;
		*at_start = *next == '\n';
		if (++skipped > BLANKS_MAX)
			return bad(err, "too much white space around it");
	}
}

/* A line without its end, LF or CR LF or the end of the file. */
static enum cp_rc
get_line(struct cp_age_source *src, char line[LINE_SPACE], size_t *len,
    struct cp_err *err)
{
	size_t n = 0;
	int c = -1;
	enum cp_rc rc;

	for (;; src->at++) {
		rc = peek(src, &c, err);
		if (rc != CP_OK)
			return rc;
		if (c == -1 && n == 0)
			return bad(err, "ends early");
		if (c == -1 || c == '\n')
			break;
		if (n == LINE_SPACE)
			return bad(err, "a line is too long");
		line[n++] = (char)c;
	}
	if (c == '\n')
		src->at++;
	if (n > 0 && line[n - 1] == '\r')
		n--;
	*len = n;
	return CP_OK;
}

static int
is_line(const char *line, size_t len, const char *text)
{
	return len == strlen(text) && memcmp(line, text, len) == 0;
}

static enum cp_rc
finish_armor(struct cp_age_source *src, struct cp_err *err)
{
	int next = -1, ignored = 0;
	enum cp_rc rc = skip_blanks(src, &next, &ignored, err);

	if (rc == CP_OK && next != -1)
		rc = bad(err, "something follows its last line");
	if (rc == CP_OK)
		src->ended = 1;
	return rc;
}

/* Decodes one line; a short one must be the last. */
static enum cp_rc
next_armor_line(struct cp_age_source *src, struct cp_err *err)
{
	char line[LINE_SPACE];
	struct cp_err ignored;
	size_t len = 0, got = 0;
	enum cp_rc rc = get_line(src, line, &len, err);

	if (rc != CP_OK)
		return rc;
	if (is_line(line, len, end_line))
		return finish_armor(src, err);
	if (len == 0 || len > COLUMNS)
		return bad(err, "a line of a wrong length");
	if (cp_base64_get(line, len, src->bytes, sizeof(src->bytes), &got,
	    &ignored) != CP_OK)
		return bad(err, "a line is not canonical base64");
	if (got < sizeof(src->bytes)) {
		rc = get_line(src, line, &len, err);
		if (rc == CP_OK && !is_line(line, len, end_line))
			rc = bad(err, "a short line before the last one");
		if (rc == CP_OK)
			rc = finish_armor(src, err);
	}
	if (rc == CP_OK) {
		src->next = 0;
		src->have = got;
	}
	return rc;
}

enum cp_rc
cp_age_source_open(struct cp_age_source *src, const struct cp_age_io *io,
    struct cp_err *err)
{
	char line[LINE_SPACE];
	int first = -1, at_start = 1;
	size_t len = 0;
	enum cp_rc rc;

	memset(src, 0, sizeof(*src));
	src->io = io;
	rc = peek(src, &first, err);
	if (rc != CP_OK || (first != '-' && !is_blank(first)))
		return rc;
	rc = skip_blanks(src, &first, &at_start, err);
	if (rc != CP_OK)
		return rc;
	rc = get_line(src, line, &len, err);
	if (rc != CP_OK)
		return rc;
	if (!at_start || !is_line(line, len, begin_line))
		return bad(err, "does not begin with -----BEGIN AGE "
		    "ENCRYPTED FILE-----");
	src->armored = 1;
	return CP_OK;
}

/* At least one byte, unless the file ends. */
static enum cp_rc
read_some(struct cp_age_source *src, uint8_t *out, size_t want, size_t *got,
    struct cp_err *err)
{
	enum cp_rc rc = CP_OK;
	uint8_t *from = src->raw;
	size_t *at = &src->at, *end = &src->len;

	if (src->armored) {
		if (src->next == src->have && !src->ended)
			rc = next_armor_line(src, err);
		from = src->bytes;
		at = &src->next;
		end = &src->have;
	} else if (src->at == src->len) {
		return src->io->read(src->io->read_arg, out, want, got, err);
	}
	if (rc != CP_OK)
		return rc;
	*got = *end - *at < want ? *end - *at : want;
	memcpy(out, from + *at, *got);
	*at += *got;
	return CP_OK;
}

enum cp_rc
cp_age_source_read(struct cp_age_source *src, uint8_t *out, size_t want,
    size_t *got, struct cp_err *err)
{
	size_t n = 0, total = 0;
	enum cp_rc rc = CP_OK;

	while (rc == CP_OK && total < want) {
		n = 0;
		rc = read_some(src, out + total, want - total, &n, err);
		if (rc == CP_OK && n == 0)
			break;
		total += n;
	}
	if (rc == CP_OK)
		*got = total;
	return rc;
}
