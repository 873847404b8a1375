#include "lifecycle/duties/wording.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lifecycle/duties/wording_impl.h"
#include "lifecycle/store/stmt.h"

/* ---- formats ------------------------------------------------------------ */

static const char *const format_words[CP_FORMATS] = { "standard",
	"large-print", "easy-read", "plain-text" };

const char *
cp_format_word(enum cp_format v)
{
	return format_words[v];
}

int
cp_format_parse(const char *text, enum cp_format *out)
{
	for (int i = 0; i < CP_FORMATS; i++)
		if (strcmp(text, format_words[i]) == 0) {
			*out = (enum cp_format)i;
			return 1;
		}
	return 0;
}

/* ---- what is there ------------------------------------------------------ */

void
cp_wordings_free(struct cp_wordings *w)
{
	if (w == NULL)
		return;
	for (size_t i = 0; w->language != NULL && i < w->n; i++) {
		for (int k = 0; k < WORDING_NAMES; k++) {
			cp_template_free(w->language[i].entry[k].text);
			cp_buf_clear(&w->language[i].entry[k].file);
		}
		cp_buf_clear(&w->language[i].words);
	}
	free(w->language);
	free(w);
}

size_t
cp_wording_languages(const struct cp_wordings *w)
{
	return w->n;
}

const struct cp_language *
cp_wording_language_at(const struct cp_wordings *w, size_t i)
{
	return &w->language[i].l;
}

/* The N first bytes of CODE as they are in a folder's name. */
static const struct cp_language *
find_language(const struct cp_wordings *w, const char *code, size_t n)
{
	for (size_t i = 0; i < w->n; i++)
		if (strlen(w->language[i].code) == n &&
		    strncasecmp(w->language[i].code, code, n) == 0)
			return &w->language[i].l;
	return NULL;
}

const struct cp_language *
cp_wording_language(const struct cp_wordings *w, const char *code, int *known)
{
	const struct cp_language *l = NULL;
	size_t n;

	*known = 1;
	if (code == NULL || code[0] == '\0')
		return &w->language[0].l;
	/* "pa-Guru-IN" may be known as "pa-Guru", or as "pa". */
	for (n = strlen(code); l == NULL && n > 0;) {
		l = find_language(w, code, n);
		while (n > 0 && code[--n] != '-')
			;
	}
	*known = l != NULL;
	return l != NULL ? l : &w->language[0].l;
}

static enum wording_name
name_of(enum cp_notice_kind kind, enum cp_band band, int easy)
{
	static const enum wording_name shorts[CP_NOTICE_KINDS] = {
		[CP_NOTICE_EIGHTEEN] = WORDING_EIGHTEEN,
		[CP_NOTICE_ARCHIVED] = WORDING_ARCHIVED,
		[CP_NOTICE_EXTENDED] = WORDING_EXTENDED,
		[CP_NOTICE_WITHDRAWAL] = WORDING_WITHDRAWAL,
		[CP_NOTICE_AUTHORITY] = WORDING_AUTHORITY,
	};

	if (kind == CP_NOTICE_SHIELD)
		return WORDING_SHIELD;
	if (!cp_notice_whole(kind))
		return shorts[kind] + (easy ? 1 : 0);
	if (easy)
		return band == CP_BAND_PARENT ? WORDING_PARENT_EASY :
		    WORDING_EASY;
	return band == CP_BAND_PARENT ? WORDING_PARENT :
	    band == CP_BAND_12 ? WORDING_12 : WORDING_16;
}

const struct cp_wording *
cp_wording_of(const struct cp_wordings *w, const struct cp_language *language,
    enum cp_notice_kind kind, enum cp_band band, enum cp_format format)
{
	const struct wording_language *l =
	    (const struct wording_language *)language;

	(void)w;
	return &l->entry[name_of(kind, band, format == CP_FORMAT_EASY)].w;
}

/* Whether all that it takes is there, and nothing is wrong with it. */
static int
has_access(const struct wording_language *l)
{
	for (int i = WORDING_ACCESS; i <= WORDING_ACCESS_ASK; i++)
		if (l->entry[i].text == NULL || l->entry[i].bad)
			return 0;
	return l->access_words;
}

