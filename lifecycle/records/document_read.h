#ifndef CP_RECORDS_DOCUMENT_READ_H
#define CP_RECORDS_DOCUMENT_READ_H

#include "lifecycle/records/document_priv.h"

/* Private to document_read.c and document_parse.c: values of a document out of
 * JSON.  Each refuses with the path of the KEY to blame; V = NULL is absent. */

/* Where the reader is, so that a refusal can say so. */
struct reader {
	struct cp_document *doc;
	struct cp_reject *why;
	struct cp_err *err;
	const char *list; /* "names", "death"; or NULL at the top */
	size_t index;     /* in it; READER_NO_INDEX where it is an object */
	const char *sub;  /* an object inside the entry, or NULL */
	struct cp_buf scratch;
};

#define READER_NO_INDEX ((size_t)-1)

enum cp_rc reader_refuse_at(struct reader *r, const char *path,
    const char *cause) CP_MUST_CHECK;
/* KEY of the present object is to blame; NULL: the object itself. */
enum cp_rc reader_refuse(struct reader *r, const char *key,
    const char *cause) CP_MUST_CHECK;
enum cp_rc reader_no_memory(struct reader *r) CP_MUST_CHECK;

/* VALUE[i] = the member KEY[i] of V, or NULL if absent or null; other members
 * are refused. */
enum cp_rc reader_object(struct reader *r, const struct cp_json *v,
    const char *const *key, size_t n, const struct cp_json **value)
    CP_MUST_CHECK;
/* Each element of the list V, by ONE, into entries of SIZE bytes. */
enum cp_rc reader_list(struct reader *r, const struct cp_json *v,
    const char *key, size_t size, enum cp_rc (*one)(struct reader *,
    const struct cp_json *, void *), void **out, size_t *n_out)
    CP_MUST_CHECK;
/* The text between the spaces at its ends, in NFC, for as long as the document
 * lives; NULL when nothing is left. */
enum cp_rc reader_text(struct reader *r, const struct cp_json *v,
    const char *key, const char **out) CP_MUST_CHECK;
/* A text that must be there, if NEEDED, and must pass CHECK, if there. */
enum cp_rc reader_checked(struct reader *r, const struct cp_json *v,
    const char *key, int needed, const char *(*check)(const char *),
    const char **out) CP_MUST_CHECK;
/* Puts NORMAL in the place of *TEXT, unless they are equal. */
enum cp_rc reader_keep(struct reader *r, const char *normal,
    const char **text) CP_MUST_CHECK;
/* One of WORDS, by its place among them. */
enum cp_rc reader_word(struct reader *r, const struct cp_json *v,
    const char *key, const char *const *words, unsigned *out) CP_MUST_CHECK;
enum cp_rc reader_date(struct reader *r, const struct cp_json *v,
    const char *key, struct cp_date *out) CP_MUST_CHECK;
enum cp_rc reader_needed_date(struct reader *r, const struct cp_json *v,
    const char *key, struct cp_date *out) CP_MUST_CHECK;
enum cp_rc reader_bool(struct reader *r, const struct cp_json *v,
    const char *key, int absent, int *out) CP_MUST_CHECK;

#endif
