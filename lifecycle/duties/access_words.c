#include "lifecycle/duties/access_words.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/file.h"
#include "lifecycle/duties/access_words_impl.h"
#include "lifecycle/rules/template.h"
#include "lifecycle/rules/text.h"

enum { FILE_MAX = 256 * 1024, WORD_MAX = 400 /* bytes of a text */ };

/* ---- a file ---------------------------------------------------------------- */

struct reading {
	struct cp_access_words *w;
	struct cp_buf nfc; /* a text, composed */
	access_words_tell_fn *tell;
	void *ctx;
	unsigned line;
	size_t problems;
};

static enum cp_rc CP_PRINTF(3, 4)
trouble(struct reading *r, struct cp_err *err, const char *fmt, ...)
{
	char what[200];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	r->problems++;
	return r->tell(r->ctx, r->line, what, err);
}

static size_t
count(const char *text, const char *what, size_t len)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		n += strncmp(text, what, len) == 0;
	return n;
}

/* Each value of VALUES once, and no other braces. */
static int
has_values(const char *text, const char *values)
{
	size_t n = 0, len;

	for (; values != NULL && *values != '\0'; values += len) {
		values += strspn(values, " ");
		len = strcspn(values, " ");
		if (count(text, values, len) != 1)
			return 0;
		n++;
	}
	return count(text, "{", 1) == 2 * n && count(text, "}", 1) == 2 * n;
}

/* TEXT as it is set: what runs against the text around it is isolated, but not
 * the names of what is put in later. */
static void
put_words(struct cp_access_words *w, const char *text)
{
	const char *brace, *end;

	for (; (brace = strstr(text, "{{")) != NULL &&
	    (end = strstr(brace, "}}")) != NULL; text = end + 2) {
		cp_template_words(w->rtl, text, (size_t)(brace - text),
		    &w->texts);
		cp_buf_put(&w->texts, brace, (size_t)(end + 2 - brace));
	}
	cp_template_words(w->rtl, text, strlen(text), &w->texts);
}

/* LINE is `key: text', with its NUL. */
static enum cp_rc
read_line(struct reading *r, char *line, struct cp_err *err)
{
	struct cp_access_words *w = r->w;
	char *colon = strchr(line, ':');
	const char *text;
	int k;

	if (colon == NULL || colon[1] != ' ' || colon[2] == '\0' ||
	    colon[2] == ' ')
		return trouble(r, err, "each line is `key: text'");
	*colon = '\0';
	text = colon + 2;
	k = access_key_find(line);
	if (k < 0)
		return trouble(r, err, "%.60s: there is no such key", line);
	if (w->at[k] != 0)
		return trouble(r, err, "%s: it is there twice", line);
	cp_buf_reset(&r->nfc);
	cp_text_nfc(text, strlen(text), &r->nfc);
	w->at[k] = w->texts.len + 1;
	put_words(w, cp_buf_text(&r->nfc));
	cp_buf_put(&w->texts, "", 1);
	if (strlen(text) > WORD_MAX)
		return trouble(r, err, "%s: longer than %d bytes", line,
		    WORD_MAX);
	if (!has_values(text, access_keys[k].values))
		return trouble(r, err, "%s: %s", line,
		    access_keys[k].values != NULL ? access_keys[k].values :
		    "no braces here");
	return CP_OK;
}

static enum cp_rc
read_lines(struct reading *r, char *line, char *end, struct cp_err *err)
{
	enum cp_rc rc = CP_OK;
	const char *why;
	char *lf;

	for (; line < end && rc == CP_OK; line = lf + 1) {
		r->line++;
		lf = memchr(line, '\n', (size_t)(end - line));
		if (lf == NULL)
			lf = end; /* where a NUL is */
		why = cp_text_refuse(line, (size_t)(lf - line));
		*lf = '\0';
		rc = why != NULL ? trouble(r, err, "%s", why) :
		    read_line(r, line, err);
	}
	r->line = 0;
	for (int k = 0; access_keys[k].key != NULL && rc == CP_OK; k++)
		if (r->w->at[k] == 0)
			rc = trouble(r, err, "%s: it is not there",
			    access_keys[k].key);
	return rc;
}

