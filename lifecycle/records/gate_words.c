#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/records/document_join.h"
#include "lifecycle/records/gate_priv.h"
#include "lifecycle/rules/text.h"

/* ---- the texts that are hidden ------------------------------------------ */

/* Shorter texts are in too many others; of a text, shorter words are. */
enum { TEXT_MIN = 3, WORD_MIN = 5 };

/* Words of places and services that tell none. */
static int
is_common(const char *word, size_t len)
{
	static const char *const words[] = { "academy", "avenue", "centre",
		"child", "children", "church", "clinic", "close", "college",
		"community", "court", "crescent", "doctor", "drive", "education",
		"family", "garden", "gardens", "green", "group", "health",
		"hospital", "house", "infant", "junior", "medical", "nursery",
		"place", "practice", "primary", "saint", "school", "secondary",
		"service", "services", "street", "surgery", "terrace" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i]) == len && memcmp(words[i], word, len) == 0)
			return 1;
	return 0;
}

/* Members whose texts tell a person or a place; others are of the format. */
static int
tells(const char *key)
{
	static const char *const keys[] = { "given", "family", "lines",
		"postcode", "name", "phone", "provider", "practitioner",
		"evidence", "value" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(keys[i], key) == 0)
			return 1;
	return 0;
}

void
gate_words_clear(struct gate_words *w)
{
	for (size_t i = 0; i < w->n; i++)
		cp_buf_clear(&w->word[i]);
	free(w->word);
	memset(w, 0, sizeof(*w));
}

/* WHOLE: nothing may follow it in its word. */
static enum cp_rc
push(struct gate_words *w, const char *folded, size_t len, int whole,
    struct cp_err *err)
{
	size_t cap = w->cap == 0 ? 16 : 2 * w->cap;
	struct cp_buf *more;

	if (w->n == w->cap) {
		more = reallocarray(w->word, cap, sizeof(*more));
		if (more == NULL)
			return cp_fail(err, CP_FAILED, "out of memory");
		w->word = more;
		w->cap = cap;
	}
	cp_buf_init(&w->word[w->n]);
	cp_buf_putc(&w->word[w->n], ' ');
	cp_buf_put(&w->word[w->n], folded, len);
	if (whole)
		cp_buf_putc(&w->word[w->n], ' ');
	w->n++;
	return cp_buf_check(&w->word[w->n - 1], err);
}

/* TEXT as a whole, and each word of it that tells something by itself. */
static enum cp_rc
add_text(struct gate_words *w, const char *text, struct cp_err *err)
{
	struct cp_buf folded;
	const char *p;
	size_t len;
	enum cp_rc rc;

	cp_buf_init(&folded);
	cp_text_fold_words(text, &folded);
	rc = cp_buf_check(&folded, err);
	if (rc == CP_OK && folded.len >= TEXT_MIN)
		rc = push(w, cp_buf_text(&folded), folded.len, 1, err);
	for (p = cp_buf_text(&folded); rc == CP_OK && *p != '\0'; p += len) {
		p += *p == ' ';
		len = strcspn(p, " ");
		if (len >= WORD_MIN && !is_common(p, len))
			rc = push(w, p, len, 0, err);
	}
	cp_buf_clear(&folded);
	return rc;
}

/* Every telling text in V, which is the value of KEY. */
static enum cp_rc
add_texts(struct gate_words *w, const char *key, const struct cp_json *v,
    struct cp_err *err)
{
	const struct cp_json *child;
	const char *name, *text = cp_json_text(v);
	void *iter = NULL;
	enum cp_rc rc = CP_OK;

	if (text != NULL)
		return tells(key) ? add_text(w, text, err) : CP_OK;
	for (size_t i = 0; rc == CP_OK && cp_json_kind(v) == CP_JSON_ARRAY &&
	    i < cp_json_size(v); i++)
		rc = add_texts(w, key, cp_json_at(v, i), err);
	while (rc == CP_OK && cp_json_kind(v) == CP_JSON_OBJECT &&
	    (child = cp_json_next(v, &iter, &name)) != NULL)
		rc = add_texts(w, name, child, err);
	return rc;
}

