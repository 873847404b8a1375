#ifndef CP_DUTIES_PRINTING_BOUND_H
#define CP_DUTIES_PRINTING_BOUND_H

#include "archive/file.h"
#include "lifecycle/duties/printing_impl.h"

/* Between printing_bind.c and printing_bound.c: files and manifest, until they
 * are moved to where they are wanted. */
struct print_bound {
	struct print_work *w;
	struct cp_durable *csv, *json;
	struct cp_buf row;
	int64_t rows;
};

struct cp_bind;
struct print_pdf {
	struct cp_durable *d;
	struct cp_bind *bind;
};

/* A row of the manifest. */
struct print_row {
	char reference[CP_NOTICE_REF];
	char letter[CP_NOTICE_REF]; /* the reference that is printed on it */
	const char *kind, *language, *format;
	char file[2 * PRINT_FILE];
	int64_t first_page, pages;
};

/* Begins, in an empty folder. */
enum cp_rc print_bound_begin(struct print_bound *b, struct print_work *w,
    struct cp_err *err) CP_MUST_CHECK;
void print_bound_clear(struct print_bound *b);
enum cp_rc print_bound_folder(struct print_bound *b, const char *name,
    struct cp_err *err) CP_MUST_CHECK;
enum cp_rc print_bound_open(struct print_bound *b, const char *name,
    struct cp_durable **out, struct cp_err *err) CP_MUST_CHECK;
enum cp_rc print_bound_row(struct print_bound *b, const struct print_row *r,
    struct cp_err *err) CP_MUST_CHECK;
/* The manifest's end. */
enum cp_rc print_bound_end(struct print_bound *b, struct cp_err *err)
    CP_MUST_CHECK;
/* All of it to the run's folder, the manifest last. */
enum cp_rc print_bound_move(struct print_bound *b, struct cp_err *err)
    CP_MUST_CHECK;

#endif
