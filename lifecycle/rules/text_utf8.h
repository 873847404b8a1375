#ifndef CP_RULES_TEXT_UTF8_H
#define CP_RULES_TEXT_UTF8_H

#include <stddef.h>
#include <stdint.h>

#include "archive/buf.h"

/* Private to text*.c: code points in and out of valid UTF-8, and the three
 * questions that need libunistring's tables. */

/* Decodes the code point at S, which is valid and not at its end; returns the
 * bytes it takes. */
static inline size_t
text_decode(const uint8_t *s, uint32_t *cp)
{
	if (s[0] < 0x80) {
		*cp = s[0];
		return 1;
	}
	if (s[0] < 0xE0) {
		*cp = (uint32_t)(s[0] & 0x1F) << 6 | (s[1] & 0x3F);
		return 2;
	}
	if (s[0] < 0xF0) {
		*cp = (uint32_t)(s[0] & 0x0F) << 12 |
		    (uint32_t)(s[1] & 0x3F) << 6 | (s[2] & 0x3F);
		return 3;
	}
	*cp = (uint32_t)(s[0] & 0x07) << 18 | (uint32_t)(s[1] & 0x3F) << 12 |
	    (uint32_t)(s[2] & 0x3F) << 6 | (s[3] & 0x3F);
	return 4;
}

/* Replaces nothing, appends: NFKD of the full case folding of TEXT. */
void text_casefold(const char *text, size_t len, struct cp_buf *out);
/* Letter, mark or number. */
int text_is_word(uint32_t cp);

#endif
