#include "archive/age_armor.h"

#include <string.h>

#include "archive/age_source.h"
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

static enum cp_rc
give(void *arg, void *buf, size_t cap, size_t *got, struct cp_err *err)
{
	struct cp_buf *rest = arg;

	(void)err;
	*got = rest->len < cap ? rest->len : cap;
	if (*got > 0) {
		memcpy(buf, rest->data, *got);
		rest->data += *got;
		rest->len -= *got;
	}
	return CP_OK;
}

enum cp_rc
cp_age_unarmor(struct cp_buf *file, struct cp_err *err)
{
	struct cp_buf rest = *file, plain; /* REST borrows from FILE */
	struct cp_age_io io = { .read = give, .read_arg = &rest };
	struct cp_age_source src;
	uint8_t part[LINE_BYTES];
	size_t got = sizeof(part);
	enum cp_rc rc = cp_age_source_open(&src, &io, err);

	if (rc != CP_OK || !src.armored)
		return rc;
	cp_buf_init(&plain);
	while (rc == CP_OK && got == sizeof(part)) {
		got = 0;
		rc = cp_age_source_read(&src, part, sizeof(part), &got, err);
		if (rc == CP_OK)
			cp_buf_put(&plain, part, got);
	}
	if (rc == CP_OK)
		rc = cp_buf_check(&plain, err);
	if (rc == CP_OK) {
		rest = *file;
		*file = plain;
		plain = rest;
	}
	cp_buf_clear(&plain);
	return rc;
}
