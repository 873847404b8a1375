#ifndef TESTS_LETTERS_H
#define TESTS_LETTERS_H

#include <stdio.h>

#include "lifecycle/duties/letter_bind.h"
#include "lifecycle/duties/previewing.h"

/*
 * Letters to invented families without a store, for tests of what is printed
 * and for measuring how fast.  Whatever goes wrong ends the program.
 */
struct letters {
	struct cp_policy *policy;
	struct cp_wordings *wordings;
	struct cp_rules rules;
	struct cp_now now;
	struct cp_composing with;
};

/* Of the policy in FILE, with the wordings beside it. */
void letters_open(struct letters *l, const char *file);
void letters_close(struct letters *l);
void letters_must(enum cp_rc rc, const struct cp_err *err);
/* Writes what a binder gives to the FILE that is CTX. */
enum cp_rc letters_write(void *ctx, const void *data, size_t len,
    struct cp_err *err);
FILE *letters_create(const char *dir, const char *code, const char *end);
void letters_close_file(FILE *f);
/* Composes letter N of all: the same family under another name; its NAME is
 * borrowed by C. */
struct letters_name {
	char name[80], first[40], reference[16];
	const char *line[8];
	char said[96];
};
void letters_compose(const struct letters *l, const struct cp_preview *p,
    struct cp_composed *c, struct letters_name *name, long n);

/* sheets.c: DIR/LANGUAGE.pdf and .txt of every language; ALL kinds. */
void letters_sheets(const struct letters *l, const char *dir, int all);
/* blocks.c: a block a line, of one letter. */
void letters_blocks(const struct letters *l, const struct cp_preview *p,
    FILE *out, long n);
void letters_put_block(FILE *out, const struct cp_block *b);
/* samples.c: likewise of what never changes. */
void letters_samples(const char *file, const char *dir);
/* flood.c: how fast. */
struct letters_flood {
	long count, part;
	unsigned workers;
	const char *output; /* or NULL: nowhere */
};
void letters_flood(const struct letters *l, const struct cp_preview *p,
    const struct letters_flood *f);

#endif
