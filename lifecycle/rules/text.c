#include "lifecycle/rules/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

#include "lifecycle/rules/text_utf8.h"

/* buf.h: any non-zero value but that for size means memory. */
enum { BUF_NO_MEMORY = 1 };

struct span {
	uint32_t first;
	uint32_t last;
};

static int
in_spans(const struct span *s, size_t n, uint32_t cp)
{
	for (size_t i = 0; i < n; i++)
		if (cp >= s[i].first && cp <= s[i].last)
			return 1;
	return 0;
}

#define IN_SPANS(table, cp) \
	in_spans(table, sizeof(table) / sizeof((table)[0]), cp)

static const char *
refuse_code_point(uint32_t cp)
{
	static const struct span control[] = { { 0x00, 0x1F },
		{ 0x7F, 0x9F }, { 0x2028, 0x2029 } };
	static const struct span bidi[] = { { 0x061C, 0x061C },
		{ 0x200E, 0x200F }, { 0x202A, 0x202E }, { 0x2066, 0x2069 } };
	static const struct span invisible[] = { { 0xAD, 0xAD },
		{ 0x034F, 0x034F }, { 0x115F, 0x1160 }, { 0x17B4, 0x17B5 },
		{ 0x180B, 0x180F }, { 0x200B, 0x200B }, { 0x2060, 0x2065 },
		{ 0x206A, 0x206F }, { 0x2800, 0x2800 }, { 0x3164, 0x3164 },
		{ 0xFE00, 0xFE0F }, { 0xFEFF, 0xFEFF }, { 0xFFA0, 0xFFA0 },
		{ 0xFFF0, 0xFFFB }, { 0x1BCA0, 0x1BCA3 },
		{ 0x1D173, 0x1D17A }, { 0xE0000, 0xE0FFF } };

	if (IN_SPANS(control, cp))
		return "control character";
	if (IN_SPANS(bidi, cp))
		return "bidi control";
	if (IN_SPANS(invisible, cp))
		return "invisible character";
	if ((cp & 0xFFFE) == 0xFFFE || (cp >= 0xFDD0 && cp <= 0xFDEF))
		return "not a character";
	return NULL;
}

static int
is_joiner(uint32_t cp)
{
	return cp == 0x200C || cp == 0x200D;
}

static const char *
refuse_unicode(const uint8_t *s, size_t len)
{
	const char *why = NULL;
	uint32_t cp = 0;

	if (u8_check(s, len) != NULL)
		return "invalid UTF-8";
	for (size_t i = 0; i < len && why == NULL;) {
		int first = i == 0;

		i += text_decode(s + i, &cp);
		if (is_joiner(cp) && (first || i == len))
			return "invisible character";
		why = refuse_code_point(cp);
	}
	return why;
}

const char *
cp_text_refuse(const char *text, size_t len)
{
	const uint8_t *s = (const uint8_t *)text;

	for (size_t i = 0; i < len; i++)
		if (s[i] < 0x20 || s[i] >= 0x7F)
			return refuse_unicode(s, len);
	return NULL;
}

static void
append_owned(struct cp_buf *out, uint8_t *data, size_t len)
{
	if (data == NULL) {
		out->failed = BUF_NO_MEMORY;
		return;
	}
	cp_buf_put(out, data, len);
	explicit_bzero(data, len);
	free(data);
}

void
cp_text_nfc(const char *text, size_t len, struct cp_buf *out)
{
	const uint8_t *s = (const uint8_t *)text;
	uint8_t *composed;
	size_t made = 0;
	size_t i = 0;

	/* Below U+0300 (CC 80) every sequence is NFC. */
	while (i < len && s[i] < 0xCC)
		i++;
	if (i == len) {
		cp_buf_put(out, text, len);
		return;
	}
	composed = u8_normalize(UNINORM_NFC, s, len, NULL, &made);
	append_owned(out, composed, made);
}

size_t
cp_text_length(const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		n += ((uint8_t)*text & 0xC0) != 0x80;
	return n;
}

size_t
cp_text_prefix(const char *text, size_t n)
{
	size_t i = 0;

	for (; text[i] != '\0'; i++)
		if (((uint8_t)text[i] & 0xC0) != 0x80 && n-- == 0)
			break;
	return i;
}

void
text_casefold(const char *text, size_t len, struct cp_buf *out)
{
	uint8_t *folded;
	size_t made = 0;

	if (len == 0)
		return;
	folded = u8_casefold((const uint8_t *)text, len, NULL, UNINORM_NFKD,
	    NULL, &made);
	append_owned(out, folded, made);
}

int
text_is_word(uint32_t cp)
{
	return uc_is_general_category_withtable(cp, UC_CATEGORY_MASK_L |
	    UC_CATEGORY_MASK_M | UC_CATEGORY_MASK_N);
}
