#include <string.h>

#include "lifecycle/records/compartment.h"
#include "lifecycle/records/find.h"
#include "lifecycle/records/gate.h"
#include "lifecycle/records/import_impl.h"
#include "lifecycle/records/link.h"
#include "lifecycle/store/json_put.h"
#include "lifecycle/store/operator.h"

/* What officers make of rows that were set aside. */

/* ---- one row, loaded as an import does ---- */

struct loading {
	struct cp_import im;
	struct import_row row;
	struct cp_quarantine_row was; /* its document is row's */
};

static enum cp_rc
load_begin(const struct cp_change *c, const struct cp_settling *how,
    struct loading *l, struct cp_err *err)
{
	struct cp_import *im = &l->im;
	const struct cp_quarantine *q = how->q;
	struct cp_keys scratch = { 0 };
	enum cp_rc rc;

	memset(l, 0, sizeof(*l));
	im->store = c->store;
	im->audit = c->audit;
	im->rules = c->rules;
	im->now = c->now;
	im->how.dry_run = 1; /* no file of rejects */
	im->settling = q;
	(void)snprintf(im->file, sizeof(im->file), "%s", q->file);
	rc = cp_quarantine_open(c->store, q, how->identity, &l->was, err);
	if (rc == CP_OK)
		rc = import_look(im, err);
	if (rc != CP_OK)
		return rc;
	im->csv = l->was.csv;
	l->row.line = (size_t)q->line;
	l->row.doc = l->was.doc;
	l->was.doc = NULL;
	rc = import_prepare_row(c->rules, &l->row, &scratch, err);
	l->row.settled = 1;
	cp_keys_clear(&scratch);
	return rc;
}

static void
load_end(struct loading *l)
{
	import_row_clear(&l->row);
	import_keys_clear(&l->im.keys);
	cp_matcher_free(l->im.matcher);
	cp_buf_clear(&l->im.text);
	cp_buf_clear(&l->im.detail);
	cp_buf_clear(&l->im.cases);
	cp_quarantine_row_clear(&l->was);
}

/* What was rejected for a reason that no settling mends. */
static enum cp_rc
load_done(struct loading *l, struct cp_err *err)
{
	const struct cp_import_report *r = &l->im.report;
	enum cp_rc rc;

	if (r->rejected > 0)
		return cp_fail(err, CP_REFUSED, "the row cannot be loaded: %s",
		    r->first[0].why.cause);
	rc = import_log_cases(&l->im, err);
	return rc != CP_OK ? rc : import_keys_flush(&l->im.keys, l->im.store, err);
}

/* ---- what becomes of the entry ---- */

/* Why, for officers only; with the record where there is one. */
static enum cp_rc
seal_reason(const struct cp_change *c, const struct cp_settling *how,
    const char *what, int64_t record, struct cp_err *err)
{
	struct cp_buf b;
	enum cp_rc rc;

	if (how->reason == NULL)
		return CP_OK;
	cp_buf_init(&b);
	cp_json_open(&b, '{');
	cp_json_put_member(&b, "quarantine", how->q->id);
	cp_json_put_member(&b, "done", what);
	cp_json_put_member(&b, "at", c->now->time);
	cp_json_put_member(&b, "by", cp_audit_actor(c->audit));
	cp_json_put_member(&b, "reason", how->reason);
	cp_json_close(&b, '}');
	rc = cp_buf_check(&b, err);
	if (rc == CP_OK)
		rc = cp_compartment_add(c->store, record, CP_COMPARTMENT_CASE,
		    cp_buf_text(&b), b.len, c->now, NULL, err);
	cp_buf_clear(&b);
	return rc;
}

/* CP_REFUSED where somebody else was faster. */
static enum cp_rc
settle(const struct cp_change *c, const struct cp_settling *how,
    const char *status, const char *action, int64_t record,
    struct cp_err *err)
{
	struct cp_entry e = { action, how->q->id, NULL, NULL };
	struct cp_stmt *q = cp_stmt(c->store, SQL_QUARANTINE_SETTLE);
	enum cp_rc rc;

	cp_bind_int(q, how->q->n);
	cp_bind_text(q, status);
	if (record != 0)
		cp_bind_int(q, record);
	else
		cp_bind_null(q);
	cp_bind_text(q, c->now->time);
	cp_bind_text(q, cp_audit_actor(c->audit));
	rc = cp_exec(q, err);
	if (rc == CP_OK && cp_changes(c->store) != 1)
		rc = cp_fail(err, CP_REFUSED, "%s is settled already",
		    how->q->id);
	if (rc == CP_OK && how->q->compartment != 0)
		rc = cp_compartment_drop_one(c->store, how->q->compartment,
		    err);
	if (rc == CP_OK)
		rc = seal_reason(c, how, status, record, err);
	return rc == CP_OK ? cp_audit_add(c->audit, &e, NULL, err) : rc;
}

/* ---- looking ---- */

enum cp_rc
cp_quarantine_look(const struct cp_change *c, const struct cp_settling *how,
    struct cp_quarantine_row *out, struct cp_err *err)
{
	struct cp_entry e = { "quarantine.show", how->q->id, NULL, NULL };
	struct cp_quarantine_row row;
	enum cp_rc rc = cp_quarantine_open(c->store, how->q, how->identity,
	    &row, err);

