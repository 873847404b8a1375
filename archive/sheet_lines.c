#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "archive/base64.h"
#include "archive/crypto.h"
#include "archive/sheet_impl.h"
#include "archive/words.h"

enum {
	WORDS = 6, /* in a line, the last of which checks the others */
	LINE_BYTES = 2 * (WORDS - 1)
};

void
cp_sheet_head(const uint8_t b[CP_SHEET_BYTES], struct cp_sheet *out)
{
	int i;

	for (i = 0; i < SHEET_ID_LEN; i++)
		(void)snprintf(out->of.id + 2 * i, 3, "%02x",
		    b[SHEET_ID + i]);
	out->of.shares = b[SHEET_SHARES];
	out->of.threshold = b[SHEET_THRESHOLD];
	out->index = b[SHEET_INDEX];
}

/* Over the line's number, the first line, which says of which share it is, and
 * the line: a line of another sheet, or in another's place, is found too. */
static uint16_t
check_of(const uint8_t *b, int line)
{
	uint8_t all[1 + 2 * LINE_BYTES];

	all[0] = (uint8_t)(line + 1);
	memcpy(all + 1, b, LINE_BYTES);
	memcpy(all + 1 + LINE_BYTES, b + line * LINE_BYTES, LINE_BYTES);
	return cp_word_check(all, sizeof(all));
}

static uint16_t
two_bytes(const uint8_t *b)
{
	return (uint16_t)(b[0] << 8 | b[1]);
}

void
cp_sheet_write(const uint8_t b[CP_SHEET_BYTES],
    char line[CP_SHEET_LINES][CP_SHEET_LINE])
{
	char *to;
	int l, w;

	for (l = 0; l < CP_SHEET_LINES; l++) {
		to = line[l];
		for (w = 0; w < WORDS; w++) {
			cp_word_put(w < WORDS - 1 ?
			    two_bytes(b + l * LINE_BYTES + 2 * w) :
			    check_of(b, l), to);
			to += CP_WORD_LEN;
			*to++ = w < WORDS - 1 ? ' ' : '\0';
		}
	}
}

/* ---- text as it was typed ----------------------------------------------- */

/* What stands between words, hyphens included as some write them. */
static const char between[] = " \t\r-";

/* The number that may stand before the words of a line, as on paper: its
 * length, with what follows it. */
static size_t
skip_number(const char *at, int line, int *wrong)
{
	int n = 0, value = 0;

	*wrong = 0;
	if (!isdigit((unsigned char)*at))
		return 0;
	if (sscanf(at, "%3d%n", &value, &n) != 1 || value != line + 1)
		*wrong = 1;
	return (size_t)n + strspn(at + n, ".:)");
}

static enum cp_rc
take_words(const char *at, size_t len, int line, char out[CP_SHEET_LINE],
    struct cp_err *err)
{
	const char *end = at + len;
	int words, i;
	size_t n;

	for (words = 0; ; words++) {
		at += strspn(at, between);
		if (at >= end)
			break;
		n = strcspn(at, " \t\r-\n");
		if (words < WORDS && n != CP_WORD_LEN)
			return cp_fail(err, CP_BAD_INPUT, "line %d, word %d "
			    "has %zu letters and not %d", line + 1, words + 1,
			    n, CP_WORD_LEN);
		for (i = 0; words < WORDS && i < CP_WORD_LEN; i++)
			*out++ = (char)tolower((unsigned char)at[i]);
		if (words < WORDS)
			*out++ = words < WORDS - 1 ? ' ' : '\0';
		at += n;
	}
	if (words != WORDS)
		return cp_fail(err, CP_BAD_INPUT, "line %d has %d words and "
		    "not %d", line + 1, words, WORDS);
	return CP_OK;
}

enum cp_rc
cp_sheet_lines(const char *text, char line[CP_SHEET_LINES][CP_SHEET_LINE],
    struct cp_err *err)
{
	size_t len;
	int lines = 0, wrong;
	enum cp_rc rc;

