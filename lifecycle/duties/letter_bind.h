#ifndef CP_DUTIES_LETTER_BIND_H
#define CP_DUTIES_LETTER_BIND_H

#include <stdint.h>

#include "archive/buf.h"
#include "archive/err.h"

/*
 * Binds the PDFs of a press (letter_press.h) into one: pages, tags and number
 * tree in the order in which they come, with language, title, what pictures
 * show, and XMP metadata.  It reads what a press writes, and cairo 1.16, not any
 * PDF; needs memory for one part at a time, however many there are; and gives
 * the same bytes for the same parts.
 *
 * An English letter has about 66 objects.  A reader need not take more than
 * 8,388,607 of them (ISO 32000-1, annex C), those of 127,000 letters; some take
 * half as many.
 */
struct cp_bind;

struct cp_bind_spec {
	const char *title;    /* of the document */
	const char *language; /* BCP 47 */
	int rtl;              /* viewers turn pages from the right */
	const char *author;   /* or NULL */
	const char *figure;   /* what each picture shows, where a part does not
			       * say (cp_bind_add) */
	const char *made;     /* RFC 3339 in UTC */
};

/* What is written, in order; the writer checks and returns failures. */
typedef enum cp_rc cp_bind_write(void *ctx, const void *data, size_t len,
    struct cp_err *err);

enum cp_rc cp_bind_open(const struct cp_bind_spec *spec, cp_bind_write *put,
    void *ctx, struct cp_bind **out, struct cp_err *err) CP_MUST_CHECK;
/* ALT[i] is what the i-th picture of the part shows; or NULL.  *PAGES of the
 * part; *FIRST of it in the whole, from 1.  CP_CORRUPT: not a PDF of a press. */
enum cp_rc cp_bind_add(struct cp_bind *b, const void *pdf, size_t len,
    const char *const *alt, size_t n_alt, int64_t *first, int *pages,
    struct cp_err *err) CP_MUST_CHECK;
/* The end of the file; then it is freed by cp_bind_free. */
enum cp_rc cp_bind_finish(struct cp_bind *b, struct cp_err *err)
    CP_MUST_CHECK;
void cp_bind_free(struct cp_bind *b);

#endif
