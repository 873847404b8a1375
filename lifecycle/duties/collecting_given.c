#include <stdio.h>
#include <string.h>

#include "lifecycle/duties/collecting_impl.h"
#include "lifecycle/records/document_join.h"
#include "lifecycle/store/json.h"
#include "lifecycle/store/json_put.h"

/* What of a collection is in the answer, and its JSON. */

const char *
cp_part_word(enum cp_part part)
{
	static const char *const words[CP_PARTS] = { "about", "names",
		"numbers", "addresses", "carers", "involvements", "life",
		"consents", "shield", "notices", "holds", "requests", "looks",
		"changes" };

	return (unsigned)part < CP_PARTS ? words[part] : "";
}

static int
is_settled(const struct cp_item *i)
{
	return i->stored.decision != CP_ITEM_WITHHOLD &&
	    cp_item_settled(i->stored.flags, i->stored.decision);
}

static int
is_place(const struct cp_item *i)
{
	return i->part == CP_PART_ADDRESSES || i->part == CP_PART_INVOLVEMENTS;
}

static int
place_given(const struct cp_collection *c, int subject)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->items[i].of == i && is_place(&c->items[i]) &&
		    c->items[i].stored.subject == subject &&
		    is_settled(&c->items[i]))
			return 1;
	return 0;
}

int
cp_item_given(const struct cp_collection *c, size_t i)
{
	const struct cp_item *item = &c->items[i];

	if (!is_settled(item) || !is_settled(&c->items[item->of]))
		return 0;
	return (!item->beside && !c->items[item->of].beside) ||
	    place_given(c, item->stored.subject);
}

int
cp_collection_stale(const struct cp_collection *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->items[i].is_new || c->items[i].changed)
			return 1;
	return c->gone > 0;
}

/* ---- lists --------------------------------------------------------------- */

static void
put_entry(const struct cp_collection *c, size_t at, struct cp_buf *out)
{
	const char *json = c->items[at].json;

	cp_json_put_raw(out, json, strlen(json) - 1);
	for (size_t i = at + 1; i < c->n && c->items[i].of == at; i++)
		if (cp_item_given(c, i) && c->items[i].json[0] != '\0')
			cp_json_put_raw(out, c->items[i].json,
			    strlen(c->items[i].json));
	cp_json_close(out, '}');
}

enum cp_rc
cp_collected_part(const struct cp_collection *c, size_t s, enum cp_part part,
    struct cp_buf *out, struct cp_err *err)
{
	cp_json_open(out, '[');
	for (size_t i = 0; i < c->n; i++)
		if (c->items[i].of == i && c->items[i].part == part &&
		    c->items[i].json != NULL && c->items[i].stored.subject ==
		    c->subject[s].who.idx && cp_item_given(c, i))
			put_entry(c, i, out);
	cp_json_close(out, ']');
	return cp_buf_check(out, err);
}

/* ---- the record ---------------------------------------------------------- */

/* Whether KEY is an item of SUBJECT, and whether it is given. */
static int
find(const struct cp_collection *c, int subject, const char *key, int *given)
{
	for (size_t i = 0; i < c->n; i++) {
		if (c->items[i].stored.subject != subject ||
		    strcmp(c->items[i].stored.key, key) != 0)
			continue;
		*given = cp_item_given(c, i);
		return 1;
	}
	*given = 0;
	return 0;
}

struct picking {
	const struct cp_collection *c;
	int subject;
};

/* An entry's members: what is an item of its own is there if that is given;
 * what is not is the entry's. */
static void
put_members(const struct picking *p, const char *key,
    const struct cp_json *entry, struct cp_buf *out)
{
	const struct cp_json *v;
	const char *name;
	char below[128];
	void *iter = NULL;
	struct cp_buf text;
	int given;

	cp_json_open(out, '{');
	while ((v = cp_json_next(entry, &iter, &name)) != NULL) {
		(void)snprintf(below, sizeof(below), "%s/%s", key, name);
		if (find(p->c, p->subject, below, &given) && !given)
			continue;
		cp_json_put_key(out, name);
		if (cp_json_kind(v) == CP_JSON_OBJECT) {
			put_members(p, key, v, out);
			continue;
		}
		cp_buf_init(&text);
		cp_json_dump(v, &text);
		cp_json_put_raw(out, cp_buf_text(&text), text.len);
		out->failed |= text.failed;
		cp_buf_clear(&text);
	}
	cp_json_close(out, '}');
}

/* Member NAME of a document: nothing is in it that is no item. */
static void
put_top(const struct picking *p, const char *name, const struct cp_json *v,
    struct cp_buf *out)
{
	char key[96];
	int given;

	if (cp_json_kind(v) == CP_JSON_ARRAY) {
		cp_json_put_key(out, name);
		cp_json_open(out, '[');
		for (size_t i = 0; i < cp_json_size(v); i++) {
			(void)snprintf(key, sizeof(key), "record/%s/%zu", name,
			    i);
			if (find(p->c, p->subject, key, &given) && given)
				put_members(p, key, cp_json_at(v, i), out);
		}
		cp_json_close(out, ']');
		return;
	}
	(void)snprintf(key, sizeof(key), "record/%s", name);
	if (!find(p->c, p->subject, key, &given) || !given)
		return;
	cp_json_put_key(out, name);
	if (cp_json_kind(v) == CP_JSON_OBJECT)
		put_members(p, key, v, out);
	else
		cp_json_put_string(out, cp_json_text(v));
}

enum cp_rc
cp_collected_record(const struct cp_collection *c, size_t s,
    struct cp_buf *out, struct cp_err *err)
{
	const struct picking p = { c, c->subject[s].who.idx };
	struct cp_json *tree = NULL;
	const struct cp_json *v;
	const char *name;
	void *iter = NULL;
	int given;
	enum cp_rc rc;

	if (c->subject[s].doc == NULL) {
		cp_json_put_null(out);
		return cp_buf_check(out, err);
	}
	rc = cp_document_tree(c->subject[s].doc, &tree, err);
	if (rc != CP_OK)
		return rc;
	cp_json_open(out, '{');
	while ((v = cp_json_next(tree, &iter, &name)) != NULL) {
		if (strcmp(name, "cpadmin") == 0 || (strcmp(name, "id") == 0 &&
		    find(c, p.subject, "about", &given) && given))
			cp_json_put_member(out, name, cp_json_text(v));
		else if (strcmp(name, "id") != 0)
			put_top(&p, name, v, out);
	}
	cp_json_close(out, '}');
	cp_json_free(tree);
	return cp_buf_check(out, err);
}
