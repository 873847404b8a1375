#include <stdio.h>
#include <string.h>

#include "lifecycle/records/document_read.h"
#include "lifecycle/rules/text.h"

enum cp_rc
reader_refuse_at(struct reader *r, const char *path, const char *cause)
{
	(void)snprintf(r->why->path, sizeof(r->why->path), "%s", path);
	(void)snprintf(r->why->cause, sizeof(r->why->cause), "%s", cause);
	return cp_fail(r->err, CP_BAD_INPUT, "%s: %s", r->why->path,
	    r->why->cause);
}

enum cp_rc
reader_refuse(struct reader *r, const char *key, const char *cause)
{
	struct cp_buf path;
	enum cp_rc rc;

	cp_buf_init(&path);
	cp_buf_putc(&path, '$');
	if (r->list != NULL)
		cp_buf_printf(&path, ".%s", r->list);
	if (r->list != NULL && r->index != READER_NO_INDEX)
		cp_buf_printf(&path, "[%zu]", r->index);
	if (r->sub != NULL)
		cp_buf_printf(&path, ".%s", r->sub);
	if (key != NULL)
		cp_buf_printf(&path, ".%s", key);
	rc = reader_refuse_at(r, cp_buf_text(&path), cause);
	cp_buf_clear(&path);
	return rc;
}

enum cp_rc
reader_no_memory(struct reader *r)
{
	return cp_fail(r->err, CP_FAILED, "out of memory");
}

enum cp_rc
reader_object(struct reader *r, const struct cp_json *v,
    const char *const *key, size_t n, const struct cp_json **value)
{
	const struct cp_json *member;
	const char *name = NULL;
	char cause[64];
	void *iter = NULL;
	size_t i;

	if (cp_json_kind(v) != CP_JSON_OBJECT)
		return reader_refuse(r, NULL, "not an object");
	for (i = 0; i < n; i++)
		value[i] = NULL;
	for (size_t at = 1; (member = cp_json_next(v, &iter, &name)) != NULL;
	    at++) {
		for (i = 0; i < n && strcmp(key[i], name) != 0; i++)
			continue;
		if (i == n) {
			/* Not the key itself: it may hold anything. */
			(void)snprintf(cause, sizeof(cause),
			    "unknown key, number %zu in its object", at);
			return reader_refuse(r, NULL, cause);
		}
		if (cp_json_kind(member) != CP_JSON_NULL)
			value[i] = member;
	}
	return CP_OK;
}

static enum cp_rc
keep_text(struct reader *r, const char *key, const char *text,
    const char **out)
{
	size_t len;
	char *kept;

	while (*text == ' ')
		text++;
	len = strlen(text);
	while (len > 0 && text[len - 1] == ' ')
		len--;
	if (len == 0) {
		*out = NULL;
		return CP_OK;
	}
	cp_buf_reset(&r->scratch);
	cp_text_nfc(text, len, &r->scratch);
	if (r->scratch.failed)
		return reader_no_memory(r);
	if (r->scratch.len > CP_DOCUMENT_TEXT_MAX &&
	    cp_text_length(cp_buf_text(&r->scratch)) > CP_DOCUMENT_TEXT_MAX)
		return reader_refuse(r, key, "over 256 characters");
	kept = document_alloc(r->doc, r->scratch.len + 1);
	if (kept == NULL)
		return reader_no_memory(r);
	memcpy(kept, r->scratch.data, r->scratch.len);
	*out = kept;
	return CP_OK;
}

enum cp_rc
reader_text(struct reader *r, const struct cp_json *v, const char *key,
    const char **out)
{
	const char *text = cp_json_text(v);
	const char *cause;
	size_t len;

	*out = NULL;
	if (v == NULL)
		return CP_OK;
	if (text == NULL)
		return reader_refuse(r, key, "not a text");
	len = strlen(text);
	/* NFC never takes less than a third of the bytes. */
	if (len > 4 * 3 * CP_DOCUMENT_TEXT_MAX)
		return reader_refuse(r, key, "over 256 characters");
	cause = cp_text_refuse(text, len);
	if (cause != NULL)
		return reader_refuse(r, key, cause);
	return keep_text(r, key, text, out);
}

