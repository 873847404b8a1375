#include "lifecycle/store/json.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* A struct cp_json is a json_t that other files cannot look into. */
static json_t *
in(const struct cp_json *v)
{
	return (json_t *)(uintptr_t)v;
}

static struct cp_json *
out(json_t *v)
{
	return (struct cp_json *)v;
}

/* ---- memory for trees that are read and gone ------------------------------- */

/* A tree of a record takes some 20 KiB, in four hundred pieces. */
enum { SCRATCH_SIZE = 64 * 1024, SCRATCH_ALIGN = 16 };

static _Thread_local struct {
	int filling;  /* allocations are made here */
	int lent;     /* a tree stands here */
	int spilled;  /* a part of it did not fit, and is elsewhere */
	size_t used;
	_Alignas(SCRATCH_ALIGN) unsigned char bytes[SCRATCH_SIZE];
} scratch;

static int
in_scratch(const void *p)
{
	uintptr_t from = (uintptr_t)scratch.bytes;

	return (uintptr_t)p >= from && (uintptr_t)p < from + SCRATCH_SIZE;
}

static void *
allocate(size_t n)
{
	size_t whole = (n + SCRATCH_ALIGN - 1) & ~(size_t)(SCRATCH_ALIGN - 1);
	void *p;

	if (!scratch.filling)
		return malloc(n);
	if (whole < n || whole > SCRATCH_SIZE - scratch.used) {
		scratch.spilled = 1;
		return malloc(n);
	}
	p = &scratch.bytes[scratch.used];
	scratch.used += whole;
	return p;
}

static void
release(void *p)
{
	if (!in_scratch(p))
		free(p);
}

/* Before any thread is there.  What was allocated otherwise is freed as before,
 * so that the order does not matter. */
__attribute__((constructor)) static void
use_scratch(void)
{
	json_set_alloc_funcs(allocate, release);
}

/* People were in it. */
static void
wipe_scratch(void)
{
	explicit_bzero(scratch.bytes, scratch.used);
	scratch.used = 0;
	scratch.lent = scratch.spilled = 0;
}

/* ---- parsing --------------------------------------------------------------- */

/* jansson counts depth only to 2048 and uses the stack for it.  A text with few
 * brackets is not deep, which is found out far faster. */
static int
too_deep(const char *text, size_t len)
{
	int depth = 0;
	size_t open = 0;

	for (size_t i = 0; i < len; i++)
		open += (size_t)((text[i] == '[') | (text[i] == '{'));
	if (open <= CP_JSON_DEPTH_MAX)
		return 0;
	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (c == '"') {
			for (i++; i < len && text[i] != '"'; i++)
				i += text[i] == '\\';
		} else if (c == '[' || c == '{') {
			if (++depth > CP_JSON_DEPTH_MAX)
				return 1;
		} else if (c == ']' || c == '}') {
			depth--;
		}
	}
	return 0;
}

/* jansson's own text may quote the input. */
static const char *
cause(const json_error_t *e)
{
	switch (json_error_code(e)) {
	case json_error_duplicate_key:
		return "duplicate key";
	case json_error_invalid_utf8:
		return "invalid UTF-8";
	case json_error_premature_end_of_input:
		return "ends too soon";
	case json_error_end_of_input_expected:
		return "text after the value";
	case json_error_null_character:
	case json_error_null_byte_in_key:
		return "NUL character";
	case json_error_numeric_overflow:
		return "number out of range";
	case json_error_invalid_syntax:
		return "not JSON";
	default:
		return "cannot be parsed";
	}
}

enum cp_rc
cp_json_parse(const char *text, size_t len, struct cp_json **result,
    struct cp_err *err)
{
	json_error_t e;
	json_t *v;

	if (len > CP_JSON_SIZE_MAX)
		return cp_fail(err, CP_BAD_INPUT, "JSON over %d bytes long",
		    CP_JSON_SIZE_MAX);
	if (too_deep(text, len))
		return cp_fail(err, CP_BAD_INPUT,
		    "JSON nested more than %d deep", CP_JSON_DEPTH_MAX);
	v = json_loadb(text, len, JSON_REJECT_DUPLICATES, &e);
	if (v == NULL && json_error_code(&e) == json_error_out_of_memory)
		return cp_fail(err, CP_FAILED, "out of memory");
	if (v == NULL)
		return cp_fail(err, CP_BAD_INPUT, "line %d, column %d: %s",
		    e.line, e.column, cause(&e));
	*result = out(v);
	return CP_OK;
}

enum cp_rc
cp_json_parse_brief(const char *text, size_t len, struct cp_json **result,
    struct cp_err *err)
{
	enum cp_rc rc;

