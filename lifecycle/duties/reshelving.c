#include "lifecycle/duties/reshelving.h"

#include <stdio.h>
#include <string.h>

#include "archive/hostkey.h"
#include "archive/secret.h"
#include "lifecycle/duties/destruction.h"
#include "lifecycle/duties/escrow.h"
#include "lifecycle/store/json_put.h"
#include "lifecycle/store/stmt.h"

void
cp_reshelver_clear(struct cp_reshelver *x)
{
	cp_shelf_close(&x->own);
	cp_secret_free(x->hostkey);
	x->hostkey = NULL;
	cp_buf_clear(&x->header);
	cp_buf_clear(&x->wrapped);
	cp_buf_clear(&x->detail);
}

static enum cp_rc
open_ring(struct cp_reshelver *x, struct cp_err *err)
{
	char keys[4096], path[4096];
	enum cp_rc rc;

	if (x->ring != NULL)
		return CP_OK;
	rc = cp_store_path(x->store, keys, sizeof(keys), err, "keys");
	if (rc == CP_OK)
		rc = cp_store_path(x->store, path, sizeof(path), err,
		    "keys/shelves.key");
	if (rc == CP_OK && x->hostkey == NULL)
		rc = cp_hostkey_load(keys, &x->hostkey, err);
	if (rc == CP_OK)
		rc = cp_shelf_open(path, x->hostkey, CP_SHELF_WRITE, &x->own,
		    err);
	if (rc == CP_OK)
		rc = cp_escrow_check(x->store, x->own, err);
	if (rc == CP_OK)
		x->ring = x->own;
	else
		cp_shelf_close(&x->own);
	return rc;
}

/* ---- the header -------------------------------------------------------------- */

/* The header of P from under its shelf's key to that of MONTH, in x->wrapped;
 * the store is not changed yet. */
static enum cp_rc
wrap_anew(struct cp_reshelver *x, const struct cp_parcel *p, int month,
    struct cp_err *err)
{
	char day[CP_DATE_TEXT];
	enum cp_rc rc;

	cp_buf_reset(&x->wrapped);
	cp_buf_reset(&x->header);
	rc = cp_parcel_header(x->store, p, &x->wrapped, err);
	if (rc == CP_OK)
		rc = cp_shelf_unwrap(x->ring, p->shelf, p->id,
		    x->wrapped.data, x->wrapped.len, &x->header, err);
	if (rc == CP_OK)
		rc = cp_shelf_ensure(x->ring, month,
		    cp_date_format(x->today, day), err);
	cp_buf_reset(&x->wrapped);
	return rc == CP_OK ? cp_shelf_wrap(x->ring, month, p->id,
	    x->header.data, x->header.len, &x->wrapped, err) : rc;
}

static enum cp_rc
put_header(struct cp_reshelver *x, const struct cp_parcel *p, int month,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->store, SQL_HEADER_REPLACE);
	enum cp_rc rc;

	cp_bind_blob(q, x->wrapped.data, x->wrapped.len);
	cp_bind_int(q, p->n);
	rc = cp_exec(q, err);
	if (rc == CP_OK)
		rc = cp_shelf_row_add(x->store, month, x->today, err);
	if (rc != CP_OK)
		return rc;
	q = cp_stmt(x->store, SQL_PACKAGE_SHELVE);
	cp_bind_int(q, month);
	cp_bind_int(q, p->n);
	return cp_exec(q, err);
}

enum cp_rc
cp_reshelve_to(struct cp_reshelver *x, const struct cp_parcel *p, int month,
    struct cp_err *err)
{
	enum cp_rc rc;

	x->untouched = 0;
	rc = open_ring(x, err);
	if (rc != CP_OK)
		return rc;
	x->untouched = 1;
	rc = wrap_anew(x, p, month, err);
	if (rc != CP_OK)
		return rc;
	x->untouched = 0;
	return put_header(x, p, month, err);
}

static enum cp_rc
put_date(struct cp_reshelver *x, const struct cp_parcel *p,
    struct cp_date due, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->store, SQL_PACKAGE_REDATE);

	cp_bind_date(q, due);
	cp_bind_int(q, p->n);
	return cp_exec(q, err);
}

