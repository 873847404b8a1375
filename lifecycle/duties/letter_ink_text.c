#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/duties/letter_ink.h"

/* What makes text look other than it is, or is nothing to be printed. */
static int
unsafe(gunichar c)
{
	return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x061C ||
	    c == 0x200E || c == 0x200F || (c >= 0x2028 && c <= 0x202E) ||
	    (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
	    (c >= 0xFFF9 && c <= 0xFFFB) || (c >= 0xE0000 && c <= 0xE0FFF);
}

/* Isolates (UAX #9), which keep a name from running into what is around it. */
static int
isolate(gunichar c)
{
	return c >= 0x2066 && c <= 0x2068 ? 1 : c == 0x2069 ? -1 : 0;
}

/* Whether each one that is opened is closed. */
static int
isolates_close(const char *text)
{
	const char *p = text;
	int depth = 0;

	if (!g_utf8_validate(text, -1, NULL))
		return 0;
	for (; *p != '\0' && depth >= 0; p = g_utf8_next_char(p))
		depth += isolate(g_utf8_get_char(p));
	return depth == 0;
}

static void
put_clean(struct cp_buf *b, const char *text, int isolates)
{
	const char *end = text + strlen(text);

	while (text < end) {
		gunichar c = g_utf8_get_char_validated(text, end - text);
		int known = c != (gunichar)-1 && c != (gunichar)-2;

		if (!known) {
			cp_buf_printf(b, "<%02X>", (unsigned char)text[0]);
			text++;
			continue;
		}
		if (unsafe(c) && !(isolates && isolate(c) != 0))
			cp_buf_printf(b, "<U+%04X>", (unsigned)c);
		else
			cp_buf_put(b, text,
			    (size_t)(g_utf8_next_char(text) - text));
		text = g_utf8_next_char(text);
	}
}

static char *
clean(const char *text, int isolates)
{
	struct cp_buf b;
	char *out;

	cp_buf_init(&b);
	put_clean(&b, text, isolates);
	out = b.failed ? NULL : strdup(cp_buf_text(&b));
	cp_buf_clear(&b);
	return out;
}

char *
ink_clean(const char *text)
{
	return clean(text, 0);
}

char *
ink_clean_isolated(const char *text)
{
	return clean(text, isolates_close(text));
}

int
ink_is_time(const char *s)
{
	static const char form[] = "dddd-dd-ddTdd:dd:ddZ";
	size_t i;

	if (s == NULL || strlen(s) != sizeof(form) - 1)
		return 0;
	for (i = 0; form[i] != '\0'; i++)
		if (form[i] == 'd' ? s[i] < '0' || s[i] > '9' :
		    s[i] != form[i])
			return 0;
	return 1;
}
