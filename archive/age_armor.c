#include "archive/age_armor.h"

#include "archive/base64.h"

enum { LINE_BYTES = 48 };

void
cp_age_armor(struct cp_buf *out, const void *data, size_t len)
{
	const uint8_t *from = data;
	size_t n;

	cp_buf_puts(out, "-----BEGIN AGE ENCRYPTED FILE-----\n");
	for (; len > 0; from += n, len -= n) {
		n = len < LINE_BYTES ? len : LINE_BYTES;
		cp_base64_put(out, from, n);
		cp_buf_putc(out, '\n');
	}
	cp_buf_puts(out, "-----END AGE ENCRYPTED FILE-----\n");
}
