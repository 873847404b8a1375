#include "lifecycle/records/document_join.h"

#include <string.h>

#include "lifecycle/store/json.h"

static const struct { enum cp_join_field bit; const char *name; } fields[] = {
	{ CP_JOIN_NHS, "nhs" },
	{ CP_JOIN_UPN, "upn" },
	{ CP_JOIN_BIRTH, "birth_date" },
	{ CP_JOIN_LEFT, "left_england" },
	{ CP_JOIN_DEATH, "death" },
};
enum { FIELDS = sizeof(fields) / sizeof(fields[0]) };

unsigned
cp_join_field_of(const char *set)
{
	size_t len = strcspn(set, "=.");

	for (size_t i = 0; i < FIELDS; i++)
		if (strlen(fields[i].name) == len &&
		    strncmp(fields[i].name, set, len) == 0)
			return fields[i].bit;
	return 0;
}

void
cp_join_field_names(unsigned bits, struct cp_buf *out)
{
	const char *comma = "";

	for (size_t i = 0; i < FIELDS; i++) {
		if (!(bits & (unsigned)fields[i].bit))
			continue;
		cp_buf_printf(out, "%s%s", comma, fields[i].name);
		comma = ", ";
	}
}

/* ---- trees ---- */

enum cp_rc
cp_document_tree(const struct cp_document *doc, struct cp_json **out,
    struct cp_err *err)
{
	struct cp_buf text;
	enum cp_rc rc;

	cp_buf_init(&text);
	cp_document_text(doc, &text);
	rc = cp_buf_check(&text, err);
	if (rc == CP_OK)
		rc = cp_json_parse(cp_buf_text(&text), text.len, out, err);
	cp_buf_clear(&text);
	return rc;
}

enum cp_rc
cp_document_of_tree(const struct cp_json *tree, struct cp_date today,
    struct cp_document **out, struct cp_reject *why, struct cp_err *err)
{
	struct cp_buf text;
	enum cp_rc rc;

	cp_buf_init(&text);
	cp_json_dump(tree, &text);
	rc = cp_buf_check(&text, err);
	if (rc == CP_OK)
		rc = cp_document_parse(cp_buf_text(&text), text.len, today,
		    out, why, err);
	cp_buf_clear(&text);
	return rc;
}

/* A copy of V, an object. */
static enum cp_rc
copy_of(const struct cp_json *v, struct cp_json **out, struct cp_err *err)
{
	struct cp_buf text;
	enum cp_rc rc;

	cp_buf_init(&text);
	cp_json_dump(v, &text);
	rc = cp_buf_check(&text, err);
	if (rc == CP_OK)
		rc = cp_json_parse(cp_buf_text(&text), text.len, out, err);
	cp_buf_clear(&text);
	return rc;
}

static int
same_text(const struct cp_json *a, const struct cp_json *b)
{
	const char *x = cp_json_text(a), *y = cp_json_text(b);

	return x == NULL || y == NULL ? x == y : strcmp(x, y) == 0;
}

static int
equal(const struct cp_json *a, const struct cp_json *b)
{
	struct cp_buf x, y;
	int same;

	cp_buf_init(&x);
	cp_buf_init(&y);
	cp_json_dump(a, &x);
	cp_json_dump(b, &y);
	same = !x.failed && !y.failed && x.len == y.len &&
	    memcmp(x.data, y.data, x.len) == 0;
	cp_buf_clear(&x);
	cp_buf_clear(&y);
	return same;
}

static int
is_type(const struct cp_json *entry, const char *type)
{
	const char *text = cp_json_text(cp_json_get(entry, "type"));

	return text != NULL && strcmp(text, type) == 0;
}

static int
has_type(const struct cp_json *list, const char *type)
{
	for (size_t i = 0; i < cp_json_size(list); i++)
		if (is_type(cp_json_at(list, i), type))
			return 1;
	return 0;
}

/* ---- lists ---- */

struct joining {
	struct cp_json *list; /* of INTO, as it grows */
	int current;          /* INTO had a current address */
	size_t count;         /* that came */
};

/* Whether ENTRY goes into the list, perhaps with another *TYPE. */
typedef int place_fn(const struct joining *j, const struct cp_json *entry,
    const char **type);

