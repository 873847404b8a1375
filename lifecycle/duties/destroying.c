#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/duties/destruction.h"
#include "lifecycle/duties/plan.h"
#include "lifecycle/duties/run.h"
#include "lifecycle/records/sar_life.h"
#include "lifecycle/records/shield.h"
#include "lifecycle/records/tie.h"
#include "lifecycle/store/json_put.h"
#include "lifecycle/store/stmt.h"

/* Proposing what is due, and executing what was approved. */

struct gathering {
	struct cp_run *run;
	struct cp_fact_set facts;
	struct cp_parcel *parcels; /* for the next batch: less than two pages */
	size_t n;
	int64_t *held;             /* rows of this page to be parked */
	size_t n_held;
};

/* Decides about the archived record in row N: into the batch, held, or not
 * due after all. */
static enum cp_rc
gather(struct gathering *g, int64_t n, struct cp_err *err)
{
	struct cp_run *run = g->run;
	struct cp_decision d;
	struct cp_record r;
	enum cp_rc rc = cp_record_at(run->store, n, &r, err);

	if (rc == CP_OK)
		rc = cp_facts_load(run->store, n, &g->facts, err);
	if (rc == CP_OK)
		rc = cp_decide(run->policy, &g->facts.facts, run->now->today,
		    &d, err);
	if (rc == CP_BAD_INPUT) {
		cp_run_trouble(run, r.id, err);
		return CP_OK;
	}
	if (rc != CP_OK || !d.due_now || d.action != CP_ACTION_DESTROY)
		return rc;
	if (d.blocked) {
		g->held[g->n_held++] = n;
		return CP_OK;
	}
	rc = cp_parcel_get(run->store, r.id, &g->parcels[g->n], err);
	if (rc == CP_OK)
		g->n++;
	return rc;
}

static enum cp_rc
log_batch(struct cp_run *run, const char *action, const struct cp_batch *b,
    int64_t count, int64_t *seq, struct cp_err *err)
{
	struct cp_entry e = { .action = action };
	struct cp_buf detail;
	enum cp_rc rc;

	cp_buf_init(&detail);
	cp_json_open(&detail, '{');
	cp_json_put_member(&detail, "batch", b->id);
	cp_json_put_key(&detail, "count");
	cp_json_put_int(&detail, count);
	cp_json_close(&detail, '}');
	e.detail = cp_buf_text(&detail);
	rc = cp_audit_add(run->audit, &e, seq, err);
	cp_buf_clear(&detail);
	return rc;
}

/* Asks once more: a hold that was released since the page was read has been
 * settled, and nothing would put the record back on the path again. */
static enum cp_rc
park_held(struct gathering *g, struct cp_err *err)
{
	struct cp_entry e = { .action = "record.held" };
	struct cp_record r;
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < g->n_held; i++) {
		rc = cp_record_at(g->run->store, g->held[i], &r, err);
		if (rc == CP_OK)
			rc = cp_facts_load(g->run->store, r.n, &g->facts, err);
		if (rc == CP_OK && (r.state != CP_STATE_ARCHIVED ||
		    g->facts.facts.n_holds == 0))
			continue;
		if (rc == CP_OK)
			rc = cp_record_park(g->run->store, r.n,
			    CP_PARKED_HELD, err);
		e.subject = r.id;
		if (rc == CP_OK)
			rc = cp_audit_add(g->run->audit, &e, NULL, err);
	}
	return rc;
}

/* One transaction: parks what is held, proposes the first COUNT of what is
 * not. */
static enum cp_rc
commit_proposal(struct gathering *g, size_t count, struct cp_err *err)
{
	struct cp_run *run = g->run;
	struct cp_batch_terms terms = { .policy_n = run->rules.policy_n,
		.not_before = cp_period_after(run->now->today,
		    run->policy->destruction_wait) };
	struct cp_batch b;
	enum cp_rc rc = cp_txn_begin(run->audit, err);

	if (rc != CP_OK)
		return rc;
	rc = park_held(g, err);
	if (rc == CP_OK && count > 0)
		rc = cp_batch_propose(run->store, g->parcels, count, &terms,
		    run->op, run->now, &b, err);
	if (rc == CP_OK && count > 0)
		rc = log_batch(run, "destruction.propose", &b, b.count, NULL,
		    err);
	return cp_txn_end(run->audit, rc, err);
}

