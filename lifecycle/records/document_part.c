#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/records/document_edit.h"
#include "lifecycle/records/document_join.h"
#include "lifecycle/store/json.h"

/* ---- setting ---- */

enum { FIELD_MAX = 128 };

static enum cp_rc
set_one(struct cp_document **doc, const char *set, struct cp_date today,
    struct cp_reject *why, struct cp_err *err)
{
	const char *eq = strchr(set, '=');
	char field[FIELD_MAX];

	if (eq == NULL || eq == set || eq - set >= FIELD_MAX)
		return cp_fail(err, CP_USAGE, "not FIELD=VALUE");
	(void)snprintf(field, sizeof(field), "%.*s", (int)(eq - set), set);
	return cp_document_set(doc, field, eq + 1, today, why, err);
}

/* In rounds: what is not valid yet may be so once another is set. */
enum cp_rc
cp_document_set_each(struct cp_document **doc, const char *const *sets,
    size_t n, struct cp_date today, struct cp_reject *why, struct cp_err *err)
{
	char *done = calloc(n + 1, 1);
	size_t left = n, before = n + 1;
	enum cp_rc rc = CP_OK, first;

	if (done == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	while (rc == CP_OK && left > 0 && left < before) {
		before = left;
		for (size_t i = 0; rc == CP_OK && i < n; i++) {
			if (done[i])
				continue;
			cp_err_clear(err);
			first = set_one(doc, sets[i], today, why, err);
			done[i] = first == CP_OK;
			left -= first == CP_OK;
			if (first != CP_OK && first != CP_BAD_INPUT)
				rc = first;
		}
	}
	free(done);
	if (rc == CP_OK && left > 0)
		return CP_BAD_INPUT; /* ERR and WHY are of the last refused */
	if (rc == CP_OK)
		cp_err_clear(err);
	return rc;
}

/* ---- taking ---- */

static const char *const lists[] = { "names", "numbers", "addresses",
	"carers", "involvements" };
static const char *const events[] = { "left_england", "death" };
enum { LISTS = sizeof(lists) / sizeof(lists[0]),
	EVENTS = sizeof(events) / sizeof(events[0]) };

/* Which entries of each list go, and which events. */
struct taken {
	char entry[LISTS][CP_DOCUMENT_LIST_MAX];
	int event[EVENTS];
	int names; /* how many of these */
};

static enum cp_rc
no_entry(const char *path, const char *cause, struct cp_reject *why,
    struct cp_err *err)
{
	(void)snprintf(why->path, sizeof(why->path), "$.%.80s", path);
	(void)snprintf(why->cause, sizeof(why->cause), "%s", cause);
	return cp_fail(err, CP_BAD_INPUT, "%.80s: %s", path, cause);
}

/* "carers[12]" among the lists, with its index; 0 if it is none of them. */
static int
parse_path(const char *path, size_t *list, size_t *index)
{
	size_t len = strcspn(path, "["), i;
	char *end;

	for (i = 0; i < LISTS; i++)
		if (strlen(lists[i]) == len &&
		    strncmp(path, lists[i], len) == 0)
			break;
	if (i == LISTS || path[len] != '[' || path[len + 1] < '0' ||
	    path[len + 1] > '9')
		return 0;
	*list = i;
	*index = strtoul(path + len + 1, &end, 10);
	return end[0] == ']' && end[1] == '\0';
}

static enum cp_rc
mark(const struct cp_json *tree, const char *path, struct taken *t,
    struct cp_reject *why, struct cp_err *err)
{
	size_t list, index;

	for (size_t i = 0; i < EVENTS; i++) {
		if (strcmp(path, events[i]) != 0)
			continue;
		if (cp_json_kind(cp_json_get(tree, path)) != CP_JSON_OBJECT)
			return no_entry(path, "is not in the record", why,
			    err);
		t->event[i] = 1;
		return CP_OK;
	}
	if (!parse_path(path, &list, &index))
		return no_entry(path, "is not an entry of a record", why, err);
	if (index >= cp_json_size(cp_json_get(tree, lists[list])))
		return no_entry(path, "is not in the record", why, err);
	if (t->entry[list][index])
		return no_entry(path, "is taken twice", why, err);
	t->entry[list][index] = 1;
	t->names += list == 0;
	return CP_OK;
}

/* Leaves in TREE of each list what is marked as WANT. */
static void
sieve(struct cp_json *tree, const struct taken *t, int want)
{
	for (size_t k = 0; k < LISTS; k++) {
		struct cp_json *list = cp_json_get(tree, lists[k]);

		for (size_t i = cp_json_size(list); i-- > 0;)
			if (t->entry[k][i] != want)
				cp_json_remove(list, i);
	}
}

static enum cp_rc
put_text(struct cp_json *object, const char *key, const char *text,
    struct cp_err *err)
{
	struct cp_json *v = text != NULL ? cp_json_new_text(text) :
	    cp_json_new_null();

	return cp_json_give(object, key, &v, err);
}

static enum cp_rc
sieve_events(struct cp_json *tree, const struct taken *t, int want,
    struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < EVENTS; i++)
		if (t->event[i] != want)
			rc = put_text(tree, events[i], NULL, err);
	return rc;
}

