#include "cpadmin/record_quarantine.h"

#include <string.h>

#include "cpadmin/officer_unlock.h"
#include "cpadmin/rules.h"
#include "lifecycle/records/gate.h"

/* Rows that an import set aside. */

enum { TOLD = CP_ROLE_SHIELD | CP_ROLE_DPO, LISTERS = CP_ROLE_TEAM | TOLD,
	SETTLERS = CP_ROLE_SHIELD };

/* ---- list ---- */

static const struct cp_column list_columns[] = {
	{ "id", "ID" },
	{ "since", "SINCE" },
	{ "last", NULL },
	{ "file", "FEED" },
	{ "line", "LINE" },
	{ "authority", "AUTHORITY" },
	{ "times", "TIMES" },
	{ "status", "STATUS" },
	{ "settled", NULL },
	{ "settled_by", NULL },
};
enum { LIST_COLUMNS = sizeof(list_columns) / sizeof(list_columns[0]) };

static void
out_some(struct cp_out *o, const char *text)
{
	cp_out_text(o, text[0] != '\0' ? text : NULL);
}

struct listing {
	struct cp_out *o;
	int told;
};

/* Who has the feed and knows the line knows whom somebody shielded is like. */
static enum cp_rc
list_one(void *ctx, const struct cp_quarantine *q, struct cp_err *err)
{
	const struct listing *l = ctx;
	struct cp_out *o = l->o;

	cp_out_text(o, q->id);
	cp_out_text(o, q->since);
	cp_out_text(o, q->last);
	cp_out_text(o, q->file);
	if (l->told)
		cp_out_int(o, q->line);
	else
		cp_out_text(o, NULL);
	cp_out_text(o, q->authority);
	cp_out_int(o, q->times);
	cp_out_text(o, q->status);
	out_some(o, q->settled);
	out_some(o, q->settled_by);
	return cp_out_row(o, err);
}

static enum cp_rc
run_list(const struct cp_call *call, struct cp_err *err)
{
	int all = cp_flag(call, "all");
	struct listing l = { NULL, 0 };
	struct cp_session s;
	enum cp_rc rc;

	if (cp_arg_count(call) != 1 || cp_option(call, "reason") != NULL)
		return cp_fail(err, CP_USAGE, "the list takes no ID and no "
		    "--reason");
	rc = cp_session_open(call, CP_STORE_READ, &s, err);
	if (rc != CP_OK)
		return rc;
	/* What a row was settled as tells whether it was somebody shielded. */
	rc = cp_operator_may(&s.op, all ? TOLD : LISTERS, err);
	l.told = cp_gate_tells(&s.op);
	if (rc == CP_OK)
		rc = cp_out_table(call, "quarantine", list_columns,
		    LIST_COLUMNS, &l.o, err);
	if (rc == CP_OK)
		rc = cp_quarantine_each(s.store, all, list_one, &l, err);
	if (rc == CP_OK)
		rc = cp_out_end(&l.o, err);
	cp_out_free(l.o);
	cp_session_close(&s);
	return rc;
}

/* ---- looking and settling ---- */

struct deed {
	const char *word;
	int args;        /* with the word and Q */
	int needs_reason;
	const char *status;
};
static const struct deed deeds[] = {
	{ "show", 2, 1, NULL },
	{ "accept", 2, 0, "accepted" },
	{ "reject", 2, 0, "rejected" },
	{ "merge", 3, 0, "merged" },
};
enum { SHOW, ACCEPT, REJECT, MERGE, DEEDS };

static const struct cp_column settled_columns[] = {
	{ "quarantine", "Row" },
	{ "status", "Status" },
	{ "id", "Record" },
};

