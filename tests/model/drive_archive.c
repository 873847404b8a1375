#include "tests/model/drive_impl.h"

#include <string.h>

#include "lifecycle/duties/adopting.h"
#include "lifecycle/duties/destruction.h"
#include "lifecycle/duties/opening.h"
#include "lifecycle/duties/plan.h"
#include "lifecycle/duties/restoring.h"
#include "lifecycle/duties/retention.h"
#include "lifecycle/records/hold_reach.h"
#include "lifecycle/store/audit_read.h"

/* What is done in the archive, as the commands retention, destruction, archive
 * and policy do it. */

/* ---- the night ----------------------------------------------------------- */

static void
note_trouble(void *ctx, const char *id, const struct cp_err *err)
{
	(void)ctx;
	(void)fprintf(stderr, "could not be dealt with: %s: %s\n", id,
	    err->what);
}

enum cp_rc
drive_run(struct drive *d, struct night *x, unsigned workers, long *failed)
{
	struct cp_now now;
	struct cp_run run = { .store = d->store, .audit = d->audit[NIGHT],
		.settings = &d->settings, .op = &d->op[NIGHT], .now = &d->now,
		.dry_run = x->dry, .accept_clock = x->accept_clock,
		.accept_share = x->accept_share, .workers = workers,
		.trouble = note_trouble };
	enum cp_rc rc;

	drive_flush(d);
	now = d->now;
	drive_today(d, x->on);
	drive_reload(d);
	cp_err_clear(&d->err);
	rc = cp_retention_run(&run, &d->err);
	x->refused = rc != CP_OK && rc != CP_PARTIAL && run.withheld == 0;
	x->archived = run.archived;
	x->pruned = run.pruned;
	x->destroyed = run.destroyed;
	x->held = run.held;
	x->awaiting = run.awaiting;
	x->lapsed = run.lapsed;
	x->cannot = run.undecidable;
	x->withheld = run.withheld;
	x->volumes = run.volumes;
	x->proposed = run.proposed;
	x->shelves = run.shelves_destroyed;
	x->waiting = run.shelves_waiting;
	x->moved = run.moved;
	*failed = run.failed;
	d->now = now;
	d->rules.today = now.today;
	return rc;
}

/* What it comes to is what trying it came to. */
enum cp_rc
drive_adopt(struct drive *d, const char *path, long *redated)
{
	struct cp_adoption a = { .store = d->store, .audit = d->audit[NIGHT],
		.settings = &d->settings, .op = &d->op[NIGHT],
		.now = &d->now };
	struct cp_adoption dry = a;
	enum cp_rc rc;

	drive_flush(d);
	drive_reload(d);
	drive_must(d, cp_adopt_dry(&dry, path, &d->err), "adopt --dry-run");
	cp_err_clear(&d->err);
	rc = cp_adopt(&a, path, &d->err);
	drive_reload(d);
	if (rc == CP_OK && (a.recomputed != dry.recomputed ||
	    a.redated != dry.redated || a.failed != 0 ||
	    memcmp(&a.sum, &dry.sum, sizeof(a.sum)) != 0))
		wrong(d->world, -1, "the adoption is not what its dry run "
		    "said");
	*redated = (long)a.redated;
	return rc;
}

/* ---- holds --------------------------------------------------------------- */

long
drive_suspends(struct drive *d, const char *hold)
{
	struct cp_hold_count count = { 0, 0 };
	struct cp_hold h;

	drive_must(d, cp_hold_get(d->store, hold, &h, &d->err), "hold");
	drive_must(d, cp_hold_suspends(d->store, &h, NULL, &count, &d->err),
	    "suspends");
	return (long)(count.certain + count.unknown);
}

/* ---- batches ------------------------------------------------------------- */

static enum cp_rc
begin_decision(struct drive *d, int who, const char *action, const char *id,
    struct cp_batch *b, int64_t *seq)
{
	char detail[80];
	enum cp_rc rc;

	(void)drive_begin(d, who, 1);
	rc = cp_batch_get(d->store, id, b, &d->err);
	(void)snprintf(detail, sizeof(detail), "{\"batch\":\"%s\"}", id);
	return rc == CP_OK ? drive_log(d, who, action, NULL, detail, seq) : rc;
}

enum cp_rc
drive_approve(struct drive *d, int who, const char *batch)
{
	struct cp_batch b;
	int64_t seq;
	int left;
	enum cp_rc rc = begin_decision(d, who, "destruction.approve", batch,
	    &b, &seq);

	if (rc == CP_OK)
		rc = cp_batch_approve(d->store, &b,
		    d->policy->destruction_approvals, &d->op[who], seq,
		    &d->now, &left, &d->err);
	return drive_end_change(d, who, 1, rc);
}

enum cp_rc
drive_refuse(struct drive *d, int who, const char *batch)
{
	struct cp_batch b;
	int64_t seq;
	enum cp_rc rc = begin_decision(d, who, "destruction.refuse", batch,
	    &b, &seq);

	if (rc == CP_OK)
		rc = cp_batch_refuse(d->store, &b, "not yet", &d->err);
	return drive_end_change(d, who, 1, rc);
}

enum cp_rc
drive_exclude(struct drive *d, int who, const char *batch, const char *id)
{
	struct cp_batch b;
	int64_t seq;
	enum cp_rc rc = begin_decision(d, who, "destruction.exclude", batch,
	    &b, &seq);

	if (rc == CP_OK)
		rc = cp_batch_exclude(d->store, &b, id, "not this one",
		    &d->err);
	return drive_end_change(d, who, 1, rc);
}