	for (; *text != '\0'; text += strcspn(text, "\n")) {
		text += strspn(text, " \t\r-\n");
		if (*text == '\0')
			break;
		if (lines == CP_SHEET_LINES) {
			lines++;
			break;
		}
		text += skip_number(text, lines, &wrong);
		if (wrong)
			return cp_fail(err, CP_BAD_INPUT, "line %d has another "
			    "number before it", lines + 1);
		len = strcspn(text, "\n");
		rc = take_words(text, len, lines, line[lines], err);
		if (rc != CP_OK)
			return rc;
		lines++;
	}
	if (lines < CP_SHEET_LINES)
		return cp_fail(err, CP_BAD_INPUT, "there are %d lines of a "
		    "sheet's %d", lines, CP_SHEET_LINES);
	if (lines > CP_SHEET_LINES)
		return cp_fail(err, CP_BAD_INPUT, "there are more lines than "
		    "a sheet's %d", CP_SHEET_LINES);
	return CP_OK;
}

/* ---- words to bytes ----------------------------------------------------- */
static enum cp_rc
read_words(const char *text, int line, uint8_t *b, uint16_t *check,
    struct cp_err *err)
{
	uint16_t value = 0;
	int w, wrong;

	for (w = 0; w < WORDS; w++, text += CP_WORD_LEN + 1) {
		wrong = cp_word_get(text, &value);
		if (wrong != 0) {
			(void)cp_fail(err, CP_BAD_INPUT, "line %d, word %d: "
			    "letter %d cannot stand there", line + 1, w + 1,
			    wrong);
			cp_err_hint(err, "letters 1, 3 and 5 of a word are of "
			    "b d f g h j k l m n p r s t v z, and 2 and 4 of "
			    "a i o u");
			return CP_BAD_INPUT;
		}
		if (w < WORDS - 1) {
			*b++ = (uint8_t)(value >> 8);
			*b++ = (uint8_t)value;
		}
	}
	*check = value;
	return CP_OK;
}

/* WRONG has a bit for each line that does not fit. */
static enum cp_rc
name_lines(unsigned wrong, struct cp_err *err)
{
	unsigned others = (1u << CP_SHEET_LINES) - 2;
	char list[4 * CP_SHEET_LINES] = "";
	size_t at = 0;
	int l, many = 0;

	if (wrong == others)
		return cp_fail(err, CP_BAD_INPUT, "line 1 is of another sheet "
		    "than all the others");
	for (l = 0; l < CP_SHEET_LINES; l++)
		if ((wrong >> l & 1) != 0)
			at += (size_t)snprintf(list + at, sizeof(list) - at,
			    "%s%d", many++ > 0 ? ", " : "", l + 1);
	(void)cp_fail(err, CP_BAD_INPUT, many == 1 ? "line %s does not fit "
	    "its checking word" : "lines %s do not fit their checking words",
	    list);
	cp_err_hint(err, "a word was not read as it is written, or the line "
	    "is in a wrong place or of another sheet");
	return CP_BAD_INPUT;
}

enum cp_rc
cp_sheet_read(const char line[CP_SHEET_LINES][CP_SHEET_LINE],
    uint8_t b[CP_SHEET_BYTES], struct cp_err *err)
{
	uint16_t check[CP_SHEET_LINES];
	unsigned wrong = 0;
	enum cp_rc rc = CP_OK;
	int l;

	for (l = 0; rc == CP_OK && l < CP_SHEET_LINES; l++)
		rc = read_words(line[l], l, b + l * LINE_BYTES, &check[l],
		    err);
	if (rc != CP_OK)
		return rc;
	/* All the others are checked together with the first. */
	if (check[0] != check_of(b, 0))
		return name_lines(1, err);
	for (l = 1; l < CP_SHEET_LINES; l++)
		if (check[l] != check_of(b, l))
			wrong |= 1u << l;
	return wrong == 0 ? CP_OK : name_lines(wrong, err);
}