const struct cp_language *
cp_wording_access_language(const struct cp_wordings *w, const char *code,
    int *known)
{
	const struct cp_language *l = cp_wording_language(w, code, known);

	if (has_access((const struct wording_language *)l))
		return l;
	*known = 0;
	return &w->language[0].l;
}

const struct cp_wording *
cp_wording_access(const struct cp_wordings *w,
    const struct cp_language *language, enum cp_access_letter letter)
{
	const struct wording_language *l =
	    (const struct wording_language *)language;

	(void)w;
	return &l->entry[WORDING_ACCESS + (int)letter].w;
}

/* ---- versions ----------------------------------------------------------- */

enum cp_rc
cp_wording_keep(struct cp_store *s, const struct cp_wording *w,
    const struct cp_now *now, struct cp_err *err)
{
	const struct wording_entry *e = (const struct wording_entry *)w;
	struct cp_stmt *q = cp_stmt(s, SQL_WORDING_KEEP);

	cp_bind_blob(q, w->sha256, sizeof(w->sha256));
	cp_bind_text(q, w->language->code);
	cp_bind_text(q, w->name);
	cp_bind_text(q, w->version);
	cp_bind_text_len(q, cp_buf_text(&e->file), e->file.len);
	cp_bind_text(q, now->time);
	return cp_exec(q, err);
}

enum cp_rc
cp_wording_kept(struct cp_store *s, const uint8_t *sha256,
    struct cp_buf *text, int *found, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_WORDING_KEPT);
	enum cp_rc rc;

	cp_bind_blob(q, sha256, CP_SHA256_LEN);
	rc = cp_step(q, found, err);
	if (rc != CP_OK || !*found)
		return rc;
	cp_buf_puts(text, cp_col_text(q, 0));
	cp_reset(q);
	return cp_buf_check(text, err);
}

/* ---- translations ------------------------------------------------------- */

static const char *
head(const struct wording_entry *e, const char *key)
{
	const char *text = e->text == NULL ? NULL :
	    cp_template_head(e->text, key);

	return text != NULL ? text : "";
}

static enum cp_translation_state
state_of(const struct wording_entry *e, const struct wording_entry *english)
{
	if (!e->there)
		return CP_TRANSLATION_MISSING;
	if (e->text == NULL || e->bad)
		return CP_TRANSLATION_WRONG;
	return strcmp(head(e, "translates"), english->of) == 0 ?
	    CP_TRANSLATION_CURRENT : CP_TRANSLATION_LAGS;
}

enum cp_rc
cp_wording_translations(const struct cp_wordings *w,
    enum cp_rc (*fn)(void *ctx, const struct cp_translation *t,
	struct cp_err *err), void *ctx, struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	for (size_t i = 1; i < w->n; i++)
		for (int k = 0; k < WORDING_NAMES && rc == CP_OK; k++) {
			const struct wording_entry *e =
			    &w->language[i].entry[k];
			const struct wording_entry *english =
			    &w->language[0].entry[k];
			struct cp_translation t = {
				.language = w->language[i].code,
				.name = wording_rules[k].name,
				.version = head(e, "version"),
				.of_version = head(english, "version"),
				.status = head(e, "status"),
				.checked_by = head(e, "checked-by"),
				.original = english->of,
				.state = state_of(e, english) };

			rc = fn(ctx, &t, err);
		}
	return rc;
}

/* ---- dates -------------------------------------------------------------- */

void
cp_wording_date(const struct cp_language *l, struct cp_date date,
    struct cp_buf *out)
{
	int year, month, day;
	const char *at = l->date, *brace;

	cp_date_split(date, &year, &month, &day);
	if (month == 0)
		return;
	for (; (brace = strstr(at, "{{")) != NULL; at = strstr(brace, "}}") +
	    2) {
		cp_buf_put(out, at, (size_t)(brace - at));
		if (brace[2] == 'd')
			cp_buf_printf(out, "%d", day);
		else if (brace[2] == 'm')
			cp_buf_puts(out, l->month[month - 1]);
		else
			cp_buf_printf(out, "%d", year);
	}
	cp_buf_puts(out, at);
}
