#include "lifecycle/duties/retention.h"

#include <string.h>

#include "archive/volume.h"
#include "lifecycle/duties/adopting.h"
#include "lifecycle/duties/destruction.h"
#include "lifecycle/duties/guards.h"
#include "lifecycle/duties/plan.h"
#include "lifecycle/records/consent.h"
#include "lifecycle/records/document_edit.h"
#include "lifecycle/records/gate.h"
#include "lifecycle/records/notice_life.h"
#include "lifecycle/records/undo.h"
#include "lifecycle/store/json_put.h"
#include "lifecycle/store/stmt.h"
#include "lifecycle/store/store_forget.h"

/* ---- pruning --------------------------------------------------------------- */

static enum cp_rc
log_pruned(struct cp_run *run, const char *id, const struct cp_buf *counts,
    struct cp_err *err)
{
	struct cp_entry e = { .action = "record.prune", .subject = id,
		.detail = cp_buf_text(counts) };

	return cp_audit_add(run->audit, &e, NULL, err);
}

/* In a dry run a record that the run would have archived by now is there yet. */
static int
leaves_first(const struct cp_run *run, const struct cp_record *r)
{
	return run->dry_run && r->next_action == CP_ACTION_ARCHIVE &&
	    r->parked == CP_PARKED_NOT && cp_date_set(r->next_due) &&
	    cp_date_cmp(r->next_due, run->now->today) <= 0;
}

/* One record's ended involvements, within a transaction unless it is a dry
 * run. */
static enum cp_rc
prune_one(struct cp_run *run, int64_t n, struct cp_err *err)
{
	struct cp_document *old = NULL, *doc = NULL;
	struct cp_buf counts;
	struct cp_record r;
	size_t gone = 0;
	enum cp_rc rc = cp_record_at(run->store, n, &r, err);

	if (rc == CP_OK && leaves_first(run, &r))
		return CP_OK;
	cp_buf_init(&counts);
	if (rc == CP_OK)
		rc = cp_gate_document(run->store, &r, CP_FOR_CHANGE, &old, err);
	if (rc == CP_OK)
		rc = cp_gate_document(run->store, &r, CP_FOR_CHANGE, &doc, err);
	if (rc == CP_OK)
		gone = cp_document_prune(doc, run->policy, run->now->today,
		    &counts);
	run->pruned += (int64_t)gone;
	if (rc == CP_OK && gone > 0 && !run->dry_run) {
		rc = cp_record_replace(run->store, &run->rules, &r, old, doc,
		    run->now, err);
		if (rc == CP_OK)
			rc = log_pruned(run, r.id, &counts, err);
	}
	cp_document_free(old);
	cp_document_free(doc);
	cp_buf_clear(&counts);
	if (rc == CP_CORRUPT) { /* this record's own affair */
		cp_run_trouble(run, r.id, err);
		return CP_OK;
	}
	return rc;
}

static enum cp_rc
prune_page(struct cp_run *run, const int64_t *rows, int count,
    struct cp_err *err)
{
	enum cp_rc rc = run->dry_run ? CP_OK : cp_txn_begin(run->audit, err);

	if (rc != CP_OK)
		return rc;
	for (int i = 0; rc == CP_OK && i < count; i++)
		rc = prune_one(run, rows[i], err);
	if (run->dry_run)
		return rc;
	return cp_txn_end(run->audit, rc, err);
}

enum cp_rc
cp_run_prune(struct cp_run *run, struct cp_err *err)
{
	int64_t rows[500];
	struct cp_due due;
	int count = 1;
	enum cp_rc rc = CP_OK;

	cp_due_init(&due, CP_ACTION_NONE, run->now->today);
	while (rc == CP_OK && count > 0) {
		rc = cp_due_next(run->store, &due, rows, 500, &count, err);
		if (rc == CP_OK && count > 0)
			rc = prune_page(run, rows, count, err);
	}
	return rc;
}

/* ---- counting -------------------------------------------------------------- */

static enum cp_rc
tally(struct cp_store *s, const char *name, int64_t *out, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_TALLY);

	cp_bind_text(q, name);
	return cp_exec_int(q, 0, out, err);
}

/* What stands still after the run: held, waiting for approval, undecidable.
 * A dry run adds what it would have put there. */
static enum cp_rc
count_rest(struct cp_run *run, struct cp_err *err)
{
	int64_t held, waiting;
	enum cp_rc rc = tally(run->store, "parked-1", &held, err);

	if (rc == CP_OK)
		rc = tally(run->store, "parked-3", &run->undecidable, err);
	if (rc == CP_OK)
		rc = cp_batch_waiting(run->store, &waiting, err);
	if (rc == CP_OK) {
		run->held += held;
		run->awaiting += waiting;
	}
	return rc;
}

