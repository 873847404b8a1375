#include "lifecycle/records/custody_current.h"

#include <string.h>

#include "lifecycle/store/stmt.h"

static enum cp_rc
read_id(struct cp_store *s, char id[CP_CUSTODY_ID + 1], struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_CUSTODY_IN_USE);
	int row;
	enum cp_rc rc = cp_step(q, &row, err);

	if (rc == CP_OK && !row)
		rc = cp_fail(err, CP_CORRUPT, "the store names no custody key");
	if (rc == CP_OK)
		cp_col_copy(q, 0, id, CP_CUSTODY_ID + 1);
	cp_reset(q);
	return rc;
}

static enum cp_rc
no_key(struct cp_err *err)
{
	(void)cp_fail(err, CP_NOT_FOUND, "no custody key is in use");
	cp_err_hint(err, "make one with `cpadmin custody create'");
	return CP_NOT_FOUND;
}

enum cp_rc
cp_custody_in_use(struct cp_store *s, struct cp_custody_public *out,
    struct cp_err *err)
{
	char keys[4096], id[CP_CUSTODY_ID + 1];
	enum cp_rc rc = read_id(s, id, err);

	if (rc == CP_OK && id[0] == '\0')
		rc = no_key(err);
	if (rc == CP_OK)
		rc = cp_store_path(s, keys, sizeof(keys), err, "keys");
	return rc == CP_OK ? cp_custody_load(keys, id, out, err) : rc;
}

enum cp_rc
cp_custody_put_in_use(struct cp_store *s, const char *id, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_CUSTODY_PUT_IN_USE);

	cp_bind_text(q, id);
	return cp_exec(q, err);
}

/* A file that cannot be read is written anew like one that says another. */
enum cp_rc
cp_custody_follow(struct cp_store *s, struct cp_err *err)
{
	struct cp_custody_public said;
	struct cp_err ignored = { 0 };
	char keys[4096], id[CP_CUSTODY_ID + 1];
	enum cp_rc rc = read_id(s, id, err);

	if (rc == CP_OK)
		rc = cp_store_path(s, keys, sizeof(keys), err, "keys");
	if (rc != CP_OK || id[0] == '\0' || (cp_custody_load(keys, NULL,
	    &said, &ignored) == CP_OK && strcmp(said.id, id) == 0))
		return rc;
	return cp_custody_use(keys, id, err);
}
