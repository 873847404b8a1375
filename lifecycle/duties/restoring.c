#include "lifecycle/duties/restoring.h"

#include <string.h>
#include <unistd.h>

#include "archive/file.h"
#include "lifecycle/duties/boxing.h"
#include "lifecycle/duties/destruction.h"
#include "lifecycle/duties/history.h"
#include "lifecycle/records/document_edit.h"
#include "lifecycle/records/number.h"
#include "lifecycle/records/tie.h"
#include "lifecycle/store/json_put.h"

enum cp_rc
cp_restore_allowed(const struct cp_parcel *p,
    const struct cp_parcel_facts *facts, struct cp_err *err)
{
	enum cp_rc rc = cp_parcel_openable(p, facts, err);

	if (rc != CP_OK || !facts->waiting ||
	    strcmp(facts->batch_status, "approved") != 0)
		return rc;
	(void)cp_fail(err, CP_REFUSED, "package %s is in batch %s, whose "
	    "destruction is approved", p->id, facts->batch);
	cp_err_hint(err, "take it out first: cpadmin destruction exclude %s "
	    "%s --reason T", facts->batch, p->id);
	return CP_REFUSED;
}

static enum cp_rc
correct(const struct cp_restoring *in, struct cp_document **doc,
    struct cp_err *err)
{
	struct cp_reject why;
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < in->n_corrections; i++)
		rc = cp_document_set(doc, in->corrections[i].field,
		    in->corrections[i].value, in->now->today, &why, err);
	return rc;
}

/* Declined or used in between: refused. */
static enum cp_rc
use_opening(const struct cp_restoring *in, struct cp_err *err)
{
	struct cp_opening o;

	if (in->opening == NULL)
		return CP_OK;
	o = *in->opening;
	return cp_opening_end(in->store, &o, "used", err);
}

/* A proposal not yet approved loses the package. */
static enum cp_rc
leave_batch(const struct cp_restoring *in, const struct cp_parcel *p,
    const struct cp_parcel_facts *facts, struct cp_err *err)
{
	struct cp_batch b;
	enum cp_rc rc;

	if (!facts->waiting)
		return CP_OK;
	rc = cp_batch_get(in->store, facts->batch, &b, err);
	return rc == CP_OK ? cp_batch_exclude(in->store, &b, p->id, "restored",
	    err) : rc;
}

/* The fields that were rectified are named, their values are not. */
static enum cp_rc
log_restored(const struct cp_restoring *in, const struct cp_parcel *p,
    const struct cp_parcel_facts *facts, struct cp_err *err)
{
	struct cp_entry e = { .action = "record.restore",
		.subject = p->record_id };
	struct cp_buf detail;
	enum cp_rc rc;

	cp_buf_init(&detail);
	cp_json_open(&detail, '{');
	cp_json_put_member(&detail, "package", p->id);
	if (in->opening != NULL)
		cp_json_put_member(&detail, "opening", in->opening->id);
	if (in->reason != NULL)
		cp_json_put_member(&detail, "reason", in->reason);
	if (facts->waiting)
		cp_json_put_member(&detail, "batch", facts->batch);
	cp_json_put_key(&detail, "set");
	cp_json_open(&detail, '[');
	for (size_t i = 0; i < in->n_corrections; i++)
		cp_json_put_string(&detail, in->corrections[i].field);
	cp_json_close(&detail, ']');
	cp_json_close(&detail, '}');
	rc = cp_buf_check(&detail, err);
	e.detail = cp_buf_text(&detail);
	if (rc == CP_OK)
		rc = cp_audit_add(in->audit, &e, NULL, err);
	cp_buf_clear(&detail);
	return rc;
}

/* Dates are computed twice: consents bear on them, and come last. */
static enum cp_rc
revive(const struct cp_restoring *in, const struct cp_parcel *p,
    const struct cp_opened *x, struct cp_record *r, struct cp_err *err)
{
	enum cp_rc rc = cp_record_at(in->store, p->record, r, err);

	if (rc == CP_OK)
		rc = cp_parcel_end(in->store, p, "restored", in->now->today,
		    err);
	if (rc == CP_OK)
		rc = cp_tie_drop(in->store, p->record, err);
	if (rc == CP_OK)
		rc = cp_box_back(in->store, r->n, x->box, x->box_len, err);
	if (rc == CP_OK)
		rc = cp_record_revive(in->store, in->rules, r, x->doc, in->now,
		    err);
	if (rc == CP_OK)
		rc = cp_numbers_alone(in->store, in->rules, r->n, err);
	if (rc == CP_OK)
		rc = cp_history_load(in->store, r, x->history, x->history_len,
		    err);
	if (rc == CP_OK)
		rc = cp_record_refresh(in->store, in->rules, r->n, err);
	return rc == CP_OK ? cp_record_at(in->store, p->record, r, err) : rc;
}

static enum cp_rc
restore(const struct cp_restoring *in, const struct cp_opened *x,
    struct cp_record *out, struct cp_err *err)
{
	struct cp_parcel_facts facts;
	struct cp_parcel p;
	enum cp_rc rc = cp_parcel_at(in->store, in->parcel->n, &p, err);

	if (rc == CP_OK)
		rc = cp_parcel_facts(in->store, &p, &facts, err);
	if (rc == CP_OK)
		rc = cp_restore_allowed(&p, &facts, err);
	if (rc == CP_OK)
		rc = use_opening(in, err);
	if (rc == CP_OK)
		rc = leave_batch(in, &p, &facts, err);
	if (rc == CP_OK)
		rc = revive(in, &p, x, out, err);
	return rc == CP_OK ? log_restored(in, &p, &facts, err) : rc;
}

static enum cp_rc
in_transaction(const struct cp_restoring *in, const struct cp_opened *x,
    struct cp_record *out, struct cp_err *err)
{
	struct cp_record r;
	enum cp_rc rc = cp_txn_begin(in->audit, err);

	if (rc != CP_OK)
		return rc;
	rc = restore(in, x, &r, err);
	rc = cp_txn_end(in->audit, rc, err);
	if (rc == CP_OK)
		*out = r;
	return rc;
}

/* A run may be rewriting the package's volume, and counts what is live. */
enum cp_rc
cp_restore(const struct cp_restoring *in, struct cp_opened *x,
    struct cp_record *out, struct cp_err *err)
{
	char path[4096];
	int lock = -1;
	enum cp_rc rc = correct(in, &x->doc, err);

	if (rc == CP_OK)
		rc = cp_store_path(in->store, path, sizeof(path), err,
		    "run.lock");
	if (rc == CP_OK)
		rc = cp_file_lock(path, &lock, err);
	if (rc == CP_BUSY)
		cp_err_hint(err, "a retention run is at work; try again when "
		    "it has ended");
	if (rc == CP_OK)
		rc = in_transaction(in, x, out, err);
	if (lock >= 0)
		(void)close(lock); /* nothing was written */
	return rc;
}
