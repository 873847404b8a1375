#ifndef CP_STORE_JSON_H
#define CP_STORE_JSON_H

#include <stddef.h>
#include <stdint.h>

#include "archive/buf.h"
#include "archive/err.h"
#include "lifecycle/store/json_put.h"

/*
 * JSON as a tree (RFC 8259), strict: for reading what others wrote and for
 * editing.  To write JSON out, json_put.h is simpler and far cheaper.
 *
 * A struct cp_json is one value.  cp_json_parse and cp_json_new_* give one
 * that the caller owns and frees; values got from inside another are borrowed
 * and live as long as it does.  A tree belongs to one thread at a time.
 */
struct cp_json;

enum cp_json_kind {
	CP_JSON_NONE, /* no value at all: a NULL pointer */
	CP_JSON_NULL,
	CP_JSON_BOOL,
	CP_JSON_INT,
	CP_JSON_REAL,
	CP_JSON_STRING,
	CP_JSON_ARRAY,
	CP_JSON_OBJECT
};

enum {
	CP_JSON_DEPTH_MAX = 32,           /* nested arrays and objects */
	CP_JSON_SIZE_MAX = 64 * 1024 * 1024 /* bytes of text */
};

/*
 * Parses exactly one array or object.  Refused, with CP_BAD_INPUT and the line
 * and column: anything that is not JSON, invalid UTF-8, lone surrogate
 * escapes, U+0000, duplicate keys, numbers out of range, text after the value,
 * over CP_JSON_DEPTH_MAX deep or CP_JSON_SIZE_MAX long.  The error's text never
 * holds a part of the input.
 */
enum cp_rc cp_json_parse(const char *text, size_t len, struct cp_json **out,
    struct cp_err *err) CP_MUST_CHECK;
/*
 * The same for a tree that is only read, and freed by this thread before its
 * next brief one: it stands in memory that the thread keeps for it and that is
 * wiped when it is freed.  A second one at the same time is an ordinary tree.
 */
enum cp_rc cp_json_parse_brief(const char *text, size_t len,
    struct cp_json **out, struct cp_err *err) CP_MUST_CHECK;
void cp_json_free(struct cp_json *v);

enum cp_json_kind cp_json_kind(const struct cp_json *v);
/* Member of an object, or NULL (also when OBJECT is none). */
struct cp_json *cp_json_get(const struct cp_json *object, const char *key);
/* Element of an array, or NULL. */
struct cp_json *cp_json_at(const struct cp_json *array, size_t i);
/* Elements of an array or members of an object; otherwise 0. */
size_t cp_json_size(const struct cp_json *v);
/* Walks an object in the order of its text: start with *ITER = NULL; returns
 * the value and *KEY, NULL at the end. */
struct cp_json *cp_json_next(const struct cp_json *object, void **iter,
    const char **key);

/* The text of a string (NUL-terminated, holds no NUL) or NULL if V is none. */
const char *cp_json_text(const struct cp_json *v);
/* 1 and *OUT when V is an integer, else 0. */
int cp_json_int(const struct cp_json *v, int64_t *out);
/* 1 when V is the literal true. */
int cp_json_true(const struct cp_json *v);

/* The same for a member that must be there: CP_BAD_INPUT names the key. */
enum cp_rc cp_json_need_text(const struct cp_json *object, const char *key,
    const char **out, struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_json_need_int(const struct cp_json *object, const char *key,
    int64_t *out, struct cp_err *err) CP_MUST_CHECK;

/* New values; NULL when out of memory (or when TEXT is not UTF-8). */
struct cp_json *cp_json_new_object(void);
struct cp_json *cp_json_new_array(void);
struct cp_json *cp_json_new_text(const char *text);
struct cp_json *cp_json_new_int(int64_t n);
struct cp_json *cp_json_new_bool(int yes);
struct cp_json *cp_json_new_null(void);
/* Gives *CHILD to PARENT: under KEY in an object, at the end of an array (KEY
 * NULL).  *CHILD is nulled, also on failure; NULL in it counts as out of
 * memory, so that calls can be nested. */
enum cp_rc cp_json_give(struct cp_json *parent, const char *key,
    struct cp_json **child, struct cp_err *err) CP_MUST_CHECK;

/* Puts *CHILD in the place of element I of ARRAY which must have one; as
 * cp_json_give otherwise. */
enum cp_rc cp_json_replace(struct cp_json *array, size_t i,
    struct cp_json **child, struct cp_err *err) CP_MUST_CHECK;

/* Takes element I out of ARRAY, if it is there. */
void cp_json_remove(struct cp_json *array, size_t i);

/* Appends V as compact JSON, members in their order; OUT remembers a
 * failure. */
void cp_json_dump(const struct cp_json *v, struct cp_buf *out);

#endif
