#include <stdio.h>
#include <string.h>

#include "cpadmin/officer_unlock.h"
#include "cpadmin/shield_case.h"
#include "cpadmin/take.h"
#include "lifecycle/records/find.h"
#include "lifecycle/records/gate.h"
#include "lifecycle/records/shield_near.h"
#include "lifecycle/records/shield_rules.h"
#include "lifecycle/store/json_put.h"

/*
 * Asking for a shield.  Who is not told of shields learns nothing by asking:
 * what is printed depends on the day and on what is open of the record only.
 */

/* The last column is for those who are told. */
static const struct cp_column columns[] = {
	{ "id", "Record" },
	{ "status", "Status" },
	{ "decide_by", "To be decided by" },
	{ "household", "Same address" },
	{ "duplicates", "Same person?" },
	{ "more", NULL },
	{ "case", "Case" },
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

struct asking {
	struct cp_shield_request q;
	struct cp_record r;
	struct cp_shield shield;
	struct cp_shield_near near;
	struct cp_buf sealed; /* of near */
};

/* ---- the options ---- */

static enum cp_rc
take(const struct cp_call *call, struct cp_shield_request *q,
    struct cp_err *err)
{
	static const char *const who[] = { "child", "parent", "practitioner" };
	const char *by = NULL;
	enum cp_rc rc = cp_option_required(call, "by", &by, err);

	memset(q, 0, sizeof(*q));
	for (size_t i = 0; rc == CP_OK && i < 3; i++)
		if (strcmp(by, who[i]) == 0)
			q->asked_by = who[i];
	if (rc == CP_OK && q->asked_by == NULL)
		rc = cp_fail(err, CP_USAGE, "--by is child, parent or "
		    "practitioner");
	if (rc == CP_OK)
		rc = cp_session_reason(call, &q->reason, err);
	if (rc == CP_OK)
		rc = shield_text(call, "reason", &q->reason, err);
	if (rc == CP_OK)
		rc = shield_text(call, "criterion", &q->criterion, err);
	if (rc == CP_OK)
		rc = shield_text(call, "evidence", &q->evidence, err);
	if (rc == CP_OK)
		rc = shield_hide(call, &q->hidden, err);
	return rc;
}

/* ---- who else ---- */

static void
put_ids(struct cp_buf *b, const char *key, const char list[][CP_ID_MAX],
    size_t n)
{
	cp_json_put_key(b, key);
	cp_json_open(b, '[');
	for (size_t i = 0; i < n; i++)
		cp_json_put_string(b, list[i]);
	cp_json_close(b, ']');
}

static enum cp_rc
look_around(struct shield_work *w, struct asking *a, struct cp_err *err)
{
	const struct cp_shield_near *n = &a->near;
	enum cp_rc rc = cp_shield_near(&w->c, &a->r, &a->near, err);

	if (rc != CP_OK || n->n_household + n->n_duplicates == 0)
		return rc;
	cp_json_open(&a->sealed, '{');
	put_ids(&a->sealed, "household", n->household, n->n_household);
	put_ids(&a->sealed, "duplicates", n->duplicate, n->n_duplicates);
	cp_json_close(&a->sealed, '}');
	a->q.near = cp_buf_text(&a->sealed);
	return cp_buf_check(&a->sealed, err);
}

static void
write_command(char *out, size_t cap, const struct asking *a, const char *id,
    int duplicate)
{
	if (duplicate)
		(void)snprintf(out, cap, "cpadmin record merge %s %s "
		    "--reason TEXT", id, a->r.id);
	else
		(void)snprintf(out, cap, "cpadmin shield request %s --by %s "
		    "--reason TEXT", id, a->q.asked_by);
}

/* Each with the command that a person may give, after looking. */
static enum cp_rc
put_near(struct cp_out *o, const struct asking *a, int duplicates,
    struct cp_err *err)
{
	const char (*list)[CP_ID_MAX] = duplicates ? a->near.duplicate :
	    a->near.household;
	size_t n = duplicates ? a->near.n_duplicates : a->near.n_household;
	char text[CP_SHIELD_NEAR_MAX][176], command[128];
	const char *lines[CP_SHIELD_NEAR_MAX];
	struct cp_buf json;
	enum cp_rc rc;

	cp_buf_init(&json);
	cp_json_open(&json, '[');
	for (size_t i = 0; i < n; i++) {
		write_command(command, sizeof(command), a, list[i],
		    duplicates);
		cp_json_open(&json, '{');
		cp_json_put_member(&json, "id", list[i]);
		cp_json_put_member(&json, "command", command);
		cp_json_close(&json, '}');
		(void)snprintf(text[i], sizeof(text[i]), "%s: %s", list[i],
		    command);
		lines[i] = text[i];
	}
	cp_json_close(&json, ']');
	rc = cp_buf_check(&json, err);
	if (rc == CP_OK)
		cp_out_lines(o, cp_buf_text(&json), lines, n);
	cp_buf_clear(&json);
	return rc;
}

/* ---- the request ---- */

static enum cp_rc
request(const struct cp_call *call, struct shield_work *w, struct asking *a,
    struct cp_err *err)
{
	enum cp_rc rc = cp_txn_begin(w->s.audit, err);

	if (rc == CP_OK)
		rc = cp_record_get(w->s.store, cp_arg(call, 0), &a->r, err);
	if (rc == CP_OK)
		rc = cp_record_need_live(w->s.store, &a->r, "restore", err);
	if (rc == CP_OK)
		rc = look_around(w, a, err);
	/* What is asked for comes on top: less is for who decides. */
	a->q.hidden |= cp_shield_usual(w->policy);
	if (rc == CP_OK)
		rc = cp_shield_request(&w->c, &a->r, &a->q, &a->shield, err);
	return cp_txn_end(w->s.audit, rc, err);
}

static enum cp_rc
show(const struct cp_call *call, struct shield_work *w,
    const struct asking *a, struct cp_err *err)
{
	int told = cp_gate_tells(&w->s.op);
	struct cp_out *o = NULL;
	enum cp_rc rc = cp_out_object(call, "shield-request", columns,
	    told ? COLUMNS : COLUMNS - 1, &o, err);

	if (rc != CP_OK)
		return rc;
	cp_out_text(o, a->r.id);
	cp_out_text(o, told ? a->shield.status : "requested");
	cp_out_date(o, told ? a->shield.review : cp_period_end(
	    w->s.now.today, w->policy->shield_decide_period));
	rc = put_near(o, a, 0, err);
	if (rc == CP_OK)
		rc = put_near(o, a, 1, err);
	cp_out_bool(o, a->near.more);
	if (told)
		cp_out_text(o, a->shield.id);
	if (rc == CP_OK)
		rc = cp_out_end(&o, err);
	cp_out_free(o);
	return rc;
}

enum cp_rc
shield_run_request(struct cp_call *call, struct cp_err *err)
{
	struct shield_work w;
	struct asking a;
	enum cp_rc rc;

	memset(&a, 0, sizeof(a));
	cp_buf_init(&a.sealed);
	rc = take(call, &a.q, err);
	if (rc == CP_OK)
		rc = shield_work_open(call, SHIELD_ASKERS, &w, err);
	if (rc != CP_OK)
		return rc;
	rc = request(call, &w, &a, err);
	if (rc == CP_OK) {
		cp_session_forget(call, &w.s);
		cp_officer_warn(call, &w.s);
		rc = show(call, &w, &a, err);
	}
	cp_buf_clear(&a.sealed);
	shield_work_close(&w);
	return rc;
}