	if (rc != CP_OK)
		return rc;
	rc = seal_reason(c, how, "shown", 0, err);
	if (rc == CP_OK)
		rc = cp_audit_add(c->audit, &e, NULL, err);
	if (rc == CP_OK)
		*out = row;
	else
		cp_quarantine_row_clear(&row);
	return rc;
}

/* ---- accept ---- */

/* The record that the row changes: the one it would have, or one that was made
 * since. */
static enum cp_rc
own_record(struct loading *l, struct cp_record *r, int *found,
    struct cp_err *err)
{
	enum cp_rc rc;

	if (l->was.self == 0)
		return import_find(&l->im, &l->row, r, found, err);
	*found = 1;
	rc = cp_record_at(l->im.store, l->was.self, r, err);
	return rc == CP_OK ? cp_record_need_live(l->im.store, r, "restore",
	    err) : rc;
}

/* A number that is somebody's they might be taken for does not make it
 * theirs. */
static int
is_among(const struct loading *l, int64_t n)
{
	for (size_t i = 0; i < l->was.n_who; i++)
		if (l->was.who[i] == n)
			return 1;
	return 0;
}

static enum cp_rc
load_own(const struct cp_change *c, struct loading *l,
    struct cp_record *record, struct cp_err *err)
{
	int found = 0;
	enum cp_rc rc = cp_gate_open(c->store, l->row.doc->authority, err);

	if (rc == CP_OK)
		rc = own_record(l, record, &found, err);
	if (rc == CP_OK && found && is_among(l, record->n))
		rc = cp_fail(err, CP_REFUSED, "the row has the number of a "
		    "record that it might be about: it is to be merged into "
		    "that, or rejected");
	if (rc == CP_OK && found)
		rc = cp_operator_reach(cp_store_actor(c->store), record->id,
		    record->authority, err);
	if (rc == CP_OK)
		rc = found ? import_update(&l->im, &l->row, record, err) :
		    import_new_one(&l->im, &l->row, err);
	if (rc == CP_OK)
		rc = load_done(l, err);
	return rc == CP_OK ? cp_record_get(c->store, l->row.doc->id, record,
	    err) : rc;
}

enum cp_rc
cp_quarantine_accept(const struct cp_change *c, const struct cp_settling *how,
    struct cp_record *record, struct cp_err *err)
{
	struct cp_record r;
	struct loading l;
	enum cp_rc rc = load_begin(c, how, &l, err);

	if (rc == CP_OK)
		rc = load_own(c, &l, &r, err);
	for (size_t i = 0; rc == CP_OK && i < l.was.n_who; i++)
		if (l.was.who[i] != r.n)
			rc = cp_link_put(c, r.n, l.was.who[i], "asked", err);
	if (rc == CP_OK)
		rc = settle(c, how, "accepted", "quarantine.accept", r.n, err);
	if (rc == CP_OK)
		*record = r;
	load_end(&l);
	return rc;
}

/* ---- reject ---- */

enum cp_rc
cp_quarantine_reject(const struct cp_change *c, const struct cp_settling *how,
    struct cp_err *err)
{
	struct cp_quarantine_row row = { 0 };
	enum cp_rc rc = cp_quarantine_open(c->store, how->q, how->identity,
	    &row, err);

	cp_quarantine_row_clear(&row);
	return rc == CP_OK ? settle(c, how, "rejected", "quarantine.reject", 0,
	    err) : rc;
}

/* ---- merge ---- */

/* Under the row's names too that person is known from now on. */
static enum cp_rc
learn_names(struct loading *l, int64_t record, struct cp_err *err)
{
	struct cp_keys keys = { 0 };
	struct cp_shield sh;
	enum cp_rc rc = cp_shield_of(l->im.store, record, &sh, err);

	if (rc == CP_OK && sh.n != 0)
		rc = cp_match_person(l->im.matcher, l->row.doc, &keys, err);
	if (rc == CP_OK && sh.n != 0)
		rc = cp_match_put(l->im.store, record, &keys, err);
	cp_keys_clear(&keys);
	return rc;
}

static enum cp_rc
load_into(struct loading *l, const struct cp_record *into, struct cp_err *err)
{
	enum cp_rc rc = learn_names(l, into->n, err);

	if (rc == CP_OK)
		rc = import_as(&l->im, &l->row, into, err);
	if (rc == CP_BAD_INPUT) {
		cp_err_context(err, "the row and record %s together", into->id);
		rc = err->code = CP_REFUSED;
	}
	if (rc == CP_OK)
		rc = import_update(&l->im, &l->row, into, err);
	return rc == CP_OK ? load_done(l, err) : rc;
}

enum cp_rc
cp_quarantine_merge(const struct cp_change *c, const struct cp_settling *how,
    const char *into, struct cp_record *record, struct cp_err *err)
{
	struct cp_record r;
	struct loading l;
	enum cp_rc rc = load_begin(c, how, &l, err);

	if (rc == CP_OK)
		rc = cp_record_get(c->store, into, &r, err);
	if (rc == CP_OK)
		rc = cp_record_need_live(c->store, &r, "restore", err);
	if (rc == CP_OK)
		rc = load_into(&l, &r, err);
	if (rc == CP_OK)
		rc = settle(c, how, "merged", "quarantine.merge", r.n, err);
	if (rc == CP_OK)
		*record = r;
	load_end(&l);
	return rc;
}
