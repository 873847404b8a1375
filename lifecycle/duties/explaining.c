#include "lifecycle/duties/explaining.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lifecycle/duties/explaining_impl.h"
#include "lifecycle/duties/plan.h"
#include "lifecycle/records/hold.h"

static const struct cp_date NO_DATE = { 0 };

#define DATE(d) cp_date_format((d), (char[CP_DATE_TEXT]){ 0 })

void
cp_account_init(struct cp_account *a)
{
	memset(a, 0, sizeof(*a));
	cp_explanation_init(&a->why);
	cp_buf_init(&a->blocked);
}

void
cp_account_clear(struct cp_account *a)
{
	cp_explanation_clear(&a->why);
	cp_buf_clear(&a->blocked);
	cp_account_init(a);
}

/* ---- steps ----------------------------------------------------------------- */

enum cp_rc
account_step(struct account *x, enum cp_step_kind kind, enum cp_rule rule,
    struct cp_date date, struct cp_err *err, const char *fmt, ...)
{
	char text[sizeof(x->out->why.steps->text)];
	va_list ap;
	enum cp_rc rc;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	rc = cp_explanation_put(&x->out->why, x->at, x->rules->policy, kind,
	    rule, date, err, "%s", text);
	x->at += rc == CP_OK;
	return rc;
}

enum cp_rc
account_logged(struct account *x, const char *action, char *buf, size_t cap,
    char *when, char *who, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->store, SQL_EXPLAIN_LOGGED);
	int row;
	enum cp_rc rc;

	buf[0] = '\0';
	if (when != NULL)
		when[0] = '\0';
	if (who != NULL)
		who[0] = '\0';
	cp_bind_text(q, x->out->record.id);
	cp_bind_text(q, action);
	rc = cp_step(q, &row, err);
	if (rc != CP_OK || !row)
		return rc;
	(void)snprintf(buf, cap, " (log entry %lld)",
	    (long long)cp_col_int(q, 0));
	if (when != NULL)
		cp_col_copy(q, 1, when, 24);
	if (who != NULL)
		cp_col_copy(q, 2, who, 40);
	cp_reset(q);
	return CP_OK;
}

/* ---- before the reasoning -------------------------------------------------- */

static enum cp_rc
tell_policy(struct account *x, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->store, SQL_EXPLAIN_POLICY);
	struct cp_account *a = x->out;
	char adopted[CP_DATE_TEXT], by[40];
	int row;
	enum cp_rc rc;

	cp_bind_int(q, x->rules->policy_n);
	rc = cp_step(q, &row, err);
	if (rc != CP_OK || !row)
		return rc;
	cp_col_copy(q, 0, a->policy, sizeof(a->policy));
	cp_col_copy(q, 1, a->policy_version, sizeof(a->policy_version));
	cp_col_copy(q, 2, a->policy_sha256, sizeof(a->policy_sha256));
	cp_col_copy(q, 3, adopted, sizeof(adopted));
	cp_col_copy(q, 4, by, sizeof(by));
	cp_reset(q);
	return account_step(x, CP_STEP_INPUT, CP_RULE_COUNT, NO_DATE, err,
	    "Policy %.60s version %.30s is in force, adopted on %s by %s; its "
	    "file's SHA-256 is %s.", a->policy, a->policy_version, adopted, by,
	    a->policy_sha256);
}

static enum cp_rc
tell_row(struct account *x, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->store, SQL_EXPLAIN_ROW);
	const struct cp_record *r = &x->out->record;
	char created[CP_DATE_TEXT];
	struct cp_date gone;
	int row;
	enum cp_rc rc;

	cp_bind_int(q, r->n);
	rc = cp_step(q, &row, err);
	if (rc != CP_OK || !row)
		return rc;
	cp_col_copy(q, 0, created, sizeof(created));
	gone = cp_col_date(q, 1);
	cp_col_copy(q, 2, x->out->merged_into, sizeof(x->out->merged_into));
	cp_reset(q);
	if (cp_date_set(gone))
		return account_step(x, CP_STEP_INPUT, CP_RULE_COUNT, gone, err,
		    "It was first recorded on %s, and destroyed on %s; only "
		    "its number, dates and the log's entries without their "
		    "details are left.", created, DATE(gone));
	return account_step(x, CP_STEP_INPUT, CP_RULE_COUNT, NO_DATE, err,
	    "It was first recorded on %s; authority %s is responsible.",
	    created, r->authority);
}