static enum cp_rc
show_settled(const struct cp_call *call, const struct deed *d,
    const struct cp_record *r, struct cp_err *err)
{
	struct cp_out *o = NULL;
	enum cp_rc rc = cp_out_object(call, "quarantine", settled_columns, 3,
	    &o, err);

	if (rc != CP_OK)
		return rc;
	cp_out_text(o, cp_arg(call, 1));
	cp_out_text(o, d->status);
	if (r->id[0] != '\0')
		cp_out_text(o, r->id);
	else
		cp_out_json(o, "null", "none");
	rc = cp_out_end(&o, err);
	cp_out_free(o);
	return rc;
}

/* In one transaction with what the entry is found to be, so that of two who
 * settle it at once the second is refused. */
static enum cp_rc
do_it(const struct cp_call *call, int which, const struct cp_change *c,
    const struct cp_secret *identity, struct cp_quarantine *q,
    struct cp_quarantine_row *row, struct cp_record *r, struct cp_err *err)
{
	struct cp_settling how = { q, identity, cp_option(call, "reason") };
	enum cp_rc rc = cp_txn_begin(c->audit, err);

	if (rc == CP_OK)
		rc = cp_quarantine_get(c->store, cp_arg(call, 1), q, err);
	if (rc == CP_OK && which == SHOW)
		rc = cp_quarantine_look(c, &how, row, err);
	if (rc == CP_OK && which == ACCEPT)
		rc = cp_quarantine_accept(c, &how, r, err);
	if (rc == CP_OK && which == REJECT)
		rc = cp_quarantine_reject(c, &how, err);
	if (rc == CP_OK && which == MERGE)
		rc = cp_quarantine_merge(c, &how, cp_arg(call, 2), r, err);
	return cp_txn_end(c->audit, rc, err);
}

static enum cp_rc
run_with(const struct cp_call *call, int which, struct cp_session *s,
    const struct cp_rules *rules, struct cp_err *err)
{
	struct cp_change c = { s->store, s->audit, rules, &s->now };
	struct cp_quarantine_row row = { 0 };
	struct cp_secret *identity = NULL;
	struct cp_record r = { 0 };
	struct cp_quarantine q;
	enum cp_rc rc = cp_officer_identity(call, s, &identity, err);

	if (rc == CP_OK)
		rc = do_it(call, which, &c, identity, &q, &row, &r, err);
	if (rc == CP_OK)
		rc = which == SHOW ? record_show_quarantined(call, s, &q, &row,
		    err) : show_settled(call, &deeds[which], &r, err);
	cp_quarantine_row_clear(&row);
	cp_secret_free(identity);
	return rc;
}

static enum cp_rc
run_one(const struct cp_call *call, int which, struct cp_err *err)
{
	const char *reason = cp_option(call, "reason");
	struct cp_policy *policy = NULL;
	struct cp_rules rules;
	struct cp_session s;
	enum cp_rc rc = CP_OK;

	if (cp_flag(call, "all"))
		return cp_fail(err, CP_USAGE, "--all is for the list");
	if (cp_arg_count(call) != deeds[which].args)
		return cp_fail(err, CP_USAGE, "give the row's ID%s",
		    which == MERGE ? " and the record it belongs to" : "");
	if (reason != NULL || deeds[which].needs_reason)
		rc = cp_session_reason(call, &reason, err);
	if (rc == CP_OK)
		rc = record_open(call, SETTLERS, &s, err);
	if (rc != CP_OK)
		return rc;
	rc = cp_session_rules(&s, &policy, &rules, err);
	if (rc == CP_OK)
		rc = run_with(call, which, &s, &rules, err);
	cp_policy_free(policy);
	cp_session_close(&s);
	return rc;
}

enum cp_rc
record_run_quarantine(struct cp_call *call, struct cp_err *err)
{
	const char *what = cp_arg(call, 0);

	if (strcmp(what, "list") == 0)
		return run_list(call, err);
	if (cp_option(call, "columns") != NULL)
		return cp_fail(err, CP_USAGE, "--columns is for the list");
	for (int i = 0; i < DEEDS; i++)
		if (strcmp(what, deeds[i].word) == 0)
			return run_one(call, i, err);
	return cp_fail(err, CP_USAGE, "it is list, show, accept, reject or "
	    "merge");
}
