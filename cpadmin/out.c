#include "cpadmin/out.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpadmin/call.h"
#include "cpadmin/out_internal.h"
#include "lifecycle/store/json_put.h"

/* ---- which columns ----------------------------------------------------------- */

static int
column_of(const struct cp_out *o, const char *key, size_t len)
{
	size_t i;

	for (i = 0; i < o->n; i++)
		if (strlen(o->cols[i].key) == len &&
		    memcmp(o->cols[i].key, key, len) == 0)
			return (int)i;
	return -1;
}

static enum cp_rc
fail_column(const struct cp_out *o, const char *key, size_t len,
    struct cp_err *err)
{
	struct cp_buf list;
	size_t i;

	(void)cp_fail(err, CP_USAGE, "--columns: no such column: %.*s",
	    (int)(len < 64 ? len : 64), key);
	cp_buf_init(&list);
	for (i = 0; i < o->n; i++)
		cp_buf_printf(&list, "%s%s", i > 0 ? "," : "", o->cols[i].key);
	cp_err_hint(err, "columns: %s", cp_buf_text(&list));
	cp_buf_clear(&list);
	return CP_USAGE;
}

/* Those of WANTED ("a,b"), in its order; without it all that people see. */
static enum cp_rc
choose(struct cp_out *o, const char *wanted, struct cp_err *err)
{
	size_t i, len;
	int at;

	for (i = 0; i < o->n; i++)
		o->place[i] = wanted == NULL &&
		    (o->json || o->cols[i].heading != NULL) ?
		    (int)o->shown++ : -1;
	for (; wanted != NULL; wanted = *wanted == ',' ? wanted + 1 : NULL) {
		len = strcspn(wanted, ",");
		at = column_of(o, wanted, len);
		if (at < 0)
			return fail_column(o, wanted, len, err);
		if (o->place[at] < 0)
			o->place[at] = (int)o->shown++;
		wanted += len;
	}
	return CP_OK;
}

/* ---- beginning ---------------------------------------------------------------- */

static void
begin_json(struct cp_out *o, const char *kind)
{
	cp_json_open(&o->line, '{');
	cp_json_put_member(&o->line, "kind", kind);
	cp_json_put_key(&o->line, "v");
	cp_json_put_int(&o->line, 1);
	if (o->is_table) {
		cp_json_put_key(&o->line, "rows");
		cp_json_open(&o->line, '[');
	}
}

