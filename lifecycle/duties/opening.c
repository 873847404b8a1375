#include "lifecycle/duties/opening.h"

#include <stdio.h>
#include <string.h>

#include "archive/age.h"
#include "archive/crypto.h"
#include "archive/hostkey.h"
#include "archive/secret.h"
#include "archive/volume.h"
#include "lifecycle/duties/boxing.h"
#include "lifecycle/records/places.h"
#include "lifecycle/store/json.h"
#include "lifecycle/store/stmt.h"

/* ---- keys -------------------------------------------------------------- */

enum cp_rc
cp_opener_open(struct cp_store *s, struct cp_opener *out, struct cp_err *err)
{
	char path[4096];
	enum cp_rc rc;

	memset(out, 0, sizeof(*out));
	out->store = s;
	rc = cp_store_path(s, out->keys_dir, sizeof(out->keys_dir), err,
	    "keys");
	if (rc == CP_OK)
		rc = cp_store_path(s, path, sizeof(path), err,
		    "keys/shelves.key");
	if (rc == CP_OK)
		rc = cp_crypto_init(err);
	if (rc == CP_OK)
		rc = cp_hostkey_load(out->keys_dir, &out->hostkey, err);
	if (rc == CP_OK)
		rc = cp_shelf_open(path, out->hostkey, CP_SHELF_READ,
		    &out->ring, err);
	return rc;
}

void
cp_opener_unlock(struct cp_opener *o, const struct cp_custody_public *custody,
    struct cp_secret **identity)
{
	cp_secret_free(o->identity);
	o->identity = *identity;
	*identity = NULL;
	o->custody = *custody;
}

void
cp_opener_close(struct cp_opener *o)
{
	cp_secret_free(o->identity);
	o->identity = NULL;
	cp_shelf_close(&o->ring);
	cp_secret_free(o->hostkey);
	o->hostkey = NULL;
}

/* ---- what the catalogue knows ------------------------------------------ */

static void
read_facts(struct cp_stmt *q, struct cp_parcel_facts *f)
{
	char item[12];

	memset(f, 0, sizeof(*f));
	cp_col_copy(q, 0, f->custody, sizeof(f->custody));
	f->made = cp_col_date(q, 1);
	f->ended = cp_col_date(q, 2);
	cp_col_copy(q, 3, f->batch, sizeof(f->batch));
	cp_col_copy(q, 4, f->batch_status, sizeof(f->batch_status));
	cp_col_copy(q, 5, item, sizeof(item));
	cp_col_copy(q, 6, f->policy, sizeof(f->policy));
	cp_col_copy(q, 7, f->policy_version, sizeof(f->policy_version));
	f->waiting = strcmp(item, "pending") == 0 &&
	    (strcmp(f->batch_status, "proposed") == 0 ||
	    strcmp(f->batch_status, "approved") == 0);
}

enum cp_rc
cp_parcel_facts(struct cp_store *s, const struct cp_parcel *p,
    struct cp_parcel_facts *out, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_PARCEL_FACTS);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, p->n);
	rc = cp_step(q, &row, err);
	if (rc == CP_OK && !row)
		rc = cp_fail(err, CP_NOT_FOUND, "no such package");
	if (rc == CP_OK)
		read_facts(q, out);
	cp_reset(q);
	return rc;
}

enum cp_rc
cp_parcel_openable(const struct cp_parcel *p,
    const struct cp_parcel_facts *facts, struct cp_err *err)
{
	char due[CP_DATE_TEXT], day[CP_DATE_TEXT] = "?";

	if (strcmp(p->status, "archived") == 0)
		return CP_OK;
	if (cp_date_set(facts->ended))
		(void)cp_date_format(facts->ended, day);
	if (strcmp(p->status, "destroyed") != 0) {
		(void)cp_fail(err, CP_REFUSED, "package %s was %s on %s", p->id,
		    p->status, day);
		cp_err_hint(err, "record %s is not archived under this package "
		    "any more", p->record_id);
		return CP_REFUSED;
	}
	(void)cp_fail(err, CP_REFUSED, "package %s was destroyed on %s: due "
	    "since %s, batch %s", p->id, day,
	    cp_date_format(p->destroy_due, due), facts->batch);
	cp_err_hint(err, "its certificate: cpadmin destruction certificate %s",
	    facts->batch);
	return CP_REFUSED;
}

/* ---- the sealed parts -------------------------------------------------- */

enum cp_rc
cp_opener_header(struct cp_opener *o, const struct cp_parcel *p,
    struct cp_buf *out, struct cp_err *err)
{
	struct cp_buf wrapped;
	enum cp_rc rc;