static int
place_name(const struct joining *j, const struct cp_json *entry,
    const char **type)
{
	const struct cp_json *e;

	*type = "former";
	for (size_t i = 0; i < cp_json_size(j->list); i++) {
		e = cp_json_at(j->list, i);
		if (same_text(cp_json_get(e, "given"),
		    cp_json_get(entry, "given")) &&
		    same_text(cp_json_get(e, "family"),
		    cp_json_get(entry, "family")))
			return 0;
	}
	return 1;
}

static int
place_any(const struct joining *j, const struct cp_json *entry,
    const char **type)
{
	(void)type;
	for (size_t i = 0; i < cp_json_size(j->list); i++)
		if (equal(cp_json_at(j->list, i), entry))
			return 0;
	return 1;
}

static int
place_address(const struct joining *j, const struct cp_json *entry,
    const char **type)
{
	if (j->current && is_type(entry, "none-known"))
		return 0;
	if (j->current && is_type(entry, "current"))
		*type = "last-known";
	return place_any(j, entry, type);
}

static enum cp_rc
join_entry(struct joining *j, const struct cp_json *entry, place_fn *place,
    struct cp_err *err)
{
	struct cp_json *copy = NULL, *word;
	const char *type = NULL;
	int wanted = place(j, entry, &type);
	enum cp_rc rc;

	if (!wanted)
		return CP_OK;
	rc = copy_of(entry, &copy, err);
	if (rc == CP_OK && type != NULL) {
		word = cp_json_new_text(type);
		rc = cp_json_give(copy, "type", &word, err);
		/* It may be there already, as what it has become now. */
		wanted = rc == CP_OK && place_any(j, copy, &type);
	}
	if (rc == CP_OK && wanted) {
		rc = cp_json_give(j->list, NULL, &copy, err);
		j->count += rc == CP_OK;
	}
	cp_json_free(copy);
	return rc;
}

/* An address is known now. */
static void
drop_none_known(struct cp_json *list)
{
	for (size_t i = cp_json_size(list); i-- > 0;)
		if (is_type(cp_json_at(list, i), "none-known"))
			cp_json_remove(list, i);
}

/* Those entries under KEY of FROM that SKIP does not name. */
static enum cp_rc
join_list(struct cp_json *into, const struct cp_json *from, const char *key,
    place_fn *place, const char *const skip[2], size_t *count,
    struct cp_err *err)
{
	struct joining j = { cp_json_get(into, key), 0, 0 };
	const struct cp_json *more = cp_json_get(from, key), *e;
	enum cp_rc rc = CP_OK;

	j.current = has_type(j.list, "current");
	if (place == place_address && !j.current && has_type(more, "current"))
		drop_none_known(j.list);
	for (size_t i = 0; rc == CP_OK && i < cp_json_size(more); i++) {
		e = cp_json_at(more, i);
		if (!is_type(e, skip[0]) && !is_type(e, skip[1]))
			rc = join_entry(&j, e, place, err);
	}
	*count = j.count;
	return rc;
}

/* ---- single values ---- */

static int
holds_number(const struct cp_document *doc, const struct cp_number *number)
{
	for (size_t i = 0; i < doc->n_numbers; i++)
		if (doc->numbers[i].type == number->type &&
		    strcmp(doc->numbers[i].value, number->value) == 0)
			return 1;
	return 0;
}

static int
numbers_differ(const struct cp_document *a, const struct cp_document *b,
    enum cp_number_type type)
{
	int any = 0, other = 0;

	for (size_t i = 0; i < a->n_numbers; i++)
		any |= a->numbers[i].type == type;
	for (size_t i = 0; i < b->n_numbers; i++)
		other |= b->numbers[i].type == type &&
		    !holds_number(a, &b->numbers[i]);
	return any && other;
}

/* Whether WIDE says less than FINE, or the same, and nothing against it. */
static int
covers(struct cp_partial_date wide, struct cp_partial_date fine)
{
	return wide.year == fine.year &&
	    (wide.month == 0 || (wide.month == fine.month &&
	    (wide.day == 0 || wide.day == fine.day)));
}

