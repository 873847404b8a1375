#ifndef CP_CPADMIN_OUT_INTERNAL_H
#define CP_CPADMIN_OUT_INTERNAL_H

/* For out.c and out_table.c only. */

#include "cpadmin/out.h"

enum { OUT_COLUMNS_MAX = 64 };

struct out_table;

struct cp_out {
	const struct cp_column *cols;
	size_t n;
	size_t at;      /* values given of the present row */
	size_t excess;  /* values given beyond the columns */
	size_t rows;
	int json;
	int is_table;
	int brief;
	int place[OUT_COLUMNS_MAX]; /* of each column among those shown; -1 */
	size_t shown;
	struct cp_buf line; /* JSON: the row so far */
	struct cp_buf cell; /* people: one value, escaped */
	char **cells;       /* people: the row so far, by place; owned */
	struct out_table *table;
};

/* A table of SHOWN columns with HEADINGS (borrowed). */
enum cp_rc out_table_new(const char *const *headings, size_t shown,
    struct out_table **out, struct cp_err *err) CP_MUST_CHECK;
/* Takes the strings of CELLS, which become NULL; prints when a chunk is
 * full. */
enum cp_rc out_table_row(struct out_table *t, char **cells,
    struct cp_err *err) CP_MUST_CHECK;
/* Prints what is left. */
enum cp_rc out_table_end(struct out_table *t, struct cp_err *err)
    CP_MUST_CHECK;
void out_table_free(struct out_table *t);

#endif
