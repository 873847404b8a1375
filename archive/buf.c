#include "archive/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUF_FIRST = 256, BUF_FAILED_MEMORY = 1, BUF_FAILED_SIZE = 2 };
static const size_t BUF_MAX = (size_t)1 << 30;

void
cp_buf_init(struct cp_buf *b)
{
	memset(b, 0, sizeof(*b));
}

void
cp_buf_clear(struct cp_buf *b)
{
	size_t max = b->max;

	if (b->data != NULL)
		explicit_bzero(b->data, b->cap + 1);
	free(b->data);
	cp_buf_init(b);
	b->max = max;
}

void
cp_buf_reset(struct cp_buf *b)
{
	b->len = 0;
	b->failed = 0;
	if (b->data != NULL)
		b->data[0] = '\0';
}

/* Not realloc: it would leave the old bytes behind unwiped. */
static int
buf_move(struct cp_buf *b, size_t cap)
{
	uint8_t *data = malloc(cap + 1);

	if (data == NULL)
		return 0;
	if (b->data != NULL) {
		memcpy(data, b->data, b->len);
		explicit_bzero(b->data, b->cap + 1);
		free(b->data);
	}
	b->data = data;
	b->cap = cap;
	return 1;
}

uint8_t *
cp_buf_grow(struct cp_buf *b, size_t len)
{
	size_t max = b->max != 0 ? b->max : BUF_MAX;
	size_t cap = b->cap != 0 ? b->cap : BUF_FIRST;
	uint8_t *at;

	if (b->failed)
		return NULL;
	if (len > max || b->len > max - len) {
		b->failed = BUF_FAILED_SIZE;
		return NULL;
	}
	while (cap < b->len + len)
		cap *= 2;
	if ((b->data == NULL || cap != b->cap) && !buf_move(b, cap)) {
		b->failed = BUF_FAILED_MEMORY;
		return NULL;
	}
	at = b->data + b->len;
	b->len += len;
	b->data[b->len] = '\0';
	return at;
}

void
cp_buf_put(struct cp_buf *b, const void *data, size_t len)
{
	uint8_t *at = cp_buf_grow(b, len);

	if (at != NULL && len > 0)
		memcpy(at, data, len);
}

void
cp_buf_puts(struct cp_buf *b, const char *text)
{
	cp_buf_put(b, text, strlen(text));
}

void
cp_buf_putc(struct cp_buf *b, char c)
{
	cp_buf_put(b, &c, 1);
}

void
cp_buf_printf(struct cp_buf *b, const char *fmt, ...)
{
	va_list ap;
	uint8_t *at;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0) {
		b->failed = BUF_FAILED_MEMORY;
		return;
	}
	at = cp_buf_grow(b, (size_t)n);
	if (at == NULL)
		return;
	va_start(ap, fmt);
	(void)vsnprintf((char *)at, (size_t)n + 1, fmt, ap);
	va_end(ap);
}

enum cp_rc
cp_buf_check(const struct cp_buf *b, struct cp_err *err)
{
	if (b->failed == BUF_FAILED_SIZE)
		return cp_fail(err, CP_FAILED, "too large: over %zu bytes",
		    b->max != 0 ? b->max : BUF_MAX);
	if (b->failed)
		return cp_fail(err, CP_FAILED, "out of memory");
	return CP_OK;
}

const char *
cp_buf_text(const struct cp_buf *b)
{
	return b->data != NULL ? (const char *)b->data : "";
}
