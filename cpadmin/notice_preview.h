#ifndef CP_CPADMIN_NOTICE_PREVIEW_H
#define CP_CPADMIN_NOTICE_PREVIEW_H

#include "lifecycle/duties/previewing.h"

/* For notice_preview*.c: a letter into files. */

/* What was written. */
struct cp_preview_files {
	struct cp_buf json; /* array of paths */
	int pages;
};

/*
 * Writes C to PATH, which ends in .pdf, .txt or .png: of more than one page the
 * pictures are PATH-1.png, PATH-2.png...  Files that are there are replaced.
 * WIDTH: pixels, or columns of text; 0: as is usual.
 */
enum cp_rc cp_preview_write(const struct cp_composed *c, const char *date,
    const struct cp_now *now, const char *path, int width,
    struct cp_preview_files *out, struct cp_err *err) CP_MUST_CHECK;
/* What PATH's end says: 'p' pdf, 't' text, 'g' pictures; 0: none of them. */
int cp_preview_ending(const char *path);

#endif
