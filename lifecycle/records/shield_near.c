#include "lifecycle/records/shield_near.h"

#include <string.h>

#include "lifecycle/records/find.h"
#include "lifecycle/records/gate.h"
#include "lifecycle/records/link.h"
#include "lifecycle/rules/text.h"

struct search {
	const struct cp_change *c;
	const struct cp_record *r;
	const struct cp_document *doc;
	struct cp_matcher *matcher;
	struct cp_keys person;
	struct cp_shield_near *out;
};

/* Of a candidate, whether it belongs into the list. */
typedef enum cp_rc test_fn(struct search *s, const struct cp_record *r,
    const struct cp_document *doc, int *yes, struct cp_err *err);

static int
known(char list[][CP_ID_MAX], size_t n, const char *id)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], id) == 0)
			return 1;
	return 0;
}

static enum cp_rc
look_at(struct search *s, const struct cp_record *r, test_fn *test,
    char list[][CP_ID_MAX], size_t *n, struct cp_err *err)
{
	struct cp_document *doc = NULL;
	int yes = 0;
	enum cp_rc rc;

	if (r->n == s->r->n || known(list, *n, r->id))
		return CP_OK;
	rc = cp_gate_document(s->c->store, r, CP_FOR_DECIDE, &doc, err);
	if (rc == CP_OK)
		rc = test(s, r, doc, &yes, err);
	if (rc == CP_OK && yes && *n == CP_SHIELD_NEAR_MAX)
		s->out->more = 1;
	else if (rc == CP_OK && yes)
		memcpy(list[(*n)++], r->id, CP_ID_MAX);
	cp_document_free(doc);
	return rc;
}

static enum cp_rc
look(struct search *s, const struct cp_find *what, test_fn *test,
    char list[][CP_ID_MAX], size_t *n, struct cp_err *err)
{
	struct cp_found_list found = { NULL, 0, 0 };
	enum cp_rc rc = cp_find_run(s->c->store, s->c->rules->salt, what,
	    &found, err);

	/* Nothing but punctuation is nothing to look for. */
	if (rc == CP_BAD_INPUT)
		return CP_OK;
	for (size_t i = 0; rc == CP_OK && i < found.n; i++)
		rc = look_at(s, &found.one[i].record, test, list, n, err);
	cp_found_clear(&found);
	return rc;
}

/* ---- one address ---- */

int
cp_shield_place(const struct cp_address *a, struct cp_buf *out)
{
	size_t lines;

	if (a->postcode == NULL)
		return 0;
	cp_buf_puts(out, a->postcode);
	cp_buf_putc(out, '\n');
	lines = out->len;
	for (size_t i = 0; i < a->n_lines; i++) {
		cp_text_fold_words(a->lines[i], out);
		if (out->len > lines)
			cp_buf_putc(out, ' ');
	}
	return out->len > lines && !out->failed;
}

int
cp_shield_same_place(const struct cp_address *a, const struct cp_address *b)
{
	struct cp_buf x, y;
	int same;

	cp_buf_init(&x);
	cp_buf_init(&y);
	same = cp_shield_place(a, &x) && cp_shield_place(b, &y) &&
	    strcmp(cp_buf_text(&x), cp_buf_text(&y)) == 0;
	cp_buf_clear(&x);
	cp_buf_clear(&y);
	return same;
}

static enum cp_rc
lives_there(struct search *s, const struct cp_record *r,
    const struct cp_document *doc, int *yes, struct cp_err *err)
{
	(void)r;
	(void)err;
	for (size_t i = 0; i < s->doc->n_addresses; i++)
		for (size_t j = 0; j < doc->n_addresses; j++)
			if (s->doc->addresses[i].type == CP_ADDRESS_CURRENT &&
			    doc->addresses[j].type == CP_ADDRESS_CURRENT &&
			    cp_shield_same_place(&s->doc->addresses[i],
			    &doc->addresses[j]))
				*yes = 1;
	return CP_OK;
}

