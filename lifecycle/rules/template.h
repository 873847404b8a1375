#ifndef CP_RULES_TEMPLATE_H
#define CP_RULES_TEMPLATE_H

#include <stddef.h>

#include "archive/buf.h"
#include "archive/err.h"

/*
 * Wording of letters: a text file with values and sections in it, and no logic
 * at all (cpadmin-wording(5)).  Strict: whatever is not known, or is declared
 * and not used, is an error with its line when the file is read, so that
 * nothing can go wrong when a letter is made.  Pure; a template is read-only
 * and shared between threads freely.
 *
 * Head: lines `key: value'; an empty line; body.  Of the body
 *	# text, ## text     headings
 *	text                a paragraph; its lines are joined
 *	- text, 1. text     items of a list
 *	!picture text       a paragraph with a pictogram (easy read)
 *	[ ] text            a box to tick
 *	___ text            a line to write on, and what belongs there
 *	@items a b          the next blocks, up to the next heading, say a and b
 *			    of what the law asks for
 *	{{#flag}} {{^flag}} {{/flag}}  alone on a line: what is between is there
 *			    if the flag is set, or is not
 * and {{value}} anywhere within a text.
 */

/* What a letter can say.  Of a run: the same in all its letters. */
enum cp_value {
	/* of a run */
	CP_VALUE_AUTHORITY,   /* {{authority}}: name of the local authority */
	CP_VALUE_PHONE,       /* {{phone}} */
	CP_VALUE_EMAIL,       /* {{email}} */
	CP_VALUE_POST,        /* {{post}}: where to write to */
	CP_VALUE_DPO,         /* {{dpo}}: its data protection officer */
	CP_VALUE_AGE_LIMIT,   /* {{age_limit}}: "18" */
	CP_VALUE_ARCHIVE_YEARS, /* {{archive_years}}: "6" */
	CP_VALUE_COMPREHENSION_AGE, /* {{comprehension_age}}: "12" */
	CP_VALUE_STAY_LIMIT,  /* {{stay_limit}}: "25" */
	CP_VALUE_CONNEXIONS_LIMIT, /* {{connexions_limit}}: "20" */
	/* of a letter */
	CP_VALUE_NAME,        /* {{name}}: whole name; of a household, all */
	CP_VALUE_FIRST_NAME,  /* {{first_name}}: how one is spoken to */
	CP_VALUE_REFERENCE,   /* {{reference}} */
	CP_VALUE_DATE,        /* {{date}}: what it is about, in words: archived
			       * on, stays until, withdrawn on */
	CP_VALUE_NEW_AUTHORITY, /* {{new_authority}} */
	CP_VALUE_REASON,      /* {{reason}}: of a shield's outcome, a refusal */
	CP_VALUE_REQUESTER,   /* {{requester}}: who asked for access */
	CP_VALUE_RECEIVED,    /* {{received}}: when, in words */
	CP_VALUE_DUE,         /* {{due}}: by when it is answered, in words */
	CP_VALUE_FEE,         /* {{fee}}: a sum in pounds */
	CP_VALUES
};
enum cp_flag {
	CP_FLAG_TO_CHILD,     /* the reader is the child; else the carer */
	CP_FLAG_SEVERAL,      /* more than one child, in one letter */
	CP_FLAG_UK_GDPR,      /* of notices.law; else DPA 1998 */
	CP_FLAG_FIRST, CP_FLAG_COMPREHENSION, CP_FLAG_VERSION, /* why */
	CP_FLAG_CONNEXIONS, CP_FLAG_CARE_LEAVER, CP_FLAG_LEARNING_DIFFICULTY,
	CP_FLAG_LEAVES,       /* withdrawal: the record leaves because of it */
	CP_FLAG_GRANTED, CP_FLAG_REFUSED, CP_FLAG_LIFTED, /* of a shield */
	/* of access: who asked; what a letter on the way is about; */
	CP_FLAG_SELF, CP_FLAG_PARENT, CP_FLAG_REPRESENTATIVE,
	CP_FLAG_IDENTITY, CP_FLAG_FEE, CP_FLAG_CLARIFY, CP_FLAG_EXTENDED,
	CP_FLAG_ARCHIVED,
	/* the ground of a refusal (access.refuse_grounds); */
	CP_FLAG_IDENTITY_NOT_SHOWN, CP_FLAG_NOT_ENTITLED,
	CP_FLAG_NOT_IN_INTEREST, CP_FLAG_MANIFESTLY_UNFOUNDED,
	CP_FLAG_EXCESSIVE, CP_FLAG_FEE_NOT_PAID, CP_FLAG_REPEATED,
	CP_FLAG_PARTIAL,      /* that something is left out is told */
	CP_FLAG_REASONED,     /* there is {{reason}} */
	CP_FLAGS
};
const char *cp_value_name(enum cp_value v);
const char *cp_flag_name(enum cp_flag v);
/* Whether it is of a letter, not of a run. */
int cp_value_of_letter(enum cp_value v);
int cp_flag_of_letter(enum cp_flag v);

