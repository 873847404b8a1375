#include <stdio.h>
#include <string.h>

#include "lifecycle/duties/wording_impl.h"
#include "lifecycle/rules/text.h"

/* words.txt: what a language is, and the few words around a letter's text. */

enum { WORD_MAX = 400 }; /* bytes of one */
enum word {
	WORD_ENGLISH, WORD_NATIVE, WORD_DIRECTION, WORD_FACE, WORD_PAGE,
	WORD_REFERENCE, WORD_DATE, WORD_MONTH_1, WORD_AND = WORD_MONTH_1 + 12,
	WORD_COMMA, WORD_QR, WORDS
};
static const char *const keys[WORDS] = { "english", "native", "direction",
	"face", "page", "reference", "date", "month-1", "month-2", "month-3",
	"month-4", "month-5", "month-6", "month-7", "month-8", "month-9",
	"month-10", "month-11", "month-12", "and", "comma", "qr" };

struct words {
	struct wording_loader *x;
	struct wording_language *l;
	char *value[WORDS];
	unsigned line;
};

/* KEY may be "". */
static enum cp_rc
trouble(const struct words *w, const char *key, const char *what,
    struct cp_err *err)
{
	return wording_problem(w->x, w->l->code, "words", w->line, err,
	    "%.60s%s%s", key, key[0] != '\0' ? ": " : "", what);
}

/* How often WHAT is in TEXT. */
static int
count(const char *text, const char *what)
{
	int n = 0;

	for (text = strstr(text, what); text != NULL;
	    text = strstr(text + 1, what))
		n++;
	return n;
}

/* Each of NAMES (ends with NULL) once, and no other braces. */
static int
has_each(const char *text, const char *const *names)
{
	int n = 0;

	for (; *names != NULL; names++, n++)
		if (count(text, *names) != 1)
			return 0;
	return count(text, "{") == 2 * n && count(text, "}") == 2 * n;
}

static const char *
wrong(enum word word, const char *text)
{
	static const char *const none[] = { NULL };
	static const char *const page[] = { "{{page}}", "{{pages}}", NULL };
	static const char *const date[] = { "{{day}}", "{{month}}", "{{year}}",
		NULL };

	if (strlen(text) > WORD_MAX)
		return "longer than 400 bytes";
	if (word == WORD_PAGE)
		return has_each(text, page) ? NULL :
		    "{{page}} and {{pages}}, once each";
	if (word == WORD_DATE)
		return has_each(text, date) ? NULL :
		    "{{day}}, {{month}} and {{year}}, once each";
	if (!has_each(text, none))
		return "no braces here";
	if (word == WORD_DIRECTION && strcmp(text, "ltr") != 0 &&
	    strcmp(text, "rtl") != 0)
		return "ltr or rtl";
	if (word == WORD_FACE && strcmp(text, "sans") != 0 &&
	    strcmp(text, "nastaliq") != 0)
		return "sans or nastaliq";
	if (word == WORD_COMMA && strlen(text) > WORDING_COMMA - 2)
		return "the sign alone";
	return NULL;
}

/* LINE is `key: value', with its NUL. */
static enum cp_rc
read_word(struct words *w, char *line, struct cp_err *err)
{
	char *colon = strchr(line, ':');
	const char *why;
	int key = 0;

	if (colon == NULL || colon[1] != ' ' || colon[2] == '\0' ||
	    colon[2] == ' ')
		return trouble(w, "", "each line is `key: value'", err);
	*colon = '\0';
	while (key < WORDS && strcmp(keys[key], line) != 0)
		key++;
	if (key == WORDS)
		return trouble(w, line, "there is no such key", err);
	if (w->value[key] != NULL)
		return trouble(w, line, "it is there twice", err);
	w->value[key] = colon + 2;
	why = wrong((enum word)key, w->value[key]);
	return why == NULL ? CP_OK : trouble(w, line, why, err);
}

/* *GOOD = 0: it is not text; told. */
static enum cp_rc
check_lines(struct words *w, const struct cp_buf *file, int *good,
    struct cp_err *err)
{
	const char *line = cp_buf_text(file), *end = line + file->len, *lf;
	const char *why = file->len == 0 ? "the file is empty" : NULL;
	enum cp_rc rc = CP_OK;

	for (; line < end && why == NULL; line = lf + 1) {
		w->line++;
		lf = memchr(line, '\n', (size_t)(end - line));
		if (lf == NULL)
			lf = end;
		why = cp_text_refuse(line, (size_t)(lf - line));
	}
	*good = why == NULL;
	if (why != NULL)
		rc = trouble(w, "", why, err);
	w->line = 0;
	return rc;
}

static enum cp_rc
read_lines(struct words *w, struct cp_err *err)
{
	char *line = (char *)w->l->words.data;
	char *end = line + w->l->words.len;
	enum cp_rc rc = CP_OK;
	char *lf;

	for (; line < end && rc == CP_OK; line = lf + 1) {
		w->line++;
		lf = memchr(line, '\n', (size_t)(end - line));
		if (lf == NULL)
			lf = end; /* where a NUL is */
		*lf = '\0';
		rc = read_word(w, line, err);
	}
	w->line = 0;
	for (int k = 0; k < WORDS && rc == CP_OK; k++)
		if (w->value[k] == NULL)
			rc = trouble(w, keys[k], "it is not there", err);
	return rc;
}

static void
put_words(const struct words *w)
{
	struct cp_language *l = &w->l->l;

	l->english = w->value[WORD_ENGLISH];
	l->native = w->value[WORD_NATIVE];
	l->rtl = w->value[WORD_DIRECTION] != NULL &&
	    strcmp(w->value[WORD_DIRECTION], "rtl") == 0;
	l->face = w->value[WORD_FACE];
	l->page = w->value[WORD_PAGE];
	l->reference = w->value[WORD_REFERENCE];
	l->date = w->value[WORD_DATE];
	for (int m = 0; m < 12; m++)
		l->month[m] = w->value[WORD_MONTH_1 + m];
	l->and_word = w->value[WORD_AND];
	l->qr = w->value[WORD_QR];
	if (w->value[WORD_COMMA] != NULL)
		(void)snprintf(w->l->comma, sizeof(w->l->comma), "%.*s ",
		    WORDING_COMMA - 2, w->value[WORD_COMMA]);
	l->comma = w->l->comma;
}

enum cp_rc
wording_read_words(struct wording_loader *x, struct wording_language *l,
    struct cp_err *err)
{
	struct words w = { .x = x, .l = l };
	struct cp_buf file;
	int good = 0;
	enum cp_rc rc;

	cp_buf_init(&file);
	rc = wording_read(x, l->code, "words", &file, &good, err);
	if (rc == CP_OK && good)
		rc = check_lines(&w, &file, &good, err);
	if (rc == CP_OK && good) {
		cp_text_nfc(cp_buf_text(&file), file.len, &l->words);
		rc = cp_buf_check(&l->words, err);
	}
	if (rc == CP_OK && good)
		rc = read_lines(&w, err);
	put_words(&w);
	cp_buf_clear(&file);
	return rc;
}