/* Full batches, however many of the due records are held: a page's worth when
 * there is one, and what is left when it was the LAST page. */
static enum cp_rc
propose_some(struct gathering *g, int last, struct cp_err *err)
{
	struct cp_run *run = g->run;
	size_t count = g->n >= CP_BATCH_ITEMS ? CP_BATCH_ITEMS :
	    last ? g->n : 0;
	enum cp_rc rc = CP_OK;

	if (!run->dry_run && count + g->n_held > 0)
		rc = commit_proposal(g, count, err);
	if (rc != CP_OK)
		return rc;
	run->proposed += count > 0;
	if (run->dry_run) {
		run->awaiting += (int64_t)count;
		run->held += (int64_t)g->n_held;
	}
	g->n -= count;
	memmove(g->parcels, g->parcels + count, g->n * sizeof(*g->parcels));
	return CP_OK;
}

/* A page is read as it stands at one moment. */
static enum cp_rc
read_page(struct gathering *g, struct cp_due *due, int64_t *rows, int *count,
    struct cp_err *err)
{
	struct cp_store *s = g->run->store;
	enum cp_rc rc = cp_store_begin_read(s, err);

	if (rc == CP_OK)
		rc = cp_due_next(s, due, rows, CP_BATCH_ITEMS, count, err);
	g->n_held = 0;
	for (int i = 0; rc == CP_OK && i < *count; i++)
		rc = gather(g, rows[i], err);
	cp_store_rollback(s);
	return rc;
}

