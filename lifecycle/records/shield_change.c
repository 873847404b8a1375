#include <string.h>

#include "lifecycle/records/find.h"
#include "lifecycle/records/gate.h"
#include "lifecycle/records/notice_life.h"
#include "lifecycle/records/officer.h"
#include "lifecycle/records/shield_priv.h"
#include "lifecycle/records/shield_rules.h"
#include "lifecycle/store/operator.h"
#include "lifecycle/store/settings.h"

/* Asking for a shield, and settling what was asked. */

static int64_t
actor_uid(const struct cp_change *c)
{
	const struct cp_operator *op = cp_store_actor(c->store);

	return op != NULL ? op->uid : -1;
}

/* The row of S is as S says. */
static enum cp_rc
put_row(const struct cp_change *c, const struct cp_shield *s,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(c->store, SQL_SHIELD_UPDATE);
	enum cp_rc rc;

	cp_bind_int(q, s->n);
	cp_bind_text(q, s->status);
	cp_bind_int(q, s->hidden);
	cp_bind_date(q, s->review);
	cp_bind_text(q, s->decided[0] != '\0' ? s->decided : NULL);
	cp_bind_text(q, s->decided_by[0] != '\0' ? s->decided_by : NULL);
	if (s->decided[0] != '\0')
		cp_bind_int(q, s->decided_uid);
	else
		cp_bind_null(q);
	rc = cp_exec(q, err);
	return rc == CP_OK && cp_changes(c->store) != 1 ? cp_fail(err,
	    CP_CORRUPT, "case %s is gone", s->id) : rc;
}

static void
set_status(struct cp_shield *s, const char *status)
{
	memset(s->status, 0, sizeof(s->status));
	strncpy(s->status, status, sizeof(s->status) - 1);
}

/* ---- request ---- */

static enum cp_rc
add_row(const struct cp_change *c, struct cp_shield *s, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(c->store, SQL_SHIELD_ADD);
	enum cp_rc rc;

	cp_bind_text(q, s->id);
	cp_bind_int(q, s->record);
	cp_bind_text(q, s->asked_by);
	cp_bind_int(q, s->hidden);
	cp_bind_date(q, c->now->today);
	cp_bind_text(q, s->requested_by);
	cp_bind_int(q, s->requested_uid);
	cp_bind_date(q, s->review);
	rc = cp_exec(q, err);
	if (rc == CP_OK)
		s->n = cp_last_insert(c->store);
	return rc;
}

static enum cp_rc
first_request(const struct cp_change *c, const struct cp_record *r,
    const struct cp_shield_request *q, unsigned hidden, struct cp_shield *s,
    struct cp_err *err)
{
	enum cp_rc rc;

	memset(s, 0, sizeof(*s));
	s->record = r->n;
	s->hidden = hidden;
	s->requested_uid = actor_uid(c);
	s->review = cp_period_end(c->now->today,
	    c->rules->policy->shield_decide_period);
	set_status(s, "requested");
	strncpy(s->asked_by, q->asked_by, sizeof(s->asked_by) - 1);
	strncpy(s->requested_by, cp_audit_actor(c->audit),
	    sizeof(s->requested_by) - 1);
	(void)cp_date_format(c->now->today, s->requested);
	rc = cp_shield_id_new(s->id, err);
	if (rc == CP_OK)
		rc = add_row(c, s, err);
	return rc == CP_OK ? cp_gate_shield(c, r, hidden, err) : rc;
}

/*
 * All that a first request does is done again, so that nothing is left by
 * which to tell: what is asked for is hidden, no change before can be undone,
 * and the log has a number that it never had (ALIAS), unless who asks is told.
 */
static enum cp_rc
further_request(const struct cp_change *c, const struct cp_record *r,
    unsigned hidden, struct cp_shield *s, char alias[CP_SHIELD_ID],
    struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	s->hidden |= hidden;
	if (!cp_gate_tells(cp_store_actor(c->store)))
		rc = cp_shield_id_new(alias, err);
	if (rc == CP_OK)
		rc = put_row(c, s, err);
	return rc == CP_OK ? cp_gate_shield(c, r, s->hidden, err) : rc;
}

enum cp_rc
cp_shield_request(const struct cp_change *c, const struct cp_record *r,
    const struct cp_shield_request *q, struct cp_shield *out,
    struct cp_err *err)
{
	unsigned hidden = q->hidden != 0 ? cp_shield_close(q->hidden) :
	    cp_shield_usual(c->rules->policy);
	struct cp_shield_step step = { .what = "request",
		.asked_by = q->asked_by, .reason = q->reason,
		.criterion = q->criterion, .evidence = q->evidence,
		.near = q->near, .hidden = hidden };
	struct cp_age_recipient to[CP_OFFICERS_MAX];
	char alias[CP_SHIELD_ID] = "";
	int64_t generation;
	size_t n;
	enum cp_rc rc = cp_record_need_live(c->store, r, "restore", err);

