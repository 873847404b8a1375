#include "archive/words.h"

#include <string.h>

static const char consonants[] = "bdfghjklmnprstvz";
static const char vowels[] = "aiou";

void
cp_word_put(uint16_t value, char *out)
{
	out[0] = consonants[value >> 12 & 15];
	out[1] = vowels[value >> 10 & 3];
	out[2] = consonants[value >> 6 & 15];
	out[3] = vowels[value >> 4 & 3];
	out[4] = consonants[value & 15];
}

int
cp_word_get(const char *word, uint16_t *value)
{
	const char *letters, *at;
	unsigned sum = 0;
	int i, odd;
	char c;

	for (i = 0; i < CP_WORD_LEN; i++) {
		odd = i % 2;
		letters = odd ? vowels : consonants;
		c = word[i];
		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		at = c != '\0' ? strchr(letters, c) : NULL;
		if (at == NULL)
			return i + 1;
		sum = sum << (odd ? 2 : 4) | (unsigned)(at - letters);
	}
	*value = (uint16_t)sum;
	return 0;
}

uint16_t
cp_word_check(const void *data, size_t len)
{
	const uint8_t *at = data;
	unsigned sum = 0;
	int i;

	for (; len > 0; at++, len--) {
		sum ^= (unsigned)*at << 8;
		for (i = 0; i < 8; i++)
			sum = sum << 1 ^ ((sum & 0x8000) != 0 ? 0x1100b : 0);
	}
	return (uint16_t)sum;
}