/* What a dry run would archive, by the same decision. */
static enum cp_rc
count_archive(void *ctx, const struct cp_plan_row *row, struct cp_err *err)
{
	struct cp_run *run = ctx;
	int64_t owed;
	enum cp_rc rc;

	if (row->action != CP_ACTION_ARCHIVE)
		return CP_OK;
	run->archived++;
	run->lapsed += cp_run_lapse(row->rule);
	rc = cp_notice_owed_count(run->store, row->id, &owed, err);
	if (rc == CP_OK)
		run->notices_lapsed += owed;
	return rc;
}

/* ---- the run --------------------------------------------------------------- */

static void
put_count(struct cp_buf *b, const char *key, int64_t n)
{
	cp_json_put_key(b, key);
	cp_json_put_int(b, n);
}

static void
report_text(const struct cp_run *run, struct cp_buf *b)
{
	cp_json_open(b, '{');
	put_count(b, "archived", run->archived);
	put_count(b, "pruned", run->pruned);
	put_count(b, "destroyed", run->destroyed);
	put_count(b, "held", run->held);
	put_count(b, "awaiting_approval", run->awaiting);
	put_count(b, "lapsed", run->lapsed);
	put_count(b, "failed", run->failed);
	put_count(b, "cannot_evaluate", run->undecidable);
	put_count(b, "volumes", run->volumes);
	put_count(b, "shelves_destroyed", run->shelves_destroyed);
	put_count(b, "packages_moved", run->moved);
	put_count(b, "shelves_waiting", run->shelves_waiting);
	put_count(b, "notices_owed", run->notices_owed);
	put_count(b, "notices_lapsed", run->notices_lapsed);
	put_count(b, "sar_open", run->sar_open);
	put_count(b, "sar_late", run->sar_late);
	put_count(b, "sar_expired", run->sar_expired);
	cp_json_close(b, '}');
}

static enum cp_rc
start(struct cp_run *run, int64_t *row, struct cp_err *err)
{
	struct cp_entry e = { .action = "retention.start" };
	struct cp_stmt *q;
	enum cp_rc rc = cp_txn_begin(run->audit, err);

	if (rc != CP_OK)
		return rc;
	q = cp_stmt(run->store, SQL_RUN_START);
	cp_bind_date(q, run->now->today);
	cp_bind_text(q, run->now->time);
	cp_bind_text(q, run->op->name);
	rc = cp_exec(q, err);
	run->row = *row = cp_last_insert(run->store);
	if (rc == CP_OK)
		rc = cp_audit_add(run->audit, &e, NULL, err);
	if (rc == CP_OK)
		rc = cp_guard_note(run, err);
	/* It holds what people were; from here on nothing is taken back. */
	if (rc == CP_OK)
		rc = cp_undo_forget(run->store, err);
	return cp_txn_end(run->audit, rc, err);
}

static enum cp_rc
finish(struct cp_run *run, int64_t row, struct cp_err *err)
{
	struct cp_entry e = { .action = "retention.run" };
	struct cp_buf report;
	struct cp_stmt *q;
	enum cp_rc rc = cp_txn_begin(run->audit, err);

	if (rc != CP_OK)
		return rc;
	cp_buf_init(&report);
	report_text(run, &report);
	e.detail = cp_buf_text(&report);
	e.outcome = run->failed > 0 ? "part" : "done";
	q = cp_stmt(run->store, SQL_RUN_END);
	cp_bind_text(q, run->now->time);
	cp_bind_text(q, cp_buf_text(&report));
	cp_bind_int(q, row);
	rc = cp_buf_check(&report, err);
	if (rc == CP_OK)
		rc = cp_exec(q, err);
	if (rc == CP_OK)
		rc = cp_settings_ran(run->store, run->now,
		    run->settings->clock_doubt, err);
	if (rc == CP_OK)
		rc = cp_audit_add(run->audit, &e, NULL, err);
	if (rc == CP_OK)
		rc = cp_audit_checkpoint(run->audit, NULL, err);
	rc = cp_txn_end(run->audit, rc, err);
	cp_buf_clear(&report);
	return rc;
}

static void
adoption_trouble(void *ctx, const char *id, const struct cp_err *err)
{
	cp_run_trouble(ctx, id, err);
}

