#ifndef CP_ARCHIVE_WORDS_H
#define CP_ARCHIVE_WORDS_H

#include <stddef.h>
#include <stdint.h>

/*
 * Words for bits, to be written by hand: proquints [Wilkerson 2009,
 * arXiv:0901.4016], 16 bits as five letters, consonants and vowels in turn.
 */
enum { CP_WORD_LEN = 5 };

/* Writes VALUE as CP_WORD_LEN lower-case letters and no NUL. */
void cp_word_put(uint16_t value, char *out);
/* Reads CP_WORD_LEN letters of either case into *VALUE.  0, or the place (from
 * 1) of the first letter that cannot stand where it does. */
int cp_word_get(const char *word, uint16_t *value);

/*
 * 16 bits that check LEN bytes: what remains when the bits of the bytes, the
 * highest first, and 16 zeros are divided by x^16 + x^12 + x^3 + x + 1.  That
 * polynomial is primitive: in what is checked, and the check itself, no change
 * within 16 bits and no exchange of two words goes unseen (up to 65535 bits).
 */
uint16_t cp_word_check(const void *data, size_t len);

#endif
