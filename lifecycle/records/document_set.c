#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/records/document_edit.h"
#include "lifecycle/records/document_priv.h"
#include "lifecycle/rules/text.h"

enum { STEPS_MAX = 4, STEP_KEY_MAX = 32, PATH_MAX_LEN = 96 };

/* One part of a path: a key, and perhaps an index into what it names. */
struct step {
	char key[STEP_KEY_MAX];
	int indexed;
	size_t index;
};

struct route {
	struct step step[STEPS_MAX];
	size_t n;
};

static enum cp_rc
no_field(const char *field, struct cp_reject *why, struct cp_err *err)
{
	(void)snprintf(why->path, sizeof(why->path), "$.%.80s", field);
	(void)snprintf(why->cause, sizeof(why->cause), "no such field");
	return cp_fail(err, CP_BAD_INPUT, "%.80s: no such field", field);
}

/* key[digits], then '.' or the end; NULL if it is not one. */
static const char *
parse_step(const char *p, struct step *step)
{
	size_t n = strspn(p, "abcdefghijklmnopqrstuvwxyz_");
	char *end;

	if (n == 0 || n >= sizeof(step->key))
		return NULL;
	memcpy(step->key, p, n);
	step->key[n] = '\0';
	p += n;
	if (*p == '[') {
		n = strspn(p + 1, "0123456789");
		if (n == 0 || n > 3 || p[n + 1] != ']')
			return NULL;
		step->indexed = 1;
		step->index = strtoul(p + 1, &end, 10);
		p += n + 2;
	}
	if (*p == '.')
		return p[1] != '\0' ? p + 1 : NULL;
	return *p == '\0' ? p : NULL;
}

static int
parse_route(const char *path, struct route *route)
{
	memset(route, 0, sizeof(*route));
	while (*path != '\0') {
		if (route->n == STEPS_MAX)
			return 0;
		path = parse_step(path, &route->step[route->n++]);
		if (path == NULL)
			return 0;
	}
	return route->n > 0;
}

/* ---- short names ----------------------------------------------------------- */

static size_t
current_name(const struct cp_document *doc)
{
	return (size_t)(doc->current - doc->names);
}

static size_t
first_number(const struct cp_document *doc, enum cp_number_type type)
{
	size_t i = 0;

	while (i < doc->n_numbers && doc->numbers[i].type != type)
		i++;
	return i;
}

static size_t
first_current_address(const struct cp_document *doc)
{
	size_t i = 0;

	while (i < doc->n_addresses &&
	    doc->addresses[i].type != CP_ADDRESS_CURRENT)
		i++;
	return i;
}

/* The path that FIELD stands for; *TYPE is what a new entry there has to be. */
static void
expand(const struct cp_document *doc, const char *field, const char *value,
    char path[PATH_MAX_LEN], const char **type)
{
	size_t address = first_current_address(doc);
	size_t number;

	if (strcmp(field, "given") == 0 || strcmp(field, "family") == 0) {
		(void)snprintf(path, PATH_MAX_LEN, "names[%zu].%s",
		    current_name(doc), field);
	} else if (strcmp(field, "nhs") == 0 || strcmp(field, "upn") == 0) {
		number = first_number(doc, field[0] == 'n' ? CP_NUMBER_NHS :
		    CP_NUMBER_UPN);
		*type = field;
		(void)snprintf(path, PATH_MAX_LEN, "numbers[%zu]%s", number,
		    value[0] != '\0' ? ".value" : "");
	} else if (strncmp(field, "line", 4) == 0 && field[4] >= '1' &&
	    field[4] <= '3' && field[5] == '\0') {
		*type = "current";
		(void)snprintf(path, PATH_MAX_LEN, "addresses[%zu].lines[%d]",
		    address, field[4] - '1');
	} else if (strcmp(field, "postcode") == 0) {
		*type = "current";
		(void)snprintf(path, PATH_MAX_LEN, "addresses[%zu].postcode",
		    address);
	} else if (strcmp(field, "language") == 0 ||
	    strcmp(field, "format") == 0) {
		(void)snprintf(path, PATH_MAX_LEN, "letters.%s", field);
	} else {
		(void)snprintf(path, PATH_MAX_LEN, "%.95s", field);
	}
}

/* ---- the change ------------------------------------------------------------ */

/* Member KEY of V; made by NEW where it is absent or null. */
static enum cp_rc
enter_key(struct cp_json **v, const char *key, struct cp_json *(*new)(void),
    struct cp_err *err)
{
	struct cp_json *child = cp_json_get(*v, key);
	enum cp_rc rc;

	if (cp_json_kind(child) <= CP_JSON_NULL) {
		child = new();
		rc = cp_json_give(*v, key, &child, err);
		if (rc != CP_OK)
			return rc;
		child = cp_json_get(*v, key);
	}
	*v = child;
	return CP_OK;
}

/* Element I of the array V; made where I is its length, with TYPE in it. */
static enum cp_rc
enter_index(struct cp_json **v, size_t i, const char *type,
    struct cp_err *err)
{
	struct cp_json *child;
	enum cp_rc rc;

	if (i == cp_json_size(*v)) {
		child = cp_json_new_object();
		rc = cp_json_give(*v, NULL, &child, err);
		if (rc != CP_OK)
			return rc;
		if (type != NULL) {
			child = cp_json_new_text(type);
			rc = cp_json_give(cp_json_at(*v, i), "type", &child,
			    err);
			if (rc != CP_OK)
				return rc;
		}
	}
	*v = cp_json_at(*v, i);
	return CP_OK;
}

