/* CP_NEEDS_ARCHIVE: what is agreed to is opened by archive_open.c. */
#include <stdlib.h>
#include <string.h>

#include "cpadmin/archive_open.h"
#include "cpadmin/archive_sitting.h"
#include "cpadmin/take.h"
#include "lifecycle/store/json_put.h"

/* ---- openings as rows ------------------------------------------------------ */

static const struct cp_column columns[] = {
	{ "opening", "OPENING" },
	{ "purpose", "PURPOSE" },
	{ "packages", "PACKAGES" },
	{ "requested", "REQUESTED" },
	{ "requested_by", NULL },
	{ "agreed_by", "AGREED BY" },
	{ "needed", NULL },
	{ "waits_for", "WAITS FOR" },
	{ "until", "UNTIL" },
	{ "status", "STATUS" },
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

struct listing {
	struct cp_session *s;
	const struct cp_policy *policy;
	struct cp_out *out;
	int all;
};

/* The packages of one, and whether the operator reaches all their records. */
struct items {
	const struct cp_operator *op;
	struct cp_buf json;
	int beyond;
};

static enum cp_rc
put_item(void *ctx, const struct cp_parcel *p, struct cp_err *err)
{
	struct items *x = ctx;

	(void)err;
	cp_json_put_string(&x->json, p->id);
	x->beyond |= !cp_operator_reaches(x->op, p->authority);
	return CP_OK;
}

static enum cp_rc
read_items(struct cp_session *s, const struct cp_opening *o, struct items *x,
    struct cp_err *err)
{
	enum cp_rc rc;

	x->op = &s->op;
	x->beyond = 0;
	cp_buf_init(&x->json);
	cp_json_open(&x->json, '[');
	rc = cp_opening_items(s->store, o, put_item, x, err);
	cp_json_close(&x->json, ']');
	return rc == CP_OK ? cp_buf_check(&x->json, err) : rc;
}

static void
put_opening(struct listing *x, const struct cp_opening *o,
    const struct items *items, const char *names, int count)
{
	const char *state = cp_opening_state(o, x->s->now.today);
	int open = strcmp(state, "requested") == 0 ||
	    strcmp(state, "agreed") == 0;
	int needed = o->needed > x->policy->open_operators ? o->needed :
	    x->policy->open_operators;

	cp_out_text(x->out, o->id);
	cp_out_text(x->out, o->purpose);
	cp_out_ids(x->out, cp_buf_text(&items->json));
	cp_out_date(x->out, o->requested);
	cp_out_text(x->out, o->requested_by);
	cp_out_ids(x->out, names);
	cp_out_int(x->out, needed);
	cp_out_int(x->out, open && count < needed ? needed - count : 0);
	cp_out_date(x->out, o->until);
	cp_out_text(x->out, state);
}

static enum cp_rc
list_opening(void *ctx, const struct cp_opening *o, struct cp_err *err)
{
	struct listing *x = ctx;
	const char *state = cp_opening_state(o, x->s->now.today);
	struct items items;
	struct cp_buf names;
	int count = 0;
	enum cp_rc rc;

	if (!x->all && strcmp(state, "requested") != 0 &&
	    strcmp(state, "agreed") != 0)
		return CP_OK;
	cp_buf_init(&names);
	rc = read_items(x->s, o, &items, err);
	if (rc == CP_OK)
		rc = cp_opening_operators(x->s->store, o, x->s->now.today,
		    &names, &count, err);
	if (rc == CP_OK && !items.beyond) {
		put_opening(x, o, &items, cp_buf_text(&names), count);
		rc = cp_out_row(x->out, err);
	}
	cp_buf_clear(&items.json);
	cp_buf_clear(&names);
	return rc;
}

static enum cp_rc
show_opening(const struct cp_call *call, struct cp_session *s,
    const struct cp_policy *policy, const struct cp_opening *o,
    struct cp_err *err)
{
	struct listing x = { s, policy, NULL, 1 };
	struct items items;
	struct cp_buf names;
	int count = 0;
	enum cp_rc rc = cp_out_object(call, "opening", columns, COLUMNS,
	    &x.out, err);

	cp_buf_init(&names);
	cp_buf_init(&items.json);
	if (rc == CP_OK)
		rc = read_items(s, o, &items, err);
	if (rc == CP_OK)
		rc = cp_opening_operators(s->store, o, s->now.today, &names,
		    &count, err);
	if (rc == CP_OK) {
		put_opening(&x, o, &items, cp_buf_text(&names), count);
		rc = cp_out_end(&x.out, err);
	}
	cp_out_free(x.out);
	cp_buf_clear(&items.json);
	cp_buf_clear(&names);
	return rc;
}

enum cp_rc
cp_archive_openings(struct cp_call *call, struct cp_err *err)
{
	struct listing x = { .all = cp_flag(call, "all") };
	struct cp_policy *policy = NULL;
	struct cp_rules rules;
	struct cp_session s;
	enum cp_rc rc = cp_session_open(call, CP_STORE_READ, &s, err);

	if (rc != CP_OK)
		return rc;
	x.s = &s;
	rc = cp_session_rules(&s, &policy, &rules, err);
	x.policy = policy;
	if (rc == CP_OK)
		rc = cp_out_table(call, "openings", columns, COLUMNS, &x.out,
		    err);
	if (rc == CP_OK)
		rc = cp_opening_each(s.store, list_opening, &x, err);
	if (rc == CP_OK)
		rc = cp_out_end(&x.out, err);
	cp_out_free(x.out);
	cp_policy_free(policy);
	cp_session_close(&s);
	return rc;
}

/* ---- request --------------------------------------------------------------- */

/* A record may be brought back whatever the package's age: nothing of it is
 * shown. */
static enum cp_rc
may_request(struct cp_sitting *x, int restore, struct cp_err *err)
{
	enum cp_rc rc = cp_operator_may(&x->s.op, CP_ARCHIVE_OPENERS, err);

	if (rc == CP_OK)
		rc = cp_parcel_openable(&x->parcel, &x->facts, err);
	if (rc == CP_OK && !restore)
		rc = cp_decide_open(x->policy, x->parcel.archived,
		    x->s.now.today, x->purpose, err);
	if (rc == CP_OK && x->policy->open_operators < 2) {
		rc = cp_fail(err, CP_REFUSED, "the policy asks for no second "
		    "operator (%s)", cp_rule_name(CP_RULE_OPEN_OPERATORS));
		cp_err_hint(err, "one is enough: cpadmin archive %s %s",
		    restore ? "restore" : "open", x->parcel.id);
	}
	return rc == CP_OK ? rc : cp_sitting_failed(x, "refused", rc, err);
}

static enum cp_rc
take_request(const struct cp_call *call, struct cp_sitting *x, int *restore,
    struct cp_err *err)
{
	*restore = cp_flag(call, "restore");
	if (!*restore)
		return cp_option_required(call, "purpose", &x->purpose, err);
	if (cp_option(call, "purpose") != NULL || cp_arg_count(call) > 1)
		return cp_fail(err, CP_USAGE, "--restore is for one package, "
		    "and a purpose of its own");
	x->purpose = CP_PURPOSE_RESTORE;
	return CP_OK;
}

static enum cp_rc
request(struct cp_sitting *x, const struct cp_parcel *parcels, size_t n,
    struct cp_err *err)
{
	enum cp_rc rc = cp_txn_begin(x->s.audit, err);

	if (rc == CP_OK)
		rc = cp_opening_request(x->s.store, parcels, n, x->purpose,
		    x->policy->open_operators, &x->s.op, &x->s.now,
		    &x->opening, err);
	if (rc == CP_OK)
		rc = cp_opening_log(x->s.store, x->s.audit, &x->opening,
		    x->action, "done", x->reason, err);
	return cp_txn_end(x->s.audit, rc, err);
}

enum cp_rc
cp_archive_request(struct cp_call *call, struct cp_err *err)
{
	struct cp_sitting x = { .call = call, .action = "archive.request" };
	size_t n = (size_t)cp_arg_count(call);
	struct cp_parcel *parcels = calloc(n, sizeof(*parcels));
	int restore = 0;
	enum cp_rc rc = parcels == NULL ? cp_fail(err, CP_FAILED,
	    "out of memory") : take_request(call, &x, &restore, err);

	if (rc == CP_OK)
		rc = cp_sitting_begin(&x, err);
	for (size_t i = 0; rc == CP_OK && i < n; i++) {
		rc = cp_sitting_take(&x, cp_arg(call, (int)i), err);
		if (rc == CP_OK)
			rc = may_request(&x, restore, err);
		parcels[i] = x.parcel;
	}
	if (rc == CP_OK)
		rc = request(&x, parcels, n, err);
	if (rc == CP_OK)
		rc = show_opening(call, &x.s, x.policy, &x.opening, err);
	if (rc == CP_OK)
		cp_say(call, "somebody else agrees: cpadmin archive agree %s",
		    x.opening.id);
	cp_sitting_end(&x);
	free(parcels);
	return rc;
}

/* ---- agree and decline ----------------------------------------------------- */

static enum cp_rc
may_decide(struct cp_sitting *x, struct cp_err *err)
{
	struct items items;
	enum cp_rc rc = cp_operator_may(&x->s.op, CP_ARCHIVE_OPENERS, err);

	if (rc != CP_OK)
		return rc;
	rc = read_items(&x->s, &x->opening, &items, err);
	cp_buf_clear(&items.json);
	if (rc == CP_OK && items.beyond)
		rc = cp_fail(err, CP_DENIED, "operator %s does not act for all "
		    "of opening %s", x->s.op.name, x->opening.id);
	return rc;
}

static enum cp_rc
decide(struct cp_sitting *x, int agree, int *left, struct cp_err *err)
{
	return agree ? cp_opening_agree(x->s.store, &x->opening, x->policy,
	    &x->s.op, &x->s.now, left, err) : cp_opening_end(x->s.store,
	    &x->opening, "refused", err);
}

/* What was refused is in the log too. */
static enum cp_rc
log_refused(struct cp_sitting *x, enum cp_rc rc, struct cp_err *err)
{
	struct cp_err second = { 0 };
	enum cp_rc logged = cp_txn_begin(x->s.audit, &second);

	if (logged == CP_OK) {
		logged = cp_opening_log(x->s.store, x->s.audit, &x->opening,
		    x->action, "refused", x->reason, &second);
		logged = cp_txn_end(x->s.audit, logged, &second);
	}
	if (logged == CP_OK)
		return rc;
	*err = second;
	cp_err_context(err, "the attempt could not be logged");
	return logged;
}

static enum cp_rc
settle(struct cp_sitting *x, int agree, struct cp_err *err)
{
	int left = 0;
	enum cp_rc rc = cp_txn_begin(x->s.audit, err);

	if (rc != CP_OK)
		return rc;
	rc = cp_opening_get(x->s.store, cp_arg(x->call, 0), &x->opening, err);
	if (rc == CP_OK)
		rc = may_decide(x, err);
	if (rc == CP_OK)
		rc = decide(x, agree, &left, err);
	if (rc == CP_OK)
		rc = cp_opening_log(x->s.store, x->s.audit, &x->opening,
		    x->action, "done", x->reason, err);
	rc = cp_txn_end(x->s.audit, rc, err);
	if (rc == CP_REFUSED || rc == CP_DENIED)
		return log_refused(x, rc, err);
	if (rc == CP_OK && agree && left == 0)
		cp_say(x->call, "whoever agreed may open it, once: cpadmin "
		    "archive %s --opening %s", strcmp(x->opening.purpose,
		    CP_PURPOSE_RESTORE) == 0 ? "open, or restore PKG," :
		    "open", x->opening.id);
	return rc;
}

static enum cp_rc
run_settle(struct cp_call *call, const char *action, int agree,
    struct cp_err *err)
{
	struct cp_sitting x = { .call = call, .action = action };
	enum cp_rc rc = agree ? CP_OK : cp_session_reason(call, &x.reason,
	    err);

	if (rc == CP_OK)
		rc = cp_session_open(call, CP_STORE_WRITE, &x.s, err);
	if (rc == CP_OK)
		rc = cp_session_rules(&x.s, &x.policy, &x.rules, err);
	if (rc == CP_OK)
		rc = settle(&x, agree, err);
	if (rc == CP_OK)
		rc = show_opening(call, &x.s, x.policy, &x.opening, err);
	cp_sitting_end(&x);
	return rc;
}

enum cp_rc
cp_archive_agree(struct cp_call *call, struct cp_err *err)
{
	return run_settle(call, "archive.agree", 1, err);
}

enum cp_rc
cp_archive_decline(struct cp_call *call, struct cp_err *err)
{
	return run_settle(call, "archive.decline", 0, err);
}
