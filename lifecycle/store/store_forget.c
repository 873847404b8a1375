#include "lifecycle/store/store_forget.h"

#include "lifecycle/store/store_internal.h"

enum { WAIT_MS = 3000 };

enum cp_rc
cp_store_forget_state(struct cp_store *s, enum cp_forget *out,
    struct cp_err *err)
{
	int64_t n;
	enum cp_rc rc = cp_exec_int(cp_stmt(s, SQL_FORGET_OWED),
	    CP_FORGET_NOTHING, &n, err);

	if (rc == CP_OK)
		*out = (enum cp_forget)n;
	return rc;
}

static enum cp_rc
put(struct cp_store *s, enum cp_forget what, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_FORGET_PUT);

	cp_bind_int(q, what);
	return cp_exec(q, err);
}

enum cp_rc
cp_store_forgotten(struct cp_store *s, struct cp_err *err)
{
	return put(s, CP_FORGET_NOTHING, err);
}

/* What is owed is FROM no longer, but TO. */
static enum cp_rc
change(struct cp_store *s, enum cp_forget from, enum cp_forget to,
    struct cp_err *err)
{
	enum cp_forget have;
	enum cp_rc rc = cp_store_forget_state(s, &have, err);

	if (rc != CP_OK || have != from)
		return rc;
	rc = cp_store_begin(s, err);
	if (rc != CP_OK)
		return rc;
	rc = cp_store_forget_state(s, &have, err);
	if (rc == CP_OK && have == from)
		rc = put(s, to, err);
	if (rc == CP_OK)
		return cp_store_commit(s, err);
	cp_store_rollback(s);
	return rc;
}

static enum cp_rc
forget(struct cp_store *s, int patience, struct cp_err *err)
{
	int before = s->patience;
	struct cp_err ignored;
	enum cp_rc rc;

	if (patience < before)
		cp_store_patience(s, patience);
	rc = cp_store_checkpoint(s, err);
	if (rc == CP_OK)
		rc = change(s, CP_FORGET_LOG, CP_FORGET_NOTHING, err);
	else if (rc == CP_BUSY && change(s, CP_FORGET_NOTHING, CP_FORGET_LOG,
	    &ignored) != CP_OK)
		cp_err_context(err, "and that could not be noted");
	cp_store_patience(s, before);
	return rc;
}

enum cp_rc
cp_store_forget(struct cp_store *s, struct cp_err *err)
{
	return forget(s, WAIT_MS, err);
}

enum cp_rc
cp_store_forget_owed(struct cp_store *s, struct cp_err *err)
{
	enum cp_forget owed;
	enum cp_rc rc = cp_store_forget_state(s, &owed, err);

	if (rc != CP_OK || owed != CP_FORGET_LOG)
		return rc;
	return forget(s, 0, err);
}
