#include <string.h>

#include "lifecycle/records/document_hide.h"
#include "lifecycle/records/document_kinds.h"
#include "lifecycle/store/json.h"

/* ---- reading what was hidden --------------------------------------------- */

static enum cp_rc
not_one(struct cp_err *err)
{
	return cp_fail(err, CP_CORRUPT, "not what was hidden of a record");
}

/* What was hidden when TREE was made; without a word of it, everything. */
static enum cp_rc
read_set(const struct cp_json *tree, unsigned *set, struct cp_err *err)
{
	const struct cp_json *list = cp_json_get(tree, "hidden");

	*set = list == NULL ? CP_HIDE_ALL : 0;
	if (list != NULL && cp_json_kind(list) != CP_JSON_ARRAY)
		return not_one(err);
	for (size_t i = 0; i < cp_json_size(list); i++) {
		const char *word = cp_json_text(cp_json_at(list, i));
		unsigned part = word != NULL ? cp_hide_parse(word) : 0;

		if (part == 0)
			return not_one(err);
		*set |= part;
	}
	return CP_OK;
}

/* A document of nobody with the lists of TREE, to have them checked as those
 * of any document are; THERE: which of them TREE has. */
static enum cp_rc
put_shell(const struct cp_json *tree,
    const struct document_list lists[DOCUMENT_LISTS],
    int there[DOCUMENT_LISTS], struct cp_buf *out, struct cp_err *err)
{
	size_t known = cp_json_get(tree, "hidden") != NULL;

	cp_buf_puts(out, "{\"cpadmin\":\"record/1\",\"authority\":\"A\","
	    "\"gender\":\"not-specified\",\"birth_date\":\"1900\"");
	for (int i = 0; i < DOCUMENT_LISTS; i++) {
		const char *key = lists[i].kind->key;
		const struct cp_json *list = cp_json_get(tree, key);

		there[i] = list != NULL;
		known += list != NULL;
		if (list != NULL) {
			cp_json_put_key(out, key);
			cp_json_dump(list, out);
		}
	}
	if (cp_json_get(tree, "names") == NULL)
		cp_buf_puts(out, ",\"names\":[{\"type\":\"current\","
		    "\"given\":\"A\"}]");
	cp_buf_putc(out, '}');
	return known == cp_json_size(tree) ? cp_buf_check(out, err) :
	    not_one(err);
}

static enum cp_rc
read_lists(const char *text, size_t len,
    const struct document_list lists[DOCUMENT_LISTS], unsigned *set,
    int there[DOCUMENT_LISTS], struct cp_document **out, struct cp_err *err)
{
	static const struct cp_date any = { 0 };
	struct cp_json *tree = NULL;
	struct cp_reject why;
	struct cp_buf shell;
	enum cp_rc rc = cp_json_parse(text, len, &tree, err);

	cp_buf_init(&shell);
	if (rc == CP_OK && cp_json_kind(tree) != CP_JSON_OBJECT)
		rc = not_one(err);
	if (rc == CP_OK)
		rc = read_set(tree, set, err);
	if (rc == CP_OK)
		rc = put_shell(tree, lists, there, &shell, err);
	if (rc == CP_OK)
		rc = cp_document_parse(cp_buf_text(&shell), shell.len, any,
		    out, &why, err);
	if (rc == CP_BAD_INPUT)
		rc = not_one(err);
	cp_buf_clear(&shell);
	cp_json_free(tree);
	return rc;
}

/* ---- laying it over ------------------------------------------------------ */

struct laying {
	const struct document_kind *kind;
	const struct document_list *open, *laid;
	unsigned set;
	char *entries; /* of what comes of it */
	size_t n;
	uint8_t used[CP_DOCUMENT_LIST_MAX]; /* of the open ones */
};

/* What is laid over takes the place of a group where it was hidden whole, and
 * where nothing of that group is open. */
static int
takes(const struct laying *l, unsigned group)
{
	int here = 0, open = 0;

	for (size_t i = 0; i < *l->laid->n; i++) {
		const void *entry = document_entry(l->laid, i);

		if (l->kind->group(entry) != group)
			continue;
		if ((l->kind->part(entry) & l->set) != 0)
			return 1;
		here = 1;
	}
	for (size_t i = 0; i < *l->open->n; i++)
		open |= l->kind->group(document_entry(l->open, i)) == group;
	return here && !open;
}

/* The open entry that ENTRY is, or NULL. */
static void *
open_one(struct laying *l, const void *entry, int unused)
{
	for (size_t i = 0; i < *l->open->n; i++) {
		void *open = document_entry(l->open, i);

		if ((unused && l->used[i]) || !l->kind->same(open, entry))
			continue;
		if (unused)
			l->used[i] = 1;
		return open;
	}
	return NULL;
}

static void *
add(struct laying *l, const void *entry)
{
	if (l->n == CP_DOCUMENT_LIST_MAX)
		return NULL;
	return memcpy(l->entries + l->kind->size * l->n++, entry,
	    l->kind->size);
}

static void
lay_one(struct laying *l, const void *entry)
{
	const void *open;
	void *put;

	if (takes(l, l->kind->group(entry))) {
		open = open_one(l, entry, 0);
		put = add(l, entry);
		if (put != NULL && open != NULL)
			l->kind->fill(put, open, 0);
		return;
	}
	open = open_one(l, entry, 1);
	put = open != NULL ? add(l, open) : NULL;
	if (put != NULL && l->kind->bares(entry, l->set))
		l->kind->fill(put, entry, 1);
}

/* In the order in which they were, and what is new after it. */
static void
lay(struct laying *l)
{
	for (size_t i = 0; i < *l->laid->n; i++)
		lay_one(l, document_entry(l->laid, i));
	for (size_t i = 0; i < *l->open->n; i++) {
		const void *open = document_entry(l->open, i);

		if (!l->used[i] && !takes(l, l->kind->group(open)))
			(void)add(l, open);
	}
}

enum cp_rc
cp_document_unhide(struct cp_document **doc, const char *text, size_t len,
    struct cp_err *err)
{
	struct document_list open[DOCUMENT_LISTS], laid[DOCUMENT_LISTS];
	struct laying made[DOCUMENT_LISTS] = { { NULL, NULL, NULL, 0, NULL, 0,
	    { 0 } } };
	struct cp_document *from = NULL;
	int there[DOCUMENT_LISTS];
	unsigned set = 0;
	enum cp_rc rc;

	document_lists(*doc, open);
	rc = read_lists(text, len, open, &set, there, &from, err);
	if (rc != CP_OK)
		return rc;
	document_lists(from, laid);
	for (int i = 0; rc == CP_OK && i < DOCUMENT_LISTS; i++) {
		if (!there[i])
			continue;
		made[i] = (struct laying){ open[i].kind, &open[i], &laid[i],
			set, document_alloc(*doc, (*open[i].n + *laid[i].n) *
			    open[i].kind->size), 0, { 0 } };
		if (made[i].entries == NULL)
			rc = cp_fail(err, CP_FAILED, "out of memory");
		else
			lay(&made[i]);
	}
	for (int i = 0; rc == CP_OK && i < DOCUMENT_LISTS; i++)
		if (there[i])
			document_put_list(*doc, i, made[i].entries, made[i].n);
	if (rc == CP_OK) {
		document_find_current(*doc);
		document_adopt(*doc, from);
	}
	cp_document_free(from);
	return rc;
}