/* ---- packages ------------------------------------------------------------ */

struct opening {
	struct cp_parcel parcel;
	struct cp_parcel_facts facts;
	struct cp_opener opener;
	struct cp_opened opened;
	int open;
};

static enum cp_rc
find_package(struct drive *d, const char *id, struct opening *x)
{
	enum cp_rc rc = cp_parcel_get(d->store, id, &x->parcel, &d->err);

	return rc == CP_OK ? cp_parcel_facts(d->store, &x->parcel, &x->facts,
	    &d->err) : rc;
}

static enum cp_rc
unseal(struct drive *d, struct opening *x)
{
	struct cp_secret *identity = NULL;
	struct cp_buf age, plain;
	size_t head;
	enum cp_rc rc = cp_opener_open(d->store, &x->opener, &d->err);

	x->open = 1;
	cp_buf_init(&age);
	cp_buf_init(&plain);
	if (rc == CP_OK)
		rc = cp_opener_header(&x->opener, &x->parcel, &age, &d->err);
	head = age.len;
	if (rc == CP_OK)
		rc = cp_opener_payload(&x->opener, &x->parcel, &age, &d->err);
	if (rc == CP_OK)
		rc = cp_secret_dup(&identity, d->identity, &d->err);
	if (rc == CP_OK) {
		cp_opener_unlock(&x->opener, &d->custody, &identity);
		rc = cp_opener_plain(&x->opener, age.data, head,
		    age.data + head, age.len - head, &plain, &d->err);
	}
	if (rc == CP_OK)
		rc = cp_opened_parse(&x->parcel, plain.data, plain.len,
		    &x->opened, &d->err);
	cp_buf_clear(&age);
	cp_buf_clear(&plain);
	return rc;
}

static void
close_package(struct opening *x)
{
	if (!x->open)
		return;
	cp_opened_clear(&x->opened);
	cp_opener_close(&x->opener);
}

enum cp_rc
drive_open(struct drive *d, const char *id, const char *purpose,
    struct text *record, struct text *history)
{
	struct opening x = { 0 };
	enum cp_rc rc;

	drive_flush(d);
	cp_err_clear(&d->err);
	rc = find_package(d, id, &x);
	if (rc == CP_OK)
		rc = cp_parcel_openable(&x.parcel, &x.facts, &d->err);
	if (rc == CP_OK)
		rc = cp_decide_open(d->policy, x.parcel.archived, d->now.today,
		    purpose, &d->err);
	if (rc == CP_OK)
		rc = unseal(d, &x);
	if (rc == CP_OK) {
		put(record, "%.*s", (int)x.opened.record_len,
		    x.opened.record);
		put(history, "%.*s", (int)x.opened.history_len,
		    x.opened.history);
	}
	close_package(&x);
	return rc;
}

enum cp_rc
drive_restore(struct drive *d, int who, const char *id, const char *field,
    const char *value)
{
	struct cp_correction set = { field, value };
	struct opening x = { 0 };
	struct cp_restoring in = { d->store, d->audit[who], &d->rules, &d->now,
		&x.parcel, "archived by mistake", &set, field != NULL, NULL };
	struct cp_record after;
	enum cp_rc rc;

	drive_flush(d);
	cp_err_clear(&d->err);
	rc = find_package(d, id, &x);
	if (rc == CP_OK)
		rc = cp_restore_allowed(&x.parcel, &x.facts, &d->err);
	if (rc == CP_OK)
		rc = unseal(d, &x);
	if (rc == CP_OK)
		rc = cp_restore(&in, &x.opened, &after, &d->err);
	close_package(&x);
	return rc;
}

/* ---- ahead --------------------------------------------------------------- */

struct planned {
	void (*fn)(void *ctx, const char *line);
	void *ctx;
};

static enum cp_rc
tell_row(void *ctx, const struct cp_plan_row *row, struct cp_err *err)
{
	struct planned *x = ctx;
	char line[120], due[CP_DATE_TEXT];

	(void)err;
	if (strcmp(row->rule, "undecidable") == 0)
		(void)snprintf(line, sizeof(line), "%s undecidable", row->id);
	else
		(void)snprintf(line, sizeof(line), "%s %s %s %s%s", row->id,
		    cp_action_word(row->action), cp_date_format(row->due,
		    due), row->rule, strcmp(row->blocked_by, "[]") == 0 ? "" :
		    " blocked");
	x->fn(x->ctx, line);
	return CP_OK;
}

void
drive_plan(struct drive *d, day until,
    void (*fn)(void *ctx, const char *line), void *ctx)
{
	struct planned x = { fn, ctx };

	drive_flush(d);
	drive_must(d, cp_plan_each(d->store, &d->rules, drive_date(until),
	    tell_row, &x, &d->err), "plan");
}

void
drive_forecast(struct drive *d, int months, long *archive, long *destroy)
{
	struct cp_forecast f[CP_FORECAST_MAX];
	struct cp_forecast_rest rest;

	drive_flush(d);
	drive_must(d, cp_forecast(d->store, &d->rules, months, f, &rest, NULL,
	    NULL, &d->err), "forecast");
	for (int i = 0; i < months; i++) {
		archive[i] = (long)f[i].archive;
		destroy[i] = (long)f[i].destroy;
	}
}

/* ---- the log ------------------------------------------------------------- */

enum cp_rc
drive_verify_log(struct drive *d)
{
	struct cp_log_report report;

	drive_flush(d);
	return cp_log_verify(d->store, &report, NULL, NULL, &d->err);
}
