#include "lifecycle/duties/trial.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/age.h"
#include "archive/secret.h"
#include "lifecycle/store/json_put.h"
#include "lifecycle/store/stmt.h"

struct trying {
	const struct cp_trial *t;
	const struct cp_batch *batch;
	cp_trial_fn *fn;
	void *ctx;
	struct cp_trial_sum *sum;
	struct cp_buf wrapped, header, plain;
};

const char *
cp_trial_word(enum cp_trial_result v)
{
	static const char *const words[] = { "gone", "shelf-destroyed",
		"opens", "other-key", "damaged" };

	return words[v];
}

/* ---- headers --------------------------------------------------------------- */

/* The wrapped header in the catalogue, if it is there after all. */
static enum cp_rc
from_catalogue(struct trying *x, struct cp_trial_item *i, int *found,
    struct cp_err *err)
{
	struct cp_err why = { 0 };
	enum cp_rc rc = cp_parcel_header(x->t->with.store, i->parcel,
	    &x->wrapped, &why);

	*found = rc == CP_OK;
	i->shelf = i->parcel->shelf;
	if (rc == CP_OK || rc == CP_KEY)
		return CP_OK;
	*err = why;
	return rc;
}

static enum cp_rc
from_copy(struct trying *x, struct cp_trial_item *i, int *found,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->t->copy, SQL_TRIAL_HEADER);
	const void *blob;
	size_t len;
	enum cp_rc rc;

	cp_bind_text(q, i->parcel->id);
	rc = cp_step(q, found, err);
	if (rc == CP_OK && *found) {
		blob = cp_col_blob(q, 0, &len);
		cp_buf_put(&x->wrapped, blob, len);
		i->shelf = (int)cp_col_int(q, 1);
	}
	cp_reset(q);
	return rc == CP_OK ? cp_buf_check(&x->wrapped, err) : rc;
}

/* ---- keys ------------------------------------------------------------------ */

/* Whether the payload opens as well: it may be gone, which is no comfort. */
static int
payload_opens(struct trying *x, const struct cp_parcel *p)
{
	struct cp_opener *o = x->t->opener;
	struct cp_buf payload;
	struct cp_err ignored;
	int yes;

	cp_buf_init(&payload);
	cp_buf_reset(&x->plain);
	yes = cp_opener_payload(o, p, &payload, &ignored) == CP_OK &&
	    cp_opener_plain(o, x->header.data, x->header.len, payload.data,
	    payload.len, &x->plain, &ignored) == CP_OK;
	cp_buf_clear(&payload);
	cp_buf_clear(&x->plain);
	cp_buf_init(&x->plain);
	return yes;
}

/* A header is opened exactly as for a reader: shelf, then custodians. */
static void
try_header(struct trying *x, struct cp_trial_item *i)
{
	struct cp_age_identity who = { .kind = CP_AGE_X25519,
		.secret = x->t->opener->identity };
	struct cp_secret *file_key = NULL;
	struct cp_err why = { 0 };
	enum cp_rc rc;

	cp_buf_reset(&x->header);
	rc = cp_shelf_unwrap(x->t->opener->ring, i->shelf, i->parcel->id,
	    x->wrapped.data, x->wrapped.len, &x->header, &why);
	if (rc != CP_OK) { /* a ring that never had the shelf has no key */
		i->result = rc == CP_KEY || rc == CP_NOT_FOUND ?
		    CP_TRIAL_DEAD : CP_TRIAL_DAMAGED;
		return;
	}
	rc = cp_age_header_open(x->header.data, x->header.len, &who, 1,
	    &file_key, NULL, &why);
	cp_secret_free(file_key);
	i->result = rc == CP_OK ? CP_TRIAL_OPENS : rc == CP_KEY ?
	    CP_TRIAL_OTHER_KEY : CP_TRIAL_DAMAGED;
	if (rc == CP_OK)
		i->payload = payload_opens(x, i->parcel);
}

static enum cp_rc
try_from(struct trying *x, const struct cp_parcel *p, const char *from,
    struct cp_trial_item *i, struct cp_err *err)
{
	int found = 0;
	enum cp_rc rc;

	memset(i, 0, sizeof(*i));
	i->parcel = p;
	i->from = from;
	cp_buf_reset(&x->wrapped);
	rc = strcmp(from, "copy") == 0 ? from_copy(x, i, &found, err) :
	    from_catalogue(x, i, &found, err);
	if (rc != CP_OK)
		return rc;
	if (found)
		try_header(x, i);
	else
		i->shelf = 0;
	x->sum->there += found && strcmp(from, "catalogue") == 0;
	x->sum->count[i->result]++;
	return x->fn != NULL ? x->fn(x->ctx, i, err) : CP_OK;
}

static enum cp_rc
try_item(void *ctx, const struct cp_batch_item *i, struct cp_err *err)
{
	struct trying *x = ctx;
	struct cp_trial_item here, there = { 0 };
	int opened;
	enum cp_rc rc;

	if (strcmp(i->status, "destroyed") != 0)
		return CP_OK;
	rc = try_from(x, &i->parcel, "catalogue", &here, err);
	if (rc == CP_OK && x->t->copy != NULL)
		rc = try_from(x, &i->parcel, "copy", &there, err);
	opened = here.result == CP_TRIAL_OPENS ||
	    there.result == CP_TRIAL_OPENS;
	x->sum->opened += opened;
	/* a key that was not asked for proves nothing */
	x->sum->tried += opened || (here.result != CP_TRIAL_OTHER_KEY &&
	    there.result != CP_TRIAL_OTHER_KEY);
	return rc;
}