/* What is open says nothing that is hidden. */
static void
leave_out(struct gate_words *w, const struct gate_words *open)
{
	size_t kept = 0;
	int drop;

	for (size_t i = 0; i < w->n; i++) {
		drop = 0;
		for (size_t k = 0; !drop && k < open->n; k++)
			drop = strcmp(cp_buf_text(&w->word[i]),
			    cp_buf_text(&open->word[k])) == 0;
		if (drop)
			cp_buf_clear(&w->word[i]);
		else
			w->word[kept++] = w->word[i];
	}
	w->n = kept;
}

enum cp_rc
gate_words_load(struct gate_words *w, unsigned hidden, const char *taken,
    size_t len, struct cp_err *err)
{
	struct cp_json *tree = NULL;
	enum cp_rc rc = CP_OK;

	memset(w, 0, sizeof(*w));
	w->hidden = hidden;
	if (len > 0)
		rc = cp_json_parse(taken, len, &tree, err);
	if (rc == CP_OK)
		rc = add_texts(w, "", tree, err);
	if (rc != CP_OK)
		gate_words_clear(w);
	cp_json_free(tree);
	return rc;
}

enum cp_rc
gate_words_settle(struct gate_words *w, const struct cp_document *doc,
    struct cp_err *err)
{
	struct gate_words open = { 0 };
	struct cp_json *left = NULL;
	enum cp_rc rc = cp_document_tree(doc, &left, err);

	if (rc == CP_OK)
		rc = add_texts(&open, "", left, err);
	if (rc == CP_OK)
		leave_out(w, &open);
	gate_words_clear(&open);
	cp_json_free(left);
	return rc;
}

/* ---- what details name -------------------------------------------------- */

/* Which parts a field is of, by its path or its short name. */
static unsigned
parts_of(const char *field)
{
	static const struct {
		const char *prefix;
		unsigned parts;
	} all[] = {
		{ "addresses", CP_HIDE_ADDRESS },
		{ "line", CP_HIDE_ADDRESS },
		{ "postcode", CP_HIDE_ADDRESS },
		{ "carers", CP_HIDE_CARERS | CP_HIDE_CONTACT },
		{ "involvements", GATE_INVOLVEMENTS },
		{ "names", CP_HIDE_FORMER_NAMES },
		{ "given", CP_HIDE_FORMER_NAMES },
		{ "family", CP_HIDE_FORMER_NAMES },
		{ "numbers", CP_HIDE_NUMBERS },
		{ "nhs", CP_HIDE_NUMBERS },
		{ "upn", CP_HIDE_NUMBERS },
	};
	const char *dot = strrchr(field, '.');

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (strncmp(field, all[i].prefix, strlen(all[i].prefix)) != 0)
			continue;
		/* Of a carer, only a telephone is a contact. */
		if (dot != NULL && (all[i].parts & CP_HIDE_CARERS) != 0 &&
		    strcmp(dot, ".phone") != 0)
			return CP_HIDE_CARERS;
		return all[i].parts;
	}
	return 0;
}

/* Whether TEXT is the number of an entry of the ledger that is hidden. */
static int
is_hidden_entry(const struct gate_words *w, const char *text)
{
	char id[32];
	int64_t n;

	for (size_t i = 0; i < cp_json_size(w->ledger); i++) {
		if (!cp_json_int(cp_json_get(cp_json_at(w->ledger, i), "n"),
		    &n))
			continue;
		(void)snprintf(id, sizeof(id), "C-%04lld", (long long)n);
		if (strcmp(id, text) == 0)
			return 1;
	}
	return 0;
}

/* Whether an element of a list names something hidden: a field, a path, a
 * change of one, a way of searching, an entry of the ledger. */
