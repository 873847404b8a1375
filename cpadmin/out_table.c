#include <libsmartcols/libsmartcols.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cpadmin/out_internal.h"

/* Rows are printed in chunks, so that memory does not grow with their number.
 * A later chunk's columns are at least as wide as the one's before. */
enum { CHUNK = 1000 };

struct out_table {
	const char *const *headings;
	size_t shown;
	size_t width[OUT_COLUMNS_MAX];
	size_t lines;   /* in the present chunk */
	size_t chunks;  /* printed */
	int terminal;
	struct libscols_table *tb; /* NULL between chunks */
};

enum cp_rc
out_table_new(const char *const *headings, size_t shown,
    struct out_table **out, struct cp_err *err)
{
	struct out_table *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	t->headings = headings;
	t->shown = shown;
	t->terminal = isatty(STDOUT_FILENO);
	*out = t;
	return CP_OK;
}

static enum cp_rc
chunk_begin(struct out_table *t, struct cp_err *err)
{
	struct libscols_column *cl;
	size_t i;
	int bad;

	t->tb = scols_new_table();
	if (t->tb == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	bad = scols_table_enable_noheadings(t->tb, t->chunks > 0);
	if (!t->terminal)
		bad |= scols_table_set_termforce(t->tb, SCOLS_TERMFORCE_NEVER);
	for (i = 0; i < t->shown && !bad; i++) {
		cl = scols_table_new_column(t->tb, t->headings[i], 1,
		    t->terminal && i > 0 ? SCOLS_FL_TRUNC : 0);
		bad = cl == NULL;
		if (!bad && t->width[i] > 1)
			bad = scols_column_set_whint(cl, (double)t->width[i]);
	}
	if (bad)
		return cp_fail(err, CP_FAILED, "cannot make a table");
	t->lines = 0;
	return CP_OK;
}

static enum cp_rc
chunk_print(struct out_table *t, struct cp_err *err)
{
	struct libscols_column *cl;
	size_t i;
	int bad;

	bad = scols_print_table(t->tb) != 0;
	for (i = 0; i < t->shown && !bad; i++) {
		cl = scols_table_get_column(t->tb, i);
		t->width[i] = cl != NULL ? scols_column_get_width(cl) : 0;
	}
	scols_unref_table(t->tb);
	t->tb = NULL;
	t->chunks++;
	return bad ? cp_fail(err, CP_FAILED, "cannot print a table") : CP_OK;
}

enum cp_rc
out_table_row(struct out_table *t, char **cells, struct cp_err *err)
{
	struct libscols_line *line;
	enum cp_rc rc;
	size_t i;

	if (t->tb == NULL) {
		rc = chunk_begin(t, err);
		if (rc != CP_OK)
			return rc;
	}
	line = scols_table_new_line(t->tb, NULL);
	if (line == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	for (i = 0; i < t->shown; i++) {
		if (cells[i] != NULL &&
		    scols_line_refer_data(line, i, cells[i]) != 0)
			return cp_fail(err, CP_FAILED, "out of memory");
		cells[i] = NULL;
	}
	return ++t->lines == CHUNK ? chunk_print(t, err) : CP_OK;
}

enum cp_rc
out_table_end(struct out_table *t, struct cp_err *err)
{
	return t->tb != NULL ? chunk_print(t, err) : CP_OK;
}

void
out_table_free(struct out_table *t)
{
	if (t == NULL)
		return;
	if (t->tb != NULL)
		scols_unref_table(t->tb);
	free(t);
}
