/* CP_NEEDS_ARCHIVE: packages are read. */
#include "cpadmin/archive_shield.h"

#include <stdio.h>
#include <string.h>

#include "archive/package.h"
#include "cpadmin/officer_unlock.h"
#include "lifecycle/duties/boxing.h"
#include "lifecycle/records/compartment.h"
#include "lifecycle/store/json_put.h"

void
cp_hidden_clear(struct cp_hidden *h)
{
	cp_secret_free(h->identity);
	cp_buf_clear(&h->record);
	cp_buf_clear(&h->texts);
	memset(h, 0, sizeof(*h));
}

enum cp_rc
cp_hidden_allowed(struct cp_sitting *x, struct cp_hidden *h,
    struct cp_err *err)
{
	size_t need = 0;
	enum cp_rc rc = cp_operator_may(&x->s.op, CP_ROLE_SHIELD, err);

	if (rc == CP_OK && x->reason == NULL) /* an opening has another's */
		rc = cp_session_reason(x->call, &x->reason, err);
	if (rc == CP_OK)
		rc = cp_record_at(x->s.store, x->parcel.record, &h->row, err);
	if (rc == CP_OK)
		rc = cp_box_need(x->s.store, h->row.n, &need, err);
	if (rc == CP_OK && need > 0)
		rc = cp_shield_last(x->s.store, h->row.n, &h->shield, err);
	if (rc == CP_NOT_FOUND || (rc == CP_OK && need == 0))
		rc = cp_fail(err, CP_REFUSED, "nothing is hidden in package "
		    "%s", x->parcel.id);
	return rc;
}

/* ---- opening ----------------------------------------------------------- */

struct opening {
	struct cp_sitting *x;
	struct cp_hidden *h;
	struct cp_buf text;
};

static void
put_text(struct opening *o, const struct cp_boxed *b)
{
	struct cp_buf *out = &o->h->texts;

	cp_json_open(out, '{');
	cp_json_put_member(out, "kind", b->kind);
	cp_json_put_member(out, "at", b->at);
	cp_json_put_key(out, "text");
	cp_buf_put(out, o->text.data, o->text.len);
	cp_json_close(out, '}');
}

/* What is hidden is laid over the open part in the order in which it came. */
static enum cp_rc
open_part(void *ctx, const struct cp_boxed *b, struct cp_err *err)
{
	struct opening *o = ctx;
	enum cp_rc rc;

	cp_buf_reset(&o->text);
	rc = cp_compartment_open_payload(o->x->s.store, b->n, b->payload,
	    b->len, o->h->identity, &o->text, err);
	if (rc != CP_OK)
		return rc;
	if (strcmp(b->kind, "hidden") == 0)
		return cp_document_unhide(&o->x->opened.doc,
		    cp_buf_text(&o->text), o->text.len, err);
	put_text(o, b);
	return CP_OK;
}

enum cp_rc
cp_hidden_open(struct cp_sitting *x, struct cp_hidden *h, struct cp_err *err)
{
	struct opening o = { .x = x, .h = h };
	enum cp_rc rc = cp_officer_identity(x->call, &x->s, &h->identity, err);

	if (rc != CP_OK)
		return rc;
	cp_json_open(&h->texts, '[');
	rc = cp_box_each(x->s.store, h->row.n, x->opened.box, x->opened.box_len,
	    open_part, &o, err);
	cp_json_close(&h->texts, ']');
	cp_document_text(x->opened.doc, &h->record);
	if (rc == CP_OK)
		rc = cp_buf_check(&h->texts, err);
	if (rc == CP_OK)
		rc = cp_buf_check(&h->record, err);
	cp_buf_clear(&o.text);
	return rc;
}

/* ---- handing it on ------------------------------------------------------- */

struct repacking {
	struct cp_buf files[CP_PACKAGE_MEMBERS];
	char names[CP_PACKAGE_MEMBERS][CP_PACKAGE_NAME];
	struct cp_member members[CP_PACKAGE_MEMBERS];
	size_t n;
};

static enum cp_rc
take_member(struct repacking *r, const char *name, const void *data,
    size_t len, struct cp_err *err)
{
	if (r->n == CP_PACKAGE_MEMBERS)
		return cp_fail(err, CP_FAILED, "a package has at most %d "
		    "members", CP_PACKAGE_MEMBERS);
	(void)snprintf(r->names[r->n], CP_PACKAGE_NAME, "%s", name);
	r->members[r->n] = (struct cp_member){ r->names[r->n], data, len };
	r->n++;
	return CP_OK;
}

static enum cp_rc
take_file(void *ctx, const struct cp_boxed *b, struct cp_err *err)
{
	struct repacking *r = ctx;
	struct cp_buf *file = &r->files[r->n % CP_PACKAGE_MEMBERS];
	char name[CP_PACKAGE_NAME];
	enum cp_rc rc;

	(void)snprintf(name, sizeof(name), "shield-%lld-%s.age",
	    (long long)b->n, b->kind);
	cp_buf_put(file, b->header.data, b->header.len);
	cp_buf_put(file, b->payload, b->len);
	rc = cp_buf_check(file, err);
	return rc == CP_OK ? take_member(r, name, file->data, file->len, err) :
	    rc;
}

static enum cp_rc
take_others(struct repacking *r, const struct cp_package *package,
    struct cp_err *err)
{
	const struct cp_member *m;
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK &&
	    (m = cp_package_at(package, i)) != NULL; i++)
		if (strcmp(m->name, CP_BOX_MEMBER) != 0)
			rc = take_member(r, m->name, m->data, m->len, err);
	return rc;
}

enum cp_rc
cp_hidden_repack(struct cp_sitting *x, struct cp_err *err)
{
	struct repacking r = { .n = 0 };
	enum cp_rc rc = take_others(&r, x->opened.package, err);

	if (rc == CP_OK)
		rc = cp_box_each(x->s.store, x->parcel.record, x->opened.box,
		    x->opened.box_len, take_file, &r, err);
	if (rc == CP_OK) {
		cp_buf_reset(&x->plain);
		rc = cp_package_build(r.members, r.n, &x->plain, err);
	}
	for (size_t i = 0; i < CP_PACKAGE_MEMBERS; i++)
		cp_buf_clear(&r.files[i]);
	return rc;
}

/* ---- the log ----------------------------------------------------------- */

static enum cp_rc
investigate(struct cp_sitting *x, struct cp_hidden *h, struct cp_err *err)
{
	struct cp_change c = { x->s.store, x->s.audit, &x->rules, &x->s.now };
	struct cp_override o = { h->row.id, &x->s.op, h->identity,
		x->reason };
	enum cp_rc rc = cp_txn_begin(x->s.audit, err);

	if (rc != CP_OK)
		return rc;
	rc = cp_investigation_open(&c, &o, &h->row, h->shield.id,
	    &h->investigation, err);
	return cp_txn_end(x->s.audit, rc, err);
}

enum cp_rc
cp_hidden_log(struct cp_sitting *x, struct cp_hidden *h, struct cp_err *err)
{
	enum cp_rc rc;

	x->about = h->shield.id;
	rc = cp_sitting_log(x, "done", err);
	x->about = NULL;
	return rc == CP_OK && h->identity != NULL ? investigate(x, h, err) :
	    rc;
}
