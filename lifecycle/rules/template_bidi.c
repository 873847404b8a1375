#include <stdint.h>
#include <string.h>

#include "lifecycle/rules/template_impl.h"
#include "lifecycle/rules/text_utf8.h"

/* Text that runs against the text around it (UAX #9). */

int
tpl_has_rtl(const char *text)
{
	const uint8_t *s = (const uint8_t *)text;
	uint32_t c;

	while (*s != '\0') {
		if (*s < 0xD6) { /* below U+0580 */
			s++;
			continue;
		}
		s += text_decode(s, &c);
		if ((c >= 0x590 && c <= 0x8FF) || (c >= 0xFB1D && c <= 0xFDFF) ||
		    (c >= 0xFE70 && c <= 0xFEFF) ||
		    (c >= 0x10800 && c <= 0x10FFF) ||
		    (c >= 0x1E800 && c <= 0x1EFFF))
			return 1;
	}
	return 0;
}

static int
is_printing(char c)
{
	return c > ' ' && c <= '~';
}

static int
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static int
is_word(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9');
}

/*
 * Bytes of the Latin words and numbers that begin at S, which is one: "UK
 * GDPR", "0303 123 1113", "6(1)(e)", "ico.org.uk".  What ends a sentence ends
 * them, and brackets are taken whole.
 */
static size_t
run_length(const char *s, size_t len)
{
	size_t i, good = 0;
	int open = 0;

	for (i = 0; i < len; i++) {
		if (s[i] == ' ') {
			if (i + 1 == len || !is_word(s[i + 1]) || good != i)
				break;
			continue;
		}
		if (!is_printing(s[i]))
			break;
		open += s[i] == '(';
		open -= s[i] == ')';
		if (open < 0)
			break;
		if (open == 0 && (is_word(s[i]) || s[i] == ')'))
			good = i + 1;
	}
	return good;
}

static int
begins_run(const char *s, size_t len)
{
	return is_word(s[0]) || (s[0] == '+' && len > 1 && is_word(s[1]));
}

/* One number stands right by itself. */
static int
needs_isolate(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (s[i] < '0' || s[i] > '9')
			return 1;
	return 0;
}

void
tpl_isolate(const char *text, size_t len, struct cp_buf *out)
{
	size_t i = 0, n;

	while (i < len) {
		n = begins_run(text + i, len - i) ?
		    run_length(text + i, len - i) : 0;
		if (n > 0 && needs_isolate(text + i, n)) {
			cp_buf_puts(out, "\xE2\x81\xA6"); /* U+2066 */
			cp_buf_put(out, text + i, n);
			cp_buf_puts(out, "\xE2\x81\xA9"); /* U+2069 */
		} else {
			n = n > 0 ? n : 1;
			cp_buf_put(out, text + i, n);
		}
		i += n;
	}
}
