#ifndef CP_RULES_TEMPLATE_IMPL_H
#define CP_RULES_TEMPLATE_IMPL_H

#include <stddef.h>

#include "lifecycle/rules/template.h"

/* Private to template*.c. */

enum {
	TPL_FILE_MAX = 256 * 1024, /* bytes of a file */
	TPL_BLOCKS_MAX = 1000,
	TPL_TEXT_MAX = 8000,       /* bytes of a block as it is written */
	TPL_DEPTH_MAX = 8,         /* sections within each other */
	TPL_VERSION_MAX = 31       /* bytes: of struct cp_notice_past */
};

enum tpl_key {
	TPL_TITLE, TPL_VERSION, TPL_STATUS, TPL_CHECKED_BY, TPL_VALUES,
	TPL_TRANSLATES, TPL_KEYS
};

/* Part of a text: words of the template, or a value. */
struct tpl_piece {
	int value; /* enum cp_value, or -1: what stands at AT of texts */
	size_t at;
};
struct tpl_block {
	enum cp_block_kind kind;
	unsigned line;
	unsigned on, off;  /* flags that are set, that are not: it is there */
	unsigned items;    /* bits of the kind's items that it says */
	unsigned values;
	const char *picture;
	size_t piece, n_pieces;
	int fixed;
};
struct cp_template {
	struct cp_buf texts; /* words, each with its NUL */
	size_t head[TPL_KEYS]; /* 1 + where in texts; 0: it is not there */
	unsigned head_line[TPL_KEYS];
	const char *const *items;
	int rtl;
	struct tpl_block *block;
	size_t n, cap;
	struct tpl_piece *piece;
	size_t n_pieces, cap_pieces;
};

/* A file that is being read. */
struct tpl_reader {
	const char *at, *end; /* what follows of the text */
	unsigned line;        /* that was read last, from 1 */
	const struct cp_template_kind *kind;
	struct cp_template *t;
	struct cp_template_report *report;
	unsigned declared, used;
	unsigned used_line[CP_VALUES]; /* first */
	int no_memory;
};

/* Adds a problem. */
void tpl_problem(struct tpl_reader *r, unsigned line, const char *fmt, ...)
    CP_PRINTF(3, 4);
/* The next line, without its end; 0 after the last. */
int tpl_next_line(struct tpl_reader *r, const char **line, size_t *len);
/* LEN bytes and a NUL into the template's texts; where. */
size_t tpl_keep(struct tpl_reader *r, const char *text, size_t len);
/* The value, flag or picture of LEN bytes, or -1. */
int tpl_find_value(const char *name, size_t len);
int tpl_find_flag(const char *name, size_t len);
/* template_head.c: the lines up to the first empty one; then, the body being
 * known, whether what is declared is what is used. */
void tpl_read_head(struct tpl_reader *r);
void tpl_check_values(struct tpl_reader *r);
/* template_body.c: all that follows. */
void tpl_read_body(struct tpl_reader *r);
/* Its body while it is read. */
struct tpl_section {
	unsigned flag; /* bit; 0: it was refused */
	int negated;
	unsigned line;
	size_t before;  /* blocks before it */
	size_t problems; /* the same; what was refused in it was something */
};

struct tpl_body {
	struct tpl_reader *r;
	struct tpl_section stack[TPL_DEPTH_MAX];
	size_t depth, beyond; /* sections that are open, and too deep */
	unsigned on, off;
	/* of @items */
	unsigned items, items_line;
	size_t items_depth, items_before;
	/* of the block that is open */
	int open;
	struct cp_buf words; /* of the piece that is not kept yet */
	size_t length;
	int heading, loose;
	int written; /* number of the item before; 0: none */
};
/* Ends the block that is open. */
void tpl_end_block(struct tpl_body *b);
/* Bytes of the value or section at S, braces and all; 0 where there is none. */
size_t tpl_value_length(const char *s, size_t len);
/* template_section.c: a line that begins with @, or is a section; and the end of
 * what @items is about. */
void tpl_read_items(struct tpl_body *b, const char *s, size_t len);
void tpl_read_section(struct tpl_body *b, const char *s, size_t len);
void tpl_end_items(struct tpl_body *b);

/* template_bidi.c: words of a template from right to left, with isolates around
 * what runs the other way; and whether TEXT has letters from right to left. */
void tpl_isolate(const char *text, size_t len, struct cp_buf *out);
int tpl_has_rtl(const char *text);

#endif