/* ---- its batch, and the log ---------------------------------------------------- */

static enum cp_rc
log_split(struct cp_reshelver *x, const struct cp_parcel *p,
    const struct cp_batch *b, const char *reason, struct cp_err *err)
{
	struct cp_entry e = { .action = "destruction.exclude",
		.subject = p->record_id };

	cp_buf_reset(&x->detail);
	cp_json_open(&x->detail, '{');
	cp_json_put_member(&x->detail, "batch", b->id);
	cp_json_put_member(&x->detail, "package", p->id);
	cp_json_put_member(&x->detail, "reason", reason);
	cp_json_close(&x->detail, '}');
	e.detail = cp_buf_text(&x->detail);
	return cp_audit_add(x->audit, &e, NULL, err);
}

static enum cp_rc
leave_batch(struct cp_reshelver *x, const struct cp_parcel *p,
    struct cp_date due, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->store, SQL_BATCH_OF_RECORD);
	char id[32], reason[256], day[CP_DATE_TEXT];
	struct cp_batch b;
	int row;
	enum cp_rc rc;

	cp_bind_int(q, p->record);
	rc = cp_step(q, &row, err);
	if (rc != CP_OK || !row)
		return rc;
	cp_col_copy(q, 0, id, sizeof(id));
	cp_reset(q);
	(void)snprintf(reason, sizeof(reason), "kept until %s by policy %.80s "
	    "version %.80s", cp_date_format(due, day), x->policy->name,
	    x->policy->version);
	rc = cp_batch_get(x->store, id, &b, err);
	if (rc == CP_OK)
		rc = cp_batch_item_set(x->store, &b, p, "excluded", reason,
		    err);
	return rc == CP_OK ? log_split(x, p, &b, reason, err) : rc;
}

static enum cp_rc
log_redated(struct cp_reshelver *x, const struct cp_parcel *p,
    struct cp_date due, struct cp_err *err)
{
	struct cp_entry e = { .action = "record.redate",
		.subject = p->record_id };
	char day[CP_DATE_TEXT];

	cp_buf_reset(&x->detail);
	cp_json_open(&x->detail, '{');
	cp_json_put_member(&x->detail, "package", p->id);
	cp_json_put_member(&x->detail, "from",
	    cp_date_format(p->destroy_due, day));
	cp_json_put_member(&x->detail, "to", cp_date_format(due, day));
	cp_json_put_member(&x->detail, "policy", x->policy->name);
	cp_json_put_member(&x->detail, "version", x->policy->version);
	cp_json_close(&x->detail, '}');
	e.detail = cp_buf_text(&x->detail);
	return cp_audit_add(x->audit, &e, NULL, err);
}

static enum cp_rc
find(struct cp_reshelver *x, const char *id, struct cp_parcel *out,
    struct cp_err *err)
{
	struct cp_parcel p;
	enum cp_rc rc = cp_parcel_get(x->store, id, &p, err);

	if (rc == CP_OK && strcmp(p.status, "archived") != 0)
		rc = cp_fail(err, CP_CORRUPT, "record %s is archived and its "
		    "package %s is %s", id, p.id, p.status);
	if (rc == CP_OK)
		*out = p;
	return rc;
}

enum cp_rc
cp_reshelve(struct cp_reshelver *x, const char *id, struct cp_date due,
    int in_batch, struct cp_err *err)
{
	int month = cp_shelf_month(cp_date_cmp(due, x->today) < 0 ? x->today :
	    due);
	struct cp_parcel p;
	enum cp_rc rc;

	x->untouched = 1;
	rc = find(x, id, &p, err);
	if (rc == CP_OK && month != p.shelf)
		rc = cp_reshelve_to(x, &p, month, err);
	if (rc != CP_OK)
		return rc;
	x->untouched = 0;
	rc = put_date(x, &p, due, err);
	if (rc == CP_OK && in_batch)
		rc = leave_batch(x, &p, due, err);
	return rc == CP_OK ? log_redated(x, &p, due, err) : rc;
}
