#include <string.h>

#include "lifecycle/rules/text.h"
#include "lifecycle/rules/text_utf8.h"

struct special {
	uint32_t cp;
	const char *text;
};

/* Letters that no normal form takes apart, as English clerks write them; and
 * Arabic letters that Urdu, Persian and careless Arabic type differently. */
static const struct special specials[] = {
	{ 0x00DF, "ss" }, { 0x00E6, "ae" }, { 0x00F0, "d" }, { 0x00F8, "o" },
	{ 0x00FE, "th" }, { 0x0111, "d" }, { 0x0127, "h" }, { 0x0131, "i" },
	{ 0x0138, "k" }, { 0x0142, "l" }, { 0x014B, "n" }, { 0x0153, "oe" },
	{ 0x0167, "t" }, { 0x0180, "b" }, { 0x0188, "c" }, { 0x0192, "f" },
	{ 0x0195, "hv" }, { 0x0199, "k" }, { 0x019A, "l" }, { 0x019E, "n" },
	{ 0x01A5, "p" }, { 0x01AD, "t" }, { 0x01B4, "y" }, { 0x01B6, "z" },
	{ 0x01DD, "e" }, { 0x01E5, "g" }, { 0x0223, "ou" }, { 0x0237, "j" },
	{ 0x0247, "e" }, { 0x0249, "j" }, { 0x0253, "b" }, { 0x0254, "o" },
	{ 0x0256, "d" }, { 0x0257, "d" }, { 0x0259, "e" }, { 0x025B, "e" },
	{ 0x0260, "g" }, { 0x0268, "i" }, { 0x0269, "i" }, { 0x026B, "l" },
	{ 0x0272, "n" }, { 0x0275, "o" }, { 0x0289, "u" }, { 0x028B, "v" },
	{ 0x0629, "ه" }, { 0x0640, "" }, { 0x0649, "ي" }, { 0x06A9, "ك" },
	{ 0x06BE, "ه" }, { 0x06C1, "ه" }, { 0x06CC, "ي" }, { 0xA78C, "" },
};

static const char *
special_text(uint32_t cp)
{
	size_t low = 0;
	size_t high = sizeof(specials) / sizeof(specials[0]);

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (specials[mid].cp == cp)
			return specials[mid].text;
		if (specials[mid].cp < cp)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

/* Accents and vowel points, which people leave out; not the vowel signs of
 * Indic scripts, which are letters in all but name. */
static int
is_accent(uint32_t cp)
{
	return (cp >= 0x0300 && cp <= 0x036F) ||
	    (cp >= 0x0591 && cp <= 0x05C7) || (cp >= 0x0610 && cp <= 0x061A) ||
	    (cp >= 0x064B && cp <= 0x065F) || cp == 0x0670 ||
	    (cp >= 0x06D6 && cp <= 0x06ED) || (cp >= 0x1AB0 && cp <= 0x1AFF) ||
	    (cp >= 0x1DC0 && cp <= 0x1DFF) || (cp >= 0x20D0 && cp <= 0x20FF) ||
	    (cp >= 0xFE20 && cp <= 0xFE2F);
}

/* Modifier letters that stand for apostrophes and the like. */
static int
is_modifier(uint32_t cp)
{
	return cp >= 0x02B0 && cp <= 0x02FF;
}

static int
ends_word(uint32_t cp)
{
	return cp == ' ' || cp == '-' || cp == '.' || cp == ',' || cp == '/' ||
	    cp == 0xA0 || cp == 0x05BE || cp == 0x1680 ||
	    (cp >= 0x2000 && cp <= 0x200A) ||
	    (cp >= 0x2010 && cp <= 0x2015) || cp == 0x202F || cp == 0x205F ||
	    cp == 0x2212 || cp == 0x3000 || cp == 0x30FB || cp == 0xFF0D;
}

/* Where the folded text starts in OUT, and whether a space is owed before the
 * next letter (-1: words are not kept apart). */
struct folding {
	struct cp_buf *out;
	size_t start;
	int space;
	int wide; /* something from U+0300 on went out */
};

static void
fold_put(struct folding *f, const void *text, size_t len)
{
	if (len == 0)
		return;
	if (f->space == 1) {
		cp_buf_putc(f->out, ' ');
		f->space = 0;
	}
	cp_buf_put(f->out, text, len);
}

static void
fold_break(struct folding *f)
{
	if (f->space == 0 && f->out->len > f->start)
		f->space = 1;
}

static void
fold_code_point(struct folding *f, uint32_t cp, const uint8_t *s, size_t n)
{
	const char *special;

	if (cp < 0x80) {
		if ((cp >= 'a' && cp <= 'z') || (cp >= '0' && cp <= '9'))
			fold_put(f, s, n);
		else if (ends_word(cp))
			fold_break(f);
		return;
	}
	special = special_text(cp);
	if (special != NULL) {
		f->wide |= (uint8_t)special[0] >= 0xCC;
		fold_put(f, special, strlen(special));
	} else if (ends_word(cp)) {
		fold_break(f);
	} else if (!is_accent(cp) && !is_modifier(cp) && text_is_word(cp)) {
		f->wide |= cp >= 0x300;
		fold_put(f, s, n);
	}
}

/* Recomposes what the decomposition took apart and folding left: Hangul, kana,
 * Indic two-part vowels. */
static void
fold_compose(struct folding *f)
{
	struct cp_buf copy;

	if (!f->wide || f->out->failed || f->out->len == f->start)
		return;
	cp_buf_init(&copy);
	cp_text_nfc((const char *)f->out->data + f->start,
	    f->out->len - f->start, &copy);
	if (copy.failed) {
		f->out->failed = copy.failed;
	} else {
		f->out->len = f->start;
		cp_buf_put(f->out, copy.data, copy.len);
	}
	cp_buf_clear(&copy);
}

static void
fold_unicode(struct folding *f, const char *text, size_t len)
{
	struct cp_buf folded;
	uint32_t cp = 0;

	cp_buf_init(&folded);
	text_casefold(text, len, &folded);
	for (size_t i = 0; i < folded.len;) {
		size_t n = text_decode(folded.data + i, &cp);

		fold_code_point(f, cp, folded.data + i, n);
		i += n;
	}
	if (folded.failed)
		f->out->failed = folded.failed;
	fold_compose(f);
	cp_buf_clear(&folded);
}

/* 1 when all of TEXT was ASCII and is done. */
static int
fold_ascii(struct folding *f, const char *text, size_t len)
{
	uint8_t *to;
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		if ((uint8_t)text[i] >= 0x80)
			return 0;
	to = cp_buf_grow(f->out, 2 * len);
	if (to == NULL)
		return 1;
	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c | 0x20);
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
			if (f->space == 1) {
				to[n++] = ' ';
				f->space = 0;
			}
			to[n++] = (uint8_t)c;
		} else if (f->space == 0 && n > 0 && ends_word((uint8_t)c)) {
			f->space = 1;
		}
	}
	f->out->len = f->start + n;
	f->out->data[f->out->len] = '\0';
	return 1;
}

static void
fold(const char *text, int space, struct cp_buf *out)
{
	struct folding f = { out, out->len, space, 0 };
	size_t len = strlen(text);

	if (len > 0 && !fold_ascii(&f, text, len))
		fold_unicode(&f, text, len);
}

void
cp_text_fold(const char *text, struct cp_buf *out)
{
	fold(text, -1, out);
}

void
cp_text_fold_words(const char *text, struct cp_buf *out)
{
	fold(text, 0, out);
}
