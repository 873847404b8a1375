#ifndef CP_DUTIES_LETTER_BIND_IMPL_H
#define CP_DUTIES_LETTER_BIND_IMPL_H

#include "archive/crypto.h"
#include "lifecycle/duties/letter_bind.h"

/*
 * Shared by letter_bind*.c only.  A part is read whole (letter_bind_read.c),
 * its pages and tags are checked against each other (letter_bind_check.c), then
 * it is written under new numbers (letter_bind_put.c) with a cross-reference
 * section of its own, which names the one before [ISO 32000-1, 7.5.8]: so
 * nothing of it need be kept.
 */

/* ---- letter_bind_syntax.c ------------------------------------------------------ */

enum bind_kind {
	BIND_END, BIND_BAD, BIND_INT, BIND_REAL, BIND_NAME, BIND_STRING,
	BIND_WORD, BIND_REF, BIND_ARRAY, BIND_DICT,
	BIND_ARRAY_END, BIND_DICT_END
};
struct bind_cursor { const uint8_t *p, *end; };
/* A token, or a value: then an array or dictionary from its first byte to
 * behind its last. */
struct bind_value {
	enum bind_kind kind;
	const uint8_t *at, *end;
	int64_t n; /* of an integer, of a reference */
};
/* BIND_BAD ends every loop over one. */
void bind_token(struct bind_cursor *c, struct bind_value *out);
void bind_value(struct bind_cursor *c, struct bind_value *out);
/* What is in an array or dictionary V, entered with bind_into; 0 at its end. */
struct bind_cursor bind_into(const struct bind_value *v);
int bind_next(struct bind_cursor *c, struct bind_value *out);
int bind_pair(struct bind_cursor *c, struct bind_value *key,
    struct bind_value *out);
void bind_space(struct bind_cursor *c);
int bind_is_regular(uint8_t c);
/* Digits from *P on, at most 15 of them; -1 where there are none or more. */
int64_t bind_digits(const uint8_t **p, const uint8_t *end);
int bind_is(const struct bind_value *v, const char *text);
/* The value of KEY ("/Type") in DICT; 0 if it is not there. */
int bind_get(const struct bind_value *dict, const char *key,
    struct bind_value *out);

/* ---- a part: letter_bind_read.c ------------------------------------------------ */

enum bind_role {
	BIND_UNUSED, BIND_OTHER, BIND_PAGE, BIND_MARKS, BIND_TOP, BIND_ELEMENT,
	BIND_TREE,  /* made anew */
	BIND_SHARED /* another reads the same */
};
struct bind_object {
	uint32_t at, end;     /* of its value in the part; both 0: none */
	uint32_t stream, len; /* stream 0: none */
	uint32_t number;      /* in the whole */
	enum bind_role role;
	uint32_t use;         /* a page's place; a figure's, from 1; of what
			       * is shared the other */
};
struct bind_part {
	const uint8_t *data;
	size_t len;
	struct bind_object *obj; /* by number; 0 is none */
	size_t n_obj;
	uint32_t root;           /* the catalogue */
	uint32_t *page;          /* in order */
	size_t n_pages;
	uint32_t *marks;         /* of each page: its row of elements, or 0 */
	uint32_t *top;           /* elements for the Document, in order */
	size_t n_top;
	size_t n_figures;
};
enum cp_rc bind_bad(struct cp_err *err, const char *what);
/* Finds the objects.  *P is good for bind_part_clear in any case. */
enum cp_rc bind_part_read(struct bind_part *p, const void *pdf, size_t len,
    struct cp_err *err) CP_MUST_CHECK;
void bind_part_clear(struct bind_part *p);
/* The value of O, which was read before: of a stream its dictionary. */
struct bind_value bind_known(const struct bind_part *p,
    const struct bind_object *o);
/* The value of object N; 0 if there is none, or it is a stream. */
int bind_part_value(const struct bind_part *p, int64_t n,
    struct bind_value *out);

/* ---- letter_bind_check.c ------------------------------------------------------- */

/* Gives each object its role; CP_CORRUPT where pages, tags and the rows of
 * marked content do not fit together. */
enum cp_rc bind_part_check(struct bind_part *p, struct cp_err *err)
    CP_MUST_CHECK;

/* ---- the whole ----------------------------------------------------------------- */

/* Numbers of what is written at the end. */
enum {
	BIND_CATALOG = 1, BIND_PAGES, BIND_STRUCTURE, BIND_DOCUMENT,
	BIND_NUMBERS, BIND_INFO, BIND_METADATA, BIND_FIRST,
	/* kids of a node of the trees of pages and numbers */
	BIND_FAN = 64,
	/* of objects */
	BIND_MOST = INT32_MAX
};
/* What stays of a part: its nodes in these trees, its elements. */
struct bind_kept {
	uint32_t group;   /* the node above its pages */
	uint32_t pages;   /* node */
	uint32_t numbers; /* node; 0: nothing is tagged */
	uint32_t n_pages;
	uint32_t top, n_top;
};
struct cp_bind {
	struct cp_buf title, language, author, figure, made; /* texts */
	int rtl;
	cp_bind_write *put;
	void *ctx;
	uint64_t at;         /* bytes written, before those in `out' */
	uint64_t section;    /* where the last cross-references are, or 0 */
	uint32_t next;       /* free number */
	int64_t n_pages;     /* so far */
	struct bind_kept *kept;
	size_t n_kept, cap_kept;
	struct cp_sha256_ctx *sha; /* of the parts, for the /ID */
	struct cp_buf out;   /* to be written */
	int over;            /* finished, or writing failed */
};

/* Objects being written, in the order of their numbers, which become one
 * section of cross-references. */
struct bind_written { uint32_t number; uint64_t where; };
struct bind_section {
	struct bind_written *obj; /* owned */
	size_t n, cap;
	int failed;
};
void bind_section_clear(struct bind_section *s);
/* "NUMBER 0 obj": it begins here; and "endobj". */
void bind_begin(struct cp_bind *b, struct bind_section *s, uint32_t number);
void bind_end(struct cp_bind *b);
/* N in figures; " N 0 R". */
void bind_put_n(struct cp_buf *out, uint64_t n);
void bind_put_ref(struct cp_buf *out, uint32_t number);
/* The section as object NUMBER, its own last entry, with keys MORE. */
void bind_put_section(struct cp_bind *b, struct bind_section *s,
    uint32_t number, const char *more);
/* Writes what is in b->out. */
enum cp_rc bind_flush(struct cp_bind *b, struct cp_err *err) CP_MUST_CHECK;

/* ---- letter_bind_put.c --------------------------------------------------------- */

/* Puts P, checked, into b->out, and what stays of it into *KEPT.  *NEXT: the
 * next free number. */
enum cp_rc bind_put_part(struct cp_bind *b, struct bind_part *p,
    const char *const *alt, size_t n_alt, struct bind_kept *kept,
    uint32_t *next, struct cp_err *err) CP_MUST_CHECK;

/* ---- letter_bind_about.c ------------------------------------------------------- */

/* Whether it is UTF-8 without control characters. */
int bind_is_text(const char *text);
/* Such a text, as a text string [7.9.2.2]. */
void bind_put_text(struct cp_buf *out, const char *text);
/* Info, and the XMP packet, which says the same [14.3.2]. */
void bind_put_info(struct cp_bind *b, struct bind_section *s);
void bind_put_metadata(struct cp_bind *b, struct bind_section *s);

#endif