/* ---- names ---- */

static const char *
set_value(const char *const *sets, size_t n, const char *field)
{
	size_t len = strlen(field);

	for (size_t i = 0; i < n; i++)
		if (strncmp(sets[i], field, len) == 0 && sets[i][len] == '=' &&
		    sets[i][len + 1] != '\0')
			return sets[i] + len + 1;
	return NULL;
}

/* A record whose names were all left behind is called what SETS say. */
static enum cp_rc
name_by_sets(struct cp_json *tree, const char *const *sets, size_t n,
    struct cp_err *err)
{
	const char *given = set_value(sets, n, "given");
	const char *family = set_value(sets, n, "family");
	struct cp_json *name = NULL;
	enum cp_rc rc;

	if (given == NULL && family == NULL) {
		(void)cp_fail(err, CP_REFUSED, "the new record would have no "
		    "name");
		cp_err_hint(err, "take one, `--take names[1]', or give one: "
		    "--set given=... --set family=...");
		return CP_REFUSED;
	}
	name = cp_json_new_object();
	rc = put_text(name, "type", "current", err);
	if (rc == CP_OK && given != NULL)
		rc = put_text(name, "given", given, err);
	if (rc == CP_OK && family != NULL)
		rc = put_text(name, "family", family, err);
	if (rc == CP_OK)
		rc = cp_json_give(cp_json_get(tree, "names"), NULL, &name,
		    err);
	cp_json_free(name);
	return rc;
}

static int
is_current(const struct cp_json *name)
{
	const char *type = cp_json_text(cp_json_get(name, "type"));

	return type != NULL && strcmp(type, "current") == 0;
}

static int
any_current(const struct cp_json *names)
{
	for (size_t i = 0; i < cp_json_size(names); i++)
		if (is_current(cp_json_at(names, i)))
			return 1;
	return 0;
}

static enum cp_rc
settle_names(struct cp_json *kept, struct cp_json *parted,
    const struct taken *t, const char *const *sets, size_t n,
    struct cp_err *err)
{
	struct cp_json *names = cp_json_get(parted, "names");

	if (!any_current(cp_json_get(kept, "names"))) {
		(void)cp_fail(err, CP_REFUSED, "the record that stays would "
		    "have no current name");
		cp_err_hint(err, "take what belongs to the other person, and "
		    "a former name or --set given, family");
		return CP_REFUSED;
	}
	if (t->names == 0)
		return name_by_sets(parted, sets, n, err);
	return put_text(cp_json_at(names, 0), "type", "current", err);
}

/* ---- both ---- */

/* Two trees of one document: KEPT without what T marks, PARTED with only that. */
static enum cp_rc
divide(const char *id, const struct taken *t, struct cp_json *kept,
    struct cp_json *parted, struct cp_err *err)
{
	enum cp_rc rc;

	sieve(kept, t, 0);
	sieve(parted, t, 1);
	rc = sieve_events(kept, t, 0, err);
	if (rc == CP_OK)
		rc = sieve_events(parted, t, 1, err);
	if (rc == CP_OK)
		rc = put_text(parted, "letters", NULL, err);
	return rc == CP_OK ? put_text(parted, "id", id, err) : rc;
}

enum cp_rc
cp_document_part(const struct cp_document *doc, const char *id,
    const char *const *take, size_t n_take, const char *const *sets,
    size_t n_sets, struct cp_date today, struct cp_document **kept,
    struct cp_document **parted, struct cp_reject *why, struct cp_err *err)
{
	static const struct cp_date any = { 0 };
	struct cp_document *stays = NULL, *goes = NULL;
	struct cp_json *a = NULL, *b = NULL;
	struct taken *t = calloc(1, sizeof(*t));
	enum cp_rc rc = t == NULL ? cp_fail(err, CP_FAILED, "out of memory") :
	    cp_document_tree(doc, &a, err);

	if (rc == CP_OK)
		rc = cp_document_tree(doc, &b, err);
	for (size_t i = 0; rc == CP_OK && i < n_take; i++)
		rc = mark(a, take[i], t, why, err);
	if (rc == CP_OK)
		rc = divide(id, t, a, b, err);
	if (rc == CP_OK)
		rc = settle_names(a, b, t, sets, n_sets, err);
	if (rc == CP_OK)
		rc = cp_document_of_tree(a, any, &stays, why, err);
	if (rc == CP_OK)
		rc = cp_document_of_tree(b, any, &goes, why, err);
	if (rc == CP_OK)
		rc = cp_document_set_each(&goes, sets, n_sets, today, why,
		    err);
	if (rc == CP_OK) {
		*kept = stays;
		*parted = goes;
		stays = goes = NULL;
	}
	cp_document_free(stays);
	cp_document_free(goes);
	cp_json_free(a);
	cp_json_free(b);
	free(t);
	return rc;
}