static enum cp_rc
propose_pages(struct gathering *g, struct cp_err *err)
{
	int64_t *rows = calloc(CP_BATCH_ITEMS, sizeof(*rows));
	struct cp_due due;
	int count = 1;
	enum cp_rc rc = CP_OK;

	if (rows == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	cp_due_init(&due, CP_ACTION_DESTROY, g->run->now->today);
	while (rc == CP_OK && count > 0) {
		rc = read_page(g, &due, rows, &count, err);
		if (rc == CP_OK)
			rc = propose_some(g, count == 0, err);
	}
	free(rows);
	return rc;
}

enum cp_rc
cp_run_propose(struct cp_run *run, struct cp_err *err)
{
	struct gathering g = { .run = run };
	enum cp_rc rc;

	cp_fact_set_init(&g.facts);
	g.parcels = calloc(2 * CP_BATCH_ITEMS, sizeof(*g.parcels));
	g.held = calloc(CP_BATCH_ITEMS, sizeof(*g.held));
	if (g.parcels == NULL || g.held == NULL)
		rc = cp_fail(err, CP_FAILED, "out of memory");
	else
		rc = propose_pages(&g, err);
	free(g.parcels);
	free(g.held);
	cp_fact_set_clear(&g.facts);
	return rc;
}

/* ---- execution ------------------------------------------------------------- */

struct erasing {
	struct cp_run *run;
	const struct cp_batch *batch;
	struct cp_fact_set facts;
	struct cp_buf detail;
	int64_t destroyed, split;
};

static enum cp_rc
split_off(struct erasing *x, const struct cp_parcel *p, enum cp_parked parked,
    const char *reason, struct cp_err *err)
{
	struct cp_run *run = x->run;
	struct cp_entry e = { .action = "destruction.split",
		.subject = p->record_id, .outcome = "refused" };
	enum cp_rc rc;

	x->split++;
	if (run->dry_run) {
		run->held += parked == CP_PARKED_HELD;
		return parked == CP_PARKED_HELD ? cp_run_foresee(run,
		    p->shelf, 1, err) : CP_OK;
	}
	rc = cp_batch_item_set(run->store, x->batch, p, "split", reason, err);
	if (rc == CP_OK)
		rc = cp_record_park(run->store, p->record, parked, err);
	return rc == CP_OK ? cp_audit_add(run->audit, &e, NULL, err) : rc;
}

/* Of any record, so that one which was shielded is no other work; and what
 * closed requests about it kept. */
static enum cp_rc
forget_shield(struct cp_run *run, int64_t record, struct cp_err *err)
{
	static const enum sql_id others[] = { SQL_BOXED_MAIL_FORGET,
		SQL_BOXED_FEED_FORGET, SQL_BOXED_FEED_PART };
	struct cp_change c = { run->store, run->audit, &run->rules, run->now };
	enum cp_rc rc = cp_shield_forget(&c, record, err);

	for (size_t i = 0; rc == CP_OK &&
	    i < sizeof(others) / sizeof(others[0]); i++) {
		struct cp_stmt *q = cp_stmt(run->store, others[i]);

		cp_bind_int(q, record);
		rc = cp_exec(q, err);
	}
	return rc == CP_OK ? cp_sar_forget(&c, record, err) : rc;
}

static enum cp_rc
erase(struct erasing *x, const struct cp_parcel *p, struct cp_err *err)
{
	struct cp_run *run = x->run;
	struct cp_entry e = { .action = "record.destroy",
		.subject = p->record_id };
	enum cp_rc rc;

	x->destroyed++;
	if (run->dry_run)
		return cp_run_foresee(run, p->shelf, 0, err);
	rc = cp_parcel_end(run->store, p, "destroyed", run->now->today, err);
	if (rc == CP_OK)
		rc = cp_record_bury(run->store, p->record, run->now, err);
	if (rc == CP_OK)
		rc = cp_tie_drop(run->store, p->record, err);
	if (rc == CP_OK)
		rc = forget_shield(run, p->record, err);
	if (rc == CP_OK)
		rc = cp_batch_item_set(run->store, x->batch, p, "destroyed",
		    NULL, err);
	if (rc == CP_OK)
		rc = cp_audit_erase(run->audit, p->record_id, err);
	cp_buf_reset(&x->detail);
	cp_json_open(&x->detail, '{');
	cp_json_put_member(&x->detail, "batch", x->batch->id);
	cp_json_put_member(&x->detail, "package", p->id);
	cp_json_close(&x->detail, '}');
	e.detail = cp_buf_text(&x->detail);
	if (rc == CP_OK)
		rc = cp_audit_add(run->audit, &e, NULL, err);
	return rc;
}

/* Everything that a destruction requires, checked once more in the
 * transaction that erases. */
static enum cp_rc
recheck(void *ctx, const struct cp_batch_item *i, struct cp_err *err)
{
	struct erasing *x = ctx;
	struct cp_decision d;
	enum cp_rc rc;

	if (strcmp(i->status, "pending") != 0)
		return CP_OK;
	if (strcmp(i->parcel.status, "archived") != 0)
		return x->run->dry_run ? CP_OK : cp_batch_item_set(
		    x->run->store, x->batch, &i->parcel, "split",
		    i->parcel.status, err);
	rc = cp_facts_load(x->run->store, i->parcel.record, &x->facts, err);
	if (rc == CP_OK)
		rc = cp_decide(x->run->policy, &x->facts.facts,
		    x->run->now->today, &d, err);
	if (rc == CP_BAD_INPUT)
		return split_off(x, &i->parcel, CP_PARKED_UNDECIDABLE,
		    "cannot be evaluated", err);
	if (rc != CP_OK)
		return rc;
	if (d.action != CP_ACTION_DESTROY ||
	    (!d.due_now && !cp_batch_early(x->batch)))
		return split_off(x, &i->parcel, CP_PARKED_NOT, "not due", err);
	if (d.blocked) /* which suspends what is due; else it only prevents */
		return split_off(x, &i->parcel, d.due_now ? CP_PARKED_HELD :
		    CP_PARKED_NOT, x->facts.facts.holds[0].id, err);
	return erase(x, &i->parcel, err);
}

static enum cp_rc
put_executed(struct erasing *x, struct cp_err *err)
{
	struct cp_run *run = x->run;
	struct cp_stmt *q = cp_stmt(run->store, SQL_BATCH_EXECUTED);

	cp_bind_text(q, run->op->name);
	cp_bind_text(q, run->now->time);
	cp_bind_text(q, run->now->time);
	cp_bind_text(q, x->destroyed > 0 ? "destroyed" : "nothing");
	cp_bind_int(q, x->batch->n);
	return cp_exec(q, err);
}

/* The transaction of a batch. */
static enum cp_rc
erase_batch(struct erasing *x, struct cp_err *err)
{
	struct cp_run *run = x->run;
	enum cp_rc rc = cp_txn_begin(run->audit, err);

	if (rc != CP_OK)
		return rc;
	rc = cp_batch_items(run->store, x->batch, recheck, x, err);
	if (rc == CP_OK)
		rc = put_executed(x, err);
	if (rc == CP_OK)
		rc = log_batch(run, "destruction.execute", x->batch,
		    x->destroyed, NULL, err);
	return cp_txn_end(run->audit, rc, err);
}

static enum cp_rc
execute(struct cp_run *run, const struct cp_batch *b, struct cp_err *err)
{
	struct erasing x = { .run = run, .batch = b };
	enum cp_rc rc;

	cp_fact_set_init(&x.facts);
	cp_buf_init(&x.detail);
	rc = run->dry_run ? cp_batch_items(run->store, b, recheck, &x, err) :
	    erase_batch(&x, err);
	if (rc == CP_OK)
		run->destroyed += x.destroyed;
	if (rc == CP_OK && run->dry_run) /* its items still stand as waiting */
		run->awaiting -= x.destroyed + x.split;
	cp_fact_set_clear(&x.facts);
	cp_buf_clear(&x.detail);
	return rc;
}

/* After a doubtful clock only what a second person approved since counts; a
 * dry run that is the first to doubt it has noted no moment. */
static int
clock_allows(const struct cp_run *run, const struct cp_batch *b)
{
	int64_t doubt = run->settings->clock_doubt;

	return !run->clock_doubted || (doubt != 0 && b->decided_seq > doubt);
}

static enum cp_rc
reopen(struct cp_run *run, struct cp_batch *b, struct cp_err *err)
{
	enum cp_rc rc = cp_txn_begin(run->audit, err);

	if (rc != CP_OK)
		return rc;
	rc = cp_batch_reopen(run->store, b, err);
	if (rc == CP_OK)
		rc = log_batch(run, "destruction.reopen", b, b->count, NULL,
		    err);
	return cp_txn_end(run->audit, rc, err);
}

/* A policy that was adopted since B was approved may ask for more: then it
 * waits for them. */
static enum cp_rc
still_approved(struct cp_run *run, struct cp_batch *b, int *yes,
    struct cp_err *err)
{
	struct cp_buf names;
	int have = 0;
	enum cp_rc rc;

	cp_buf_init(&names);
	rc = cp_batch_approvers(run->store, b, &names, &have, err);
	cp_buf_clear(&names);
	*yes = have >= cp_batch_approvals(b, run->policy);
	return rc == CP_OK && !*yes && !run->dry_run ? reopen(run, b, err) :
	    rc;
}

enum cp_rc
cp_run_destroy(struct cp_run *run, struct cp_err *err)
{
	struct cp_batch b = { 0 };
	int found = 1, enough;
	enum cp_rc rc = CP_OK;

	while (rc == CP_OK && found) {
		rc = cp_batch_next(run->store, "approved", b.n, &found, &b,
		    err);
		if (rc != CP_OK || !found ||
		    cp_date_cmp(b.not_before, run->now->today) > 0)
			continue;
		rc = still_approved(run, &b, &enough, err);
		if (rc != CP_OK || !enough)
			continue;
		if (!clock_allows(run, &b))
			run->withheld++;
		else
			rc = execute(run, &b, err);
	}
	return rc;
}