	cp_buf_init(&wrapped);
	rc = cp_parcel_header(o->store, p, &wrapped, err);
	if (rc == CP_KEY && strcmp(p->status, "archived") == 0)
		rc = cp_fail(err, CP_CORRUPT, "the header of package %s is "
		    "missing from the catalogue", p->id);
	if (rc == CP_OK) {
		rc = cp_shelf_unwrap(o->ring, p->shelf, p->id, wrapped.data,
		    wrapped.len, out, err);
		if (rc == CP_NOT_FOUND)
			rc = err->code = CP_CORRUPT;
		if (rc != CP_OK)
			cp_err_context(err, "the header of package %s",
			    p->id);
	}
	cp_buf_clear(&wrapped);
	return rc;
}

enum cp_rc
cp_opener_payload(const struct cp_opener *o, const struct cp_parcel *p,
    struct cp_buf *out, struct cp_err *err)
{
	char dir[4096];
	enum cp_rc rc = cp_place_dir(o->store, p->place, dir, err);

	if (rc == CP_OK)
		rc = cp_volume_read(dir, p->volume_id, p->id, out, err);

	/* The catalogue promises it. */
	if (rc == CP_NOT_FOUND) {
		cp_err_context(err, "package %s in volume %s", p->id,
		    p->volume_id);
		rc = err->code = CP_CORRUPT;
	}
	return rc;
}

enum cp_rc
cp_opener_plain(const struct cp_opener *o, const void *header,
    size_t header_len, const void *payload, size_t len, struct cp_buf *out,
    struct cp_err *err)
{
	struct cp_age_identity who = { .kind = CP_AGE_X25519,
		.secret = o->identity };
	struct cp_secret *file_key = NULL;
	enum cp_rc rc = cp_age_header_open(header, header_len, &who, 1,
	    &file_key, NULL, err);

	if (rc == CP_OK)
		rc = cp_age_payload_open(file_key, payload, len, out, err);
	cp_secret_free(file_key);
	return rc;
}

/* ---- the members ------------------------------------------------------- */

static enum cp_rc
take_text(const struct cp_package *package, const char *name,
    const char **text, size_t *len, struct cp_err *err)
{
	const void *data = NULL;
	size_t n = 0;
	enum cp_rc rc = cp_package_member(package, name, &data, &n, err);

	if (rc != CP_OK)
		return err->code = CP_CORRUPT;
	*text = data;
	*len = n > 0 && (*text)[n - 1] == '\n' ? n - 1 : n;
	return CP_OK;
}

static enum cp_rc
check_history(const struct cp_parcel *p, const struct cp_opened *x,
    struct cp_err *err)
{
	struct cp_json *h = NULL;
	const char *id;
	enum cp_rc rc = cp_json_parse(x->history, x->history_len, &h, err);

	id = cp_json_text(cp_json_get(h, "id"));
	if (rc == CP_OK && (id == NULL || strcmp(id, p->record_id) != 0))
		rc = cp_fail(err, CP_CORRUPT, "it is that of another record");
	if (rc != CP_OK)
		cp_err_context(err, "history.json");
	cp_json_free(h);
	return rc;
}

static enum cp_rc
check_members(const struct cp_parcel *p, struct cp_opened *x,
    struct cp_err *err)
{
	static const struct cp_date any = { 0 };
	struct cp_err none;
	struct cp_reject why;
	enum cp_rc rc = take_text(x->package, "record.json", &x->record,
	    &x->record_len, err);

	if (rc == CP_OK)
		rc = take_text(x->package, "history.json", &x->history,
		    &x->history_len, err);
	if (rc != CP_OK)
		return rc;
	if (cp_package_member(x->package, CP_BOX_MEMBER, &x->box, &x->box_len,
	    &none) != CP_OK)
		x->box = NULL; /* the first versions had none */
	rc = cp_document_parse(x->record, x->record_len, any, &x->doc, &why,
	    err);
	if (rc == CP_OK && strcmp(x->doc->id, p->record_id) != 0)
		rc = cp_fail(err, CP_CORRUPT, "it is another record");
	if (rc != CP_OK) {
		cp_err_context(err, "record.json");
		return rc;
	}
	return check_history(p, x, err);
}

enum cp_rc
cp_opened_parse(const struct cp_parcel *p, const void *plain, size_t len,
    struct cp_opened *out, struct cp_err *err)
{
	struct cp_opened x = { 0 };
	enum cp_rc rc = cp_package_parse(plain, len, &x.package, err);

	if (rc == CP_OK)
		rc = check_members(p, &x, err);
	if (rc == CP_OK) {
		*out = x;
		return CP_OK;
	}
	cp_opened_clear(&x);
	cp_err_context(err, "package %s", p->id);
	return rc == CP_BAD_INPUT ? err->code = CP_CORRUPT : rc;
}

void
cp_opened_clear(struct cp_opened *x)
{
	cp_document_free(x->doc);
	cp_package_free(x->package);
	memset(x, 0, sizeof(*x));
}
