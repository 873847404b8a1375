#ifndef CP_DUTIES_ACCESS_WORDS_IMPL_H
#define CP_DUTIES_ACCESS_WORDS_IMPL_H

#include "lifecycle/duties/access_words.h"

/* Private to access_words*.c, access_blocks.c and wording_load.c. */

/* A key of access-words.txt, and the values that its text has to have, once
 * each: "{{name}}", or "{{label}} {{value}}"; NULL: none. */
struct access_key {
	const char *key;
	const char *values;
};
extern const struct access_key access_keys[]; /* ends with a NULL */
/* The place of KEY among them; -1. */
int access_key_find(const char *key);

struct cp_access_words {
	struct cp_buf texts;
	size_t *at; /* by key: 1 + where in texts; 0: it is not there */
	int rtl;
};

/* What is wrong in LINE (0: of the file as a whole). */
typedef enum cp_rc access_words_tell_fn(void *ctx, unsigned line,
    const char *what, struct cp_err *err);
/* Reads FILE, of a language that runs right to left if RTL.  All that is wrong
 * was given to TELL, and *OUT is NULL then. */
enum cp_rc access_words_parse(const struct cp_buf *file, int rtl,
    access_words_tell_fn *tell, void *ctx, struct cp_access_words **out,
    struct cp_err *err) CP_MUST_CHECK;

#endif
