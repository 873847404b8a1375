#include <string.h>

#include "cpadmin/record_verbs.h"
#include "cpadmin/rules.h"
#include "cpadmin/take.h"
#include "lifecycle/records/move.h"
#include "lifecycle/store/json_put.h"

/* ---- list ---- */

static const struct cp_column list_columns[] = {
	{ "id", "ID" },
	{ "from", "FROM" },
	{ "to", "TO" },
	{ "date", "DATE" },
	{ "offered", "OFFERED" },
	{ "offered_by", "BY" },
	{ "may", "YOU MAY" },
	{ "reason", "REASON" },
};
enum { LIST_COLUMNS = sizeof(list_columns) / sizeof(list_columns[0]) };

struct listing {
	struct cp_out *out;
	const struct cp_operator *op;
};

/* What the operator may answer to M. */
static void
out_answers(struct cp_out *o, const struct cp_operator *op,
    const struct cp_offer *m)
{
	struct cp_buf b;

	cp_buf_init(&b);
	cp_json_open(&b, '[');
	if ((op->roles & RECORD_CHANGERS) &&
	    cp_operator_reaches(op, m->to)) {
		cp_json_put_string(&b, "accept");
		cp_json_put_string(&b, "decline");
	}
	if ((op->roles & RECORD_CHANGERS) &&
	    cp_operator_reaches(op, m->from))
		cp_json_put_string(&b, "withdraw");
	cp_json_close(&b, ']');
	cp_out_ids(o, cp_buf_text(&b));
	cp_buf_clear(&b);
}

static enum cp_rc
list_one(void *ctx, const struct cp_offer *m, const char *reason,
    struct cp_err *err)
{
	struct listing *l = ctx;

	cp_out_text(l->out, m->id);
	cp_out_text(l->out, m->from);
	cp_out_text(l->out, m->to);
	cp_out_date(l->out, m->date);
	cp_out_text(l->out, m->offered);
	cp_out_text(l->out, m->offered_by);
	out_answers(l->out, l->op, m);
	cp_out_text(l->out, reason);
	return cp_out_row(l->out, err);
}

static enum cp_rc
run_list(struct cp_call *call, struct cp_err *err)
{
	struct listing l = { NULL, NULL };
	struct cp_session s;
	enum cp_rc rc;

	if (cp_arg_count(call) != 1 || cp_option(call, "reason") != NULL)
		return cp_fail(err, CP_USAGE, "the list takes no ID and no "
		    "--reason");
	rc = cp_session_open(call, CP_STORE_READ, &s, err);
	if (rc != CP_OK)
		return rc;
	l.op = &s.op;
	rc = cp_operator_may(&s.op, RECORD_READERS | CP_ROLE_AUDITOR, err);
	if (rc == CP_OK)
		rc = cp_out_table(call, "moves", list_columns, LIST_COLUMNS,
		    &l.out, err);
	if (rc == CP_OK)
		rc = cp_move_each(s.store, list_one, &l, err);
	if (rc == CP_OK)
		rc = cp_out_end(&l.out, err);
	cp_out_free(l.out);
	cp_session_close(&s);
	return rc;
}

/* ---- settling ---- */

static const struct cp_column move_columns[] = {
	{ "id", "Record" },
	{ "from", "From" },
	{ "to", "To" },
	{ "date", "Date" },
	{ "status", "Move" },
};

static enum cp_rc
show_settled(const struct cp_call *call, const struct cp_offer *m,
    enum cp_move_end end, struct cp_err *err)
{
	struct cp_out *o = NULL;
	enum cp_rc rc = cp_out_object(call, "move", move_columns, 5, &o, err);

	if (rc != CP_OK)
		return rc;
	cp_out_text(o, m->id);
	cp_out_text(o, m->from);
	cp_out_text(o, m->to);
	cp_out_date(o, m->date);
	cp_out_text(o, cp_move_end_word(end));
	rc = cp_out_end(&o, err);
	cp_out_free(o);
	return rc;
}

static enum cp_rc
settle(struct cp_call *call, enum cp_move_end end, struct cp_err *err)
{
	const char *reason = cp_option(call, "reason");
	struct cp_policy *policy = NULL;
	struct cp_rules rules;
	struct cp_session s;
	struct cp_change c;
	struct cp_offer m;
	enum cp_rc rc = CP_OK;

	if (cp_arg_count(call) != 2)
		return cp_fail(err, CP_USAGE, "ID is missing");
	if (end != CP_MOVE_ACCEPTED)
		rc = cp_session_reason(call, &reason, err);
	if (rc == CP_OK)
		rc = record_open_change(call, &s, &policy, &rules, &c, err);
	if (rc != CP_OK)
		return rc;
	rc = cp_txn_begin(s.audit, err);
	if (rc == CP_OK)
		rc = cp_move_settle(&c, cp_arg(call, 1), end, reason, &m, err);
	rc = cp_txn_end(s.audit, rc, err);
	if (rc == CP_OK)
		rc = show_settled(call, &m, end, err);
	cp_policy_free(policy);
	cp_session_close(&s);
	return rc;
}

enum cp_rc
record_run_move(struct cp_call *call, struct cp_err *err)
{
	const char *what = cp_arg(call, 0);

	if (strcmp(what, "list") == 0)
		return run_list(call, err);
	if (cp_option(call, "columns") != NULL)
		return cp_fail(err, CP_USAGE, "--columns is for the list");
	if (strcmp(what, "accept") == 0)
		return settle(call, CP_MOVE_ACCEPTED, err);
	if (strcmp(what, "decline") == 0)
		return settle(call, CP_MOVE_DECLINED, err);
	if (strcmp(what, "withdraw") == 0)
		return settle(call, CP_MOVE_WITHDRAWN, err);
	return cp_fail(err, CP_USAGE, "it is list, accept, decline or "
	    "withdraw");
}