static enum cp_rc
begin_people(struct cp_out *o, struct cp_err *err)
{
	const char **headings;
	size_t i;

	/* The headings stand behind the cells, in the same allocation. */
	o->cells = calloc(2 * o->shown + 1, sizeof(*o->cells));
	if (o->cells == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	headings = (const char **)(o->cells + o->shown);
	for (i = 0; i < o->n; i++)
		if (o->place[i] >= 0)
			headings[o->place[i]] = o->cols[i].heading != NULL ?
			    o->cols[i].heading : o->cols[i].key;
	return o->is_table ?
	    out_table_new(headings, o->shown, &o->table, err) : CP_OK;
}

static enum cp_rc
begin(const struct cp_call *call, const char *kind,
    const struct cp_column *cols, size_t n, int is_table, struct cp_out **out,
    struct cp_err *err)
{
	struct cp_out *o;
	enum cp_rc rc;

	if (n > OUT_COLUMNS_MAX)
		return cp_fail(err, CP_FAILED, "too many columns");
	o = calloc(1, sizeof(*o));
	if (o == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	o->cols = cols;
	o->n = n;
	o->is_table = is_table;
	o->json = cp_wants_json(call);
	rc = choose(o, cp_option(call, "columns"), err);
	if (rc == CP_OK && o->json)
		begin_json(o, kind);
	else if (rc == CP_OK)
		rc = begin_people(o, err);
	if (rc == CP_OK)
		*out = o;
	else
		cp_out_free(o);
	return rc;
}

enum cp_rc
cp_out_table(const struct cp_call *call, const char *kind,
    const struct cp_column *cols, size_t n, struct cp_out **out,
    struct cp_err *err)
{
	return begin(call, kind, cols, n, 1, out, err);
}

enum cp_rc
cp_out_object(const struct cp_call *call, const char *kind,
    const struct cp_column *cols, size_t n, struct cp_out **out,
    struct cp_err *err)
{
	return begin(call, kind, cols, n, 0, out, err);
}

void
cp_out_brief(struct cp_out *o)
{
	o->brief = 1;
}

/* ---- values ------------------------------------------------------------------- */

/* Moves on to the next column: its place, or -1 where it is not shown.  The
 * first value of a JSON row opens it. */
static int
next(struct cp_out *o)
{
	if (o->at == o->n) {
		o->excess++;
		return -1;
	}
	if (o->json && o->is_table && o->at == 0) {
		if (o->rows > 0)
			cp_buf_putc(&o->line, ',');
		cp_buf_putc(&o->line, '\n');
		cp_json_open(&o->line, '{');
	}
	if (o->json && o->place[o->at] >= 0)
		cp_json_put_key(&o->line, o->cols[o->at].key);
	return o->place[o->at++];
}

/* A value for people, who see nothing for none. */
static void
put_cell(struct cp_out *o, int place, const char *text)
{
	cp_buf_reset(&o->cell);
	cp_out_escape(&o->cell, text);
	o->cells[place] = strdup(cp_buf_text(&o->cell));
	if (o->cells[place] == NULL || o->cell.failed)
		o->line.failed = 1;
}

void
cp_out_text(struct cp_out *o, const char *text)
{
	int place = next(o);

	if (place < 0)
		return;
	if (o->json)
		cp_json_put_string(&o->line, text);
	else
		put_cell(o, place, text != NULL ? text : "");
}

void
cp_out_int(struct cp_out *o, int64_t v)
{
	char text[24];
	int place = next(o);

	if (place < 0)
		return;
	if (o->json) {
		cp_json_put_int(&o->line, v);
	} else {
		(void)snprintf(text, sizeof(text), "%" PRId64, v);
		put_cell(o, place, text);
	}
}

void
cp_out_bool(struct cp_out *o, int v)
{
	int place = next(o);

	if (place < 0)
		return;
	if (o->json)
		cp_json_put_bool(&o->line, v);
	else
		put_cell(o, place, v ? "yes" : "no");
}

void
cp_out_json(struct cp_out *o, const char *json, const char *people)
{
	int place = next(o);

	if (place < 0)
		return;
	if (o->json)
		cp_json_put_raw(&o->line, json, strlen(json));
	else
		put_cell(o, place, people != NULL ? people : json);
}

void
cp_out_lines(struct cp_out *o, const char *json, const char *const *lines,
    size_t n)
{
	int place = next(o);

	if (place < 0)
		return;
	if (o->json) {
		cp_json_put_raw(&o->line, json, strlen(json));
		return;
	}
	cp_buf_reset(&o->cell);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			cp_buf_putc(&o->cell, '\n');
		cp_out_escape(&o->cell, lines[i]);
	}
	o->cells[place] = strdup(cp_buf_text(&o->cell));
	if (o->cells[place] == NULL || o->cell.failed)
		o->line.failed = 1;
}

/* ---- ends --------------------------------------------------------------------- */

static enum cp_rc
write_line(struct cp_out *o, struct cp_err *err)
{
	enum cp_rc rc = cp_buf_check(&o->line, err);

	if (rc == CP_OK && o->line.len > 0 &&
	    fwrite(o->line.data, 1, o->line.len, stdout) != o->line.len)
		rc = cp_fail_errno(err, CP_FAILED, "cannot write the result");
	cp_buf_reset(&o->line);
	return rc;
}

static enum cp_rc
check_row(const struct cp_out *o, struct cp_err *err)
{
	if (o->at != o->n || o->excess > 0)
		return cp_fail(err, CP_FAILED, "%zu values for %zu columns",
		    o->at + o->excess, o->n);
	return CP_OK;
}

enum cp_rc
cp_out_row(struct cp_out *o, struct cp_err *err)
{
	enum cp_rc rc = check_row(o, err);

	if (rc != CP_OK)
		return rc;
	o->at = 0;
	o->rows++;
	if (o->json) {
		cp_json_close(&o->line, '}');
		return write_line(o, err);
	}
	rc = cp_buf_check(&o->line, err);
	if (rc == CP_OK)
		rc = out_table_row(o->table, o->cells, err);
	if (rc == CP_OK && ferror(stdout))
		rc = cp_fail(err, CP_FAILED, "cannot write the result");
	return rc;
}

/* A value; its further lines stand below its first. */
static void
people_value(struct cp_buf *b, const char *text, size_t indent)
{
	for (; *text != '\0'; text++) {
		cp_buf_putc(b, *text);
		if (*text == '\n')
			cp_buf_printf(b, "%*s", (int)indent, "");
	}
	cp_buf_putc(b, '\n');
}

static int
has_line(const struct cp_out *o, size_t i)
{
	return !o->brief || (o->cells[i] != NULL && o->cells[i][0] != '\0');
}

/* "Heading: value" lines, values below each other. */
static void
people_object(struct cp_out *o)
{
	char *const *headings = o->cells + o->shown;
	size_t i, widest = 0, len;

	for (i = 0; i < o->shown; i++) {
		len = has_line(o, i) ? strlen(headings[i]) : 0;
		widest = len > widest ? len : widest;
	}
	for (i = 0; i < o->shown; i++) {
		if (!has_line(o, i))
			continue;
		len = strlen(headings[i]);
		cp_buf_printf(&o->line, "%s:%*s", headings[i],
		    (int)(widest - len + 1), "");
		people_value(&o->line, o->cells[i] != NULL ? o->cells[i] : "",
		    widest + 2);
	}
}

static enum cp_rc
finish(struct cp_out *o, struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	if (!o->is_table) {
		rc = check_row(o, err);
		if (rc == CP_OK && !o->json)
			people_object(o);
	} else if (o->json) {
		cp_buf_puts(&o->line, o->rows > 0 ? "\n]" : "]");
	} else {
		rc = out_table_end(o->table, err);
	}
	if (o->json)
		cp_buf_puts(&o->line, "}\n");
	if (rc == CP_OK)
		rc = write_line(o, err);
	if (rc == CP_OK && (fflush(stdout) != 0 || ferror(stdout)))
		rc = cp_fail_errno(err, CP_FAILED, "cannot write the result");
	return rc;
}

enum cp_rc
cp_out_end(struct cp_out **o, struct cp_err *err)
{
	enum cp_rc rc = finish(*o, err);

	cp_out_free(*o);
	*o = NULL;
	return rc;
}

void
cp_out_free(struct cp_out *o)
{
	size_t i;

	if (o == NULL)
		return;
	for (i = 0; o->cells != NULL && i < o->shown; i++)
		free(o->cells[i]);
	free(o->cells);
	out_table_free(o->table);
	cp_buf_clear(&o->line);
	cp_buf_clear(&o->cell);
	free(o);
}
