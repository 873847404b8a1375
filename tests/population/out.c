#include "tests/population/pop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OUT_FIRST = 1 << 18 };

bool
out_open(struct out *o, int fd)
{
	memset(o, 0, sizeof(*o));
	o->fd = fd;
	o->cap = OUT_FIRST;
	o->data = malloc(o->cap);
	o->failed = o->data == NULL ? ENOMEM : 0;
	return o->failed == 0;
}

bool
out_flush(struct out *o)
{
	size_t at = 0;
	ssize_t n;

	while (o->failed == 0 && at < o->len) {
		n = write(o->fd, o->data + at, o->len - at);
		if (n >= 0)
			at += (size_t)n;
		else if (errno != EINTR)
			o->failed = errno;
	}
	o->len = 0;
	return o->failed == 0;
}

/* A buffer without a file grows; with one, it is written out when full. */
static bool
out_room(struct out *o, size_t n)
{
	char *data;
	size_t cap = o->cap;

	if (o->failed != 0)
		return false;
	if (o->fd >= 0 && !out_flush(o))
		return false;
	while (cap - o->len < n)
		cap *= 2;
	if (cap == o->cap)
		return true;
	data = realloc(o->data, cap);
	if (data == NULL) {
		o->failed = ENOMEM;
		return false;
	}
	o->data = data;
	o->cap = cap;
	return true;
}

void
out_put(struct out *o, const char *s, size_t n)
{
	if (n > o->cap - o->len && !out_room(o, n))
		return;
	memcpy(o->data + o->len, s, n);
	o->len += n;
}

void
out_puts(struct out *o, const char *s)
{
	out_put(o, s, strlen(s));
}

void
out_number(struct out *o, uint64_t value)
{
	char text[24];
	size_t at = sizeof(text);

	do
		text[--at] = (char)('0' + value % 10);
	while ((value /= 10) > 0);
	out_put(o, text + at, sizeof(text) - at);
}

void
out_day(struct out *o, int32_t day)
{
	char text[11];

	day_text(day, text);
	out_put(o, text, 10);
}

void
out_json(struct out *o, const char *s)
{
	size_t n;

	out_put(o, "\"", 1);
	while (*s != '\0') {
		n = strcspn(s, "\"\\");
		out_put(o, s, n);
		s += n;
		if (*s != '\0') {
			out_put(o, "\\", 1);
			out_put(o, s++, 1);
		}
	}
	out_put(o, "\"", 1);
}

bool
out_close(struct out *o)
{
	if (o->fd >= 0)
		(void)out_flush(o);
	if (o->fd > STDERR_FILENO && close(o->fd) != 0 && o->failed == 0)
		o->failed = errno;
	free(o->data);
	o->data = NULL;
	return o->failed == 0;
}
