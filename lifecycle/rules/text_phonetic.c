#include <string.h>

#include "lifecycle/rules/text.h"

/* One word on its way to its sound: letters without doubles in, codes out. */
struct sound {
	const char *in;
	size_t n;
	size_t at;
	char *out;
	size_t made;
};

/* The letter D places from the present one; NUL outside the word. */
static char
near(const struct sound *s, int d)
{
	size_t i = s->at + (size_t)d;

	return i < s->n ? s->in[i] : '\0';
}

static int
is_vowel(char c)
{
	return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u' ||
	    c == 'y';
}

static int
is_front(char c)
{
	return c == 'e' || c == 'i' || c == 'y';
}

/* Equal codes with no vowel between are one: ck, dt, sc before e. */
static void
emit(struct sound *s, char code, int joined)
{
	if (joined && s->made > 0 && s->out[s->made - 1] == code)
		return;
	if (s->made + 1 < CP_PHONETIC_MAX)
		s->out[s->made++] = code;
}

/* Letters of the present one's group that it swallows. */
static size_t
sound_c(struct sound *s, int joined)
{
	if (near(s, 1) == 'h') {
		int hard = near(s, 2) == 'r' || near(s, 2) == 'l';

		emit(s, hard ? 'k' : 'X', joined);
		return 2;
	}
	emit(s, is_front(near(s, 1)) ? 's' : 'k', joined);
	return 1;
}

static size_t
sound_s(struct sound *s, int joined)
{
	if (near(s, 1) == 'h') {
		emit(s, 'X', joined);
		return 2;
	}
	if (near(s, 1) == 'c' && near(s, 2) == 'h') {
		emit(s, 'X', joined);
		return 3;
	}
	emit(s, 's', joined);
	return 1;
}

static size_t
sound_t(struct sound *s, int joined)
{
	if (near(s, 1) == 'c' && near(s, 2) == 'h') {
		emit(s, 'X', joined);
		return 3;
	}
	emit(s, 't', joined);
	return near(s, 1) == 'h' ? 2 : 1;
}

static size_t
sound_g(struct sound *s, int joined)
{
	if (near(s, 1) == 'h') {
		int after_vowel = s->at > 0 && is_vowel(near(s, -1));

		if (!after_vowel || is_vowel(near(s, 2)))
			emit(s, 'g', joined);
		return 2;
	}
	emit(s, is_front(near(s, 1)) ? 'j' : 'g', joined);
	return 1;
}

static size_t
sound_d(struct sound *s, int joined)
{
	if (near(s, 1) == 'g' && is_front(near(s, 2)))
		return 1;
	if (near(s, 1) == 't')
		return 1;
	emit(s, 'd', joined);
	return 1;
}

/* h is heard first in a word and between vowels. */
static size_t
sound_h(struct sound *s)
{
	if (s->at == 0 ||
	    (is_vowel(near(s, -1)) && is_vowel(near(s, 1))))
		emit(s, 'h', 0);
	return 1;
}

static size_t
sound_plain(struct sound *s, char c, int joined)
{
	switch (c) {
	case 'p':
		emit(s, near(s, 1) == 'h' ? 'f' : 'p', joined);
		return near(s, 1) == 'h' ? 2 : 1;
	case 'b':
		if (near(s, -1) != 'm' || near(s, 1) != '\0')
			emit(s, 'b', joined);
		return 1;
	case 'q':
		emit(s, 'k', joined);
		return 1;
	case 'v':
		emit(s, 'f', joined);
		return 1;
	case 'x':
		if (s->at > 0)
			emit(s, 'k', joined);
		emit(s, 's', joined);
		return 1;
	case 'z':
		emit(s, s->at == 0 ? 'z' : 's', joined);
		return 1;
	case 'w':
		if (s->at == 0)
			emit(s, 'w', joined);
		return 1;
	default:
		emit(s, c, joined);
		return 1;
	}
}

static size_t
sound_letter(struct sound *s)
{
	char c = near(s, 0);
	int joined = s->at > 0 && !is_vowel(near(s, -1));

	if (is_vowel(c)) {
		if (s->at == 0)
			emit(s, c == 'y' && is_vowel(near(s, 1)) ? 'y' : 'a',
			    0);
		return 1;
	}
	switch (c) {
	case 'c':
		return sound_c(s, joined);
	case 's':
		return sound_s(s, joined);
	case 't':
		return sound_t(s, joined);
	case 'g':
		return sound_g(s, joined);
	case 'd':
		return sound_d(s, joined);
	case 'h':
		return sound_h(s);
	default:
		return sound_plain(s, c, joined);
	}
}

/* kn, gn, pn, ps, wr and wh begin words with a letter nobody hears. */
static size_t
silent_start(const char *in, size_t n)
{
	static const char *const pairs[] = { "kn", "gn", "pn", "ps", "wr" };

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (n > 2 && memcmp(in, pairs[i], 2) == 0)
			return 1;
	return 0;
}

static void
keep_as_is(const char *word, size_t len, char out[CP_PHONETIC_MAX])
{
	if (len >= CP_PHONETIC_MAX) {
		len = CP_PHONETIC_MAX - 1;
		while (len > 0 && ((unsigned char)word[len] & 0xC0) == 0x80)
			len--;
	}
	memcpy(out, word, len);
	out[len] = '\0';
}

void
cp_text_phonetic(const char *word, size_t len, char out[CP_PHONETIC_MAX])
{
	char single[CP_PHONETIC_MAX];
	struct sound s = { single, 0, 0, out, 0 };

	for (size_t i = 0; i < len; i++)
		if (word[i] < 'a' || word[i] > 'z') {
			keep_as_is(word, len, out);
			return;
		}
	for (size_t i = 0; i < len && s.n < sizeof(single); i++)
		if (i == 0 || word[i] != word[i - 1])
			single[s.n++] = word[i];
	s.at = silent_start(single, s.n);
	s.in += s.at;
	s.n -= s.at;
	for (s.at = 0; s.at < s.n;)
		s.at += sound_letter(&s);
	if (s.made == 0 && s.n > 0)
		out[s.made++] = s.in[0];
	out[s.made] = '\0';
}
