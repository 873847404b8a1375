#include "lifecycle/records/reach.h"

#include "lifecycle/store/operator.h"
#include "lifecycle/store/stmt.h"

int
cp_reach_limited(const struct cp_store *s)
{
	const struct cp_operator *op = cp_store_actor(s);

	return op != NULL && op->n_authorities > 0;
}

/* Q gives the authority of a record, or no row. */
static enum cp_rc
ask(struct cp_store *s, struct cp_stmt *q, int *out, struct cp_err *err)
{
	int row;
	enum cp_rc rc = cp_step(q, &row, err);

	if (rc != CP_OK)
		return rc;
	*out = !row || cp_operator_reaches(cp_store_actor(s),
	    cp_col_text(q, 0));
	cp_reset(q);
	return CP_OK;
}

enum cp_rc
cp_reach_row(struct cp_store *s, int64_t n, int *out, struct cp_err *err)
{
	struct cp_stmt *q;

	if (!cp_reach_limited(s)) {
		*out = 1;
		return CP_OK;
	}
	q = cp_stmt(s, SQL_AUTHORITY_OF_ROW);
	cp_bind_int(q, n);
	return ask(s, q, out, err);
}

enum cp_rc
cp_reach_id(struct cp_store *s, const char *id, int *out, struct cp_err *err)
{
	struct cp_stmt *q;

	if (!cp_reach_limited(s)) {
		*out = 1;
		return CP_OK;
	}
	q = cp_stmt(s, SQL_AUTHORITY_OF_ID);
	cp_bind_text(q, id);
	return ask(s, q, out, err);
}

enum cp_rc
cp_reach_need(struct cp_store *s, int64_t n, const char *id,
    struct cp_err *err)
{
	int yes;
	enum cp_rc rc = cp_reach_row(s, n, &yes, err);

	/* No authority is called "": it is the same refusal. */
	if (rc == CP_OK && !yes)
		rc = cp_operator_reach(cp_store_actor(s), id, "", err);
	return rc;
}
