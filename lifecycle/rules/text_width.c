#include <uniwidth.h>

#include "lifecycle/rules/text.h"

size_t
cp_text_columns(const char *text, size_t len)
{
	int n;

	for (size_t i = 0; i < len; i++)
		if ((text[i] & 0x80) != 0) {
			n = u8_width((const uint8_t *)text, len, "UTF-8");
			return n < 0 ? 0 : (size_t)n;
		}
	return len;
}
