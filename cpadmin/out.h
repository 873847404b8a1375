#ifndef CP_CPADMIN_OUT_H
#define CP_CPADMIN_OUT_H

#include <stdint.h>

#include "archive/buf.h"
#include "cpadmin/cmd.h"

/*
 * Results on stdout: a table or one thing, for people or as JSON, from the
 * same rows.  Values are given in the order of the columns.  Text for a
 * terminal is escaped: control and bidi characters, invalid UTF-8.  Memory
 * does not grow with the rows.
 */
struct cp_column {
	const char *key;     /* of the JSON */
	const char *heading; /* for people; NULL = JSON only */
};

struct cp_out;

/* {"kind":KIND,"v":1,"rows":[...]}, or a table.  COLS is borrowed until the
 * end. */
enum cp_rc cp_out_table(const struct cp_call *call, const char *kind,
    const struct cp_column *cols, size_t n, struct cp_out **out,
    struct cp_err *err) CP_MUST_CHECK;
/* {"kind":KIND,"v":1,key:value,...}, or a line for each. */
enum cp_rc cp_out_object(const struct cp_call *call, const char *kind,
    const struct cp_column *cols, size_t n, struct cp_out **out,
    struct cp_err *err) CP_MUST_CHECK;

/* Of an object: people see no line of what has no value. */
void cp_out_brief(struct cp_out *o);

void cp_out_text(struct cp_out *o, const char *text); /* NULL = null */
void cp_out_int(struct cp_out *o, int64_t v);
void cp_out_bool(struct cp_out *o, int v);
/* JSON as it stands, and what people see for it (NULL: the JSON). */
void cp_out_json(struct cp_out *o, const char *json, const char *people);
/* JSON as it stands, and for people N lines below each other (objects). */
void cp_out_lines(struct cp_out *o, const char *json,
    const char *const *lines, size_t n);
/* Ends a row of a table. */
enum cp_rc cp_out_row(struct cp_out *o, struct cp_err *err) CP_MUST_CHECK;
/* Ends the output and flushes it: CP_FAILED if stdout took not all.  Frees. */
enum cp_rc cp_out_end(struct cp_out **o, struct cp_err *err) CP_MUST_CHECK;
void cp_out_free(struct cp_out *o);

/* Appends TEXT to B, safe for a terminal. */
void cp_out_escape(struct cp_buf *b, const char *text);
/* Prints an error on stderr, as words or JSON. */
void cp_out_error(int json, const struct cp_err *err);
/* A line of chat on stderr, unless --quiet or --json. */
void cp_say(const struct cp_call *call, const char *fmt, ...) CP_PRINTF(2, 3);

#endif
