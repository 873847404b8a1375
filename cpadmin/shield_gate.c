#include <stdio.h>
#include <string.h>

#include "cpadmin/shield_verbs.h"
#include "lifecycle/records/golive.h"

/* The go-live gate of each authority. */

/* Who opens, and who closes: the one that signs, and the other. */
enum { GATE_KEEPERS = CP_ROLE_SHIELD | CP_ROLE_DPO };

static const struct cp_column columns[] = {
	{ "authority", "AUTHORITY" },
	{ "status", "STATUS" },
	{ "since", NULL },
	{ "signed", "SIGNED OFF" },
	{ "signed_by", "SIGNED BY" },
	{ "opened", "OPENED" },
	{ "opened_by", "OPENED BY" },
	{ "closed", NULL },
	{ "closed_by", NULL },
	{ "shielded", "SHIELDED" },
	{ "quarantined", "WAITING" },
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]), CHANGED = 9 };

/* A time; people see its day. */
static void
put_time(struct cp_out *o, const char *time)
{
	char json[48], day[12];

	if (time[0] == '\0') {
		cp_out_text(o, NULL);
		return;
	}
	(void)snprintf(json, sizeof(json), "\"%.40s\"", time);
	(void)snprintf(day, sizeof(day), "%.10s", time);
	cp_out_json(o, json, day);
}

static void
put_name(struct cp_out *o, const char *name)
{
	cp_out_text(o, name[0] != '\0' ? name : NULL);
}

/* One to four could be told apart by who knows the place (domain: 10). */
static void
put_count(struct cp_out *o, int64_t n)
{
	if (n > 0 && n < 5)
		cp_out_json(o, "null", "1 to 4");
	else
		cp_out_int(o, n);
}

static void
put_gate(struct cp_out *o, const struct cp_golive *g)
{
	cp_out_text(o, g->authority);
	cp_out_text(o, cp_golive_word(g->status));
	put_time(o, g->since);
	put_time(o, g->signed_at);
	put_name(o, g->signed_by);
	put_time(o, g->opened);
	put_name(o, g->opened_by);
	put_time(o, g->closed);
	put_name(o, g->closed_by);
}

struct listing {
	struct cp_out *out;
	const struct cp_operator *op;
};

static enum cp_rc
list_one(void *ctx, const struct cp_golive *g, struct cp_err *err)
{
	struct listing *l = ctx;

	if (!cp_operator_reaches(l->op, g->authority))
		return CP_OK;
	put_gate(l->out, g);
	put_count(l->out, g->shielded);
	put_count(l->out, g->waiting);
	return cp_out_row(l->out, err);
}

static enum cp_rc
run_list(const struct cp_call *call, struct cp_err *err)
{
	struct cp_session s;
	struct listing l = { NULL, &s.op };
	enum cp_rc rc;

	if (cp_arg_count(call) != 1)
		return cp_fail(err, CP_USAGE, "the list takes no authority");
	rc = shield_open(call, CP_STORE_READ, GATE_KEEPERS, &s, err);
	if (rc != CP_OK)
		return rc;
	rc = cp_out_table(call, "gates", columns, COLUMNS, &l.out, err);
	if (rc == CP_OK)
		rc = cp_golive_each(s.store, list_one, &l, err);
	if (rc == CP_OK)
		rc = cp_out_end(&l.out, err);
	cp_out_free(l.out);
	cp_session_close(&s);
	return rc;
}

/* ---- sign, open, close ----------------------------------------------------- */

typedef enum cp_rc change_fn(struct cp_store *s, struct cp_audit *a,
    const struct cp_golive_act *act, const struct cp_now *now,
    struct cp_golive *out, struct cp_err *err);

static enum cp_rc
show(const struct cp_call *call, const struct cp_golive *g, struct cp_err *err)
{
	struct cp_out *o = NULL;
	enum cp_rc rc = cp_out_object(call, "gate", columns, CHANGED, &o, err);

	if (rc != CP_OK)
		return rc;
	put_gate(o, g);
	rc = cp_out_end(&o, err);
	cp_out_free(o);
	return rc;
}

static enum cp_rc
run_change(const struct cp_call *call, unsigned roles, change_fn *change,
    struct cp_err *err)
{
	struct cp_golive_act act = { cp_arg(call, 1), NULL, NULL,
		cp_option(call, "evidence") };
	struct cp_session s;
	struct cp_golive g;
	enum cp_rc rc = cp_session_reason(call, &act.reason, err);

	if (rc == CP_OK && cp_arg_count(call) != 2)
		rc = cp_fail(err, CP_USAGE, "give one authority");
	if (rc == CP_OK)
		rc = shield_open(call, CP_STORE_WRITE, roles, &s, err);
	if (rc != CP_OK)
		return rc;
	act.by = &s.op;
	rc = cp_txn_begin(s.audit, err);
	if (rc == CP_OK)
		rc = change(s.store, s.audit, &act, &s.now, &g, err);
	rc = cp_txn_end(s.audit, rc, err);
	if (rc == CP_OK)
		rc = show(call, &g, err);
	cp_session_close(&s);
	return rc;
}

enum cp_rc
shield_run_gate(struct cp_call *call, struct cp_err *err)
{
	const char *what = cp_arg(call, 0);

	if (strcmp(what, "list") == 0)
		return run_list(call, err);
	if (cp_option(call, "columns") != NULL)
		return cp_fail(err, CP_USAGE, "--columns is for the list");
	if (strcmp(what, "sign") == 0)
		return run_change(call, CP_ROLE_SHIELD, cp_golive_sign, err);
	if (strcmp(what, "open") == 0)
		return run_change(call, GATE_KEEPERS, cp_golive_open, err);
	if (strcmp(what, "close") == 0)
		return run_change(call, GATE_KEEPERS, cp_golive_close, err);
	return cp_fail(err, CP_USAGE, "it is list, sign, open or close");
}