static enum cp_rc
tell_merged(struct account *x, struct cp_err *err)
{
	char log[40], when[24], who[40];
	enum cp_rc rc;

	if (x->out->merged_into[0] == '\0')
		return CP_OK;
	rc = account_logged(x, "record.merge", log, sizeof(log), when, who,
	    err);
	when[10] = '\0';
	return rc != CP_OK ? rc : account_step(x, CP_STEP_INPUT,
	    CP_RULE_COUNT, NO_DATE, err, "It was merged into %s%s%s%s%s%s; what "
	    "is known of the person is there.", x->out->merged_into,
	    when[0] != '\0' ? " on " : "", when, who[0] != '\0' ? " by " : "",
	    who, log);
}

/* ---- beside it ------------------------------------------------------------- */

static enum cp_rc
tell_confirmations(struct account *x, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->store, SQL_EXPLAIN_CONFIRMATIONS);
	struct cp_date due;
	int row;
	enum cp_rc rc;

	cp_bind_int(q, x->out->record.n);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		due = cp_col_date(q, 1);
		rc = account_step(x, CP_STEP_RULE, CP_RULE_RECONFIRM_PERIOD,
		    due, err, "Consent C-%04lld is to be confirmed by %s; it "
		    "stands all the same.", (long long)cp_col_int(q, 0),
		    DATE(due));
		if (rc != CP_OK)
			break;
	}
	cp_reset(q);
	return rc;
}

static enum cp_rc
tell_move(struct account *x, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->store, SQL_EXPLAIN_MOVE);
	struct cp_date date;
	int row;
	enum cp_rc rc;

	cp_bind_int(q, x->out->record.n);
	rc = cp_step(q, &row, err);
	if (rc != CP_OK || !row)
		return rc;
	date = cp_col_date(q, 2);
	rc = account_step(x, CP_STEP_INPUT, CP_RULE_COUNT, date, err,
	    "%.16s has offered it to %.16s from %s on; that changes who is "
	    "responsible, and none of its dates.", cp_col_text(q, 0),
	    cp_col_text(q, 1), DATE(date));
	cp_reset(q);
	return rc;
}

static enum cp_rc
tell_undo(struct account *x, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->store, SQL_EXPLAIN_UNDO);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, x->out->record.n);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		rc = account_step(x, CP_STEP_INPUT, CP_RULE_COUNT, NO_DATE,
		    err, "The change %.40s of %.20s by %.32s can be taken back "
		    "until the next retention run.", cp_col_text(q, 0),
		    cp_col_text(q, 1), cp_col_text(q, 2));
		if (rc != CP_OK)
			break;
	}
	cp_reset(q);
	return rc;
}

static enum cp_rc
tell_trouble(struct account *x, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->store, SQL_TROUBLE_OF);
	int64_t times;
	int row;
	enum cp_rc rc;

	cp_bind_int(q, x->out->record.n);
	rc = cp_step(q, &row, err);
	if (rc != CP_OK || !row)
		return rc;
	times = cp_col_int(q, 2);
	rc = account_step(x, CP_STEP_INPUT, CP_RULE_COUNT, cp_col_date(q, 1),
	    err, "%lld retention run%s since %.10s, the last on %.10s, could "
	    "not deal with it: %.180s.", (long long)times, times == 1 ? "" :
	    "s", cp_col_text(q, 0), cp_col_text(q, 1), cp_col_text(q, 3));
	cp_reset(q);
	return rc;
}

static enum cp_rc
tell_pruning(struct account *x, struct cp_err *err)
{
	struct cp_date due = x->out->record.prune_due;

	if (!cp_date_set(due))
		return CP_OK;
	return account_step(x, CP_STEP_RULE, CP_RULE_INVOLVEMENT_PERIOD, due,
	    err, "An involvement that has ended leaves the record on %s; that "
	    "changes nothing else.", DATE(due));
}

