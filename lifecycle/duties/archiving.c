#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/volume.h"
#include "lifecycle/duties/history.h"
#include "lifecycle/duties/plan.h"
#include "lifecycle/duties/run.h"
#include "lifecycle/duties/sealing.h"
#include "lifecycle/records/catalogue.h"
#include "lifecycle/records/gate.h"
#include "lifecycle/records/notice_life.h"
#include "lifecycle/store/json_put.h"

/*
 * Archiving works on two batches at a time: while one is being sealed by the
 * pool, the one before is written and committed.  Due rows are taken in
 * windows, so that memory does not grow with their number, and in the order of
 * the table within one: a batch then changes neighbouring pages.
 */
enum { BATCH = CP_VOLUME_COUNT, WINDOW = 65536, PAGE = 1024 };

struct batch {
	struct cp_seal_job *jobs; /* BATCH of them */
	int ready; /* how many have been used: an idle one costs no memory */
	int count;
	struct cp_volume_sum sum;
	char volume_id[CP_VOLUME_ID + 1];
};

struct line {
	struct cp_run *run;
	struct cp_matcher *matcher;
	struct cp_pool *pool;
	struct cp_due due;
	int64_t *rows;            /* WINDOW of them; from at to n_rows */
	int at, n_rows;
	struct cp_fact_set facts;
	struct batch batch[2];
	int64_t done, total;
};

/* ---- reading --------------------------------------------------------------- */

/* Decides again from the facts; *STILL says whether it is to be archived. */
static enum cp_rc
decide_again(struct line *x, const struct cp_record *r,
    struct cp_decision *d, int *still, struct cp_err *err)
{
	enum cp_rc rc = cp_facts_load(x->run->store, r->n, &x->facts, err);

	*still = 0;
	if (rc == CP_OK)
		rc = cp_decide(x->run->policy, &x->facts.facts,
		    x->run->now->today, d, err);
	if (rc == CP_OK)
		*still = d->action == CP_ACTION_ARCHIVE && d->due_now;
	return rc;
}

/* Fills J from row N; *TAKE is 0 for one that is not to be archived. */
static enum cp_rc
read_record(struct line *x, int64_t n, struct cp_seal_job *j, int *take,
    struct cp_err *err)
{
	struct cp_store *s = x->run->store;
	struct cp_decision d;
	enum cp_rc rc = cp_record_at(s, n, &j->record, err);

	*take = 0;
	if (rc == CP_OK)
		rc = decide_again(x, &j->record, &d, take, err);
	if (rc != CP_OK || !*take)
		return rc;
	j->due = d.due;
	(void)snprintf(j->rule, sizeof(j->rule), "%s", d.rule_name);
	cp_seal_job_reset(j);
	rc = cp_gate_text(s, &j->record, CP_FOR_ARCHIVE, &j->document, err);
	if (rc == CP_OK) {
		cp_buf_putc(&j->document, '\n');
		rc = cp_history_save(s, &j->record, &j->history, &j->last,
		    err);
	}
	if (rc == CP_OK)
		rc = cp_box_read(s, n, &j->box, err);
	cp_buf_putc(&j->history, '\n');
	return rc == CP_OK ? cp_buf_check(&j->history, err) : rc;
}

/* Whether an error is this record's own affair. */
static int
of_one_record(enum cp_rc rc)
{
	return rc == CP_CORRUPT || rc == CP_BAD_INPUT || rc == CP_NOT_FOUND ||
	    rc == CP_REFUSED;
}

static enum cp_rc
submit(struct line *x, struct batch *b, int64_t n, struct cp_err *err)
{
	struct cp_seal_job *j = &b->jobs[b->count];
	int take;
	enum cp_rc rc;

	if (b->count == b->ready)
		cp_seal_job_init(&b->jobs[b->ready++]);
	rc = read_record(x, n, j, &take, err);
	if (rc != CP_OK && of_one_record(rc)) {
		cp_run_trouble(x->run, j->record.id, err);
		return CP_OK;
	}
	if (rc != CP_OK || !take)
		return rc;
	rc = cp_pool_submit(x->pool, j, err);
	if (rc == CP_OK)
		b->count++;
	return rc;
}