static int
names_hidden(const struct gate_words *w, const struct cp_json *element)
{
	const char *field = cp_json_text(element);

	if (field == NULL)
		field = cp_json_text(cp_json_get(element, "field"));
	if (field == NULL)
		return 0;
	if (strcmp(field, "number") == 0)
		return (w->hidden & CP_HIDE_NUMBERS) != 0;
	if (is_hidden_entry(w, field))
		return 1;
	return (parts_of(field) & w->hidden) != 0;
}

/* The key of the value at PATH: "lines" of "addresses[0].lines[1]". */
static void
key_at(const char *path, char out[32])
{
	const char *dot = strrchr(path, '.');
	const char *key = dot != NULL ? dot + 1 : path;

	(void)snprintf(out, 32, "%.*s", (int)strcspn(key, "["), key);
}

enum cp_rc
gate_words_learn(struct gate_words *w, const char *detail, struct cp_err *err)
{
	const struct cp_json *changes, *one;
	struct cp_json *tree = NULL;
	struct cp_err ignored;
	char key[32];
	enum cp_rc rc = CP_OK;

	if (cp_json_parse(detail, strlen(detail), &tree, &ignored) != CP_OK)
		return CP_OK;
	changes = cp_json_get(tree, "changes");
	for (size_t i = 0; rc == CP_OK && i < cp_json_size(changes); i++) {
		one = cp_json_at(changes, i);
		if (!names_hidden(w, one))
			continue;
		key_at(cp_json_text(cp_json_get(one, "field")), key);
		rc = add_texts(w, key, cp_json_get(one, "was"), err);
		if (rc == CP_OK)
			rc = add_texts(w, key, cp_json_get(one, "is"), err);
	}
	cp_json_free(tree);
	return rc;
}

static void
put_value(struct cp_buf *out, const struct cp_json *v)
{
	struct cp_buf text;

	cp_buf_init(&text);
	cp_json_dump(v, &text);
	cp_json_put_raw(out, cp_buf_text(&text), text.len);
	out->failed |= text.failed;
	cp_buf_clear(&text);
}

static int
put_list(const struct gate_words *w, const struct cp_json *list,
    struct cp_buf *out)
{
	int differs = 0;

	cp_json_open(out, '[');
	for (size_t i = 0; i < cp_json_size(list); i++) {
		if (names_hidden(w, cp_json_at(list, i)))
			differs = 1;
		else
			put_value(out, cp_json_at(list, i));
	}
	cp_json_close(out, ']');
	return differs;
}

/* Members that are lists of fields, of every action that has them. */
static int
is_field_list(const char *key)
{
	static const char *const keys[] = { "changes", "set", "taken", "by",
		"returned" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(keys[i], key) == 0)
			return 1;
	return 0;
}

/* How many involvements there were, of what, and on what they rest. */
static int
counts_involvements(const char *action, const char *key,
    const struct cp_json *tree)
{
	const char *ground = cp_json_text(cp_json_get(tree, "ground"));

	if (strcmp(action, "record.prune") == 0)
		return 1;
	if (strncmp(action, "consent.", 8) == 0)
		return ground != NULL &&
		    strcmp(ground, "unspecified-sensitive") == 0;
	return strcmp(key, "consents") == 0 || strcmp(key, "suppressed") == 0;
}

static int
put_members(const struct gate_words *w, const char *action,
    const struct cp_json *tree, struct cp_buf *out)
{
	const struct cp_json *v;
	const char *key;
	void *iter = NULL;
	int differs = 0;

	cp_json_open(out, '{');
	while ((v = cp_json_next(tree, &iter, &key)) != NULL) {
		if ((w->hidden & GATE_INVOLVEMENTS) != 0 &&
		    counts_involvements(action, key, tree)) {
			differs = 1;
			continue;
		}
		cp_json_put_string(out, key);
		cp_buf_putc(out, ':');
		if (is_field_list(key) && cp_json_kind(v) == CP_JSON_ARRAY)
			differs |= put_list(w, v, out);
		else
			put_value(out, v);
	}
	cp_json_close(out, '}');
	return differs;
}