/* What may be in a template: which values and flags, and which values must be
 * used.  Bits by enum. */
struct cp_template_kind {
	unsigned values, must, flags;
	int pictures;              /* !picture blocks may be there */
	const char *const *items;  /* for @items, at most 32, which outlive the
				    * template; ends with NULL; or NULL */
	int rtl;                   /* of a language that runs right to left */
};
/* The pictures that there are; ends with NULL. */
extern const char *const cp_picture_names[];

struct cp_template_problem { unsigned line; char what[200]; };
struct cp_template_report { /* of one file; the first 32 problems */
	struct cp_template_problem problem[32];
	size_t n;
};

/* A key of the head; borrowed from the template. */
struct cp_template;
/* Reads LEN bytes.  CP_BAD_INPUT: REPORT (may be NULL) has all problems, ERR
 * the first with NAME and line. */
enum cp_rc cp_template_parse(const char *name, const char *text, size_t len,
    const struct cp_template_kind *kind, struct cp_template **out,
    struct cp_template_report *report, struct cp_err *err) CP_MUST_CHECK;
void cp_template_free(struct cp_template *t);
/* The value of a key of the head, and its line; NULL, 0. */
const char *cp_template_head(const struct cp_template *t, const char *key);
unsigned cp_template_head_line(const struct cp_template *t, const char *key);

/* What is said, for cp_template_render.  A value that is not there is NULL:
 * only one that the template does not use may be. */
struct cp_said {
	const char *value[CP_VALUES];
	unsigned flags; /* bits by enum cp_flag */
};

enum cp_block_kind {
	CP_BLOCK_H1, CP_BLOCK_H2, CP_BLOCK_TEXT, CP_BLOCK_BULLET,
	CP_BLOCK_NUMBER, CP_BLOCK_PICTURE, CP_BLOCK_TICK, CP_BLOCK_WRITE
};
struct cp_block {
	enum cp_block_kind kind;
	const char *text;    /* UTF-8, one paragraph; never markup */
	const char *picture; /* name; or NULL */
	int fixed;           /* no value of a letter is in it: it reads the same
			      * in each letter of a run that has it */
	int number;          /* of a numbered item, from 1 */
};
/*
 * Calls FN for each block, in order; texts are good during the call.  A value
 * is set in isolates (U+2068, U+2069: UAX #9) where it could run against the
 * text around it, that is always in a language from right to left, and in the
 * others if it has such letters; so are Latin words and groups of digits of a
 * template from right to left (U+2066, U+2069).  Whoever compares the text with
 * what is seen on a page leaves these out.
 * CP_FAILED: a value is used and not there, or empty.  CP_BAD_INPUT: it has
 * what may not stand in a text (cp_text_refuse); it is named, not told.
 */
enum cp_rc cp_template_render(const struct cp_template *t,
    const struct cp_said *said,
    enum cp_rc (*fn)(void *ctx, const struct cp_block *b, struct cp_err *err),
    void *ctx, struct cp_err *err) CP_MUST_CHECK;
/* For what is said besides a template, as of its texts: appends WORDS of LEN
 * bytes in a language from right to left (RTL) or the other way; and VALUE, set
 * in isolates where a template would. */
void cp_template_words(int rtl, const char *words, size_t len,
    struct cp_buf *out);
void cp_template_value(int rtl, const char *value, struct cp_buf *out);
/* Which values are used where FLAGS are set: bits. */
unsigned cp_template_uses(const struct cp_template *t, unsigned flags);
/* Whether every one of ITEMS (ends with NULL) is said where FLAGS are set:
 * NULL, or the first that is not. */
const char *cp_template_lacks(const struct cp_template *t,
    const char *const *items, unsigned flags);
/* Whether T, a translation of ORIGINAL, has the same blocks: kinds, pictures,
 * values, what they say of the law, and under which flags.  0: *WHY, with the
 * line of T, has the first difference. */
int cp_template_alike(const struct cp_template *t,
    const struct cp_template *original, struct cp_template_problem *why);

#endif