	if (scratch.lent)
		return cp_json_parse(text, len, result, err);
	scratch.filling = scratch.lent = 1;
	rc = cp_json_parse(text, len, result, err);
	scratch.filling = 0;
	if (rc != CP_OK)
		wipe_scratch();
	return rc;
}

void
cp_json_free(struct cp_json *v)
{
	int brief = v != NULL && in_scratch(v);

	if (!brief || scratch.spilled)
		json_decref(in(v));
	if (brief)
		wipe_scratch();
}

enum cp_json_kind
cp_json_kind(const struct cp_json *v)
{
	if (v == NULL)
		return CP_JSON_NONE;
	switch (json_typeof(in(v))) {
	case JSON_OBJECT:
		return CP_JSON_OBJECT;
	case JSON_ARRAY:
		return CP_JSON_ARRAY;
	case JSON_STRING:
		return CP_JSON_STRING;
	case JSON_INTEGER:
		return CP_JSON_INT;
	case JSON_REAL:
		return CP_JSON_REAL;
	case JSON_TRUE:
	case JSON_FALSE:
		return CP_JSON_BOOL;
	default:
		return CP_JSON_NULL;
	}
}

struct cp_json *
cp_json_get(const struct cp_json *object, const char *key)
{
	return out(json_object_get(in(object), key));
}

struct cp_json *
cp_json_at(const struct cp_json *array, size_t i)
{
	return out(json_array_get(in(array), i));
}

size_t
cp_json_size(const struct cp_json *v)
{
	if (json_is_array(in(v)))
		return json_array_size(in(v));
	return json_object_size(in(v));
}

struct cp_json *
cp_json_next(const struct cp_json *object, void **iter, const char **key)
{
	*iter = *iter == NULL ? json_object_iter(in(object)) :
	    json_object_iter_next(in(object), *iter);
	if (*iter == NULL)
		return NULL;
	*key = json_object_iter_key(*iter);
	return out(json_object_iter_value(*iter));
}

const char *
cp_json_text(const struct cp_json *v)
{
	return json_string_value(in(v));
}

int
cp_json_int(const struct cp_json *v, int64_t *result)
{
	if (!json_is_integer(in(v)))
		return 0;
	*result = json_integer_value(in(v));
	return 1;
}

int
cp_json_true(const struct cp_json *v)
{
	return json_is_true(in(v));
}

enum cp_rc
cp_json_need_text(const struct cp_json *object, const char *key,
    const char **result, struct cp_err *err)
{
	const char *text = cp_json_text(cp_json_get(object, key));

	if (text == NULL)
		return cp_fail(err, CP_BAD_INPUT, "%s: a text is needed", key);
	*result = text;
	return CP_OK;
}

enum cp_rc
cp_json_need_int(const struct cp_json *object, const char *key,
    int64_t *result, struct cp_err *err)
{
	if (!cp_json_int(cp_json_get(object, key), result))
		return cp_fail(err, CP_BAD_INPUT, "%s: an integer is needed",
		    key);
	return CP_OK;
}

struct cp_json *
cp_json_new_object(void)
{
	return out(json_object());
}

struct cp_json *
cp_json_new_array(void)
{
	return out(json_array());
}

struct cp_json *
cp_json_new_text(const char *text)
{
	return out(json_string(text));
}

struct cp_json *
cp_json_new_int(int64_t n)
{
	return out(json_integer(n));
}

struct cp_json *
cp_json_new_bool(int yes)
{
	return out(json_boolean(yes));
}

struct cp_json *
cp_json_new_null(void)
{
	return out(json_null());
}

enum cp_rc
cp_json_give(struct cp_json *parent, const char *key, struct cp_json **child,
    struct cp_err *err)
{
	json_t *v = in(*child);
	int failed;

	*child = NULL;
	/* Both take V over, and free it when they fail. */
	failed = key != NULL ? json_object_set_new(in(parent), key, v) :
	    json_array_append_new(in(parent), v);
	if (failed)
		return cp_fail(err, CP_FAILED, "out of memory");
	return CP_OK;
}

enum cp_rc
cp_json_replace(struct cp_json *array, size_t i, struct cp_json **child,
    struct cp_err *err)
{
	json_t *v = in(*child);

	*child = NULL;
	if (json_array_set_new(in(array), i, v))
		return cp_fail(err, CP_FAILED, "out of memory");
	return CP_OK;
}

void
cp_json_remove(struct cp_json *array, size_t i)
{
	/* Fails only where there is no such element. */
	(void)json_array_remove(in(array), i);
}

static int
dump_bytes(const char *data, size_t len, void *buf)
{
	cp_buf_put(buf, data, len);
	return 0;
}

void
cp_json_dump(const struct cp_json *v, struct cp_buf *buf)
{
	if (json_dump_callback(in(v), dump_bytes, buf,
	    JSON_COMPACT | JSON_ENCODE_ANY) != 0)
		buf->failed = 1;
}