/* ---- the record of it ------------------------------------------------------ */

/* A copy of another store would prove nothing. */
static enum cp_rc
same_store(const struct cp_trial *t, struct cp_err *err)
{
	struct cp_stmt *q;
	int row;
	enum cp_rc rc;

	if (t->copy == NULL)
		return CP_OK;
	q = cp_stmt(t->copy, SQL_TRIAL_STORE);
	rc = cp_step(q, &row, err);
	if (rc == CP_OK && (!row || strcmp(cp_col_text(q, 0),
	    t->with.settings->store_id) != 0))
		rc = cp_fail(err, CP_REFUSED, "%s is a copy of another store",
		    t->copy_name);
	cp_reset(q);
	return rc;
}

static enum cp_rc
log_trial(struct trying *x, const char *from, struct cp_err *err)
{
	struct cp_entry e = { .action = "destruction.try",
		.outcome = x->sum->opened > 0 ? "opened" : NULL };
	struct cp_buf detail;
	enum cp_rc rc;

	cp_buf_init(&detail);
	cp_json_open(&detail, '{');
	cp_json_put_member(&detail, "batch", x->batch->id);
	cp_json_put_member(&detail, "custody", x->t->opener->custody.id);
	cp_json_put_member(&detail, "headers", from);
	cp_json_put_key(&detail, "tried");
	cp_json_put_int(&detail, x->sum->tried);
	cp_json_put_key(&detail, "opened");
	cp_json_put_int(&detail, x->sum->opened);
	cp_json_close(&detail, '}');
	e.detail = cp_buf_text(&detail);
	rc = cp_buf_check(&detail, err);
	if (rc == CP_OK)
		rc = cp_audit_add(x->t->with.audit, &e, NULL, err);
	cp_buf_clear(&detail);
	return rc;
}

static enum cp_rc
put_trial(struct trying *x, struct cp_err *err)
{
	char from[128];
	struct cp_stmt *q;
	enum cp_rc rc = cp_txn_begin(x->t->with.audit, err);

	if (rc != CP_OK)
		return rc;
	(void)snprintf(from, sizeof(from), "catalogue%s%.100s",
	    x->t->copy != NULL ? " and " : "",
	    x->t->copy != NULL ? x->t->copy_name : "");
	q = cp_stmt(x->t->with.store, SQL_TRIAL_ADD);
	cp_bind_int(q, x->batch->n);
	cp_bind_text(q, x->t->with.now->time);
	cp_bind_text(q, x->t->op->name);
	cp_bind_text(q, x->t->opener->custody.id);
	cp_bind_int(q, x->sum->tried);
	cp_bind_int(q, x->sum->opened);
	cp_bind_text(q, from);
	rc = cp_exec(q, err);
	if (rc == CP_OK)
		rc = log_trial(x, from, err);
	return cp_txn_end(x->t->with.audit, rc, err);
}

static enum cp_rc
try_all(struct trying *x, struct cp_err *err)
{
	const struct cp_certifier *c = &x->t->with;
	int gone = 0, sound = 1;
	enum cp_rc rc = cp_certified_gone(c->store, x->batch, &gone, &sound,
	    err);

	if (rc == CP_OK)
		rc = same_store(x->t, err);
	if (rc == CP_OK)
		rc = cp_batch_items(c->store, x->batch, try_item, x, err);
	if (rc == CP_OK && x->sum->tried == 0) {
		(void)cp_fail(err, CP_KEY, "the headers are sealed to another "
		    "custody key than %s", x->t->opener->custody.id);
		cp_err_hint(err, "name it with --custody, and give its shares");
		rc = CP_KEY;
	}
	if (rc == CP_OK)
		rc = put_trial(x, err);
	x->sum->refuted = x->sum->there > 0 || (gone && x->sum->opened > 0);
	if (rc == CP_OK && (gone || !sound || x->sum->refuted))
		rc = cp_certify_next(c, x->batch, x->sum->outcome,
		    &x->sum->issue, err);
	return rc;
}

enum cp_rc
cp_trial_run(const struct cp_trial *t, const struct cp_batch *b,
    cp_trial_fn *fn, void *ctx, struct cp_trial_sum *out, struct cp_err *err)
{
	struct trying x = { .t = t, .batch = b, .fn = fn, .ctx = ctx,
		.sum = out };
	enum cp_rc rc;

	memset(out, 0, sizeof(*out));
	if (b->certificate_seq == 0 || strcmp(b->status, "done") != 0)
		return cp_fail(err, CP_REFUSED, "batch %s has no certificate: "
		    "it is %s", b->id, b->status);
	cp_buf_init(&x.wrapped);
	cp_buf_init(&x.header);
	cp_buf_init(&x.plain);
	rc = try_all(&x, err);
	cp_buf_clear(&x.wrapped);
	cp_buf_clear(&x.header);
	cp_buf_clear(&x.plain);
	return rc;
}