	if (rc == CP_OK)
		rc = cp_officer_recipients(c->store, to, &n, &generation, err);
	if (rc == CP_OK)
		rc = cp_shield_of(c->store, r->n, out, err);
	if (rc != CP_OK)
		return rc;
	rc = out->n == 0 ? first_request(c, r, q, hidden, out, err) :
	    further_request(c, r, hidden, out, alias, err);
	if (alias[0] != '\0')
		step.alias = alias;
	return rc == CP_OK ? cp_shield_note(c, out, &step, err) : rc;
}

/* ---- deciding ---- */

static enum cp_rc
refuse_state(const struct cp_record *r, const struct cp_shield *s,
    const char *want, struct cp_err *err)
{
	if (s->n == 0) {
		(void)cp_fail(err, CP_REFUSED, "record %s is not shielded",
		    r->id);
		cp_err_hint(err, "`cpadmin shield request %s' asks for it",
		    r->id);
	} else if (strcmp(want, "requested") == 0) {
		(void)cp_fail(err, CP_REFUSED, "case %s is granted already",
		    s->id);
		cp_err_hint(err, "`cpadmin shield review %s' goes on with it, "
		    "`cpadmin shield lift %s' ends it", r->id, r->id);
	} else {
		(void)cp_fail(err, CP_REFUSED, "case %s is not decided yet",
		    s->id);
		cp_err_hint(err, "`cpadmin shield decide %s grant' or "
		    "`refuse'", r->id);
	}
	return CP_REFUSED;
}

static enum cp_rc
need_another(const struct cp_change *c, const struct cp_shield *s,
    struct cp_err *err)
{
	struct cp_settings settings;
	enum cp_rc rc = cp_settings_load(c->store, &settings, err);

	return rc == CP_OK ? cp_shield_another(s, cp_audit_actor(c->audit),
	    actor_uid(c), settings.rehearsal, err) : rc;
}

enum cp_rc
cp_shield_ready(const struct cp_change *c, const struct cp_record *r,
    enum cp_shield_verb verb, struct cp_shield *out, struct cp_err *err)
{
	const char *want = verb == CP_SHIELD_DECIDE ? "requested" : "granted";
	struct cp_shield s;
	enum cp_rc rc = cp_record_need_live(c->store, r, "restore", err);

	if (rc == CP_OK)
		rc = cp_shield_of(c->store, r->n, &s, err);
	if (rc == CP_OK && (s.n == 0 || strcmp(s.status, want) != 0))
		rc = refuse_state(r, &s, want, err);
	if (rc == CP_OK && verb != CP_SHIELD_REVIEW)
		rc = need_another(c, &s, err);
	if (rc == CP_OK)
		*out = s;
	return rc;
}

static enum cp_rc
need_identity(const struct cp_secret *identity, struct cp_err *err)
{
	if (identity != NULL)
		return CP_OK;
	(void)cp_fail(err, CP_KEY, "what is hidden comes out with an "
	    "officer's identity only");
	cp_err_hint(err, "give the passphrase with --passphrase-file, or at a "
	    "terminal");
	return CP_KEY;
}

static void
decided(const struct cp_change *c, struct cp_shield *s, const char *status)
{
	set_status(s, status);
	(void)cp_date_format(c->now->today, s->decided);
	memset(s->decided_by, 0, sizeof(s->decided_by));
	strncpy(s->decided_by, cp_audit_actor(c->audit),
	    sizeof(s->decided_by) - 1);
	s->decided_uid = actor_uid(c);
}

/* Of WAS no more than STILL is hidden from now on. */
static enum cp_rc
show_parts(const struct cp_change *c, const struct cp_record *r, unsigned was,
    unsigned still, const struct cp_secret *identity, struct cp_err *err)
{
	return cp_gate_unshield(c, r, was & ~still, still, identity, err);
}

/* From what was hidden to what is; the case's row says so already. */
static enum cp_rc
change_parts(const struct cp_change *c, const struct cp_record *r,
    unsigned was, unsigned is, const struct cp_secret *identity,
    struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	if (is & ~was)
		rc = cp_gate_shield(c, r, is, err);
	if (rc == CP_OK && (was & ~is))
		rc = show_parts(c, r, was, is, identity, err);
	return rc;
}