static enum cp_rc
household(struct search *s, struct cp_err *err)
{
	struct cp_find what = { .limit = CP_FIND_CANDIDATES };
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < s->doc->n_addresses; i++) {
		const struct cp_address *a = &s->doc->addresses[i];

		if (a->type != CP_ADDRESS_CURRENT || a->postcode == NULL)
			continue;
		what.query.postcode = a->postcode;
		rc = look(s, &what, lives_there, s->out->household,
		    &s->out->n_household, err);
	}
	return rc;
}

/* ---- one person ---- */

static int
share_key(const struct cp_keys *a, const struct cp_keys *b)
{
	for (size_t i = 0; i < a->n; i++)
		for (size_t j = 0; j < b->n; j++)
			if (a->key[i] == b->key[j])
				return 1;
	return 0;
}

static enum cp_rc
may_be_same(struct search *s, const struct cp_record *r,
    const struct cp_document *doc, int *yes, struct cp_err *err)
{
	struct cp_keys keys = { 0 };
	int barred = 0;
	enum cp_rc rc = cp_match_row(s->matcher, doc, &keys, err);

	if (rc == CP_OK && share_key(&s->person, &keys)) {
		rc = cp_link_barred(s->c->store, s->r->n, r->n, &barred, err);
		*yes = !barred;
	}
	cp_keys_clear(&keys);
	return rc;
}

static enum cp_rc
by_name(struct search *s, const struct cp_name *name, struct cp_err *err)
{
	struct cp_find what = { .limit = CP_FIND_CANDIDATES };
	struct cp_buf text;
	enum cp_rc rc;

	cp_buf_init(&text);
	if (name->given != NULL)
		cp_buf_puts(&text, name->given);
	if (name->given != NULL && name->family != NULL)
		cp_buf_putc(&text, ' ');
	if (name->family != NULL)
		cp_buf_puts(&text, name->family);
	rc = cp_buf_check(&text, err);
	what.query.name = cp_buf_text(&text);
	/* Of a common name those of one year first; a year may be mistaken. */
	what.born.year = s->doc->birth.year;
	if (rc == CP_OK)
		rc = look(s, &what, may_be_same, s->out->duplicate,
		    &s->out->n_duplicates, err);
	what.born.year = 0;
	if (rc == CP_OK)
		rc = look(s, &what, may_be_same, s->out->duplicate,
		    &s->out->n_duplicates, err);
	cp_buf_clear(&text);
	return rc;
}

static enum cp_rc
duplicates(struct search *s, struct cp_err *err)
{
	struct cp_find what = { .limit = CP_FIND_CANDIDATES };
	enum cp_rc rc = cp_match_person(s->matcher, s->doc, &s->person, err);

	for (size_t i = 0; rc == CP_OK && i < s->doc->n_numbers; i++) {
		what.query.number = s->doc->numbers[i].value;
		rc = look(s, &what, may_be_same, s->out->duplicate,
		    &s->out->n_duplicates, err);
	}
	for (size_t i = 0; rc == CP_OK && i < s->doc->n_names; i++)
		rc = by_name(s, &s->doc->names[i], err);
	return rc;
}

enum cp_rc
cp_shield_near_of(const struct cp_change *c, struct cp_matcher *m, int64_t n,
    const struct cp_document *doc, struct cp_shield_near *out,
    struct cp_err *err)
{
	struct cp_record who = { .n = n };
	struct search s = { .c = c, .r = &who, .doc = doc, .matcher = m,
		.out = out };
	enum cp_rc rc;

	memset(out, 0, sizeof(*out));
	rc = household(&s, err);
	if (rc == CP_OK)
		rc = duplicates(&s, err);
	cp_keys_clear(&s.person);
	return rc;
}

enum cp_rc
cp_shield_near(const struct cp_change *c, const struct cp_record *r,
    struct cp_shield_near *out, struct cp_err *err)
{
	struct cp_document *doc = NULL;
	struct cp_matcher *m = NULL;
	enum cp_rc rc = cp_gate_document(c->store, r, CP_FOR_DECIDE, &doc,
	    err);

	if (rc == CP_OK)
		rc = cp_matcher_open(c->store, &m, err);
	if (rc == CP_OK)
		rc = cp_shield_near_of(c, m, r->n, doc, out, err);
	cp_matcher_free(m);
	cp_document_free(doc);
	return rc;
}