enum cp_rc
reader_checked(struct reader *r, const struct cp_json *v, const char *key,
    int needed, const char *(*check)(const char *), const char **out)
{
	const char *text = NULL;
	const char *cause = NULL;
	enum cp_rc rc = reader_text(r, v, key, &text);

	if (rc != CP_OK)
		return rc;
	if (text == NULL && needed)
		return reader_refuse(r, key, "missing");
	if (text != NULL && check != NULL)
		cause = check(text);
	if (cause != NULL)
		return reader_refuse(r, key, cause);
	*out = text;
	return CP_OK;
}

enum cp_rc
reader_word(struct reader *r, const struct cp_json *v, const char *key,
    const char *const *words, unsigned *out)
{
	const char *text = cp_json_text(v);
	char cause[sizeof(r->why->cause)];

	if (v == NULL)
		return reader_refuse(r, key, "missing");
	for (unsigned i = 0; text != NULL && words[i] != NULL; i++)
		if (strcmp(words[i], text) == 0) {
			*out = i;
			return CP_OK;
		}
	(void)snprintf(cause, sizeof(cause), "not one of %s, %s%s%s", words[0],
	    words[1], words[2] != NULL ? ", " : "",
	    words[2] != NULL ? words[2] : "");
	return reader_refuse(r, key, cause);
}

enum cp_rc
reader_date(struct reader *r, const struct cp_json *v, const char *key,
    struct cp_date *out)
{
	const char *text = cp_json_text(v);
	struct cp_err ignored;

	out->days = 0;
	if (v == NULL)
		return CP_OK;
	if (text == NULL ||
	    cp_date_parse(text, out, &ignored) != CP_OK)
		return reader_refuse(r, key, "no such date (YYYY-MM-DD)");
	return CP_OK;
}

enum cp_rc
reader_needed_date(struct reader *r, const struct cp_json *v, const char *key,
    struct cp_date *out)
{
	if (v == NULL)
		return reader_refuse(r, key, "missing");
	return reader_date(r, v, key, out);
}

enum cp_rc
reader_bool(struct reader *r, const struct cp_json *v, const char *key,
    int absent, int *out)
{
	*out = absent;
	if (v == NULL)
		return CP_OK;
	if (cp_json_kind(v) != CP_JSON_BOOL)
		return reader_refuse(r, key, "not true or false");
	*out = cp_json_true(v);
	return CP_OK;
}

enum cp_rc
reader_list(struct reader *r, const struct cp_json *v, const char *key,
    size_t size, enum cp_rc (*one)(struct reader *, const struct cp_json *,
    void *), void **out, size_t *n_out)
{
	size_t n = cp_json_size(v);
	enum cp_rc rc = CP_OK;
	uint8_t *entries;

	if (v == NULL)
		return CP_OK;
	if (cp_json_kind(v) != CP_JSON_ARRAY)
		return reader_refuse(r, key, "not a list");
	if (n > CP_DOCUMENT_LIST_MAX)
		return reader_refuse(r, key, "over 200 entries");
	if (n == 0)
		return CP_OK;
	entries = document_alloc(r->doc, n * size);
	if (entries == NULL)
		return reader_no_memory(r);
	r->list = key;
	for (r->index = 0; r->index < n && rc == CP_OK; r->index++) {
		rc = one(r, cp_json_at(v, r->index),
		    entries + r->index * size);
	}
	r->list = NULL;
	r->index = READER_NO_INDEX;
	*out = entries;
	*n_out = n;
	return rc;
}

enum cp_rc
reader_keep(struct reader *r, const char *normal, const char **text)
{
	size_t n = strlen(normal) + 1;
	char *kept;

	if (strcmp(normal, *text) == 0)
		return CP_OK;
	kept = document_alloc(r->doc, n);
	if (kept == NULL)
		return reader_no_memory(r);
	memcpy(kept, normal, n);
	*text = kept;
	return CP_OK;
}
