#include <string.h>

#include "cpadmin/notice_verbs.h"
#include "cpadmin/take.h"
#include "lifecycle/duties/prospect.h"

/* notice addressee: who gets a child's letters, where it is not told by age. */

struct asked {
	const char *id, *ground, *reason;
	int change;
};

static const struct cp_column columns[] = {
	{ "id", "Record" },
	{ "to", "Letters go to" },
	{ "set", "Set" },
	{ "ground", "Ground" },
	{ "since", "Since" },
	{ "set_by", "Set by" },
};

/* Which grounds are for whom. */
static enum cp_rc
take_ground(const char *to, struct asked *a, struct cp_err *err)
{
	int child = strcmp(to, "child") == 0;

	if (!child && strcmp(to, "carer") != 0)
		return cp_fail(err, CP_USAGE, "--to is child or carer");
	if (a->ground == NULL && child)
		a->ground = "understands";
	if (a->ground == NULL)
		return cp_fail(err, CP_USAGE, "--ground is missing: "
		    "does-not-understand or learning-difficulty");
	if (child != (strcmp(a->ground, "understands") == 0) ||
	    (!child && strcmp(a->ground, "does-not-understand") != 0 &&
	    strcmp(a->ground, "learning-difficulty") != 0))
		return cp_fail(err, CP_USAGE, "--ground is understands for the "
		    "child, else does-not-understand or learning-difficulty");
	return CP_OK;
}

static enum cp_rc
take(const struct cp_call *call, struct asked *a, struct cp_err *err)
{
	const char *to = cp_option(call, "to");
	int clear = cp_flag(call, "clear");
	enum cp_rc rc = CP_OK;

	a->id = cp_arg(call, 0);
	a->ground = cp_option(call, "ground");
	a->change = to != NULL || clear;
	if ((to != NULL && clear) || (a->ground != NULL && to == NULL))
		return cp_fail(err, CP_USAGE, "say --to with its --ground, or "
		    "--clear");
	if (to != NULL)
		rc = take_ground(to, a, err);
	if (rc == CP_OK && a->change)
		rc = cp_session_reason(call, &a->reason, err);
	return rc;
}

/* To whom one would go today, whether that is set or told by age; null of a
 * record that is not live. */
static enum cp_rc
put_to(struct cp_notices *x, struct cp_out *o, const struct cp_record *r,
    struct cp_err *err)
{
	struct cp_notice n = { .record = r->n };
	struct cp_prospect p;
	enum cp_rc rc = cp_prospect(x->s.store, &x->rules, &n, &p, err);

	if (rc != CP_OK && rc != CP_REFUSED)
		return rc;
	cp_out_text(o, rc == CP_OK ? cp_addressee_word(p.to) : NULL);
	cp_err_clear(err);
	return CP_OK;
}

static enum cp_rc
show(struct cp_notices *x, const struct cp_record *r, struct cp_err *err)
{
	struct cp_notice_to to;
	struct cp_out *o = NULL;
	int set;
	enum cp_rc rc = cp_notice_to_get(x->s.store, r->n, &to, err);

	if (rc == CP_OK)
		rc = cp_out_object(x->call, "notice-addressee", columns,
		    sizeof(columns) / sizeof(columns[0]), &o, err);
	if (rc != CP_OK)
		return rc;
	set = to.set != CP_TO_BY_AGE;
	cp_out_text(o, r->id);
	rc = put_to(x, o, r, err);
	cp_out_json(o, set ? "true" : "false", set ? "yes" : "no, by age");
	cp_out_text(o, set ? to.ground : NULL);
	cp_out_date(o, to.since);
	cp_out_text(o, set ? to.set_by : NULL);
	if (rc == CP_OK)
		rc = cp_out_end(&o, err);
	cp_out_free(o);
	return rc;
}

static enum cp_rc
change(struct cp_notices *x, const struct asked *a, struct cp_record *r,
    struct cp_err *err)
{
	enum cp_rc rc = cp_txn_begin(x->s.audit, err);

	if (rc == CP_OK)
		rc = cp_record_get(x->s.store, a->id, r, err);
	if (rc == CP_OK)
		rc = cp_notice_to_set(&x->c, r, a->ground, a->reason, err);
	return cp_txn_end(x->s.audit, rc, err);
}

enum cp_rc
cp_notice_run_addressee(struct cp_call *call, struct cp_err *err)
{
	struct asked a = { .id = NULL };
	struct cp_notices x;
	struct cp_record r;
	enum cp_rc rc = take(call, &a, err);

	if (rc == CP_OK)
		rc = cp_notices_open(call, a.change ? CP_STORE_WRITE :
		    CP_STORE_READ, a.change ? CP_NOTICE_SENDERS :
		    CP_NOTICE_READERS, &x, err);
	if (rc != CP_OK)
		return rc;
	rc = a.change ? change(&x, &a, &r, err) :
	    cp_record_get(x.s.store, a.id, &r, err);
	if (rc == CP_OK)
		rc = show(&x, &r, err);
	cp_notices_close(&x);
	return rc;
}
