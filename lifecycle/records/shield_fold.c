#include <string.h>

#include "lifecycle/records/compartment.h"
#include "lifecycle/records/document_edit.h"
#include "lifecycle/records/document_join.h"
#include "lifecycle/records/gate.h"
#include "lifecycle/records/shield_priv.h"
#include "lifecycle/store/json.h"

/*
 * What came behind a shield piece by piece becomes one piece again.  What a
 * merge brought from another record is not later news of the same lists: it
 * is joined to what the record has, as a merge in the open would have done.
 */

enum { JOINED_MAX = 256 };

struct folding {
	int64_t from[JOINED_MAX]; /* compartments of a record merged in */
	size_t n_from;
	struct cp_document *own, *other; /* laid over the open document */
};

static int
is_from(const struct folding *f, int64_t n)
{
	for (size_t i = 0; i < f->n_from; i++)
		if (f->from[i] == n)
			return 1;
	return 0;
}

/* Of a record that was split the copies of those are so too. */
static void
note_copies(struct folding *f, const struct cp_json *list)
{
	int64_t n, copy;

	for (size_t i = 0; i < cp_json_size(list); i++) {
		const struct cp_json *pair = cp_json_at(list, i);

		if (f->n_from < JOINED_MAX &&
		    cp_json_int(cp_json_at(pair, 0), &n) && is_from(f, n) &&
		    cp_json_int(cp_json_at(pair, 1), &copy))
			f->from[f->n_from++] = copy;
	}
}

static enum cp_rc
note_joined(void *ctx, const struct cp_json *step, struct cp_err *err)
{
	const struct cp_json *list = cp_json_get(step, "hidden_of");
	struct folding *f = ctx;
	int64_t n;

	(void)err;
	for (size_t i = 0; i < cp_json_size(list); i++)
		if (f->n_from < JOINED_MAX &&
		    cp_json_int(cp_json_at(list, i), &n))
			f->from[f->n_from++] = n;
	note_copies(f, cp_json_get(step, "copies"));
	return CP_OK;
}

static enum cp_rc
lay_over(void *ctx, int64_t n, const char *at, const char *text, size_t len,
    struct cp_err *err)
{
	struct folding *f = ctx;

	(void)at;
	return cp_document_unhide(is_from(f, n) ? &f->other : &f->own, text,
	    len, err);
}

/* F's two documents, as far as there is another. */
static enum cp_rc
lay_all(struct cp_store *s, const struct cp_record *r,
    const struct cp_secret *identity, struct folding *f, struct cp_err *err)
{
	enum cp_rc rc = cp_gate_document(s, r, CP_FOR_CHANGE, &f->own, err);

	if (rc == CP_OK && f->n_from > 0)
		rc = cp_gate_document(s, r, CP_FOR_CHANGE, &f->other, err);
	return rc == CP_OK ? cp_compartment_each(s, r->n,
	    CP_COMPARTMENT_HIDDEN, identity, lay_over, f, err) : rc;
}

enum cp_rc
cp_shield_whole(struct cp_store *s, const struct cp_record *r,
    const struct cp_secret *identity, struct cp_document **out,
    struct cp_err *err)
{
	struct folding f = { .n_from = 0 };
	struct cp_joined counts;
	struct cp_reject why;
	unsigned conflicts;
	enum cp_rc rc = cp_shield_steps(s, r->n, identity, note_joined, &f,
	    err);

	if (rc == CP_OK)
		rc = lay_all(s, r, identity, &f, err);
	if (rc == CP_OK && f.n_from > 0)
		rc = cp_document_join(f.own, f.other, 0, out, &conflicts,
		    &counts, &why, err);
	else if (rc == CP_OK) {
		*out = f.own;
		f.own = NULL;
	}
	cp_document_free(f.own);
	cp_document_free(f.other);
	return rc;
}

/* Nothing may be left to hide, after involvements have gone. */
static enum cp_rc
drop_hidden(struct cp_store *s, int64_t record, struct cp_err *err)
{
	struct cp_stmt *q;
	int64_t n = 1;
	enum cp_rc rc = CP_OK;

	while (rc == CP_OK && n != 0) {
		q = cp_stmt(s, SQL_SHIELD_HIDDEN_FIRST);
		cp_bind_int(q, record);
		rc = cp_exec_int(q, 0, &n, err);
		if (rc == CP_OK && n != 0)
			rc = cp_compartment_drop_one(s, n, err);
	}
	return rc;
}

static enum cp_rc
put_hidden(const struct cp_change *c, int64_t record,
    const struct cp_buf *taken, struct cp_err *err)
{
	enum cp_rc rc = cp_buf_check(taken, err);

	if (rc != CP_OK || taken->len == 0)
		return rc == CP_OK ? drop_hidden(c->store, record, err) : rc;
	return cp_compartment_replace(c->store, record, CP_COMPARTMENT_HIDDEN,
	    cp_buf_text(taken), taken->len, c->now, err);
}

/* DOC is what is left open: into the store, if it is not so already. */
static enum cp_rc
put_open(const struct cp_change *c, const struct cp_record *r,
    struct cp_document *doc, struct cp_err *err)
{
	struct cp_document *was = NULL;
	struct cp_buf a, b;
	enum cp_rc rc = cp_gate_document(c->store, r, CP_FOR_CHANGE, &was,
	    err);

	cp_buf_init(&a);
	cp_buf_init(&b);
	if (rc == CP_OK) {
		cp_document_text(was, &a);
		cp_document_text(doc, &b);
		rc = cp_buf_check(&a, err);
	}
	if (rc == CP_OK)
		rc = cp_buf_check(&b, err);
	if (rc == CP_OK && strcmp(cp_buf_text(&a), cp_buf_text(&b)) != 0)
		rc = cp_record_replace(c->store, c->rules, r, was, doc,
		    c->now, err);
	cp_buf_clear(&a);
	cp_buf_clear(&b);
	cp_document_free(was);
	return rc;
}

/* Whom a row may be, and where they live: an older program knew less. */
static enum cp_rc
put_keys(struct cp_store *s, int64_t record, const struct cp_document *doc,
    struct cp_err *err)
{
	struct cp_keys keys = { 0 };
	struct cp_matcher *m = NULL;
	enum cp_rc rc = cp_matcher_open(s, &m, err);

	if (rc == CP_OK)
		rc = cp_match_person(m, doc, &keys, err);
	if (rc == CP_OK)
		rc = cp_match_put(s, record, &keys, err);
	cp_keys_clear(&keys);
	cp_matcher_free(m);
	return rc;
}

enum cp_rc
cp_shield_fold(const struct cp_change *c, const struct cp_record *r,
    unsigned hidden, const struct cp_secret *identity, int64_t *pruned,
    struct cp_err *err)
{
	struct cp_document *doc = NULL;
	struct cp_buf taken;
	enum cp_rc rc = cp_shield_whole(c->store, r, identity, &doc, err);

	if (rc != CP_OK)
		return rc;
	cp_buf_init(&taken);
	*pruned = (int64_t)cp_document_prune(doc, c->rules->policy,
	    c->now->today, NULL);
	rc = put_keys(c->store, r->n, doc, err);
	if (rc == CP_OK)
		rc = cp_document_hide(doc, hidden, &taken, err);
	if (rc == CP_OK)
		rc = put_hidden(c, r->n, &taken, err);
	if (rc == CP_OK)
		rc = put_open(c, r, doc, err);
	cp_document_free(doc);
	cp_buf_clear(&taken);
	return rc;
}
