#include <string.h>

#include "cpadmin/officer_unlock.h"
#include "cpadmin/shield_case.h"
#include "lifecycle/records/shield_rules.h"

/* Deciding about a request, and going on with a shield or ending it. */

static const char usual_complaint[] =
    "Write to the authority's complaints service or its data protection "
    "officer; if that does not help, to the Local Government and Social Care "
    "Ombudsman, and about the use of personal data to the Information "
    "Commissioner.";

static const struct cp_column columns[] = {
	SHIELD_COLUMNS,
	{ "reason", "Reason" },
	{ "complaint", "To complain" },
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

typedef enum cp_rc settle_fn(const struct cp_change *c,
    const struct cp_record *r, const struct cp_shield_decision *d,
    struct cp_err *err);

/* Which of the verbs, and how. */
struct settling {
	enum cp_shield_verb verb;
	settle_fn *fn;
	int opens; /* something comes out: an identity is needed */
	struct cp_shield_decision d;
	struct cp_record r;
};

static enum cp_rc
take(const struct cp_call *call, struct cp_shield_decision *d,
    struct cp_err *err)
{
	const char *day = cp_option(call, "review");
	enum cp_rc rc = cp_session_reason(call, &d->reason, err);

	if (rc == CP_OK)
		rc = shield_text(call, "reason", &d->reason, err);
	if (rc == CP_OK && day != NULL) {
		rc = cp_date_parse(day, &d->review, err);
		if (rc != CP_OK) {
			cp_err_context(err, "--review");
			rc = err->code = CP_USAGE;
		}
	}
	return rc;
}

/* Before anybody types a passphrase: whether it can be settled at all. */
static enum cp_rc
prepare(const struct cp_call *call, struct shield_work *w, struct settling *x,
    struct cp_err *err)
{
	struct cp_shield s;
	enum cp_rc rc = shield_record(w, cp_arg(call, 0), &x->r, err);

	if (rc == CP_OK)
		rc = cp_shield_ready(&w->c, &x->r, x->verb, &s, err);
	if (rc == CP_OK && x->d.hidden != 0 && (s.hidden & ~x->d.hidden) != 0)
		x->opens = 1;
	if (rc == CP_OK && x->fn != cp_shield_refuse &&
	    x->fn != cp_shield_lift)
		rc = cp_shield_review_day(x->d.review, w->s.now.today,
		    w->policy->shield_review_period, &x->d.review, err);
	if (rc == CP_OK && x->opens)
		rc = cp_officer_identity(call, &w->s, &w->identity, err);
	x->d.identity = w->identity;
	return rc;
}

static enum cp_rc
settle(struct shield_work *w, struct settling *x, struct cp_shield *after,
    struct cp_err *err)
{
	enum cp_rc rc = cp_txn_begin(w->s.audit, err);

	/* As it is by now. */
	if (rc == CP_OK)
		rc = cp_record_get(w->s.store, x->r.id, &x->r, err);
	if (rc == CP_OK)
		rc = x->fn(&w->c, &x->r, &x->d, err);
	if (rc == CP_OK)
		rc = cp_shield_last(w->s.store, x->r.n, after, err);
	return cp_txn_end(w->s.audit, rc, err);
}

static enum cp_rc
show(const struct cp_call *call, const struct settling *x,
    const struct cp_shield *s, struct cp_err *err)
{
	struct cp_out *o = NULL;
	enum cp_rc rc = cp_out_object(call, "shield", columns,
	    x->d.complaint != NULL ? COLUMNS : COLUMNS - 2, &o, err);

	if (rc != CP_OK)
		return rc;
	shield_put(o, &x->r, s);
	if (x->d.complaint != NULL) {
		cp_out_text(o, x->d.reason);
		cp_out_text(o, x->d.complaint);
	}
	rc = cp_out_end(&o, err);
	cp_out_free(o);
	return rc;
}

static enum cp_rc
run(const struct cp_call *call, struct settling *x, struct cp_err *err)
{
	struct shield_work w;
	struct cp_shield after;
	enum cp_rc rc = take(call, &x->d, err);

	if (rc == CP_OK)
		rc = shield_work_open(call, SHIELD_DECIDERS, &w, err);
	if (rc != CP_OK)
		return rc;
	rc = prepare(call, &w, x, err);
	if (rc == CP_OK)
		rc = settle(&w, x, &after, err);
	if (rc == CP_OK)
		cp_session_forget(call, &w.s);
	if (rc == CP_OK)
		rc = show(call, x, &after, err);
	shield_work_close(&w);
	return rc;
}

enum cp_rc
shield_run_decide(struct cp_call *call, struct cp_err *err)
{
	struct settling x = { .verb = CP_SHIELD_DECIDE };
	const char *what = cp_arg(call, 1);
	int grant = strcmp(what, "grant") == 0;
	enum cp_rc rc = shield_hide(call, &x.d.hidden, err);

	if (rc == CP_OK && !grant && strcmp(what, "refuse") != 0)
		rc = cp_fail(err, CP_USAGE, "it is grant or refuse");
	if (rc == CP_OK)
		rc = shield_text(call, "complaint", &x.d.complaint, err);
	if (rc == CP_OK && !grant && x.d.hidden != 0)
		rc = cp_fail(err, CP_USAGE, "what is refused hides nothing: "
		    "--hide is for grant");
	if (rc == CP_OK && grant && x.d.complaint != NULL)
		rc = cp_fail(err, CP_USAGE, "--complaint is for refuse");
	if (rc != CP_OK)
		return rc;
	x.fn = grant ? cp_shield_grant : cp_shield_refuse;
	x.opens = !grant;
	if (!grant && x.d.complaint == NULL)
		x.d.complaint = usual_complaint;
	return run(call, &x, err);
}

enum cp_rc
shield_run_review(struct cp_call *call, struct cp_err *err)
{
	struct settling x = { .verb = CP_SHIELD_REVIEW,
		.fn = cp_shield_review, .opens = 1 };

	return run(call, &x, err);
}

enum cp_rc
shield_run_lift(struct cp_call *call, struct cp_err *err)
{
	struct settling x = { .verb = CP_SHIELD_LIFT, .fn = cp_shield_lift,
		.opens = 1 };

	return run(call, &x, err);
}
