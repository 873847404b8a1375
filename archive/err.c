#include "archive/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Cuts S, a buffer of CAP bytes that may end inside a UTF-8 sequence. */
static void
trim_utf8(char *s, size_t cap)
{
	size_t n = strnlen(s, cap - 1);

	if (n + 1 < cap)
		return;
	while (n > 0 && ((unsigned char)s[n - 1] & 0xC0) == 0x80)
		n--;
	if (n > 0 && ((unsigned char)s[n - 1] & 0x80) != 0)
		n--;
	s[n] = '\0';
}

static void CP_PRINTF(3, 0)
set_text(char *out, size_t cap, const char *fmt, va_list ap)
{
	if (vsnprintf(out, cap, fmt, ap) < 0)
		(void)snprintf(out, cap, "(error text lost)");
	trim_utf8(out, cap);
}

void
cp_err_clear(struct cp_err *err)
{
	err->code = CP_OK;
	err->what[0] = '\0';
	err->hint[0] = '\0';
}

enum cp_rc
cp_fail(struct cp_err *err, enum cp_rc rc, const char *fmt, ...)
{
	va_list ap;

	cp_err_clear(err);
	err->code = rc;
	va_start(ap, fmt);
	set_text(err->what, sizeof(err->what), fmt, ap);
	va_end(ap);
	return rc;
}

static void
errno_hint(struct cp_err *err, int number)
{
	if (number == ENOSPC || number == EDQUOT)
		cp_err_hint(err, "free some space and run the command again");
	else if (number == EIO)
		cp_err_hint(err, "the disk reports an error: see the kernel log "
		    "before anything else");
}

enum cp_rc
cp_fail_errno(struct cp_err *err, enum cp_rc rc, const char *fmt, ...)
{
	int number = errno;
	va_list ap;
	size_t n;

	cp_err_clear(err);
	err->code = rc;
	va_start(ap, fmt);
	set_text(err->what, sizeof(err->what), fmt, ap);
	va_end(ap);
	n = strlen(err->what);
	(void)snprintf(err->what + n, sizeof(err->what) - n, ": %s",
	    strerror(number));
	trim_utf8(err->what, sizeof(err->what));
	errno_hint(err, number);
	return rc;
}

void
cp_err_context(struct cp_err *err, const char *fmt, ...)
{
	char old[sizeof(err->what)];
	va_list ap;
	size_t n;

	memcpy(old, err->what, sizeof(old));
	va_start(ap, fmt);
	set_text(err->what, sizeof(err->what), fmt, ap);
	va_end(ap);
	n = strlen(err->what);
	(void)snprintf(err->what + n, sizeof(err->what) - n, ": %s", old);
	trim_utf8(err->what, sizeof(err->what));
}

void
cp_err_hint(struct cp_err *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	set_text(err->hint, sizeof(err->hint), fmt, ap);
	va_end(ap);
}

const char *
cp_rc_word(enum cp_rc rc)
{
	static const char *const words[] = { "done", "failed", "usage",
		"partly done", "not found", "refused", "busy", "key", "corrupt",
		"not permitted", "bad input" };

	if ((unsigned)rc >= sizeof(words) / sizeof(words[0]))
		return "unknown";
	return words[rc];
}