static unsigned
conflicts_of(const struct cp_document *a, const struct cp_document *b)
{
	unsigned bits = 0;

	if (numbers_differ(a, b, CP_NUMBER_NHS))
		bits |= CP_JOIN_NHS;
	if (numbers_differ(a, b, CP_NUMBER_UPN))
		bits |= CP_JOIN_UPN;
	if (!covers(a->birth, b->birth) && !covers(b->birth, a->birth))
		bits |= CP_JOIN_BIRTH;
	if (a->left_intention != CP_INTENTION_NONE &&
	    b->left_intention != CP_INTENTION_NONE &&
	    (a->left_intention != b->left_intention ||
	    cp_date_cmp(a->left_on, b->left_on) != 0))
		bits |= CP_JOIN_LEFT;
	if (cp_date_set(a->death_notified) && cp_date_set(b->death_notified) &&
	    (cp_date_cmp(a->died_on, b->died_on) != 0 ||
	    cp_date_cmp(a->death_notified, b->death_notified) != 0))
		bits |= CP_JOIN_DEATH;
	return bits;
}

static enum cp_rc
take_member(struct cp_json *into, const struct cp_json *from,
    const char *key, struct cp_err *err)
{
	const struct cp_json *v = cp_json_get(from, key);
	struct cp_json *copy = NULL;
	enum cp_rc rc = CP_OK;

	if (cp_json_text(v) != NULL)
		copy = cp_json_new_text(cp_json_text(v));
	else if (cp_json_kind(v) == CP_JSON_OBJECT)
		rc = copy_of(v, &copy, err);
	else
		return CP_OK;
	return rc == CP_OK ? cp_json_give(into, key, &copy, err) : rc;
}

/* What A lacks, and FIXED does not forbid, is as in B. */
static enum cp_rc
join_values(struct cp_json *into, const struct cp_json *from,
    const struct cp_document *a, const struct cp_document *b, unsigned fixed,
    struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	if (a->gender == CP_GENDER_NOT_SPECIFIED)
		rc = take_member(into, from, "gender", err);
	if (rc == CP_OK && !(fixed & CP_JOIN_BIRTH) &&
	    covers(a->birth, b->birth))
		rc = take_member(into, from, "birth_date", err);
	if (rc == CP_OK && !(fixed & CP_JOIN_LEFT) &&
	    a->left_intention == CP_INTENTION_NONE)
		rc = take_member(into, from, "left_england", err);
	if (rc == CP_OK && !(fixed & CP_JOIN_DEATH) &&
	    !cp_date_set(a->death_notified))
		rc = take_member(into, from, "death", err);
	if (rc == CP_OK && a->language == NULL && a->format == NULL)
		rc = take_member(into, from, "letters", err);
	return rc;
}

static enum cp_rc
join_lists(struct cp_json *into, const struct cp_json *from, unsigned fixed,
    struct cp_joined *n, struct cp_err *err)
{
	static const char *const none[2] = { "", "" };
	const char *const fixed_numbers[2] = {
		fixed & CP_JOIN_NHS ? "nhs" : "",
		fixed & CP_JOIN_UPN ? "upn" : "" };
	enum cp_rc rc = join_list(into, from, "names", place_name, none,
	    &n->names, err);

	if (rc == CP_OK)
		rc = join_list(into, from, "numbers", place_any,
		    fixed_numbers, &n->numbers, err);
	if (rc == CP_OK)
		rc = join_list(into, from, "addresses", place_address, none,
		    &n->addresses, err);
	if (rc == CP_OK)
		rc = join_list(into, from, "carers", place_any, none,
		    &n->carers, err);
	if (rc == CP_OK)
		rc = join_list(into, from, "involvements", place_any, none,
		    &n->involvements, err);
	return rc;
}

enum cp_rc
cp_document_join(const struct cp_document *into,
    const struct cp_document *from, unsigned settled,
    struct cp_document **out, unsigned *conflicts, struct cp_joined *joined,
    struct cp_reject *why, struct cp_err *err)
{
	static const struct cp_date any = { 0 };
	unsigned open = conflicts_of(into, from) & ~settled;
	struct cp_joined n = { 0, 0, 0, 0, 0 };
	struct cp_json *a = NULL, *b = NULL;
	enum cp_rc rc = cp_document_tree(into, &a, err);

	if (rc == CP_OK)
		rc = cp_document_tree(from, &b, err);
	if (rc == CP_OK)
		rc = join_lists(a, b, settled | open, &n, err);
	if (rc == CP_OK)
		rc = join_values(a, b, into, from, settled | open, err);
	if (rc == CP_OK)
		rc = cp_document_of_tree(a, any, out, why, err);
	if (rc == CP_OK) {
		*conflicts = open;
		*joined = n;
	}
	cp_json_free(a);
	cp_json_free(b);
	return rc;
}