/* VALUE as the format wants it under KEY: NULL for "". */
static struct cp_json *
leaf(const char *key, const char *value)
{
	int yes_or_no = strcmp(key, "lead") == 0 ||
	    strcmp(key, "assessment") == 0 ||
	    strcmp(key, "responsibility") == 0;

	if (value[0] == '\0')
		return cp_json_new_null();
	if (yes_or_no && strcmp(value, "true") == 0)
		return cp_json_new_bool(1);
	if (yes_or_no && strcmp(value, "false") == 0)
		return cp_json_new_bool(0);
	return cp_json_new_text(value);
}

/* Element I of a list of texts, or an entry that is to go. */
static enum cp_rc
set_element(struct cp_json *array, size_t i, const char *value,
    struct cp_err *err)
{
	struct cp_json *child;
	enum cp_rc rc;

	if (value[0] == '\0') {
		cp_json_remove(array, i);
		return CP_OK;
	}
	/* Lines before it that are not there: the format drops empty ones. */
	while (cp_json_size(array) < i) {
		child = cp_json_new_text("");
		rc = cp_json_give(array, NULL, &child, err);
		if (rc != CP_OK)
			return rc;
	}
	child = cp_json_new_text(value);
	if (i == cp_json_size(array))
		return cp_json_give(array, NULL, &child, err);
	return cp_json_replace(array, i, &child, err);
}

static enum cp_rc
walk(struct cp_json *v, const struct route *route, const char *value,
    const char *type, int *found, struct cp_err *err)
{
	struct cp_json *child;
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; i < route->n && rc == CP_OK; i++) {
		const struct step *step = &route->step[i];
		int last = i + 1 == route->n;

		*found = cp_json_kind(v) == CP_JSON_OBJECT;
		if (!*found)
			return CP_OK;
		if (last && !step->indexed) {
			child = leaf(step->key, value);
			return cp_json_give(v, step->key, &child, err);
		}
		rc = enter_key(&v, step->key, step->indexed ?
		    cp_json_new_array : cp_json_new_object, err);
		if (rc != CP_OK || !step->indexed)
			continue;
		*found = cp_json_kind(v) == CP_JSON_ARRAY &&
		    (step->index <= cp_json_size(v) ||
		    (last && strcmp(step->key, "lines") == 0));
		if (!*found)
			return CP_OK;
		if (last)
			return set_element(v, step->index, value, err);
		if (value[0] == '\0' && step->index == cp_json_size(v))
			return CP_OK;
		rc = enter_index(&v, step->index, type, err);
	}
	return rc;
}

/* Appends the text of DOC with the change made, not yet checked. */
static enum cp_rc
changed_text(const struct cp_document *doc, const struct route *route,
    const char *value, const char *type, struct cp_buf *out, int *found,
    struct cp_err *err)
{
	struct cp_json *tree = NULL;
	struct cp_buf text;
	enum cp_rc rc;

	cp_buf_init(&text);
	cp_document_text(doc, &text);
	rc = cp_buf_check(&text, err);
	if (rc == CP_OK)
		rc = cp_json_parse(cp_buf_text(&text), text.len, &tree, err);
	if (rc == CP_OK)
		rc = walk(tree, route, value, type, found, err);
	if (rc == CP_OK) {
		cp_json_dump(tree, out);
		rc = cp_buf_check(out, err);
	}
	cp_json_free(tree);
	cp_buf_clear(&text);
	return rc;
}

/* Before JSON is made of it, which wants UTF-8. */
static enum cp_rc
check_value(const char *field, const char *value, struct cp_reject *why,
    struct cp_err *err)
{
	const char *cause = cp_text_refuse(value, strlen(value));

	if (cause == NULL)
		return CP_OK;
	(void)snprintf(why->path, sizeof(why->path), "$.%.80s", field);
	(void)snprintf(why->cause, sizeof(why->cause), "%s", cause);
	return cp_fail(err, CP_BAD_INPUT, "%.80s: %s", field, cause);
}

enum cp_rc
cp_document_set(struct cp_document **doc, const char *field,
    const char *value, struct cp_date today, struct cp_reject *why,
    struct cp_err *err)
{
	struct cp_document *changed = NULL;
	char path[PATH_MAX_LEN];
	const char *type = NULL;
	struct route route;
	struct cp_buf text;
	int found = 0;
	enum cp_rc rc;

	if (strcmp(field, "id") == 0 || strcmp(field, "cpadmin") == 0)
		return cp_fail(err, CP_REFUSED,
		    "%s: never changes", field);
	rc = check_value(field, value, why, err);
	if (rc != CP_OK)
		return rc;
	expand(*doc, field, value, path, &type);
	if (strlen(field) >= PATH_MAX_LEN || !parse_route(path, &route))
		return no_field(field, why, err);
	cp_buf_init(&text);
	rc = changed_text(*doc, &route, value, type, &text, &found, err);
	if (rc == CP_OK && !found)
		rc = no_field(field, why, err);
	if (rc == CP_OK)
		rc = cp_document_parse(cp_buf_text(&text), text.len, today,
		    &changed, why, err);
	if (rc == CP_BAD_INPUT && strncmp(why->cause, "unknown key", 11) == 0)
		rc = no_field(field, why, err);
	if (rc == CP_OK) {
		cp_document_free(*doc);
		*doc = changed;
	}
	cp_buf_clear(&text);
	return rc;
}