/* Dates that an adoption did not come to; its troubles are the run's. */
static enum cp_rc
finish_adoption(struct cp_run *run, struct cp_err *err)
{
	struct cp_adoption a = { .store = run->store, .audit = run->audit,
		.settings = run->settings, .op = run->op, .now = run->now,
		.ring = run->ring, .trouble = adoption_trouble,
		.trouble_ctx = run };

	return cp_adopt_finish(&a, err);
}

/* The ends of consents that an older program entered, a page a transaction.
 * Those of records that cannot be evaluated have none. */
static enum cp_rc
date_consents(struct cp_run *run, struct cp_err *err)
{
	int64_t left, before;
	enum cp_rc rc = cp_exec_int(cp_stmt(run->store, SQL_FORECAST_UNDATED),
	    0, &left, err);

	for (before = left + 1; rc == CP_OK && left > 0 && left < before;) {
		before = left;
		rc = cp_txn_begin(run->audit, err);
		if (rc != CP_OK)
			return rc;
		rc = cp_consent_settle(run->store, &run->rules, err);
		rc = cp_txn_end(run->audit, rc, err);
		if (rc == CP_OK)
			rc = cp_exec_int(cp_stmt(run->store,
			    SQL_FORECAST_UNDATED), 0, &left, err);
	}
	return rc;
}

static enum cp_rc
do_all(struct cp_run *run, struct cp_err *err)
{
	int64_t row;
	enum cp_rc rc = cp_run_sweep(run, err);

	if (rc == CP_OK)
		rc = start(run, &row, err);
	if (rc == CP_OK)
		rc = cp_run_places(run, err);
	if (rc == CP_OK)
		rc = date_consents(run, err);
	if (rc == CP_OK)
		rc = cp_run_finish(run, err);
	if (rc == CP_OK)
		rc = cp_run_archive(run, err);
	if (rc == CP_OK)
		rc = cp_run_escrow(run, err);
	if (rc == CP_OK)
		rc = cp_run_prune(run, err);
	if (rc == CP_OK)
		rc = cp_run_notices(run, err);
	if (rc == CP_OK)
		rc = cp_run_requests(run, err);
	if (rc == CP_OK)
		rc = cp_run_destroy(run, err);
	if (rc == CP_OK && run->destroyed > 0)
		rc = cp_run_finish(run, err);
	if (rc == CP_OK)
		rc = cp_run_propose(run, err);
	if (rc == CP_OK)
		rc = cp_run_copy(run, err);
	if (rc == CP_OK)
		rc = count_rest(run, err);
	if (rc == CP_OK)
		rc = finish(run, row, err);
	/* What was removed is not to stay in the write-ahead log. */
	if (rc == CP_OK && run->archived + run->pruned + run->destroyed +
	    run->sar_expired > 0 && cp_store_forget(run->store, err) == CP_FAILED)
		rc = CP_FAILED;
	return rc;
}

static enum cp_rc
do_dry(struct cp_run *run, struct cp_err *err)
{
	enum cp_rc rc = cp_plan_each(run->store, &run->rules, run->now->today,
	    count_archive, run, err);

	run->volumes = (run->archived + CP_VOLUME_COUNT - 1) / CP_VOLUME_COUNT;
	if (rc == CP_OK)
		rc = cp_run_prune(run, err);
	if (rc == CP_OK)
		rc = cp_run_notices(run, err);
	if (rc == CP_OK)
		rc = cp_run_requests(run, err);
	if (rc == CP_OK)
		rc = cp_run_destroy(run, err);
	if (rc == CP_OK)
		rc = cp_run_foresee_shelves(run, err);
	if (rc == CP_OK)
		rc = cp_run_propose(run, err);
	return rc == CP_OK ? count_rest(run, err) : rc;
}

static enum cp_rc
outcome(struct cp_run *run, struct cp_err *err)
{
	if (run->withheld > 0)
		return cp_guard_withheld(run, err);
	if (run->failed == 0)
		return CP_OK;
	return cp_fail(err, CP_PARTIAL, "%lld could not be dealt with",
	    (long long)run->failed);
}

enum cp_rc
cp_retention_run(struct cp_run *run, struct cp_err *err)
{
	enum cp_rc rc = cp_run_open(run, err);

	if (rc == CP_OK)
		rc = cp_guard_clock(run, err);
	if (rc == CP_OK && !run->dry_run)
		rc = finish_adoption(run, err);
	if (rc == CP_OK)
		rc = cp_guard_share(run, err);
	if (rc == CP_OK)
		rc = run->dry_run ? do_dry(run, err) : do_all(run, err);
	cp_run_note(run, rc == CP_OK && run->withheld == 0);
	if (rc == CP_OK)
		rc = outcome(run, err);
	cp_run_close(run);
	return rc;
}