/* What each hold is, after what it does. */
static enum cp_rc
tell_holds(struct account *x, struct cp_err *err)
{
	const struct cp_facts *f = &x->facts.facts;
	struct cp_hold h;
	enum cp_rc rc = CP_OK;

	while (x->at < x->out->why.n_steps &&
	    x->out->why.steps[x->at].kind == CP_STEP_HOLD)
		x->at++;
	for (size_t i = 0; rc == CP_OK && i < f->n_holds; i++) {
		rc = cp_hold_get(x->store, f->holds[i].id, &h, err);
		if (rc == CP_OK)
			rc = account_step(x, CP_STEP_HOLD, CP_RULE_COUNT,
			    h.review, err, "Hold %s (%s) was placed on %s by "
			    "%s and is to be reviewed by %s%s%s.", h.id,
			    cp_hold_scope_word(h.scope), DATE(h.placed),
			    h.placed_by, DATE(h.review), h.sar != 0 ?
			    "; it ends with request " : "", h.sar_id);
	}
	return rc;
}

/* ---- the whole ------------------------------------------------------------- */

/* The decision's own steps, or why there can be none. */
static enum cp_rc
decide(struct account *x, struct cp_err *err)
{
	struct cp_explanation *e = &x->out->why;
	struct cp_err why;
	enum cp_rc rc = cp_decide_explain(x->rules->policy, &x->facts.facts,
	    x->rules->today, e, &why);

	if (rc != CP_BAD_INPUT) {
		if (rc != CP_OK)
			*err = why;
		return rc;
	}
	x->out->undecidable = 1;
	rc = account_step(x, CP_STEP_INPUT, CP_RULE_COUNT, NO_DATE, err,
	    "Its facts contradict each other: %.250s.", why.what);
	if (rc == CP_OK)
		rc = account_step(x, CP_STEP_ANSWER, CP_RULE_COUNT, NO_DATE,
		    err, "No date can be computed, so the record stays as it "
		    "is until the facts are corrected.");
	if (rc == CP_OK)
		rc = account_step(x, CP_STEP_WOULD_CHANGE, CP_RULE_COUNT,
		    NO_DATE, err, "`cpadmin record correct' mends a fact; the "
		    "date of a death or a departure is a fact too.");
	return rc;
}

static enum cp_rc
tell_before(struct account *x, struct cp_err *err)
{
	enum cp_rc rc;

	x->at = 0;
	rc = tell_policy(x, err);
	if (rc == CP_OK)
		rc = tell_row(x, err);
	if (rc == CP_OK)
		rc = tell_merged(x, err);
	if (rc == CP_OK)
		rc = account_archive(x, err);
	return rc;
}

static enum cp_rc
tell_beside(struct account *x, struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	x->at = cp_explanation_answer(&x->out->why);
	if (x->out->record.state == CP_STATE_LIVE) {
		rc = tell_confirmations(x, err);
		if (rc == CP_OK)
			rc = tell_pruning(x, err);
		if (rc == CP_OK)
			rc = tell_move(x, err);
	}
	if (rc == CP_OK)
		rc = tell_undo(x, err);
	if (rc == CP_OK)
		rc = tell_trouble(x, err);
	if (rc == CP_OK && x->out->why.decision.action != CP_ACTION_NONE)
		rc = tell_holds(x, err);
	return rc == CP_OK ? account_waiting(x, err) : rc;
}

static enum cp_rc
tell(struct account *x, const char *id, struct cp_err *err)
{
	struct cp_account *a = x->out;
	enum cp_rc rc = cp_record_get(x->store, id, &a->record, err);

	if (rc == CP_OK)
		rc = cp_facts_load(x->store, a->record.n, &x->facts, err);
	if (rc == CP_OK)
		rc = decide(x, err);
	if (rc == CP_OK)
		rc = tell_before(x, err);
	if (rc == CP_OK)
		rc = tell_beside(x, err);
	if (rc == CP_OK)
		rc = cp_plan_blocked(x->store, a->record.n, &x->facts.facts,
		    &a->blocked, err);
	return rc;
}

enum cp_rc
cp_account_of(struct cp_store *s, const struct cp_rules *rules,
    const char *id, struct cp_account *out, struct cp_err *err)
{
	struct cp_account made;
	struct account x = { .store = s, .rules = rules, .out = &made };
	int own = !cp_store_in_txn(s);
	enum cp_rc rc = own ? cp_store_begin_read(s, err) : CP_OK;

	if (rc != CP_OK)
		return rc;
	cp_account_init(&made);
	cp_fact_set_init(&x.facts);
	x.facts.today = rules->today;
	rc = tell(&x, id, err);
	cp_fact_set_clear(&x.facts);
	if (own)
		cp_store_rollback(s);
	if (rc != CP_OK) {
		cp_account_clear(&made);
		return rc;
	}
	cp_account_clear(out);
	*out = made;
	return CP_OK;
}
