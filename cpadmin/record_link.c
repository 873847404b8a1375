#include <string.h>

#include "cpadmin/record_verbs.h"
#include "lifecycle/records/link.h"
#include "lifecycle/store/operator.h"

/* Pairs that are never to be linked.  Who sees them could find an adopted
 * child's old name: the list is for few. */
enum { LINK_READERS = CP_ROLE_SHIELD | CP_ROLE_DPO | CP_ROLE_ADMIN };

static const struct cp_column list_columns[] = {
	{ "id", "ID" },
	{ "other", "NEVER WITH" },
	{ "why", "WHY" },
	{ "at", "SINCE" },
	{ "by", "BY" },
};
enum { LIST_COLUMNS = sizeof(list_columns) / sizeof(list_columns[0]) };

struct listing {
	struct cp_out *out;
	const struct cp_operator *op;
};

static enum cp_rc
list_one(void *ctx, const struct cp_link *link, struct cp_err *err)
{
	struct listing *l = ctx;

	if (!cp_operator_reaches(l->op, link->a_authority) ||
	    !cp_operator_reaches(l->op, link->b_authority))
		return CP_OK;
	cp_out_text(l->out, link->a);
	cp_out_text(l->out, link->b);
	cp_out_text(l->out, link->why);
	cp_out_text(l->out, link->at);
	cp_out_text(l->out, link->by);
	return cp_out_row(l->out, err);
}

static enum cp_rc
run_list(const struct cp_call *call, struct cp_err *err)
{
	struct cp_session s;
	struct listing l = { NULL, &s.op };
	enum cp_rc rc;

	if (cp_arg_count(call) != 1)
		return cp_fail(err, CP_USAGE, "the list takes no number");
	rc = cp_session_open(call, CP_STORE_READ, &s, err);
	if (rc != CP_OK)
		return rc;
	rc = cp_operator_may(&s.op, LINK_READERS, err);
	if (rc == CP_OK)
		rc = cp_out_table(call, "never-link", list_columns,
		    LIST_COLUMNS, &l.out, err);
	if (rc == CP_OK)
		rc = cp_link_each(s.store, list_one, &l, err);
	if (rc == CP_OK)
		rc = cp_out_end(&l.out, err);
	cp_out_free(l.out);
	cp_session_close(&s);
	return rc;
}

/* ---- add and remove ---- */

static const struct cp_column change_columns[] = {
	{ "id", "Record" },
	{ "other", "Other record" },
	{ "never_link", "Never to be linked" },
};

static enum cp_rc
show_change(const struct cp_call *call, int barred, struct cp_err *err)
{
	struct cp_out *o = NULL;
	enum cp_rc rc = cp_out_object(call, "never-link", change_columns, 3,
	    &o, err);

	if (rc != CP_OK)
		return rc;
	cp_out_text(o, cp_arg(call, 1));
	cp_out_text(o, cp_arg(call, 2));
	cp_out_bool(o, barred);
	rc = cp_out_end(&o, err);
	cp_out_free(o);
	return rc;
}

static enum cp_rc
run_change(const struct cp_call *call, int bar, struct cp_err *err)
{
	const char *reason = NULL;
	struct cp_session s;
	struct cp_change c;
	enum cp_rc rc = cp_session_reason(call, &reason, err);

	if (rc == CP_OK && cp_arg_count(call) != 3)
		rc = cp_fail(err, CP_USAGE, "give two identifying numbers");
	if (rc == CP_OK)
		rc = record_open(call, bar ? RECORD_CHANGERS | LINK_READERS :
		    LINK_READERS, &s, err);
	if (rc != CP_OK)
		return rc;
	c.store = s.store;
	c.audit = s.audit;
	c.rules = NULL; /* no date depends on it */
	c.now = &s.now;
	rc = cp_txn_begin(s.audit, err);
	if (rc == CP_OK)
		rc = bar ? cp_link_bar(&c, cp_arg(call, 1), cp_arg(call, 2),
		    reason, err) : cp_link_free(&c, cp_arg(call, 1),
		    cp_arg(call, 2), reason, err);
	rc = cp_txn_end(s.audit, rc, err);
	if (rc == CP_OK)
		rc = show_change(call, bar, err);
	cp_session_close(&s);
	return rc;
}

enum cp_rc
record_run_never_link(struct cp_call *call, struct cp_err *err)
{
	const char *what = cp_arg(call, 0);

	if (strcmp(what, "list") == 0)
		return run_list(call, err);
	if (cp_option(call, "columns") != NULL)
		return cp_fail(err, CP_USAGE, "--columns is for the list");
	if (strcmp(what, "add") == 0)
		return run_change(call, 1, err);
	if (strcmp(what, "remove") == 0)
		return run_change(call, 0, err);
	return cp_fail(err, CP_USAGE, "it is list, add or remove");
}
