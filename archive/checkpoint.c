#include <inttypes.h>
#include <string.h>

#include "archive/base64.h"
#include "archive/note.h"

void
cp_checkpoint_format(const struct cp_checkpoint *c, struct cp_buf *out)
{
	cp_buf_printf(out, "%s\n%" PRIu64 "\n", c->origin, c->size);
	cp_base64_put(out, c->root, sizeof(c->root));
	cp_buf_putc(out, '\n');
}

/* Cuts the next line off; 0 when no newline ends it. */
static int
next_line(const char **body, size_t *len, const char **line, size_t *n)
{
	const char *end = memchr(*body, '\n', *len);

	if (end == NULL)
		return 0;
	*line = *body;
	*n = (size_t)(end - *body);
	*len -= *n + 1;
	*body = end + 1;
	return 1;
}

static int
read_size(const char *line, size_t n, uint64_t *out)
{
	uint64_t v = 0;
	size_t i;

	if (n == 0 || (n > 1 && line[0] == '0'))
		return 0;
	for (i = 0; i < n; i++) {
		unsigned digit = (unsigned)(line[i] - '0');

		if (digit > 9 || v > (UINT64_MAX - digit) / 10)
			return 0;
		v = v * 10 + digit;
	}
	*out = v;
	return 1;
}

static int
parse(const char *body, size_t len, struct cp_checkpoint *c,
    struct cp_err *err)
{
	const char *line;
	size_t n, got = 0;

	if (!next_line(&body, &len, &line, &n) || n == 0 ||
	    n >= sizeof(c->origin) || memchr(line, '\0', n) != NULL)
		return 0;
	memcpy(c->origin, line, n);
	if (!next_line(&body, &len, &line, &n) ||
	    !read_size(line, n, &c->size))
		return 0;
	if (!next_line(&body, &len, &line, &n) || cp_base64_get(line, n,
	    c->root, sizeof(c->root), &got, err) != CP_OK ||
	    got != sizeof(c->root))
		return 0;
	/* Extension lines: none empty, each ended. */
	while (len > 0)
		if (!next_line(&body, &len, &line, &n) || n == 0)
			return 0;
	return 1;
}

enum cp_rc
cp_checkpoint_parse(const char *body, size_t len, struct cp_checkpoint *out,
    struct cp_err *err)
{
	struct cp_checkpoint c;

	memset(&c, 0, sizeof(c));
	if (!parse(body, len, &c, err))
		return cp_fail(err, CP_BAD_INPUT, "not a checkpoint: it reads "
		    "origin, size, root");
	*out = c;
	return CP_OK;
}