static int
ascending(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* The next window of due rows. */
static enum cp_rc
read_window(struct line *x, struct cp_err *err)
{
	int count = 1;
	enum cp_rc rc = CP_OK;

	x->at = x->n_rows = 0;
	while (rc == CP_OK && count > 0 && x->n_rows <= WINDOW - PAGE) {
		rc = cp_due_next(x->run->store, &x->due, x->rows + x->n_rows,
		    PAGE, &count, err);
		if (rc == CP_OK)
			x->n_rows += count;
	}
	if (x->n_rows > 0)
		qsort(x->rows, (size_t)x->n_rows, sizeof(*x->rows), ascending);
	return rc;
}

/* Reads the next batch, as it stands at one moment, and hands it to the
 * pool. */
static enum cp_rc
read_batch(struct line *x, struct batch *b, struct cp_err *err)
{
	enum cp_rc rc = cp_store_begin_read(x->run->store, err);

	b->count = 0;
	while (rc == CP_OK && b->count < BATCH) {
		if (x->at == x->n_rows)
			rc = read_window(x, err);
		if (rc != CP_OK || x->n_rows == 0)
			break;
		rc = submit(x, b, x->rows[x->at++], err);
	}
	cp_store_rollback(x->run->store);
	return rc;
}

/* ---- writing --------------------------------------------------------------- */

/* Takes the batch from the pool and drops what could not be sealed. */
static void
take_sealed(struct line *x, struct batch *b)
{
	int kept = 0;

	for (int i = 0; i < b->count; i++) {
		struct cp_seal_job *j = cp_pool_next(x->pool);

		if (j->rc != CP_OK)
			cp_run_trouble(x->run, j->record.id, &j->err);
	}
	for (int i = 0; i < b->count; i++) {
		struct cp_seal_job spare = b->jobs[kept];

		if (b->jobs[i].rc != CP_OK)
			continue;
		b->jobs[kept++] = b->jobs[i];
		if (i != kept - 1)
			b->jobs[i] = spare;
	}
	b->count = kept;
}

static int
by_row(const void *a, const void *b)
{
	const struct cp_seal_job *x = a, *y = b;

	return (x->record.n > y->record.n) - (x->record.n < y->record.n);
}

static enum cp_rc
write_volume(struct line *x, struct batch *b, struct cp_err *err)
{
	struct cp_run *run = x->run;
	struct cp_volume_writer *w = NULL;
	char day[CP_DATE_TEXT];
	enum cp_rc rc = cp_volume_new_id(run->now->today, b->volume_id, err);

	if (rc == CP_OK)
		rc = cp_volume_open(run->archive_dir, b->volume_id,
		    run->custody.id, cp_date_format(run->now->today, day),
		    (unsigned)b->count, &w, err);
	for (int i = 0; rc == CP_OK && i < b->count; i++)
		rc = cp_volume_add(w, b->jobs[i].package_id,
		    b->jobs[i].payload.data, b->jobs[i].payload.len, err);
	if (rc == CP_OK)
		rc = cp_volume_close(&w, &b->sum, err);
	cp_volume_abort(&w);
	return rc;
}

/* The day on which the package may be destroyed, and its shelf's key. */
static enum cp_rc
ensure_shelf(struct cp_run *run, struct cp_date *due, struct cp_err *err)
{
	char day[CP_DATE_TEXT];

	*due = cp_period_after(run->now->today, run->policy->archive_period);
	if (!cp_date_set(*due))
		return cp_fail(err, CP_REFUSED, "the archive period ends past "
		    "9999");
	return cp_shelf_ensure(run->ring, cp_shelf_month(*due),
	    cp_date_format(run->now->today, day), err);
}

static enum cp_rc
log_archived(struct cp_run *run, const struct cp_seal_job *j,
    const char *volume, struct cp_date destroy, struct cp_buf *detail,
    struct cp_err *err)
{
	struct cp_entry e = { .action = "record.archive",
		.subject = j->record.id };
	char day[CP_DATE_TEXT];

	cp_buf_reset(detail);
	cp_json_open(detail, '{');
	cp_json_put_member(detail, "package", j->package_id);
	cp_json_put_member(detail, "volume", volume);
	cp_json_put_member(detail, "rule", j->rule);
	cp_json_put_member(detail, "due", cp_date_format(j->due, day));
	cp_json_put_member(detail, "destroy_due",
	    cp_date_format(destroy, day));
	cp_json_close(detail, '}');
	e.detail = cp_buf_text(detail);
	return cp_audit_add(run->audit, &e, NULL, err);
}

static enum cp_rc
add_parcel(struct cp_run *run, const struct cp_seal_job *j, int64_t volume,
    struct cp_date destroy, struct cp_buf *wrapped, struct cp_err *err)
{
	struct cp_parcel p = { .record = j->record.n, .volume = volume,
		.archived = run->now->today, .destroy_due = destroy,
		.shelf = cp_shelf_month(destroy) };
	enum cp_rc rc;

	(void)snprintf(p.id, sizeof(p.id), "%s", j->package_id);
	(void)snprintf(p.rule, sizeof(p.rule), "%s", j->rule);
	cp_buf_reset(wrapped);
	rc = cp_shelf_wrap(run->ring, p.shelf, p.id, j->header.data,
	    j->header.len, wrapped, err);
	return rc == CP_OK ? cp_parcel_add(run->store, &p,
	    run->rules.policy_n, wrapped->data, wrapped->len, err) : rc;
}

/* One record's part of the transaction, if nothing happened to it since it
 * was read: its catalogue row in, its details out, one log entry. */
static enum cp_rc
move_record(struct line *x, struct cp_seal_job *j, const struct batch *b,
    int64_t volume, struct cp_date destroy, struct cp_buf *scratch,
    int *moved, int64_t *unsent, struct cp_err *err)
{
	struct cp_run *run = x->run;
	struct cp_decision d;
	int64_t last;
	enum cp_rc rc = cp_history_last(run->store, j->record.id, &last, err);

	*moved = 0;
	if (rc == CP_OK)
		rc = decide_again(x, &j->record, &d, moved, err);
	if (rc != CP_OK || !*moved)
		return rc;
	*moved = last == j->last;
	if (*moved) /* what happens to a shield is not in that history */
		rc = cp_box_same(run->store, j->record.n, &j->box, moved, err);
	if (rc != CP_OK || !*moved)
		return rc;
	rc = add_parcel(run, j, volume, destroy, scratch, err);
	if (rc == CP_OK)
		rc = cp_box_sent(run->store, j->record.n, &j->box, err);
	if (rc == CP_OK)
		rc = cp_notice_drop(run->store, j->record.n, unsent, err);
	if (rc == CP_OK)
		rc = cp_record_strip(run->store, &j->record, destroy,
		    run->rules.policy_n, run->now, err);
	if (rc == CP_OK)
		rc = cp_tie_put(run->store, j->record.n, &j->ties, err);
	if (rc == CP_OK)
		rc = cp_audit_erase(run->audit, j->record.id, err);
	if (rc == CP_OK)
		rc = log_archived(run, j, b->volume_id, destroy, scratch, err);
	return rc;
}

/* Packages that were not moved stay in the volume without a key. */
static enum cp_rc
move_all(struct line *x, struct batch *b, struct cp_date destroy,
    int64_t *moved, int64_t *lapsed, int64_t *unsent, struct cp_err *err)
{
	struct cp_run *run = x->run;
	struct cp_buf scratch;
	int64_t volume, owed;
	int one;
	enum cp_rc rc;

	*moved = *lapsed = *unsent = 0;
	cp_buf_init(&scratch);
	rc = cp_matcher_check(x->matcher, run->store, err);
	if (rc == CP_OK)
		rc = cp_volume_row_add(run->store, b->volume_id,
		    run->custody.id, run->now->today, &b->sum, b->count,
		    run->place, &volume, err);
	if (rc == CP_OK)
		rc = cp_shelf_row_add(run->store, cp_shelf_month(destroy),
		    run->now->today, err);
	for (int i = 0; rc == CP_OK && i < b->count; i++) {
		rc = move_record(x, &b->jobs[i], b, volume, destroy, &scratch,
		    &one, &owed, err);
		if (rc == CP_OK && one) {
			(*moved)++;
			*unsent += owed;
			*lapsed += cp_run_lapse(b->jobs[i].rule);
		} else if (rc == CP_OK) {
			rc = cp_volume_row_less(run->store, volume, err);
		}
	}
	cp_buf_clear(&scratch);
	return rc;
}

static enum cp_rc
commit_batch(struct line *x, struct batch *b, struct cp_err *err)
{
	struct cp_run *run = x->run;
	struct cp_date destroy;
	int64_t moved, lapsed, unsent;
	enum cp_rc rc = ensure_shelf(run, &destroy, err);

	if (rc == CP_OK)
		rc = cp_txn_begin(run->audit, err);
	if (rc != CP_OK)
		return rc;
	rc = move_all(x, b, destroy, &moved, &lapsed, &unsent, err);
	rc = cp_txn_end(run->audit, rc, err);
	if (rc == CP_OK) {
		run->archived += moved;
		run->lapsed += lapsed;
		run->notices_lapsed += unsent;
		run->volumes++;
	}
	return rc;
}

/* Writes and commits a batch that the pool has.  When the transaction fails
 * the volume, which the catalogue does not know, goes again. */
static enum cp_rc
finish_batch(struct line *x, struct batch *b, struct cp_err *err)
{
	struct cp_err ignored;
	enum cp_rc rc = CP_OK;
	int taken = b->count;

	take_sealed(x, b);
	if (b->count > 0) {
		qsort(b->jobs, (size_t)b->count, sizeof(*b->jobs), by_row);
		rc = write_volume(x, b, err);
		if (rc == CP_OK) {
			rc = commit_batch(x, b, err);
			if (rc != CP_OK && cp_volume_unlink(
			    x->run->archive_dir, b->volume_id, &ignored) !=
			    CP_OK)
				cp_err_context(err, "volume %s is left over",
				    b->volume_id);
		}
	}
	b->count = 0;
	x->done += taken;
	if (rc == CP_OK && x->run->progress != NULL)
		x->run->progress(x->run->progress_ctx, x->done, x->total);
	return rc;
}

/* ---- the line -------------------------------------------------------------- */

static enum cp_rc
run_line(struct line *x, struct cp_err *err)
{
	int now = 0;
	enum cp_rc rc = read_batch(x, &x->batch[now], err);

	while (rc == CP_OK && x->batch[now].count > 0) {
		rc = read_batch(x, &x->batch[!now], err);
		if (rc == CP_OK)
			rc = finish_batch(x, &x->batch[now], err);
		now = !now;
	}
	return rc;
}

static enum cp_rc
make_batches(struct line *x, struct cp_err *err)
{
	x->rows = calloc(WINDOW, sizeof(*x->rows));
	if (x->rows == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	for (int b = 0; b < 2; b++) {
		x->batch[b].jobs = calloc(BATCH, sizeof(struct cp_seal_job));
		if (x->batch[b].jobs == NULL)
			return cp_fail(err, CP_FAILED, "out of memory");
	}
	return CP_OK;
}

static void
free_batches(struct line *x)
{
	free(x->rows);
	for (int b = 0; b < 2; b++) {
		for (int i = 0; i < x->batch[b].ready; i++)
			cp_seal_job_clear(&x->batch[b].jobs[i]);
		free(x->batch[b].jobs);
	}
}

enum cp_rc
cp_run_archive(struct cp_run *run, struct cp_err *err)
{
	struct cp_sealing sealing = { .recipient = &run->recipient };
	struct cp_pool_work work = cp_sealing_work(&sealing);
	struct line x = { .run = run };
	struct cp_err late;
	int64_t any;
	enum cp_rc rc = cp_due_count(run->store, run->now->today, INT64_MAX,
	    &any, err);

	if (rc != CP_OK || any == 0)
		return rc;
	x.total = any;
	cp_due_init(&x.due, CP_ACTION_ARCHIVE, run->now->today);
	cp_fact_set_init(&x.facts);
	rc = make_batches(&x, err);
	if (rc == CP_OK)
		rc = cp_matcher_open(run->store, &x.matcher, err);
	sealing.matcher = x.matcher;
	if (rc == CP_OK)
		rc = cp_pool_new(&work, run->workers > 1 ? run->workers : 0,
		    2 * BATCH, &x.pool, err);
	/* All statements are prepared again by that: it pays for many only. */
	if (rc == CP_OK && any > BATCH)
		rc = cp_store_bulk(run->store, 1, err);
	if (rc == CP_OK)
		rc = run_line(&x, err);
	if (any > BATCH && cp_store_bulk(run->store, 0, &late) != CP_OK &&
	    rc == CP_OK) {
		*err = late;
		rc = late.code;
	}
	cp_pool_free(&x.pool);
	cp_matcher_free(x.matcher);
	cp_fact_set_clear(&x.facts);
	free_batches(&x);
	return rc;
}
