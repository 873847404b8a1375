#ifndef CP_DUTIES_COMPOSING_IMPL_H
#define CP_DUTIES_COMPOSING_IMPL_H

#include "lifecycle/duties/composing.h"

/* Between composing*.c, access_letter*.c and access_blocks.c only. */

/* Values on their way into C->values; they are pointed to at the end, since
 * the buffer moves while it grows. */
struct said {
	struct cp_composed *c;
	size_t at[CP_VALUES]; /* place + 1; 0: not there */
};

/* Empties C, and keeps its memory. */
void composed_reset(struct cp_composed *c);
/* TEXT NULL or empty: it is not there. */
void said_put(struct said *s, enum cp_value v, const char *text);
void said_date(struct said *s, enum cp_value v, struct cp_date day);
void said_flag(struct said *s, enum cp_flag flag);
/* Of a run: what is the same in each letter of the sender under POLICY. */
void said_of_run(struct said *s, const struct cp_policy *policy);
enum cp_rc said_end(struct said *s, struct cp_err *err) CP_MUST_CHECK;
/* The lines of the envelope's window: NAME, then N of LINE; and those for the
 * family of DOC. */
enum cp_rc said_to(struct cp_composed *c, const char *name,
    const char *const *line, size_t n, struct cp_err *err) CP_MUST_CHECK;
enum cp_rc said_lines(struct cp_composed *c, const struct cp_document *doc,
    struct cp_err *err) CP_MUST_CHECK;
/* Gathers all that is not the same in each letter. */
enum cp_rc said_spoken(struct cp_composed *c, struct cp_err *err)
    CP_MUST_CHECK;
/* Adds a copy of FROM after what B has; texts are in their place again after
 * blocks_end. */
enum cp_rc blocks_add(struct cp_blocks *b, const struct cp_block *from,
    struct cp_err *err) CP_MUST_CHECK;
void blocks_end(struct cp_blocks *b);

#endif
