#include <string.h>

#include "lifecycle/rules/template_impl.h"

/* The head of a template: what it is, and which values it uses. */

static const char *const keys[TPL_KEYS] = { "title", "version", "status",
	"checked-by", "values", "translates" };

static int
find_key(const char *name, size_t len)
{
	for (int k = 0; k < TPL_KEYS; k++)
		if (strlen(keys[k]) == len && memcmp(keys[k], name, len) == 0)
			return k;
	return -1;
}

const char *
cp_template_head(const struct cp_template *t, const char *key)
{
	int k = find_key(key, strlen(key));

	return k < 0 || t->head[k] == 0 ? NULL :
	    cp_buf_text(&t->texts) + t->head[k] - 1;
}

unsigned
cp_template_head_line(const struct cp_template *t, const char *key)
{
	int k = find_key(key, strlen(key));

	return k < 0 ? 0 : t->head_line[k];
}

/* ---- values of keys ----------------------------------------------------- */

static void
check_version(struct tpl_reader *r, const char *text, size_t len)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";

	if (len > TPL_VERSION_MAX || strspn(text, good) < len)
		tpl_problem(r, r->line, "version: at most %d letters, digits, "
		    "dots and hyphens", TPL_VERSION_MAX);
}

static void
check_translates(struct tpl_reader *r, const char *text, size_t len)
{
	if (len != 16 || strspn(text, "0123456789abcdef") < len)
		tpl_problem(r, r->line, "translates: the first 16 digits of "
		    "the SHA-256 of the English file, in small letters");
}

static void
declare_value(struct tpl_reader *r, const char *name, size_t len)
{
	int v = tpl_find_value(name, len);

	if (v < 0)
		tpl_problem(r, r->line, "values: there is no value %.*s",
		    len > 60 ? 60 : (int)len, name);
	else if ((r->kind->values & 1U << v) == 0)
		tpl_problem(r, r->line, "values: %s is not for this letter",
		    cp_value_name((enum cp_value)v));
	else if ((r->declared & 1U << v) != 0)
		tpl_problem(r, r->line, "values: %s is there twice",
		    cp_value_name((enum cp_value)v));
	else
		r->declared |= 1U << v;
}

/* Names with spaces, or commas, between them. */
static void
declare_values(struct tpl_reader *r, const char *text, size_t len)
{
	size_t i = 0, n;

	while (i < len) {
		for (n = i; n < len && text[n] != ' ' && text[n] != ',';)
			n++;
		if (n > i)
			declare_value(r, text + i, n - i);
		i = n + 1;
	}
}

static void
check_key(struct tpl_reader *r, int key, const char *text, size_t len)
{
	if (memchr(text, '{', len) != NULL || memchr(text, '}', len) != NULL)
		tpl_problem(r, r->line, "%s: no braces in the head",
		    keys[key]);
	else if (key == TPL_VERSION)
		check_version(r, text, len);
	else if (key == TPL_STATUS && (len != 5 ||
	    memcmp(text, "draft", 5) != 0) && (len != 7 ||
	    memcmp(text, "checked", 7) != 0))
		tpl_problem(r, r->line, "status: draft or checked");
	else if (key == TPL_TRANSLATES)
		check_translates(r, text, len);
	else if (key == TPL_VALUES)
		declare_values(r, text, len);
	else if (len > 200)
		tpl_problem(r, r->line, "%s: longer than 200 bytes", keys[key]);
}

/* ---- lines -------------------------------------------------------------- */

static void
read_key(struct tpl_reader *r, const char *line, size_t len)
{
	const char *colon = memchr(line, ':', len);
	size_t n, skip;
	int key;

	if (colon == NULL) {
		tpl_problem(r, r->line, "the head has lines `key: value' and "
		    "ends with an empty line");
		return;
	}
	n = (size_t)(colon - line);
	key = find_key(line, n);
	for (skip = n + 1; skip < len && line[skip] == ' ';)
		skip++;
	if (key < 0)
		tpl_problem(r, r->line, "the head has no key %.*s",
		    n > 60 ? 60 : (int)n, line);
	else if (r->t->head[key] != 0)
		tpl_problem(r, r->line, "%s is there twice", keys[key]);
	else if (skip == len)
		tpl_problem(r, r->line, "%s is empty", keys[key]);
	else if (skip != n + 2)
		tpl_problem(r, r->line, "%s: one space after the colon",
		    keys[key]);
	else
		check_key(r, key, line + skip, len - skip);
	if (key < 0 || r->t->head[key] != 0)
		return;
	r->t->head_line[key] = r->line;
	r->t->head[key] = 1 + tpl_keep(r, line + skip, len - skip);
}

static void
check_status(struct tpl_reader *r)
{
	const char *status = cp_template_head(r->t, "status");
	int by = r->t->head[TPL_CHECKED_BY] != 0;

	if (status == NULL)
		return;
	if (strcmp(status, "checked") == 0 && !by)
		tpl_problem(r, r->t->head_line[TPL_STATUS], "who checked it is "
		    "missing: checked-by");
	if (strcmp(status, "draft") == 0 && by)
		tpl_problem(r, r->t->head_line[TPL_CHECKED_BY], "a draft was "
		    "checked by nobody");
}

void
tpl_read_head(struct tpl_reader *r)
{
	static const enum tpl_key needed[] = { TPL_TITLE, TPL_VERSION,
		TPL_STATUS, TPL_VALUES };
	const char *line;
	size_t len = 0;

	while (tpl_next_line(r, &line, &len) && len > 0)
		read_key(r, line, len);
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (r->t->head[needed[i]] == 0)
			tpl_problem(r, 1, "the head has no %s",
			    keys[needed[i]]);
	check_status(r);
}

void
tpl_check_values(struct tpl_reader *r)
{
	unsigned line = r->t->head_line[TPL_VALUES];

	for (unsigned v = 0; v < CP_VALUES; v++) {
		const char *name = cp_value_name((enum cp_value)v);
		unsigned bit = 1U << v;

		if ((r->used & bit) != 0 && (r->declared & bit) == 0)
			tpl_problem(r, r->used_line[v], "{{%s}} is used but not "
			    "declared: add it to values", name);
		if ((r->declared & bit) != 0 && (r->used & bit) == 0)
			tpl_problem(r, line, "values: %s is not used", name);
		else if ((r->kind->must & bit) != 0 && (r->used & bit) == 0)
			tpl_problem(r, line, "{{%s}} must be in this letter",
			    name);
	}
}
