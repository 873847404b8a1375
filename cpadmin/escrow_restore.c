#include <stdio.h>

#include "archive/file.h"
#include "cpadmin/escrow_verbs.h"
#include "cpadmin/out.h"
#include "cpadmin/prompt.h"
#include "cpadmin/session.h"
#include "cpadmin/unlock.h"
#include "lifecycle/duties/escrow.h"
#include "lifecycle/records/custody_current.h"
#include "lifecycle/store/json_put.h"

/* The shelf keyring made again from an escrow copy. */

static const struct cp_column columns[] = {
	{ "generation", "Generation of the copy" },
	{ "shelves", "Shelf keys restored" },
	{ "zeroised", "Kept destroyed" },
	{ "missing", "Shelves it does not hold" },
	{ "packages_missing", "Packages on those" },
};

static enum cp_rc
show(const struct cp_call *call, const struct cp_escrow_restored *r,
    struct cp_err *err)
{
	const size_t room = sizeof(r->missing) / sizeof(r->missing[0]);
	struct cp_out *o = NULL;
	struct cp_buf json, people;
	enum cp_rc rc = cp_out_object(call, "escrow-restore", columns, 5, &o,
	    err);

	if (rc != CP_OK)
		return rc;
	cp_buf_init(&json);
	cp_buf_init(&people);
	cp_json_open(&json, '[');
	for (size_t i = 0; i < r->n_missing && i < room; i++) {
		cp_json_put_int(&json, r->missing[i]);
		cp_buf_printf(&people, "%s%d", i > 0 ? ", " : "",
		    r->missing[i]);
	}
	cp_json_close(&json, ']');
	cp_out_int(o, r->generation);
	cp_out_int(o, (int64_t)r->shelves);
	cp_out_int(o, (int64_t)r->zeroised);
	cp_out_json(o, cp_buf_text(&json), r->n_missing > 0 ?
	    cp_buf_text(&people) : "none");
	cp_out_int(o, r->packages_missing);
	rc = cp_out_end(&o, err);
	cp_buf_clear(&json);
	cp_buf_clear(&people);
	return rc;
}

/* The public part of the key that FILE is sealed to: of the one the store
 * made it for, or of the present one. */
static enum cp_rc
find_custody(const struct cp_session *s, const char *keys,
    const struct cp_buf *file, struct cp_custody_public *out,
    struct cp_err *err)
{
	char id[CP_CUSTODY_ID + 1];
	enum cp_rc rc = cp_escrow_custody_of(s->store, file->data, file->len,
	    id, err);

	if (rc != CP_OK)
		return rc;
	return id[0] != '\0' ? cp_custody_load(keys, id, out, err) :
	    cp_custody_in_use(s->store, out, err);
}

static enum cp_rc
open_copy(const struct cp_call *call, const struct cp_session *s,
    struct cp_escrow **out, struct cp_err *err)
{
	const char *path = cp_arg(call, 0);
	struct cp_custody_public custody;
	struct cp_secret *identity = NULL;
	struct cp_buf file;
	char keys[4096];
	enum cp_rc rc = cp_store_path(s->store, keys, sizeof(keys), err,
	    "keys");

	cp_buf_init(&file);
	if (rc == CP_OK)
		rc = cp_file_read(path, CP_ESCROW_FILE_MAX, &file, err);
	if (rc == CP_OK)
		rc = find_custody(s, keys, &file, &custody, err);
	if (rc == CP_OK)
		rc = cp_unlock(call, s, keys, &custody, &identity, err);
	if (rc == CP_OK) {
		rc = cp_escrow_open(file.data, file.len, identity, out, err);
		if (rc != CP_OK)
			cp_err_context(err, "%s", path);
	}
	cp_secret_free(identity);
	cp_buf_clear(&file);
	return rc;
}

static enum cp_rc
restore(const struct cp_call *call, struct cp_session *s, struct cp_err *err)
{
	struct cp_escrow *e = NULL;
	struct cp_escrow_restored sum;
	enum cp_rc rc = open_copy(call, s, &e, err);

	if (rc == CP_OK)
		rc = cp_escrow_restore(s->store, s->audit, e, &s->now, &sum,
		    err);
	cp_escrow_free(e);
	if (rc == CP_OK)
		rc = show(call, &sum, err);
	if (rc == CP_OK && sum.n_missing > 0) {
		rc = cp_fail(err, CP_PARTIAL, "%zu shelves with %lld packages "
		    "are not in this copy", sum.n_missing,
		    (long long)sum.packages_missing);
		cp_err_hint(err, "an escrow copy of a later generation has "
		    "them");
	}
	return rc;
}

enum cp_rc
cp_escrow_run_restore(struct cp_call *call, struct cp_err *err)
{
	struct cp_session s;
	enum cp_rc rc = cp_session_open(call, CP_STORE_WRITE, &s, err);

	if (rc != CP_OK)
		return rc;
	rc = cp_operator_may(&s.op, CP_ROLE_CUSTODIAN | CP_ROLE_ADMIN, err);
	if (rc == CP_OK)
		rc = restore(call, &s, err);
	cp_session_close(&s);
	return rc;
}