enum cp_rc
cp_shield_grant(const struct cp_change *c, const struct cp_record *r,
    const struct cp_shield_decision *d, struct cp_err *err)
{
	struct cp_shield_step step = { .what = "grant", .reason = d->reason };
	struct cp_shield s;
	unsigned was;
	enum cp_rc rc = cp_shield_ready(c, r, CP_SHIELD_DECIDE, &s, err);

	if (rc == CP_OK)
		rc = cp_shield_review_day(d->review, c->now->today,
		    c->rules->policy->shield_review_period, &s.review, err);
	if (rc != CP_OK)
		return rc;
	was = s.hidden;
	if (d->hidden != 0)
		s.hidden = cp_shield_close(d->hidden);
	if (was & ~s.hidden)
		rc = need_identity(d->identity, err);
	decided(c, &s, "granted");
	if (rc == CP_OK)
		rc = put_row(c, &s, err);
	if (rc == CP_OK)
		rc = change_parts(c, r, was, s.hidden, d->identity, err);
	if (rc == CP_OK)
		rc = cp_notice_case(c, r->n, s.id, step.what, err);
	step.hidden = s.hidden;
	step.review = s.review;
	return rc == CP_OK ? cp_shield_note(c, &s, &step, err) : rc;
}

/* ---- ending, and going on ---- */

static enum cp_rc
end_row(const struct cp_change *c, const struct cp_shield *s,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(c->store, SQL_SHIELD_END);

	cp_bind_int(q, s->n);
	cp_bind_text(q, s->status);
	cp_bind_date(q, c->now->today);
	cp_bind_text(q, cp_audit_actor(c->audit));
	return cp_exec(q, err);
}

/* S ends, and all that it hid is in the record again. */
static enum cp_rc
end(const struct cp_change *c, const struct cp_record *r, struct cp_shield *s,
    const struct cp_shield_decision *d, const struct cp_shield_step *step,
    struct cp_err *err)
{
	enum cp_rc rc = need_identity(d->identity, err);

	if (rc == CP_OK && strcmp(step->what, "refuse") == 0) {
		decided(c, s, "refused");
		rc = put_row(c, s, err);
	}
	if (rc == CP_OK) {
		if (strcmp(step->what, "lift") == 0)
			set_status(s, "lifted");
		rc = end_row(c, s, err);
	}
	if (rc == CP_OK)
		rc = show_parts(c, r, s->hidden, 0, d->identity, err);
	if (rc == CP_OK)
		rc = cp_notice_case(c, r->n, s->id, step->what, err);
	return rc == CP_OK ? cp_shield_note(c, s, step, err) : rc;
}

enum cp_rc
cp_shield_refuse(const struct cp_change *c, const struct cp_record *r,
    const struct cp_shield_decision *d, struct cp_err *err)
{
	struct cp_shield_step step = { .what = "refuse",
		.reason = d->reason, .complaint = d->complaint };
	struct cp_shield s;
	enum cp_rc rc = cp_shield_ready(c, r, CP_SHIELD_DECIDE, &s, err);

	return rc == CP_OK ? end(c, r, &s, d, &step, err) : rc;
}

enum cp_rc
cp_shield_lift(const struct cp_change *c, const struct cp_record *r,
    const struct cp_shield_decision *d, struct cp_err *err)
{
	struct cp_shield_step step = { .what = "lift", .reason = d->reason };
	struct cp_shield s;
	enum cp_rc rc = cp_shield_ready(c, r, CP_SHIELD_LIFT, &s, err);

	return rc == CP_OK ? end(c, r, &s, d, &step, err) : rc;
}

enum cp_rc
cp_shield_review(const struct cp_change *c, const struct cp_record *r,
    const struct cp_shield_decision *d, struct cp_err *err)
{
	struct cp_shield_step step = { .what = "review",
		.reason = d->reason };
	struct cp_shield s;
	struct cp_stmt *q;
	enum cp_rc rc = cp_shield_ready(c, r, CP_SHIELD_REVIEW, &s, err);

	if (rc == CP_OK)
		rc = cp_shield_review_day(d->review, c->now->today,
		    c->rules->policy->shield_review_period, &s.review, err);
	if (rc != CP_OK)
		return rc;
	q = cp_stmt(c->store, SQL_SHIELD_REVIEWED);
	cp_bind_int(q, s.n);
	cp_bind_date(q, s.review);
	cp_bind_date(q, c->now->today);
	cp_bind_text(q, cp_audit_actor(c->audit));
	rc = cp_exec(q, err);
	if (rc == CP_OK && d->identity != NULL)
		rc = cp_shield_fold(c, r, s.hidden, d->identity,
		    &step.pruned, err);
	step.review = s.review;
	return rc == CP_OK ? cp_shield_note(c, &s, &step, err) : rc;
}

enum cp_rc
cp_shield_looked(const struct cp_change *c, const struct cp_shield *s,
    const char *why, struct cp_err *err)
{
	struct cp_shield_step step = { .what = "show", .reason = why };

	return cp_shield_note(c, s, &step, err);
}