static struct cp_access_words *
words_new(int rtl)
{
	struct cp_access_words *w = calloc(1, sizeof(*w));
	size_t n = 0;

	while (access_keys[n].key != NULL)
		n++;
	if (w == NULL)
		return NULL;
	cp_buf_init(&w->texts);
	w->rtl = rtl;
	w->at = calloc(n, sizeof(*w->at));
	if (w->at == NULL) {
		free(w);
		return NULL;
	}
	return w;
}

enum cp_rc
access_words_parse(const struct cp_buf *file, int rtl,
    access_words_tell_fn *tell, void *ctx, struct cp_access_words **out,
    struct cp_err *err)
{
	struct reading r = { .tell = tell, .ctx = ctx };
	struct cp_buf text;
	enum cp_rc rc = CP_OK;

	*out = NULL;
	cp_buf_init(&text);
	cp_buf_init(&r.nfc);
	r.w = words_new(rtl);
	if (r.w == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	cp_buf_put(&text, file->data, file->len);
	rc = cp_buf_check(&text, err);
	if (rc == CP_OK && text.len == 0)
		rc = trouble(&r, err, "the file is empty");
	else if (rc == CP_OK)
		rc = read_lines(&r, (char *)text.data,
		    (char *)text.data + text.len, err);
	if (rc == CP_OK)
		rc = cp_buf_check(&r.nfc, err);
	if (rc == CP_OK)
		rc = cp_buf_check(&r.w->texts, err);
	if (rc == CP_OK && r.problems == 0) {
		*out = r.w;
		r.w = NULL;
	}
	cp_access_words_free(r.w);
	cp_buf_clear(&r.nfc);
	cp_buf_clear(&text);
	return rc;
}

void
cp_access_words_free(struct cp_access_words *w)
{
	if (w == NULL)
		return;
	cp_buf_clear(&w->texts);
	free(w->at);
	free(w);
}

/* ---- loading --------------------------------------------------------------- */

/* The first problem, and how many. */
struct first {
	const char *code;
	unsigned line;
	char what[200];
	size_t n;
};

static enum cp_rc
keep_first(void *ctx, unsigned line, const char *what, struct cp_err *err)
{
	struct first *f = ctx;

	(void)err;
	if (f->n++ > 0)
		return CP_OK;
	f->line = line;
	(void)snprintf(f->what, sizeof(f->what), "%s", what);
	return CP_OK;
}

static enum cp_rc
tell_first(const struct first *f, struct cp_err *err)
{
	char line[16] = "", more[48] = "";

	if (f->line != 0)
		(void)snprintf(line, sizeof(line), ":%u", f->line);
	if (f->n > 1)
		(void)snprintf(more, sizeof(more), " (and %zu more)",
		    f->n - 1);
	(void)cp_fail(err, CP_BAD_INPUT, "notices/%s/access-words.txt%s: %s%s",
	    f->code, line, f->what, more);
	cp_err_hint(err, "see cpadmin-wording(5)");
	return CP_BAD_INPUT;
}

enum cp_rc
cp_access_words_load(const char *folder, const struct cp_language *language,
    struct cp_access_words **out, struct cp_err *err)
{
	struct first first = { .code = language->code };
	char path[4096];
	struct cp_buf file;
	enum cp_rc rc;
	int n = snprintf(path, sizeof(path), "%s/notices/%s/access-words.txt",
	    folder, language->code);

	if (n < 0 || (size_t)n >= sizeof(path))
		return cp_fail(err, CP_USAGE, "path too long");
	cp_buf_init(&file);
	rc = cp_file_read(path, FILE_MAX, &file, err);
	if (rc == CP_OK)
		rc = access_words_parse(&file, language->rtl, keep_first,
		    &first, out, err);
	if (rc == CP_OK && first.n > 0)
		rc = tell_first(&first, err);
	cp_buf_clear(&file);
	return rc;
}

const char *
cp_access_word(const struct cp_access_words *w, const char *key)
{
	int k = access_key_find(key);

	return k < 0 || w->at[k] == 0 ? NULL :
	    cp_buf_text(&w->texts) + w->at[k] - 1;
}