/* ---- what details say --------------------------------------------------- */

/* TEXT folded into words, with a space before the first and after the last. */
static void
fold(const char *text, struct cp_buf *out)
{
	cp_buf_putc(out, ' ');
	cp_text_fold_words(text, out);
	cp_buf_putc(out, ' ');
}

enum cp_rc
gate_words_say(const struct gate_words *w, const char *text, int *yes,
    struct cp_err *err)
{
	struct cp_buf folded;
	enum cp_rc rc;

	*yes = 0;
	cp_buf_init(&folded);
	fold(text, &folded);
	rc = cp_buf_check(&folded, err);
	for (size_t i = 0; rc == CP_OK && !*yes && i < w->n; i++)
		*yes = strstr(cp_buf_text(&folded),
		    cp_buf_text(&w->word[i])) != NULL;
	cp_buf_clear(&folded);
	return rc;
}

/* Any text at or under V. */
static enum cp_rc
says(const struct gate_words *w, const struct cp_json *v, int *yes,
    struct cp_err *err)
{
	const struct cp_json *child;
	const char *name;
	void *iter = NULL;
	enum cp_rc rc = CP_OK;

	if (*yes)
		return CP_OK;
	if (cp_json_text(v) != NULL)
		return gate_words_say(w, cp_json_text(v), yes, err);
	for (size_t i = 0; rc == CP_OK && cp_json_kind(v) == CP_JSON_ARRAY &&
	    i < cp_json_size(v); i++)
		rc = says(w, cp_json_at(v, i), yes, err);
	while (rc == CP_OK && cp_json_kind(v) == CP_JSON_OBJECT &&
	    (child = cp_json_next(v, &iter, &name)) != NULL)
		rc = says(w, child, yes, err);
	return rc;
}

/* The members of TREE that say nothing hidden. */
static enum cp_rc
put_silent(const struct gate_words *w, const struct cp_json *tree,
    struct cp_buf *out, int *differs, struct cp_err *err)
{
	const struct cp_json *v;
	const char *key;
	void *iter = NULL;
	int yes;
	enum cp_rc rc = CP_OK;

	cp_json_open(out, '{');
	while (rc == CP_OK && (v = cp_json_next(tree, &iter, &key)) != NULL) {
		yes = 0;
		rc = says(w, v, &yes, err);
		*differs |= yes;
		if (rc != CP_OK || yes)
			continue;
		cp_json_put_string(out, key);
		cp_buf_putc(out, ':');
		put_value(out, v);
	}
	cp_json_close(out, '}');
	return rc == CP_OK ? cp_buf_check(out, err) : rc;
}

enum cp_rc
gate_words_redact(const struct gate_words *w, const char *action,
    const char *detail, struct cp_buf *out, int *differs, struct cp_err *err)
{
	struct cp_json *tree = NULL, *rest = NULL;
	struct cp_buf named;
	enum cp_rc rc = cp_json_parse(detail, strlen(detail), &tree, err);

	*differs = 0;
	if (rc != CP_OK || cp_json_kind(tree) != CP_JSON_OBJECT) {
		/* Not of ours: nothing of it is kept. */
		cp_json_free(tree);
		cp_err_clear(err);
		cp_buf_puts(out, "{}");
		*differs = 1;
		return cp_buf_check(out, err);
	}
	cp_buf_init(&named);
	*differs = put_members(w, action, tree, &named);
	rc = cp_buf_check(&named, err);
	if (rc == CP_OK)
		rc = cp_json_parse(cp_buf_text(&named), named.len, &rest, err);
	if (rc == CP_OK)
		rc = put_silent(w, rest, out, differs, err);
	cp_json_free(tree);
	cp_json_free(rest);
	cp_buf_clear(&named);
	return rc;
}
