#ifndef CP_RECORDS_KEYS_PRIV_H
#define CP_RECORDS_KEYS_PRIV_H

#include "lifecycle/records/keys.h"
#include "lifecycle/rules/text.h"

/* Private to keys.c, query.c, match*.c and tie.c. */

enum {
	KEY_WORDS_MAX = 8,  /* words of a name that are looked at */
	KEY_CUT_LENGTH = 35, /* where feeds cut names */
	KEY_CUT_PREFIX = 20  /* folded letters of such a name that count */
};

/* A name folded into words and their sounds, and the words run together. */
struct words {
	struct cp_buf text;  /* words with spaces between */
	struct cp_buf whole; /* and without */
	const char *word[KEY_WORDS_MAX];
	size_t len[KEY_WORDS_MAX];
	char sound[KEY_WORDS_MAX][CP_PHONETIC_MAX];
	char whole_sound[CP_PHONETIC_MAX];
	size_t n;
};

struct key_maker {
	struct cp_keys *keys;
	struct cp_buf bytes; /* salt, kind, 0, value */
	int failed;
};

void words_init(struct words *w);
void words_clear(struct words *w);
/* Replaces what W holds by the words of NAME (NULL: none). */
void words_set(struct words *w, const char *name);

void key_maker_init(struct key_maker *m, const uint8_t salt[CP_SALT_LEN],
    struct cp_keys *keys);
void key_maker_clear(struct key_maker *m);
/* Adds the key of KIND for a value of LEN bytes; none for an empty one. */
void key_add(struct key_maker *m, char kind, const char *value, size_t len);
/* Adds the key of KIND for A, a space, B. */
void key_add_pair(struct key_maker *m, const char *a, const char *b);
/* Adds the key of a long folded name's first letters. */
void key_add_cut(struct key_maker *m, const char *folded);
/* Postcode or number as keys have it: letters and digits, in capitals, into
 * OUT of CAP bytes; how many. */
size_t key_squeeze(const char *text, char *out, size_t cap);

#endif
