#include "archive/base64.h"

#include <string.h>

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void
encode(struct cp_buf *b, const void *data, size_t len, int padded)
{
	const uint8_t *in = data;
	size_t chars = padded ? (len + 2) / 3 * 4 : (len * 4 + 2) / 3;
	uint8_t *out;
	size_t i, at = 0;
	unsigned bits = 0, have = 0;

	out = cp_buf_grow(b, chars);
	if (out == NULL)
		return;
	for (i = 0; i < len; i++) {
		bits = (bits << 8 | in[i]) & 0xffff;
		for (have += 8; have >= 6; have -= 6)
			out[at++] = (uint8_t)alphabet[bits >> (have - 6) & 63];
	}
	if (have > 0)
		out[at++] = (uint8_t)alphabet[bits << (6 - have) & 63];
	while (at < chars)
		out[at++] = '=';
}

void
cp_base64_put(struct cp_buf *b, const void *data, size_t len)
{
	encode(b, data, len, 1);
}

void
cp_base64_raw_put(struct cp_buf *b, const void *data, size_t len)
{
	encode(b, data, len, 0);
}

void
cp_hex_put(struct cp_buf *b, const void *data, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *in = data;
	uint8_t *out = cp_buf_grow(b, 2 * len);
	size_t i;

	for (i = 0; out != NULL && i < len; i++) {
		out[2 * i] = (uint8_t)digits[in[i] >> 4];
		out[2 * i + 1] = (uint8_t)digits[in[i] & 15];
	}
}

static int
base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

enum cp_rc
cp_base64_raw_get(const char *text, size_t len, uint8_t *out, size_t cap,
    size_t *got, struct cp_err *err)
{
	size_t i, at = 0;
	unsigned bits = 0, have = 0;
	int v;

	if (len % 4 == 1)
		return cp_fail(err, CP_BAD_INPUT, "base64 of a wrong length");
	if (len / 4 * 3 + (len % 4 != 0 ? len % 4 - 1 : 0) > cap)
		return cp_fail(err, CP_BAD_INPUT, "base64 is too long");
	for (i = 0; i < len; i++) {
		v = base64_value(text[i]);
		if (v < 0)
			return cp_fail(err, CP_BAD_INPUT, "not base64");
		bits = (bits << 6 | (unsigned)v) & 0xffff;
		have += 6;
		if (have >= 8) {
			have -= 8;
			out[at++] = (uint8_t)(bits >> have);
		}
	}
	if ((bits & ((1u << have) - 1)) != 0)
		return cp_fail(err, CP_BAD_INPUT, "base64 is not canonical");
	*got = at;
	return CP_OK;
}

enum cp_rc
cp_base64_get(const char *text, size_t len, uint8_t *out, size_t cap,
    size_t *got, struct cp_err *err)
{
	if (len % 4 != 0)
		return cp_fail(err, CP_BAD_INPUT, "base64 of a wrong length");
	if (len > 0 && text[len - 1] == '=')
		len -= text[len - 2] == '=' ? 2 : 1;
	return cp_base64_raw_get(text, len, out, cap, got, err);
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

enum cp_rc
cp_hex_get(const char *text, size_t len, uint8_t *out, size_t cap,
    size_t *got, struct cp_err *err)
{
	size_t i;
	int high, low;

	if (len % 2 != 0 || len / 2 > cap)
		return cp_fail(err, CP_BAD_INPUT, "hexadecimal of a wrong "
		    "length");
	for (i = 0; i < len / 2; i++) {
		high = hex_value(text[2 * i]);
		low = hex_value(text[2 * i + 1]);
		if (high < 0 || low < 0)
			return cp_fail(err, CP_BAD_INPUT, "not hexadecimal");
		out[i] = (uint8_t)(high << 4 | low);
	}
	*got = len / 2;
	return CP_OK;
}
