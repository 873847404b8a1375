#include <string.h>

#include "lifecycle/duties/boxing.h"
#include "lifecycle/duties/collecting_impl.h"
#include "lifecycle/duties/opening.h"
#include "lifecycle/records/catalogue.h"
#include "lifecycle/records/compartment.h"
#include "lifecycle/records/document_hide.h"

/* Archived records: what is kept of their packages. */

/* *FOUND 0 where nothing is kept, or it is of another record, which the subject
 * was taken for before. */
static enum cp_rc
open_kept(struct collecting *x, const struct cp_collected_subject *s,
    struct cp_opened *out, int *found, struct cp_err *err)
{
	struct cp_store *store = x->with->change->store;
	struct cp_parcel parcel;
	struct cp_buf plain;
	int64_t package = 0;
	int kept = 0;
	enum cp_rc rc;

	*found = 0;
	cp_buf_init(&plain);
	rc = cp_keeping_get(store, x->with->sar, s->who.idx, &package, &plain,
	    &kept, err);
	if (rc == CP_KEY) /* an officer's identity would not help */
		rc = err->code = CP_CORRUPT;
	if (rc == CP_OK && kept)
		rc = cp_parcel_at(store, package, &parcel, err);
	if (rc == CP_OK && kept && parcel.record == s->record.n) {
		rc = cp_opened_parse(&parcel, plain.data, plain.len, out, err);
		*found = rc == CP_OK;
	}
	cp_buf_clear(&plain);
	return rc;
}

/* ---- what is hidden ------------------------------------------------------ */

struct unboxing {
	struct collecting *x;
	struct collecting_held *held;
	struct cp_buf text;
	/* of cases: who is told of them; else NULL */
	enum cp_rc (*fn)(void *ctx, int64_t n, const char *at,
	    const char *text, size_t len, struct cp_err *err);
	void *ctx;
};

static enum cp_rc
open_payload(struct unboxing *u, const struct cp_boxed *b, struct cp_err *err)
{
	cp_buf_reset(&u->text);
	return cp_compartment_open_payload(u->x->with->change->store, b->n,
	    b->payload, b->len, u->x->with->identity, &u->text, err);
}

/* What is hidden is laid over the open part in the order in which it came. */
static enum cp_rc
open_part(void *ctx, const struct cp_boxed *b, struct cp_err *err)
{
	struct unboxing *u = ctx;
	int hidden = strcmp(b->kind, "hidden") == 0;
	enum cp_rc rc;

	if (!hidden && strcmp(b->kind, "log") != 0)
		return CP_OK;
	rc = open_payload(u, b, err);
	if (rc != CP_OK)
		return rc;
	return hidden ? cp_document_unhide(&u->held->doc,
	    cp_buf_text(&u->text), u->text.len, err) :
	    collecting_take_log(u->held->hidden_log, b->n, b->at,
	    cp_buf_text(&u->text), u->text.len, err);
}

static enum cp_rc
open_case(void *ctx, const struct cp_boxed *b, struct cp_err *err)
{
	struct unboxing *u = ctx;
	enum cp_rc rc;

	if (strcmp(b->kind, "case") != 0)
		return CP_OK;
	rc = open_payload(u, b, err);
	return rc == CP_OK ? u->fn(u->ctx, b->n, b->at,
	    cp_buf_text(&u->text), u->text.len, err) : rc;
}

static enum cp_rc
need_identity(const struct collecting *x, const struct cp_record *r,
    struct cp_err *err)
{
	if (x->with->identity != NULL)
		return CP_OK;
	(void)cp_fail(err, CP_KEY, "what is hidden of %s is to be in the "
	    "answer, and only a shielding officer opens it", r->id);
	cp_err_hint(err, "an officer runs it, with their passphrase");
	return CP_KEY;
}

static enum cp_rc
open_box(struct collecting *x, const struct cp_record *r,
    const struct cp_opened *from, struct collecting_held *out,
    struct cp_err *err)
{
	struct unboxing u = { .x = x, .held = out };
	enum cp_rc rc = need_identity(x, r, err);

	if (rc != CP_OK)
		return rc;
	out->hidden_log = cp_json_new_array();
	if (out->hidden_log == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	rc = cp_box_each(x->with->change->store, r->n, from->box,
	    from->box_len, open_part, &u, err);
	out->opened = rc == CP_OK;
	cp_buf_clear(&u.text);
	return rc;
}

/* ---- all of it ----------------------------------------------------------- */

/* Only for whom it is safe, and where there is anything. */
static enum cp_rc
is_hidden(struct collecting *x, const struct cp_collected_subject *s,
    int *yes, struct cp_err *err)
{
	size_t need = 0;
	enum cp_rc rc = CP_OK;

	if (s->who.safe)
		rc = cp_box_need(x->with->change->store, s->record.n, &need,
		    err);
	*yes = need > 0;
	return rc;
}

enum cp_rc
cp_collect_archived(struct collecting *x, const struct cp_collected_subject *s,
    struct collecting_held *out, struct cp_err *err)
{
	struct cp_opened opened = { 0 };
	int hidden = 0;
	enum cp_rc rc = open_kept(x, s, &opened, &out->found, err);

	if (rc != CP_OK || !out->found)
		return rc;
	out->doc = opened.doc;
	opened.doc = NULL;
	rc = cp_json_parse(opened.history, opened.history_len, &out->history,
	    err);
	if (rc == CP_OK)
		rc = is_hidden(x, s, &hidden, err);
	if (rc == CP_OK && hidden)
		rc = open_box(x, &s->record, &opened, out, err);
	cp_opened_clear(&opened);
	return rc;
}

/* What came after the record was archived is in the database yet. */
enum cp_rc
cp_collect_boxed(struct collecting *x, const struct cp_collected_subject *s,
    enum cp_rc (*fn)(void *ctx, int64_t n, const char *at, const char *text,
	size_t len, struct cp_err *err), void *ctx, struct cp_err *err)
{
	struct unboxing u = { .x = x, .fn = fn, .ctx = ctx };
	struct cp_opened opened = { 0 };
	int found = 0, hidden = 0;
	enum cp_rc rc = open_kept(x, s, &opened, &found, err);

	if (rc != CP_OK || !found)
		return rc;
	rc = is_hidden(x, s, &hidden, err);
	if (rc == CP_OK && hidden)
		rc = need_identity(x, &s->record, err);
	if (rc == CP_OK && hidden)
		rc = cp_box_each(x->with->change->store, s->record.n,
		    opened.box, opened.box_len, open_case, &u, err);
	if (rc == CP_OK && hidden)
		rc = cp_compartment_each(x->with->change->store, s->record.n,
		    CP_COMPARTMENT_CASE, x->with->identity, fn, ctx, err);
	cp_buf_clear(&u.text);
	cp_opened_clear(&opened);
	return rc;
}
