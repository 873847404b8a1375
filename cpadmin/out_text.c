#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cpadmin/call.h"
#include "cpadmin/out.h"
#include "lifecycle/store/json_put.h"

/* The code point at S, NUL-terminated, and its length; -1 and 1 where it is
 * not UTF-8 (RFC 3629). */
static long
decode(const unsigned char *s, size_t *len)
{
	static const long least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = s[0] < 0x80 ? 1 : s[0] < 0xC2 ? 0 : s[0] < 0xE0 ? 2 :
	    s[0] < 0xF0 ? 3 : s[0] < 0xF5 ? 4 : 0, i;
	long c = n < 2 ? s[0] : s[0] & (0x7F >> n);

	*len = 1;
	if (n == 0)
		return -1;
	for (i = 1; i < n; i++) {
		if ((s[i] & 0xC0) != 0x80)
			return -1;
		c = c << 6 | (s[i] & 0x3F);
	}
	if (c < least[n] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
		return -1;
	*len = n;
	return c;
}

/* What makes a terminal do, or text look, other than it is: controls, line
 * and paragraph separators, bidi controls, byte order mark, tags. */
static int
unsafe(long c)
{
	return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x061C ||
	    c == 0x200E || c == 0x200F || (c >= 0x2028 && c <= 0x202E) ||
	    (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF ||
	    (c >= 0xE0000 && c <= 0xE007F);
}

void
cp_out_escape(struct cp_buf *b, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t len;
	long c;

	for (; *s != '\0'; s += len) {
		c = decode(s, &len);
		if (c < 0)
			cp_buf_printf(b, "<%02X>", s[0]);
		else if (unsafe(c))
			cp_buf_printf(b, "<U+%04lX>", (unsigned long)c);
		else
			cp_buf_put(b, s, len);
	}
}

void
cp_out_error(int json, const struct cp_err *err)
{
	struct cp_buf b;

	cp_buf_init(&b);
	if (json) {
		cp_json_open(&b, '{');
		cp_json_put_member(&b, "kind", "error");
		cp_json_put_key(&b, "v");
		cp_json_put_int(&b, 1);
		cp_json_put_key(&b, "code");
		cp_json_put_int(&b, err->code);
		cp_json_put_member(&b, "what", err->what);
		cp_json_put_member(&b, "hint", err->hint);
		cp_json_close(&b, '}');
	} else {
		cp_buf_puts(&b, "cpadmin: ");
		cp_out_escape(&b, err->what);
		if (err->hint[0] != '\0') {
			cp_buf_puts(&b, "\n  ");
			cp_out_escape(&b, err->hint);
		}
	}
	cp_buf_putc(&b, '\n');
	(void)fputs(cp_buf_text(&b), stderr);
	cp_buf_clear(&b);
}

void
cp_say(const struct cp_call *call, const char *fmt, ...)
{
	char text[2048];
	struct cp_buf b;
	va_list ap;

	if (!cp_wants_chat(call))
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	cp_buf_init(&b);
	cp_out_escape(&b, text);
	cp_buf_putc(&b, '\n');
	(void)fputs(cp_buf_text(&b), stderr);
	cp_buf_clear(&b);
}
