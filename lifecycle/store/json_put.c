#include "lifecycle/store/json_put.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void
separate(struct cp_buf *b)
{
	char last;

	if (b->len == 0 || b->data == NULL)
		return;
	last = (char)b->data[b->len - 1];
	if (last != '[' && last != '{' && last != ':' && last != '\n')
		cp_buf_putc(b, ',');
}

void
cp_json_open(struct cp_buf *b, char bracket)
{
	separate(b);
	cp_buf_putc(b, bracket);
}

void
cp_json_close(struct cp_buf *b, char bracket)
{
	cp_buf_putc(b, bracket);
}

void
cp_json_put_key(struct cp_buf *b, const char *key)
{
	size_t n = strlen(key);
	uint8_t *at;

	separate(b);
	at = cp_buf_grow(b, n + 3);
	if (at == NULL)
		return;
	at[0] = '"';
	memcpy(at + 1, key, n);
	at[n + 1] = '"';
	at[n + 2] = ':';
}

static void
escape(struct cp_buf *b, uint8_t c)
{
	static const char named[] = "btn\0fr";
	char text[8];

	if (c == '"' || c == '\\') {
		cp_buf_putc(b, '\\');
		cp_buf_putc(b, (char)c);
	} else if (c >= 8 && c <= 13 && named[c - 8] != '\0') {
		cp_buf_putc(b, '\\');
		cp_buf_putc(b, named[c - 8]);
	} else {
		(void)snprintf(text, sizeof(text), "\\u%04x", c);
		cp_buf_put(b, text, 6);
	}
}

/* Bytes of the well-formed sequence at S (Unicode, table 3-7), 0 if none. */
static size_t
sequence(const uint8_t *s, size_t n)
{
	uint8_t low = 0x80;
	uint8_t high = 0xBF;
	size_t len = s[0] < 0xE0 ? 2 : s[0] < 0xF0 ? 3 : 4;

	if (s[0] < 0xC2 || s[0] > 0xF4 || n < len)
		return 0;
	if (s[0] == 0xE0)
		low = 0xA0;
	else if (s[0] == 0xED)
		high = 0x9F;
	else if (s[0] == 0xF0)
		low = 0x90;
	else if (s[0] == 0xF4)
		high = 0x8F;
	if (s[1] < low || s[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++)
		if ((s[i] & 0xC0) != 0x80)
			return 0;
	return len;
}

void
cp_json_put_bytes(struct cp_buf *b, const char *text, size_t len)
{
	const uint8_t *s = (const uint8_t *)text;
	size_t plain = 0; /* start of what has not been put yet */
	size_t i = 0;

	separate(b);
	cp_buf_putc(b, '"');
	while (i < len) {
		size_t n = 1;

		if (s[i] >= 0x80)
			n = sequence(s + i, len - i);
		if (n > 1 || (n == 1 && s[i] >= 0x20 && s[i] != '"' &&
		    s[i] != '\\')) {
			i += n;
			continue;
		}
		cp_buf_put(b, s + plain, i - plain);
		if (n == 0)
			cp_buf_puts(b, "\xEF\xBF\xBD");
		else
			escape(b, s[i]);
		plain = ++i;
	}
	cp_buf_put(b, s + plain, len - plain);
	cp_buf_putc(b, '"');
}

void
cp_json_put_string(struct cp_buf *b, const char *text)
{
	if (text == NULL)
		cp_json_put_null(b);
	else
		cp_json_put_bytes(b, text, strlen(text));
}

void
cp_json_put_raw(struct cp_buf *b, const char *json, size_t len)
{
	separate(b);
	cp_buf_put(b, json, len);
}

void
cp_json_put_int(struct cp_buf *b, int64_t n)
{
	char text[24];
	int len = snprintf(text, sizeof(text), "%" PRId64, n);

	cp_json_put_raw(b, text, (size_t)len);
}

void
cp_json_put_bool(struct cp_buf *b, int yes)
{
	if (yes)
		cp_json_put_raw(b, "true", 4);
	else
		cp_json_put_raw(b, "false", 5);
}

void
cp_json_put_null(struct cp_buf *b)
{
	cp_json_put_raw(b, "null", 4);
}

void
cp_json_put_member(struct cp_buf *b, const char *key, const char *text)
{
	cp_json_put_key(b, key);
	cp_json_put_string(b, text);
}
