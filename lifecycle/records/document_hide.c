#include "lifecycle/records/document_hide.h"

#include <stdio.h>
#include <string.h>

#include "lifecycle/records/document_join.h"
#include "lifecycle/records/document_kinds.h"
#include "lifecycle/store/json.h"

static const struct {
	enum cp_hide part;
	const char *word;
} words[] = {
	{ CP_HIDE_ADDRESS, "address" },
	{ CP_HIDE_CONTACT, "contact" },
	{ CP_HIDE_SCHOOL, "school" },
	{ CP_HIDE_PRACTICE, "practice" },
	{ CP_HIDE_PRACTITIONER, "practitioner" },
	{ CP_HIDE_INVOLVEMENTS, "involvements" },
	{ CP_HIDE_FORMER_NAMES, "former-names" },
	{ CP_HIDE_CARERS, "carers" },
	{ CP_HIDE_NUMBERS, "numbers" },
};
enum { WORDS = sizeof(words) / sizeof(words[0]) };

const char *
cp_hide_word(enum cp_hide part)
{
	for (int i = 0; i < WORDS; i++)
		if (words[i].part == part)
			return words[i].word;
	return "";
}

unsigned
cp_hide_parse(const char *word)
{
	for (int i = 0; i < WORDS; i++)
		if (strcmp(words[i].word, word) == 0)
			return (unsigned)words[i].part;
	return 0;
}

void
cp_hide_text(unsigned set, char *buf, size_t cap)
{
	size_t n = 0;

	buf[0] = '\0';
	for (int i = 0; i < WORDS; i++) {
		if ((set & (unsigned)words[i].part) == 0)
			continue;
		(void)snprintf(buf + n, cap - n, "%s%s", n > 0 ? "," : "",
		    words[i].word);
		n = strlen(buf);
	}
}

/* ---- taking out ---------------------------------------------------------- */

static int
list_shows(const struct document_list *list, unsigned set)
{
	for (size_t i = 0; i < *list->n; i++)
		if ((list->kind->part(document_entry(list, i)) & set) != 0 ||
		    list->kind->bares(document_entry(list, i), set))
			return 1;
	return 0;
}

int
cp_document_shows(const struct cp_document *doc, unsigned set)
{
	struct cp_document view = *doc;
	struct document_list lists[DOCUMENT_LISTS];

	document_lists(&view, lists);
	for (int i = 0; i < DOCUMENT_LISTS; i++)
		if (list_shows(&lists[i], set))
			return 1;
	return 0;
}

/* Those of which any part is to be hidden, whole, and what is. */
static enum cp_rc
put_lists(const struct cp_document *doc, const struct document_list *lists,
    unsigned set, struct cp_buf *out, struct cp_err *err)
{
	struct cp_json *tree = NULL;
	struct cp_buf text;
	enum cp_rc rc = cp_document_tree(doc, &tree, err);

	if (rc != CP_OK)
		return rc;
	cp_buf_init(&text);
	cp_json_open(&text, '{');
	cp_json_put_key(&text, "hidden");
	cp_json_open(&text, '[');
	for (int i = 0; i < WORDS; i++)
		if ((set & (unsigned)words[i].part) != 0)
			cp_json_put_string(&text, words[i].word);
	cp_json_close(&text, ']');
	for (int i = 0; i < DOCUMENT_LISTS; i++) {
		if (!list_shows(&lists[i], set))
			continue;
		cp_json_put_key(&text, lists[i].kind->key);
		cp_json_dump(cp_json_get(tree, lists[i].kind->key), &text);
	}
	cp_json_close(&text, '}');
	rc = cp_buf_check(&text, err);
	if (rc == CP_OK) {
		cp_buf_put(out, text.data, text.len);
		rc = cp_buf_check(out, err);
	}
	cp_buf_clear(&text);
	cp_json_free(tree);
	return rc;
}

static void
sieve(struct document_list *list, unsigned set)
{
	size_t kept = 0;

	for (size_t i = 0; i < *list->n; i++) {
		void *entry = document_entry(list, i);

		if ((list->kind->part(entry) & set) != 0)
			continue;
		list->kind->bare(entry, set);
		if (kept != i)
			memcpy(document_entry(list, kept), entry,
			    list->kind->size);
		kept++;
	}
	*list->n = kept;
}

enum cp_rc
cp_document_hide(struct cp_document *doc, unsigned set, struct cp_buf *out,
    struct cp_err *err)
{
	struct document_list lists[DOCUMENT_LISTS];
	enum cp_rc rc;

	if (!cp_document_shows(doc, set))
		return CP_OK;
	document_lists(doc, lists);
	rc = put_lists(doc, lists, set, out, err);
	if (rc != CP_OK)
		return rc;
	for (int i = 0; i < DOCUMENT_LISTS; i++)
		sieve(&lists[i], set);
	document_find_current(doc);
	return CP_OK;
}
